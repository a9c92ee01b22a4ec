/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * outbox - states, claims, what became of them, restart and validity. Receipts and lists are tried in
 * test_outbox_receipts.c and test_outbox_list.c.
 */
#include "store/outbox.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/sms_text.h"
#include "store/counts.h"
#include "store/due.h"
#include "store/key.h"
#include "tests/store/rows.h"
#include "tests/tap.h"

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

/* --- claim --- */

static int claims(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	uint64_t first = row_add(t, f, 2, FIXTURE_NOW), second = row_add(t, f, 3, FIXTURE_NOW);
	uint64_t future = row_add(t, f, 1, later(HOUR_MS));
	uint64_t got[8];
	struct wall when;
	Pb__Outbox *row;

	is_int(row_claim(t, f, 4, FIXTURE_NOW, got), 4,
	       "four segments are claimed when four slots are free");
	ok(got[0] == first * 10 && got[1] == first * 10 + 1 && got[2] == second * 10 &&
		   got[3] == second * 10 + 1,
	   "the oldest row first, all its segments before the next row");
	is_text(bytes_of(row_state(t, f, first)), "sending", "a claimed row is SENDING on disk");
	outbox_get(t, second, f->arena, &row);
	ok(row->segments[0]->state == OUT_SENDING && row->segments[2]->state == OUT_QUEUED,
	   "of the second one a segment still waits");
	is_int(row->segments[0]->attempts, 1, "the attempt is counted");
	is_int(row_claim(t, f, 4, FIXTURE_NOW, got), 1,
	       "the next claim takes the segment that was left");
	ok(got[0] == second * 10 + 2, "although its row is SENDING already");
	is_int(row_claim(t, f, 4, FIXTURE_NOW, got), 0, "a row isn't claimed before its time");
	is_int(outbox_next(t, row_channel, &when), ERR_OK, "something waits");
	is_int(when.ms, later(HOUR_MS).ms, "until then");
	is_int(row_claim(t, f, 4, later(HOUR_MS), got), 1, "then it is");
	ok(got[0] == future * 10, "the right one");
	is_int(outbox_next(t, row_channel, &when), ERR_NOENT, "nothing waits any more");
	is_int(row_claim(t, f, 4, later(HOUR_MS), got), 0, "nothing is claimed twice");
	is_int((long long)row_load(t).sending, 3, "three rows are under way");
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
		row_add(t, f, 1, FIXTURE_NOW);
	fresh = row_add(t, f, 1, later(2 * DAY_MS));
	outbox_claim(t, row_channel, later(2 * DAY_MS), 4, f->arena, got, &n, on_expired, &told,
		     NULL);
	is_int((long long)told, 100, "rows past their validity are cancelled, and each is told of");
	ok(n == 1 && got[0].row->id == fresh, "the one behind them leaves");
	return ERR_INVALID;
}

/* --- results --- */

