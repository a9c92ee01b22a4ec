/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_mail_token - tokens in an address, a subject and a text: none of them is right by chance. */
#include "parsers/err.h"
#include "parsers/mail_token.h"
#include "tests/fuzz/fuzz.h"

static const struct mail_token_key key = { 'a', { "a key for the fuzzer, 32 octets." } };

static void look(const struct mail_tokens *t)
{
	struct mail_token_of of = { TOKEN_STAFF, BYTES("town"), BYTES("T-2026-000001"),
				    BYTES("pera"), 0 };

	fuzz_require(t->n <= MAIL_TOKENS_MAX);
	for (size_t i = 0; i < t->n; i++) {
		fuzz_require(mail_token_kind(t->list[i]) != 0);
		fuzz_require(mail_token_check(&key, 1, &of, t->list[i]) == ERR_ACCESS);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(1u << 20);
	struct bytes input = bytes_at(data, size);
	struct mail_tokens address = { 0 }, subject = { 0 }, text = { 0 };

	fuzz_require(a != NULL && keyed_init() == ERR_OK);
	mail_tokens_of_address(&address, a, input);
	mail_tokens_of_subject(&subject, a, input);
	mail_tokens_of_text(&text, a, input);
	fuzz_require(text.n >= subject.n);
	look(&address);
	look(&subject);
	look(&text);
	arena_free(&a);
	return 0;
}
