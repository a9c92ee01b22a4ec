/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One text that is two things at once: an answer and a command, an emergency and its parts, STOP and what waits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/cases.h"
#include "tests/gateway/desk_fixture.h"
#include "tests/tap.h"

static bool row_says(const Pb__Outbox *row, const char *words)
{
	if (row != NULL && strstr(row->text, words) != NULL)
		return true;
	diag("the newest row says: %s", row != NULL ? row->text : "(none)");
	return false;
}

static int ask(struct hall *h, const char *number, const char *words)
{
	struct staff_act act = { .number = bytes_of(number),
				 .words = bytes_of(words),
				 .is_question = true };

	return hall_staff(h, staff_answer, &act);
}

static void short_answers(struct hall *h)
{
	static const struct {
		const char *text, *promise;
	} rows[] = {
		{ "14", "a number alone answers our question; it is no STATUS then" },
		{ "👍", "so does a sign" },
		{ "hvala", "so do thanks" },
		{ "Da", "and one word" },
	};
	struct intake_found a = hall_text(h, "+381643100001", "Nema vode u Surduku"), f;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		ask(h, a.case_number, "Koji je broj?");
		f = hall_text(h, "+381643100001", rows[i].text);
		ok(f.outcome == OUTCOME_JOINED && strcmp(f.case_number, a.case_number) == 0 &&
			   hall_case(h, a.case_number)->state == CASE_OPEN,
		   "%s", rows[i].promise);
	}
	ask(h, a.case_number, "Koji je broj?");
	f = hall_text(h, "+381643100001", "STATUS");
	ok(f.outcome == OUTCOME_COMMAND && hall_case(h, a.case_number)->state == CASE_WAITING,
	   "a command is a command, and the question stands");
	f = hall_text(h, "+381643100001", " ");
	ok(f.outcome == OUTCOME_INFORMATION && hall_case(h, a.case_number)->state == CASE_WAITING,
	   "a blank text is no answer");
}

static void newest_question(struct hall *h)
{
	const char *who = "+381643100002";
	struct intake_found a = hall_text(h, who, "Nema vode u Surduku"),
			    b = hall_text(h, who, "Rupa na putu u Vojki"), f;

	ask(h, b.case_number, "Koliko je duboka?");
	h->now.ms += HOUR_MS;
	ask(h, a.case_number, "Od kada?");
	f = hall_text(h, who, "Od jutros");
	is_text(bytes_of(f.case_number), a.case_number,
		"of two questions the one asked last is answered");
}

static void emergency_as_answer(struct hall *h)
{
	const char *who = "+381643100003";
	struct intake_found a = hall_text(h, who, "Nema vode u Surduku"), f;
	const Pb__Case *rec;

	ask(h, a.case_number, "Da li voda curi u podrum?");
	f = hall_text(h, who, "Curi, a osecam i gas u podrumu");
	rec = hall_case(h, f.case_number);
	ok(f.outcome == OUTCOME_CASE && strcmp(rec->category, "EMG") == 0,
	   "danger in an answer is a case of danger");
	ok(rec->n_linked == 1 && strcmp(rec->linked[0], a.case_number) == 0,
	   "linked with the case that was asked about");
	ok(hall_case(h, a.case_number)->state == CASE_OPEN,
	   "which no longer waits: its answer came");
	ok(hall_last_row(h, who)->kind == KIND_EMERGENCY, "and the number to call goes out");
}