static int results(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	uint64_t id = row_add(t, f, 2, FIXTURE_NOW);
	Pb__Outbox *row;

	row_claim(t, f, 2, FIXTURE_NOW, NULL);
	row_result(t, f, id, 0, SEND_OK, "r1", later(10));
	is_text(bytes_of(row_state(t, f, id)), "sending",
		"one of two segments sent: the row is still SENDING");
	row_result(t, f, id, 1, SEND_LATER, "", later(11));
	is_text(bytes_of(row_state(t, f, id)), "queued", "the other one waits: the row is QUEUED");
	is_int((long long)row_claim(t, f, 2, later(12), NULL), 0, "not before its time");
	is_int((long long)row_claim(t, f, 2, later(2 * MINUTE_MS), NULL), 1,
	       "only the segment that is left leaves again");
	row_result(t, f, id, 1, SEND_OK, "r2", later(3 * MINUTE_MS));
	is_text(bytes_of(row_state(t, f, id)), "sent", "both sent: the row is SENT");
	outbox_get(t, id, f->arena, &row);
	ok(row->sent == later(3 * MINUTE_MS).ms && row->error[0] == '\0' && row->attempts == 2,
	   "with its time, two attempts, and no error any more");
	row_result(t, f, id, 0, SEND_FAILED, "", later(4 * MINUTE_MS));
	is_text(bytes_of(row_state(t, f, id)), "sent", "a late result changes nothing");
	is_int(row_receipt(t, f, 0, 0, "r1", RECEIPT_DELIVERED, later(5 * MINUTE_MS)), ERR_OK,
	       "a receipt finds its segment by the network's id");
	is_text(bytes_of(row_state(t, f, id)), "sent", "one of two has arrived");
	row_receipt(t, f, id, 1, "", RECEIPT_DELIVERED, later(6 * MINUTE_MS));
	is_text(bytes_of(row_state(t, f, id)), "arrived",
		"the other one is found by row and segment");
	is_int(row_receipt(t, f, id, 1, "", RECEIPT_FAILED, later(7 * MINUTE_MS)), ERR_OK,
	       "a later one is taken");
	is_text(bytes_of(row_state(t, f, id)), "arrived", "but ARRIVED is never left");
	is_int(row_counted(t, COUNT_SEGMENTS_SENT), 2, "two segments were sent");
	is_int(row_result(t, f, id, 2, SEND_OK, "", later(8 * MINUTE_MS)), ERR_NOENT,
	       "there is no third one");
	is_int(row_result(t, f, 12345, 0, SEND_OK, "", later(8 * MINUTE_MS)), ERR_NOENT,
	       "nor a row that nobody made");
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
	uint64_t id = row_add(t, f, 2, FIXTURE_NOW), sent = row_add(t, f, 1, FIXTURE_NOW), q;
	size_t n = 0, due[5] = { 0 }, none[5] = { 0 };
	Pb__Outbox *row;
	struct wall when;

	row_claim(t, f, 3, FIXTURE_NOW, NULL);
	q = row_add(t, f, 1, FIXTURE_NOW);
	row_result(t, f, id, 0, SEND_OK, "a", FIXTURE_NOW);
	row_result(t, f, sent, 0, SEND_OK, "b", FIXTURE_NOW);
	is_int(outbox_restart(t, bytes_of("other"), later(1), f->arena, &n, NULL), ERR_OK,
	       "another channel restarts");
	is_int((long long)n, 0, "and touches nothing here");
	outbox_restart(t, BYTES_NONE, later(1), f->arena, &n, NULL);
	is_int((long long)n, 1, "after a start, one row doesn't know whether it left");
	is_text(bytes_of(row_state(t, f, id)), "unsure", "it is UNSURE");
	outbox_get(t, id, f->arena, &row);
	is_int(row->segments[0]->state, OUT_SENT, "only the segment that wasn't answered");
	due_each(t, later(5 * MINUTE_MS), 5 * MINUTE_MS, 0, f->arena, note_due, none);
	due_each(t, later(5 * MINUTE_MS + 1), 5 * MINUTE_MS, 0, f->arena, note_due, due);
	ok(none[DUE_UNSURE] == 0 && due[DUE_UNSURE] == 1,
	   "it is due when its wait of five minutes is over");
	due_next(t, 5 * MINUTE_MS, &when);
	is_int(when.ms, later(5 * MINUTE_MS + 1).ms, "which is the next moment at all");
	is_int(outbox_requeue(t, row, false, later(6 * MINUTE_MS)), ERR_OK, "it may leave again");
	is_int((long long)row_claim(t, f, 9, later(6 * MINUTE_MS), NULL), 2,
	       "with what was queued besides");
	outbox_restart(t, row_channel, later(7 * MINUTE_MS), f->arena, &n, NULL);
	is_int((long long)n, 2, "the next restart makes both UNSURE");
	outbox_get(t, id, f->arena, &row);
	row->told_staff = true;
	outbox_put(t, row);
	memset(due, 0, sizeof(due));
	due_each(t, later(HOUR_MS), 0, 0, f->arena, note_due, due);
	is_int((long long)due[DUE_UNSURE], 1, "what staff was told of isn't due any more");
	is_int(outbox_cancel(t, row, "by ana", later(HOUR_MS)), ERR_OK,
	       "a person may cancel an UNSURE row");
	is_text(bytes_of(row_state(t, f, id)), "cancelled", "it is CANCELLED");
	is_int(outbox_cancel(t, row, "by ana", later(HOUR_MS)), ERR_BAD_STATE, "not twice");
	is_int(outbox_requeue(t, row, true, later(HOUR_MS)), ERR_BAD_STATE,
	       "and it can't be queued again");
	outbox_get(t, sent, f->arena, &row);
	is_int(outbox_cancel(t, row, "by ana", later(HOUR_MS)), ERR_BAD_STATE,
	       "what is SENT can't be cancelled");
	row_receipt(t, f, sent, 0, "", RECEIPT_FAILED, later(HOUR_MS));
	outbox_get(t, sent, f->arena, &row);
	is_text(bytes_of(row->error), "absent", "FAILED comes with the network's words");
	is_int(outbox_requeue(t, row, false, later(HOUR_MS)), ERR_BAD_STATE,
	       "a failed row isn't repeated by itself");
	is_int(outbox_requeue(t, row, true, later(HOUR_MS)), ERR_OK, "but by a person");
	outbox_get(t, q, f->arena, &row);
	is_int(outbox_result(t, &(struct send_result){ .row = q, .outcome = SEND_OK },
			     later(HOUR_MS), f->arena, &row),
	       ERR_OK, "a late answer");
	is_text(bytes_of(row_state(t, f, q)), "sent", "settles an UNSURE row");
	return ERR_INVALID;
}

