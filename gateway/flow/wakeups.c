/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/flow/wakeups.h"

#include <inttypes.h>
#include <stdlib.h>

#include "conf/calendar.h"
#include "conf/limits.h"
#include "conf/log.h"
#include "gateway/desk/clocks.h"
#include "gateway/flow/alarms.h"
#include "gateway/flow/desk_job.h"
#include "gateway/flow/intake.h"
#include "parsers/err.h"
#include "parsers/plant.h"
#include "store/blobs.h"
#include "store/counts.h"

/* After a write that may have set a clock; a burst of them is one look. */
#define NUDGE_MS SECOND_MS
/* The clock is looked at this often; what is due within a tick has a timer of its own. */
#define TICK_MS MINUTE_MS
/* Late cases are counted this often at most, for it reads every open case. */
#define LATE_COUNT_MS MINUTE_MS
/* The sweep begins in this local hour, when few people write; a town that slept through it sweeps later. */
#define SWEEP_HOUR 3
/* Between two slices others get their turn. */
#define SWEEP_PAUSE_MS 200
#define SWEPT_DAY      "swept_day"
/* Parts of the folder of blobs that one slice looks through: of a hundred thousand files some six thousand. */
#define SWEEP_SHARDS 16

struct clocks_job {
	struct desk_job desk_job;
	struct wakeups *wakeups;
	bool count_late;
	bool is_deaf;
	struct clocks_done found; /* set anew by each application */
};

struct sweep_job {
	struct job job;
	struct wakeups *wakeups;
	struct wall now;
	uint32_t day;
	struct conf *conf; /* held */
	unsigned shard;    /* of the blobs, once the tables are swept */
	/* set anew by each application */
	size_t n_done;
	unsigned next_shard;
	bool is_over;
};

struct wakeups {
	struct core *core;
	struct timer tick;
	struct timer due;
	struct timer sweep;
	bool has_clocks_job, has_sweep_job;
	struct mono late_counted; /* when late cases were last counted; 0: not yet */
	bool is_nudged;           /* look again when the job is done */
	struct mono due_at;       /* when the due timer fires; 0: stopped */
	struct wall next;      /* when the store's next entry is due; 0: nothing that we know of */
	struct wall sweep_at;  /* when the next sweep begins; 0: at the next tick */
	unsigned sweep_shard;  /* where the one under way stands in the blobs */
	int64_t offset_ms;     /* wall minus mono at the last tick */
	struct mono calm_from; /* after a jump: clocks stand until then */
	bool stands;
	bool is_closing;
};

static void look(struct wakeups *w);

static void wakeups_end(struct wakeups *w)
{
	if (w->is_closing && !w->has_clocks_job && !w->has_sweep_job)
		free(w);
}

/* --- the clock itself --- */

static void plan(struct wakeups *w, int64_t in_ms)
{
	struct host *h = w->core->host;
	int64_t at = h->mono(h).ms + (in_ms > 0 ? in_ms : 1);

	if (w->due_at.ms != 0 && w->due_at.ms <= at)
		return;
	w->due_at.ms = at;
	h->timer(h, &w->due, w->due_at);
}

/* Notes a jump since the last look. A slow correction by NTP moves the offset a little at a time. */
static void watch_clock(struct wakeups *w)
{
	struct host *h = w->core->host;
	int64_t now = h->mono(h).ms;
	int64_t offset = h->wall(h).ms - now;
	int64_t jump = offset - w->offset_ms;

	w->offset_ms = offset;
	if (jump > CLOCK_JUMP_MS || jump < -CLOCK_JUMP_MS) {
		w->stands = true;
		w->calm_from.ms = now + MINUTE_MS;
		alarm_note(w->core->alarms, "clock-jumped",
			   "the system's clock jumped by %" PRId64
			   " s: deadlines stand still for a minute; check the machine's time",
			   jump / SECOND_MS);
	} else if (w->stands && now >= w->calm_from.ms) {
		w->stands = false;
		log_info("wakeups", "event=clocks_go_on");
		plan(w, 0);
	}
}

bool wakeups_stand(const struct wakeups *w)
{
	return w->stands;
}

/* --- what is due --- */

static int clocks_job_apply(struct txn *t, struct job *job)
{
	struct clocks_job *j = (struct clocks_job *)job;
	struct desk *d = desk_job_begin(&j->desk_job);

	j->found = (struct clocks_done){ 0 };
	d->is_deaf = j->is_deaf;
	return clocks_apply(t, d, DUE_BATCH, j->count_late, &j->found);
}

