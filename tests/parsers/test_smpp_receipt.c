/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_smpp_receipt - receipts as SMSCs write them: by TLV, in words, or half of each. */
#include "parsers/smpp_receipt.h"

#include "parsers/err.h"
#include "tests/tap.h"

#define NO_STATE 255

/* clang-format off */
static const struct {
	uint8_t esm_class;
	struct bytes text;
	const char *tlv_id; /* "": none */
	uint8_t tlv_state;  /* NO_STATE: none */
	const char *id;     /* NULL: no receipt that can be read */
	enum receipt_state state;
	const char *error;
	const char *promise;
} rows[] = {
	/* in words */
	{ 0x04, BYTES("id:0123456789 sub:001 dlvrd:001 submit date:2611241842 done date:2611241843 stat:DELIVRD err:000 text:Rupa"),
	  "", NO_STATE, "0123456789", RECEIPT_DELIVERED, "", "as the standard writes it" },
	{ 0x04, BYTES("id:5 submit date:2611241842 done date:2611241843 stat:DELIVRD err:000"), "", NO_STATE, "5", RECEIPT_DELIVERED, "",
	  "without sub and dlvrd" },
	{ 0x04, BYTES("id:5 stat:DELIVRD"), "", NO_STATE, "5", RECEIPT_DELIVERED, "", "with nothing but id and stat" },
	{ 0x04, BYTES("ID:5 Stat:DELIVRD ERR:0 Text:"), "", NO_STATE, "5", RECEIPT_DELIVERED, "", "keys in any case" },
	{ 0x04, BYTES("stat:EXPIRED err:1A done date:261124184300 id:5"), "", NO_STATE, "5", RECEIPT_FAILED, "EXPIRED err:1A", "in another order" },
	{ 0x04, BYTES("id:5,sub:1,dlvrd:1,submit date:2611241842,done date:2611241843,stat:DELIVRD,err:0"), "", NO_STATE, "5",
	  RECEIPT_DELIVERED, "", "commas between" },
	{ 0x04, BYTES("id:5; stat:UNDELIV; err:0041; text:;"), "", NO_STATE, "5", RECEIPT_FAILED, "UNDELIV; err:0041", "semicolons between" },
	{ 0x04, BYTES("id:5\r\nstat:REJECTD\r\nerr:000"), "", NO_STATE, "5", RECEIPT_FAILED, "REJECTD", "lines between: no line of words is shown" },
	{ 0x04, BYTES("id:5 submit_date:1 done_date:2 stat:DELETED err:"), "", NO_STATE, "5", RECEIPT_FAILED, "DELETED", "keys with a stroke" },
	{ 0x04, BYTES("id:5 stat:DELIVRD err:000 text:id:6 stat:UNDELIV"), "", NO_STATE, "5", RECEIPT_DELIVERED, "", "a person's words decide nothing" },
	{ 0x04, BYTES("id:5 sub:001 dlvrd:001 done date:2611241843 err:000"), "", NO_STATE, "5", RECEIPT_DELIVERED, "", "stat missing, one delivered" },
	{ 0x04, BYTES("id:5 sub:001 dlvrd:000 done date:2611241843 err:000"), "", NO_STATE, "5", RECEIPT_UNKNOWN, "a receipt without a state",
	  "stat missing, none delivered: nobody knows" },
	{ 0x04, BYTES("id:5 stat:ACCEPTD"), "", NO_STATE, "5", RECEIPT_PENDING, "", "ACCEPTD isn't final" },
	{ 0x04, BYTES("id:5 stat:ENROUTE"), "", NO_STATE, "5", RECEIPT_PENDING, "", "ENROUTE isn't" },
	{ 0x04, BYTES("id:5 stat:BUFFRED"), "", NO_STATE, "5", RECEIPT_PENDING, "", "BUFFRED isn't" },
	{ 0x04, BYTES("id:5 stat:SKIPPED"), "", NO_STATE, "5", RECEIPT_PENDING, "", "SKIPPED isn't" },
	{ 0x04, BYTES("id:5 stat:delivrd"), "", NO_STATE, "5", RECEIPT_PENDING, "", "a word in small letters isn't" },
	{ 0x04, BYTES("id:5 stat:DELIVERED"), "", NO_STATE, "5", RECEIPT_DELIVERED, "", "a word in full is" },
	{ 0x04, BYTES("id:5 stat:UNDELIVERABLE err:5"), "", NO_STATE, "5", RECEIPT_FAILED, "UNDELIVERABLE err:5", "the longest word" },
	{ 0x04, BYTES("id:5 stat:UNKNOWN err:7"), "", NO_STATE, "5", RECEIPT_UNKNOWN, "UNKNOWN err:7", "UNKNOWN isn't known to be failed" },
	{ 0x04, BYTES("id:5 stat:XYZ"), "", NO_STATE, "5", RECEIPT_UNKNOWN, "XYZ", "nor is a word that nobody knows" },
	{ 0x04, BYTES("id:5 stat:DELI"), "", NO_STATE, "5", RECEIPT_UNKNOWN, "DELI", "nor one that was cut" },
	{ 0x44, BYTES("\x02\x70\x00" "id:5 stat:DELIVRD"), "", NO_STATE, "5", RECEIPT_DELIVERED, "", "behind a UDH" },
	/* by TLV */
	{ 0x04, BYTES(""), "61b8b65d", 2, "61b8b65d", RECEIPT_DELIVERED, "", "TLVs only" },
	{ 0x00, BYTES(""), "61b8b65d", 2, "61b8b65d", RECEIPT_DELIVERED, "", "TLVs only, and no mark" },
	{ 0x04, BYTES(""), "61b8b65d", 1, "61b8b65d", RECEIPT_PENDING, "", "1 is under way" },
	{ 0x04, BYTES(""), "61b8b65d", 3, "61b8b65d", RECEIPT_FAILED, "EXPIRED network 3 error 11", "3 is expired, with the network's error" },
	{ 0x04, BYTES(""), "61b8b65d", 4, "61b8b65d", RECEIPT_FAILED, "DELETED network 3 error 11", "4 is deleted" },
	{ 0x04, BYTES(""), "61b8b65d", 5, "61b8b65d", RECEIPT_FAILED, "UNDELIV network 3 error 11", "5 can't be delivered" },
	{ 0x04, BYTES(""), "61b8b65d", 6, "61b8b65d", RECEIPT_PENDING, "", "6 is accepted" },
	{ 0x04, BYTES(""), "61b8b65d", 7, "61b8b65d", RECEIPT_UNKNOWN, "UNKNOWN network 3 error 11", "7 is unknown" },
	{ 0x04, BYTES(""), "61b8b65d", 8, "61b8b65d", RECEIPT_FAILED, "REJECTD network 3 error 11", "8 is rejected" },
	{ 0x04, BYTES(""), "61b8b65d", 9, "61b8b65d", RECEIPT_PENDING, "", "9, of SMPP 5, is skipped" },
	{ 0x04, BYTES(""), "61b8b65d", 42, "61b8b65d", RECEIPT_UNKNOWN, "a receipt without a state network 3 error 11", "42 is nothing" },
	{ 0x04, BYTES("id:9 stat:UNDELIV err:1"), "5", 2, "5", RECEIPT_DELIVERED, "", "TLVs are believed before words" },
	{ 0x04, BYTES("id:9 stat:DELIVRD err:0"), "5", 5, "5", RECEIPT_FAILED, "UNDELIV network 3 error 11", "also with their error" },
	{ 0x04, BYTES("id: stat:DELIVRD err:0"), "5", NO_STATE, "5", RECEIPT_DELIVERED, "", "the id in a TLV, the state in words" },
	{ 0x04, BYTES("id:5 err:0"), "", 2, "5", RECEIPT_DELIVERED, "", "the state in a TLV, the id in words" },
	{ 0x04, BYTES("id:5 stat:DELIVRD"), "", 42, "5", RECEIPT_DELIVERED, "", "a state that is none leaves it to the words" },
	/* marks */
	{ 0x20, BYTES("id:5 stat:ENROUTE"), "", NO_STATE, "5", RECEIPT_PENDING, "", "an intermediate notification" },
	{ 0x20, BYTES("id:5 stat:UNDELIV err:5"), "", NO_STATE, "5", RECEIPT_PENDING, "", "in which a failure isn't final" },
	{ 0x20, BYTES("id:5 stat:DELIVRD"), "", NO_STATE, "5", RECEIPT_DELIVERED, "", "but an arrival is" },
	{ 0x24, BYTES("id:5 stat:UNDELIV"), "", NO_STATE, "5", RECEIPT_FAILED, "UNDELIV", "both marks: it is final" },
	{ 0x0C, BYTES("id:5 stat:UNDELIV"), "", NO_STATE, "5", RECEIPT_FAILED, "UNDELIV", "receipt and acknowledgement" },
	{ 0x08, BYTES("id:5 stat:UNDELIV"), "", NO_STATE, "5", RECEIPT_FAILED, "UNDELIV", "a phone's acknowledgement says what it says" },
	{ 0x08, BYTES(""), "5", NO_STATE, "5", RECEIPT_DELIVERED, "", "and without words that it arrived" },
	{ 0x10, BYTES("OK"), "5", NO_STATE, "5", RECEIPT_DELIVERED, "", "so does a person's" },
	{ 0x00, BYTES("id:5 sub:001 dlvrd:001 submit date:2611241842 done date:2611241843 stat:DELIVRD err:000 text:"), "", NO_STATE, "5",
	  RECEIPT_DELIVERED, "", "the mark lost, the words of a receipt" },
	/* none */
	{ 0x04, BYTES("Your message was delivered"), "", NO_STATE, NULL, RECEIPT_UNKNOWN, "", "words of an SMSC that name no id" },
	{ 0x04, BYTES(""), "", 2, NULL, RECEIPT_UNKNOWN, "", "a state of nothing" },
	{ 0x04, BYTES("stat:DELIVRD"), "", NO_STATE, NULL, RECEIPT_UNKNOWN, "", "the same in words" },
};

