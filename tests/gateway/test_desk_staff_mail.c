/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mails of staff: what a department gets, what its answer does, and that nobody
 * else acts in its name.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/calendar.h"
#include "store/cases.h"
#include "tests/gateway/mail_fixture.h"
#include "tests/tap.h"

#define PHONE   "+381641111111"
#define CLERK   "smenovodja@vodovod.example"
#define OTHER   "dispecer@cistoca.example"
#define BOSS    "koordinator@starapazova.example"
#define CITIZEN "ana@example.org"

/* A case of the waterworks by SMS, and the mail that its clerk got. */
struct matter_of_water {
	char number[40];
	char token[40];
	char message_id[200];
};

static void note_row(struct matter_of_water *w, const Pb__Outbox *row)
{
	snprintf(w->token, sizeof(w->token), "%s", row != NULL ? row->token : "");
	snprintf(w->message_id, sizeof(w->message_id), "%s", row != NULL ? row->message_id : "");
}

static struct matter_of_water open_case(struct hall *h, const char *phone, const char *text)
{
	struct intake_found f = hall_text(h, phone, text);
	struct matter_of_water w = { .number = "" };

	snprintf(w.number, sizeof(w.number), "%s", f.case_number);
	note_row(&w, hall_mail_to(h, CLERK));
	return w;
}

/* An ordinary answer of the clerk, proven by our own server. */
static struct given_mail answer_of(const struct matter_of_water *w, const char *text)
{
	return (struct given_mail){ .from = CLERK,
				    .text = text,
				    .token = w->token,
				    .tag = w->number,
				    .in_reply_to = w->message_id,
				    .dmarc = PROOF_PASS };
}

static struct intake_found answer(struct hall *h, const struct matter_of_water *w, const char *text)
{
	struct given_mail m = answer_of(w, text);

	return hall_mail(h, &m);
}

static bool last_text_is(struct hall *h, const char *phone, const char *words)
{
	const Pb__Outbox *row = hall_last_row(h, phone);

	if (row != NULL && strstr(row->text, words) != NULL)
		return true;
	diag("the last text: %s", row != NULL ? row->text : "none");
	return false;
}

static void department_mail(struct hall *h)
{
	struct matter_of_water w = open_case(h, PHONE, "Pukla cev u Svetosavskoj 14, Nova Pazova");
	const Pb__Outbox *row = hall_mail_to(h, CLERK);
	char tag[90];

	if (!ok(row != NULL, "the department of a new case gets a mail"))
		return;
	snprintf(tag, sizeof(tag), "[%s %s]", w.number, w.token);
	ok(strstr(row->subject, tag) != NULL, "its subject has number and token");
	ok(row->kind == KIND_STAFF && strstr(row->reply_to, w.token) != NULL &&
		   strcmp(row->member, "vodovod") == 0 && row->auto_submitted == 2,
	   "so has the address that it is answered at");
	ok(strncmp(row->return_path, "kontakt+b", 9) == 0, "a bounce of it finds its row");
	ok(strstr(row->text, "Pukla cev u Svetosavskoj 14") != NULL &&
		   strstr(row->text, "#rešeno") != NULL,
	   "it says what the citizen wrote, and how to answer");
	ok(strstr(row->text, PHONE) == NULL, "and not who the citizen is");
	hall_text(h, PHONE, "opet curi");
	row = hall_mail_to(h, CLERK);
	ok(strstr(row->text, "opet curi") != NULL, "what the citizen adds comes by mail too");
	ok(strcmp(row->token, w.token) == 0, "with the same token");
	hall_text(h, "+381641111112", "Divlja deponija iza groblja u Vojki");
	ok(hall_mails_to(h, OTHER) == 1, "each department gets its own");
	hall_text(h, "+381641111113", "Treba mi izvod iz matične knjige rođenih");
	ok(hall_mails_to(h, BOSS) == 1, "what nobody works in goes to the coordinator");
}

