/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * db - the seam over LMDB: what is kept, what a full map does, walks, ids, growth.
 */
#include "store/db.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parsers/err.h"
#include "tests/store/fixture.h"
#include "tests/tap.h"

static const struct mono no_deadline = { 0 };

/* --- rows --- */

static int put_letters(struct txn *t, void *ctx)
{
	static const char *const letters[] = { "a", "b", "c", "d", "e" };

	(void)ctx;
	for (size_t i = 0; i < ARRAY_LEN(letters); i++)
		txn_put(t, TABLE_SEEN, bytes_of(letters[i]), bytes_of(letters[i]));
	return ERR_OK;
}

static int put_and_refuse(struct txn *t, void *ctx)
{
	(void)ctx;
	txn_put(t, TABLE_SEEN, bytes_of("x"), bytes_of("x"));
	return ERR_INVALID;
}

static int put_bad_key(struct txn *t, void *ctx)
{
	(void)ctx;
	txn_put(t, TABLE_SEEN, bytes_of("y"), bytes_of("y"));
	txn_put(t, TABLE_SEEN, BYTES_NONE, bytes_of("y"));
	txn_put(t, TABLE_SEEN, bytes_of("z"), bytes_of("z"));
	is_int(txn_err(t), ERR_INVALID, "the first error of a transaction sticks");
	return ERR_OK;
}

struct spelling {
	const char *from, *to;
	enum walk way;
	size_t limit;
	const char *want;
	char got[16];
};

static int spell(struct bytes key, struct bytes value, void *ctx)
{
	struct spelling *s = ctx;

	(void)value;
	strncat(s->got, (const char *)key.ptr, key.len);
	return ERR_OK;
}

static int walk_letters(struct txn *t, void *ctx)
{
	struct spelling *s = ctx;

	return txn_walk(t, TABLE_SEEN, bytes_of(s->from), bytes_of(s->to), s->way, s->limit, spell,
			s);
}

static void test_rows(void)
{
	static struct spelling rows[] = {
		/* clang-format off */
		{ "",   "",   WALK_UP,   0, "abcde", "" },
		{ "",   "",   WALK_DOWN, 0, "edcba", "" },
		{ "b",  "d",  WALK_UP,   0, "bc",    "" },
		{ "b",  "d",  WALK_DOWN, 0, "cb",    "" },
		{ "bb", "dd", WALK_UP,   0, "cd",    "" },
		{ "bb", "dd", WALK_DOWN, 0, "dc",    "" },
		{ "",   "",   WALK_UP,   2, "ab",    "" },
		{ "",   "",   WALK_DOWN, 2, "ed",    "" },
		{ "f",  "",   WALK_UP,   0, "",      "" },
		{ "f",  "",   WALK_DOWN, 0, "",      "" },
		{ "",   "z",  WALK_DOWN, 0, "edcba", "" },
		{ "",   "a",  WALK_DOWN, 0, "",      "" },
		{ "d",  "b",  WALK_UP,   0, "",      "" },
		/* clang-format on */
	};
	struct fixture f;

	fixture_open(&f, "rows", FIXTURE_MAP);
	is_int(db_write(f.db, put_letters, NULL), ERR_OK, "five rows are written");
	is_int(db_write(f.db, put_and_refuse, NULL), ERR_INVALID,
	       "work that refuses is told its own error");
	is_int(db_write(f.db, put_bad_key, NULL), ERR_INVALID,
	       "an error that stuck drops the transaction");
	is_int((long long)fixture_rows(&f, TABLE_SEEN), 5,
	       "nothing of the two dropped ones stayed");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int err = db_read(f.db, no_deadline, walk_letters, &rows[i]);

		ok(err == ERR_OK && strcmp(rows[i].got, rows[i].want) == 0,
		   "a walk %s from '%s' to '%s', at most %zu: '%s'",
		   rows[i].way == WALK_UP ? "up" : "down", rows[i].from, rows[i].to, rows[i].limit,
		   rows[i].want);
	}
	fixture_reopen(&f, FIXTURE_MAP);
	is_int((long long)fixture_rows(&f, TABLE_SEEN), 5,
	       "all five are there after the next start");
	fixture_close(&f);
}

