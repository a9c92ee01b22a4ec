/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * budget - nobody can use us against others: how many texts may leave to a
 * number, a prefix, in an hour, a day, a month.
 *
 * Owns:     the "attempt" counters of kinds AUTO_REPLY to MONEY, through counts.
 * Promises: what is over a contact's budget waits for the next window that has
 *           room and says so; what finds none within two days is kept, shown and
 *           cancelled then, or a storm in somebody's name would reach him after all;
 *           what is over the instance's leaves with an alarm, or waits too when
 *           budget_hard says so.
 * Threads:  committer; repeatable.
 */
#ifndef GATEWAY_DESK_BUDGET_H
#define GATEWAY_DESK_BUDGET_H

#include "gateway/desk/desk.h"

struct budget_ask {
	struct bytes to; /* "sms:+381…" */
	unsigned segments;
	bool is_automatic; /* nobody at the town hall wrote it */
	bool is_urgent;    /* emergency: never waits, but is counted */
	bool is_staff; /* to our own people: never waits, and is counted for the instance only */
};

struct budget_answer {
	struct wall not_before; /* 0: now */
	bool over;              /* error "budget" belongs on the row */
	bool leaves; /* false: no window within two days has room; it is kept and shown */
};

/* The prefix of answer_prefixes that the number begins with, or NULL: it must not be answered. */
const char *budget_prefix(const struct conf *conf, struct bytes to);
/* Counts the row where it will leave. */
void budget_take(struct txn *t, struct desk *d, const struct budget_ask *ask,
		 struct budget_answer *answer_out);

#endif
