/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/arena.h"

#include <stdalign.h>
#include <string.h>

#include "parsers/err.h"
#include "tests/tap.h"

static bool is_aligned(const void *ptr)
{
	return (uintptr_t)ptr % alignof(max_align_t) == 0;
}

static bool is_zero(const uint8_t *octets, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (octets[i] != 0)
			return false;
	return true;
}

static void test_handing_out(void)
{
	struct arena *a = arena_new(200000);
	uint8_t *one = arena_alloc(a, 1), *many;
	bool fine = true;

	ok(one != NULL && is_aligned(arena_alloc(a, 3)), "what follows an odd length is aligned");
	memset(one, 0xFF, 1);
	for (size_t len = 1; len < 300; len++) {
		many = arena_alloc(a, len);
		fine = fine && many != NULL && is_aligned(many) && is_zero(many, len);
		if (many != NULL)
			memset(many, 0xFF, len);
	}
	ok(fine, "three hundred pieces over several blocks are aligned and zero");
	ok(arena_alloc(a, 100000) != NULL, "a piece larger than a block is fine");
	arena_reset(a);
	is_int((long long)arena_used(a), 0, "after a reset nothing is used");
	many = arena_alloc(a, 4000);
	ok(many != NULL && is_zero(many, 4000), "memory that is used again is zero again");
	ok(arena_alloc(a, 0) != NULL, "a piece of no length is no failure");
	arena_free(&a);
	ok(a == NULL, "a freed arena leaves no pointer behind");
	arena_free(&a);
}

static void test_cap(void)
{
	struct arena *a = arena_new(10);

	is_int(arena_err(a), ERR_OK, "nothing was refused yet");
	ok(arena_alloc(a, 11) == NULL && arena_err(a) == ERR_LIMIT, "the cap refuses and says so");
	ok(arena_alloc(a, 10) != NULL, "the cap itself can be had");
	ok(arena_alloc(a, 1) == NULL, "then nothing more");
	ok(arena_array(a, SIZE_MAX / 2, 4) == NULL && arena_err(a) == ERR_LIMIT,
	   "a product that overflows is refused");
	ok(arena_str(a, bytes_of("x")) == NULL && arena_dup(a, bytes_of("x")).ptr == NULL,
	   "no copy without room");
	arena_free(&a);
	a = arena_new(SIZE_MAX);
	ok(arena_alloc(a, SIZE_MAX) == NULL && arena_alloc(a, SIZE_MAX - 3) == NULL,
	   "an absurd length is refused");
	arena_free(&a);
}

static void test_copies(void)
{
	struct arena *a = arena_new(100);
	struct bytes copy = arena_dup(a, bytes_at("a\0b", 3));

	ok(copy.len == 3 && copy.ptr[1] == 0 && copy.ptr[3] == 0,
	   "a copy keeps NUL octets and has one behind it");
	ok(arena_dup(a, BYTES_NONE).ptr == NULL, "a copy of nothing is none");
	is_text(bytes_of(arena_str(a, BYTES_NONE)), "", "nothing as C string is the empty string");
	arena_free(&a);
}

int main(void)
{
	plan(0);
	test_handing_out();
	test_cap();
	test_copies();
	return done_testing();
}