static int put_many(struct txn *t, void *ctx)
{
	char key[16];

	(void)ctx;
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(key, sizeof(key), "%06u", i);
		txn_put(t, TABLE_SEEN, bytes_of(key), bytes_of("row"));
	}
	return ERR_OK;
}

static int end_walk(struct bytes key, struct bytes value, void *ctx)
{
	(void)key;
	(void)value;
	++*(size_t *)ctx;
	return ERR_CANCELLED;
}

static int walk_ends(struct txn *t, void *ctx)
{
	return txn_walk(t, TABLE_SEEN, BYTES_NONE, BYTES_NONE, WALK_UP, 0, end_walk, ctx);
}

static int count_one(struct bytes key, struct bytes value, void *ctx)
{
	(void)key;
	(void)value;
	++*(size_t *)ctx;
	return ERR_OK;
}

static int walk_all(struct txn *t, void *ctx)
{
	return txn_walk(t, TABLE_SEEN, BYTES_NONE, BYTES_NONE, WALK_UP, 0, count_one, ctx);
}

static void test_deadline(void)
{
	struct fixture f;
	size_t n = 0;

	fixture_open(&f, "deadline", FIXTURE_MAP);
	db_write(f.db, put_many, NULL);
	is_int(db_read(f.db, no_deadline, walk_ends, &n), ERR_OK,
	       "a row may end its walk without an error");
	is_int((long long)n, 1, "and no other row comes");
	n = 0;
	is_int(db_read(f.db, (struct mono){ 1 }, walk_all, &n), ERR_TIMEOUT,
	       "a long walk past its deadline is stopped");
	ok(n < 1000, "before its end");
	fixture_close(&f);
}

/* --- snapshots --- */

struct snapshot {
	struct fixture *f;
	size_t before, after;
};

static void *write_letters(void *ctx)
{
	struct fixture *f = ctx;

	db_write(f->db, put_letters, NULL);
	return NULL;
}

static int read_while_written(struct txn *t, void *ctx)
{
	struct snapshot *s = ctx;
	pthread_t writer;

	walk_all(t, &s->before);
	if (pthread_create(&writer, NULL, write_letters, s->f) == 0)
		pthread_join(writer, NULL);
	return walk_all(t, &s->after);
}

static void test_snapshot(void)
{
	struct fixture f;
	struct snapshot s = { .f = &f };

	fixture_open(&f, "snapshot", FIXTURE_MAP);
	db_read(f.db, no_deadline, read_while_written, &s);
	ok(s.before == 0 && s.after == 0,
	   "a reader sees one moment, whatever is committed meanwhile");
	is_int((long long)fixture_rows(&f, TABLE_SEEN), 5, "the next reader sees it");
	fixture_close(&f);
}

/* --- a full map --- */

#define FILL_VALUE 3000

struct fill {
	unsigned n, from;
	int put_err; /* what the puts said, before the commit */
};

static int fill_rows(struct txn *t, void *ctx)
{
	static const uint8_t value[FILL_VALUE];
	struct fill *fill = ctx;
	char key[16];

	for (unsigned i = 0; i < fill->n; i++) {
		snprintf(key, sizeof(key), "%08u", fill->from + i);
		txn_put(t, TABLE_SEEN, bytes_of(key), bytes_at(value, sizeof(value)));
	}
	fill->put_err = txn_err(t);
	return ERR_OK;
}

static void test_full_by_put(void)
{
	struct fill much = { .n = 100000 }, little = { .n = 10, .from = 900000 };
	struct fixture f;

	fixture_open(&f, "full-put", FIXTURE_MAP);
	db_write(f.db, put_letters, NULL);
	is_int(db_write(f.db, fill_rows, &much), ERR_STORE_FULL,
	       "more than the map holds is refused: try again");
	is_int(err_class(ERR_STORE_FULL), ERR_IS_RETRY, "and a full store means that");
	is_int((long long)fixture_rows(&f, TABLE_SEEN), 5, "nothing of it stayed");
	is_int(db_write(f.db, fill_rows, &little), ERR_OK, "what fits is still taken");
	fixture_close(&f);
}

