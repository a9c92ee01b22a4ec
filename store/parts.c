/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/parts.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/keyed.h"
#include "store/counts.h"
#include "store/index.h"
#include "store/scan.h"

/* A set's number and a part's index are the last octets of its key. */
#define KEY_TAIL (2 + 1)

#define SET_MAX         0xffff
#define PARTS_A_SET_MAX 255

/* All parts with one reference: channel, from, to, ref, total. */
static struct key key_of_reference(const Pb__Part *rec)
{
	struct key k;

	k.len = 0;
	key_text(&k, bytes_of(rec->channel));
	key_text(&k, bytes_of(rec->from));
	key_text(&k, bytes_of(rec->to));
	key_u16(&k, (uint16_t)rec->ref);
	key_u8(&k, (uint8_t)rec->total);
	return k;
}

static struct key key_of_set(const Pb__Part *rec)
{
	struct key k = key_of_reference(rec);

	key_u16(&k, (uint16_t)rec->set);
	return k;
}

static struct key key_of_part(const Pb__Part *rec)
{
	struct key k = key_of_set(rec);

	key_u8(&k, (uint8_t)rec->index);
	return k;
}

void part_put(struct txn *t, const Pb__Part *rec)
{
	struct key k = key_of_part(rec);

	index_put(t, TABLE_PART, key_bytes(&k), &rec->base);
}

static void count_part(struct txn *t, const Pb__Part *rec, enum count what)
{
	/* All by the day the part came, so that the sum holds for every day by itself. */
	count_add(t, what, bytes_of(rec->channel), (struct wall){ rec->received }, 1);
}

/* --- sets --- */

/* Loads the last n parts whose keys begin with prefix, in the order of their keys. */
static int load_parts(struct txn *t, const struct key *prefix, size_t n, struct arena *a,
		      struct part_set *set_out)
{
	struct key end = key_after(prefix);
	struct key_list list = { .arena = a };
	struct part_set set = { 0 };
	int err = txn_walk(t, TABLE_PART, key_bytes(prefix), key_bytes(&end), WALK_DOWN, n,
			   key_list_row, &list);

	if (err != ERR_OK)
		return err;
	set.parts = arena_array(a, list.n + 1, sizeof(*set.parts));
	if (set.parts == NULL)
		return arena_err(a);
	for (; set.n < list.n; set.n++) {
		err = index_get(t, TABLE_PART, list.keys[list.n - 1 - set.n], a,
				(ProtobufCMessage **)&set.parts[set.n]);
		if (err != ERR_OK)
			return err;
	}
	*set_out = set;
	return ERR_OK;
}

/* Cuts what was loaded down to the newest set: the last ones in the order of keys. */
static void keep_newest_set(struct part_set *all)
{
	size_t first = all->n;

	if (all->n == 0)
		return;
	all->set = all->parts[all->n - 1]->set;
	all->total = all->parts[all->n - 1]->total;
	all->message = all->parts[all->n - 1]->message;
	while (first > 0 && all->parts[first - 1]->set == all->set)
		first--;
	all->parts += first;
	all->n -= first;
}

static bool same_octets(const ProtobufCBinaryData *a, const ProtobufCBinaryData *b)
{
	return bytes_eq(bytes_at(a->data, a->len), bytes_at(b->data, b->len));
}

static bool is_repeat(const Pb__Part *kept, const Pb__Part *rec)
{
	return kept->index == rec->index && kept->coding == rec->coding &&
	       strcmp(kept->text, rec->text) == 0 && same_octets(&kept->raw, &rec->raw);
}

static bool has_index(const struct part_set *set, uint32_t index)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->parts[i]->index == index)
			return true;
	return false;
}

/* Puts rec where its index belongs. The array has room for one more. */
static void insert(struct part_set *set, Pb__Part *rec)
{
	size_t i = set->n++;

	for (; i > 0 && set->parts[i - 1]->index > rec->index; i--)
		set->parts[i] = set->parts[i - 1];
	set->parts[i] = rec;
}

static int begin_set(struct part_set *set, const Pb__Part *rec, struct arena *a)
{
	Pb__Part **parts = arena_array(a, 1, sizeof(*parts));

	if (parts == NULL)
		return arena_err(a);
	/* Only an attacker has as many within two days: what he sends on is kept raw, by itself. */
	if (set->n != 0 && set->set == SET_MAX)
		return ERR_LIMIT;
	*set = (struct part_set){ .parts = parts,
				  .total = rec->total,
				  .set = set->n == 0 ? 0 : set->set + 1 };
	return ERR_OK;
}

/* Only the newest part of a set is due. */
static void take_over_due(struct txn *t, const struct part_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		if (set->parts[i]->due == 0)
			continue;
		set->parts[i]->due = 0;
		part_put(t, set->parts[i]);
	}
}

static void put_new(struct txn *t, const Pb__Part *rec)
{
	struct key k = key_of_part(rec);

	index_put_new(t, TABLE_PART, key_bytes(&k), &rec->base);
	count_part(t, rec, COUNT_PARTS);
}

