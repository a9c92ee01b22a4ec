/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * outbox - every move, claims, results, receipts (also those that come first), restarts, lists.
 */
#include "store/outbox.h"

#include <stdio.h>
#include <string.h>

#include "parsers/err.h"
#include "store/cases.h"
#include "store/counts.h"
#include "store/due.h"
#include "store/index.h"
#include "store/key.h"
#include "tests/store/fixture.h"
#include "tests/tap.h"

static const struct bytes channel = BYTES("sms");

/* --- the table of moves --- */

static void test_moves(void)
{
	static const struct {
		enum out_state from;
		const char *
			to; /* S sending, s sent, a arrived, q queued, u unsure, f failed, c cancelled */
	} rows[] = {
		{ OUT_QUEUED, "Sac" }, { OUT_SENDING, "saqfu" }, { OUT_SENT, "af" },
		{ OUT_ARRIVED, "" },   { OUT_UNSURE, "saqfc" },  { OUT_FAILED, "q" },
		{ OUT_CANCELLED, "" },
	};
	static const char letters[] = {
		[OUT_QUEUED] = 'q', [OUT_SENDING] = 'S', [OUT_SENT] = 's',      [OUT_ARRIVED] = 'a',
		[OUT_UNSURE] = 'u', [OUT_FAILED] = 'f',  [OUT_CANCELLED] = 'c',
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (int to = OUT_QUEUED; to <= OUT_CANCELLED; to++) {
			bool may = strchr(rows[i].to, letters[to]) != NULL;

			ok(outbox_may(rows[i].from, (enum out_state)to) == may, "%s %s become %s",
			   out_state_text(rows[i].from), may ? "may" : "may not",
			   out_state_text((enum out_state)to));
		}
}

/* --- the state of a row --- */

static int row_states(struct txn *t, void *ctx)
{
	static const struct {
		enum out_state segments[3], row;
	} rows[] = {
		{ { OUT_ARRIVED, OUT_ARRIVED, OUT_ARRIVED }, OUT_ARRIVED },
		{ { OUT_ARRIVED, OUT_SENT, OUT_ARRIVED }, OUT_SENT },
		{ { OUT_SENT, OUT_QUEUED, OUT_ARRIVED }, OUT_QUEUED },
		{ { OUT_QUEUED, OUT_SENDING, OUT_SENT }, OUT_SENDING },
		{ { OUT_SENDING, OUT_UNSURE, OUT_QUEUED }, OUT_UNSURE },
		{ { OUT_UNSURE, OUT_SENDING, OUT_FAILED }, OUT_FAILED },
		{ { OUT_CANCELLED, OUT_SENT, OUT_ARRIVED }, OUT_CANCELLED },
		{ { OUT_CANCELLED, OUT_UNSURE, OUT_SENT }, OUT_UNSURE },
	};
	struct fixture *f = ctx;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		Pb__Outbox row = PB__OUTBOX__INIT;

		row.channel = record_strc(f->arena, "states");
		outbox_add(t, &row, 3, FIXTURE_NOW, f->arena);
		for (size_t s = 0; s < 3; s++)
			row.segments[s]->state = rows[i].segments[s];
		outbox_put(t, &row);
		ok(row.state == (uint32_t)rows[i].row, "a row with segments %s, %s, %s is %s",
		   out_state_text(rows[i].segments[0]), out_state_text(rows[i].segments[1]),
		   out_state_text(rows[i].segments[2]), out_state_text(rows[i].row));
	}
	return ERR_INVALID; /* not kept */
}

/* --- helpers of the stories below --- */

static uint64_t add_row(struct txn *t, struct fixture *f, size_t segments, struct wall now)
{
	Pb__Outbox *row = arena_alloc(f->arena, sizeof(*row));

	pb__outbox__init(row);
	row->channel = record_strc(f->arena, "sms");
	row->to = record_strc(f->arena, "sms:+381641234567");
	row->contact = 77;
	row->case_number = record_strc(f->arena, "SP-2026-000001");
	row->kind = KIND_ACK;
	row->text = record_strc(f->arena, "hvala");
	row->not_before = now.ms;
	row->valid_until = now.ms + 2 * DAY_MS;
	if (outbox_add(t, row, segments, now, f->arena) != ERR_OK)
		diag("a row can't be added: %s", err_text(txn_err(t)));
	return row->id;
}

static size_t claim(struct txn *t, struct fixture *f, size_t n, struct wall now, uint64_t *ids)
{
	struct claimed *c = arena_array(f->arena, n + 1, sizeof(*c));
	size_t got = 0;
	int err = outbox_claim(t, channel, now, n, f->arena, c, &got, NULL, NULL, NULL);

	if (err != ERR_OK)
		diag("claim: %s", err_text(err));
	for (size_t i = 0; i < got && ids != NULL; i++)
		ids[i] = c[i].row->id * 10 + c[i].segment;
	return got;
}

