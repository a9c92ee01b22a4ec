/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * in_parts - a long SMS: its parts are kept, become one message, or come late.
 *
 * Promises: emergency words are answered with the first part that holds them;
 *           where a part is missing stands a mark; a late part joins the case of
 *           its message, or opens one when the message had none.
 * Threads:  committer; repeatable. parts_give_up() stands in intake_apply.h.
 */
#ifndef GATEWAY_DESK_IN_PARTS_H
#define GATEWAY_DESK_IN_PARTS_H

#include "gateway/desk/intake_apply.h"

int in_parts_keep(struct txn *t, struct desk *d, const struct message *msg,
		  struct intake_found *found_out);

#endif
