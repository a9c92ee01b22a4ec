/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A backup (keep.h): the store from one snapshot while it is written to, its blobs,
 * the key, other files, and last a manifest with what each file should be. A folder
 * without a manifest is no backup.
 */
#include "store/keep.h"

#include <inttypes.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "parsers/err.h"
#include "parsers/json.h"
#include "store/blobs.h"
#include "store/files.h"

/* A path, a digest, a number for each of some files. */
#define MANIFEST_ARENA_MAX ((size_t)1024 * 1024)

struct backup {
	const char *dir;
	const char *state_dir;
	uint64_t n_blobs;
	struct json *files;
	keep_progress_fn *progress;
	void *ctx;
	char *why;
	size_t why_size;
};

static int fail(struct backup *b, int err, const char *what)
{
	snprintf(b->why, b->why_size, "%s/%s: %s", b->dir, what, err_text(err));
	return err;
}

static void list_file(struct backup *b, const char *name, uint64_t size, const struct digest *d)
{
	char hex[2 * KEYED_DIGEST_BYTES + 1];
	struct json *file = json_object();

	keyed_hex(digest_bytes(d), hex, sizeof(hex));
	json_put_str(file, "name", name);
	json_put_int(file, "bytes", (int64_t)size);
	json_put_str(file, "digest", hex);
	json_append_take(b->files, &file);
}

/* --- the parts of it --- */

static void on_copy(uint64_t done, uint64_t total, void *ctx)
{
	struct backup *b = ctx;

	if (b->progress != NULL)
		b->progress("backup", done, total, b->ctx);
}

static int copy_store(struct backup *b, struct store *s)
{
	char dir[FILES_PATH_SIZE], data[FILES_PATH_SIZE];
	struct digest d;
	uint64_t size;
	int err = files_path(dir, b->dir, "store");

	if (err == ERR_OK)
		err = files_make_dir(dir);
	if (err == ERR_OK)
		err = db_copy(s->db, dir, false, on_copy, b);
	if (err == ERR_OK)
		err = files_path(data, dir, "data.mdb");
	/* Read back from the disk: what is listed is what is there. */
	if (err == ERR_OK)
		err = files_digest(data, &size, &d);
	if (err == ERR_OK)
		err = files_sync_dir(dir);
	if (err != ERR_OK)
		return fail(b, err, "store");
	list_file(b, "store/data.mdb", size, &d);
	return ERR_OK;
}

/* After the snapshot: what it names was on disk before it, and nothing goes while we hold them. */
static int copy_store_and_blobs(struct backup *b, struct store *s)
{
	int fd, err = blob_hold(b->state_dir, &fd);

	if (err != ERR_OK)
		return fail(b, err, "blobs");
	err = copy_store(b, s);
	if (err == ERR_OK)
		err = blob_link_all(b->state_dir, b->dir, &b->n_blobs, b->why, b->why_size);
	blob_let(fd);
	return err;
}

static int copy_file(struct backup *b, const char *from, const char *name)
{
	char to[FILES_PATH_SIZE];
	struct digest d;
	uint64_t size;
	int err = files_path(to, b->dir, name);

	if (err == ERR_OK)
		err = files_copy(from, to, &size, &d);
	if (err != ERR_OK)
		return fail(b, err, name);
	list_file(b, name, size, &d);
	return ERR_OK;
}

static int copy_key(struct backup *b, const char *state_dir)
{
	char from[FILES_PATH_SIZE];
	int err = files_path(from, state_dir, "key");

	return err == ERR_OK ? copy_file(b, from, "key") : fail(b, err, "key");
}

/* They keep their names, in a folder of their own: none can be taken for ours. */
static int copy_others(struct backup *b, const char *const *files, size_t n_files)
{
	char dir[FILES_PATH_SIZE], name[FILES_PATH_SIZE], path[FILES_PATH_SIZE];
	int err = files_path(dir, b->dir, "files");

	if (n_files == 0)
		return ERR_OK;
	if (err == ERR_OK)
		err = files_make_dir(dir);
	if (err != ERR_OK)
		return fail(b, err, "files");
	for (size_t i = 0; i < n_files && err == ERR_OK; i++) {
		snprintf(path, sizeof(path), "%s", files[i]);
		err = files_path(name, "files", basename(path));
		if (err == ERR_OK)
			err = copy_file(b, files[i], name);
	}
	return err == ERR_OK ? files_sync_dir(dir) : err;
}

static int write_manifest(struct backup *b, const char *instance, struct wall now)
{
	struct arena *a = arena_new(MANIFEST_ARENA_MAX);
	struct json *m = json_object();
	struct bytes line;
	int err = a == NULL ? ERR_NOMEM : ERR_OK;

	json_put_str(m, "instance", instance);
	json_put_str(m, "program", PACKAGE_VERSION);
	json_put_int(m, "version", STORE_VERSION);
	json_put_time(m, "at", now.ms);
	json_put_take(m, "files", &b->files);
	json_put_int(m, "blobs", (int64_t)b->n_blobs);
	if (err == ERR_OK)
		err = json_line(m, a, &line);
	if (err == ERR_OK)
		err = files_write(b->dir, "manifest.json", line);
	json_free(&m);
	arena_free(&a);
	return err == ERR_OK ? ERR_OK : fail(b, err, "manifest.json");
}

/* Half a backup would only take room on a disk that may be full. Absent files are no error. */
static void take_back(struct backup *b, const char *const *files, size_t n_files)
{
	static const char *const made[] = { "store/data.mdb", "key", "manifest.json" };
	static const char *const dirs[] = { "store", "files" };
	char path[FILES_PATH_SIZE], others[FILES_PATH_SIZE], name[FILES_PATH_SIZE];

	for (size_t i = 0; i < ARRAY_LEN(made); i++)
		if (files_path(path, b->dir, made[i]) == ERR_OK)
			(void)unlink(path);
	for (size_t i = 0; i < n_files; i++) {
		snprintf(name, sizeof(name), "%s", files[i]);
		if (files_path(others, b->dir, "files") == ERR_OK &&
		    files_path(path, others, basename(name)) == ERR_OK)
			(void)unlink(path);
	}
	blob_clear(b->dir);
	for (size_t i = 0; i < ARRAY_LEN(dirs); i++)
		if (files_path(path, b->dir, dirs[i]) == ERR_OK)
			(void)rmdir(path);
	(void)rmdir(b->dir);
}

int backup_run(struct store *s, const char *state_dir, const char *dir, const char *instance,
	       const char *const *files, size_t n_files, struct wall now,
	       keep_progress_fn *progress, void *ctx, char *why_out, size_t why_size)
{
	struct backup b = { .dir = dir,
			    .state_dir = state_dir,
			    .progress = progress,
			    .ctx = ctx,
			    .why = why_out,
			    .why_size = why_size };
	int err;

	if (!files_is_empty_dir(dir)) {
		snprintf(why_out, why_size, "%s: holds something already: name a new folder", dir);
		return ERR_EXIST;
	}
	err = files_make_dir(dir);
	if (err != ERR_OK) {
		snprintf(why_out, why_size, "%s: can't be made: %s", dir, err_text(err));
		return err;
	}
	b.files = json_array();
	err = copy_store_and_blobs(&b, s);
	if (err == ERR_OK)
		err = copy_key(&b, state_dir);
	if (err == ERR_OK)
		err = copy_others(&b, files, n_files);
	if (err == ERR_OK)
		err = write_manifest(&b, instance, now);
	if (err != ERR_OK)
		take_back(&b, files, n_files);
	json_free(&b.files);
	return err;
}
