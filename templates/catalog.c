/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "templates/catalog.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/err.h"
#include "parsers/utf8.h"
#include "templates/catalog_terms.h"
#include "templates/words.h"

/* Texts of 64 KiB in every tongue, their nodes, and sr-Latn made of sr-Cyrl would fit twice. */
#define CATALOG_BYTES_MAX (64 * 1024 * 1024)

/* Every text and every mail has a place in one table: first the texts. */
#define SLOT_COUNT (TEXT_COUNT + LETTER_COUNT)

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
	"state.new",
	"state.open",
	"state.waiting",
	"state.solved",
	"state.closed",
	"list.more",
	"mail.marker",
	"channel.sms",
	"channel.mail",
	"command.solve",
	"command.close",
	"command.forward",
	"command.take",
	"command.ask",
	"command.note",
	"command.wait",
	"command.merge",
	"command.split",
	"command.link",
	"command.language",
	"command.article",
	"command.preview",
	"command.help",
	/* why a line of a mail of staff isn't done; why its words are held; where the rest of an answer is */
	"refused.unknown",
	"refused.no_code",
	"refused.no_day",
	"refused.bad_day",
	"refused.no_case",
	"refused.no_language",
	"refused.too_many",
	"refused.no_answer",
	"refused.not_open",
	"refused.other_case",
	"refused.twice",
	"refused.no_words",
	"refused.not_sent",
	"refused.merged",
	"refused.quote",
	"refused.not_possible",
	"told.nothing",
	"told.article",
	"held.token",
	"held.old",
	"held.case",
	"held.person",
	"held.proof",
	"held.again",
	"answer.rest",
};
#define WORD_COUNT ARRAY_LEN(word_keys)

struct entry {
	struct template *parsed;  /* NULL: this tongue has no such text */
	struct template *subject; /* of a mail; NULL: a text */
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
	struct words_clock *clock;
	struct entry texts[T_COUNT][SLOT_COUNT];
	struct bytes words[T_COUNT][WORD_COUNT];
	struct part *parts[T_COUNT]; /* the latest first */
};

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
	c->clock = words_clock_new();
	if (c->arena == NULL || c->clock == NULL)
		catalog_free(&c);
	return c;
}

void catalog_free(struct catalog **c)
{
	if (*c == NULL)
		return;
	words_clock_free(&(*c)->clock);
	arena_free(&(*c)->arena);
	free(*c);
	*c = NULL;
}

static bool is_mail(size_t slot)
{
	return slot >= TEXT_COUNT;
}

static const char *slot_name(size_t slot)
{
	return is_mail(slot) ? letter_name_text((enum letter_name)(slot - TEXT_COUNT))
			     : text_name_text((enum text_name)slot);
}

static struct template_terms terms_of(enum tongue_index t, size_t slot)
{
	struct template_terms terms =
		is_mail(slot) ? catalog_letter_terms((enum letter_name)(slot - TEXT_COUNT))
			      : catalog_text_terms((enum text_name)slot);

	terms.tongue = tongues[t].tongue;
	return terms;
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

/* "Subject: …", an empty line, the body. Its line ends may be those of any system. */
static int split_letter(struct bytes file, struct bytes text, struct faults *faults,
			struct bytes *subject_out, struct bytes *body_out)
{
	static const char mark[] = "Subject:";
	struct bytes rest = text, first = BYTES_NONE, second = BYTES_NONE;

	(void)bytes_split(&rest, '\n', &first);
	(void)bytes_split(&rest, '\n', &second);
	*subject_out = bytes_trim(bytes_cut(first, strlen(mark), first.len));
	*body_out = rest;
	if (bytes_starts(first, mark) && subject_out->len != 0 && bytes_trim(second).len == 0 &&
	    bytes_trim(rest).len != 0)
		return ERR_OK;
	faults_add(
		faults, (struct fault){ .file = file, .line = 1 },
		"a mail's text begins with a line \"Subject: …\", then comes an empty line, then "
		"the words");
	return ERR_INVALID;
}

static int parse_letter(struct catalog *c, struct template_terms *terms, struct entry *e,
			struct faults *faults)
{
	struct bytes subject, body;
	int err = split_letter(e->file, e->text, faults, &subject, &body);

	if (err == ERR_OK)
		err = template_parse(c->arena, terms, e->file, subject, faults, &e->subject);
	terms->line = 3;
	if (err == ERR_OK)
		err = template_parse(c->arena, terms, e->file, body, faults, &e->parsed);
	return err;
}

static int add_text(struct catalog *c, enum tongue_index t, size_t slot, struct bytes file,
		    struct bytes text, struct faults *faults)
{
	struct template_terms terms = terms_of(t, slot);
	struct entry e = { 0 };
	int err = keep(c, file, &e.file);

