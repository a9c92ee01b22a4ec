/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sim/sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conf/limits.h"
#include "parsers/err.h"
#include "tests/sim/model.h"
#include "tests/sim/smsc.h"
#include "tests/sim/town.h"

/* 2026-03-02 00:00 UTC, a Monday: the change of the clocks comes soon. */
#define BEGAN_MS INT64_C(1772409600000)
#define REST_MS  (5 * DAY_MS)

struct sim {
	struct diary diary;
	struct world world;
	struct network net;
	struct postoffice post;
	struct machine machine;
	struct town town;
	struct model model;
};

static double real_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void on_second_look(void *ctx, uint64_t arg)
{
	struct sim *s = ctx;

	(void)arg;
	if (s->model.doubts && !s->machine.sim.is_dead)
		model_patrol(&s->model, true);
}

static void on_patrol(void *ctx, uint64_t arg)
{
	struct sim *s = ctx;

	host_sim_at(&s->machine.sim, 3 * HOUR_MS - 7 * MINUTE_MS, on_patrol, s, arg);
	if (!s->machine.sim.is_dead)
		model_patrol(&s->model, false);
	/* Longer than the daemon needs to count late cases again. */
	if (s->model.doubts)
		host_sim_at(&s->machine.sim, 5 * MINUTE_MS, on_second_look, s, 0);
}

static void on_restart(void *ctx)
{
	model_restart(ctx);
}

static void live(struct sim *s, const struct sim_options *o)
{
	int64_t end_ms = (int64_t)(o->days * (double)DAY_MS);

	s->machine.before_start = on_restart;
	s->machine.ctx = &s->model;
	machine_start(&s->machine);
	town_begin(&s->town);
	host_sim_at(&s->machine.sim, HOUR_MS, on_patrol, s, 0);
	machine_run(&s->machine, end_ms);
	town_rest(&s->town);
	machine_run(&s->machine, end_ms + REST_MS);
	if (s->diary.violated == NULL)
		model_end(&s->model);
}

static void tell(struct sim *s, const struct sim_options *o, struct sim_result *r)
{
	const struct host_sim *h = &s->machine.sim;

	r->messages = s->model.n_messages;
	r->cases = s->model.n_cases;
	r->open = s->model.n_open;
	r->rows = s->model.n_rows;
	r->parts = s->model.n_parts;
	r->quarantined = s->model.n_quarantined;
	r->checks = s->model.n_checks;
	r->starts = s->machine.starts;
	r->kills = s->world.n_deaths;
	r->receipts = s->world.receipts_told;
	r->clerks = s->town.clerks.n_done;
	r->virtual_days = (double)h->now_ms / (double)DAY_MS;
	for (size_t i = 0; i < s->world.letters.n_joinings; i++)
		r->joined += s->world.letters.joinings[i].is_joined;
	for (size_t i = 0; i < s->world.n_shots; i++)
		r->texts += s->world.shots[i].copies;
	memcpy(r->points_met, h->points_met, sizeof(r->points_met));
	memcpy(r->deaths, h->deaths, sizeof(r->deaths));
	memcpy(r->acts, smsc_acts(s->net.smsc), sizeof(r->acts));
	r->violated = s->diary.violated;
	(void)snprintf(r->words, sizeof(r->words), "%s", s->diary.words);
	if (o->wants_digest && model_digest(&s->model, &r->digest) != ERR_OK)
		r->violated = "the-store-can-be-read";
}

void sim_run(struct grounds *grounds, const struct sim_options *o, struct sim_result *result_out)
{
	struct sim *s = calloc(1, sizeof(*s));
	double began = real_now();
	char state[320];

	if (s == NULL)
		abort();
	*result_out = (struct sim_result){ 0 };
	s->diary.is_verbose = o->is_verbose;
	world_init(&s->world);
	machine_init(&s->machine, grounds, &s->net, &s->diary, o->seed, (struct wall){ BEGAN_MS },
		     o->map_bytes, o->repeat);
	if (o->stalls > 0)
		s->machine.sim.stall_of_1000 = o->stalls;
	network_init(&s->net, &s->machine.sim, &s->world, o->seed);
	(void)snprintf(state, sizeof(state), "%s/state", grounds->dir);
	postoffice_init(&s->post, &s->net, state, o->seed);
	s->net.post = &s->post;
	s->net.smsc = smsc_new(&s->net, o->seed);
	town_init(&s->town, &s->machine, &s->net, o->seed, o->texts_per_day, o->kills_per_day);
	s->post.writers = &s->town.writers;
	model_init(&s->model, &s->machine, &s->world);
	live(s, o);
	tell(s, o, result_out);
	result_out->real_s = real_now() - began;
	if (s->diary.violated != NULL && !o->is_quiet)
		diary_tell(&s->diary, o->seed);
	machine_fini(&s->machine);
	smsc_free(&s->net.smsc);
	world_fini(&s->world);
	free(s);
}
