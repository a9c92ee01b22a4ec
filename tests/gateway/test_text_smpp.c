/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_text_smpp - what `odziv smpp decode` makes of a hex dump. */
#include "gateway/cli/text_smpp.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/smpp_pdu.h"
#include "tests/tap.h"

static void dumps(struct arena *a)
{
	/* clang-format off */
	static const struct {
		const char *text;
		int err;
		size_t len;
		const char *promise;
	} rows[] = {
		{ "00000010000000150000000000000001", ERR_OK, 16, "one line of hex" },
		{ "00 00 00 10:00 00 00 15\n00000000 00000001\n", ERR_OK, 16, "with blanks, colons and line ends" },
		{ "\t0x0000:  0000 0010 0000 0015 0000 0000 0000 0001  ................\n", ERR_OK, 16, "as tcpdump -X writes it" },
		{ "0x0000:  0000 0010\n\t0x0010:  00AB\n", ERR_OK, 6, "offsets go" },
		{ "000", ERR_INVALID, 0, "half an octet is none" },
		{ "no hex", ERR_INVALID, 0, "words are none" },
		{ "", ERR_OK, 0, "nothing is nothing" },
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bytes octets = BYTES_NONE;

		is_int(smpp_hex(bytes_of(rows[i].text), a, &octets), rows[i].err, "%s",
		       rows[i].promise);
		if (rows[i].err == ERR_OK)
			is_int((long long)octets.len, (long long)rows[i].len, "all of it");
	}
}

static struct bytes line_of(struct arena *a, const char *hex)
{
	struct bytes octets, line = BYTES_NONE;

	if (smpp_hex(bytes_of(hex), a, &octets) != ERR_OK ||
	    smpp_decode_json(octets, a, &line) != ERR_OK)
		return BYTES_NONE;
	return line;
}

static bool says(struct bytes line, const char *words)
{
	return line.len > 0 && memmem(line.ptr, line.len, words, strlen(words)) != NULL;
}

static void words(struct arena *a)
{
	struct bytes line = line_of(a, "00000010000000150000000000000001");

	ok(says(line, "\"command\":\"enquire_link\"") && says(line, "\"sequence\":1"),
	   "a header is named");
	line = line_of(a, "000000300000000500000000000000010001013338313634313432330000013139353500"
			  "000000000000000000026f6b");
	ok(says(line, "\"text\":\"ok\"") && says(line, "381641423"), "a text is read");
	line = line_of(a, "000000110000000500000000000000010a");
	ok(says(line, "doesn't fit"), "a broken one says so");
	line = line_of(a, "0000001000010200000004000000000f");
	ok(says(line, "\"command\":\"unknown\"") && says(line, "not of the standard"),
	   "what nobody knows, too");
	line = line_of(a, "0000001d000000090000000000000001666f6f00626172000034000000");
	ok(says(line, "\"system_id\":\"foo\"") && !says(line, "bar"), "a password isn't shown");
}

int main(void)
{
	struct arena *a = arena_new((size_t)1024 * 1024);

	plan(0);
	dumps(a);
	words(a);
	arena_free(&a);
	return done_testing();
}
