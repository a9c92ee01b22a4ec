/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ahead - what a lane has claimed and its channel hasn't been given: it is SENDING on
 * disk already, so it leaves the moment there is room, without waiting for a commit.
 *
 * Promises: in the order of the claims; what can't leave for now goes back to QUEUED as
 *           if it had never been claimed. At a crash all of it counts as UNSURE, since
 *           the disk can't know better: a wait, never a copy.
 */
#ifndef GATEWAY_FLOW_AHEAD_H
#define GATEWAY_FLOW_AHEAD_H

#include "gateway/flow/flight.h"
#include "parsers/sms_text.h"

struct lane;

/* The text of the last row that was split: a row's segments follow each other. */
struct split {
	uint64_t row;
	struct sms_segment *segments;
	size_t n;
};

/* What one commit has claimed. */
struct batch {
	struct batch *next;
	struct arena *arena; /* owns the claimed */
	struct claimed *claimed;
	size_t n, n_handed;
	struct split split;
};

struct ahead {
	struct batch *first, **end;
	struct flights flights; /* one a claim that isn't handed over, in their order */
	bool is_handing;        /* whoever comes meanwhile waits for the end of it */
};

void ahead_init(struct ahead *a);
void ahead_free(struct ahead *a);
/* A batch that was committed, with a spare flight for each. */
void ahead_add_take(struct ahead *a, struct batch **b, struct flights *spare);
/* To the lane's channel, as many as it has room for now. */
void ahead_hand_over(struct lane *lane);
/* All of it becomes results of the lane. Not while it is being handed over. */
void ahead_give_back(struct lane *lane);

#endif
