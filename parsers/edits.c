/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/edits.h"

#include <limits.h>

/* Names of settings, commands and texts are short; a longer word has no neighbour worth naming. */
#define WORD_MAX 64

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

unsigned edits_between(struct bytes a, struct bytes b)
{
	unsigned rows[3][WORD_MAX + 1];
	unsigned *two = rows[0], *one = rows[1], *now = rows[2], *spare;

	if (a.len > WORD_MAX || b.len > WORD_MAX)
		return bytes_eq(a, b) ? 0 : UINT_MAX;
	for (size_t j = 0; j <= b.len; j++)
		one[j] = (unsigned)j;
	for (size_t i = 1; i <= a.len; i++) {
		now[0] = (unsigned)i;
		for (size_t j = 1; j <= b.len; j++) {
			bool same = lower(a.ptr[i - 1]) == lower(b.ptr[j - 1]);

			now[j] = least(least(one[j] + 1, now[j - 1] + 1), one[j - 1] + !same);
			if (i > 1 && j > 1 && lower(a.ptr[i - 1]) == lower(b.ptr[j - 2]) &&
			    lower(a.ptr[i - 2]) == lower(b.ptr[j - 1]))
				now[j] = least(now[j], two[j - 2] + 1);
		}
		spare = two;
		two = one;
		one = now;
		now = spare;
	}
	return one[b.len];
}
