/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "templates/mail_head.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/utf8.h"
#include "templates/mail_body.h"

/* RFC 5322 2.1.1 asks for 78, RFC 2047 for 76 where there are encoded words. */
#define LINE_MAX_LETTERS 76
/* "=?utf-8?B?" and "?=" */
#define WORD_OVERHEAD 12
/* RFC 2047: an encoded word has at most 75 letters; so many octets of UTF-8 are in it. */
#define WORD_OCTETS ((75 - WORD_OVERHEAD) / 4 * 3)
/* A line with less room isn't worth a word of its own. */
#define WORD_OCTETS_MIN 12
/* A quoted name is never folded within. */
#define QUOTED_MAX 60

/* A field that is being written. */
struct field {
	struct strbuf *s;
	size_t column;
};

static struct field field_begin(struct strbuf *s, const char *name)
{
	strbuf_addf(s, "%s:", name);
	return (struct field){ s, strlen(name) + 1 };
}

static void field_end(struct field *f)
{
	strbuf_adds(f->s, "\r\n");
}

/* A piece that may stand on a line of its own, with the blank before it. */
static void field_piece(struct field *f, struct bytes piece)
{
	if (f->column + 1 + piece.len > LINE_MAX_LETTERS) {
		strbuf_adds(f->s, "\r\n");
		f->column = 0;
	}
	strbuf_addc(f->s, ' ');
	strbuf_add(f->s, piece);
	f->column += 1 + piece.len;
}

/* --- words --- */

/* What would end a line, hide words or turn them around; C1, too, are no letters. */
static bool is_no_letter(uint32_t cp)
{
	return cp < ' ' || (cp >= 0x7f && cp <= 0x9f) || (cp >= 0x2028 && cp <= 0x202e) ||
	       (cp >= 0x2066 && cp <= 0x2069);
}

/* Valid UTF-8 of at most max octets with single blanks; what is no letter is one of them. */
static struct bytes clean(struct bytes text, uint8_t *buf, size_t max)
{
	struct rd r = rd_of(text);
	uint32_t cp;
	size_t len = 0;
	bool is_blank = false;

	while (utf8_next(&r, &cp)) {
		uint8_t letter[4];
		size_t n;

		if (cp == ' ' || is_no_letter(cp)) {
			is_blank = len > 0;
			continue;
		}
		n = utf8_put(cp, letter);
		if (len + is_blank + n > max)
			break;
		if (is_blank)
			buf[len++] = ' ';
		is_blank = false;
		memcpy(buf + len, letter, n);
		len += n;
	}
	return bytes_at(buf, len);
}

/* "=?" begins an encoded word: what only looks like one must be written as one. */
static bool looks_encoded(struct bytes text)
{
	for (size_t i = 0; i + 1 < text.len; i++) {
		if (text.ptr[i] == '=' && text.ptr[i + 1] == '?')
			return true;
	}
	return false;
}

/* A word that may stand as it is: ASCII, foldable, and nothing that reads as an encoded word. */
static bool is_plain_word(struct bytes word)
{
	for (size_t i = 0; i < word.len; i++) {
		if (word.ptr[i] >= 0x7f)
			return false;
	}
	return word.len < LINE_MAX_LETTERS && !looks_encoded(word);
}

static struct bytes next_word(struct bytes *rest)
{
	struct bytes word = bytes_cut(*rest, 0, bytes_find(*rest, ' '));

	*rest = bytes_cut(*rest, word.len, rest->len);
	return word;
}

/* Behind its last blank, if that leaves most of it: readers that put blanks between encoded words tear no word. */
static struct bytes up_to_blank(struct bytes piece)
{
	size_t len = piece.len;

	while (len > piece.len / 2 && piece.ptr[len - 1] != ' ')
		len--;
	return len > piece.len / 2 ? bytes_cut(piece, 0, len) : piece;
}

