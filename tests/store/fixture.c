/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/store/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "parsers/err.h"
#include "parsers/keyed.h"
#include "tests/tap.h"

static void open_db(struct fixture *f, uint64_t map_bytes)
{
	const struct db_limits limits = { .map_bytes = map_bytes,
					  .readers = 4,
					  .may_create = true };
	char where[600];
	int err;

	snprintf(where, sizeof(where), "lmdb:%s", f->dir);
	err = db_open(where, &limits, &f->db);
	if (err != ERR_OK) {
		printf("Bail out! no store in %s: %s\n", f->dir, err_text(err));
		exit(1);
	}
}

void fixture_open(struct fixture *f, const char *name, uint64_t map_bytes)
{
	snprintf(f->dir, sizeof(f->dir), "%s/%s", temp_dir(), name);
	f->arena = arena_new((size_t)64 * 1024 * 1024);
	if (keyed_init() != ERR_OK || mkdir(f->dir, 0700) != 0 || f->arena == NULL) {
		printf("Bail out! no folder %s\n", f->dir);
		exit(1);
	}
	open_db(f, map_bytes);
}

void fixture_close(struct fixture *f)
{
	db_close(&f->db);
	arena_free(&f->arena);
}

void fixture_reopen(struct fixture *f, uint64_t map_bytes)
{
	db_close(&f->db);
	open_db(f, map_bytes);
}

void in_write(struct fixture *f, db_work_fn *work)
{
	int err = db_write(f->db, work, f);

	if (err != ERR_OK)
		ok(false, "the transaction is committed: %s", err_text(err));
}

void in_read(struct fixture *f, db_work_fn *work)
{
	int err = db_read(f->db, (struct mono){ 0 }, work, f);

	if (err != ERR_OK)
		ok(false, "the snapshot can be read: %s", err_text(err));
}

struct wall later(int64_t ms)
{
	return (struct wall){ FIXTURE_NOW.ms + ms };
}

struct rows {
	enum table table;
	size_t n;
};

static int count_row(struct bytes key, struct bytes value, void *ctx)
{
	struct rows *r = ctx;

	(void)key;
	(void)value;
	r->n++;
	return ERR_OK;
}

static int count_rows(struct txn *t, void *ctx)
{
	struct rows *r = ctx;

	return txn_walk(t, r->table, BYTES_NONE, BYTES_NONE, WALK_UP, 0, count_row, r);
}

size_t fixture_rows(struct fixture *f, enum table table)
{
	struct rows r = { .table = table };

	return db_read(f->db, (struct mono){ 0 }, count_rows, &r) == ERR_OK ? r.n : SIZE_MAX;
}
