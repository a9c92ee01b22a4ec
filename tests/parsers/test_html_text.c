/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_html_text - the words of HTML mails as a reader sees them, and the places that programs mark. */
#include "parsers/html_text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "parsers/err.h"
#include "parsers/utf8.h"
#include "tests/tap.h"

#define MAX_TEXT ((size_t)1 << 20)

/* clang-format off */
static const struct {
	const char *html, *text, *promise;
} rows[] = {
	{ "", "", "nothing is nothing" },
	{ "Nema vode", "Nema vode", "words without any element" },
	{ "<p>Dobar dan,</p><p>nema vode.</p>", "Dobar dan,\n\nnema vode.", "paragraphs are parted by a blank line" },
	{ "<div>Dobar dan,</div><div>nema vode.</div>", "Dobar dan,\nnema vode.", "a div is a line" },
	{ "<div>a</div><div><br></div><div>b</div>", "a\n\nb", "a div with only a break is a blank line" },
	{ "a<br>b<br/>c", "a\nb\nc", "breaks" },
	{ "a<br><br><br><br>b", "a\n\nb", "never more than one blank line" },
	{ "<div>a<br></div><div>b</div>", "a\nb", "a break at the end of a line adds none" },
	{ "  a \n\t b  ", "a b", "blanks are one" },
	{ "<p class=MsoNormal>a</p><p class=MsoNormal>b</p>", "a\nb", "Word's paragraphs are lines" },
	{ "<p class=MsoNormal>a<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>b</p>", "a\n\nb", "Word's empty paragraph is a blank line" },
	{ "<p style=\"margin: 0px\">a</p><p style=\"margin:0px\">b</p>", "a\nb", "paragraphs without margins are lines" },
	{ "&#269;evap &amp; &scaron;ljiva&nbsp;&euro; &#x107;", "čevap & šljiva € ć", "entities" },
	{ "a &nepoznat; b", "a &nepoznat; b", "an unknown entity stays" },
	{ "5 < 6 i 7 > 2", "5 < 6 i 7 > 2", "signs that are no tags" },
	{ "<head><title>Naslov</title><style>p{color:red}</style></head><body>a<script>x()</script>b", "ab", "head, style and script are left out" },
	{ "<!-- comment --><!--[if mso]><p>mso</p><![endif]-->a", "a", "comments are left out" },
	{ "<div style=\"display:none;max-height:0\">Preview text</div>Ovo se vidi", "Ovo se vidi", "what isn't displayed is left out" },
	{ "<div style='Display : NONE'>x<div>y</div></div>z", "z", "also with what it holds, however it is written" },
	{ "<ul><li>prvo</li><li><p>drugo</p></li></ul>treće", "- prvo\n- drugo\n\ntreće", "items of a list" },
	{ "<ul><li></li></ul>a", "a", "an empty item is none" },
	{ "<table><tr><td>Ime</td><td>Ana</td></tr><tr><td>Ulica</td><td>Kneza Miloša 3</td></tr></table>", "Ime\tAna\nUlica\tKneza Miloša 3", "cells are parted by a tab" },
	{ "<table><tr><td></td><td>x</td></tr></table>", "x", "an empty cell at the beginning is none" },
	{ "<a href=\"https://example.org/\">example.org</a>", "example.org", "an address that the words say isn't repeated" },
	{ "<a href=\"https://example.org/a\">ovde</a>.", "ovde <https://example.org/a>.", "an address that they don't say is" },
	{ "<a href=\"mailto:ana@example.org?subject=x\">Ana</a>", "Ana <ana@example.org>", "whom a link writes to" },
	{ "<a href=\"mailto:ana@example.org\">ana@example.org</a>", "ana@example.org", "once" },
	{ "<a href=\"#top\">gore</a> <a name=x>dole</a>", "gore dole", "links within the mail are only words" },
	{ "<a href=\"javascript:x()\">klik</a>", "klik", "what isn't an address isn't shown" },
	{ "<a href=\"https://t.example/\"><img src=x></a>a", "a", "a link without words is left out" },
	{ "<img alt=\"Mapa kvara\" src=\"cid:m1\">", "Mapa kvara", "what a picture is said to show" },
	{ "<img alt=\"image001.png\" src=\"cid:m1\">a<img alt=\"cid:m1\">", "a", "a file's name isn't said" },
	{ "<pre>a  b\n\n  c</pre>", "a  b\n\nc", "preformatted lines" },
	{ "<span style=\"white-space: pre-wrap\">a\nb</span>", "a\nb", "lines of a style that keeps them" },
	{ "ko\xc2\xadmunalac\xe2\x80\x8b\xe2\x80\x8c\xcd\x8f!", "komunalac!", "signs that take no room vanish" },
	{ "a&#1;b&#xFFFE;c\x01", "abc", "control characters vanish" },
	{ "<b>a</b><i>b</i> <u>c</u>", "ab c", "letters in a row are one word" },
	{ "<p>a<p>b</div></td>c", "a\n\nbc", "ends of what isn't open" },
	{ "a<b", "a", "a tag that isn't closed" },
	{ "<html><body>a</body></HTML >b<html><body>c</body></html>", "a bc", "words behind the end are kept" },
	{ "<meta charset=\"windows-1251\">č", "č", "a lie about the character set" },
	{ "<blockquote type=\"cite\">a<br><br>b</blockquote>c", "> a\n>\n> b\nc", "a quote's lines are marked" },
	{ "<blockquote type=cite>a<blockquote type=cite>b</blockquote>c</blockquote>d", "> a\n>> b\n> c\nd", "quotes in quotes" },
	{ "<p>x</p><blockquote type=cite><p>a</p></blockquote><p>y</p>", "x\n\n> a\n\ny", "blank lines around a quote are nobody's" },
	{ "<blockquote>uvučeno</blockquote>", "uvučeno", "an indentation is no quote" },
	{ "Hitno \xf0\x9f\x98\xa1<img alt=\"\xf0\x9f\x99\x8f\" data-emoji=\"x\">", "Hitno \xf0\x9f\x98\xa1\xf0\x9f\x99\x8f", "emoji, also as pictures" },
};

