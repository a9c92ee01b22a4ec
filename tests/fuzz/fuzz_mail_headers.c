/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_mail_headers - the head of a mail; each of its values is read as addresses and as message ids. */
#include "parsers/err.h"
#include "parsers/mail_fields.h"
#include "parsers/mail_headers.h"
#include "parsers/utf8.h"
#include "tests/fuzz/fuzz.h"

static void read_value(struct bytes value, struct arena *a)
{
	struct mail_person people[4];
	struct bytes ids[4], again;
	size_t n = 0;

	for (size_t i = 0; i < value.len; i++)
		fuzz_require(value.ptr[i] != '\n' && value.ptr[i] != '\r' && value.ptr[i] != 0);
	if (mail_address_list(value, a, people, ARRAY_LEN(people), &n) == ERR_OK) {
		for (size_t i = 0; i < n && i < ARRAY_LEN(people); i++) {
			fuzz_require(people[i].address.len <= MAIL_ADDRESS_MAX);
			if (people[i].address.len != 0)
				fuzz_require(mail_address(people[i].address, a, &again) != ERR_OK ||
					     bytes_eq(again, people[i].address));
		}
	}
	if (mail_id_list(value, a, ids, ARRAY_LEN(ids), &n) == ERR_OK)
		for (size_t i = 0; i < n; i++)
			fuzz_require(ids[i].len != 0 && utf8_is_valid(ids[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(16u << 20);
	struct mail_headers h = { 0 };

	fuzz_require(a != NULL);
	if (mail_headers_read(bytes_at(data, size), a, &h) == ERR_OK) {
		fuzz_require(h.n <= MAIL_HEADERS_MAX && h.body_at <= size);
		for (size_t i = 0; i < h.n; i++) {
			fuzz_require(h.list[i].name.len != 0);
			read_value(h.list[i].value, a);
		}
	}
	arena_free(&a);
	return 0;
}
