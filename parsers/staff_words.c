/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/staff_words.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/caseref.h"
#include "parsers/date_words.h"
#include "parsers/edits.h"
#include "parsers/err.h"
#include "parsers/fold.h"
#include "parsers/utf8.h"

#define WORDS_ARENA_BYTES (1u << 20)
#define FILE_MAX_BYTES    65536
#define PHRASES_MAX       500
/* As much of a line is looked at; what stands behind belongs to its text all the same. */
#define LOOK_MAX_BYTES 1000
/* Programs that break lines do it at 65 to 78 characters; a shorter line ended where it was meant to. */
#define WRAPPED_MIN_CHARS 55
/* What is quoted back. */
#define QUOTE_MAX_BYTES 200
#define CODE_MAX        12
/* Nobody waits longer: it is a typing error in the year. */
#define WAIT_MAX_DAYS 400

static const char *const kinds[STAFF_ORDER_KINDS] = {
	[STAFF_SOLVE] = "solve",     [STAFF_CLOSE] = "close",       [STAFF_FORWARD] = "forward",
	[STAFF_TAKE] = "take",       [STAFF_ASK] = "ask",           [STAFF_NOTE] = "note",
	[STAFF_WAIT] = "wait",       [STAFF_MERGE] = "merge",       [STAFF_SPLIT] = "split",
	[STAFF_LINK] = "link",       [STAFF_LANGUAGE] = "language", [STAFF_ARTICLE] = "article",
	[STAFF_PREVIEW] = "preview", [STAFF_HELP] = "help",
};

struct phrase {
	bool is_tongue;
	enum staff_order_kind kind;
	enum language language; /* whom it is shown to, or LANG_NONE: all */
	struct tongue tongue;
	struct bytes written; /* as the file has it */
	struct bytes words;   /* folded, one blank between */
};

struct staff_words {
	struct arena *arena;
	struct phrase list[PHRASES_MAX];
	size_t n;
};

const char *staff_order_text(enum staff_order_kind kind)
{
	return (unsigned)kind < STAFF_ORDER_KINDS ? kinds[kind] : "?";
}

struct staff_words *staff_words_new(void)
{
	struct staff_words *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->arena = arena_new(WORDS_ARENA_BYTES);
	if (w->arena == NULL)
		staff_words_free(&w);
	return w;
}

void staff_words_free(struct staff_words **w)
{
	if (*w == NULL)
		return;
	arena_free(&(*w)->arena);
	free(*w);
	*w = NULL;
}

/* ---- the file ---- */

/* "solve", "solve hu", or a tongue. */
static bool find_key(struct bytes key, struct phrase *phrase_out)
{
	size_t blank = bytes_find(key, ' ');
	struct bytes word = bytes_cut(key, 0, blank);
	struct bytes language = bytes_trim(bytes_cut(key, blank, key.len));
	struct phrase p = { .language = language_of_code(language) };

	for (int i = 0; i < STAFF_ORDER_KINDS; i++) {
		if (!bytes_is(word, kinds[i]))
			continue;
		p.kind = (enum staff_order_kind)i;
		*phrase_out = p;
		return language.len == 0 || p.language != LANG_NONE;
	}
	p.is_tongue = tongue_parse(key, &p.tongue) == ERR_OK;
	if (bytes_is(key, "sr"))
		p.tongue.script = SCRIPT_NONE; /* the one it is typed in */
	*phrase_out = p;
	return p.is_tongue;
}

static bool is_word_char(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* A folded text with one blank between its words, as phrases are kept. */
static struct bytes squeeze(struct arena *a, struct bytes folded)
{
	char *out = arena_alloc(a, folded.len + 1);
	size_t len = 0;

	for (size_t i = 0; out != NULL && i < folded.len; i++) {
		if (is_word_char(folded.ptr[i]))
			out[len++] = (char)folded.ptr[i];
		else if (len != 0 && out[len - 1] != ' ')
			out[len++] = ' ';
	}
	return out == NULL ? BYTES_NONE : bytes_trim(bytes_at(out, len));
}

static bool is_taken(const struct staff_words *w, const struct phrase *p)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct phrase *q = &w->list[i];

		if (q->is_tongue == p->is_tongue && bytes_eq(q->words, p->words) &&
		    (q->kind != p->kind || q->tongue.language != p->tongue.language ||
		     q->tongue.script != p->tongue.script))
			return true;
	}
	return false;
}

