/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_smpp_pdu - what SMSCs really send, and what libsmpp34 alone would make of it. */
#include "parsers/smpp_pdu.h"

#include <string.h>

#include "parsers/err.h"
#include "tests/tap.h"

static uint8_t frame[SMPP_FRAME_MAX];

/* What of a deliver_sm is out of the ordinary. */
struct shape {
	uint32_t status, sequence;
	uint8_t ton, npi;
	const char *from, *schedule, *validity;
	size_t text_len;
};

static const struct shape plain = { 0, 1, 1, 1, "381641234567", "", "", 2 };

static void put_text(struct wr *w, const char *text)
{
	wr_put(w, bytes_of(text));
	wr_u8(w, 0);
}

static struct wr deliver_begin(const struct shape *s)
{
	struct wr w = wr_of(frame, sizeof(frame));

	wr_u32(&w, 0);
	wr_u32(&w, SMPP_DELIVER_SM);
	wr_u32(&w, s->status);
	wr_u32(&w, s->sequence);
	put_text(&w, "");
	wr_u8(&w, s->ton);
	wr_u8(&w, s->npi);
	put_text(&w, s->from);
	wr_u8(&w, 0);
	wr_u8(&w, 1);
	put_text(&w, "1955");
	wr_u8(&w, 0);
	wr_u8(&w, 0);
	wr_u8(&w, 0);
	put_text(&w, s->schedule);
	put_text(&w, s->validity);
	for (int i = 0; i < 4; i++)
		wr_u8(&w, 0);
	wr_u8(&w, (uint8_t)s->text_len);
	for (size_t i = 0; i < s->text_len; i++)
		wr_u8(&w, i == 0 ? 'o' : 'k');
	return w;
}

static struct bytes finish(struct wr *w)
{
	struct wr head = wr_of(frame, 4);

	wr_u32(&head, (uint32_t)w->len);
	return wr_bytes(w);
}

static void put_tlv(struct wr *w, uint16_t tag, const void *octets, size_t len)
{
	wr_u16(w, tag);
	wr_u16(w, (uint16_t)len);
	wr_put(w, bytes_at(octets, len));
}

/* --- requests --- */

static void fixed_parts(void)
{
	/* clang-format off */
	static const struct {
		struct shape shape;
		const char *promise;
	} rows[] = {
		{ { 0,     1, 1, 1,     "381641234567", "", "", 2 },   "a plain text" },
		{ { 0x400, 1, 1, 1,     "381641234567", "", "", 2 },   "a status of no standard (fault 2)" },
		{ { 0x35,  1, 1, 1,     "381641234567", "", "", 2 },   "a status that the library doesn't list" },
		{ { 0,     0, 1, 1,     "381641234567", "", "", 2 },   "sequence 0 (fault 7)" },
		{ { 0,     0xFFFFFFFF, 1, 1, "381641234567", "", "", 2 }, "a sequence beyond all" },
		{ { 0,     1, 7, 2,     "381641234567", "", "", 2 },   "TON 7 and NPI 2 (fault 10)" },
		{ { 0,     1, 255, 255, "381641234567", "", "", 2 },   "TON and NPI 255" },
		{ { 0,     1, 5, 0,     "TELENOR", "", "", 2 },        "a name" },
		{ { 0,     1, 1, 1,     "", "", "", 2 },               "no sender" },
		{ { 0,     1, 1, 1,     "381641234567", "261124120000000R", "261124120000000R", 2 }, "both times set (fault 11)" },
		{ { 0,     1, 1, 1,     "381641234567", "", "", 255 }, "sm_length 255 (fault 12)" },
		{ { 0,     1, 1, 1,     "381641234567", "", "", 0 },   "no text" },
		{ { 0,     1, 1, 1,     "12345678901234567890", "", "", 2 }, "an address of 20" },
	};
	/* clang-format on */
	struct smpp_pdu pdu;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct shape *s = &rows[i].shape;
		struct wr w = deliver_begin(s);

		is_int(smpp_pdu_read(finish(&w), &pdu), ERR_OK, "read: %s", rows[i].promise);
		ok(pdu.status == s->status && pdu.sequence == s->sequence &&
			   pdu.message.from.ton == s->ton && pdu.message.from.npi == s->npi,
		   "with its true numbers");
		is_text(pdu.message.from.digits, s->from, "its sender");
		is_int((long long)pdu.message.text.len, (long long)s->text_len, "and its text");
	}
}

