/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * starter - what must be done to the store before anything may come in or go
 * out: derived tables in slices, before which an upgrade has its backup in
 * state_dir/before-upgrade-TIME, and SENDING rows of the last life to UNSURE.
 */
#ifndef GATEWAY_FLOW_STARTER_H
#define GATEWAY_FLOW_STARTER_H

#include "gateway/flow/core.h"

enum starter_work {
	STARTER_START,   /* slices that wait, then the rows of the last life */
	STARTER_INLINE,  /* only the slices: whether a row left is the daemon's to judge */
	STARTER_REBUILD, /* empty the derived tables, then slices */
	STARTER_ANEW, /* the same instead of a start that failed: then the rows of the last life */
};

/*
 * Works until done is told, once. A full store is no end but for STARTER_INLINE: alarm
 * "store-full", and again after a while. ERR_BUSY when one is under way.
 */
int starter_run(struct core *core, enum starter_work work, core_done_fn *done, void *ctx);
/* Ends it; only who asked for it is told. What the host still has of it is freed when it comes back. */
void starter_stop(struct core *core);

#endif
