/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_html_text - clean text within its bound, and places that lie in it. */
#include <stdint.h>

#include "parsers/err.h"
#include "parsers/html_text.h"
#include "parsers/utf8.h"
#include "tests/fuzz/fuzz.h"

static void check_region(const struct html_text *t, size_t at, size_t end)
{
	if (at == SIZE_MAX) {
		fuzz_require(end == SIZE_MAX);
		return;
	}
	fuzz_require(at <= t->text.len && (at == 0 || t->text.ptr[at - 1] == '\n'));
	fuzz_require(end == SIZE_MAX || (end >= at && end <= t->text.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(1 << 23);
	struct html_text t;
	/* The first octet chooses how much may come out. */
	size_t max = size == 0 ? 0 : (size_t)data[0] * 64;

	if (html_text(bytes_at(data, size), max, a, &t) == ERR_OK) {
		fuzz_require(t.text.len <= max && utf8_is_valid(t.text));
		fuzz_require(t.n_cids <= HTML_CIDS_MAX);
		check_region(&t, t.quote_at, t.quote_end);
		check_region(&t, t.signature_at, t.signature_end);
	}
	arena_free(&a);
	return 0;
}
