/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Are the blobs sound (blobs.h): each that a record names is there with its own
 * octets, and nothing else stays.
 */
#include "store/blob_dir.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "parsers/err.h"
#include "store/files.h"

/* The sweep takes what nobody names on its second night. */
#define STRAY_MS (3 * DAY_MS)

struct check {
	struct txn *t;
	char folder[FILES_PATH_SIZE];
	struct wall now;
	problem_fn *fn;
	void *ctx;
	uint64_t n_files;
	uint8_t last[BLOB_HASH_SIZE]; /* the name whose users are walked */
	bool has_last;
};

static void say(const struct check *c, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void say(const struct check *c, const char *name, const char *format, ...)
{
	char words[400];
	struct problem p = { .table = table_name(TABLE_BLOB), .words = words };
	int len = snprintf(words, sizeof(words), "%.80s: ", name);
	va_list ap;

	va_start(ap, format);
	vsnprintf(words + len, sizeof(words) - (size_t)len, format, ap);
	va_end(ap);
	c->fn(&p, c->ctx);
}

/* --- each that is named is there --- */

static bool is_there(const char *path)
{
	char idle[FILES_PATH_SIZE];

	return access(path, F_OK) == 0 ||
	       (files_beside(path, BLOB_IDLE, idle) == ERR_OK && access(idle, F_OK) == 0);
}

static int on_use(struct bytes key, struct bytes value, void *ctx)
{
	struct check *c = ctx;
	char path[FILES_PATH_SIZE], name[BLOB_NAME_SIZE], user[64];
	struct bytes hash = bytes_cut(key, 0, BLOB_HASH_SIZE);
	int err;

	(void)value;
	if (hash.len != BLOB_HASH_SIZE || key.len < BLOB_HASH_SIZE + 1)
		return ERR_OK; /* verify_run() names it */
	if (c->has_last && memcmp(c->last, hash.ptr, BLOB_HASH_SIZE) == 0)
		return ERR_OK;
	c->has_last = true;
	memcpy(c->last, hash.ptr, BLOB_HASH_SIZE);
	err = blob_file_path(c->folder, c->last, path);
	if (err != ERR_OK || is_there(path))
		return err;
	keyed_hex(hash, name, sizeof(name));
	(void)snprintf(user, sizeof(user), "%s %llu",
		       key.ptr[BLOB_HASH_SIZE] == TABLE_MESSAGE ? "message" : "outbox",
		       (unsigned long long)id_of_key(key));
	say(c, name, "its file is missing, %s names it", user);
	return ERR_OK;
}

/* --- each that is there is sound, and named --- */

static int check_octets(struct check *c, const struct blob_found *f)
{
	uint8_t sha256[BLOB_HASH_SIZE];
	uint64_t size;
	int err = files_sha256(f->path, &size, sha256);

	if (err == ERR_NOENT)
		return ERR_OK; /* swept meanwhile */
	if (err != ERR_OK)
		say(c, f->name, "can't be read: %s", err_text(err));
	else if (memcmp(sha256, f->sha256, BLOB_HASH_SIZE) != 0)
		say(c, f->name, "holds other octets than its name says: it was altered or damaged");
	return err == ERR_NOMEM ? err : ERR_OK;
}

static int on_file(const struct blob_found *f, void *ctx)
{
	struct check *c = ctx;
	bool is_old = c->now.ms - f->changed.ms > STRAY_MS;
	uint64_t uses;
	int err;

	c->n_files++;
	if (f->kind == BLOB_IS_FOREIGN) {
		say(c, f->name, "is no blob of ours");
		return ERR_OK;
	}
	err = blob_uses(c->t, f->sha256, &uses);
	if (err != ERR_OK)
		return err;
	if (uses == 0 && is_old)
		say(c, f->name, "nobody names it since days: it should have been swept");
	return check_octets(c, f);
}

int blob_verify(struct txn *t, const char *state_dir, struct wall now, problem_fn *fn, void *ctx,
		uint64_t *n_files_out)
{
	struct check c = { .t = t, .now = now, .fn = fn, .ctx = ctx };
	int err = blob_folder_of(state_dir, c.folder);

	if (err == ERR_OK)
		err = txn_walk(t, TABLE_BLOB, BYTES_NONE, BYTES_NONE, WALK_UP, 0, on_use, &c);

	for (unsigned shard = 0; shard < BLOB_SHARDS && err == ERR_OK; shard++)
		err = blob_dir_each(state_dir, shard, on_file, &c);
	*n_files_out = c.n_files;
	return err;
}
