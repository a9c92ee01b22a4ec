/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/outbox.h"

#include <assert.h>

#include "parsers/err.h"
#include "parsers/plant.h"
#include "parsers/sms_text.h"
#include "store/counts.h"
#include "store/index.h"
#include "store/remote.h"
#include "store/scan.h"

/* Rows past their validity that one look at the queue may meet besides those it claims, and the looks of one claim. */
#define EXPIRED_A_LOOK 32
#define LOOKS_A_CLAIM  8

#define TO(state) (1u << (state))

static const unsigned may_become[] = {
	/* ARRIVED: the receipt of an earlier attempt, when it waits to be sent again. */
	[OUT_QUEUED] = TO(OUT_SENDING) | TO(OUT_CANCELLED) | TO(OUT_ARRIVED),
	/* A receipt may overtake the answer to our request. */
	[OUT_SENDING] =
		TO(OUT_SENT) | TO(OUT_ARRIVED) | TO(OUT_QUEUED) | TO(OUT_FAILED) | TO(OUT_UNSURE),
	[OUT_SENT] = TO(OUT_ARRIVED) | TO(OUT_FAILED),
	[OUT_ARRIVED] = 0,
	[OUT_UNSURE] = TO(OUT_SENT) | TO(OUT_ARRIVED) | TO(OUT_QUEUED) | TO(OUT_FAILED) |
		       TO(OUT_CANCELLED),
	/* Only by a person. */
	[OUT_FAILED] = TO(OUT_QUEUED),
	[OUT_CANCELLED] = 0,
};

bool outbox_may(enum out_state from, enum out_state to)
{
	if (PLANT(PLANT_RECEIPT_BACK) && from == OUT_ARRIVED && to == OUT_FAILED)
		return true;
	return (size_t)from < ARRAY_LEN(may_become) && (may_become[from] & TO(to)) != 0;
}

/* --- a row and its segments --- */

static bool has_state(const Pb__Outbox *row, enum out_state state)
{
	for (size_t i = 0; i < row->n_segments; i++)
		if (row->segments[i]->state == (uint32_t)state)
			return true;
	return false;
}

enum out_state outbox_state(const Pb__Outbox *row)
{
	static const enum out_state order[] = {
		OUT_FAILED, OUT_UNSURE, OUT_SENDING, OUT_QUEUED, OUT_CANCELLED, OUT_SENT,
	};

	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		if (has_state(row, order[i]))
			return order[i];
	return OUT_ARRIVED;
}

static void settle_row(Pb__Outbox *row)
{
	row->state = outbox_state(row);
	if (!has_state(row, OUT_UNSURE))
		row->unsure_since = 0;
}

static void put_row(struct txn *t, Pb__Outbox *row, struct wall now)
{
	settle_row(row);
	if ((row->state == OUT_SENT || row->state == OUT_ARRIVED) && row->sent == 0)
		row->sent = now.ms;
	if (row->state == OUT_ARRIVED && row->arrived == 0)
		row->arrived = now.ms;
	outbox_put(t, row);
}

/* What a text costs that leaves whole: the network takes it apart. */
static int64_t paid_segments(const Pb__Outbox *row)
{
	return row->long_form == SMPP_LONG_PAYLOAD ? sms_plan_of(bytes_of(row->text)).segments : 1;
}

static void mark_sent(struct txn *t, const Pb__Outbox *row, Pb__Segment *s, struct wall now)
{
	s->sent = now.ms;
	count_add(t, COUNT_SEGMENTS_SENT, bytes_of(row->channel), now, paid_segments(row));
}

/* The one place where a segment changes its state. */
static void move(struct txn *t, Pb__Outbox *row, Pb__Segment *s, enum out_state next,
		 struct wall now)
{
	assert(outbox_may((enum out_state)s->state, next));
	s->state = next;
	switch (next) {
	case OUT_QUEUED:
	case OUT_CANCELLED: break;
	case OUT_SENDING:
		s->attempts++;
		s->sending = now.ms;
		break;
	case OUT_SENT: mark_sent(t, row, s, now); break;
	case OUT_ARRIVED:
		if (s->sent == 0)
			mark_sent(t, row, s, now);
		s->settled = now.ms;
		break;
	case OUT_UNSURE:
		if (row->unsure_since == 0)
			row->unsure_since = now.ms;
		break;
	case OUT_FAILED: s->settled = now.ms; break;
	}
}

