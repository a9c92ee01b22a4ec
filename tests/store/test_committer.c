/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * committer - one batch, one commit; neighbours that fail, refuse, don't fit; and the
 * same on a thread. Also run under ThreadSanitizer.
 */
#include "store/committer.h"

#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/err.h"
#include "tests/store/fixture.h"
#include "tests/tap.h"

/* What a job of these tests does, and what became of it. */
enum behaviour { WRITES, FAILS_AFTER, REFUSES, IS_REPEAT, IS_TOO_LARGE, NEEDS_NO_9 };

struct test_job {
	struct job job;
	enum behaviour behaviour;
	unsigned key;
	unsigned applied; /* the only thing that a repeated apply may show */
	unsigned done;
	int err;
};

static struct bytes key_of(unsigned key, char *buf, size_t size)
{
	snprintf(buf, size, "%06u", key);
	return bytes_of(buf);
}

static int apply(struct txn *t, struct job *job)
{
	static const uint8_t large[4000];
	struct test_job *j = (struct test_job *)job;
	char own[16], nine[16];
	struct bytes key = key_of(j->key, own, sizeof(own)), value;

	j->applied++;
	switch (j->behaviour) {
	case REFUSES: return ERR_INVALID;
	case NEEDS_NO_9:
		if (txn_get(t, TABLE_SEEN, key_of(9, nine, sizeof(nine)), &value) == ERR_OK)
			return ERR_EXIST;
		break;
	case IS_TOO_LARGE:
		for (unsigned i = 0; i < 10000; i++)
			txn_put(t, TABLE_EARLY, key_of(i, nine, sizeof(nine)),
				bytes_at(large, sizeof(large)));
		break;
	case WRITES:
	case FAILS_AFTER:
	case IS_REPEAT: break;
	}
	txn_put(t, TABLE_SEEN, key, bytes_of("kept"));
	txn_add(t, TABLE_COUNT, bytes_of("jobs"), 1);
	if (j->behaviour == FAILS_AFTER)
		return ERR_BAD_STATE;
	return j->behaviour == IS_REPEAT ? ERR_DUPLICATE : ERR_OK;
}

static void done(struct job *job, int err)
{
	struct test_job *j = (struct test_job *)job;

	j->done++;
	j->err = err;
}

static void make_jobs(struct test_job *jobs, size_t n, unsigned first_key)
{
	for (size_t i = 0; i < n; i++) {
		jobs[i] = (struct test_job){ .job = { .apply = apply, .done = done },
					     .key = first_key + (unsigned)i };
		if (i > 0)
			jobs[i - 1].job.next = &jobs[i].job;
	}
}

static int get_number(struct txn *t, void *ctx)
{
	struct bytes octets;
	struct rd r;

	if (txn_get(t, TABLE_COUNT, bytes_of("jobs"), &octets) == ERR_OK) {
		r = rd_of(octets);
		*(int64_t *)ctx = (int64_t)rd_u64(&r);
	}
	return ERR_OK;
}

static int64_t jobs_counted(struct fixture *f)
{
	int64_t n = 0;

	return db_read(f->db, (struct mono){ 0 }, get_number, &n) == ERR_OK ? n : -1;
}

struct points {
	char text[256];
	unsigned commits;
};

static void on_point(const char *name, void *ctx)
{
	struct points *p = ctx;
	size_t len = strlen(p->text);

	snprintf(p->text + len, sizeof(p->text) - len, "%s ", name);
	p->commits += strcmp(name, "after-commit") == 0;
}

/* --- batches, in the caller --- */

static void test_whole_batch(void)
{
	struct points p = { 0 };
	struct test_job jobs[5];
	struct fixture f;

	fixture_open(&f, "whole", FIXTURE_MAP);
	make_jobs(jobs, 5, 0);
	is_int(committer_run(f.db, &jobs[0].job, on_point, &p), ERR_OK,
	       "a batch of five is committed");
	is_text(bytes_of(p.text), "before-commit after-commit ", "by one commit");
	is_int((long long)fixture_rows(&f, TABLE_SEEN), 5, "all five are kept");
	ok(jobs[4].job.err == ERR_OK && jobs[4].done == 0,
	   "each is told so, done is left to the caller");
	is_int(committer_run(f.db, NULL, on_point, &p), ERR_OK, "an empty batch is no commit");
	is_text(bytes_of(p.text), "before-commit after-commit ", "none at all");
	fixture_close(&f);
}

