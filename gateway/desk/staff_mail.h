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

#endif