static int add_phrase(struct staff_words *w, const struct phrase *kind, struct bytes text,
		      struct fault at, struct faults *faults)
{
	struct phrase p = *kind;
	struct folded f;
	int err = fold_text(w->arena, text, &f);

	if (err != ERR_OK)
		return err;
	p.words = squeeze(w->arena, f.text);
	p.written = arena_dup(w->arena, text);
	if (p.written.ptr == NULL)
		return arena_err(w->arena);
	if (p.words.len == 0 || bytes_find(p.words, '_') != p.words.len)
		faults_add(faults, at, "'%.*s' holds no word that can be typed", PRI_BYTES(text));
	else if (is_taken(w, &p))
		faults_add(faults, at, "'%.*s' already means something else", PRI_BYTES(text));
	else if (w->n == PHRASES_MAX)
		faults_add(faults, at, "more than %d words", PHRASES_MAX);
	else
		w->list[w->n++] = p;
	return ERR_OK;
}

static int add_line(struct staff_words *w, struct bytes line, struct fault at,
		    struct faults *faults)
{
	size_t colon = bytes_find(line, ':');
	struct bytes key = bytes_trim(bytes_cut(line, 0, colon));
	struct bytes rest = bytes_cut(line, colon + 1, line.len), word;
	struct phrase kind;
	int err = ERR_OK;

	if (line.len == 0 || line.ptr[0] == '#')
		return ERR_OK;
	if (colon == line.len || !find_key(key, &kind)) {
		const char *near = faults_nearest(key, kinds, ARRAY_LEN(kinds));

		faults_add(faults, at, "'%.*s' is no order and no tongue; did you mean %s?",
			   PRI_BYTES(key), near != NULL ? near : "solve: or sr-Cyrl:");
		return ERR_OK;
	}
	while (err == ERR_OK && bytes_split(&rest, ',', &word)) {
		if (bytes_trim(word).len != 0)
			err = add_phrase(w, &kind, bytes_trim(word), at, faults);
	}
	return err;
}

static void demand_words(const struct staff_words *w, struct fault at, struct faults *faults)
{
	for (int kind = 0; kind < STAFF_ORDER_KINDS; kind++) {
		bool has = false;

		for (size_t i = 0; i < w->n; i++)
			has |= !w->list[i].is_tongue && (int)w->list[i].kind == kind;
		if (!has)
			faults_add(faults, at, "no words for '%s'", kinds[kind]);
	}
}

int staff_words_add_file(struct staff_words *w, struct bytes file, struct bytes text,
			 struct faults *faults)
{
	struct fault at = { .file = file };
	size_t n_before = faults->n_errors;
	struct bytes line;
	int err = ERR_OK;

	if (text.len > FILE_MAX_BYTES || !utf8_is_valid(text)) {
		faults_add(faults, at, "larger than %d octets, or not valid UTF-8", FILE_MAX_BYTES);
		return ERR_INVALID;
	}
	while (err == ERR_OK && bytes_split(&text, '\n', &line)) {
		at.line++;
		err = add_line(w, bytes_trim(line), at, faults);
	}
	at.line = 0;
	demand_words(w, at, faults);
	if (err != ERR_OK)
		return err;
	return faults->n_errors == n_before ? ERR_OK : ERR_INVALID;
}

struct bytes staff_words_show(const struct staff_words *w, enum staff_order_kind kind,
			      struct tongue tongue)
{
	struct bytes otherwise = BYTES_NONE;

	for (size_t i = 0; i < w->n; i++) {
		const struct phrase *p = &w->list[i];

		if (p->is_tongue || p->kind != kind)
			continue;
		if (p->language == tongue.language && p->language != LANG_NONE)
			return p->written;
		if (otherwise.ptr == NULL && p->language == LANG_NONE)
			otherwise = p->written;
	}
	return otherwise;
}

/* ---- a line ---- */

/* One mail while it is read. */
struct reading {
	const struct staff_words *words;
	const struct staff_context *context;
	struct arena *arena;
	struct staff_orders *out;
	struct wr to_citizen, note;
	bool is_note;             /* `#interno` stood alone: what follows goes to nobody outside */
	struct staff_order *open; /* its text may go on in the next line */
	bool is_wrapped;          /* since the line before was long */
};

/* A line behind its #, folded; at: how far it is read. */
struct order_line {
	struct bytes line;
	struct folded f;
	size_t at;
};

