/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A restore (keep.h): only what the manifest vouches for, only where no store is,
 * and only if verify finds it sound. When any of it fails, nothing stays.
 */
#include "store/keep.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parsers/err.h"
#include "parsers/json.h"
#include "store/files.h"

#define MANIFEST_MAX       ((size_t)1024 * 1024)
#define MANIFEST_ARENA_MAX (2 * MANIFEST_MAX)
#define VERIFY_ARENA_MAX   ((size_t)256 * 1024 * 1024)

struct restore {
	const char *dir;
	const char *state_dir;
	keep_progress_fn *progress;
	void *ctx;
	char *why;
	size_t why_size;
	uint64_t n_problems;
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

/* Takes back what this restore made; what isn't there is no error. */
static void take_back(struct restore *r)
{
	static const char *const made[] = { "store/data.mdb", "store/lock.mdb", "key" };
	char path[FILES_PATH_SIZE];

	for (size_t i = 0; i < ARRAY_LEN(made); i++)
		if (files_path(path, r->state_dir, made[i]) == ERR_OK)
			(void)unlink(path);
	if (files_path(path, r->state_dir, "store") == ERR_OK)
		(void)rmdir(path);
}

static int copy_files(struct restore *r)
{
	char from[FILES_PATH_SIZE], to[FILES_PATH_SIZE];
	struct digest d;
	uint64_t size;
	int err = files_make_dir(r->state_dir);

	if (err == ERR_OK)
		err = files_path(to, r->state_dir, "store");
	if (err == ERR_OK)
		err = files_make_dir(to);
	if (err != ERR_OK)
		return fail(r, err, "%s: %s", r->state_dir, err_text(err));
	for (size_t i = 0; i < ARRAY_LEN(restored); i++) {
		err = files_path(from, r->dir, restored[i]);
		if (err == ERR_OK)
			err = files_path(to, r->state_dir, restored[i]);
		if (err == ERR_OK)
			err = files_copy(from, to, &size, &d);
		if (err != ERR_OK)
			return fail(r, err, "%s/%s: %s", r->state_dir, restored[i], err_text(err));
		if (r->progress != NULL)
			r->progress(restored[i], i + 1, ARRAY_LEN(restored), r->ctx);
	}
	return ERR_OK;
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
	uint64_t n_records;
	int err = a == NULL ? ERR_NOMEM
			    : verify_run(t, a, on_problem, r, &n_records, r->progress, r->ctx);

	arena_free(&a);
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
	int err = store_open(r->state_dir, map_bytes, false, &s, r->why, r->why_size);

	if (err != ERR_OK)
		return err;
	/* The backup of an older program: its derived tables are made anew at the next start. */
	err = db_read(s.db, (struct mono){ 0 }, needs_rebuild, &is_older);
	if (err == ERR_OK && !is_older)
		err = db_read(s.db, (struct mono){ 0 }, verify_work, r);
	if (err != ERR_OK && r->why[0] == '\0')
		fail(r, err, "%s: %s", r->dir, err_text(err));
	store_close(&s);
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
	char data[FILES_PATH_SIZE], key[FILES_PATH_SIZE];
	int err = files_path(data, state_dir, "store/data.mdb");

	why_out[0] = '\0';
	if (err == ERR_OK)
		err = files_path(key, state_dir, "key");
	if (err != ERR_OK)
		return fail(&r, err, "%s: the path is too long", state_dir);
	if (access(data, F_OK) == 0 || access(key, F_OK) == 0)
		return fail(&r, ERR_EXIST,
			    "%s: holds a store or its key already: move them away first",
			    state_dir);
	err = check_manifest(&r);
	if (err != ERR_OK)
		return err;
	err = copy_files(&r);
	if (err == ERR_OK)
		err = check_store(&r, map_bytes);
	if (err != ERR_OK)
		take_back(&r);
	return err;
}
