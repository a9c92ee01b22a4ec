/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * db_lmdb - the seam over LMDB, and the only file that knows it.
 *
 * Owns:     the environment in DIR (data.mdb, lock.mdb) and its named tables.
 * Promises: the file is allocated in full before the first transaction, so the
 *           disk can't refuse a page later: a sparse map on a full disk makes
 *           LMDB report EIO at commit, where ENOSPC would be the truth.
 *           MDB_MAP_FULL, from a put or from the commit, is ERR_STORE_FULL and
 *           leaves the store as it was.
 * Threads:  as db.h says. A lock of many readers keeps db_grow() away from them.
 *
 * LMDB's values are not aligned and die with the transaction. Child
 * transactions, DUPSORT and WRITEMAP are not used (DESIGN.md, section 2).
 */
#include "store/db.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <lmdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "parsers/err.h"
#include "parsers/keyed.h"
#include "store/files.h"
#include "store/pending.h"

#define WHERE_PREFIX "lmdb:"
/* A deadline is looked at after so many rows: a clock costs as much as a row. */
#define ROWS_A_LOOK 64
/* Node ids are for engines with several nodes; this one is always node 0. */
#define ID_N_BITS    16
#define ID_NODE_BITS 6
#define ID_LOW_BITS  (ID_N_BITS + ID_NODE_BITS)

struct db {
	MDB_env *env;
	MDB_dbi dbi[TABLE_COUNT_ALL];
	pthread_rwlock_t growing; /* readers hold it shared, db_grow() alone */
	struct keyed_key key;
	bool has_key;
	unsigned repeat;
	MDB_txn *writing;        /* the write transaction in hand, or NULL */
	struct pending *pending; /* its numbers */
};

struct txn {
	struct db *db;
	MDB_txn *mdb;
	bool is_read;
	struct mono deadline;
	int err;
	uint64_t n_writes, n_reads;
	uint64_t last_id; /* 0: not asked for yet */
};

/* The name is in the store: it is never changed. */
static const struct bytes last_id_key = BYTES("last_id");

static int err_of(int rc)
{
	switch (rc) {
	case MDB_SUCCESS: return ERR_OK;
	case MDB_NOTFOUND: return ERR_NOENT;
	case MDB_MAP_FULL:
	case MDB_TXN_FULL: return ERR_STORE_FULL;
	case MDB_READERS_FULL: return ERR_BUSY;
	case MDB_BAD_VALSIZE: return ERR_INVALID;
	case MDB_INVALID:
	case MDB_VERSION_MISMATCH: return ERR_VERSION;
	case ENOMEM: return ERR_NOMEM;
	case ENOENT: return ERR_NOENT;
	case EACCES: return ERR_ACCESS;
	case EBUSY: return ERR_BUSY;
	/* EFBIG: the process's own limit of file sizes. */
	case EFBIG:
	case EDQUOT:
	case ENOSPC: return ERR_NOSPACE;
	default: return ERR_STORE_IO;
	}
}

/* --- opening --- */

static int allocate_file(MDB_env *env, uint64_t octets)
{
	mdb_filehandle_t fd;
	int rc = mdb_env_get_fd(env, &fd);

	return rc == MDB_SUCCESS ? files_allocate(fd, octets) : err_of(rc);
}

static int open_tables(struct db *db)
{
	MDB_txn *mdb;
	int rc = mdb_txn_begin(db->env, NULL, 0, &mdb);

	for (int i = 0; rc == MDB_SUCCESS && i < TABLE_COUNT_ALL; i++) {
		rc = mdb_dbi_open(mdb, table_name((enum table)i), MDB_CREATE, &db->dbi[i]);
		if (rc != MDB_SUCCESS)
			mdb_txn_abort(mdb);
	}
	return err_of(rc != MDB_SUCCESS ? rc : mdb_txn_commit(mdb));
}

