/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * clocks - what is due: late cases, parts given up, unsure rows, rows past their validity.
 */
#ifndef GATEWAY_DESK_CLOCKS_H
#define GATEWAY_DESK_CLOCKS_H

#include "gateway/desk/desk.h"

/* Acts on at most n due entries; *more_out says that others are due already. Returns what it did in counts. */
struct clocks_done {
	size_t n; /* entries acted on */
	bool more;
	bool has_next;
	struct wall next; /* when has_next */
	bool has_late;    /* they were counted */
	uint64_t late;    /* open cases that are late now */
};
/* Counting late cases reads every open case: done when asked, and whenever a case's clock was acted on. */
int clocks_apply(struct txn *t, struct desk *d, size_t n, bool count_late,
		 struct clocks_done *done_out);

/* The error of a row that the citizen's STOP cancelled. */
#define OUTBOX_STOPPED "STOP"

/* What dispatch needs decided in its transaction: a row that can't leave any more or whose segment failed: staff hear of it, the case's log has it; an answer that was SENT sets case.answered. */
int clocks_row_changed(struct txn *t, struct desk *d, Pb__Outbox *row);

#endif
