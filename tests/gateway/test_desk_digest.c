/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_desk_digest - what people at the town hall are told once a day by mail.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/calendar.h"
#include "conf/limits.h"
#include "store/held.h"
#include "store/outbox.h"
#include "tests/gateway/mail_fixture.h"
#include "tests/tap.h"

#define COORDINATOR "koordinator@starapazova.example"
#define WATER       "smenovodja@vodovod.example"
#define ROADS       "dispecer@cistoca.example"
#define PHONE       "+381641112233"

struct counting {
	const char *to;
	enum out_kind kind;
	size_t n;
	char text[4000];
	char subject[300];
	char token[40];
};

static int count_row(const Pb__Outbox *row, void *ctx)
{
	struct counting *c = ctx;

	if (strcmp(strchr(row->to, ':') + 1, c->to) != 0 || row->kind != (uint32_t)c->kind)
		return ERR_OK;
	if (c->n++ == 0) {
		snprintf(c->text, sizeof(c->text), "%s", row->text);
		snprintf(c->subject, sizeof(c->subject), "%s", row->subject);
		snprintf(c->token, sizeof(c->token), "%s", row->token);
	}
	return ERR_OK;
}

static int list_rows(struct txn *t, void *ctx)
{
	struct outbox_filter f = { .state = -1, .limit = 10000 };

	return outbox_list(t, &f, count_row, ctx);
}

/* Mails of a kind to an address, and the newest of them. */
static struct counting mails(struct hall *h, const char *to, enum out_kind kind)
{
	struct counting c = { .to = to, .kind = kind };

	if (db_read(h->store.db, (struct mono){ 0 }, list_rows, &c) != ERR_OK)
		diag("rows can't be listed");
	return c;
}

static void next_morning(struct hall *h)
{
	h->now = calendar_next_hour((struct wall){ h->now.ms + SECOND_MS }, 8);
}

static void a_quiet_day(struct hall *h)
{
	hall_clocks(h);
	ok(mails(h, COORDINATOR, KIND_LATE).n == 0, "nothing waits: no mail is written");
}

static void late_cases(struct hall *h)
{
	struct intake_found f = hall_text(h, PHONE, "Pukla cev u Novoj Pazovi, Svetosavska 14");
	struct counting c;

	hall_sent(h);
	h->now.ms += 5 * DAY_MS;
	next_morning(h);
	h->now.ms -= HOUR_MS;
	hall_clocks(h);
	is_int((int64_t)mails(h, COORDINATOR, KIND_LATE).n, 0,
	       "before the hour nobody is told by mail");
	next_morning(h);
	hall_clocks(h);
	c = mails(h, COORDINATOR, KIND_LATE);
	ok(c.n == 1 && strstr(c.text, f.case_number) != NULL &&
		   strstr(c.text, "Svetosavska 14") != NULL,
	   "at the hour the coordinator gets the list of late cases");
	ok(strstr(c.subject, "1") != NULL, "with their number in the subject");
	c = mails(h, WATER, KIND_REMINDER);
	ok(c.n == 1 && strstr(c.text, f.case_number) != NULL && strstr(c.text, "Pukla cev") != NULL,
	   "the department gets a reminder with the citizen's words");
	ok(c.token[0] == 's' && strstr(c.subject, f.case_number) != NULL,
	   "which can be answered like any mail of the case");
	ok(hall_logged(h, f.case_number, "reminded", "vodovod"), "the trail says so");
	is_int((int64_t)mails(h, ROADS, KIND_REMINDER).n, 0,
	       "nobody is reminded of what is another's");
	is_int((int64_t)mails(h, COORDINATOR, KIND_REMINDER).n, 0,
	       "nor the coordinator of what he has in the digest");
	hall_clocks(h);
	h->now.ms += HOUR_MS;
	hall_clocks(h);
	ok(mails(h, COORDINATOR, KIND_LATE).n == 1 && mails(h, WATER, KIND_REMINDER).n == 1,
	   "once a day, whatever starts again");
	next_morning(h);
	hall_clocks(h);
	ok(mails(h, COORDINATOR, KIND_LATE).n == 2 && mails(h, WATER, KIND_REMINDER).n == 2,
	   "the next day again");
	ok(hall_rows(h, "+381600000001") > 0, "the coordinator's SMS is what it was");
}