static void test_neighbours(void)
{
	struct points p = { 0 };
	struct test_job jobs[6];
	struct fixture f;

	fixture_open(&f, "neighbours", FIXTURE_MAP);
	make_jobs(jobs, 6, 0);
	jobs[1].behaviour = REFUSES;
	jobs[2].behaviour = IS_REPEAT;
	jobs[3].behaviour = FAILS_AFTER;
	jobs[4].behaviour = FAILS_AFTER;
	is_int(committer_run(f.db, &jobs[0].job, on_point, &p), ERR_OK,
	       "a batch with jobs that fail is committed");
	is_int((long long)fixture_rows(&f, TABLE_SEEN), 3, "without what the failing ones wrote");
	is_int(jobs_counted(&f), 3, "and without what they counted");
	is_int(jobs[0].job.err, ERR_OK, "their neighbour before them is kept");
	is_int(jobs[5].job.err, ERR_OK, "and the one behind them");
	is_int(jobs[1].job.err, ERR_INVALID, "who refused is told his own error");
	is_int(jobs[2].job.err, ERR_DUPLICATE, "a repeat is kept, and told that it is one");
	ok(jobs[3].job.err == ERR_BAD_STATE && jobs[4].job.err == ERR_BAD_STATE,
	   "who failed is told his");
	ok(jobs[3].applied == 1 && jobs[4].applied == 1, "and isn't tried again");
	is_int(p.commits, 1, "all by one commit");
	fixture_close(&f);
}

static void test_refusal_by_neighbour(void)
{
	struct test_job jobs[2];
	struct fixture f;

	fixture_open(&f, "refusal", FIXTURE_MAP);
	make_jobs(jobs, 2, 9);
	jobs[0].behaviour = FAILS_AFTER;
	jobs[1].behaviour = NEEDS_NO_9;
	committer_run(f.db, &jobs[0].job, NULL, NULL);
	is_int(jobs[1].job.err, ERR_OK,
	       "who refused because of what a failing neighbour wrote is asked again");
	is_int((long long)fixture_rows(&f, TABLE_SEEN), 1, "and is kept");
	fixture_close(&f);
}

static void test_costless_refusal(void)
{
	struct test_job jobs[3];
	struct fixture f;

	fixture_open(&f, "costless", FIXTURE_MAP);
	make_jobs(jobs, 3, 0);
	jobs[2].behaviour = REFUSES;
	committer_run(f.db, &jobs[0].job, NULL, NULL);
	ok(jobs[0].applied == 1 && jobs[1].applied == 1,
	   "who refuses before he writes costs nobody anything");
	fixture_close(&f);
}

static void test_full(void)
{
	struct test_job jobs[5];
	struct fixture f;

	fixture_open(&f, "full", FIXTURE_MAP);
	make_jobs(jobs, 5, 0);
	jobs[2].behaviour = IS_TOO_LARGE;
	is_int(committer_run(f.db, &jobs[0].job, NULL, NULL), ERR_OK, "one job doesn't fit");
	is_int(jobs[2].job.err, ERR_STORE_FULL, "it is told to try again");
	is_int((long long)fixture_rows(&f, TABLE_SEEN), 4, "the others are kept");
	is_int((long long)fixture_rows(&f, TABLE_EARLY), 0, "nothing of it is");
	is_int(jobs[4].job.err, ERR_OK, "those behind it too");
	fixture_close(&f);
}

static void test_grow(void)
{
	struct test_job jobs[2];
	struct fixture f;

	fixture_open(&f, "grow", FIXTURE_MAP);
	make_jobs(jobs, 2, 0);
	jobs[0].job.grow_map_bytes = 2 * FIXTURE_MAP;
	committer_run(f.db, &jobs[0].job, NULL, NULL);
	is_int((long long)db_space(f.db).map_bytes, 2 * (long long)FIXTURE_MAP,
	       "a job may ask for a larger map");
	ok(jobs[0].applied == 0 && jobs[1].applied == 1,
	   "it has nothing to apply; its neighbour has");
	jobs[0].job.grow_map_bytes = FIXTURE_MAP;
	committer_run(f.db, &jobs[0].job, NULL, NULL);
	is_int(jobs[0].job.err, ERR_INVALID, "a smaller one is refused");
	fixture_close(&f);
}

