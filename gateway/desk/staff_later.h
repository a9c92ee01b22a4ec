/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * staff_later - further messages of a case, when there are many: so many an hour are
 * mailed to staff at once, the rest together in one mail when the hour is over.
 *
 * Promises: a person who writes on and on fills nobody's mailbox, and nothing that he
 *           writes is kept from those who have the case.
 * Threads:  committer; repeatable.
 */
#ifndef GATEWAY_DESK_STAFF_LATER_H
#define GATEWAY_DESK_STAFF_LATER_H

#include "gateway/desk/desk.h"

/* A further message of the citizen, which stands in the case's trail already. The caller writes msg. */
int staff_later_hear(struct txn *t, struct desk *d, Pb__Case *rec, const Pb__Message *msg);
/* What was put off is due: all of it in one mail. */
int staff_later_tell(struct txn *t, struct desk *d, Pb__Case *rec);

#endif
