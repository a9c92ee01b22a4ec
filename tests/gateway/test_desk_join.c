/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_desk_join - the same person by phone and by mail, and whoever would like to be.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "gateway/desk/show.h"
#include "store/contacts.h"
#include "tests/gateway/mail_fixture.h"
#include "tests/tap.h"

#define PHONE "+381641112233"
#define ANA   "ana@example.org"
#define EVA   "eva@evil.example"
#define LEAK  "Pukla cev na ulici u Novoj Pazovi, Svetosavska 14, voda teče."

static struct intake_found mail(struct hall *h, const char *from, const char *subject,
				const char *text)
{
	return hall_mail(
		h, &(struct given_mail){
			   .from = from, .subject = subject, .text = text, .dmarc = PROOF_PASS });
}

static struct intake_found ask(struct hall *h, const char *from, const char *number)
{
	char text[200];

	snprintf(text, sizeof(text), "Povežite moju prijavu %s, hvala.", number);
	return mail(h, from, "Povezivanje", text);
}

/* The digits of the newest text to the phone. */
static const char *code_on(struct hall *h, const char *phone, char code[7])
{
	const Pb__Outbox *row = hall_last_row(h, phone);
	const char *at =
		row != NULL && row->kind == KIND_CONFIRM ? strpbrk(row->text, "0123456789") : NULL;

	snprintf(code, 7, "%.6s", at != NULL ? at : "none");
	return code;
}

static const char *other_than(const char *code, char other[7], char last)
{
	snprintf(other, 7, "%s", code);
	other[5] = other[5] == last ? '0' : last;
	return other;
}

struct looking {
	struct hall *h;
	const char *address;
	Pb__Contact *rec;
	bool *has;
	const char *words;
	const char *number;
};

static int look_contact(struct txn *t, void *ctx)
{
	struct looking *l = ctx;

	return contact_find(t, bytes_of(l->address), l->h->keep, &l->rec);
}

static const Pb__Contact *contact_of(struct hall *h, const char *address)
{
	struct looking l = { .h = h, .address = address };

	return db_read(h->store.db, (struct mono){ 0 }, look_contact, &l) == ERR_OK ? l.rec : NULL;
}

static int look_json(struct txn *t, void *ctx)
{
	struct looking *l = ctx;
	const Pb__Case *rec = hall_case(l->h, l->number);
	struct json *j = show_case(t, rec, l->h->keep, true);
	struct bytes line;
	int err = json_line(j, l->h->keep, &line);

	if (err == ERR_OK)
		*l->has = memmem(line.ptr, line.len, l->words, strlen(l->words)) != NULL;
	json_free(&j);
	return err;
}

static bool shows(struct hall *h, const char *number, const char *words)
{
	bool has = false;
	struct looking l = { .h = h, .number = number, .words = words, .has = &has };

	ok(db_read(h->store.db, (struct mono){ 0 }, look_json, &l) == ERR_OK, "%s can be shown",
	   number);
	return has;
}

static bool are_same(struct hall *h, const char *phone, const char *address)
{
	char a[100], b[100];
	const Pb__Contact *one, *two;

	snprintf(a, sizeof(a), "sms:%s", phone);
	snprintf(b, sizeof(b), "mail:%s", address);
	one = contact_of(h, a);
	two = contact_of(h, b);
	return one != NULL && two != NULL && contact_is_same(one, two->id) &&
	       contact_is_same(two, one->id);
}

