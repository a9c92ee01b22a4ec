/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_remote - ids that a network writes in two ways find their segment, and never another. */
#include "store/remote.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/receipt_id.h"
#include "store/index.h"
#include "tests/store/rows.h"
#include "tests/store/sample.h"
#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *sent, *told; /* in the answer to our text, in the receipt */
	bool is_same;
	const char *promise;
} forms[] = {
	{ "61b8b65d", "61b8b65d",     true,  "an id as it was" },
	{ "61b8b65d", "61B8B65D",     true,  "in capitals" },
	{ "61B8B65D", "61b8b65d",     true,  "in small letters" },
	{ "0000000d", "D",            true,  "without noughts" },
	{ "D",        "0000000d",     true,  "with noughts" },
	{ "000000000012345678", "12345678", true, "a decimal one without noughts" },
	{ "0",        "0000",         true,  "nought" },
	{ "61b8b65d", "1639495261",   true,  "hexadecimal when sent, decimal when told" },
	{ "61B8B65D", "1639495261",   true,  "in capitals, too" },
	{ "0061b8b65d", "1639495261", true,  "padded, too" },
	{ "61b8b65d", "0001639495261", true, "or padded when told" },
	{ "1639495261", "61B8B65D",   true,  "the other way round" },
	{ "1639495261", "0061b8b65d", true,  "the other way round, padded" },
	{ "61882651", "1636312657",   true,  "hexadecimal without a letter in it" },
	{ "100000",   "1048576",      true,  "the smallest number that is believed" },
	{ "ffffffffffffffff", "18446744073709551615", true, "the largest" },
	{ "fffff",    "1048575",      false, "one less isn't" },
	{ "16",       "22",           false, "nor are small numbers, that follow each other" },
	{ "d",        "13",           false, "with a letter neither" },
	{ "10",       "16",           false, "the other way round neither" },
	{ "1ffffffffffffffff", "36893488147419103231", false, "a number of more than 64 bits is only itself" },
	{ "61b8b65d", "61b8b65e",     false, "another id is another" },
	{ "61b8b65d", "61b8b65",      false, "a cut one too" },
	{ "a-1",      "A-1",          true,  "an id that is no number, in capitals" },
	{ "a-10",     "a-16",         false, "has no other base" },
	{ "msg:0007", "msg:7",        false, "noughts inside count" },
};
/* clang-format on */

struct trial {
	struct fixture f; /* first: what writes takes it */
	size_t story;
	uint64_t row;
};

static size_t n_early(struct txn *t)
{
	uint64_t n = 99;

	return early_count(t, &n) == ERR_OK ? (size_t)n : 99;
}

static uint64_t sent_row(struct txn *t, struct fixture *f, const char *remote, struct wall now)
{
	uint64_t id = row_add(t, f, 1, now);

	row_claim(t, f, 1, now, NULL);
	row_result(t, f, id, 0, SEND_OK, remote, now);
	return id;
}

static int story(struct txn *t, void *ctx)
{
	const struct trial *trial = ctx;
	struct fixture *f = ctx;
	size_t i = trial->story;
	uint64_t id = sent_row(t, f, forms[i].sent, FIXTURE_NOW);
	int err = row_receipt(t, f, 0, 0, forms[i].told, RECEIPT_DELIVERED, later(5));

	is_text(bytes_of(row_state(t, f, id)), forms[i].is_same ? "arrived" : "sent", "%s: %s %s",
		forms[i].promise, forms[i].sent, forms[i].told);
	ok((err == ERR_OK) == forms[i].is_same && n_early(t) == (forms[i].is_same ? 0 : 1),
	   "… and %s", forms[i].is_same ? "nothing waits" : "it waits for whom it is");
	return ERR_INVALID;
}

