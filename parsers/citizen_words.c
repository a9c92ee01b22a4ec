/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/citizen_words.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/caseref.h"
#include "parsers/edits.h"
#include "parsers/err.h"
#include "parsers/utf8.h"

#define WORDS_ARENA_BYTES (4u << 20)
#define FILE_MAX_BYTES    65536
#define PHRASES_MAX       500
/* A command with its number and a few polite words; what is longer tells something. */
#define TOKENS_MAX 10
/* A shorter word with one typing error is too easily another word. */
#define TYPO_WORD_MIN 5

enum kind { KIND_COMMAND, KIND_FILLER, KIND_TONGUE };

struct phrase {
	enum kind kind;
	enum citizen_command command;
	enum language language; /* of the word, or LANG_NONE */
	struct tongue tongue;   /* script NONE: the one it is typed in */
	struct bytes words;     /* folded, one blank between */
};

struct citizen_words {
	struct arena *arena;
	struct phrase list[PHRASES_MAX];
	size_t n;
};

/* The words of a text: pieces of its folded form. */
struct tokens {
	const struct folded *text;
	struct {
		size_t from, to;
	} list[TOKENS_MAX];
	size_t first, end; /* those that still count */
	bool is_cut;       /* the text has more */
};

const char *citizen_command_text(enum citizen_command c)
{
	switch (c) {
	case CMD_NONE: return NULL;
	case CMD_STATUS: return "STATUS";
	case CMD_HELP: return "HELP";
	case CMD_STOP: return "STOP";
	case CMD_START: return "START";
	case CMD_LANGUAGE: return "LANGUAGE";
	}
	return NULL;
}

struct citizen_words *citizen_words_new(void)
{
	struct citizen_words *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->arena = arena_new(WORDS_ARENA_BYTES);
	if (w->arena == NULL)
		citizen_words_free(&w);
	return w;
}

void citizen_words_free(struct citizen_words **w)
{
	if (*w == NULL)
		return;
	arena_free(&(*w)->arena);
	free(*w);
	*w = NULL;
}

/* ---- the file ---- */

/* "STATUS", or "STATUS hu" */
static bool find_command(struct bytes key, struct phrase *phrase_out)
{
	size_t blank = bytes_find(key, ' ');
	struct bytes word = bytes_cut(key, 0, blank);
	struct bytes language = bytes_trim(bytes_cut(key, blank, key.len));
	struct phrase p = { .language = language_of_code(language) };

	for (int c = CMD_STATUS; c <= CMD_LANGUAGE; c++) {
		p.command = (enum citizen_command)c;
		if (bytes_is(word, citizen_command_text(p.command))) {
			*phrase_out = p;
			return language.len == 0 || p.language != LANG_NONE;
		}
	}
	return false;
}

static bool find_key(struct bytes key, struct phrase *phrase_out)
{
	struct phrase p;

	if (find_command(key, phrase_out))
		return true;
	p = (struct phrase){ .kind = bytes_is(key, "filler") ? KIND_FILLER : KIND_TONGUE };
	if (p.kind == KIND_TONGUE && tongue_parse(key, &p.tongue) != ERR_OK)
		return false;
	if (bytes_is(key, "sr"))
		p.tongue.script = SCRIPT_NONE;
	*phrase_out = p;
	return true;
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

static int add_phrase(struct citizen_words *w, const struct phrase *kind, struct bytes text,
		      struct fault at, struct faults *faults)
{
	struct phrase p = *kind;
	struct folded f;
	int err = fold_text(w->arena, text, &f);

	if (err != ERR_OK)
		return err;
	p.words = squeeze(w->arena, f.text);
	if (p.words.len == 0 || bytes_find(p.words, '_') != p.words.len) {
		faults_add(faults, at, "'%.*s' holds no word that can be typed", PRI_BYTES(text));
		return ERR_OK;
	}
	for (size_t i = 0; i < w->n; i++) {
		if (bytes_eq(w->list[i].words, p.words) && w->list[i].kind == p.kind &&
		    (w->list[i].command != p.command ||
		     w->list[i].tongue.language != p.tongue.language)) {
			faults_add(faults, at, "'%.*s' already means something else",
				   PRI_BYTES(text));
			return ERR_OK;
		}
	}
	if (w->n == PHRASES_MAX) {
		faults_add(faults, at, "more than %d words", PHRASES_MAX);
		return ERR_OK;
	}
	w->list[w->n++] = p;
	return ERR_OK;
}

static int add_line(struct citizen_words *w, struct bytes line, struct fault at,
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
		faults_add(faults, at,
			   "'%.*s' is none of STATUS: HELP: STOP: START: LANGUAGE: filler: or a "
			   "tongue as "
			   "sr: sr-Cyrl: sk:",
			   PRI_BYTES(key));
		return ERR_OK;
	}
	while (err == ERR_OK && bytes_split(&rest, ',', &word)) {
		if (bytes_trim(word).len != 0)
			err = add_phrase(w, &kind, bytes_trim(word), at, faults);
	}
	return err;
}