static int open_env(struct db *db, const char *dir, const struct db_limits *limits, uint64_t octets)
{
	unsigned flags = MDB_NOTLS | (limits->sync ? 0 : MDB_NOSYNC);
	int dead, err, rc = mdb_env_create(&db->env);

	if (rc != MDB_SUCCESS)
		return err_of(rc);
	rc = mdb_env_set_maxdbs(db->env, TABLE_COUNT_ALL);
	if (rc == MDB_SUCCESS)
		/* One each for those who read, one for copies, one for db_space(). */
		rc = mdb_env_set_maxreaders(db->env, limits->readers + 8);
	if (rc == MDB_SUCCESS)
		rc = mdb_env_set_mapsize(db->env, octets);
	if (rc == MDB_SUCCESS)
		rc = mdb_env_open(db->env, dir, flags, 0600);
	if (rc != MDB_SUCCESS)
		return err_of(rc);
	/* A reader that died with its process keeps pages from being used again. */
	(void)mdb_reader_check(db->env, &dead);
	err = allocate_file(db->env, octets);
	return err != ERR_OK ? err : open_tables(db);
}

/* LMDB's own two files; absent ones are no error. */
static void drop_files(const char *dir)
{
	static const char *const names[] = { "data.mdb", "lock.mdb" };
	char path[PATH_MAX];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		(void)unlink(path);
	}
}

static uint64_t whole_pages(uint64_t octets)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	return (octets + page - 1) / page * page;
}

static void db_free(struct db *db)
{
	if (db->writing != NULL)
		mdb_txn_abort(db->writing);
	if (db->env != NULL)
		mdb_env_close(db->env);
	pthread_rwlock_destroy(&db->growing);
	keyed_wipe(&db->key, sizeof(db->key));
	pending_free(&db->pending);
	free(db);
}

static int init_lock(pthread_rwlock_t *lock)
{
	pthread_rwlockattr_t attr;
	int rc = pthread_rwlockattr_init(&attr);

	if (rc != 0)
		return err_of(rc);
	/* Else new readers could keep db_grow() waiting for ever. */
	pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	rc = pthread_rwlock_init(lock, &attr);
	pthread_rwlockattr_destroy(&attr);
	return err_of(rc);
}

int db_open(const char *where, const struct db_limits *limits, struct db **db_out)
{
	uint64_t octets = whole_pages(limits->map_bytes);
	char data[PATH_MAX];
	bool is_new;
	struct stat st;
	struct db *db;
	int err;

	if (strncmp(where, WHERE_PREFIX, strlen(WHERE_PREFIX)) != 0)
		return ERR_INVALID;
	where += strlen(WHERE_PREFIX);
	if (snprintf(data, sizeof(data), "%s/data.mdb", where) >= (int)sizeof(data))
		return ERR_LIMIT;
	is_new = stat(data, &st) != 0;
	if (is_new && !limits->may_create)
		return ERR_NOENT;
	if (!is_new && (uint64_t)st.st_size > octets)
		octets = whole_pages((uint64_t)st.st_size);
	db = calloc(1, sizeof(*db));
	if (db == NULL)
		return ERR_NOMEM;
	db->repeat = 1;
	db->pending = pending_new();
	err = db->pending == NULL ? ERR_NOMEM : init_lock(&db->growing);
	if (err != ERR_OK) {
		pending_free(&db->pending);
		free(db);
		return err;
	}
	err = open_env(db, where, limits, octets);
	if (err == ERR_OK) {
		*db_out = db;
		return ERR_OK;
	}
	db_free(db);
	if (is_new)
		drop_files(where);
	return err;
}

void db_close(struct db **db)
{
	if (*db == NULL)
		return;
	db_free(*db);
	*db = NULL;
}

void db_set_key(struct db *db, const struct keyed_key *key)
{
	db->has_key = key != NULL;
	if (key != NULL)
		db->key = *key;
}

