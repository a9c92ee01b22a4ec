/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * verify - what the files of one verification share (keep.h: verify_run).
 */
#ifndef STORE_VERIFY_H
#define STORE_VERIFY_H

#include "store/counts.h"
#include "store/keep.h"
#include "store/tally.h"

struct verify {
	struct txn *t;
	struct arena *each; /* emptied for each row */
	problem_fn *fn;
	void *ctx;
	keep_progress_fn *progress;
	void *progress_ctx;
	uint64_t n_records;
	enum table table;                   /* walked now */
	uint64_t expected[TABLE_COUNT_ALL]; /* rows of derived tables */
	uint64_t found[TABLE_COUNT_ALL];
	bool misses[TABLE_COUNT_ALL]; /* a derived table lacks a row */
	uint64_t highest_id;
	struct tally numbers; /* by key of "count": 0 expected, 1 stands, 2 there is such a row */
	struct tally parts;   /* by day and channel: enum parts_column */
	struct tally years;   /* by year: 0 the highest number */
	uint64_t mixed[COUNT_LAST + 1];
};

/* What is wrong, with the table and the key of the row it is about. */
void verify_say(struct verify *v, enum table table, struct bytes key, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* What a record says of others, and what it counts for; rec is never NULL. */
int verify_record(struct verify *v, struct bytes key, const ProtobufCMessage *rec);
/* After all records: the counters and the names of "meta". */
int verify_counts(struct verify *v);
int verify_meta(struct verify *v);
/* Adds to what a counter should be. */
int verify_count(struct verify *v, enum count what, const char *channel, int64_t at);
enum parts_column { PARTS_ALL, PARTS_JOINED, PARTS_GIVEN_UP, IS_WAITING, IS_JOINED, IS_GIVEN_UP };
int verify_count_part(struct verify *v, enum parts_column column, const char *channel, int64_t at);

#endif
