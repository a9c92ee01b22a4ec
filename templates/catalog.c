/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "templates/catalog.h"

#include <assert.h>
#include <stdlib.h>

#include "parsers/err.h"
#include "parsers/utf8.h"
#include "templates/words.h"

/* Texts of 64 KiB in every tongue, their nodes, and sr-Latn made of sr-Cyrl would fit twice. */
#define CATALOG_BYTES_MAX (64 * 1024 * 1024)

static const char *const text_names[TEXT_COUNT] = {
	[TEXT_ACK] = "ack",
	[TEXT_ACK_TWO] = "ack_two",
	[TEXT_JOINED] = "joined",
	[TEXT_EMERGENCY] = "emergency",
	[TEXT_STATUS] = "status",
	[TEXT_STATUS_LIST] = "status_list",
	[TEXT_STATUS_NONE] = "status_none",
	[TEXT_HELP] = "help",
	[TEXT_STOP] = "stop",
	[TEXT_START] = "start",
	[TEXT_LANGUAGE] = "language",
	[TEXT_ASK] = "ask",
	[TEXT_ANSWER] = "answer",
	[TEXT_QUESTION] = "question",
	[TEXT_CLOSED] = "closed",
	[TEXT_LATE] = "late",
	[TEXT_DUTY] = "duty",
};

static const struct value_name value_names[TEXT_VALUE_COUNT] = {
	[TEXT_VALUE_CASE] = { "case", VALUE_TEXT },
	[TEXT_VALUE_CASE2] = { "case2", VALUE_TEXT },
	[TEXT_VALUE_CATEGORY] = { "category", VALUE_TEXT },
	[TEXT_VALUE_CATEGORY2] = { "category2", VALUE_TEXT },
	[TEXT_VALUE_DEPARTMENT] = { "department", VALUE_TEXT },
	[TEXT_VALUE_PLACE] = { "place", VALUE_TEXT },
	[TEXT_VALUE_STATE] = { "state", VALUE_TEXT },
	[TEXT_VALUE_WORDS] = { "words", VALUE_TEXT },
	[TEXT_VALUE_REASON] = { "reason", VALUE_TEXT },
	[TEXT_VALUE_NUMBERS] = { "numbers", VALUE_TEXT },
	[TEXT_VALUE_TOWN] = { "town", VALUE_TEXT },
	[TEXT_VALUE_CASES] = { "cases", VALUE_TEXT },
	[TEXT_VALUE_PRICE] = { "price", VALUE_TEXT },
	[TEXT_VALUE_DUE] = { "due", VALUE_TIME },
	[TEXT_VALUE_N] = { "n", VALUE_NUMBER },
};

#define V(name) (1u << TEXT_VALUE_##name)

/* What each text may name, and which of that may be absent. */
/* clang-format off */
static const struct {
	uint32_t known;
	uint32_t may_lack;
} says[TEXT_COUNT] = {
	[TEXT_ACK]         = { V(CASE) | V(CATEGORY) | V(DEPARTMENT) | V(DUE) | V(PLACE), V(DUE) | V(PLACE) },
	[TEXT_ACK_TWO]     = { V(CASE) | V(CATEGORY) | V(CASE2) | V(CATEGORY2) | V(DEPARTMENT) | V(DUE),
			       V(DEPARTMENT) | V(DUE) },
	[TEXT_JOINED]      = { V(CASE), 0 },
	[TEXT_EMERGENCY]   = { V(NUMBERS) | V(CASE), V(CASE) },
	[TEXT_STATUS]      = { V(CASE) | V(CATEGORY) | V(STATE) | V(DUE) | V(DEPARTMENT), V(DUE) },
	[TEXT_STATUS_LIST] = { V(N) | V(CASES), 0 },
	[TEXT_STATUS_NONE] = { 0, 0 },
	[TEXT_HELP]        = { V(TOWN) | V(PRICE), V(PRICE) },
	[TEXT_STOP]        = { 0, 0 },
	[TEXT_START]       = { 0, 0 },
	[TEXT_LANGUAGE]    = { 0, 0 },
	[TEXT_ASK]         = { 0, 0 },
	[TEXT_ANSWER]      = { V(CASE) | V(WORDS), 0 },
	[TEXT_QUESTION]    = { V(CASE) | V(WORDS), 0 },
	[TEXT_CLOSED]      = { V(CASE) | V(REASON), 0 },
	[TEXT_LATE]        = { V(N) | V(CASES), 0 },
	[TEXT_DUTY]        = { V(CASE) | V(PLACE) | V(WORDS), V(CASE) | V(PLACE) },
};
/* clang-format on */

