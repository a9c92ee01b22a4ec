/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_mail_auto - a mail, its report and its original, parted by a NUL each; what comes out is clean and bounded. */
#include "parsers/err.h"
#include "parsers/mail_auto.h"
#include "parsers/mail_fields.h"
#include "parsers/utf8.h"
#include "tests/fuzz/fuzz.h"

static const struct bytes own[] = { BYTES("kontakt@sp.example") };

static void look(const struct mail *m)
{
	const struct mail_bounce *b = &m->bounce;

	fuzz_require((m->automatic == MAIL_BY_PERSON) == (m->automatic_why.len == 0));
	fuzz_require(utf8_is_valid(m->automatic_why) && m->automatic_why.len <= 200);
	fuzz_require(utf8_is_valid(b->recipient) && b->recipient.len <= MAIL_ADDRESS_MAX);
	fuzz_require(b->status.len <= 9 && utf8_is_valid(b->original_message_id));
	if (m->has_bounce)
		fuzz_require(b->action.len != 0 &&
			     (m->automatic == MAIL_BOUNCE || m->automatic == MAIL_RECEIPT));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(16u << 20);
	struct bytes rest = bytes_at(data, size), raw = BYTES_NONE;
	struct mail_auto_in in = { .own = own, .n_own = ARRAY_LEN(own), .instance = BYTES("sp") };
	struct mail_headers h;
	struct mail m = { 0 };
	struct mail_person from = { 0 };
	size_t n;

	fuzz_require(a != NULL);
	bytes_split(&rest, 0, &raw);
	bytes_split(&rest, 0, &in.report);
	in.original = rest;
	in.headers = &h;
	if (mail_headers_read(raw, a, &h) == ERR_OK &&
	    mail_address_list(mail_header(&h, "From", 0), a, &from, 1, &n) == ERR_OK &&
	    utf8_clean(a, mail_header(&h, "Subject", 0), &in.subject, NULL) == ERR_OK &&
	    utf8_clean(a, bytes_cut(raw, h.body_at, raw.len), &in.text, NULL) == ERR_OK) {
		in.from = from.address;
		if (mail_auto_judge(&in, a, &m) == ERR_OK)
			look(&m);
	}
	arena_free(&a);
	return 0;
}