static void what_we_know(struct hall *h)
{
	struct matter_of_water a = open_case(h, "+381641111115",
					     "Pukla cev u Krnješevcima, Pazovačka 9"),
			       b;
	const char *text;

	b = open_case(h, "+381641111116", "Pukla cev u Krnješevcima, Pazovačka 9");
	text = hall_mail_to(h, CLERK)->text;
	ok(strcmp(a.number, b.number) != 0 && strstr(text, a.number) != NULL,
	   "the mail names what lies near");
	hall_text(h, "+381641111116", "Nema struje u Vojki, mrak je");
	b = open_case(h, "+381641111116", "Nema vode u Surduku");
	text = hall_mail_to(h, CLERK)->text;
	ok(strstr(text, "Ranije prijave") != NULL, "and what the same person wrote before");
}

/* Nobody's desk is empty: who stands in, else the coordinator. */
static void absence(struct hall *h)
{
	struct member *clerk =
		(struct member *)(uintptr_t)profile_member(h->conf->profile, bytes_of("vodovod"));
	size_t mine = hall_mails_to(h, CLERK), boss = hall_mails_to(h, BOSS),
	       other = hall_mails_to(h, OTHER);
	uint32_t today = calendar_day(h->now);

	clerk->absence = (struct absence){ .from = today, .to = today + 3 };
	hall_text(h, "+381641111117", "Pukla cev u Belegišu, Glavna 3");
	ok(hall_mails_to(h, CLERK) == mine && hall_mails_to(h, BOSS) == boss + 1,
	   "while the clerk is away the coordinator gets it");
	clerk->substitute = profile_member(h->conf->profile, bytes_of("cistoca"));
	hall_text(h, "+381641111118", "Pukla cev u Belegišu, Glavna 30");
	ok(hall_mails_to(h, OTHER) == other + 1, "or who stands in");
	clerk->absence = (struct absence){ 0 };
	clerk->substitute = NULL;
}

static void words_go_out(struct hall *h)
{
	struct matter_of_water w =
		open_case(h, "+381641111120", "Пукла је цев у Светосавској 20, Нова Пазова");
	struct intake_found f =
		answer(h, &w, "Ekipa dolazi danas do 15 časova. Pišite na info@vodovod.rs");

	ok(f.outcome == OUTCOME_COMMAND && strcmp(f.case_number, w.number) == 0,
	   "a proven mail of the clerk is a command");
	ok(last_text_is(h, "+381641111120", "Екипа долази данас до 15 часова."),
	   "its words go out as a text, in the citizen's script");
	ok(last_text_is(h, "+381641111120", "info@vodovod.rs"), "but for an address");
	ok(hall_case(h, w.number)->state == CASE_OPEN &&
		   strcmp(hall_case(h, w.number)->clerk, "vodovod") == 0,
	   "the case is the clerk's");
	ok(hall_logged(h, w.number, "staff mail", NULL), "the trail has the mail");
	ok(hall_case(h, w.number)->answered == 0, "no answer counts before it was sent");
	hall_sent(h);
	ok(hall_case(h, w.number)->answered != 0, "sent it does");
}

static void too_long(struct hall *h)
{
	struct matter_of_water w =
		open_case(h, "+381641111121", "Nema vode u Surduku vec dva dana");
	struct given_mail m;
	char text[2000] = "";
	size_t before, len = 0;

	for (int i = 0; i < 18; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s",
					"Ekipa radi na kvaru i javlja se kada bude gotovo, hvala "
					"na strpljenju. ");
	m = answer_of(&w, text);
	hall_mail(h, &m);
	ok(last_text_is(h, "+381641111121", "Ceo odgovor") &&
		   last_text_is(h, "+381641111121", OUR_ADDRESS),
	   "what is too long for an SMS is cut, with the way to the rest");
	ok(strstr(hall_last_row(h, "+381641111121")->text, "strpljenju. ... Ceo") != NULL ||
		   strstr(hall_last_row(h, "+381641111121")->text, "strpljenju. … Ceo") != NULL,
	   "at the end of a sentence");
	before = hall_rows(h, "+381641111121");
	answer(h, &w, "Danas do 15 h.\n#pregled");
	ok(hall_rows(h, "+381641111121") == before, "with #pregled nothing leaves");
	ok(strstr(hall_mail_to(h, CLERK)->text, "Danas do 15 h.") != NULL,
	   "but to the clerk, who sees it first");
}

