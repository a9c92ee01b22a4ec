/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fold - one plain form of a text for all who search in it.
 *
 * Folded text is ASCII: lower case, diacritics stripped, Serbian Cyrillic as
 * Latin, đ as dj, typographic quotes and dashes as plain ones. A letter that we
 * have no Latin for is '_', emoji and other signs are a blank; line ends stay.
 * Words are read as they are meant: lookalikes of the other script in a word of
 * both, digits for letters within a word (k0ntejner), stretched letters once.
 * Every folded octet knows the character of the original that it came from, so
 * a reason can quote what was really written.
 *
 * The only user of ICU in this room. No state; any thread.
 */
#ifndef PARSERS_FOLD_H
#define PARSERS_FOLD_H

#include "parsers/arena.h"

/* The most octets that one character folds to. */
#define FOLD_CHAR_MAX 4

struct folded {
	struct bytes original;
	struct bytes text;  /* folded, ASCII */
	const uint32_t *at; /* text.len + 1 offsets into the original */
};

/* Writes the folded form of one code point; its length, 0 for marks and invisible characters. */
size_t fold_char(uint32_t cp, char out[FOLD_CHAR_MAX]);
/* The original is borrowed and must outlive the result. ERR_NOMEM. */
int fold_text(struct arena *a, struct bytes text, struct folded *folded_out);
/* What stands in the original for the folded octets from..to (to is behind the last). */
struct bytes folded_original(const struct folded *f, size_t from, size_t to);

/* Serbian Cyrillic as Latin with its diacritics and capitals; everything else stays. ERR_NOMEM. */
int fold_latin(struct arena *a, struct bytes text, struct bytes *latin_out);
/* Each word with a capital at its head, the rest small; words of one letter small. ERR_NOMEM. */
int fold_title(struct arena *a, struct bytes text, struct bytes *title_out);
bool fold_is_cyrillic(uint32_t cp);
bool fold_is_letter(uint32_t cp);
bool fold_is_upper(uint32_t cp);

#endif
