/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/html_tame.h"

#include <string.h>
#include <strings.h>

#include "parsers/err.h"

/* The copy; i is how far it is looked at. */
struct scan {
	char *html;
	size_t len, i;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool stands(const struct scan *s, const char *word)
{
	size_t len = strlen(word);

	return s->len - s->i >= len && strncasecmp(s->html + s->i, word, len) == 0;
}

/* To the word, or to the end. */
static void skip_to(struct scan *s, const char *word)
{
	while (s->i < s->len && !stands(s, word))
		s->i++;
}

static void skip_blanks(struct scan *s)
{
	while (s->i < s->len && is_blank(s->html[s->i]))
		s->i++;
}

/* An end tag, also one that never ends, becomes blanks. */
static void blank_end_tag(struct scan *s)
{
	do
		s->html[s->i++] = ' ';
	while (s->i < s->len && s->html[s->i] != '>' && s->html[s->i] != '<');
	if (s->i < s->len && s->html[s->i] == '>')
		s->html[s->i++] = ' ';
}

/* Behind '=': in quotes, or up to a blank, as the parser has it. */
static void skip_value(struct scan *s)
{
	char quote;

	skip_blanks(s);
	if (s->i == s->len)
		return;
	quote = s->html[s->i];
	if (quote == '"' || quote == '\'') {
		for (s->i++; s->i < s->len && s->html[s->i] != quote; s->i++)
			;
		s->i += s->i < s->len;
		return;
	}
	while (s->i < s->len && !is_blank(s->html[s->i]) && s->html[s->i] != '>')
		s->i++;
}

static void skip_attribute(struct scan *s)
{
	/* The first octet is a name's, whatever it is: so each attribute moves on. */
	for (s->i++; s->i < s->len && !is_blank(s->html[s->i]) && s->html[s->i] != '=' &&
		     s->html[s->i] != '>';
	     s->i++)
		;
	skip_blanks(s);
	if (s->i < s->len && s->html[s->i] == '=') {
		s->i++;
		skip_value(s);
	}
}

static void tame_tag(struct scan *s)
{
	const char *raw = stands(s, "<script")  ? "</script"
			  : stands(s, "<style") ? "</style"
						: NULL;

	while (s->i < s->len && !is_blank(s->html[s->i]) && s->html[s->i] != '>')
		s->i++;
	for (size_t n = 0;; n++) {
		size_t from;

		skip_blanks(s);
		if (s->i == s->len || s->html[s->i] == '>')
			break;
		from = s->i;
		skip_attribute(s);
		if (n >= HTML_ATTRIBUTES_MAX)
			memset(s->html + from, ' ', s->i - from);
	}
	/* What looks like a tag within is none. */
	if (raw != NULL)
		skip_to(s, raw);
}

static void tame(struct scan *s)
{
	while (s->i < s->len) {
		if (s->html[s->i] != '<')
			s->i++;
		else if (stands(s, "</html") || stands(s, "</body"))
			blank_end_tag(s);
		else if (stands(s, "<!--"))
			skip_to(s, "-->");
		else if (s->i + 1 < s->len && is_letter(s->html[s->i + 1]))
			tame_tag(s);
		else
			s->i++;
	}
}

int html_tame(struct arena *a, struct bytes html, struct bytes *tame_out)
{
	struct scan s = { .html = arena_alloc(a, html.len + 1), .len = html.len };

	if (s.html == NULL)
		return arena_err(a);
	if (html.len != 0)
		memcpy(s.html, html.ptr, html.len);
	tame(&s);
	*tame_out = bytes_at(s.html, s.len);
	return ERR_OK;
}