/* quote, signature: what stands there; NULL: none. */
static const struct {
	const char *html, *quote, *signature, *promise;
} places[] = {
	{ "moje<div class=\"gmail_quote\"><div class=\"gmail_attr\">On x wrote:<br></div><blockquote class=\"gmail_quote\">ti</blockquote></div>", "On x wrote:\n> ti", NULL, "Gmail" },
	{ "moje<div class=\"gmail_quote gmail_quote_container\">ti</div>ispod", "ti", NULL, "Gmail's newer name; what is below isn't in it" },
	{ "<div class=moz-cite-prefix>A piše:<br></div><blockquote type=cite>ti</blockquote>", "A piše:", NULL, "Thunderbird" },
	{ "moje<div id=\"appendonsend\"></div><hr><div id=\"divRplyFwdMsg\"><b>From:</b> x</div>ti", "From: x\nti", NULL, "Outlook on the web" },
	{ "moje<div id=\"x_divRplyFwdMsg\">From: x</div>", "From: x", NULL, "Outlook's, quoted by Outlook" },
	{ "moje<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b>From:</b> x</p></div></div>ti", "From: x\nti", NULL, "Outlook" },
	{ "moje<div style='BORDER-TOP: solid #B5C4DF 1pt'>From: x</div>", "From: x", NULL, "Outlook 2007" },
	{ "moje<hr id=\"zwchr\" data-marker=\"__DIVIDER__\"><div data-marker=\"__HEADERS__\">From: x</div>", "From: x", NULL, "Zimbra" },
	{ "moje<br><p id=\"reply-intro\">Dana x je napisao(la):</p><blockquote type=\"cite\">ti</blockquote>", "Dana x je napisao(la):", NULL, "Roundcube" },
	{ "moje<div class=\"ydp12ab34yahoo_quoted\">ti</div>", "ti", NULL, "Yahoo" },
	{ "moje<span id=\"OLK_SRC_BODY_SECTION\">ti</span>", "ti", NULL, "Outlook for Mac" },
	{ "moje<blockquote type=\"CITE\"><div>On x wrote:</div></blockquote>", "> On x wrote:", NULL, "Apple Mail" },
	{ "moje<div class=gmail_quote></div><p>i ovo</p>", NULL, NULL, "an empty quote is none" },
	{ "<p>moje</p>", NULL, NULL, "no quote" },
	{ "moje<br>--<br><div class=\"gmail_signature\" data-smartmail=\"gmail_signature\">Ana<div>tel</div></div>dalje", NULL, "Ana\ntel", "Gmail's signature, and its end" },
	{ "moje<div class=\"moz-signature\">-- <br>Ana</div>", NULL, "--\nAna", "Thunderbird's signature" },
	{ "moje<div id=Signature>Ana</div><div id=appendonsend></div>ti", "ti", "Ana", "Outlook's signature above its quote" },
	{ "moje<blockquote type=cite>ti<div class=gmail_signature>Pera</div></blockquote>", "> ti\n> Pera", NULL, "a quoted signature isn't his" },
	{ "moje<div style=\"display:none\"><div class=gmail_quote>x</div></div>dalje", NULL, NULL, "a hidden quote isn't one" },
};
/* clang-format on */

