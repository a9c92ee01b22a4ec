/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_receipt - the first octet is Kannel's status, the rest its text; the words that come out can be shown. */
#include "parsers/err.h"
#include "parsers/receipt.h"
#include "parsers/utf8.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes input = bytes_at(data, size), text = bytes_cut(input, 1, size);
	struct receipt r = { 0 };
	struct receipt_text parsed;
	char name[RECEIPT_ROW_SIZE];

	receipt_of_kannel(size == 0 ? -1 : data[0], text, &r);
	fuzz_require(utf8_is_valid(r.error) && r.error.len <= 120);
	if (receipt_text_is(text))
		fuzz_require(receipt_text_parse(text, &parsed) == ERR_OK && parsed.id.len != 0);
	if (receipt_row_parse(text, &r) == ERR_OK) {
		receipt_row_format(r.row, r.segment, name);
		fuzz_require(bytes_is(text, name));
	}
	return 0;
}