static void emergency_again(struct hall *h)
{
	const char *who = "+381643100004", *duty = "+381600000002";
	struct intake_found a = hall_text(h, who, "Osecam gas u zgradi Kralja Petra 5"), b;
	size_t told;

	b = hall_text(h, who, "Jos se oseca gas, Kralja Petra 5, pozurite");
	is_text(bytes_of(b.case_number), a.case_number,
		"danger at the same place joins its open case");
	ok(b.outcome == OUTCOME_JOINED && hall_last_row(h, who)->kind == KIND_EMERGENCY,
	   "and is answered with the number again");
	told = hall_rows(h, duty);
	for (int i = 0; i < 20; i++) {
		char words[80];

		snprintf(words, sizeof(words), "Osecam gas u Surduku kod kuce broj %d", i + 1);
		b = hall_text(h, who, words);
	}
	ok(hall_rows(h, duty) - told <= 10,
	   "one phone can't fill the duty officer's with a storm of texts");
	ok(hall_noted(h, "emergency") && hall_last_row(h, who)->kind == KIND_EMERGENCY,
	   "while each of them is answered and raises the alarm");
}

static void emergency_in_parts(struct hall *h)
{
	const char *who = "+381643100005", *duty = "+381600000002";
	struct message p1 = hall_part(h, who, "Osecam gas na stepenistu, ", 9, 3, 1),
		       p2 = hall_part(h, who, "curi plin iz cevi, ", 9, 3, 2),
		       p3 = hall_part(h, who, "Kralja Petra 5", 9, 3, 3);
	size_t told = hall_rows(h, duty);
	struct intake_found f;

	hall_message(h, &p1, false, &f);
	is_int(hall_rows(h, who), 1, "the first part with danger in it is answered at once");
	hall_message(h, &p2, false, &f);
	is_int(hall_rows(h, who), 1, "the second one isn't answered once more");
	hall_message(h, &p3, false, &f);
	ok(hall_rows(h, who) == 2 && hall_last_row(h, who)->kind == KIND_ACK,
	   "the whole of it gets its number");
	is_int(hall_rows(h, duty) - told, 1, "the duty officer hears once");
	ok(strstr(hall_last_row(h, who)->text, "Odgovor do") == NULL,
	   "and \"at once\" is no date to be told");
	is_text(bytes_of(hall_case(h, f.case_number)->category), "EMG", "it is a case of danger");
}

static void late_parts(struct hall *h)
{
	const char *who = "+381643100006", *other = "+381643100007";
	struct message p1 = hall_part(h, who, "Pukla cev u Surduku, poplava. ", 3, 2, 1),
		       p2 = hall_part(h, who, "Hvala!", 3, 2, 2),
		       q1 = hall_part(h, other, "Rupa na putu u Vojki. ", 4, 2, 1),
		       q2 = hall_part(h, other, "Osecam gas iz rupe", 4, 2, 2);
	struct intake_found f, g;
	struct staff_act act;

	hall_message(h, &p2, false, &f);
	hall_message(h, &q1, false, &g);
	h->now.ms += h->conf->part_wait_ms + SECOND_MS;
	hall_clocks(h);
	is_int(hall_rows(h, who), 0, "'thanks' alone needs no answer");
	hall_message(h, &p1, false, &f);
	ok(f.outcome == OUTCOME_CASE && hall_rows(h, who) == 1 && f.case_number[0] != '\0',
	   "but when the matter comes late, it is a case and answered");
	is_int(hall_rows(h, other), 1, "a first part is a case");
	g.case_number[0] = '\0';
	act = (struct staff_act){ .number = bytes_of(strstr(hall_last_row(h, other)->text, "SP-")),
				  .words = bytes_of("Zakrpljeno.") };
	act.number = bytes_cut(act.number, 0, strlen("SP-2026-000001"));
	hall_staff(h, staff_close, &act);
	hall_message(h, &q2, false, &g);
	ok(hall_case(h, g.case_number)->state == CASE_OPEN, "a late part opens its case again");
	ok(hall_last_row(h, other)->kind == KIND_EMERGENCY, "danger in it is answered");
	is_text(bytes_of(hall_last_row(h, other)->case_number), g.case_number,
		"with the case's number");
}

