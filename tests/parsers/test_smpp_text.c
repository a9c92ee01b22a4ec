/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_smpp_text - what the message of a PDU is and says, and how a segment of ours becomes one. */
#include "parsers/smpp_text.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/err.h"
#include "parsers/gsm7.h"
#include "parsers/utf8.h"
#include "tests/tap.h"

#define ARENA_MAX ((size_t)4 * 1024 * 1024)
#define PARTS_MAX 20

/* What no test can go on after. */
static void bail_out(const char *words)
{
	ok(false, "%s", words);
	exit(done_testing());
}

static struct smpp_pdu deliver(struct bytes text, uint8_t esm_class, uint8_t data_coding)
{
	struct smpp_pdu pdu = { .id = SMPP_DELIVER_SM };

	pdu.message.from = (struct smpp_address){ 1, 1, bytes_of("381641234567") };
	pdu.message.to = (struct smpp_address){ 0, 1, bytes_of("1955") };
	pdu.message.esm_class = esm_class;
	pdu.message.data_coding = data_coding;
	pdu.message.text = text;
	return pdu;
}

static void add_tlv(struct smpp_pdu *pdu, uint16_t tag, const void *octets, size_t len)
{
	pdu->tlvs[pdu->n_tlvs++] = (struct smpp_tlv){ tag, bytes_at(octets, len) };
}

/* As a channel does it: filled, its UDH read, decoded. */
static struct message *read_in(const struct smpp_pdu *pdu, enum smpp_alphabet alphabet)
{
	struct message *msg = message_new(ARENA_MAX);

	if (msg == NULL || smpp_text_in(pdu, alphabet, msg) != ERR_OK)
		bail_out("no message");
	message_read_udh(msg, PARTS_MAX);
	if (message_decode(msg) != ERR_OK)
		bail_out("no text");
	return msg;
}

/* --- data_coding --- */

