/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * committer - the only writer: takes all jobs that wait, applies them in one
 * transaction, commits once, and hands them back.
 *
 * Promises: done(ERR_OK) only after the commit; a job that fails after it wrote
 *           is left out and the batch applied again; a job that refuses before
 *           its first write costs nobody anything. ERR_STORE_IO ends the process.
 * Threads:  committer_post() and done on the loop thread; apply on the committer
 *           thread. Inline mode (committer_run) does both in the caller.
 */
#ifndef STORE_COMMITTER_H
#define STORE_COMMITTER_H

#include "parsers/clock.h"
#include "store/db.h"

/* A write of the store, asked by the loop. Embedded as the first member of the asker's struct. */
struct job {
	int (*apply)(struct txn *t, struct job *job); /* repeatable */
	void (*done)(struct job *job, int err);       /* loop thread, after the commit */
	/*
	 * Not 0: the map shall grow to this. apply isn't called; db_grow() runs between two
	 * transactions, its error is the job's.
	 */
	uint64_t grow_map_bytes;
	/* the committer's own: */
	struct job *next;
	int err;
	bool is_out; /* it failed after it wrote: its batch goes on without it */
};

struct committer;

/*
 * wake is called on the committer thread when handed-back jobs wait for committer_drain()
 * (uv_async_send).
 */
typedef void committer_wake_fn(void *ctx);
/* A named place where a test may end us (host.point); NULL in release. */
typedef void committer_point_fn(const char *name, void *ctx);

int committer_start(struct db *db, size_t jobs_max, committer_wake_fn *wake, void *ctx,
		    struct committer **c_out);
void committer_set_point(struct committer *c, committer_point_fn *point, void *ctx);
int committer_post(struct committer *c, struct job *job); /* ERR_BUSY when jobs_max wait */
/*
 * The same, but a thread that has nothing to do isn't woken before committer_kick(): jobs that are
 * asked for together become one batch, where the first alone would cost a commit of its own.
 */
int committer_queue(struct committer *c, struct job *job);
void committer_kick(struct committer *c);
size_t committer_depth(struct committer *c);
/* calls done of all that were handed back; loop thread */
void committer_drain(struct committer *c);
/* Finishes what was posted, drains it, joins the thread. */
void committer_stop(struct committer **c);

/*
 * The same batch logic in the caller, without a thread: applies and commits the list, then sets
 * each job's err; done is NOT called.
 */
int committer_run(struct db *db, struct job *jobs, committer_point_fn *point, void *ctx);
/* Test aid of the repeatability proof: every batch is applied n times before it is committed. */
void committer_set_repeat(struct db *db, unsigned n);

#endif
