/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * db - the seam: an ordered map of tables with repeatable, serialisable transactions.
 *
 * Included by store/ (and by the tests of store/) only; engines: db_lmdb.c.
 * Promises: ERR_OK from db_write means durable. ERR_STORE_FULL: nothing
 *           happened, try later. ERR_STORE_IO: unknown; the process must end.
 * Threads:  db_write from one thread at a time (the committer); db_read from any.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "parsers/bytes.h"
#include "parsers/clock.h"
#include "store/table.h"

#define DB_KEY_MAX 480

struct db;
struct txn;
struct keyed_key;

struct db_limits {
	uint64_t map_bytes;
	unsigned readers;
	bool sync; /* false only for simulations on tmpfs */
	bool may_create;
	uint64_t reserve_percent; /* of the map kept for backup; unused by engines that need none */
};

struct db_space {
	uint64_t map_bytes;
	uint64_t
		used_bytes; /* pages in use, freed ones not counted but for those that a reader still sees */
};

typedef int db_work_fn(struct txn *t, void *ctx);

/*
 * where: "lmdb:DIR" (DIR exists). ERR_NOENT: nothing there and may not create;
 * ERR_NOSPACE: the disk can't hold the map (nothing is left behind); ERR_VERSION:
 * another engine's file; ERR_STORE_IO. Never twice in one process (the lock file sees to it).
 * A map that is larger on disk than asked for stays so.
 */
int db_open(const char *where, const struct db_limits *limits, struct db **db_out);
/* A write transaction that a test left by a jump is dropped. */
void db_close(struct db **db);
/*
 * The key of this store's digests, for txn_key(); copied, NULL: none. Before any transaction that
 * asks for it.
 */
void db_set_key(struct db *db, const struct keyed_key *key);
/* Test aid: db_write runs its work n times, dropping all but the last, as a conflict would. */
void db_set_repeat(struct db *db, unsigned n);

/*
 * Runs work and commits. work may run more than once and must be repeatable.
 * What work returns other than ERR_OK drops the transaction and is returned.
 */
int db_write(struct db *db, db_work_fn *work, void *ctx);
/*
 * One snapshot, until work returns; deadline 0: none. Values are unaligned and die with it.
 * ERR_TIMEOUT from txn_walk past it.
 */
int db_read(struct db *db, struct mono deadline, db_work_fn *work, void *ctx);

void txn_want(struct txn *t, enum table table, struct bytes key); /* LMDB ignores it */
/* ERR_NOENT */
int txn_get(struct txn *t, enum table table, struct bytes key, struct bytes *value_out);
/* sticky error */
void txn_put(struct txn *t, enum table table, struct bytes key, struct bytes value);
void txn_drop(struct txn *t, enum table table, struct bytes key); /* absent is no error */
/* counters: 8 octets, big-endian */
void txn_add(struct txn *t, enum table table, struct bytes key, int64_t by);

enum walk { WALK_UP, WALK_DOWN };
/*
 * ERR_OK goes on; ERR_CANCELLED ends the walk without an error; anything else ends it and is
 * returned.
 */
typedef int walk_fn(struct bytes key, struct bytes value, void *ctx);
/*
 * from <= key < to; to of length 0 means the end of the table; limit 0: none. In WALK_DOWN the
 * order is reversed. row must not write to the table walked.
 */
int txn_walk(struct txn *t, enum table table, struct bytes from, struct bytes to, enum walk way,
	     size_t limit, walk_fn *row, void *ctx);

/*
 * 42 bits ms, 6 bits node, 16 bits n: time order without a shared counter; never below the last id
 * kept + 1.
 */
uint64_t txn_id(struct txn *t, struct wall now);
bool txn_has_written(const struct txn *t);
uint64_t txn_n_writes(const struct txn *t);           /* puts, drops and adds so far */
uint64_t txn_n_reads(const struct txn *t);            /* gets, and rows walked, so far */
const struct keyed_key *txn_key(const struct txn *t); /* NULL: digests have no key */
bool txn_is_read(const struct txn *t);
int txn_err(const struct txn *t);
/* makes err the sticky one if there is none yet; returns the sticky one */
int txn_fail(struct txn *t, int err);

/* Any thread. */
struct db_space db_space(struct db *db);
/*
 * Only on the committer thread, between transactions, growing only. ERR_NOSPACE, ERR_INVALID
 * (smaller than now), ERR_BUSY (a reader didn't end within a second: try again).
 */
int db_grow(struct db *db, uint64_t map_bytes);
/*
 * A copy from one snapshot into DIR (exists, empty); compacts when told. Progress is called now
 * and then with octets done, or NULL.
 */
typedef void db_progress_fn(uint64_t done, uint64_t total, void *ctx);
int db_copy(struct db *db, const char *dir, bool compact, db_progress_fn *progress, void *ctx);

#endif
