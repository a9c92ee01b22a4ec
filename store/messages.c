/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/messages.h"

#include "parsers/err.h"
#include "parsers/plant.h"
#include "store/counts.h"
#include "store/index.h"
#include "store/scan.h"

/* An id holds its milliseconds above these bits (db.h). */
#define ID_LOW_BITS 22

static void count_message(struct txn *t, const Pb__Message *rec, enum count what, int64_t by)
{
	count_add(t, what, bytes_of(rec->channel), (struct wall){ rec->received }, by);
}

static void count_outcome(struct txn *t, const Pb__Message *rec, int64_t by)
{
	if (rec->outcome != OUTCOME_NONE)
		count_message(t, rec, count_of_outcome((enum msg_outcome)rec->outcome), by);
}

bool message_is_mail(const Pb__Message *rec)
{
	return rec->blob.len != 0 || rec->uid != 0;
}

void message_add(struct txn *t, const Pb__Message *rec)
{
	struct key k = key_of_id(rec->id);

	index_put_new(t, TABLE_MESSAGE, key_bytes(&k), &rec->base);
	if (!PLANT(PLANT_COUNT_FORGOTTEN))
		count_message(t, rec, COUNT_RECEIVED, 1);
	if (message_is_mail(rec))
		count_message(t, rec, COUNT_MAILS, 1);
	count_outcome(t, rec, 1);
}

int message_get(struct txn *t, uint64_t id, struct arena *a, Pb__Message **rec_out)
{
	struct key k = key_of_id(id);

	return index_get(t, TABLE_MESSAGE, key_bytes(&k), a, (ProtobufCMessage **)rec_out);
}

void message_put(struct txn *t, const Pb__Message *rec)
{
	struct arena *a = arena_new((size_t)4 * 1024 * 1024);
	struct key k = key_of_id(rec->id);
	Pb__Message *old;
	int err;

	err = a == NULL ? ERR_NOMEM : message_get(t, rec->id, a, &old);
	if (err != ERR_OK) {
		txn_fail(t, err);
	} else if (old->outcome != rec->outcome) {
		/* By the old time and channel, which is where it was counted. */
		count_outcome(t, old, -1);
		count_outcome(t, rec, 1);
	}
	index_put(t, TABLE_MESSAGE, key_bytes(&k), &rec->base);
	arena_free(&a);
}

struct each {
	message_fn *message;
	quarantine_fn *quarantine;
	void *ctx;
	bool unsettled_only;
	size_t limit, n;
};

static int on_message(struct bytes key, const ProtobufCMessage *rec, void *ctx)
{
	struct each *e = ctx;

	(void)key;
	return e->message((const Pb__Message *)rec, e->ctx);
}

int message_of_contact(struct txn *t, uint64_t contact, size_t limit, message_fn *fn, void *ctx)
{
	struct each e = { .message = fn, .ctx = ctx };
	struct key prefix = key_of_id(contact);

	key_u8(&prefix, BY_MESSAGE);
	return scan_owners(t, TABLE_BY_CONTACT, &prefix, WALK_DOWN, limit, on_message, &e);
}

static struct key key_of_time(struct wall at)
{
	return key_of_id((uint64_t)(at.ms > 0 ? at.ms : 0) << ID_LOW_BITS);
}

int message_each(struct txn *t, struct wall from, struct wall to, message_fn *fn, void *ctx)
{
	struct each e = { .message = fn, .ctx = ctx };
	struct key first = key_of_time(from), end = key_of_time(to);

	return scan_table(t, TABLE_MESSAGE, key_bytes(&first),
			  to.ms == 0 ? BYTES_NONE : key_bytes(&end), WALK_UP, 0, on_message, &e);
}

void quarantine_put(struct txn *t, const Pb__Quarantine *rec)
{
	struct key k = key_of_id(rec->id);

	index_put(t, TABLE_QUARANTINE, key_bytes(&k), &rec->base);
}

int quarantine_get(struct txn *t, uint64_t id, struct arena *a, Pb__Quarantine **rec_out)
{
	struct key k = key_of_id(id);

	return index_get(t, TABLE_QUARANTINE, key_bytes(&k), a, (ProtobufCMessage **)rec_out);
}

static int on_quarantine(struct bytes key, const ProtobufCMessage *m, void *ctx)
{
	const Pb__Quarantine *rec = (const Pb__Quarantine *)m;
	struct each *e = ctx;
	int err;

	(void)key;
	if (e->unsettled_only && rec->settled != 0)
		return ERR_OK;
	err = e->quarantine(rec, e->ctx);
	return err == ERR_OK && ++e->n == e->limit ? ERR_CANCELLED : err;
}

int quarantine_list(struct txn *t, bool unsettled_only, size_t limit, quarantine_fn *fn, void *ctx)
{
	struct each e = {
		.quarantine = fn, .ctx = ctx, .unsettled_only = unsettled_only, .limit = limit
	};

	return scan_table(t, TABLE_QUARANTINE, BYTES_NONE, BYTES_NONE, WALK_DOWN, 0, on_quarantine,
			  &e);
}