/* So many rows a transaction, until it is full; how many were kept, and whether the commit said it. */
static unsigned fill_up(struct fixture *f, unsigned rows, bool *by_commit_out)
{
	struct fill some = { .n = rows };
	int err = ERR_OK;

	while (err == ERR_OK) {
		err = db_write(f->db, fill_rows, &some);
		if (err == ERR_OK)
			some.from += rows;
	}
	*by_commit_out = err == ERR_STORE_FULL && some.put_err == ERR_OK;
	return some.from;
}

/* LMDB wants pages for its own list in the commit; when exactly depends on how many were left. */
static void test_full_by_commit(void)
{
	bool by_commit = false;
	struct fixture f;
	unsigned kept = 0, rows = 1;
	char name[32];

	for (; rows < 40 && !by_commit; rows++) {
		snprintf(name, sizeof(name), "full-commit-%u", rows);
		if (rows > 1)
			fixture_close(&f);
		fixture_open(&f, name, 1024 * 1024);
		kept = fill_up(&f, rows, &by_commit);
	}
	ok(by_commit, "filled by %u rows a transaction, it is the commit that finds the map full",
	   rows - 1);
	is_int((long long)fixture_rows(&f, TABLE_SEEN), kept,
	       "every row that was kept is there, no other");
	is_int(db_write(f.db, fill_rows, &(struct fill){ .n = 100, .from = 800000 }),
	       ERR_STORE_FULL, "it stays full");
	fixture_reopen(&f, 1024 * 1024);
	is_int((long long)fixture_rows(&f, TABLE_SEEN), kept,
	       "a full store opens, and holds them still");
	is_int(db_grow(f.db, 4 * 1024 * 1024), ERR_OK, "it grows while it is open");
	is_int(db_write(f.db, fill_rows, &(struct fill){ .n = 100, .from = 800000 }), ERR_OK,
	       "and takes rows again");
	is_int((long long)db_space(f.db).map_bytes, 4 * 1024 * 1024,
	       "the map is as large as asked for");
	is_int(db_grow(f.db, 1024 * 1024), ERR_INVALID, "a map doesn't shrink");
	fixture_reopen(&f, 1024 * 1024);
	is_int((long long)db_space(f.db).map_bytes, 4 * 1024 * 1024,
	       "not even when it is opened with less");
	fixture_close(&f);
}

static void test_space(void)
{
	struct fill much = { .n = 1000 };
	struct db_space empty, full;
	struct fixture f;
	struct stat st;
	char path[600];

	fixture_open(&f, "space", FIXTURE_MAP);
	snprintf(path, sizeof(path), "%s/data.mdb", f.dir);
	ok(stat(path, &st) == 0 && (uint64_t)st.st_blocks * 512 >= FIXTURE_MAP,
	   "the file is allocated in full when it is made");
	ok((st.st_mode & 0777) == 0600, "and nobody else may read it");
	empty = db_space(f.db);
	db_write(f.db, fill_rows, &much);
	full = db_space(f.db);
	ok(full.used_bytes > empty.used_bytes + 1000 * FILL_VALUE && full.used_bytes < FIXTURE_MAP,
	   "what is used grows with what is kept");
	fixture_close(&f);
}

static int write_under_reader(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	uint64_t before = db_space(f->db).used_bytes;
	struct fill same = { .n = 100 };

	(void)t;
	for (int i = 0; i < 6; i++)
		if (db_write(f->db, fill_rows, &same) != ERR_OK)
			diag("a write failed");
	ok(db_space(f->db).used_bytes > before + 1024 * 1024,
	   "pages that a long reader still sees aren't free, whoever gave them up");
	return ERR_OK;
}