static void say_error(Pb__Outbox *row, Pb__Segment *s, struct bytes error, struct arena *a)
{
	s->error = record_str(a, error);
	row->error = s->error;
}

/* From 1 on, different for rows that follow each other to the same phone. */
static uint32_t reference_of(const Pb__Outbox *row)
{
	bool is_wide = row->long_form == SMPP_LONG_UDH16 || row->long_form == SMPP_LONG_SAR;

	return 1 + (uint32_t)((row->id * UINT64_C(0x9E3779B97F4A7C15)) >> 32) %
			   (is_wide ? UINT16_MAX : UINT8_MAX);
}

int outbox_add(struct txn *t, Pb__Outbox *rec, size_t n_segments, struct wall now, struct arena *a)
{
	struct key k;

	if (n_segments == 0 || n_segments > 255)
		return ERR_INVALID;
	rec->segments = arena_array(a, n_segments, sizeof(*rec->segments));
	for (size_t i = 0; rec->segments != NULL && i < n_segments; i++) {
		rec->segments[i] = arena_alloc(a, sizeof(**rec->segments));
		if (rec->segments[i] == NULL)
			return arena_err(a);
		pb__segment__init(rec->segments[i]);
	}
	if (rec->segments == NULL)
		return arena_err(a);
	rec->n_segments = n_segments;
	if (rec->id == 0)
		rec->id = txn_id(t, now);
	rec->created = now.ms;
	rec->reference = n_segments > 1 ? reference_of(rec) : 0;
	settle_row(rec);
	k = key_of_id(rec->id);
	index_put_new(t, TABLE_OUTBOX, key_bytes(&k), &rec->base);
	return txn_err(t);
}

int outbox_get(struct txn *t, uint64_t id, struct arena *a, Pb__Outbox **rec_out)
{
	struct key k = key_of_id(id);

	return index_get(t, TABLE_OUTBOX, key_bytes(&k), a, (ProtobufCMessage **)rec_out);
}

void outbox_put(struct txn *t, Pb__Outbox *rec)
{
	struct key k = key_of_id(rec->id);

	settle_row(rec);
	index_put(t, TABLE_OUTBOX, key_bytes(&k), &rec->base);
}

/* --- claim --- */

static struct key live_prefix(struct bytes channel, enum out_state state)
{
	struct key k;

	k.len = 0;
	key_text(&k, channel);
	key_u8(&k, (uint8_t)state);
	return k;
}

static int cancel_segments(struct txn *t, Pb__Outbox *row, bool also_unsure, const char *why,
			   struct wall now)
{
	size_t n = 0;

	for (size_t i = 0; i < row->n_segments; i++) {
		Pb__Segment *s = row->segments[i];

		if (s->state != OUT_QUEUED && !(also_unsure && s->state == OUT_UNSURE))
			continue;
		move(t, row, s, OUT_CANCELLED, now);
		n++;
	}
	if (n == 0)
		return ERR_BAD_STATE;
	row->error = (char *)(uintptr_t)why;
	put_row(t, row, now);
	return txn_err(t);
}

struct claim {
	struct txn *t;
	struct wall now;
	struct arena *arena;
	struct claimed *claimed;
	size_t n, n_max;
	outbox_row_fn *expired;
	void *ctx;
	struct outbox_lost lost;
};

/*
 * The row of an entry of "outbox_live". One that is gone or can't be read holds up nobody: what
 * can't be read has no derived keys, so its entry goes, and verify names the row. *row_out NULL.
 */
