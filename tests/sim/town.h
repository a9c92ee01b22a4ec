/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * town - people: citizens who write, read, repeat themselves and lose patience;
 * an operator who reloads, rebuilds and makes backups; and death.
 */
#ifndef TESTS_SIM_TOWN_H
#define TESTS_SIM_TOWN_H

#include "tests/sim/clerks.h"
#include "tests/sim/joiners.h"
#include "tests/sim/machine.h"
#include "tests/sim/writers.h"

struct town {
	struct machine *machine;
	struct network *net;
	struct world *world;
	struct clerks clerks;
	struct writers writers;
	struct joiners joiners;
	struct chance chance, fate;
	double texts_per_day, kills_per_day;
	bool is_over; /* nobody writes, nothing dies any more */
	bool is_reloading;
};

#define TOWN_CITIZENS 300

/* Of the texts a day a quarter as many are mails. */
void town_init(struct town *t, struct machine *m, struct network *net, uint64_t seed,
	       double texts_per_day, double kills_per_day);
/* From now on citizens write, clerks work, the operator operates, death comes. */
void town_begin(struct town *t);
/* Only clerks go on working. */
void town_rest(struct town *t);
/* A word that stands in no other text. */
void town_tag(unsigned n, char *buf, size_t size);

#endif
