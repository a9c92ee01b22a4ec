/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fixture - a small store of its own for one test, without syncs, gone at exit.
 */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include "parsers/arena.h"
#include "store/db.h"

#define FIXTURE_MAP ((uint64_t)8 * 1024 * 1024)
/* A Tuesday in November 2026. */
#define FIXTURE_NOW ((struct wall){ INT64_C(1795503600000) })

struct fixture {
	char dir[512];
	struct db *db;
	struct arena *arena;
};

/* Ends the test when it can't be made. */
void fixture_open(struct fixture *f, const char *name, uint64_t map_bytes);
void fixture_close(struct fixture *f);
/* Closes and opens it again, as a start after an end would. */
void fixture_reopen(struct fixture *f, uint64_t map_bytes);
/* Runs work in a write, and says so when it failed. ctx of work is the fixture. */
void in_write(struct fixture *f, db_work_fn *work);
void in_read(struct fixture *f, db_work_fn *work);
struct wall later(int64_t ms); /* FIXTURE_NOW and so much */
/* Rows of a table. */
size_t fixture_rows(struct fixture *f, enum table table);

#endif
