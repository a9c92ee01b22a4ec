/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mail_date.h"

#include <string.h>
#include <strings.h>

#include "parsers/date_words.h"
#include "parsers/err.h"

/* Years that a mail can be of: before, there was none; later, nobody's clock is right. */
#define YEAR_FIRST 1971
#define YEAR_LAST  2099

struct date {
	int year, month, day, hour, minute, second;
	int zone_min; /* east of Greenwich */
	bool has_year, has_month, has_day, has_time, has_zone;
};

/* clang-format off */
/* The first three letters; of our languages those that differ from the English. */
static const struct {
	const char *letters;
	int month;
} months[] = {
	{ "jan", 1 }, { "feb", 2 }, { "mar", 3 }, { "apr", 4 }, { "may", 5 }, { "maj", 5 }, { "jun", 6 }, { "jul", 7 },
	{ "aug", 8 }, { "avg", 8 }, { "sep", 9 }, { "oct", 10 }, { "okt", 10 }, { "nov", 11 }, { "dec", 12 },
};

static const struct {
	const char *name;
	int zone_min;
} zones[] = {
	{ "UT", 0 }, { "UTC", 0 }, { "GMT", 0 }, { "Z", 0 }, { "EST", -300 }, { "EDT", -240 }, { "CST", -360 },
	{ "CDT", -300 }, { "MST", -420 }, { "MDT", -360 }, { "PST", -480 }, { "PDT", -420 },
	{ "WET", 0 }, { "WEST", 60 }, { "BST", 60 }, { "CET", 60 }, { "CEST", 120 }, { "MET", 60 }, { "MEST", 120 },
	{ "MEZ", 60 }, { "MESZ", 120 }, { "EET", 120 }, { "EEST", 180 }, { "MSK", 180 },
};
/* clang-format on */

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(uint8_t c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Digits only, at most six of them. */
static bool number(struct bytes text, int *value_out)
{
	int value = 0;

	if (text.len == 0 || text.len > 6)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (!is_digit(text.ptr[i]))
			return false;
		value = value * 10 + (text.ptr[i] - '0');
	}
	*value_out = value;
	return true;
}

/* "10:01", "10:01:00", "10:01:00.123", "10.01.00" */
static bool read_time(struct bytes word, struct date *d)
{
	uint8_t sep = bytes_find(word, ':') < word.len ? ':' : '.';
	struct bytes rest = word, hour, minute, second = BYTES_NONE;

	if (d->has_time || bytes_find(word, sep) == word.len)
		return false;
	bytes_split(&rest, sep, &hour);
	if (!bytes_split(&rest, sep, &minute))
		return false;
	bytes_split(&rest, sep, &second);
	second = bytes_cut(second, 0, bytes_find(second, '.'));
	if (!number(hour, &d->hour) || !number(minute, &d->minute))
		return false;
	d->second = 0;
	if (second.len != 0 && !number(second, &d->second))
		return false;
	d->has_time = true;
	return true;
}

/* "+0100", "-05:00", "+01" */
static bool read_offset(struct bytes word, struct date *d)
{
	struct bytes digits = bytes_cut(word, 1, word.len), hour, minute;
	size_t colon = bytes_find(digits, ':');
	int hours, minutes = 0;

	if (word.len < 2 || (word.ptr[0] != '+' && word.ptr[0] != '-'))
		return false;
	hour = bytes_cut(digits, 0, colon < digits.len ? colon : 2);
	minute = bytes_cut(digits, colon < digits.len ? colon + 1 : 2, 2);
	if (!number(hour, &hours) || (minute.len != 0 && !number(minute, &minutes)) || hours > 14 ||
	    minutes > 59)
		return false;
	d->zone_min = (hours * 60 + minutes) * (word.ptr[0] == '-' ? -1 : 1);
	d->has_zone = true;
	return true;
}

