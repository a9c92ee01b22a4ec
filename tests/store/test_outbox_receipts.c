/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * outbox - receipts: before their answer, of nobody, of ids used again, unreadable, of a foreign channel.
 */
#include "store/outbox.h"

#include <stdio.h>
#include <string.h>

#include "parsers/err.h"
#include "store/key.h"
#include "tests/store/rows.h"
#include "tests/tap.h"

/* Receipts for ids that nobody has named, one after the other. */
static int flood(struct txn *t, struct fixture *f, unsigned first, unsigned n, struct wall now)
{
	struct fixture small = { .db = f->db, .arena = arena_new((size_t)16 * 1024) };
	char id[16];
	int err = ERR_NOENT;

	for (unsigned i = 0; i < n && err == ERR_NOENT; i++) {
		snprintf(id, sizeof(id), "u%u", first + i);
		arena_reset(small.arena);
		err = row_receipt(t, &small, 0, 0, id, RECEIPT_DELIVERED, now);
	}
	arena_free(&small.arena);
	return err;
}

static int receipts_of_nobody(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	uint64_t id = row_add(t, f, 1, FIXTURE_NOW), n = 0;
	char long_id[300];

	row_claim(t, f, 1, FIXTURE_NOW, NULL);
	is_int(flood(t, f, 0, EARLY_A_DAY, FIXTURE_NOW), ERR_NOENT, "%d unknown ids are kept",
	       EARLY_A_DAY);
	is_int(flood(t, f, EARLY_A_DAY, 1, later(1)), ERR_LIMIT, "one more isn't");
	early_count(t, &n);
	is_int((long long)n, EARLY_A_DAY, "whatever comes, no more are there");
	is_int(flood(t, f, 7, 1, later(2)), ERR_NOENT, "one that is kept already may come again");
	row_result(t, f, id, 0, SEND_OK, "u8", later(3));
	is_text(bytes_of(row_state(t, f, id)), "arrived",
		"those that are kept do what they are for");
	is_int(flood(t, f, EARLY_A_DAY, 1, later(4)), ERR_NOENT, "and leave room for another");
	is_int(flood(t, f, EARLY_A_DAY + 1, 1, later(5)), ERR_LIMIT, "for one");
	is_int(flood(t, f, EARLY_A_DAY + 1, 1, later(DAY_MS)), ERR_NOENT,
	       "the next day has room of its own");
	memset(long_id, 'x', sizeof(long_id) - 1);
	long_id[sizeof(long_id) - 1] = '\0';
	is_int(row_receipt(t, f, 0, 0, long_id, RECEIPT_DELIVERED, later(DAY_MS)), ERR_LIMIT,
	       "an id that is longer than any network's isn't kept");
	return ERR_INVALID;
}

static int receipts_first(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	uint64_t id = row_add(t, f, 1, FIXTURE_NOW), other = row_add(t, f, 1, FIXTURE_NOW), n = 0;
	uint64_t third = row_add(t, f, 1, FIXTURE_NOW), queued;

	row_claim(t, f, 3, FIXTURE_NOW, NULL);
	is_int(row_receipt(t, f, 0, 0, "r9", RECEIPT_DELIVERED, later(5)), ERR_NOENT,
	       "a receipt before its answer waits");
	row_receipt(t, f, 0, 0, "r9", RECEIPT_PENDING, later(6));
	early_count(t, &n);
	is_int((long long)n, 1, "in 'early', once");
	row_result(t, f, id, 0, SEND_OK, "r9", later(7));
	is_text(bytes_of(row_state(t, f, id)), "arrived",
		"with the answer the row has arrived at once");
	early_count(t, &n);
	is_int((long long)n, 0, "and nothing waits any more");
	row_receipt(t, f, other, 0, "", RECEIPT_DELIVERED, later(8));
	is_text(bytes_of(row_state(t, f, other)), "arrived",
		"SENDING becomes ARRIVED by a receipt that names the row");
	is_int(row_result(t, f, other, 0, SEND_OK, "r10", later(9)), ERR_OK, "the answer after it");
	is_text(bytes_of(row_state(t, f, other)), "arrived", "changes nothing");
	row_receipt(t, f, third, 0, "", RECEIPT_FAILED, later(8));
	is_text(bytes_of(row_state(t, f, third)), "failed", "and FAILED");
	is_int(row_receipt(t, f, 0, 0, "r11", RECEIPT_UNKNOWN, later(8)), ERR_NOENT,
	       "a receipt that says nothing");
	early_count(t, &n);
	is_int((long long)n, 0, "isn't kept");
	queued = row_add(t, f, 1, FIXTURE_NOW);
	is_int(row_receipt(t, f, queued, 0, "", RECEIPT_DELIVERED, later(9)), ERR_OK,
	       "a receipt for what never left");
	is_text(bytes_of(row_state(t, f, queued)), "queued", "is none");
	is_int(row_receipt(t, f, 4711, 0, "", RECEIPT_DELIVERED, later(9)), ERR_NOENT,
	       "nor is one for a row of nobody");
	return ERR_INVALID;
}