static const char *state_of(struct txn *t, struct fixture *f, uint64_t id)
{
	Pb__Outbox *row;

	return outbox_get(t, id, f->arena, &row) == ERR_OK
		       ? out_state_text((enum out_state)row->state)
		       : "none";
}

static int result(struct txn *t, struct fixture *f, uint64_t id, unsigned segment,
		  enum send_outcome outcome, const char *remote, struct wall now)
{
	struct send_result r = { .row = id,
				 .segment = segment,
				 .outcome = outcome,
				 .remote_id = bytes_of(remote),
				 .error = outcome == SEND_OK ? BYTES_NONE : bytes_of("no route"),
				 .not_before = { now.ms + MINUTE_MS } };
	Pb__Outbox *row;

	return outbox_result(t, &r, now, f->arena, &row);
}

static int receipt(struct txn *t, struct fixture *f, uint64_t id, unsigned segment,
		   const char *remote, enum receipt_state state, struct wall now)
{
	struct receipt r = { .row = id,
			     .segment = segment,
			     .remote_id = bytes_of(remote),
			     .state = state,
			     .error = state == RECEIPT_FAILED ? bytes_of("absent") : BYTES_NONE };
	Pb__Outbox *row;

	return outbox_receipt(t, channel, &r, now, f->arena, &row);
}

static struct outbox_load load_of(struct txn *t)
{
	struct outbox_load load = { 0 };

	outbox_load(t, channel, &load);
	return load;
}

/* --- claim --- */

static int claims(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	uint64_t first = add_row(t, f, 2, FIXTURE_NOW), second = add_row(t, f, 3, FIXTURE_NOW);
	uint64_t future = add_row(t, f, 1, later(HOUR_MS));
	uint64_t got[8];
	struct wall when;
	Pb__Outbox *row;

	is_int(claim(t, f, 4, FIXTURE_NOW, got), 4,
	       "four segments are claimed when four slots are free");
	ok(got[0] == first * 10 && got[1] == first * 10 + 1 && got[2] == second * 10 &&
		   got[3] == second * 10 + 1,
	   "the oldest row first, all its segments before the next row");
	is_text(bytes_of(state_of(t, f, first)), "sending", "a claimed row is SENDING on disk");
	outbox_get(t, second, f->arena, &row);
	ok(row->segments[0]->state == OUT_SENDING && row->segments[2]->state == OUT_QUEUED,
	   "of the second one a segment still waits");
	is_int(row->segments[0]->attempts, 1, "the attempt is counted");
	is_int(claim(t, f, 4, FIXTURE_NOW, got), 1,
	       "the next claim takes the segment that was left");
	ok(got[0] == second * 10 + 2, "although its row is SENDING already");
	is_int(claim(t, f, 4, FIXTURE_NOW, got), 0, "a row isn't claimed before its time");
	is_int(outbox_next(t, channel, &when), ERR_OK, "something waits");
	is_int(when.ms, later(HOUR_MS).ms, "until then");
	is_int(claim(t, f, 4, later(HOUR_MS), got), 1, "then it is");
	ok(got[0] == future * 10, "the right one");
	is_int(outbox_next(t, channel, &when), ERR_NOENT, "nothing waits any more");
	is_int(claim(t, f, 4, later(HOUR_MS), got), 0, "nothing is claimed twice");
	is_int((long long)load_of(t).sending, 3, "three rows are under way");
	return ERR_INVALID;
}

static int on_expired(struct txn *t, Pb__Outbox *row, void *ctx)
{
	(void)t;
	*(size_t *)ctx += row->state == OUT_CANCELLED && strcmp(row->error, "past validity") == 0;
	return ERR_OK;
}

static int past_validity(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	struct claimed got[4];
	size_t n = 0, told = 0;
	uint64_t fresh;

	for (int i = 0; i < 100; i++)
		add_row(t, f, 1, FIXTURE_NOW);
	fresh = add_row(t, f, 1, later(2 * DAY_MS));
	outbox_claim(t, channel, later(2 * DAY_MS), 4, f->arena, got, &n, on_expired, &told, NULL);
	is_int((long long)told, 100, "rows past their validity are cancelled, and each is told of");
	ok(n == 1 && got[0].row->id == fresh, "the one behind them leaves");
	return ERR_INVALID;
}

/* --- results and receipts --- */

static int64_t counted(struct txn *t, enum count what)
{
	int64_t sum = -1;

	count_sum(t, what, channel, (struct wall){ 0 }, (struct wall){ 0 }, &sum);
	return sum;
}

