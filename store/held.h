/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * held - words that came in a member's name without proof: they wait until the
 * member says, from the registered address, that they are hers, or until they expire.
 *
 * Owns:     the "held" table.
 * Promises: each is settled once; what waits has a due entry.
 */
#ifndef STORE_HELD_H
#define STORE_HELD_H

#include "parsers/clock.h"
#include "store/db.h"
#include "store/record.h"

/* Gives rec its id and created; state HELD_WAITING. The rest is the caller's. */
int held_add(struct txn *t, Pb__Held *rec, struct wall now);
int held_get(struct txn *t, uint64_t id, struct arena *a, Pb__Held **rec_out); /* ERR_NOENT */
void held_put(struct txn *t, const Pb__Held *rec);
/* ERR_BAD_STATE when it was settled before: nothing is executed twice. */
int held_settle(struct txn *t, Pb__Held *rec, enum held_state as, struct wall now);
typedef int held_fn(const Pb__Held *rec, void *ctx);
/* Those that wait, newest first. */
int held_each_waiting(struct txn *t, held_fn *fn, void *ctx);
int held_count(struct txn *t, uint64_t *n_out);

#endif