/* One encoded word with as much of the text as the line has room for; it moves on behind it. */
static void encoded_word(struct field *f, struct bytes *text)
{
	size_t room = f->column + 1 + WORD_OVERHEAD < LINE_MAX_LETTERS
			      ? (LINE_MAX_LETTERS - f->column - 1 - WORD_OVERHEAD) / 4 * 3
			      : 0;
	struct bytes piece;
	size_t column;

	if (room < WORD_OCTETS_MIN) {
		strbuf_adds(f->s, "\r\n");
		f->column = 0;
		room = WORD_OCTETS;
	}
	piece = utf8_cut(*text, room < WORD_OCTETS ? room : WORD_OCTETS);
	if (piece.len < text->len)
		piece = up_to_blank(piece);
	*text = bytes_cut(*text, piece.len, text->len);
	column = f->s->len;
	strbuf_adds(f->s, " =?utf-8?B?");
	body_base64(f->s, piece);
	strbuf_adds(f->s, "?=");
	f->column += f->s->len - column;
}

/* Plain words as long as there are such, so that a tag can be read by programs; then encoded ones. */
static void field_words(struct field *f, struct bytes text)
{
	struct bytes rest = text;

	while (rest.len > 0) {
		struct bytes from = bytes_trim(rest), word;

		rest = from;
		word = next_word(&rest);
		if (!is_plain_word(word)) {
			rest = from;
			break;
		}
		field_piece(f, word);
	}
	while (rest.len > 0)
		encoded_word(f, &rest);
}

void head_text(struct strbuf *s, const char *field, struct bytes text)
{
	uint8_t buf[HEAD_TEXT_MAX];
	struct field f = field_begin(s, field);

	field_words(&f, clean(text, buf, HEAD_TEXT_MAX));
	field_end(&f);
}

void head_word(struct strbuf *s, const char *field, const char *word)
{
	strbuf_addf(s, "%s: ", field);
	for (const char *c = word; *c != '\0'; c++) {
		bool fits = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
			    (*c >= '0' && *c <= '9') || strchr("-._+", *c) != NULL;

		strbuf_addc(s, fits ? *c : '-');
	}
	strbuf_adds(s, "\r\n");
}

/* --- people and ids --- */

/* RFC 5322 3.2.3 atext, and the blanks between atoms. */
static bool is_atoms(struct bytes name)
{
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.ptr[i];
		bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			    (c >= '0' && c <= '9') ||
			    (c != '\0' && strchr(" !#$%&'*+-/^_`{|}~", c) != NULL);

		if (!fits)
			return false;
	}
	return true;
}

static bool is_ascii(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] >= 0x7f)
			return false;
	}
	return true;
}

/* Can stand between quotes as it is. */
static bool is_quotable(struct bytes name)
{
	return is_ascii(name) && name.len <= QUOTED_MAX && !looks_encoded(name) &&
	       bytes_find(name, '"') == name.len && bytes_find(name, '\\') == name.len;
}

static void field_name(struct field *f, struct bytes name)
{
	if (name.len == 0)
		return;
	if (is_quotable(name)) {
		const char *quote = is_atoms(name) ? "" : "\"";

		strbuf_addf(f->s, " %s%.*s%s", quote, PRI_BYTES(name), quote);
		f->column += name.len + 3;
		return;
	}
	while (name.len > 0)
		encoded_word(f, &name);
}

static void field_angle(struct field *f, struct bytes inner)
{
	if (f->column + 3 + inner.len > LINE_MAX_LETTERS) {
		strbuf_adds(f->s, "\r\n");
		f->column = 0;
	}
	strbuf_addf(f->s, " <%.*s>", PRI_BYTES(inner));
	f->column += 3 + inner.len;
}

void head_person(struct strbuf *s, const char *field, const struct mail_person *p)
{
	uint8_t buf[HEAD_NAME_MAX];
	struct field f = field_begin(s, field);

	field_name(&f, clean(p->name, buf, HEAD_NAME_MAX));
	field_angle(&f, p->address);
	field_end(&f);
}

void head_ids(struct strbuf *s, const char *field, const struct bytes *ids, size_t n)
{
	struct field f = field_begin(s, field);

	for (size_t i = 0; i < n; i++)
		field_angle(&f, ids[i]);
	field_end(&f);
}

bool head_id_is_safe(struct bytes id)
{
	for (size_t i = 0; i < id.len; i++) {
		uint8_t c = id.ptr[i];

		if (c <= ' ' || c >= 0x7f || c == '<' || c == '>')
			return false;
	}
	return id.len > 0 && id.len <= HEAD_ID_MAX;
}

/* --- the date --- */

