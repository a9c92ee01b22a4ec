/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lmdb_alone - the yardstick of intake: LMDB with the very gets, puts, drops and walks of it, and nothing
 * else of ours.
 *
 *   lmdb_alone --conf DIR --dir DIR --jobs 5000 --batch 64 [--table 1]
 *
 * First the desk takes so many texts, --batch a transaction (with the note up to which text senders were
 * told), into a store without syncs, while every call of the engine is written down with its key and value
 * (the linker's --wrap puts us between the store and LMDB).
 * Then the calls are done again on an empty LMDB of the same size and tables, with syncs, --batch jobs a
 * commit: one line with jobs a second and p50 and p99 of a commit. With --table the calls of one job are
 * counted instead, by table.
 */
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/answers.h"
#include "tests/bench/bench.h"
#include "tests/bench/office.h"

#define RECORD_MAX ((size_t)1 << 30)

enum op { OP_GET, OP_PUT, OP_DROP, OP_WALK, OP_JOB, OPS };

/* One call in the record: this, the key (of a walk: where it begins), the value. */
struct call {
	uint8_t op, table;
	uint16_t key_len;
	uint32_t value_len; /* of a walk: the rows that it saw */
};

static struct {
	uint8_t *octets;
	size_t len;
	bool is_on;
} record;

static void note(enum op op, enum table table, struct bytes key, const void *value,
		 size_t value_len)
{
	struct call c = { (uint8_t)op, (uint8_t)table, (uint16_t)key.len, (uint32_t)value_len };
	size_t octets = value != NULL ? value_len : 0;

	if (!record.is_on)
		return;
	if (record.len + sizeof(c) + key.len + octets > RECORD_MAX)
		bench_fail("too many jobs to write down");
	memcpy(record.octets + record.len, &c, sizeof(c));
	record.len += sizeof(c);
	if (key.len != 0)
		memcpy(record.octets + record.len, key.ptr, key.len);
	record.len += key.len;
	if (octets != 0)
		memcpy(record.octets + record.len, value, octets);
	record.len += octets;
}

/* --- between the store and the engine --- */

int __real_mdb_get(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data);
int __real_mdb_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data, unsigned flags);
int __real_mdb_del(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data);
int __real_txn_walk(struct txn *t, enum table table, struct bytes from, struct bytes to,
		    enum walk way, size_t limit, walk_fn *row, void *ctx);
int __wrap_mdb_get(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data);
int __wrap_mdb_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data, unsigned flags);
int __wrap_mdb_del(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data);
int __wrap_txn_walk(struct txn *t, enum table table, struct bytes from, struct bytes to,
		    enum walk way, size_t limit, walk_fn *row, void *ctx);

/* LMDB has two tables of its own; ours were opened in their order. */
static enum table table_of(MDB_dbi dbi)
{
	return (enum table)(dbi - 2);
}

static struct bytes key_of(const MDB_val *key)
{
	return bytes_at(key->mv_data, key->mv_size);
}

int __wrap_mdb_get(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data)
{
	note(OP_GET, table_of(dbi), key_of(key), NULL, 0);
	return __real_mdb_get(txn, dbi, key, data);
}

int __wrap_mdb_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data, unsigned flags)
{
	note(OP_PUT, table_of(dbi), key_of(key),
	     data->mv_data != NULL ? data->mv_data : (const uint8_t *)"", data->mv_size);
	return __real_mdb_put(txn, dbi, key, data, flags);
}

int __wrap_mdb_del(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data)
{
	note(OP_DROP, table_of(dbi), key_of(key), NULL, 0);
	return __real_mdb_del(txn, dbi, key, data);
}

struct watched {
	walk_fn *row;
	void *ctx;
	size_t n;
};

static int watch_row(struct bytes key, struct bytes value, void *ctx)
{
	struct watched *w = ctx;

	w->n++;
	return w->row(key, value, w->ctx);
}

int __wrap_txn_walk(struct txn *t, enum table table, struct bytes from, struct bytes to,
		    enum walk way, size_t limit, walk_fn *row, void *ctx)
{
	struct watched w = { .row = row, .ctx = ctx };
	int err = __real_txn_walk(t, table, from, to, way, limit, watch_row, &w);

