/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/citizen.h"

#include <stdio.h>
#include <string.h>

#include "conf/limits.h"
#include "gateway/desk/clocks.h"
#include "gateway/desk/home.h"
#include "gateway/desk/reply.h"
#include "gateway/desk/tell.h"
#include "parsers/caseref.h"
#include "parsers/plant.h"
#include "parsers/strbuf.h"
#include "store/cases.h"
#include "store/contacts.h"
#include "store/counts.h"
#include "store/outbox.h"

/* What a text can list and still be read on a cheap phone. */
#define STATUS_LIST_MAX 5
/* And what a mail can. */
#define STATUS_ITEMS_MAX 30
/* Who has more open cases than this has "1000" of them. */
#define STATUS_COUNT_MAX 1000
/* Rows to one person that STOP looks through; those that wait are among the newest, since others were sent. */
#define STOP_ROWS_MAX 1000

static uint32_t hour_of(struct wall at)
{
	return (uint32_t)(at.ms / HOUR_MS);
}

static struct reply reply_to(const struct desk *d, const struct matter *m, enum out_kind kind,
			     enum text_name text)
{
	const struct profile *p = d->conf->profile;
	struct reply r = {
		.kind = kind,
		.text = text,
		.tongue = reply_tongue(d, m->contact),
		.channel = m->message->channel,
		.from = m->message->to,
		.to = bytes_of(m->contact->address),
		.contact = m->contact,
		.case_number = "",
		.message = m->message->id,
		.may_cut = true,
	};

	r.values.town = names_in(&p->town, r.tongue);
	r.values.price = bytes_of(d->conf->sms_price);
	r.values.numbers = p->emergency_numbers;
	return r;
}

/* A refusal is the message's own 'why': there may be no case to log it on. */
static int answer(struct txn *t, struct desk *d, struct matter *m, const struct reply *r)
{
	int err = reply_add(t, d, r, NULL);

	if (err == ERR_OK)
		return ERR_OK;
	if (err_class(err) != ERR_IS_REJECT && err != ERR_CANCELLED)
		return err;
	m->message->why = record_strc(d->arena, reply_refusal(d, err));
	return txn_err(t);
}

static int status_miss(struct txn *t, struct desk *d, struct matter *m)
{
	struct bytes who = bytes_of(m->contact->address);
	struct reply r = reply_to(d, m, KIND_STATUS, TEXT_STATUS_NONE);

	attempt_add(t, ATTEMPT_STATUS_MISS, who, hour_of(d->now), 1, d->now);
	if (attempt_get(t, ATTEMPT_STATUS_MISS, who, hour_of(d->now)) > STATUS_MISSES_HOUR) {
		desk_note(d, "status-guessing", "a number asks for cases that are not its own");
		m->message->why = record_strc(d->arena, "more than five misses an hour");
		return txn_err(t);
	}
	return answer(t, d, m, &r);
}

static int status_one(struct txn *t, struct desk *d, struct matter *m, const Pb__Case *rec)
{
	struct reply r = reply_to(d, m, KIND_STATUS, TEXT_STATUS);

	tell_values(d, rec, r.tongue, &r.values);
	if (!case_is_open(rec))
		r.values.due.ms = 0;
	r.case_number = rec->number;
	m->message->case_number = record_strc(d->arena, rec->number);
	return answer(t, d, m, &r);
}

/* "STATUS 123" in January may mean last year's 123: the year was not written, but taken for this one. */
static int last_years(struct txn *t, struct desk *d, const struct matter *m, Pb__Case **rec_out)
{
	char number[CASEREF_SIZE], written[8];
	uint32_t n;
	int year;

	if (caseref_parse(m->understood->case_no, &year, &n) != ERR_OK)
		return ERR_NOENT;
	(void)snprintf(written, sizeof(written), "%d", year);
	if (strstr(m->message->text, written) != NULL ||
	    caseref_format(d->conf->profile->case_prefix, year - 1, n, number) != ERR_OK)
		return ERR_NOENT;
	return home_named(t, d, m->contact->id, bytes_of(number), rec_out);
}

