/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mails of citizens: what opens a case, what joins one, who is answered, and what came back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/cases.h"
#include "tests/gateway/mail_fixture.h"
#include "tests/tap.h"

#define ANA  "ana@example.org"
#define BORA "bora@example.org"
#define PIPE "Poštovani, pukla je cev u Svetosavskoj 14 u Novoj Pazovi i voda teče po trotoaru."

static struct intake_found from_ana(struct hall *h, const char *subject, const char *text)
{
	return hall_mail(h, &(struct given_mail){ .from = ANA, .subject = subject, .text = text });
}

static void opens_a_case(struct hall *h)
{
	struct intake_found f = from_ana(h, "Pukla cev", PIPE);
	const Pb__Case *rec = hall_case(h, f.case_number);
	const Pb__Outbox *row = hall_mail_to(h, ANA);
	const Pb__Message *msg = hall_message_of(h, f.message);
	char tag[40];

	if (!ok(f.outcome == OUTCOME_CASE && rec != NULL && row != NULL && msg != NULL,
		"a mail opens a case and is acknowledged"))
		return;
	ok(strcmp(rec->category, "VOD") == 0 && strcmp(rec->channel, "mail") == 0 &&
		   rec->last_message == f.message && !rec->unproven,
	   "by the same rules as a text");
	snprintf(tag, sizeof(tag), "[%s]", f.case_number);
	ok(strstr(row->subject, tag) != NULL && strstr(row->text, f.case_number) != NULL,
	   "the acknowledgement says its number, in the subject too");
	ok(row->kind == KIND_ACK && row->return_path[0] == '\0' && row->bounce_token[0] == '\0' &&
		   row->auto_submitted == 1,
	   "it has a null return path and says that nobody wrote it");
	is_text(bytes_of(row->in_reply_to), msg->message_id,
		"it goes on with the citizen's thread");
	ok(row->n_references == 1 && strcmp(row->references[0], msg->message_id) == 0,
	   "by its references too");
	ok(strncmp(row->reply_to, "kontakt+c", 9) == 0 && strstr(row->reply_to, row->token) != NULL,
	   "what answers it finds back by its token");
	ok(strstr(row->text, "Svetosavskoj") == NULL && strstr(row->subject, "Pukla") == NULL,
	   "it echoes none of the citizen's words");
	ok(strchr(row->message_id, '@') != NULL && row->message_id[0] != '\0',
	   "it has an id of its own");
	is_text(bytes_of(msg->subject), "Pukla cev", "the mail is kept with its subject");
}

static void subject_counts(struct hall *h)
{
	struct intake_found f = from_ana(h, "Nema vode u Surduku", "Molim vas proverite.");

	is_text(bytes_of(hall_case(h, f.case_number)->category), "VOD",
		"of a short mail the subject is read too");
	f = from_ana(h, "STATUS", "");
	ok(f.outcome == OUTCOME_COMMAND, "a subject alone may be a command");
	ok(strstr(hall_mail_to(h, ANA)->text, "SP-2026-00000") != NULL, "which is answered");
	f = from_ana(h, "pitanje", "STATUS");
	ok(f.outcome == OUTCOME_COMMAND, "so may the words alone");
	f = from_ana(h, "", "");
	ok(f.outcome == OUTCOME_INFORMATION, "an empty mail is asked what is meant");
	f = hall_mail(h, &(struct given_mail){
				 .from = ANA,
				 .files = &(struct mail_file){ .name = bytes_of("a.jpg"),
							       .type = bytes_of("image/jpeg"),
							       .size = 10 },
				 .n_files = 1 });
	ok(f.outcome == OUTCOME_CASE && hall_message_of(h, f.message)->n_files == 1,
	   "a picture without a word is a case");
}

