/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/strbuf.h"

#include <stdio.h>
#include <string.h>

#include "parsers/err.h"

/* A line of text; what is longer doubles from here. */
#define STRBUF_FIRST_BYTES 128

struct strbuf strbuf_in(struct arena *a, size_t max)
{
	return (struct strbuf){ .arena = a, .max = max };
}

/* Makes room for `more` octets and the NUL behind them. */
static bool room(struct strbuf *s, size_t more)
{
	size_t need, cap = s->cap == 0 ? STRBUF_FIRST_BYTES : s->cap;
	char *bigger;

	if (s->err == ERR_OK && more > s->max - s->len)
		s->err = ERR_LIMIT;
	if (s->err != ERR_OK)
		return false;
	need = s->len + more + 1;
	if (need <= s->cap)
		return true;
	while (cap < need)
		cap = cap > s->max / 2 ? s->max + 1 : cap * 2;
	bigger = arena_alloc(s->arena, cap);
	if (bigger == NULL) {
		s->err = arena_err(s->arena);
		return false;
	}
	if (s->len != 0)
		memcpy(bigger, s->buf, s->len);
	s->buf = bigger;
	s->cap = cap;
	return true;
}

void strbuf_add(struct strbuf *s, struct bytes b)
{
	if (b.len == 0 || !room(s, b.len))
		return;
	memcpy(s->buf + s->len, b.ptr, b.len);
	s->len += b.len;
	s->buf[s->len] = '\0';
}

void strbuf_adds(struct strbuf *s, const char *text)
{
	strbuf_add(s, bytes_of(text));
}

void strbuf_addc(struct strbuf *s, char c)
{
	strbuf_add(s, bytes_at(&c, 1));
}

void strbuf_addf(struct strbuf *s, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	strbuf_addv(s, format, ap);
	va_end(ap);
}

void strbuf_addv(struct strbuf *s, const char *format, va_list ap)
{
	va_list again;
	int len;

	if (s->err != ERR_OK)
		return;
	va_copy(again, ap);
	len = vsnprintf(NULL, 0, format, ap);
	if (len < 0)
		s->err = ERR_LIMIT;
	else if (len > 0 && room(s, (size_t)len)) {
		vsnprintf(s->buf + s->len, (size_t)len + 1, format, again);
		s->len += (size_t)len;
	}
	va_end(again);
}

const char *strbuf_text(const struct strbuf *s)
{
	return s->buf == NULL ? "" : s->buf;
}

struct bytes strbuf_bytes(const struct strbuf *s)
{
	return bytes_at(strbuf_text(s), s->len);
}

int strbuf_err(const struct strbuf *s)
{
	return s->err;
}

int strbuf_finish(const struct strbuf *s, struct bytes *bytes_out)
{
	if (s->err == ERR_OK)
		*bytes_out = strbuf_bytes(s);
	return s->err;
}
