/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Blobs into a backup and back (blobs.h). A file is its own proof: its name is the
 * digest of its octets, so the manifest needs no list of them.
 */
#include "store/blob_dir.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "parsers/err.h"
#include "store/files.h"

struct carry {
	const char *to; /* a folder that holds BLOBS_DIR */
	char to_folder[FILES_PATH_SIZE];
	bool is_back;
	uint64_t n;
	char *why;
	size_t why_size;
	char shard_dir[FILES_PATH_SIZE]; /* "": none was made yet of this part */
};

static int fail(struct carry *c, int err, const char *path)
{
	(void)snprintf(c->why, c->why_size, "%s: %s", path,
		       err == ERR_CORRUPT ? "isn't what its name says: it was altered or damaged"
					  : err_text(err));
	return err;
}

static int prove(const struct blob_found *f)
{
	uint8_t sha256[BLOB_HASH_SIZE];
	uint64_t size;
	int err = files_sha256(f->path, &size, sha256);

	if (err == ERR_OK && memcmp(sha256, f->sha256, BLOB_HASH_SIZE) != 0)
		err = ERR_CORRUPT;
	return err;
}

/* By link, so that a backup of the same disk takes no room; files never change once they have their name. */
static int carry_one(const struct carry *c, const char *from, const char *to)
{
	struct digest d;
	uint64_t size;

	if (!c->is_back && link(from, to) == 0)
		return ERR_OK;
	if (!c->is_back && errno == EEXIST)
		return ERR_OK;
	return files_copy(from, to, &size, &d);
}

static int on_file(const struct blob_found *f, void *ctx)
{
	struct carry *c = ctx;
	char to[FILES_PATH_SIZE];
	int err = ERR_OK;

	if (f->kind == BLOB_IS_FOREIGN)
		return ERR_OK;
	if (c->is_back)
		err = prove(f);
	if (err == ERR_OK && c->shard_dir[0] == '\0')
		err = blob_make_dirs(c->to, f->sha256[0], c->shard_dir);
	/* What is idle here may be named by the snapshot: it goes along under its own name. */
	if (err == ERR_OK)
		err = blob_file_path(c->to_folder, f->sha256, to);
	if (err == ERR_OK)
		err = carry_one(c, f->path, to);
	if (err == ERR_EXIST)
		err = ERR_OK;
	if (err != ERR_OK)
		return fail(c, err, f->path);
	c->n++;
	return ERR_OK;
}

static int carry_all(struct carry *c, const char *from)
{
	int err = blob_folder_of(c->to, c->to_folder);

	for (unsigned shard = 0; shard < BLOB_SHARDS && err == ERR_OK; shard++) {
		c->shard_dir[0] = '\0';
		err = blob_dir_each(from, shard, on_file, c);
		if (err == ERR_OK && c->shard_dir[0] != '\0')
			err = files_sync_dir(c->shard_dir);
	}
	if (err != ERR_OK && c->why[0] == '\0')
		return fail(c, err, c->to);
	return err;
}

int blob_link_all(const char *state_dir, const char *dir, uint64_t *n_out, char *why_out,
		  size_t why_size)
{
	struct carry c = { .to = dir, .why = why_out, .why_size = why_size };
	int err = carry_all(&c, state_dir);

	*n_out = c.n;
	return err;
}

int blob_copy_back(const char *dir, const char *state_dir, uint64_t *n_out, char *why_out,
		   size_t why_size)
{
	struct carry c = { .to = state_dir, .is_back = true, .why = why_out, .why_size = why_size };
	int err = carry_all(&c, dir);

	*n_out = c.n;
	return err;
}

/* --- taking it away --- */

static int take_away(const struct blob_found *f, void *ctx)
{
	(void)ctx;
	if (f->kind != BLOB_IS_FOREIGN)
		(void)unlink(f->path);
	return ERR_OK;
}

void blob_clear(const char *state_dir)
{
	char top[FILES_PATH_SIZE], path[FILES_PATH_SIZE], name[3];

	if (files_path(top, state_dir, BLOBS_DIR) != ERR_OK)
		return;
	for (unsigned shard = 0; shard < BLOB_SHARDS; shard++) {
		(void)blob_dir_each(state_dir, shard, take_away, NULL);
		(void)snprintf(name, sizeof(name), "%02x", shard);
		if (files_path(path, top, name) == ERR_OK)
			(void)rmdir(path);
	}
	if (files_path(path, top, BLOBS_LOCK) == ERR_OK)
		(void)unlink(path);
	/* Where blob_file writes what isn't whole yet; what a death left in it keeps it. */
	if (files_path(path, top, "new") == ERR_OK)
		(void)rmdir(path);
	(void)rmdir(top);
}