static void check_place(struct bytes text, size_t at, size_t end, const char *want,
			const char *promise)
{
	struct bytes got = BYTES_NONE;

	if (at != SIZE_MAX)
		got = bytes_cut(text, at, end == SIZE_MAX ? text.len : end - at);
	if (want == NULL)
		ok(at == SIZE_MAX && end == SIZE_MAX, "%s: none", promise);
	else
		is_text(got, want, "%s", promise);
}

static void check_places(struct arena *a)
{
	struct html_text t;

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		if (html_text(bytes_of(places[i].html), MAX_TEXT, a, &t) != ERR_OK)
			t = (struct html_text){ .quote_at = 0, .signature_at = 0 };
		check_place(t.text, t.quote_at, t.quote_end, places[i].quote, places[i].promise);
		check_place(t.text, t.signature_at, t.signature_end, places[i].signature,
			    places[i].promise);
		arena_reset(a);
	}
}

static void check_cids(struct arena *a)
{
	const char *html = "<img src=\"cid:logo@x\"><img src='CID:logo@x'><img src=\"http://x/y\">"
			   "<div style=\"display:none\"><img src=cid:pixel></div>";
	struct html_text t;

	ok(html_text(bytes_of(html), MAX_TEXT, a, &t) == ERR_OK && t.n_cids == 2,
	   "each image of the mail is named once");
	is_text(t.cids[0], "logo@x", "by its Content-ID");
	is_text(t.cids[1], "pixel", "also when it isn't seen");
	arena_reset(a);
}

/* `n` times `piece`, then `tail`. */
static struct bytes repeated(const char *piece, size_t n, const char *tail)
{
	size_t len = strlen(piece), tail_len = strlen(tail);
	char *buf = malloc(n * len + tail_len + 1);

	if (buf == NULL)
		abort();
	for (size_t i = 0; i < n; i++)
		memcpy(buf + i * len, piece, len);
	memcpy(buf + n * len, tail, tail_len + 1);
	return bytes_at(buf, n * len + tail_len);
}

static void check_hostile(struct arena *a)
{
	/* clang-format off */
	static const struct {
		const char *piece;
		size_t n;
		const char *tail, *text, *promise;
	} hostile[] = {
		{ "<div>",               100000, "dno", "dno",  "100,000 nested divs keep their words" },
		{ "<table><tr><td>",     30000,  "dno", "dno",  "30,000 nested tables" },
		{ "<blockquote type=cite>", 20000, "x", ">>>>>>>> x", "20,000 nested quotes" },
		{ "<a href=http://a.example/>", 10000, "x", "x <http://a.example/>", "10,000 open links" },
		{ "<p style=display:none>", 10000, "x", "", "10,000 hidden paragraphs" },
		{ "<b>", 150000, "x", "x", "150,000 open bolds" },
		{ "&", 200000, "", NULL, "ampersands" },
		{ "<!--", 100000, "", NULL, "comments that never end" },
		{ "<![CDATA[", 50000, "", NULL, "sections that never end" },
	};
	/* clang-format on */
	struct html_text t;

	for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
		struct bytes html = repeated(hostile[i].piece, hostile[i].n, hostile[i].tail);
		int err = html_text(html, MAX_TEXT, a, &t);

		if (hostile[i].text != NULL && err == ERR_OK)
			is_text(t.text, hostile[i].text, "%s", hostile[i].promise);
		else
			is_int(err, ERR_OK, "%s", hostile[i].promise);
		free((void *)(uintptr_t)html.ptr);
		arena_reset(a);
	}
}

