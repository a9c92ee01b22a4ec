/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/templates/mail_reader.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "parsers/err.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"

/* An address or an id that can't be folded may take a line beyond 78, but none beyond 998. */
#define LINE_HARD_MAX 998
#define DECODED_MAX   (64u << 20)

static const struct bytes wrong = { NULL, 1 };

static bool is_name(struct bytes name, const char *text)
{
	return name.len == strlen(text) && strncasecmp((const char *)name.ptr, text, name.len) == 0;
}

/* --- lines --- */

static const char *check_lines(struct bytes octets)
{
	size_t column = 0;

	for (size_t i = 0; i < octets.len; i++) {
		uint8_t c = octets.ptr[i];

		if (c == '\r' && (i + 1 == octets.len || octets.ptr[i + 1] != '\n'))
			return "a CR alone";
		if (c == '\n' && (i == 0 || octets.ptr[i - 1] != '\r'))
			return "an LF alone";
		if (c == '\n')
			column = 0;
		else if (c != '\r')
			column++;
		if (column > LINE_HARD_MAX)
			return "a line of more than 998 octets";
		if (c == 0 || (c < ' ' && c != '\r' && c != '\n' && c != '\t') || c == 0x7f)
			return "a control";
	}
	return octets.len > 0 && column != 0 ? "the last line doesn't end" : NULL;
}

static struct bytes take_line(struct bytes *rest)
{
	const uint8_t *end = rest->len == 0 ? NULL : memmem(rest->ptr, rest->len, "\r\n", 2);
	size_t len = end == NULL ? rest->len : (size_t)(end - rest->ptr);
	struct bytes line = bytes_cut(*rest, 0, len);

	*rest = bytes_cut(*rest, len + 2, rest->len);
	return line;
}

/* --- fields --- */

static bool is_field_name(struct bytes name)
{
	for (size_t i = 0; i < name.len; i++) {
		if (name.ptr[i] <= ' ' || name.ptr[i] >= 0x7f)
			return false;
	}
	return name.len > 0;
}

static const char *add_field(struct read_mail *m, struct bytes line, struct bytes whole)
{
	size_t colon = bytes_find(line, ':');

	if (colon == line.len || !is_field_name(bytes_cut(line, 0, colon)))
		return "a line that is no field";
	if (m->n_fields == READER_FIELDS_MAX)
		return "more fields than anybody writes";
	m->fields[m->n_fields].name = bytes_cut(line, 0, colon);
	m->fields[m->n_fields++].value = bytes_trim(bytes_cut(whole, colon + 1, whole.len));
	return NULL;
}

const char *mail_read(struct arena *a, struct bytes octets, struct read_mail *mail_out)
{
	struct bytes rest = octets;
	const char *fault = check_lines(octets);

	*mail_out = (struct read_mail){ 0 };
	while (fault == NULL) {
		struct bytes line = take_line(&rest);
		struct strbuf whole = strbuf_in(a, DECODED_MAX);

		if (line.len == 0)
			break;
		strbuf_add(&whole, line);
		while (rest.len > 0 && (rest.ptr[0] == ' ' || rest.ptr[0] == '\t')) {
			struct bytes more = take_line(&rest);

			if (bytes_trim(more).len == 0)
				return "a folded line of blanks";
			strbuf_add(&whole, more);
		}
		fault = add_field(mail_out, line, strbuf_bytes(&whole));
	}
	mail_out->body = rest;
	return fault;
}

struct bytes mail_field(const struct read_mail *m, const char *name)
{
	for (size_t i = 0; i < m->n_fields; i++) {
		if (is_name(m->fields[i].name, name))
			return m->fields[i].value;
	}
	return BYTES_NONE;
}

size_t mail_field_count(const struct read_mail *m, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n_fields; i++)
		n += is_name(m->fields[i].name, name);
	return n;
}

/* --- encodings --- */

static int base64_value(uint8_t c)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c == '\0' ? NULL : strchr(letters, c);

	return at == NULL ? -1 : (int)(at - letters);
}

/* Whole quartets, padding at the end only; line ends are skipped. */
static struct bytes base64_decode(struct arena *a, struct bytes text)
{
	struct strbuf s = strbuf_in(a, DECODED_MAX);
	uint32_t v = 0;
	unsigned n = 0, padding = 0;