static void codings(void)
{
	/* clang-format off */
	static const struct {
		uint8_t coding;
		enum smpp_alphabet alphabet;
		struct bytes octets;
		const char *text; /* NULL: data */
		enum smpp_kind kind;
		const char *promise;
	} rows[] = {
		{ 0x00, SMPP_ALPHABET_GSM7,   BYTES("\x00\x1B\x65 \x10"),      "@€ Δ",   SMPP_IS_TEXT, "0 is GSM-7 on a link that says so" },
		{ 0x00, SMPP_ALPHABET_LATIN1, BYTES("@ \xE9\xFC"),             "@ éü",   SMPP_IS_TEXT, "0 is Latin-1 on a link that says so" },
		{ 0x00, SMPP_ALPHABET_ASCII,  BYTES("a@$_"),                   "a@$_",   SMPP_IS_TEXT, "0 is ASCII on a link that says so" },
		{ 0x01, SMPP_ALPHABET_GSM7,   BYTES("a@$_"),                   "a@$_",   SMPP_IS_TEXT, "1 is ASCII on every link" },
		{ 0x02, SMPP_ALPHABET_GSM7,   BYTES("ab"),                     NULL,     SMPP_IS_TEXT, "2 is data" },
		{ 0x03, SMPP_ALPHABET_GSM7,   BYTES("\xE9t\xE9"),              "été",    SMPP_IS_TEXT, "3 is Latin-1" },
		{ 0x04, SMPP_ALPHABET_GSM7,   BYTES("ab"),                     NULL,     SMPP_IS_TEXT, "4 is data" },
		{ 0x05, SMPP_ALPHABET_GSM7,   BYTES("\x46\x7C\x4B\x5C"),       "日本",   SMPP_IS_TEXT, "5 is JIS X 0208, bare cells" },
		{ 0x05, SMPP_ALPHABET_GSM7,   BYTES("\x93\xFA\x96\x7B"),       "日本",   SMPP_IS_TEXT, "5 as Shift JIS" },
		{ 0x05, SMPP_ALPHABET_GSM7,   BYTES("\x1B$B\x46\x7C\x1B(B"),   "日",     SMPP_IS_TEXT, "5 behind escapes" },
		{ 0x05, SMPP_ALPHABET_GSM7,   BYTES("Rupa na putu"),           "Rupa na putu", SMPP_IS_TEXT, "5 where it is ASCII all the same" },
		{ 0x06, SMPP_ALPHABET_GSM7,   BYTES("\xC0\xE3\xDF\xD0"),       "Рупа",   SMPP_IS_TEXT, "6 is Cyrillic of ISO 8859" },
		{ 0x06, SMPP_ALPHABET_GSM7,   BYTES("\xF9\xF8\xFF"),           "љјџ",    SMPP_IS_TEXT, "with our own letters" },
		{ 0x07, SMPP_ALPHABET_GSM7,   BYTES("\xF9\xEC\xE5\xED"),       "שלום",   SMPP_IS_TEXT, "7 is Hebrew of ISO 8859" },
		{ 0x08, SMPP_ALPHABET_GSM7,   BYTES("\x04\x1F\xD8\x3D\xDE\x00"), "П😀",  SMPP_IS_TEXT, "8 is UCS-2, with emoji" },
		{ 0x09, SMPP_ALPHABET_GSM7,   BYTES("\x93\xFA"),               "日",     SMPP_IS_TEXT, "9 is Shift JIS" },
		{ 0x0A, SMPP_ALPHABET_GSM7,   BYTES("\x1B$B\x46\x7C\x4B\x5C\x1B(B!"), "日本!", SMPP_IS_TEXT, "10 is ISO-2022-JP" },
		{ 0x0B, SMPP_ALPHABET_GSM7,   BYTES("\x04\x1F"),               "П",      SMPP_IS_TEXT, "11, reserved, is what 03.38 calls it: UCS-2" },
		{ 0x0C, SMPP_ALPHABET_LATIN1, BYTES("\xE9"),                   "é",      SMPP_IS_TEXT, "12, reserved, is as 0" },
		{ 0x0D, SMPP_ALPHABET_GSM7,   BYTES("\x30\x21"),               "丂",     SMPP_IS_TEXT, "13 is JIS X 0212" },
		{ 0x0E, SMPP_ALPHABET_GSM7,   BYTES("\xC7\xD1ok"),             "한ok",   SMPP_IS_TEXT, "14 is Korean" },
		{ 0x0F, SMPP_ALPHABET_GSM7,   BYTES("\x00"),                   "@",      SMPP_IS_TEXT, "15, reserved, is as 0" },
		{ 0x10, SMPP_ALPHABET_GSM7,   BYTES("\x00"),                   "@",      SMPP_IS_TEXT, "0x10: a flash in GSM-7" },
		{ 0x13, SMPP_ALPHABET_GSM7,   BYTES("\x00"),                   "@",      SMPP_IS_TEXT, "0x13: class 3 in GSM-7" },
		{ 0x15, SMPP_ALPHABET_GSM7,   BYTES("ab"),                     NULL,     SMPP_IS_TEXT, "0x15: 8 bits with a class" },
		{ 0x18, SMPP_ALPHABET_GSM7,   BYTES("\x04\x1F"),               "П",      SMPP_IS_TEXT, "0x18: a flash in UCS-2" },
		{ 0x1C, SMPP_ALPHABET_GSM7,   BYTES("\x00"),                   "@",      SMPP_IS_TEXT, "0x1C: a reserved alphabet is the default" },
		{ 0x20, SMPP_ALPHABET_GSM7,   BYTES("ab"),                     NULL,     SMPP_IS_TEXT, "0x20: compressed text is data" },
		{ 0x38, SMPP_ALPHABET_GSM7,   BYTES("ab"),                     NULL,     SMPP_IS_TEXT, "0x38: compressed, in UCS-2 besides" },
		{ 0x40, SMPP_ALPHABET_GSM7,   BYTES("\x00"),                   "@",      SMPP_IS_TEXT, "0x40: to be deleted by itself" },
		{ 0x48, SMPP_ALPHABET_GSM7,   BYTES("\x04\x1F"),               "П",      SMPP_IS_TEXT, "0x48: the same in UCS-2" },
		{ 0x54, SMPP_ALPHABET_GSM7,   BYTES("ab"),                     NULL,     SMPP_IS_TEXT, "0x54: the same in 8 bits" },
		{ 0x60, SMPP_ALPHABET_GSM7,   BYTES("ab"),                     NULL,     SMPP_IS_TEXT, "0x60: the same, compressed" },
		{ 0x80, SMPP_ALPHABET_GSM7,   BYTES("\x00"),                   "@",      SMPP_IS_TEXT, "0x80: a reserved group is the default" },
		{ 0xBF, SMPP_ALPHABET_GSM7,   BYTES("\x00"),                   "@",      SMPP_IS_TEXT, "0xBF: so is its last" },
		{ 0xC8, SMPP_ALPHABET_GSM7,   BYTES(""),                       "",       SMPP_IS_INDICATION, "0xC8: voicemail waits, discard" },
		{ 0xD0, SMPP_ALPHABET_GSM7,   BYTES("\x00"),                   "@",      SMPP_IS_INDICATION, "0xD0: voicemail waits, store" },
		{ 0xE1, SMPP_ALPHABET_GSM7,   BYTES("\x04\x1F"),               "П",      SMPP_IS_INDICATION, "0xE1: a fax waits, in UCS-2" },
		{ 0xF0, SMPP_ALPHABET_LATIN1, BYTES("\xE9"),                   "é",      SMPP_IS_TEXT, "0xF0: a flash, in what 0 means" },
		{ 0xF1, SMPP_ALPHABET_GSM7,   BYTES("\x00"),                   "@",      SMPP_IS_TEXT, "0xF1: class 1" },
		{ 0xF5, SMPP_ALPHABET_GSM7,   BYTES("ab"),                     NULL,     SMPP_IS_TEXT, "0xF5: 8 bits" },
		{ 0xFF, SMPP_ALPHABET_GSM7,   BYTES("ab"),                     NULL,     SMPP_IS_TEXT, "0xFF: 8 bits" },
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct smpp_pdu pdu = deliver(rows[i].octets, 0, rows[i].coding);
		struct message *msg = read_in(&pdu, rows[i].alphabet);

		is_text(msg->text, rows[i].text == NULL ? "" : rows[i].text, "%s", rows[i].promise);
		ok((msg->coding == CODING_OCTETS) == (rows[i].text == NULL) && !msg->is_damaged &&
			   smpp_kind_of(&pdu) == rows[i].kind && bytes_eq(msg->raw, rows[i].octets),
		   "… with its octets, as what it is");
		message_free(&msg);
	}
}

