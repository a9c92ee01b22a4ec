/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hearing - from a text, in one piece or joined from parts, to its one outcome.
 *
 * Threads: committer; repeatable. All write the message record themselves, after
 * its outcome is known, so that it is counted once and right.
 */
#ifndef GATEWAY_DESK_HEARING_H
#define GATEWAY_DESK_HEARING_H

#include "gateway/desk/intake_apply.h"
#include "store/parts.h"

/* A message record with an id, everything that came off the channel, no outcome yet. NULL: out of memory. */
Pb__Message *hearing_record(struct txn *t, struct desk *d, const struct message *msg);
void hearing_part(const struct desk *d, const struct message *msg, Pb__Part *part);
/* Reads and decides; address "sms:…". understood NULL: it is classified here. */
int hearing_decide(struct txn *t, struct desk *d, Pb__Message *rec, struct bytes address,
		   const struct classified *understood, bool emergency_told,
		   struct intake_found *found_out);
/* One part while the others are still out: only emergency words are acted on. */
int hearing_part_alone(struct txn *t, struct desk *d, Pb__Part *part);
/* A whole set, or one with gaps that nobody waits for any longer. */
int hearing_parts(struct txn *t, struct desk *d, struct part_set *set,
		  struct intake_found *found_out);
/* A part whose message was made without it: it joins the same case. */
int hearing_late_part(struct txn *t, struct desk *d, Pb__Part *part, struct part_set *set,
		      struct intake_found *found_out);
/* Keeps raw octets aside; sets the message's outcome and why. */
int hearing_quarantine(struct txn *t, struct desk *d, Pb__Message *rec, struct bytes reason,
		       struct bytes raw, uint64_t *id_out);

/*
 * A message that a person let out of the quarantine: a case is opened for it, whatever the rules
 * thought, because a person has read it and wants it dealt with. The record is rewritten, not added.
 */
int hearing_again(struct txn *t, struct desk *d, Pb__Message *rec, struct intake_found *found_out);

#endif
