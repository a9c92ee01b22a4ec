/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/kannel_form.h"

#include <string.h>

#include "parsers/err.h"
#include "tests/tap.h"

static const char whole[] =
	"key=S%2B1&id=0604b67d&from=%2B381641234567&to=1955&ts=1795552633&smsc=FAKE&coding=2"
	"&charset=UTF-16BE&dcs=08&udh=%05%00%03%4D%02%01&text=%04+%04%43%D8%3D%DE%00&acct=&meta=%"
	"3Fsmpp%3F";

static void test_text(struct arena *a)
{
	struct bytes words = BYTES_NONE;
	struct mo_form f;

	is_int(mo_form_decode(bytes_of(whole), a, &f), ERR_OK, "a request of Kannel is read");
	ok(f.faults == 0 && f.unknown == 0, "and nothing is wrong with it");
	is_text(f.fields[MO_KEY].value, "S+1", "a plus that is meant comes as %%2B");
	is_text(f.fields[MO_FROM].value, "+381641234567", "the sender");
	ok(bytes_eq(f.fields[MO_TEXT].value, bytes_at("\x04 \x04\x43\xD8\x3D\xDE\x00", 8)),
	   "a plus is octet 0x20, also inside UTF-16");
	ok(bytes_eq(f.fields[MO_UDH].value, bytes_at("\x05\x00\x03\x4D\x02\x01", 6)),
	   "octets of zero are octets");
	ok(f.at.ms == INT64_C(1795552633000) && f.coding == 2 && f.dcs == 8,
	   "time, coding and dcs are numbers");
	ok(f.fields[MO_ACCT].value.len == 0 && f.fields[MO_ACCT].faults == 0,
	   "an empty value is fine where it may be");
	ok(mo_form_words(&f, a, &words) == ERR_OK && words.len == 0, "there is nothing to say");
}

/* clang-format off */
static const struct {
	const char *query;
	enum mo_field field;
	unsigned faults;
	const char *value;
	const char *words; /* something that is said */
	const char *promise;
} rows[] = {
	{ "from=1&from=2",  MO_FROM,   FORM_DOUBLED,    "1",   "from stands twice", "of two the first counts" },
	{ "from=",          MO_FROM,   FORM_MISSING,    "",    "from is missing",   "an empty sender is missing" },
	{ "to=1",           MO_FROM,   FORM_MISSING,    "",    "from is missing",   "what isn't there is missing" },
	{ "text=",          MO_TEXT,   0,               "",    "key is missing",    "an empty text is a text" },
	{ "to=1",           MO_TEXT,   FORM_MISSING,    "",    "text is missing",   "no text at all is none" },
	{ "text=100%",      MO_TEXT,   FORM_BAD_CODE,   "100%","text has a %",      "a percent sign at the end stands for itself" },
	{ "text=%zz%4x%41", MO_TEXT,   FORM_BAD_CODE,   "%zz%4xA", "text has a %",  "broken codes stand for themselves, the rest is read" },
	{ "text=a=b",       MO_TEXT,   0,               "a=b", "key is missing",    "an equals sign in a value" },
	{ "ts=1e9",         MO_TS,     FORM_BAD_NUMBER, "1e9", "ts is no number",   "a time that is no number" },
	{ "ts=-5",          MO_TS,     FORM_BAD_NUMBER, "-5",  "ts is no number",   "a time before time" },
	{ "coding=3",       MO_CODING, FORM_BAD_NUMBER, "3",   "coding is no number", "a coding that isn't one of three" },
	{ "dcs=256",        MO_DCS,    FORM_BAD_NUMBER, "256", "dcs is no number",  "a dcs beyond an octet" },
	{ "dcs=12345",      MO_DCS,    FORM_BAD_NUMBER | FORM_TOO_LONG, "1234", "dcs is too long", "a value that is too long is cut" },
	{ "&&=&x&from",     MO_FROM,   FORM_MISSING,    "",    "from is missing",   "pieces that are no parameters" },
	{ "udh=%05%0",      MO_UDH,    FORM_BAD_CODE,   "\x05%0", "udh has a %",    "a header with a broken code" },
	{ "text=%FF%FE",    MO_TEXT,   0,               "\xFF\xFE", "key is missing", "octets needn't be text" },
};
/* clang-format on */

