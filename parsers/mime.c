/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mime.h"

#include <string.h>
#include <strings.h>

#include "parsers/err.h"

/* The headers of a part that is no mail: a handful of Content lines. */
#define PART_HEADERS_OCTETS ((size_t)16 * 1024)
/* Encoded mails within encoded mails: each is a copy. */
#define DECODED_DEPTH_MAX 4
/* How far the first boundary of a multipart may be from its beginning, when it says that it is encoded. */
#define BOUNDARY_LOOK_OCTETS ((size_t)64 * 1024)
/* Of a mail within the mail. */
#define MESSAGE_HEADERS_OCTETS ((size_t)64 * 1024)

/* A line "--boundary" that one of the open multiparts waits for. */
struct delimiter {
	bool is_there;
	size_t at;    /* of its line */
	size_t after; /* behind its line end */
	size_t index; /* whose it is */
	bool is_close;
};

struct walk {
	struct mime_charsets *cs;
	struct arena *arena;
	struct mime_notes *notes;
	struct bytes raw;
	size_t at;
	struct bytes open[MIME_DEPTH_MAX + 1]; /* boundaries, the innermost last */
	size_t n_open;
	struct delimiter found; /* the one that ended the last entity */
	unsigned *n_parts;      /* of the whole mail */
	unsigned n_decoded;     /* how many encoded ones this lies within */
	int err;
};

static struct mime_part *entity(struct walk *w, struct mime_part *parent);

void mime_note(struct mime_notes *notes, const char *words)
{
	for (size_t i = 0; i < notes->n; i++)
		if (strcmp(notes->list[i], words) == 0)
			return;
	if (notes->n < MIME_NOTES_MAX)
		notes->list[notes->n++] = words;
}

bool mime_is(const struct mime_part *part, const char *type)
{
	return bytes_is(part->type.main, type);
}

bool mime_is_under(const struct mime_part *part, const char *type)
{
	return bytes_starts(part->type.main, type) && part->type.main.len > strlen(type) &&
	       part->type.main.ptr[strlen(type)] == '/';
}

/* --- delimiters --- */

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\0';
}

static struct bytes trim_right(struct bytes b)
{
	while (b.len != 0 && is_blank(b.ptr[b.len - 1]))
		b.len--;
	return b;
}

/*
 * Whether the line (without its end, trimmed) is that boundary's. exact: nothing
 * behind it but "--"; else junk behind a blank, or behind the closing "--", is let be.
 */
static bool is_line_of(struct bytes line, struct bytes boundary, bool exact, bool *is_close_out)
{
	struct bytes rest;

	if (line.len < 2 + boundary.len || memcmp(line.ptr + 2, boundary.ptr, boundary.len) != 0)
		return false;
	rest = bytes_cut(line, 2 + boundary.len, line.len);
	*is_close_out = bytes_starts(rest, "--");
	if (exact)
		return rest.len == 0 || bytes_is(rest, "--");
	return *is_close_out || rest.len == 0 || is_blank(rest.ptr[0]);
}

static bool match(const struct walk *w, struct bytes line, struct delimiter *d)
{
	for (int exact = 1; exact >= 0; exact--)
		for (size_t i = w->n_open; i-- > 0;)
			if (is_line_of(line, w->open[i], exact, &d->is_close)) {
				d->index = i;
				return true;
			}
	return false;
}

/* The next line of the form "--…" at or behind `from`, which begins a line; raw.len when there is none. */
static size_t next_dashes(struct bytes raw, size_t from, size_t end)
{
	while (from + 2 <= end && !(raw.ptr[from] == '-' && raw.ptr[from + 1] == '-')) {
		const uint8_t *at = memchr(raw.ptr + from, '\n', end - from);

		if (at == NULL)
			return raw.len;
		from = (size_t)(at - raw.ptr) + 1;
	}
	return from + 2 <= end ? from : raw.len;
}

static struct delimiter next_delimiter(const struct walk *w, size_t from, size_t end)
{
	struct delimiter d = { 0 };