static void tell_late(struct wakeups *w, uint64_t late)
{
	if (late > 0)
		alarm_raise(w->core->alarms, "late-cases",
			    "%" PRIu64
			    " open cases are past their deadline: odziv case list --late",
			    late);
	else
		alarm_clear(w->core->alarms, "late-cases");
}

static void clocks_found(struct wakeups *w, const struct clocks_done *found)
{
	struct host *h = w->core->host;
	int64_t wait = found->next.ms - h->wall(h).ms;

	if (found->has_late && !PLANT(PLANT_LATE_SILENT))
		tell_late(w, found->late);
	w->next = found->has_next ? found->next : (struct wall){ 0 };
	if (found->more || w->is_nudged)
		plan(w, found->more ? 0 : NUDGE_MS);
	else if (found->has_next && wait < TICK_MS)
		plan(w, wait > NUDGE_MS ? wait : NUDGE_MS);
	if (!found->has_late)
		plan(w, LATE_COUNT_MS);
	/* What is due later is found by a tick: so a clock that is set can't hide it. */
}

/* What is unsure is looked at again when receipts were heard for long enough; while intake is shut, now and then. */
static void plan_hearing(struct wakeups *w)
{
	int64_t missing = w->core->conf->unsure_wait_ms - intake_open_ms(w->core->intake);

	plan(w, missing > NUDGE_MS ? missing : NUDGE_MS);
}

static void clocks_job_done(struct job *job, int err)
{
	struct clocks_job *j = (struct clocks_job *)job;
	struct wakeups *w = j->wakeups;

	w->has_clocks_job = false;
	if (!w->is_closing && err == ERR_OK) {
		/* A notice is due by the hour, not by an entry: it too must be woken for. */
		if (j->found.n > 0 || j->desk_job.desk.n_wake > 0 || j->desk_job.desk.n_notes > 0)
			desk_job_told(&j->desk_job);
		clocks_found(w, &j->found);
		if (j->is_deaf)
			plan_hearing(w);
	} else if (!w->is_closing) {
		log_warning("wakeups", "event=clocks_failed error=\"%s\"", err_text(err));
		alarm_note(w->core->alarms, "clocks-failed", "what is due can't be acted on: %s",
			   err_text(err));
		plan(w, TICK_MS);
	}
	desk_job_fini(&j->desk_job);
	free(j);
	wakeups_end(w);
}

static bool may_look(const struct wakeups *w)
{
	return w->core->is_open && !w->core->is_stopping && !w->stands;
}

static void look(struct wakeups *w)
{
	struct host *h = w->core->host;
	struct clocks_job *j;

	if (w->has_clocks_job || !may_look(w)) {
		w->is_nudged = w->has_clocks_job;
		return;
	}
	w->is_nudged = false;
	j = calloc(1, sizeof(*j));
	if (j == NULL || desk_job_init(&j->desk_job, w->core) != ERR_OK) {
		free(j);
		plan(w, TICK_MS);
		return;
	}
	j->count_late =
		w->late_counted.ms == 0 || h->mono(h).ms - w->late_counted.ms >= LATE_COUNT_MS;
	if (j->count_late)
		w->late_counted = h->mono(h);
	/* A receipt that waits outside may yet settle what is unsure; its clock stands until we could hear it. */
	j->is_deaf = intake_open_ms(w->core->intake) < j->desk_job.conf->unsure_wait_ms;
	j->desk_job.job = (struct job){ .apply = clocks_job_apply, .done = clocks_job_done };
	j->wakeups = w;
	w->has_clocks_job = true;
	if (h->write(h, &j->desk_job.job) == ERR_OK)
		return;
	w->has_clocks_job = false;
	desk_job_fini(&j->desk_job);
	free(j);
	plan(w, NUDGE_MS);
}

static void on_due(struct timer *t)
{
	struct wakeups *w = CONTAINER_OF(t, struct wakeups, due);

	w->due_at.ms = 0;
	watch_clock(w);
	look(w);
}

void wakeups_nudge(struct wakeups *w)
{
	if (w->has_clocks_job)
		w->is_nudged = true;
	else
		plan(w, NUDGE_MS);
}

/* --- the nightly sweep --- */

/* A backup that runs needs them all: then they are swept another night. */
static int sweep_blobs(struct txn *t, struct sweep_job *j)
{
	int err = ERR_OK;

	for (unsigned i = 0; i < SWEEP_SHARDS && j->next_shard < BLOB_SHARDS; i++) {
		size_t n;

		err = blob_sweep(t, j->conf->state_dir, j->next_shard, j->now, &n);
		if (err != ERR_OK)
			break;
		j->n_done += n;
		j->next_shard++;
	}
	j->is_over = err == ERR_BUSY || err == ERR_NOENT || j->next_shard == BLOB_SHARDS;
	return err == ERR_BUSY || err == ERR_NOENT ? ERR_OK : err;
}

