/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * late - once a day the coordinator hears by SMS how many cases are late.
 *
 * Owns: the meta value "late-notice-day". Threads: committer; repeatable.
 */
#ifndef GATEWAY_DESK_LATE_H
#define GATEWAY_DESK_LATE_H

#include "gateway/desk/desk.h"

/* Counts what is late, and writes the day's notice when its hour has come and something is. */
int late_notice(struct txn *t, struct desk *d, uint64_t *late_out);
/* When the notice's hour comes next. */
struct wall late_next(const struct desk *d);
/* How many cases are late, up to a bound; a read. */
int late_count(struct txn *t, struct wall now, uint64_t *late_out);

#endif
