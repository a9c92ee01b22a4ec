/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/scan.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

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
	bool has_unreadable;
};

/* What became of one record: passed by when it can't be read; when it is gone that is for verify to name. */
static int pass_by(struct scan *s, int err)
{
	if (err == ERR_CORRUPT)
		s->has_unreadable = true;
	return err == ERR_CORRUPT || err == ERR_NOENT ? ERR_OK : err;
}

static int scan_end(const struct scan *s, int err)
{
	return err == ERR_OK && s->has_unreadable ? ERR_CORRUPT : err;
}

static int on_row(struct bytes key, struct bytes value, void *ctx)
{
	struct scan *s = ctx;
	ProtobufCMessage *rec;
	int err;

	arena_reset(s->arena);
	err = record_unpack(record_of_table(s->table), value, s->arena, &rec);
	return err != ERR_OK ? pass_by(s, err) : s->fn(key, rec, s->ctx);
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
	return err != ERR_OK ? pass_by(s, err) : s->fn(owner_key, rec, s->ctx);
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
	return scan_end(s, err);
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

static void key_list_sort(struct key_list *l)
{
	if (l->n > 1)
		qsort(l->keys, l->n, sizeof(*l->keys), newer_first);
}

int key_list_add_newest(struct key_list *l, struct bytes key, size_t most)
{
	if (most != 0 && l->n == 2 * most) {
		key_list_sort(l);
		l->n_made = l->n;
		l->n = most;
	}
	if (l->n >= l->n_made)
		return key_list_add(l, key);
	/* The memory of one that was left out: of one kind all keys are as long. */
	assert(l->keys[l->n].len == key.len);
	memcpy((void *)(uintptr_t)l->keys[l->n].ptr, key.ptr, key.len);
	l->n++;
	return ERR_OK;
}

int scan_keys(struct txn *t, enum table table, struct key_list *keys, scan_fn *fn, void *ctx)
{
	struct scan s = { .arena = arena_new(SCAN_ARENA_MAX) };
	int err = s.arena == NULL ? ERR_NOMEM : ERR_OK;
	ProtobufCMessage *rec;

	key_list_sort(keys);
	for (size_t i = 0; i < keys->n && err == ERR_OK; i++) {
		/* The same one twice is one. */
		if (i > 0 && bytes_eq(keys->keys[i], keys->keys[i - 1]))
			continue;
		arena_reset(s.arena);
		err = index_get(t, table, keys->keys[i], s.arena, &rec);
		err = err == ERR_OK ? fn(keys->keys[i], rec, ctx) : pass_by(&s, err);
	}
	arena_free(&s.arena);
	return scan_end(&s, err == ERR_CANCELLED ? ERR_OK : err);
}
