/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/ini_scan.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"

/* Longer pieces of the operator's line aren't repeated in a fault. */
#define QUOTE_MAX 60
#define WORDS_MAX 512

struct scan {
	struct arena *arena;
	struct faults *faults;
	struct bytes file;
	struct ini_scan *out;
	struct strbuf clean;
	struct bytes
		section; /* of the lines that follow; none before the first, and after a broken one */
	bool is_lost; /* a [section] couldn't be read: what follows belongs to nobody knows whom */
	unsigned line;
	size_t n_faults;
};

static void complain(struct scan *s, struct bytes key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void complain(struct scan *s, struct bytes key, const char *format, ...)
{
	struct fault where = {
		.file = s->file, .line = s->line, .section = s->section, .key = key
	};
	struct strbuf words = strbuf_in(s->arena, WORDS_MAX);
	va_list ap;

	if (s->n_faults++ >= INI_FAULTS_MAX)
		return;
	va_start(ap, format);
	strbuf_addv(&words, format, ap);
	va_end(ap);
	faults_add(s->faults, where, "%s", strbuf_text(&words));
}

static bool is_name(struct bytes b)
{
	for (size_t i = 0; i < b.len; i++) {
		uint8_t c = b.ptr[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_' && c != '-' &&
		    c != '.')
			return false;
	}
	return b.len > 0;
}

/* iniparser's names are in lower case. */
static int lower_copy(struct arena *a, struct bytes b, struct bytes *copy_out)
{
	char *copy = arena_str(a, b);

	if (copy == NULL)
		return ERR_NOMEM;
	for (char *c = copy; *c != '\0'; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	}
	*copy_out = bytes_at(copy, b.len);
	return ERR_OK;
}

static bool is_comment(struct bytes b)
{
	return b.len > 0 && (b.ptr[0] == '#' || b.ptr[0] == ';');
}

unsigned ini_scan_line(const struct ini_scan *scan, struct bytes section, struct bytes key)
{
	for (size_t i = 0; i < scan->n; i++) {
		const struct ini_entry *e = &scan->entries[i];

		if (bytes_eq(e->section, section) && bytes_eq(e->key, key))
			return e->line;
	}
	return 0;
}

/* True when the line may stay: its octets are text. */
static bool check_octets(struct scan *s, struct bytes line)
{
	if (line.len > INI_LINE_MAX) {
		complain(s, BYTES_NONE, "the line has %zu octets; a line may have %d", line.len,
			 INI_LINE_MAX);
		return false;
	}
	if (!utf8_is_valid(line)) {
		complain(s, BYTES_NONE, "the line is not UTF-8; save the file as UTF-8");
		return false;
	}
	for (size_t i = 0; i < line.len; i++) {
		if ((line.ptr[i] < 0x20 && line.ptr[i] != '\t') || line.ptr[i] == 0x7f) {
			complain(s, BYTES_NONE,
				 "a control character (0x%02x) stands at column %zu; remove it",
				 line.ptr[i], i + 1);
			return false;
		}
	}
	return true;
}

static void add_entry(struct scan *s, struct bytes key)
{
	s->out->entries[s->out->n++] =
		(struct ini_entry){ .section = s->section, .key = key, .line = s->line };
}

/* "[name]", which a comment may follow: iniparser doesn't know that, so only the name is passed on. */
static int scan_section(struct scan *s, struct bytes line)
{
	size_t end = bytes_find(line, ']');
	struct bytes rest = bytes_trim(bytes_cut(line, end + 1, line.len));
	struct bytes name;
	unsigned first;
	int err = lower_copy(s->arena, bytes_trim(bytes_cut(line, 1, end - 1)), &name);

	if (err != ERR_OK)
		return err;
	s->section = BYTES_NONE;
	s->is_lost = true;
	if (end == line.len || (rest.len > 0 && !is_comment(rest)) || !is_name(name)) {
		complain(s, BYTES_NONE,
			 "'%.*s' is not a section; write [name] of letters, digits, '-' and '_'",
			 PRI_BYTES(utf8_cut(line, QUOTE_MAX)));
		return ERR_OK;
	}
	s->section = name;
	s->is_lost = false;
	first = ini_scan_line(s->out, name, BYTES_NONE);
	if (first != 0)
		complain(s, BYTES_NONE,
			 "the section stands in line %u already; put its keys together there",
			 first);
	else
		add_entry(s, BYTES_NONE);
	strbuf_addf(&s->clean, "[%.*s]", PRI_BYTES(name));
	return ERR_OK;
}

/* A value in quotation marks ends with its line, or with a comment. */
static bool check_quoted(struct scan *s, struct bytes key, struct bytes value)
{
	struct bytes inner = bytes_cut(value, 1, value.len);
	size_t end = bytes_find(inner, value.ptr[0]);
	struct bytes rest = bytes_trim(bytes_cut(inner, end + 1, inner.len));

	if (end == inner.len) {
		complain(s, key, "the value begins with %c but has no %c at its end", value.ptr[0],
			 value.ptr[0]);
		return false;
	}
	if (rest.len > 0 && !is_comment(rest)) {
		complain(s, key, "'%.*s' stands behind the closing %c and would be left out",
			 PRI_BYTES(utf8_cut(rest, QUOTE_MAX)), value.ptr[0]);
		return false;
	}
	return true;
}

/* A ; or # with a blank before it begins a comment; without one it was meant to be part of the value. */
static bool check_bare(struct scan *s, struct bytes key, struct bytes value)
{
	for (const uint8_t *p = value.ptr; p < value.ptr + value.len; p++) {
		uint8_t c = *p;
		uint8_t before = p[-1]; /* of the first octet it is the '=' or a blank */

		if (c != ';' && c != '#')
			continue;
		if (before == ' ' || before == '\t')
			break;
		complain(s, key,
			 "the value would be cut before '%.*s'; put it into \"quotation marks\", "
			 "or a "
			 "blank before a comment",
			 PRI_BYTES(utf8_cut(bytes_cut(value, (size_t)(p - value.ptr), value.len),
					    QUOTE_MAX)));
		return false;
	}
	return true;
}

static bool check_value(struct scan *s, struct bytes key, struct bytes value)
{
	if (value.len > 0 && value.ptr[value.len - 1] == '\\') {
		complain(s, key,
			 "a '\\' at the end would join this line with the next one; remove it");
		return false;
	}
	if (value.len > 0 && (value.ptr[0] == '"' || value.ptr[0] == '\''))
		return check_quoted(s, key, value);
	return check_bare(s, key, value);
}

static int scan_key(struct scan *s, struct bytes line)
{
	size_t eq = bytes_find(line, '=');
	struct bytes value = bytes_trim(bytes_cut(line, eq + 1, line.len));
	struct bytes key;
	unsigned first;
	int err = lower_copy(s->arena, bytes_trim(bytes_cut(line, 0, eq)), &key);

	if (err != ERR_OK)
		return err;
	if (eq == line.len || !is_name(key)) {
		complain(s, BYTES_NONE, "'%.*s' is neither [section] nor key = value nor # comment",
			 PRI_BYTES(utf8_cut(line, QUOTE_MAX)));
		return ERR_OK;
	}
	if (s->section.len == 0) {
		if (!s->is_lost)
			complain(s, key, "the key stands before the first [section]");
		return ERR_OK;
	}
	first = ini_scan_line(s->out, s->section, key);
	if (first != 0) {
		complain(s, key, "the key stands in line %u already; keep one of the two", first);
		return ERR_OK;
	}
	add_entry(s, key);
	if (check_value(s, key, value))
		strbuf_add(&s->clean, line);
	return ERR_OK;
}

static int scan_line(struct scan *s, struct bytes line)
{
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	if (!check_octets(s, line))
		return ERR_OK;
	line = bytes_trim(line);
	if (line.len == 0 || is_comment(line))
		return ERR_OK;
	return line.ptr[0] == '[' ? scan_section(s, line) : scan_key(s, line);
}

static int scan_lines(struct scan *s, struct bytes text)
{
	struct bytes line;
	int err = ERR_OK;

	while (err == ERR_OK && bytes_split(&text, '\n', &line)) {
		s->line++;
		if (s->n_faults > INI_FAULTS_MAX || s->out->n == INI_ENTRIES_MAX) {
			faults_add(s->faults, (struct fault){ .file = s->file, .line = s->line },
				   "too much is wrong or stands here; the rest was not read");
			return ERR_OK;
		}
		err = scan_line(s, line);
		strbuf_addc(&s->clean, '\n');
	}
	return err;
}

int ini_scan(struct bytes text, struct bytes file, struct arena *a, struct faults *faults,
	     struct ini_scan *scan_out)
{
	struct scan s = { .arena = a, .faults = faults, .file = file, .out = scan_out };
	int err;

	/* Editors of other systems begin a UTF-8 file with U+FEFF; it would hide the first line. */
	if (bytes_starts(text, "\xef\xbb\xbf"))
		text = bytes_cut(text, 3, text.len);
	*scan_out = (struct ini_scan){ .entries = arena_array(a, INI_ENTRIES_MAX,
							      sizeof(*scan_out->entries)) };
	if (scan_out->entries == NULL)
		return ERR_NOMEM;
	/* A clean line is never longer than what it was made of; the end of the last may be missing. */
	s.clean = strbuf_in(a, text.len + 2);
	err = scan_lines(&s, text);
	if (err == ERR_OK)
		err = strbuf_finish(&s.clean, &scan_out->clean);
	return err;
}
