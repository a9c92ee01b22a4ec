/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * answers - whose sender was told in time that a text is kept.
 *
 * Senders are told in the order of the turns (Pb__Seen.turn) in which their texts
 * were kept, so one number, noted once a batch, says it of all of them; only who
 * was told late is noted by himself. What a death left untold is a gap between
 * that number and the first turn after it, and stays known.
 *
 * Owns:     "answered" and "untold" of meta, late and answered of "seen".
 * Threads:  what writes takes the committer's txn.
 */
#ifndef STORE_ANSWERS_H
#define STORE_ANSWERS_H

#include "store/db.h"
#include "store/record.h"

struct digest;

/* *is_told_out: the sender of this text was told in time. */
int answers_told(struct txn *t, const Pb__Seen *seen, bool *is_told_out);
/*
 * All up to turn were told, from `since` on: the first turn since we started, once what came before it
 * is to be left untold; 0: that was noted already.
 */
int answers_up_to(struct txn *t, uint64_t since, uint64_t turn);
/* Told, but late: unless another text with the same words took its place. No error when there is none. */
int answers_late(struct txn *t, const struct digest *words, uint64_t turn);
/* Told in time after all, as the sender of a repeat. */
int answers_in_time(struct txn *t, const struct digest *words);

#endif