static void test_space_under_reader(void)
{
	struct fill same = { .n = 100 };
	struct db_space before;
	struct fixture f;

	fixture_open(&f, "space-reader", FIXTURE_MAP);
	db_write(f.db, fill_rows, &same);
	before = db_space(f.db);
	is_int(db_read(f.db, (struct mono){ 0 }, write_under_reader, &f), ERR_OK, "a long reader");
	db_write(f.db, fill_rows, &same);
	ok(db_space(f.db).used_bytes < before.used_bytes + 512 * 1024,
	   "when it has ended they are");
	fixture_close(&f);
}

/* The process may not make files as large as the map: for us the same as a full disk. */
static void test_no_room(void)
{
	const struct db_limits limits = { .map_bytes = FIXTURE_MAP,
					  .readers = 4,
					  .may_create = true };
	struct rlimit before, small;
	char where[640], path[600];
	struct db *db = NULL;
	struct fixture f;
	int err;

	fixture_open(&f, "room", FIXTURE_MAP);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	small = before;
	small.rlim_cur = FIXTURE_MAP / 2;
	snprintf(path, sizeof(path), "%s/none", temp_dir());
	mkdir(path, 0700);
	snprintf(where, sizeof(where), "lmdb:%s", path);
	setrlimit(RLIMIT_FSIZE, &small);
	err = db_open(where, &limits, &db);
	setrlimit(RLIMIT_FSIZE, &before);
	is_int(err, ERR_NOSPACE, "a store that the disk can't hold is not made");
	ok(rmdir(path) == 0, "and leaves no half file behind");
	small.rlim_cur = FIXTURE_MAP + 4096;
	setrlimit(RLIMIT_FSIZE, &small);
	err = db_grow(f.db, 2 * FIXTURE_MAP);
	setrlimit(RLIMIT_FSIZE, &before);
	is_int(err, ERR_NOSPACE, "a store that can't grow says so");
	is_int(db_write(f.db, put_letters, NULL), ERR_OK, "and works on as it is");
	is_int((long long)db_space(f.db).map_bytes, (long long)FIXTURE_MAP, "as large as before");
	fixture_close(&f);
}

static void test_opening(void)
{
	const struct db_limits limits = { .map_bytes = FIXTURE_MAP, .readers = 4 };
	struct db *db = NULL;
	char where[600];

	snprintf(where, sizeof(where), "lmdb:%s", temp_dir());
	is_int(db_open(where, &limits, &db), ERR_NOENT, "a store isn't made where it may not be");
	is_int(db_open("pg:dbname=odziv", &limits, &db), ERR_INVALID,
	       "an engine that we don't have is refused");
}

/* --- ids --- */

struct ids {
	struct wall now;
	uint64_t first, last;
	unsigned n;
	bool rising;
};

static int take_ids(struct txn *t, void *ctx)
{
	struct ids *ids = ctx;

	ids->rising = true;
	ids->last = 0;
	for (unsigned i = 0; i < ids->n; i++) {
		uint64_t id = txn_id(t, ids->now);

		ids->rising = ids->rising && id > ids->last;
		if (i == 0)
			ids->first = id;
		ids->last = id;
	}
	txn_put(t, TABLE_SEEN, bytes_of("ids"), bytes_of("taken"));
	return ERR_OK;
}

static int take_ids_and_fail(struct txn *t, void *ctx)
{
	take_ids(t, ctx);
	return ERR_INVALID;
}