static void demand_words(const struct citizen_words *w, struct fault at, struct faults *faults)
{
	for (int c = CMD_STATUS; c <= CMD_LANGUAGE; c++) {
		bool has = false;

		for (size_t i = 0; i < w->n; i++)
			has |= w->list[i].kind == KIND_COMMAND && (int)w->list[i].command == c;
		if (!has)
			faults_add(faults, at, "no words for %s",
				   citizen_command_text((enum citizen_command)c));
	}
}

int citizen_words_add_file(struct citizen_words *w, struct bytes file, struct bytes text,
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

/* ---- reading a text ---- */

static bool tokens_of(const struct folded *text, struct tokens *tokens_out)
{
	struct tokens t = { .text = text };
	size_t i = 0;

	while (i < text->text.len) {
		size_t from = i;

		while (i < text->text.len && is_word_char(text->text.ptr[i]))
			i++;
		if (i == from) {
			i++;
			continue;
		}
		if (t.end == TOKENS_MAX) {
			t.is_cut = true;
			break;
		}
		t.list[t.end].from = from;
		t.list[t.end++].to = i;
	}
	*tokens_out = t;
	return t.end != 0;
}

static struct bytes token(const struct tokens *t, size_t i)
{
	return bytes_cut(t->text->text, t->list[i].from, t->list[i].to - t->list[i].from);
}

/* How many tokens from i on are the words of this phrase; 0: they aren't. */
static size_t says(const struct tokens *t, size_t i, struct bytes words)
{
	struct bytes word;
	size_t n = 0;

	/* Most don't even begin alike. */
	if (words.ptr[0] != token(t, i).ptr[0])
		return 0;
	while (bytes_split(&words, ' ', &word)) {
		if (i + n >= t->end || !bytes_eq(token(t, i + n), word))
			return 0;
		n++;
	}
	return n;
}

/* The longest phrase of a kind that stands at i. */
static const struct phrase *longest(const struct citizen_words *w, const struct tokens *t, size_t i,
				    enum kind kind, size_t *n_out)
{
	const struct phrase *best = NULL;

	*n_out = 0;
	for (size_t j = 0; j < w->n; j++) {
		size_t n = w->list[j].kind == kind ? says(t, i, w->list[j].words) : 0;

		if (n > *n_out) {
			*n_out = n;
			best = &w->list[j];
		}
	}
	return best;
}

static void drop_fillers(const struct citizen_words *w, struct tokens *t)
{
	size_t n;

	while (t->first < t->end && longest(w, t, t->first, KIND_FILLER, &n) != NULL)
		t->first += n;
	/* At the end only fillers of one word: enough for "molim", "hvala". */
	while (t->first < t->end && longest(w, t, t->end - 1, KIND_FILLER, &n) != NULL)
		t->end--;
}

/* The command at either end; its words no longer count then. */
static const struct phrase *take_command(const struct citizen_words *w, struct tokens *t)
{
	const struct phrase *found;
	size_t n;

	found = longest(w, t, t->first, KIND_COMMAND, &n);
	if (found != NULL) {
		t->first += n;
		return found;
	}
	for (size_t i = t->first + 1; i < t->end; i++) {
		found = longest(w, t, i, KIND_COMMAND, &n);
		if (found != NULL && i + n == t->end) {
			t->end = i;
			return found;
		}
	}
	return NULL;
}

/* STATUS with one typing error: the word and at most a number. STOP, START and HELP are never guessed. */
static const struct phrase *guess_command(const struct citizen_words *w, struct tokens *t,
					  struct bytes *typo_out)
{
	struct bytes word = token(t, t->first);

	if (word.len < TYPO_WORD_MIN)
		return NULL;
	for (size_t i = 0; i < w->n; i++) {
		const struct phrase *p = &w->list[i];

		if (p->kind != KIND_COMMAND || p->command != CMD_STATUS ||
		    p->words.len < TYPO_WORD_MIN || edits_between(word, p->words) != 1)
			continue;
		*typo_out = word;
		t->first++;
		return p;
	}
	return NULL;
}

static struct bytes rest_of(const struct tokens *t)
{
	if (t->first == t->end)
		return BYTES_NONE;
	return folded_original(t->text, t->list[t->first].from, t->list[t->end - 1].to);
}

static bool is_cyrillic(struct bytes text)
{
	struct rd r = rd_of(text);
	uint32_t cp;

	return utf8_next(&r, &cp) && fold_is_cyrillic(cp);
}

/* One word that is no tongue is a tongue that we don't know; more words are no command. */
static int read_tongue(const struct citizen_words *w, const struct tokens *t,
		       struct tongue *tongue_out)
{
	size_t n;
	const struct phrase *p = longest(w, t, t->first, KIND_TONGUE, &n);

	*tongue_out = (struct tongue){ 0 };
	if (p == NULL || t->first + n != t->end)
		return t->end - t->first <= 1 ? ERR_OK : ERR_NOENT;
	*tongue_out = p->tongue;
	if (p->tongue.script == SCRIPT_NONE)
		tongue_out->script = is_cyrillic(rest_of(t)) ? SCRIPT_CYRL : SCRIPT_LATN;
	return ERR_OK;
}

/* A number that belongs to no year is a STATUS all the same: of whatever the person has. */
static int read_number(const struct tokens *t, struct arena *a, struct bytes prefix, int year,
		       struct bytes *case_no_out)
{
	int err;

	if (t->first == t->end)
		return ERR_OK;
	err = caseref_bare(rest_of(t), prefix, year != 0 ? year : 2000, a, case_no_out);
	if (err == ERR_OK && year == 0 && t->end - t->first == 1)
		*case_no_out = BYTES_NONE;
	return err == ERR_NOMEM ? err : err == ERR_OK ? ERR_OK : ERR_NOENT;
}

int citizen_words_read(const struct citizen_words *w, struct arena *a, const struct folded *text,
		       struct bytes prefix, int year, struct citizen_request *request_out)
{
	struct citizen_request r = { 0 };
	const struct phrase *command;
	struct tokens t;
	int err = ERR_OK;

	if (!tokens_of(text, &t) || t.is_cut)
		return ERR_NOENT;
	drop_fillers(w, &t);
	if (t.first == t.end)
		return ERR_NOENT;
	command = take_command(w, &t);
	if (command == NULL)
		command = guess_command(w, &t, &r.typo);
	if (command == NULL)
		return ERR_NOENT;
	drop_fillers(w, &t);
	r.command = command->command;
	r.language = command->language;
	if (r.command == CMD_LANGUAGE)
		err = read_tongue(w, &t, &r.tongue);
	else if (r.command == CMD_STATUS)
		err = read_number(&t, a, prefix, year, &r.case_no);
	else if (t.first != t.end)
		err = ERR_NOENT;
	if (err == ERR_OK)
		*request_out = r;
	return err;
}

int citizen_words_number(const struct citizen_words *w, struct arena *a, const struct folded *text,
			 struct bytes prefix, int year, struct bytes *case_no_out)
{
	const struct phrase *command;
	struct tokens t;
	size_t n;

	if (!tokens_of(text, &t))
		return ERR_NOENT;
	command = longest(w, &t, t.first, KIND_COMMAND, &n);
	if (command == NULL || command->command != CMD_STATUS)
		return ERR_NOENT;
	for (t.first += n; t.first < t.end; t.first += n) {
		if (longest(w, &t, t.first, KIND_FILLER, &n) == NULL)
			break;
	}
	if (t.first == t.end)
		return ERR_NOENT;
	t.end = t.first + 1;
	return caseref_bare(rest_of(&t), prefix, year, a, case_no_out);
}