static int used_again(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	uint64_t old = row_add(t, f, 1, FIXTURE_NOW), new;

	row_claim(t, f, 1, FIXTURE_NOW, NULL);
	row_result(t, f, old, 0, SEND_OK, "7", FIXTURE_NOW);
	new = row_add(t, f, 1, later(HOUR_MS));
	row_claim(t, f, 1, later(HOUR_MS), NULL);
	row_result(t, f, new, 0, SEND_OK, "7", later(HOUR_MS));
	row_receipt(t, f, 0, 0, "7", RECEIPT_DELIVERED, later(HOUR_MS + 1));
	is_text(bytes_of(row_state(t, f, new)), "arrived",
		"an id that a network uses again means the newest row");
	is_text(bytes_of(row_state(t, f, old)), "sent", "and leaves the old one alone");
	return ERR_INVALID;
}

static int unreadable_receipt(struct txn *t, void *ctx)
{
	static const uint8_t rubbish[] = { 0xff, 0xff, 0xff };
	struct fixture *f = ctx;
	uint64_t id = row_add(t, f, 1, FIXTURE_NOW);
	struct key k;

	row_claim(t, f, 1, FIXTURE_NOW, NULL);
	row_receipt(t, f, 0, 0, "abc", RECEIPT_DELIVERED, FIXTURE_NOW);
	k.len = 0;
	key_text(&k, row_channel);
	key_text(&k, bytes_of("abc"));
	txn_put(t, TABLE_EARLY, key_bytes(&k), bytes_at(rubbish, sizeof(rubbish)));
	is_int(row_result(t, f, id, 0, SEND_OK, "abc", FIXTURE_NOW), ERR_OK,
	       "a receipt that waited and can't be read doesn't hold up the result");
	is_text(bytes_of(row_state(t, f, id)), "sent", "which is kept");
	return ERR_INVALID;
}

static int foreign_channel(struct txn *t, void *ctx)
{
	const struct receipt r = { .state = RECEIPT_DELIVERED };
	struct fixture *f = ctx;
	uint64_t id = row_add(t, f, 1, FIXTURE_NOW);
	struct receipt named = r;
	Pb__Outbox *row;

	row_claim(t, f, 1, FIXTURE_NOW, NULL);
	named.row = id;
	is_int(outbox_receipt(t, bytes_of("other"), &named, later(1), f->arena, &row), ERR_NOENT,
	       "a receipt from another channel finds nothing");
	is_text(bytes_of(row_state(t, f, id)), "sending", "and changes nothing");
	return ERR_INVALID;
}

int main(void)
{
	static db_work_fn *const stories[] = { receipts_first, receipts_of_nobody, used_again,
					       unreadable_receipt, foreign_channel };
	struct fixture f;

	plan(0);
	fixture_open(&f, "receipts", FIXTURE_MAP);
	/* Each story ends with an error, so that the next one begins with an empty store. */
	for (size_t i = 0; i < ARRAY_LEN(stories); i++)
		is_int(db_write(f.db, stories[i], &f), ERR_INVALID, "story %zu ran to its end",
		       i + 1);
	fixture_close(&f);
	return done_testing();
}
