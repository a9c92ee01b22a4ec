/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz_mail_auth - a mail's head; nothing is proven for several senders, or by a field that a border's
 * simple pattern would have missed: /^Authentication-Results:[[:space:]]*mx\.sp\.rs/i.
 */
#include <string.h>

#include "parsers/err.h"
#include "parsers/mail_auth.h"
#include "parsers/mail_fields.h"
#include "parsers/utf8.h"
#include "tests/fuzz/fuzz.h"

static bool border_would_see(struct bytes raw)
{
	static const char name[] = "Authentication-Results:", id[] = "mx.sp.rs";
	struct bytes line;

	while (raw.len != 0) {
		struct bytes rest = raw;

		if (bytes_is_any_case(bytes_cut(rest, 0, strlen(name)), name)) {
			rest = bytes_trim(bytes_cut(rest, strlen(name), rest.len));
			if (bytes_is_any_case(bytes_cut(rest, 0, strlen(id)), id))
				return true;
		}
		bytes_split(&raw, '\n', &line);
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct bytes hosts[] = { BYTES("mx.sp.rs") };
	struct mail_auth_servers servers = { BYTES("mx.sp.rs"), hosts, 1 };
	struct arena *a = arena_new(16u << 20);
	struct mail_person from = { 0 };
	struct mail_headers h;
	struct mail_auth m = { 0 };
	size_t n = 0;

	fuzz_require(a != NULL);
	if (mail_headers_read(bytes_at(data, size), a, &h) == ERR_OK &&
	    mail_address_list(mail_header(&h, "From", 0), a, &from, 1, &n) == ERR_OK &&
	    mail_auth_read(&h, &servers, from.address, (unsigned)n, a, &m) == ERR_OK) {
		if (n != 1 || mail_header_count(&h, "From") != 1)
			fuzz_require(m.dmarc != PROOF_PASS && m.dkim != PROOF_PASS);
		if (!border_would_see(bytes_at(data, size)))
			fuzz_require(m.dmarc == PROOF_NONE && m.dkim == PROOF_NONE &&
				     m.auth == PROOF_NONE);
		fuzz_require(utf8_is_valid(m.auth_identity) &&
			     (m.auth == PROOF_PASS || m.auth_identity.len == 0));
	}
	arena_free(&a);
	return 0;
}