static int status_named(struct txn *t, struct desk *d, struct matter *m)
{
	Pb__Case *rec;
	int err = home_named(t, d, m->contact->id, m->understood->case_no, &rec);

	if (err == ERR_NOENT)
		err = last_years(t, d, m, &rec);
	if (err == ERR_NOENT)
		return status_miss(t, d, m);
	return err == ERR_OK ? status_one(t, d, m, rec) : err;
}

struct status_list {
	struct desk *d;
	struct strbuf words;
	struct tongue tongue;
	size_t n;
	const char *newest;
	struct letter_item items[STATUS_ITEMS_MAX]; /* of a mail */
	size_t n_items;
};

static int add_to_list(const Pb__Case *rec, void *ctx)
{
	struct status_list *l = ctx;
	struct text_values values;
	int err;

	if (l->n++ >= STATUS_ITEMS_MAX)
		return ERR_OK;
	err = tell_item(l->d, rec, l->tongue, &l->items[l->n_items++]);
	if (err != ERR_OK || l->n > STATUS_LIST_MAX)
		return err;
	tell_values(l->d, rec, l->tongue, &values);
	strbuf_addf(&l->words, "%s%s %.*s", l->n > 1 ? "; " : "", rec->number,
		    PRI_BYTES(values.state));
	if (l->n == 1)
		l->newest = record_strc(l->d->arena, rec->number);
	return ERR_OK;
}

static void say_how_many_more(struct status_list *l)
{
	struct bytes more = catalog_word(l->d->conf->profile->catalog, l->tongue, "list.more");

	if (l->n > STATUS_LIST_MAX)
		strbuf_addf(&l->words, "; %.*s %zu", PRI_BYTES(more), l->n - STATUS_LIST_MAX);
}

/* His own, and those of who is proven to be the same person. */
static int each_of_person(struct txn *t, const Pb__Contact *contact, bool open_only, size_t limit,
			  struct status_list *l)
{
	int err = case_of_contact(t, contact->id, open_only, limit, add_to_list, l);

	for (size_t i = 0; i < contact->n_same && err == ERR_OK; i++)
		err = case_of_contact(t, contact->same[i], open_only, limit, add_to_list, l);
	return err;
}

/* Open cases; when there are none the newest that is over; when there is nothing, kind words. */
static int status_all(struct txn *t, struct desk *d, struct matter *m)
{
	struct reply r = reply_to(d, m, KIND_STATUS, TEXT_STATUS_LIST);
	struct status_list l = { .d = d, .words = strbuf_in(d->arena, 600), .tongue = r.tongue };
	Pb__Case *rec;
	int err = each_of_person(t, m->contact, true, STATUS_COUNT_MAX, &l);

	if (err == ERR_OK && l.n == 0)
		err = each_of_person(t, m->contact, false, 1, &l);
	if (err != ERR_OK)
		return err;
	if (l.n == 0) {
		r.text = TEXT_STATUS_NONE;
		return answer(t, d, m, &r);
	}
	if (l.n == 1) {
		err = case_get(t, bytes_of(l.newest), d->arena, &rec);
		return err == ERR_OK ? status_one(t, d, m, rec) : err;
	}
	say_how_many_more(&l);
	r.values.cases = strbuf_bytes(&l.words);
	r.letter.cases = (struct letter_list){ .items = l.items, .n = l.n_items };
	r.values.n = (int64_t)l.n;
	return answer(t, d, m, &r);
}

static int on_status(struct txn *t, struct desk *d, struct matter *m)
{
	return m->understood->case_no.len != 0 ? status_named(t, d, m) : status_all(t, d, m);
}

static int on_help(struct txn *t, struct desk *d, struct matter *m)
{
	struct reply r = reply_to(d, m, KIND_HELP, TEXT_HELP);

	return answer(t, d, m, &r);
}

struct waiting {
	uint64_t ids[STOP_ROWS_MAX];
	size_t n;
};

