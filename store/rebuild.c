/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Making derived tables anew (keep.h): first all of them are emptied, then every
 * record yields its keys again, in slices, each its own transaction. Where it
 * stands is kept in meta, so it goes on after a crash; a program that makes them
 * otherwise begins anew.
 *
 * Records may be written meanwhile: what is behind the mark is kept up to date
 * by their own puts, what is before it is read later.
 */
#include "store/keep.h"

#include "parsers/err.h"
#include "store/counts.h"
#include "store/index.h"
#include "store/scan.h"

/* Keys of one slice, and the derived keys of one record. */
#define SLICE_ARENA_MAX ((size_t)64 * 1024 * 1024)

enum phase { PHASE_EMPTY = 1, PHASE_MAKE };

struct mark {
	enum phase phase;
	enum table table;
	struct bytes key; /* the last one done, or none: the table's beginning */
};

static const char mark_name[] = "rebuild";
/* Before there was one a mark began with its phase. */
#define HAS_TAG UINT32_C(0x80000000)

static int keep_mark(struct txn *t, const struct mark *m)
{
	struct key k;

	k.len = 0;
	key_u32(&k, keep_index_tag() | HAS_TAG);
	key_u8(&k, (uint8_t)m->phase);
	key_u8(&k, (uint8_t)m->table);
	key_put(&k, m->key);
	meta_put(t, mark_name, key_bytes(&k));
	return txn_err(t);
}

/* ERR_NOENT: nothing is being rebuilt. */
static int get_mark(struct txn *t, struct arena *a, struct mark *m_out)
{
	struct bytes octets;
	struct rd r;
	int err = meta_get(t, mark_name, a, &octets);

	if (err != ERR_OK)
		return err;
	r = rd_of(octets);
	if (rd_u32(&r) != (keep_index_tag() | HAS_TAG)) {
		*m_out = (struct mark){ .phase = PHASE_EMPTY };
		return ERR_OK;
	}
	m_out->phase = (enum phase)rd_u8(&r);
	m_out->table = (enum table)rd_u8(&r);
	m_out->key = rd_take(&r, rd_left(&r));
	return rd_err(&r) == ERR_OK && m_out->table <= TABLE_COUNT_ALL ? ERR_OK : ERR_CORRUPT;
}

int rebuild_begin(struct txn *t)
{
	const struct mark m = { .phase = PHASE_EMPTY, .table = (enum table)0 };

	keep_unmark_index(t);
	return keep_mark(t, &m);
}

bool rebuild_goes_on(struct txn *t)
{
	struct bytes octets;
	struct rd r;

	if (txn_get(t, TABLE_META, bytes_of(mark_name), &octets) != ERR_OK)
		return false;
	r = rd_of(octets);
	return rd_u32(&r) == (keep_index_tag() | HAS_TAG);
}

int store_needs_rebuild(struct txn *t, bool *needs_out)
{
	struct bytes octets;
	int err = txn_get(t, TABLE_META, bytes_of(mark_name), &octets);

	if (err == ERR_OK || err == ERR_NOENT) {
		*needs_out = err == ERR_OK;
		return ERR_OK;
	}
	return err;
}

/* --- before an upgrade --- */

/* Stands while the tables are as another version left them. */
static const char owed_name[] = "upgrade";

void upgrade_owes_backup(struct txn *t)
{
	meta_put_u64(t, owed_name, 1);
}

int upgrade_wants_backup(struct txn *t, bool *wants_out)
{
	uint64_t owed = 0;
	bool needs = false;
	int err = store_needs_rebuild(t, &needs);

	if (err == ERR_OK)
		err = meta_get_u64(t, owed_name, &owed);
	*wants_out = needs && owed != 0;
	return err == ERR_NOENT ? ERR_OK : err;
}

int upgrade_begins(struct txn *t)
{
	txn_drop(t, TABLE_META, bytes_of(owed_name));
	return txn_err(t);
}

/* --- slices --- */

static int empty_some(struct txn *t, enum table table, size_t n, struct arena *a, size_t *done_out)
{
	struct key_list list = { .arena = a };
	int err = txn_walk(t, table, BYTES_NONE, BYTES_NONE, WALK_UP, n, key_list_row, &list);

	for (size_t i = 0; i < list.n; i++)
		txn_drop(t, table, list.keys[i]);
	*done_out = list.n;
	return err == ERR_OK ? txn_err(t) : err;
}