static void whose_it_is(struct hall *h)
{
	struct intake_found f = hall_text(h, "+381641112299", "Ne radi rasveta u Vojki");
	struct staff_act act = { .number = bytes_of(f.case_number), .other = bytes_of("operater") };
	size_t roads = mails(h, ROADS, KIND_REMINDER).n;

	ok(hall_staff(h, staff_assign, &act) == ERR_OK, "a case is given to a member elsewhere");
	hall_sent(h);
	h->now.ms += 12 * DAY_MS;
	next_morning(h);
	hall_clocks(h);
	ok(mails(h, "operater@starapazova.example", KIND_REMINDER).n == 1 &&
		   mails(h, ROADS, KIND_REMINDER).n == roads,
	   "who has it is reminded, and nobody else");
}

static int hold(struct txn *t, struct desk *d, void *ctx)
{
	Pb__Held rec = PB__HELD__INIT;

	rec.case_number = record_strc(d->arena, ctx);
	rec.member = record_strc(d->arena, "vodovod");
	rec.why = record_strc(d->arena, "no token");
	rec.expires = d->now.ms + 3 * DAY_MS;
	return held_add(t, &rec, d->now);
}

static int fail_rows(struct txn *t, struct desk *d, void *ctx)
{
	struct claimed claimed[64];
	size_t n;
	int err = outbox_claim(t, bytes_of("phones"), d->now, 64, d->arena, claimed, &n, NULL, NULL,
			       NULL);

	(void)ctx;
	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		struct send_result r = { .row = claimed[i].row->id,
					 .segment = claimed[i].segment,
					 .outcome = SEND_FAILED,
					 .error = bytes_of("no such subscriber") };
		Pb__Outbox *row;

		err = outbox_result(t, &r, d->now, d->arena, &row);
	}
	return err;
}

static void all_that_waits(struct hall *h)
{
	struct intake_found bad = hall_mail(h, &(struct given_mail){ .is_unreadable = true }),
			    f = hall_text(h, "+381641112244", "Ne radi rasveta u Vojki");
	struct counting c;

	ok(hall_work(h, hold, f.case_number) == ERR_OK && hall_work(h, fail_rows, NULL) == ERR_OK,
	   "words are held, and a reply fails");
	next_morning(h);
	hall_clocks(h);
	c = mails(h, COORDINATOR, KIND_LATE);
	ok(strstr(c.text, bad.case_number) != NULL,
	   "a mail that can't be read stands in the digest");
	ok(strstr(c.text, "Smenovođa") != NULL, "so do words that nobody stood by, with the name");
	ok(strstr(c.text, "no such subscriber") != NULL,
	   "and replies that failed, with the reason");
	h->now.ms += 3 * DAY_MS;
	next_morning(h);
	hall_clocks(h);
	c = mails(h, COORDINATOR, KIND_LATE);
	ok(strstr(c.text, "no such subscriber") == NULL, "these for some days");
	ok(strstr(c.text, bad.case_number) != NULL, "the others as long as they wait");
}

static void nothing_late(void)
{
	struct hall *h = calloc(1, sizeof(*h));
	struct intake_found f;
	struct counting c;

	hall_open(h, MAIL_SECTION);
	f = hall_text(h, PHONE, "Pukla cev u Novoj Pazovi, Svetosavska 14");
	ok(hall_work(h, hold, f.case_number) == ERR_OK, "words are held and nothing is late");
	hall_clocks(h);
	c = mails(h, COORDINATOR, KIND_LATE);
	ok(c.n == 1 && strstr(c.subject, "Kasni 0 prijava") != NULL &&
		   strstr(c.text, f.case_number) != NULL && strstr(c.text, "kasne:") == NULL,
	   "the digest says just that");
	hall_close(h);
	free(h);
}

