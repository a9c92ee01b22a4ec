/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sim - one simulated time of a town: so many days of one seed, then five days of
 * quiet in which everything settles, then everything is checked.
 */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include "parsers/keyed.h"
#include "tests/sim/machine.h"
#include "tests/sim/smsc_acts.h"

struct sim_options {
	uint64_t seed;
	double days;
	double texts_per_day;
	double kills_per_day;
	unsigned stalls; /* of 1000 commits so many take a minute; 0: 1 */
	unsigned repeat; /* every batch is applied so often before it is committed */
	uint64_t map_bytes;
	bool is_verbose;
	bool is_quiet; /* a violation is only a result */
	bool wants_digest;
};

struct sim_result {
	const char *violated; /* the name of an invariant, or NULL */
	char words[512];
	uint64_t messages, cases, open, rows, texts, quarantined, parts, kills, starts, checks,
		receipts, clerks, joined;
	uint64_t points_met[SIM_DEATHS], deaths[SIM_DEATHS];
	uint64_t acts[SMSC_ACTS]; /* of the simulated SMSC */
	double virtual_days, real_s;
	struct digest digest;
};

void sim_run(struct grounds *grounds, const struct sim_options *o, struct sim_result *result_out);

#endif