static void late_part_of_danger(struct hall *h)
{
	const char *who = "+381643100018";
	struct message p1 = hall_part(h, who, "Osecam gas na stepenistu, ", 6, 2, 1),
		       p2 = hall_part(h, who, "curi plin iz cevi", 6, 2, 2);
	struct intake_found f;

	hall_message(h, &p1, false, &f);
	h->now.ms += h->conf->part_wait_ms + SECOND_MS;
	hall_clocks(h);
	is_int(hall_rows(h, who), 2, "danger with a gap has its number to call and its case");
	hall_message(h, &p2, false, &f);
	is_int(hall_rows(h, who), 2, "its late part isn't answered once more");
}

static void parts_of_a_name(struct hall *h)
{
	struct message p1 = hall_part(h, "TELEKOM", "Vas racun ", 8, 2, 1),
		       p2 = hall_part(h, "TELEKOM", "za vodu je stigao", 8, 2, 2);
	struct intake_found whole = hall_text(h, "TELEKOM", "Vas racun za vodu je stigao"), f;

	hall_message(h, &p1, false, &f);
	ok(hall_message(h, &p2, false, &f) == ERR_OK && f.message != 0, "a name may send parts");
	ok(hall_case(h, f.case_number)->contact == hall_case(h, whole.case_number)->contact,
	   "and is the same contact as by a text in one piece");
}

/* What a hostile or broken network may hand over as one part. */
static void huge_parts(struct hall *h)
{
	static char words[40001];
	struct message p[2];
	struct intake_found f = { 0 };

	for (size_t i = 0; i + 2 < sizeof(words); i += 2)
		memcpy(words + i, "\xd0\x96", 2);
	p[0] = hall_part(h, "+381643100008", words, 1, 3, 1);
	p[1] = hall_part(h, "+381643100008", words, 1, 3, 3);
	hall_message(h, &p[0], false, &f);
	hall_message(h, &p[1], false, &f);
	h->now.ms += h->conf->part_wait_ms + SECOND_MS;
	hall_clocks(h);
	is_int(hall_rows(h, "+381643100008"), 1, "parts of any length become a message");
}

static void many_gaps(struct hall *h)
{
	size_t before = hall_rows(h, NULL);
	struct intake_found f;
	char from[32];

	for (int i = 0; i < 250; i++) {
		struct message p;

		snprintf(from, sizeof(from), "+3816450%05d", i);
		p = hall_part(h, from, "Rupa na putu u Vojki, velika, ispred broja 5, auti staju",
			      1, 2, 1);
		hall_message(h, &p, false, &f);
	}
	h->now.ms += h->conf->part_wait_ms + SECOND_MS;
	hall_clocks(h);
	is_int(hall_rows(h, NULL) - before, 250, "hundreds of gaps at once are all answered");
}

/* The year of a number is seldom typed, and in January the case is last year's. */
static void status_in_january(void)
{
	struct hall h;
	const char *who = "+381643100077";
	struct intake_found a;
	char words[80];

	hall_open(&h, NULL);
	a = hall_text(&h, who, "Pukla je cev u Svetosavskoj 14");
	h.now.ms += 50 * DAY_MS;
	snprintf(words, sizeof(words), "STATUS %ld", strtol(a.case_number + 8, NULL, 10));
	hall_text(&h, who, words);
	ok(row_says(hall_last_row(&h, who), a.case_number),
	   "'%s' in January finds last year's case", words);
	snprintf(words, sizeof(words), "STATUS SP-2027-%s", a.case_number + 8);
	hall_text(&h, who, words);
	ok(!row_says(hall_last_row(&h, who), a.case_number), "but '%s' means this year's", words);
	hall_text(&h, "+381643100078", "STATUS 1");
	ok(!row_says(hall_last_row(&h, "+381643100078"), a.case_number), "and it is nobody else's");
	hall_close(&h);
}