static int note_waiting(const Pb__Outbox *row, void *ctx)
{
	struct waiting *w = ctx;

	if ((row->state == OUT_QUEUED || row->state == OUT_UNSURE) &&
	    !reply_leaves_after_stop((enum out_kind)row->kind))
		w->ids[w->n++] = row->id;
	return ERR_OK;
}

/* What was on its way to somebody who wants no texts stays here, and staff hear of it. */
static int cancel_waiting(struct txn *t, struct desk *d, const Pb__Contact *contact)
{
	struct waiting *w = arena_alloc(d->arena, sizeof(*w));
	int err = w == NULL ? ERR_NOMEM
			    : outbox_of_contact(t, contact->id, STOP_ROWS_MAX, note_waiting, w);

	for (size_t i = 0; err == ERR_OK && i < w->n; i++) {
		Pb__Outbox *row;

		err = outbox_get(t, w->ids[i], d->arena, &row);
		if (err == ERR_OK)
			err = outbox_cancel(t, row, OUTBOX_STOPPED, d->now);
		if (err == ERR_OK)
			err = clocks_row_changed(t, d, row);
	}
	return err;
}

static int on_stop(struct txn *t, struct desk *d, struct matter *m)
{
	struct reply r = reply_to(d, m, KIND_HELP, TEXT_STOP);
	int err;

	/* One confirmation; a second STOP is heard, and silence is what was asked for. */
	if (m->contact->stopped)
		return ERR_OK;
	m->contact->stopped = !PLANT(PLANT_STOP_IGNORED);
	m->contact->stopped_at = d->now.ms;
	contact_put(t, m->contact);
	err = cancel_waiting(t, d, m->contact);
	if (err != ERR_OK)
		return err;
	r.despite_stop = true;
	return answer(t, d, m, &r);
}

static int on_start(struct txn *t, struct desk *d, struct matter *m)
{
	struct reply r = reply_to(d, m, KIND_HELP, TEXT_START);

	m->contact->stopped = false;
	m->contact->stopped_at = 0;
	contact_put(t, m->contact);
	return answer(t, d, m, &r);
}

static int on_language(struct txn *t, struct desk *d, struct matter *m)
{
	struct tongue asked = m->understood->command_tongue;
	struct reply r;

	if (asked.language == LANG_NONE || !profile_answers_in(d->conf->profile, asked))
		return on_help(t, d, m);
	m->contact->language = asked.language;
	m->contact->script = asked.script;
	m->contact->language_chosen = true;
	contact_put(t, m->contact);
	r = reply_to(d, m, KIND_HELP, TEXT_LANGUAGE);
	return answer(t, d, m, &r);
}

int citizen_command(struct txn *t, struct desk *d, struct matter *m)
{
	enum citizen_command command = m->understood->command;

	m->message->outcome = OUTCOME_COMMAND;
	m->message->command = record_strc(d->arena, citizen_command_text(command));
	switch (command) {
	case CMD_STATUS: return on_status(t, d, m);
	case CMD_HELP: return on_help(t, d, m);
	case CMD_STOP: return on_stop(t, d, m);
	case CMD_START: return on_start(t, d, m);
	case CMD_LANGUAGE: return on_language(t, d, m);
	case CMD_NONE: break;
	}
	return on_help(t, d, m);
}

int citizen_empty(struct txn *t, struct desk *d, struct matter *m)
{
	struct bytes who = bytes_of(m->contact->address);
	struct reply r = reply_to(d, m, KIND_HELP, TEXT_ASK);
	int err;

	m->message->outcome = OUTCOME_NOT_ANSWERED;
	if (attempt_get(t, ATTEMPT_ASKED, who, hour_of(d->now)) > 0) {
		m->message->why =
			record_strc(d->arena, "no words in it; asked within the hour already");
		return txn_err(t);
	}
	err = answer(t, d, m, &r);
	/* A refusal stands in why: then nobody was asked anything. */
	if (err != ERR_OK || m->message->why[0] != '\0')
		return err;
	attempt_add(t, ATTEMPT_ASKED, who, hour_of(d->now), 1, d->now);
	m->message->outcome = OUTCOME_INFORMATION;
	return txn_err(t);
}
