/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rows - replies of one channel for the tests of the outbox: made, claimed, settled in one line each.
 */
#ifndef TESTS_STORE_ROWS_H
#define TESTS_STORE_ROWS_H

#include "store/counts.h"
#include "store/outbox.h"
#include "tests/store/fixture.h"

extern const struct bytes row_channel; /* "sms" */

/* A new reply of so many segments, QUEUED, valid for two days. */
uint64_t row_add(struct txn *t, struct fixture *f, size_t segments, struct wall now);
/* Claims up to n; ids: of each the id times ten, and its segment. NULL: only how many. */
size_t row_claim(struct txn *t, struct fixture *f, size_t n, struct wall now, uint64_t *ids);
const char *row_state(struct txn *t, struct fixture *f, uint64_t id);
int row_result(struct txn *t, struct fixture *f, uint64_t id, unsigned segment,
	       enum send_outcome outcome, const char *remote, struct wall now);
/* id 0: by its remote id. */
int row_receipt(struct txn *t, struct fixture *f, uint64_t id, unsigned segment, const char *remote,
		enum receipt_state state, struct wall now);
struct outbox_load row_load(struct txn *t);
int64_t row_counted(struct txn *t, enum count what);

#endif