	for (size_t i = 0; i < text.len; i++) {
		int value = base64_value(text.ptr[i]);

		if (text.ptr[i] == '\r' || text.ptr[i] == '\n')
			continue;
		if (text.ptr[i] == '=')
			padding++;
		else if (value < 0 || padding > 0)
			return wrong;
		v = v << 6 | (uint32_t)(value < 0 ? 0 : value);
		if (++n % 4 != 0)
			continue;
		for (unsigned o = 0; o < 3 - (padding > 2 ? 2 : padding); o++)
			strbuf_addc(&s, (char)(v >> (16 - 8 * o) & 0xff));
		v = 0;
	}
	return n % 4 == 0 && padding <= 2 ? strbuf_bytes(&s) : wrong;
}

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool add_hex(struct strbuf *s, struct bytes text, size_t at)
{
	int high = at + 2 < text.len ? hex_value(text.ptr[at + 1]) : -1;
	int low = at + 2 < text.len ? hex_value(text.ptr[at + 2]) : -1;

	strbuf_addc(s, (char)(high * 16 + low));
	return high >= 0 && low >= 0;
}

static struct bytes qp_decode(struct arena *a, struct bytes text)
{
	struct strbuf s = strbuf_in(a, DECODED_MAX);
	struct bytes rest = text;

	while (rest.len > 0) {
		struct bytes line = take_line(&rest);
		bool is_soft = bytes_ends(line, "=");

		if (line.len > 76 || bytes_starts(line, ".") || bytes_starts(line, "From ") ||
		    bytes_ends(line, " ") || bytes_ends(line, "\t"))
			return wrong;
		for (size_t i = 0; i < line.len - is_soft; i++) {
			if (line.ptr[i] >= 0x7f)
				return wrong;
			if (line.ptr[i] != '=')
				strbuf_addc(&s, (char)line.ptr[i]);
			else if (!add_hex(&s, bytes_cut(line, 0, i + 4), i) && i + 2 >= line.len)
				return wrong;
			i += line.ptr[i] == '=' ? 2 : 0;
		}
		if (!is_soft)
			strbuf_addc(&s, '\n');
	}
	return strbuf_bytes(&s);
}

/* --- values --- */

/* The words of "=?utf-8?B?…?=" at the beginning; it moves on behind them. */
static bool take_encoded(struct arena *a, struct bytes *rest, struct bytes *words_out)
{
	static const char begin[] = "=?utf-8?B?";
	struct bytes inner = bytes_cut(*rest, strlen(begin), rest->len);
	size_t len = bytes_find(inner, '?');

	if (!bytes_starts(*rest, begin) || len == inner.len || inner.ptr[len + 1] != '=')
		return false;
	if (strlen(begin) + len + 2 > 75)
		return false;
	*words_out = base64_decode(a, bytes_cut(inner, 0, len));
	*rest = bytes_cut(inner, len + 2, inner.len);
	return words_out->ptr != NULL && utf8_is_valid(*words_out);
}

struct bytes mail_words(struct arena *a, struct bytes value)
{
	struct strbuf s = strbuf_in(a, DECODED_MAX);
	struct bytes rest = value;
	bool was_encoded = false;

	while (rest.len > 0) {
		struct bytes blank = BYTES_NONE, words;

		while (blank.len < rest.len && rest.ptr[blank.len] == ' ')
			blank = bytes_cut(rest, 0, blank.len + 1);
		rest = bytes_cut(rest, blank.len, rest.len);
		if (bytes_starts(rest, "=?")) {
			if (!take_encoded(a, &rest, &words))
				return wrong;
			strbuf_add(&s, was_encoded ? BYTES_NONE : blank);
			was_encoded = true;
		} else {
			words = bytes_cut(rest, 0, bytes_find(rest, ' '));
			rest = bytes_cut(rest, words.len, rest.len);
			strbuf_add(&s, blank);
			was_encoded = false;
		}
		strbuf_add(&s, words);
	}
	return strbuf_bytes(&s);
}

/* Up to the next ; that stands outside of quotes. */
static bool take_piece(struct bytes *rest, struct bytes *piece_out)
{
	bool is_quoted = false;
	size_t len = 0;

	while (len < rest->len && (is_quoted || rest->ptr[len] != ';'))
		is_quoted ^= rest->ptr[len++] == '"';
	*piece_out = bytes_cut(*rest, 0, len);
	*rest = bytes_cut(*rest, len + 1, rest->len);
	return len > 0;
}

