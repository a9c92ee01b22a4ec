/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_sms_text - the segments are the text, each within its room; the input is read as a UDH too. */
#include "parsers/err.h"
#include "parsers/sms_text.h"
#include "parsers/utf8.h"
#include "tests/fuzz/fuzz.h"

static void try_split(struct arena *a, struct bytes text)
{
	struct sms_plan plan = sms_plan_of(text);
	struct sms_segment *list;
	struct concat c;
	size_t n, at = 0;
	int err = sms_split(a, text, 7, &list, &n);

	fuzz_require((err == ERR_LIMIT) == (plan.segments > SMS_SEGMENTS_MAX));
	if (err != ERR_OK)
		return;
	fuzz_require(n == plan.segments);
	for (size_t i = 0; i < n; i++) {
		size_t units =
			plan.encoding == SMS_GSM7 ? list[i].octets.len : list[i].octets.len / 2;

		fuzz_require(units <= plan.per_segment && utf8_is_valid(list[i].text));
		fuzz_require(bytes_eq(list[i].text, bytes_cut(text, at, list[i].text.len)));
		fuzz_require((n > 1) == (sms_concat_decode(list[i].udh, &c) == ERR_OK));
		at += list[i].text.len;
	}
	fuzz_require(at == text.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(1 << 23);
	struct bytes clean;
	struct concat c;

	if (sms_concat_decode(bytes_at(data, size), &c) == ERR_OK)
		fuzz_require(c.index >= 1 && c.index <= c.total &&
			     (c.ref_bits == 16 || c.ref <= 255));
	if (utf8_clean(a, bytes_at(data, size), &clean, NULL) == ERR_OK)
		try_split(a, clean);
	arena_free(&a);
	return 0;
}
