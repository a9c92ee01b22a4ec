/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * staff_acts - the acts of staff that come by mail only (staff.h has the others):
 * the answer that solves, forwarding, waiting, linking, splitting off, the tongue.
 *
 * Each checks, acts and logs, or does nothing and says why. Threads: committer; repeatable.
 */
#ifndef GATEWAY_DESK_STAFF_ACTS_H
#define GATEWAY_DESK_STAFF_ACTS_H

#include "gateway/desk/staff.h"
#include "parsers/language.h"

/* Solved once its answer was SENT (act->row, or one that was sent before): then the citizen is asked. */
int staff_solve(struct txn *t, struct desk *d, struct staff_act *act);
/* other: a department or category. The second time it goes to the coordinator. */
int staff_forward(struct txn *t, struct desk *d, struct staff_act *act);
int staff_wait(struct txn *t, struct desk *d, struct staff_act *act, uint32_t day);
int staff_take_it(struct txn *t, struct desk *d, struct staff_act *act);
/* other: the other case. */
int staff_link(struct txn *t, struct desk *d, struct staff_act *act);
/* words: what the new case of the same citizen is about. */
int staff_split(struct txn *t, struct desk *d, struct staff_act *act);
int staff_speak(struct txn *t, struct desk *d, struct staff_act *act, struct tongue tongue);

#endif
