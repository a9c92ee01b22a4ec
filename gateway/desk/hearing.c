/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/hearing.h"

#include <stdio.h>
#include <string.h>

#include "conf/calendar.h"
#include "conf/limits.h"
#include "gateway/desk/citizen.h"
#include "parsers/contact.h"
#include "parsers/strbuf.h"
#include "store/cases.h"
#include "store/contacts.h"
#include "store/messages.h"

/* Where a part of a long text is missing. */
#define GAP_MARK "\xe2\x80\xa6"
/* So much evidence changes the tongue that a contact is written to; one word like 'ok' doesn't. */
#define EVIDENCE_TO_CHANGE 2
/* A joined text is at most this long: 20 parts of 153 characters of up to 4 octets. */
#define JOINED_MAX ((size_t)PART_TOTAL_MAX * 160 * 4)

Pb__Message *hearing_record(struct txn *t, struct desk *d, const struct message *msg)
{
	Pb__Message *rec = arena_alloc(d->arena, sizeof(*rec));

	if (rec == NULL)
		return NULL;
	pb__message__init(rec);
	rec->id = txn_id(t, d->now);
	rec->channel = record_str(d->arena, msg->channel);
	rec->from = record_str(d->arena, msg->from_raw);
	rec->to = record_str(d->arena, msg->to);
	rec->text = record_str(d->arena, msg->text);
	if (msg->is_damaged || msg->fault.len != 0 || msg->coding == CODING_OCTETS) {
		rec->raw.data = (uint8_t *)(uintptr_t)msg->raw.ptr;
		rec->raw.len = msg->raw.len;
	}
	rec->coding = msg->coding;
	rec->charset = record_str(d->arena, msg->charset);
	rec->udh.data = (uint8_t *)(uintptr_t)msg->udh.ptr;
	rec->udh.len = msg->udh.len;
	rec->smsc = record_str(d->arena, msg->smsc);
	rec->remote_id = record_str(d->arena, msg->remote_id);
	rec->smsc_time = msg->smsc_time.ms;
	rec->received = d->now.ms;
	return rec;
}

void hearing_part(const struct desk *d, const struct message *msg, Pb__Part *part)
{
	pb__part__init(part);
	part->channel = record_str(d->arena, msg->channel);
	part->from = record_str(d->arena, msg->from.len != 0 ? msg->from : msg->from_raw);
	part->to = record_str(d->arena, msg->to);
	part->ref = msg->part_ref;
	part->total = msg->part_total;
	part->index = msg->part_index;
	part->received = d->now.ms;
	part->text = record_str(d->arena, msg->text);
	part->raw.data = (uint8_t *)(uintptr_t)msg->raw.ptr;
	part->raw.len = msg->raw.len;
	part->coding = msg->coding;
	part->remote_id = record_str(d->arena, msg->remote_id);
	part->smsc = record_str(d->arena, msg->smsc);
	part->smsc_time = msg->smsc_time.ms;
	part->udh.data = (uint8_t *)(uintptr_t)msg->udh.ptr;
	part->udh.len = msg->udh.len;
	part->charset = record_str(d->arena, msg->charset);
}

static int understand(struct desk *d, struct bytes text, const Pb__Contact *contact,
		      struct classified *u)
{
	struct classifier c = d->conf->profile->classifier;
	struct tongue last = { .language = (enum language)contact->language,
			       .script = (enum script)contact->script };

	c.case_year = calendar_local(d->now).year;
	return classify(&c, d->arena, text, last, u);
}

/* Remembers how a person writes; a choice by LANGUAGE stands whatever they write in. */
static void learn_tongue(struct txn *t, struct desk *d, Pb__Contact *contact,
			 const struct language_guess *g)
{
	bool is_new = contact->language == LANG_NONE;
	struct tongue heard = { .language = g->language, .script = g->script };

	contact->last_seen = d->now.ms;
	if (!contact->language_chosen && g->language != LANG_NONE &&
	    (is_new || g->evidence >= EVIDENCE_TO_CHANGE)) {
		/* Only Serbian has two scripts that we answer in. */
		if (heard.language != LANG_SR)
			heard.script = SCRIPT_LATN;
		contact->language = heard.language;
		contact->script = heard.script;
	}
	contact_put(t, contact);
}

static int note_understood(struct desk *d, Pb__Message *rec, const struct classified *u)
{
	rec->language = u->guess.language;
	rec->script = u->guess.script;
	rec->place = record_str(d->arena, u->place);
	rec->settlement = record_str(d->arena, u->settlement);
	rec->categories = arena_array(d->arena, CLASSIFY_CATEGORIES_MAX, sizeof(char *));
	rec->rules = arena_array(d->arena, CLASSIFY_REASONS_MAX, sizeof(char *));
	if (rec->categories == NULL || rec->rules == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < u->n_categories; i++)
		rec->categories[rec->n_categories++] = record_str(d->arena, u->categories[i]);
	for (size_t i = 0; i < u->n_why; i++) {
		struct strbuf s = strbuf_in(d->arena, 300);

		strbuf_addf(&s, "%.*s %.*s", PRI_BYTES(u->why[i].rule),
			    PRI_BYTES(u->why[i].matched));
		rec->rules[rec->n_rules++] = record_str(d->arena, strbuf_bytes(&s));
	}
	return ERR_OK;
}