void db_set_repeat(struct db *db, unsigned n)
{
	db->repeat = n == 0 ? 1 : n;
}

/* --- transactions --- */

static int keep_last_id(struct txn *t)
{
	uint8_t octets[8];
	struct wr w = wr_of(octets, sizeof(octets));

	if (t->last_id != 0 && t->n_writes != 0) {
		wr_u64(&w, t->last_id);
		txn_put(t, TABLE_META, last_id_key, wr_bytes(&w));
	}
	return t->err;
}

static void put_now(struct txn *t, enum table table, struct bytes key, struct bytes value);

static void put_pending(enum table table, struct bytes key, struct bytes value, void *ctx)
{
	put_now(ctx, table, key, value);
}

/* One run of work; ERR_OK leaves the transaction open for the commit. */
static int write_once(struct db *db, struct txn *t, db_work_fn *work, void *ctx)
{
	int err, rc;

	*t = (struct txn){ .db = db };
	rc = mdb_txn_begin(db->env, NULL, 0, &t->mdb);
	if (rc != MDB_SUCCESS)
		return err_of(rc);
	db->writing = t->mdb;
	pending_reset(db->pending);
	err = work(t, ctx);
	if (err == ERR_OK)
		err = keep_last_id(t);
	if (err == ERR_OK) {
		pending_flush(db->pending, TABLE_COUNT_ALL, put_pending, t);
		err = t->err;
	}
	if (err != ERR_OK) {
		db->writing = NULL;
		mdb_txn_abort(t->mdb);
	}
	return err;
}

int db_write(struct db *db, db_work_fn *work, void *ctx)
{
	MDB_txn *mdb;
	struct txn t;
	int err;

	for (unsigned i = 1;; i++) {
		err = write_once(db, &t, work, ctx);
		if (err != ERR_OK)
			return err;
		if (i >= db->repeat)
			break;
		db->writing = NULL;
		mdb_txn_abort(t.mdb);
	}
	mdb = t.mdb;
	db->writing = NULL;
	if (t.n_writes == 0) {
		mdb_txn_abort(mdb);
		return ERR_OK;
	}
	err = err_of(mdb_txn_commit(mdb));
	/* Whatever else a commit reports, what is on disk is not known any more. */
	return err == ERR_OK || err == ERR_STORE_FULL || err == ERR_NOMEM ? err : ERR_STORE_IO;
}

int db_read(struct db *db, struct mono deadline, db_work_fn *work, void *ctx)
{
	struct txn t = { .db = db, .is_read = true, .deadline = deadline };
	int err, rc;

	pthread_rwlock_rdlock(&db->growing);
	rc = mdb_txn_begin(db->env, NULL, MDB_RDONLY, &t.mdb);
	if (rc == MDB_SUCCESS) {
		err = work(&t, ctx);
		if (err == ERR_OK)
			err = t.err;
		mdb_txn_abort(t.mdb);
	} else {
		err = err_of(rc);
	}
	pthread_rwlock_unlock(&db->growing);
	return err;
}

bool txn_has_written(const struct txn *t)
{
	return t->n_writes != 0;
}

uint64_t txn_n_writes(const struct txn *t)
{
	return t->n_writes;
}

uint64_t txn_n_reads(const struct txn *t)
{
	return t->n_reads;
}

const struct keyed_key *txn_key(const struct txn *t)
{
	return t->db->has_key ? &t->db->key : NULL;
}

bool txn_is_read(const struct txn *t)
{
	return t->is_read;
}

int txn_err(const struct txn *t)
{
	return t->err;
}

int txn_fail(struct txn *t, int err)
{
	if (t->err == ERR_OK)
		t->err = err;
	return t->err;
}

/* --- rows --- */

static MDB_val val_of(struct bytes b)
{
	return (MDB_val){ .mv_size = b.len, .mv_data = (void *)(uintptr_t)b.ptr };
}

