/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_json - whatever can be read can be written, and reads again as the same line. */
#include "parsers/err.h"
#include "parsers/json.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(1 << 22);
	struct json *first = NULL, *second = NULL;
	struct bytes line, again;
	char why[160];

	if (json_parse(bytes_at(data, size), &first, why, sizeof(why)) == ERR_OK) {
		fuzz_require(json_line(first, a, &line) == ERR_OK);
		fuzz_require(json_parse(line, &second, NULL, 0) == ERR_OK);
		fuzz_require(json_line(second, a, &again) == ERR_OK);
		fuzz_require(bytes_eq(line, again));
	}
	json_free(&first);
	json_free(&second);
	arena_free(&a);
	return 0;
}
