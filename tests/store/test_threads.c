/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an answer by mail answers, and what waits for a member's word.
 */
#include <string.h>

#include "parsers/err.h"
#include "store/due.h"
#include "store/held.h"
#include "store/index.h"
#include "store/messages.h"
#include "store/outbox.h"
#include "store/threads.h"
#include "tests/store/fixture.h"
#include "tests/tap.h"

static uint64_t first_row, second_row, first_mail, second_mail, held_id;

static Pb__Outbox *add_row(struct txn *t, struct fixture *f, const char *message_id,
			   const char *token, const char *bounce)
{
	Pb__Outbox *row = arena_alloc(f->arena, sizeof(*row));

	pb__outbox__init(row);
	row->channel = record_strc(f->arena, "mail");
	row->message_id = record_strc(f->arena, message_id);
	row->token = record_strc(f->arena, token);
	row->bounce_token = record_strc(f->arena, bounce);
	outbox_add(t, row, 1, FIXTURE_NOW, f->arena);
	return row;
}

static uint64_t add_mail(struct txn *t, struct fixture *f, const char *message_id)
{
	Pb__Message *msg = arena_alloc(f->arena, sizeof(*msg));

	pb__message__init(msg);
	msg->id = txn_id(t, FIXTURE_NOW);
	msg->channel = record_strc(f->arena, "mail");
	msg->message_id = record_strc(f->arena, message_id);
	msg->outcome = OUTCOME_NOT_ANSWERED;
	msg->received = FIXTURE_NOW.ms;
	msg->uid = 1;
	message_add(t, msg);
	return msg->id;
}

static int fill(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;

	first_row = add_row(t, f, "a@town.example", "saaaa", "baaaa")->id;
	second_row = add_row(t, f, "b@town.example", "saaaa", "bbbbb")->id;
	first_mail = add_mail(t, f, "x@example.org");
	second_mail = add_mail(t, f, "x@example.org");
	return txn_err(t);
}

static int look(struct txn *t, void *ctx)
{
	uint64_t id = 0;

	(void)ctx;
	ok(thread_row(t, bytes_of("a@town.example"), &id) == ERR_OK && id == first_row,
	   "a mail of ours is found by its Message-ID");
	ok(thread_row(t, bytes_of("A@town.example"), &id) == ERR_NOENT, "by that and no other");
	ok(thread_row(t, bytes_of("x@example.org"), &id) == ERR_NOENT,
	   "somebody else's Message-ID is none of ours");
	ok(thread_message(t, bytes_of("x@example.org"), &id) == ERR_OK && id == second_mail,
	   "of two mails with one Message-ID the newest is found");
	ok(thread_message(t, bytes_of("a@town.example"), &id) == ERR_NOENT,
	   "what we sent never came in");
	ok(thread_row(t, BYTES_NONE, &id) == ERR_NOENT &&
		   token_row(t, BYTES_NONE, &id) == ERR_NOENT,
	   "nothing is found by nothing");
	ok(token_row(t, bytes_of("saaaa"), &id) == ERR_OK && id == second_row,
	   "of two rows with one token the newest is found");
	ok(token_row(t, bytes_of("baaaa"), &id) == ERR_OK && id == first_row,
	   "a return path's token finds its row");
	ok(token_row(t, bytes_of("saaa"), &id) == ERR_NOENT, "half a token finds nothing");
	return ERR_OK;
}

static int hold(struct txn *t, void *ctx)
{
	Pb__Held rec = PB__HELD__INIT;

	(void)ctx;
	rec.message = first_mail;
	rec.row = first_row;
	rec.expires = later(DAY_MS).ms;
	held_add(t, &rec, FIXTURE_NOW);
	held_id = rec.id;
	return txn_err(t);
}

static int note_due(const struct due *d, void *ctx)
{
	*(int *)ctx += d->kind == DUE_HELD && due_id(d) == held_id;
	return ERR_OK;
}

static int settle(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	Pb__Held *rec;
	uint64_t n = 0;
	int due = 0;

	held_count(t, &n);
	due_each(t, later(DAY_MS), 0, 10, f->arena, note_due, &due);
	ok(n == 1 && due == 1, "words that are held wait, and are due");
	if (!ok(held_get(t, held_id, f->arena, &rec) == ERR_OK, "they can be read"))
		return ERR_OK;
	ok(held_settle(t, rec, HELD_CONFIRMED, later(1)) == ERR_OK &&
		   held_settle(t, rec, HELD_EXPIRED, later(2)) == ERR_BAD_STATE,
	   "they are settled once");
	held_count(t, &n);
	due = 0;
	due_each(t, later(DAY_MS), 0, 10, f->arena, note_due, &due);
	ok(n == 0 && due == 0, "and wait no more");
	return ERR_OK;
}

static bool stands(struct txn *t, const struct keyed_key *key)
{
	struct key k = index_thread_key(key, bytes_of("a@town.example"), TABLE_OUTBOX);
	struct bytes value;

	key_u64(&k, first_row);
	return txn_get(t, TABLE_THREAD, key_bytes(&k), &value) == ERR_OK;
}

/* Whoever has the store, and not its key, can't ask it for a mail that he knows of. */
static int look_without_key(struct txn *t, void *ctx)
{
	struct keyed_key other;

	(void)ctx;
	keyed_new_key(&other);
	ok(stands(t, txn_key(t)), "an id stands under its digest with the store's key");
	ok(!stands(t, NULL) && !stands(t, &other), "and under no other");
	return ERR_OK;
}

int main(void)
{
	struct keyed_key key;
	struct fixture f;

	plan(0);
	fixture_open(&f, "threads", FIXTURE_MAP);
	keyed_new_key(&key);
	db_set_key(f.db, &key);
	in_write(&f, fill);
	in_read(&f, look);
	in_read(&f, look_without_key);
	in_write(&f, hold);
	in_write(&f, settle);
	fixture_close(&f);
	return done_testing();
}
