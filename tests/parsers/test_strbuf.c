/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/strbuf.h"

#include <string.h>

#include "parsers/err.h"
#include "tests/tap.h"

static void test_growing(void)
{
	struct arena *a = arena_new(1 << 20);
	struct strbuf s = strbuf_in(a, 10000);
	struct bytes all = BYTES_NONE;

	ok(arena_used(a) == 0 && strcmp(strbuf_text(&s), "") == 0, "an empty text takes no memory");
	ok(strbuf_finish(&s, &all) == ERR_OK && all.len == 0, "an empty text is a text");
	strbuf_adds(&s, "case ");
	strbuf_addf(&s, "%s-%d", "SP", 2026);
	strbuf_addc(&s, '!');
	strbuf_add(&s, BYTES_NONE);
	is_text(strbuf_bytes(&s), "case SP-2026!", "pieces follow one another");
	for (int i = 0; i < 900; i++)
		strbuf_addf(&s, "%09d,", i);
	ok(strbuf_finish(&s, &all) == ERR_OK && all.len == 9013 && bytes_ends(all, "000000899,"),
	   "a long text is whole");
	ok(strlen(strbuf_text(&s)) == 9013, "and ends in NUL");
	arena_free(&a);
}

static void test_last_half(void)
{
	struct arena *a = arena_new(1 << 20);
	struct strbuf s = strbuf_in(a, 60000);

	for (int i = 0; i < 60000; i++)
		strbuf_addc(&s, 'x');
	ok(strbuf_err(&s) == ERR_OK && arena_used(a) < 4 * 60000,
	   "letter by letter up to the bound takes no more than it must");
	arena_free(&a);
}

static void test_limits(void)
{
	struct arena *a = arena_new(1 << 20), *small = arena_new(64);
	struct strbuf s = strbuf_in(a, 5), t = strbuf_in(small, 1000);
	struct bytes all = BYTES_NONE;

	strbuf_adds(&s, "12345");
	is_int(strbuf_err(&s), ERR_OK, "the largest text is no error");
	strbuf_addc(&s, '6');
	is_int(strbuf_err(&s), ERR_LIMIT, "one octet more is");
	is_text(strbuf_bytes(&s), "12345", "what stood there stays");
	strbuf_addf(&s, "%d", 6);
	ok(strbuf_finish(&s, &all) == ERR_LIMIT && all.ptr == NULL,
	   "a text that broke is not handed out");
	strbuf_adds(&t, "x");
	is_int(strbuf_err(&t), ERR_LIMIT, "the cap of the arena is a limit too");
	arena_free(&a);
	arena_free(&small);
}

int main(void)
{
	plan(0);
	test_growing();
	test_last_half();
	test_limits();
	return done_testing();
}
