/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sim/host_sim.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "parsers/err.h"

struct sim_event {
	int64_t at_ms;
	uint64_t n; /* in order of asking, where times are equal */
	size_t index;
	void (*fire)(struct host_sim *h, struct sim_event *e);
	sim_world_fn *world;
	void *ctx;
	uint64_t arg;
	struct sim_event *next_spare;
};

/* A query on its way; hangs at query.host_own. */
struct asked {
	struct query *next;
	struct sim_event *event;
	bool is_run;
};

static struct host_sim *self(struct host *h)
{
	return CONTAINER_OF(h, struct host_sim, host);
}

static void *must(void *ptr)
{
	if (ptr == NULL) {
		fprintf(stderr, "odziv-sim: out of memory\n");
		abort();
	}
	return ptr;
}

/* --- the heap --- */

static bool is_before(const struct sim_event *a, const struct sim_event *b)
{
	return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->n < b->n;
}

static void heap_set(struct host_sim *h, size_t i, struct sim_event *e)
{
	h->heap[i] = e;
	e->index = i;
}

static void heap_up(struct host_sim *h, size_t i, struct sim_event *e)
{
	while (i > 0 && is_before(e, h->heap[(i - 1) / 2])) {
		heap_set(h, i, h->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	heap_set(h, i, e);
}

static void heap_down(struct host_sim *h, size_t i, struct sim_event *e)
{
	size_t child;

	while ((child = 2 * i + 1) < h->n_heap) {
		if (child + 1 < h->n_heap && is_before(h->heap[child + 1], h->heap[child]))
			child++;
		if (!is_before(h->heap[child], e))
			break;
		heap_set(h, i, h->heap[child]);
		i = child;
	}
	heap_set(h, i, e);
}

static struct sim_event *event_add(struct host_sim *h, int64_t at_ms,
				   void (*fire)(struct host_sim *, struct sim_event *), void *ctx)
{
	struct sim_event *e = h->spare;

	if (e != NULL)
		h->spare = e->next_spare;
	else
		e = must(malloc(sizeof(*e)));
	*e = (struct sim_event){ .at_ms = at_ms > h->now_ms ? at_ms : h->now_ms,
				 .n = h->n_events++,
				 .fire = fire,
				 .ctx = ctx };
	if (h->n_heap == h->heap_cap) {
		h->heap_cap = h->heap_cap == 0 ? 1024 : 2 * h->heap_cap;
		h->heap = must(realloc(h->heap, h->heap_cap * sizeof(struct sim_event *)));
	}
	heap_up(h, h->n_heap++, e);
	return e;
}

static void event_drop(struct host_sim *h, struct sim_event *e)
{
	struct sim_event *last = h->heap[--h->n_heap];

	if (last != e) {
		heap_down(h, e->index, last);
		heap_up(h, last->index, last);
	}
	e->next_spare = h->spare;
	h->spare = e;
}

bool host_sim_step(struct host_sim *h, int64_t until_ms)
{
	struct sim_event e;

	if (h->n_heap == 0 || h->heap[0]->at_ms > until_ms) {
		h->now_ms = until_ms;
		h->diary->now = host_sim_wall(h);
		return false;
	}
	e = *h->heap[0];
	event_drop(h, h->heap[0]);
	h->now_ms = e.at_ms;
	h->diary->now = host_sim_wall(h);
	e.fire(h, &e);
	return true;
}

static void fire_world(struct host_sim *h, struct sim_event *e)
{
	(void)h;
	e->world(e->ctx, e->arg);
}

void host_sim_at(struct host_sim *h, int64_t in_ms, sim_world_fn *fn, void *ctx, uint64_t arg)
{
	struct sim_event *e = event_add(h, h->now_ms + (in_ms > 0 ? in_ms : 0), fire_world, ctx);

	e->world = fn;
	e->arg = arg;
}

/* --- clocks, chance, timers --- */

struct wall host_sim_wall(const struct host_sim *h)
{
	return (struct wall){ .ms = h->began_ms + h->now_ms };
}

static struct wall on_wall(struct host *host)
{
	return host_sim_wall(self(host));
}

static struct mono on_mono(struct host *host)
{
	/* A machine's clock doesn't begin at 0, which means 'never' to many. */
	return (struct mono){ .ms = self(host)->now_ms + SECOND_MS };
}

static void on_random(struct host *host, void *buf, size_t len)
{
	uint8_t *octets = buf;

	for (size_t i = 0; i < len; i++)
		octets[i] = (uint8_t)chance_next(&self(host)->chance);
}

static void fire_timer(struct host_sim *h, struct sim_event *e)
{
	struct timer *t = e->ctx;

	(void)h;
	t->host_own = NULL;
	t->fire(t);
}

static void on_timer(struct host *host, struct timer *t, struct mono when)
{
	struct host_sim *h = self(host);

	if (t->host_own != NULL)
		event_drop(h, t->host_own);
	t->host_own = NULL;
	if (when.ms != 0)
		t->host_own = event_add(h, when.ms - SECOND_MS, fire_timer, t);
}

/* --- the named points --- */

static const char *const point_names[] = {
#define X(name, text) [name] = text,
	SIM_POINT_LIST(X)
#undef X
		[SIM_POINTS] = "between two events",
};

const char *sim_point_name(enum sim_point p)
{
	return point_names[p];
}

void host_sim_kill(struct host_sim *h, enum sim_point p)
{
	if (h->is_dead)
		return;
	h->is_dead = true;
	h->deaths[p]++;
	diary_note(h->diary, "killed %s%s", p == SIM_POINTS ? "" : "at ", point_names[p]);
}

/* Whether this is the time to die. */
static bool comes_due(struct host_sim *h, enum sim_point p)
{
	h->points_met[p]++;
	return h->armed[p] > 0 && --h->armed[p] == 0;
}

static void on_point(struct host *host, const char *name)
{
	struct host_sim *h = self(host);

	if (h->is_dead)
		return;
	for (int p = 0; p < SIM_POINTS; p++) {
		if (strcmp(name, point_names[p]) != 0)
			continue;
		if (comes_due(h, (enum sim_point)p))
			host_sim_kill(h, (enum sim_point)p);
		return;
	}
	diary_violated(h->diary, "points-are-known", "the daemon has a point '%s' of its own",
		       name);
}

/* --- the disk --- */

static void queue_init(struct sim_queue *q)
{
	q->first = NULL;
	q->end = &q->first;
	q->n = 0;
}

static void queue_add(struct sim_queue *q, struct job *job)
{
	job->next = NULL;
	*q->end = job;
	q->end = &job->next;
	q->n++;
}

static struct job *queue_take(struct sim_queue *q)
{
	struct job *job = q->first;

	if (job == NULL)
		return NULL;
	q->first = job->next;
	if (q->first == NULL)
		q->end = &q->first;
	q->n--;
	job->next = NULL;
	return job;
}

/* Mostly milliseconds, at times seconds, rarely a minute in which nothing is written. */
static int64_t commit_takes_ms(struct host_sim *h)
{
	struct chance *c = &h->chance;

	if (chance_below(c, 100000) < h->stall_of_1000 * 100)
		return chance_between(c, 20 * SECOND_MS, 90 * SECOND_MS);
	if (chance_of_1000(c, 10))
		return chance_between(c, 300, 4000);
	return chance_wait(c, 1, 40);
}

/* The last job of a batch that a death drops: what fails like this takes the transaction with it. */
static int doom(struct txn *t, struct job *job)
{
	(void)t;
	(void)job;
	return ERR_STORE_IO;
}

static void on_commit_point(const char *name, void *ctx)
{
	struct host_sim *h = ctx;

	/* Of the committer's two, the first is ours to tell: it happens as often as a batch is tried. */
	if (strcmp(name, point_names[POINT_AFTER_COMMIT]) == 0)
		on_point(&h->host, name);
}

static void fire_hand_back(struct host_sim *h, struct sim_event *e)
{
	struct job *job;

	(void)e;
	h->hand_back = NULL;
	while (!h->is_dead && (job = queue_take(&h->committed)) != NULL)
		job->done(job, job->err);
}

static void plan_commit(struct host_sim *h);

static void fire_commit(struct host_sim *h, struct sim_event *e)
{
	struct job last = { .apply = doom };
	struct sim_queue batch;
	int err;

	(void)e;
	h->commit = NULL;
	queue_init(&batch);
	while (batch.n < BATCH_JOBS_MAX && h->waiting.n > 0)
		queue_add(&batch, queue_take(&h->waiting));
	if (comes_due(h, POINT_BEFORE_COMMIT)) {
		host_sim_kill(h, POINT_BEFORE_COMMIT);
		*batch.end = &last;
	}
	err = committer_run(h->db, batch.first, on_commit_point, h);
	*batch.end = NULL;
	if (err == ERR_STORE_IO && !h->is_dead)
		diary_violated(h->diary, "the-store-writes", "a commit failed");
	*h->committed.end = batch.first;
	h->committed.end = batch.end;
	h->committed.n += batch.n;
	if (h->is_dead)
		return;
	if (h->hand_back == NULL)
		h->hand_back = event_add(h, h->now_ms + chance_between(&h->chance, 0, 2),
					 fire_hand_back, NULL);
	plan_commit(h);
}

static void plan_commit(struct host_sim *h)
{
	if (h->commit == NULL && h->waiting.n > 0)
		h->commit = event_add(h, h->now_ms + commit_takes_ms(h), fire_commit, NULL);
}

static int on_write(struct host *host, struct job *job)
{
	struct host_sim *h = self(host);

	if (h->is_dead || h->waiting.n + h->committed.n >= JOBS_MAX)
		return ERR_BUSY;
	queue_add(&h->waiting, job);
	plan_commit(h);
	return ERR_OK;
}

/* --- readers --- */

static void query_forget(struct host_sim *h, struct query *q)
{
	struct asked *a = q->host_own;
	struct query **at = &h->queries;

	while (*at != q)
		at = &((struct asked *)(*at)->host_own)->next;
	*at = a->next;
	q->host_own = NULL;
	free(a);
}

static int run_in_snapshot(struct txn *t, void *ctx)
{
	struct query *q = ctx;

	return q->run(t, q);
}

static void fire_query(struct host_sim *h, struct sim_event *e)
{
	struct query *q = e->ctx;
	struct asked *a = q->host_own;

	if (!a->is_run) {
		q->err = q->without_store ? q->run(NULL, q)
					  : db_read(h->db, (struct mono){ 0 }, run_in_snapshot, q);
		a->is_run = true;
		a->event = event_add(h, h->now_ms + chance_wait(&h->chance, 0, 50), fire_query, q);
		return;
	}
	query_forget(h, q);
	q->done(q, q->err);
}

static int on_read(struct host *host, struct query *q)
{
	struct host_sim *h = self(host);
	struct asked *a;

	if (h->is_dead)
		return ERR_BUSY;
	a = must(calloc(1, sizeof(*a)));
	a->next = h->queries;
	a->event = event_add(h, h->now_ms + chance_wait(&h->chance, 0, 200), fire_query, q);
	h->queries = q;
	q->host_own = a;
	return ERR_OK;
}

/* --- life and death --- */

void host_sim_init(struct host_sim *h, uint64_t seed, struct wall began, struct diary *diary)
{
	*h = (struct host_sim){
		.host = { .wall = on_wall,
			  .mono = on_mono,
			  .random = on_random,
			  .timer = on_timer,
			  .write = on_write,
			  .read = on_read,
			  .point = on_point },
		.diary = diary,
		.chance = chance_of(seed, "host"),
		.began_ms = began.ms,
		.stall_of_1000 = 1,
	};
	queue_init(&h->waiting);
	queue_init(&h->committed);
	diary->now = began;
}

void host_sim_fini(struct host_sim *h)
{
	struct sim_event *e;

	for (size_t i = 0; i < h->n_heap; i++)
		free(h->heap[i]);
	free(h->heap);
	while ((e = h->spare) != NULL) {
		h->spare = e->next_spare;
		free(e);
	}
}

static void bury_jobs(struct sim_queue *q)
{
	struct job *job;

	while ((job = queue_take(q)) != NULL)
		job->done(job, ERR_CANCELLED);
}

void host_sim_bury(struct host_sim *h)
{
	struct query *q;

	assert(h->is_dead);
	bury_jobs(&h->committed);
	bury_jobs(&h->waiting);
	while ((q = h->queries) != NULL) {
		event_drop(h, ((struct asked *)q->host_own)->event);
		query_forget(h, q);
		q->done(q, ERR_CANCELLED);
	}
	if (h->commit != NULL)
		event_drop(h, h->commit);
	if (h->hand_back != NULL)
		event_drop(h, h->hand_back);
	h->commit = NULL;
	h->hand_back = NULL;
	for (size_t i = 0; i < h->n_heap; i++) {
		if (h->heap[i]->fire == fire_timer)
			diary_violated(h->diary, "timers-are-stopped",
				       "a timer was left running by what was stopped");
	}
	h->is_dead = false;
}
