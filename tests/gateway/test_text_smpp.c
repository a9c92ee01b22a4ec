/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_text_smpp - what `odziv smpp decode` makes of a hex dump. */
#include "gateway/cli/text_smpp.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/smpp_pdu.h"
#include "tests/tap.h"

/* A bind_transceiver, an empty segment and the answer, as they went over the loopback. */
#define PACKETS                                                                                    \
	"03:37:08.492741 IP 127.0.0.1.40632 > 127.0.0.1.29600: Flags [P.], seq 1:32, ack 1, win "  \
	"64, length 31\n"                                                                          \
	"\t0x0000:  4500 0053 c838 4000 4006 746a 7f00 0001\n\t0x0010:  7f00 0001 9eb8 73a0 8c2b " \
	"5d4e 83c0 f5af\n"                                                                         \
	"\t0x0020:  8018 0040 fe47 0000 0101 080a 865e 3e5c\n\t0x0030:  c529 7d85 0000 001f 0000 " \
	"0009 0000 0000\n"                                                                         \
	"\t0x0040:  0000 0001 6f64 7a69 7600 6c61 6200 0034\n\t0x0050:  0000 00\n"                 \
	"03:37:08.492767 IP 127.0.0.1.29600 > 127.0.0.1.40632: Flags [.], ack 32, win 64, length " \
	"0\n"                                                                                      \
	"\t0x0000:  4500 0034 1d60 4000 4006 1f62 7f00 0001\n\t0x0010:  7f00 0001 73a0 9eb8 83c0 " \
	"f5af 8c2b 5d6d\n"                                                                         \
	"\t0x0020:  8010 0040 fe28 0000 0101 080a c529 7d8e\n\t0x0030:  865e 3e5c\n"               \
	"03:37:08.505284 IP 127.0.0.1.29600 > 127.0.0.1.40632: Flags [P.], seq 1:26, ack 32, win " \
	"64, length 25\n"                                                                          \
	"\t0x0000:  4500 004d 1d61 4000 4006 1f48 7f00 0001\n\t0x0010:  7f00 0001 73a0 9eb8 83c0 " \
	"f5af 8c2b 5d6d\n"                                                                         \
	"\t0x0020:  8018 0040 fe41 0000 0101 080a c529 7d9a\n\t0x0030:  865e 3e5c 0000 0019 8000 " \
	"0009 0000 0000\n"                                                                         \
	"\t0x0040:  0000 0001 6c61 622d 736d 7363 00\n"
#define V6                                                                                         \
	"\t0x0000:  6000 0000 0024 0640 0000 0000 0000 0000\n\t0x0010:  0000 0000 0000 0001 0000 " \
	"0000 0000 0000\n"                                                                         \
	"\t0x0020:  0000 0000 0000 0001 9eb8 73a0 8c2b 5d4e\n\t0x0030:  83c0 f5af 5018 0040 0000 " \
	"0000 0000 0010\n"                                                                         \
	"\t0x0040:  0000 0015 0000 0000 0000 0001 ffff\n"

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
		{ PACKETS, ERR_OK, 31 + 25, "all that tcpdump -x wrote, without headers and what stands between the packets" },
		{ V6, ERR_OK, 16, "IPv6, and what Ethernet fills up with" },
		{ "0x0000:  4500 003c", ERR_OK, 4, "a packet that is cut stays as it is" },
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
	line = line_of(
		a, "0000004600000005000000000000000100010133383136343134323300000131393535000000"
		   "000000000018000804200443043f0430020c00020007020e000102020f000101");
	ok(says(line, "\"text\":\"Рупа\"") && says(line, "\"part\":1,\"parts\":2") &&
		   says(line, "\"kind\":\"text\""),
	   "a part of a flash in UCS-2, numbered in TLVs, too");
	line = line_of(
		a, "0000004000000005000000000000000100010133383136343134323300000131393535000400"
		   "0000000000000000001e00093631623862363564000427000105");
	ok(says(line, "\"id\":\"61b8b65d\"") && says(line, "\"state\":\"failed\"") &&
		   says(line, "\"words\":\"UNDELIV\""),
	   "and a receipt that is all in TLVs");
	line = line_of(
		a, "0000003500000005000000000000000100010133383136343134323300000131393535000000"
		   "000000000004000178020b00020b84");
	ok(says(line, "\"kind\":\"mms\""), "and that somebody sent pictures");
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
