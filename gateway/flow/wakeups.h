/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * wakeups - what must happen at a time: asks the store for the next due entry,
 * posts a job that acts on at most DUE_BATCH of them, again until none is due;
 * the nightly sweep in slices; looks at the clock jumping.
 */
#ifndef GATEWAY_FLOW_WAKEUPS_H
#define GATEWAY_FLOW_WAKEUPS_H

#include "gateway/flow/core.h"

int wakeups_new(struct core *core, struct wakeups **w_out);
void wakeups_free(struct wakeups **w);
/* Something with a due time may have been written: look again soon. */
void wakeups_nudge(struct wakeups *w);
/* Clocks stand still because the system's clock jumped. */
bool wakeups_stand(const struct wakeups *w);

#endif
