/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What staff do, what the clocks do, and what budgets hold back. */
#include <stdio.h>
#include <string.h>

#include "conf/calendar.h"
#include "gateway/desk/clocks.h"
#include "store/cases.h"
#include "store/key.h"
#include "store/outbox.h"
#include "tests/gateway/desk_fixture.h"
#include "tests/tap.h"

#define ANA "+381641111111"

static int do_it(struct hall *h, int (*fn)(struct txn *, struct desk *, struct staff_act *),
		 const char *number, const char *other, const char *words, struct staff_act *act)
{
	*act = (struct staff_act){ .number = bytes_of(number),
				   .other = bytes_of(other),
				   .words = bytes_of(words) };
	return hall_staff(h, fn, act);
}

static void answer_and_close(struct hall *h)
{
	struct intake_found f = hall_text(h, ANA, "Nema vode u Surduku");
	struct staff_act act;

	ok(do_it(h, staff_status, f.case_number, "solved", "", &act) == ERR_BAD_STATE,
	   "a case without an answer can't be solved");
	ok(strstr(act.why, f.case_number) != NULL && strstr(act.why, "case answer") != NULL,
	   "and the words say what to do");
	ok(do_it(h, staff_status, f.case_number, "closed", "", &act) == ERR_BAD_STATE,
	   "nor closed without a reason");
	ok(do_it(h, staff_answer, f.case_number, "", "Ekipa je na terenu.", &act) == ERR_OK,
	   "a clerk answers");
	ok(hall_case(h, f.case_number)->state == CASE_OPEN &&
		   hall_case(h, f.case_number)->answered == 0,
	   "the case is hers; the answer doesn't count before it was sent");
	is_text(bytes_of(hall_case(h, f.case_number)->clerk), "jelena",
		"whoever answers has taken it");
	hall_sent(h);
	ok(hall_case(h, f.case_number)->answered == h->now.ms,
	   "sent, it stops the clock of answering");
	h->now.ms += HOUR_MS;
	do_it(h, staff_answer, f.case_number, "", "Jos malo.", &act);
	hall_sent(h);
	ok(hall_case(h, f.case_number)->answered == h->now.ms - HOUR_MS,
	   "a second answer doesn't move the first");
	ok(do_it(h, staff_status, f.case_number, "solved", "", &act) == ERR_OK,
	   "now it can be solved");
	ok(do_it(h, staff_close, f.case_number, "", "Cev je zamenjena.", &act) == ERR_OK,
	   "and closed with a reason");
	ok(strstr(hall_last_row(h, ANA)->text, "Cev je zamenjena.") != NULL,
	   "which the citizen reads");
	ok(do_it(h, staff_close, f.case_number, "", "Opet.", &act) == ERR_BAD_STATE, "once");
}

static void reopening(struct hall *h)
{
	struct intake_found f = hall_text(h, ANA, "Rupa na putu u Vojki"), g;
	int64_t opened = hall_case(h, f.case_number)->opened,
		due = hall_case(h, f.case_number)->solve_due;
	struct staff_act act;
	char words[100];

	h->now.ms += HOUR_MS;
	do_it(h, staff_close, f.case_number, "", "Popravljeno.", &act);
	ok(do_it(h, staff_reopen, f.case_number, "", "", &act) == ERR_INVALID,
	   "reopening needs a reason");
	ok(do_it(h, staff_reopen, f.case_number, "", "Gradjanin zvao", &act) == ERR_OK,
	   "with one it opens again");
	ok(hall_case(h, f.case_number)->opened == opened &&
		   hall_case(h, f.case_number)->solve_due == due,
	   "with the clock of the first opening");
	do_it(h, staff_close, f.case_number, "", "Sad jeste.", &act);
	snprintf(words, sizeof(words), "Nije popravljeno!!! %s opet", f.case_number);
	g = hall_text(h, ANA, words);
	is_text(bytes_of(g.case_number), f.case_number, "the citizen reopens it by its number");
	ok(hall_case(h, f.case_number)->state == CASE_OPEN, "and it is open");
}

