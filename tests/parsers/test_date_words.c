/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/date_words.h"

#include <stdio.h>
#include <string.h>

#include "parsers/err.h"
#include "tests/tap.h"

/* All of it is read on Tuesday, 24 November 2026. */
/* clang-format off */
static const struct {
	const char *text;
	const char *want; /* NULL: no day; "": one that doesn't exist */
	const char *rest;
} rows[] = {
	{ "15.12.2026", "2026-12-15", "" },                { "15. 12. 2026.", "2026-12-15", "." },
	{ "15.12.26", "2026-12-15", "" },                  { "15.12.", "2026-12-15", "." },
	{ "15. 12. stigne deo", "2026-12-15", ". stigne deo" }, { "15/12/2026", "2026-12-15", "" },
	{ "15-12-2026", "2026-12-15", "" },                { "2026-12-15", "2026-12-15", "" },
	{ "2026. 12. 15.", "2026-12-15", "." },            { "12. 15.", "2026-12-15", "." },
	{ "do 15.12. jer čekamo deo", "2026-12-15", ". jer čekamo deo" },
	{ "15.12. 10h", "2026-12-15", ". 10h" },           { "15.12.2026. godine u 10", "2026-12-15", " u 10" },
	{ "24.11.", "2026-11-24", "." },                   { "23.11.", "2027-11-23", "." },
	{ "23.11.2026", "2026-11-23", "" },                { "29.2.", "2028-02-29", "." },
	{ "15. decembra", "2026-12-15", "" },              { "15. децембра 2026.", "2026-12-15", "." },
	{ "15 decembar", "2026-12-15", "" },               { "15-og decembra", "2026-12-15", "" },
	{ "3. prosinca", "2026-12-03", "" },               { "1. siječnja", "2027-01-01", "" },
	{ "15. decembra 2026", "2026-12-15", "" },         { "1. januára", "2027-01-01", "" },
	{ "december 15.", "2026-12-15", "." },             { "december 15-ig", "2026-12-15", "" },
	{ "2026. december 15.", "2026-12-15", "." },       { "dec. 15.", "2026-12-15", "." },
	{ "December 15", "2026-12-15", "" },               { "Dec 15, 2026", "2026-12-15", "" },
	{ "15th of December", "2026-12-15", "" },          { "until 15 December 2026", "2026-12-15", "" },
	{ "danas", "2026-11-24", "" },                     { "sutra", "2026-11-25", "" },
	{ "сутра", "2026-11-25", "" },                     { "prekosutra", "2026-11-26", "" },
	{ "zajtra", "2026-11-25", "" },                    { "holnap", "2026-11-25", "" },
	{ "holnapután", "2026-11-26", "" },                { "tomorrow morning", "2026-11-25", " morning" },
	{ "za 3 dana", "2026-11-27", "" },                 { "3 dana", "2026-11-27", "" },
	{ "za tri dana", "2026-11-27", "" },               { "за 10 дана", "2026-12-04", "" },
	{ "za nedelju dana", "2026-12-01", "" },           { "za 2 nedelje", "2026-12-08", "" },
	{ "za tjedan", "2026-12-01", "" },                 { "za mesec dana", "2026-12-24", "" },
	{ "o 3 dni", "2026-11-27", "" },                   { "o týždeň", "2026-12-01", "" },
	{ "3 nap múlva", "2026-11-27", "" },               { "egy hét múlva", "2026-12-01", "" },
	{ "in 3 days", "2026-11-27", "" },                 { "in a week", "2026-12-01", "" },
	{ "u petak", "2026-11-27", "" },                   { "до петка", "2026-11-27", "" },
	{ "do utorka", "2026-12-01", "" },                 { "u nedelju", "2026-11-29", "" },
	{ "za nedelju", "2026-11-29", "" },                { "do piatku", "2026-11-27", "" },
	{ "péntekig", "2026-11-27", "" },                  { "by Friday", "2026-11-27", "" },
	{ "30.2.2027", "", "" },                           { "31.4.", "", "" },
	{ "0.12.", NULL, "" },                             { "32.12.", "", "" },
	{ "2026-13-32", "", "" },                          { "15.12.1900", "", "" },
	{ "", NULL, "" },                                  { "majstora", NULL, "" },
	{ "15", NULL, "" },                                { "15 majstora", NULL, "" },
	{ "za 100000 dana", NULL, "" },                    { "za 99999999999999999999 dana", NULL, "" },
	{ "nekad", NULL, "" },                             { "do", NULL, "" },
	{ "decembra", NULL, "" },                          { "2026", NULL, "" },
	{ "stigne deo 15.12.", NULL, "" },                 { "?15.12.", NULL, "" },
};
/* clang-format on */

static void test_rows(struct arena *a, uint32_t today)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct folded f;
		uint32_t day = 0, want = 0;
		size_t end = 0;
		int year, month, dom, err;

		arena_reset(a);
		fold_text(a, bytes_of(rows[i].text), &f);
		err = date_words_read(&f, today, &day, &end);
		if (rows[i].want == NULL || rows[i].want[0] == '\0') {
			ok(err == (rows[i].want == NULL ? ERR_NOENT : ERR_INVALID),
			   "'%s' is no day", rows[i].text);
			continue;
		}
		sscanf(rows[i].want, "%d-%d-%d", &year, &month, &dom);
		ok(date_day(year, month, dom, &want) == ERR_OK && err == ERR_OK && day == want,
		   "'%s' is %s", rows[i].text, rows[i].want);
		is_text(folded_original(&f, end, f.text.len), rows[i].rest, "what stands behind");
	}
}

static void test_counting(void)
{
	uint32_t day;

	ok(date_day(1970, 1, 1, &day) == ERR_OK && day == 0, "days are counted from 1970");
	ok(date_day(2000, 3, 1, &day) == ERR_OK && day == 11017, "with the leap days");
	ok(date_year(day) == 2000 && date_year(0) == 1970, "and a day knows its year");
	ok(date_day(2024, 12, 31, &day) == ERR_OK && date_year(day) == 2024 &&
		   date_year(day + 1) == 2025,
	   "to its last day");
	ok(date_day(2100, 2, 29, &day) == ERR_INVALID, "2100 is no leap year");
	ok(date_day(1969, 12, 31, &day) == ERR_INVALID && date_day(2026, 0, 1, &day) == ERR_INVALID,
	   "what isn't a day is none");
}

int main(void)
{
	struct arena *a = arena_new(1u << 20);
	uint32_t today = 0;

	plan(0);
	date_day(2026, 11, 24, &today);
	test_counting();
	test_rows(a, today);
	arena_free(&a);
	return done_testing();
}