static size_t skip_signs(struct bytes folded, size_t i)
{
	while (i < folded.len && strchr(" \t:-.,;!#*", folded.ptr[i]) != NULL)
		i++;
	return i;
}

/* How far the phrase reaches when it stands at i; 0: it doesn't. Between its words may stand signs. */
static size_t says(struct bytes folded, size_t i, struct bytes words)
{
	struct bytes word;

	while (bytes_split(&words, ' ', &word)) {
		i = skip_signs(folded, i);
		if (!bytes_eq(bytes_cut(folded, i, word.len), word))
			return 0;
		i += word.len;
	}
	return i < folded.len && is_word_char(folded.ptr[i]) ? 0 : i;
}

/* The longest phrase that stands at i. */
static const struct phrase *longest(const struct staff_words *w, bool is_tongue,
				    struct bytes folded, size_t i, size_t *end_out)
{
	const struct phrase *best = NULL;

	*end_out = 0;
	for (size_t k = 0; k < w->n; k++) {
		const struct phrase *p = &w->list[k];
		size_t end = p->is_tongue == is_tongue ? says(folded, i, p->words) : 0;

		if (end > *end_out) {
			*end_out = end;
			best = p;
		}
	}
	return best;
}

/* What stands behind the folded octet i, to the end of the line as it was written. */
static struct bytes rest_of(const struct order_line *l, size_t i)
{
	size_t at = l->f.at[skip_signs(l->f.text, i)];
	const uint8_t *from = l->f.original.ptr + at, *end = l->line.ptr + l->line.len;

	return from < end ? bytes_trim(bytes_at(from, (size_t)(end - from))) : BYTES_NONE;
}

static struct bytes word_at(const struct order_line *l, size_t i)
{
	size_t from = skip_signs(l->f.text, i), to = from;

	while (to < l->f.text.len && is_word_char(l->f.text.ptr[to]))
		to++;
	return bytes_cut(l->f.text, from, to - from);
}

static size_t behind(const struct order_line *l, struct bytes word)
{
	return (size_t)(word.ptr - l->f.text.ptr) + word.len;
}

/* ---- what stands behind the word: ERR_OK, ERR_NOMEM, or ERR_INVALID and why ---- */

static int read_text(struct reading *r, struct order_line *l, struct staff_order *o,
		     enum staff_misreading *why_out)
{
	(void)r;
	(void)why_out;
	o->text = rest_of(l, l->at);
	return ERR_OK;
}

/* Codes are typed in small letters and in Cyrillic too. */
static int read_code(struct reading *r, struct order_line *l, struct staff_order *o,
		     enum staff_misreading *why_out)
{
	struct bytes word = word_at(l, l->at);
	uint8_t *code = arena_alloc(r->arena, CODE_MAX);

	*why_out = STAFF_NO_CODE;
	if (code == NULL)
		return arena_err(r->arena);
	if (word.len < 2 || word.len > CODE_MAX)
		return ERR_INVALID;
	for (size_t i = 0; i < word.len; i++) {
		if (word.ptr[i] == '_')
			return ERR_INVALID;
		code[i] = word.ptr[i] >= 'a' ? word.ptr[i] - 0x20 : word.ptr[i];
	}
	o->code = bytes_at(code, word.len);
	o->text = rest_of(l, behind(l, word));
	return ERR_OK;
}

static int read_day(struct reading *r, struct order_line *l, struct staff_order *o,
		    enum staff_misreading *why_out)
{
	struct bytes rest = rest_of(l, l->at);
	struct order_line when = { .line = rest };
	size_t end;
	int err = fold_text(r->arena, utf8_cut(rest, LOOK_MAX_BYTES), &when.f);

	if (err == ERR_OK)
		err = date_words_read(&when.f, r->context->today, &o->day, &end);
	if (err == ERR_OK)
		o->text = rest_of(&when, end);
	*why_out = err == ERR_NOENT ? STAFF_NO_DAY : STAFF_BAD_DAY;
	if (err == ERR_OK &&
	    (o->day < r->context->today || o->day > r->context->today + WAIT_MAX_DAYS))
		return ERR_INVALID;
	return err == ERR_NOENT ? ERR_INVALID : err;
}

/* "123 isti kvar", "#2026-123", else the number that the line names: "sa SP-2026-000123". */
static int read_case(struct reading *r, struct order_line *l, struct staff_order *o,
		     enum staff_misreading *why_out)
{
	struct bytes text = rest_of(l, l->at), rest = text, word = BYTES_NONE;
	int err;

