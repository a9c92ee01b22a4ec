/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of a text: gateway/desk/ from intake_apply() on. */
#include <stdio.h>
#include <string.h>

#include "conf/calendar.h"
#include "tests/gateway/desk_fixture.h"
#include "tests/tap.h"

#define ANA   "+381641111111"
#define BORIS "+381642222222"

static bool row_says(const Pb__Outbox *row, const char *words)
{
	if (row != NULL && strstr(row->text, words) != NULL)
		return true;
	diag("the newest row says: %s", row != NULL ? row->text : "(none)");
	return false;
}

static void a_text_opens_a_case(struct hall *h)
{
	struct intake_found f = hall_text(
		h, ANA, "Pukla je cev u Svetosavskoj 14, voda tece po trotoaru vec 2 sata");
	const Pb__Case *rec = hall_case(h, f.case_number);
	const Pb__Outbox *row = hall_last_row(h, ANA);

	ok(f.outcome == OUTCOME_CASE && !f.is_repeat, "a text opens a case");
	is_text(bytes_of(f.case_number), "SP-2026-000001",
		"the first case of the year has number 1");
	ok(rec != NULL && strcmp(rec->category, "VOD") == 0,
	   "its category is what the rules understood");
	ok(rec != NULL && rec->answer_due == h->now.ms + 4 * HOUR_MS &&
		   rec->solve_due == h->now.ms + 48 * HOUR_MS,
	   "its clocks are the category's, from the opening");
	ok(row_says(row, "SP-2026-000001"), "the acknowledgement names the number");
	ok(row != NULL && row->kind == KIND_ACK && row->state == OUT_QUEUED && row->n_segments == 1,
	   "it is one queued segment of kind ack");
	is_text(bytes_of(row->from), "1955", "it leaves from the short code that was written to");
	is_int(hall_rows(h, NULL), 1, "nobody else gets a text");
}

static void languages(struct hall *h)
{
	hall_text(h, "+381643000001", "Нема воде у Белегишу од јутрос, школа и амбуланта без капи");
	ok(row_says(hall_last_row(h, "+381643000001"), "Пријава"),
	   "Cyrillic is answered in Cyrillic");
	hall_text(h, "+381643000002",
		  "Nesvieti pouličné osvetlenie na ulici Janka Čmelíka, už týždeň je tma");
	ok(row_says(hall_last_row(h, "+381643000002"), "Hlasenie"),
	   "Slovak is answered in Slovak, plain");
	hall_text(h, "+381643000002", "JEZIK HU");
	hall_text(h, "+381643000002", "Nema vode u Vojki");
	ok(row_says(hall_last_row(h, "+381643000002"), "Bejelent"),
	   "LANGUAGE stands, whatever is written later");
}

static void joining(struct hall *h)
{
	struct intake_found a = hall_text(h, BORIS, "Ne radi rasveta u Njegosevoj 5 u Vojki");
	struct intake_found b = hall_text(h, BORIS, "Kontejneri su prepuni u Golubincima");
	struct intake_found c, d, e;
	char words[200];

	ok(strcmp(a.case_number, b.case_number) != 0,
	   "another matter of the same person is a case of its own");
	c = hall_text(h, BORIS, "Rasveta u Njegosevoj 5 u Vojki i dalje ne gori, mrak je");
	is_text(bytes_of(c.case_number), a.case_number,
		"the same category and place join the open case");
	ok(c.outcome == OUTCOME_JOINED, "joining is its outcome");
	d = hall_text(h, BORIS, "Ne radi rasveta u Njegosevoj 5 u Golubincima");
	ok(strcmp(d.case_number, a.case_number) != 0,
	   "the same street in another village is another matter");
	snprintf(words, sizeof(words), "%s ima jos jedna bandera", a.case_number);
	d = hall_text(h, BORIS, words);
	is_text(bytes_of(d.case_number), a.case_number, "a text that names its own case joins it");
	e = hall_text(h, "+381643000009", words);
	ok(e.outcome == OUTCOME_CASE && strcmp(e.case_number, a.case_number) != 0,
	   "a stranger who names it opens a case of his own");
	ok(strstr(hall_last_row(h, "+381643000009")->text, a.case_number) == NULL,
	   "and learns nothing of it");
	is_int(hall_case(h, a.case_number)->messages, 3, "the case counts its three messages");
}

