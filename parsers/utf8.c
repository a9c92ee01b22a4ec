/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/utf8.h"

#include "parsers/err.h"

/* One character of some encoding; is_bad when it could not be decoded. */
struct read_char {
	uint32_t cp;
	bool is_bad;
};

typedef struct read_char next_fn(struct rd *r);

static const struct read_char bad_char = { .cp = UTF8_REPLACEMENT, .is_bad = true };

/* Length of the sequence that an octet begins, and its own bits; 0 when it begins none. */
static unsigned lead(uint8_t c, uint32_t *bits_out)
{
	if (c < 0x80) {
		*bits_out = c;
		return 1;
	}
	if (c >= 0xC2 && c <= 0xDF) {
		*bits_out = c & 0x1Fu;
		return 2;
	}
	if (c >= 0xE0 && c <= 0xEF) {
		*bits_out = c & 0x0Fu;
		return 3;
	}
	if (c >= 0xF0 && c <= 0xF4) {
		*bits_out = c & 0x07u;
		return 4;
	}
	return 0;
}

static bool is_surrogate(uint32_t cp)
{
	return cp >= 0xD800 && cp <= 0xDFFF;
}

static struct read_char next_utf8(struct rd *r)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const uint8_t *p = r->ptr;
	uint32_t cp = 0;
	unsigned len = lead(p[0], &cp);

	if (len == 0 || len > rd_left(r)) {
		r->ptr++;
		return bad_char;
	}
	for (unsigned i = 1; i < len; i++) {
		if ((p[i] & 0xC0) != 0x80) {
			r->ptr++;
			return bad_char;
		}
		cp = cp << 6 | (p[i] & 0x3Fu);
	}
	if (cp < least[len] || cp > 0x10FFFF || is_surrogate(cp)) {
		r->ptr++;
		return bad_char;
	}
	r->ptr += len;
	return (struct read_char){ .cp = cp };
}

static struct read_char next_utf16be(struct rd *r)
{
	uint32_t high, low;

	if (rd_left(r) < 2) {
		r->ptr = r->end;
		return bad_char;
	}
	high = rd_u16(r);
	if (!is_surrogate(high))
		return (struct read_char){ .cp = high };
	if (high >= 0xDC00 || rd_left(r) < 2)
		return bad_char;
	low = (uint32_t)r->ptr[0] << 8 | r->ptr[1];
	if (low < 0xDC00 || low > 0xDFFF)
		return bad_char;
	r->ptr += 2;
	return (struct read_char){ .cp = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00) };
}

static struct read_char next_latin1(struct rd *r)
{
	return (struct read_char){ .cp = rd_u8(r) };
}

bool utf8_next(struct rd *r, uint32_t *cp_out)
{
	if (rd_left(r) == 0)
		return false;
	/* Most of what people write is ASCII. */
	*cp_out = *r->ptr < 0x80 ? *r->ptr++ : next_utf8(r).cp;
	return true;
}

size_t utf8_put(uint32_t cp, uint8_t *buf)
{
	static const uint8_t marks[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
	size_t len = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;

	for (size_t i = len - 1; i > 0; i--) {
		buf[i] = (uint8_t)(0x80 | (cp & 0x3F));
		cp >>= 6;
	}
	buf[0] = (uint8_t)(marks[len] | cp);
	return len;
}

bool utf8_is_valid(struct bytes b)
{
	struct rd r = rd_of(b);

	while (rd_left(&r) != 0)
		if (next_utf8(&r).is_bad)
			return false;
	return true;
}

struct bytes utf8_cut(struct bytes b, size_t max)
{
	size_t len = max;

	if (b.len <= max)
		return b;
	/* A character has at most three continuation octets; more of them are no character anyway. */
	while (len > 0 && max - len < 3 && (b.ptr[len] & 0xC0) == 0x80)
		len--;
	return bytes_cut(b, 0, len);
}

size_t utf8_count(struct bytes b)
{
	struct rd r = rd_of(b);
	uint32_t cp;
	size_t n = 0;

	while (utf8_next(&r, &cp))
		n++;
	return n;
}

/* Where clean text goes: counted first (buf NULL), then written. */
struct sink {
	uint8_t *buf;
	size_t len;
	bool after_cr;
	struct utf8_faults faults;
};

static void sink_put(struct sink *s, uint32_t cp)
{
	uint8_t octets[4];
	size_t len = utf8_put(cp, octets);

	for (size_t i = 0; s->buf != NULL && i < len; i++)
		s->buf[s->len + i] = octets[i];
	s->len += len;
}

static bool is_control(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7F && cp < 0xA0);
}