void txn_want(struct txn *t, enum table table, struct bytes key)
{
	(void)t;
	(void)table;
	(void)key;
}

int txn_get(struct txn *t, enum table table, struct bytes key, struct bytes *value_out)
{
	MDB_val k = val_of(key), v = { 0 };
	enum pending_found found = PENDING_UNKNOWN;
	int rc;

	if (t->err != ERR_OK)
		return t->err;
	t->n_reads++;
	if (!t->is_read)
		found = pending_look(t->db->pending, table, key, value_out);
	if (found != PENDING_UNKNOWN)
		return found == PENDING_VALUE ? ERR_OK : ERR_NOENT;
	rc = mdb_get(t->mdb, t->db->dbi[table], &k, &v);
	if (rc == MDB_SUCCESS)
		*value_out = bytes_at(v.mv_data, v.mv_size);
	else if (rc != MDB_NOTFOUND)
		return txn_fail(t, err_of(rc));
	if (!t->is_read)
		pending_note(t->db->pending, table, key, bytes_at(v.mv_data, v.mv_size),
			     rc == MDB_SUCCESS ? PENDING_VALUE : PENDING_MISSING);
	return err_of(rc);
}

static void put_now(struct txn *t, enum table table, struct bytes key, struct bytes value)
{
	MDB_val k = val_of(key), v = val_of(value);
	int rc;

	if (t->err != ERR_OK)
		return;
	rc = mdb_put(t->mdb, t->db->dbi[table], &k, &v, 0);
	if (rc != MDB_SUCCESS)
		txn_fail(t, err_of(rc));
}

void txn_put(struct txn *t, enum table table, struct bytes key, struct bytes value)
{
	assert(!t->is_read);
	if (t->err != ERR_OK)
		return;
	t->n_writes++;
	if (!pending_put(t->db->pending, table, key, value))
		put_now(t, table, key, value);
}

void txn_drop(struct txn *t, enum table table, struct bytes key)
{
	MDB_val k = val_of(key);
	int rc;

	assert(!t->is_read);
	if (t->err != ERR_OK)
		return;
	t->n_writes++;
	pending_forget(t->db->pending, table, key);
	rc = mdb_del(t->mdb, t->db->dbi[table], &k, NULL);
	if (rc != MDB_SUCCESS && rc != MDB_NOTFOUND)
		txn_fail(t, err_of(rc));
}

void txn_add(struct txn *t, enum table table, struct bytes key, int64_t by)
{
	struct bytes old;
	uint64_t sum = 0;
	uint8_t octets[8];
	struct wr w = wr_of(octets, sizeof(octets));

	if (txn_get(t, table, key, &old) == ERR_OK) {
		struct rd r = rd_of(old);

		sum = rd_u64(&r);
	}
	/* Unsigned, because it may wrap where the number is a checksum. */
	wr_u64(&w, sum + (uint64_t)by);
	txn_put(t, table, key, wr_bytes(&w));
}

static bool is_past(struct mono deadline)
{
	struct timespec now;

	if (deadline.ms == 0)
		return false;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 > deadline.ms;
}

/* Puts the cursor on the first row of the walk. */
static int walk_begin(MDB_cursor *cursor, struct bytes from, struct bytes to, enum walk way,
		      MDB_val *k, MDB_val *v)
{
	int rc;

	if (way == WALK_UP) {
		*k = val_of(from);
		return mdb_cursor_get(cursor, k, v, from.len != 0 ? MDB_SET_RANGE : MDB_FIRST);
	}
	if (to.len == 0)
		return mdb_cursor_get(cursor, k, v, MDB_LAST);
	*k = val_of(to);
	rc = mdb_cursor_get(cursor, k, v, MDB_SET_RANGE);
	/* `to` itself is outside; when nothing is at or behind it, the last row is the first of the walk. */
	return mdb_cursor_get(cursor, k, v, rc == MDB_SUCCESS ? MDB_PREV : MDB_LAST);
}