static void answering_a_question(struct hall *h)
{
	struct intake_found a = hall_text(h, "+381643000010", "Nema vode u Surduku");
	struct staff_act ask = { .number = bytes_of(a.case_number),
				 .words = bytes_of("Koji je broj?"),
				 .is_question = true };
	struct intake_found b, c;

	ok(hall_staff(h, staff_answer, &ask) == ERR_OK, "a clerk asks");
	ok(hall_case(h, a.case_number)->state == CASE_WAITING, "the case waits for the citizen");
	h->now.ms += 71 * HOUR_MS;
	b = hall_text(h, "+381643000010", "trinaest, zuta kuca");
	is_text(bytes_of(b.case_number), a.case_number,
		"an answer within 72 hours joins, whatever it says");
	ok(hall_case(h, a.case_number)->state == CASE_OPEN, "and the case goes on");
	ask.words = bytes_of("Jos nesto?");
	ok(hall_staff(h, staff_answer, &ask) == ERR_OK, "a clerk asks again");
	h->now.ms += 73 * HOUR_MS;
	c = hall_text(h, "+381643000010", "Rupa na putu u Vojki");
	ok(strcmp(c.case_number, a.case_number) != 0,
	   "after 72 hours a text is its own matter again");
}

static void unknown_and_two(struct hall *h)
{
	struct intake_found a = hall_text(h, "+381643000011", "Nane amen pani ande mahala");
	struct intake_found b = hall_text(
		h, "+381643000012",
		"Ne radi rasveta u Dositejevoj a ima i rupa ispred broja 8 da se polomis");
	const Pb__Case *first = hall_case(h, b.case_number);

	is_text(bytes_of(hall_case(h, a.case_number)->category), "OPS",
		"what no rule knows goes to the coordinator");
	ok(first->n_linked == 1 && hall_case(h, first->linked[0]) != NULL,
	   "two problems are two linked cases");
	is_int(hall_rows(h, "+381643000012"), 1, "with one acknowledgement");
	ok(row_says(hall_last_row(h, "+381643000012"), first->linked[0]), "that names both");
}

static void emergency(struct hall *h)
{
	struct intake_found a =
		hall_text(h, "+381643000013", "Osecam gas na stepenistu zgrade Kralja Petra 5");
	const Pb__Outbox *row = hall_last_row(h, "+381643000013");

	ok(row != NULL && row->kind == KIND_EMERGENCY && row->not_before <= h->now.ms,
	   "danger is answered at once");
	ok(row_says(row, "112"), "with the number to call");
	is_text(bytes_of(hall_case(h, a.case_number)->category), "EMG",
		"and is a case of the highest priority");
	ok(hall_noted(h, "emergency"), "and an alarm");
}

static void commands(struct hall *h)
{
	const char *who = "+381643000014", *other = "+381643000015";
	struct intake_found a = hall_text(h, who, "Nema vode u Surduku"), s;
	char words[100];

	s = hall_text(h, who, "status");
	ok(s.outcome == OUTCOME_COMMAND && row_says(hall_last_row(h, who), a.case_number),
	   "STATUS shows one's case");
	snprintf(words, sizeof(words), "STATUS %s", a.case_number);
	hall_text(h, other, words);
	ok(hall_last_row(h, other) != NULL &&
		   strstr(hall_last_row(h, other)->text, a.case_number) == NULL,
	   "and nobody else's");
	for (int i = 0; i < 5; i++)
		hall_text(h, other, words);
	is_int(hall_rows(h, other), 5, "after five misses an hour there is silence");
	hall_text(h, who, "Помоћ");
	ok(hall_last_row(h, who)->kind == KIND_HELP, "HELP is answered");
	hall_text(h, who, "STOP");
	hall_text(h, who, "STOP");
	is_int(hall_rows(h, who), 4, "STOP is confirmed once");
	hall_text(h, who, "STATUS");
	is_int(hall_rows(h, who), 4, "after STOP nothing more is said");
	hall_text(h, who, "Rupa na putu u Vojki, velika");
	ok(hall_rows(h, who) == 5 && hall_last_row(h, who)->kind == KIND_ACK,
	   "but a new case is acknowledged");
	hall_text(h, who, "START");
	ok(hall_rows(h, who) == 6, "START is confirmed");
}