	while (w->n_open != 0 && (from = next_dashes(w->raw, from, end)) < end) {
		struct bytes rest = bytes_cut(w->raw, from, w->raw.len);
		size_t len = bytes_find(rest, '\n');

		d.at = from;
		d.after = len == rest.len ? w->raw.len : from + len + 1;
		d.is_there = match(w, trim_right(bytes_cut(rest, 0, len)), &d);
		if (d.is_there)
			return d;
		from = d.after;
	}
	return (struct delimiter){ .at = w->raw.len, .after = w->raw.len };
}

/* From..to without the line end that belongs to the delimiter behind it. */
static struct bytes body_until(const struct walk *w, size_t from, const struct delimiter *d)
{
	size_t to = d->at;

	if (!d->is_there)
		return bytes_cut(w->raw, from, w->raw.len);
	if (to > from && w->raw.ptr[to - 1] == '\n')
		to--;
	if (to > from && w->raw.ptr[to - 1] == '\r')
		to--;
	return bytes_cut(w->raw, from, to - from);
}

/* --- one entity's headers --- */

static void read_type(struct walk *w, struct mime_part *p)
{
	static const struct bytes plain = BYTES("text/plain"), message = BYTES("message/rfc822");
	bool is_in_digest = p->parent != NULL && mime_is(p->parent, "multipart/digest");

	w->err = mime_value(w->cs, w->arena, mail_header(&p->headers, "Content-Type", 0), &p->type);
	if (w->err != ERR_OK)
		return;
	if (p->type.main.len == 0)
		p->type.main = is_in_digest ? message : plain;
	else if (bytes_find(p->type.main, '/') == p->type.main.len)
		p->type.main = plain; /* "text", of the programs before MIME */
	w->err = mime_value(w->cs, w->arena, mail_header(&p->headers, "Content-Disposition", 0),
			    &p->disposition);
}

static struct bytes id_of(struct bytes value)
{
	size_t from = bytes_find(value, '<') + 1;

	if (from > value.len)
		return value;
	value = bytes_cut(value, from, value.len);
	return bytes_trim(bytes_cut(value, 0, bytes_find(value, '>')));
}

/*
 * Reads the headers at the cursor, which comes to stand at the body. They end at a
 * delimiter, too: a boundary may look like a header line. So much of a part's is read
 * as a mail can fill hundreds of parts with.
 */
static void read_headers(struct walk *w, struct mime_part *p)
{
	bool is_mail = p->parent == NULL || p->parent->kind == MIME_MESSAGE;
	size_t most = p->parent == NULL ? w->raw.len
					: (is_mail ? MESSAGE_HEADERS_OCTETS : PART_HEADERS_OCTETS);
	struct bytes rest = bytes_cut(w->raw, w->at, most);
	struct delimiter d;

	w->err = mail_headers_read(rest, w->arena, &p->headers);
	if (w->err != ERR_OK)
		return;
	d = next_delimiter(w, w->at, w->at + p->headers.body_at);
	if (d.is_there && d.at < w->at + p->headers.body_at) {
		rest = bytes_cut(w->raw, w->at, d.at - w->at);
		w->err = mail_headers_read(rest, w->arena, &p->headers);
	}
	if (p->headers.is_cut)
		mime_note(w->notes, "more header lines than are read");
	w->at += p->headers.body_at;
	if (w->err == ERR_OK)
		read_type(w, p);
	p->encoding = mime_encoding_of(mail_header(&p->headers, "Content-Transfer-Encoding", 0));
	p->id = id_of(mail_header(&p->headers, "Content-ID", 0));
}

static struct mime_part *part_new(struct walk *w, struct mime_part *parent)
{
	struct mime_part *p = arena_alloc(w->arena, sizeof(*p));

	if (p == NULL) {
		w->err = arena_err(w->arena);
		return NULL;
	}
	p->parent = parent;
	p->depth = parent == NULL ? 0 : parent->depth + 1;
	(*w->n_parts)++;
	return p;
}

static void append(struct mime_part *parent, struct mime_part *kid)
{
	struct mime_part **end = &parent->first;

	while (*end != NULL)
		end = &(*end)->next;
	*end = kid;
}