static void stop_and_what_waits(void)
{
	struct hall h;
	const char *who = "+381643100010";
	struct intake_found a;
	struct staff_act act;

	hall_open(&h, NULL);
	a = hall_text(&h, who, "Nema vode u Surduku");
	h.now.ms += 11 * HOUR_MS; /* 23:00: the notice waits until morning */
	act = (struct staff_act){ .number = bytes_of(a.case_number),
				  .words = bytes_of("Voda je stigla.") };
	hall_staff(&h, staff_close, &act);
	ok(hall_last_row(&h, who)->state == OUT_QUEUED, "a notice waits for the morning");
	hall_text(&h, who, "STOP");
	ok(row_says(hall_last_row(&h, who), "START"), "STOP is confirmed");
	hall_sent(&h);
	h.now.ms += 12 * HOUR_MS;
	hall_sent(&h);
	ok(hall_nth_row(&h, who, 1)->state == OUT_CANCELLED,
	   "what waited when STOP came never leaves");
	is_text(bytes_of(hall_nth_row(&h, who, 1)->error), "STOP", "and says why");
	ok(hall_nth_row(&h, who, 2)->state != OUT_CANCELLED, "an acknowledgement stays");
	hall_text(&h, who, "?");
	is_int(hall_rows(&h, who), 3, "an empty text is not asked about then");
	ok(hall_is_sound(&h), "everything adds up");
	hall_close(&h);
}

static void script_of_the_question(struct hall *h)
{
	const char *who = "+381643100011";

	hall_text(h, who, "Nema vode u Surduku, ne radi ni rasveta");
	hall_text(h, who, "Помоћ");
	ok(row_says(hall_last_row(h, who), "пријаве"),
	   "a word in Cyrillic is answered in Cyrillic");
	hall_text(h, who, "STATUS");
	ok(row_says(hall_last_row(h, who), "пријаве"),
	   "a command as we wrote it to him changes nothing");
	hall_text(h, who, "Prepun kontejner");
	ok(row_says(hall_last_row(h, who), "Prijava"), "words in Latin do");
}

static void merged_and_status(struct hall *h)
{
	const char *who = "+381643100012";
	struct intake_found a = hall_text(h, who, "Nema vode u Surduku"),
			    b = hall_text(h, who, "Rupa na putu u Vojki");
	struct staff_act act = { .number = bytes_of(a.case_number),
				 .other = bytes_of(b.case_number) };
	char words[64];

	hall_staff(h, staff_merge, &act);
	snprintf(words, sizeof(words), "STATUS %s", a.case_number);
	hall_text(h, who, words);
	ok(row_says(hall_last_row(h, who), b.case_number),
	   "STATUS of a merged case tells of the one that it went into");
}

static void follow_ups(struct hall *h)
{
	const char *who = "+381643100015", *other = "+381643100016";
	struct intake_found a = hall_text(h, who, "Nema vode u Surduku"), f;
	struct staff_act act = { .number = bytes_of(a.case_number),
				 .words = bytes_of("Cev je zamenjena.") };

	f = hall_text(h, who, "jos nije popravljeno");
	is_text(bytes_of(f.case_number), a.case_number, "'still not' means the open case");
	hall_staff(h, staff_close, &act);
	f = hall_text(h, who, "Hvala vam puno");
	ok(f.outcome == OUTCOME_JOINED && strcmp(f.case_number, a.case_number) == 0 &&
		   hall_case(h, a.case_number)->state == CASE_CLOSED,
	   "thanks join what is over, and don't open it");
	h->now.ms += 29 * DAY_MS;
	f = hall_text(h, who, "opet curi");
	ok(strcmp(f.case_number, a.case_number) == 0 &&
		   hall_case(h, a.case_number)->state == CASE_OPEN,
	   "'again' within a month opens it");
	h->now.ms += MINUTE_MS;
	act.words = bytes_of("Opet je zamenjena.");
	hall_staff(h, staff_close, &act);
	h->now.ms += 31 * DAY_MS;
	f = hall_text(h, who, "opet curi");
	ok(f.outcome == OUTCOME_CASE && strcmp(f.case_number, a.case_number) != 0,
	   "after more than a month it is a case of its own");
	f = hall_text(h, other, "opet curi");
	ok(f.outcome == OUTCOME_CASE, "so it is of somebody who has no case");
}