static void assigning(struct hall *h)
{
	struct intake_found f = hall_text(h, ANA, "Kontejneri prepuni u Golubincima");
	const struct department *other = &h->conf->profile->departments[1];
	const struct member *member = &h->conf->profile->members[0];
	struct staff_act act;

	ok(do_it(h, staff_assign, f.case_number, (const char *)member->id.ptr, "", &act) == ERR_OK,
	   "a member gets it");
	ok(hall_case(h, f.case_number)->state == CASE_OPEN, "and it is open");
	ok(do_it(h, staff_assign, f.case_number, (const char *)other->code.ptr, "", &act) == ERR_OK,
	   "a department gets it");
	ok(hall_case(h, f.case_number)->state == CASE_NEW &&
		   hall_case(h, f.case_number)->clerk[0] == '\0',
	   "there it is new, with its number and clock");
	ok(do_it(h, staff_assign, f.case_number, "nobody", "", &act) == ERR_INVALID &&
		   strstr(act.why, "nobody") != NULL,
	   "who is on no roster gets nothing");
	ok(do_it(h, staff_note, "SP-2026-999999", "", "x", &act) == ERR_NOENT,
	   "a missing case is named");
}

static void merging(struct hall *h)
{
	struct intake_found a = hall_text(h, "+381643000030", "Nema struje u Surduku, mrak"),
			    b = hall_text(h, "+381643000030",
					  "Divlja deponija iza groblja u Vojki"),
			    c;
	struct staff_act act;
	char words[100];

	ok(do_it(h, staff_merge, a.case_number, b.case_number, "", &act) == ERR_OK,
	   "a case is merged into another");
	ok(hall_case(h, a.case_number)->state == CASE_CLOSED, "and closed");
	ok(strstr(hall_case(h, a.case_number)->reason, b.case_number) != NULL,
	   "with where it went as its reason");
	snprintf(words, sizeof(words), "%s jos", a.case_number);
	c = hall_text(h, "+381643000030", words);
	is_text(bytes_of(c.case_number), b.case_number, "its number leads to where it went");
	ok(do_it(h, staff_merge, b.case_number, b.case_number, "", &act) == ERR_INVALID,
	   "not into itself");
}

static void merging_into_what_is_over(struct hall *h)
{
	struct intake_found a = hall_text(h, "+381643000040", "Nema struje u Surduku, mrak"),
			    b = hall_text(h, "+381643000040", "Rupa na putu u Vojki");
	struct staff_act act;

	do_it(h, staff_close, b.case_number, "", "Zakrpljeno.", &act);
	ok(do_it(h, staff_merge, a.case_number, b.case_number, "", &act) == ERR_BAD_STATE &&
		   strstr(act.why, b.case_number) != NULL,
	   "an open case isn't merged into one that is over");
	ok(case_is_open(hall_case(h, a.case_number)), "it stays open");
}

static void waiting_ends(struct hall *h)
{
	const char *who = "+381643000041";
	struct intake_found a = hall_text(h, who, "Drvo pada u parku u Vojki"), b;
	struct staff_act act = { .number = bytes_of(a.case_number),
				 .words = bytes_of("Koje drvo?"),
				 .is_question = true };

	hall_staff(h, staff_answer, &act);
	h->now.ms += h->conf->question_wait_ms + SECOND_MS;
	hall_clocks(h);
	ok(hall_case(h, a.case_number)->state == CASE_OPEN,
	   "a question that nobody answers gives the case back to the clerk");
	ok(do_it(h, staff_status, a.case_number, "waiting", "", &act) == ERR_OK,
	   "a clerk lets it wait");
	b = hall_text(h, who, "Drvo u parku u Vojki je palo");
	ok(strcmp(a.case_number, b.case_number) == 0 &&
		   hall_case(h, a.case_number)->state == CASE_OPEN,
	   "what the citizen writes ends the wait");
	do_it(h, staff_status, a.case_number, "waiting", "", &act);
	h->now.ms = hall_case(h, a.case_number)->solve_due;
	hall_clocks(h);
	ok(hall_clocks(h) >= 1 && hall_case(h, a.case_number)->state == CASE_OPEN,
	   "and so does its clock: then it is late");
}

