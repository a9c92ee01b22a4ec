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
	DUE_CASE = 1,      /* case_due() of every open case; key: case key */
	DUE_PARTS,         /* a set that still waits; key: key of its newest part */
	DUE_UNSURE,        /* a row with UNSURE segments: unsure_since; key: id */
	DUE_VALIDITY,      /* a row QUEUED, SENT: valid_until; key: id */
};

struct due {
	struct wall at;
	enum due_kind kind;
	struct bytes key;  /* valid during the call; due_case_number() or the id */
};
typedef int due_fn(const struct due *d, void *ctx);
/* Entries with at <= now, oldest first. Case entries stay due until the case changes (late_told, answered …): index files a late case that was told under its next step. */
int due_each(struct txn *t, struct wall now, size_t limit, due_fn *fn, void *ctx);
int due_next(struct txn *t, struct wall *at_out); /* ERR_NOENT: nothing waits */
/* The case number / id of an entry. */
int due_case(const struct due *d, struct txn *t, struct arena *a, Pb__Case **rec_out);
uint64_t due_id(const struct due *d);

#endif
