/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/html_marks.h"

#include <string.h>
#include <strings.h>

/* Longer than the declarations that we look for ever stand from the beginning of a style. */
#define STYLE_BYTES_MAX 1024

/* clang-format off */
static const struct {
	const char *name;
	unsigned marks;
} elements[] = {
	{ "a",          HTML_LINK },
	{ "address",    HTML_LINE },
	{ "article",    HTML_LINE },
	{ "blockquote", HTML_LINE },
	{ "br",         HTML_BREAK },
	{ "caption",    HTML_LINE },
	{ "center",     HTML_LINE },
	{ "dd",         HTML_LINE },
	{ "div",        HTML_LINE },
	{ "dl",         HTML_LINE },
	{ "dt",         HTML_LINE },
	{ "fieldset",   HTML_LINE },
	{ "footer",     HTML_LINE },
	{ "form",       HTML_LINE },
	{ "h1",         HTML_PARAGRAPH },
	{ "h2",         HTML_PARAGRAPH },
	{ "h3",         HTML_PARAGRAPH },
	{ "h4",         HTML_PARAGRAPH },
	{ "h5",         HTML_PARAGRAPH },
	{ "h6",         HTML_PARAGRAPH },
	{ "header",     HTML_LINE },
	{ "hr",         HTML_RULE },
	{ "img",        HTML_IMAGE },
	{ "li",         HTML_LINE | HTML_ITEM },
	{ "main",       HTML_LINE },
	{ "nav",        HTML_LINE },
	{ "ol",         HTML_LINE },
	{ "p",          HTML_PARAGRAPH },
	{ "pre",        HTML_LINE | HTML_PRE },
	{ "script",     HTML_HIDDEN },
	{ "section",    HTML_LINE },
	{ "select",     HTML_HIDDEN },
	{ "style",      HTML_HIDDEN },
	{ "svg",        HTML_HIDDEN },
	{ "table",      HTML_LINE },
	{ "td",         HTML_CELL },
	{ "template",   HTML_HIDDEN },
	{ "th",         HTML_CELL },
	{ "title",      HTML_HIDDEN },
	{ "tr",         HTML_LINE },
	{ "ul",         HTML_LINE },
	{ "xml",        HTML_HIDDEN },
};

enum how {
	IS,   /* the whole value */
	WORD, /* one of the value's words, as in class */
	HAS,  /* anywhere in it, without blanks, in small letters */
};

/*
 * Which mail program writes what. Programs that quote a mail that was already quoted put x_ before
 * ids and classes; is_word() passes over it.
 */
static const struct {
	const char *element; /* NULL: any */
	const char *attribute;
	enum how how;
	const char *value;
	unsigned marks;
} marked[] = {
	/* Gmail; the outer element is a div, the inner one a blockquote */
	{ "div",        "class", WORD, "gmail_quote",         HTML_QUOTE },
	{ "blockquote", "class", WORD, "gmail_quote",         HTML_QUOTE | HTML_CITE },
	{ "div",        "class", WORD, "gmail_extra",         HTML_LINE },
	/* Thunderbird, Apple Mail, iOS, Roundcube, Proton, Yahoo */
	{ "blockquote", "type",  IS,   "cite",                HTML_QUOTE | HTML_CITE },
	{ NULL,         "class", WORD, "moz-cite-prefix",     HTML_QUOTE },
	{ NULL,         "class", WORD, "moz-forward-container", HTML_QUOTE },
	{ NULL,         "id",    IS,   "reply-intro",         HTML_QUOTE },
	{ NULL,         "class", WORD, "protonmail_quote",    HTML_QUOTE },
	{ NULL,         "class", WORD, "tutanota_quote",      HTML_QUOTE | HTML_CITE },
	{ NULL,         "class", WORD, "yahoo_quoted",        HTML_QUOTE },
	{ NULL,         "class", WORD, "zmail_extra",         HTML_QUOTE },
	/* Outlook on the web, phones, desktop, Mac; Hotmail */
	{ NULL,         "id",    WORD, "divRplyFwdMsg",       HTML_QUOTE_REST | HTML_LINE },
	{ NULL,         "id",    WORD, "appendonsend",        HTML_QUOTE_REST },
	{ NULL,         "id",    WORD, "OLK_SRC_BODY_SECTION", HTML_QUOTE_REST },
	{ NULL,         "id",    WORD, "mail-editor-reference-message-container", HTML_QUOTE_REST },
	{ NULL,         "id",    WORD, "ms-outlook-mobile-body-separator-line", HTML_QUOTE_REST },
	{ NULL,         "id",    WORD, "stopSpelling",        HTML_QUOTE_REST },
	{ "div",        "style", HAS,  "border-top:solid#e1e1e1", HTML_QUOTE_REST },
	{ "div",        "style", HAS,  "border-top:solid#b5c4df", HTML_QUOTE_REST },
	/* Zimbra */
	{ NULL,         "id",    WORD, "zwchr",               HTML_QUOTE_REST },
	{ NULL,         "data-marker", IS, "__DIVIDER__",     HTML_QUOTE_REST },
	/* signatures */
	{ NULL,         "class", WORD, "gmail_signature",     HTML_SIGNATURE },
	{ NULL,         "data-smartmail", IS, "gmail_signature", HTML_SIGNATURE },
	{ NULL,         "class", WORD, "moz-signature",       HTML_SIGNATURE },
	{ NULL,         "class", WORD, "protonmail_signature_block", HTML_SIGNATURE },
	{ NULL,         "class", WORD, "_rc_sig",             HTML_SIGNATURE },
	{ NULL,         "id",    WORD, "_rc_sig",             HTML_SIGNATURE },
	{ NULL,         "id",    WORD, "Signature",           HTML_SIGNATURE },
	{ NULL,         "id",    WORD, "AppleMailSignature",  HTML_SIGNATURE },
	{ NULL,         "id",    WORD, "ms-outlook-mobile-signature", HTML_SIGNATURE },
	{ NULL,         "data-marker", IS, "__SIG_POST__",    HTML_SIGNATURE },
	{ NULL,         "data-marker", IS, "__SIG_PRE__",     HTML_SIGNATURE },
	/* how it looks */
	{ NULL,         "hidden", HAS, "",                    HTML_HIDDEN },
	{ NULL,         "style", HAS,  "display:none",        HTML_HIDDEN },
	{ NULL,         "style", HAS,  "mso-hide:all",        HTML_HIDDEN },
	{ NULL,         "style", HAS,  "white-space:pre",     HTML_PRE },
};

