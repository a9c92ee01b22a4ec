/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mail_lines.h"

#include "parsers/err.h"
#include "parsers/fold.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"

/* A quoted line may be indented so far. */
#define INDENT_MAX 3
#define RULE_MIN   3

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* The line behind its '>'; how many there were. */
static struct bytes without_marks(struct bytes raw, unsigned *depth_out)
{
	size_t i = 0, indent = 0;

	*depth_out = 0;
	while (indent < raw.len && indent < INDENT_MAX && is_blank(raw.ptr[indent]))
		indent++;
	for (i = indent; i < raw.len && raw.ptr[i] == '>'; i++) {
		(*depth_out)++;
		if (i + 2 < raw.len && is_blank(raw.ptr[i + 1]) && raw.ptr[i + 2] == '>')
			i++;
	}
	return bytes_cut(raw, i, raw.len);
}

/* Blanks and the stars of bold off both ends. */
static struct bytes plain_ends(struct bytes b)
{
	b = bytes_trim(b);
	while (b.len != 0 && (b.ptr[0] == '*' || is_blank(b.ptr[0])))
		b = bytes_cut(b, 1, b.len);
	while (b.len != 0 && (b.ptr[b.len - 1] == '*' || is_blank(b.ptr[b.len - 1])))
		b.len--;
	return b;
}

static int fold_line(struct bytes body, struct arena *a, struct bytes *folded_out)
{
	struct strbuf s = strbuf_in(a, MAIL_FOLDED_MAX);
	struct rd r = rd_of(body);
	char out[FOLD_CHAR_MAX];
	uint32_t cp;

	while (strbuf_err(&s) == ERR_OK && utf8_next(&r, &cp))
		strbuf_add(&s, bytes_at(out, fold_char(cp, out)));
	if (strbuf_err(&s) == ERR_NOMEM || (strbuf_err(&s) == ERR_LIMIT && s.len == 0))
		return strbuf_err(&s);
	*folded_out = plain_ends(strbuf_bytes(&s));
	return ERR_OK;
}

static int line_of(struct bytes raw, size_t at, struct arena *a, struct mail_line *line_out)
{
	struct mail_line l = { .raw = raw, .at = at, .is_delimiter = bytes_is(raw, "-- ") };
	struct bytes body;

	while (l.raw.len != 0 && is_blank(l.raw.ptr[l.raw.len - 1]))
		l.raw.len--;
	body = bytes_trim(without_marks(l.raw, &l.depth));
	l.is_blank = body.len == 0;
	*line_out = l;
	return fold_line(body, a, &line_out->folded);
}

static size_t count_lines(struct bytes text)
{
	size_t n = 1;

	for (size_t i = 0; i < text.len && n < MAIL_LINES_MAX; i++)
		n += text.ptr[i] == '\n';
	return n;
}

int mail_lines_of(struct bytes text, struct arena *a, struct mail_lines *lines_out)
{
	size_t n = count_lines(text);
	struct mail_lines l = { .line = arena_array(a, n, sizeof(*l.line)), .n = n };
	struct bytes rest = text, raw = BYTES_NONE;

	if (l.line == NULL)
		return arena_err(a);
	for (size_t i = 0; i < n; i++) {
		size_t at = text.len - rest.len;
		int err;

		if (i + 1 == n)
			raw = rest;
		else
			bytes_split(&rest, '\n', &raw);
		err = line_of(raw, at, a, &l.line[i]);
		if (err != ERR_OK)
			return err;
	}
	*lines_out = l;
	return ERR_OK;
}

bool mail_line_is_rule(const struct mail_line *l)
{
	size_t i = 0;

	while (i < l->folded.len && (l->folded.ptr[i] == '-' || l->folded.ptr[i] == '_' ||
				     l->folded.ptr[i] == '=' || l->folded.ptr[i] == ' '))
		i++;
	return l->folded.len >= RULE_MIN && i == l->folded.len;
}

size_t mail_lines_next(const struct mail_lines *l, size_t i)
{
	while (i < l->n && l->line[i].is_blank)
		i++;
	return i;
}

void mail_lines_mark(struct mail_lines *l, size_t from, size_t to, enum mail_line_kind only,
		     enum mail_line_kind kind)
{
	for (size_t i = from; i < to && i < l->n; i++)
		if (l->line[i].kind == only)
			l->line[i].kind = kind;
}

size_t mail_lines_at(const struct mail_lines *l, size_t offset)
{
	size_t from = 0, to = l->n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (l->line[mid].at < offset)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}
