/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * staff_mail - a mail of staff: proven, its words go to the citizen and its orders
 * are carried out, all or none; not proven, nothing of it is done, it is held on the
 * case, and the member is asked at the registered address.
 *
 * Threads: committer; repeatable.
 */
#ifndef GATEWAY_DESK_STAFF_MAIL_H
#define GATEWAY_DESK_STAFF_MAIL_H

#include "gateway/desk/desk.h"

/*
 * rec: the message, without an outcome; its outcome and case are set, the caller writes it.
 * ERR_NOENT: it names no case that there is, so it is a mail like any other; nothing was done.
 */
int staff_mail_hear(struct txn *t, struct desk *d, const struct mail *m, Pb__Message *rec);
/*
 * The same for a mail without tag or token that answers one of ours which can't be answered, as the
 * day's list, or a department's copy: nothing is done, and whoever wrote is told what to answer.
 * ERR_NOENT: it doesn't, or isn't written by who got ours; nothing was done.
 */
int staff_mail_hear_lost(struct txn *t, struct desk *d, const struct mail *m, Pb__Message *rec);

#endif
