/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/rule_file.h"

#include "parsers/err.h"
#include "parsers/fold.h"
#include "parsers/number.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"

#define FILE_MAX_BYTES (1 << 20)
#define WEIGHT_MAX     100
#define NAME_MAX_BYTES 300
/* Each name while its rule is added; strbuf grows by doubling. */
#define NAME_ARENA_BYTES (8 * NAME_MAX_BYTES)
/* Folding takes two octets and a position for each octet of the sentence, and alignment. */
#define EXAMPLE_ARENA_BYTES (16 * RULES_TEXT_MAX_BYTES)

/* clang-format off */
static const struct {
	const char *serbian, *english;
	enum rule_role role;
} cues[] = {
	{ "pitanje",   "question", ROLE_QUESTION },
	{ "problem",   "problem",  ROLE_PROBLEM },
	{ "opet",      "followup", ROLE_FOLLOWUP },
	{ "hvala",     "thanks",   ROLE_THANKS },
	{ "status",    "status",   ROLE_STATUS },
	{ "nezeljeno", "spam",     ROLE_SPAM },
	{ "uvreda",    "abuse",    ROLE_ABUSE },
	{ "istorija",  "history",  ROLE_HISTORY },
};
/* clang-format on */

struct reader {
	struct rules *rules;
	struct arena *names; /* for a rule's name until rules_add() has copied it */
	struct faults *faults;
	struct bytes file;
	unsigned line;
	struct rule_info section; /* what the rules below inherit */
	bool has_section;
	bool has_rule;      /* in this section */
	bool is_skipping;   /* the last rule is faulty: its examples say nothing */
	unsigned rule_line; /* of the rule that still waits for its example, or 0 */
	int err;            /* ERR_NOMEM only */
};

static struct fault here(const struct reader *in)
{
	return (struct fault){ .file = in->file, .line = in->line };
}

/* A rule without an example is a fault of the rule's line. */
static void end_rule(struct reader *in)
{
	struct fault at = { .file = in->file, .line = in->rule_line };

	if (in->rule_line != 0)
		faults_add(
			in->faults, at,
			"the rule has no example; write below it 'primer: ' and a sentence that it "
			"must recognise");
	in->rule_line = 0;
}

static bool is_category(struct bytes name)
{
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.ptr[i];

		if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9'))
			return false;
	}
	return name.len >= 2 && name.len <= 8;
}

static bool find_cue(struct bytes name, enum rule_role *role_out)
{
	for (size_t i = 0; i < ARRAY_LEN(cues); i++) {
		if (bytes_is(name, cues[i].serbian) || bytes_is(name, cues[i].english)) {
			*role_out = cues[i].role;
			return true;
		}
	}
	return false;
}

static void begin_section(struct reader *in, struct bytes line)
{
	struct bytes name = bytes_trim(bytes_cut(line, 1, line.len - 2)), language = BYTES_NONE;
	size_t blank = bytes_find(name, ' ');
	struct rule_info s = { .section_line = in->line, .role = ROLE_CATEGORY };

	end_rule(in);
	language = bytes_trim(bytes_cut(name, blank, name.len));
	name = bytes_cut(name, 0, blank);
	in->has_section = true;
	in->has_rule = false;
	in->is_skipping = false;
	if (is_category(name))
		s.category = name;
	else if (!find_cue(name, &s.role))
		faults_add(in->faults, here(in),
			   "'[%.*s]' is neither a category in capitals nor one of pitanje, "
			   "problem, opet, "
			   "hvala, status, nezeljeno, uvreda, istorija",
			   PRI_BYTES(name));
	s.language = language_of_code(language);
	if (language.len != 0 && s.language == LANG_NONE)
		faults_add(in->faults, here(in),
			   "the language '%.*s' is none of sr hr sk hu rom en",
			   PRI_BYTES(language));
	in->section = s;
}

