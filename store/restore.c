/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A restore (keep.h): only what the manifest vouches for, only where no store is,
 * and only if verify finds it sound. When any of it fails, nothing stays.
 *
 * All is copied, synced and verified in a folder beside; then the store is moved into its
 * place, and the key last: without its key no store is opened, and while the folder is there
 * none is made (open.c). So whenever we are killed, there is no store, or the sound one.
 */
#include "store/keep.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "parsers/err.h"
#include "parsers/json.h"
#include "store/blob_dir.h"
#include "store/files.h"

#define MANIFEST_MAX       ((size_t)1024 * 1024)
#define MANIFEST_ARENA_MAX (2 * MANIFEST_MAX)
#define VERIFY_ARENA_MAX   ((size_t)256 * 1024 * 1024)

struct restore {
	const char *dir;
	const char *state_dir;
	char beside[FILES_PATH_SIZE]; /* state_dir/RESTORE_DIR */
	keep_progress_fn *progress;
	void *ctx;
	char *why;
	size_t why_size;
	uint64_t n_problems;
	uint64_t n_blobs; /* as the manifest says */
};

static int fail(struct restore *r, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int fail(struct restore *r, int err, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(r->why, r->why_size, format, ap);
	va_end(ap);
	return err;
}

/* --- the manifest --- */

static int check_file(struct restore *r, const struct json *file)
{
	char path[FILES_PATH_SIZE], name[FILES_PATH_SIZE], hex[2 * KEYED_DIGEST_BYTES + 1];
	uint64_t size;
	struct digest d;
	int err;

	snprintf(name, sizeof(name), "%.*s", PRI_BYTES(json_get_text(file, "name")));
	err = files_path(path, r->dir, name);
	if (err == ERR_OK)
		err = files_digest(path, &size, &d);
	if (err != ERR_OK)
		return fail(r, err, "%s/%s: %s", r->dir, name, err_text(err));
	keyed_hex(digest_bytes(&d), hex, sizeof(hex));
	if ((int64_t)size != json_get_int(file, "bytes", -1) ||
	    !bytes_is(json_get_text(file, "digest"), hex))
		return fail(r, ERR_CORRUPT,
			    "%s/%s: isn't what the backup wrote: it was altered or damaged", r->dir,
			    name);
	return ERR_OK;
}

static bool is_listed(const struct json *files, const char *name)
{
	for (size_t i = 0; i < json_count(files); i++)
		if (bytes_is(json_get_text(json_at(files, i), "name"), name))
			return true;
	return false;
}

static int check_files(struct restore *r, const struct json *m)
{
	const struct json *files = json_get(m, "files");
	int64_t version = json_get_int(m, "version", 0);
	int err = ERR_OK;

	if (!is_listed(files, "store/data.mdb") || !is_listed(files, "key"))
		return fail(r, ERR_INVALID, "%s/manifest.json: names no store and key", r->dir);
	if (version > STORE_VERSION)
		return fail(r, ERR_VERSION,
			    "%s: was made by odziv %.*s in format %" PRId64
			    "; this is odziv %s, which knows format %d",
			    r->dir, PRI_BYTES(json_get_text(m, "program")), version,
			    PACKAGE_VERSION, STORE_VERSION);
	for (size_t i = 0; i < json_count(files) && err == ERR_OK; i++)
		err = check_file(r, json_at(files, i));
	r->n_blobs = (uint64_t)json_get_int(m, "blobs", 0);
	return err;
}

static int check_manifest(struct restore *r)
{
	struct arena *a = arena_new(MANIFEST_ARENA_MAX);
	char path[FILES_PATH_SIZE], why[160] = "";
	struct json *m = NULL;
	struct bytes text;
	int err = a == NULL ? ERR_NOMEM : files_path(path, r->dir, "manifest.json");

	if (err == ERR_OK)
		err = files_read(path, MANIFEST_MAX, a, &text);
	if (err == ERR_OK)
		err = json_parse(text, &m, why, sizeof(why));
	if (err == ERR_OK)
		err = check_files(r, m);
	else
		fail(r, err, "%s: no backup is there: manifest.json: %s", r->dir,
		     why[0] != '\0' ? why : err_text(err));
	json_free(&m);
	arena_free(&a);
	return err;
}

/* --- the files --- */

static const char *const restored[] = { "store/data.mdb", "key" };

/* Removes what may be there of files in a folder, and the folder, if nothing else is in it. */
static void remove_dir(const char *dir, const char *const *names, size_t n)
{
	char path[FILES_PATH_SIZE];

	for (size_t i = 0; i < n; i++)
		if (files_path(path, dir, names[i]) == ERR_OK)
			(void)unlink(path);
	(void)rmdir(dir);
}

/* What isn't there is no error. */
static void clear_beside(const struct restore *r)
{
	static const char *const store[] = { "data.mdb", "lock.mdb" };
	static const char *const others[] = { "key", "lock" };
	char path[FILES_PATH_SIZE];

	if (files_path(path, r->beside, "store") == ERR_OK)
		remove_dir(path, store, ARRAY_LEN(store));
	blob_clear(r->beside);
	remove_dir(r->beside, others, ARRAY_LEN(others));
}

static int make_dirs(struct restore *r, char *store_out)
{
	int err = files_path(store_out, r->beside, "store");

	if (err == ERR_OK)
		err = files_make_dir(r->beside);
	return err == ERR_OK ? files_make_dir(store_out) : err;
}

static int copy_files(struct restore *r)
{
	char from[FILES_PATH_SIZE], to[FILES_PATH_SIZE], store[FILES_PATH_SIZE];
	struct digest d;
	uint64_t size;
	int err = make_dirs(r, store);

	for (size_t i = 0; i < ARRAY_LEN(restored) && err == ERR_OK; i++) {
		err = files_path(from, r->dir, restored[i]);
		if (err == ERR_OK)
			err = files_path(to, r->beside, restored[i]);
		if (err == ERR_OK)
			err = files_copy(from, to, &size, &d);
		if (err != ERR_OK)
			return fail(r, err, "%s/%s: %s", r->beside, restored[i], err_text(err));
		if (r->progress != NULL)
			r->progress(restored[i], i + 1, ARRAY_LEN(restored), r->ctx);
	}
	if (err == ERR_OK)
		err = files_sync_dir(store);
	if (err == ERR_OK)
		err = files_sync_dir(r->beside);
	return err == ERR_OK ? ERR_OK : fail(r, err, "%s: %s", r->beside, err_text(err));
}

static int copy_blobs(struct restore *r)
{
	uint64_t n;
	int err = blob_copy_back(r->dir, r->beside, &n, r->why, r->why_size);

	if (err == ERR_OK && n < r->n_blobs)
		return fail(r, ERR_CORRUPT,
			    "%s/blobs: %" PRIu64 " files are there, the backup had %" PRIu64,
			    r->dir, n, r->n_blobs);
	return err;
}

static int move_up(struct restore *r, const char *name)
{
	char from[FILES_PATH_SIZE], to[FILES_PATH_SIZE];
	int err = files_path(from, r->beside, name);

	if (err == ERR_OK)
		err = files_path(to, r->state_dir, name);
	if (err == ERR_OK && rename(from, to) != 0)
		err = errno == ENOSPC ? ERR_NOSPACE : ERR_IO;
	if (err == ERR_OK)
		err = files_sync_dir(r->state_dir);
	return err == ERR_OK ? ERR_OK
			     : fail(r, err, "%s/%s: %s", r->state_dir, name, err_text(err));
}

/*
 * Removes a store that has no key, while nobody else has the lock: the one that a restore killed
 * before its last step has moved, or LMDB's lock file alone.
 */
static void clear_place(const struct restore *r, bool also_data)
{
	static const char *const store[] = { "lock.mdb", "data.mdb" };
	char path[FILES_PATH_SIZE];

	if (files_path(path, r->state_dir, "store") == ERR_OK)
		remove_dir(path, store, also_data ? 2 : 1);
}

static bool is_there(const char *dir, const char *name)
{
	char path[FILES_PATH_SIZE];

	return files_path(path, dir, name) != ERR_OK || access(path, F_OK) == 0;
}

static int move_into_place(struct restore *r)
{
	char key[FILES_PATH_SIZE];
	int err;

	clear_place(r, false); /* a folder moves over an empty one only */
	/* No store is there that could name what lies here. */
	blob_clear(r->state_dir);
	err = is_there(r->beside, BLOBS_DIR) ? move_up(r, BLOBS_DIR) : ERR_OK;
	if (err == ERR_OK)
		err = move_up(r, "store");
	if (err == ERR_OK)
		err = move_up(r, "key");
	if (err == ERR_OK)
		return ERR_OK;
	/* Moved or not: none of it was there before. */
	clear_place(r, true);
	blob_clear(r->state_dir);
	if (files_path(key, r->state_dir, "key") == ERR_OK)
		(void)unlink(key);
	return err;
}

/* --- is it sound --- */

static void on_problem(const struct problem *p, void *ctx)
{
	struct restore *r = ctx;

	if (r->n_problems++ == 0)
		fail(r, ERR_CORRUPT, "%s: the backup isn't sound: %s: %s", r->dir, p->table,
		     p->words);
}

static int verify_work(struct txn *t, void *ctx)
{
	struct restore *r = ctx;
	struct arena *a = arena_new(VERIFY_ARENA_MAX);
	uint64_t n_records, n_files;
	int err = a == NULL ? ERR_NOMEM
			    : verify_run(t, a, on_problem, r, &n_records, r->progress, r->ctx);

	arena_free(&a);
	/* Their octets were proven as they were copied. What nobody names any more is no fault of a backup. */
	if (err == ERR_OK)
		err = blob_verify(t, r->beside, (struct wall){ 0 }, on_problem, r, &n_files);
	return err == ERR_OK && r->n_problems > 0 ? ERR_CORRUPT : err;
}

static int needs_rebuild(struct txn *t, void *ctx)
{
	return store_needs_rebuild(t, ctx);
}

/* Opened once, so that its map is allocated and its key and version are proven. */
static int check_store(struct restore *r, uint64_t map_bytes)
{
	bool is_older = false;
	struct store s;
	int err = store_open(r->beside, map_bytes, false, &s, r->why, r->why_size);

	if (err != ERR_OK)
		return err;
	/* The backup of an older program: its derived tables are made anew at the next start. */
	err = db_read(s.db, (struct mono){ 0 }, needs_rebuild, &is_older);
	if (err == ERR_OK && !is_older)
		err = db_read(s.db, (struct mono){ 0 }, verify_work, r);
	if (err != ERR_OK && r->why[0] == '\0')
		fail(r, err, "%s: %s", r->dir, err_text(err));
	store_close(&s);
	if (err == ERR_OK && r->progress != NULL)
		r->progress("verify", 1, 1, r->ctx);
	return err;
}

/* --- all of it --- */

/* A store without its key beside a key without its store: killed between the two moves. */
static bool is_half_moved(const struct restore *r)
{
	return is_there(r->beside, "key") && !is_there(r->beside, "store") &&
	       !is_there(r->state_dir, "key");
}

static int check_place(struct restore *r)
{
	if ((is_there(r->state_dir, "store/data.mdb") && !is_half_moved(r)) ||
	    is_there(r->state_dir, "key"))
		return fail(r, ERR_EXIST,
			    "%s: holds a store or its key already: move them away first",
			    r->state_dir);
	return ERR_OK;
}

/* With the lock of state_dir in hand. */
static int restore_locked(struct restore *r, uint64_t map_bytes)
{
	int err = check_place(r);

	if (err != ERR_OK)
		return err;
	if (is_half_moved(r))
		clear_place(r, true);
	clear_beside(r);
	err = copy_files(r);
	if (err == ERR_OK)
		err = copy_blobs(r);
	if (err == ERR_OK)
		err = check_store(r, map_bytes);
	if (err == ERR_OK)
		err = move_into_place(r);
	clear_beside(r);
	return err;
}

int restore_run(const char *dir, const char *state_dir, uint64_t map_bytes,
		keep_progress_fn *progress, void *ctx, char *why_out, size_t why_size)
{
	struct restore r = { .dir = dir,
			     .state_dir = state_dir,
			     .progress = progress,
			     .ctx = ctx,
			     .why = why_out,
			     .why_size = why_size };
	int lock_fd, err = files_path(r.beside, state_dir, RESTORE_DIR);

	why_out[0] = '\0';
	if (err != ERR_OK)
		return fail(&r, err, "%s: the path is too long", state_dir);
	err = check_place(&r);
	if (err == ERR_OK)
		err = check_manifest(&r);
	if (err != ERR_OK)
		return err;
	err = files_make_dir(state_dir);
	if (err != ERR_OK)
		return fail(&r, err, "%s: %s", state_dir, err_text(err));
	err = store_lock(state_dir, &lock_fd, why_out, why_size);
	if (err != ERR_OK)
		return err;
	err = restore_locked(&r, map_bytes);
	close(lock_fd);
	return err;
}