/* Of each of the 256 there is a reading, and none loses octets. */
static void every_coding(void)
{
	size_t n_read = 0;

	for (unsigned coding = 0; coding < 256; coding++) {
		struct smpp_pdu pdu = deliver(bytes_of("ab"), 0, (uint8_t)coding);
		struct message *msg = read_in(&pdu, SMPP_ALPHABET_GSM7);

		n_read += bytes_is(msg->raw, "ab") &&
			  (msg->coding == CODING_OCTETS) == (msg->text.len == 0);
		message_free(&msg);
	}
	is_int((long long)n_read, 256, "each data_coding is read as text or kept as data");
}

static void damaged(void)
{
	/* clang-format off */
	static const struct {
		uint8_t esm_class, coding;
		struct bytes octets;
		const char *text;
		const char *promise;
	} rows[] = {
		{ 0,    8, BYTES("\x04\x1F\x04"),        "П\xEF\xBF\xBD",  "half a character" },
		{ 0,    8, BYTES("\xD8\x3D\x00\x41"),    "\xEF\xBF\xBD" "A", "half an emoji" },
		{ 0,    0, BYTES("a\x90"),               "a\xEF\xBF\xBD",  "an octet that no septet is" },
		{ 0,    1, BYTES("a\xE9"),               "a\xEF\xBF\xBD",  "an octet that ASCII hasn't" },
		{ 0,    14, BYTES("\xC7"),               "\xEF\xBF\xBD",   "half a Korean letter" },
		{ 0x40, 0, BYTES("\x03\x24\x01\x01" "a"), "a",             "a nation's table that we haven't" },
		{ 0x40, 0, BYTES("\x03\x25\x01\x01" "a"), "a",             "a nation's whole alphabet" },
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct smpp_pdu pdu = deliver(rows[i].octets, rows[i].esm_class, rows[i].coding);
		struct message *msg = read_in(&pdu, SMPP_ALPHABET_GSM7);

		is_text(msg->text, rows[i].text, "%s is read as far as it goes", rows[i].promise);
		ok(msg->is_damaged, "… and marked, so that its octets are kept");
		message_free(&msg);
	}
}

/* --- parts --- */

static void parts(void)
{
	/* clang-format off */
	static const struct {
		uint8_t esm_class;
		struct bytes octets;
		const char *text;
		unsigned ref, total, index; /* total 0: no part */
		const char *promise;
	} rows[] = {
		{ 0x40, BYTES("\x05\x00\x03\xAB\x03\x02" "ab"),         "ab", 0xAB,   3, 2, "a reference of 8 bits" },
		{ 0x40, BYTES("\x06\x08\x04\x12\x34\x03\x03" "ab"),     "ab", 0x1234, 3, 3, "a reference of 16 bits" },
		{ 0x43, BYTES("\x05\x00\x03\xAB\x03\x02" "ab"),         "ab", 0xAB,   3, 2, "with a messaging mode" },
		{ 0xC0, BYTES("\x05\x00\x03\xAB\x03\x02" "ab"),         "ab", 0xAB,   3, 2, "with a reply path" },
		{ 0x40, BYTES("\x0B\x05\x04\x13\x88\x00\x00\x00\x03\x07\x02\x01" "ab"), "ab", 7, 2, 1, "beside ports" },
		{ 0x00, BYTES("\x05\x00\x03\xAB\x03\x02" "ab"),         "ab", 0xAB,   3, 2, "its mark lost" },
		{ 0x00, BYTES("\x06\x08\x04\x12\x34\x03\x03" "ab"),     "ab", 0x1234, 3, 3, "its mark lost, 16 bits" },
		{ 0x40, BYTES("\x05\x00\x03\xAB\x01\x01" "ab"),         "ab", 0,      0, 0, "one of one is whole" },
		{ 0x40, BYTES("\x05\x00\x03\xAB\x02\x03" "ab"),         "ab", 0,      0, 0, "the third of two is none" },
		{ 0x40, BYTES("\x05\x00\x03\xAB\x15\x03" "ab"),         "ab", 0,      0, 0, "more parts than anybody writes" },
		{ 0x40, BYTES("\x02\x70\x00" "ab"),                     "ab", 0,      0, 0, "an element of no meaning here" },
		{ 0x40, BYTES("\x00" "ab"),                             "ab", 0,      0, 0, "an empty UDH" },
		{ 0x40, BYTES("\x50" "ab"),                             "Pab", 0,     0, 0, "a UDH longer than the text is text" },
		{ 0x40, BYTES(""),                                      "",   0,      0, 0, "a UDH of nothing" },
		{ 0x00, BYTES("\x05\x00\x03" "a"),                      "é@¥a", 0,    0, 0, "words that begin so are words" },
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct smpp_pdu pdu = deliver(rows[i].octets, rows[i].esm_class, 0);
		struct message *msg = read_in(&pdu, SMPP_ALPHABET_GSM7);

		is_text(msg->text, rows[i].text, "%s", rows[i].promise);
		ok(msg->part_ref == rows[i].ref && msg->part_total == rows[i].total &&
			   msg->part_index == rows[i].index,
		   "… and its number");
		message_free(&msg);
	}
}

