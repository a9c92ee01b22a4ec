/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/scan.h"

#include <stdlib.h>

#include "parsers/err.h"
#include "store/index.h"

/* One record at a time. */
#define SCAN_ARENA_MAX ((size_t)8 * 1024 * 1024)

struct scan {
	struct txn *t;
	enum table table;
	struct arena *arena;
	scan_fn *fn;
	void *ctx;
};

static int on_row(struct bytes key, struct bytes value, void *ctx)
{
	struct scan *s = ctx;
	ProtobufCMessage *rec;
	int err;

	arena_reset(s->arena);
	err = record_unpack(record_of_table(s->table), value, s->arena, &rec);
	return err != ERR_OK ? err : s->fn(key, rec, s->ctx);
}

static int on_derived_row(struct bytes key, struct bytes value, void *ctx)
{
	struct scan *s = ctx;
	ProtobufCMessage *rec;
	struct bytes owner_key;
	enum table owner;
	int err;

	arena_reset(s->arena);
	err = index_owner(s->table, key, value, &owner, &owner_key);
	if (err == ERR_OK)
		err = index_get(s->t, owner, owner_key, s->arena, &rec);
	/* An entry whose record is gone is for verify to name; the others are listed all the same. */
	if (err == ERR_NOENT)
		return ERR_OK;
	return err != ERR_OK ? err : s->fn(owner_key, rec, s->ctx);
}

static int scan_run(struct scan *s, struct bytes from, struct bytes to, enum walk way, size_t limit,
		    walk_fn *row)
{
	int err;

	s->arena = arena_new(SCAN_ARENA_MAX);
	if (s->arena == NULL)
		return ERR_NOMEM;
	err = txn_walk(s->t, s->table, from, to, way, limit, row, s);
	arena_free(&s->arena);
	return err;
}

int scan_table(struct txn *t, enum table table, struct bytes from, struct bytes to, enum walk way,
	       size_t limit, scan_fn *fn, void *ctx)
{
	struct scan s = { .t = t, .table = table, .fn = fn, .ctx = ctx };

	return scan_run(&s, from, to, way, limit, on_row);
}

int scan_owners(struct txn *t, enum table derived, const struct key *prefix, enum walk way,
		size_t limit, scan_fn *fn, void *ctx)
{
	struct scan s = { .t = t, .table = derived, .fn = fn, .ctx = ctx };
	struct key end = key_after(prefix);

	return scan_run(&s, key_bytes(prefix), key_bytes(&end), way, limit, on_derived_row);
}

int key_list_add(struct key_list *l, struct bytes key)
{
	if (l->n == l->cap) {
		size_t cap = l->cap == 0 ? 16 : 2 * l->cap;
		struct bytes *more = arena_array(l->arena, cap, sizeof(*more));

		if (more == NULL)
			return arena_err(l->arena);
		for (size_t i = 0; i < l->n; i++)
			more[i] = l->keys[i];
		l->keys = more;
		l->cap = cap;
	}
	l->keys[l->n] = arena_dup(l->arena, key);
	if (l->keys[l->n].len != key.len)
		return arena_err(l->arena);
	l->n++;
	return ERR_OK;
}

int key_list_row(struct bytes key, struct bytes value, void *ctx)
{
	(void)value;
	return key_list_add(ctx, key);
}

static int newer_first(const void *a, const void *b)
{
	return bytes_cmp(*(const struct bytes *)b, *(const struct bytes *)a);
}

int scan_keys(struct txn *t, enum table table, struct key_list *keys, scan_fn *fn, void *ctx)
{
	struct arena *a = arena_new(SCAN_ARENA_MAX);
	int err = a == NULL ? ERR_NOMEM : ERR_OK;
	ProtobufCMessage *rec;

	if (keys->n > 1)
		qsort(keys->keys, keys->n, sizeof(*keys->keys), newer_first);
	for (size_t i = 0; i < keys->n && err == ERR_OK; i++) {
		arena_reset(a);
		err = index_get(t, table, keys->keys[i], a, &rec);
		if (err == ERR_OK)
			err = fn(keys->keys[i], rec, ctx);
		else if (err == ERR_NOENT)
			err = ERR_OK; /* as above */
	}
	arena_free(&a);
	return err == ERR_CANCELLED ? ERR_OK : err;
}
