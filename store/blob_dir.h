/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * blob_dir - what lies in the folder of blobs: aa/ and 62 more letters (blob_file.h),
 * and for its last day, when nobody names it any more, the same with ".idle" behind
 * it. Shared by blobs, their check and their backup.
 */
#ifndef STORE_BLOB_DIR_H
#define STORE_BLOB_DIR_H

#include "parsers/clock.h"
#include "store/blobs.h"

#define BLOBS_LOCK     "lock"
#define BLOB_IDLE      ".idle"
#define BLOB_NAME_SIZE (2 * BLOB_HASH_SIZE + 1)

enum blob_kind { BLOB_IS_KEPT, BLOB_IS_IDLE, BLOB_IS_FOREIGN };

struct blob_found {
	enum blob_kind kind;
	const char *path;
	size_t path_len;
	const char *name;               /* within its part of the folder */
	uint8_t sha256[BLOB_HASH_SIZE]; /* of KEPT and IDLE: what its name says */
	struct wall changed;
	uint64_t size;
};
typedef int blob_found_fn(const struct blob_found *f, void *ctx);

/* Each file of one part, in no order; fn may rename or unlink it. A folder that isn't there is empty. */
int blob_dir_each(const char *state_dir, unsigned shard, blob_found_fn *fn, void *ctx);
/* state_dir/blobs/aa, made where it isn't; into a buffer of FILES_PATH_SIZE. */
int blob_make_dirs(const char *state_dir, unsigned shard, char *dir_out);

#endif