static void empty_and_thanks(struct hall *h)
{
	const char *who = "+381643000016";
	struct intake_found a = hall_text(h, who, "?"), b, c;

	ok(a.outcome == OUTCOME_INFORMATION && hall_rows(h, who) == 1,
	   "a text without words is asked about");
	b = hall_text(h, who, "👍");
	ok(b.outcome == OUTCOME_NOT_ANSWERED && hall_rows(h, who) == 1, "once an hour");
	c = hall_text(h, who, "hvala");
	ok(c.outcome == OUTCOME_NOT_ANSWERED && hall_rows(h, who) == 1,
	   "thanks without a case are recorded, not answered");
}

static void repeats(struct hall *h)
{
	struct intake_found f;
	struct message m = hall_part(h, "+381643000017", "Nema vode u Surduku", 0, 0, 0);

	ok(hall_message(h, &m, false, &f) == ERR_OK && !f.is_repeat, "a text is kept");
	ok(hall_message(h, &m, false, &f) == ERR_OK && f.is_repeat,
	   "the same id again is a repeat");
	m.remote_id = bytes_of("another id");
	ok(hall_message(h, &m, false, &f) == ERR_OK && f.is_repeat,
	   "the same words under another id are a repeat while the first was not answered in time");
	m.remote_id = bytes_of("a third id");
	ok(hall_message(h, &m, false, &f) == ERR_OK && f.is_repeat,
	   "and so is the next one, for several may wait for a slow disk");
	hall_answered(h, &f);
	ok(hall_message(h, &m, false, &f) == ERR_OK && f.is_repeat,
	   "the id of a repeat is known too: its network may hand it over again for days");
	m.remote_id = bytes_of("an id of its own");
	ok(hall_message(h, &m, false, &f) == ERR_OK && !f.is_repeat,
	   "once a sender was told in time, a person may write the same again");
	m.remote_id = bytes_of("a fourth id");
	ok(hall_message(h, &m, true, &f) == ERR_OK && f.is_repeat,
	   "unless a link has just started");
	hall_text(h, "+381643000017", "Rupa na putu u Vojki");
	m.remote_id = bytes_of("a fifth id");
	ok(hall_message(h, &m, true, &f) == ERR_OK && !f.is_repeat,
	   "and even then not when something else was written in between");
}

static void parts(struct hall *h)
{
	const char *who = "+381643000018";
	struct message p1 = hall_part(h, who, "Prvi deo: nema vode ", 77, 3, 1),
		       p2 = hall_part(h, who, "u Surduku ", 77, 3, 2),
		       p3 = hall_part(h, who, "od jutros 😀", 77, 3, 3);
	struct intake_found f;

	ok(hall_message(h, &p3, false, &f) == ERR_OK && f.message == 0, "a part waits");
	ok(hall_message(h, &p1, false, &f) == ERR_OK && f.message == 0 && hall_rows(h, who) == 0,
	   "unanswered");
	ok(hall_message(h, &p2, false, &f) == ERR_OK && f.message != 0,
	   "the last one makes the message");
	ok(f.case_number[0] != '\0' && hall_rows(h, who) == 1, "which is one case with one answer");
}

