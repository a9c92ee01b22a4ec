/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What people and alarms ask of the outbox: lists, and how much waits (outbox.h).
 */
#include "store/outbox.h"

#include "parsers/err.h"
#include "store/cases.h"
#include "store/index.h"
#include "store/scan.h"

/* Ids of twice as many rows as are asked for, or, without a limit, of all that wait; of one case. */
#define IDS_ARENA_MAX  ((size_t)64 * 1024 * 1024)
#define CASE_ARENA_MAX ((size_t)8 * 1024 * 1024)

struct listing {
	const struct outbox_filter *filter;
	outbox_fn *fn;
	void *ctx;
	size_t n, n_looked;
};

static int list_row(const Pb__Outbox *row, struct listing *l)
{
	const struct outbox_filter *f = l->filter;
	int err;

	if (f->look_max != 0 && l->n_looked++ == f->look_max)
		return ERR_TIMEOUT;
	if ((f->state >= 0 && row->state != (uint32_t)f->state) ||
	    (f->case_number.len != 0 && !bytes_is(f->case_number, row->case_number)))
		return ERR_OK;
	err = l->fn(row, l->ctx);
	return err == ERR_OK && ++l->n == f->limit ? ERR_CANCELLED : err;
}

static int on_row(struct bytes key, const ProtobufCMessage *rec, void *ctx)
{
	(void)key;
	return list_row((const Pb__Outbox *)rec, ctx);
}

/* --- by state, where the state has an index --- */

struct live {
	struct key_list ids;
	enum out_state state;
	size_t limit;
};

/* A row stands in "outbox_live" once for each live state of its segments; its value is the row's. */
static int gather_live(struct bytes key, struct bytes value, void *ctx)
{
	struct live *l = ctx;
	size_t end = bytes_find(key, 0);

	if (value.len != 1 || end + 1 >= key.len || value.ptr[0] != key.ptr[end + 1] ||
	    value.ptr[0] != l->state || key.len < 8)
		return ERR_OK;
	return key_list_add_newest(&l->ids, bytes_cut(key, key.len - 8, 8), l->limit);
}

static int list_live(struct txn *t, struct listing *l)
{
	struct live live = { .ids.arena = arena_new(IDS_ARENA_MAX),
			     .state = (enum out_state)l->filter->state,
			     .limit = l->filter->limit };
	int err = live.ids.arena == NULL ? ERR_NOMEM : ERR_OK, walked;

	if (err == ERR_OK)
		err = txn_walk(t, TABLE_OUTBOX_LIVE, BYTES_NONE, BYTES_NONE, WALK_UP, 0,
			       gather_live, &live);
	walked = err;
	/* Past the deadline what was gathered is shown. */
	if (err == ERR_OK || err == ERR_TIMEOUT)
		err = scan_keys(t, TABLE_OUTBOX, &live.ids, on_row, l);
	arena_free(&live.ids.arena);
	return err == ERR_OK ? walked : err;
}

/* --- of one case --- */

/* What its trail names: also what went to staff, who are no contact. */
static int gather_step(const Pb__LogEntry *e, void *ctx)
{
	struct key k = key_of_id(e->row);

	return e->row == 0 ? ERR_OK : key_list_add(ctx, key_bytes(&k));
}

static int gather_owned(struct bytes key, struct bytes value, void *ctx)
{
	(void)value;
	return key.len < 8 ? ERR_CORRUPT : key_list_add(ctx, bytes_cut(key, key.len - 8, 8));
}

static int gather_of_contact(struct txn *t, uint64_t contact, struct key_list *ids)
{
	struct key prefix = key_of_id(contact), end;

	key_u8(&prefix, BY_ROW);
	end = key_after(&prefix);
	return txn_walk(t, TABLE_BY_CONTACT, key_bytes(&prefix), key_bytes(&end), WALK_DOWN, 0,
			gather_owned, ids);
}

static int list_of_case(struct txn *t, const struct listing *l)
{
	struct key_list ids = { .arena = arena_new(IDS_ARENA_MAX) };
	struct arena *a = arena_new(CASE_ARENA_MAX);
	int err = ids.arena == NULL || a == NULL ? ERR_NOMEM : ERR_OK, walked = ERR_OK;
	struct outbox_filter in_full = *l->filter;
	struct listing of_case = *l;
	Pb__Case *rec;

	if (err == ERR_OK)
		err = case_get(t, l->filter->case_number, a, &rec);
	if (err == ERR_OK) {
		in_full.case_number = bytes_of(rec->number);
		of_case.filter = &in_full;
		walked = case_log_each(t, in_full.case_number, gather_step, &ids);
	}
	/* A step that can't be read may have named a row: the others are listed, and the asker is told. */
	if (err == ERR_OK && walked != ERR_CORRUPT)
		err = walked;
	if (err == ERR_OK)
		err = gather_of_contact(t, rec->contact, &ids);
	if (err == ERR_OK)
		err = scan_keys(t, TABLE_OUTBOX, &ids, on_row, &of_case);
	arena_free(&ids.arena);
	arena_free(&a);
	if (err == ERR_NOENT || err == ERR_INVALID)
		return ERR_OK; /* no such case has no rows */
	return err == ERR_OK ? walked : err;
}

