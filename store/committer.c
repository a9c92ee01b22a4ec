/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/committer.h"

#include <pthread.h>
#include <stdlib.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "parsers/err.h"

/* Only between apply_batch() and commit_batch(): somebody failed after writing, once more without him. */
#define ONCE_MORE 1

struct batch {
	struct job *jobs;
	struct job *end; /* behind the last, NULL: to the end of the list */
	committer_point_fn *point;
	void *ctx;
};

/* --- one batch, one transaction --- */

/* Applies one job; anything but ERR_OK: the transaction is spoilt by it. */
static int apply_one(struct txn *t, struct job *job)
{
	uint64_t before = txn_n_writes(t);

	job->err = job->apply(t, job);
	if (txn_err(t) != ERR_OK)
		job->err = txn_err(t);
	else if (err_class(job->err) == ERR_IS_OK || txn_n_writes(t) == before)
		return ERR_OK;
	if (job->err == ERR_STORE_FULL || job->err == ERR_STORE_IO)
		return job->err;
	job->is_out = true;
	return ONCE_MORE;
}

static int apply_batch(struct txn *t, void *ctx)
{
	struct batch *b = ctx;
	int err = ERR_OK;

	for (struct job *job = b->jobs; job != b->end && err == ERR_OK; job = job->next)
		if (!job->is_out && job->grow_map_bytes == 0)
			err = apply_one(t, job);
	if (err != ERR_OK)
		return err;
	if (b->point != NULL)
		b->point("before-commit", b->ctx);
	return ERR_OK;
}

/* A batch that wasn't kept: so was none of its jobs, but who refused or failed keeps his own reason. */
static void settle(struct batch *b, int err)
{
	for (struct job *job = b->jobs; job != b->end; job = job->next)
		if (err != ERR_OK && err_class(job->err) == ERR_IS_OK && job->grow_map_bytes == 0)
			job->err = err;
}

static int commit_batch(struct db *db, struct batch *b)
{
	int err;

	for (struct job *job = b->jobs; job != b->end; job = job->next) {
		if (job->grow_map_bytes == 0)
			job->err = ERR_OK;
		job->is_out = false;
	}
	do {
		err = db_write(db, apply_batch, b);
	} while (err == ONCE_MORE);
	if (err == ERR_OK && b->point != NULL)
		b->point("after-commit", b->ctx);
	return err;
}

/* Before the transaction: the jobs that came with it have the room already. */
static void grow_map(struct db *db, struct batch *b)
{
	for (struct job *job = b->jobs; job != b->end; job = job->next)
		if (job->grow_map_bytes != 0)
			job->err = db_grow(db, job->grow_map_bytes);
}

/* A batch that doesn't fit is tried one by one: what is small still goes on when the store is full. */
static int run_batch(struct db *db, struct batch *b)
{
	int err;

	grow_map(db, b);
	err = commit_batch(db, b);
	if (err != ERR_STORE_FULL || b->jobs->next == b->end) {
		settle(b, err);
		return err;
	}
	for (struct job *job = b->jobs; job != b->end; job = job->next) {
		struct batch one = { job, job->next, b->point, b->ctx };

		err = commit_batch(db, &one);
		settle(&one, err);
		if (err != ERR_STORE_IO)
			continue;
		one = (struct batch){ .jobs = job->next, .end = b->end };
		settle(&one, err);
		return err;
	}
	return ERR_OK;
}

int committer_run(struct db *db, struct job *jobs, committer_point_fn *point, void *ctx)
{
	struct batch b = { .jobs = jobs, .point = point, .ctx = ctx };

	return jobs == NULL ? ERR_OK : run_batch(db, &b);
}

void committer_set_repeat(struct db *db, unsigned n)
{
	db_set_repeat(db, n);
}

/* --- the thread --- */

struct queue {
	struct job *first;
	struct job **end;
};

struct committer {
	struct db *db;
	size_t jobs_max;
	committer_wake_fn *wake;
	void *wake_ctx;
	pthread_t thread;
	pthread_mutex_t lock; /* guards all that follows */
	pthread_cond_t work;
	struct queue posted;
	struct queue done;
	size_t depth; /* posted and not yet drained */
	bool stops;
	committer_point_fn *point;
	void *point_ctx;
};

static void queue_init(struct queue *q)
{
	q->first = NULL;
	q->end = &q->first;
}

static void queue_add(struct queue *q, struct job *job)
{
	job->next = NULL;
	*q->end = job;
	q->end = &job->next;
}

