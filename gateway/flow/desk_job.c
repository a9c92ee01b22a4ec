/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/flow/desk_job.h"

#include <string.h>

#include "conf/limits.h"
#include "gateway/flow/alarms.h"
#include "gateway/flow/dispatch.h"
#include "gateway/flow/wakeups.h"
#include "parsers/err.h"

int desk_job_init(struct desk_job *dj, struct core *core)
{
	memset(dj, 0, sizeof(*dj));
	dj->arena = arena_new(ARENA_MESSAGE_MAX);
	if (dj->arena == NULL)
		return ERR_NOMEM;
	dj->core = core;
	dj->conf = conf_hold(core->conf);
	dj->now = core->host->wall(core->host);
	return ERR_OK;
}

void desk_job_fini(struct desk_job *dj)
{
	if (dj->conf != NULL)
		conf_drop(&dj->conf);
	arena_free(&dj->arena);
}

struct desk *desk_job_begin(struct desk_job *dj)
{
	desk_begin(&dj->desk, dj->conf, &dj->core->store->key, dj->now, dj->arena);
	return &dj->desk;
}

void desk_job_told(struct desk_job *dj)
{
	struct core *core = dj->core;

	if (core->is_stopping)
		return;
	for (size_t i = 0; i < dj->desk.n_notes; i++)
		alarm_note(core->alarms, dj->desk.notes[i].name, "%.*s",
			   PRI_BYTES(dj->desk.notes[i].words));
	for (size_t i = 0; i < dj->desk.n_wake; i++)
		dispatch_wake_name(core->dispatch, bytes_of(dj->desk.wake[i]));
	wakeups_nudge(core->wakeups);
}
