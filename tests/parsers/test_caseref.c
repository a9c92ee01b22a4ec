/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/caseref.h"

#include "parsers/err.h"
#include "tests/tap.h"

static const struct bytes sp = BYTES("SP");

/* clang-format off */
static const struct {
	const char *text;
	const char *number; /* NULL: none */
	const char *promise;
} finds[] = {
	{ "SP-2026-000123",                  "SP-2026-000123",    "as we write it" },
	{ "moj broj je sp-2026-123, hvala",  "SP-2026-000123",    "small letters, few digits, in a sentence" },
	{ "СП-2026-000123",                  "SP-2026-000123",    "Cyrillic by sound" },
	{ "сп 2026 123",                     "SP-2026-000123",    "blanks" },
	{ "ЅР-2026-5",                       "SP-2026-000005",    "Cyrillic by shape" },
	{ "SP – 2026 — 7",                   "SP-2026-000007",    "other dashes with blanks around" },
	{ "SP2026000123",                    "SP-2026-000123",    "nothing between" },
	{ "SP2026-77",                       "SP-2026-000077",    "nothing behind the prefix" },
	{ "sp/2026/123.",                    "SP-2026-000123",    "strokes, and the sentence ends" },
	{ "SP_2026_123",                     "SP-2026-000123",    "lines below" },
	{ "[SP-2026-000123 sabcdef]",        "SP-2026-000123",    "in a subject's tag" },
	{ "šp-2026-1",                       "SP-2026-000001",    "a phone that corrects letters" },
	{ "SP-2026-123456789",               "SP-2026-123456789", "nine digits" },
	{ "SP-2026-1234567890",              NULL,                "not ten" },
	{ "SP-2026-0",                       NULL,                "there is no number 0" },
	{ "SP-1999-1",                       NULL,                "nor a case of another century" },
	{ "SP-202-000123",                   NULL,                "a year has four digits" },
	{ "SP202612345",                     NULL,                "too few digits to tell year from number" },
	{ "SP-2026",                         NULL,                "a year is no case" },
	{ "ASP-2026-1",                      NULL,                "a word that ends like the prefix" },
	{ "čSP-2026-1",                      NULL,                "also with letters beyond ASCII" },
	{ "XX-2026-000123",                  NULL,                "another town's number" },
	{ "",                                NULL,                "nothing" },
	{ "SP SP-2026-9",                    "SP-2026-000009",    "a false start" },
	{ "„SP-2026-9“",                     "SP-2026-000009",    "in quotation marks" },
	{ "\xFFSP-2026-9\xFF",               "SP-2026-000009",    "in octets that aren't text" },
};

static const struct {
	const char *text;
	const char *number;
	const char *promise;
} bares[] = {
	{ "123",             "SP-2026-000123", "a bare number is of this year" },
	{ " #000123. ",      "SP-2026-000123", "signs around it" },
	{ "2025-44",         "SP-2025-000044", "with its year" },
	{ "2025000044",      "SP-2025-000044", "with its year, nothing between" },
	{ "SP-2025-000044",  "SP-2025-000044", "in full" },
	{ "сп 44",           "SP-2026-000044", "a prefix without a year" },
	{ "2026",            "SP-2026-002026", "a number that looks like a year" },
	{ "123?",            "SP-2026-000123", "asked" },
	{ "123 hvala",       NULL,             "a number and words are no number" },
	{ "1234567890",      NULL,             "ten digits that are no year" },
	{ "0",               NULL,             "there is no number 0" },
	{ "",                NULL,             "nothing" },
	{ "hvala",           NULL,             "a word" },
};

static const struct {
	const char *text;
	bool is_fine;
} canonical[] = {
	{ "SP-2026-000123", true }, { "PECINCI-2099-123456789", true }, { "SP-2026-1000000", true },
	{ "SP-2026-0001234", false }, { "SP-2026-123", false }, { "sp-2026-000123", false },
	{ "SP-2026-000000", false }, { "SP-2026-000123 ", false }, { "SP-26-000123", false },
	{ "-2026-000123", false }, { "SP--2026-000123", false }, { "", false }, { "SP-2026--00123", false },
};
/* clang-format on */

static void check(struct bytes got, const char *want, const char *text, const char *promise)
{
	if (want == NULL)
		ok(got.ptr == NULL, "\"%s\": %s", text, promise);
	else
		is_text(got, want, "\"%s\": %s", text, promise);
}

static void test_finding(struct arena *a)
{
	struct bytes rest = bytes_of("Re: [SP-2026-000123] i SP-2026-7"), number = BYTES_NONE;

	for (size_t i = 0; i < ARRAY_LEN(finds); i++) {
		struct bytes got = BYTES_NONE;
		int err = caseref_find(bytes_of(finds[i].text), sp, a, &got);

		check(got, finds[i].number, finds[i].text, finds[i].promise);
		if (err != (finds[i].number == NULL ? ERR_NOENT : ERR_OK))
			ok(false, "… with the error %s", err_text(err));
	}
	caseref_find_next(&rest, sp, a, &number);
	is_text(number, "SP-2026-000123", "the first of two");
	caseref_find_next(&rest, sp, a, &number);
	is_text(number, "SP-2026-000007", "the second of two");
	is_int(caseref_find_next(&rest, sp, a, &number), ERR_NOENT, "no third");
	is_int(caseref_find(bytes_of("sp-2026-1"), bytes_of("sp"), a, &number), ERR_LIMIT,
	       "a prefix is of capital letters");
}

static void test_bare(struct arena *a)
{
	for (size_t i = 0; i < ARRAY_LEN(bares); i++) {
		struct bytes got = BYTES_NONE;

		caseref_bare(bytes_of(bares[i].text), sp, 2026, a, &got);
		check(got, bares[i].number, bares[i].text, bares[i].promise);
	}
}

static void test_canonical(void)
{
	char buf[CASEREF_SIZE];
	uint32_t n = 0;
	int year = 0;

	for (size_t i = 0; i < ARRAY_LEN(canonical); i++)
		is_int(caseref_parse(bytes_of(canonical[i].text), NULL, NULL),
		       canonical[i].is_fine ? ERR_OK : ERR_INVALID, "\"%s\" is %s",
		       canonical[i].text, canonical[i].is_fine ? "canonical" : "not canonical");
	ok(caseref_format(bytes_of("ABCDEFGH"), 2026, CASEREF_NUMBER_MAX, buf) == ERR_OK &&
		   caseref_parse(bytes_of(buf), &year, &n) == ERR_OK && year == 2026 &&
		   n == CASEREF_NUMBER_MAX,
	   "the longest number is read as it is written");
	ok(caseref_format(sp, 2026, 0, buf) == ERR_LIMIT &&
		   caseref_format(sp, 1999, 1, buf) == ERR_LIMIT &&
		   caseref_format(bytes_of("ABCDEFGHI"), 2026, 1, buf) == ERR_LIMIT &&
		   caseref_format(BYTES_NONE, 2026, 1, buf) == ERR_LIMIT,
	   "what is out of range isn't written");
}

int main(void)
{
	struct arena *a = arena_new(1 << 16);

	plan(0);
	test_finding(a);
	test_bare(a);
	test_canonical();
	arena_free(&a);
	return done_testing();
}
