/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_kannel_form - any query string is read, and what is wrong can be said in words. */
#include "parsers/err.h"
#include "parsers/kannel_form.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(1 << 22);
	struct bytes query = bytes_at(data, size), words;
	struct mo_form mo;
	struct dlr_form dlr;

	fuzz_require(mo_form_decode(query, a, &mo) == ERR_OK);
	fuzz_require(mo_form_words(&mo, a, &words) == ERR_OK && (words.len != 0 || mo.faults == 0));
	fuzz_require(mo.coding >= -1 && mo.coding <= 2 && mo.at.ms >= 0);
	fuzz_require(dlr_form_decode(query, a, &dlr) == ERR_OK);
	fuzz_require(dlr_form_words(&dlr, a, &words) == ERR_OK &&
		     (words.len != 0 || dlr.faults == 0));
	arena_free(&a);
	return 0;
}
