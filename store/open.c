/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opening a store: the lock, the key, the tables, the version (keep.h).
 */
#include "store/keep.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "conf/limits.h"
#include "parsers/err.h"
#include "parsers/number.h"
#include "store/counts.h"
#include "store/files.h"
#include "store/index.h"

struct opening {
	const char *state_dir;
	struct db_limits limits;
	struct store *store;
	bool is_new;
	char *why;
	size_t why_size;
};

static int fail(struct opening *o, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int fail(struct opening *o, int err, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(o->why, o->why_size, format, ap);
	va_end(ap);
	return err;
}

/* --- the lock: one owner at a time --- */

static void read_owner(int fd, char *pid_out, size_t size)
{
	ssize_t n = pread(fd, pid_out, size - 1, 0);

	pid_out[n > 0 ? n : 0] = '\0';
	pid_out[strcspn(pid_out, "\n")] = '\0';
}

static int take_lock(struct opening *o)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char path[FILES_PATH_SIZE], pid[24];
	int fd;

	if (files_path(path, o->state_dir, "lock") != ERR_OK)
		return fail(o, ERR_LIMIT, "%s: the path is too long", o->state_dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(o, errno == ENOENT ? ERR_NOENT : ERR_ACCESS, "%s: %s", path,
			    strerror(errno));
	/* Of the open file, not of the process: two stores in one process exclude each other too. */
	if (fcntl(fd, F_OFD_SETLK, &lock) != 0) {
		read_owner(fd, pid, sizeof(pid));
		close(fd);
		return fail(o, ERR_BUSY, "%s: the store is in use by process %s", path,
			    pid[0] != '\0' ? pid : "?");
	}
	o->store->lock_fd = fd;
	snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) != 0 || pwrite(fd, pid, strlen(pid), 0) != (ssize_t)strlen(pid))
		return fail(o, ERR_IO, "%s: %s", path, strerror(errno));
	return ERR_OK;
}

int store_lock(const char *state_dir, int *fd_out, char *why_out, size_t why_size)
{
	struct store s = { .lock_fd = -1 };
	struct opening o = {
		.state_dir = state_dir, .store = &s, .why = why_out, .why_size = why_size
	};
	int err = take_lock(&o);

	if (err == ERR_OK)
		*fd_out = s.lock_fd;
	else
		store_close(&s);
	return err;
}

/* --- the key --- */

static int read_key(struct opening *o, const char *path)
{
	struct arena *a = arena_new(KIB);
	struct bytes octets;
	int err = a == NULL ? ERR_NOMEM : files_read(path, KEYED_KEY_BYTES, a, &octets);

	if (err == ERR_OK && octets.len != KEYED_KEY_BYTES)
		err = ERR_INVALID;
	if (err == ERR_OK) {
		memcpy(o->store->key.octets, octets.ptr, KEYED_KEY_BYTES);
		keyed_wipe((void *)(uintptr_t)octets.ptr, octets.len);
	}
	arena_free(&a);
	if (err == ERR_OK)
		return ERR_OK;
	return fail(o, err, "%s: is no key of %d octets: take it from a backup", path,
		    KEYED_KEY_BYTES);
}

static int take_key(struct opening *o)
{
	char path[FILES_PATH_SIZE];
	struct stat st;
	int err = files_path(path, o->state_dir, "key");

	if (err != ERR_OK)
		return fail(o, err, "%s: the path is too long", o->state_dir);
	if (stat(path, &st) == 0) {
		if (st.st_mode & 077)
			return fail(o, ERR_ACCESS, "%s: others may read it: chmod 0600 it", path);
		return read_key(o, path);
	}
	if (!o->is_new)
		return fail(o, ERR_NOENT, "%s: is missing: take it from a backup", path);
	keyed_new_key(&o->store->key);
	err = files_write(o->state_dir, "key",
			  bytes_at(o->store->key.octets, sizeof(o->store->key.octets)));
	return err == ERR_OK ? ERR_OK
			     : fail(o, err, "%s: can't be written: %s", path, err_text(err));
}

/* --- the version --- */

/* Room for the version and the names of all derived tables. */
#define INDEX_MARK_MAX 512