static int results(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	uint64_t id = add_row(t, f, 2, FIXTURE_NOW);
	Pb__Outbox *row;

	claim(t, f, 2, FIXTURE_NOW, NULL);
	result(t, f, id, 0, SEND_OK, "r1", later(10));
	is_text(bytes_of(state_of(t, f, id)), "sending",
		"one of two segments sent: the row is still SENDING");
	result(t, f, id, 1, SEND_LATER, "", later(11));
	is_text(bytes_of(state_of(t, f, id)), "queued", "the other one waits: the row is QUEUED");
	is_int((long long)claim(t, f, 2, later(12), NULL), 0, "not before its time");
	is_int((long long)claim(t, f, 2, later(2 * MINUTE_MS), NULL), 1,
	       "only the segment that is left leaves again");
	result(t, f, id, 1, SEND_OK, "r2", later(3 * MINUTE_MS));
	is_text(bytes_of(state_of(t, f, id)), "sent", "both sent: the row is SENT");
	outbox_get(t, id, f->arena, &row);
	ok(row->sent == later(3 * MINUTE_MS).ms && row->error[0] == '\0' && row->attempts == 2,
	   "with its time, two attempts, and no error any more");
	result(t, f, id, 0, SEND_FAILED, "", later(4 * MINUTE_MS));
	is_text(bytes_of(state_of(t, f, id)), "sent", "a late result changes nothing");
	is_int(receipt(t, f, 0, 0, "r1", RECEIPT_DELIVERED, later(5 * MINUTE_MS)), ERR_OK,
	       "a receipt finds its segment by the network's id");
	is_text(bytes_of(state_of(t, f, id)), "sent", "one of two has arrived");
	receipt(t, f, id, 1, "", RECEIPT_DELIVERED, later(6 * MINUTE_MS));
	is_text(bytes_of(state_of(t, f, id)), "arrived",
		"the other one is found by row and segment");
	is_int(receipt(t, f, id, 1, "", RECEIPT_FAILED, later(7 * MINUTE_MS)), ERR_OK,
	       "a later one is taken");
	is_text(bytes_of(state_of(t, f, id)), "arrived", "but ARRIVED is never left");
	is_int(counted(t, COUNT_SEGMENTS_SENT), 2, "two segments were sent");
	is_int(result(t, f, id, 2, SEND_OK, "", later(8 * MINUTE_MS)), ERR_NOENT,
	       "there is no third one");
	is_int(result(t, f, 12345, 0, SEND_OK, "", later(8 * MINUTE_MS)), ERR_NOENT,
	       "nor a row that nobody made");
	return ERR_INVALID;
}

/* Receipts for ids that nobody has named, one after the other. */
static int flood(struct txn *t, struct fixture *f, unsigned first, unsigned n, struct wall now)
{
	struct fixture small = { .db = f->db, .arena = arena_new((size_t)16 * 1024) };
	char id[16];
	int err = ERR_NOENT;

	for (unsigned i = 0; i < n && err == ERR_NOENT; i++) {
		snprintf(id, sizeof(id), "u%u", first + i);
		arena_reset(small.arena);
		err = receipt(t, &small, 0, 0, id, RECEIPT_DELIVERED, now);
	}
	arena_free(&small.arena);
	return err;
}

static int receipts_of_nobody(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	uint64_t id = add_row(t, f, 1, FIXTURE_NOW), n = 0;
	char long_id[300];

	claim(t, f, 1, FIXTURE_NOW, NULL);
	is_int(flood(t, f, 0, EARLY_A_DAY, FIXTURE_NOW), ERR_NOENT, "%d unknown ids are kept",
	       EARLY_A_DAY);
	is_int(flood(t, f, EARLY_A_DAY, 1, later(1)), ERR_LIMIT, "one more isn't");
	early_count(t, &n);
	is_int((long long)n, EARLY_A_DAY, "whatever comes, no more are there");
	is_int(flood(t, f, 7, 1, later(2)), ERR_NOENT, "one that is kept already may come again");
	result(t, f, id, 0, SEND_OK, "u8", later(3));
	is_text(bytes_of(state_of(t, f, id)), "arrived",
		"those that are kept do what they are for");
	is_int(flood(t, f, EARLY_A_DAY, 1, later(4)), ERR_NOENT, "and leave room for another");
	is_int(flood(t, f, EARLY_A_DAY + 1, 1, later(5)), ERR_LIMIT, "for one");
	is_int(flood(t, f, EARLY_A_DAY + 1, 1, later(DAY_MS)), ERR_NOENT,
	       "the next day has room of its own");
	memset(long_id, 'x', sizeof(long_id) - 1);
	long_id[sizeof(long_id) - 1] = '\0';
	is_int(receipt(t, f, 0, 0, long_id, RECEIPT_DELIVERED, later(DAY_MS)), ERR_LIMIT,
	       "an id that is longer than any network's isn't kept");
	return ERR_INVALID;
}

