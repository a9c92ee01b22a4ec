/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * due - what must happen at a time: derived from the records by the index, so
 * it can be rebuilt; read by the wakeups.
 */
#ifndef STORE_DUE_H
#define STORE_DUE_H

#include "parsers/clock.h"
#include "store/db.h"
#include "store/record.h"

enum due_kind {
	DUE_CASE = 1, /* case_due() of every open case; key: case key */
	DUE_PARTS,    /* a set that still waits, at its newest part's due; key: key of that part */
	DUE_UNSURE,   /* a row with UNSURE segments and not told_staff, at unsure_since; key: id */
	DUE_VALIDITY, /* a row QUEUED or SENT, at valid_until, unless that is 0; key: id */
	DUE_SOLVED,   /* a solved case, at solved_until, unless that is 0; key: case key */
	DUE_HELD,     /* held words that wait, at expires; key: id */
	DUE_UNTOLD, /* a case with messages that staff weren't mailed yet, at untold_until; key: case key */
};

struct due {
	struct wall at;
	enum due_kind kind;
	struct bytes key; /* valid during the call; due_case_number() or the id */
};
typedef int due_fn(const struct due *d, void *ctx);
/*
 * Entries with at <= now, oldest first, copied before fn is called for the first time, so fn may write.
 * An UNSURE entry counts only when at + unsure_wait_ms <= now.
 */
int due_each(struct txn *t, struct wall now, int64_t unsure_wait_ms, size_t limit, struct arena *a,
	     due_fn *fn, void *ctx);
/* When the next entry counts (UNSURE ones with the wait added). ERR_NOENT: nothing waits. */
int due_next(struct txn *t, int64_t unsure_wait_ms, struct wall *at_out);
/* Drops an entry that its record doesn't yield, as one whose record can't be read; verify names that. */
int due_drop_false(struct txn *t, const struct due *d);
/* The case number / id of an entry. */
int due_case(const struct due *d, struct txn *t, struct arena *a, Pb__Case **rec_out);
uint64_t due_id(const struct due *d);

#endif
