/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Twenty simulated months with deaths at every named point, and an SMSC that does
 * all that SMSCs do; each is checked by the model after every death and at its end. Then one of them again with every
 * batch applied twice, which must end the same.
 */
#include <string.h>

#include "tests/sim/sim.h"
#include "tests/tap.h"

#define SEEDS 20

static const struct sim_options month = { .days = 30,
					  .texts_per_day = 8,
					  .kills_per_day = 3,
					  .repeat = 1,
					  .map_bytes = 32 * 1024 * 1024 };

static void seeds(struct grounds *g)
{
	uint64_t deaths[SIM_DEATHS] = { 0 }, acts[SMSC_ACTS] = { 0 };
	struct sim_result r;

	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		struct sim_options o = month;

		o.seed = seed;
		sim_run(g, &o, &r);
		ok(r.violated == NULL,
		   "seed %u: a month of %llu texts and %llu deaths, and everything holds", seed,
		   (unsigned long long)r.messages, (unsigned long long)r.kills);
		if (r.violated != NULL)
			diag("%s: %s", r.violated, r.words);
		for (int p = 0; p < SIM_DEATHS; p++)
			deaths[p] += r.deaths[p];
		for (int a = 0; a < SMSC_ACTS; a++)
			acts[a] += r.acts[a];
	}
	for (int p = 0; p < SIM_DEATHS; p++)
		ok(deaths[p] > 0, "%llu times it died %s%s", (unsigned long long)deaths[p],
		   p == SIM_POINTS ? "" : "at ", sim_point_name((enum sim_point)p));
	for (int a = 0; a < SMSC_ACTS; a++)
		ok(acts[a] > 0, "%llu times an SMSC %s", (unsigned long long)acts[a],
		   smsc_act_text((enum smsc_act)a));
}

static void repeats(struct grounds *g)
{
	struct sim_options o = month;
	struct sim_result once, twice;

	o.seed = 7;
	o.wants_digest = true;
	sim_run(g, &o, &once);
	o.repeat = 2;
	sim_run(g, &o, &twice);
	ok(once.violated == NULL && twice.violated == NULL &&
		   memcmp(&once.digest, &twice.digest, sizeof(once.digest)) == 0,
	   "a month in which every batch is applied twice leaves the same octets");
	if (twice.violated != NULL)
		diag("%s: %s", twice.violated, twice.words);
}

int main(void)
{
	struct grounds g;

	plan(0);
	grounds_open(&g, NULL);
	seeds(&g);
	repeats(&g);
	grounds_close(&g);
	return done_testing();
}