int outbox_list(struct txn *t, const struct outbox_filter *f, outbox_fn *fn, void *ctx)
{
	struct listing l = { .filter = f, .fn = fn, .ctx = ctx };

	if (f->case_number.len != 0)
		return list_of_case(t, &l);
	if (f->state == OUT_QUEUED || f->state == OUT_SENDING || f->state == OUT_UNSURE)
		return list_live(t, &l);
	return scan_table(t, TABLE_OUTBOX, BYTES_NONE, BYTES_NONE, WALK_DOWN, 0, on_row, &l);
}

int outbox_of_contact(struct txn *t, uint64_t contact, size_t limit, outbox_fn *fn, void *ctx)
{
	const struct outbox_filter all = { .state = -1, .limit = limit };
	struct listing l = { .filter = &all, .fn = fn, .ctx = ctx };
	struct key prefix = key_of_id(contact);
	int err;

	key_u8(&prefix, BY_ROW);
	err = scan_owners(t, TABLE_BY_CONTACT, &prefix, WALK_DOWN, 0, on_row, &l);
	return err == ERR_CORRUPT ? ERR_OK : err; /* verify names it */
}

/* --- how much waits --- */

static int add_load(struct bytes key, struct bytes value, void *ctx)
{
	struct outbox_load *load = ctx;
	size_t end = bytes_find(key, 0);

	if (value.len != 1 || end + 1 >= key.len || value.ptr[0] != key.ptr[end + 1])
		return ERR_OK;
	load->queued += value.ptr[0] == OUT_QUEUED;
	load->sending += value.ptr[0] == OUT_SENDING;
	load->unsure += value.ptr[0] == OUT_UNSURE;
	return ERR_OK;
}

int outbox_load(struct txn *t, struct bytes channel, struct outbox_load *load_out)
{
	struct outbox_load load = { 0 };
	struct key first, end;
	int err;

	first.len = 0;
	if (channel.len != 0)
		key_text(&first, channel);
	end = key_after(&first);
	err = txn_walk(t, TABLE_OUTBOX_LIVE, key_bytes(&first), key_bytes(&end), WALK_UP, 0,
		       add_load, &load);
	if (err == ERR_OK)
		*load_out = load;
	return err;
}

static int channel_of(struct bytes key, struct bytes value, void *ctx)
{
	struct key *k = ctx;

	(void)value;
	k->len = 0;
	key_text(k, bytes_cut(key, 0, bytes_find(key, 0)));
	return ERR_OK;
}

int outbox_each_channel(struct txn *t, outbox_channel_fn *fn, void *ctx)
{
	struct key from = { .len = 0 }, found;
	int err = ERR_OK;

	while (err == ERR_OK) {
		found.len = 0;
		err = txn_walk(t, TABLE_OUTBOX_LIVE, key_bytes(&from), BYTES_NONE, WALK_UP, 1,
			       channel_of, &found);
		if (err != ERR_OK || found.len == 0)
			return err;
		err = fn(bytes_cut(key_bytes(&found), 0, found.len - 1), ctx);
		from = key_after(&found);
	}
	return err == ERR_CANCELLED ? ERR_OK : err;
}

static int first_time(struct bytes key, struct bytes value, void *ctx)
{
	struct rd r = rd_of(bytes_cut(key, bytes_find(key, 0) + 2, 8));
	struct wall *when = ctx;

	(void)value;
	when->ms = (int64_t)rd_u64(&r);
	return rd_err(&r) == ERR_OK ? ERR_OK : ERR_CORRUPT;
}

int outbox_next(struct txn *t, struct bytes channel, struct wall *when_out)
{
	struct wall when = { .ms = -1 };
	struct key first, end;
	int err;

	first.len = 0;
	key_text(&first, channel);
	key_u8(&first, OUT_QUEUED);
	end = key_after(&first);
	err = txn_walk(t, TABLE_OUTBOX_LIVE, key_bytes(&first), key_bytes(&end), WALK_UP, 1,
		       first_time, &when);
	if (err != ERR_OK)
		return err;
	if (when.ms < 0)
		return ERR_NOENT;
	*when_out = when;
	return ERR_OK;
}

static int count_row(struct bytes key, struct bytes value, void *ctx)
{
	(void)key;
	(void)value;
	++*(uint64_t *)ctx;
	return ERR_OK;
}

int early_count(struct txn *t, uint64_t *n_out)
{
	uint64_t n = 0;
	int err = txn_walk(t, TABLE_EARLY, BYTES_NONE, BYTES_NONE, WALK_UP, 0, count_row, &n);

	if (err == ERR_OK)
		*n_out = n;
	return err;
}
