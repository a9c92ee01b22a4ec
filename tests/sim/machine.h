/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * machine - the town hall's computer: a folder, a store in it, the daemon's core;
 * it dies and comes up again three seconds later.
 */
#ifndef TESTS_SIM_MACHINE_H
#define TESTS_SIM_MACHINE_H

#include "gateway/flow/core.h"
#include "store/keep.h"
#include "tests/sim/host_sim.h"
#include "tests/sim/network.h"

/* What the operator changes between: files that differ, so that a reload has something to do. */
#define MACHINE_CONFS 4

/* One folder and its configurations, loaded once; several years may be lived in it, one after the other. */
struct grounds {
	char dir[300];
	char ini[MACHINE_CONFS][320];
	struct conf *confs[MACHINE_CONFS];
};

/* profile: the folder of a town, NULL: that of the sources. Ends the program with words when it can't. */
void grounds_open(struct grounds *p, const char *profile);
void grounds_close(struct grounds *p);

struct machine {
	struct grounds *grounds;
	struct host_sim sim;
	struct diary *diary;
	struct network *net;
	struct store store;
	struct core *core; /* NULL while it is down */
	unsigned conf;     /* which file stands there now */
	bool is_down;
	int64_t up_ms;   /* wall, since when it runs */
	int64_t open_ms; /* wall, since when intake is open; 0: it isn't */
	uint64_t starts;
	unsigned repeat; /* every batch is applied so often */
	struct chance chance;
	void (*before_start)(void *ctx); /* the cheap checks */
	void *ctx;
};

void machine_init(struct machine *m, struct grounds *grounds, struct network *net,
		  struct diary *diary, uint64_t seed, struct wall began, uint64_t map_bytes,
		  unsigned repeat);
void machine_fini(struct machine *m);
void machine_start(struct machine *m);
/* Runs until then, dying and starting as it goes; stops at a violation. */
void machine_run(struct machine *m, int64_t until_ms);
/* A snapshot for the model. */
int machine_look(struct machine *m, db_work_fn *work, void *ctx);

#endif
