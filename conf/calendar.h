/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * calendar - local time of the town: years, days, hours; UTC everywhere else.
 *
 * The zone is the process's, set once at start (calendar_set_zone), because the
 * C library keeps it there; before that it is UTC.
 */
#ifndef CONF_CALENDAR_H
#define CONF_CALENDAR_H

#include <stdbool.h>

#include "parsers/clock.h"

struct local_time {
	int year;  /* 2026 */
	int month; /* 1 … 12 */
	int day;   /* 1 … 31 */
	int hour;  /* 0 … 23 */
	int minute;
	int second;
};

/* Once, before threads start. ERR_INVALID: the system knows no such zone. */
int calendar_set_zone(const char *name);
struct local_time calendar_local(struct wall at);
/* The next moment at or after `at` at which the local clock shows hour:00. */
struct wall calendar_next_hour(struct wall at, unsigned hour);
/* Whether the local hour lies in [from, to), also across midnight; from == to: never. */
bool calendar_in_hours(struct wall at, unsigned from, unsigned to);
/* Whole local days and months since 1970 began, for budgets by day and month. */
uint32_t calendar_day(struct wall at);
uint32_t calendar_month(struct wall at);
/* When local day / month number n begins. */
struct wall calendar_day_begins(uint32_t day);
struct wall calendar_month_begins(uint32_t month);

#endif
