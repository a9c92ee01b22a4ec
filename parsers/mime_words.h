/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mime_words - what is written in header fields: encoded words (RFC 2047) in every
 * broken form that programs make, and raw octets.
 *
 * Linear in the input, whatever it holds. Texts come out as clean UTF-8 on one
 * line. No state but iconv's.
 */
#ifndef PARSERS_MIME_WORDS_H
#define PARSERS_MIME_WORDS_H

#include "parsers/mime_charset.h"

/* Octets of one header's text that are read; no subject and no name is longer. */
#define MIME_WORDS_MAX 16384

/*
 * Reads encoded words with blanks inside, glued to other text, in quotes, cut in
 * the midst of a character, without an end, with a language; what is no word is
 * UTF-8 or, failing that, the likeliest set. ERR_NOMEM, ERR_LIMIT of the arena.
 */
int mime_words(struct mime_charsets *cs, struct arena *a, struct bytes raw, struct bytes *text_out);

/* Line ends and tabs as blanks, none at the ends; none when memory is out. */
struct bytes mime_one_line(struct arena *a, struct bytes text);

#endif