/* --- multiparts --- */

/* A first line "--x" that a Content line follows: x is what the boundary must have been. */
static struct bytes guess_boundary(const struct walk *w, size_t from, size_t end)
{
	while ((from = next_dashes(w->raw, from, end)) < end) {
		struct bytes rest = bytes_cut(w->raw, from, end - from);
		size_t len = bytes_find(rest, '\n');
		struct bytes line = trim_right(bytes_cut(rest, 2, len < 2 ? 0 : len - 2));

		rest = bytes_cut(rest, len + 1, rest.len);
		if (line.len != 0 && rest.len > 8 &&
		    strncasecmp((const char *)rest.ptr, "Content-", 8) == 0)
			return line;
		from += len;
	}
	return BYTES_NONE;
}

/* What is left of a part where a mail was cut: nothing, or the beginning of its first header. */
static bool is_nothing(const struct walk *w, const struct mime_part *kid)
{
	struct bytes body = bytes_trim(kid->body);

	if (kid->kind != MIME_LEAF || kid->headers.n != 0 || w->found.is_there)
		return false;
	return body.len == 0 ||
	       (body.len > 8 && strncasecmp((const char *)body.ptr, "Content-", 8) == 0 &&
		bytes_find(body, '\n') == body.len);
}

/* Reads parts until the boundary (the innermost one) closes, one around it comes, or all ends. */
static void read_parts(struct walk *w, struct mime_part *p, size_t index)
{
	size_t from = w->at;

	w->found = next_delimiter(w, from, w->raw.len);
	if (w->found.is_there && w->found.index == index)
		p->preamble = body_until(w, from, &w->found);
	while (w->err == ERR_OK && w->found.is_there && w->found.index == index &&
	       !w->found.is_close) {
		struct mime_part *kid;

		if (*w->n_parts >= MIME_PARTS_MAX) {
			mime_note(w->notes, "more parts than are read");
			w->found = (struct delimiter){ .at = w->raw.len, .after = w->raw.len };
			return;
		}
		w->at = w->found.after;
		kid = entity(w, p);
		if (kid != NULL && !is_nothing(w, kid))
			append(p, kid);
	}
}

/* True when there were parts. The cursor and the delimiter stand behind the multipart then. */
static bool try_boundary(struct walk *w, struct mime_part *p, struct bytes boundary)
{
	size_t index = w->n_open, begin = w->at;
	bool is_closed, has_any;

	w->open[w->n_open++] = boundary;
	read_parts(w, p, index);
	w->n_open = index;
	has_any = w->found.is_there && w->found.index == index;
	is_closed = has_any && w->found.is_close;
	if (is_closed) /* what follows, up to a delimiter of those around, belongs to nobody */
		w->found = next_delimiter(w, w->found.after, w->raw.len);
	else if (p->first != NULL)
		mime_note(w->notes, "a multipart that isn't closed");
	p->body = body_until(w, begin, &w->found);
	if (p->first == NULL && !is_closed)
		w->at = begin;
	return p->first != NULL || is_closed;
}

static void leaf(struct walk *w, struct mime_part *p)
{
	w->found = next_delimiter(w, w->at, w->raw.len);
	p->body = body_until(w, w->at, &w->found);
	w->at = w->found.at;
}

static void multipart(struct walk *w, struct mime_part *p)
{
	struct bytes boundary = trim_right(mime_param_octets(&p->type, "boundary"));

	if (boundary.len != 0 && try_boundary(w, p, boundary))
		return;
	boundary = guess_boundary(w, w->at, w->raw.len);
	if (w->err == ERR_OK && boundary.len != 0 && try_boundary(w, p, boundary)) {
		mime_note(w->notes, "a multipart whose boundary had to be found");
		return;
	}
	mime_note(w->notes, "a multipart without a boundary, shown as text");
	p->kind = MIME_LEAF;
	p->type = (struct mime_value){ .main = BYTES("text/plain") };
	leaf(w, p);
}