static int again_after_doubt(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	uint64_t id = row_add(t, f, 1, FIXTURE_NOW);
	Pb__Outbox *row;
	size_t n;

	row_claim(t, f, 1, FIXTURE_NOW, NULL);
	outbox_restart(t, row_channel, later(1), f->arena, &n, NULL);
	outbox_get(t, id, f->arena, &row);
	outbox_requeue(t, row, false, later(2));
	row_receipt(t, f, id, 0, "", RECEIPT_DELIVERED, later(3));
	is_text(bytes_of(row_state(t, f, id)), "arrived",
		"the receipt of the first attempt saves the second");
	is_int((long long)row_claim(t, f, 1, later(4), NULL), 0, "nothing leaves twice");
	return ERR_INVALID;
}

static int told_and_retried(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	uint64_t id = row_add(t, f, 1, FIXTURE_NOW);
	size_t n, due[5] = { 0 };
	Pb__Outbox *row;

	row_claim(t, f, 1, FIXTURE_NOW, NULL);
	outbox_restart(t, row_channel, later(1), f->arena, &n, NULL);
	outbox_get(t, id, f->arena, &row);
	row->told_staff = true;
	outbox_put(t, row);
	outbox_requeue(t, row, true, later(2));
	row_claim(t, f, 1, later(2), NULL);
	outbox_restart(t, row_channel, later(3), f->arena, &n, NULL);
	due_each(t, later(4), 0, 0, f->arena, note_due, due);
	is_int((long long)due[DUE_UNSURE], 1,
	       "a row that is UNSURE again after a person's retry is due again");
	return ERR_INVALID;
}

