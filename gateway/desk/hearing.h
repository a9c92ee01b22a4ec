/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hearing - from a text, in one piece or joined from parts (in_parts.h), to its one outcome.
 *
 * Threads: committer; repeatable. All write the message record themselves, after
 * its outcome is known, so that it is counted once and right.
 */
#ifndef GATEWAY_DESK_HEARING_H
#define GATEWAY_DESK_HEARING_H

#include "gateway/desk/intake_apply.h"
#include "gateway/desk/matter.h"

/* A message record with an id, everything that came off the channel, no outcome yet. NULL: out of memory. */
Pb__Message *hearing_record(struct txn *t, struct desk *d, const struct message *msg);
/* Who wrote: an address "sms:+…", or a name or short code, who can't be answered and is still somebody. */
int hearing_contact(struct txn *t, struct desk *d, struct bytes from, Pb__Contact **contact_out);
int hearing_understand(struct desk *d, struct bytes text, const Pb__Contact *contact,
		       struct classified *u);
/* What was understood goes into the record, and the tongue of it into the contact, which is written. */
int hearing_note(struct txn *t, struct desk *d, Pb__Message *rec, Pb__Contact *contact,
		 const struct classified *u);
/* Reads and decides; address "sms:…". understood NULL: it is classified here. */
int hearing_decide(struct txn *t, struct desk *d, Pb__Message *rec, struct bytes address,
		   const struct classified *understood, bool emergency_told,
		   struct intake_found *found_out);
/* The same once the contact is known (rec->contact is set), by what was understood. */
int hearing_decide_for(struct txn *t, struct desk *d, Pb__Message *rec, Pb__Contact *contact,
		       const struct classified *understood, struct intake_found *found_out);
/* Keeps raw octets aside; sets the message's outcome and why. */
int hearing_quarantine(struct txn *t, struct desk *d, Pb__Message *rec, struct bytes reason,
		       struct bytes raw, uint64_t *id_out);

/*
 * A message that a person let out of the quarantine, or that grew by a late part: it opens or joins
 * a case, whatever the rules think, because it is to be dealt with. The record is rewritten, not added.
 */
int hearing_again(struct txn *t, struct desk *d, Pb__Message *rec, struct intake_found *found_out);

#endif
