/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_gsm7 - a fold can be written, folds to itself, and reads as it was written. */
#include "parsers/err.h"
#include "parsers/gsm7.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(1 << 22);
	struct bytes input = bytes_at(data, size), clean, plain, again, octets, text;
	size_t septets = 0;

	fuzz_require(gsm7_decode(a, input, &text, NULL) == ERR_OK && utf8_is_valid(text));
	fuzz_require(utf8_clean(a, input, &clean, NULL) == ERR_OK);
	fuzz_require(gsm7_plain(a, clean, &plain) == ERR_OK && gsm7_can(plain, &septets));
	fuzz_require(gsm7_plain(a, plain, &again) == ERR_OK && bytes_eq(plain, again));
	fuzz_require(gsm7_encode(a, plain, &octets) == ERR_OK && octets.len == septets);
	fuzz_require(gsm7_decode(a, octets, &text, NULL) == ERR_OK && bytes_eq(text, plain));
	arena_free(&a);
	return 0;
}