/* What is a text all the same. */
static const struct {
	uint8_t esm_class;
	const char *text, *tlv_id;
	const char *promise;
} texts[] = {
	{ 0x00, "Rupa na putu", "", "a text is no receipt" },
	{ 0x00, "Rupa na putu", "5", "nor with an id of its own" },
	{ 0x00, "id: 5 je moj broj", "", "nor one that begins like one" },
	{ 0x08, "Hvala", "", "nor an acknowledgement in a person's words" },
	{ 0x10, "Hvala", "", "of his own hand" },
	{ 0x18, "", "5", "nor a conversation broken off" },
	{ 0x40, "\x05", "", "nor a UDH of nothing" },
};

static const struct {
	const char *date;
	int64_t at_ms;
	const char *promise;
} dates[] = {
	{ "1795552633",       INT64_C(1795552633000), "a Unix time" },
	{ "1795552633123",    INT64_C(1795552633123), "in milliseconds" },
	{ "2611241843",       0, "a calendar's time, whose zone nobody tells" },
	{ "261124184359",     0, "with seconds" },
	{ "20261124184359",   0, "with a century" },
	{ "2026-11-24 18:43", 0, "with a blank" },
	{ "261124184300000+", 0, "of SMPP" },
	{ "yesterday",        0, "none at all" },
	{ "",                 0, "nothing" },
};
/* clang-format on */