static void message(struct walk *w, struct mime_part *p)
{
	size_t begin = w->at;

	while (w->at < w->raw.len && (w->raw.ptr[w->at] == '\r' || w->raw.ptr[w->at] == '\n'))
		w->at++;
	p->first = entity(w, p);
	if (p->first != NULL)
		p->body = body_until(w, begin, &w->found);
}

/* A mail or a multipart that came encoded (forbidden, and done): decoded, and walked by itself. */
static void inner(struct walk *w, struct mime_part *p)
{
	struct walk in = {
		.cs = w->cs,
		.arena = w->arena,
		.notes = w->notes,
		.n_parts = w->n_parts,
		.n_decoded = w->n_decoded + 1,
	};
	struct mime_decoded d;

	leaf(w, p);
	w->err = mime_decode(w->arena, p->encoding, p->body, &d);
	if (w->err != ERR_OK)
		return;
	in.raw = d.octets;
	if (p->kind == MIME_MESSAGE)
		message(&in, p);
	else
		multipart(&in, p);
	w->err = in.err;
	p->encoding = MIME_PLAIN;
}

static enum mime_kind kind_of(const struct mime_part *p)
{
	if (p->depth >= MIME_DEPTH_MAX)
		return MIME_LEAF;
	if (mime_is_under(p, "multipart"))
		return MIME_MULTIPART;
	return mime_is(p, "message/rfc822") || mime_is(p, "message/global") ||
			       mime_is(p, "message/news")
		       ? MIME_MESSAGE
		       : MIME_LEAF;
}

/* Whether the body's own boundary stands in it as it is: then it isn't encoded, whatever it says. */
static bool has_boundary(struct walk *w, const struct mime_part *p)
{
	size_t end = w->raw.len - w->at < BOUNDARY_LOOK_OCTETS ? w->raw.len
							       : w->at + BOUNDARY_LOOK_OCTETS;
	struct delimiter d;

	w->open[w->n_open] = trim_right(mime_param_octets(&p->type, "boundary"));
	if (w->open[w->n_open].len == 0)
		return false;
	w->n_open++;
	d = next_delimiter(w, w->at, end);
	w->n_open--;
	return d.is_there && d.index == w->n_open;
}

/* Reads the entity at the cursor; w->found is what ended it. Frames are small and at most MIME_DEPTH_MAX. */
static struct mime_part *entity(struct walk *w, struct mime_part *parent)
{
	struct mime_part *p = part_new(w, parent);

	if (p == NULL)
		return NULL;
	read_headers(w, p);
	if (w->err != ERR_OK)
		return NULL;
	p->kind = w->n_decoded < DECODED_DEPTH_MAX ? kind_of(p) : MIME_LEAF;
	if (p->depth >= MIME_DEPTH_MAX || p->kind != kind_of(p))
		mime_note(w->notes, "parts nested deeper than are read");
	if (p->kind == MIME_LEAF)
		leaf(w, p);
	else if (p->encoding != MIME_PLAIN && !(p->kind == MIME_MULTIPART && has_boundary(w, p)))
		inner(w, p);
	else if (p->kind == MIME_MESSAGE)
		message(w, p);
	else
		multipart(w, p);
	return w->err == ERR_OK ? p : NULL;
}

/* Some programs put a mark or an empty line before the first header. */
static struct bytes without_lead(struct bytes raw)
{
	if (bytes_starts(raw, "\xEF\xBB\xBF"))
		raw = bytes_cut(raw, 3, raw.len);
	while (raw.len != 0 && (raw.ptr[0] == '\r' || raw.ptr[0] == '\n'))
		raw = bytes_cut(raw, 1, raw.len);
	return raw;
}

int mime_parse(struct bytes raw, struct mime_charsets *cs, struct arena *a,
	       struct mime_notes *notes, struct mime_part **root_out)
{
	unsigned n_parts = 0;
	struct walk w = {
		.cs = cs,
		.arena = a,
		.notes = notes,
		.raw = without_lead(raw),
		.n_parts = &n_parts,
	};
	struct mime_part *root = entity(&w, NULL);

	if (w.err == ERR_OK)
		*root_out = root;
	return w.err;
}