static void parts_with_a_gap(struct hall *h)
{
	const char *who = "+381643000019";
	struct message p1 = hall_part(h, who, "Rupa na putu ", 5, 3, 1),
		       p2 = hall_part(h, who, "kod skole ", 5, 3, 2),
		       p3 = hall_part(h, who, "u Vojki", 5, 3, 3);
	struct intake_found f;
	const Pb__Case *rec;

	hall_message(h, &p1, false, &f);
	hall_message(h, &p3, false, &f);
	h->now.ms += h->conf->part_wait_ms + SECOND_MS;
	hall_clocks(h);
	is_int(hall_rows(h, who), 1, "after the wait what is there is a message, and answered");
	hall_message(h, &p2, false, &f);
	rec = hall_case(h, f.case_number);
	ok(rec != NULL && hall_rows(h, who) == 1,
	   "a late part joins the same case without another answer");
}

static void not_answerable(struct hall *h)
{
	struct intake_found a = hall_text(h, "TELEKOM", "Vas racun je stigao, nema vode"),
			    b = hall_text(h, "+4915112345678", "Nema vode u Surduku"),
			    c = hall_text(h, "+381640000000381640000000", "Nema vode u Vojki");
	struct message broken = hall_part(h, "+381643000020", "", 0, 0, 0);
	struct intake_found q;

	ok(a.outcome != OUTCOME_NONE && hall_rows(h, "TELEKOM") == 0,
	   "a name is heard and not answered");
	ok(b.outcome == OUTCOME_CASE && hall_rows(h, "+4915112345678") == 0,
	   "a number outside answer_prefixes gets a case and no text");
	ok(c.outcome == OUTCOME_CASE && hall_rows(h, "+381640000000381640000000") == 0,
	   "nor does one that begins as ours do and is no number of anybody");
	broken.fault = bytes_of("the parameter text is badly encoded");
	ok(hall_message(h, &broken, false, &q) == ERR_OK && q.quarantine != 0 &&
		   q.outcome == OUTCOME_QUARANTINE,
	   "what can't be read lies in the quarantine");
	hall_text(h, "+381643000021", "Cestitamo! Osvojili ste 5000e, kliknite http://bit.ly/xz12");
	is_int(hall_rows(h, "+381643000021"), 0, "spam is never answered");
}

static void all(unsigned times)
{
	struct hall h;

	hall_open(&h, NULL);
	h.times = times;
	a_text_opens_a_case(&h);
	languages(&h);
	joining(&h);
	answering_a_question(&h);
	unknown_and_two(&h);
	emergency(&h);
	commands(&h);
	empty_and_thanks(&h);
	repeats(&h);
	parts(&h);
	parts_with_a_gap(&h);
	not_answerable(&h);
	ok(hall_is_sound(&h), "everything adds up (each job applied %u times)", times);
	hall_close(&h);
}

/* Nobody told its sender that it was kept, so it may come again; but not for ever. */
static void test_untold(void)
{
	struct hall h;
	struct intake_found f = { 0 };
	struct message m;

	hall_open(&h, NULL);
	m = hall_part(&h, "+381641231234", "STATUS", 0, 0, 0);
	(void)hall_message(&h, &m, false, &f);
	ok(!f.is_repeat, "a text comes, and its sender has no answer");
	h.now.ms += 23 * HOUR_MS;
	m = hall_part(&h, "+381641231234", "STATUS", 0, 0, 0);
	(void)hall_message(&h, &m, false, &f);
	ok(f.is_repeat, "hours later the same words are the same text");
	h.now.ms += 2 * HOUR_MS;
	m = hall_part(&h, "+381641231234", "STATUS", 0, 0, 0);
	(void)hall_message(&h, &m, false, &f);
	ok(!f.is_repeat, "a day later they are another one");
	hall_close(&h);
}

int main(void)
{
	plan(0);
	all(1);
	all(3);
	test_untold();
	return done_testing();
}