static struct smpp_pdu receipt_of(uint8_t esm_class, struct bytes text, const char *id)
{
	struct smpp_pdu pdu = { .id = SMPP_DELIVER_SM };

	pdu.message.esm_class = esm_class;
	pdu.message.text = text;
	if (id[0] != '\0')
		pdu.tlvs[pdu.n_tlvs++] =
			(struct smpp_tlv){ SMPP_TAG_RECEIPTED_MESSAGE_ID, bytes_of(id) };
	return pdu;
}

static void each_form(void)
{
	struct arena *a = arena_new((size_t)64 * 1024);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct smpp_pdu pdu = receipt_of(rows[i].esm_class, rows[i].text, rows[i].tlv_id);
		struct receipt r = { 0 };
		int err;

		if (rows[i].tlv_state != NO_STATE) {
			pdu.tlvs[pdu.n_tlvs++] =
				(struct smpp_tlv){ SMPP_TAG_MESSAGE_STATE,
						   bytes_at(&rows[i].tlv_state, 1) };
			pdu.tlvs[pdu.n_tlvs++] = (struct smpp_tlv){ SMPP_TAG_NETWORK_ERROR_CODE,
								    bytes_at("\3\0\13", 3) };
		}
		ok(smpp_receipt_is(&pdu), "%s: a receipt", rows[i].promise);
		err = smpp_receipt_read(&pdu, a, &r);
		is_int(err, rows[i].id == NULL ? ERR_NOENT : ERR_OK, "… that can%s be read",
		       rows[i].id == NULL ? "'t" : "");
		if (rows[i].id == NULL)
			continue;
		is_text(r.remote_id, rows[i].id, "… of this text");
		ok(r.state == rows[i].state, "… which is %s, not %s",
		   receipt_state_text(rows[i].state), receipt_state_text(r.state));
		is_text(r.error, rows[i].error, "… in these words");
	}
	arena_free(&a);
}

