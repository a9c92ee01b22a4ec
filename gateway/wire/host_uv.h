/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * host_uv - the daemon's host: libuv's loop, the committer thread, a pool of readers.
 *
 * Owns:     timers while they are armed, the committer, the queue of reads.
 * Promises: done() of jobs and queries runs on the loop thread; at most READERS
 *           queries run at once and QUERIES_MAX wait, so that name look-ups, which
 *           share libuv's pool of POOL_THREADS, always find a thread.
 * Threads:  the loop thread, but job.apply, query.run and host.in_hand.
 */
#ifndef GATEWAY_WIRE_HOST_UV_H
#define GATEWAY_WIRE_HOST_UV_H

#include <uv.h>

#include "gateway/flow/host.h"
#include "gateway/wire/in_hand.h"

/* Reads that may wait for a reader; people and scripts at the control socket make them. */
#define QUERIES_MAX 256

struct host_uv;

/* in_hand may be NULL. Must be called before anything else uses libuv's pool. */
int host_uv_new(uv_loop_t *loop, struct db *db, struct in_hand *in_hand, struct host_uv **h_out);
struct host *host_uv_host(struct host_uv *h);

/* What waits for the store, for /health and /metrics. */
struct host_uv_load {
	size_t jobs;           /* posted and not done */
	int64_t oldest_ms;     /* since the last job came back while others wait; 0: none waits */
	uint64_t batches_done; /* handed back, merged ones count once */
	size_t queries;        /* waiting or running */
	uint64_t queries_done;
};
void host_uv_load(struct host_uv *h, struct host_uv_load *load_out);

/*
 * Finishes what was posted (done is still called), waits for the readers, and
 * closes its handles. Runs the loop for it; call it when nothing else is to happen.
 */
void host_uv_free(struct host_uv **h);

#endif
