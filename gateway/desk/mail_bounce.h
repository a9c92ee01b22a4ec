/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_bounce - mails by programs: a bounce finds the row that it is about, and
 * moves it to FAILED; all of them are recorded, and none is answered.
 *
 * Threads: committer; repeatable.
 */
#ifndef GATEWAY_DESK_MAIL_BOUNCE_H
#define GATEWAY_DESK_MAIL_BOUNCE_H

#include "gateway/desk/desk.h"

/* Sets outcome, why, contact and case of the message; the caller writes it. */
int mail_bounce_hear(struct txn *t, struct desk *d, const struct mail *m, Pb__Message *rec);

#endif
