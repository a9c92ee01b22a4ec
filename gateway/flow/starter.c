/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/flow/starter.h"

#include <inttypes.h>
#include <stdlib.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "gateway/flow/alarms.h"
#include "parsers/err.h"
#include "store/outbox.h"

/* A store that is full may be enlarged by a reload at any time. */
#define STARTER_RETRY_MS (5 * SECOND_MS)

enum step { STEP_BEGIN, STEP_SLICE, STEP_ROWS };

struct starter {
	struct job job;
	struct core *core; /* NULL: stopped */
	struct host *host;
	struct arena *arena;
	struct timer timer;
	enum starter_work work;
	enum step step;
	struct wall now;
	core_done_fn *done;
	void *ctx;
	bool is_posted; /* the committer has it */
	/* set anew by each application */
	bool is_over;
	size_t n_rows;
	struct outbox_lost lost;
};

static bool is_asked_for(enum starter_work work)
{
	return work == STARTER_REBUILD || work == STARTER_ANEW;
}

static int step_apply(struct txn *t, struct job *job)
{
	struct starter *s = (struct starter *)job;

	arena_reset(s->arena);
	s->is_over = false;
	s->n_rows = 0;
	s->lost = (struct outbox_lost){ 0 };
	switch (s->step) {
	case STEP_BEGIN: return rebuild_begin(t);
	case STEP_SLICE: return rebuild_slice(t, SLICE_ROWS, &s->is_over);
	case STEP_ROWS:
		return outbox_restart(t, BYTES_NONE, s->now, s->arena, &s->n_rows, &s->lost);
	}
	return ERR_BAD_STATE;
}

static void starter_free(struct starter *s)
{
	arena_free(&s->arena);
	free(s);
}

static void finish(struct starter *s, int err)
{
	struct core *core = s->core;
	core_done_fn *done = s->done;
	void *ctx = s->ctx;

	core->starter = NULL;
	starter_free(s);
	done(err, ctx);
}

static void post(struct starter *s);

static void step_failed(struct starter *s, int err)
{
	if (s->work == STARTER_INLINE || err_class(err) != ERR_IS_RETRY) {
		finish(s, err);
		return;
	}
	log_error("core", "event=not_ready error=\"%s\"", err_text(err));
	alarm_raise(s->core->alarms, err == ERR_STORE_FULL ? "store-full" : "store-not-ready",
		    "the store can't be made ready: %s; enlarge map_size and reload",
		    err_text(err));
	host_timer_in(s->host, &s->timer, STARTER_RETRY_MS);
}

/* The next thing to do; false when all is done. */
static bool advance(struct starter *s)
{
	switch (s->step) {
	case STEP_BEGIN: s->step = STEP_SLICE; return true;
	case STEP_SLICE:
		if (!s->is_over)
			return true;
		s->step = STEP_ROWS;
		return s->work == STARTER_START || s->work == STARTER_ANEW;
	case STEP_ROWS:
		if (s->n_rows > 0)
			log_info("core", "event=rows_unsure n=%zu", s->n_rows);
		if (s->lost.n > 0)
			alarm_note(
				s->core->alarms, "reply-unreadable",
				"reply %" PRIu64
				", which was leaving when we ended, can't be read (%zu of them): "
				"run odziv verify",
				s->lost.id, s->lost.n);
		return false;
	}
	return false;
}

static void step_done(struct job *job, int err)
{
	struct starter *s = (struct starter *)job;

	s->is_posted = false;
	if (s->core == NULL) {
		starter_free(s);
		return;
	}
	if (err != ERR_OK) {
		step_failed(s, err);
		return;
	}
	if (s->step != STEP_ROWS)
		host_point(s->host, "rebuild-slice");
	if (advance(s)) {
		post(s);
		return;
	}
	alarm_clear(s->core->alarms, "store-full");
	alarm_clear(s->core->alarms, "store-not-ready");
	finish(s, ERR_OK);
}

static void post(struct starter *s)
{
	s->job = (struct job){ .apply = step_apply, .done = step_done };
	s->now = s->host->wall(s->host);
	s->is_posted = true; /* before, since a host may be done at once */
	if (s->host->write(s->host, &s->job) == ERR_OK)
		return;
	s->is_posted = false;
	host_timer_in(s->host, &s->timer, STARTER_RETRY_MS);
}

static void on_timer(struct timer *t)
{
	post(CONTAINER_OF(t, struct starter, timer));
}

int starter_run(struct core *core, enum starter_work work, core_done_fn *done, void *ctx)
{
	struct starter *s;

	if (core->starter != NULL)
		return ERR_BUSY;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return ERR_NOMEM;
	s->arena = arena_new(ARENA_MESSAGE_MAX);
	if (s->arena == NULL) {
		free(s);
		return ERR_NOMEM;
	}
	s->core = core;
	s->host = core->host;
	s->timer.fire = on_timer;
	s->work = work;
	s->step = is_asked_for(work) ? STEP_BEGIN : STEP_SLICE;
	s->done = done;
	s->ctx = ctx;
	core->starter = s;
	post(s);
	return ERR_OK;
}

void starter_stop(struct core *core)
{
	struct starter *s = core->starter;

	if (s == NULL)
		return;
	core->starter = NULL;
	/* Somebody asked for a rebuild and waits; the start itself nobody waits for. */
	if (is_asked_for(s->work))
		s->done(ERR_CANCELLED, s->ctx);
	s->core = NULL;
	if (s->is_posted)
		return; /* step_done() frees it */
	host_timer_stop(s->host, &s->timer);
	starter_free(s);
}