static void without_a_clock(struct hall *h)
{
	struct intake_found f = hall_text(h, "+381643000042", "Istekla mi je licna karta");
	struct staff_act act;

	is_int(hall_case(h, f.case_number)->solve_due, 0,
	       "another authority's matter has no clock");
	do_it(h, staff_answer, f.case_number, "", "Obratite se policiji.", &act);
	hall_sent(h);
	h->now.ms += 29 * DAY_MS;
	hall_clocks(h);
	h->now.ms += 2 * DAY_MS;
	h->desk.n_notes = 0;
	hall_clocks(h);
	ok(hall_noted(h, "still-open"), "still open after a month, somebody hears of it");
}

struct staff_row {
	uint64_t id;
	struct staff_act act;
};

static int retry(struct txn *t, struct desk *d, void *ctx)
{
	struct staff_row *row = ctx;

	row->act.who = "jelena";
	return staff_outbox_retry(t, d, row->id, &row->act);
}

static int release(struct txn *t, struct desk *d, void *ctx)
{
	struct staff_row *row = ctx;

	row->act.who = "jelena";
	return staff_quarantine_release(t, d, row->id, &row->act);
}

static int fail_all(struct txn *t, struct desk *d, void *ctx)
{
	struct claimed claimed[64];
	size_t n;
	Pb__Outbox *row;
	int err = outbox_claim(t, bytes_of("phones"), d->now, 64, d->arena, claimed, &n, NULL, NULL,
			       NULL);

	(void)ctx;
	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		struct send_result r = { .row = claimed[i].row->id,
					 .segment = claimed[i].segment,
					 .outcome = SEND_FAILED,
					 .error = bytes_of("no such phone") };

		err = outbox_result(t, &r, d->now, d->arena, &row);
		if (err == ERR_OK)
			err = clocks_row_changed(t, d, row);
	}
	return err;
}

static void retrying_after_stop(struct hall *h)
{
	const char *who = "+381643000043";
	struct intake_found f = hall_text(h, who, "Nema vode u Surduku");
	struct staff_act act;
	struct staff_row again;
	uint64_t row;

	hall_sent(h);
	do_it(h, staff_answer, f.case_number, "", "Stize voda.", &act);
	row = hall_last_row(h, who)->id;
	hall_work(h, fail_all, NULL);
	ok(hall_noted(h, "reply-failed"), "a reply that failed is told of");
	hall_text(h, who, "STOP");
	again = (struct staff_row){ .id = row };
	ok(hall_work(h, retry, &again) == ERR_CANCELLED && strstr(again.act.why, "STOP") != NULL,
	   "a row isn't sent again to somebody who said STOP");
}

static void a_question_that_is_lost(struct hall *h)
{
	struct intake_found f = hall_text(h, "+381643000046", "Nema vode u Surduku");
	struct staff_act act = { .number = bytes_of(f.case_number),
				 .words = bytes_of("Koji broj?"),
				 .is_question = true };

	hall_sent(h);
	hall_staff(h, staff_answer, &act);
	hall_work(h, fail_all, NULL);
	ok(hall_case(h, f.case_number)->state == CASE_OPEN &&
		   hall_case(h, f.case_number)->question_at == 0,
	   "nobody waits for the answer to a question that never arrived");
}

static void states_by_hand(struct hall *h)
{
	struct intake_found f = hall_text(h, "+381643000047", "Rupa na putu u Vojki");
	struct staff_act act = { .number = bytes_of(f.case_number),
				 .words = bytes_of("Koliko je duboka?"),
				 .is_question = true };

	hall_staff(h, staff_answer, &act);
	do_it(h, staff_status, f.case_number, "open", "", &act);
	h->now.ms += h->conf->question_wait_ms + HOUR_MS;
	hall_clocks(h);
	do_it(h, staff_status, f.case_number, "waiting", "", &act);
	hall_clocks(h);
	ok(hall_case(h, f.case_number)->state == CASE_WAITING,
	   "a new wait doesn't end with the one before");
	do_it(h, staff_status, f.case_number, "new", "", &act);
	is_text(bytes_of(hall_case(h, f.case_number)->clerk), "", "a new case is nobody's");
	do_it(h, staff_close, f.case_number, "", "Zakrpljeno.", &act);
	ok(do_it(h, staff_status, f.case_number, "open", "", &act) == ERR_BAD_STATE &&
		   strstr(act.why, "case reopen") != NULL,
	   "what is over is opened by reopening, with a reason");
}

