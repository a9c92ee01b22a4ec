/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/flow/host_inline.h"

#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "parsers/err.h"

struct host_inline {
	struct host host;
	struct db *db;
	struct job *jobs, **jobs_end;
	struct query *queries; /* by host_own */
	bool is_running;
};

static int64_t clock_ms(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static struct wall inline_wall(struct host *h)
{
	(void)h;
	return (struct wall){ clock_ms(CLOCK_REALTIME) };
}

static struct mono inline_mono(struct host *h)
{
	(void)h;
	return (struct mono){ clock_ms(CLOCK_MONOTONIC) };
}

static void inline_random(struct host *h, void *buf, size_t len)
{
	(void)h;
	if (getrandom(buf, len, 0) != (ssize_t)len)
		die("host", "event=no_random");
}

static void inline_timer(struct host *h, struct timer *t, struct mono when)
{
	/* The process ends before any of them would matter. */
	(void)h;
	(void)t;
	(void)when;
}

static int run_in_snapshot(struct txn *t, void *ctx)
{
	struct query *q = ctx;

	return q->run(t, q);
}

static void run_query(struct host_inline *h, struct query *q)
{
	int64_t deadline_ms = q->deadline_ms == 0 ? QUERY_DEADLINE_MS : q->deadline_ms;
	struct mono deadline = { 0 };

	if (deadline_ms > 0)
		deadline.ms = clock_ms(CLOCK_MONOTONIC) + deadline_ms;
	q->err = q->without_store ? q->run(NULL, q) : db_read(h->db, deadline, run_in_snapshot, q);
	q->done(q, q->err);
}

static void run_job(struct host_inline *h, struct job *job)
{
	int err = committer_run(h->db, job, NULL, NULL);

	if (err_class(err) == ERR_IS_FATAL)
		die("store", "event=commit_failed error=\"%s\"", err_text(err));
	job->done(job, job->err);
}

/* Until nothing waits: what a done asks for is served by the loop that called it, not deeper in the stack. */
static void run_all(struct host_inline *h)
{
	if (h->is_running)
		return;
	h->is_running = true;
	while (h->jobs != NULL || h->queries != NULL) {
		struct job *job = h->jobs;
		struct query *q = h->queries;

		if (job != NULL) {
			h->jobs = job->next;
			if (h->jobs == NULL)
				h->jobs_end = &h->jobs;
			job->next = NULL;
			run_job(h, job);
			continue;
		}
		h->queries = q->host_own;
		run_query(h, q);
	}
	h->is_running = false;
}

static int inline_write(struct host *host, struct job *job)
{
	struct host_inline *h = (struct host_inline *)host;

	job->next = NULL;
	*h->jobs_end = job;
	h->jobs_end = &job->next;
	run_all(h);
	return ERR_OK;
}

static int inline_read(struct host *host, struct query *q)
{
	struct host_inline *h = (struct host_inline *)host;

	q->host_own = NULL;
	if (h->queries == NULL) {
		h->queries = q;
	} else {
		struct query *last = h->queries;

		while (last->host_own != NULL)
			last = last->host_own;
		last->host_own = q;
	}
	run_all(h);
	return ERR_OK;
}

struct host *host_inline_new(struct store *store)
{
	struct host_inline *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->host = (struct host){
		.wall = inline_wall,
		.mono = inline_mono,
		.random = inline_random,
		.timer = inline_timer,
		.write = inline_write,
		.read = inline_read,
		.is_inline = true,
	};
	h->db = store->db;
	h->jobs_end = &h->jobs;
	return &h->host;
}

void host_inline_free(struct host **h)
{
	free(*h); /* the first member */
	*h = NULL;
}
