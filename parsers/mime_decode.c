/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mime_decode.h"

#include <string.h>
#include <strings.h>

#include "parsers/err.h"

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_token(struct bytes token, const char *name)
{
	size_t len = strlen(name);

	return token.len >= len && strncasecmp((const char *)token.ptr, name, len) == 0 &&
	       (token.len == len || token.ptr[len] == ';' || token.ptr[len] == '(' ||
		is_blank(token.ptr[len]));
}

enum mime_encoding mime_encoding_of(struct bytes token)
{
	/* Some programs quote it, or say "quoted-printable; x". */
	token = bytes_trim(token);
	if (token.len != 0 && (token.ptr[0] == '"' || token.ptr[0] == '\''))
		token = bytes_cut(token, 1, token.len - 2);
	if (is_token(token, "base64") || is_token(token, "base-64"))
		return MIME_BASE64;
	if (is_token(token, "quoted-printable") || is_token(token, "quoted_printable"))
		return MIME_QUOTED;
	return MIME_PLAIN;
}

int mime_hex(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* --- base64 --- */

/* One more than the sextet, so that 0 is no base64: of "+/" and the "-_" of URLs; ' ' is the first. */
/* clang-format off */
static const uint8_t b64_table[] = {
	/* 20 */  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0, 63,  0, 63,  0, 64,
	/* 30 */ 53, 54, 55, 56, 57, 58, 59, 60, 61, 62,  0,  0,  0,  0,  0,  0,
	/* 40 */  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15,
	/* 50 */ 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,  0,  0,  0,  0, 64,
	/* 60 */  0, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41,
	/* 70 */ 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52,  0,  0,  0,  0,  0,
};
/* clang-format on */

/* One more than the sextet that a character stands for; 0 for none. */
static uint8_t b64_value(uint8_t c)
{
	return c < ' ' || c >= 0x80 ? 0 : b64_table[c - ' '];
}

/* Takes sextets, gives octets; what is left over at the end is dropped with its half octet. */
struct b64 {
	uint32_t bits;
	unsigned n_bits;
	uint8_t *out;
	size_t len;
};

static void b64_put(struct b64 *b, uint8_t sextet)
{
	b->bits = b->bits << 6 | sextet;
	b->n_bits += 6;
	if (b->n_bits < 8)
		return;
	b->n_bits -= 8;
	b->out[b->len++] = (uint8_t)(b->bits >> b->n_bits);
}

size_t mime_decode_b(struct bytes in, uint8_t *out)
{
	struct b64 b = { .out = out };

	for (size_t i = 0; i < in.len; i++) {
		uint8_t value = b64_value(in.ptr[i]);

		if (in.ptr[i] == '=') { /* padding: some begin anew behind it */
			b.bits = 0;
			b.n_bits = 0;
		} else if (value != 0) {
			b64_put(&b, value - 1);
		}
	}
	return b.len;
}

/* '-' and '_' are no base64 in a body: a line of them is a footer's. */
static bool is_base64_line(struct bytes line)
{
	for (size_t i = 0; i < line.len; i++) {
		uint8_t c = line.ptr[i];

		if (b64_value(c) == 0 ? c != '=' : c == '-' || c == '_')
			return false;
	}
	return true;
}

/* Behind these a line may be longer than a mail's lines are, and is still one of base64. */
static struct bytes take_line(struct bytes *rest)
{
	struct bytes line = bytes_cut(*rest, 0, bytes_find(*rest, '\n') + 1);

	*rest = bytes_cut(*rest, line.len, rest->len);
	return line;
}

/* False when the data ended within the line: at its padding. */
static bool b64_line(struct b64 *b, struct bytes line)
{
	for (size_t i = 0; i < line.len; i++) {
		if (line.ptr[i] == '=')
			return false;
		b64_put(b, b64_value(line.ptr[i]) - 1);
	}
	return true;
}

static size_t decode_base64(struct bytes in, uint8_t *out, struct bytes *rest_out)
{
	struct b64 b = { .out = out };
	struct bytes rest = in;

	while (rest.len != 0) {
		struct bytes before = rest, line = bytes_trim(take_line(&rest));

		if (!is_base64_line(line)) {
			rest = before;
			break;
		}
		if (!b64_line(&b, line))
			break;
	}
	*rest_out = bytes_trim(rest);
	return b.len;
}

/* --- quoted-printable --- */

/* Octets of a soft line break behind '=': blanks and a line end, or the end of all; 0 when it is none. */
static size_t soft_break(struct bytes in, size_t at, bool *is_soft_out)
{
	size_t i = at;

	while (i < in.len && (in.ptr[i] == ' ' || in.ptr[i] == '\t'))
		i++;
	if (i < in.len && in.ptr[i] == '\r')
		i++;
	if (i < in.len && in.ptr[i] == '\n')
		i++;
	*is_soft_out = i == in.len || in.ptr[i - 1] == '\n' || in.ptr[i - 1] == '\r';
	return i - at;
}

/* Blanks that end a line were put there on the way (RFC 2045, 6.7 rule 3). */
static size_t without_blanks(const uint8_t *out, size_t len)
{
	while (len != 0 && (out[len - 1] == ' ' || out[len - 1] == '\t'))
		len--;
	return len;
}

static size_t decode_quoted(struct bytes in, uint8_t *out, unsigned *n_left_alone)
{
	size_t len = 0, kept = 0; /* octets below `kept` were encoded, or end a line */

	for (size_t i = 0; i < in.len; i++) {
		uint8_t c = in.ptr[i];
		int high, low;
		size_t gap;
		bool is_soft;

		if (c == '\r' || c == '\n') {
			size_t bare = without_blanks(out, len);

			len = bare < kept ? kept : bare;
			out[len++] = c;
			kept = len;
			continue;
		}
		if (c != '=') {
			out[len++] = c;
			continue;
		}
		gap = soft_break(in, i + 1, &is_soft);
		if (is_soft) {
			i += gap;
			kept = len;
			continue;
		}
		high = i + 2 < in.len ? mime_hex(in.ptr[i + 1]) : -1;
		low = i + 2 < in.len ? mime_hex(in.ptr[i + 2]) : -1;
		if (high < 0 || low < 0) {
			out[len++] = c;
			(*n_left_alone)++;
			continue;
		}
		out[len++] = (uint8_t)(high << 4 | low);
		kept = len;
		i += 2;
	}
	return len;
}

size_t mime_decode_q(struct bytes in, uint8_t *out)
{
	size_t len = 0;

	for (size_t i = 0; i < in.len; i++) {
		uint8_t c = in.ptr[i];
		int high = i + 2 < in.len ? mime_hex(in.ptr[i + 1]) : -1;
		int low = i + 2 < in.len ? mime_hex(in.ptr[i + 2]) : -1;

		if (c == '=' && high >= 0 && low >= 0) {
			c = (uint8_t)(high << 4 | low);
			i += 2;
		} else if (c == '_') {
			c = ' ';
		}
		out[len++] = c;
	}
	return len;
}

int mime_decode(struct arena *a, enum mime_encoding how, struct bytes octets,
		struct mime_decoded *decoded_out)
{
	struct mime_decoded d = { .octets = octets };
	uint8_t *out;
	size_t len;

	*decoded_out = d;
	if (how == MIME_PLAIN || octets.len == 0)
		return ERR_OK;
	out = arena_alloc(a, octets.len);
	if (out == NULL)
		return arena_err(a);
	if (how == MIME_QUOTED)
		len = decode_quoted(octets, out, &d.n_left_alone);
	else
		len = decode_base64(octets, out, &d.rest);
	d.is_not_encoded = how == MIME_BASE64 && len == 0 && d.rest.len != 0;
	if (d.is_not_encoded)
		d.rest = BYTES_NONE;
	else
		d.octets = bytes_at(out, len);
	*decoded_out = d;
	return ERR_OK;
}