int hearing_quarantine(struct txn *t, struct desk *d, Pb__Message *rec, struct bytes reason,
		       struct bytes raw, uint64_t *id_out)
{
	Pb__Quarantine *q = arena_alloc(d->arena, sizeof(*q));

	if (q == NULL)
		return ERR_NOMEM;
	pb__quarantine__init(q);
	q->id = txn_id(t, d->now);
	q->channel = rec->channel;
	q->from = rec->from;
	q->to = rec->to;
	q->reason = record_str(d->arena, reason);
	q->raw.data = (uint8_t *)(uintptr_t)raw.ptr;
	q->raw.len = raw.len;
	q->coding = rec->coding;
	q->received = d->now.ms;
	q->message = rec->id;
	q->settled_as = record_strc(d->arena, "");
	q->text = rec->text;
	quarantine_put(t, q);
	rec->outcome = OUTCOME_QUARANTINE;
	rec->why = q->reason;
	*id_out = q->id;
	return txn_err(t);
}

static int decide(struct txn *t, struct desk *d, struct matter *m, uint64_t *quarantine_out)
{
	switch (m->understood->outcome) {
	case CLASS_COMMAND: return citizen_command(t, d, m);
	case CLASS_EMPTY: return citizen_empty(t, d, m);
	case CLASS_QUARANTINE:
		return hearing_quarantine(t, d, m->message, m->understood->quarantine_reason,
					  bytes_of(m->message->text), quarantine_out);
	/* There are no articles yet: a question is a matter for a person too, or nobody would answer it. */
	case CLASS_INFORMATION:
	case CLASS_CASE:
	case CLASS_FOLLOWUP:
	case CLASS_THANKS: return matter_apply(t, d, m);
	}
	return ERR_BAD_STATE;
}

static int contact_of(struct txn *t, struct desk *d, Pb__Message *rec, struct bytes address,
		      Pb__Contact **contact_out)
{
	struct strbuf name = strbuf_in(d->arena, 100);
	int err;

	/* Who can't be answered is still somebody: a name or a short code, recorded as it came. */
	if (address.len == 0) {
		strbuf_addf(&name, "sms:%s", rec->from);
		address = strbuf_bytes(&name);
	}
	err = contact_need(t, address, d->now, d->arena, contact_out);
	if (err != ERR_OK)
		return err;
	rec->contact = (*contact_out)->id;
	rec->from = record_strc(d->arena, ""); /* an address stands only with its contact */
	return ERR_OK;
}

static void tell(const Pb__Message *rec, struct intake_found *found_out)
{
	found_out->message = rec->id;
	found_out->outcome = (enum msg_outcome)rec->outcome;
	snprintf(found_out->case_number, sizeof(found_out->case_number), "%s", rec->case_number);
}

int hearing_decide(struct txn *t, struct desk *d, Pb__Message *rec, struct bytes address,
		   const struct classified *understood, bool emergency_told,
		   struct intake_found *found_out)
{
	struct classified own;
	struct matter m = { .message = rec,
			    .understood = understood,
			    .emergency_told = emergency_told };
	int err = contact_of(t, d, rec, address, &m.contact);

	if (err != ERR_OK)
		return err;
	/* The loop knew nothing of the contact: where the text itself says little, its last tongue decides. */
	if (understood == NULL ||
	    (understood->guess.evidence == 0 && m.contact->language != LANG_NONE)) {
		err = understand(d, bytes_of(rec->text), m.contact, &own);
		if (err != ERR_OK)
			return err;
		m.understood = &own;
	}
	err = note_understood(d, rec, m.understood);
	if (err != ERR_OK)
		return err;
	learn_tongue(t, d, m.contact, &m.understood->guess);
	err = decide(t, d, &m, &found_out->quarantine);
	if (err != ERR_OK)
		return err;
	message_add(t, rec);
	tell(rec, found_out);
	return txn_err(t);
}

int hearing_again(struct txn *t, struct desk *d, Pb__Message *rec, struct intake_found *found_out)
{
	struct classified u;
	struct matter m = { .message = rec, .understood = &u };
	const struct contact_country country = { .code = d->conf->channels[0].country,
						 .trunk = "0" };
	struct bytes address = BYTES_NONE;
	int err = ERR_OK;

	if (rec->contact != 0)
		err = contact_get(t, rec->contact, d->arena, &m.contact);
	else if (contact_of_number(bytes_of(rec->from), &country, d->arena, &address) ==
		 CONTACT_PHONE)
		err = contact_of(t, d, rec, address, &m.contact);
	else
		err = contact_of(t, d, rec, BYTES_NONE, &m.contact);
	if (err == ERR_OK)
		err = understand(d, bytes_of(rec->text), m.contact, &u);
	if (err == ERR_OK)
		err = note_understood(d, rec, &u);
	if (err != ERR_OK)
		return err;
	rec->why = record_strc(d->arena, "");
	u.outcome = CLASS_CASE;
	err = matter_apply(t, d, &m);
	if (err != ERR_OK)
		return err;
	message_put(t, rec);
	tell(rec, found_out);
	return txn_err(t);
}

