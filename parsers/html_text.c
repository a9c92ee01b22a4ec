/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/html_text.h"

#include <libxml/HTMLparser.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "parsers/err.h"
#include "parsers/html_marks.h"
#include "parsers/html_tame.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"

/* Elements with a meaning of their own that are open at a time; deeper ones are only text. */
#define OPEN_MAX 128
/* More '>' say no more. */
#define CITE_DEPTH_MAX 8
/* A longer address is a tracker's, and nobody reads it. */
#define HREF_BYTES_MAX 1000
/* A blank line is two line ends; more say no more. */
#define BREAKS_MAX 2

struct open_element {
	size_t depth;
	unsigned marks;
};

/* A stretch of the text that an element covers. */
struct region {
	bool is_next; /* it begins with the next word */
	size_t at, end;
	size_t depth; /* of the element whose end is its end; 0: none */
};

struct reading {
	struct arena *arena;
	struct strbuf text;
	htmlParserCtxtPtr parser;
	size_t depth;
	struct open_element open[OPEN_MAX];
	size_t n_open;
	unsigned hidden, pre, cite; /* how many such elements are open */
	unsigned breaks;            /* line ends that wait for a next word */
	unsigned break_cite;        /* the cite that blank lines between belong to */
	char blank;                 /* '\0', ' ' or '\t': waits for a next word on this line */
	bool is_started;            /* this line has words */
	bool is_empty_line;         /* a blank that keeps its line open: <p>&nbsp;</p> */
	bool is_item;
	struct region quote, signature;
	size_t link_depth; /* 0: in no link */
	size_t link_at;
	char href[HREF_BYTES_MAX + 1];
	struct bytes cids[HTML_CIDS_MAX];
	size_t n_cids;
};

static void add_prefix(struct reading *r, unsigned cite, const char *behind)
{
	if (cite == 0)
		return;
	for (unsigned i = 0; i < cite && i < CITE_DEPTH_MAX; i++)
		strbuf_addc(&r->text, '>');
	strbuf_adds(&r->text, behind);
}

static void note_place(const struct reading *r, struct region *g)
{
	if (g->is_next)
		g->at = r->text.len;
	g->is_next = false;
}

/* A word comes: what waited for it is written. */
static void begin_word(struct reading *r)
{
	if (r->is_started && r->blank != '\0')
		strbuf_addc(&r->text, r->blank);
	r->blank = '\0';
	r->is_empty_line = false;
	if (r->is_started)
		return;
	for (unsigned i = 0; r->text.len != 0 && i < r->breaks; i++) {
		if (i > 0)
			add_prefix(r, r->break_cite < r->cite ? r->break_cite : r->cite, "");
		strbuf_addc(&r->text, '\n');
	}
	r->breaks = 0;
	note_place(r, &r->quote);
	note_place(r, &r->signature);
	add_prefix(r, r->cite, " ");
	if (r->is_item)
		strbuf_adds(&r->text, "- ");
	r->is_item = false;
	r->is_started = true;
}

/* From here on a new line: at least n line ends stand between. */
static void end_line(struct reading *r, unsigned n)
{
	if (r->is_started) {
		r->break_cite = r->cite;
		r->is_started = false;
		r->breaks = 0;
	}
	if (r->is_empty_line)
		r->breaks++;
	r->is_empty_line = false;
	r->blank = '\0';
	if (r->break_cite > r->cite)
		r->break_cite = r->cite;
	if (r->breaks < n && !r->is_item)
		r->breaks = n;
	if (r->breaks > BREAKS_MAX)
		r->breaks = BREAKS_MAX;
}

static void hard_break(struct reading *r)
{
	unsigned before = r->is_started ? 0 : r->breaks;

	end_line(r, before + 1);
}

/* Signs that take no room: fillers of previews, marks of byte order, soft hyphens. */
static bool is_invisible(uint32_t cp)
{
	return cp == 0xAD || cp == 0x34F || cp == 0x200B || cp == 0x200C || cp == 0x2060 ||
	       cp == 0xFEFF || (cp >= 0x7F && cp < 0xA0) || (cp < 0x20 && cp != '\t' && cp != '\n');
}

static void add_blank(struct reading *r, uint32_t cp)
{
	if (r->pre != 0 && cp == '\n') {
		hard_break(r);
		return;
	}
	if (cp == 0xA0 && !r->is_started)
		r->is_empty_line = true;
	if (r->pre != 0 && r->is_started && r->blank != '\0')
		strbuf_addc(&r->text, r->blank);
	if (r->blank != '\t' || r->pre != 0)
		r->blank = ' ';
}

static void add_char(struct reading *r, uint32_t cp)
{
	uint8_t buf[4];

	if (cp == '\r')
		cp = '\n';
	if (cp == ' ' || cp == '\t' || cp == '\n' || cp == 0xA0 || (cp >= 0x2000 && cp <= 0x200A)) {
		add_blank(r, cp);
		return;
	}
	if (is_invisible(cp))
		return;
	begin_word(r);
	strbuf_add(&r->text, bytes_at(buf, utf8_put(cp, buf)));
}

