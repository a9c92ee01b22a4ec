/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * place_scan - the words of a text as place.c looks at them: where they stand,
 * what is between them, which begin with a capital, which are house numbers.
 *
 * No state; any thread.
 */
#ifndef PARSERS_PLACE_SCAN_H
#define PARSERS_PLACE_SCAN_H

#include "parsers/fold.h"

#define PLACE_MAX_BYTES 200

/* What stands between a word and the one before. */
enum gap { GAP_BLANK, GAP_DOT, GAP_HARD };

struct token {
	size_t from, to; /* of the folded text */
	enum gap gap;    /* before it */
	bool is_capital; /* begins with a capital letter */
	bool is_taken;   /* part of a settlement's name */
};

struct scan {
	const struct folded *text;
	struct arena *arena;
	struct token *list;
	size_t n;
	bool has_case; /* capitals mean something: not all small, not all capital */
};

/* The words live in the arena; no word is taken yet. ERR_NOMEM. */
int scan_words(const struct folded *text, struct arena *a, struct scan *scan_out);
struct bytes scan_word(const struct scan *s, size_t i);
bool scan_is_digit(uint8_t c);
bool scan_is_one_of(struct bytes w, const char *const *list, size_t n);
#define SCAN_IS_ONE_OF(w, list) scan_is_one_of((w), (list), ARRAY_LEN(list))

/* Whether it is "br", "broj", "number". */
bool scan_is_number_word(struct bytes w);
/* A number that counts no things, is no day, hour or telephone number. */
bool scan_is_house_number(const struct scan *s, size_t i);
/* "14", "14/2", and of "od 20 do 40" the whole range. ERR_NOMEM. */
int scan_read_number(struct scan *s, size_t i, struct bytes *number_out);
/* Where a house number stands at i, perhaps behind its word, or s->n. */
size_t scan_number_behind(const struct scan *s, size_t i);
/* Where one stands behind its word, from i on, or s->n. */
size_t scan_number_later(const struct scan *s, size_t i);

#endif
