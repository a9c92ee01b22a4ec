/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mail_date.h"

#include "parsers/err.h"
#include "tests/tap.h"

/* 2026-03-02T09:01:00Z */
#define THEN INT64_C(1772442060000)

/* clang-format off */
static const struct {
	const char *text;
	int64_t ms; /* 0: no date */
	const char *promise;
} rows[] = {
	{ "Mon, 02 Mar 2026 10:01:00 +0100",        THEN, "as RFC 5322 has it" },
	{ "Mon, 2 Mar 2026 10:01:00 +0100 (CET)",   THEN, "with a comment" },
	{ "2 Mar 2026 10:01 +0100",                 THEN, "without weekday and seconds" },
	{ "Mon, 02 Mar 2026 09:01:00 GMT",          THEN, "GMT" },
	{ "Mon, 02 Mar 2026 04:01:00 EST",          THEN, "an American zone" },
	{ "Mon, 02 Mar 2026 10:01:00 CET",          THEN, "ours" },
	{ "Mon, 02 Mar 2026 10:01:00 (CET)",        THEN, "ours, in brackets only" },
	{ "Mon, 02 Mar 2026 09:01:00 Z",            THEN, "Z" },
	{ "Mon, 02 Mar 2026 09:01:00 A",            THEN, "letters of soldiers say nothing" },
	{ "Mon, 02 Mar 2026 09:01:00",              THEN, "no zone is UTC" },
	{ "Mon, 02 Mar 2026 09:01:00 -0000",        THEN, "-0000" },
	{ "Mon, 02 Mar 2026 10:01:00 GMT+0100",     THEN, "GMT and an offset" },
	{ "Mon, 02 Mar 2026 10:01:00 +01:00",       THEN, "an offset with a colon" },
	{ "Mon, 02 Mar 26 10:01:00 +0100",          THEN, "a year of two digits" },
	{ "Mon, 02 Mar 126 10:01:00 +0100",         THEN, "of three" },
	{ "Mon,02 Mar 2026 10:01:00 +0100",         THEN, "no blank behind the comma" },
	{ "Monday, 02 March 2026 10:01:00 +0100",   THEN, "names in full" },
	{ "Mon Mar  2 10:01:00 2026 +0100",         THEN, "as asctime has it" },
	{ "2026-03-02T10:01:00+01:00",              THEN, "ISO 8601" },
	{ "2026-03-02T09:01:00.000Z",               THEN, "ISO 8601 with parts of a second" },
	{ "2026-03-02 10:01:00 +0100",              THEN, "nearly ISO 8601" },
	{ "02-Mar-2026 10:01:00 +0100",             THEN, "as IMAP has it" },
	{ "Mon, 02 Mar 2026 10.01.00 +0100",        THEN, "points in the time" },
	{ "Mon, 28 Feb 2028 23:59:60 +0000",        INT64_C(1835395199000), "a leap second" },
	{ "29 Feb 2028 00:00 +0000",                INT64_C(1835395200000), "a leap day" },
	{ "29 Feb 2026 00:00 +0000",                0, "no leap day" },
	{ "Mon, 32 Mar 2026 10:01:00 +0100",        0, "no such day" },
	{ "Mon, 02 Mar 2026 25:01:00 +0100",        0, "no such hour" },
	{ "Mon, 02 Mar 1926 10:01:00 +0100",        0, "before there was mail" },
	{ "yesterday",                              0, "words" },
	{ "",                                       0, "nothing" },
};
/* clang-format on */

int main(void)
{
	plan(ARRAY_LEN(rows));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct wall date = { 0 };
		int err = mail_date(bytes_of(rows[i].text), &date);

		if (err == ERR_OK || rows[i].ms == 0)
			is_int(date.ms, rows[i].ms, "'%s': %s", rows[i].text, rows[i].promise);
		else
			ok(false, "'%s': %s", rows[i].text, rows[i].promise);
	}
	return done_testing();
}
