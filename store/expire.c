/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The nightly sweep (keep.h): what is past its time goes, a slice at a time. The
 * times are in the index, or in the keys themselves; citizens' data has retention rules of its own.
 */
#include "store/keep.h"

#include "parsers/err.h"
#include "store/counts.h"
#include "store/index.h"
#include "store/scan.h"

#define SLICE_ARENA_MAX ((size_t)64 * 1024 * 1024)

static int sweep_one(struct txn *t, struct bytes expire_key)
{
	enum table owner;
	struct bytes key;
	bool is_true;
	int err = index_is_true(t, TABLE_EXPIRE, expire_key, BYTES_NONE, &is_true);

	if (err != ERR_OK)
		return err;
	/* An entry that its record doesn't know removes nothing but itself. */
	if (is_true && index_owner(TABLE_EXPIRE, expire_key, BYTES_NONE, &owner, &key) == ERR_OK)
		index_drop(t, owner, key);
	txn_drop(t, TABLE_EXPIRE, expire_key);
	return txn_err(t);
}

int sweep_slice(struct txn *t, struct wall now, size_t n, size_t *n_done_out)
{
	struct key_list list = { .arena = arena_new(SLICE_ARENA_MAX) };
	struct key end;
	size_t n_numbers = 0;
	int err = list.arena == NULL ? ERR_NOMEM : ERR_OK;

	end.len = 0;
	key_time(&end, now.ms);
	if (err == ERR_OK)
		err = txn_walk(t, TABLE_EXPIRE, BYTES_NONE, key_bytes(&end), WALK_UP, n,
			       key_list_row, &list);
	for (size_t i = 0; i < list.n && err == ERR_OK; i++)
		err = sweep_one(t, list.keys[i]);
	if (err == ERR_OK && list.n < n)
		err = attempt_sweep(t, now, n - list.n, &n_numbers);
	if (err == ERR_OK)
		*n_done_out = list.n + n_numbers;
	arena_free(&list.arena);
	return err;
}