static void no_receipts(void)
{
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct smpp_pdu pdu =
			receipt_of(texts[i].esm_class, bytes_of(texts[i].text), texts[i].tlv_id);

		ok(!smpp_receipt_is(&pdu), "%s", texts[i].promise);
	}
}

static void when(void)
{
	struct arena *a = arena_new((size_t)64 * 1024);
	char text[100];

	for (size_t i = 0; i < ARRAY_LEN(dates); i++) {
		struct receipt r = { 0 };
		struct smpp_pdu pdu;
		struct wr w = wr_of(text, sizeof(text));

		wr_put(&w, bytes_of("id:5 done date:"));
		wr_put(&w, bytes_of(dates[i].date));
		wr_put(&w, bytes_of(" stat:DELIVRD err:000"));
		pdu = receipt_of(0x04, wr_bytes(&w), "");
		ok(smpp_receipt_read(&pdu, a, &r) == ERR_OK && r.at.ms == dates[i].at_ms &&
			   r.state == RECEIPT_DELIVERED && bytes_is(r.remote_id, "5"),
		   "%s", dates[i].promise);
	}
	arena_free(&a);
}

static void wide_and_cut(void)
{
	static const uint8_t wide[] = { 0, 'i', 0, 'd', 0, ':', 0, '5', 0, ' ', 0, 's',
					0, 't', 0, 'a', 0, 't', 0, ':', 0, 'D', 0, 'E',
					0, 'L', 0, 'I', 0, 'V', 0, 'R', 0, 'D' };
	static const char text[] =
		"id:5 sub:001 dlvrd:001 submit date:2611241842 done date:2611241843 "
		"stat:UNDELIV err:011 text:Rupa na putu";
	struct smpp_pdu pdu = receipt_of(0x04, bytes_at(wide, sizeof(wide)), "");
	struct arena *a = arena_new((size_t)256 * 1024);
	size_t n_wrong = 0;
	struct receipt r;

	pdu.message.data_coding = 8;
	ok(smpp_receipt_read(&pdu, a, &r) == ERR_OK && bytes_is(r.remote_id, "5") &&
		   r.state == RECEIPT_DELIVERED,
	   "a receipt in UCS-2 is read");
	for (size_t len = 0; len < sizeof(text); len++) {
		pdu = receipt_of(0x04, bytes_at(text, len), "");
		if (smpp_receipt_read(&pdu, a, &r) != ERR_OK)
			n_wrong += len >= 4;
		else
			n_wrong += r.state == RECEIPT_DELIVERED &&
				   len > sizeof("id:5 sub:001 dlvrd:001 submit date:2611241842 "
						"done date:2611241843 stat:");
	}
	is_int((long long)n_wrong, 0,
	       "one that is cut anywhere keeps its id, and is never better than it was");
	arena_free(&a);
}

int main(void)
{
	plan(0);
	each_form();
	no_receipts();
	when();
	wide_and_cut();
	return done_testing();
}