static void joins(struct hall *h, char sms_case[32])
{
	struct intake_found f = hall_text(h, PHONE, LEAK), g;
	char code[7], text[100];
	const Pb__Outbox *row;

	snprintf(sms_case, 32, "%s", f.case_number);
	hall_sent(h);
	g = ask(h, ANA, sms_case);
	ok(g.outcome == OUTCOME_COMMAND && g.case_number[0] == '\0',
	   "a mail that only asks to be joined is a command");
	row = hall_last_row(h, PHONE);
	ok(row->kind == KIND_CONFIRM && strlen(code_on(h, PHONE, code)) == 6 &&
		   strspn(code, "0123456789") == 6,
	   "the phone on file gets six digits");
	ok(row->valid_until == h->now.ms + JOIN_CODE_MS, "which don't leave when they are too old");
	row = hall_mail_to(h, ANA);
	ok(row->kind == KIND_CONFIRM && strstr(row->text, "SMS") != NULL &&
		   strstr(row->text, sms_case) == NULL && strstr(row->text, "33") == NULL &&
		   row->case_number[0] == '\0' && strstr(row->text, code) == NULL,
	   "the mail says so, and names neither case nor phone");
	ok(hall_logged(h, sms_case, "join code texted", NULL) && !shows(h, sms_case, code),
	   "the trail says so, without the code");
	ok(!are_same(h, PHONE, ANA), "nothing is joined yet");
	hall_sent(h);
	h->now.ms += 5 * MINUTE_MS;
	snprintf(text, sizeof(text), "Kod je %s. Hvala", code);
	g = mail(h, ANA, "Re: Potvrda broja telefona", text);
	ok(g.outcome == OUTCOME_COMMAND && are_same(h, PHONE, ANA), "the code joins the two");
	ok(strstr(hall_message_of(h, g.message)->text, code) == NULL, "and isn't kept");
	ok(hall_logged(h, sms_case, "joined by code", NULL) && !shows(h, sms_case, code),
	   "the trail says so");
	row = hall_mail_to(h, ANA);
	ok(strstr(row->text, sms_case) != NULL && strcmp(row->case_number, sms_case) == 0,
	   "the mail that says that it is done lists the phone's cases");
	g = mail(h, ANA, "Kod", code);
	ok(g.outcome != OUTCOME_COMMAND, "a code is good once");
}

static void works(struct hall *h, const char *sms_case)
{
	char text[100], in_reply_to[200];
	struct intake_found g;

	snprintf(text, sizeof(text), "STATUS %s", sms_case);
	mail(h, ANA, "", text);
	ok(strstr(hall_mail_to(h, ANA)->text, sms_case) != NULL &&
		   hall_mail_to(h, ANA)->kind == KIND_STATUS,
	   "STATUS of the phone's case is answered by mail");
	mail(h, ANA, "", "STATUS");
	ok(strstr(hall_mail_to(h, ANA)->text, sms_case) != NULL, "so it is in a list of all");
	snprintf(text, sizeof(text), "Re: %s i dalje curi", sms_case);
	g = mail(h, ANA, text, "Voda i dalje teče.");
	ok(g.outcome == OUTCOME_JOINED && strcmp(g.case_number, sms_case) == 0,
	   "a mail that names it joins it");
	snprintf(in_reply_to, sizeof(in_reply_to), "%s", hall_mail_to(h, ANA)->message_id);
	g = hall_mail(h, &(struct given_mail){ .from = ANA,
					       .text = "Evo i fotografije.",
					       .in_reply_to = in_reply_to });
	ok(g.outcome == OUTCOME_JOINED && strcmp(g.case_number, sms_case) == 0,
	   "so does the answer to what we said of it");
	g = hall_mail(h, &(struct given_mail){
				 .from = ANA, .text = "Voda i dalje teče.", .tag = sms_case });
	ok(g.outcome == OUTCOME_CASE,
	   "but not one by number that only claims to be of this address");
	g = mail(h, EVA, "Re: prijava", "Voda i dalje teče i kod mene.");
	ok(strcmp(g.case_number, sms_case) != 0, "nor one of another address");
	g = ask(h, ANA, sms_case);
	ok(strstr(hall_mail_to(h, ANA)->text, sms_case) != NULL &&
		   hall_last_row(h, PHONE)->kind != KIND_NOTICE && hall_rows(h, PHONE) == 2,
	   "who is joined already hears so, and no phone rings");
}

