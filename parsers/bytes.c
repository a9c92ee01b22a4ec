/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/bytes.h"

#include <string.h>
#include <strings.h>

#include "parsers/err.h"

struct bytes bytes_of(const char *text)
{
	return text == NULL ? BYTES_NONE : bytes_at(text, strlen(text));
}

struct bytes bytes_at(const void *ptr, size_t len)
{
	return (struct bytes){ .ptr = ptr, .len = len };
}

bool bytes_eq(struct bytes a, struct bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool bytes_is(struct bytes a, const char *text)
{
	return bytes_eq(a, bytes_of(text));
}

bool bytes_eq_any_case(struct bytes a, struct bytes b)
{
	return a.len == b.len &&
	       (a.len == 0 || strncasecmp((const char *)a.ptr, (const char *)b.ptr, a.len) == 0);
}

bool bytes_is_any_case(struct bytes a, const char *text)
{
	return bytes_eq_any_case(a, bytes_of(text));
}

bool bytes_holds(struct bytes a, const char *text)
{
	return a.len != 0 && memmem(a.ptr, a.len, text, strlen(text)) != NULL;
}

bool bytes_starts(struct bytes a, const char *text)
{
	struct bytes head = bytes_of(text);

	return a.len >= head.len && bytes_eq(bytes_cut(a, 0, head.len), head);
}

bool bytes_ends(struct bytes a, const char *text)
{
	struct bytes tail = bytes_of(text);

	return a.len >= tail.len && bytes_eq(bytes_cut(a, a.len - tail.len, tail.len), tail);
}

int bytes_cmp(struct bytes a, struct bytes b)
{
	size_t common = a.len < b.len ? a.len : b.len;
	int order = common == 0 ? 0 : memcmp(a.ptr, b.ptr, common);

	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

struct bytes bytes_cut(struct bytes b, size_t from, size_t len)
{
	if (from > b.len)
		from = b.len;
	if (len > b.len - from)
		len = b.len - from;
	return from == 0 ? bytes_at(b.ptr, len) : bytes_at(b.ptr + from, len);
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct bytes bytes_trim(struct bytes b)
{
	size_t from = 0, to = b.len;

	while (from < to && is_blank(b.ptr[from]))
		from++;
	while (to > from && is_blank(b.ptr[to - 1]))
		to--;
	return bytes_cut(b, from, to - from);
}

bool bytes_split(struct bytes *rest, uint8_t sep, struct bytes *head_out)
{
	size_t at;

	if (rest->len == 0)
		return false;
	at = bytes_find(*rest, sep);
	*head_out = bytes_cut(*rest, 0, at);
	*rest = bytes_cut(*rest, at + 1, rest->len);
	return true;
}

size_t bytes_find(struct bytes b, uint8_t octet)
{
	const uint8_t *at = b.len == 0 ? NULL : memchr(b.ptr, octet, b.len);

	return at == NULL ? b.len : (size_t)(at - b.ptr);
}

struct rd rd_of(struct bytes b)
{
	return (struct rd){ .ptr = b.ptr, .end = b.len == 0 ? b.ptr : b.ptr + b.len };
}

static uint64_t rd_number(struct rd *r, size_t len)
{
	struct bytes b = rd_take(r, len);
	uint64_t v = 0;

	for (size_t i = 0; i < b.len; i++)
		v = v << 8 | b.ptr[i];
	return v;
}

uint8_t rd_u8(struct rd *r)
{
	return (uint8_t)rd_number(r, 1);
}

uint16_t rd_u16(struct rd *r)
{
	return (uint16_t)rd_number(r, 2);
}

uint32_t rd_u32(struct rd *r)
{
	return (uint32_t)rd_number(r, 4);
}

uint64_t rd_u64(struct rd *r)
{
	return rd_number(r, 8);
}

struct bytes rd_take(struct rd *r, size_t len)
{
	struct bytes taken;

	if (r->err == ERR_OK && len > rd_left(r))
		r->err = ERR_TRUNCATED;
	if (r->err != ERR_OK || len == 0)
		return BYTES_NONE;
	taken = bytes_at(r->ptr, len);
	r->ptr += len;
	return taken;
}

size_t rd_left(const struct rd *r)
{
	return r->ptr == r->end ? 0 : (size_t)(r->end - r->ptr);
}

int rd_err(const struct rd *r)
{
	return r->err;
}

struct wr wr_of(void *buf, size_t cap)
{
	return (struct wr){ .buf = buf, .cap = cap };
}

static void wr_number(struct wr *w, uint64_t v, size_t len)
{
	uint8_t octets[8];

	for (size_t i = 0; i < len; i++)
		octets[i] = (uint8_t)(v >> 8 * (len - 1 - i));
	wr_put(w, bytes_at(octets, len));
}

void wr_u8(struct wr *w, uint8_t v)
{
	wr_number(w, v, 1);
}

void wr_u16(struct wr *w, uint16_t v)
{
	wr_number(w, v, 2);
}

void wr_u32(struct wr *w, uint32_t v)
{
	wr_number(w, v, 4);
}

void wr_u64(struct wr *w, uint64_t v)
{
	wr_number(w, v, 8);
}

void wr_put(struct wr *w, struct bytes b)
{
	if (w->err == ERR_OK && b.len > w->cap - w->len)
		w->err = ERR_LIMIT;
	if (w->err != ERR_OK || b.len == 0)
		return;
	memcpy(w->buf + w->len, b.ptr, b.len);
	w->len += b.len;
}

struct bytes wr_bytes(const struct wr *w)
{
	return bytes_at(w->buf, w->len);
}

int wr_err(const struct wr *w)
{
	return w->err;
}