	if (err == ERR_OK)
		err = keep(c, text, &e.text);
	if (err == ERR_OK && is_mail(slot))
		err = parse_letter(c, &terms, &e, faults);
	else if (err == ERR_OK)
		err = template_parse(c->arena, &terms, e.file, e.text, faults, &e.parsed);
	if (err == ERR_OK)
		c->texts[t][slot] = e;
	return err;
}

static int add_file(struct catalog *c, struct tongue t, size_t slot, struct bytes file_name,
		    struct bytes text, struct faults *faults)
{
	struct bytes words = without_mark(text);

	/* An operator who empties a file hasn't decided that people get no answer. */
	if (bytes_trim(words).len == 0) {
		faults_add(faults, (struct fault){ .file = file_name },
			   "the text is empty; write one, or remove the file to use what we bring");
		return ERR_INVALID;
	}
	return add_text(c, index_of(t), slot, file_name, words, faults);
}

int catalog_add(struct catalog *c, struct tongue t, enum text_name n, struct bytes file_name,
		struct bytes text, struct faults *faults)
{
	return add_file(c, t, n, file_name, text, faults);
}

int catalog_add_letter(struct catalog *c, struct tongue t, enum letter_name n,
		       struct bytes file_name, struct bytes text, struct faults *faults)
{
	return add_file(c, t, (size_t)TEXT_COUNT + n, file_name, text, faults);
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
			   "no such word; there are state.new and its like, list.more, "
			   "mail.marker, channel.sms, command.solve and its like, and part.NAME");
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
	for (size_t n = 0; n < SLOT_COUNT; n++) {
		const struct entry *from = &c->texts[T_SR_CYRL][n];
		struct bytes latin;
		int err;

		if (from->parsed == NULL || c->texts[T_SR_LATN][n].parsed != NULL)
			continue;
		err = words_latin(c->arena, from->text, &latin);
		if (err == ERR_OK)
			err = add_text(c, T_SR_LATN, n, from->file, latin, faults);
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

static enum tongue_index source_of(const struct catalog *c, size_t n, enum tongue_index t)
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

/* A text, or subject and body of a mail. */
static int link_text(struct catalog *c, struct part_search *s, size_t slot, struct faults *faults)
{
	struct template_terms terms = terms_of(s->tongue, slot);
	struct entry *e = &c->texts[s->tongue][slot];
	int err = ERR_OK;

	if (e->subject != NULL)
		err = template_link(e->subject, c->arena, &terms, find_part, s, faults);
	if (e->parsed != NULL && err == ERR_OK)
		err = template_link(e->parsed, c->arena, &terms, find_part, s, faults);
	return err;
}

/* Every text gets its parts; goes on after a fault so that all are found. */
static int link_texts(struct catalog *c, struct faults *faults)
{
	int first_err = ERR_OK;

	for (size_t t = 0; t < T_COUNT; t++) {
		struct part_search s = { c, (enum tongue_index)t };

		for (size_t n = 0; n < SLOT_COUNT; n++) {
			int err = link_text(c, &s, n, faults);

			if (first_err == ERR_OK)
				first_err = err;
		}
	}
	return first_err;
}

static bool has_any_text(const struct catalog *c, enum tongue_index t)
{
	for (size_t n = 0; n < SLOT_COUNT; n++) {
		if (c->texts[t][n].parsed != NULL)
			return true;
	}
	return false;
}

/* A tongue without any text of its own is one warning, not fifty. */
static void warn_of_tongue(const struct catalog *c, enum tongue_index t, struct faults *faults)
{
	struct fault warning = { .is_warning = true };
	const char *name = tongue_name(tongues[t].tongue);

	if (!has_any_text(c, t)) {
		faults_add(faults, warning, "%s has no texts of its own, those of %s are used",
			   name, tongue_name(tongues[source_of(c, TEXT_ACK, t)].tongue));
		return;
	}
	for (size_t n = 0; n < SLOT_COUNT; n++) {
		enum tongue_index from = source_of(c, n, t);

		if (from != t && from != T_NONE)
			faults_add(faults, warning,
				   "%s: %s has none of its own, that of %s is used", slot_name(n),
				   name, tongue_name(tongues[from].tongue));
	}
}

static bool text_is_missing(const struct catalog *c, size_t n)
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

	for (size_t n = 0; n < SLOT_COUNT; n++) {
		if (text_is_missing(c, n))
			faults_add(faults, (struct fault){ 0 },
				   "there is no text \"%s\" to fall back to: write sr-Cyrl/%s.txt "
				   "or sr-Latn/%s.txt",
				   slot_name(n), slot_name(n), slot_name(n));
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

static const struct entry *entry_of(const struct catalog *c, size_t n, struct tongue t)
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

struct letter_text catalog_letter(const struct catalog *c, enum letter_name n, struct tongue t)
{
	size_t slot = (size_t)TEXT_COUNT + n;
	const struct entry *e = entry_of(c, slot, t);

	return (struct letter_text){
		.subject = e->subject,
		.body = e->parsed,
		.file = e->file,
		.written = bytes_trim(e->text),
		.tongue = tongues[source_of(c, slot, index_of(t))].tongue,
	};
}

struct words_clock *catalog_clock(const struct catalog *c)
{
	return c->clock;
}