/* Takes at most n jobs off the front, as a list. */
static struct job *queue_take(struct queue *q, size_t n)
{
	struct job *first = q->first, *last = first;

	for (size_t i = 1; last != NULL && i < n; i++)
		last = last->next;
	if (last == NULL || last->next == NULL) {
		queue_init(q);
	} else {
		q->first = last->next;
		last->next = NULL;
	}
	return first;
}

static void hand_back(struct committer *c, struct job *jobs)
{
	struct job *next;

	pthread_mutex_lock(&c->lock);
	for (; jobs != NULL; jobs = next) {
		next = jobs->next;
		queue_add(&c->done, jobs);
	}
	pthread_mutex_unlock(&c->lock);
	if (c->wake != NULL)
		c->wake(c->wake_ctx);
}

static struct job *wait_for_jobs(struct committer *c, struct batch *b)
{
	pthread_mutex_lock(&c->lock);
	while (c->posted.first == NULL && !c->stops)
		pthread_cond_wait(&c->work, &c->lock);
	*b = (struct batch){ .jobs = queue_take(&c->posted, BATCH_JOBS_MAX),
			     .point = c->point,
			     .ctx = c->point_ctx };
	pthread_mutex_unlock(&c->lock);
	return b->jobs;
}

static void *committer_main(void *arg)
{
	struct committer *c = arg;
	struct batch b;

	while (wait_for_jobs(c, &b) != NULL) {
		int err = run_batch(c->db, &b);

		/* What is on disk isn't known: no later answer would be honest. */
		if (err_class(err) == ERR_IS_FATAL)
			die("store", "event=commit_failed error=\"%s\"", err_text(err));
		hand_back(c, b.jobs);
	}
	return NULL;
}

int committer_start(struct db *db, size_t jobs_max, committer_wake_fn *wake, void *ctx,
		    struct committer **c_out)
{
	struct committer *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return ERR_NOMEM;
	c->db = db;
	c->jobs_max = jobs_max;
	c->wake = wake;
	c->wake_ctx = ctx;
	queue_init(&c->posted);
	queue_init(&c->done);
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->work, NULL);
	if (pthread_create(&c->thread, NULL, committer_main, c) != 0) {
		pthread_cond_destroy(&c->work);
		pthread_mutex_destroy(&c->lock);
		free(c);
		return ERR_NOMEM;
	}
	*c_out = c;
	return ERR_OK;
}

void committer_set_point(struct committer *c, committer_point_fn *point, void *ctx)
{
	pthread_mutex_lock(&c->lock);
	c->point = point;
	c->point_ctx = ctx;
	pthread_mutex_unlock(&c->lock);
}

int committer_queue(struct committer *c, struct job *job)
{
	int err = ERR_BUSY;

	pthread_mutex_lock(&c->lock);
	if (c->depth < c->jobs_max) {
		c->depth++;
		queue_add(&c->posted, job);
		err = ERR_OK;
	}
	pthread_mutex_unlock(&c->lock);
	return err;
}

void committer_kick(struct committer *c)
{
	pthread_mutex_lock(&c->lock);
	if (c->posted.first != NULL)
		pthread_cond_signal(&c->work);
	pthread_mutex_unlock(&c->lock);
}

int committer_post(struct committer *c, struct job *job)
{
	int err = committer_queue(c, job);

	if (err == ERR_OK)
		committer_kick(c);
	return err;
}

size_t committer_depth(struct committer *c)
{
	size_t depth;

	pthread_mutex_lock(&c->lock);
	depth = c->depth;
	pthread_mutex_unlock(&c->lock);
	return depth;
}

void committer_drain(struct committer *c)
{
	struct job *jobs, *next;
	size_t n = 0;

	pthread_mutex_lock(&c->lock);
	jobs = queue_take(&c->done, SIZE_MAX);
	for (struct job *job = jobs; job != NULL; job = job->next)
		n++;
	c->depth -= n;
	pthread_mutex_unlock(&c->lock);
	for (; jobs != NULL; jobs = next) {
		next = jobs->next;
		/* done may free the job, or post it again. */
		jobs->done(jobs, jobs->err);
	}
}

void committer_stop(struct committer **c)
{
	if (*c == NULL)
		return;
	pthread_mutex_lock(&(*c)->lock);
	(*c)->stops = true;
	pthread_cond_signal(&(*c)->work);
	pthread_mutex_unlock(&(*c)->lock);
	pthread_join((*c)->thread, NULL);
	committer_drain(*c);
	pthread_cond_destroy(&(*c)->work);
	pthread_mutex_destroy(&(*c)->lock);
	free(*c);
	*c = NULL;
}