static bool read_name(struct bytes word, struct date *d)
{
	for (size_t i = 0; i < ARRAY_LEN(zones) && !d->has_zone; i++) {
		size_t len = strlen(zones[i].name);

		if (word.len < len ||
		    strncasecmp((const char *)word.ptr, zones[i].name, len) != 0 ||
		    (word.len > len && is_letter(word.ptr[len])))
			continue;
		d->zone_min = zones[i].zone_min;
		/* "GMT+0100" */
		if (!read_offset(bytes_cut(word, len, word.len), d))
			d->has_zone = true;
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(months) && !d->has_month && word.len >= 3; i++)
		if (strncasecmp((const char *)word.ptr, months[i].letters, 3) == 0) {
			d->month = months[i].month;
			d->has_month = true;
			return true;
		}
	return false; /* a weekday, which nobody needs, or anything else */
}

static bool read_day_or_year(struct bytes word, struct date *d)
{
	int value;

	while (bytes_ends(word, "."))
		word.len--;
	if (!number(word, &value))
		return false;
	if (word.len <= 2 && !d->has_day) {
		d->day = value;
		d->has_day = true;
	} else if (!d->has_year) {
		/* RFC 5322, 4.3 */
		d->year = value + (word.len == 2   ? (value < 50 ? 2000 : 1900)
				   : word.len == 3 ? 1900
						   : 0);
		d->has_year = true;
	}
	return true;
}

/* "2026-03-02", "02-Mar-2026", "2026-03-02T10:01:00+01:00" */
static bool read_dashed(struct bytes word, struct date *d)
{
	struct bytes rest = word, first, second, third;
	int month;

	if (!bytes_split(&rest, '-', &first) || !bytes_split(&rest, '-', &second) || d->has_day ||
	    d->has_year)
		return false;
	third = rest;
	if (!number(second, &month)) {
		if (!read_name(second, d))
			return false;
	} else {
		d->month = month;
		d->has_month = true;
	}
	if (first.len == 4)
		return read_day_or_year(bytes_cut(third, 0, 2), d) && read_day_or_year(first, d);
	return read_day_or_year(first, d) && read_day_or_year(third, d);
}

static void read_word(struct bytes word, struct date *d)
{
	size_t t = bytes_find(word, 'T'), zone;

	if (t != 0 && t < word.len && is_digit(word.ptr[0])) { /* ISO 8601 */
		read_dashed(bytes_cut(word, 0, t), d);
		word = bytes_cut(word, t + 1, word.len);
		for (zone = 0; zone < word.len &&
			       (is_digit(word.ptr[zone]) || strchr(":.", word.ptr[zone]) != NULL);)
			zone++;
		read_time(bytes_cut(word, 0, zone), d);
		word = bytes_cut(word, zone, word.len);
	}
	if (word.len == 0 || read_offset(word, d) || read_time(word, d) ||
	    read_day_or_year(word, d) || read_dashed(word, d))
		return;
	read_name(word, d);
}

/* Blanks, commas and brackets part words; a zone in brackets counts when there was no other. */
static struct date read_words(struct bytes value)
{
	struct date d = { 0 };
	size_t from = 0;

	value = bytes_cut(value, 0, 200);
	for (size_t i = 0; i <= value.len; i++) {
		if (i < value.len && value.ptr[i] > ' ' && strchr(",();\"", value.ptr[i]) == NULL)
			continue;
		if (i > from)
			read_word(bytes_cut(value, from, i - from), &d);
		from = i + 1;
	}
	return d;
}

static bool is_possible(const struct date *d)
{
	return d->has_year && d->has_month && d->has_day && d->year >= YEAR_FIRST &&
	       d->year <= YEAR_LAST && d->hour < 24 && d->minute < 60 && d->second <= 60;
}

int mail_date(struct bytes value, struct wall *date_out)
{
	struct date d = read_words(value);
	uint32_t day;
	int64_t s;

	if (!is_possible(&d) || date_day(d.year, d.month, d.day, &day) != ERR_OK)
		return ERR_INVALID;
	if (d.second == 60)
		d.second = 59;
	s = (int64_t)day * 86400 + d.hour * 3600 + d.minute * 60 + d.second -
	    (int64_t)d.zone_min * 60;
	date_out->ms = s * 1000;
	return ERR_OK;
}