static int receipts_first(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	uint64_t id = add_row(t, f, 1, FIXTURE_NOW), other = add_row(t, f, 1, FIXTURE_NOW), n = 0;
	uint64_t third = add_row(t, f, 1, FIXTURE_NOW), queued;

	claim(t, f, 3, FIXTURE_NOW, NULL);
	is_int(receipt(t, f, 0, 0, "r9", RECEIPT_DELIVERED, later(5)), ERR_NOENT,
	       "a receipt before its answer waits");
	receipt(t, f, 0, 0, "r9", RECEIPT_PENDING, later(6));
	early_count(t, &n);
	is_int((long long)n, 1, "in 'early', once");
	result(t, f, id, 0, SEND_OK, "r9", later(7));
	is_text(bytes_of(state_of(t, f, id)), "arrived",
		"with the answer the row has arrived at once");
	early_count(t, &n);
	is_int((long long)n, 0, "and nothing waits any more");
	receipt(t, f, other, 0, "", RECEIPT_DELIVERED, later(8));
	is_text(bytes_of(state_of(t, f, other)), "arrived",
		"SENDING becomes ARRIVED by a receipt that names the row");
	is_int(result(t, f, other, 0, SEND_OK, "r10", later(9)), ERR_OK, "the answer after it");
	is_text(bytes_of(state_of(t, f, other)), "arrived", "changes nothing");
	receipt(t, f, third, 0, "", RECEIPT_FAILED, later(8));
	is_text(bytes_of(state_of(t, f, third)), "failed", "and FAILED");
	is_int(receipt(t, f, 0, 0, "r11", RECEIPT_UNKNOWN, later(8)), ERR_NOENT,
	       "a receipt that says nothing");
	early_count(t, &n);
	is_int((long long)n, 0, "isn't kept");
	queued = add_row(t, f, 1, FIXTURE_NOW);
	is_int(receipt(t, f, queued, 0, "", RECEIPT_DELIVERED, later(9)), ERR_OK,
	       "a receipt for what never left");
	is_text(bytes_of(state_of(t, f, queued)), "queued", "is none");
	is_int(receipt(t, f, 4711, 0, "", RECEIPT_DELIVERED, later(9)), ERR_NOENT,
	       "nor is one for a row of nobody");
	return ERR_INVALID;
}

static int used_again(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	uint64_t old = add_row(t, f, 1, FIXTURE_NOW), new;

	claim(t, f, 1, FIXTURE_NOW, NULL);
	result(t, f, old, 0, SEND_OK, "7", FIXTURE_NOW);
	new = add_row(t, f, 1, later(HOUR_MS));
	claim(t, f, 1, later(HOUR_MS), NULL);
	result(t, f, new, 0, SEND_OK, "7", later(HOUR_MS));
	receipt(t, f, 0, 0, "7", RECEIPT_DELIVERED, later(HOUR_MS + 1));
	is_text(bytes_of(state_of(t, f, new)), "arrived",
		"an id that a network uses again means the newest row");
	is_text(bytes_of(state_of(t, f, old)), "sent", "and leaves the old one alone");
	return ERR_INVALID;
}

/* --- restart, requeue, cancel --- */

static int note_due(const struct due *d, void *ctx)
{
	++((size_t *)ctx)[d->kind];
	return ERR_OK;
}

