/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/due.h"

#include "parsers/err.h"
#include "store/index.h"
#include "store/scan.h"

static int due_of_key(struct bytes key, struct due *due_out)
{
	struct rd r = rd_of(key);

	due_out->at.ms = (int64_t)rd_u64(&r);
	due_out->kind = (enum due_kind)rd_u8(&r);
	due_out->key = bytes_cut(key, 9, key.len);
	return rd_err(&r) != ERR_OK ? ERR_CORRUPT : ERR_OK;
}

/* What doubt there is about a reply is given time to settle by itself. */
static int64_t counts_from(const struct due *d, int64_t unsure_wait_ms)
{
	return d->at.ms + (d->kind == DUE_UNSURE ? unsure_wait_ms : 0);
}

struct gather {
	struct key_list list;
	struct wall now;
	int64_t unsure_wait_ms;
	size_t limit;
};

static int gather_due(struct bytes key, struct bytes value, void *ctx)
{
	struct gather *g = ctx;
	struct due d;
	int err = due_of_key(key, &d);

	(void)value;
	if (err != ERR_OK)
		return err;
	if (counts_from(&d, g->unsure_wait_ms) > g->now.ms)
		return ERR_OK;
	err = key_list_add(&g->list, key);
	return err == ERR_OK && g->list.n == g->limit ? ERR_CANCELLED : err;
}

int due_each(struct txn *t, struct wall now, int64_t unsure_wait_ms, size_t limit, struct arena *a,
	     due_fn *fn, void *ctx)
{
	struct gather g = {
		.list.arena = a, .now = now, .unsure_wait_ms = unsure_wait_ms, .limit = limit
	};
	struct key end;
	struct due d;
	int err;

	end.len = 0;
	key_time(&end, now.ms + 1);
	err = txn_walk(t, TABLE_DUE, BYTES_NONE, key_bytes(&end), WALK_UP, 0, gather_due, &g);
	for (size_t i = 0; i < g.list.n && err == ERR_OK; i++) {
		err = due_of_key(g.list.keys[i], &d);
		if (err == ERR_OK)
			err = fn(&d, ctx);
	}
	return err == ERR_CANCELLED ? ERR_OK : err;
}

struct first {
	int64_t unsure_wait_ms;
	int64_t at_ms;
	bool found;
};

static int on_first(struct bytes key, struct bytes value, void *ctx)
{
	struct first *f = ctx;
	struct due d;
	int err = due_of_key(key, &d);

	(void)value;
	if (err != ERR_OK)
		return err;
	if (!f->found || counts_from(&d, f->unsure_wait_ms) < f->at_ms)
		f->at_ms = counts_from(&d, f->unsure_wait_ms);
	f->found = true;
	/* Those behind it are no sooner than their own time. */
	return f->at_ms <= d.at.ms ? ERR_CANCELLED : ERR_OK;
}

int due_next(struct txn *t, int64_t unsure_wait_ms, struct wall *at_out)
{
	struct first f = { .unsure_wait_ms = unsure_wait_ms };
	int err = txn_walk(t, TABLE_DUE, BYTES_NONE, BYTES_NONE, WALK_UP, 0, on_first, &f);

	if (err != ERR_OK)
		return err;
	if (!f.found)
		return ERR_NOENT;
	at_out->ms = f.at_ms;
	return ERR_OK;
}

int due_drop_false(struct txn *t, const struct due *d)
{
	bool is_true;
	struct key k;
	int err;

	k.len = 0;
	key_time(&k, d->at.ms);
	key_u8(&k, (uint8_t)d->kind);
	key_put(&k, d->key);
	err = index_is_true(t, TABLE_DUE, key_bytes(&k), BYTES_NONE, &is_true);
	if (err == ERR_OK && !is_true)
		txn_drop(t, TABLE_DUE, key_bytes(&k));
	return err == ERR_OK ? txn_err(t) : err;
}

int due_case(const struct due *d, struct txn *t, struct arena *a, Pb__Case **rec_out)
{
	if (d->kind != DUE_CASE && d->kind != DUE_SOLVED && d->kind != DUE_UNTOLD)
		return ERR_INVALID;
	return index_get(t, TABLE_CASE, d->key, a, (ProtobufCMessage **)rec_out);
}

uint64_t due_id(const struct due *d)
{
	return id_of_key(d->key);
}