static void bad_fixed_parts(void)
{
	struct shape s = plain;
	struct smpp_pdu pdu;
	size_t n_refused = 0;
	struct wr w;

	s.from = "123456789012345678901";
	w = deliver_begin(&s);
	is_int(smpp_pdu_read(finish(&w), &pdu), ERR_INVALID, "an address of 21 letters is refused");
	is_int(pdu.sequence, 1, "with the sequence that the answer needs");
	w = deliver_begin(&plain);
	for (size_t len = SMPP_HEADER_SIZE; len < w.len; len++) {
		struct wr cut = w;

		cut.len = len;
		n_refused += smpp_pdu_read(finish(&cut), &pdu) == ERR_INVALID;
	}
	is_int((long long)n_refused, (long long)(w.len - SMPP_HEADER_SIZE),
	       "a fixed part that is cut anywhere is refused");
}

static void tlvs(void)
{
	struct smpp_pdu pdu;
	struct wr w = deliver_begin(&plain);
	struct shape empty = plain;
	uint32_t number;
	static uint8_t payload[60000];

	empty.text_len = 0;

	/* The library writes 54 octets of log for each, into 2,048 (section 3 of what is known of it). */
	for (int i = 0; i < 60; i++)
		put_tlv(&w, 0x1400, "x", 1);
	is_int(smpp_pdu_read(finish(&w), &pdu), ERR_OK, "60 TLVs do no harm");
	ok(pdu.n_tlvs == SMPP_TLVS_MAX && pdu.n_tlvs_more == 60 - SMPP_TLVS_MAX,
	   "the first are kept, the rest is counted");

	w = deliver_begin(&plain);
	put_tlv(&w, SMPP_TAG_MESSAGE_STATE, "\0\2", 2);
	put_tlv(&w, SMPP_TAG_USER_MESSAGE_REFERENCE, "\7", 1);
	put_tlv(&w, SMPP_TAG_RECEIPTED_MESSAGE_ID, "abc", 3);
	put_tlv(&w, SMPP_TAG_NETWORK_ERROR_CODE, "\3\0\1\0\0", 5);
	put_tlv(&w, SMPP_TAG_MESSAGE_STATE, "\5", 1);
	is_int(smpp_pdu_read(finish(&w), &pdu), ERR_OK,
	       "TLVs of wrong sizes are judged one by one (fault 14)");
	ok(smpp_tlv_number(&pdu, SMPP_TAG_MESSAGE_STATE, &number) && number == 2,
	   "a number of any size is read, and the first of its tag counts");
	ok(smpp_tlv_number(&pdu, SMPP_TAG_USER_MESSAGE_REFERENCE, &number) && number == 7,
	   "a short one too");
	ok(!smpp_tlv_number(&pdu, SMPP_TAG_NETWORK_ERROR_CODE, &number),
	   "five octets are no number");
	is_text(smpp_tlv_text(&pdu, SMPP_TAG_RECEIPTED_MESSAGE_ID), "abc",
		"a text needs no NUL (fault 17)");

	w = deliver_begin(&plain);
	put_tlv(&w, SMPP_TAG_RECEIPTED_MESSAGE_ID, "abc", 4);
	wr_u16(&w, SMPP_TAG_MESSAGE_STATE);
	is_int(smpp_pdu_read(finish(&w), &pdu), ERR_OK,
	       "a TLV that is cut takes nothing with it (fault 15)");
	ok(pdu.is_cut && pdu.n_tlvs == 1, "what came before is kept");
	is_text(smpp_tlv_text(&pdu, SMPP_TAG_RECEIPTED_MESSAGE_ID), "abc", "without its NUL");

	w = deliver_begin(&empty);
	memset(payload, 'p', sizeof(payload));
	put_tlv(&w, SMPP_TAG_MESSAGE_PAYLOAD, payload, sizeof(payload));
	is_int(smpp_pdu_read(finish(&w), &pdu), ERR_OK, "a payload of 60,000 is read (fault 13)");
	is_int((long long)pdu.message.text.len, sizeof(payload), "as its text");
}

static void data_sm(void)
{
	struct wr w = wr_of(frame, sizeof(frame));
	struct smpp_pdu pdu;

	wr_u32(&w, 0);
	wr_u32(&w, SMPP_DATA_SM);
	wr_u32(&w, 0);
	wr_u32(&w, 5);
	put_text(&w, "");
	wr_u8(&w, 1);
	wr_u8(&w, 1);
	put_text(&w, "381641234567");
	wr_u8(&w, 0);
	wr_u8(&w, 0);
	put_text(&w, "1955");
	wr_u8(&w, 0);
	wr_u8(&w, 0);
	wr_u8(&w, 8);
	put_tlv(&w, SMPP_TAG_MESSAGE_PAYLOAD, "\4\26", 2);
	is_int(smpp_pdu_read(finish(&w), &pdu), ERR_OK, "a data_sm is a text");
	ok(pdu.message.data_coding == 8 && pdu.message.text.len == 2, "with coding and payload");
}

/* --- responses --- */