static void add_rule(struct reader *in, struct bytes weight, struct bytes pattern)
{
	struct rule_info info = in->section;
	struct strbuf name = strbuf_in(in->names, NAME_MAX_BYTES);
	uint32_t value;
	int err;

	end_rule(in);
	in->is_skipping = true;
	arena_reset(in->names);
	if (!in->has_section) {
		faults_add(in->faults, here(in), "a rule before the first [CATEGORY]");
		return;
	}
	if (number_parse_u32(weight, 1, WEIGHT_MAX, &value) != ERR_OK) {
		faults_add(in->faults, here(in),
			   "the weight '%.*s' is no whole number from 1 to %d", PRI_BYTES(weight),
			   WEIGHT_MAX);
		return;
	}
	strbuf_addf(&name, "%.*s:%u", PRI_BYTES(in->file), in->line);
	info.name = strbuf_bytes(&name);
	info.line = in->line;
	info.weight = (int)value;
	err = rules_add(in->rules, &info, in->file, bytes_trim(pattern), in->faults);
	if (err == ERR_NOMEM)
		in->err = err;
	if (err != ERR_OK)
		return;
	in->has_rule = true;
	in->is_skipping = false;
	in->rule_line = in->line;
}

static int try_sentence(struct reader *in, struct bytes sentence)
{
	struct arena *a = arena_new(EXAMPLE_ARENA_BYTES);
	struct folded f;
	int err = ERR_NOMEM;

	sentence = utf8_cut(sentence, RULES_TEXT_MAX_BYTES);
	if (a != NULL)
		err = fold_text(a, sentence, &f);
	if (err == ERR_OK)
		err = rules_try(in->rules, rules_count(in->rules) - 1, f.text);
	arena_free(&a);
	return err;
}

static void add_example(struct reader *in, struct bytes sentence, bool must_hit)
{
	int err;

	if (in->is_skipping)
		return;
	if (!in->has_rule || sentence.len == 0) {
		faults_add(in->faults, here(in),
			   "an example without a rule above it, or without words");
		return;
	}
	if (must_hit)
		in->rule_line = 0;
	err = try_sentence(in, sentence);
	if (err == ERR_NOMEM)
		in->err = err;
	else if (err == ERR_LIMIT)
		faults_add(in->faults, here(in), "the rule takes too many steps on '%.*s'",
			   PRI_BYTES(sentence));
	else if (must_hit && err == ERR_NOENT)
		faults_add(in->faults, here(in),
			   "the rule above doesn't recognise its own example '%.*s'",
			   PRI_BYTES(sentence));
	else if (!must_hit && err == ERR_OK)
		faults_add(in->faults, here(in), "the rule above recognises '%.*s', and must not",
			   PRI_BYTES(sentence));
}

static void read_line(struct reader *in, struct bytes line)
{
	size_t colon = bytes_find(line, ':');
	struct bytes head = bytes_trim(bytes_cut(line, 0, colon));
	struct bytes rest = bytes_trim(bytes_cut(line, colon + 1, line.len));

	if (line.len == 0 || line.ptr[0] == '#')
		return;
	if (line.ptr[0] == '[' && bytes_ends(line, "]"))
		begin_section(in, line);
	else if (bytes_is(head, "primer") || bytes_is(head, "example"))
		add_example(in, rest, true);
	else if (bytes_is(head, "nije") || bytes_is(head, "not"))
		add_example(in, rest, false);
	else if (colon < line.len && head.len != 0 && head.ptr[0] >= '0' && head.ptr[0] <= '9')
		add_rule(in, head, rest);
	else
		faults_add(in->faults, here(in),
			   "neither '[CATEGORY]', nor '4: words', nor 'primer: sentence', nor "
			   "'nije: sentence'");
}

static void read_all(struct reader *in, struct bytes text)
{
	struct bytes line;

	while (in->err == ERR_OK && bytes_split(&text, '\n', &line)) {
		in->line++;
		read_line(in, bytes_trim(line));
	}
	end_rule(in);
}

int rule_file_add(struct rules *r, struct bytes file, struct bytes text, struct faults *faults)
{
	size_t n_before = faults->n_errors;
	struct reader in = { .rules = r, .faults = faults, .file = file };

	if (text.len > FILE_MAX_BYTES) {
		faults_add(faults, here(&in), "larger than %d octets", FILE_MAX_BYTES);
		return ERR_INVALID;
	}
	if (!utf8_is_valid(text)) {
		faults_add(faults, here(&in), "not valid UTF-8; save the file as UTF-8");
		return ERR_INVALID;
	}
	in.names = arena_new(NAME_ARENA_BYTES);
	if (in.names == NULL)
		return ERR_NOMEM;
	read_all(&in, text);
	arena_free(&in.names);
	if (in.err != ERR_OK)
		return in.err;
	return faults->n_errors == n_before ? ERR_OK : ERR_INVALID;
}
