/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * words - what ICU knows about writing to a person: the plural class of a
 * number, times as people write them, capitals, Serbian Latin from Cyrillic.
 *
 * Any thread: every call opens what it needs and closes it (3 us a plural, 25 ms
 * the first transliteration, which is why sr-Latn is derived once, at load time).
 * Only the calendar of times is kept, in a words_clock: every reply names a time.
 * Of all time forms only WORDS_LONG may hold letters outside GSM-7.
 */
#ifndef TEMPLATES_WORDS_H
#define TEMPLATES_WORDS_H

#include "parsers/arena.h"
#include "parsers/clock.h"
#include "parsers/language.h"

enum plural { PLURAL_ZERO, PLURAL_ONE, PLURAL_TWO, PLURAL_FEW, PLURAL_MANY, PLURAL_OTHER };
#define PLURAL_COUNT 6

const char *plural_text(enum plural p);                  /* "one" … */
int plural_parse(struct bytes name, enum plural *p_out); /* ERR_INVALID */
enum plural words_plural(enum language l, int64_t n);
/* The classes that whole numbers of this language fall into; bit 1u << class. */
unsigned words_plural_set(enum language l);

enum words_form {
	WORDS_SHORT, /* "26.11. 14:00", "11.26. 14:00" (hu), "26 Nov 14:00" (en) */
	WORDS_LONG,  /* "четвртак, 26. новембар 2026. 14:00" */
	WORDS_TIME,  /* "14:00" */
};

/* Keeps the calendar of the zone asked for last, behind a lock of its own. */
struct words_clock;

struct words_clock *words_clock_new(void); /* NULL: out of memory */
void words_clock_free(struct words_clock **clock);
/*
 * The time of day at time_zone ("Europe/Belgrade"). clock: NULL to open a calendar for this once.
 * ERR_INVALID: no such zone; ERR_NOMEM.
 */
int words_time(struct arena *a, struct words_clock *clock, struct tongue t, const char *time_zone,
	       struct wall when, enum words_form form, struct bytes *text_out);
/* Minutes that the zone is ahead of UTC then. ERR_INVALID: no such zone; ERR_NOMEM. */
int words_offset(const char *time_zone, struct wall when, int *minutes_out);
int words_upper(struct arena *a, struct tongue t, struct bytes text, struct bytes *upper_out);
/* Serbian Latin (BGN: Љ -> Lj, ЉУБАВ -> LJUBAV); what isn't Cyrillic stays. */
int words_latin(struct arena *a, struct bytes cyrillic, struct bytes *latin_out);
/*
 * A Latin name within a Cyrillic text: "Njegoševa 4a" -> "Његошева 4а". Words that
 * Serbian doesn't spell so (Q, W, X, Y, foreign letters) and Roman numbers stay.
 */
int words_cyrillic(struct arena *a, struct bytes latin, struct bytes *cyrillic_out);

#endif