static void all_or_nothing(struct hall *h)
{
	struct matter_of_water w = open_case(h, "+381641111122", "Slab pritisak vode u Belegišu");
	size_t before = hall_rows(h, "+381641111122");

	answer(h, &w, "Dolazimo.\n#intrno ne zna se kad");
	ok(hall_rows(h, "+381641111122") == before &&
		   strstr(hall_mail_to(h, CLERK)->text, "#intrno") != NULL,
	   "a command that isn't understood is told, and nothing is done");
	ok(strstr(hall_mail_to(h, CLERK)->text, "Ništa iz vašeg mejla nije urađeno") != NULL,
	   "which the clerk reads as well");
	answer(h, &w, "#zatvori");
	ok(hall_case(h, w.number)->state == CASE_NEW, "closing needs an answer or a reason");
	answer(h, &w, "Dolazimo.\n#prosledi NEMATOGA");
	ok(hall_rows(h, "+381641111122") == before, "with one that can't be done nothing else is");
	answer(h, &w, "#interno vlasnik je u inostranstvu");
	ok(hall_rows(h, "+381641111122") == before &&
		   hall_logged(h, w.number, "note", "inostranstvu"),
	   "an internal note stays inside");
	answer(h, &w, "#preuzmi");
	ok(strcmp(hall_case(h, w.number)->clerk, "vodovod") == 0, "taken");
	answer(h, &w, "#čekaj 1.12.");
	ok(hall_case(h, w.number)->state == CASE_WAITING &&
		   calendar_local((struct wall){ hall_case(h, w.number)->waiting_until }).day == 1,
	   "waiting until a day");
	answer(h, &w, "#pitaj Koji je kućni broj?");
	ok(last_text_is(h, "+381641111122", "Koji je kucni broj?") &&
		   hall_last_row(h, "+381641111122")->kind == KIND_QUESTION,
	   "asked");
	answer(h, &w, "#podeli Rupa na putu u Belegišu");
	ok(hall_case(h, w.number)->n_linked == 1, "split off");
	answer(h, &w, "#pomoc");
	ok(strstr(hall_mail_to(h, CLERK)->text, "#pregled") != NULL, "helped");
	answer(h, &w, "Popravljeno je.\n#članak");
	ok(hall_logged(h, w.number, "note", "[article]"), "kept for an article");
	answer(h, &w, "#zatvori nema osnova");
	ok(hall_case(h, w.number)->state == CASE_CLOSED &&
		   last_text_is(h, "+381641111122", "nema osnova"),
	   "closed with a reason that the citizen reads");
}

static void solving(struct hall *h)
{
	struct matter_of_water w =
		open_case(h, "+381641111123", "Nema vode u Krčedinu, ulica Cara Dušana 5");
	int64_t opened, due;

	answer(h, &w, "Kvar je otklonjen.\n#rešeno");
	ok(hall_case(h, w.number)->state == CASE_OPEN, "the answer that solves must be sent first");
	opened = hall_case(h, w.number)->opened;
	due = hall_case(h, w.number)->solve_due;
	hall_sent(h);
	ok(hall_case(h, w.number)->state == CASE_SOLVED &&
		   hall_case(h, w.number)->solved_until != 0,
	   "sent, it is solved");
	ok(hall_last_row(h, "+381641111123")->kind == KIND_SURVEY, "and the citizen is asked");
	h->now.ms += HOUR_MS;
	ok(hall_text(h, "+381641111123", "NE").outcome == OUTCOME_JOINED &&
		   hall_case(h, w.number)->state == CASE_OPEN,
	   "'no' opens it again");
	ok(hall_case(h, w.number)->opened == opened && hall_case(h, w.number)->solve_due == due,
	   "with the clock of its first opening");
	ok(last_text_is(h, "+381641111123", w.number), "which the citizen is told");
	ok(strstr(hall_mail_to(h, CLERK)->text, "NE") != NULL, "and the clerk");
	answer(h, &w, "#reseno");
	ok(hall_case(h, w.number)->state == CASE_SOLVED, "solved again, by an answer of before");
	h->now.ms += MINUTE_MS;
	hall_text(h, "+381641111123", "Да, хвала!");
	ok(hall_case(h, w.number)->state == CASE_CLOSED, "'yes' closes it");
	w = open_case(h, "+381641111124", "Nema vode u Krčedinu, ulica Cara Dušana 6");
	answer(h, &w, "Kvar je otklonjen.\n#reseno");
	hall_sent(h);
	h->now.ms += h->conf->question_wait_ms + DAY_MS;
	hall_clocks(h);
	ok(hall_case(h, w.number)->state == CASE_CLOSED, "so does silence, in the end");
}

