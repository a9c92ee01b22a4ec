/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "templates/mail_body.h"

#include <string.h>

/* RFC 2045 6.7: 76 letters with the "=" of a soft line end. */
#define QP_LINE_MAX 76
/* RFC 2045 6.8: 76 letters are 57 octets. */
#define BASE64_LINE_OCTETS  57
#define BASE64_LINE_LETTERS 76

/* --- quoted-printable --- */

static void soft_end(struct strbuf *s, size_t *column)
{
	strbuf_adds(s, "=\r\n");
	*column = 0;
}

/* What may stand as itself at this place of its line. */
static bool stands(struct bytes line, size_t i, size_t column)
{
	uint8_t c = line.ptr[i];

	if (c == ' ' || c == '\t')
		return i + 1 < line.len;
	if (c == '.' && column == 0)
		return false; /* a line of one dot ends a mail */
	if (c == 'F' && column == 0 && bytes_starts(bytes_cut(line, i, line.len), "From "))
		return false; /* some servers put > before it */
	return c > ' ' && c < 0x7f && c != '=';
}

static void qp_line(struct strbuf *s, struct bytes line)
{
	size_t column = 0;

	for (size_t i = 0; i < line.len; i++) {
		bool is_last = i + 1 == line.len;
		size_t room = QP_LINE_MAX - (is_last ? 0 : 1);

		/* As itself where it stands now, or three letters: either fits, or begins the next line. */
		if (column + (stands(line, i, column) ? 1 : 3) > room)
			soft_end(s, &column);
		if (stands(line, i, column)) {
			strbuf_addc(s, (char)line.ptr[i]);
			column++;
		} else {
			strbuf_addf(s, "=%02X", line.ptr[i]);
			column += 3;
		}
	}
	strbuf_adds(s, "\r\n");
}

void body_quoted_printable(struct strbuf *s, struct bytes text)
{
	struct bytes rest = text, line;

	while (bytes_split(&rest, '\n', &line))
		qp_line(s, line);
}

/* --- base64 --- */

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The four letters of up to three octets. */
static void quartet(struct bytes octets, char out[4])
{
	uint32_t v = 0;

	for (size_t i = 0; i < 3; i++)
		v = v << 8 | (i < octets.len ? octets.ptr[i] : 0);
	for (size_t i = 0; i < 4; i++)
		out[i] = i <= octets.len ? letters[v >> (18 - 6 * i) & 63] : '=';
}

void body_base64(struct strbuf *s, struct bytes octets)
{
	for (size_t i = 0; i < octets.len; i += 3) {
		char four[4];

		quartet(bytes_cut(octets, i, 3), four);
		strbuf_add(s, bytes_at(four, sizeof(four)));
	}
}

void body_base64_lines(struct wr *w, struct bytes octets)
{
	for (size_t at = 0; at < octets.len; at += BASE64_LINE_OCTETS) {
		struct bytes line = bytes_cut(octets, at, BASE64_LINE_OCTETS);
		char out[BASE64_LINE_LETTERS + 2];
		size_t len = 0;

		for (size_t i = 0; i < line.len; i += 3, len += 4)
			quartet(bytes_cut(line, i, 3), out + len);
		out[len++] = '\r';
		out[len++] = '\n';
		wr_put(w, bytes_at(out, len));
	}
}

size_t body_base64_size(size_t n_octets)
{
	size_t whole = n_octets / BASE64_LINE_OCTETS, rest = n_octets % BASE64_LINE_OCTETS;

	return whole * (BASE64_LINE_LETTERS + 2) + (rest == 0 ? 0 : (rest + 2) / 3 * 4 + 2);
}

/* --- HTML --- */

static const struct {
	char letter;
	const char *escaped;
} escapes[] = {
	{ '&', "&amp;" },
	{ '<', "&lt;" },
	{ '>', "&gt;" },
	{ '"', "&quot;" },
};

static void add_escaped(struct strbuf *s, struct bytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		size_t e = 0;

		while (e < ARRAY_LEN(escapes) && escapes[e].letter != (char)text.ptr[i])
			e++;
		if (e < ARRAY_LEN(escapes))
			strbuf_adds(s, escapes[e].escaped);
		else
			strbuf_addc(s, (char)text.ptr[i]);
	}
}

void body_html(struct strbuf *s, struct bytes text, const char *language)
{
	struct bytes rest = text, line;
	bool is_open = false;

	strbuf_addf(s,
		    "<!DOCTYPE html>\n<html lang=\"%s\">\n<head><meta charset=\"utf-8\"></head>\n"
		    "<body>\n",
		    language);
	while (bytes_split(&rest, '\n', &line)) {
		line = bytes_trim(line);
		if (line.len == 0) {
			strbuf_adds(s, is_open ? "</p>\n" : "");
			is_open = false;
			continue;
		}
		strbuf_adds(s, is_open ? "<br>\n" : "<p>");
		is_open = true;
		add_escaped(s, line);
	}
	strbuf_adds(s, is_open ? "</p>\n</body>\n</html>\n" : "</body>\n</html>\n");
}
