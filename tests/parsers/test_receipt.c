/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/receipt.h"

#include "parsers/err.h"
#include "tests/tap.h"

/* clang-format off */
static const struct {
	int status;
	const char *text;
	enum receipt_state state;
	const char *error;
	const char *promise;
} statuses[] = {
	{ 8,  "",                                 RECEIPT_ACCEPTED,  "", "8: the SMSC took it" },
	{ 8,  "ACK/",                             RECEIPT_ACCEPTED,  "", "8 with ACK" },
	{ 16, "NACK/0x00000045/Submit failed",    RECEIPT_REFUSED,   "NACK/0x00000045/Submit failed", "16: refused, with the network's words" },
	{ 16, "",                                 RECEIPT_REFUSED,   "refused", "16 without words" },
	{ 1,  "id:7 stat:DELIVRD err:000",        RECEIPT_DELIVERED, "", "1: delivered" },
	{ 1,  "",                                 RECEIPT_DELIVERED, "", "1 without words, as the fake SMSC says it" },
	{ 4,  "id:7 stat:ACCEPTD",                RECEIPT_PENDING,   "", "4: not final" },
	{ 2,  "id:7 stat:UNDELIV err:011 text:x", RECEIPT_FAILED,    "UNDELIV err:011", "2: failed, without the person's own words" },
	{ 2,  "id:7 stat:EXPIRED",                RECEIPT_FAILED,    "EXPIRED", "2: expired" },
	{ 2,  "id:7 stat:UNKNOWN err:000",        RECEIPT_UNKNOWN,   "UNKNOWN err:000", "2 with UNKNOWN isn't known to be failed" },
	{ 2,  "id:7 stat:XYZ",                    RECEIPT_UNKNOWN,   "XYZ", "2 with a word that nobody knows isn't either" },
	{ 2,  "id:7 stat:delivrd",                RECEIPT_PENDING,   "", "2 with a small-letter word is not final" },
	{ 2,  "id:7 stat:ENROUTE",                RECEIPT_PENDING,   "", "2 with ENROUTE is not final" },
	{ 2,  "",                                 RECEIPT_FAILED,    "failed", "2 without words is failed" },
	{ 34, "",                                 RECEIPT_FAILED,    "expired", "34: expired" },
	{ 66, "",                                 RECEIPT_UNKNOWN,   "unknown", "66: unknown" },
	{ 0,  "",                                 RECEIPT_UNKNOWN,   "a receipt without a status", "0 says nothing" },
	{ -1, "",                                 RECEIPT_UNKNOWN,   "a receipt without a status", "absent says nothing" },
	{ 16, "\xFF\x01",                         RECEIPT_REFUSED,   "refused", "words that can't be read aren't shown" },
};

static const struct {
	const char *text;
	const char *id, *stat, *err, *done; /* id NULL: no receipt */
	enum receipt_state state;
	bool is_receipt; /* also when it comes as an ordinary text */
	const char *promise;
} texts[] = {
	{ "id:0000000d sub:001 dlvrd:001 submit date:2611241842 done date:2611241843 stat:DELIVRD err:000 text:Rupa na",
	  "0000000d", "DELIVRD", "000", "2611241843", RECEIPT_DELIVERED, true, "as the standard writes it" },
	{ "id:5 submit date:261124184200 done date:1795552633 stat:EXPIRED err:0", "5", "EXPIRED", "0", "1795552633",
	  RECEIPT_FAILED, true, "without sub and dlvrd, dates of other lengths" },
	{ "stat:REJECTD id:a1 err:0A1 Done Date:2026-11-24 18:42", "a1", "REJECTD", "0A1", "2026-11-24 18:42",
	  RECEIPT_FAILED, false, "in another order, with a date that holds a blank" },
	{ "ID:5 STAT:UNDELIV ERR:001 Text:", "5", "UNDELIV", "001", "", RECEIPT_FAILED, true, "keys in capitals" },
	{ "stat:DELIVRD", "", "DELIVRD", "", "", RECEIPT_DELIVERED, false, "no id: it is somewhere else" },
	{ "id: stat:DELIVRD err:000", "", "DELIVRD", "000", "", RECEIPT_DELIVERED, false, "an empty id" },
	{ "id:5 stat:DELI", "5", "DELI", "", "", RECEIPT_UNKNOWN, false, "cut in the middle" },
	{ "id:1 stat:UNDELIV err:001 text:stat:DELIVRD id:2", "1", "UNDELIV", "001", "", RECEIPT_FAILED, true,
	  "a person's own words decide nothing" },
	{ "text:id:1 stat:DELIVRD", NULL, "", "", "", RECEIPT_UNKNOWN, false, "nothing but a person's words" },
	{ "id:1 id:2 stat:DELIVRD stat:UNDELIV err:1", "1", "DELIVRD", "1", "", RECEIPT_DELIVERED, true, "the first of a key counts" },
	{ "id: 5 je moj broj predmeta", "5", "", "", "", RECEIPT_UNKNOWN, false, "a person who writes id:" },
	{ "moj id:5 stat:DELIVRD err:0", "5", "DELIVRD", "0", "", RECEIPT_DELIVERED, false, "a person who quotes a receipt" },
	{ "grid:5 restat:DELIVRD", NULL, "", "", "", RECEIPT_UNKNOWN, false, "keys begin words" },
	{ "Rupa na putu", NULL, "", "", "", RECEIPT_UNKNOWN, false, "a text" },
	{ "", NULL, "", "", "", RECEIPT_UNKNOWN, false, "nothing" },
};
/* clang-format on */

static void test_statuses(void)
{
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
		struct receipt r = { .row = 7 };

		receipt_of_kannel(statuses[i].status, bytes_of(statuses[i].text), &r);
		is_text(r.error, statuses[i].error, "%s", statuses[i].promise);
		ok(r.state == statuses[i].state && r.row == 7, "… is %s",
		   receipt_state_text(statuses[i].state));
	}
}

static void test_texts(void)
{
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct receipt_text t = { 0 };
		int err = receipt_text_parse(bytes_of(texts[i].text), &t);

		is_int(receipt_text_is(bytes_of(texts[i].text)), texts[i].is_receipt,
		       "%s: as an ordinary text it is %s", texts[i].promise,
		       texts[i].is_receipt ? "a receipt" : "a text");
		if (texts[i].id == NULL) {
			is_int(err, ERR_NOENT, "… and holds no receipt");
			continue;
		}
		ok(err == ERR_OK && bytes_is(t.id, texts[i].id) &&
			   bytes_is(t.stat, texts[i].stat) && bytes_is(t.err, texts[i].err) &&
			   bytes_is(t.done_date, texts[i].done) && t.state == texts[i].state,
		   "… and each value is read");
	}
}

static void test_rows(void)
{
	static const char *const bad[] = { "",     "7",    "7.",    ".0",
					   "0.0",  "07.0", "7.00",  "7.256",
					   "7.0 ", "-7.0", "7.0.0", "99999999999999999999.0" };
	char buf[RECEIPT_ROW_SIZE];
	struct receipt r = { 0 };

	receipt_row_format(UINT64_MAX, 254, buf);
	ok(receipt_row_parse(bytes_of(buf), &r) == ERR_OK && r.row == UINT64_MAX &&
		   r.segment == 254,
	   "the largest name of a segment is read as it is written");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		is_int(receipt_row_parse(bytes_of(bad[i]), &r), ERR_INVALID,
		       "\"%s\" is no name of ours", bad[i]);
}

int main(void)
{
	plan(0);
	test_statuses();
	test_texts();
	test_rows();
	return done_testing();
}