static int live_row(struct txn *t, struct bytes live_key, struct arena *a, struct outbox_lost *lost,
		    Pb__Outbox **row_out)
{
	int err = outbox_get(t, id_of_key(live_key), a, row_out);

	if (err != ERR_NOENT && err != ERR_CORRUPT)
		return err;
	*row_out = NULL;
	lost->n++;
	lost->id = id_of_key(live_key);
	txn_drop(t, TABLE_OUTBOX_LIVE, live_key);
	return txn_err(t);
}

static int claim_row(struct claim *c, struct bytes live_key)
{
	Pb__Outbox *row;
	int err = live_row(c->t, live_key, c->arena, &c->lost, &row);

	if (err != ERR_OK || row == NULL)
		return err;
	if (row->valid_until != 0 && row->valid_until <= c->now.ms) {
		err = cancel_segments(c->t, row, false, "past validity", c->now);
		if (err == ERR_OK && c->expired != NULL)
			err = c->expired(c->t, row, c->ctx);
		return err;
	}
	row->attempts++;
	for (size_t i = 0; i < row->n_segments && c->n < c->n_max; i++) {
		if (row->segments[i]->state != OUT_QUEUED)
			continue;
		if (PLANT(PLANT_SENDING_UNWRITTEN))
			row->not_before = c->now.ms + 5 * MINUTE_MS;
		else
			move(c->t, row, row->segments[i], OUT_SENDING, c->now);
		c->claimed[c->n++] = (struct claimed){ .row = row, .segment = (unsigned)i };
	}
	put_row(c->t, row, c->now);
	return txn_err(c->t);
}

int outbox_claim(struct txn *t, struct bytes channel, struct wall now, size_t n_max,
		 struct arena *a, struct claimed *claimed_out, size_t *n_out,
		 outbox_row_fn *expired, void *ctx, struct outbox_lost *lost_out)
{
	struct claim c = { .t = t,
			   .now = now,
			   .arena = a,
			   .claimed = claimed_out,
			   .n_max = n_max,
			   .expired = expired,
			   .ctx = ctx };
	struct key first = live_prefix(channel, OUT_QUEUED), end = first;
	size_t look = n_max + EXPIRED_A_LOOK, met = look;
	int err = ERR_OK;

	key_time(&end, now.ms + 1);
	/* Rows past their validity may fill a whole look: then there is another one. A crowd is left to the next claims. */
	for (int i = 0; err == ERR_OK && met == look && c.n < n_max && i < LOOKS_A_CLAIM; i++) {
		struct key_list list = { .arena = a };

		err = txn_walk(t, TABLE_OUTBOX_LIVE, key_bytes(&first), key_bytes(&end), WALK_UP,
			       look, key_list_row, &list);
		for (size_t k = 0; k < list.n && err == ERR_OK && c.n < n_max; k++)
			err = claim_row(&c, list.keys[k]);
		met = list.n;
	}
	if (err != ERR_OK)
		return err;
	*n_out = c.n;
	if (lost_out != NULL)
		*lost_out = c.lost;
	return ERR_OK;
}

/* --- what became of it --- */

static int get_segment(struct txn *t, uint64_t id, unsigned segment, struct arena *a,
		       Pb__Outbox **row_out)
{
	int err = outbox_get(t, id, a, row_out);

	if (err != ERR_OK)
		return err;
	return segment < (*row_out)->n_segments ? ERR_OK : ERR_NOENT;
}

static void clear_error(Pb__Outbox *row, Pb__Segment *s)
{
	s->error = (char *)(uintptr_t)protobuf_c_empty_string;
	row->error = s->error;
}

/* What a receipt makes of a segment; false: nothing. */
static bool next_of_receipt(const Pb__Segment *s, enum receipt_state state,
			    enum out_state *next_out)
{
	static const struct {
		enum receipt_state state;
		enum out_state next;
	} rows[] = {
		{ RECEIPT_ACCEPTED, OUT_SENT },     { RECEIPT_PENDING, OUT_SENT },
		{ RECEIPT_DELIVERED, OUT_ARRIVED }, { RECEIPT_REFUSED, OUT_FAILED },
		{ RECEIPT_FAILED, OUT_FAILED },
	};