static int make_one(struct txn *t, enum table table, struct bytes key, struct arena *a)
{
	struct index_list list = { .arena = a, .key = txn_key(t) };
	ProtobufCMessage *rec = NULL;
	int err = ERR_OK;

	if (record_of_table(table) != NULL)
		err = index_get(t, table, key, a, &rec);
	/* What can't be read has no derived keys; verify names it. */
	if (err == ERR_CORRUPT)
		return ERR_OK;
	if (err == ERR_OK)
		err = index_of(table, key, rec, &list);
	for (size_t i = 0; i < list.n && err == ERR_OK; i++)
		txn_put(t, list.entries[i].table, list.entries[i].key, list.entries[i].value);
	return err;
}

/* Up to n records behind m->key, which moves on. */
static int make_some(struct txn *t, struct mark *m, size_t n, struct arena *a, size_t *done_out)
{
	struct key_list list = { .arena = a };
	struct arena *each = arena_new(SLICE_ARENA_MAX);
	struct key from;
	int err = each == NULL ? ERR_NOMEM : ERR_OK;

	from.len = 0;
	key_put(&from, m->key);
	if (from.len != 0)
		key_u8(&from, 0); /* the least key behind it */
	if (err == ERR_OK)
		err = txn_walk(t, m->table, key_bytes(&from), BYTES_NONE, WALK_UP, n, key_list_row,
			       &list);
	for (size_t i = 0; i < list.n && err == ERR_OK; i++) {
		arena_reset(each);
		err = make_one(t, m->table, list.keys[i], each);
	}
	arena_free(&each);
	*done_out = list.n;
	if (list.n != 0)
		m->key = list.keys[list.n - 1];
	return err == ERR_OK ? txn_err(t) : err;
}

static bool is_in_phase(const struct mark *m)
{
	return m->phase == PHASE_EMPTY ? table_is_derived(m->table) : index_has(m->table);
}

/* Goes to the next table of the phase, or the next phase; false at the end of all. */
static bool step(struct mark *m)
{
	m->key = BYTES_NONE;
	do {
		m->table++;
		if (m->table == TABLE_COUNT_ALL) {
			if (m->phase == PHASE_MAKE)
				return false;
			m->phase = PHASE_MAKE;
			m->table = (enum table)0;
		}
	} while (!is_in_phase(m));
	return true;
}

static int work(struct txn *t, struct mark *m, size_t n, struct arena *a, bool *is_done_out)
{
	size_t done = 0;
	bool goes_on = true;
	int err = ERR_OK;

	while (err == ERR_OK && n > 0 && goes_on) {
		done = 0;
		if (!is_in_phase(m))
			;
		else if (m->phase == PHASE_EMPTY)
			err = empty_some(t, m->table, n, a, &done);
		else
			err = make_some(t, m, n, a, &done);
		if (err == ERR_OK && done < n)
			goes_on = step(m);
		n -= done;
	}
	*is_done_out = !goes_on;
	return err;
}

int rebuild_slice(struct txn *t, size_t n, bool *is_done_out)
{
	struct arena *a = arena_new(SLICE_ARENA_MAX);
	struct mark m;
	int err = a == NULL ? ERR_NOMEM : get_mark(t, a, &m);

	*is_done_out = err == ERR_NOENT;
	if (err == ERR_OK)
		err = work(t, &m, n, a, is_done_out);
	if (err == ERR_OK && *is_done_out) {
		txn_drop(t, TABLE_META, bytes_of(mark_name));
		err = keep_mark_index(t);
	} else if (err == ERR_OK) {
		err = keep_mark(t, &m);
	}
	arena_free(&a);
	return err == ERR_NOENT ? ERR_OK : err;
}

int rebuild_stands(struct txn *t, struct rebuild_stand *stand_out)
{
	struct rebuild_stand stand = { 0 };
	struct arena *a = arena_new(SLICE_ARENA_MAX);
	struct mark at, m = { .phase = PHASE_EMPTY, .table = (enum table)0 };
	int err = a == NULL ? ERR_NOMEM : get_mark(t, a, &at);

	while (err == ERR_OK) {
		stand.n_steps += is_in_phase(&m);
		if (m.phase == at.phase && m.table == at.table)
			stand.step = stand.n_steps > 0 ? stand.n_steps : 1;
		if (!step(&m))
			break;
	}
	arena_free(&a);
	if (err != ERR_OK)
		return err;
	stand.doing = at.phase == PHASE_EMPTY ? "emptying" : "making";
	stand.table = table_name(at.table);
	*stand_out = stand;
	return ERR_OK;
}