static struct bytes response(uint32_t id, uint32_t status, const void *body, size_t len)
{
	struct wr w = wr_of(frame, sizeof(frame));

	wr_u32(&w, 0);
	wr_u32(&w, id);
	wr_u32(&w, status);
	wr_u32(&w, 9);
	wr_put(&w, bytes_at(body, len));
	return finish(&w);
}

static void responses(void)
{
	/* clang-format off */
	static const struct {
		uint32_t id, status;
		const char *body;
		size_t len;
		const char *message_id;
		const char *promise;
	} rows[] = {
		{ (uint32_t)SMPP_SUBMIT_SM_RESP, 0,     "61b8b65d", 9, "61b8b65d", "an id" },
		{ (uint32_t)SMPP_SUBMIT_SM_RESP, 0,     "61b8b65d", 8, "61b8b65d", "an id without its NUL (fault 5)" },
		{ (uint32_t)SMPP_SUBMIT_SM_RESP, 0,     "", 0, "", "no body at all" },
		{ (uint32_t)SMPP_SUBMIT_SM_RESP, 0x58,  "", 1, "", "an error with a body (fault 4)" },
		{ (uint32_t)SMPP_SUBMIT_SM_RESP, 0x45,  "", 0, "", "and without" },
		{ (uint32_t)SMPP_SUBMIT_SM_RESP, 0x401, "x", 2, "x", "a status of the operator's own" },
		{ (uint32_t)SMPP_DATA_SM_RESP,   0,     "7", 2, "7", "the answer to a data_sm" },
		{ (uint32_t)SMPP_BIND_TRANSCEIVER_RESP, 0x0E, "", 0, "", "a refused bind without body (fault 6)" },
		{ (uint32_t)SMPP_ENQUIRE_LINK_RESP, 0,  "junk", 4, "", "an enquire_link_resp with a body (fault 8)" },
		{ (uint32_t)SMPP_GENERIC_NACK, 3,       "", 0, "", "a generic_nack" },
		{ 0x80010200u, 0,                       "??", 2, "", "a response that nobody knows (fault 9)" },
	};
	/* clang-format on */
	struct smpp_pdu pdu;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		is_int(smpp_pdu_read(
			       response(rows[i].id, rows[i].status, rows[i].body, rows[i].len),
			       &pdu),
		       ERR_OK, "read: %s", rows[i].promise);
		is_text(pdu.message_id, rows[i].message_id, "its id");
		ok(pdu.status == rows[i].status && pdu.sequence == 9, "its status and sequence");
	}
	is_int(smpp_pdu_read(response((uint32_t)SMPP_SUBMIT_SM_RESP, 0,
				      "012345678901234567890123456789012345678901234567890123456789"
				      "0123456789",
				      70),
			     &pdu),
	       ERR_OK, "an id of 70 letters");
	is_int((long long)pdu.message_id.len, 64, "is cut to what the standard has");
	is_int(smpp_pdu_read(
		       response((uint32_t)SMPP_BIND_TRANSCEIVER_RESP, 0, "SMSC\0\2\20\0\1\64", 10),
		       &pdu),
	       ERR_OK, "a bind_resp with a TLV");
	is_text(pdu.system_id, "SMSC", "its name");
	ok(smpp_tlv(&pdu, SMPP_TAG_SC_INTERFACE_VERSION) != NULL, "its version");
}

/* --- frames --- */

static void frames(void)
{
	static const uint8_t short_one[] = { 0, 0, 0, 15, 0 }, long_one[] = { 0, 1, 0, 1, 0 };
	struct wr w = deliver_begin(&plain);
	struct bytes in = finish(&w), got = BYTES_NONE;

	for (size_t len = 0; len < in.len; len++)
		if (smpp_frame(bytes_cut(in, 0, len), &got) != ERR_TRUNCATED)
			ok(false, "%zu octets are no frame yet", len);
	is_int(smpp_frame(in, &got), ERR_OK, "a whole frame is found");
	is_int((long long)got.len, (long long)in.len, "all of it");
	is_int(smpp_frame(bytes_at(short_one, 5), &got), ERR_LIMIT,
	       "a length below a header's is no frame");
	is_int(smpp_frame(bytes_at(long_one, 5), &got), ERR_LIMIT, "nor is one above 64 KiB");
}

/* --- what we send --- */

