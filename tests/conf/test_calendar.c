/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_calendar - local hours, days and months, also where the clock changes. */
#include "conf/calendar.h"

#include "parsers/err.h"
#include "tests/tap.h"

/* 2026 in Belgrade: on 29 March at 01:00 UTC 02:00 becomes 03:00, on 25 October at 01:00 UTC 03:00 becomes 02:00. */
#define MARCH   INT64_C(1774746000000)
#define OCTOBER INT64_C(1792890000000)
#define AROUND  (2 * DAY_MS)

/* clang-format off */
static const struct {
	int64_t at;
	unsigned hour;
	int64_t want;
	const char *promise;
} hours[] = {
	{ MARCH - HOUR_MS,       7, MARCH + 4 * HOUR_MS,    "seven o'clock comes an hour sooner in March" },
	{ OCTOBER - 2 * HOUR_MS, 7, OCTOBER + 5 * HOUR_MS,  "and an hour later in October" },
	{ MARCH - HOUR_MS,       2, MARCH,                  "an hour that is skipped comes when the clock jumps" },
	{ OCTOBER - HOUR_MS,     2, OCTOBER - HOUR_MS,      "an hour that comes twice is the first one" },
	{ OCTOBER,               3, OCTOBER + HOUR_MS,      "what is behind it comes after both" },
};
/* clang-format on */

static void next_hours(void)
{
	bool is_soon = true, shows_it = true;

	for (size_t i = 0; i < ARRAY_LEN(hours); i++)
		is_int(calendar_next_hour((struct wall){ hours[i].at }, hours[i].hour).ms,
		       hours[i].want, "%s", hours[i].promise);
	for (int64_t at = MARCH - AROUND; at < MARCH + AROUND; at += 13 * MINUTE_MS + 7) {
		for (unsigned hour = 0; hour < 24; hour++) {
			struct wall next = calendar_next_hour((struct wall){ at }, hour);

			is_soon &= next.ms >= at && next.ms - at <= 25 * HOUR_MS;
			shows_it &= hour == 2 || calendar_local(next).hour == (int)hour;
		}
	}
	ok(is_soon, "the next hour is never behind us, nor further than a day");
	ok(shows_it, "and the clock shows it then");
}

static void windows(void)
{
	bool days = true, months = true;

	for (uint32_t day = 20450; day < 20850; day++) {
		struct wall begins = calendar_day_begins(day);

		days &= calendar_day(begins) == day &&
			calendar_day((struct wall){ begins.ms - 1 }) == day - 1;
	}
	for (uint32_t month = 600; month < 720; month++) {
		struct wall begins = calendar_month_begins(month);

		months &= calendar_month(begins) == month &&
			  calendar_month((struct wall){ begins.ms - 1 }) == month - 1;
	}
	ok(days, "a local day begins where the one before ends, all year");
	ok(months, "so does a month, ten years long");
	is_int(calendar_day_begins(calendar_day((struct wall){ MARCH }) + 1).ms -
		       calendar_day_begins(calendar_day((struct wall){ MARCH })).ms,
	       23 * HOUR_MS, "the day of the change in March has 23 hours");
}

static void ranges(void)
{
	/* 23:30 and 06:59 in winter are 22:30 and 05:59 UTC. */
	struct wall night = { MARCH - 26 * HOUR_MS - 30 * MINUTE_MS },
		    noon = { MARCH - 14 * HOUR_MS };

	ok(calendar_in_hours(night, 22, 7), "half past eleven lies between 22 and 7");
	ok(!calendar_in_hours(noon, 22, 7), "noon doesn't");
	ok(!calendar_in_hours(night, 7, 7), "from seven to seven is never");
}

int main(void)
{
	plan(0);
	is_int(calendar_set_zone("Europe/Nowhere"), ERR_INVALID, "an unknown zone is refused");
	is_int(calendar_set_zone("../etc/passwd"), ERR_INVALID, "so is a path");
	is_int(calendar_set_zone("Europe/Belgrade"), ERR_OK, "Belgrade is known");
	next_hours();
	windows();
	ranges();
	return done_testing();
}