	note(OP_WALK, table, way == WALK_UP ? from : to, NULL, w.n);
	return err;
}

/* --- writing down --- */

struct taking {
	struct office office;
	uint64_t n, jobs, batch;
	uint64_t answered; /* the turn of the text before, once there was one */
};

static void take_one(struct taking *k, struct txn *t)
{
	struct office_text text;
	struct intake_found found;
	struct timespec now;

	arena_reset(k->office.keep);
	clock_gettime(CLOCK_REALTIME, &now);
	k->office.now.ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	office_text(&k->office, k->n, &text);
	note(OP_JOB, 0, BYTES_NONE, NULL, 0);
	office_take(&k->office, t, &text, &found);
	k->answered = found.turn;
}

static int take_batch(struct txn *t, void *ctx)
{
	struct taking *k = ctx;

	for (uint64_t end = k->n + k->batch; k->n < end && k->n < k->jobs; k->n++)
		take_one(k, t);
	/* It rides with the next one. */
	return answers_up_to(t, 0, k->answered);
}

static void write_down(const char *conf, const char *dir, uint64_t jobs, uint64_t batch)
{
	static struct taking k;

	record.octets = bench_alloc(1, RECORD_MAX);
	office_open(&k.office, conf, dir, false);
	k.jobs = jobs;
	k.batch = batch;
	record.is_on = true;
	while (k.n < jobs)
		if (db_write(k.office.store.db, take_batch, &k) != ERR_OK)
			bench_fail("texts couldn't be written down");
	record.is_on = false;
	office_close(&k.office);
}

/* The next call of the record; false at its end. */
static bool next_call(size_t *at, struct call *c, MDB_val *key, MDB_val *value)
{
	if (*at == record.len)
		return false;
	memcpy(c, record.octets + *at, sizeof(*c));
	*at += sizeof(*c);
	*key = (MDB_val){ c->key_len, record.octets + *at };
	*at += c->key_len;
	*value = (MDB_val){ c->value_len, record.octets + *at };
	if (c->op == OP_PUT)
		*at += c->value_len;
	return true;
}

/* --- counting --- */

static void print_table(uint64_t jobs)
{
	static uint64_t n[OPS][TABLE_COUNT_ALL], octets[TABLE_COUNT_ALL];
	uint64_t gets = 0, puts = 0, all = 0;
	MDB_val key, value;
	struct call c;

	for (size_t at = 0; next_call(&at, &c, &key, &value);) {
		n[c.op][c.table]++;
		if (c.op == OP_PUT)
			octets[c.table] += c.key_len + c.value_len;
	}
	printf("%-12s %6s %6s %6s %6s %8s\n", "a job", "gets", "puts", "drops", "walks", "octets");
	for (int t = 0; t < TABLE_COUNT_ALL; t++) {
		double j = (double)jobs;

		gets += n[OP_GET][t] + n[OP_WALK][t];
		puts += n[OP_PUT][t] + n[OP_DROP][t];
		all += octets[t];
		if (n[OP_GET][t] + n[OP_PUT][t] + n[OP_DROP][t] + n[OP_WALK][t] == 0)
			continue;
		printf("%-12s %6.2f %6.2f %6.2f %6.2f %8.1f\n", table_name((enum table)t),
		       (double)n[OP_GET][t] / j, (double)n[OP_PUT][t] / j,
		       (double)n[OP_DROP][t] / j, (double)n[OP_WALK][t] / j, (double)octets[t] / j);
	}
	printf("%-12s %6.2f reads, %.2f writes, %.0f octets put\n", "together",
	       (double)gets / (double)jobs, (double)puts / (double)jobs,
	       (double)all / (double)jobs);
}

/* --- doing it again --- */

struct engine {
	MDB_env *env;
	MDB_dbi dbi[TABLE_COUNT_ALL];
	MDB_txn *txn;
};

static void must(int rc, const char *what)
{
	if (rc != MDB_SUCCESS)
		bench_fail("lmdb: %s: %s", what, mdb_strerror(rc));
}