static void binds(void)
{
	struct arena *a = arena_new(65536);
	struct smpp_bind bind = { .id = SMPP_BIND_TRANSCEIVER,
				  .system_id = BYTES("foo"),
				  .password = BYTES("bar") };
	struct bytes out = BYTES_NONE;
	struct smpp_pdu pdu;

	is_int(smpp_write_bind(&bind, 1, a, &out), ERR_OK, "a bind is written");
	is_int((long long)out.len, 29, "in 29 octets");
	is_int(smpp_pdu_read(out, &pdu), ERR_OK, "and read again");
	is_text(pdu.system_id, "foo", "its name");
	is_int(pdu.interface_version, 0x34, "as 3.4");
	bind.password = bytes_of("ninechars");
	is_int(smpp_write_bind(&bind, 1, a, &out), ERR_LIMIT,
	       "a password of nine letters has no room (fault 20)");
	bind.password = bytes_at("a\0b", 3);
	is_int(smpp_write_bind(&bind, 1, a, &out), ERR_INVALID, "nor has one with a NUL");
	bind.password = bytes_of("bar");
	bind.npi = 2;
	is_int(smpp_write_bind(&bind, 1, a, &out), ERR_INVALID, "an NPI of no standard isn't sent");
	arena_free(&a);
}

static void submits(void)
{
	static const struct smpp_tlv tlvs[] = { { SMPP_TAG_SAR_MSG_REF_NUM, BYTES("\0\7") },
						{ SMPP_TAG_SAR_TOTAL_SEGMENTS, BYTES("\2") } };
	struct arena *a = arena_new((size_t)1024 * 1024);
	struct smpp_message m = { .from = { 0, 1, BYTES("1955") },
				  .to = { 1, 1, BYTES("381641234567") },
				  .text = BYTES("Hello"),
				  .registered_delivery = 1 };
	static uint8_t text[2000];
	struct bytes out = BYTES_NONE;
	struct smpp_pdu pdu;

	is_int(smpp_write_submit(&m, NULL, 0, 7, a, &out), ERR_OK, "a text is written");
	is_int((long long)out.len, 54, "in 54 octets");
	is_int(smpp_write_submit(&m, tlvs, 2, 7, a, &out), ERR_OK, "with TLVs of ours behind it");
	is_int(smpp_pdu_read(out, &pdu), ERR_OK, "and read again");
	is_text(pdu.message.text, "Hello", "its words");
	ok(pdu.n_tlvs == 2 && pdu.tlvs[0].tag == SMPP_TAG_SAR_MSG_REF_NUM,
	   "its TLVs, in our order");
	for (size_t len = 252; len <= 254; len++) {
		m.text = bytes_at(text, len);
		is_int(smpp_write_submit(&m, NULL, 0, 8, a, &out), ERR_OK,
		       "%zu octets of text are written", len);
		is_int(smpp_pdu_read(out, &pdu), ERR_OK, "and read");
		is_int((long long)pdu.message.text.len, (long long)len, "whole");
	}
	m.text = bytes_at(text, sizeof(text));
	is_int(smpp_write_submit(&m, NULL, 0, 8, a, &out), ERR_OK, "2,000 leave as a payload");
	is_int(smpp_pdu_read(out, &pdu), ERR_OK, "and are read");
	is_int((long long)pdu.message.text.len, sizeof(text), "whole (fault 13)");
	m.text = bytes_of("x");
	m.to.digits = bytes_of("123456789012345678901");
	is_int(smpp_write_submit(&m, NULL, 0, 8, a, &out), ERR_LIMIT,
	       "an address of 21 doesn't leave (fault 20)");
	m.to.digits = bytes_of("381641234567");
	is_int(smpp_write_submit(&m, NULL, 0, 0, a, &out), ERR_INVALID, "nor does sequence 0");
	arena_free(&a);
}

static void simple(void)
{
	uint8_t buf[SMPP_SIMPLE_MAX];
	struct bytes out = smpp_write_simple((uint32_t)SMPP_DELIVER_SM_RESP, SMPP_ROK, 0, buf);
	struct smpp_pdu pdu;

	is_int((long long)out.len, 17, "a deliver_sm_resp has an empty id");
	is_int(smpp_pdu_read(out, &pdu), ERR_OK, "it is read");
	is_int(pdu.sequence, 0, "and carries the sequence that came, 0 too");
	is_int((long long)smpp_write_simple(SMPP_ENQUIRE_LINK, 0, 5, buf).len, SMPP_HEADER_SIZE,
	       "an enquire_link is a header");
	is_text(bytes_of(smpp_id_text(SMPP_ENQUIRE_LINK)), "enquire_link", "and has a name");
	is_text(bytes_of(smpp_status_text(SMPP_RTHROTTLED)), "ESME_RTHROTTLED", "as statuses have");
	ok(smpp_id_text(0x112) == NULL && smpp_status_text(0x400) == NULL,
	   "that the standard knows");
}

int main(void)
{
	plan(0);
	fixed_parts();
	bad_fixed_parts();
	tlvs();
	data_sm();
	responses();
	frames();
	binds();
	submits();
	simple();
	return done_testing();
}
