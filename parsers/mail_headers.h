/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_headers - the header lines of a mail, in the order of the mail, as raw octets.
 *
 * Our own reader, because what decides (who sent it, is it automatic, what did our
 * server find) must see exactly what stands there: each line once, in order, nothing
 * merged, nothing decoded. Ends at the empty line, or at the first line that is no
 * header, as Postfix and Python do; a first `From ` or `>From ` line is passed over.
 * Bounded in lines and octets. No state.
 *
 * Leaves: what stands in a field to parsers/mail_fields.h; words of RFC 2047 to mime_words.
 */
#ifndef PARSERS_MAIL_HEADERS_H
#define PARSERS_MAIL_HEADERS_H

#include "parsers/arena.h"

#define MAIL_HEADERS_MAX       2000
#define MAIL_HEADERS_BYTES_MAX (256u << 10)

struct mail_header_line {
	struct bytes name;  /* as written, without blanks around it */
	struct bytes value; /* on one line, blanks around it off; may be empty; no NUL, CR, LF */
	bool is_odd;        /* a blank before the colon; a NUL or lone CR that was left out */
};

struct mail_headers {
	const struct mail_header_line *list;
	size_t n;
	size_t body_at; /* where in the raw octets the body begins */
	bool is_cut;    /* there were more lines or octets than we read */
};

/* ERR_NOMEM, or ERR_LIMIT of the arena. No header at all is ERR_OK with n 0. */
int mail_headers_read(struct bytes raw, struct arena *a, struct mail_headers *headers_out);
/* The value of the nth (from 0) line of that name, in any case; ptr NULL when there is none. */
struct bytes mail_header(const struct mail_headers *h, const char *name, size_t nth);
size_t mail_header_count(const struct mail_headers *h, const char *name);

#endif
