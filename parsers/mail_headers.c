/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mail_headers.h"

#include "parsers/err.h"

/* Takes a line with its line end off the rest. */
static struct bytes take_line(struct bytes *rest)
{
	struct bytes line = bytes_cut(*rest, 0, bytes_find(*rest, '\n') + 1);

	*rest = bytes_cut(*rest, line.len, rest->len);
	return line;
}

static bool is_line_end(uint8_t c)
{
	return c == '\r' || c == '\n' || c == '\0';
}

static bool is_empty(struct bytes line)
{
	for (size_t i = 0; i < line.len; i++)
		if (!is_line_end(line.ptr[i]))
			return false;
	return true;
}

static bool is_folded(struct bytes line)
{
	return line.len != 0 && (line.ptr[0] == ' ' || line.ptr[0] == '\t');
}

/* "Name:", or "Name :" of RFC 822. A NUL counts as not being there. */
static bool is_header(struct bytes line)
{
	bool has_name = false, has_blank = false;

	for (size_t i = 0; i < line.len; i++) {
		uint8_t c = line.ptr[i];

		if (c == ':')
			return has_name;
		if (c == ' ' || c == '\t')
			has_blank = true;
		else if (c != '\0' && (has_blank || c < '!' || c > '~'))
			return false;
		has_name |= c > ' ';
	}
	return false;
}

/* "From pera Mon Mar 2" of an mbox; but "From : pera@x" of old is a header. */
static void skip_envelope_line(struct bytes *rest)
{
	struct bytes after = *rest, line = take_line(&after);

	if (bytes_starts(line, ">From ") || (bytes_starts(line, "From ") && !is_header(line)))
		*rest = after;
}

/* How much of the raw octets is header, and how many lines of it begin one. */
struct extent {
	struct bytes block;
	size_t n;
	size_t body_at;
	bool is_cut;
};

static struct extent measure(struct bytes raw)
{
	struct extent e = { 0 };
	struct bytes rest = raw, block;

	skip_envelope_line(&rest);
	block = rest;
	while (rest.len != 0) {
		struct bytes before = rest, line = take_line(&rest);

		if (is_empty(line))
			break;
		if (!(is_folded(line) ? e.n != 0 : is_header(line))) {
			rest = before;
			break;
		}
		if (e.is_cut)
			continue;
		e.n += !is_folded(line);
		e.block = bytes_at(block.ptr, (size_t)(rest.ptr - block.ptr));
		e.is_cut = e.n > MAIL_HEADERS_MAX || e.block.len > MAIL_HEADERS_BYTES_MAX;
	}
	if (e.n > MAIL_HEADERS_MAX)
		e.n = MAIL_HEADERS_MAX;
	e.block = bytes_cut(e.block, 0, MAIL_HEADERS_BYTES_MAX);
	e.body_at = raw.len - rest.len;
	return e;
}

/* The line without NULs and line ends, behind what the writer holds; false: some stood within. */
static bool put_line(struct wr *w, struct bytes line)
{
	size_t before = w->len;

	line.len -= bytes_ends(line, "\n");
	line.len -= bytes_ends(line, "\r");
	for (size_t i = 0; i < line.len; i++)
		if (!is_line_end(line.ptr[i]))
			wr_u8(w, line.ptr[i]);
	return w->len - before == line.len;
}

static void split_field(struct mail_header_line *field, const uint8_t *from, const uint8_t *to)
{
	struct bytes whole = bytes_at(from, (size_t)(to - from));
	size_t colon = bytes_find(whole, ':');

	field->name = bytes_trim(bytes_cut(whole, 0, colon));
	field->value = bytes_trim(bytes_cut(whole, colon + 1, whole.len));
	field->is_odd |= field->name.len != colon;
}

static size_t fill(struct mail_header_line *list, size_t n_max, struct bytes block, struct wr *w)
{
	const uint8_t *begin = w->buf;
	size_t n = 0;

	while (block.len != 0) {
		struct bytes line = take_line(&block);

		if (!is_folded(line)) {
			if (n != 0)
				split_field(&list[n - 1], begin, w->buf + w->len);
			if (n == n_max)
				return n;
			begin = w->buf + w->len;
			list[n++].is_odd = false;
		}
		list[n - 1].is_odd |= !put_line(w, line);
	}
	if (n != 0)
		split_field(&list[n - 1], begin, w->buf + w->len);
	return n;
}

int mail_headers_read(struct bytes raw, struct arena *a, struct mail_headers *headers_out)
{
	struct extent e = measure(raw);
	struct mail_headers h = { .body_at = e.body_at, .is_cut = e.is_cut };
	struct mail_header_line *list;
	struct wr w;

	if (e.n != 0) {
		uint8_t *text = arena_alloc(a, e.block.len);

		list = arena_array(a, e.n, sizeof(*list));
		if (text == NULL || list == NULL)
			return arena_err(a);
		w = wr_of(text, e.block.len);
		h.n = fill(list, e.n, e.block, &w);
		h.list = list;
	}
	*headers_out = h;
	return ERR_OK;
}

struct bytes mail_header(const struct mail_headers *h, const char *name, size_t nth)
{
	struct bytes want = bytes_of(name);

	for (size_t i = 0; i < h->n; i++)
		if (bytes_eq_any_case(h->list[i].name, want) && nth-- == 0)
			return h->list[i].value;
	return BYTES_NONE;
}

size_t mail_header_count(const struct mail_headers *h, const char *name)
{
	struct bytes want = bytes_of(name);
	size_t n = 0;

	for (size_t i = 0; i < h->n; i++)
		n += bytes_eq_any_case(h->list[i].name, want);
	return n;
}