/* Its set became a message without it. */
static int add_late(struct txn *t, Pb__Part *rec, enum part_fate *fate_out, struct part_set *set)
{
	rec->set = set->set;
	rec->due = 0;
	rec->state = PART_GIVEN_UP;
	rec->message = set->message;
	put_new(t, rec);
	count_part(t, rec, COUNT_PARTS_GIVEN_UP);
	set->parts[0] = rec;
	set->n = 1;
	*fate_out = PART_LATE;
	return txn_err(t);
}

int part_add(struct txn *t, Pb__Part *rec, int64_t wait_ms, struct wall now, struct arena *a,
	     enum part_fate *fate_out, struct part_set *set_out)
{
	struct key prefix = key_of_reference(rec);
	int err;

	if (rec->total == 0 || rec->total > PARTS_A_SET_MAX || rec->index == 0 ||
	    rec->index > rec->total || rec->ref > 65535)
		return ERR_INVALID;
	/*
	 * Twice its total: all of the newest set and as many before it. Who begins a set with each part
	 * must not make the next one dearer; a repeat from further back is a part of a new set.
	 */
	err = load_parts(t, &prefix, 2 * (size_t)rec->total, a, set_out);
	if (err != ERR_OK)
		return err;
	/* In an older set as well: a repeat may come when its reference is in use again. */
	for (size_t i = 0; i < set_out->n; i++)
		if (is_repeat(set_out->parts[i], rec)) {
			*fate_out = PART_REPEATED;
			return ERR_OK;
		}
	keep_newest_set(set_out);
	if (set_out->n != 0 && !has_index(set_out, rec->index) &&
	    set_out->parts[0]->state == PART_GIVEN_UP)
		return add_late(t, rec, fate_out, set_out);
	if (set_out->n == 0 || has_index(set_out, rec->index) ||
	    set_out->parts[0]->state != PART_WAITING)
		err = begin_set(set_out, rec, a);
	if (err != ERR_OK)
		return err;
	take_over_due(t, set_out);
	rec->set = set_out->set;
	rec->due = now.ms + wait_ms;
	rec->state = PART_WAITING;
	put_new(t, rec);
	insert(set_out, rec);
	*fate_out = set_out->n == set_out->total ? PART_COMPLETED : PART_KEPT;
	return txn_err(t);
}

int part_set_get(struct txn *t, struct bytes part_key, struct arena *a, struct part_set *set_out)
{
	struct key prefix;
	int err;

	prefix.len = 0;
	if (part_key.len <= KEY_TAIL || part_key.len > DB_KEY_MAX)
		return ERR_INVALID;
	key_put(&prefix, bytes_cut(part_key, 0, part_key.len - 1));
	err = load_parts(t, &prefix, PARTS_A_SET_MAX, a, set_out);
	if (err != ERR_OK)
		return err;
	keep_newest_set(set_out);
	/* Settled meanwhile: nothing is to be given up. */
	return set_out->n != 0 && set_out->parts[0]->state == PART_WAITING ? ERR_OK : ERR_NOENT;
}

void part_settle(struct txn *t, struct part_set *set, enum part_state state, uint64_t message)
{
	for (size_t i = 0; i < set->n; i++) {
		Pb__Part *rec = set->parts[i];

		if (rec->state == PART_WAITING)
			count_part(t, rec,
				   state == PART_JOINED ? COUNT_PARTS_JOINED
							: COUNT_PARTS_GIVEN_UP);
		else if (rec->state != (uint32_t)state)
			txn_fail(t, ERR_BAD_STATE);
		rec->state = state;
		rec->message = message;
		rec->due = 0;
		part_put(t, rec);
	}
}

static int add_waiting(struct bytes key, const ProtobufCMessage *rec, void *ctx)
{
	(void)key;
	if (((const Pb__Part *)rec)->state == PART_WAITING)
		++*(uint64_t *)ctx;
	return ERR_OK;
}

int part_waiting(struct txn *t, uint64_t *n_out)
{
	uint64_t n = 0;
	int err = scan_table(t, TABLE_PART, BYTES_NONE, BYTES_NONE, WALK_UP, 0, add_waiting, &n);

	if (err == ERR_OK)
		*n_out = n;
	return err;
}

/* --- seen before? --- */

int seen_get(struct txn *t, const struct digest *key, struct arena *a, Pb__Seen **rec_out)
{
	return index_get(t, TABLE_SEEN, digest_bytes(key), a, (ProtobufCMessage **)rec_out);
}

void seen_put(struct txn *t, const struct digest *key, const Pb__Seen *rec)
{
	index_put(t, TABLE_SEEN, digest_bytes(key), &rec->base);
}

void seen_put_new(struct txn *t, const struct digest *key, const Pb__Seen *rec)
{
	index_put_new(t, TABLE_SEEN, digest_bytes(key), &rec->base);
}