static void test_ids(void)
{
	struct ids a = { .now = FIXTURE_NOW, .n = 70000 }, b = { .now = FIXTURE_NOW, .n = 3 },
		   c = b;
	struct fixture f;

	fixture_open(&f, "ids", FIXTURE_MAP);
	db_write(f.db, take_ids, &a);
	ok(a.rising, "70,000 ids of one millisecond rise");
	is_int((long long)(a.first >> 22), FIXTURE_NOW.ms, "an id begins with its millisecond");
	is_int((long long)(a.last >> 16 & 63), 0,
	       "the bits of the node stay 0, even when a millisecond is used up");
	db_write(f.db, take_ids_and_fail, &b);
	db_write(f.db, take_ids, &c);
	ok(b.first == c.first && b.last == c.last, "applied again, the same ids come out");
	ok(b.first > a.last, "none of them twice");
	fixture_reopen(&f, FIXTURE_MAP);
	c.now = (struct wall){ FIXTURE_NOW.ms - HOUR_MS };
	db_write(f.db, take_ids, &c);
	ok(c.first > b.last, "nor when the clock went back between two starts");
	c.now = later(HOUR_MS);
	db_write(f.db, take_ids, &c);
	is_int((long long)(c.first >> 22), FIXTURE_NOW.ms + HOUR_MS,
	       "they follow the clock again when it comes by");
	db_set_repeat(f.db, 3);
	b.now = later(2 * HOUR_MS);
	db_write(f.db, take_ids, &b);
	is_int((long long)(b.first >> 22), FIXTURE_NOW.ms + 2 * HOUR_MS,
	       "work that runs three times");
	ok(b.last - b.first == 2, "takes its ids once");
	fixture_close(&f);
}

/* --- counters, repetition, copies --- */

static int add_number(struct txn *t, void *ctx)
{
	txn_add(t, TABLE_COUNT, bytes_of("n"), *(int64_t *)ctx);
	return ERR_OK;
}

static int get_number(struct txn *t, void *ctx)
{
	struct bytes octets;
	int err = txn_get(t, TABLE_COUNT, bytes_of("n"), &octets);
	struct rd r;

	if (err != ERR_OK)
		return err;
	r = rd_of(octets);
	*(int64_t *)ctx = (int64_t)rd_u64(&r);
	return ERR_OK;
}

static void test_counters(void)
{
	int64_t by[] = { 5, -2, -10 }, n = 0;
	struct fixture f;

	fixture_open(&f, "counters", FIXTURE_MAP);
	is_int(db_read(f.db, no_deadline, get_number, &n), ERR_NOENT,
	       "a counter that nobody used isn't there");
	for (size_t i = 0; i < ARRAY_LEN(by); i++)
		db_write(f.db, add_number, &by[i]);
	db_read(f.db, no_deadline, get_number, &n);
	is_int(n, -7, "a counter counts up and down, below 0 too");
	db_set_repeat(f.db, 4);
	db_write(f.db, add_number, &by[0]);
	db_read(f.db, no_deadline, get_number, &n);
	is_int(n, -2, "work that runs four times counts once");
	fixture_close(&f);
}

static void count_progress(uint64_t done, uint64_t total, void *ctx)
{
	(void)total;
	*(uint64_t *)ctx = done;
}

static void test_copy(void)
{
	struct fill much = { .n = 1000 };
	struct fixture f, copy = { 0 };
	uint64_t done = 0;

	fixture_open(&f, "original", FIXTURE_MAP);
	db_write(f.db, fill_rows, &much);
	snprintf(copy.dir, sizeof(copy.dir), "%s/copied", temp_dir());
	mkdir(copy.dir, 0700);
	is_int(db_copy(f.db, copy.dir, false, count_progress, &done), ERR_OK,
	       "a store is copied while it is open");
	ok(done >= 1000 * FILL_VALUE, "with progress");
	is_int(db_copy(f.db, copy.dir, true, NULL, NULL), ERR_EXIST,
	       "a copy never overwrites another");
	db_write(f.db, put_letters, NULL);
	fixture_reopen(&copy, FIXTURE_MAP);
	is_int((long long)fixture_rows(&copy, TABLE_SEEN), 1000,
	       "the copy holds what stood there then");
	db_close(&copy.db);
	fixture_close(&f);
}

int main(void)
{
	plan(0);
	test_rows();
	test_deadline();
	test_snapshot();
	test_full_by_put();
	test_full_by_commit();
	test_space();
	test_space_under_reader();
	test_no_room();
	test_opening();
	test_ids();
	test_counters();
	test_copy();
	return done_testing();
}
