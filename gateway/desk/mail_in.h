/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_in - a mail becomes its one outcome: what programs sent is recorded and never
 * answered, what can't be read is a case for the coordinator, what staff wrote goes
 * the way of staff (staff_mail.h), and what citizens wrote the way of a text.
 *
 * Promises: an automatic answer goes to a person who wrote to us, and to nobody else:
 *           not to programs, lists, ourselves, staff, senders that fail dmarc, nor to
 *           who wrote long ago or to somebody else.
 * Threads:  committer; repeatable.
 */
#ifndef GATEWAY_DESK_MAIL_IN_H
#define GATEWAY_DESK_MAIL_IN_H

#include "gateway/desk/intake_apply.h"

/* understood: of its own words alone, or NULL. Writes the message record, once, with its outcome. */
int mail_in_apply(struct txn *t, struct desk *d, const struct message *msg,
		  const struct classified *understood, struct intake_found *found_out);

#endif