static void languages_by_name(struct hall *h)
{
	const char *who = "+381643100017";

	hall_text(h, who, "JEZIK SK");
	ok(hall_last_row(h, who)->language == LANG_SK, "a choice is confirmed in its language");
	hall_text(h, who, "JEZIK klingonski");
	ok(hall_last_row(h, who)->kind == KIND_HELP && row_says(hall_last_row(h, who), "STATUS"),
	   "a language that nobody speaks here gets the help text");
	hall_text(h, who, "Нема воде у Белегишу");
	ok(hall_last_row(h, who)->language == LANG_SK, "and changes nothing");
}

static void danger_from_afar(struct hall *h)
{
	const char *duty = "+381600000002", *who = "+4915112345678";
	size_t told = hall_rows(h, duty);
	struct intake_found f = hall_text(h, who, "Osecam gas u zgradi Kralja Petra 5");

	ok(hall_rows(h, who) == 0 && hall_rows(h, duty) == told + 1,
	   "danger from a number that isn't answered reaches the duty officer");
	ok(f.outcome == OUTCOME_CASE && hall_noted(h, "not-answered"),
	   "and is a case, with an alarm");
}

static void status_list(struct hall *h)
{
	const char *who = "+381643100013";
	char words[80];

	for (int i = 0; i < 8; i++) {
		snprintf(words, sizeof(words), "Rupa na putu u Njegosevoj %d", i + 1);
		hall_text(h, who, words);
	}
	hall_text(h, who, "STATUS");
	ok(row_says(hall_last_row(h, who), "8 prijava"), "STATUS counts all open cases");
	ok(row_says(hall_last_row(h, who), "i jos 3"), "and says how many it leaves out");
}

static void a_written_twin(struct hall *h)
{
	const char *who = "+381643100014";
	struct message m = hall_part(h, who, "Nema vode u Surduku", 0, 0, 0);
	struct intake_found f;

	hall_message(h, &m, false, &f);
	h->now.ms += 3 * SECOND_MS; /* on an idle machine the note of it comes late */
	hall_answered(h, &f);
	h->now.ms += MINUTE_MS;
	m.remote_id = bytes_of("another id of the twin");
	hall_message(h, &m, false, &f);
	ok(!f.is_repeat, "a text that was answered in time may be written again");
	hall_answered(h, &f);
	m.remote_id = bytes_of("a third id of the twin");
	h->now.ms += 50 * MINUTE_MS;
	hall_message(h, &m, true, &f);
	ok(f.is_repeat, "after a break of the link equal words of the last hour are a repeat");
	m.remote_id = bytes_of("a fourth id of the twin");
	h->now.ms += 70 * MINUTE_MS;
	hall_message(h, &m, true, &f);
	ok(!f.is_repeat, "those of before are a person's");
}

static void all(unsigned times)
{
	struct hall h;

	hall_open(&h, "[budget]\nauto_replies_hour = 0\nsegments_day = 0\nsegments_hour = 0\n");
	h.times = times;
	short_answers(&h);
	newest_question(&h);
	emergency_as_answer(&h);
	emergency_again(&h);
	emergency_in_parts(&h);
	late_parts(&h);
	late_part_of_danger(&h);
	parts_of_a_name(&h);
	huge_parts(&h);
	script_of_the_question(&h);
	merged_and_status(&h);
	if (times == 1)
		many_gaps(&h);
	follow_ups(&h);
	languages_by_name(&h);
	danger_from_afar(&h);
	status_list(&h);
	a_written_twin(&h);
	ok(hall_is_sound(&h), "everything adds up (each job applied %u times)", times);
	hall_close(&h);
}

int main(void)
{
	plan(0);
	all(1);
	all(2);
	stop_and_what_waits();
	status_in_january();
	return done_testing();
}
