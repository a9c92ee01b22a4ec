/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * staff_show - what a member who wrote a mail gets back: lines that can't be done,
 * what would leave, the list of orders.
 *
 * Threads: committer; repeatable.
 */
#ifndef GATEWAY_DESK_STAFF_SHOW_H
#define GATEWAY_DESK_STAFF_SHOW_H

#include "gateway/desk/desk.h"
#include "templates/compose_letter.h"

/* What of a mail can't be done, and in words how much of it was done all the same; or none. */
int staff_show_lines(struct txn *t, struct desk *d, const Pb__Case *rec,
		     const struct member *member, const struct letter_item *lines, size_t n,
		     struct bytes done);
int staff_show_help(struct txn *t, struct desk *d, const Pb__Case *rec,
		    const struct member *member);
/* What these words would leave as; nothing leaves but this. */
int staff_show_preview(struct txn *t, struct desk *d, Pb__Case *rec, const struct member *member,
		       struct bytes words, bool is_question);

#endif