static void sar(void)
{
	/* clang-format off */
	static const struct {
		struct bytes udh, ref, total, index;
		unsigned part_ref, part_total, part_index;
		const char *promise;
	} rows[] = {
		{ BYTES(""), BYTES("\x12\x34"), BYTES("\x03"), BYTES("\x02"), 0x1234, 3, 2, "sar_* number a part" },
		{ BYTES(""), BYTES("\x09"), BYTES("\x03"), BYTES("\x02"), 9, 3, 2, "a reference of one octet" },
		{ BYTES(""), BYTES("\0\0\x12\x34"), BYTES("\0\3"), BYTES("\0\2"), 0x1234, 3, 2, "numbers wider than they should be" },
		{ BYTES(""), BYTES("\0\1"), BYTES("\x01"), BYTES("\x01"), 0, 0, 0, "one of one is whole" },
		{ BYTES(""), BYTES("\0\1"), BYTES("\x02"), BYTES("\x03"), 0, 0, 0, "the third of two is none" },
		{ BYTES(""), BYTES("\0\1"), BYTES("\x02"), BYTES("\x00"), 0, 0, 0, "there is no part 0" },
		{ BYTES(""), BYTES("\0\1"), BYTES("\x02"), BYTES(""), 0, 0, 0, "without an index it is whole" },
		{ BYTES("\x05\x00\x03\xAB\x03\x01"), BYTES("\0\1"), BYTES("\x02"), BYTES("\x02"), 0xAB, 3, 1, "the text's own UDH counts before them" },
		{ BYTES("\x03\x24\x01\x01"), BYTES("\0\1"), BYTES("\x02"), BYTES("\x02"), 1, 2, 2, "a UDH without a number keeps its elements" },
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint8_t buf[64];
		struct wr w = wr_of(buf, sizeof(buf));
		struct smpp_pdu pdu;
		struct message *msg;
		struct bytes octets;

		wr_put(&w, rows[i].udh);
		wr_put(&w, bytes_of("ab"));
		pdu = deliver(wr_bytes(&w), rows[i].udh.len > 0 ? 0x40 : 0, 0);
		add_tlv(&pdu, SMPP_TAG_SAR_MSG_REF_NUM, rows[i].ref.ptr, rows[i].ref.len);
		add_tlv(&pdu, SMPP_TAG_SAR_TOTAL_SEGMENTS, rows[i].total.ptr, rows[i].total.len);
		add_tlv(&pdu, SMPP_TAG_SAR_SEGMENT_SEQNUM, rows[i].index.ptr, rows[i].index.len);
		msg = read_in(&pdu, SMPP_ALPHABET_GSM7);
		ok(bytes_is(msg->text, "ab") && msg->part_ref == rows[i].part_ref &&
			   msg->part_total == rows[i].part_total &&
			   msg->part_index == rows[i].part_index,
		   "%s", rows[i].promise);
		ok(!sms_udh_element(rows[i].udh, SMS_IE_SINGLE_SHIFT, &octets) ||
			   sms_udh_element(msg->udh, SMS_IE_SINGLE_SHIFT, &octets),
		   "… and nothing of its UDH is lost");
		message_free(&msg);
	}
}

