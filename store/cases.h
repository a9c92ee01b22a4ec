/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases - every case, its states, and the trail of what happened to it.
 *
 * Owns:     the "case" and "log" tables, and the counter of numbers.
 * Promises: a case changes state only through case_move(); every step is a log
 *           entry chained by hash to the one before; derived keys follow.
 * Threads:  what writes takes the committer's txn; the rest any reader's.
 */
#ifndef STORE_CASES_H
#define STORE_CASES_H

#include "parsers/clock.h"
#include "store/db.h"
#include "store/record.h"

/* Of a case whose mail only a person can open. */
#define CASE_KIND_UNREADABLE "unreadable"
#define CASE_NUMBER_SIZE     32 /* "SP-2026-000123" and a NUL, with room for long prefixes */

/* ERR_NOENT, ERR_INVALID: no such form */
int case_get(struct txn *t, struct bytes number, struct arena *a, Pb__Case **rec_out);
void case_put(struct txn *t, const Pb__Case *rec); /* sticky */
/*
 * Checks the move by the one table of moves, sets state (not reason or times). ERR_BAD_STATE. The
 * caller logs and puts.
 */
int case_move(Pb__Case *rec, enum case_state next);
bool case_is_open(const Pb__Case *rec); /* neither solved nor closed */
/*
 * What is due next of an open case, never 0: the first of answer_due (until answered), solve_due and
 * waiting_until (in state waiting) that lies after late_told; when none does, max(opened, late_told) + 30 days,
 * so that every open case has a due entry and comes up again. 0 for solved and closed ones.
 */
int64_t case_due(const Pb__Case *rec);
/*
 * The moment after which an open case is late, whether told or not: the first of answer_due (until
 * answered) and solve_due. CASE_NEVER_LATE: it waits, or has no clock, or isn't open.
 */
int64_t case_late_from(const Pb__Case *rec);
#define CASE_NEVER_LATE INT64_C(253402300799000) /* the end of the year 9999 */
bool case_is_late(const Pb__Case *rec, struct wall now);

struct case_step {
	const char *who; /* "citizen" "odzivd" or a user name */
	/* "opened" "message" "answer" "question" "note" "state" "assigned" "merged" … */
	const char *what;
	uint64_t message;  /* or 0 */
	uint64_t row;      /* or 0 */
	struct bytes note; /* words that stand nowhere else */
	/* words that stand in the message or row: only their digest is kept */
	struct bytes words;
	const char *channel; /* or NULL */
	struct bytes why;    /* the rule, the reason */
};
/*
 * Appends to the trail; changes rec->log_entries and rec->log_head, so the caller puts rec
 * afterwards.
 */
void case_log(struct txn *t, Pb__Case *rec, const struct case_step *step, struct wall now,
	      struct arena *a);
/*
 * Gives rec the next number of the local year (rec->number is set, in the arena), logs the first
 * step, if there is one, and writes it, once. The caller has filled the rest.
 */
int case_open(struct txn *t, Pb__Case *rec, struct bytes prefix, int local_year,
	      const struct case_step *step, struct wall now, struct arena *a);

typedef int case_fn(const Pb__Case *rec, void *ctx); /* as walk_fn; rec dies with the call */
typedef int log_fn(const Pb__LogEntry *entry, void *ctx);
int case_log_each(struct txn *t, struct bytes number, log_fn *fn, void *ctx); /* oldest first */
/*
 * True when the chain of hashes from the first entry to rec->log_head is whole; *bad_out gets the
 * first bad n.
 */
int case_log_verify(struct txn *t, const Pb__Case *rec, bool *whole_out, uint32_t *bad_out);

struct case_filter {
	int state;               /* enum case_state, or -1: all */
	struct bytes department; /* or none */
	struct bytes category;   /* or none */
	bool late;               /* only late ones, by now */
	struct wall now;
	/*
	 * folded substring searched in number, place, settlement, reason and the texts of its
	 * messages; none: no search
	 */
	struct bytes words;
	size_t limit;
	/* Records that are read at most, the newest ones; 0: all. Of open cases all are read. */
	size_t look_max;
};
/*
 * Newest first. ERR_TIMEOUT: not all was looked at, by look_max or the reader's deadline; ERR_CORRUPT:
 * some can't be read. What was found was told all the same.
 */
int case_list(struct txn *t, const struct case_filter *f, case_fn *fn, void *ctx);
/* Every open case once, in no order that matters. ERR_CORRUPT as above. */
int case_each_open(struct txn *t, case_fn *fn, void *ctx);
/*
 * A contact's cases, newest first; open_only leaves out solved and closed. What can't be read is
 * left out.
 */
int case_of_contact(struct txn *t, uint64_t contact, bool open_only, size_t limit, case_fn *fn,
		    void *ctx);
/* Others' cases too: of the same category at the same place, since then, newest first. */
int case_near(struct txn *t, const Pb__Case *rec, struct wall since, case_fn *fn, void *ctx);
/*
 * The newest open case of a contact, among his newest 50, with this category and place (where place
 * is "" the settlement; both known and equal, and no other settlement named). ERR_NOENT.
 */
int case_same_matter(struct txn *t, uint64_t contact, struct bytes category, struct bytes place,
		     struct bytes settlement, struct arena *a, Pb__Case **rec_out);

#endif
