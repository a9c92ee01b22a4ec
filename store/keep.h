/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * keep - opening a store with its version and keys, and the work that keeps it
 * sound: verify, rebuild, dump, backup, restore, compact, sweep.
 */
#ifndef STORE_KEEP_H
#define STORE_KEEP_H

#include "parsers/clock.h"
#include "parsers/keyed.h"
#include "store/db.h"
#include "store/record.h"

/* What a store is besides its tables. Files below state_dir: store/ (LMDB), lock, key, in_hand. */
struct store {
	struct db *db;
	/*
	 * for digests; made at creation, kept in state_dir/key (0600); a key that lies there is
	 * taken
	 */
	struct keyed_key key;
	int lock_fd;
};

/*
 * Takes the lock file (ERR_BUSY with the pid in why_out when another has it),
 * opens or creates the store, checks the version (ERR_VERSION), makes derived
 * tables that are missing. why_out gets words on every error.
 */
int store_open(const char *state_dir, uint64_t map_bytes, bool may_create, struct store *store_out,
	       char *why_out, size_t why_size);
/* The same with all limits: the simulation's stores have no syncs. */
int store_open_with(const char *state_dir, const struct db_limits *limits, struct store *store_out,
		    char *why_out, size_t why_size);
void store_close(struct store *s);
/* Only the lock file of a state_dir that exists: nobody opens a store there until fd is closed. */
int store_lock(const char *state_dir, int *fd_out, char *why_out, size_t why_size);
/* What the format is called in meta; a store of a later one is refused. */
#define STORE_VERSION 1
/*
 * True while derived tables are being made anew: rebuild_slice() until it is done, before intake
 * opens.
 */
int store_needs_rebuild(struct txn *t, bool *needs_out);

/* Where that stands; n_steps counts the tables of both its phases. ERR_NOENT: nothing is being made. */
struct rebuild_stand {
	const char *doing; /* "emptying" "making" */
	const char *table;
	unsigned step, n_steps;
};
int rebuild_stands(struct txn *t, struct rebuild_stand *stand_out);
/*
 * Whether it is another version's work that begins here, and nothing of it was done: then a backup
 * comes first. When there is one, or it failed and a person was told, it is noted.
 */
int upgrade_wants_backup(struct txn *t, bool *wants_out);
int upgrade_begins(struct txn *t);

typedef void keep_progress_fn(const char *what, uint64_t done, uint64_t total, void *ctx);

struct problem {
	const char *table;
	const char *words; /* what is wrong, with the key */
};
typedef void problem_fn(const struct problem *p, void *ctx);
/*
 * Every cross reference, counter, log chain; derived = rebuilt. n_records_out counts all
 * entries read; `a` holds the counters that are recounted. progress may be NULL; its total
 * is 0: nobody knows how many rows there are.
 */
int verify_run(struct txn *t, struct arena *a, problem_fn *fn, void *ctx, uint64_t *n_records_out,
	       keep_progress_fn *progress, void *progress_ctx);
/*
 * One slice of making derived tables anew; *mark is where it stands ("" at first, kept by the
 * caller or in meta); is_done_out at the end.
 */
int rebuild_slice(struct txn *t, size_t n, bool *is_done_out);
/*
 * Only for open.c and rebuild.c: marks the derived tables as made by this program, or as being made;
 * and a number for how this program makes them, which is another one in any that makes them otherwise.
 */
int keep_mark_index(struct txn *t);
void keep_unmark_index(struct txn *t);
uint32_t keep_index_tag(void);
void upgrade_owes_backup(struct txn *t);
/* Whether a rebuild by this very program stopped half way: then it goes on. */
bool rebuild_goes_on(struct txn *t);
/* Starts a rebuild: derived tables are emptied and the mark set, in slices as well. */
int rebuild_begin(struct txn *t);
/*
 * One JSON line per record of the table (TABLE_COUNT_ALL: all): {"table", "key", and "record",
 * "number" or "value"}. Nothing is left in `a`.
 */
typedef void line_fn(struct bytes line, void *ctx);
int dump_run(struct txn *t, enum table table, struct arena *a, line_fn *fn, void *ctx);
/* Deletes what is past its time, at most n entries. */
int sweep_slice(struct txn *t, struct wall now, size_t n, size_t *n_done_out);

/*
 * backup: DIR is made and must not hold anything; store, key and manifest.json (instance, version,
 * time, sizes, digests). files: other files to copy (configuration).
 */
int backup_run(struct store *s, const char *state_dir, const char *dir, const char *instance,
	       const char *const *files, size_t n_files, struct wall now,
	       keep_progress_fn *progress, void *ctx, char *why_out, size_t why_size);
/* Where a restore works until all of it is sound: a state_dir in state_dir. */
#define RESTORE_DIR "restore.new"
/*
 * Into a state_dir without a store; checks the manifest's digests and runs verify on the result,
 * in state_dir/restore.new. Until all of it stands in its place store_open() refuses; what one that
 * was killed has left there is taken away by the next.
 */
int restore_run(const char *dir, const char *state_dir, uint64_t map_bytes,
		keep_progress_fn *progress, void *ctx, char *why_out, size_t why_size);
/* Copies compacted beside and swaps; the store is closed while the files are swapped. */
int compact_run(struct store *s, const char *state_dir, uint64_t map_bytes, char *why_out,
		size_t why_size);

#endif
