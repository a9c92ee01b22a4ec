/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sample - a store with something in every table: what verify, backup and rebuild are tried on.
 */
#ifndef TESTS_STORE_SAMPLE_H
#define TESTS_STORE_SAMPLE_H

#include "store/keep.h"
#include "tests/store/fixture.h"

/* A db_work_fn; ctx: the fixture. May run several times: each time there is more. */
int sample_fill(struct txn *t, void *ctx);

/* The octets that it names as a blob; blob_file_put() them where its folder is looked at too. */
#define SAMPLE_BLOB "a picture of a pipe"

/* What verify says of a transaction. */
struct findings {
	size_t n;
	char tables[64][16];
	char words[64][400];
};
void sample_verify(struct txn *t, struct findings *found_out);
/* Is there one of this table with these words in it? */
bool findings_has(const struct findings *found, const char *table, const char *words);
void findings_show(const struct findings *found); /* as diag */

#endif
