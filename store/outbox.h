/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * outbox - every reply that still has to leave, and what became of it.
 *
 * Owns:     the "outbox" table and, through the index, "outbox_live" and "remote".
 * Promises: a segment is SENDING on disk before its bytes reach a socket; states
 *           change only by the one table of moves; a row's state is the first that
 *           any segment is in, in the order FAILED, UNSURE, SENDING, QUEUED, SENT,
 *           ARRIVED (CANCELLED: all that were not out yet).
 * Threads:  what writes takes the committer's txn; the rest any reader's.
 */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include "parsers/clock.h"
#include "parsers/receipt.h"
#include "store/db.h"
#include "store/record.h"

/*
 * Writes a new row with n_segments QUEUED segments; gives rec its id (unless it has one of txn_id), created and, where there are
 * several segments, its reference (spread over 1..255, or 16 bits where long_form has them, by id). The rest is the caller's.
 */
int outbox_add(struct txn *t, Pb__Outbox *rec, size_t n_segments, struct wall now, struct arena *a);
int outbox_get(struct txn *t, uint64_t id, struct arena *a, Pb__Outbox **rec_out);
void outbox_put(struct txn *t, Pb__Outbox *rec); /* sets rec->state from its segments first */

enum out_state outbox_state(const Pb__Outbox *row); /* what its segments make of it */
/* Is the move allowed for a segment? The table that a reviewer reads. */
bool outbox_may(enum out_state from, enum out_state to);

/*
 * Claims up to n QUEUED segments of the channel whose not_before has come,
 * oldest row first, all segments of a row before the next row; marks them
 * SENDING, attempts + 1. Rows past valid_until become CANCELLED with error
 * "past validity" (fn expired is told so that staff can hear of it).
 * claimed_out: array of n_max in the arena.
 */
struct claimed {
	Pb__Outbox *row;
	unsigned segment;
};
typedef int outbox_row_fn(struct txn *t, Pb__Outbox *row, void *ctx);
/* Replies that can't be read: they never leave, and a person must hear of it. */
struct outbox_lost {
	size_t n;
	uint64_t id; /* of one of them */
};
/* One call acts on a bounded number of rows: when none was claimed there may be more. lost_out may be NULL. */
int outbox_claim(struct txn *t, struct bytes channel, struct wall now, size_t n_max,
		 struct arena *a, struct claimed *claimed_out, size_t *n_out,
		 outbox_row_fn *expired, void *ctx, struct outbox_lost *lost_out);
/* When the channel's next QUEUED row may leave; ERR_NOENT: none waits. */
int outbox_next(struct txn *t, struct bytes channel, struct wall *when_out);

/* What became of one segment. */
enum send_outcome {
	SEND_OK,
	SEND_LATER,
	SEND_FAILED,
	SEND_UNSURE,
	SEND_NOT, /* it was claimed, and the channel never saw it: as if it hadn't been claimed */
};
struct send_result {
	uint64_t row;
	unsigned segment;
	enum send_outcome outcome;
	struct bytes remote_id; /* SEND_OK: the network's id, may be none */
	struct bytes error;     /* words for the others */
	struct wall not_before; /* SEND_LATER: when to try again */
};
/*
 * A late result for a segment that has moved on changes nothing. *row_out is the row afterwards.
 * An early receipt that waits for remote_id is applied at once.
 */
int outbox_result(struct txn *t, const struct send_result *r, struct wall now, struct arena *a,
		  Pb__Outbox **row_out);
/*
 * A receipt, by row.segment or by (channel, remote id in one of its forms). ERR_NOENT when the remote id
 * isn't known yet: it is kept in "early". ERR_LIMIT: nor is it kept, since EARLY_A_DAY others of the
 * channel wait already. Applied twice: the same. Never back from ARRIVED.
 */
#define EARLY_A_DAY 10000
int outbox_receipt(struct txn *t, struct bytes channel, const struct receipt *r, struct wall now,
		   struct arena *a, Pb__Outbox **row_out);
/*
 * After a start: every SENDING segment of the channel (none: of all) becomes UNSURE. Counts rows.
 * The arena holds what was SENDING, however much is QUEUED. lost_out may be NULL.
 */
int outbox_restart(struct txn *t, struct bytes channel, struct wall now, struct arena *a,
		   size_t *n_out, struct outbox_lost *lost_out);
/*
 * UNSURE segments become QUEUED (resend) by a person or by on_unsure; FAILED ones too when by a
 * person.
 */
int outbox_requeue(struct txn *t, Pb__Outbox *row, bool also_failed, struct wall now);
/* ERR_BAD_STATE when nothing can be cancelled */
int outbox_cancel(struct txn *t, Pb__Outbox *row, const char *why, struct wall now);

/* A mail came back: what was sent, or may have been, FAILED. ERR_BAD_STATE: nothing of it was. */
int outbox_came_back(struct txn *t, Pb__Outbox *row, struct bytes error, struct wall now,
		     struct arena *a);

struct outbox_filter {
	int state;                /* enum out_state, or -1 */
	struct bytes case_number; /* or none; found by the case's trail and its contact */
	size_t limit;
	size_t look_max; /* rows that are read at most, the newest ones; 0: all. Of a case all are read. */
};
typedef int outbox_fn(const Pb__Outbox *row, void *ctx);
/*
 * Newest first. ERR_TIMEOUT: not all was looked at, by look_max or the reader's deadline; ERR_CORRUPT:
 * some can't be read. What was found was told all the same.
 */
int outbox_list(struct txn *t, const struct outbox_filter *f, outbox_fn *fn, void *ctx);
int outbox_of_contact(struct txn *t, uint64_t contact, size_t limit, outbox_fn *fn, void *ctx);
struct outbox_load {
	uint64_t queued, sending, unsure; /* rows */
};
int outbox_load(struct txn *t, struct bytes channel, struct outbox_load *load_out);
/* Each channel once for which something is QUEUED, SENDING or UNSURE. */
typedef int outbox_channel_fn(struct bytes channel, void *ctx);
int outbox_each_channel(struct txn *t, outbox_channel_fn *fn, void *ctx);
int early_count(struct txn *t, uint64_t *n_out);

#endif