static int restarts(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	uint64_t id = add_row(t, f, 2, FIXTURE_NOW), sent = add_row(t, f, 1, FIXTURE_NOW), q;
	size_t n = 0, due[5] = { 0 }, none[5] = { 0 };
	Pb__Outbox *row;
	struct wall when;

	claim(t, f, 3, FIXTURE_NOW, NULL);
	q = add_row(t, f, 1, FIXTURE_NOW);
	result(t, f, id, 0, SEND_OK, "a", FIXTURE_NOW);
	result(t, f, sent, 0, SEND_OK, "b", FIXTURE_NOW);
	is_int(outbox_restart(t, bytes_of("other"), later(1), f->arena, &n, NULL), ERR_OK,
	       "another channel restarts");
	is_int((long long)n, 0, "and touches nothing here");
	outbox_restart(t, BYTES_NONE, later(1), f->arena, &n, NULL);
	is_int((long long)n, 1, "after a start, one row doesn't know whether it left");
	is_text(bytes_of(state_of(t, f, id)), "unsure", "it is UNSURE");
	outbox_get(t, id, f->arena, &row);
	is_int(row->segments[0]->state, OUT_SENT, "only the segment that wasn't answered");
	due_each(t, later(5 * MINUTE_MS), 5 * MINUTE_MS, 0, f->arena, note_due, none);
	due_each(t, later(5 * MINUTE_MS + 1), 5 * MINUTE_MS, 0, f->arena, note_due, due);
	ok(none[DUE_UNSURE] == 0 && due[DUE_UNSURE] == 1,
	   "it is due when its wait of five minutes is over");
	due_next(t, 5 * MINUTE_MS, &when);
	is_int(when.ms, later(5 * MINUTE_MS + 1).ms, "which is the next moment at all");
	is_int(outbox_requeue(t, row, false, later(6 * MINUTE_MS)), ERR_OK, "it may leave again");
	is_int((long long)claim(t, f, 9, later(6 * MINUTE_MS), NULL), 2,
	       "with what was queued besides");
	outbox_restart(t, channel, later(7 * MINUTE_MS), f->arena, &n, NULL);
	is_int((long long)n, 2, "the next restart makes both UNSURE");
	outbox_get(t, id, f->arena, &row);
	row->told_staff = true;
	outbox_put(t, row);
	memset(due, 0, sizeof(due));
	due_each(t, later(HOUR_MS), 0, 0, f->arena, note_due, due);
	is_int((long long)due[DUE_UNSURE], 1, "what staff was told of isn't due any more");
	is_int(outbox_cancel(t, row, "by ana", later(HOUR_MS)), ERR_OK,
	       "a person may cancel an UNSURE row");
	is_text(bytes_of(state_of(t, f, id)), "cancelled", "it is CANCELLED");
	is_int(outbox_cancel(t, row, "by ana", later(HOUR_MS)), ERR_BAD_STATE, "not twice");
	is_int(outbox_requeue(t, row, true, later(HOUR_MS)), ERR_BAD_STATE,
	       "and it can't be queued again");
	outbox_get(t, sent, f->arena, &row);
	is_int(outbox_cancel(t, row, "by ana", later(HOUR_MS)), ERR_BAD_STATE,
	       "what is SENT can't be cancelled");
	receipt(t, f, sent, 0, "", RECEIPT_FAILED, later(HOUR_MS));
	outbox_get(t, sent, f->arena, &row);
	is_text(bytes_of(row->error), "absent", "FAILED comes with the network's words");
	is_int(outbox_requeue(t, row, false, later(HOUR_MS)), ERR_BAD_STATE,
	       "a failed row isn't repeated by itself");
	is_int(outbox_requeue(t, row, true, later(HOUR_MS)), ERR_OK, "but by a person");
	outbox_get(t, q, f->arena, &row);
	is_int(outbox_result(t, &(struct send_result){ .row = q, .outcome = SEND_OK },
			     later(HOUR_MS), f->arena, &row),
	       ERR_OK, "a late answer");
	is_text(bytes_of(state_of(t, f, q)), "sent", "settles an UNSURE row");
	return ERR_INVALID;
}

static int again_after_doubt(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	uint64_t id = add_row(t, f, 1, FIXTURE_NOW);
	Pb__Outbox *row;
	size_t n;

	claim(t, f, 1, FIXTURE_NOW, NULL);
	outbox_restart(t, channel, later(1), f->arena, &n, NULL);
	outbox_get(t, id, f->arena, &row);
	outbox_requeue(t, row, false, later(2));
	receipt(t, f, id, 0, "", RECEIPT_DELIVERED, later(3));
	is_text(bytes_of(state_of(t, f, id)), "arrived",
		"the receipt of the first attempt saves the second");
	is_int((long long)claim(t, f, 1, later(4), NULL), 0, "nothing leaves twice");
	return ERR_INVALID;
}

static int told_and_retried(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	uint64_t id = add_row(t, f, 1, FIXTURE_NOW);
	size_t n, due[5] = { 0 };
	Pb__Outbox *row;

	claim(t, f, 1, FIXTURE_NOW, NULL);
	outbox_restart(t, channel, later(1), f->arena, &n, NULL);
	outbox_get(t, id, f->arena, &row);
	row->told_staff = true;
	outbox_put(t, row);
	outbox_requeue(t, row, true, later(2));
	claim(t, f, 1, later(2), NULL);
	outbox_restart(t, channel, later(3), f->arena, &n, NULL);
	due_each(t, later(4), 0, 0, f->arena, note_due, due);
	is_int((long long)due[DUE_UNSURE], 1,
	       "a row that is UNSURE again after a person's retry is due again");
	return ERR_INVALID;
}