static void payload(void)
{
	static uint8_t frame[SMPP_FRAME_MAX];
	static const uint8_t udh[] = { 5, 0, 3, 7, 2, 1 };
	struct wr w = wr_of(frame, sizeof(frame)), head;
	struct smpp_pdu pdu;
	struct message *msg;

	wr_u64(&w, (uint64_t)SMPP_DELIVER_SM);
	wr_u64(&w, 1);
	for (int i = 0; i < 5; i++)
		wr_u8(&w, 0); /* service_type, two empty addresses but for their last NUL */
	wr_u16(&w, 0);
	wr_u8(&w, 0x40);
	for (int i = 0; i < 9; i++)
		wr_u8(&w, 0);
	wr_u16(&w, SMPP_TAG_MESSAGE_PAYLOAD);
	wr_u16(&w, 30000 + sizeof(udh));
	wr_put(&w, bytes_at(udh, sizeof(udh)));
	for (int i = 0; i < 30000; i++)
		wr_u8(&w, 'a');
	head = wr_of(frame, 4);
	wr_u32(&head, (uint32_t)w.len);
	is_int(smpp_pdu_read(wr_bytes(&w), &pdu), ERR_OK, "a message_payload of 30,000 is read");
	msg = read_in(&pdu, SMPP_ALPHABET_GSM7);
	ok(msg->text.len == 30000 && msg->part_total == 2 && msg->part_ref == 7,
	   "all of its text, and the UDH before it");
	message_free(&msg);
}

/* --- what it is, and from whom --- */

static void kinds(void)
{
	/* clang-format off */
	static const struct {
		const char *service_type;
		uint8_t esm_class, protocol_id, coding;
		struct bytes octets;
		uint16_t tag;
		struct bytes value;
		enum smpp_kind kind;
		const char *promise;
	} rows[] = {
		{ "",     0,    0,    0, BYTES("Rupa"), 0, BYTES(""), SMPP_IS_TEXT, "words are a text" },
		{ "CMT",  0x80, 0,    0, BYTES("Rupa"), 0, BYTES(""), SMPP_IS_TEXT, "with a reply path too" },
		{ "",     0,    0x41, 0, BYTES("Rupa"), 0, BYTES(""), SMPP_IS_TEXT, "one that replaces another is a text" },
		{ "",     0,    0x5F, 0, BYTES("Rupa"), 0, BYTES(""), SMPP_IS_TEXT, "one that asks for a call is a text" },
		{ "USSD", 0,    0,    0, BYTES("*123#"), 0, BYTES(""), SMPP_IS_USSD, "the service USSD" },
		{ "",     0,    0,    0, BYTES("*123#"), SMPP_TAG_USSD_SERVICE_OP, BYTES("\x01"), SMPP_IS_USSD, "ussd_service_op" },
		{ "",     0x40, 0,    4, BYTES("\x06\x05\x04\x0B\x84\x23\xF0" "x"), 0, BYTES(""), SMPP_IS_MMS, "a WAP push by its port" },
		{ "",     0x40, 0,    4, BYTES("\x06\x05\x04\x23\xF0\x00\x00" "x"), 0, BYTES(""), SMPP_IS_MMS, "port 9200" },
		{ "",     0x40, 0,    4, BYTES("\x06\x05\x04\x23\xF4\x00\x00" "x"), 0, BYTES(""), SMPP_IS_TEXT, "port 9204 is a card, and data" },
		{ "",     0,    0,    4, BYTES("x"), SMPP_TAG_DESTINATION_PORT, BYTES("\x0B\x84"), SMPP_IS_MMS, "the port in a TLV" },
		{ "",     0,    0,    4, BYTES("x"), SMPP_TAG_SOURCE_PORT, BYTES("\x0B\x84"), SMPP_IS_TEXT, "a source port says nothing" },
		{ "",     0,    0,    4, BYTES("\x01\x06\x22" "application/vnd.wap.mms-message\0"), 0, BYTES(""), SMPP_IS_MMS, "its type in the octets" },
		{ "",     0,    0,    0, BYTES("application/vnd.wap"), 0, BYTES(""), SMPP_IS_TEXT, "a person who writes of it" },
		{ "",     0,    0x40, 0, BYTES("Rupa"), 0, BYTES(""), SMPP_IS_INDICATION, "type 0" },
		{ "",     0,    0x7F, 0xF6, BYTES("\x02"), 0, BYTES(""), SMPP_IS_INDICATION, "for the SIM card" },
		{ "",     0x40, 0,    0, BYTES("\x04\x01\x02\x80\x01"), 0, BYTES(""), SMPP_IS_INDICATION, "voicemail in the UDH" },
		{ "",     0x40, 0,    0, BYTES("\x02\x23\x00"), 0, BYTES(""), SMPP_IS_INDICATION, "enhanced voicemail in the UDH" },
		{ "",     0x18, 0,    0, BYTES(""), 0, BYTES(""), SMPP_IS_INDICATION, "a conversation broken off" },
		{ "",     0x10, 0,    0, BYTES("Hvala"), 0, BYTES(""), SMPP_IS_TEXT, "a person's own acknowledgement may be words" },
		{ "",     0x04, 0,    0, BYTES("id:1 stat:DELIVRD"), 0, BYTES(""), SMPP_IS_RECEIPT, "a receipt" },
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct smpp_pdu pdu = deliver(rows[i].octets, rows[i].esm_class, rows[i].coding);
		struct message *msg;

		pdu.message.service_type = bytes_of(rows[i].service_type);
		pdu.message.protocol_id = rows[i].protocol_id;
		if (rows[i].tag != 0)
			add_tlv(&pdu, rows[i].tag, rows[i].value.ptr, rows[i].value.len);
		is_int(smpp_kind_of(&pdu), rows[i].kind, "%s", rows[i].promise);
		msg = read_in(&pdu, SMPP_ALPHABET_GSM7);
		ok((msg->kind == MESSAGE_WORDS) ==
			   (rows[i].kind == SMPP_IS_TEXT || rows[i].kind == SMPP_IS_RECEIPT),
		   "… and the message says so");
		message_free(&msg);
	}
}