/* The same when the receipt comes first. */
static int early_story(struct txn *t, void *ctx)
{
	const struct trial *trial = ctx;
	struct fixture *f = ctx;
	size_t i = trial->story;
	uint64_t id = row_add(t, f, 1, FIXTURE_NOW);

	row_claim(t, f, 1, FIXTURE_NOW, NULL);
	row_receipt(t, f, 0, 0, forms[i].told, RECEIPT_DELIVERED, later(1));
	row_result(t, f, id, 0, SEND_OK, forms[i].sent, later(2));
	is_text(bytes_of(row_state(t, f, id)), forms[i].is_same ? "arrived" : "sent",
		"before the answer, %s", forms[i].promise);
	is_int((long long)n_early(t), forms[i].is_same ? 0 : 1, "… and what waits is right");
	return ERR_INVALID;
}

static int which(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	uint64_t exact = sent_row(t, f, "1639495261", FIXTURE_NOW);
	uint64_t hex = sent_row(t, f, "61b8b65d", FIXTURE_NOW), one, two, old, over;

	row_receipt(t, f, 0, 0, "1639495261", RECEIPT_DELIVERED, later(5));
	ok(strcmp(row_state(t, f, exact), "arrived") == 0 &&
		   strcmp(row_state(t, f, hex), "sent") == 0,
	   "an id as it is wins over the other base");
	/* 0x12345678 is 305419896, which as hexadecimal is 12973086870. */
	one = sent_row(t, f, "12345678", FIXTURE_NOW);
	two = sent_row(t, f, "12973086870", FIXTURE_NOW);
	is_int(row_receipt(t, f, 0, 0, "305419896", RECEIPT_DELIVERED, later(6)), ERR_NOENT,
	       "of two segments that fit nobody knows which is meant");
	ok(strcmp(row_state(t, f, one), "sent") == 0 && strcmp(row_state(t, f, two), "sent") == 0,
	   "and none is settled");
	row_receipt(t, f, 0, 0, "12973086870", RECEIPT_DELIVERED, later(7));
	is_int(row_receipt(t, f, 0, 0, "305419896", RECEIPT_FAILED, later(8)), ERR_OK,
	       "once one of them is settled by its own id");
	is_text(bytes_of(row_state(t, f, one)), "failed", "the other one is meant");
	old = sent_row(t, f, "abcdef01", FIXTURE_NOW);
	is_int(row_receipt(t, f, 0, 0, "2882400001", RECEIPT_DELIVERED, later(5 * DAY_MS)),
	       ERR_NOENT, "days after its text the other base isn't believed any more");
	is_text(bytes_of(row_state(t, f, old)), "sent", "and changes nothing");
	over = sent_row(t, f, "abcdef02", FIXTURE_NOW);
	row_receipt(t, f, 0, 0, "abcdef02", RECEIPT_DELIVERED, later(8));
	is_int(row_receipt(t, f, 0, 0, "2882400002", RECEIPT_FAILED, later(9)), ERR_NOENT,
	       "nor for one that is settled");
	is_text(bytes_of(row_state(t, f, over)), "arrived", "which stays so");
	return ERR_INVALID;
}

static int which_early(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	uint64_t id = row_add(t, f, 1, FIXTURE_NOW);

	row_claim(t, f, 1, FIXTURE_NOW, NULL);
	row_receipt(t, f, 0, 0, "12345678", RECEIPT_FAILED, later(1));
	row_receipt(t, f, 0, 0, "12973086870", RECEIPT_FAILED, later(1));
	row_result(t, f, id, 0, SEND_OK, "305419896", later(2));
	is_text(bytes_of(row_state(t, f, id)), "sent",
		"of two receipts that wait and might be meant none is taken");
	is_int((long long)n_early(t), 2, "both wait on");
	return ERR_INVALID;
}

static int each_segment(struct txn *t, void *ctx)
{
	static const char *const sent[] = { "0A1B2C3D", "0A1B2C3E", "0A1B2C3F" };
	static const char *const told[] = { "169552957", "169552958", "169552959" };
	struct fixture *f = ctx;
	uint64_t id = row_add(t, f, 3, FIXTURE_NOW);
	Pb__Outbox *row;

	row_claim(t, f, 3, FIXTURE_NOW, NULL);
	row_receipt(t, f, 0, 0, told[2], RECEIPT_DELIVERED, later(1));
	for (unsigned i = 0; i < 3; i++)
		row_result(t, f, id, i, SEND_OK, sent[i], later(2));
	row_receipt(t, f, 0, 0, told[0], RECEIPT_DELIVERED, later(3));
	outbox_get(t, id, f->arena, &row);
	ok(row->segments[0]->state == OUT_ARRIVED && row->segments[1]->state == OUT_SENT &&
		   row->segments[2]->state == OUT_ARRIVED,
	   "each segment is settled by its own receipt, early or late");
	row_receipt(t, f, 0, 0, told[1], RECEIPT_FAILED, later(4));
	is_text(bytes_of(row_state(t, f, id)), "failed", "and the row by the worst");
	return ERR_INVALID;
}