	/* Of what never left, nobody can have a receipt. */
	if (s->attempts == 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].state == state) {
			*next_out = rows[i].next;
			return outbox_may((enum out_state)s->state, rows[i].next);
		}
	return false;
}

static bool settle_by_receipt(struct txn *t, Pb__Outbox *row, Pb__Segment *s,
			      enum receipt_state state, struct bytes error, struct wall now,
			      struct arena *a)
{
	enum out_state next;

	if (!next_of_receipt(s, state, &next))
		return false;
	move(t, row, s, next, now);
	if (next == OUT_FAILED)
		say_error(row, s, error.len != 0 ? error : bytes_of(receipt_state_text(state)), a);
	else
		clear_error(row, s);
	return true;
}

/* The receipt that came before the id it speaks of. */
static void take_early(struct txn *t, Pb__Outbox *row, Pb__Segment *s, struct wall now,
		       struct arena *a)
{
	Pb__Early *early;
	int err = early_take(t, bytes_of(row->channel), bytes_of(s->remote_id), a, &early);

	if (err == ERR_OK)
		settle_by_receipt(t, row, s, (enum receipt_state)early->state,
				  bytes_of(early->error), now, a);
	else if (err != ERR_NOENT)
		txn_fail(t, err);
}

static const enum out_state outcome_states[] = {
	[SEND_OK] = OUT_SENT,       [SEND_LATER] = OUT_QUEUED, [SEND_FAILED] = OUT_FAILED,
	[SEND_UNSURE] = OUT_UNSURE, [SEND_NOT] = OUT_QUEUED,
};

/* Of what never left nobody may believe a receipt, and its back-off doesn't grow. */
static void take_back_attempt(Pb__Outbox *row, Pb__Segment *s)
{
	uint32_t most = 0;

	if (s->attempts > 0)
		s->attempts--;
	for (size_t i = 0; i < row->n_segments; i++)
		if (row->segments[i]->attempts > most)
			most = row->segments[i]->attempts;
	row->attempts = most;
}

/* Only what is on its way has a result: a QUEUED one may be moved by a receipt, never by a late answer. */
static bool awaits_result(const Pb__Segment *s, enum out_state next)
{
	return (s->state == OUT_SENDING || s->state == OUT_UNSURE) &&
	       outbox_may((enum out_state)s->state, next);
}

int outbox_result(struct txn *t, const struct send_result *r, struct wall now, struct arena *a,
		  Pb__Outbox **row_out)
{
	enum out_state next = outcome_states[r->outcome];
	Pb__Outbox *row;
	Pb__Segment *s;
	int err = get_segment(t, r->row, r->segment, a, &row);

	if (err != ERR_OK)
		return err;
	*row_out = row;
	s = row->segments[r->segment];
	if (PLANT(PLANT_RESULT_LOST) && next == OUT_SENT && s->attempts < 3)
		next = OUT_QUEUED;
	if (!awaits_result(s, next))
		return ERR_OK;
	move(t, row, s, next, now);
	if (r->outcome == SEND_OK)
		clear_error(row, s);
	else if (r->outcome == SEND_NOT)
		take_back_attempt(row, s);
	else
		say_error(row, s, r->error, a);
	if (r->outcome == SEND_LATER)
		row->not_before = r->not_before.ms;
	if (r->remote_id.len != 0) {
		s->remote_id = record_str(a, r->remote_id);
		take_early(t, row, s, now, a);
	}
	put_row(t, row, now);
	return txn_err(t);
}

/* --- receipts --- */

int outbox_receipt(struct txn *t, struct bytes channel, const struct receipt *r, struct wall now,
		   struct arena *a, Pb__Outbox **row_out)
{
	unsigned segment = r->segment;
	uint64_t id = r->row;
	Pb__Outbox *row;
	int err = ERR_OK;