static void open_engine(struct engine *e, const char *dir, uint64_t octets)
{
	mdb_filehandle_t fd;

	(void)mkdir(dir, 0700);
	must(mdb_env_create(&e->env), "create");
	must(mdb_env_set_maxdbs(e->env, TABLE_COUNT_ALL), "tables");
	must(mdb_env_set_mapsize(e->env, octets), "size");
	must(mdb_env_open(e->env, dir, MDB_NOTLS, 0600), dir);
	must(mdb_env_get_fd(e->env, &fd), "file");
	if (posix_fallocate(fd, 0, (off_t)octets) != 0)
		bench_fail("no room for the map in %s", dir);
	must(mdb_txn_begin(e->env, NULL, 0, &e->txn), "begin");
	for (int t = 0; t < TABLE_COUNT_ALL; t++)
		must(mdb_dbi_open(e->txn, table_name((enum table)t), MDB_CREATE, &e->dbi[t]),
		     "table");
	must(mdb_txn_commit(e->txn), "commit");
}

static void do_walk(struct engine *e, const struct call *c, MDB_val *key)
{
	MDB_cursor *cursor;
	MDB_val value;
	int rc;

	must(mdb_cursor_open(e->txn, e->dbi[c->table], &cursor), "cursor");
	rc = mdb_cursor_get(cursor, key, &value, key->mv_size != 0 ? MDB_SET_RANGE : MDB_FIRST);
	for (uint32_t i = 0; rc == MDB_SUCCESS && i < c->value_len; i++)
		rc = mdb_cursor_get(cursor, key, &value, MDB_NEXT);
	mdb_cursor_close(cursor);
}

static void do_call(struct engine *e, const struct call *c, MDB_val *key, MDB_val *value)
{
	MDB_val found;
	int rc = MDB_SUCCESS;

	switch ((enum op)c->op) {
	case OP_GET: rc = mdb_get(e->txn, e->dbi[c->table], key, &found); break;
	case OP_PUT: rc = mdb_put(e->txn, e->dbi[c->table], key, value, 0); break;
	case OP_DROP: rc = mdb_del(e->txn, e->dbi[c->table], key, NULL); break;
	case OP_WALK: do_walk(e, c, key); break;
	case OP_JOB:
	case OPS: break;
	}
	if (rc != MDB_SUCCESS && rc != MDB_NOTFOUND)
		must(rc, "a call");
}

static void do_again(const char *dir, uint64_t octets, uint64_t jobs, uint64_t batch)
{
	struct engine e;
	struct bench_times times;
	uint64_t begin, before, n = 0;
	MDB_val key, value;
	struct call c;

	open_engine(&e, dir, octets);
	bench_times_init(&times, jobs);
	begin = before = bench_now();
	must(mdb_txn_begin(e.env, NULL, 0, &e.txn), "begin");
	for (size_t at = 0; next_call(&at, &c, &key, &value);) {
		if (c.op == OP_JOB && n++ > 0 && (n - 1) % batch == 0) {
			uint64_t now;

			must(mdb_txn_commit(e.txn), "commit");
			now = bench_now();
			bench_times_add(&times, now - before);
			before = now;
			must(mdb_txn_begin(e.env, NULL, 0, &e.txn), "begin");
		}
		do_call(&e, &c, &key, &value);
	}
	must(mdb_txn_commit(e.txn), "commit");
	bench_print(n, bench_now() - begin, &times);
	mdb_env_close(e.env);
}

int main(int argc, char **argv)
{
	uint64_t jobs = 1000, batch = 64, table = 0, octets = 1u << 30;
	const char *conf = NULL, *dir = NULL;
	const struct bench_option options[] = {
		{ "--conf", NULL, &conf },   { "--dir", NULL, &dir },
		{ "--jobs", &jobs, NULL },   { "--batch", &batch, NULL },
		{ "--table", &table, NULL }, { "--bytes", &octets, NULL },
	};
	char recorded[4096], again[4096];

	bench_options(argc, argv, options, sizeof(options) / sizeof(options[0]));
	if (conf == NULL || dir == NULL || jobs == 0 || batch == 0)
		bench_fail("lmdb_alone --conf DIR --dir DIR --jobs N --batch N [--table 1]");
	snprintf(recorded, sizeof(recorded), "%s/recorded", dir);
	snprintf(again, sizeof(again), "%s/again", dir);
	write_down(conf, recorded, jobs, batch);
	if (table != 0)
		print_table(jobs);
	else
		do_again(again, octets, jobs, batch);
	return 0;
}
