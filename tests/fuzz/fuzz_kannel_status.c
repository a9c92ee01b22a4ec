/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_kannel_status - whatever a status page holds, what is kept of it is clean text. */
#include "parsers/err.h"
#include "parsers/kannel_status.h"
#include "parsers/utf8.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(1 << 20);
	struct kannel_status s;

	if (kannel_status_parse(bytes_at(data, size), a, &s) == ERR_OK) {
		fuzz_require(s.n_boxes <= KANNEL_BOXES_MAX && s.n_smscs <= KANNEL_SMSCS_MAX);
		fuzz_require(s.is_denied || s.status.len != 0);
		fuzz_require(utf8_is_valid(s.status) && utf8_is_valid(s.version) &&
			     utf8_is_valid(s.dlr_storage));
		for (size_t i = 0; i < s.n_boxes; i++)
			fuzz_require(utf8_is_valid(s.boxes[i].status) &&
				     utf8_is_valid(s.boxes[i].id));
	}
	arena_free(&a);
	return 0;
}