	*why_out = STAFF_NO_CASE;
	bytes_split(&rest, ' ', &word);
	err = caseref_bare(word, r->context->prefix, date_year(r->context->today), r->arena,
			   &o->case_no);
	if (err == ERR_NOENT) {
		rest = text;
		err = caseref_find_next(&rest, r->context->prefix, r->arena, &o->case_no);
	}
	while (rest.len != 0 && strchr(" ,.:;-", rest.ptr[0]) != NULL)
		rest = bytes_cut(rest, 1, rest.len);
	o->text = bytes_trim(rest);
	return err == ERR_NOMEM ? err : err == ERR_OK ? ERR_OK : ERR_INVALID;
}

static bool is_cyrillic(struct bytes text)
{
	struct rd r = rd_of(text);
	uint32_t cp;

	return utf8_next(&r, &cp) && fold_is_cyrillic(cp);
}

/* "sr-Cyrl" as we write it, in any case. */
static bool is_tongue_name(struct bytes folded, struct tongue *tongue_out)
{
	static const struct {
		const char *folded, *name;
	} names[] = { { "sr-cyrl", "sr-Cyrl" }, { "sr-latn", "sr-Latn" } };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (bytes_starts(folded, names[i].folded))
			return tongue_parse(bytes_of(names[i].name), tongue_out) == ERR_OK;
	return false;
}

/* So, or by a name of the profile, or by the code. */
static int read_tongue(struct reading *r, struct order_line *l, struct staff_order *o,
		       enum staff_misreading *why_out)
{
	size_t from = skip_signs(l->f.text, l->at), end;
	const struct phrase *p = longest(r->words, true, l->f.text, from, &end);

	*why_out = STAFF_NO_LANGUAGE;
	if (is_tongue_name(bytes_cut(l->f.text, from, l->f.text.len), &o->tongue))
		return ERR_OK;
	if (p == NULL)
		return tongue_parse(word_at(l, from), &o->tongue);
	o->tongue = p->tongue;
	if (p->tongue.script == SCRIPT_NONE)
		o->tongue.script = is_cyrillic(rest_of(l, from)) ? SCRIPT_CYRL : SCRIPT_LATN;
	return ERR_OK;
}

typedef int read_fn(struct reading *r, struct order_line *l, struct staff_order *o,
		    enum staff_misreading *why_out);

static read_fn *const readers[STAFF_ORDER_KINDS] = {
	[STAFF_SOLVE] = read_text,   [STAFF_CLOSE] = read_text,      [STAFF_FORWARD] = read_code,
	[STAFF_TAKE] = read_text,    [STAFF_ASK] = read_text,        [STAFF_NOTE] = read_text,
	[STAFF_WAIT] = read_day,     [STAFF_MERGE] = read_case,      [STAFF_SPLIT] = read_text,
	[STAFF_LINK] = read_case,    [STAFF_LANGUAGE] = read_tongue, [STAFF_ARTICLE] = read_text,
	[STAFF_PREVIEW] = read_text, [STAFF_HELP] = read_text,
};

/* ---- all lines ---- */

/* A word that looks like the line's first: for the answer only, never done. */
static struct bytes nearest(const struct staff_words *w, struct bytes word)
{
	for (size_t i = 0; i < w->n && word.len >= 4; i++)
		if (!w->list[i].is_tongue && edits_between(word, w->list[i].words) == 1)
			return w->list[i].written;
	return BYTES_NONE;
}

static void misread(struct reading *r, const struct order_line *l, enum staff_misreading why)
{
	struct staff_misread m = { .why = why, .line = utf8_cut(l->line, QUOTE_MAX_BYTES) };

	if (why == STAFF_UNKNOWN)
		m.near = nearest(r->words, word_at(l, 0));
	if (r->out->n_misread < STAFF_MISREAD_MAX)
		r->out->misread[r->out->n_misread++] = m;
}

/* Words that aren't an order's own: to whom they go hangs on what stood before. */
static void put_line(struct reading *r, struct bytes line)
{
	struct wr *w = r->is_note ? &r->note : &r->to_citizen;

	wr_put(w, line);
	wr_u8(w, '\n');
}

