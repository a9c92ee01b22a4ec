/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * joiners - people with a phone and a mailbox who join both by the code that the phone
 * gets; who would like to be joined with phones of others, who guesses at codes, and
 * who has seen the code of somebody else.
 */
#ifndef TESTS_SIM_JOINERS_H
#define TESTS_SIM_JOINERS_H

#include "tests/sim/writers.h"

struct joiners {
	struct writers *writers;
	struct world *world;
	struct host_sim *sim;
	struct chance chance;
	double per_day;
};

void joiners_init(struct joiners *j, struct writers *w, uint64_t seed, double per_day);
void joiners_begin(struct joiners *j);

#endif