static int spoil(struct txn *t, struct desk *d, void *ctx)
{
	struct key k;

	(void)d;
	k.len = 0;
	key_case(&k, (struct case_no){ .year = 2026, .n = *(uint32_t *)ctx });
	txn_put(t, TABLE_CASE, key_bytes(&k), bytes_of("\xff\xff"));
	return txn_err(t);
}

static void a_spoiled_case(void)
{
	struct hall h;
	struct intake_found a, b;
	uint32_t first = 1;

	hall_open(&h, NULL);
	a = hall_text(&h, "+381643000048", "Nema vode u Surduku");
	b = hall_text(&h, "+381643000049", "Nema vode u Vojki");
	ok(hall_work(&h, spoil, &first) == ERR_OK && hall_case(&h, a.case_number) == NULL,
	   "a case that can't be read");
	h.now.ms += 5 * HOUR_MS;
	is_int(hall_clocks_once(&h), ERR_OK, "doesn't hold up what else is due");
	ok(hall_noted(&h, "due-passed-by"), "and is told of");
	ok(hall_case(&h, b.case_number)->late_told != 0, "the other case is late, as it should be");
	hall_close(&h);
}

static void danger_by_a_clerk(struct hall *h)
{
	size_t told = hall_rows(h, "+381600000002");
	struct staff_act act;

	ok(do_it(h, staff_new, "0643000044", "", "Zove da gori kuca, Kralja Petra 5", &act) ==
		   ERR_OK,
	   "a clerk enters what somebody says on the phone");
	ok(hall_case(h, act.result)->is_emergency && hall_rows(h, "+381600000002") == told + 1,
	   "danger is danger, whoever typed it: the duty officer hears");
}

static void released_spam(struct hall *h)
{
	const char *who = "+381643000045";
	struct intake_found f =
		hall_text(h, who, "Cestitamo! Osvojili ste 5000e, kliknite http://bit.ly/xz12");
	struct staff_row act = { .id = f.quarantine };

	ok(f.quarantine != 0 && hall_work(h, release, &act) == ERR_OK,
	   "what lay in the quarantine is let out");
	ok(act.act.result[0] != '\0' && hall_last_row(h, who)->kind == KIND_ACK,
	   "and is a case, acknowledged");
	ok(hall_work(h, release, &act) == ERR_BAD_STATE, "once");
}

static void stopped(struct hall *h)
{
	struct intake_found f = hall_text(h, "+381643000031", "Nema vode u Surduku");
	struct staff_act act;

	hall_text(h, "+381643000031", "STOP");
	ok(do_it(h, staff_answer, f.case_number, "", "Stize voda.", &act) == ERR_CANCELLED &&
		   strstr(act.why, "STOP") != NULL,
	   "an answer to somebody who said STOP is refused in words");
	ok(do_it(h, staff_close, f.case_number, "", "Reseno.", &act) == ERR_OK,
	   "the case can be closed all the same");
}

