/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/remote.h"

#include "parsers/err.h"
#include "parsers/receipt_id.h"
#include "parsers/utf8.h"
#include "store/counts.h"
#include "store/index.h"
#include "store/outbox.h"
#include "store/scan.h"

/* No network's id and no word of an error is longer. */
#define EARLY_TEXT_MAX 255
/* In the other base an id is believed so long after its text left: validity, and some days for the SMSC. */
#define OTHER_BASE_MS (4 * DAY_MS)
/* Entries of one id that are looked at: more than two are too many already. */
#define ENTRIES_MAX 4

static struct key prefix_of(struct bytes channel, struct bytes remote_id)
{
	struct key k;

	k.len = 0;
	key_text(&k, channel);
	key_text(&k, remote_id);
	return k;
}

/* --- segments that have an id --- */

struct place {
	uint64_t row;
	unsigned segment;
};

/* The newest `most` segments with exactly this id. */
static int places_of(struct txn *t, struct bytes channel, struct bytes id, size_t most,
		     struct arena *a, struct place *places, size_t *n)
{
	struct key first = prefix_of(channel, id), end = key_after(&first);
	struct key_list list = { .arena = a };
	int err = txn_walk(t, TABLE_REMOTE, key_bytes(&first), key_bytes(&end), WALK_DOWN, most,
			   key_list_row, &list);

	for (size_t i = 0; i < list.n && err == ERR_OK; i++) {
		struct rd r = rd_of(bytes_cut(list.keys[i], first.len, 10));
		struct place *p = &places[(*n)++];

		p->row = rd_u64(&r);
		p->segment = rd_u16(&r);
		if (rd_err(&r) != ERR_OK)
			err = ERR_CORRUPT;
	}
	return err;
}

static int newest_of(struct txn *t, struct bytes channel, struct bytes id, struct arena *a,
		     struct place *place_out)
{
	size_t n = 0;
	int err = places_of(t, channel, id, 1, a, place_out, &n);

	return err == ERR_OK && n == 0 ? ERR_NOENT : err;
}

/* Whether it is out, lately, and no receipt has settled it. */
static int waits_for_receipt(struct txn *t, const struct place *p, struct wall now, struct arena *a,
			     bool *waits_out)
{
	const Pb__Segment *s;
	Pb__Outbox *row;
	int err = outbox_get(t, p->row, a, &row);

	*waits_out = false;
	if (err == ERR_NOENT || err == ERR_CORRUPT)
		return ERR_OK;
	if (err != ERR_OK || p->segment >= row->n_segments)
		return err;
	s = row->segments[p->segment];
	*waits_out = s->state != OUT_ARRIVED && s->state != OUT_FAILED &&
		     s->state != OUT_CANCELLED && now.ms - s->sending <= OTHER_BASE_MS;
	return ERR_OK;
}

/* Hexadecimal against decimal: the one segment that fits, and waits; of two nobody knows which. */
static int find_in_other_base(struct txn *t, struct bytes channel, const struct receipt_id *plain,
			      struct wall now, struct arena *a, struct place *place_out)
{
	struct receipt_id others[2];
	size_t n_others = receipt_id_others(plain, others), n = 0, n_waiting = 0;
	struct place places[2 * ENTRIES_MAX];
	int err = ERR_OK;

	for (size_t i = 0; i < n_others && err == ERR_OK; i++)
		err = places_of(t, channel, receipt_id_bytes(&others[i]), ENTRIES_MAX, a, places,
				&n);
	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		bool waits;

		err = waits_for_receipt(t, &places[i], now, a, &waits);
		if (err == ERR_OK && waits && n_waiting++ == 0)
			*place_out = places[i];
	}
	if (err != ERR_OK)
		return err;
	return n_waiting == 1 ? ERR_OK : ERR_NOENT;
}

int remote_find(struct txn *t, struct bytes channel, struct bytes remote_id, struct wall now,
		struct arena *a, uint64_t *row_out, unsigned *segment_out)
{
	struct receipt_id plain = receipt_id_plain(remote_id);
	struct place place = { 0 };
	int err = newest_of(t, channel, remote_id, a, &place);

	if (err == ERR_NOENT)
		err = newest_of(t, channel, receipt_id_bytes(&plain), a, &place);
	if (err == ERR_NOENT)
		err = find_in_other_base(t, channel, &plain, now, a, &place);
	if (err != ERR_OK)
		return err;
	*row_out = place.row;
	*segment_out = place.segment;
	return ERR_OK;
}

/* --- receipts that wait for their id --- */