static int unreadable_row(struct txn *t, void *ctx)
{
	static const uint8_t rubbish[] = { 0xff, 0xff, 0xff };
	struct fixture *f = ctx;
	uint64_t bad = row_add(t, f, 1, FIXTURE_NOW), good = row_add(t, f, 1, FIXTURE_NOW), got[2];
	struct key k = key_of_id(bad);
	struct outbox_lost lost = { 0 };
	struct claimed c;
	struct wall when;
	size_t n;

	txn_put(t, TABLE_OUTBOX, key_bytes(&k), bytes_at(rubbish, sizeof(rubbish)));
	is_int((long long)row_claim(t, f, 2, FIXTURE_NOW, got), 1,
	       "a row that can't be read isn't claimed");
	ok(got[0] == good * 10, "and holds up nobody");
	is_int(outbox_next(t, row_channel, &when), ERR_NOENT,
	       "nor is it looked for again and again");
	k = key_of_id(good);
	txn_put(t, TABLE_OUTBOX, key_bytes(&k), bytes_at(rubbish, sizeof(rubbish)));
	is_int(outbox_restart(t, row_channel, later(1), f->arena, &n, &lost), ERR_OK,
	       "a restart goes on past one");
	is_int((long long)n, 0, "without counting it");
	ok(lost.n == 1 && lost.id == good, "but says which reply is lost");
	bad = row_add(t, f, 1, later(2));
	k = key_of_id(bad);
	txn_put(t, TABLE_OUTBOX, key_bytes(&k), bytes_at(rubbish, sizeof(rubbish)));
	outbox_claim(t, row_channel, later(2), 1, f->arena, &c, &n, NULL, NULL, &lost);
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
		row_add(t, f, 1, FIXTURE_NOW);
	row_claim(t, f, 2, FIXTURE_NOW, NULL);
	is_int(outbox_restart(t, BYTES_NONE, later(1), little, &n, NULL), ERR_OK,
	       "however much is queued, a start has room for what was leaving");
	is_int((long long)n, 2, "and makes it UNSURE");
	good = row_add(t, f, 1, later(3 * DAY_MS));
	for (n = 0; n == 0 && calls < 20; calls++) {
		arena_reset(some);
		if (outbox_claim(t, row_channel, later(3 * DAY_MS), 1, some, c, &n, on_expired,
				 &told, NULL) != ERR_OK)
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

static int validity(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	uint64_t id = row_add(t, f, 1, FIXTURE_NOW);
	size_t due[5] = { 0 };
	Pb__Outbox *row;

	row_claim(t, f, 1, FIXTURE_NOW, NULL);
	due_each(t, later(3 * DAY_MS), 0, 0, f->arena, note_due, due);
	is_int((long long)due[DUE_VALIDITY], 0, "what is SENDING has no end of validity");
	row_result(t, f, id, 0, SEND_OK, "x", FIXTURE_NOW);
	due_each(t, later(2 * DAY_MS), 0, 0, f->arena, note_due, due);
	is_int((long long)due[DUE_VALIDITY], 1, "what is SENT has: no receipt came");
	outbox_get(t, id, f->arena, &row);
	row->valid_until = 0;
	outbox_put(t, row);
	due_each(t, later(3 * DAY_MS), 0, 0, f->arena, note_due, due);
	is_int((long long)due[DUE_VALIDITY], 1, "once that is noted, nothing is due");
	return ERR_INVALID;
}

static int references(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	unsigned seen[256] = { 0 }, distinct = 0;
	bool in_range = true;

	for (int i = 0; i < 200; i++) {
		Pb__Outbox *row;

		outbox_get(t, row_add(t, f, 2, later(i * 700)), f->arena, &row);
		in_range = in_range && row->reference >= 1 && row->reference <= 255;
		distinct += in_range && seen[row->reference]++ == 0;
	}
	ok(in_range, "a row of several segments has a reference of 1 to 255");
	ok(distinct > 100, "rows that follow each other have different ones (%u of 200)", distinct);
	return ERR_INVALID;
}

/* A text that leaves whole is one send, and paid as the network takes it apart. */
static int whole(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	uint64_t id = row_add(t, f, 1, FIXTURE_NOW), wide;
	Pb__Outbox *row;
	char text[401];

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	outbox_get(t, id, f->arena, &row);
	row->long_form = SMPP_LONG_PAYLOAD;
	row->text = text;
	outbox_put(t, row);
	row_claim(t, f, 1, FIXTURE_NOW, NULL);
	row_result(t, f, id, 0, SEND_OK, "r1", FIXTURE_NOW);
	is_int(row_counted(t, COUNT_SEGMENTS_SENT), 3,
	       "a text of 400 letters that leaves whole counts as three segments");
	row = arena_alloc(f->arena, sizeof(*row));
	pb__outbox__init(row);
	row->channel = record_strc(f->arena, "sms");
	row->long_form = SMPP_LONG_UDH16;
	outbox_add(t, row, 2, FIXTURE_NOW, f->arena);
	wide = row->reference;
	row->id = 0;
	row->long_form = SMPP_LONG_UDH8;
	outbox_add(t, row, 2, FIXTURE_NOW, f->arena);
	ok(wide > 0 && wide <= UINT16_MAX && row->reference > 0 && row->reference <= UINT8_MAX,
	   "a reference has as many bits as its form takes");
	return ERR_INVALID;
}

int main(void)
{
	static db_work_fn *const stories[] = { row_states,       claims,         past_validity,
					       results,          restarts,       again_after_doubt,
					       told_and_retried, unreadable_row, crowds,
					       validity,         references,     whole };
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