/* As a start after a kill finds it. */
static int before_the_kill(struct txn *t, void *ctx)
{
	struct trial *trial = ctx;

	trial->row = sent_row(t, &trial->f, "000000000A1B2C3D", FIXTURE_NOW);
	return txn_err(t);
}

static int no_remote_keys(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	uint64_t row = 0;
	unsigned segment = 0;

	is_int(remote_find(t, row_channel, bytes_of("169552957"), later(9), f->arena, &row,
			   &segment),
	       ERR_NOENT, "an earlier program kept ids only as they were");
	is_int(remote_find(t, row_channel, bytes_of("000000000A1B2C3D"), later(9), f->arena, &row,
			   &segment),
	       ERR_OK, "by which they are found");
	return ERR_OK;
}

/* What the program before this one made of a row: no plain forms. */
static int as_of_old(struct txn *t, void *ctx)
{
	const struct trial *trial = ctx;
	struct key k;

	k.len = 0;
	key_text(&k, row_channel);
	key_text(&k, bytes_of("a1b2c3d"));
	key_u64(&k, trial->row);
	key_u16(&k, 0);
	txn_drop(t, TABLE_REMOTE, key_bytes(&k));
	return rebuild_begin(t); /* as a start does when the version of the index is another */
}

static int rebuild(struct txn *t, void *ctx)
{
	return rebuild_slice(t, 100, ctx);
}

static int after_the_kill(struct txn *t, void *ctx)
{
	struct trial *trial = ctx;
	struct findings found = { 0 };

	sample_verify(t, &found);
	ok(!findings_has(&found, "remote", ""), "made anew the ids are sound");
	row_receipt(t, &trial->f, 0, 0, "169552957", RECEIPT_DELIVERED, later(9));
	is_text(bytes_of(row_state(t, &trial->f, trial->row)), "arrived",
		"and all forms find their row");
	found = (struct findings){ 0 };
	sample_verify(t, &found);
	ok(!findings_has(&found, "remote", "") && !findings_has(&found, "early", ""),
	   "and they stay sound");
	return ERR_OK;
}

static void upgrade(struct trial *trial)
{
	struct db *db = trial->f.db;
	bool is_done = false;

	is_int(db_write(db, before_the_kill, trial), ERR_OK, "a row with a padded id");
	is_int(db_write(db, as_of_old, trial), ERR_OK, "in a store of an earlier program");
	is_int(db_read(db, (struct mono){ 0 }, no_remote_keys, trial), ERR_OK, "is looked at");
	while (!is_done && db_write(db, rebuild, &is_done) == ERR_OK)
		continue;
	is_int(db_write(db, after_the_kill, trial), ERR_OK, "comes up");
}

int main(void)
{
	static db_work_fn *const stories[] = { which, which_early, each_segment };
	struct trial trial = { .story = 0 };
	struct fixture *f = &trial.f;

	plan(0);
	fixture_open(f, "remote", FIXTURE_MAP);
	/* Each story ends with an error, so that the next one begins with an empty store. */
	for (; trial.story < ARRAY_LEN(forms); trial.story++) {
		(void)db_write(f->db, story, &trial);
		(void)db_write(f->db, early_story, &trial);
	}
	for (size_t i = 0; i < ARRAY_LEN(stories); i++)
		is_int(db_write(f->db, stories[i], &trial), ERR_INVALID, "story %zu ran to its end",
		       i + 1);
	upgrade(&trial);
	fixture_close(f);
	return done_testing();
}