enum tongue_index { T_SR_CYRL, T_SR_LATN, T_HR, T_SK, T_HU, T_ROM, T_EN, T_COUNT };
/* Nobody to fall back to. */
#define T_NONE T_COUNT

static const struct {
	struct tongue tongue;
	enum tongue_index otherwise; /* whose text is used when there is none */
} tongues[T_COUNT] = {
	[T_SR_CYRL] = { { LANG_SR, SCRIPT_CYRL }, T_SR_LATN },
	[T_SR_LATN] = { { LANG_SR, SCRIPT_LATN }, T_NONE },
	[T_HR] = { { LANG_HR, SCRIPT_LATN }, T_SR_LATN },
	[T_SK] = { { LANG_SK, SCRIPT_LATN }, T_EN },
	[T_HU] = { { LANG_HU, SCRIPT_LATN }, T_EN },
	[T_ROM] = { { LANG_ROM, SCRIPT_LATN }, T_SR_LATN },
	[T_EN] = { { LANG_EN, SCRIPT_LATN }, T_SR_LATN },
};

static const char *const word_keys[] = {
	"state.new", "state.open", "state.waiting", "state.solved", "state.closed", "list.more",
};
#define WORD_COUNT ARRAY_LEN(word_keys)

struct entry {
	struct template *parsed; /* NULL: this tongue has no such text */
	struct bytes file;
	struct bytes text; /* as written: sr-Latn is made of it */
};

struct part {
	struct part *next;
	struct bytes name;
	struct template_part where;
};

struct catalog {
	struct arena *arena;
	struct entry texts[T_COUNT][TEXT_COUNT];
	struct bytes words[T_COUNT][WORD_COUNT];
	struct part *parts[T_COUNT]; /* the latest first */
};

const char *text_name_text(enum text_name n)
{
	return text_names[n];
}

int text_name_parse(struct bytes stem, enum text_name *n_out)
{
	for (size_t i = 0; i < TEXT_COUNT; i++) {
		if (bytes_is(stem, text_names[i])) {
			*n_out = (enum text_name)i;
			return ERR_OK;
		}
	}
	return ERR_INVALID;
}

/* A tongue that nobody told us is written to in the Latin of the town. */
static enum tongue_index index_of(struct tongue t)
{
	switch (t.language) {
	case LANG_SR: return t.script == SCRIPT_CYRL ? T_SR_CYRL : T_SR_LATN;
	case LANG_HR: return T_HR;
	case LANG_SK: return T_SK;
	case LANG_HU: return T_HU;
	case LANG_ROM: return T_ROM;
	case LANG_EN: return T_EN;
	case LANG_NONE: return T_SR_LATN;
	}
	return T_SR_LATN;
}

struct catalog *catalog_new(void)
{
	struct catalog *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->arena = arena_new(CATALOG_BYTES_MAX);
	if (c->arena == NULL) {
		free(c);
		return NULL;
	}
	return c;
}

void catalog_free(struct catalog **c)
{
	if (*c == NULL)
		return;
	arena_free(&(*c)->arena);
	free(*c);
	*c = NULL;
}

static struct template_terms terms_of(enum tongue_index t, enum text_name n)
{
	return (struct template_terms){
		.names = value_names,
		.n_names = TEXT_VALUE_COUNT,
		.known = says[n].known,
		.may_lack = says[n].may_lack,
		.tongue = tongues[t].tongue,
	};
}