static int unreadable_row(struct txn *t, void *ctx)
{
	static const uint8_t rubbish[] = { 0xff, 0xff, 0xff };
	struct fixture *f = ctx;
	uint64_t bad = add_row(t, f, 1, FIXTURE_NOW), good = add_row(t, f, 1, FIXTURE_NOW), got[2];
	struct key k = key_of_id(bad);
	struct outbox_lost lost = { 0 };
	struct claimed c;
	struct wall when;
	size_t n;

	txn_put(t, TABLE_OUTBOX, key_bytes(&k), bytes_at(rubbish, sizeof(rubbish)));
	is_int((long long)claim(t, f, 2, FIXTURE_NOW, got), 1,
	       "a row that can't be read isn't claimed");
	ok(got[0] == good * 10, "and holds up nobody");
	is_int(outbox_next(t, channel, &when), ERR_NOENT, "nor is it looked for again and again");
	k = key_of_id(good);
	txn_put(t, TABLE_OUTBOX, key_bytes(&k), bytes_at(rubbish, sizeof(rubbish)));
	is_int(outbox_restart(t, channel, later(1), f->arena, &n, &lost), ERR_OK,
	       "a restart goes on past one");
	is_int((long long)n, 0, "without counting it");
	ok(lost.n == 1 && lost.id == good, "but says which reply is lost");
	bad = add_row(t, f, 1, later(2));
	k = key_of_id(bad);
	txn_put(t, TABLE_OUTBOX, key_bytes(&k), bytes_at(rubbish, sizeof(rubbish)));
	outbox_claim(t, channel, later(2), 1, f->arena, &c, &n, NULL, NULL, &lost);
	ok(lost.n == 1 && lost.id == bad, "and so does a claim");
	return ERR_INVALID;
}

/* The memory of a start and of a claim has a bound that no queue may reach. */
static int crowds(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	struct arena *little = arena_new((size_t)64 * 1024), *some = arena_new((size_t)1024 * 1024);
	struct claimed c[1];
	size_t n = 0, told = 0;
	int calls = 0;
	uint64_t good;

	for (int i = 0; i < 3000; i++)
		add_row(t, f, 1, FIXTURE_NOW);
	claim(t, f, 2, FIXTURE_NOW, NULL);
	is_int(outbox_restart(t, BYTES_NONE, later(1), little, &n, NULL), ERR_OK,
	       "however much is queued, a start has room for what was leaving");
	is_int((long long)n, 2, "and makes it UNSURE");
	good = add_row(t, f, 1, later(3 * DAY_MS));
	for (n = 0; n == 0 && calls < 20; calls++) {
		arena_reset(some);
		if (outbox_claim(t, channel, later(3 * DAY_MS), 1, some, c, &n, on_expired, &told,
				 NULL) != ERR_OK)
			break;
	}
	ok(n == 1 && c[0].row->id == good && told == 2998,
	   "thousands of rows past their validity are cancelled in %d claims, and the one behind "
	   "them leaves",
	   calls);
	arena_free(&little);
	arena_free(&some);
	return ERR_INVALID;
}

static int unreadable_receipt(struct txn *t, void *ctx)
{
	static const uint8_t rubbish[] = { 0xff, 0xff, 0xff };
	struct fixture *f = ctx;
	uint64_t id = add_row(t, f, 1, FIXTURE_NOW);
	struct key k;

	claim(t, f, 1, FIXTURE_NOW, NULL);
	receipt(t, f, 0, 0, "abc", RECEIPT_DELIVERED, FIXTURE_NOW);
	k.len = 0;
	key_text(&k, channel);
	key_text(&k, bytes_of("abc"));
	txn_put(t, TABLE_EARLY, key_bytes(&k), bytes_at(rubbish, sizeof(rubbish)));
	is_int(result(t, f, id, 0, SEND_OK, "abc", FIXTURE_NOW), ERR_OK,
	       "a receipt that waited and can't be read doesn't hold up the result");
	is_text(bytes_of(state_of(t, f, id)), "sent", "which is kept");
	return ERR_INVALID;
}

static int foreign_channel(struct txn *t, void *ctx)
{
	const struct receipt r = { .state = RECEIPT_DELIVERED };
	struct fixture *f = ctx;
	uint64_t id = add_row(t, f, 1, FIXTURE_NOW);
	struct receipt named = r;
	Pb__Outbox *row;

	claim(t, f, 1, FIXTURE_NOW, NULL);
	named.row = id;
	is_int(outbox_receipt(t, bytes_of("other"), &named, later(1), f->arena, &row), ERR_NOENT,
	       "a receipt from another channel finds nothing");
	is_text(bytes_of(state_of(t, f, id)), "sending", "and changes nothing");
	return ERR_INVALID;
}