static bool walk_has_left(struct bytes key, struct bytes from, struct bytes to, enum walk way)
{
	if (way == WALK_UP)
		return to.len != 0 && bytes_cmp(key, to) >= 0;
	return bytes_cmp(key, from) < 0;
}

int txn_walk(struct txn *t, enum table table, struct bytes from, struct bytes to, enum walk way,
	     size_t limit, walk_fn *row, void *ctx)
{
	MDB_cursor *cursor;
	MDB_val k, v;
	size_t n = 0;
	int err = ERR_OK, rc;

	if (!t->is_read)
		pending_flush(t->db->pending, table, put_pending, t);
	if (t->err != ERR_OK)
		return t->err;
	rc = mdb_cursor_open(t->mdb, t->db->dbi[table], &cursor);
	if (rc != MDB_SUCCESS)
		return txn_fail(t, err_of(rc));
	rc = walk_begin(cursor, from, to, way, &k, &v);
	while (rc == MDB_SUCCESS && err == ERR_OK && (limit == 0 || n < limit)) {
		struct bytes key = bytes_at(k.mv_data, k.mv_size);

		if (walk_has_left(key, from, to, way))
			break;
		t->n_reads++;
		if (++n % ROWS_A_LOOK == 0 && is_past(t->deadline))
			err = ERR_TIMEOUT;
		else
			err = row(key, bytes_at(v.mv_data, v.mv_size), ctx);
		if (err == ERR_OK)
			rc = mdb_cursor_get(cursor, &k, &v, way == WALK_UP ? MDB_NEXT : MDB_PREV);
	}
	mdb_cursor_close(cursor);
	if (rc != MDB_SUCCESS && rc != MDB_NOTFOUND)
		return txn_fail(t, err_of(rc));
	return err == ERR_CANCELLED ? ERR_OK : err;
}

uint64_t txn_id(struct txn *t, struct wall now)
{
	uint64_t least = (uint64_t)(now.ms > 0 ? now.ms : 0) << ID_LOW_BITS;
	struct bytes kept;

	if (t->last_id == 0 && txn_get(t, TABLE_META, last_id_key, &kept) == ERR_OK) {
		struct rd r = rd_of(kept);

		t->last_id = rd_u64(&r);
	}
	t->last_id++;
	/* The node's bits stay free: after 65,536 ids of one millisecond the next one is borrowed. */
	if ((t->last_id & ((UINT64_C(1) << ID_LOW_BITS) - 1)) >> ID_N_BITS != 0)
		t->last_id = ((t->last_id >> ID_LOW_BITS) + 1) << ID_LOW_BITS;
	if (t->last_id < least)
		t->last_id = least;
	return t->last_id;
}

/* --- space and copies --- */

/* A line of mdb_reader_list(): process, thread, and the transaction that it sees or "-". */
static int note_reader(const char *line, void *ctx)
{
	size_t *oldest = ctx, sees;

	if (sscanf(line, "%*d %*x %zu", &sees) == 1 && sees < *oldest)
		*oldest = sees;
	return 0;
}

/*
 * Pages that LMDB may use again: its own list has a row a transaction that freed some, which begins
 * with their number. What a reader of a long copy or check still sees isn't free until it ends, and
 * counted as free it would let the map fill up unseen.
 */
static uint64_t free_pages(MDB_env *env, MDB_txn *mdb)
{
	size_t n, freed_by, oldest = mdb_txn_id(mdb);
	MDB_cursor *cursor;
	MDB_val k, v;
	uint64_t sum = 0;

	(void)mdb_reader_list(env, note_reader, &oldest);

	if (mdb_cursor_open(mdb, 0, &cursor) != MDB_SUCCESS)
		return 0;
	while (mdb_cursor_get(cursor, &k, &v, MDB_NEXT) == MDB_SUCCESS) {
		memcpy(&freed_by, k.mv_data, sizeof(freed_by));
		if (freed_by > oldest)
			break;
		memcpy(&n, v.mv_data, sizeof(n));
		sum += n;
	}
	mdb_cursor_close(cursor);
	return sum;
}

