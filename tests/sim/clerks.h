/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * clerks - people at the town hall: they list cases, answer, ask, assign, note,
 * close, reopen and merge them, look after rows and the quarantine, and forget;
 * all by the control table, as odziv(1) does it.
 */
#ifndef TESTS_SIM_CLERKS_H
#define TESTS_SIM_CLERKS_H

#include "tests/sim/machine.h"

struct clerks {
	struct machine *machine;
	struct world *world;
	struct chance chance;
	double texts_per_day; /* they keep up with it, more or less */
	unsigned n_words;     /* makes each answer unlike all others */
	uint64_t last;        /* the case that was dealt with before, for merging */
	size_t under_way;     /* requests without their last line */
	uint64_t n_done, n_failed;
};

void clerks_init(struct clerks *c, struct machine *m, struct world *world, uint64_t seed,
		 double texts_per_day);
void clerks_begin(struct clerks *c);
/* Any command; words up to the first NULL. */
void clerks_ask(struct clerks *c, const char *command, const char *word, const char *other);

#endif