/* Their period in "attempt": each is counted by the day it came, and taken off when its id is named. */
static void count_early(struct txn *t, struct bytes channel, int64_t received_ms, int64_t by)
{
	attempt_add(t, ATTEMPT_EARLY, channel, day_of(received_ms), by,
		    (struct wall){ received_ms });
}

static bool is_final(uint32_t state)
{
	return state == RECEIPT_DELIVERED || state == RECEIPT_FAILED || state == RECEIPT_REFUSED;
}

static int get_early(struct txn *t, const struct key *k, struct arena *a, Pb__Early **rec_out)
{
	return index_get(t, TABLE_EARLY, key_bytes(k), a, (ProtobufCMessage **)rec_out);
}

/*
 * An SMSC out of its mind, or somebody in its place, may send receipts for ids that we shall
 * never hear of: at most EARLY_A_DAY of them a channel and day, which the sweep takes away a day
 * later, and no id that is longer than any network's.
 */
int early_keep(struct txn *t, struct bytes channel, const struct receipt *r, struct wall now,
	       struct arena *a)
{
	struct receipt_id plain = receipt_id_plain(r->remote_id);
	struct key k = prefix_of(channel, receipt_id_bytes(&plain));
	Pb__Early rec = PB__EARLY__INIT, *old;
	int err;

	if (r->state == RECEIPT_UNKNOWN)
		return ERR_OK;
	err = get_early(t, &k, a, &old);
	if (err != ERR_OK && err != ERR_NOENT)
		return err;
	if (err == ERR_OK && is_final(old->state))
		return ERR_OK;
	if (r->remote_id.len > EARLY_TEXT_MAX ||
	    (err != ERR_OK &&
	     attempt_get(t, ATTEMPT_EARLY, channel, day_of(now.ms)) >= EARLY_A_DAY))
		return ERR_LIMIT;
	rec.channel = record_str(a, channel);
	rec.remote_id = record_str(a, r->remote_id);
	rec.state = r->state;
	rec.error = record_str(a, utf8_cut(r->error, EARLY_TEXT_MAX));
	rec.at = r->at.ms;
	rec.received = err == ERR_OK ? old->received : now.ms;
	if (err != ERR_OK)
		count_early(t, channel, now.ms, 1);
	index_put(t, TABLE_EARLY, key_bytes(&k), &rec.base);
	return txn_err(t);
}

/* What can't be read is lost, but must not hold up what we know ourselves. */
static int take(struct txn *t, const struct key *k, struct arena *a, Pb__Early **rec_out)
{
	int err = get_early(t, k, a, rec_out);

	if (err == ERR_CORRUPT)
		txn_drop(t, TABLE_EARLY, key_bytes(k));
	if (err != ERR_OK)
		return err == ERR_CORRUPT ? ERR_NOENT : err;
	count_early(t, bytes_of((*rec_out)->channel), (*rec_out)->received, -1);
	index_drop(t, TABLE_EARLY, key_bytes(k));
	return txn_err(t);
}

/* One in the other base, where not both forms of it wait. */
static int take_in_other_base(struct txn *t, struct bytes channel, const struct receipt_id *plain,
			      struct arena *a, Pb__Early **rec_out)
{
	struct receipt_id others[2];
	size_t n = receipt_id_others(plain, others), n_waiting = 0;
	struct key found = { .len = 0 };
	int err = ERR_OK;

	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		struct key k = prefix_of(channel, receipt_id_bytes(&others[i]));

		err = get_early(t, &k, a, rec_out);
		if (err == ERR_OK && n_waiting++ == 0)
			found = k;
		if (err == ERR_NOENT || err == ERR_CORRUPT)
			err = ERR_OK;
	}
	if (err != ERR_OK)
		return err;
	return n_waiting == 1 ? take(t, &found, a, rec_out) : ERR_NOENT;
}

int early_take(struct txn *t, struct bytes channel, struct bytes remote_id, struct arena *a,
	       Pb__Early **rec_out)
{
	struct receipt_id plain = receipt_id_plain(remote_id);
	struct key k = prefix_of(channel, receipt_id_bytes(&plain));
	int err = take(t, &k, a, rec_out);

	if (err == ERR_NOENT && !bytes_eq(remote_id, receipt_id_bytes(&plain))) {
		k = prefix_of(channel, remote_id); /* as earlier programs kept it */
		err = take(t, &k, a, rec_out);
	}
	if (err == ERR_NOENT)
		err = take_in_other_base(t, channel, &plain, a, rec_out);
	return err;
}
