/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_join_words - any octets as a mail that asks to be joined, or brings a code. */
#include <string.h>

#include "parsers/err.h"
#include "parsers/join_words.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(16u << 20);
	struct join_words w = { 0 };
	struct bytes copy;
	char *text;

	fuzz_require(join_words_read(a, bytes_at(data, size), bytes_of("SP"), &w) == ERR_OK);
	fuzz_require((w.n_codes == 0) == (w.code[0] == '\0'));
	fuzz_require(w.code[0] == '\0' || strspn(w.code, "0123456789") == JOIN_CODE_DIGITS);
	copy = arena_dup(a, bytes_at(data, size));
	text = arena_alloc(a, size + 1);
	fuzz_require(text != NULL && copy.len == size);
	if (size != 0)
		memcpy(text, data, size);
	text[size] = '\0';
	if (w.code[0] != '\0')
		join_code_hide(text, w.code);
	arena_free(&a);
	return 0;
}
