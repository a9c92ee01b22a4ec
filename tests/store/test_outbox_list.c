/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * outbox - lists: newest first, by state and case, with a bound, with rows that can't be read.
 */
#include "store/outbox.h"

#include <stdio.h>
#include <string.h>

#include "parsers/err.h"
#include "store/cases.h"
#include "store/key.h"
#include "tests/store/rows.h"
#include "tests/tap.h"

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
	uint64_t id = row_add(t, f, 2, FIXTURE_NOW);
	char of_contact[64] = "";

	add_case(t, f, 77);
	row_claim(t, f, 2, FIXTURE_NOW, NULL);
	row_result(t, f, id, 0, SEND_OK, "a", FIXTURE_NOW);
	row_result(t, f, id, 1, SEND_OK, "b", FIXTURE_NOW);
	row_add(t, f, 3, later(1));
	row_claim(t, f, 2, later(1), NULL);
	row_add(t, f, 1, later(2));
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
	ok(row_load(t).queued == 1 && row_load(t).sending == 1 && row_load(t).unsure == 0,
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
		ids[i] = row_add(t, f, 1, later((i * 7 % 40) * SECOND_MS));
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
	uint64_t old = row_add(t, f, 1, FIXTURE_NOW), young;

	row_claim(t, f, 1, FIXTURE_NOW, NULL);
	row_result(t, f, old, 0, SEND_FAILED, "", FIXTURE_NOW);
	for (int i = 0; i < 4; i++)
		row_add(t, f, 1, later(HOUR_MS));
	is_int(outbox_list(t, &filter, note_id, &got), ERR_OK,
	       "five rows are read when five are all");
	young = row_add(t, f, 1, later(1));
	row_claim(t, f, 1, later(1), NULL);
	row_result(t, f, young, 0, SEND_FAILED, "", later(1));
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

	row_add(t, f, 1, FIXTURE_NOW);
	step.row = row_add(t, f, 1, FIXTURE_NOW);
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

	row_add(t, f, 1, FIXTURE_NOW);
	bad = row_add(t, f, 1, FIXTURE_NOW);
	row_add(t, f, 1, FIXTURE_NOW);
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

int main(void)
{
	static db_work_fn *const stories[] = { lists, newest_of_many, bounded_look, of_a_case,
					       unreadable_in_list };
	struct fixture f;

	plan(0);
	fixture_open(&f, "lists", FIXTURE_MAP);
	/* Each story ends with an error, so that the next one begins with an empty store. */
	for (size_t i = 0; i < ARRAY_LEN(stories); i++)
		is_int(db_write(f.db, stories[i], &f), ERR_INVALID, "story %zu ran to its end",
		       i + 1);
	fixture_close(&f);
	return done_testing();
}
