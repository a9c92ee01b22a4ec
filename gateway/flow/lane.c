/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/flow/lane.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "gateway/desk/clocks.h"
#include "gateway/flow/alarms.h"
#include "gateway/flow/desk_job.h"
#include "parsers/err.h"

/* Segments that one job claims: a commit carries them easily, and a kill makes no more of them UNSURE. */
#define CLAIM_MAX 64
/* Segments that are claimed before there is room for them: a kill makes these UNSURE too, though none of them left. */
#define AHEAD_MAX     64
#define AHEAD_WINDOWS 4
/* Results that couldn't be written, and rows that are due and weren't claimed, are tried again after this. */
#define LANE_RETRY_MS SECOND_MS
/* What a person must mend first isn't tried so often. */
#define LANE_MEND_MS (30 * SECOND_MS)
/* A lane with rows for later looks at the clock at least so often, should the clock jump. */
#define LANE_LOOK_MS (10 * MINUTE_MS)

struct lane_job {
	struct desk_job desk_job;
	struct lane *lane;
	struct flights results;
	size_t n_max;        /* segments that may be claimed */
	struct batch *batch; /* for what is claimed */
	/* set anew by each application */
	struct claimed *claimed;
	size_t n_claimed;
	bool has_next;
	struct wall next;
};

/* --- how much may leave now --- */

static size_t lane_rate_allows(struct lane *lane)
{
	unsigned rate = lane->channel->conf->rate_per_s;
	struct host *h = lane->dispatch->core->host;
	int64_t most = (int64_t)rate * 1000, now = h->mono(h).ms;
	int64_t passed = now - lane->allowance_at.ms;

	if (rate == 0)
		return CLAIM_MAX;
	/* A second's worth at most is saved up; capping the time first keeps the product small. */
	lane->allowance += (passed < SECOND_MS ? passed : SECOND_MS) * (int64_t)rate;
	if (lane->allowance > most)
		lane->allowance = most;
	lane->allowance_at.ms = now;
	return (size_t)(lane->allowance / 1000);
}

/* Nothing leaves, and no result will change that: what was claimed ahead must not wait here. */
static bool lane_stands(const struct lane *lane)
{
	const struct core *core = lane->dispatch->core;

	if (lane->channel == NULL || !core->is_open || core->conf->training)
		return true;
	if (lane->paused_until.ms > core->host->mono(core->host).ms)
		return true;
	return lane->under_way.n == 0 && lane->channel->ops->room(lane->channel) == 0;
}

/*
 * A commit takes longer than many a segment: some windows full wait for it beforehand. Not where a
 * rate slows us anyway, nor where a person must look at everything that a crash leaves UNSURE.
 */
static size_t lane_ahead_wanted(const struct lane *lane, size_t room)
{
	size_t most = AHEAD_WINDOWS * (room + lane->under_way.n);

	if (lane->channel->conf->rate_per_s > 0 ||
	    lane->dispatch->core->conf->on_unsure == UNSURE_HOLD)
		return 0;
	return most < AHEAD_MAX ? most : AHEAD_MAX;
}

/* How many to claim. Sets the timer when only time is missing. */
static size_t lane_room(struct lane *lane)
{
	struct host *h = lane->dispatch->core->host;
	size_t room, rate;

	if (lane_stands(lane)) {
		/* A result, or the channel coming up, wakes us; time doesn't. */
		if (lane->channel != NULL && lane->paused_until.ms > h->mono(h).ms)
			h->timer(h, &lane->timer, lane->paused_until);
		return 0;
	}
	room = lane->channel->ops->room(lane->channel);
	room += lane_ahead_wanted(lane, room);
	room = room > lane->ahead.flights.n ? room - lane->ahead.flights.n : 0;
	if (room == 0)
		return 0;
	rate = lane_rate_allows(lane);
	if (rate == 0) {
		int64_t missing = 1000 - lane->allowance;

		host_timer_in(h, &lane->timer, missing / lane->channel->conf->rate_per_s + 1);
		return 0;
	}
	room = room < rate ? room : rate;
	return room < CLAIM_MAX ? room : CLAIM_MAX;
}

static size_t lane_fill_spare(struct lane *lane, size_t n)
{
	while (lane->spare.n < n) {
		struct flight *f = calloc(1, sizeof(*f));

		if (f == NULL)
			break;
		flights_add(&lane->spare, f);
	}
	return lane->spare.n < n ? lane->spare.n : n;
}

/* --- the job: results first, then claims --- */

