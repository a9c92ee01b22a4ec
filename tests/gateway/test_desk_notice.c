/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_desk_notice - pictures are answered once a day, codes and signs of the network never; all are kept. */
#include "gateway/desk/notice.h"

#include <string.h>

#include "parsers/err.h"
#include "store/contacts.h"
#include "store/messages.h"
#include "tests/gateway/desk_fixture.h"
#include "tests/tap.h"

#define ANN "+381641000001"
#define JAN "+381641000002"
#define EVA "+381641000003"

static struct intake_found bring(struct hall *h, const char *from, enum message_kind kind,
				 const char *octets)
{
	struct message m = hall_part(h, from, "", 0, 0, 0);
	struct intake_found found;

	m.kind = kind;
	m.raw = bytes_of(octets);
	m.coding = kind == MESSAGE_MMS ? CODING_OCTETS : CODING_GSM7;
	if (kind != MESSAGE_MMS)
		m.text = m.raw;
	is_int(hall_message(h, &m, false, &found), ERR_OK, "it is kept");
	hall_answered(h, &found);
	return found;
}

struct look {
	uint64_t id;
	enum msg_outcome outcome;
	size_t raw_len;
	char why[120], text[40];
	bool has_contact;
};

static int look_at(struct txn *t, struct desk *d, void *ctx)
{
	struct look *l = ctx;
	Pb__Message *rec;
	int err = message_get(t, l->id, d->arena, &rec);

	if (err != ERR_OK)
		return err;
	l->outcome = (enum msg_outcome)rec->outcome;
	l->raw_len = rec->raw.len;
	l->has_contact = rec->contact != 0 && rec->from[0] == '\0';
	strncpy(l->why, rec->why, sizeof(l->why) - 1);
	strncpy(l->text, rec->text, sizeof(l->text) - 1);
	return ERR_OK;
}

static struct look message(struct hall *h, const struct intake_found *found)
{
	struct look l = { .id = found->message };

	is_int(hall_work(h, look_at, &l), ERR_OK, "its record is there");
	return l;
}

static void pictures(struct hall *h)
{
	struct intake_found first = bring(h, ANN, MESSAGE_MMS, "\x8C\x82one"), second, next;
	struct look l = message(h, &first);

	ok(first.outcome == OUTCOME_INFORMATION && l.outcome == OUTCOME_INFORMATION &&
		   first.case_number[0] == '\0',
	   "pictures open no case");
	ok(l.raw_len == 5 && l.has_contact, "their octets and sender are kept");
	is_int((long long)hall_rows(h, ANN), 1, "their sender is told");
	ok(strstr(hall_last_row(h, ANN)->text, "samo tekst") != NULL &&
		   hall_last_row(h, ANN)->kind == KIND_HELP &&
		   strcmp(hall_last_row(h, ANN)->from, "1955") == 0,
	   "that only texts are read here, from the number that they came to");
	second = bring(h, ANN, MESSAGE_MMS, "\x8C\x82two");
	l = message(h, &second);
	is_int((long long)hall_rows(h, ANN), 1, "once a day");
	ok(second.outcome == OUTCOME_NOT_ANSWERED && strstr(l.why, "today already") != NULL,
	   "and the others say why not");
	h->now.ms += DAY_MS;
	next = bring(h, ANN, MESSAGE_MMS, "\x8C\x82three");
	ok(next.outcome == OUTCOME_INFORMATION && hall_rows(h, ANN) == 2,
	   "the next day has a text of its own");
}

static void in_his_tongue(struct hall *h)
{
	hall_text(
		h, JAN,
		"Na ulici Masarykovej v Kovačici nesvieti pouličné osvetlenie, prosím opravte to");
	bring(h, JAN, MESSAGE_MMS, "\x8C\x82");
	ok(strstr(hall_last_row(h, JAN)->text, "obrazky") != NULL ||
		   strstr(hall_last_row(h, JAN)->text, "obrázky") != NULL,
	   "who writes in Slovak is told in Slovak: %s", hall_last_row(h, JAN)->text);
}

static void nobody_to_tell(struct hall *h)
{
	static const char *const senders[] = { "MMSC", "1010", "+4915112345678" };

	for (size_t i = 0; i < ARRAY_LEN(senders); i++) {
		struct intake_found found = bring(h, senders[i], MESSAGE_MMS, "\x8C\x82");
		struct look l = message(h, &found);

		ok(found.outcome == OUTCOME_NOT_ANSWERED && hall_rows(h, senders[i]) == 0 &&
			   l.why[0] != '\0',
		   "pictures from %s are kept and nobody is told", senders[i]);
	}
	hall_text(h, EVA, "STOP");
	bring(h, EVA, MESSAGE_MMS, "\x8C\x82");
	is_int((long long)hall_rows(h, EVA), 1, "who said STOP hears nothing of pictures");
}

static void codes_and_signs(struct hall *h)
{
	static const enum message_kind kinds[] = { MESSAGE_USSD, MESSAGE_INDICATION };
	static const char *const words[] = { "USSD", "sign of the network" };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		const char *who = i == 0 ? "+381641000011" : "+381641000012";
		struct intake_found found = bring(h, who, kinds[i], "POZAR GORI *123#");
		struct look l = message(h, &found);

		ok(found.outcome == OUTCOME_NOT_ANSWERED && found.case_number[0] == '\0' &&
			   hall_rows(h, who) == 0,
		   "%s opens no case and is never answered", words[i]);
		ok(strstr(l.why, words[i]) != NULL && strcmp(l.text, "POZAR GORI *123#") == 0,
		   "and says so, with what it held");
	}
}

static void all(unsigned times)
{
	struct hall h;

	hall_open(&h, NULL);
	h.times = times;
	pictures(&h);
	in_his_tongue(&h);
	nobody_to_tell(&h);
	codes_and_signs(&h);
	ok(hall_is_sound(&h), "everything adds up (each job applied %u times)", times);
	hall_close(&h);
}

int main(void)
{
	plan(0);
	all(1);
	all(3);
	return done_testing();
}