static int validity(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	uint64_t id = add_row(t, f, 1, FIXTURE_NOW);
	size_t due[5] = { 0 };
	Pb__Outbox *row;

	claim(t, f, 1, FIXTURE_NOW, NULL);
	due_each(t, later(3 * DAY_MS), 0, 0, f->arena, note_due, due);
	is_int((long long)due[DUE_VALIDITY], 0, "what is SENDING has no end of validity");
	result(t, f, id, 0, SEND_OK, "x", FIXTURE_NOW);
	due_each(t, later(2 * DAY_MS), 0, 0, f->arena, note_due, due);
	is_int((long long)due[DUE_VALIDITY], 1, "what is SENT has: no receipt came");
	outbox_get(t, id, f->arena, &row);
	row->valid_until = 0;
	outbox_put(t, row);
	due_each(t, later(3 * DAY_MS), 0, 0, f->arena, note_due, due);
	is_int((long long)due[DUE_VALIDITY], 1, "once that is noted, nothing is due");
	return ERR_INVALID;
}

/* --- lists --- */

static int note_row(const Pb__Outbox *row, void *ctx)
{
	char *text = ctx;
	size_t len = strlen(text);

	snprintf(text + len, 64 - len, "%s ", out_state_text((enum out_state)row->state));
	return ERR_OK;
}

struct ids {
	uint64_t ids[8];
	size_t n;
};

static int note_id(const Pb__Outbox *row, void *ctx)
{
	struct ids *got = ctx;

	if (got->n < ARRAY_LEN(got->ids))
		got->ids[got->n++] = row->id;
	return ERR_OK;
}

static Pb__Case *add_case(struct txn *t, struct fixture *f, uint64_t contact)
{
	Pb__Case *rec = arena_alloc(f->arena, sizeof(*rec));

	pb__case__init(rec);
	rec->contact = contact;
	if (case_open(t, rec, bytes_of("SP"), 2026, NULL, FIXTURE_NOW, f->arena) != ERR_OK)
		diag("a case can't be opened");
	return rec;
}

static int lists(struct txn *t, void *ctx)
{
	static const struct {
		int state;
		const char *number;
		size_t limit;
		const char *want;
	} rows[] = {
		{ -1, "", 0, "queued sending sent " },
		{ -1, "", 2, "queued sending " },
		{ OUT_SENT, "", 0, "sent " },
		{ OUT_QUEUED, "", 0, "queued " },
		{ OUT_SENDING, "SP-2026-000001", 0, "sending " },
		{ OUT_UNSURE, "", 0, "" },
		{ -1, "SP-2026-000002", 0, "" },
		{ -1, "SP-2026-1", 2, "queued sending " },
		{ -1, "nonsense", 0, "" },
	};
	struct fixture *f = ctx;
	uint64_t id = add_row(t, f, 2, FIXTURE_NOW);
	char of_contact[64] = "";

	add_case(t, f, 77);
	claim(t, f, 2, FIXTURE_NOW, NULL);
	result(t, f, id, 0, SEND_OK, "a", FIXTURE_NOW);
	result(t, f, id, 1, SEND_OK, "b", FIXTURE_NOW);
	add_row(t, f, 3, later(1));
	claim(t, f, 2, later(1), NULL);
	add_row(t, f, 1, later(2));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct outbox_filter filter = { .state = rows[i].state,
						.case_number = bytes_of(rows[i].number),
						.limit = rows[i].limit };
		char got[64] = "";

		outbox_list(t, &filter, note_row, got);
		is_text(bytes_of(got), rows[i].want,
			"list: state %d of '%s', at most %zu: newest first", rows[i].state,
			rows[i].number, rows[i].limit);
	}
	outbox_of_contact(t, 77, 2, note_row, of_contact);
	is_text(bytes_of(of_contact), "queued sending ", "a contact's rows, newest first");
	ok(load_of(t).queued == 1 && load_of(t).sending == 1 && load_of(t).unsure == 0,
	   "a row that is half on its way counts once in the load");
	return ERR_INVALID;
}

/* Those of a flood that wait, in another order than they were made. */
static int newest_of_many(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	const struct outbox_filter filter = { .state = OUT_QUEUED, .limit = 3 };
	struct ids got = { 0 };
	uint64_t ids[40];

	for (int i = 0; i < 40; i++)
		ids[i] = add_row(t, f, 1, later((i * 7 % 40) * SECOND_MS));
	is_int(outbox_list(t, &filter, note_id, &got), ERR_OK, "a list of what waits");
	ok(got.n == 3 && got.ids[0] == ids[39] && got.ids[1] == ids[38] && got.ids[2] == ids[37],
	   "holds the newest of many, whenever they are due");
	return ERR_INVALID;
}