static void a_bad_week(struct hall *h)
{
	size_t before;
	struct counting c;
	char phone[32], text[100];

	for (unsigned i = 0; i < 60; i++) {
		snprintf(phone, sizeof(phone), "+38164200%04u", i);
		snprintf(text, sizeof(text), "Pukla cev u Novoj Pazovi, Svetosavska %u", i + 1);
		hall_text(h, phone, text);
	}
	hall_sent(h);
	h->now.ms += 12 * DAY_MS;
	next_morning(h);
	before = mails(h, WATER, KIND_REMINDER).n;
	hall_clocks(h);
	c = mails(h, WATER, KIND_REMINDER);
	is_int((int64_t)(c.n - before), 1,
	       "a department that has many late cases gets one list of them");
	ok(strstr(c.subject, "61") != NULL && c.token[0] == '\0', "with how many they are");
	ok(arena_used(h->arena) < ARENA_MESSAGE_MAX / 2, "a step takes little of an arena");
}

/* The day's list is no case's: an answer to it is nobody's, and says so. */
static void answered_lists(struct hall *h)
{
	const Pb__Outbox *list = hall_mail_to(h, COORDINATOR);
	struct given_mail m = { .from = COORDINATOR,
				.text = "Hvala, pogledacu sutra. Pukla cev u Vojki.",
				.in_reply_to = list->message_id,
				.dmarc = PROOF_PASS };
	struct intake_found f = hall_mail(h, &m);
	const Pb__Outbox *told;
	size_t n_mails;

	ok(list->kind == KIND_LATE && f.outcome == OUTCOME_COMMAND && f.case_number[0] == '\0',
	   "an answer to the digest opens no case");
	told = hall_mail_to(h, COORDINATOR);
	ok(told->id != list->id && strstr(told->text, "ne može da se odgovori") != NULL,
	   "she is told what to answer instead");
	ok(hall_message_of(h, f.message)->why[0] != '\0', "and the message says why");
	m.in_reply_to = told->message_id;
	n_mails = hall_mails_to(h, COORDINATOR);
	for (int i = 0; i < 10; i++)
		f = hall_mail(h, &m);
	is_int((long long)(hall_mails_to(h, COORDINATOR) - n_mails), 4,
	       "however often she answers, she is told five times an hour");
	is_int((long long)f.outcome, OUTCOME_COMMAND, "nor does an answer to that");
	m.dmarc = PROOF_FAIL;
	told = hall_mail_to(h, COORDINATOR);
	f = hall_mail(h, &m);
	ok(f.outcome == OUTCOME_COMMAND && hall_mail_to(h, COORDINATOR)->id == told->id,
	   "in her name nobody makes us write to her");
	m = (struct given_mail){ .from = "ana@example.org",
				 .text = "Pukla cev u Vojki, Karlovacka 3",
				 .in_reply_to = list->message_id,
				 .dmarc = PROOF_PASS };
	f = hall_mail(h, &m);
	is_int((long long)f.outcome, OUTCOME_CASE,
	       "whom she passed it on to is heard as anybody is");
}

static void without_addresses(void)
{
	struct hall *h = calloc(1, sizeof(*h));

	hall_open(h, NULL);
	hall_text(h, PHONE, "Pukla cev u Novoj Pazovi, Svetosavska 14");
	h->now.ms += 5 * DAY_MS;
	next_morning(h);
	hall_clocks(h);
	is_int((int64_t)mails(h, COORDINATOR, KIND_LATE).n, 0,
	       "without a mailbox nothing is written by mail");
	ok(hall_rows(h, "+381600000001") == 1, "and the SMS goes out");
	hall_close(h);
	free(h);
}

int main(void)
{
	struct hall *h = calloc(1, sizeof(*h));

	plan(0);
	hall_open(h, MAIL_SECTION);
	h->times = 2;
	a_quiet_day(h);
	late_cases(h);
	whose_it_is(h);
	all_that_waits(h);
	a_bad_week(h);
	answered_lists(h);
	ok(hall_is_sound(h), "verify finds nothing");
	hall_close(h);
	free(h);
	without_addresses();
	nothing_late();
	return done_testing();
}