static void senders(void)
{
	/* clang-format off */
	static const struct {
		uint8_t ton;
		const char *digits, *from_raw;
		const char *promise;
	} rows[] = {
		{ 1, "381641234567",  "+381641234567", "an international number gets its plus" },
		{ 1, "+381641234567", "+381641234567", "or has it" },
		{ 1, "00381641234567", "00381641234567", "or is written with two noughts" },
		{ 1, "1955",          "1955",          "a short code isn't international whatever its TON" },
		{ 1, "INFO",          "INFO",          "nor is a name" },
		{ 2, "641234567",     "641234567",     "a national number stays as it is" },
		{ 0, "0641234567",    "0641234567",    "so does one of unknown kind" },
		{ 3, "1955",          "1955",          "a number of the network" },
		{ 255, "641234567",   "641234567",     "a kind of no standard" },
		{ 5, "TELENOR",       "TELENOR",       "a name" },
		{ 5, "381641234567",  "alpha:381641234567", "a name of digits isn't that number" },
		{ 5, "+381641234567", "alpha:+381641234567", "nor with a plus" },
		{ 5, "sms:+381641234567", "alpha:sms:+381641234567", "nor dressed up as a contact" },
		{ 0, "",              "",              "nobody" },
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct smpp_pdu pdu = deliver(bytes_of("ab"), 0, 0);
		struct message *msg;

		pdu.message.from =
			(struct smpp_address){ rows[i].ton, 1, bytes_of(rows[i].digits) };
		msg = read_in(&pdu, SMPP_ALPHABET_GSM7);
		is_text(msg->from_raw, rows[i].from_raw, "%s", rows[i].promise);
		is_text(msg->to, "1955", "… to our short code");
		message_free(&msg);
	}
}

static void mms_senders(void)
{
	/* clang-format off */
	static const struct {
		struct bytes octets;
		const char *from_raw;
		const char *promise;
	} rows[] = {
		{ BYTES("\x8C\x82\x98" "T1\0\x8D\x90\x89\x19\x80" "+381641234567/TYPE=PLMN\0"), "+381641234567",
		  "an MMS is from whom its centre names" },
		{ BYTES("\x8C\x82\x89\x19\x80" "381641234567/TYPE=PLMN\0"), "381641234567", "with or without a plus" },
		{ BYTES("\x8C\x82\x89\x19\x80" "/TYPE=PLMN\0"), "+381600000000", "or, where it names nobody, from the centre" },
		{ BYTES("\x8C\x82\x89\x19\x80" "ann@example.org\0"), "+381600000000", "as with one by mail" },
		{ BYTES(""), "+381600000000", "and with its second part" },
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct smpp_pdu pdu = deliver(rows[i].octets, 0, 4);
		struct message *msg;

		pdu.message.from.digits = bytes_of("381600000000");
		add_tlv(&pdu, SMPP_TAG_DESTINATION_PORT, "\x0B\x84", 2);
		msg = read_in(&pdu, SMPP_ALPHABET_GSM7);
		is_text(msg->from_raw, rows[i].from_raw, "%s", rows[i].promise);
		message_free(&msg);
	}
}

/* --- out --- */

struct out {
	struct arena *arena;
	struct smpp_message m;
	struct smpp_tlv tlvs[SMPP_TEXT_TLVS_MAX];
	size_t n_tlvs;
};

/* Each segment of a text as it would leave. */
static size_t write_out(const char *text, enum smpp_alphabet alphabet, enum smpp_long how,
			struct arena *a, struct out *outs, size_t max)
{
	struct sms_segment *segments;
	size_t n;

