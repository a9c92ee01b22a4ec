/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mime_charset_names - the table of character sets: iconv's name for each, and what people's
 * programs call it.
 *
 * Leaves: conversion, and names that are wrong, to mime_charset. No state.
 */
#ifndef PARSERS_MIME_CHARSET_NAMES_H
#define PARSERS_MIME_CHARSET_NAMES_H

#include "parsers/bytes.h"

enum charset_kind {
	CHARSET_ONE,     /* an octet a character, ASCII below 0x80 */
	CHARSET_DOUBTED, /* the same, and often the wrong name */
	CHARSET_SEVERAL, /* several octets a character, ASCII below 0x80 */
	CHARSET_UTF8,
	CHARSET_ODD, /* ASCII octets needn't be ASCII: by iconv whatever stands there */
};

enum charset_when { CHARSET_AT_ONCE, CHARSET_ON_DEMAND };

struct charset_row {
	const char *iconv;
	enum charset_kind kind;
	enum charset_when when;
	const char *
		names; /* parted by blanks; small letters and digits only, without a leading "x" or "cs" */
};

#define CHARSET_ROWS 93
/* UTF-8 first; then those that a text without a usable name may be in, likeliest first. */
extern const struct charset_row charset_rows[CHARSET_ROWS];

/* NULL for none, unknown and ASCII; *is_unknown_out: a name, and neither known nor ASCII. */
const struct charset_row *charset_named(struct bytes name, bool *is_unknown_out);

#endif
