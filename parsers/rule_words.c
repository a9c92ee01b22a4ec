/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/rule_words.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/fold.h"
#include "parsers/strbuf.h"

/* Between two neighbours: blanks and light punctuation, no end of a sentence. */
#define GAP "[^\\w.!?]{1,3}"
/* Behind "st." or "ul." the blank may be missing. */
#define GAP_AFTER_DOT   "[^\\w!?]{0,3}"
#define THREE_WORDS     "(?:" GAP "\\w+){0,3}?"
#define FIVE_WORDS      "(?:" GAP "\\w+){0,5}?"
#define REGEX_MAX_BYTES (32 * RULE_PATTERN_MAX_BYTES)

/* How many letters of a word's beginning rules are dispatched by (struct rule_start). */
#define START_LETTERS 3

struct translation {
	struct arena *arena;
	struct rule_starts *starts; /* where beginnings are noted, or NULL */
	bool has_starts;            /* still true: every alternative so far has a known beginning */
	struct bytes why;
};

static bool is_letter(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static int complain(struct translation *t, const char *words, struct bytes what)
{
	struct strbuf s = strbuf_in(t->arena, 2 * RULE_PATTERN_MAX_BYTES + 200);

	if (what.len != 0)
		strbuf_addf(&s, "'%.*s': ", PRI_BYTES(what));
	strbuf_adds(&s, words);
	return strbuf_finish(&s, &t->why) == ERR_OK ? ERR_INVALID : ERR_NOMEM;
}

/* Letters as they are, a star as any letters; đ was folded to dj, but people also write d. */
static int add_letters(struct translation *t, struct strbuf *s, struct bytes letters)
{
	for (size_t i = 0; i < letters.len; i++) {
		uint8_t c = letters.ptr[i];

		if (c == '*')
			strbuf_adds(s, "\\w*");
		else if (c == 'j' && i > 0 && letters.ptr[i - 1] == 'd')
			strbuf_adds(s, "j?");
		else if (is_letter(c))
			strbuf_addc(s, (char)c);
		else if (c == '.' || c == '-' || c == '\'')
			strbuf_addf(s, "\\%c", c);
		else
			return complain(t, "no word; write it with letters, * and endings in ( )",
					letters);
	}
	return ERR_OK;
}

static int add_endings(struct translation *t, struct strbuf *s, struct bytes endings)
{
	strbuf_adds(s, "(?:");
	for (;;) {
		size_t comma = bytes_find(endings, ',');
		int err = add_letters(t, s, bytes_cut(endings, 0, comma));

		if (err != ERR_OK)
			return err;
		if (comma == endings.len)
			break;
		strbuf_addc(s, '|');
		endings = bytes_cut(endings, comma + 1, endings.len);
	}
	strbuf_addc(s, ')');
	return ERR_OK;
}

static int add_word(struct translation *t, struct strbuf *s, struct bytes word)
{
	struct bytes rest = word;
	int err = ERR_OK;

	if (word.ptr[0] != '.' && word.ptr[0] != '-')
		strbuf_adds(s, "\\b");
	while (rest.len != 0 && err == ERR_OK) {
		size_t open = bytes_find(rest, '('), close = bytes_find(rest, ')');

		if (open == rest.len && close == rest.len) {
			err = add_letters(t, s, rest);
			break;
		}
		if (open >= close || close == rest.len)
			return complain(t,
					"a bracket is missing; endings are written so: vod(a,e,u)",
					word);
		err = add_letters(t, s, bytes_cut(rest, 0, open));
		if (err == ERR_OK)
			err = add_endings(t, s, bytes_cut(rest, open + 1, close - open - 1));
		rest = bytes_cut(rest, close + 1, rest.len);
	}
	if (word.ptr[word.len - 1] != '.' && word.ptr[word.len - 1] != '-')
		strbuf_adds(s, "\\b");
	return err;
}

static uint8_t letter_at(struct bytes word, size_t i)
{
	return word.len > i && is_letter(word.ptr[i]) ? word.ptr[i] : 0;
}

static void add_start(struct translation *t, uint8_t first, uint8_t second, uint8_t third)
{
	struct rule_starts *r = t->starts;

	if (first == 0 || r->n == RULE_STARTS_MAX) {
		t->has_starts = false;
		return;
	}
	/* In "dj" the j may be missing (add_letters). */
	if (second == 'd' && third == 'j')
		third = 0;
	r->list[r->n++] = (struct rule_start){ (char)first, (char)second, (char)third };
}

/* What stands behind the first letter that is none sharpens nothing: a star, a full stop. */
static void note_beginning(struct translation *t, struct bytes word)
{
	uint8_t first = letter_at(word, 0), second = letter_at(word, 1);
	uint8_t third = second != 0 ? letter_at(word, 2) : 0;

	if (first == 'd' && second == 'j') {
		add_start(t, 'd', 'j', third);
		add_start(t, 'd', third, third != 0 ? letter_at(word, 3) : 0);
	} else {
		add_start(t, first, second, third);
	}
}

/* "(kuca,stan)" begins as each of them does, "pa(o,la)" as pao and pal. */
static void note_start(struct translation *t, struct bytes word)
{
	size_t open = bytes_find(word, '('), close = bytes_find(word, ')');
	struct bytes endings = bytes_cut(word, open + 1, close - open - 1), ending;
	bool is_last = false;

	if (open >= START_LETTERS || close < open) {
		note_beginning(t, word);
		return;
	}
	while (!is_last) {
		uint8_t letters[2 * START_LETTERS];
		size_t comma = bytes_find(endings, ',');

		ending = bytes_cut(endings, 0, comma < START_LETTERS ? comma : START_LETTERS);
		memcpy(letters, word.ptr, open);
		if (ending.len != 0)
			memcpy(letters + open, ending.ptr, ending.len);
		note_beginning(t, bytes_at(letters, open + ending.len));
		is_last = comma == endings.len;
		endings = bytes_cut(endings, comma + 1, endings.len);
	}
}

/* An expert's rule is dispatched when it begins with "\b" and two plain letters and has no choice at its top. */
static void note_expert_start(struct translation *t, struct bytes regex, struct rule_starts *starts)
{
	struct bytes word = bytes_cut(regex, 2, regex.len);
	size_t n = 0;
	unsigned depth = 0;

	while (n < START_LETTERS && letter_at(word, n) != 0)
		n++;
	/* A letter that may be missing, or be there twice. */
	if (n < word.len && memchr("?*+{", word.ptr[n], 4) != NULL && n > 0)
		n--;
	word = bytes_cut(word, 0, n);
	t->has_starts = bytes_starts(regex, "\\b") && n >= 2;
	for (size_t i = 0; i < regex.len && t->has_starts; i++) {
		if (regex.ptr[i] == '\\')
			i++;
		else if (regex.ptr[i] == '[') /* a bracket in a set: better no telling */
			t->has_starts = false;
		else if (regex.ptr[i] == '(')
			depth++;
		else if (regex.ptr[i] == ')' && depth > 0)
			depth--;
		else if (regex.ptr[i] == '|' && depth == 0)
			t->has_starts = false;
	}
	t->starts = starts;
	if (t->has_starts)
		note_beginning(t, word);
	t->starts = NULL;
	if (!t->has_starts)
		starts->n = 0;
}

static struct bytes next_word(struct bytes *rest)
{
	struct bytes word;

	while (bytes_split(rest, ' ', &word)) {
		if (word.len != 0)
			return word;
	}
	return BYTES_NONE;
}

static int add_phrase(struct translation *t, struct strbuf *s, struct bytes phrase)
{
	struct bytes word, last = BYTES_NONE;
	int err = ERR_OK;

	while (err == ERR_OK && (word = next_word(&phrase)).len != 0) {
		if (bytes_is(word, "...")) {
			if (last.len == 0)
				return complain(t, "'...' must stand between two words",
						BYTES_NONE);
			strbuf_adds(s, THREE_WORDS);
			continue;
		}
		if (last.len != 0)
			strbuf_adds(s, bytes_ends(last, ".") ? GAP_AFTER_DOT : GAP);
		else if (t->starts != NULL)
			note_start(t, word);
		err = add_word(t, s, word);
		last = word;
	}
	if (err == ERR_OK && last.len == 0)
		return complain(t, "a word is missing beside | BLIZU or OSIM", BYTES_NONE);
	return err;
}

static int add_choice(struct translation *t, struct strbuf *s, struct bytes choice)
{
	int err;

	strbuf_adds(s, "(?:");
	for (;;) {
		size_t bar = bytes_find(choice, '|');

		err = add_phrase(t, s, bytes_cut(choice, 0, bar));
		if (err != ERR_OK || bar == choice.len)
			break;
		strbuf_addc(s, '|');
		choice = bytes_cut(choice, bar + 1, choice.len);
	}
	strbuf_addc(s, ')');
	return err;
}

/* Finds a word in capitals with blanks around it; its parts are what stands before and behind. */
static bool part(struct bytes text, const char *const names[2], struct bytes *before_out,
		 struct bytes *behind_out)
{
	for (int i = 0; i < 2; i++) {
		const uint8_t *at = memmem(text.ptr, text.len, names[i], strlen(names[i]));

		if (at == NULL)
			continue;
		*before_out = bytes_cut(text, 0, (size_t)(at - text.ptr));
		*behind_out = bytes_cut(text, (size_t)(at - text.ptr) + strlen(names[i]), text.len);
		return true;
	}
	return false;
}

static int fold_part(struct translation *t, struct bytes text, struct bytes *folded_out)
{
	struct folded f;
	int err = fold_text(t->arena, text, &f);

	if (err == ERR_OK)
		*folded_out = f.text;
	return err;
}

/* The same, and how its alternatives begin; unknown when one of them can't be told. */
static int add_noted(struct translation *t, struct strbuf *s, struct bytes choice,
		     struct rule_starts *starts)
{
	int err;

	t->starts = starts;
	t->has_starts = true;
	err = add_choice(t, s, choice);
	t->starts = NULL;
	if (starts != NULL && !t->has_starts)
		starts->n = 0;
	return err;
}

/* A BLIZU B: whichever comes first. */
static int add_near(struct translation *t, struct strbuf *s, struct bytes text,
		    struct rule_regex *noted)
{
	static const char *const names[2] = { " BLIZU ", " NEAR " };
	struct bytes a = text, b = BYTES_NONE;
	bool has_two = part(text, names, &a, &b);
	int err = fold_part(t, a, &a);

	if (err == ERR_OK)
		err = fold_part(t, b, &b);
	if (err == ERR_OK)
		err = add_noted(t, s, a, noted != NULL ? &noted->first : NULL);
	if (noted != NULL)
		noted->begins_so = noted->first.n != 0;
	if (err != ERR_OK || !has_two)
		return err;
	strbuf_adds(s, FIVE_WORDS GAP);
	err = add_noted(t, s, b, noted != NULL ? &noted->near : NULL);
	if (err != ERR_OK)
		return err;
	if (noted != NULL)
		noted->begins_so &= noted->near.n != 0;
	strbuf_addc(s, '|');
	err = add_choice(t, s, b);
	strbuf_adds(s, FIVE_WORDS GAP);
	return err == ERR_OK ? add_choice(t, s, a) : err;
}

/* noted: where it says how words begin, or NULL. */
static int translate_part(struct translation *t, struct bytes text, struct bytes *regex_out,
			  struct rule_regex *noted)
{
	struct strbuf s = strbuf_in(t->arena, REGEX_MAX_BYTES);
	int err;

	text = bytes_trim(text);
	if (text.len > 2 && text.ptr[0] == '/' && bytes_ends(text, "/")) {
		*regex_out = bytes_cut(text, 1, text.len - 2);
		if (noted != NULL) {
			note_expert_start(t, *regex_out, &noted->first);
			noted->begins_so = noted->first.n != 0;
		}
		return ERR_OK;
	}
	err = add_near(t, &s, text, noted);
	return err == ERR_OK ? strbuf_finish(&s, regex_out) : err;
}

int rule_words_translate(struct arena *a, struct bytes pattern, struct rule_regex *regex_out,
			 struct bytes *why_out)
{
	static const char *const names[2] = { " OSIM ", " EXCEPT " };
	struct translation t = { .arena = a };
	struct bytes hit = bytes_trim(pattern), veto = BYTES_NONE;
	int err;

	*regex_out = (struct rule_regex){ 0 };
	if (hit.len > RULE_PATTERN_MAX_BYTES)
		err = complain(&t, "the rule is too long; make two of it", BYTES_NONE);
	else
		err = ERR_OK;
	(void)part(hit, names, &hit, &veto);
	if (err == ERR_OK)
		err = translate_part(&t, hit, &regex_out->hit, regex_out);
	if (err == ERR_OK && veto.len != 0)
		err = translate_part(&t, veto, &regex_out->veto, NULL);
	*why_out = t.why;
	return err;
}
