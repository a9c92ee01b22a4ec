/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_reader - reads back what compose_mail wrote, and forgives nothing: CRLF only,
 * lines within their limits, fields that are ones, encoded words that hold whole
 * letters, multiparts that end.
 */
#ifndef TESTS_TEMPLATES_MAIL_READER_H
#define TESTS_TEMPLATES_MAIL_READER_H

#include "parsers/arena.h"

#define READER_FIELDS_MAX 64

struct read_mail {
	struct {
		struct bytes name, value; /* unfolded, not decoded */
	} fields[READER_FIELDS_MAX];
	size_t n_fields;
	struct bytes body;
};

/* NULL when it is correct, else what is wrong. */
const char *mail_read(struct arena *a, struct bytes octets, struct read_mail *mail_out);
/* The value of a field, none when it isn't there; how often it is there. */
struct bytes mail_field(const struct read_mail *m, const char *name);
size_t mail_field_count(const struct read_mail *m, const char *name);
/* Encoded words decoded as RFC 2047 says; NULL ptr and a length of 1 when one is wrong. */
struct bytes mail_words(struct arena *a, struct bytes value);
/* A parameter such as filename, by RFC 2231; none when it isn't there. */
struct bytes mail_parameter(struct arena *a, struct bytes value, const char *name);
/* The part of a multipart, counted from 0; a fault in words, or NULL. */
const char *mail_part(struct arena *a, const struct read_mail *m, size_t n,
		      struct read_mail *part_out);
size_t mail_part_count(struct arena *a, const struct read_mail *m);
/* The body decoded by its Content-Transfer-Encoding, CRLF made LF for text. */
struct bytes mail_content(struct arena *a, const struct read_mail *m);

#endif
