/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * blobs - who names which file of the folder of blobs (blob_file.h), and the keeping
 * of that folder: sweep, check, backup, restore. Blocking.
 *
 * Owns:     state_dir/blobs, and the use of the derived table "blob".
 * Promises: a file goes a day after nobody names it any more, never while a backup
 *           runs, and never when it was put within the last day.
 * Threads:  what takes a txn runs where its transaction does.
 */
#ifndef STORE_BLOBS_H
#define STORE_BLOBS_H

#include "parsers/clock.h"
#include "store/blob_file.h"
#include "store/db.h"
#include "store/keep.h"
#include "store/key.h"

#define BLOBS_DIR "blobs"
/* state_dir/blobs, into a buffer of FILES_PATH_SIZE: the folder that blob_folder_open() is given. ERR_LIMIT. */
int blob_folder_of(const char *state_dir, char *path_out);

/* How many records name it. */
int blob_uses(struct txn *t, const uint8_t sha256[BLOB_HASH_SIZE], uint64_t *n_out);

/* The folder has so many parts; a sweep looks at one at a time. */
#define BLOB_SHARDS 256
/*
 * Takes away what nobody names since a day. ERR_BUSY: a backup runs, nothing was
 * done. ERR_NOENT: no blob was ever put. n_done_out: files that went.
 */
int blob_sweep(struct txn *t, const char *state_dir, unsigned shard, struct wall now,
	       size_t *n_done_out);
/*
 * Whether each blob that records name is there with its own octets, and no other file
 * stays: what verify_run() is for the tables. now: a stray file is told of after three days.
 */
int blob_verify(struct txn *t, const char *state_dir, struct wall now, problem_fn *fn, void *ctx,
		uint64_t *n_files_out);

/* Held by a backup from its snapshot to its last link: nothing goes meanwhile. fd -1: there are no blobs. */
int blob_hold(const char *state_dir, int *fd_out);
void blob_let(int fd);
/* All files into dir/blobs, by hard link where both lie on one disk. n_out: how many. */
int blob_link_all(const char *state_dir, const char *dir, uint64_t *n_out, char *why_out,
		  size_t why_size);
/* The same from dir/blobs into state_dir/blobs, by copy, each proven by its name. ERR_CORRUPT. */
int blob_copy_back(const char *dir, const char *state_dir, uint64_t *n_out, char *why_out,
		   size_t why_size);
/* Takes away state_dir/blobs and all that we put there; anything else stays. */
void blob_clear(const char *state_dir);

#endif
