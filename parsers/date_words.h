/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * date_words - days as people write them, in all our languages and both scripts:
 * 15.12.2026, 15. 12., 2026-12-15, 15. decembra, 2026. december 15., December 15,
 * sutra, u petak, za 3 dana, in two weeks, 3 nap múlva. No state.
 *
 * A day is a whole number: days since 1970 began, as conf/calendar.h counts them.
 */
#ifndef PARSERS_DATE_WORDS_H
#define PARSERS_DATE_WORDS_H

#include "parsers/fold.h"

/* ERR_INVALID: there is no such day (31.2.), or it lies before 1970 or behind 2199. */
int date_day(int year, int month, int day, uint32_t *day_out);
int date_year(uint32_t day);

/*
 * The day that stands at the head of a text; small words such as "do", "until" may stand
 * before it. Without a year it is the next such day, today included; a day of the week is
 * the next one after today. *end_out: folded octets that were read. ERR_NOENT: there is none;
 * ERR_INVALID: one that doesn't exist.
 */
int date_words_read(const struct folded *text, uint32_t today, uint32_t *day_out, size_t *end_out);

#endif
