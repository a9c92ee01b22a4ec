/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_utf8 - every decoder gives clean text, and clean text survives UTF-16 and a second cleaning. */
#include "parsers/err.h"
#include "parsers/utf8.h"
#include "tests/fuzz/fuzz.h"

static void require_clean(struct arena *a, struct bytes clean)
{
	struct utf8_faults faults;
	struct bytes again, units, back;

	fuzz_require(utf8_is_valid(clean));
	fuzz_require(utf8_clean(a, clean, &again, &faults) == ERR_OK);
	fuzz_require(bytes_eq(clean, again) && faults.replaced == 0 && faults.dropped == 0);
	fuzz_require(utf8_to_utf16be(a, clean, &units) == ERR_OK);
	fuzz_require(utf8_from_utf16be(a, units, &back, NULL) == ERR_OK);
	/* A mark at the beginning is the one thing that doesn't come back. */
	fuzz_require(bytes_eq(clean, back) || bytes_starts(clean, "\xEF\xBB\xBF"));
	for (size_t max = 0; max < 9; max++)
		fuzz_require(utf8_is_valid(utf8_cut(clean, max)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(1 << 22);
	struct bytes input = bytes_at(data, size), clean;

	fuzz_require(utf8_count(input) <= size && utf8_cut(input, 3).len <= 3);
	if (utf8_clean(a, input, &clean, NULL) == ERR_OK)
		require_clean(a, clean);
	if (utf8_from_utf16be(a, input, &clean, NULL) == ERR_OK)
		require_clean(a, clean);
	if (utf8_from_latin1(a, input, &clean, NULL) == ERR_OK)
		require_clean(a, clean);
	arena_free(&a);
	return 0;
}
