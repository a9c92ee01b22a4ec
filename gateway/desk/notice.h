/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * notice - what a network brings that isn't words of a person: pictures, codes, its own signs.
 *
 * Each is a message with its one outcome. Who sent pictures is told, once a day and within
 * the budgets, that only texts are read here; nobody is told anything else.
 * Threads: committer; repeatable.
 */
#ifndef GATEWAY_DESK_NOTICE_H
#define GATEWAY_DESK_NOTICE_H

#include "gateway/desk/intake_apply.h"

/* msg->kind isn't MESSAGE_WORDS. */
int notice_keep(struct txn *t, struct desk *d, const struct message *msg,
		struct intake_found *found_out);

#endif