	if (id == 0 && r->remote_id.len == 0)
		return ERR_NOENT;
	if (id == 0)
		err = remote_find(t, channel, r->remote_id, now, a, &id, &segment);
	if (err == ERR_NOENT) {
		err = early_keep(t, channel, r, now, a);
		return err == ERR_OK ? ERR_NOENT : err;
	}
	if (err == ERR_OK)
		err = get_segment(t, id, segment, a, &row);
	if (err != ERR_OK)
		return err;
	/* Somebody else's row is none of this channel's business. */
	if (!bytes_is(channel, row->channel))
		return ERR_NOENT;
	if (settle_by_receipt(t, row, row->segments[segment], r->state, r->error, now, a))
		put_row(t, row, now);
	*row_out = row;
	return txn_err(t);
}

/* --- after a start, and by a person --- */

static int restart_row(struct txn *t, struct bytes live_key, struct wall now, struct arena *a,
		       size_t *n, struct outbox_lost *lost)
{
	Pb__Outbox *row;
	int err = live_row(t, live_key, a, lost, &row);

	if (err != ERR_OK || row == NULL)
		return err;
	++*n;
	for (size_t i = 0; i < row->n_segments; i++)
		if (row->segments[i]->state == OUT_SENDING)
			move(t, row, row->segments[i], OUT_UNSURE, now);
	put_row(t, row, now);
	return txn_err(t);
}

static bool is_live_in(struct bytes live_key, enum out_state state)
{
	size_t end = bytes_find(live_key, 0);

	return end + 1 < live_key.len && live_key.ptr[end + 1] == state;
}

static int gather_sending(struct bytes key, struct bytes value, void *ctx)
{
	(void)value;
	return is_live_in(key, OUT_SENDING) && !PLANT(PLANT_RESTART_FORGETS)
		       ? key_list_add(ctx, key)
		       : ERR_OK;
}

int outbox_restart(struct txn *t, struct bytes channel, struct wall now, struct arena *a,
		   size_t *n_out, struct outbox_lost *lost_out)
{
	struct key first = live_prefix(channel, OUT_SENDING), end;
	struct key_list list = { .arena = a };
	struct outbox_lost lost = { 0 };
	size_t n = 0;
	int err;

	if (channel.len == 0)
		first.len = 0;
	end = key_after(&first);
	err = txn_walk(t, TABLE_OUTBOX_LIVE, key_bytes(&first), key_bytes(&end), WALK_UP, 0,
		       gather_sending, &list);
	for (size_t i = 0; i < list.n && err == ERR_OK; i++)
		err = restart_row(t, list.keys[i], now, a, &n, &lost);
	if (err != ERR_OK)
		return err;
	*n_out = n;
	if (lost_out != NULL)
		*lost_out = lost;
	return ERR_OK;
}

int outbox_requeue(struct txn *t, Pb__Outbox *row, bool also_failed, struct wall now)
{
	size_t n = 0;

	for (size_t i = 0; i < row->n_segments; i++) {
		Pb__Segment *s = row->segments[i];

		if (s->state != OUT_UNSURE && !(also_failed && s->state == OUT_FAILED))
			continue;
		move(t, row, s, OUT_QUEUED, now);
		s->settled = 0;
		n++;
	}
	if (n == 0)
		return ERR_BAD_STATE;
	row->not_before = now.ms;
	row->sent = 0;
	row->told_staff = false;
	put_row(t, row, now);
	return txn_err(t);
}

int outbox_cancel(struct txn *t, Pb__Outbox *row, const char *why, struct wall now)
{
	return cancel_segments(t, row, true, why, now);
}

int outbox_came_back(struct txn *t, Pb__Outbox *row, struct bytes error, struct wall now,
		     struct arena *a)
{
	size_t n = 0;

	for (size_t i = 0; i < row->n_segments; i++) {
		Pb__Segment *s = row->segments[i];

		if (s->attempts == 0 || !outbox_may((enum out_state)s->state, OUT_FAILED))
			continue;
		move(t, row, s, OUT_FAILED, now);
		say_error(row, s, error, a);
		n++;
	}
	if (n == 0)
		return ERR_BAD_STATE;
	put_row(t, row, now);
	return txn_err(t);
}
