/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mime_params - the value of a Content-Type or Content-Disposition with its
 * parameters (RFC 2045, 2183, 2231), as programs really write them.
 *
 * Linear in the input but for MIME_PARAMS_MAX. Texts come out as clean UTF-8 on
 * one line. No state but iconv's.
 */
#ifndef PARSERS_MIME_PARAMS_H
#define PARSERS_MIME_PARAMS_H

#include "parsers/mime_charset.h"

#define MIME_PARAMS_MAX 64

struct mime_param {
	struct bytes name;  /* lower case, without '*' */
	struct bytes value; /* clean UTF-8 */
	struct bytes
		octets; /* as they stood there, percent-decoded; a boundary is compared with these */
};

/* A Content-Type or Content-Disposition: "text/plain; charset=utf-8". */
struct mime_value {
	struct bytes main; /* lower case, no blanks: "text/plain", "attachment"; may be none */
	const struct mime_param *params;
	size_t n_params;
};

/*
 * Values may be quoted, unquoted with blanks in them, percent-encoded, in several
 * pieces (joined by their numbers), or words of RFC 2047. Of two values of one name
 * the percent-encoded counts, else the first. More than MIME_PARAMS_MAX pieces are
 * passed over. ERR_NOMEM, ERR_LIMIT of the arena.
 */
int mime_value(struct mime_charsets *cs, struct arena *a, struct bytes raw,
	       struct mime_value *value_out);
/* ptr NULL when there is none. */
struct bytes mime_param(const struct mime_value *value, const char *name);
struct bytes mime_param_octets(const struct mime_value *value, const char *name);

#endif
