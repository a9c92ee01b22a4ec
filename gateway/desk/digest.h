/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * digest - once a day, at late_notice, by mail: the coordinator gets all that waits for
 * people in one list (late cases, words of staff that nobody stood by, mails that can't be
 * read, replies that failed), and each department hears of its own late cases.
 *
 * The coordinator's daily SMS is late.h's. What was told is in the store, so a start tells
 * nothing twice; each step is a job of its own, so that a bad day fits into any arena.
 * Owns:    the meta value "digest-step". Threads: committer; repeatable.
 */
#ifndef GATEWAY_DESK_DIGEST_H
#define GATEWAY_DESK_DIGEST_H

#include "gateway/desk/desk.h"

/* Takes the day's next step, when its hour has come; more_out: there is another one. */
int digest_step(struct txn *t, struct desk *d, bool *more_out);

#endif
