/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a channel took off the wire becomes clean text, once. */
#include "parsers/message.h"

#include "parsers/err.h"
#include "tests/tap.h"

#define CAP (64 * 1024)

/* clang-format off */
static const struct {
	struct bytes raw;
	enum message_coding coding;
	const char *charset;
	const char *text;
	bool is_damaged;
	const char *promise;
} texts[] = {
	{ BYTES("Zdravo"),                 CODING_GSM7,   "",           "Zdravo", false, "text is text" },
	{ BYTES("\xC5\xBE"),               CODING_GSM7,   "UTF-8",      "ž",      false, "UTF-8 stays" },
	{ BYTES("\x04\x20\x04\x43"),       CODING_UCS2,   "UTF-16BE",   "Ру",     false, "UCS-2 is read big-endian" },
	{ BYTES("\xD8\x3D\xDE\x00"),       CODING_UCS2,   "",           "😀",     false, "a surrogate pair is one sign" },
	{ BYTES("\xC5\xBE"),               CODING_UCS2,   "UTF-8",      "ž",      false, "a charset that is named wins over the coding" },
	{ BYTES("\xE9"),                   CODING_GSM7,   "ISO-8859-1", "é",      false, "Latin-1 is read as such" },
	{ BYTES("a\xFF"),                  CODING_GSM7,   "UTF-8",      "a\uFFFD", true, "broken UTF-8 is mended and marked" },
	{ BYTES("a\0b"),                   CODING_GSM7,   "",           "ab",     true,  "a NUL is left out and marked" },
	{ BYTES("\xD8\x3D"),               CODING_UCS2,   "",           "\uFFFD", true,  "half a pair is mended and marked" },
	{ BYTES("\x01\x02\x03"),           CODING_OCTETS, "",           "",       false, "octets have no text" },
	{ BYTES(""),                       CODING_GSM7,   "",           "",       false, "an empty text is empty" },
};

static const struct {
	struct bytes udh;
	uint8_t total, index;
	uint16_t ref;
	const char *promise;
} headers[] = {
	{ BYTES("\x05\x00\x03\x4D\x02\x01"),     2, 1, 0x4D,   "a part knows its set and place" },
	{ BYTES("\x06\x08\x04\x01\x4D\x03\x02"), 3, 2, 0x14D,  "with a long reference too" },
	{ BYTES("\x05\x00\x03\x4D\x01\x01"),     0, 0, 0,      "one of one is whole" },
	{ BYTES("\x05\x00\x03\x4D\x15\x01"),     0, 0, 0,      "one of 21 stands alone" },
	{ BYTES("\x05\x00\x03\x4D\x02\x03"),     0, 0, 0,      "the third of two stands alone" },
	{ BYTES("\x05\x00\x03"),                 0, 0, 0,      "a cut header is none" },
	{ BYTES(""),                             0, 0, 0,      "no header, no part" },
};
/* clang-format on */

static void test_decode(void)
{
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct message *m = message_new(CAP);

		m->raw = texts[i].raw;
		m->coding = texts[i].coding;
		m->charset = bytes_of(texts[i].charset);
		is_int(message_decode(m), ERR_OK, "%s", texts[i].promise);
		is_text(m->text, texts[i].text, "%s: the text", texts[i].promise);
		ok(m->is_damaged == texts[i].is_damaged, "%s: the mark", texts[i].promise);
		message_free(&m);
		ok(m == NULL, "a freed message leaves no pointer");
	}
}

static void test_udh(void)
{
	for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
		struct message *m = message_new(CAP);

		m->udh = headers[i].udh;
		message_read_udh(m, 20);
		ok(m->part_total == headers[i].total && m->part_index == headers[i].index &&
			   m->part_ref == headers[i].ref,
		   "%s", headers[i].promise);
		message_free(&m);
	}
}

int main(void)
{
	plan(0);
	test_decode();
	test_udh();
	return done_testing();
}
