/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_contact - a contact is a contact when read again; logs stay one clean line. */
#include <string.h>

#include "parsers/contact.h"
#include "parsers/utf8.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct contact_country serbia = { .code = "381", .trunk = "0" };
	struct arena *a = arena_new(1 << 16);
	struct bytes raw = bytes_at(data, size), contact, again;
	char buf[CONTACT_SHORTENED_SIZE];
	bool is_phone = contact_of_number(raw, &serbia, a, &contact) == CONTACT_PHONE;

	fuzz_require(is_phone == contact_is_phone(contact));
	if (is_phone) {
		fuzz_require(contact_of_number(contact, &serbia, a, &again) == CONTACT_PHONE);
		fuzz_require(bytes_eq(contact, again) && contact_digits(contact).len >= 7);
	}
	contact = contact_of_address(raw, a);
	fuzz_require(contact.len == 0 || contact_is_mail(contact));
	if (contact.len != 0)
		fuzz_require(bytes_eq(contact, contact_of_address(contact_address(contact), a)));
	contact_shortened(raw, buf);
	fuzz_require(strchr(buf, '\n') == NULL && utf8_is_valid(bytes_of(buf)));
	arena_free(&a);
	return 0;
}