/* What an order does to the lines around it. */
static void place(struct reading *r, struct staff_order *o)
{
	if (o->kind == STAFF_SOLVE && o->text.len != 0) {
		put_line(r, o->text);
		o->text = BYTES_NONE;
	}
	if (o->kind == STAFF_NOTE && o->text.len == 0)
		r->is_note = true;
	r->open = o->text.len != 0 ? o : NULL;
}

static int read_order(struct reading *r, struct order_line *l)
{
	struct staff_order o = { .line = utf8_cut(l->line, QUOTE_MAX_BYTES) };
	const struct phrase *p = longest(r->words, false, l->f.text, 0, &l->at);
	enum staff_misreading why = STAFF_UNKNOWN;
	int err = p != NULL ? readers[p->kind](r, l, &o, &why) : ERR_INVALID;

	if (err == ERR_OK && r->out->n == STAFF_ORDERS_MAX) {
		why = STAFF_TOO_MANY;
		err = ERR_INVALID;
	}
	if (err == ERR_INVALID) {
		misread(r, l, why);
		return ERR_OK;
	}
	if (err != ERR_OK)
		return err;
	o.kind = p->kind;
	r->out->list[r->out->n] = o;
	place(r, &r->out->list[r->out->n++]);
	return ERR_OK;
}

/*
 * A mail program broke the order's line: what follows is still its text. A note of which
 * half went to the citizen would be the worst of it.
 */
static bool goes_on(struct reading *r, struct bytes line)
{
	struct bytes words = bytes_trim(line);

	if (r->open == NULL || !r->is_wrapped || words.len == 0) {
		r->open = NULL;
		return false;
	}
	r->open->text.len = (size_t)(words.ptr - r->open->text.ptr) + words.len;
	return true;
}

/* Behind blanks and signs that nobody sees; full-width signs of other keyboards count. */
static bool cut_mark(struct bytes line, struct bytes *rest_out)
{
	struct rd rd = rd_of(line);
	uint32_t cp;

	while (utf8_next(&rd, &cp)) {
		char folded[FOLD_CHAR_MAX];
		size_t len = fold_char(cp, folded);

		if (cp == '#' || cp == 0xFF03 || cp == 0xFE5F) {
			*rest_out = bytes_at(rd.ptr, rd_left(&rd));
			return true;
		}
		if (len != 0 && folded[0] != ' ' && folded[0] != '\t')
			return false;
	}
	return false;
}

static int read_line(struct reading *r, struct bytes line)
{
	struct order_line l = { .line = bytes_trim(line) };
	struct bytes rest;
	int err = ERR_OK;

	if (cut_mark(line, &rest)) {
		r->open = NULL;
		/* So many that nothing of it will be done: the rest needn't be understood. */
		if (r->out->n_misread == STAFF_MISREAD_MAX)
			return ERR_OK;
		err = fold_text(r->arena, utf8_cut(rest, LOOK_MAX_BYTES), &l.f);
		if (err == ERR_OK)
			err = read_order(r, &l);
	} else if (!goes_on(r, line)) {
		put_line(r, line);
	}
	r->is_wrapped = utf8_count(line) >= WRAPPED_MIN_CHARS;
	return err;
}

/* The note that stood alone gets all that followed. */
static void fill_note(struct reading *r)
{
	for (size_t i = 0; i < r->out->n; i++) {
		struct staff_order *o = &r->out->list[i];

		if (o->kind == STAFF_NOTE && o->text.len == 0) {
			o->text = bytes_trim(wr_bytes(&r->note));
			return;
		}
	}
}

int staff_words_read(const struct staff_words *w, struct bytes own_text,
		     const struct staff_context *context, struct arena *a,
		     struct staff_orders *orders_out)
{
	struct reading r = { .words = w, .context = context, .arena = a, .out = orders_out };
	/* A line end is added to the last line. */
	size_t room = own_text.len + 1;
	uint8_t *to_citizen = arena_alloc(a, room), *note = arena_alloc(a, room);
	struct bytes line;
	int err = to_citizen == NULL || note == NULL ? arena_err(a) : ERR_OK;

	*orders_out = (struct staff_orders){ 0 };
	r.to_citizen = wr_of(to_citizen, room);
	r.note = wr_of(note, room);
	while (err == ERR_OK && bytes_split(&own_text, '\n', &line))
		err = read_line(&r, line);
	if (err != ERR_OK)
		return err;
	fill_note(&r);
	orders_out->words = bytes_trim(wr_bytes(&r.to_citizen));
	return ERR_OK;
}