/* What of the derived tables this program makes: their names and how their keys are made. */
static struct bytes index_mark(char *buf, size_t size)
{
	size_t len = (size_t)snprintf(buf, size, "%d", INDEX_VERSION);

	for (int i = 0; i < TABLE_COUNT_ALL; i++)
		if (table_is_derived((enum table)i))
			len += (size_t)snprintf(buf + len, len < size ? size - len : 0, " %s",
						table_name((enum table)i));
	assert(len < size);
	return bytes_at(buf, len);
}

int keep_mark_index(struct txn *t)
{
	char buf[INDEX_MARK_MAX];

	meta_put(t, "index", index_mark(buf, sizeof(buf)));
	return txn_err(t);
}

/* No program takes half a table for its own. */
void keep_unmark_index(struct txn *t)
{
	meta_put(t, "index", bytes_of("being made"));
}

/* Keys name tables by number, and a table that is new moves the numbers of those behind it. */
uint32_t keep_index_tag(void)
{
	char buf[INDEX_MARK_MAX];
	struct bytes mark[] = { index_mark(buf, sizeof(buf)), BYTES_NONE };
	struct digest d;
	struct rd r;
	char all[INDEX_MARK_MAX];
	size_t len = 0;

	for (int i = 0; i < TABLE_COUNT_ALL && len < sizeof(all); i++)
		len += (size_t)snprintf(all + len, sizeof(all) - len, " %s",
					table_name((enum table)i));
	mark[1] = bytes_of(all);
	keyed_digest(NULL, mark, ARRAY_LEN(mark), &d);
	r = rd_of(digest_bytes(&d));
	return rd_u32(&r);
}

static int check_index(struct txn *t)
{
	char buf[INDEX_MARK_MAX];
	struct bytes kept, mark = index_mark(buf, sizeof(buf));
	int err = txn_get(t, TABLE_META, bytes_of("index"), &kept);

	if (err == ERR_OK && bytes_eq(kept, mark))
		return ERR_OK;
	if (err != ERR_OK && err != ERR_NOENT)
		return err;
	if (rebuild_goes_on(t))
		return ERR_OK;
	upgrade_owes_backup(t);
	return rebuild_begin(t);
}

static int check_version(struct txn *t, void *ctx)
{
	struct opening *o = ctx;
	uint64_t version;
	struct bytes made_by = BYTES_NONE;
	int err = meta_get_u64(t, "version", &version);

	if (err == ERR_NOENT) {
		meta_put_u64(t, "version", STORE_VERSION);
		meta_put(t, "program", bytes_of(PACKAGE_VERSION));
		return keep_mark_index(t);
	}
	if (err != ERR_OK)
		return fail(o, err, "%s/store: its version can't be read: %s", o->state_dir,
			    err_text(err));
	if (version <= STORE_VERSION)
		return check_index(t);
	(void)txn_get(t, TABLE_META, bytes_of("program"), &made_by); /* only for the words */
	return fail(o, ERR_VERSION,
		    "%s/store: was made by odziv %.*s in format %llu; this is odziv %s, which "
		    "knows format %d: "
		    "run that program, or restore the backup made before the upgrade",
		    o->state_dir, PRI_BYTES(made_by), (unsigned long long)version, PACKAGE_VERSION,
		    STORE_VERSION);
}

/* --- all of it --- */

static int say_why_not(struct opening *o, int err, const char *dir)
{
	struct statvfs fs = { 0 };

	switch (err) {
	case ERR_NOSPACE:
		(void)statvfs(dir, &fs); /* only for the words */
		return fail(o, err,
			    "%s: the disk can't hold the store: map_size is %llu MiB, free are "
			    "%llu MiB",
			    dir, (unsigned long long)(o->limits.map_bytes / MIB),
			    (unsigned long long)((uint64_t)fs.f_bavail * fs.f_frsize / MIB));
	case ERR_NOENT: return fail(o, err, "%s: there is no store", dir);
	case ERR_VERSION:
		return fail(o, err, "%s/data.mdb: is no store that this LMDB can read", dir);
	default: return fail(o, err, "%s: %s", dir, err_text(err));
	}
}

