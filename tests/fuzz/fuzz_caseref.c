/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_caseref - every number that is found is canonical, and the search always ends. */
#include "parsers/caseref.h"
#include "parsers/err.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct bytes prefix = BYTES("SP");
	struct arena *a = arena_new(1 << 22);
	struct bytes rest = bytes_at(data, size), number, again;

	if (caseref_bare(rest, prefix, 2026, a, &number) == ERR_OK)
		fuzz_require(caseref_parse(number, NULL, NULL) == ERR_OK);
	while (caseref_find_next(&rest, prefix, a, &number) == ERR_OK) {
		fuzz_require(caseref_parse(number, NULL, NULL) == ERR_OK && rest.len < size);
		fuzz_require(caseref_find(number, prefix, a, &again) == ERR_OK &&
			     bytes_eq(number, again));
	}
	arena_free(&a);
	return 0;
}