/* Attributes a0=b a1=b … in one tag, around them whatever is given. */
static struct bytes attributes(const char *head, unsigned n, const char *tail)
{
	size_t size = (size_t)n * 10 + strlen(head) + strlen(tail) + 1, len;
	char *buf = malloc(size);

	if (buf == NULL)
		abort();
	len = (size_t)snprintf(buf, size, "%s", head);
	for (unsigned i = 0; i < n; i++)
		len += (size_t)snprintf(buf + len, size - len, " a%u=b", i);
	len += (size_t)snprintf(buf + len, size - len, "%s", tail);
	return bytes_at(buf, len);
}

/* Their number would cost libxml2 the square of it. */
static void check_attributes(struct arena *a)
{
	/* clang-format off */
	static const struct {
		const char *head;
		unsigned n;
		const char *tail, *text, *promise;
	} floods[] = {
		{ "x <a href=http://a.example/", 55000, ">y</a> z", "x y <http://a.example/> z", "of 55,000 attributes the first count" },
		{ "x <a b=\"", 55000, ">\">y</a>", "x y", "in quotes there are none, nor an end" },
		{ "x <a b = '>'", 55000, " c='>'>y</a>", "x y", "quotes behind the limit hide no end either" },
		{ "x <a b=c\"", 55000, ">y</a>", "x y", "within a value a quote is none" },
		{ "x <!-- <a", 300, "--> y", "x y", "in a comment there are none" },
		{ "x <script>if (a<b", 300, "</script> y", "x y", "nor in a script" },
		{ "x <a", 55000, "", "x", "a tag that never ends" },
	};
	/* clang-format on */
	struct html_text t;

	for (size_t i = 0; i < ARRAY_LEN(floods); i++) {
		struct bytes html = attributes(floods[i].head, floods[i].n, floods[i].tail);
		clock_t from = clock();
		int err = html_text(html, MAX_TEXT, a, &t);

		is_text(err == ERR_OK ? t.text : BYTES_NONE, floods[i].text, "%s",
			floods[i].promise);
		ok(clock() - from < 4 * CLOCKS_PER_SEC, "and it takes no time");
		free((void *)(uintptr_t)html.ptr);
		arena_reset(a);
	}
}

static void check_bounds(struct arena *a)
{
	struct bytes html = repeated("č ", 300000, "kraj");
	struct html_text t;

	ok(html_text(html, MAX_TEXT, a, &t) == ERR_OK && t.is_cut && t.text.len <= HTML_BYTES_MAX,
	   "what is too long is cut, and says so");
	arena_reset(a);
	ok(html_text(html, 1001, a, &t) == ERR_OK && t.is_cut && t.text.len <= 1001 &&
		   t.text.len > 990 && utf8_is_valid(t.text),
	   "the text is bounded as the caller wants, between letters");
	arena_reset(a);
	ok(html_text(bytes_of("a\xff\xe8z"), MAX_TEXT, a, &t) == ERR_OK && utf8_is_valid(t.text) &&
		   !t.is_cut,
	   "broken octets are mended");
	free((void *)(uintptr_t)html.ptr);
	arena_reset(a);
}

int main(void)
{
	struct arena *a = arena_new((size_t)16 << 20);
	struct html_text t;

	plan(0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int err = html_text(bytes_of(rows[i].html), MAX_TEXT, a, &t);

		is_text(err == ERR_OK ? t.text : BYTES_NONE, rows[i].text, "%s", rows[i].promise);
		arena_reset(a);
	}
	check_places(a);
	check_cids(a);
	check_hostile(a);
	check_attributes(a);
	check_bounds(a);
	arena_free(&a);
	return done_testing();
}