static void forwarding(struct hall *h)
{
	struct matter_of_water w = open_case(h, "+381641111125",
					     "Voda izbija na ulici u Krnješevcima"),
			       old = w;
	size_t before = hall_mails_to(h, OTHER);

	answer(h, &w, "#prosledi CISTOCA nije naše");
	ok(hall_mails_to(h, OTHER) == before + 1 &&
		   strcmp(hall_case(h, w.number)->department, "CISTOCA") == 0 &&
		   hall_case(h, w.number)->state == CASE_NEW,
	   "forwarded, it is new in the other department, which gets a mail");
	before = hall_rows(h, "+381641111125");
	answer(h, &old, "Ipak je naše.");
	ok(hall_rows(h, "+381641111125") == before &&
		   hall_logged(h, w.number, "staff mail held", "token is of before"),
	   "the old token is worth nothing");
	note_row(&w, hall_mail_to(h, OTHER));
	hall_mail(h, &(struct given_mail){ .from = OTHER,
					   .text = "#prosledi ZOO",
					   .token = w.token,
					   .tag = w.number,
					   .auth = PROOF_PASS,
					   .login = OTHER });
	is_text(bytes_of(hall_case(h, w.number)->department), "CENTAR",
		"the second time it goes to the coordinator");
}

/* Each attempt: nothing reaches the citizen, the case stays as it was, the words are held. */
static void forgeries(struct hall *h)
{
	struct matter_of_water w =
		open_case(h, "+381641111130", "Pukla cev u Vojvođanskoj 3, Stara Pazova");
	struct matter_of_water v = open_case(h, "+381641111131", "Nema vode u Vojki, Glavna 5");
	struct given_mail rows[8];
	static const char *const promises[8] = {
		"a forged From",
		"a tag that was stolen by another member",
		"a token of another case",
		"a forwarded mail",
		"a mail that our server doesn't vouch for",
		"two From headers",
		"a login as somebody else that fails dmarc",
		"a member who names a case without its token",
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		rows[i] = answer_of(&w, "Kvar je otklonjen.\n#reseno");
	rows[0].dmarc = PROOF_FAIL;
	rows[1].from = OTHER;
	rows[2].tag = v.number;
	rows[3].from = "prijatelj@example.org";
	rows[4].dmarc = PROOF_NONE;
	rows[5].n_from = 2;
	rows[6].dmarc = PROOF_FAIL;
	rows[6].auth = PROOF_PASS;
	rows[7].token = NULL;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t texts = hall_rows(h, "+381641111130"), other = hall_rows(h, "+381641111131");
		struct intake_found f = hall_mail(h, &rows[i]);

		ok(f.outcome == OUTCOME_COMMAND && hall_rows(h, "+381641111130") == texts &&
			   hall_rows(h, "+381641111131") == other &&
			   hall_case(h, w.number)->state == CASE_NEW &&
			   hall_case(h, v.number)->state == CASE_NEW &&
			   hall_logged(h, f.case_number, "staff mail held", NULL),
		   "%s is held, and nothing reaches the citizen", promises[i]);
		if (i == 2)
			ok(hall_noted(h, "staff-forged"), "three of them in a day raise an alarm");
	}
}

static void replay(struct hall *h)
{
	struct matter_of_water w =
		open_case(h, "+381641111132", "Pukla cev u Golubincima, Glavna 7");
	struct given_mail m = answer_of(&w, "Dolazimo u 9.");
	size_t before;

	m.id = "once@vodovod.example";
	hall_mail(h, &m);
	before = hall_rows(h, "+381641111132");
	hall_mail(h, &m);
	ok(hall_rows(h, "+381641111132") == before &&
		   hall_logged(h, w.number, "staff mail held", "Message-ID"),
	   "the same mail with other octets is held");
	m.repeat_of = "the very same octets";
	m.id = "twice@vodovod.example";
	hall_mail(h, &m);
	before = hall_rows(h, "+381641111132");
	ok(hall_mail(h, &m).is_repeat && hall_rows(h, "+381641111132") == before,
	   "the very same mail is a repeat, and does nothing");
}

