/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way in: when the sender is told what, and what stops it. */
#include "gateway/flow/intake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "parsers/err.h"
#include "store/outbox.h"
#include "tests/gateway/flow_fixture.h"
#include "tests/tap.h"

#define ANN "+381641234567"
#define BOB "+381647654321"

/* More than both windows in which equal words count as a repeat. */
#define CALM_MS (SEEN_DIGEST_WINDOW_MS + MINUTE_MS)

static void test_answer_after_commit(struct flow *f)
{
	struct flow_answer a;

	flow_text(f, ANN, "Pukla cev u Svetosavskoj 14, Nova Pazova", &a);
	is_int(a.n, 0, "a sender is told nothing before the commit");
	is_int(flow_passed(f, "job-posted"), 1, "the point after posting is passed");
	is_int(flow_passed(f, "after-commit-before-ack"), 0,
	       "the next point isn't, before the commit");
	flow_settle(f);
	is_int(a.n, 1, "after the commit it is told, once");
	is_int(a.err, ERR_OK, "that the message is kept");
	is_int(flow_passed(f, "after-commit-before-ack"), 1,
	       "the point between commit and answer is passed");
	is_int(flow_passed(f, "after-ack"), 1, "and the one after the answer");
	is_int(flow_count(f, COUNT_RECEIVED), 1, "the message is counted");
	is_int(flow_count(f, COUNT_OUT_CASE), 1, "and is a case");
}

static void test_repeats(struct flow *f)
{
	struct flow_answer a, b;

	flow_text(f, BOB, "Ne radi ulicna rasveta", &a);
	flow_text(f, BOB, "Ne radi ulicna rasveta", &b);
	flow_settle(f);
	is_int(a.err, ERR_OK, "soon after a start a text is kept");
	is_int(b.err, ERR_DUPLICATE, "and its twin is a repeat, in the same batch too");
	flow_pass(f, CALM_MS);
	flow_text(f, BOB, "Opet ne radi rasveta kod skole", &a);
	flow_settle(f);
	flow_pass(f, 10 * SECOND_MS);
	flow_text(f, BOB, "Opet ne radi rasveta kod skole", &b);
	flow_settle(f);
	is_int(b.err, ERR_OK, "in calm times a twin of what was answered in time is a new text");
	flow_text(f, BOB, "Jos uvek ne radi rasveta", &a);
	f->mono.ms += ANSWER_LATE_MS + 1;
	flow_settle(f);
	flow_pass(f, 10 * SECOND_MS);
	flow_text(f, BOB, "Jos uvek ne radi rasveta", &b);
	flow_settle(f);
	is_int(b.err, ERR_DUPLICATE, "but a twin of what was answered late is a repeat");
}

static void test_parts(struct flow *f)
{
	struct flow_answer a, b;
	int64_t before = flow_count(f, COUNT_RECEIVED);

	flow_part(f, ANN, "Na uglu ulica Vojvode Putnika i ", 2, 1, &a);
	flow_settle(f);
	is_int(a.err, ERR_OK, "a part is answered by itself");
	is_int(flow_passed(f, "between-parts"), 1, "the point between two parts is passed");
	is_int(flow_count(f, COUNT_RECEIVED), before, "and is no message yet");
	flow_part(f, ANN, "Cara Dusana je rupa na putu", 2, 2, &b);
	flow_settle(f);
	is_int(flow_count(f, COUNT_RECEIVED), before + 1, "with the last part it is one message");
}

static void test_refused_by_the_desk(struct flow *f)
{
	struct flow_answer a;
	int64_t before = flow_count(f, COUNT_OUT_QUARANTINE);

	flow_pass(f, 10 * SECOND_MS); /* until that job is the only one */
	f->fail_next = ERR_CORRUPT;
	flow_text(f, ANN, "Nesto sto se ne moze odluciti", &a);
	flow_settle(f);
	is_int(a.n, 1, "a text that can't be decided is answered once");
	is_int(a.err, ERR_OK, "as kept");
	is_int(flow_count(f, COUNT_OUT_QUARANTINE), before + 1,
	       "since it is raw in the quarantine");
}

static void test_full_queue(struct flow *f)
{
	static struct flow_answer answers[JOBS_MAX + 1];
	char text[64];

	for (size_t i = 0; i <= JOBS_MAX; i++) {
		snprintf(text, sizeof(text), "Pukla cev broj %zu", i);
		flow_text(f, ANN, text, &answers[i]);
	}
	is_int(answers[JOBS_MAX].err, ERR_BUSY,
	       "beyond the bound a sender is told at once to try again");
	is_int(answers[0].n, 0, "those before wait");
	flow_settle(f);
	is_int(answers[JOBS_MAX - 1].err, ERR_OK, "and are kept");
	is_int((long long)intake_waiting(f->core.intake), 0, "then nothing waits");
}

