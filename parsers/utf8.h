/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * utf8 - octets of several encodings become valid, clean UTF-8 once, at the edge.
 *
 * "Clean": valid UTF-8 (no overlong form, no surrogate, nothing above U+10FFFF),
 * no control character but LF and TAB; CR LF and CR are LF; U+0000 and other
 * controls are dropped; what can't be decoded becomes U+FFFD.
 */
#ifndef PARSERS_UTF8_H
#define PARSERS_UTF8_H

#include "parsers/arena.h"

#define UTF8_REPLACEMENT 0xFFFDu

/* How a text had to be mended; counts. */
struct utf8_faults {
	unsigned replaced; /* undecodable pieces that became U+FFFD */
	unsigned dropped;  /* control characters left out */
};

/* Reads one code point; false at the end. Invalid octets yield U+FFFD, one octet at a time. */
bool utf8_next(struct rd *r, uint32_t *cp_out);
/* Writes the 1 to 4 octets of a code point; its length. buf has room for 4. */
size_t utf8_put(uint32_t cp, uint8_t *buf);
bool utf8_is_valid(struct bytes b);
/* Longest prefix of at most max octets that ends at a character boundary. */
struct bytes utf8_cut(struct bytes b, size_t max);
size_t utf8_count(struct bytes b); /* code points */

/* Each makes a clean copy in the arena. faults_out may be NULL. ERR_NOMEM or ERR_LIMIT of the arena. */
int utf8_clean(struct arena *a, struct bytes text, struct bytes *clean_out,
	       struct utf8_faults *faults_out);
/* A byte order mark at the beginning is dropped, it isn't text. */
int utf8_from_utf16be(struct arena *a, struct bytes text, struct bytes *clean_out,
		      struct utf8_faults *faults_out);
int utf8_from_latin1(struct arena *a, struct bytes text, struct bytes *clean_out,
		     struct utf8_faults *faults_out);
/* UTF-16BE octets of valid UTF-8 (surrogate pairs for emoji). */
int utf8_to_utf16be(struct arena *a, struct bytes text, struct bytes *octets_out);

#endif