static void test_repeat(void)
{
	struct test_job jobs[3];
	struct fixture f;

	fixture_open(&f, "repeat", FIXTURE_MAP);
	committer_set_repeat(f.db, 2);
	make_jobs(jobs, 3, 0);
	jobs[1].behaviour = FAILS_AFTER;
	committer_run(f.db, &jobs[0].job, NULL, NULL);
	is_int(jobs_counted(&f), 2, "a batch that is applied twice counts once");
	ok(jobs[2].applied == 2, "although it was applied twice");
	fixture_close(&f);
}

/* --- the thread --- */

static void on_wake(void *ctx)
{
	sem_post(ctx);
}

/* Waits until all jobs are done; drains on this thread, as the loop does. */
static bool wait_for_all(struct committer *c, sem_t *sem)
{
	while (committer_depth(c) > 0) {
		sem_wait(sem);
		committer_drain(c);
	}
	return true;
}

static void test_thread(void)
{
	enum { N = 3000 };
	struct test_job *jobs = calloc(N, sizeof(*jobs));
	struct points p = { 0 };
	struct committer *c;
	unsigned bad = 0, failed = 0;
	struct fixture f;
	sem_t sem;

	fixture_open(&f, "thread", 4 * FIXTURE_MAP);
	sem_init(&sem, 0, 0);
	make_jobs(jobs, N, 0);
	is_int(committer_start(f.db, N, on_wake, &sem, &c), ERR_OK, "the committer starts");
	committer_set_point(c, on_point, &p);
	for (size_t i = 0; i < N; i++) {
		if (i % 7 == 3)
			jobs[i].behaviour = FAILS_AFTER;
		if (committer_post(c, &jobs[i].job) != ERR_OK)
			bad++;
		if (i % 100 == 0)
			committer_drain(c);
	}
	wait_for_all(c, &sem);
	for (size_t i = 0; i < N; i++) {
		failed += jobs[i].err == ERR_BAD_STATE;
		bad += jobs[i].done != 1 || jobs[i].err != (i % 7 == 3 ? ERR_BAD_STATE : ERR_OK);
	}
	committer_stop(&c);
	ok(bad == 0, "each of %u jobs was done once, with its own result", (unsigned)N);
	is_int((long long)fixture_rows(&f, TABLE_SEEN), (long long)(N - failed),
	       "all but the failing ones are kept");
	ok(p.commits > 0 && p.commits < N, "many shared a commit (%u commits)", p.commits);
	fixture_close(&f);
	sem_destroy(&sem);
	free(jobs);
}

static void test_bound(void)
{
	struct test_job jobs[4];
	struct committer *c;
	struct fixture f;
	sem_t sem;
	int err;

	fixture_open(&f, "bound", FIXTURE_MAP);
	sem_init(&sem, 0, 0);
	make_jobs(jobs, 4, 0);
	committer_start(f.db, 3, on_wake, &sem, &c);
	for (size_t i = 0; i < 3; i++)
		committer_post(c, &jobs[i].job);
	err = committer_post(c, &jobs[3].job);
	is_int(err, ERR_BUSY, "when three may wait, the fourth is told to come again");
	is_int((long long)committer_depth(c), 3, "what isn't drained counts as waiting");
	wait_for_all(c, &sem);
	is_int(committer_post(c, &jobs[3].job), ERR_OK, "then there is room");
	committer_stop(&c);
	ok(c == NULL && jobs[3].done == 1 && jobs[3].err == ERR_OK,
	   "a stop finishes what was posted");
	is_int((long long)fixture_rows(&f, TABLE_SEEN), 4, "and keeps it");
	fixture_close(&f);
	sem_destroy(&sem);
}

int main(void)
{
	plan(0);
	test_whole_batch();
	test_neighbours();
	test_refusal_by_neighbour();
	test_costless_refusal();
	test_full();
	test_grow();
	test_repeat();
	test_thread();
	test_bound();
	return done_testing();
}