static int bounded_look(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	struct outbox_filter filter = { .state = OUT_FAILED, .limit = 9, .look_max = 5 };
	struct ids got = { 0 };
	uint64_t old = add_row(t, f, 1, FIXTURE_NOW), young;

	claim(t, f, 1, FIXTURE_NOW, NULL);
	result(t, f, old, 0, SEND_FAILED, "", FIXTURE_NOW);
	for (int i = 0; i < 4; i++)
		add_row(t, f, 1, later(HOUR_MS));
	is_int(outbox_list(t, &filter, note_id, &got), ERR_OK,
	       "five rows are read when five are all");
	young = add_row(t, f, 1, later(1));
	claim(t, f, 1, later(1), NULL);
	result(t, f, young, 0, SEND_FAILED, "", later(1));
	is_int((long long)got.n, 1, "and the failed one is found");
	got.n = 0;
	is_int(outbox_list(t, &filter, note_id, &got), ERR_TIMEOUT,
	       "of six, one isn't looked at, and the asker is told");
	ok(got.n == 1 && got.ids[0] == young, "the newest one that failed is found all the same");
	return ERR_INVALID;
}

/* To a duty officer, who is no contact of ours. */
static int of_a_case(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	Pb__Case *rec = add_case(t, f, 77);
	struct case_step step = { .who = "odzivd", .what = "told" };
	const struct outbox_filter filter = { .state = -1, .case_number = bytes_of(rec->number) };
	struct ids got = { 0 };
	Pb__Outbox *row;

	add_row(t, f, 1, FIXTURE_NOW);
	step.row = add_row(t, f, 1, FIXTURE_NOW);
	outbox_get(t, step.row, f->arena, &row);
	row->contact = 0;
	outbox_put(t, row);
	case_log(t, rec, &step, FIXTURE_NOW, f->arena);
	case_put(t, rec);
	is_int(outbox_list(t, &filter, note_id, &got), ERR_OK, "the replies of a case");
	is_int((long long)got.n, 2, "are those of its contact and those of its trail, each once");
	return ERR_INVALID;
}

static int unreadable_in_list(struct txn *t, void *ctx)
{
	static const uint8_t rubbish[] = { 0xff, 0xff, 0xff };
	struct fixture *f = ctx;
	struct outbox_filter filter = { .state = -1 };
	uint64_t bad;
	struct ids got = { 0 };
	struct key k;

	add_row(t, f, 1, FIXTURE_NOW);
	bad = add_row(t, f, 1, FIXTURE_NOW);
	add_row(t, f, 1, FIXTURE_NOW);
	k = key_of_id(bad);
	txn_put(t, TABLE_OUTBOX, key_bytes(&k), bytes_at(rubbish, sizeof(rubbish)));
	is_int(outbox_list(t, &filter, note_id, &got), ERR_CORRUPT,
	       "of a row that can't be read the asker is told");
	is_int((long long)got.n, 2, "and the others are listed");
	filter.state = OUT_QUEUED;
	got.n = 0;
	is_int(outbox_list(t, &filter, note_id, &got), ERR_CORRUPT,
	       "so it is among those that wait");
	is_int((long long)got.n, 2, "and the others are listed there, too");
	return ERR_INVALID;
}

static int references(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	unsigned seen[256] = { 0 }, distinct = 0;
	bool in_range = true;

	for (int i = 0; i < 200; i++) {
		Pb__Outbox *row;

		outbox_get(t, add_row(t, f, 2, later(i * 700)), f->arena, &row);
		in_range = in_range && row->reference >= 1 && row->reference <= 255;
		distinct += in_range && seen[row->reference]++ == 0;
	}
	ok(in_range, "a row of several segments has a reference of 1 to 255");
	ok(distinct > 100, "rows that follow each other have different ones (%u of 200)", distinct);
	return ERR_INVALID;
}

int main(void)
{
	static db_work_fn *const stories[] = {
		row_states,
		claims,
		past_validity,
		results,
		receipts_first,
		receipts_of_nobody,
		used_again,
		restarts,
		again_after_doubt,
		told_and_retried,
		foreign_channel,
		unreadable_row,
		crowds,
		unreadable_receipt,
		validity,
		lists,
		newest_of_many,
		bounded_look,
		of_a_case,
		unreadable_in_list,
		references,
	};
	struct fixture f;

	plan(0);
	test_moves();
	fixture_open(&f, "outbox", FIXTURE_MAP);
	/* Each story ends with an error, so that the next one begins with an empty store. */
	for (size_t i = 0; i < ARRAY_LEN(stories); i++)
		is_int(db_write(f.db, stories[i], &f), ERR_INVALID, "story %zu ran to its end",
		       i + 1);
	fixture_close(&f);
	return done_testing();
}