static void joins(struct hall *h)
{
	struct intake_found f = from_ana(h, "Rupa",
					 "Velika rupa na putu u Vojki kod škole, opasno je."),
			    g;
	char ack[200], token[40];

	snprintf(ack, sizeof(ack), "%s", hall_mail_to(h, ANA)->message_id);
	snprintf(token, sizeof(token), "%s", hall_mail_to(h, ANA)->token);
	g = hall_mail(
		h, &(struct given_mail){ .from = ANA,
					 .subject = "Re: prijava",
					 .text = "Zaboravila sam da kažem: preko puta prodavnice.",
					 .in_reply_to = ack });
	ok(g.outcome == OUTCOME_JOINED && strcmp(g.case_number, f.case_number) == 0,
	   "an answer to our mail joins its case");
	g = hall_mail(h, &(struct given_mail){
				 .from = ANA, .text = "Još jedna fotografija.", .token = token });
	ok(g.outcome == OUTCOME_JOINED && strcmp(g.case_number, f.case_number) == 0,
	   "so does one with its token");
	ok(hall_case(h, f.case_number)->messages == 3, "all are counted on it");
	g = hall_mail(h, &(struct given_mail){ .from = BORA,
					       .text = "Rupa je i dalje tu, kod škole u Vojki.",
					       .in_reply_to = ack,
					       .token = token });
	ok(g.outcome == OUTCOME_CASE && strcmp(g.case_number, f.case_number) != 0,
	   "from another address it opens one of its own");
	g = hall_mail(h, &(struct given_mail){ .from = ANA,
					       .text = "Rupa je i dalje tu, kod škole u Vojki.",
					       .in_reply_to = ack,
					       .dmarc = PROOF_FAIL });
	ok(g.outcome == OUTCOME_CASE && strcmp(g.case_number, f.case_number) != 0 &&
		   hall_case(h, g.case_number)->unproven,
	   "whoever fails dmarc joins nothing, and the case says so");
	g = hall_mail(h, &(struct given_mail){ .from = ANA,
					       .text = "Rupa je i dalje tu, kod škole u Vojki.",
					       .tag = f.case_number });
	ok(g.outcome == OUTCOME_CASE && strcmp(g.case_number, f.case_number) != 0,
	   "a number alone joins nothing");
	ok(hall_linked(h, g.case_number, f.case_number) &&
		   hall_linked(h, f.case_number, g.case_number),
	   "the new case is linked with it");
	ok(strstr(hall_mail_to(h, ANA)->text, f.case_number) == NULL, "and nothing of it is shown");
}

static void is_silent(struct hall *h)
{
	static const struct {
		struct given_mail mail;
		const char *address, *promise;
	} rows[] = {
		{ { .from = "x1@example.org", .text = PIPE, .dmarc = PROOF_FAIL },
		  "x1@example.org",
		  "a sender that fails dmarc" },
		{ { .from = "x2@example.org", .text = PIPE, .is_stale = true },
		  "x2@example.org",
		  "a mail that is too old" },
		{ { .from = "x3@example.org", .text = PIPE, .to = "list@example.org" },
		  "x3@example.org",
		  "a mail to somebody else" },
		{ { .from = "Kontakt+x@Town.example", .text = PIPE },
		  "kontakt+x@town.example",
		  "our own address" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct intake_found f = hall_mail(h, &rows[i].mail);

		ok(f.outcome == OUTCOME_CASE && hall_mails_to(h, rows[i].address) == 0 &&
			   hall_logged(h, f.case_number, "not answered", NULL),
		   "%s opens a case and gets no automatic answer", rows[i].promise);
	}
	ok(hall_mail(h, &(struct given_mail){ .from = BORA, .text = "STOP", .dmarc = PROOF_FAIL })
			   .outcome == OUTCOME_NOT_ANSWERED,
	   "in somebody else's name nothing is stopped");
	ok(hall_mail(h, &(struct given_mail){ .from = NULL, .text = PIPE }).outcome == OUTCOME_CASE,
	   "a mail without a sender is a case all the same");
}

static void programs(struct hall *h)
{
	static const enum mail_automatic kinds[] = { MAIL_AUTO_REPLY, MAIL_BOUNCE, MAIL_LIST,
						     MAIL_BULK, MAIL_RECEIPT };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		size_t before = hall_rows(h, NULL);
		struct intake_found f = hall_mail(
			h,
			&(struct given_mail){ .from = BORA, .text = PIPE, .automatic = kinds[i] });

		ok(f.outcome == OUTCOME_NOT_ANSWERED && f.case_number[0] == '\0' &&
			   hall_rows(h, NULL) == before,
		   "a mail by a program (%s) is recorded and never answered",
		   mail_automatic_text(kinds[i]));
	}
}

static void few_acks(struct hall *h)
{
	for (int i = 0; i < 8; i++)
		hall_mail(h, &(struct given_mail){ .from = "flood@example.org", .text = PIPE });
	ok(hall_mails_to(h, "flood@example.org") == 5,
	   "one address gets five automatic mails a day");
	ok(hall_noted(h, "mail-acks"), "and what is over is told");
	h->now.ms += DAY_MS;
	hall_mail(h, &(struct given_mail){ .from = "flood@example.org", .text = PIPE });
	ok(hall_mails_to(h, "flood@example.org") == 6, "the next day it is heard again");
}