/* A copy whose failure can be told from an empty text. */
static int keep(struct catalog *c, struct bytes text, struct bytes *kept_out)
{
	*kept_out = arena_dup(c->arena, text);
	return kept_out->ptr == NULL && text.len != 0 ? arena_err(c->arena) : ERR_OK;
}

/* Editors of some systems write it; it isn't text. */
static struct bytes without_mark(struct bytes text)
{
	return bytes_starts(text, "\xef\xbb\xbf") ? bytes_cut(text, 3, text.len) : text;
}

static int add_text(struct catalog *c, enum tongue_index t, enum text_name n, struct bytes file,
		    struct bytes text, struct faults *faults)
{
	struct template_terms terms = terms_of(t, n);
	struct entry e = { 0 };
	int err = keep(c, file, &e.file);

	if (err == ERR_OK)
		err = keep(c, text, &e.text);
	if (err == ERR_OK)
		err = template_parse(c->arena, &terms, e.file, e.text, faults, &e.parsed);
	if (err == ERR_OK)
		c->texts[t][n] = e;
	return err;
}

int catalog_add(struct catalog *c, struct tongue t, enum text_name n, struct bytes file_name,
		struct bytes text, struct faults *faults)
{
	struct bytes words = without_mark(text);

	/* An operator who empties a file hasn't decided that people get no answer. */
	if (bytes_trim(words).len == 0) {
		faults_add(faults, (struct fault){ .file = file_name },
			   "the text is empty; write one, or remove the file to use what we bring");
		return ERR_INVALID;
	}
	return add_text(c, index_of(t), n, file_name, words, faults);
}

static int add_part(struct catalog *c, enum tongue_index t, struct bytes name,
		    const struct template_part *where)
{
	struct part *p = arena_alloc(c->arena, sizeof(*p));
	int err = ERR_OK;

	if (p == NULL)
		return arena_err(c->arena);
	p->where.line = where->line;
	err = keep(c, name, &p->name);
	if (err == ERR_OK)
		err = keep(c, where->file, &p->where.file);
	if (err == ERR_OK)
		err = keep(c, where->text, &p->where.text);
	p->next = c->parts[t];
	c->parts[t] = p;
	return err;
}

static size_t word_index(struct bytes key)
{
	size_t i = 0;

	while (i < WORD_COUNT && !bytes_is(key, word_keys[i]))
		i++;
	return i;
}

static void complain_of_key(struct faults *faults, struct fault where)
{
	const char *near = faults_nearest(where.key, word_keys, WORD_COUNT);

	if (near != NULL)
		faults_add(faults, where, "no such word; did you mean %s?", near);
	else
		faults_add(faults, where,
			   "no such word; there are state.new and its like, list.more, and "
			   "part.NAME");
}

/* "state.new = примљен" */
static int add_word(struct catalog *c, enum tongue_index t, struct bytes line, struct fault where,
		    struct faults *faults)
{
	size_t eq = bytes_find(line, '=');
	struct bytes text = bytes_trim(bytes_cut(line, eq + 1, line.len));
	size_t i;

	where.key = bytes_trim(bytes_cut(line, 0, eq));
	if (eq == line.len || text.len == 0) {
		faults_add(faults, where, "a word is written: key = text");
		return ERR_INVALID;
	}
	if (bytes_starts(where.key, "part."))
		return add_part(c, t, bytes_cut(where.key, 5, where.key.len),
				&(struct template_part){ where.file, where.line, text });
	i = word_index(where.key);
	if (i < WORD_COUNT)
		return keep(c, text, &c->words[t][i]);
	complain_of_key(faults, where);
	return ERR_INVALID;
}

static int words_too_odd(struct bytes text, struct fault where, struct faults *faults)
{
	if (text.len <= TEMPLATE_BYTES_MAX && utf8_is_valid(text))
		return ERR_OK;
	faults_add(faults, where,
		   text.len > TEMPLATE_BYTES_MAX ? "longer than 64 KiB" : "not UTF-8");
	return ERR_INVALID;
}