struct db_space db_space(struct db *db)
{
	struct db_space space = { 0 };
	MDB_envinfo info;
	MDB_stat st;
	MDB_txn *mdb;

	pthread_rwlock_rdlock(&db->growing);
	mdb_env_info(db->env, &info);
	mdb_env_stat(db->env, &st);
	space.map_bytes = info.me_mapsize;
	space.used_bytes = (info.me_last_pgno + 1) * st.ms_psize;
	if (mdb_txn_begin(db->env, NULL, MDB_RDONLY, &mdb) == MDB_SUCCESS) {
		uint64_t unused = free_pages(db->env, mdb) * st.ms_psize;

		mdb_txn_abort(mdb);
		space.used_bytes -= unused < space.used_bytes ? unused : space.used_bytes;
	}
	pthread_rwlock_unlock(&db->growing);
	return space;
}

int db_grow(struct db *db, uint64_t map_bytes)
{
	uint64_t octets = whole_pages(map_bytes);
	struct timespec until;
	MDB_envinfo info;
	int err;

	mdb_env_info(db->env, &info);
	if (octets < info.me_mapsize)
		return ERR_INVALID;
	err = allocate_file(db->env, octets);
	if (err != ERR_OK)
		return err;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 1;
	if (pthread_rwlock_timedwrlock(&db->growing, &until) != 0)
		return ERR_BUSY;
	err = err_of(mdb_env_set_mapsize(db->env, octets));
	pthread_rwlock_unlock(&db->growing);
	return err;
}

struct copy {
	MDB_env *env;
	int pipe_in;
	unsigned flags;
	int rc;
};

/* LMDB writes a copy in one call; through a pipe it can be told of and counted. */
static void *copy_main(void *arg)
{
	struct copy *c = arg;

	c->rc = mdb_env_copyfd2(c->env, c->pipe_in, c->flags);
	close(c->pipe_in);
	return NULL;
}

static int copy_to(struct db *db, int fd, unsigned flags, uint64_t total, db_progress_fn *progress,
		   void *ctx)
{
	struct copy c = { .env = db->env, .flags = flags };
	pthread_t thread;
	int err, ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return ERR_IO;
	c.pipe_in = ends[1];
	if (pthread_create(&thread, NULL, copy_main, &c) != 0) {
		close(ends[0]);
		close(ends[1]);
		return ERR_NOMEM;
	}
	/* To the end whatever happens, else the writing thread would get a signal. */
	err = files_drain(ends[0], fd, total, progress, ctx);
	pthread_join(thread, NULL);
	close(ends[0]);
	if (err == ERR_OK && c.rc != MDB_SUCCESS)
		err = ERR_IO;
	if (err == ERR_OK && fsync(fd) != 0)
		err = ERR_IO;
	return err;
}

int db_copy(struct db *db, const char *dir, bool compact, db_progress_fn *progress, void *ctx)
{
	uint64_t total = db_space(db).used_bytes;
	char path[PATH_MAX];
	int err, fd;

	if (snprintf(path, sizeof(path), "%s/data.mdb", dir) >= (int)sizeof(path))
		return ERR_LIMIT;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == EEXIST                ? ERR_EXIST
		       : err_of(errno) == ERR_NOSPACE ? ERR_NOSPACE
						      : ERR_IO;
	pthread_rwlock_rdlock(&db->growing);
	err = copy_to(db, fd, compact ? MDB_CP_COMPACT : 0, total, progress, ctx);
	pthread_rwlock_unlock(&db->growing);
	close(fd);
	if (err != ERR_OK)
		(void)unlink(path); /* half a copy is worth nothing */
	return err;
}
