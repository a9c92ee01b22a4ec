/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * remote - which segment a network's id means, in whatever form it writes it, and receipts
 * that came before anybody named their id.
 *
 * Owns:     the table "early"; "remote" is the index's.
 * Promises: an id is first itself, then itself without leading noughts and case; the other
 *           base decides only where exactly one segment that waits for a receipt fits.
 * Threads:  the committer's.
 */
#ifndef STORE_REMOTE_H
#define STORE_REMOTE_H

#include "parsers/receipt.h"
#include "store/db.h"
#include "store/record.h"

/* ERR_NOENT: nobody has it yet. Ids are used again by some networks: the newest row that had it is meant. */
int remote_find(struct txn *t, struct bytes channel, struct bytes remote_id, struct wall now,
		struct arena *a, uint64_t *row_out, unsigned *segment_out);
/* A receipt for an id that nobody has. ERR_LIMIT: not kept, see EARLY_A_DAY (store/outbox.h). */
int early_keep(struct txn *t, struct bytes channel, const struct receipt *r, struct wall now,
	       struct arena *a);
/* Takes out the one that speaks of this id. ERR_NOENT: there is none that can be read. */
int early_take(struct txn *t, struct bytes channel, struct bytes remote_id, struct arena *a,
	       Pb__Early **rec_out);

#endif