int hearing_part_alone(struct txn *t, struct desk *d, Pb__Part *part)
{
	Pb__Contact *contact;
	struct classified u;
	int err = contact_need(t, bytes_of(part->from), d->now, d->arena, &contact);

	if (err == ERR_OK)
		err = understand(d, bytes_of(part->text), contact, &u);
	if (err != ERR_OK || !u.is_emergency)
		return err;
	part->acted = true;
	part_put(t, part);
	return matter_emergency(t, d, contact, part->channel, part->to, NULL, bytes_of(part->text),
				0);
}

/* Parts in order, a mark where one is missing; UCS-2 parts were decoded each by itself. */
static int join_text(struct desk *d, const struct part_set *set, struct bytes *text_out,
		     bool *acted_out)
{
	struct strbuf s = strbuf_in(d->arena, JOINED_MAX);
	uint32_t next = 1;

	*acted_out = false;
	for (size_t i = 0; i < set->n; i++) {
		if (set->parts[i]->index != next)
			strbuf_adds(&s, GAP_MARK);
		strbuf_adds(&s, set->parts[i]->text);
		next = set->parts[i]->index + 1;
		*acted_out |= set->parts[i]->acted;
	}
	if (next != set->total + 1)
		strbuf_adds(&s, GAP_MARK);
	return strbuf_finish(&s, text_out);
}

int hearing_parts(struct txn *t, struct desk *d, struct part_set *set,
		  struct intake_found *found_out)
{
	const Pb__Part *first = set->parts[0];
	bool is_whole = set->n == set->total;
	Pb__Message *rec = arena_alloc(d->arena, sizeof(*rec));
	struct bytes text;
	bool acted;
	int err;

	if (rec == NULL)
		return ERR_NOMEM;
	err = join_text(d, set, &text, &acted);
	if (err != ERR_OK)
		return err;
	pb__message__init(rec);
	rec->id = txn_id(t, d->now);
	rec->channel = first->channel;
	rec->from = first->from;
	rec->to = first->to;
	rec->text = record_str(d->arena, text);
	rec->coding = first->coding;
	rec->charset = first->charset;
	rec->smsc = first->smsc;
	rec->remote_id = first->remote_id;
	rec->smsc_time = first->smsc_time;
	rec->received = d->now.ms;
	rec->parts = set->total;
	rec->parts_missing = set->total - (uint32_t)set->n;
	err = hearing_decide(t, d, rec, bytes_of(first->from), NULL, acted, found_out);
	if (err != ERR_OK)
		return err;
	part_settle(t, set, is_whole ? PART_JOINED : PART_GIVEN_UP, rec->id);
	return txn_err(t);
}

int parts_give_up(struct txn *t, struct desk *d, struct bytes part_key)
{
	struct part_set set;
	struct intake_found found = { 0 };
	int err = part_set_get(t, part_key, d->arena, &set);

	if (err != ERR_OK)
		return err == ERR_NOENT ? ERR_OK : err;
	return set.n != 0 ? hearing_parts(t, d, &set, &found) : ERR_OK;
}

static int log_late_part(struct txn *t, struct desk *d, const Pb__Message *msg,
			 const Pb__Part *part)
{
	Pb__Case *rec;
	struct case_step step = {
		.who = "citizen",
		.what = "late part",
		.message = msg->id,
		.words = bytes_of(part->text),
		.channel = part->channel,
	};
	int err = case_get(t, bytes_of(msg->case_number), d->arena, &rec);

	if (err != ERR_OK)
		return err_class(err) == ERR_IS_REJECT ? ERR_OK : err;
	rec->last_heard = d->now.ms;
	case_log(t, rec, &step, d->now, d->arena);
	case_put(t, rec);
	return txn_err(t);
}

int hearing_late_part(struct txn *t, struct desk *d, Pb__Part *part, struct part_set *set,
		      struct intake_found *found_out)
{
	struct strbuf s = strbuf_in(d->arena, JOINED_MAX);
	Pb__Message *msg;
	int err = message_get(t, set->message, d->arena, &msg);

	if (err == ERR_OK)
		err = hearing_part_alone(t, d, part);
	if (err != ERR_OK)
		return err;
	/* What people read first stays as it was; the late words stand behind it, marked. */
	strbuf_addf(&s, "%s\n[%u/%u] %s", msg->text, part->index, part->total, part->text);
	msg->text = record_str(d->arena, strbuf_bytes(&s));
	if (msg->parts_missing > 0)
		msg->parts_missing--;
	message_put(t, msg);
	part_settle(t, set, PART_GIVEN_UP, msg->id);
	tell(msg, found_out);
	return msg->case_number[0] != '\0' ? log_late_part(t, d, msg, part) : txn_err(t);
}