static void unreadable(struct hall *h)
{
	struct intake_found f = hall_mail(h, &(struct given_mail){ .is_unreadable = true });
	const Pb__Case *rec = hall_case(h, f.case_number);

	ok(f.outcome == OUTCOME_CASE && rec != NULL && strcmp(rec->kind, "unreadable") == 0,
	   "a mail that can't be read is a case of its own kind");
	is_text(bytes_of(rec->category),
		(const char *)h->conf->profile->coordinator_category->code.ptr,
		"for the coordinator");
	ok(hall_logged(h, f.case_number, "opened", "the raw mail is blob "),
	   "who can open the raw one");
	ok(hall_noted(h, "mail-unreadable"), "and hears of it");
}

static void answers_and_bounces(struct hall *h)
{
	struct intake_found f = hall_mail(
		h, &(struct given_mail){ .from = BORA,
					 .subject = "Re: Deponija",
					 .text = "Divlja deponija iza groblja u Vojki." });
	struct staff_act act = { .number = bytes_of(f.case_number),
				 .words = bytes_of("Ekipa dolazi sutra.") };
	const Pb__Outbox *row;
	struct mail_bounce bounce = { .recipient = bytes_of(BORA),
				      .status = bytes_of("5.1.1"),
				      .action = bytes_of("failed") };

	ok(hall_staff(h, staff_answer, &act) == ERR_OK, "a clerk answers by the command line");
	row = hall_mail_to(h, BORA);
	ok(row->kind == KIND_ANSWER && strstr(row->text, "Ekipa dolazi sutra.") != NULL &&
		   row->auto_submitted == 0 && strncmp(row->return_path, "kontakt+b", 9) == 0,
	   "it leaves as a mail with a return path of its own");
	ok(strstr(row->subject, "Re: Deponija") != NULL, "under the citizen's subject");
	ok(row->in_reply_to[0] != '\0', "in the citizen's thread");
	hall_mails_sent(h);
	ok(hall_case(h, f.case_number)->answered != 0, "sent, it stops the clock of answering");
	bounce.action = bytes_of("delayed");
	hall_mail(h, &(struct given_mail){ .from = "mailer-daemon@mx.example.org",
					   .automatic = MAIL_BOUNCE,
					   .bounce = &bounce,
					   .token = row->bounce_token });
	ok(hall_mail_to(h, BORA)->state == OUT_SENT, "a delay changes nothing");
	bounce.action = bytes_of("failed");
	hall_mail(h, &(struct given_mail){ .from = "mailer-daemon@mx.example.org",
					   .automatic = MAIL_BOUNCE,
					   .bounce = &bounce,
					   .token = "baaaaaaaaaaaaaaaaa" });
	ok(hall_mail_to(h, BORA)->state == OUT_SENT, "a token that nobody gave away finds nothing");
	/* The number of a delay, but it says that it failed: RFC 3464 2.3.3 has the action decide. */
	bounce.status = bytes_of("4.4.7");
	hall_mail(h, &(struct given_mail){ .from = "mailer-daemon@mx.example.org",
					   .automatic = MAIL_BOUNCE,
					   .bounce = &bounce,
					   .token = row->bounce_token });
	ok(hall_mail_to(h, BORA)->state == OUT_FAILED &&
		   strstr(hall_mail_to(h, BORA)->error, "4.4.7") != NULL,
	   "a bounce moves the row to FAILED, with its status, also when the server had only given "
	   "up");
	ok(hall_logged(h, f.case_number, "reply failed", NULL) && hall_noted(h, "reply-failed"),
	   "and staff hear of it");
}

int main(void)
{
	struct hall *h = calloc(1, sizeof(*h));

	plan(0);
	hall_open(h, MAIL_SECTION);
	h->times = 2;
	opens_a_case(h);
	subject_counts(h);
	h->now.ms += DAY_MS;
	joins(h);
	is_silent(h);
	programs(h);
	few_acks(h);
	unreadable(h);
	answers_and_bounces(h);
	ok(hall_is_sound(h), "verify finds nothing");
	hall_close(h);
	free(h);
	return done_testing();
}