static void programs(struct hall *h)
{
	struct matter_of_water w =
		open_case(h, "+381641111133", "Pukla cev u Golubincima, Glavna 9");
	struct given_mail m = answer_of(&w, "Na odmoru sam.\n#reseno");
	size_t before = hall_rows(h, NULL);
	struct intake_found f;

	m.automatic = MAIL_AUTO_REPLY;
	f = hall_mail(h, &m);
	ok(f.outcome == OUTCOME_NOT_ANSWERED && hall_rows(h, NULL) == before &&
		   hall_case(h, w.number)->state == CASE_NEW,
	   "an absence note that carries a token does nothing and is answered by nobody");
	ok(hall_logged(h, w.number, "automatic mail", NULL), "its case knows of it");
	m = answer_of(&w, "Dolazimo u 9.");
	m.quote = "#reseno";
	hall_mail(h, &m);
	ok(hall_case(h, w.number)->state == CASE_OPEN &&
		   last_text_is(h, "+381641111133", "Dolazimo u 9."),
	   "a command in the quoted text is none");
}

static void confirming(struct hall *h)
{
	struct matter_of_water w =
		open_case(h, "+381641111134", "Pukla cev u Banovcima, Zmaj Jovina 7");
	struct given_mail m = answer_of(&w, "Kvar je otklonjen."), yes;
	char token[40];
	size_t before;

	h->now.ms += DAY_MS;
	m.from = "napadac@example.org";
	hall_mail(h, &m);
	ok(hall_mails_to(h, "napadac@example.org") == 0 &&
		   hall_mail_to(h, CLERK)->kind == KIND_CONFIRM &&
		   strstr(hall_mail_to(h, CLERK)->text, "Kvar je otklonjen.") != NULL,
	   "the member is asked at the registered address, never at the one it came from");
	snprintf(token, sizeof(token), "%s", hall_mail_to(h, CLERK)->token);
	ok(strcmp(token, w.token) != 0, "with a fresh token");
	before = hall_rows(h, "+381641111134");
	yes = (struct given_mail){
		.from = "napadac@example.org", .text = "da", .token = token, .tag = w.number
	};
	hall_mail(h, &yes);
	ok(hall_rows(h, "+381641111134") == before, "from another address it confirms nothing");
	yes.from = CLERK;
	yes.automatic = MAIL_AUTO_REPLY;
	hall_mail(h, &yes);
	ok(hall_rows(h, "+381641111134") == before, "nor does an absence note");
	yes.automatic = MAIL_BY_PERSON;
	hall_mail(h, &yes);
	ok(hall_rows(h, "+381641111134") == before + 1 &&
		   last_text_is(h, "+381641111134", "Kvar je otklonjen."),
	   "the member confirms, and the words go out");
	hall_mail(h, &yes);
	ok(hall_rows(h, "+381641111134") == before + 1, "once");
	m.from = "napadac@example.org";
	m.text = "Jos jednom.";
	hall_mail(h, &m);
	h->now.ms += 8 * DAY_MS;
	hall_clocks(h);
	ok(hall_logged(h, w.number, "held words expired", NULL), "what nobody confirms expires");
}

static void bounces(struct hall *h)
{
	struct matter_of_water w =
		open_case(h, "+381641111135", "Pukla cev u Banovcima, Zmaj Jovina 9");
	struct mail_bounce bounce = { .recipient = bytes_of(CLERK),
				      .status = bytes_of("5.1.1"),
				      .action = bytes_of("failed") };
	size_t before = hall_mails_to(h, BOSS);

	hall_mails_sent(h);
	hall_mail(h, &(struct given_mail){ .from = "mailer-daemon@vodovod.example",
					   .automatic = MAIL_BOUNCE,
					   .bounce = &bounce,
					   .token = hall_mail_to(h, CLERK)->bounce_token });
	ok(hall_mails_to(h, BOSS) == before + 1 && hall_noted(h, "staff-mail-failed"),
	   "a staff mail that comes back goes one step up");
	ok(strstr(hall_mail_to(h, BOSS)->text, "Zmaj Jovina 9") != NULL ||
		   strstr(hall_mail_to(h, BOSS)->subject, w.number) != NULL,
	   "with the case in it");
}

