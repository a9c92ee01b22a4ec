/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * strbuf - text that grows in an arena, is bounded, and sticks to its first error.
 */
#ifndef PARSERS_STRBUF_H
#define PARSERS_STRBUF_H

#include <stdarg.h>

#include "parsers/arena.h"

struct strbuf {
	struct arena *arena;
	char *buf;
	size_t len;
	size_t cap;
	size_t max;
	int err; /* ERR_OK, ERR_LIMIT (max reached) or ERR_NOMEM */
};

/* Empty; may grow to max octets. Nothing is allocated before the first add. */
struct strbuf strbuf_in(struct arena *a, size_t max);
void strbuf_add(struct strbuf *s, struct bytes b);
void strbuf_adds(struct strbuf *s, const char *text);
void strbuf_addc(struct strbuf *s, char c);
void strbuf_addf(struct strbuf *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void strbuf_addv(struct strbuf *s, const char *format, va_list ap)
	__attribute__((format(printf, 2, 0)));
/* What stands there so far, NUL behind it ("" when nothing). */
const char *strbuf_text(const struct strbuf *s);
struct bytes strbuf_bytes(const struct strbuf *s);
int strbuf_err(const struct strbuf *s);
/* The whole text, only when nothing went wrong. */
int strbuf_finish(const struct strbuf *s, struct bytes *bytes_out);

#endif