	if (sms_split_as(a, bytes_of(text), how, 0x1234, &segments, &n) != ERR_OK || n > max)
		bail_out("a text that can't be split");
	for (size_t i = 0; i < n; i++) {
		struct smpp_text_out t = {
			.encoding = sms_plan_of(bytes_of(text)).encoding,
			.octets = segments[i].octets,
			.text = segments[i].text,
			.udh = segments[i].udh,
			.alphabet = alphabet,
			.how = how,
			.reference = 0x1234,
		};

		outs[i] = (struct out){ .arena = a };
		if (smpp_text_out(&t, a, &outs[i].m, outs[i].tlvs, &outs[i].n_tlvs) != ERR_OK)
			bail_out("a segment that can't be written");
	}
	return n;
}

static const char *repeated(const char *text, unsigned n, char *buf, size_t size)
{
	size_t len = 0;

	while (n-- > 0 && len + strlen(text) + 1 < size) {
		memcpy(buf + len, text, strlen(text));
		len += strlen(text);
	}
	buf[len] = '\0';
	return buf;
}

static void alphabets(void)
{
	/* clang-format off */
	static const struct {
		enum smpp_alphabet alphabet;
		const char *text;
		unsigned times;
		uint8_t coding;
		struct bytes octets; /* of one time; the whole when it isn't GSM-7 any more */
		const char *promise;
	} rows[] = {
		{ SMPP_ALPHABET_GSM7,   "@é{ €",  1,  0, BYTES("\x00\x05\x1B\x28 \x1B\x65"), "septets, one an octet" },
		{ SMPP_ALPHABET_LATIN1, "@é{ ä",  1,  0, BYTES("@\xE9{ \xE4"), "Latin-1" },
		{ SMPP_ALPHABET_LATIN1, "5 € Δ",  1,  0, BYTES("5 EUR D"), "what Latin-1 lacks is written plainly" },
		{ SMPP_ALPHABET_ASCII,  "éüß §5", 1,  0, BYTES("euss par.5"), "what ASCII lacks too" },
		{ SMPP_ALPHABET_ASCII,  "£¥Æ",    1,  0, BYTES("GBPJPYAE"), "in good words" },
		{ SMPP_ALPHABET_ASCII,  "ß",      80, 0, BYTES("ss"), "as long as there is room in the segment" },
		{ SMPP_ALPHABET_ASCII,  "§",      65, 8, BYTES(""), "else in UCS-2 where that is one segment" },
		{ SMPP_ALPHABET_ASCII,  "ß",      81, 0, BYTES("s"), "else in letters" },
		{ SMPP_ALPHABET_ASCII,  "é",      160, 0, BYTES("e"), "a letter for a letter always fits" },
		{ SMPP_ALPHABET_LATIN1, "€",      80, 0, BYTES("E"), "a sign of two septets too" },
		{ SMPP_ALPHABET_ASCII,  "Рупа",   1,  8, BYTES(""), "Cyrillic is UCS-2 anyhow" },
	};
	/* clang-format on */
	char text[1024], octets[1024];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *a = arena_new(ARENA_MAX);
		struct out out;
		struct bytes want = bytes_at(octets, 0);

		repeated(rows[i].text, rows[i].times, text, sizeof(text));
		for (unsigned k = 0; k < rows[i].times && rows[i].coding == 0; k++) {
			memcpy(octets + want.len, rows[i].octets.ptr, rows[i].octets.len);
			want.len += rows[i].octets.len;
		}
		if (rows[i].coding == 8 && utf8_to_utf16be(a, bytes_of(text), &want) != ERR_OK)
			bail_out("no UCS-2");
		is_int((long long)write_out(text, rows[i].alphabet, SMPP_LONG_UDH8, a, &out, 1), 1,
		       "%s", rows[i].promise);
		ok(out.m.data_coding == rows[i].coding && bytes_eq(out.m.text, want) &&
			   out.n_tlvs == 0 && out.m.esm_class == 0,
		   "… octet for octet");
		arena_free(&a);
	}
}

/* No letter of ours is lost silently, and no segment grows. */
static void every_letter(void)
{
	static const enum smpp_alphabet alphabets[] = { SMPP_ALPHABET_LATIN1, SMPP_ALPHABET_ASCII };
	size_t n_lost = 0, n_long = 0;

	for (uint32_t cp = ' '; cp < 0x2100; cp++) {
		uint8_t one[4];
		char text[512];
		size_t len = utf8_put(cp, one), n = gsm7_septets(cp);
		size_t times = n == 0 ? 0 : 160 / n;

		for (size_t i = 0; i < times; i++)
			memcpy(text + i * len, one, len);
		text[times * len] = '\0';
		for (size_t k = 0; k < ARRAY_LEN(alphabets) && times > 0; k++) {
			struct arena *a = arena_new(ARENA_MAX);
			struct out out;

			write_out(text, alphabets[k], SMPP_LONG_UDH8, a, &out, 1);
			n_long += out.m.text.len > 160;
			n_lost += cp != '?' && bytes_find(out.m.text, '?') < out.m.text.len;
			n_lost += out.m.text.len == 0 && cp != 0xA1 && cp != 0xBF;
			arena_free(&a);
		}
	}
	ok(n_lost == 0, "no letter of the alphabet becomes a question mark or nothing");
	ok(n_long == 0, "and a full segment of any of them stays one");
}