int catalog_add_words(struct catalog *c, struct tongue t, struct bytes file_name, struct bytes text,
		      struct faults *faults)
{
	struct fault where = { .file = file_name };
	struct bytes rest, line;
	int err = words_too_odd(text, where, faults), first_err = err;

	if (err == ERR_OK)
		first_err = utf8_clean(c->arena, without_mark(text), &rest, NULL);
	if (first_err != ERR_OK)
		return first_err;
	while (bytes_split(&rest, '\n', &line)) {
		where.line++;
		line = bytes_trim(line);
		if (line.len == 0 || line.ptr[0] == '#')
			continue;
		err = add_word(c, index_of(t), line, where, faults);
		if (first_err == ERR_OK)
			first_err = err;
	}
	return first_err;
}

/* What sr-Latn lacks and sr-Cyrl has is written with other letters. */
static int derive_texts(struct catalog *c, struct faults *faults)
{
	for (size_t n = 0; n < TEXT_COUNT; n++) {
		const struct entry *from = &c->texts[T_SR_CYRL][n];
		struct bytes latin;
		int err;

		if (from->parsed == NULL || c->texts[T_SR_LATN][n].parsed != NULL)
			continue;
		err = words_latin(c->arena, from->text, &latin);
		if (err == ERR_OK)
			err = add_text(c, T_SR_LATN, (enum text_name)n, from->file, latin, faults);
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

static const struct part *part_find(const struct catalog *c, enum tongue_index t, struct bytes name)
{
	for (const struct part *p = c->parts[t]; p != NULL; p = p->next) {
		if (bytes_eq(p->name, name))
			return p;
	}
	return NULL;
}

static int derive_words(struct catalog *c)
{
	int err = ERR_OK;

	for (size_t i = 0; i < WORD_COUNT && err == ERR_OK; i++) {
		if (c->words[T_SR_LATN][i].len == 0)
			err = words_latin(c->arena, c->words[T_SR_CYRL][i],
					  &c->words[T_SR_LATN][i]);
	}
	for (const struct part *p = c->parts[T_SR_CYRL]; p != NULL && err == ERR_OK; p = p->next) {
		struct template_part where = p->where;

		if (part_find(c, T_SR_LATN, p->name) != NULL)
			continue;
		err = words_latin(c->arena, p->where.text, &where.text);
		if (err == ERR_OK)
			err = add_part(c, T_SR_LATN, p->name, &where);
	}
	return err;
}

static enum tongue_index source_of(const struct catalog *c, enum text_name n, enum tongue_index t)
{
	while (t != T_NONE && c->texts[t][n].parsed == NULL)
		t = tongues[t].otherwise;
	return t;
}

struct part_search {
	const struct catalog *catalog;
	enum tongue_index tongue;
};

static int find_part(void *ctx, struct bytes name, struct template_part *part_out)
{
	const struct part_search *s = ctx;

	for (enum tongue_index t = s->tongue; t != T_NONE; t = tongues[t].otherwise) {
		const struct part *p = part_find(s->catalog, t, name);

		if (p != NULL) {
			*part_out = p->where;
			return ERR_OK;
		}
	}
	return ERR_NOENT;
}

/* Every text gets its parts; goes on after a fault so that all are found. */
static int link_texts(struct catalog *c, struct faults *faults)
{
	int first_err = ERR_OK;

	for (size_t t = 0; t < T_COUNT; t++) {
		struct part_search s = { c, (enum tongue_index)t };

		for (size_t n = 0; n < TEXT_COUNT; n++) {
			struct template_terms terms = terms_of(s.tongue, (enum text_name)n);
			struct template *tpl = c->texts[t][n].parsed;
			int err = tpl == NULL ? ERR_OK
					      : template_link(tpl, c->arena, &terms, find_part, &s,
							      faults);

			if (first_err == ERR_OK)
				first_err = err;
		}
	}
	return first_err;
}

static bool has_any_text(const struct catalog *c, enum tongue_index t)
{
	for (size_t n = 0; n < TEXT_COUNT; n++) {
		if (c->texts[t][n].parsed != NULL)
			return true;
	}
	return false;
}

/* A tongue without any text of its own is one warning, not seventeen. */
static void warn_of_tongue(const struct catalog *c, enum tongue_index t, struct faults *faults)
{
	struct fault warning = { .is_warning = true };
	const char *name = tongue_name(tongues[t].tongue);

	if (!has_any_text(c, t)) {
		faults_add(faults, warning, "%s has no texts of its own, those of %s are used",
			   name, tongue_name(tongues[source_of(c, TEXT_ACK, t)].tongue));
		return;
	}
	for (size_t n = 0; n < TEXT_COUNT; n++) {
		enum tongue_index from = source_of(c, (enum text_name)n, t);

		if (from != t && from != T_NONE)
			faults_add(faults, warning,
				   "%s: %s has none of its own, that of %s is used", text_names[n],
				   name, tongue_name(tongues[from].tongue));
	}
}

static bool text_is_missing(const struct catalog *c, enum text_name n)
{
	for (size_t t = 0; t < T_COUNT; t++) {
		if (source_of(c, n, (enum tongue_index)t) == T_NONE)
			return true;
	}
	return false;
}

/* Everybody falls back to sr-Latn in the end, so that is where a text is missed. */
static int check_complete(const struct catalog *c, struct faults *faults)
{
	size_t before = faults->n_errors;

	for (size_t n = 0; n < TEXT_COUNT; n++) {
		if (text_is_missing(c, (enum text_name)n))
			faults_add(faults, (struct fault){ 0 },
				   "there is no text \"%s\" to fall back to: write sr-Cyrl/%s.txt "
				   "or sr-Latn/%s.txt",
				   text_names[n], text_names[n], text_names[n]);
	}
	for (size_t i = 0; i < WORD_COUNT; i++) {
		if (catalog_word(c, tongues[T_SR_LATN].tongue, word_keys[i]).len == 0)
			faults_add(faults, (struct fault){ 0 },
				   "there is no word \"%s\" to fall back to: write it into "
				   "sr-Cyrl/words.txt",
				   word_keys[i]);
	}
	return faults->n_errors > before ? ERR_INVALID : ERR_OK;
}

int catalog_finish(struct catalog *c, struct faults *faults)
{
	int err = derive_texts(c, faults);

	if (err == ERR_OK)
		err = derive_words(c);
	if (err == ERR_OK)
		err = check_complete(c, faults);
	if (err == ERR_OK)
		err = link_texts(c, faults);
	if (err != ERR_OK)
		return err;
	for (size_t t = 0; t < T_COUNT; t++)
		warn_of_tongue(c, (enum tongue_index)t, faults);
	return ERR_OK;
}

struct bytes catalog_word(const struct catalog *c, struct tongue t, const char *key)
{
	size_t i = word_index(bytes_of(key));

	for (enum tongue_index at = index_of(t); i < WORD_COUNT && at != T_NONE;
	     at = tongues[at].otherwise) {
		if (c->words[at][i].len != 0)
			return c->words[at][i];
	}
	return BYTES_NONE;
}

static const struct entry *entry_of(const struct catalog *c, enum text_name n, struct tongue t)
{
	enum tongue_index from = source_of(c, n, index_of(t));

	assert(from != T_NONE); /* catalog_finish() saw to it */
	return &c->texts[from][n];
}

struct tongue catalog_source(const struct catalog *c, enum text_name n, struct tongue t)
{
	return tongues[source_of(c, n, index_of(t))].tongue;
}

const struct template *catalog_text(const struct catalog *c, enum text_name n, struct tongue t)
{
	const struct entry *e = entry_of(c, n, t);

	return e->parsed;
}

struct bytes catalog_file(const struct catalog *c, enum text_name n, struct tongue t)
{
	return entry_of(c, n, t)->file;
}

struct bytes catalog_written(const struct catalog *c, enum text_name n, struct tongue t)
{
	return bytes_trim(entry_of(c, n, t)->text);
}