static void beside_other_words(struct hall *h)
{
	struct intake_found f = hall_text(h, "+381641112244", "Ne radi rasveta u Vojki"), g;
	char code[7], text[300];

	hall_sent(h);
	snprintf(text, sizeof(text),
		 "Spojite sa prijavom %s: rasveta u Vojki ne radi ni u ulici Karađorđeva 5, "
		 "evo i slike.",
		 f.case_number);
	g = mail(h, "bora@example.org", "Rasveta", text);
	ok(g.outcome == OUTCOME_CASE && strcmp(g.case_number, f.case_number) != 0,
	   "who asks beside other words is heard as anybody else");
	code_on(h, "+381641112244", code);
	ok(strspn(code, "0123456789") == 6, "and the phone gets its code");
	snprintf(text, sizeof(text), "%s, a rasveta ne radi ni kod škole u Vojki", code);
	mail(h, "bora@example.org", "Re: Potvrda", text);
	ok(are_same(h, "+381641112244", "bora@example.org"),
	   "the code joins, beside other words too");
	ok(hall_linked(h, f.case_number, g.case_number) &&
		   hall_linked(h, g.case_number, f.case_number) &&
		   hall_logged(h, f.case_number, "joined by code", g.case_number) &&
		   hall_logged(h, g.case_number, "joined by code", f.case_number),
	   "the mail's case and the phone's are linked, and both trails say so");
	ok(!shows(h, f.case_number, code) && !shows(h, g.case_number, code),
	   "no case shows the code that came with the words");
}

/* A case number tells nothing: with and without a phone behind it all is the same. */
static void tells_nothing(struct hall *h, const char *sms_case)
{
	const struct {
		const char *number, *from;
	} asked[] = { { sms_case, "eva1@evil.example" },
		      { "SP-2026-009999", "eva2@evil.example" },
		      { "SP-1999-000001", "eva3@evil.example" } };
	const Pb__Outbox *rows[ARRAY_LEN(asked)] = { NULL };

	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		struct intake_found f = ask(h, asked[i].from, asked[i].number);
		enum msg_outcome then;

		rows[i] = hall_mail_to(h, asked[i].from);
		then = mail(h, asked[i].from, "", "111111").outcome;
		if (i == 2) /* no number at all, to us */
			break;
		ok(f.outcome == OUTCOME_COMMAND && then == OUTCOME_COMMAND,
		   "%s: the request and a wrong code have the same outcome", asked[i].number);
		is_int((int64_t)hall_mails_to(h, asked[i].from), 1, "one mail answers both");
	}
	ok(strcmp(rows[0]->text, rows[1]->text) == 0 &&
		   strcmp(rows[0]->subject, rows[1]->subject) == 0 &&
		   rows[0]->case_number[0] == '\0',
	   "the same words, whether the case exists or not");
}

static void guessing(struct hall *h)
{
	struct intake_found f = hall_text(h, "+381641112255", LEAK), g;
	char code[7], wrong[7];
	const char *who = "eva4@evil.example";

	hall_sent(h);
	ask(h, who, f.case_number);
	code_on(h, "+381641112255", code);
	for (char last = '1'; last <= '3'; last++) {
		size_t before = hall_mails_to(h, who);

		g = mail(h, who, "", other_than(code, wrong, last));
		ok(g.outcome == OUTCOME_COMMAND && hall_mails_to(h, who) == before,
		   "a wrong code is answered by silence");
	}
	ok(hall_noted(h, "join-guessing"), "three of them are told");
	g = mail(h, who, "", code);
	ok(g.outcome == OUTCOME_COMMAND && !are_same(h, "+381641112255", who),
	   "after three tries the right one is none");

	who = "eva5@evil.example";
	ask(h, who, f.case_number);
	code_on(h, "+381641112255", code);
	hall_mail(h, &(struct given_mail){ .from = who,
					   .text = "100000\n200000\n300000\n400000",
					   .subject = code });
	ok(!are_same(h, "+381641112255", who), "many codes in one mail are no code");
	mail(h, EVA, "", code);
	ok(!are_same(h, "+381641112255", EVA), "the code of another address is no code");
	hall_mail(h, &(struct given_mail){ .from = who, .text = code, .dmarc = PROOF_FAIL });
	ok(!are_same(h, "+381641112255", who), "whoever fails dmarc brings none");
	h->now.ms += JOIN_CODE_MS;
	g = mail(h, who, "", code);
	ok(!are_same(h, "+381641112255", who) && g.outcome != OUTCOME_COMMAND,
	   "after ten minutes it is a mail like any other");
}

