/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * host - everything that is not ours: clocks, chance, timers, the threads of the
 * store, and the places where a test may end us.
 *
 * The daemon has host_uv (libuv), the simulation host_sim (an event heap with a
 * seed), the command line without a daemon host_inline (all at once). What moves
 * a message knows only this.
 * Threads: every function and every callback on the loop thread; job.apply on the
 *          committer thread, query.run on a reader.
 */
#ifndef GATEWAY_FLOW_HOST_H
#define GATEWAY_FLOW_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "parsers/clock.h"
#include "parsers/message.h"
#include "store/committer.h"

/* A timer is embedded where it belongs; zero is a stopped timer. */
struct timer {
	void (*fire)(struct timer *t);
	void *host_own; /* the host's */
};

/* A read of the store, asked by the loop; embedded as the first member. */
struct query {
	int (*run)(struct txn *t, struct query *q);  /* reader thread, one snapshot */
	void (*done)(struct query *q, int err);      /* loop thread; ERR_TIMEOUT past the deadline */
	int64_t deadline_ms;                         /* from now; 0: the default of 30 s; -1: none (backup, verify) */
	bool without_store;                          /* it blocks on something else (a file, another store): run gets no snapshot, t is NULL */
	void *host_own;
	int err;
};

struct host {
	struct wall (*wall)(struct host *h);
	struct mono (*mono)(struct host *h);
	void (*random)(struct host *h, void *buf, size_t len);
	void (*timer)(struct host *h, struct timer *t, struct mono when); /* again = moved; when 0 = stopped, freed of the host's own */
	int (*write)(struct host *h, struct job *job); /* ERR_BUSY when full: done isn't called then */
	int (*read)(struct host *h, struct query *q);  /* ERR_BUSY when full */
	void (*point)(struct host *h, const char *name); /* a named place where a test may end us; empty in release */
	bool is_inline;                                /* the command line without a daemon: one thread, all at once */
	void (*in_hand)(struct host *h, const struct message *msg); /* any thread; may be NULL: nobody notes it */
};

/*
 * The one message that this thread decodes or applies from now on, so that a death
 * by it is remembered (DESIGN section 10, in hand); NULL: none any more. An apply that
 * works on a message says so first and takes it back last.
 */
static inline void host_in_hand(struct host *h, const struct message *msg)
{
	if (h->in_hand != NULL)
		h->in_hand(h, msg);
}

static inline void host_point(struct host *h, const char *name)
{
	if (h->point != NULL)
		h->point(h, name);
}

#endif
