/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tally - some numbers for each of many keys, in an arena: what verify recounts.
 */
#ifndef STORE_TALLY_H
#define STORE_TALLY_H

#include "parsers/arena.h"

#define TALLY_NUMBERS 6

struct tally_row {
	struct bytes key;
	int64_t n[TALLY_NUMBERS];
};

struct tally {
	struct arena *arena;
	struct tally_row *rows; /* open addressing; an empty key is a free place */
	size_t n, cap;          /* cap: 0 or a power of two */
};

/* The row of a key, made with zeroes when there is none. NULL when memory is out. */
struct tally_row *tally_at(struct tally *t, struct bytes key);

#endif