static void pestering(struct hall *h)
{
	struct intake_found a = hall_text(h, "+381641112266", LEAK),
			    b = hall_text(h, "+381641112266", "Ne radi rasveta u Vojki");
	size_t before = hall_rows(h, "+381641112266");
	char from[40];

	for (int i = 0; i < 8; i++) {
		snprintf(from, sizeof(from), "p%d@evil.example", i);
		ask(h, from, i % 2 == 0 ? a.case_number : b.case_number);
	}
	is_int((int64_t)(hall_rows(h, "+381641112266") - before), JOIN_CODES_DAY,
	       "one phone gets few codes a day, whoever asks for whichever of its cases");
	is_int((int64_t)hall_mails_to(h, "p7@evil.example"), 1, "who asks hears the same");
	before = hall_rows(h, PHONE);
	hall_mail(h, &(struct given_mail){ .from = "q@evil.example",
					   .text = "join SP-2026-000001",
					   .dmarc = PROOF_FAIL });
	hall_mail(h, &(struct given_mail){ .from = "q@evil.example",
					   .text = "join SP-2026-000001",
					   .automatic = MAIL_AUTO_REPLY });
	hall_mail(h, &(struct given_mail){ .from = "q@evil.example",
					   .text = "join SP-2026-000001",
					   .to = "list@example.org" });
	is_int((int64_t)(hall_rows(h, PHONE) + hall_mails_to(h, "q@evil.example")), (int64_t)before,
	       "a sender that fails dmarc, a program, a mail to others: nobody is texted");
	for (int i = 0; i < 5; i++) {
		char phone[32];

		snprintf(phone, sizeof(phone), "+38164222000%d", i);
		a = hall_text(h, phone, LEAK);
		hall_sent(h);
		ask(h, "many@evil.example", a.case_number);
		ok((hall_last_row(h, phone)->kind == KIND_CONFIRM) == (i < JOIN_CODES_DAY),
		   "phone %d: one address has few codes a day for all phones", i + 1);
	}
	ok(hall_noted(h, "join-guessing"), "and more than that are told");
	h->now.ms += DAY_MS;
	a = hall_text(h, "+381641112277", LEAK);
	hall_text(h, "+381641112277", "STOP");
	before = hall_rows(h, "+381641112277");
	ask(h, "ana2@example.org", a.case_number);
	ok(hall_rows(h, "+381641112277") == before &&
		   hall_logged(h, a.case_number, "join code not texted", "STOP"),
	   "a phone that said STOP gets none, and the trail says why");
}

static void odd_cases(struct hall *h)
{
	struct intake_found own = mail(h, "ceca@example.org", "Rupa",
				       "Velika rupa u Vojki kod škole"),
			    named = hall_text(h, "TELENOR", "Velika rupa na putu u Vojki");
	size_t before;

	before = hall_rows(h, NULL);
	ask(h, "dusan@example.org", own.case_number);
	is_int((int64_t)(hall_rows(h, NULL) - before), 1,
	       "a case that came by mail has no phone to text");
	before = hall_rows(h, NULL);
	ask(h, "djole@example.org", named.case_number);
	is_int((int64_t)(hall_rows(h, NULL) - before), 1,
	       "nor has one of a sender without a number");
	before = hall_rows(h, NULL);
	ok(mail(h, "ena@example.org", "", "Povežite moju prijavu").outcome != OUTCOME_COMMAND,
	   "who names no case asks for nothing");
}

int main(void)
{
	struct hall *h = calloc(1, sizeof(*h));
	char sms_case[32];

	plan(0);
	hall_open(h, MAIL_SECTION "acks_day = 40\n");
	h->times = 2;
	joins(h, sms_case);
	works(h, sms_case);
	beside_other_words(h);
	h->now.ms += DAY_MS;
	tells_nothing(h, sms_case);
	guessing(h);
	h->now.ms += DAY_MS;
	pestering(h);
	h->now.ms += DAY_MS;
	odd_cases(h);
	ok(hall_is_sound(h), "verify finds nothing");
	hall_close(h);
	free(h);
	return done_testing();
}
