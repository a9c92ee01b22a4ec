/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * staff_kit - what the acts of staff (staff.h) share: refusing in words, finding the
 * case, writing to its citizen, writing its trail. Only for staff*.c.
 */
#ifndef GATEWAY_DESK_STAFF_KIT_H
#define GATEWAY_DESK_STAFF_KIT_H

#include "gateway/desk/reply.h"
#include "gateway/desk/staff.h"
#include "store/cases.h"

/* Returns err. */
int staff_refuse(struct staff_act *act, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int staff_get_case(struct txn *t, struct desk *d, struct bytes number, struct staff_act *act,
		   Pb__Case **rec_out);
/* Refuses a case that was merged. */
int staff_must_live(const Pb__Case *rec, struct staff_act *act);
/* Whoever acts on a case that nobody has taken has taken it. */
void staff_take(Pb__Case *rec, const struct staff_act *act, struct desk *d);
/* Logs the step as this user's and writes the case. */
int staff_done(struct txn *t, struct desk *d, Pb__Case *rec, const struct staff_act *act,
	       struct case_step step);
/* kind and text are set; the rest is done here, on the citizen's channel. */
int staff_reply(struct txn *t, struct desk *d, Pb__Case *rec, struct reply *r,
		struct staff_act *act, Pb__Outbox **row_out);
/* To the case's contact, in the tongue that it is written to, with the values of the case. */
void staff_address(const struct desk *d, const Pb__Case *rec, const Pb__Contact *contact,
		   struct reply *r);
/*
 * Words and files of the act into the reply: by mail in the citizen's script, an SMS
 * with the way to the rest where it must be cut. The reply is complete but for them.
 */
int staff_words_for(struct desk *d, const struct staff_act *act, struct reply *r);

#endif