/* Paragraphs that are one line, with empty ones between them where a blank line is meant. */
static const struct {
	const char *attribute;
	enum how how;
	const char *value;
} tight[] = {
	{ "class", WORD, "MsoNormal" },
	{ "class", WORD, "MsoPlainText" },
	{ "class", WORD, "MsoListParagraph" },
	{ "class", WORD, "MsoNoSpacing" },
	{ "style", HAS,  "margin:0" },
	{ "style", HAS,  "margin-bottom:0" },
};
/* clang-format on */

const char *html_attribute(const char *const *attributes, const char *name)
{
	for (; attributes != NULL && attributes[0] != NULL; attributes += 2)
		if (strcasecmp(attributes[0], name) == 0)
			return attributes[1] == NULL ? "" : attributes[1];
	return NULL;
}

/* Is it this word, perhaps with x_ or Yahoo's ydp… before it? */
static bool is_word(struct bytes word, const char *want)
{
	size_t len = strlen(want);

	while (bytes_starts(word, "x_"))
		word = bytes_cut(word, 2, word.len);
	if (bytes_starts(word, "ydp") && word.len > len)
		word = bytes_cut(word, word.len - len, len);
	return bytes_is(word, want);
}

static bool has_word(const char *value, const char *want)
{
	struct bytes rest = bytes_of(value), word;

	while (bytes_split(&rest, ' ', &word))
		if (is_word(word, want))
			return true;
	return false;
}

/* A style is compared without blanks and in small letters, since every program writes it in another way. */
static bool has_part(const char *value, const char *want)
{
	char plain[STYLE_BYTES_MAX];
	size_t n = 0;

	for (; *value != '\0' && n < sizeof(plain) - 1; value++) {
		if (*value == ' ' || *value == '\n' || *value == '\t' || *value == '\r')
			continue;
		plain[n++] = (char)(*value >= 'A' && *value <= 'Z' ? *value - 'A' + 'a' : *value);
	}
	plain[n] = '\0';
	return strstr(plain, want) != NULL;
}

static bool fits(const char *value, enum how how, const char *want)
{
	if (value == NULL)
		return false;
	switch (how) {
	case IS: return strcasecmp(value, want) == 0;
	case WORD: return has_word(value, want);
	case HAS: return has_part(value, want);
	}
	return false;
}

static bool is_tight(const char *const *attributes)
{
	for (size_t i = 0; i < ARRAY_LEN(tight); i++)
		if (fits(html_attribute(attributes, tight[i].attribute), tight[i].how,
			 tight[i].value))
			return true;
	return false;
}

static unsigned marks_of_name(const char *name)
{
	size_t from = 0, to = ARRAY_LEN(elements);

	while (from < to) {
		size_t mid = from + (to - from) / 2;
		int way = strcmp(name, elements[mid].name);

		if (way == 0)
			return elements[mid].marks;
		if (way < 0)
			to = mid;
		else
			from = mid + 1;
	}
	return 0;
}

unsigned html_marks_of(const char *name, const char *const *attributes)
{
	unsigned marks = marks_of_name(name);

	if (attributes == NULL)
		return marks;
	for (size_t i = 0; i < ARRAY_LEN(marked); i++) {
		if (marked[i].element != NULL && strcmp(marked[i].element, name) != 0)
			continue;
		if (fits(html_attribute(attributes, marked[i].attribute), marked[i].how,
			 marked[i].value))
			marks |= marked[i].marks;
	}
	if ((marks & HTML_PARAGRAPH) && is_tight(attributes))
		marks |= HTML_TIGHT;
	return marks;
}
