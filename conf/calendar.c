/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conf/calendar.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "parsers/err.h"

#define DAY_SECONDS 86400

/* The C library takes an unknown name for UTC in silence, so the zone's file is looked for first. */
int calendar_set_zone(const char *name)
{
	char path[PATH_MAX];

	if (name[0] == '/' || strstr(name, "..") != NULL)
		return ERR_INVALID;
	snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
	if (name[0] == '\0' || access(path, R_OK) != 0)
		return ERR_INVALID;
	if (setenv("TZ", name, 1) != 0)
		return ERR_NOMEM;
	tzset();
	return ERR_OK;
}

static struct tm tm_of(struct wall at)
{
	time_t seconds = (time_t)(at.ms / SECOND_MS);
	struct tm tm = { 0 };

	localtime_r(&seconds, &tm);
	return tm;
}

static struct wall wall_of(struct tm *tm)
{
	tm->tm_isdst = -1;
	return (struct wall){ .ms = (int64_t)mktime(tm) * SECOND_MS };
}

struct local_time calendar_local(struct wall at)
{
	struct tm tm = tm_of(at);

	return (struct local_time){
		.year = tm.tm_year + 1900,
		.month = tm.tm_mon + 1,
		.day = tm.tm_mday,
		.hour = tm.tm_hour,
		.minute = tm.tm_min,
		.second = tm.tm_sec,
	};
}

struct wall calendar_next_hour(struct wall at, unsigned hour)
{
	struct tm tm = tm_of(at);
	struct wall when;

	if (tm.tm_hour == (int)hour && tm.tm_min == 0 && tm.tm_sec == 0)
		return at;
	if (tm.tm_hour >= (int)hour)
		tm.tm_mday++;
	tm.tm_hour = (int)hour;
	tm.tm_min = 0;
	tm.tm_sec = 0;
	when = wall_of(&tm);
	return when;
}

bool calendar_in_hours(struct wall at, unsigned from, unsigned to)
{
	unsigned hour = (unsigned)tm_of(at).tm_hour;

	if (from <= to)
		return hour >= from && hour < to;
	return hour >= from || hour < to;
}

/* A local date's number: the days of that date as if it were UTC, so that each local day has one. */
uint32_t calendar_day(struct wall at)
{
	struct tm tm = tm_of(at);

	tm.tm_hour = 12;
	tm.tm_min = 0;
	tm.tm_sec = 0;
	return (uint32_t)(timegm(&tm) / DAY_SECONDS);
}

uint32_t calendar_month(struct wall at)
{
	struct tm tm = tm_of(at);

	return (uint32_t)((tm.tm_year - 70) * 12 + tm.tm_mon);
}

struct wall calendar_day_begins(uint32_t day)
{
	time_t noon = (time_t)day * DAY_SECONDS + DAY_SECONDS / 2;
	struct tm tm = { 0 };

	gmtime_r(&noon, &tm);
	tm.tm_hour = 0;
	return wall_of(&tm);
}

struct wall calendar_month_begins(uint32_t month)
{
	struct tm tm = { .tm_year = 70 + (int)(month / 12),
			 .tm_mon = (int)(month % 12),
			 .tm_mday = 1 };

	return wall_of(&tm);
}
