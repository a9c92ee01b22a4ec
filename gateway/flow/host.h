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

/* A read of the store, asked by the loop; embedded in the asker's struct. */
struct query {
	int (*run)(struct txn *t, struct query *q); /* reader thread, one snapshot */
	void (*done)(struct query *q, int err);     /* loop thread; ERR_TIMEOUT past the deadline */
	int64_t deadline_ms; /* from now; 0: the default of 30 s; -1: none (backup, verify) */
	bool without_store;  /* it blocks on something else, such as a file: t is NULL */
	void *host_own;
	int err;
};

struct host {
	struct wall (*wall)(struct host *h);
	struct mono (*mono)(struct host *h);
	void (*random)(struct host *h, void *buf, size_t len);
	/* Again = moved; when 0 = stopped, and what the host had of it is freed. */
	void (*timer)(struct host *h, struct timer *t, struct mono when);
	/* ERR_BUSY when full: done isn't called then. */
	int (*write)(struct host *h, struct job *job);
	int (*read)(struct host *h, struct query *q);
	/* A named place where a test may end us; empty in release. */
	void (*point)(struct host *h, const char *name);
	/* The command line without a daemon: one thread, all at once. */
	bool is_inline;
	/* Any thread; NULL: nobody notes it. */
	void (*in_hand)(struct host *h, const struct message *msg);
	/* It ended us more than once; NULL: nobody knows. */
	bool (*is_deadly)(struct host *h, const struct message *msg);
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

static inline bool host_is_deadly(struct host *h, const struct message *msg)
{
	return h->is_deadly != NULL && h->is_deadly(h, msg);
}

/* The struct that a timer, query or ear is embedded in. */
#define CONTAINER_OF(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

/* Fires once, this long from now; again = moved. */
static inline void host_timer_in(struct host *h, struct timer *t, int64_t ms)
{
	h->timer(h, t, (struct mono){ h->mono(h).ms + (ms > 0 ? ms : 1) });
}

static inline void host_timer_stop(struct host *h, struct timer *t)
{
	h->timer(h, t, (struct mono){ 0 });
}

/* The next of a row of growing waits, doubled from first to most, with a jitter of a quarter. */
static inline int64_t host_backoff(struct host *h, int64_t *wait_ms, int64_t first_ms,
				   int64_t most_ms)
{
	uint32_t chance;
	int64_t wait;

	*wait_ms = *wait_ms == 0 ? first_ms : *wait_ms * 2;
	if (*wait_ms > most_ms)
		*wait_ms = most_ms;
	h->random(h, &chance, sizeof(chance));
	wait = *wait_ms;
	return wait - wait / 4 + (int64_t)(chance % (uint32_t)(wait / 2 + 1));
}

static inline void host_point(struct host *h, const char *name)
{
	if (h->point != NULL)
		h->point(h, name);
}

#endif
