/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Faults planted into the daemon's own code (parsers/plant.h), one at a time:
 * each is caught, and by the invariant that speaks of it. A model that can't
 * fail would prove nothing.
 */
#include <string.h>

#include "parsers/plant.h"
#include "tests/sim/sim.h"
#include "tests/tap.h"

enum plant planted;

static const char *const plant_words[] = {
#define X(name, words) [name] = words,
	PLANT_LIST(X)
#undef X
};

/* clang-format off */
static const struct {
	enum plant plant;
	const char *invariant;
} caught[] = {
	{ PLANT_ACK_FIRST,         "acknowledged-is-kept" },
	{ PLANT_SEEN_FORGOTTEN,    "repeats-are-recognised" },
	{ PLANT_RECEIPT_DROPPED,   "receipts-are-believed" },
	{ PLANT_RECEIPT_BACK,      "arrived-stays" },
	{ PLANT_SENDING_UNWRITTEN, "sending-before-send" },
	{ PLANT_RESTART_FORGETS,   "nothing-hangs" },
	{ PLANT_RESULT_LOST,       "copies-are-bounded" },
	{ PLANT_UNSURE_STAYS,      "nothing-stays-open" },
	{ PLANT_COUNT_FORGOTTEN,   "balance-holds" },
	{ PLANT_DUE_FORGOTTEN,     "open-cases-are-due" },
	{ PLANT_WHEEL,             "it-rests" },
	{ PLANT_STRANGER,          "only-who-wrote-is-answered" },
	{ PLANT_PART_LOST,         "text-whole" },
	{ PLANT_RELOAD_LOSES,      "nothing-hangs" },
	{ PLANT_LATE_SILENT,       "late-is-told" },
	{ PLANT_NOTICE_SILENT,     "the-coordinator-is-told" },
	{ PLANT_STOP_IGNORED,      "stop-is-kept" },
	{ PLANT_BUDGET_IGNORED,    "budgets-hold" },
	{ PLANT_NO_ANSWER,         "everybody-gets-an-answer" },
	{ PLANT_OTHER_CODE,        "the-same-way-back" },
	{ PLANT_LOG_UNCHAINED,     "verify-finds-nothing" },
	{ PLANT_STAFF_BELIEVED,    "only-staff-speak-for-the-town" },
	{ PLANT_TOKEN_STOLEN,      "only-staff-speak-for-the-town" },
	{ PLANT_MACHINE_HEARD,     "one-outcome-each" },
	{ PLANT_JOIN_ANYBODY,      "only-who-holds-the-phone-is-joined" },
	{ PLANT_JOIN_LOST,         "who-brings-the-code-is-joined" },
	{ PLANT_DIGEST_FORGOTTEN,  "the-day-is-told" },
	{ PLANT_RETURN_PATH,       "machines-say-so" },
	{ PLANT_SMPP_BREAK,        "nothing-hangs" },
	{ PLANT_SMPP_SEQUENCE,     "a-sequence-is-used-once" },
	{ PLANT_SMPP_WINDOW,       "the-window-is-kept" },
	{ PLANT_SMPP_THROTTLED,    "what-failed-was-refused" },
	{ PLANT_SMPP_HURRY,        "throttling-slows" },
	{ PLANT_SMPP_DEAF,         "silence-is-noticed" },
	{ PLANT_SMPP_GIVES_UP,     "links-come-back" },
	{ PLANT_SMPP_ACK_FIRST,    "acknowledged-is-kept" },
	{ PLANT_SMPP_OLD_ANSWER,   "only-what-was-asked-is-answered" },
	{ PLANT_SMPP_ANY_ANSWER,   "copies-are-bounded" },
	{ PLANT_SMPP_REPEATS,      "repeats-are-recognised" },
};
/* clang-format on */

static const struct sim_options fortnight = { .days = 14,
					      .texts_per_day = 20,
					      .kills_per_day = 3,
					      .repeat = 1,
					      .map_bytes = 32 * 1024 * 1024,
					      .is_quiet = true };
/* Many die, and the disk stands still. */
static const struct sim_options haste = { .days = 14,
					  .texts_per_day = 40,
					  .kills_per_day = 20,
					  .stalls = 20,
					  .repeat = 1,
					  .map_bytes = 64 * 1024 * 1024,
					  .is_quiet = true };
/* Much is written, and hardly anybody dies. */
static const struct sim_options crowd = { .days = 14,
					  .texts_per_day = 80,
					  .kills_per_day = 0.5,
					  .repeat = 1,
					  .map_bytes = 64 * 1024 * 1024,
					  .is_quiet = true };
#define SEEDS 6

/* What is seldom needs days of its own. */
static const struct sim_options *days_of(enum plant plant)
{
	static const struct {
		enum plant plant;
		const struct sim_options *days;
	} own[] = {
		{ PLANT_SMPP_ACK_FIRST, &haste },  { PLANT_SMPP_OLD_ANSWER, &haste },
		{ PLANT_SMPP_ANY_ANSWER, &crowd }, { PLANT_SMPP_BREAK, &crowd },
		{ PLANT_SMPP_WINDOW, &crowd },     { PLANT_SMPP_REPEATS, &crowd },
	};

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (own[i].plant == plant)
			return own[i].days;
	return &fortnight;
}

/* Some faults need a coincidence: then another seed has it. */
static void must_be_caught(struct grounds *g, size_t i)
{
	struct sim_result r = { 0 };
	struct sim_options o = *days_of(caught[i].plant);

	planted = caught[i].plant;
	for (o.seed = 1; o.seed <= SEEDS && r.violated == NULL; o.seed++)
		sim_run(g, &o, &r);
	planted = PLANT_NONE;
	ok(r.violated != NULL && strcmp(r.violated, caught[i].invariant) == 0,
	   "where %s, '%s' is violated (seed %u)", plant_words[caught[i].plant],
	   caught[i].invariant, (unsigned)o.seed - 1);
	if (r.violated != NULL)
		diag("%s: %.200s", r.violated, r.words);
}

/* What isn't repeatable is seen by comparing two runs, not by an invariant. */
static void must_differ(struct grounds *g)
{
	struct sim_options o = fortnight;
	struct sim_result once, twice;

	o.wants_digest = true;
	o.seed = 1;
	planted = PLANT_NOT_REPEATABLE;
	sim_run(g, &o, &once);
	o.repeat = 2;
	sim_run(g, &o, &twice);
	planted = PLANT_NONE;
	ok(memcmp(&once.digest, &twice.digest, sizeof(once.digest)) != 0,
	   "where %s, a repeated run ends otherwise", plant_words[PLANT_NOT_REPEATABLE]);
}

int main(void)
{
	struct sim_options o = fortnight;
	struct sim_result r;
	struct grounds g;

	plan(0);
	grounds_open(&g, NULL);
	o.seed = 1;
	sim_run(&g, &o, &r);
	ok(r.violated == NULL, "without a fault the same build violates nothing");
	o = haste;
	o.seed = 1;
	sim_run(&g, &o, &r);
	ok(r.violated == NULL, "nor in haste");
	if (r.violated != NULL)
		diag("%s: %.200s", r.violated, r.words);
	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		must_be_caught(&g, i);
	must_differ(&g);
	grounds_close(&g);
	return done_testing();
}
