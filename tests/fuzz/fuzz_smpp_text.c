/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz_smpp_text - the first octet says what comes: a frame whose message is read as text and
 * as receipt on each kind of link, or words that leave in one of the forms and must come back.
 */
#include "parsers/err.h"
#include "parsers/smpp_receipt.h"
#include "parsers/smpp_text.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"
#include "tests/fuzz/fuzz.h"

#define ARENA_MAX ((size_t)8 * 1024 * 1024)
#define WORDS_MAX 1024
#define REFERENCE 0xABCD

static bool is_within(struct bytes part, struct bytes whole)
{
	return part.len == 0 ||
	       (part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len);
}

/* --- in --- */

static struct message *read_text(const struct smpp_pdu *pdu, enum smpp_alphabet alphabet)
{
	struct message *msg = message_new(ARENA_MAX);

	fuzz_require(msg != NULL);
	fuzz_require(smpp_text_in(pdu, alphabet, msg) == ERR_OK);
	message_read_udh(msg, UINT8_MAX);
	fuzz_require(message_decode(msg) == ERR_OK);
	fuzz_require(utf8_is_valid(msg->text));
	fuzz_require(msg->raw.len <= pdu->message.text.len);
	fuzz_require(msg->part_total == 0 ||
		     (msg->part_index >= 1 && msg->part_index <= msg->part_total));
	fuzz_require(msg->coding != CODING_OCTETS || msg->text.len == 0);
	return msg;
}

static void read_receipt(const struct smpp_pdu *pdu)
{
	struct arena *a = arena_new(ARENA_MAX);
	struct receipt r;

	fuzz_require(a != NULL);
	if (smpp_receipt_read(pdu, a, &r) == ERR_OK) {
		fuzz_require(r.remote_id.len > 0);
		fuzz_require(utf8_is_valid(r.error));
		fuzz_require((r.error.len > 0) ==
			     (r.state == RECEIPT_FAILED || r.state == RECEIPT_UNKNOWN));
		fuzz_require(r.at.ms >= 0);
	}
	arena_free(&a);
}

static void read_frame(struct bytes in)
{
	struct bytes frame;
	struct smpp_pdu pdu;

	if (smpp_frame(in, &frame) != ERR_OK || smpp_pdu_read(frame, &pdu) != ERR_OK)
		return;
	fuzz_require(is_within(pdu.message.text, frame));
	for (int alphabet = SMPP_ALPHABET_GSM7; alphabet <= SMPP_ALPHABET_ASCII; alphabet++) {
		struct message *msg = read_text(&pdu, (enum smpp_alphabet)alphabet);

		message_free(&msg);
	}
	if (smpp_kind_of(&pdu) == SMPP_IS_RECEIPT)
		read_receipt(&pdu);
}

/* --- out, and in again --- */

/* Octets that begin as a numbering does are taken for one, whoever wrote them. */
static bool begins_as_udh(struct bytes octets)
{
	return bytes_starts(octets, "\x05") || bytes_starts(octets, "\x06");
}

static void come_back(const struct smpp_text_out *t, struct arena *a, struct strbuf *joined)
{
	struct smpp_message m = { .esm_class = 0 };
	struct smpp_tlv tlvs[SMPP_TEXT_TLVS_MAX];
	struct smpp_pdu pdu;
	struct message *msg;
	struct bytes frame;
	size_t n = 0;

	fuzz_require(smpp_text_out(t, a, &m, tlvs, &n) == ERR_OK && n <= SMPP_TEXT_TLVS_MAX);
	fuzz_require(smpp_write_submit(&m, tlvs, n, 1, a, &frame) == ERR_OK);
	fuzz_require(smpp_pdu_read(frame, &pdu) == ERR_OK);
	msg = read_text(&pdu, t->alphabet);
	if (t->udh.len > 0)
		fuzz_require(msg->part_total > 1);
	strbuf_add(joined, msg->text);
	message_free(&msg);
}

/* What a link of this alphabet makes of the words: all of them, or plainer ones, in no more segments. */
static void leave(struct bytes words, enum smpp_alphabet alphabet, enum smpp_long how)
{
	struct arena *a = arena_new(ARENA_MAX);
	struct sms_plan plan = sms_plan_as(words, how);
	struct strbuf joined;
	struct sms_segment *segments;
	bool is_unlike = false;
	size_t n;

	fuzz_require(a != NULL);
	joined = strbuf_in(a, ARENA_MAX / 4);
	fuzz_require(sms_split_as(a, words, how, REFERENCE, &segments, &n) == ERR_OK);
	fuzz_require(n == (how == SMPP_LONG_PAYLOAD ? 1 : plan.segments));
	for (size_t i = 0; i < n; i++) {
		struct smpp_text_out t = { plan.encoding,   segments[i].octets, segments[i].text,
					   segments[i].udh, alphabet,           how,
					   REFERENCE };

		is_unlike = is_unlike || begins_as_udh(t.octets);
		come_back(&t, a, &joined);
	}
	if (!is_unlike && (alphabet == SMPP_ALPHABET_GSM7 || plan.encoding == SMS_UCS2))
		fuzz_require(bytes_eq(strbuf_bytes(&joined), words));
	if (!is_unlike && bytes_find(words, '?') == words.len)
		fuzz_require(bytes_find(strbuf_bytes(&joined), '?') == joined.len);
	arena_free(&a);
}

static void write_words(struct bytes raw, enum smpp_alphabet alphabet, enum smpp_long how)
{
	struct arena *a = arena_new(ARENA_MAX);
	struct bytes words;

	fuzz_require(a != NULL);
	fuzz_require(utf8_clean(a, bytes_cut(raw, 0, WORDS_MAX), &words, NULL) == ERR_OK);
	/* A mark of byte order isn't text, and goes. */
	if (sms_plan_as(words, SMPP_LONG_UDH16).segments <= SMS_SEGMENTS_MAX &&
	    !bytes_holds(words, "\xEF\xBB\xBF"))
		leave(words, alphabet, how);
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes input = bytes_at(data, size);

	if (size == 0)
		return 0;
	if (data[0] % 2 == 0)
		read_frame(bytes_cut(input, 1, size));
	else
		write_words(bytes_cut(input, 1, size), (enum smpp_alphabet)(data[0] / 8 % 3),
			    (enum smpp_long)(data[0] / 2 % 4));
	return 0;
}