static const char *const days[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
				      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

/* Day, month (0..11) and year of a day since 1970, by eras of 400 years that begin in March. */
static void civil_of(int64_t day, int *d, int *m, int64_t *y)
{
	int64_t shifted = day + 719468, era = shifted / 146097;
	int64_t in_era = shifted - era * 146097;
	int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * in_year + 2) / 153; /* 0: March */

	*d = (int)(in_year - (153 * month + 2) / 5 + 1);
	*m = (int)(month < 10 ? month + 2 : month - 10);
	*y = year + era * 400 + (month >= 10);
}

void head_date(struct strbuf *s, struct wall date, int offset_min)
{
	int64_t local = date.ms / SECOND_MS + (int64_t)offset_min * 60;
	int64_t day, year;
	int d, m, seconds, away = offset_min < 0 ? -offset_min : offset_min;

	if (local < 0)
		local = 0;
	day = local / 86400;
	seconds = (int)(local % 86400);
	civil_of(day, &d, &m, &year);
	strbuf_addf(s, "Date: %s, %d %s %04d %02d:%02d:%02d %c%02d%02d\r\n", days[day % 7], d,
		    months[m], (int)year, seconds / 3600, seconds / 60 % 60, seconds % 60,
		    offset_min < 0 ? '-' : '+', away / 60, away % 60);
}

/* --- names of files --- */

/* No path, and nothing that a file system or a person would stumble over. */
static struct bytes clean_file(struct bytes name, uint8_t *buf)
{
	struct bytes text = clean(name, buf, HEAD_FILE_MAX);

	for (size_t i = 0; i < text.len; i++) {
		if (strchr("/\\:*?\"<>|", buf[i]) != NULL)
			buf[i] = '_';
	}
	return text.len == 0 ? bytes_of("attachment") : text;
}

static bool is_attribute_char(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("!#$&+-.^_`{}~", c) != NULL);
}

/* As many letters, percent-encoded, as the line holds; the name moves on behind them. */
static void extended_piece(struct strbuf *s, struct bytes *name, size_t room)
{
	while (name->len > 0) {
		struct bytes letter = utf8_cut(*name, 4);
		struct rd r = rd_of(letter);
		size_t n, cost = 0;
		uint32_t cp;

		(void)utf8_next(&r, &cp);
		n = (size_t)(r.ptr - letter.ptr);
		for (size_t i = 0; i < n; i++)
			cost += is_attribute_char(letter.ptr[i]) ? 1 : 3;
		if (cost > room)
			return;
		room -= cost;
		for (size_t i = 0; i < n; i++) {
			if (is_attribute_char(letter.ptr[i]))
				strbuf_addc(s, (char)letter.ptr[i]);
			else
				strbuf_addf(s, "%%%02X", letter.ptr[i]);
		}
		*name = bytes_cut(*name, n, name->len);
	}
}

/* " filename*=utf-8''…", or in pieces. */
static void extended_name(struct strbuf *s, struct arena *a, struct bytes name)
{
	static const char whole[] = " filename*=utf-8''";
	struct strbuf one = strbuf_in(a, LINE_MAX_LETTERS);
	struct bytes rest = name;
	unsigned n = 0;

	extended_piece(&one, &rest, LINE_MAX_LETTERS - sizeof(whole));
	if (rest.len == 0) {
		strbuf_addf(s, "%s%s", whole, strbuf_text(&one));
		return;
	}
	for (rest = name; rest.len > 0; n++) {
		strbuf_addf(s, "%s filename*%u*=%s", n == 0 ? "" : ";\r\n", n,
			    n == 0 ? "utf-8''" : "");
		extended_piece(s, &rest, LINE_MAX_LETTERS - sizeof(whole) - 4);
		if (strbuf_err(s) != ERR_OK)
			return;
	}
}

void head_disposition(struct strbuf *s, struct arena *a, struct bytes file_name)
{
	uint8_t buf[HEAD_FILE_MAX];
	struct bytes name = clean_file(file_name, buf);

	strbuf_adds(s, "Content-Disposition: attachment;\r\n");
	if (is_ascii(name) && name.len <= QUOTED_MAX)
		strbuf_addf(s, " filename=\"%.*s\"", PRI_BYTES(name));
	else
		extended_name(s, a, name);
	strbuf_adds(s, "\r\n");
}
