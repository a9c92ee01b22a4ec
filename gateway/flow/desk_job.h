/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * desk_job - a write of the store in which the desk decides: the configuration
 * it began with, the moment, an arena for one application, and what it told.
 *
 * Embedded as the first member of the asker's struct, whose apply calls
 * desk_job_begin() first and whose done calls desk_job_told() when it was kept.
 */
#ifndef GATEWAY_FLOW_DESK_JOB_H
#define GATEWAY_FLOW_DESK_JOB_H

#include "gateway/desk/desk.h"
#include "gateway/flow/core.h"

struct desk_job {
	struct job job; /* apply and done are the asker's */
	struct core *core;
	struct conf *conf; /* held */
	struct wall now;
	struct arena *arena; /* emptied by desk_job_begin() */
	struct desk desk;
};

/* Reads the clock, holds the configuration in force. ERR_NOMEM: nothing is held. */
int desk_job_init(struct desk_job *dj, struct core *core);
void desk_job_fini(struct desk_job *dj);
/* Committer thread: a fresh desk for this application. */
struct desk *desk_job_begin(struct desk_job *dj);
/* Loop thread, after the commit: notes become alarms, channels with new rows are woken, and the clocks looked at. */
void desk_job_told(struct desk_job *dj);

#endif