static void add_text(struct reading *r, struct bytes text)
{
	struct rd rd = rd_of(text);
	uint32_t cp;

	while (utf8_next(&rd, &cp))
		add_char(r, cp);
	if (strbuf_err(&r->text) != ERR_OK)
		xmlStopParser(r->parser);
}

static void on_text(void *ctx, const xmlChar *text, int len)
{
	struct reading *r = ctx;

	if (r->hidden == 0 && len > 0)
		add_text(r, bytes_at(text, (size_t)len));
}

/* Without what people leave out when they write an address. */
static struct bytes plain_address(struct bytes b)
{
	static const char *const heads[] = { "http://", "https://", "mailto:", "tel:", "www." };

	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		size_t len = strlen(heads[i]);

		if (b.len >= len && strncasecmp((const char *)b.ptr, heads[i], len) == 0)
			b = bytes_cut(b, len, b.len);
	}
	if (bytes_ends(b, "/"))
		b.len--;
	return b;
}

static void begin_link(struct reading *r, const char *const *attributes)
{
	static const char *const shown[] = { "http:", "https:", "mailto:", "ftp:" };
	const char *href = html_attribute(attributes, "href");
	size_t len = href == NULL ? 0 : strlen(href);
	bool is_shown = false;

	for (size_t i = 0; i < ARRAY_LEN(shown); i++)
		is_shown = is_shown ||
			   (len != 0 && strncasecmp(href, shown[i], strlen(shown[i])) == 0);
	if (!is_shown || len > HREF_BYTES_MAX || r->hidden != 0)
		return;
	memcpy(r->href, href, len + 1);
	r->link_depth = r->depth;
	r->link_at = r->text.len;
}

static void end_link(struct reading *r)
{
	struct bytes words = bytes_trim(bytes_cut(strbuf_bytes(&r->text), r->link_at, r->text.len));
	struct bytes href = bytes_of(r->href), said = plain_address(words), meant;

	r->link_depth = 0;
	if (strncasecmp(r->href, "mailto:", 7) == 0) {
		href = bytes_cut(href, 7, href.len);
		href = bytes_cut(href, 0, bytes_find(href, '?'));
	}
	meant = plain_address(href);
	/* A picture without words leads nowhere that a reader would miss. */
	if (words.len == 0 || meant.len == 0)
		return;
	if (bytes_eq_any_case(said, meant))
		return;
	add_text(r, (struct bytes)BYTES(" <"));
	add_text(r, href);
	add_text(r, (struct bytes)BYTES(">"));
}

static void keep_cid(struct reading *r, const char *src)
{
	struct bytes cid;

	if (src == NULL || strncasecmp(src, "cid:", 4) != 0 || r->n_cids == HTML_CIDS_MAX)
		return;
	cid = bytes_trim(bytes_of(src + 4));
	for (size_t i = 0; i < r->n_cids; i++)
		if (bytes_eq(r->cids[i], cid))
			return;
	cid = arena_dup(r->arena, cid);
	if (cid.len != 0)
		r->cids[r->n_cids++] = cid;
}

/* Names of files, and what Word says of pictures that nobody described, are no words of the writer. */
static bool is_said(struct bytes alt)
{
	static const char *const tails[] = { ".png", ".jpg", ".jpeg", ".gif",
					     "automatically generated" };

	if (alt.len == 0 || bytes_starts(alt, "cid:") || bytes_starts(alt, "http"))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(tails); i++)
		if (bytes_ends(alt, tails[i]))
			return false;
	return true;
}

static void add_image(struct reading *r, const char *const *attributes)
{
	struct bytes alt = bytes_trim(bytes_of(html_attribute(attributes, "alt")));

	if (is_said(alt))
		add_text(r, alt);
}

/* What is remembered until its end; the end tag alone says only its name. */
static void open_marks(struct reading *r, unsigned marks)
{
	const unsigned lasting = HTML_HIDDEN | HTML_PRE | HTML_CITE | HTML_TIGHT;

	if (!(marks & lasting) || r->n_open == OPEN_MAX)
		return;
	r->open[r->n_open++] = (struct open_element){ r->depth, marks };
	r->hidden += (marks & HTML_HIDDEN) != 0;
	r->pre += (marks & HTML_PRE) != 0;
	r->cite += (marks & HTML_CITE) != 0;
}

static unsigned close_marks(struct reading *r, const char *name)
{
	unsigned marks = html_marks_of(name, NULL);

	if (r->n_open == 0 || r->open[r->n_open - 1].depth != r->depth)
		return marks;
	marks = r->open[--r->n_open].marks;
	r->hidden -= (marks & HTML_HIDDEN) != 0;
	r->pre -= (marks & HTML_PRE) != 0;
	r->cite -= (marks & HTML_CITE) != 0;
	return marks;
}

/* The first of its kind counts; what turned out to be empty doesn't. */
static void begin_region(struct reading *r, struct region *g, size_t depth)
{
	end_line(r, 1);
	if (g->at != SIZE_MAX || g->is_next)
		return;
	g->is_next = true;
	g->depth = depth;
}

