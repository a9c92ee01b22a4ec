/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lane - the way out of one channel: one job at a time writes the results that
 * came in and claims what there is room for, and as much again ahead (ahead.h); what
 * is claimed leaves when there is room for it.
 *
 * Owns:   the flights of its channel, from claim to written result; it outlives
 *         a restart of the channel.
 * Leaves: results as they come in, and who is woken when, to dispatch.
 */
#ifndef GATEWAY_FLOW_LANE_H
#define GATEWAY_FLOW_LANE_H

#include "gateway/flow/ahead.h"
#include "gateway/flow/dispatch.h"
#include "gateway/flow/flight.h"

struct lane {
	struct lane *next;
	struct dispatch *dispatch;
	struct channel *channel; /* NULL: stopped */
	char *name;
	struct ahead ahead;       /* claimed, not yet handed to the channel */
	struct flights under_way; /* handed to the channel */
	struct flights results;   /* back, not yet on disk */
	struct flights spare; /* for the next claims: nothing is claimed that we couldn't follow */
	struct lane_job *job; /* in flight, or NULL */
	bool is_woken;        /* look again when the job is done */
	bool has_failed; /* the last job: the next one leaves new claims out, if there are results */
	struct mono paused_until; /* throttled */
	int64_t allowance;        /* thousandths of segments that rate_per_s allows now */
	struct mono allowance_at;
	struct timer timer;
};

/* What all lanes share. */
struct dispatch {
	struct core *core;
	struct lane *lanes;
	size_t n_jobs;
	bool is_closing;
};

struct lane *lane_new(struct dispatch *d, const char *name); /* NULL: out of memory */
void lane_free(struct lane *lane);
/* Looks now, or when the job in flight is done: whoever comes meanwhile is served by the next. */
void lane_run(struct lane *lane);
/* The results that came in while a job was under way, at the end: known ones mustn't become UNSURE. */
void lane_flush(struct lane *lane);
/* A lane's job has come back after dispatch_free(): the last one ends it all. By lanes. */
void dispatch_job_over(struct dispatch *d);

#endif