static void by_mail(struct hall *h)
{
	struct mail_file files[2] = { { .name = bytes_of("ugovor.pdf"),
					.type = bytes_of("application/pdf"),
					.size = 1000 },
				      { .name = bytes_of("setup.exe"),
					.type = bytes_of("application/x-dosexec"),
					.size = 1000,
					.is_executable = true } };
	struct intake_found f = hall_mail(
		h, &(struct given_mail){
			   .from = CITIZEN,
			   .subject = "Priključak",
			   .text = "Nema vode u našoj firmi u Krnješevcima, Industrijska 5.",
			   .files = files,
			   .n_files = 2 });
	struct matter_of_water w;
	const Pb__Outbox *row = hall_mail_to(h, CLERK);
	struct given_mail m;

	snprintf(w.number, sizeof(w.number), "%s", f.case_number);
	note_row(&w, row);
	ok(row->n_files == 1 && strcmp(row->files[0]->name, "ugovor.pdf") == 0 &&
		   strstr(row->text, "setup.exe") != NULL,
	   "attachments go along, executable ones are withheld and named");
	m = answer_of(&w, "U prilogu je obrazac.");
	m.files = files;
	m.n_files = 1;
	hall_mail(h, &m);
	row = hall_mail_to(h, CITIZEN);
	ok(row->kind == KIND_ANSWER && row->n_files == 1 &&
		   strstr(row->text, "U prilogu je obrazac.") != NULL,
	   "what the clerk attaches goes along by mail");
	ok(strstr(row->subject, "Re: Priključak") != NULL, "in the citizen's thread");
	w = open_case(h, "+381641111140", "Nema vode u Krnješevcima, Glavna 5");
	m = answer_of(&w, "Obrazac je na salteru.");
	m.files = files;
	m.n_files = 1;
	hall_mail(h, &m);
	ok(last_text_is(h, "+381641111140", OUR_ADDRESS) && hall_rows(h, "+381641111140") == 3,
	   "by SMS the citizen is told how to get it");
}

/* What a login at our server proves, and of whom. */
static void logins(struct hall *h)
{
	static const struct {
		const char *login;
		bool is_proof;
		const char *promise;
	} rows[] = {
		{ CLERK, true, "the member's own address proves" },
		{ "Smenovodja@Vodovod.example", true, "in any case" },
		{ OTHER, false, "another member's login proves nothing" },
		{ "smenovodja", false,
		  "a bare name is of our own domain, and that is another person" },
		{ NULL, false, "a login that the server doesn't name proves nothing" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char phone[20], text[80];
		struct matter_of_water w;
		struct given_mail m;

		snprintf(phone, sizeof(phone), "+3816422222%02zu", i);
		snprintf(text, sizeof(text), "Pukla cev u Belegišu, Vojvođanska %zu", 10 + i);
		w = open_case(h, phone, text);
		m = answer_of(&w, "Dolazimo.");
		m.dmarc = PROOF_NONE;
		m.auth = PROOF_PASS;
		m.login = rows[i].login;
		hall_mail(h, &m);
		ok((hall_rows(h, phone) == 2) == rows[i].is_proof, "%s", rows[i].promise);
	}
}

/* Where a quote may be among the words nothing is taken for an order, nor sent on. */
static void unsure_words(struct hall *h)
{
	struct matter_of_water w = open_case(h, "+381642222230", "Pukla cev u Belegišu, Nova 3");
	struct given_mail m = answer_of(&w, "Dolazimo.\nposlato juče\n#reseno"), yes;

	m.is_unsure = true;
	hall_mail(h, &m);
	ok(hall_rows(h, "+381642222230") == 1 && hall_case(h, w.number)->state == CASE_NEW &&
		   strstr(hall_mail_to(h, CLERK)->text, "citat") != NULL,
	   "a mail that may hold a quote does nothing, and its writer is told");
	m.dmarc = PROOF_NONE;
	hall_mail(h, &m);
	yes = (struct given_mail){
		.from = CLERK, .text = "da", .tag = w.number, .token = hall_mail_to(h, CLERK)->token
	};
	hall_mail(h, &yes);
	ok(hall_rows(h, "+381642222230") == 1 && hall_case(h, w.number)->state == CASE_NEW,
	   "nor does it once it was held and confirmed");
}

/* staff_proof = confirm: for servers that say nothing of senders. */
static void every_command_is_asked_back(void)
{
	struct hall *h = calloc(1, sizeof(*h));
	struct matter_of_water w;
	struct given_mail yes;

	hall_open(h, MAIL_SECTION "staff_proof = confirm\n");
	w = open_case(h, PHONE, "Pukla cev u Svetosavskoj 14, Nova Pazova");
	for (int i = 0; i < 4; i++)
		answer(h, &w, "Dolazimo.");
	ok(hall_rows(h, PHONE) == 1 && hall_mail_to(h, CLERK)->kind == KIND_CONFIRM,
	   "with staff_proof = confirm a proven mail is asked back for too");
	ok(!hall_noted(h, "staff-forged"), "which is no attempt at anything");
	yes = (struct given_mail){
		.from = CLERK, .text = "da", .tag = w.number, .token = hall_mail_to(h, CLERK)->token
	};
	hall_mail(h, &yes);
	ok(hall_rows(h, PHONE) == 2, "and done once it is confirmed");
	ok(hall_is_sound(h), "verify finds nothing");
	hall_close(h);
	free(h);
}

/* --- many messages --- */

static void write_on(struct hall *h, const struct matter_of_water *w, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++) {
		char text[100];

		snprintf(text, sizeof(text), "%s i dalje curi, reci broj %u.", w->number, i);
		(void)hall_text(h, PHONE, text);
	}
}