/* The value behind "name=", with its quotes off. */
static bool find_parameter(struct bytes value, const char *name, struct bytes *found_out)
{
	struct bytes rest = value, piece;

	while (take_piece(&rest, &piece)) {
		size_t eq = bytes_find(piece, '=');

		if (eq == piece.len || !is_name(bytes_trim(bytes_cut(piece, 0, eq)), name))
			continue;
		*found_out = bytes_trim(bytes_cut(piece, eq + 1, piece.len));
		if (found_out->len >= 2 && found_out->ptr[0] == '"')
			*found_out = bytes_cut(*found_out, 1, found_out->len - 2);
		return true;
	}
	return false;
}

static bool add_percent(struct strbuf *s, struct bytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] != '%') {
			strbuf_addc(s, (char)text.ptr[i]);
			continue;
		}
		if (!add_hex(s, bytes_cut(text, 0, i + 3), i) && i + 2 >= text.len)
			return false;
		i += 2;
	}
	return true;
}

struct bytes mail_parameter(struct arena *a, struct bytes value, const char *name)
{
	static const char charset[] = "utf-8''";
	struct strbuf s = strbuf_in(a, DECODED_MAX);
	struct bytes found;
	char piece[64];

	if (find_parameter(value, name, &found))
		return found;
	(void)snprintf(piece, sizeof(piece), "%s*", name);
	if (!find_parameter(value, piece, &found)) {
		(void)snprintf(piece, sizeof(piece), "%s*0*", name);
		if (!find_parameter(value, piece, &found))
			return BYTES_NONE;
	}
	if (!bytes_starts(found, charset) ||
	    !add_percent(&s, bytes_cut(found, strlen(charset), found.len)))
		return wrong;
	for (unsigned n = 1; bytes_ends(bytes_of(piece), "0*") || n > 1; n++) {
		(void)snprintf(piece, sizeof(piece), "%s*%u*", name, n);
		if (!find_parameter(value, piece, &found))
			break;
		if (!add_percent(&s, found))
			return wrong;
	}
	return strbuf_bytes(&s);
}

/* --- parts --- */

/* Walks the parts; part n goes to *octets_out. The number of parts, or SIZE_MAX when it is broken. */
static size_t walk_parts(struct arena *a, const struct read_mail *m, size_t n,
			 struct bytes *octets_out)
{
	struct bytes boundary = mail_parameter(a, mail_field(m, "Content-Type"), "boundary");
	struct bytes rest = m->body, at;
	struct strbuf open = strbuf_in(a, 256), end = strbuf_in(a, 256);
	size_t count = 0;

	strbuf_addf(&open, "--%.*s", PRI_BYTES(boundary));
	strbuf_addf(&end, "--%.*s--", PRI_BYTES(boundary));
	if (boundary.len == 0 || boundary.len > 70 ||
	    !bytes_eq(take_line(&rest), strbuf_bytes(&open)))
		return SIZE_MAX;
	for (at = rest; rest.len > 0;) {
		struct bytes before = rest, line = take_line(&rest);
		bool is_end = bytes_eq(line, strbuf_bytes(&end));

		if (!is_end && !bytes_eq(line, strbuf_bytes(&open)))
			continue;
		if (count++ == n)
			*octets_out = bytes_cut(at, 0, (size_t)(before.ptr - at.ptr));
		at = rest;
		if (is_end)
			return rest.len == 0 ? count : SIZE_MAX;
	}
	return SIZE_MAX;
}

size_t mail_part_count(struct arena *a, const struct read_mail *m)
{
	struct bytes octets;

	return walk_parts(a, m, SIZE_MAX, &octets);
}

const char *mail_part(struct arena *a, const struct read_mail *m, size_t n,
		      struct read_mail *part_out)
{
	struct bytes octets = BYTES_NONE;
	size_t count = walk_parts(a, m, n, &octets);

	if (count == SIZE_MAX)
		return "its parts don't end";
	return n < count ? mail_read(a, octets, part_out) : "it has no such part";
}

struct bytes mail_content(struct arena *a, const struct read_mail *m)
{
	struct bytes encoding = mail_field(m, "Content-Transfer-Encoding");

	if (bytes_is(encoding, "base64"))
		return base64_decode(a, m->body);
	return bytes_is(encoding, "quoted-printable") ? qp_decode(a, m->body) : wrong;
}