static int write_results(struct txn *t, struct desk *d, struct lane_job *j)
{
	for (const struct flight *f = j->results.first; f != NULL; f = f->next) {
		struct send_result r = {
			.row = f->row,
			.segment = f->segment,
			.outcome = f->outcome,
			.remote_id = bytes_at(f->remote, f->remote_len),
			.error = bytes_at(f->error, f->error_len),
			.not_before = f->not_before,
		};
		Pb__Outbox *row;
		int err = outbox_result(t, &r, d->now, d->arena, &row);

		if (err == ERR_NOENT)
			continue; /* erased meanwhile */
		if (err == ERR_OK)
			err = clocks_row_changed(t, d, row);
		if (err == ERR_CORRUPT && txn_err(t) == ERR_OK) {
			/* One row that can't be read must not hold up all others for ever. */
			desk_note(d, "row-unreadable",
				  "what became of reply %" PRIu64
				  " can't be noted: run odziv verify",
				  f->row);
			continue;
		}
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

static int on_expired(struct txn *t, Pb__Outbox *row, void *ctx)
{
	return clocks_row_changed(t, ctx, row);
}

static int lane_claim(struct txn *t, struct desk *d, struct lane_job *j)
{
	struct bytes channel = bytes_of(j->lane->name);
	struct outbox_lost lost;
	int err;

	j->claimed = arena_array(d->arena, j->n_max, sizeof(*j->claimed));
	if (j->claimed == NULL)
		return ERR_NOMEM;
	err = outbox_claim(t, channel, d->now, j->n_max, d->arena, j->claimed, &j->n_claimed,
			   on_expired, d, &lost);
	if (err != ERR_OK)
		return err;
	if (lost.n > 0)
		desk_note(d, "reply-unreadable",
			  "reply %" PRIu64
			  " can't be read and won't leave (%zu of them): run odziv "
			  "verify, and answer its case again",
			  lost.id, lost.n);
	err = outbox_next(t, channel, &j->next);
	j->has_next = err == ERR_OK;
	return err == ERR_NOENT ? ERR_OK : err;
}

static int lane_apply(struct txn *t, struct job *job)
{
	struct lane_job *j = (struct lane_job *)job;
	struct desk *d = desk_job_begin(&j->desk_job);
	int err;

	j->n_claimed = 0;
	j->has_next = false;
	err = write_results(t, d, j);
	if (err == ERR_OK && j->n_max > 0)
		err = lane_claim(t, d, j);
	return err == ERR_OK ? txn_err(t) : err;
}

/* --- after the commit --- */

static void lane_job_free(struct lane_job *j)
{
	desk_job_fini(&j->desk_job);
	free(j->batch);
	free(j);
}

/* What was claimed leaves as there is room; where nothing leaves the next job gives it back. */
static void lane_claimed(struct lane *lane, struct lane_job *j)
{
	if (j->n_claimed == 0)
		return;
	if (lane->channel != NULL && lane->channel->conf->rate_per_s > 0)
		lane->allowance -= (int64_t)j->n_claimed * 1000;
	*j->batch = (struct batch){ .arena = j->desk_job.arena,
				    .claimed = j->claimed,
				    .n = j->n_claimed };
	j->desk_job.arena = NULL;
	ahead_add_take(&lane->ahead, &j->batch, &lane->spare);
	host_point(lane->dispatch->core->host, "after-claim");
	lane->is_woken |= lane_stands(lane);
	ahead_hand_over(lane);
}

static void lane_failed(struct lane *lane, struct lane_job *j, int err)
{
	struct core *core = lane->dispatch->core;
	char name[sizeof(((struct alarm *)0)->name)];

	/* In front: an older result of the same segment must not come last. */
	flights_move(&j->results, &lane->results);
	flights_move(&lane->results, &j->results);
	lane->has_failed = true;
	log_warning("dispatch", "chan=%s event=not_written error=\"%s\"", lane->name,
		    err_text(err));
	(void)snprintf(name, sizeof(name), "dispatch-failed:%s", lane->name);
	alarm_note(core->alarms, name, "%s: what left or should leave can't be written: %s",
		   lane->name, err_text(err));
	host_timer_in(core->host, &lane->timer,
		      err_class(err) == ERR_IS_RETRY ? LANE_RETRY_MS : LANE_MEND_MS);
}

/* Rows for later set the timer; rows for now that weren't claimed wait for room. */
static void lane_plan(struct lane *lane, const struct lane_job *j)
{
	struct host *h = lane->dispatch->core->host;
	int64_t wait = j->next.ms - h->wall(h).ms;

	if (!j->has_next)
		return;
	if (wait <= 0 && j->n_claimed == j->n_max) {
		lane->is_woken = true;
		return;
	}
	if (wait <= 0)
		wait = LANE_RETRY_MS;
	host_timer_in(h, &lane->timer, wait < LANE_LOOK_MS ? wait : LANE_LOOK_MS);
}

static void lane_done(struct job *job, int err)
{
	struct lane_job *j = (struct lane_job *)job;
	struct lane *lane = j->lane;
	struct dispatch *d = lane->dispatch;

	d->n_jobs--;
	if (d->is_closing) {
		/* What was claimed just now stays SENDING and is UNSURE at the next start. */
		flights_free(&j->results);
	} else if (err != ERR_OK) {
		lane->job = NULL;
		lane_failed(lane, j, err);
	} else {
		flights_free(&j->results);
		lane->is_woken = lane->is_woken || lane->has_failed;
		lane->has_failed = false;
		desk_job_told(
			&j->desk_job); /* lane->job still stands: whoever wakes us meanwhile is noted */
		lane_claimed(lane, j);
		lane->job = NULL;
		lane_plan(lane, j);
	}
	lane_job_free(j);
	if (d->is_closing) {
		dispatch_job_over(d);
		return;
	}
	if (err == ERR_OK && (lane->is_woken || lane->results.n > 0))
		lane_run(lane);
}

static struct lane_job *lane_job_new(struct lane *lane)
{
	struct lane_job *j = calloc(1, sizeof(*j));

	if (j != NULL)
		j->batch = calloc(1, sizeof(*j->batch));
	if (j == NULL || j->batch == NULL ||
	    desk_job_init(&j->desk_job, lane->dispatch->core) != ERR_OK) {
		if (j != NULL)
			free(j->batch);
		free(j);
		return NULL;
	}
	flights_init(&j->results);
	j->desk_job.job = (struct job){ .apply = lane_apply, .done = lane_done };
	j->lane = lane;
	return j;
}

/* ERR_OK: the committer has it, with all results. */
static int lane_post(struct lane *lane, struct lane_job *j)
{
	struct core *core = lane->dispatch->core;
	int err;

	flights_move(&j->results, &lane->results);
	lane->dispatch->n_jobs++;
	err = core->host->write(core->host, &j->desk_job.job);
	if (err == ERR_OK)
		return ERR_OK;
	lane->dispatch->n_jobs--;
	flights_move(&lane->results, &j->results);
	lane_job_free(j);
	return err;
}

void lane_flush(struct lane *lane)
{
	struct lane_job *j = lane->results.n > 0 ? lane_job_new(lane) : NULL;

	if (j != NULL && lane_post(lane, j) != ERR_OK)
		log_warning("dispatch", "chan=%s event=not_written n=%zu", lane->name,
			    lane->results.n);
}

void lane_run(struct lane *lane)
{
	struct core *core = lane->dispatch->core;
	struct lane_job *j;
	size_t room;

	if (lane_stands(lane))
		ahead_give_back(lane);
	else
		ahead_hand_over(lane);
	if (lane->job != NULL || lane->ahead.is_handing || lane->dispatch->is_closing) {
		lane->is_woken = true;
		return;
	}
	lane->is_woken = false;
	room = lane_fill_spare(lane, lane_room(lane));
	/* What is known may fit into a store that has no room for a claim, or where a claim fails. */
	if (lane->has_failed && lane->results.n > 0)
		room = 0;
	if (room == 0 && lane->results.n == 0)
		return;
	j = lane_job_new(lane);
	if (j == NULL) {
		host_timer_in(core->host, &lane->timer, LANE_RETRY_MS);
		return;
	}
	j->n_max = room;
	lane->job = j;
	if (lane_post(lane, j) == ERR_OK)
		return;
	/* Too much waits for the disk: our turn comes. */
	lane->job = NULL;
	host_timer_in(core->host, &lane->timer, LANE_RETRY_MS);
}

static void on_lane_timer(struct timer *t)
{
	lane_run(CONTAINER_OF(t, struct lane, timer));
}

struct lane *lane_new(struct dispatch *d, const char *name)
{
	struct lane *lane = calloc(1, sizeof(*lane));
	char *copy = strdup(name);

	if (lane == NULL || copy == NULL) {
		free(lane);
		free(copy);
		return NULL;
	}
	lane->dispatch = d;
	lane->name = copy;
	lane->timer.fire = on_lane_timer;
	flights_init(&lane->under_way);
	flights_init(&lane->results);
	flights_init(&lane->spare);
	ahead_init(&lane->ahead);
	return lane;
}

void lane_free(struct lane *lane)
{
	flights_free(&lane->under_way);
	flights_free(&lane->results);
	flights_free(&lane->spare);
	ahead_free(&lane->ahead);
	free(lane->name);
	free(lane);
}