static int open_tables(struct opening *o)
{
	char dir[FILES_PATH_SIZE], where[FILES_PATH_SIZE + 8];
	int err = files_path(dir, o->state_dir, "store");

	if (err != ERR_OK)
		return fail(o, err, "%s: the path is too long", o->state_dir);
	err = o->limits.may_create ? files_make_dir(dir) : ERR_OK;
	snprintf(where, sizeof(where), "lmdb:%s", dir);
	if (err == ERR_OK)
		err = db_open(where, &o->limits, &o->store->db);
	if (err != ERR_OK)
		return say_why_not(o, err, dir);
	db_set_key(o->store->db, &o->store->key);
	if (o->is_new)
		/* The folder's entry for the file must outlive a crash as well. */
		err = files_sync_dir(dir);
	if (err == ERR_OK)
		err = db_write(o->store->db, check_version, o);
	if (err != ERR_OK && o->why[0] == '\0')
		return say_why_not(o, err, dir);
	return err;
}

/*
 * A restore that was killed leaves its folder. Without a whole store beside it nothing may be opened
 * or made: a town that believes itself restored would go on with an empty one.
 */
static int refuse_half_restored(struct opening *o)
{
	char beside[FILES_PATH_SIZE], key[FILES_PATH_SIZE], lock[FILES_PATH_SIZE];

	if (files_path(beside, o->state_dir, RESTORE_DIR) != ERR_OK ||
	    files_path(lock, beside, "lock") != ERR_OK ||
	    files_path(key, o->state_dir, "key") != ERR_OK)
		return fail(o, ERR_LIMIT, "%s: the path is too long", o->state_dir);
	if (access(beside, F_OK) != 0)
		return ERR_OK;
	if (o->is_new || access(key, F_OK) != 0)
		return fail(o, ERR_BAD_STATE,
			    "%s: a restore is under way or was cut off: run odziv restore again, "
			    "or remove this "
			    "folder to go on without the backup",
			    beside);
	/* Killed after its last step: only an empty folder is left. */
	(void)unlink(lock);
	(void)rmdir(beside);
	return ERR_OK;
}

static int find_state_dir(struct opening *o)
{
	char data[FILES_PATH_SIZE];
	struct stat st;
	int err = o->limits.may_create ? files_make_dir(o->state_dir) : ERR_OK;

	if (err != ERR_OK)
		return fail(o, err, "%s: can't be made: %s", o->state_dir, err_text(err));
	if (stat(o->state_dir, &st) != 0)
		return fail(o, ERR_NOENT, "%s: %s", o->state_dir, strerror(errno));
	if (files_path(data, o->state_dir, "store/data.mdb") != ERR_OK)
		return fail(o, ERR_LIMIT, "%s: the path is too long", o->state_dir);
	o->is_new = stat(data, &st) != 0;
	err = refuse_half_restored(o);
	if (err != ERR_OK)
		return err;
	if (o->is_new && !o->limits.may_create)
		return fail(o, ERR_NOENT,
			    "%s: there is no store yet; odzivd makes it when it starts",
			    o->state_dir);
	return ERR_OK;
}

int store_open_with(const char *state_dir, const struct db_limits *limits, struct store *store_out,
		    char *why_out, size_t why_size)
{
	struct store s = { .lock_fd = -1 };
	struct opening o = { .state_dir = state_dir,
			     .limits = *limits,
			     .store = &s,
			     .why = why_out,
			     .why_size = why_size };
	int err;

	assert(why_size > 0);
	why_out[0] = '\0';
	err = find_state_dir(&o);
	if (err == ERR_OK)
		err = take_lock(&o);
	if (err == ERR_OK)
		err = take_key(&o);
	if (err == ERR_OK)
		err = open_tables(&o);
	if (err == ERR_OK)
		*store_out = s;
	else
		store_close(&s);
	return err;
}

int store_open(const char *state_dir, uint64_t map_bytes, bool may_create, struct store *store_out,
	       char *why_out, size_t why_size)
{
	const struct db_limits limits = {
		.map_bytes = map_bytes, .readers = READERS, .sync = true, .may_create = may_create
	};

	return store_open_with(state_dir, &limits, store_out, why_out, why_size);
}

/* The lock file stays: removing it would let two owners each lock a file of their own. */
void store_close(struct store *s)
{
	db_close(&s->db);
	keyed_wipe(&s->key, sizeof(s->key));
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	s->lock_fd = -1;
}
