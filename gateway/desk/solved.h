/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * solved - 'was it solved?': the question after a case was solved, and what its answer
 * does: yes closes, no opens it again with the clock of its first opening.
 *
 * Threads: committer; repeatable.
 */
#ifndef GATEWAY_DESK_SOLVED_H
#define GATEWAY_DESK_SOLVED_H

#include "gateway/desk/matter.h"

/* The case is SOLVED from now on, and its citizen is asked, if he may be written to. who: a member, or "odzivd". */
int solved_now(struct txn *t, struct desk *d, Pb__Case *rec, const char *who);
/* The row was SENT: if it is the answer that solves, the case is solved. */
int solved_row_sent(struct txn *t, struct desk *d, const Pb__Outbox *row, Pb__Case *rec);
/*
 * A message that says nothing but yes or no, of somebody who was asked: it is heard here.
 * ERR_NOENT: it isn't one.
 */
int solved_answered(struct txn *t, struct desk *d, struct matter *m);

#endif
