/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sim/diary.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

static void write_time(struct wall at, char *buf, size_t size)
{
	time_t s = (time_t)(at.ms / 1000);
	struct tm tm;

	gmtime_r(&s, &tm);
	(void)snprintf(buf, size, "%04d-%02d-%02d %02d:%02d:%02d.%03d", tm.tm_year + 1900,
		       tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		       (int)(at.ms % 1000));
}

void diary_note(struct diary *d, const char *format, ...)
{
	char *line = d->lines[d->n++ % DIARY_LINES], at[80];
	int len;
	va_list ap;

	write_time(d->now, at, sizeof(at));
	len = snprintf(line, DIARY_WIDTH, "%s ", at);
	va_start(ap, format);
	(void)vsnprintf(line + len, (size_t)(DIARY_WIDTH - len), format, ap);
	va_end(ap);
	/* Some texts hold octets that are no text. */
	for (char *c = line; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || (unsigned char)*c >= 0xfe)
			*c = '?';
	if (d->is_verbose)
		printf("# %s\n", line);
}

void diary_violated(struct diary *d, const char *invariant, const char *format, ...)
{
	va_list ap;

	if (d->violated != NULL)
		return;
	d->violated = invariant;
	va_start(ap, format);
	(void)vsnprintf(d->words, sizeof(d->words), format, ap);
	va_end(ap);
	diary_note(d, "VIOLATED %s: %s", invariant, d->words);
}

void diary_tell(const struct diary *d, unsigned long long seed)
{
	size_t first = d->n > DIARY_LINES ? d->n - DIARY_LINES : 0;

	for (size_t i = first; i < d->n; i++)
		fprintf(stderr, "%s\n", d->lines[i % DIARY_LINES]);
	if (d->violated != NULL)
		fprintf(stderr, "seed %llu: violated %s: %s\n", seed, d->violated, d->words);
}
