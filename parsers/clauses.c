/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/clauses.h"

#include <string.h>

/* How many octets of a list of words, each between blanks, stand at i; the last blank isn't counted. */
static size_t word_at(struct bytes t, size_t i, const char *const *words, size_t n)
{
	struct bytes rest = bytes_cut(t, i, t.len);

	for (size_t j = 0; rest.len != 0 && rest.ptr[0] == ' ' && j < n; j++) {
		/* The last blank stays: it may begin the next one (", a i …"). */
		if (bytes_starts(rest, words[j]))
			return bytes_of(words[j]).len - 1;
	}
	return 0;
}

/* How many octets part two clauses at i: a sentence's end, a comma, a conjunction; 0: none. */
static size_t parting(struct bytes t, size_t i)
{
	static const char *const joints[] = { " a ",   " i ",    " ali ",  " plus ", " takodje ",
					      " and ", " also ", " aj ",   " ale ",  " es ",
					      " nit ", " niti ", " usput " };
	struct bytes rest = bytes_cut(t, i, t.len);

	/* Most of a text: nothing parts within a word. */
	if (t.ptr[i] >= 'a' && t.ptr[i] <= 'z')
		return 0;
	if (strchr("!?;+\n", t.ptr[i]) != NULL)
		return 1;
	/* 14.200 and 1,5 are numbers, "ul.Nikole" is one thing too. */
	if (t.ptr[i] == '.' || t.ptr[i] == ',')
		return rest.len == 1 || rest.ptr[1] == ' ' || rest.ptr[1] == '\n';
	return word_at(t, i, joints, ARRAY_LEN(joints));
}

static bool is_one_word(struct bytes t, size_t from, size_t to)
{
	struct bytes piece = bytes_trim(bytes_cut(t, from, to - from));

	return bytes_find(piece, ' ') == piece.len;
}

void clauses_part(struct bytes folded, struct clauses *clauses_out)
{
	struct clauses c = { .n = 1 };
	size_t i = 0;

	while (i < folded.len && c.n < CLAUSES_MAX) {
		size_t n = parting(folded, i);

		/* "Poštovani," and other single words before a comma are no clause. */
		if (n == 0 || (folded.ptr[i] == ',' && is_one_word(folded, c.from[c.n - 1], i))) {
			i++;
			continue;
		}
		i += n;
		c.from[c.n++] = i;
	}
	*clauses_out = c;
}

size_t clauses_at(const struct clauses *c, size_t at)
{
	size_t i = c->n - 1;

	while (i > 0 && c->from[i] > at)
		i--;
	return i;
}

/* A word with which something new begins, or something else than one hopes. */
static bool turns_at(struct bytes t, size_t i)
{
	static const char *const turns[] = {
		" opet ",     " ponovo ", " sad ",  " sada ",  " jos ",   " ipak ", " samo ",
		" medjutim ", " nego ",   " ali ",  " ale ",   " znova ", " este ", " teraz ",
		" de ",       " megint ", " most ", " again ", " still ", " but ",  " now "
	};

	return t.ptr[i] == ' ' && word_at(t, i, turns, ARRAY_LEN(turns)) != 0;
}

bool clauses_turns(struct bytes folded)
{
	for (size_t i = 0; i < folded.len; i++) {
		if (turns_at(folded, i))
			return true;
	}
	return false;
}

size_t clauses_end(struct bytes folded, size_t from)
{
	while (from < folded.len && parting(folded, from) == 0 && !turns_at(folded, from))
		from++;
	return from;
}

bool clauses_goes_on_about(struct bytes folded, size_t from)
{
	static const char *const about[] = { " za ",     " sa ",     " s ",       " o ",
					     " oko ",    " zbog ",   " da ",      " povodom ",
					     " vezano ", " u vezi ", " koju ",    " koja ",
					     " koji ",   " sto ",    " ohladom ", " ktoru ",
					     " about ",  " for ",    " on ",      " regarding " };

	return word_at(folded, from, about, ARRAY_LEN(about)) != 0;
}

bool clauses_depends(struct bytes folded, size_t from)
{
	static const char *const words[] = {
		"pa ",     "jer ",     "da ",    "tako ", "zbog ",  "dok ",  "kad ",
		"kada ",   "ako ",     "koji ",  "koja ", "koje ",  "gde ",  "gdje ",
		"lebo ",   "pretoze ", "takze ", "ked ",  "mert ",  "hogy ", "ezert ",
		"amikor ", "because ", "so ",    "that ", "which ", "when ", "since ",
	};

	while (from < folded.len && folded.ptr[from] == ' ')
		from++;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (bytes_starts(bytes_cut(folded, from, folded.len), words[i]))
			return true;
	}
	return false;
}
