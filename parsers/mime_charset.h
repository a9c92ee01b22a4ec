/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mime_charset - octets of any character set, rightly or wrongly named, as clean UTF-8.
 *
 * Owns:     iconv's descriptors. They are opened, and each has converted a letter,
 *           before a mail is read: in the cell no file can be opened.
 * Promises: nothing is refused. A name may be quoted, have a language ("utf-8*sr"),
 *           be spelt by somebody's habit ("x-cp1250"), be missing, unknown or wrong:
 *           UTF-8 is known by its form, and among the sets that our people's
 *           programs confuse (windows-1250 called iso-8859-2, Cyrillic in
 *           windows-1251 or koi8-r) the letters decide.
 * Threads:  a descriptor has state: one user at a time.
 */
#ifndef PARSERS_MIME_CHARSET_H
#define PARSERS_MIME_CHARSET_H

#include "parsers/arena.h"

struct mime_charsets;

/* The usual ones, opened and warm. NULL: out of memory. What iconv lacks counts as unknown. */
struct mime_charsets *mime_charsets_open(void);
void mime_charsets_close(struct mime_charsets **cs); /* *cs may be NULL; becomes NULL */
/*
 * Opens those of the others that a raw mail names. It opens files, so it is called
 * before the cell; without it a rare set counts as unknown. Only names of our table
 * are ever handed to iconv.
 */
void mime_charsets_need(struct mime_charsets *cs, struct bytes raw);
/* Whether the name is one that we know, opened or not. */
bool mime_charset_is_known(struct bytes name);

struct mime_text {
	struct bytes text;
	const char *charset; /* what it was read as */
	bool is_unknown;     /* the name is none that we know (never for no name at all) */
	bool is_mislabelled; /* it was read as another set than it said */
	unsigned n_replaced; /* undecodable pieces that became U+FFFD */
};

/* name may be none. ERR_NOMEM, ERR_LIMIT of the arena. */
int mime_charset_text(struct mime_charsets *cs, struct arena *a, struct bytes name,
		      struct bytes octets, struct mime_text *text_out);

#endif