static void lateness(struct hall *h)
{
	const struct member *who = profile_coordinator(h->conf->profile);
	const char *phone = (const char *)who->phone.ptr + 4;
	struct intake_found f = hall_text(h, "+381643000032", "Nema vode u Surduku");

	h->now = calendar_next_hour(h->now, 2);
	ok(hall_clocks(h) >= 1, "a case past its answer is late");
	is_int(hall_rows(h, phone), 0, "nobody is woken for it");
	h->now = calendar_next_hour(h->now, h->conf->late_notice_h);
	hall_clocks(h);
	is_int(hall_rows(h, phone), 1, "at the hour of the notice the coordinator gets one SMS");
	h->now.ms += 2 * HOUR_MS;
	hall_clocks(h);
	is_int(hall_rows(h, phone), 1, "one a day");
	h->now.ms += DAY_MS;
	hall_clocks(h);
	is_int(hall_rows(h, phone), 2, "and the next day again");
	ok(hall_case(h, f.case_number)->log_entries >= 3, "its trail says that it is late");
}

static void budgets(void)
{
	struct hall h;
	const Pb__Outbox *row;
	char words[64];

	hall_open(&h, "[budget]\nauto_replies_hour = 3\nsegments_hour = 100\n");
	for (int i = 0; i < 4; i++) {
		snprintf(words, sizeof(words), "Rupa na putu broj %d", i);
		hall_text(&h, ANA, words);
	}
	row = hall_last_row(&h, ANA);
	is_text(bytes_of(row->error), "budget",
		"the fourth automatic reply of an hour is over the budget");
	ok(row->state == OUT_QUEUED && row->not_before > h.now.ms &&
		   row->not_before <= h.now.ms + HOUR_MS,
	   "it waits for the next hour");
	ok(hall_noted(&h, "budget-contact"), "and an alarm says so");
	hall_text(&h, ANA, "Osecam gas na stepenistu");
	ok(hall_last_row(&h, ANA)->not_before <= h.now.ms,
	   "danger is answered whatever the budget");
	ok(hall_is_sound(&h), "everything adds up");
	hall_close(&h);
}

static void quiet_hours(void)
{
	struct hall h;
	struct intake_found f;
	struct staff_act act;

	hall_open(&h, NULL);
	f = hall_text(&h, ANA, "Nema vode u Surduku");
	h.now.ms += 11 * HOUR_MS; /* 23:00 */
	do_it(&h, staff_close, f.case_number, "", "Voda je stigla.", &act);
	is_int(calendar_local((struct wall){ .ms = hall_last_row(&h, ANA)->not_before }).hour, 7,
	       "a notice at night waits until seven");
	hall_text(&h, ANA, "Nema vode u Vojki");
	ok(hall_last_row(&h, ANA)->not_before <= h.now.ms, "an acknowledgement doesn't");
	hall_close(&h);
}

static void whole_budget(void)
{
	struct hall h;
	char from[32];

	hall_open(&h, "[budget]\nsegments_hour = 5\nbudget_hard = no\n");
	for (int i = 0; i < 6; i++) {
		snprintf(from, sizeof(from), "+38164500000%d", i);
		hall_text(&h, from, "Nema vode u Vojki");
	}
	ok(hall_last_row(&h, from)->not_before <= h.now.ms,
	   "over the instance's budget a reply still leaves");
	ok(hall_noted(&h, "budget-hour"), "with an alarm");
	hall_close(&h);
	hall_open(&h, "[budget]\nsegments_hour = 5\nbudget_hard = yes\n");
	for (int i = 0; i < 6; i++) {
		snprintf(from, sizeof(from), "+38164500000%d", i);
		hall_text(&h, from, "Nema vode u Vojki");
	}
	ok(hall_last_row(&h, from)->not_before > h.now.ms, "unless the budget is hard");
	hall_close(&h);
}

int main(void)
{
	struct hall h;

	plan(0);
	hall_open(&h, NULL);
	answer_and_close(&h);
	reopening(&h);
	assigning(&h);
	merging(&h);
	stopped(&h);
	lateness(&h);
	merging_into_what_is_over(&h);
	waiting_ends(&h);
	without_a_clock(&h);
	retrying_after_stop(&h);
	danger_by_a_clerk(&h);
	released_spam(&h);
	a_question_that_is_lost(&h);
	states_by_hand(&h);
	ok(hall_is_sound(&h), "everything adds up");
	hall_close(&h);
	a_spoiled_case();
	budgets();
	whole_budget();
	quiet_hours();
	return done_testing();
}