static void test_full_store(struct flow *f)
{
	struct flow_answer a, b;

	flow_pass(f, 10 * SECOND_MS);
	f->fail_next = ERR_STORE_FULL;
	flow_text(f, ANN, "Nema vode u celoj ulici", &a);
	flow_settle(f);
	is_int(a.err, ERR_STORE_FULL, "a sender hears of a full store as: try again");
	flow_pass(f, 10 * SECOND_MS);
	ok(intake_is_open(f->core.intake, NULL), "when a look finds room, intake is open again");
	ok(flow_alarm(f, "intake-stopped") == NULL, "and its alarm is cleared");
	flow_text(f, ANN, "Nema vode u celoj ulici", &b);
	flow_settle(f);
	is_int(b.err, ERR_OK, "the repeat is kept");
}

/* A day's receipts for texts of nobody. */
static int many_early(struct txn *t, void *ctx)
{
	struct flow *f = ctx;

	attempt_add(t, ATTEMPT_EARLY, bytes_of("phones"), day_of(f->wall.ms), EARLY_A_DAY, f->wall);
	return txn_err(t);
}

static void test_disk(void)
{
	struct flow *f = calloc(1, sizeof(*f));
	struct receipt r = { .row = 1, .state = RECEIPT_DELIVERED };
	struct flow_answer a;
	const char *why = "";

	flow_open(f, "[store]\nmin_free = 1024G\n");
	ok(!intake_is_open(f->core.intake, &why), "below min_free intake is stopped");
	ok(strstr(why, "min_free") != NULL, "and says why: %s", why);
	ok(flow_alarm(f, "intake-stopped") != NULL, "an alarm says it too");
	flow_text(f, ANN, "Pukla cev", &a);
	is_int(a.err, ERR_STOPPED, "a text is left with its sender");
	flow_receipt(f, &r, &a);
	flow_settle(f);
	is_int(a.err, ERR_OK, "receipts are taken all the same");
	is_int(db_write(f->hall.store.db, many_early, f), ERR_OK,
	       "a day's receipts for texts of nobody came");
	r = (struct receipt){ .remote_id = BYTES("nobody's"), .state = RECEIPT_DELIVERED };
	flow_receipt(f, &r, &a);
	flow_settle(f);
	is_int(a.err, ERR_OK, "one too many of those that nobody can place is answered as well");
	ok(flow_alarm(f, "receipts-unknown") != NULL, "and told of");
	flow_close(f);
	free(f);
}

/* 10 % of 64 MiB are some thousand texts: more than one grant, so the looks between them count. */
static void test_map(void)
{
	struct flow *f = calloc(1, sizeof(*f));
	struct flow_answer a = { 0 };
	struct db_space space;
	size_t n = 0;
	char from[32];

	flow_open(f, "[store]\nintake_stop_percent = 10\n");
	f->room = 0; /* what leaves isn't the matter here */
	while (n < 20000 && intake_is_open(f->core.intake, NULL)) {
		snprintf(from, sizeof(from), "+38164%07zu", n++);
		flow_text(f, from, "Pukla cev u Svetosavskoj 14, Nova Pazova", &a);
		if (n % 64 == 0)
			flow_pass(f, 100);
	}
	flow_settle(f);
	space = db_space(f->hall.store.db);
	ok(!intake_is_open(f->core.intake, NULL), "a map that fills stops intake, after %zu texts",
	   n);
	ok(space.used_bytes * 100 / space.map_bytes <= 11, "at the mark, not far behind it");
	ok(space.used_bytes * 100 / space.map_bytes >= 8, "and not far before it");
	flow_close(f);
	free(f);
}

int main(void)
{
	struct flow *f = calloc(1, sizeof(*f));

	plan(0);
	flow_open(f, NULL);
	ok(f->is_open && f->core.is_open, "the start opens intake and says so");
	test_answer_after_commit(f);
	test_repeats(f);
	test_parts(f);
	test_refused_by_the_desk(f);
	test_full_queue(f);
	test_full_store(f);
	ok(hall_is_sound(&f->hall), "verify finds nothing, and the balance is balanced");
	flow_close(f);
	free(f);
	test_disk();
	test_map();
	return done_testing();
}