static void long_forms(void)
{
	/* clang-format off */
	static const struct {
		const char *letter;
		unsigned times;
		enum smpp_long how;
		unsigned segments, most;
		struct bytes udh; /* of the second */
		size_t n_tlvs;
		const char *promise;
	} rows[] = {
		{ "a", 306, SMPP_LONG_UDH8,    2, 153, BYTES("\x05\x00\x03\x34\x02\x02"),     0, "UDH, 8 bits" },
		{ "a", 306, SMPP_LONG_UDH16,   3, 152, BYTES("\x06\x08\x04\x12\x34\x03\x02"), 0, "UDH, 16 bits: a letter less each" },
		{ "a", 306, SMPP_LONG_SAR,     2, 153, BYTES(""),                             3, "sar_*" },
		{ "a", 306, SMPP_LONG_PAYLOAD, 1, 306, BYTES(""),                             1, "message_payload" },
		{ "š", 134, SMPP_LONG_UDH8,    2, 134, BYTES("\x05\x00\x03\x34\x02\x02"),     0, "UDH, 8 bits, UCS-2" },
		{ "š", 134, SMPP_LONG_UDH16,   3, 132, BYTES("\x06\x08\x04\x12\x34\x03\x02"), 0, "UDH, 16 bits, UCS-2" },
		{ "š", 134, SMPP_LONG_SAR,     2, 134, BYTES(""),                             3, "sar_*, UCS-2" },
		{ "š", 134, SMPP_LONG_PAYLOAD, 1, 268, BYTES(""),                             1, "message_payload, UCS-2" },
		{ "a", 160, SMPP_LONG_PAYLOAD, 1, 160, BYTES(""),                             0, "a short text needs no payload" },
		{ "š", 70,  SMPP_LONG_PAYLOAD, 1, 140, BYTES(""),                             0, "in UCS-2 neither" },
		{ "a", 160, SMPP_LONG_SAR,     1, 160, BYTES(""),                             0, "nor sar_*" },
	};
	/* clang-format on */
	char text[1024];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *a = arena_new(ARENA_MAX);
		struct out outs[4];
		size_t n = write_out(repeated(rows[i].letter, rows[i].times, text, sizeof(text)),
				     SMPP_ALPHABET_GSM7, rows[i].how, a, outs, 4);
		const struct out *last = &outs[n > 1 ? 1 : 0];
		size_t len = outs[0].n_tlvs == 1 ? outs[0].tlvs[0].value.len
						 : outs[0].m.text.len - rows[i].udh.len;

		ok(n == rows[i].segments && len == rows[i].most, "%s", rows[i].promise);
		ok(last->n_tlvs == rows[i].n_tlvs &&
			   (last->m.esm_class == 0x40) == (rows[i].udh.len > 0) &&
			   bytes_eq(bytes_cut(last->m.text, 0, rows[i].udh.len), rows[i].udh),
		   "… numbered so");
		if (rows[i].n_tlvs == 3)
			ok(bytes_eq(last->tlvs[0].value, bytes_at("\x12\x34", 2)) &&
				   bytes_eq(last->tlvs[1].value, bytes_at("\x02", 1)) &&
				   bytes_eq(last->tlvs[2].value, bytes_at("\x02", 1)),
			   "… with reference, total and index");
		if (rows[i].n_tlvs == 1)
			ok(last->tlvs[0].tag == SMPP_TAG_MESSAGE_PAYLOAD && last->m.text.len == 0,
			   "… and nothing in short_message");
		arena_free(&a);
	}
}

static void refused(void)
{
	static const uint8_t long_octets[300];
	struct smpp_text_out t = { .octets = bytes_at(long_octets, sizeof(long_octets)) };
	struct arena *a = arena_new(ARENA_MAX);
	struct smpp_message m = { .esm_class = 0x43 };
	struct smpp_tlv tlvs[SMPP_TEXT_TLVS_MAX];
	size_t n = 0;

	is_int(smpp_text_out(&t, a, &m, tlvs, &n), ERR_INVALID,
	       "what is longer than a segment and not to leave whole is refused");
	t.octets = bytes_of("ab");
	is_int(smpp_text_out(&t, a, &m, tlvs, &n), ERR_OK, "a segment isn't");
	is_int(m.esm_class, 0x03, "and only the mark of the UDH is ours to set");
	arena_free(&a);
}

int main(void)
{
	plan(0);
	codings();
	every_coding();
	damaged();
	parts();
	sar();
	payload();
	kinds();
	senders();
	mms_senders();
	alphabets();
	every_letter();
	long_forms();
	refused();
	return done_testing();
}
