/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/held.h"

#include "parsers/err.h"
#include "store/index.h"
#include "store/scan.h"

int held_add(struct txn *t, Pb__Held *rec, struct wall now)
{
	struct key k;

	rec->id = txn_id(t, now);
	rec->created = now.ms;
	rec->state = HELD_WAITING;
	k = key_of_id(rec->id);
	index_put_new(t, TABLE_HELD, key_bytes(&k), &rec->base);
	return txn_err(t);
}

int held_get(struct txn *t, uint64_t id, struct arena *a, Pb__Held **rec_out)
{
	struct key k = key_of_id(id);

	return index_get(t, TABLE_HELD, key_bytes(&k), a, (ProtobufCMessage **)rec_out);
}

void held_put(struct txn *t, const Pb__Held *rec)
{
	struct key k = key_of_id(rec->id);

	index_put(t, TABLE_HELD, key_bytes(&k), &rec->base);
}

int held_settle(struct txn *t, Pb__Held *rec, enum held_state as, struct wall now)
{
	if (rec->state != HELD_WAITING || as == HELD_WAITING)
		return ERR_BAD_STATE;
	rec->state = as;
	rec->settled = now.ms;
	held_put(t, rec);
	return txn_err(t);
}

struct each {
	held_fn *fn;
	void *ctx;
};

static int on_held(struct bytes key, const ProtobufCMessage *m, void *ctx)
{
	const Pb__Held *rec = (const Pb__Held *)m;
	const struct each *e = ctx;

	(void)key;
	return rec->state == HELD_WAITING ? e->fn(rec, e->ctx) : ERR_OK;
}

int held_each_waiting(struct txn *t, held_fn *fn, void *ctx)
{
	struct each e = { .fn = fn, .ctx = ctx };

	return scan_table(t, TABLE_HELD, BYTES_NONE, BYTES_NONE, WALK_DOWN, 0, on_held, &e);
}

static int count_one(const Pb__Held *rec, void *ctx)
{
	(void)rec;
	++*(uint64_t *)ctx;
	return ERR_OK;
}

int held_count(struct txn *t, uint64_t *n_out)
{
	*n_out = 0;
	return held_each_waiting(t, count_one, n_out);
}
