/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * parts - the pieces of long SMS, until they are one message; and 'seen before?'.
 *
 * Owns:     the "part" and "seen" tables.
 * Promises: parts received = joined + waiting + given up at any time (counts).
 */
#ifndef STORE_PARTS_H
#define STORE_PARTS_H

#include "parsers/clock.h"
#include "store/db.h"
#include "store/record.h"

enum part_fate {
	PART_KEPT,      /* waits for the others */
	PART_REPEATED,  /* the same part again: nothing changed */
	PART_COMPLETED, /* the last one: parts_out holds all, in order */
	PART_LATE, /* its set was given up already: parts_out[0] is it; message_out is the message it belongs to */
};

struct part_set {
	Pb__Part **parts; /* index order; those that exist */
	size_t n;
	uint32_t total;
	uint32_t set;
	uint64_t message; /* PART_LATE: the message made without it */
};

/*
 * Keeps rec (set and due are given here: due = now + wait). A reference used
 * again with another text at the same index, another total, or after the set
 * was completed begins a new set. However many sets a reference has, only the newest
 * are read. ERR_LIMIT: 65,536 of them within the two days that they are kept.
 */
int part_add(struct txn *t, Pb__Part *rec, int64_t wait_ms, struct wall now, struct arena *a,
	     enum part_fate *fate_out, struct part_set *set_out);
/* All parts of the set that a due entry names (its key); for giving up. */
int part_set_get(struct txn *t, struct bytes part_key, struct arena *a, struct part_set *set_out);
/* Marks all of the set as JOINED or GIVEN_UP into a message; counts move. */
void part_settle(struct txn *t, struct part_set *set, enum part_state state, uint64_t message);
void part_put(struct txn *t, const Pb__Part *rec);
int part_waiting(struct txn *t, uint64_t *n_out);

struct digest;
/* ERR_NOENT */
int seen_get(struct txn *t, const struct digest *key, struct arena *a, Pb__Seen **rec_out);
void seen_put(struct txn *t, const struct digest *key, const Pb__Seen *rec);
/* Where nothing stands, as seen_get() said. */
void seen_put_new(struct txn *t, const struct digest *key, const Pb__Seen *rec);

#endif