static int sweep_apply(struct txn *t, struct job *job)
{
	struct sweep_job *j = (struct sweep_job *)job;
	uint64_t swept = 0;
	int err = meta_get_u64(t, SWEPT_DAY, &swept);

	j->n_done = 0;
	j->next_shard = j->shard;
	j->is_over = true;
	if (err != ERR_OK && err != ERR_NOENT)
		return err;
	if (swept >= j->day)
		return ERR_OK;
	err = sweep_slice(t, j->now, SLICE_ROWS, &j->n_done);
	j->is_over = false;
	if (err == ERR_OK && j->n_done < SLICE_ROWS)
		err = sweep_blobs(t, j);
	if (err != ERR_OK)
		return err;
	if (j->is_over)
		meta_put_u64(t, SWEPT_DAY, j->day);
	return txn_err(t);
}

static void sweep_job_free(struct sweep_job *j)
{
	conf_drop(&j->conf);
	free(j);
}

static void sweep_done(struct job *job, int err)
{
	struct sweep_job *j = (struct sweep_job *)job;
	struct wakeups *w = j->wakeups;
	struct host *h = w->core->host;

	w->has_sweep_job = false;
	if (!w->is_closing && err == ERR_OK) {
		host_point(h, "sweep");
		w->sweep_shard = j->is_over ? 0 : j->next_shard;
		if (j->is_over)
			/* Not this very minute again. */
			w->sweep_at = calendar_next_hour((struct wall){ j->now.ms + MINUTE_MS },
							 SWEEP_HOUR);
		else
			host_timer_in(h, &w->sweep, SWEEP_PAUSE_MS);
		if (j->n_done > 0)
			log_info("wakeups", "event=swept n=%zu", j->n_done);
	} else if (err != ERR_OK) {
		log_warning("wakeups", "event=sweep_failed error=\"%s\"", err_text(err));
	}
	sweep_job_free(j);
	wakeups_end(w);
}

static void sweep(struct wakeups *w)
{
	struct host *h = w->core->host;
	struct wall now = h->wall(h);
	struct sweep_job *j;

	if (w->has_sweep_job || !may_look(w))
		return;
	j = calloc(1, sizeof(*j));
	if (j == NULL)
		return;
	j->job = (struct job){ .apply = sweep_apply, .done = sweep_done };
	j->wakeups = w;
	j->now = now;
	j->day = calendar_day(now);
	j->conf = conf_hold(w->core->conf);
	j->shard = w->sweep_shard;
	w->has_sweep_job = true;
	if (h->write(h, &j->job) == ERR_OK)
		return;
	w->has_sweep_job = false; /* the next tick asks again */
	sweep_job_free(j);
}

static void on_sweep(struct timer *t)
{
	sweep(CONTAINER_OF(t, struct wakeups, sweep));
}

static void on_tick(struct timer *t)
{
	struct wakeups *w = CONTAINER_OF(t, struct wakeups, tick);
	struct host *h = w->core->host;
	struct wall now = h->wall(h);

	watch_clock(w);
	alarms_expire(w->core->alarms, now);
	if (w->next.ms != 0 && w->next.ms <= now.ms + TICK_MS)
		plan(w, w->next.ms - now.ms);
	if (w->sweep_at.ms <= now.ms)
		sweep(w);
	host_timer_in(h, &w->tick, TICK_MS);
}

/* --- the part --- */

int wakeups_new(struct core *core, struct wakeups **w_out)
{
	struct host *h = core->host;
	struct wakeups *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return ERR_NOMEM;
	w->core = core;
	w->tick.fire = on_tick;
	w->due.fire = on_due;
	w->sweep.fire = on_sweep;
	w->offset_ms = h->wall(h).ms - h->mono(h).ms;
	if (calendar_local(h->wall(h)).hour < SWEEP_HOUR)
		w->sweep_at = calendar_next_hour(h->wall(h), SWEEP_HOUR);
	host_timer_in(h, &w->tick, TICK_MS);
	*w_out = w;
	return ERR_OK;
}

void wakeups_free(struct wakeups **wakeups)
{
	struct wakeups *w = *wakeups;

	if (w == NULL)
		return;
	*wakeups = NULL;
	host_timer_stop(w->core->host, &w->tick);
	host_timer_stop(w->core->host, &w->due);
	host_timer_stop(w->core->host, &w->sweep);
	w->is_closing = true;
	wakeups_end(w);
}