/* Whoever writes on and on must not fill a mailbox, and nothing of it may be lost. */
static void test_many_messages(void)
{
	struct hall h;
	struct matter_of_water w;
	const Pb__Outbox *row;

	hall_open(&h, MAIL_SECTION);
	w = open_case(&h, PHONE, "Pukla cev u Svetosavskoj 14, Nova Pazova");
	h.now.ms += HOUR_MS - h.now.ms % HOUR_MS;
	write_on(&h, &w, 1, 6);
	is_int((long long)hall_mails_to(&h, CLERK), 6,
	       "five further messages are mailed one by one");
	write_on(&h, &w, 6, 51);
	is_int((long long)hall_mails_to(&h, CLERK), 6, "forty-five more within the hour aren't");
	ok(hall_logged(&h, w.number, "staff told later", "case_mails_hour"), "the trail says so");
	is_int(hall_case(&h, w.number)->messages, 51, "each of them is on the case");
	h.now.ms += HOUR_MS;
	hall_clocks(&h);
	is_int((long long)hall_mails_to(&h, CLERK), 7,
	       "when the hour is over one mail brings them all");
	row = hall_mail_to(&h, CLERK);
	ok(strstr(row->text, "45") != NULL, "it says how many they are");
	ok(strstr(row->text, "reci broj 6.") != NULL &&
		   strstr(row->text, "reci broj 50.") != NULL &&
		   strstr(row->text, "reci broj 5.") == NULL,
	   "with the words of each, and of none that was mailed before");
	ok(row->token[0] != '\0', "and with a token to answer by");
	is_int((long long)hall_case(&h, w.number)->untold_from, 0, "nothing is put off any more");
	write_on(&h, &w, 51, 52);
	is_int((long long)hall_mails_to(&h, CLERK), 8, "the next message is mailed at once");
	ok(hall_is_sound(&h), "verify finds nothing");
	hall_close(&h);
}

static void test_many_unbounded(void)
{
	struct hall h;
	struct matter_of_water w;

	hall_open(&h, MAIL_SECTION "case_mails_hour = 0\n");
	w = open_case(&h, PHONE, "Pukla cev u Svetosavskoj 14, Nova Pazova");
	write_on(&h, &w, 1, 11);
	is_int((long long)hall_mails_to(&h, CLERK), 11, "case_mails_hour = 0: each by itself");
	hall_close(&h);
}

int main(void)
{
	struct hall *h = calloc(1, sizeof(*h));

	plan(0);
	hall_open(h, MAIL_SECTION);
	h->times = 2;
	department_mail(h);
	what_we_know(h);
	absence(h);
	words_go_out(h);
	too_long(h);
	all_or_nothing(h);
	solving(h);
	forwarding(h);
	forgeries(h);
	replay(h);
	programs(h);
	confirming(h);
	bounces(h);
	by_mail(h);
	h->now.ms += DAY_MS;
	logins(h);
	unsure_words(h);
	ok(hall_is_sound(h), "verify finds nothing");
	hall_close(h);
	free(h);
	every_command_is_asked_back();
	test_many_messages();
	test_many_unbounded();
	return done_testing();
}
