/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/flow/dispatch.h"

#include <inttypes.h>
#include <stdlib.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "gateway/flow/lane.h"
#include "parsers/err.h"
#include "parsers/plant.h"

static struct lane *lane_find(struct dispatch *d, struct bytes name)
{
	for (struct lane *lane = d->lanes; lane != NULL; lane = lane->next) {
		if (bytes_is(name, lane->name))
			return lane;
	}
	return NULL;
}

int dispatch_new(struct core *core, struct dispatch **d_out)
{
	struct dispatch *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return ERR_NOMEM;
	d->core = core;
	*d_out = d;
	return ERR_OK;
}

void dispatch_job_over(struct dispatch *d)
{
	struct lane *lane;

	if (d->n_jobs > 0)
		return;
	while ((lane = d->lanes) != NULL) {
		d->lanes = lane->next;
		lane_free(lane);
	}
	free(d);
}

void dispatch_free(struct dispatch **d)
{
	struct dispatch *dispatch = *d;

	if (dispatch == NULL)
		return;
	*d = NULL;
	dispatch->is_closing = true;
	dispatch->n_jobs++; /* ours, so that none of theirs is the last one meanwhile */
	for (struct lane *lane = dispatch->lanes; lane != NULL; lane = lane->next) {
		host_timer_stop(dispatch->core->host, &lane->timer);
		lane_flush(lane);
	}
	dispatch->n_jobs--;
	dispatch_job_over(dispatch);
}

int dispatch_attach(struct dispatch *d, struct channel *c)
{
	struct lane *lane = lane_find(d, bytes_of(c->conf->name));

	if (lane == NULL) {
		lane = lane_new(d, c->conf->name);
		if (lane == NULL)
			return ERR_NOMEM;
		lane->next = d->lanes;
		d->lanes = lane;
	}
	lane->channel = c;
	lane->paused_until = (struct mono){ 0 };
	return ERR_OK;
}

void dispatch_detach(struct dispatch *d, struct channel *c)
{
	struct lane *lane = lane_find(d, bytes_of(c->conf->name));
	struct flight *f;

	if (lane == NULL || lane->channel != c)
		return;
	lane->channel = NULL;
	ahead_give_back(lane);
	if (PLANT(PLANT_RELOAD_LOSES))
		flights_free(&lane->under_way);
	while ((f = flights_take(&lane->under_way)) != NULL) {
		flight_settle(f, SEND_UNSURE, BYTES_NONE,
			      bytes_of("the channel was stopped before an answer came"));
		flights_add(&lane->results, f);
	}
	lane_run(lane);
}

void dispatch_wake(struct dispatch *d, struct channel *c)
{
	dispatch_wake_name(d, bytes_of(c->conf->name));
}

void dispatch_wake_name(struct dispatch *d, struct bytes channel)
{
	struct lane *lane = lane_find(d, channel);

	if (lane != NULL)
		lane_run(lane);
}

void dispatch_wake_all(struct dispatch *d)
{
	for (struct lane *lane = d->lanes; lane != NULL; lane = lane->next)
		lane_run(lane);
}

/* --- results --- */

/* 30 s, doubled up to an hour, a fifth more or less, so that rows that failed together don't come back together. */
static int64_t backoff_ms(struct host *h, uint32_t attempts)
{
	int64_t wait = RETRY_FIRST_MS;
	uint32_t chance;

	for (uint32_t i = 1; i < attempts && wait < RETRY_MOST_MS; i++)
		wait *= 2;
	if (wait > RETRY_MOST_MS)
		wait = RETRY_MOST_MS;
	h->random(h, &chance, sizeof(chance));
	return wait * 4 / 5 + (int64_t)chance % (wait * 2 / 5);
}

static void lane_throttle(struct lane *lane, int64_t pause_ms)
{
	struct host *h = lane->dispatch->core->host;
	int64_t until = h->mono(h).ms + pause_ms;

	if (until > lane->paused_until.ms)
		lane->paused_until.ms = until;
}

static const char *outcome_text(enum send_outcome outcome)
{
	switch (outcome) {
	case SEND_OK: return "sent";
	case SEND_LATER: return "later";
	case SEND_FAILED: return "failed";
	case SEND_UNSURE: return "unsure";
	case SEND_NOT: return "not sent";
	}
	return "?";
}

static void count_outcome(struct channel *c, enum send_outcome outcome)
{
	switch (outcome) {
	case SEND_OK: c->counts.sent++; break;
	case SEND_LATER: c->counts.later++; break;
	case SEND_FAILED: c->counts.failed++; break;
	case SEND_UNSURE: c->counts.unsure++; break;
	case SEND_NOT: break; /* no channel says so */
	}
}

void dispatch_result(struct dispatch *d, struct channel *c, uint64_t row, unsigned segment,
		     enum send_outcome outcome, struct bytes remote_id, struct bytes error,
		     int64_t pause_ms)
{
	struct host *h = d->core->host;
	struct lane *lane = lane_find(d, bytes_of(c->conf->name));
	struct flight *f = lane == NULL ? NULL : flights_pick(&lane->under_way, row, segment);

	if (f == NULL) {
		log_warning("dispatch", "chan=%s out=%" PRIu64 ".%u event=unexpected_result",
			    c->conf->name, row, segment);
		return;
	}
	flight_settle(f, outcome, remote_id, error);
	count_outcome(c, outcome);
	if (outcome == SEND_LATER && pause_ms > 0)
		lane_throttle(lane, pause_ms);
	if (outcome == SEND_LATER)
		f->not_before.ms =
			h->wall(h).ms + (pause_ms > 0 ? pause_ms : backoff_ms(h, f->attempts));
	flights_add(&lane->results, f);
	log_info("dispatch", "chan=%s out=%" PRIu64 ".%u event=%s remote=%.*s error=\"%.*s\"",
		 lane->name, row, segment, outcome_text(outcome), PRI_BYTES(remote_id),
		 PRI_BYTES(bytes_at(f->error, f->error_len)));
	host_point(h, "result-known");
	lane_run(lane);
}

/* Whether it goes out once more, whatever became of the attempt before: only what waits can be kept from it. */
static bool is_on_its_way(struct lane *lane, uint64_t row, unsigned segment,
			  enum send_outcome outcome)
{
	struct flight *ahead = flights_find(&lane->ahead.flights, row, segment);

	if (ahead != NULL && (outcome == SEND_OK || outcome == SEND_FAILED))
		ahead->is_skipped = true;
	return flights_find(&lane->under_way, row, segment) != NULL ||
	       (ahead != NULL && !ahead->is_skipped);
}

void dispatch_late(struct dispatch *d, struct channel *c, uint64_t row, unsigned segment,
		   enum send_outcome outcome, struct bytes remote_id, struct bytes error)
{
	struct host *h = d->core->host;
	struct lane *lane = lane_find(d, bytes_of(c->conf->name));
	struct flight *f = NULL;

	if (lane != NULL && !is_on_its_way(lane, row, segment, outcome))
		f = calloc(1, sizeof(*f));
	log_info("dispatch", "chan=%s out=%" PRIu64 ".%u event=late_%s remote=%.*s%s",
		 c->conf->name, row, segment, outcome_text(outcome), PRI_BYTES(remote_id),
		 f == NULL ? " words=\"it is on its way again\"" : "");
	if (f == NULL)
		return;
	f->row = row;
	f->segment = segment;
	f->not_before = h->wall(h);
	flight_settle(f, outcome, remote_id, error);
	count_outcome(c, outcome);
	flights_add(&lane->results, f);
	lane_run(lane);
}