static void test_faults(struct arena *a)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bytes words = BYTES_NONE;
		struct mo_form f;

		ok(mo_form_decode(bytes_of(rows[i].query), a, &f) == ERR_OK &&
			   f.fields[rows[i].field].faults == rows[i].faults &&
			   bytes_is(f.fields[rows[i].field].value, rows[i].value),
		   "%s", rows[i].promise);
		mo_form_words(&f, a, &words);
		ok(words.ptr != NULL && strstr((const char *)words.ptr, rows[i].words) != NULL,
		   "… and words say: %s", rows[i].words);
	}
}

/* A citizen's text must not wait for a person because of what nobody reads. */
static void test_deciding(struct arena *a)
{
	struct mo_form f;

	ok(mo_form_decode(
		   bytes_of("key=S&id=u&from=1&coding=0&text=x&ts=z&dcs=z&meta=%&acct=1&acct=2"), a,
		   &f) == ERR_OK &&
		   f.faults == 0 && f.fields[MO_META].faults == FORM_BAD_CODE && f.at.ms == 0 &&
		   f.dcs == -1,
	   "faults of time, dcs and what is beside them don't keep a text from being read");
	ok(mo_form_decode(bytes_of("key=S&id=u&from=1&coding=0&text=%"), a, &f) == ERR_OK &&
		   f.faults == FORM_BAD_CODE,
	   "a fault of the text does");
	ok(mo_form_decode(bytes_of("key=S&id=&from=1&coding=0&text=x"), a, &f) == ERR_OK &&
		   f.faults == FORM_MISSING,
	   "so does a missing id, by which a repeat is told");
}

static void test_bounds(struct arena *a)
{
	static char query[200000] = "text=";
	struct arena *small = arena_new(100);
	struct mo_form f;

	memset(query + 5, 'x', sizeof(query) - 6);
	ok(mo_form_decode(bytes_of(query), a, &f) == ERR_OK &&
		   f.fields[MO_TEXT].faults == FORM_TOO_LONG &&
		   f.fields[MO_TEXT].value.len == 98304,
	   "a text longer than Kannel can join is cut and marked");
	ok(mo_form_decode(bytes_of("zz=1&yy=2"), a, &f) == ERR_OK && f.unknown == 2,
	   "strangers are counted");
	is_int(mo_form_decode(bytes_of(query), small, &f), ERR_LIMIT,
	       "the arena's cap is the one failure");
	arena_free(&small);
}

static void test_receipt(struct arena *a)
{
	struct bytes words = BYTES_NONE;
	struct dlr_form f;

	ok(dlr_form_decode(bytes_of("key=S&row=40177.0&d=34&f=7f3a21&a=NACK%2F0x45%2Fno&ts="
				    "1795552633&smsc=FAKE&id=u"),
			   a, &f) == ERR_OK &&
		   f.faults == 0 && f.status == 34 && f.at.ms == INT64_C(1795552633000),
	   "a receipt is read");
	is_text(f.fields[DLR_ROW].value, "40177.0", "it names our segment");
	is_text(f.fields[DLR_TEXT].value, "NACK/0x45/no", "and has the network's words");
	ok(dlr_form_decode(bytes_of("key=S&row=&d=x"), a, &f) == ERR_OK && f.status == -1 &&
		   f.fields[DLR_ROW].faults == FORM_MISSING &&
		   f.fields[DLR_STATUS].faults == FORM_BAD_NUMBER,
	   "a broken one says what is broken");
	dlr_form_words(&f, a, &words);
	is_text(words, "row is missing, d is no number that can be", "in words");
}

int main(void)
{
	struct arena *a = arena_new(1 << 22);

	plan(0);
	test_text(a);
	test_faults(a);
	test_deciding(a);
	test_bounds(a);
	test_receipt(a);
	arena_free(&a);
	return done_testing();
}
