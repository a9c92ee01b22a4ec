/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * staff_orders - what a proven mail of a member asks for: words to the citizen, and
 * orders. All of it is checked before anything is done, so nothing is half done.
 *
 * Threads: committer; repeatable.
 */
#ifndef GATEWAY_DESK_STAFF_ORDERS_H
#define GATEWAY_DESK_STAFF_ORDERS_H

#include "gateway/desk/desk.h"

/* words: the mail whose text and files are meant. What wasn't understood is told to the member, and is no error. */
int staff_orders_do(struct txn *t, struct desk *d, Pb__Case *rec, const struct member *member,
		    const Pb__Message *words);

#endif
