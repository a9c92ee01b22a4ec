/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/join_words.h"

#include "parsers/err.h"
#include "tests/tap.h"

static const struct {
	const char *text;
	bool asks;
	size_t n_codes;
	const char *code;
	size_t n_others;
} rows[] = {
	/* clang-format off */
	{ "Povežite moju prijavu SP-2026-000123",                     true,  0, "", 3 },
	{ "povezite moju prijavu sp 2026 000123",                     true,  0, "", 3 },
	{ "Повежите моју пријаву СП-2026-000123, хвала",              true,  0, "", 4 },
	{ "Želim spojiti prijavu SP-2026-000123 s ovom adresom",      true,  0, "", 6 },
	{ "Prosím, spojte moje hlásenie SP-2026-000123",              true,  0, "", 4 },
	{ "Szeretném összekapcsolni: SP-2026-000123",                 true,  0, "", 2 },
	{ "Kérem, kapcsolják össze a bejelentésemet SP-2026-000123",  true,  0, "", 4 },
	{ "join SP-2026-000123",                                      true,  0, "", 1 },
	{ "please link my report SP-2026-000123",                     true,  0, "", 3 },
	{ "a link with pictures, SP-2026-000123",                     false, 0, "", 5 },
	{ "konačno su povezani, SP-2026-000123",                      false, 0, "", 4 },
	{ "joining, rejoin, SP-2026-000123",                          false, 0, "", 3 },
	{ "",                                                         false, 0, "", 0 },
	{ "123456",                                                   false, 1, "123456", 0 },
	{ "Kod: 012345.",                                             false, 1, "012345", 1 },
	{ "\"123456\"",                                               false, 1, "123456", 0 },
	{ "123 456",                                                  false, 1, "123456", 0 },
	{ "123-456",                                                  false, 1, "123456", 0 },
	{ "123456 123456",                                            false, 0, "", 0 },
	{ "Re: 123456 | 123456",                                   false, 1, "123456", 1 },
	{ "111111, 222222, 333333",                                   false, 3, "111111", 0 },
	{ "SP-2026-000123",                                           false, 0, "", 1 },
	{ "SP 2026 000123",                                           false, 0, "", 1 },
	{ "SP-2026-000123 i kod 654321",                              false, 1, "654321", 3 },
	{ "1234567 12345 a123456 123456b 12.123456",                  false, 0, "", 2 },
	{ "060 123 456 7, +381641234567, 123456-7, 123.456",          false, 0, "", 0 },
	{ "brojilo 123456/2026",                                      false, 0, "", 1 },
	/* clang-format on */
};

static void test_rows(struct arena *a)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct join_words w = { 0 };
		int err = join_words_read(a, bytes_of(rows[i].text), bytes_of("SP"), &w);

		ok(err == ERR_OK && w.asks == rows[i].asks, "\"%s\" %s", rows[i].text,
		   rows[i].asks ? "asks" : "doesn't ask");
		ok(w.n_codes == rows[i].n_codes && bytes_is(bytes_of(w.code), rows[i].code),
		   "brings %s (%zu)", rows[i].code[0] != '\0' ? rows[i].code : "no code",
		   w.n_codes);
		is_int((int64_t)w.n_others, (int64_t)rows[i].n_others, "and says so much else");
	}
}

static void test_hide(void)
{
	char text[] = "kod 123456, 654321, SP-2026-123456, 123 456";

	join_code_hide(text, "123456");
	is_text(bytes_of(text), "kod ******, 654321, SP-2026-123456, *******",
		"a code is hidden, and nothing else");
}

int main(void)
{
	struct arena *a = arena_new(4u << 20);

	plan(0);
	test_rows(a);
	test_hide();
	arena_free(&a);
	return done_testing();
}