static void sink_clean(struct sink *s, struct read_char c)
{
	bool ends_crlf = s->after_cr && c.cp == '\n';

	s->after_cr = c.cp == '\r';
	if (ends_crlf)
		return;
	if (c.cp == '\r')
		c.cp = '\n';
	if (is_control(c.cp) && c.cp != '\n' && c.cp != '\t') {
		s->faults.dropped++;
		return;
	}
	if (c.is_bad)
		s->faults.replaced++;
	sink_put(s, c.cp);
}

static struct sink pass(struct bytes text, next_fn *next, uint8_t *buf)
{
	struct rd r = rd_of(text);
	struct sink s = { .buf = buf };

	while (rd_left(&r) != 0)
		sink_clean(&s, next(&r));
	return s;
}

static int clean(struct arena *a, struct bytes text, next_fn *next, struct bytes *clean_out,
		 struct utf8_faults *faults_out)
{
	struct sink s = pass(text, next, NULL);
	uint8_t *buf = arena_alloc(a, s.len + 1);

	if (buf == NULL)
		return arena_err(a);
	s = pass(text, next, buf);
	*clean_out = bytes_at(buf, s.len);
	if (faults_out != NULL)
		*faults_out = s.faults;
	return ERR_OK;
}

static bool is_clean_ascii(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((text.ptr[i] < 0x20 && text.ptr[i] != '\n' && text.ptr[i] != '\t') ||
		    text.ptr[i] >= 0x7F)
			return false;
	return text.len != 0;
}

int utf8_clean(struct arena *a, struct bytes text, struct bytes *clean_out,
	       struct utf8_faults *faults_out)
{
	if (is_clean_ascii(text)) {
		*clean_out = arena_dup(a, text);
		if (clean_out->len != text.len)
			return arena_err(a);
		if (faults_out != NULL)
			*faults_out = (struct utf8_faults){ 0 };
		return ERR_OK;
	}
	return clean(a, text, next_utf8, clean_out, faults_out);
}

int utf8_from_utf16be(struct arena *a, struct bytes text, struct bytes *clean_out,
		      struct utf8_faults *faults_out)
{
	if (bytes_starts(text, "\xFE\xFF"))
		text = bytes_cut(text, 2, text.len);
	return clean(a, text, next_utf16be, clean_out, faults_out);
}

int utf8_from_latin1(struct arena *a, struct bytes text, struct bytes *clean_out,
		     struct utf8_faults *faults_out)
{
	return clean(a, text, next_latin1, clean_out, faults_out);
}

int utf8_to_utf16be(struct arena *a, struct bytes text, struct bytes *octets_out)
{
	/* Every unit of two octets comes from at least one octet of UTF-8. */
	uint8_t *buf = text.len > SIZE_MAX / 4 ? NULL : arena_alloc(a, text.len * 2 + 1);
	struct wr w = wr_of(buf, text.len * 2);
	struct rd r = rd_of(text);
	uint32_t cp;

	if (buf == NULL)
		return text.len > SIZE_MAX / 4 ? ERR_LIMIT : arena_err(a);
	while (utf8_next(&r, &cp)) {
		if (cp >= 0x10000) {
			wr_u16(&w, (uint16_t)(0xD800 + ((cp - 0x10000) >> 10)));
			wr_u16(&w, (uint16_t)(0xDC00 + ((cp - 0x10000) & 0x3FF)));
		} else {
			wr_u16(&w, (uint16_t)cp);
		}
	}
	*octets_out = wr_bytes(&w);
	return wr_err(&w);
}
