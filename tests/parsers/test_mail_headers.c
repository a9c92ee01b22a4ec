/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mail_headers.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/strbuf.h"
#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *raw;
	const char *want; /* "name=value|…" */
	size_t body_at;
	const char *promise;
} rows[] = {
	{ "", "", 0, "nothing is no header" },
	{ "\r\nbody", "", 2, "an empty line at once: only a body" },
	{ "A: 1\r\nB: 2\r\n\r\nC: 3\r\n", "A=1|B=2|", 14, "lines in their order, ended by the empty one" },
	{ "A: 1\nB: 2\n\nC: 3\n", "A=1|B=2|", 11, "bare LF" },
	{ "A: 1\r\n b\r\n\tc \r\nB:2", "A=1 b\tc|B=2|", 18, "folded lines are one, their blanks stay" },
	{ "A:\r\n x\r\n\r\n", "A=x|", 10, "a value that begins on the next line" },
	{ "A:\r\n \r\n \r\nB: 1\r\n", "A=|B=1|", 16, "folded lines of nothing but blanks end nothing" },
	{ "A:\n\n", "A=|", 4, "an empty value is there" },
	{ "A : 1\n\n", "A=1|", 7, "a blank before the colon, as of old" },
	{ "A B: 1\nC: 2\n", "", 0, "a name of two words is none: body from there" },
	{ "A: 1\nnot a header\nB: 2\n", "A=1|", 5, "the first line that is no header begins the body" },
	{ "A: 1\n: 2\n", "A=1|", 5, "a colon without a name is no header" },
	{ " A: 1\nB: 2\n", "", 0, "a folded line with nothing before it is no header" },
	{ "From pera Mon Mar 2\nA: 1\n\n", "A=1|", 26, "an mbox line is passed over" },
	{ ">From pera Mon Mar 2\r\nA: 1\r\n\r\n", "A=1|", 30, "so is a quoted one" },
	{ "A: 1\nFrom pera Mon Mar 2\nB: 2\n", "A=1|", 5, "only as the first line" },
	{ "From: x\n\n", "From=x|", 9, "From: is no mbox line" },
	{ "From : x\n\n", "From=x|", 10, "nor is it with the blank of old" },
	{ "From pera@x Mon Mar 2 10:00:00 2026\nA: 1\n\n", "A=1|", 42, "an mbox line with a time" },
	{ "A: 1\nA: 2\na: 3\n\n", "A=1|A=2|a=3|", 16, "the same name again is another line" },
	{ "A: \xE8\xFF\n\n", "A=\xE8\xFF|", 7, "raw octets stay" },
	{ "\xD0\x90: 1\n\n", "", 0, "a name of other letters is none" },
	{ "A: x\ry\n\n", "A=xy|", 8, "a bare CR goes, and parts no lines" },
	{ "A: 1\n\r\n\nB: 2", "A=1|", 7, "CR alone on a line is an empty line" },
};
/* clang-format on */

static struct bytes shown(const struct mail_headers *h, struct arena *a)
{
	struct strbuf s = strbuf_in(a, 4096);

	for (size_t i = 0; i < h->n; i++)
		strbuf_addf(&s, "%.*s=%.*s|", PRI_BYTES(h->list[i].name),
			    PRI_BYTES(h->list[i].value));
	return strbuf_bytes(&s);
}

static void test_rows(struct arena *a)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct mail_headers h = { 0 };

		arena_reset(a);
		mail_headers_read(bytes_of(rows[i].raw), a, &h);
		is_text(shown(&h, a), rows[i].want, "%s", rows[i].promise);
		is_int((long long)h.body_at, (long long)rows[i].body_at, "where its body begins");
	}
}

static void test_asking(struct arena *a)
{
	struct mail_headers h;

	arena_reset(a);
	mail_headers_read(bytes_of("Auto-Submitted: no\nX: 1\nAUTO-submitted: yes\nAuto: 2\n"), a,
			  &h);
	is_text(mail_header(&h, "auto-submitted", 0), "no", "asked for in any case");
	is_text(mail_header(&h, "Auto-Submitted", 1), "yes", "the second of a name");
	ok(mail_header(&h, "Auto-Submitted", 2).ptr == NULL, "there is no third");
	is_int((long long)mail_header_count(&h, "Auto-Submitted"), 2, "two are counted");
	ok(mail_header(&h, "Subject", 0).ptr == NULL, "an absent one is none");
	arena_reset(a);
	mail_headers_read(bytes_of("Subject:\n\n"), a, &h);
	ok(mail_header(&h, "Subject", 0).ptr != NULL, "an empty one isn't absent");
}

static void test_nuls(struct arena *a)
{
	static const char raw[] = "Sub\0ject: a\0b\n\0\r\nX: body";
	struct mail_headers h;

	arena_reset(a);
	mail_headers_read(bytes_at(raw, sizeof(raw) - 1), a, &h);
	is_text(shown(&h, a), "Subject=ab|", "NULs are dropped");
	is_int((long long)h.body_at, 17, "a line of NULs is an empty line");
}

static struct bytes repeated(struct arena *a, const char *head, const char *piece, size_t n)
{
	size_t bytes = strlen(head) + n * strlen(piece);
	struct wr w = wr_of(arena_alloc(a, bytes), bytes);

	wr_put(&w, bytes_of(head));
	for (size_t i = 0; i < n; i++)
		wr_put(&w, bytes_of(piece));
	return wr_bytes(&w);
}

static void test_bounds(struct arena *a)
{
	struct mail_headers h;

	arena_reset(a);
	mail_headers_read(repeated(a, "", "X: 1\r\n", MAIL_HEADERS_MAX), a, &h);
	ok(h.n == MAIL_HEADERS_MAX && !h.is_cut, "as many lines as may be");
	arena_reset(a);
	mail_headers_read(repeated(a, "", "X: 1\r\n", 100000), a, &h);
	ok(h.n == MAIL_HEADERS_MAX && h.is_cut, "more are cut, and it is said");
	is_int((long long)h.body_at, 600000, "the body is behind all of them");
	arena_reset(a);
	mail_headers_read(repeated(a, "A: 1\nX: ", "abcdefghij", 100000), a, &h);
	ok(h.n == 2 && h.is_cut && h.list[1].value.len <= MAIL_HEADERS_BYTES_MAX,
	   "an endless line is cut, what stood before it is there");
	arena_reset(a);
	mail_headers_read(repeated(a, "X:", " a\n", 200000), a, &h);
	ok(h.n == 1 && h.is_cut, "an endless folded line is cut");
}

static void test_memory(struct arena *a)
{
	struct arena *small = arena_new(64);
	struct mail_headers h;

	arena_reset(a);
	ok(mail_headers_read(repeated(a, "", "X: 1\r\n", 100), small, &h) == ERR_LIMIT,
	   "an arena that is full is an error");
	arena_free(&small);
}

int main(void)
{
	struct arena *a = arena_new(16u << 20);

	plan(0);
	test_rows(a);
	test_asking(a);
	test_nuls(a);
	test_bounds(a);
	test_memory(a);
	arena_free(&a);
	return done_testing();
}
