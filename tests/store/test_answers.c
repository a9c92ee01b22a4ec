/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * answers - whose sender was told in time: in order, late, over a death, and as an older version noted it.
 */
#include "store/answers.h"

#include <inttypes.h>

#include "parsers/err.h"
#include "parsers/keyed.h"
#include "store/parts.h"
#include "tests/store/fixture.h"
#include "tests/tap.h"

static bool told(struct txn *t, uint64_t turn)
{
	Pb__Seen rec = PB__SEEN__INIT;
	bool is_told;

	rec.turn = turn;
	return answers_told(t, &rec, &is_told) == ERR_OK && is_told;
}

static int in_order(struct txn *t, void *ctx)
{
	(void)ctx;
	ok(!told(t, 5), "in a new store nobody was told");
	is_int(answers_up_to(t, 3, 5), ERR_OK, "the first turns are noted");
	ok(told(t, 3) && told(t, 5), "all of them were told");
	ok(!told(t, 2) && !told(t, 6), "who came before, and who comes next, wasn't");
	is_int(answers_up_to(t, 0, 9), ERR_OK, "later ones follow");
	ok(told(t, 6) && told(t, 9) && !told(t, 10), "up to the last of them");
	ok(!told(t, 0), "what has no turn was told only if it says so itself");
	return ERR_INVALID;
}

static int over_deaths(struct txn *t, void *ctx)
{
	(void)ctx;
	answers_up_to(t, 1, 100);
	is_int(answers_up_to(t, 200, 250), ERR_OK, "after a death the turns begin anew");
	ok(told(t, 100) && told(t, 200) && told(t, 250), "who was told stays told");
	ok(!told(t, 101) && !told(t, 199), "whom the death left untold stays so");
	answers_up_to(t, 400, 400);
	ok(!told(t, 150) && !told(t, 300) && told(t, 220), "also after the next one");
	for (uint64_t i = 5; i < 200; i++)
		answers_up_to(t, 100 * i, 100 * i + 50);
	is_int(txn_err(t), ERR_OK, "however often it dies");
	ok(!told(t, 19860) && told(t, 19850) && !told(t, 15080),
	   "those of the last deaths are told apart");
	ok(!told(t, 150), "and of the first ones, at least nobody is forgotten");
	return ERR_INVALID;
}

static int late(struct txn *t, void *ctx)
{
	struct fixture *f = ctx;
	const struct bytes words = BYTES("pukla cev"), other = BYTES("nema struje");
	Pb__Seen rec = PB__SEEN__INIT, *got;
	struct digest key, unknown;
	bool is_told;

	keyed_digest(NULL, &words, 1, &key);
	keyed_digest(NULL, &other, 1, &unknown);
	rec.at = FIXTURE_NOW.ms;
	rec.turn = 7;
	seen_put(t, &key, &rec);
	answers_up_to(t, 1, 7);
	is_int(answers_late(t, &key, 6), ERR_OK, "of an earlier text with the same words");
	seen_get(t, &key, f->arena, &got);
	answers_told(t, got, &is_told);
	ok(is_told, "a late answer says nothing of a later one");
	is_int(answers_late(t, &key, 7), ERR_OK, "who was told late");
	seen_get(t, &key, f->arena, &got);
	answers_told(t, got, &is_told);
	ok(!is_told, "was not told in time, whatever the number says");
	is_int(answers_in_time(t, &key), ERR_OK, "when his repeat is answered in time");
	seen_get(t, &key, f->arena, &got);
	answers_told(t, got, &is_told);
	ok(is_told, "he was told");
	is_int(answers_late(t, &unknown, 8), ERR_OK, "what is gone already is no error");
	is_int(answers_in_time(t, &unknown), ERR_OK, "either way");
	return ERR_INVALID;
}

int main(void)
{
	static db_work_fn *const stories[] = { in_order, over_deaths, late };
	struct fixture f;

	plan(0);
	fixture_open(&f, "answers", FIXTURE_MAP);
	for (size_t i = 0; i < ARRAY_LEN(stories); i++)
		is_int(db_write(f.db, stories[i], &f), ERR_INVALID, "story %zu ran to its end",
		       i + 1);
	fixture_close(&f);
	return done_testing();
}