static void end_region(const struct reading *r, struct region *g)
{
	if (g->depth != r->depth)
		return;
	g->is_next = false;
	g->depth = 0;
	if (g->at != SIZE_MAX)
		g->end = r->text.len;
}

static void begin_regions(struct reading *r, unsigned marks)
{
	if (marks & HTML_QUOTE_REST)
		begin_region(r, &r->quote, 0);
	else if (marks & HTML_QUOTE)
		begin_region(r, &r->quote, r->depth);
	if ((marks & HTML_SIGNATURE) && r->cite == 0)
		begin_region(r, &r->signature, r->depth);
}

static void end_block(struct reading *r, unsigned marks)
{
	if ((marks & HTML_PARAGRAPH) && !(marks & HTML_TIGHT))
		end_line(r, 2);
	if (marks & (HTML_LINE | HTML_PARAGRAPH | HTML_RULE))
		end_line(r, 1);
}

static void begin_layout(struct reading *r, unsigned marks, const char *const *attributes)
{
	end_block(r, marks);
	if (marks & HTML_BREAK)
		hard_break(r);
	if (marks & HTML_ITEM)
		r->is_item = true;
	if ((marks & HTML_CELL) && r->is_started)
		r->blank = '\t';
	if (marks & HTML_LINK)
		begin_link(r, attributes);
	if (marks & HTML_IMAGE)
		add_image(r, attributes);
}

static void on_start(void *ctx, const xmlChar *name, const xmlChar **attributes)
{
	struct reading *r = ctx;
	const char *const *list = (const char *const *)attributes;
	unsigned marks = html_marks_of((const char *)name, list);

	r->depth++;
	if (marks & HTML_IMAGE)
		keep_cid(r, html_attribute(list, "src"));
	if (r->hidden == 0 && !(marks & HTML_HIDDEN)) {
		begin_layout(r, marks, list);
		begin_regions(r, marks);
	}
	open_marks(r, marks);
}

static void on_end(void *ctx, const xmlChar *name)
{
	struct reading *r = ctx;
	unsigned marks;

	if (r->depth == 0)
		return;
	if (r->link_depth == r->depth)
		end_link(r);
	marks = close_marks(r, (const char *)name);
	if (r->hidden == 0 && !(marks & HTML_HIDDEN)) {
		if (marks & HTML_ITEM)
			r->is_item = false;
		end_block(r, marks);
	}
	end_region(r, &r->quote);
	end_region(r, &r->signature);
	r->depth--;
}

static int run_parser(struct reading *r, struct bytes html)
{
	/* Without a handler for errors: what is broken is the rule here, and read all the same. */
	htmlSAXHandler sax = {
		.startElement = on_start,
		.endElement = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_text,
	};
	htmlParserCtxtPtr parser =
		htmlCreatePushParserCtxt(&sax, r, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);

	if (parser == NULL)
		return ERR_NOMEM;
	r->parser = parser;
	htmlCtxtUseOptions(parser, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
					   HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
	htmlParseChunk(parser, (const char *)html.ptr, (int)html.len, 1);
	if (parser->myDoc != NULL)
		xmlFreeDoc(parser->myDoc);
	htmlFreeParserCtxt(parser);
	return ERR_OK;
}

static int keep_result(struct reading *r, struct html_text *out)
{
	struct bytes *cids = arena_array(r->arena, r->n_cids, sizeof(*cids));

	if (r->text.err != ERR_OK && r->text.err != ERR_LIMIT)
		return r->text.err;
	if (r->n_cids != 0 && cids == NULL)
		return arena_err(r->arena);
	if (r->n_cids != 0)
		memcpy(cids, r->cids, r->n_cids * sizeof(*cids));
	out->is_cut = out->is_cut || r->text.err == ERR_LIMIT;
	out->text = strbuf_bytes(&r->text);
	out->quote_at = r->quote.at;
	out->quote_end = r->quote.end;
	out->signature_at = r->signature.at;
	out->signature_end = r->signature.end;
	out->cids = cids;
	out->n_cids = r->n_cids;
	return ERR_OK;
}

int html_text(struct bytes html_utf8, size_t max_text, struct arena *a, struct html_text *out)
{
	struct html_text result = { .is_cut = html_utf8.len > HTML_BYTES_MAX };
	struct reading r = {
		.arena = a,
		.text = strbuf_in(a, max_text),
		.quote = { .at = SIZE_MAX, .end = SIZE_MAX },
		.signature = { .at = SIZE_MAX, .end = SIZE_MAX },
	};
	struct bytes clean;
	int err = utf8_clean(a, utf8_cut(html_utf8, HTML_BYTES_MAX), &clean, NULL);

	if (err == ERR_OK)
		err = html_tame(a, clean, &clean);
	if (err == ERR_OK)
		err = run_parser(&r, clean);
	if (err == ERR_OK)
		err = keep_result(&r, &result);
	if (err == ERR_OK)
		*out = result;
	return err;
}
