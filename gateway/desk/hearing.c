/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/hearing.h"

#include <stdio.h>
#include <string.h>

#include "conf/calendar.h"
#include "gateway/desk/citizen.h"
#include "gateway/desk/home.h"
#include "gateway/desk/mail_home.h"
#include "gateway/desk/mail_record.h"
#include "gateway/desk/solved.h"
#include "parsers/contact.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"
#include "store/contacts.h"
#include "store/messages.h"

/* So much evidence changes the tongue that a contact is written to; one word like 'ok' doesn't. */
#define EVIDENCE_TO_CHANGE 2
/* A sender that is no number: a name has eleven letters. */
#define SENDER_MAX 90

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
	if (msg->mail != NULL && mail_record_fill(d, msg, rec) != ERR_OK)
		return NULL;
	return rec;
}

int hearing_understand(struct desk *d, struct bytes text, const Pb__Contact *contact,
		       struct classified *u)
{
	struct classifier c = d->conf->profile->classifier;
	struct tongue last = { .language = (enum language)contact->language,
			       .script = (enum script)contact->script };

	c.case_year = calendar_local(d->now).year;
	return classify(&c, d->arena, text, last, u);
}

/* How sure a text is of its tongue. Of the script one can't be wrong, but commands are typed as we spell them. */
static bool shows_tongue(const Pb__Contact *contact, const struct classified *u)
{
	if (u->guess.language == LANG_NONE)
		return false;
	return contact->language == LANG_NONE || u->guess.evidence >= EVIDENCE_TO_CHANGE ||
	       (contact->language == (uint32_t)u->guess.language && u->outcome != CLASS_COMMAND);
}

/* Remembers how a person writes; a choice by LANGUAGE stands whatever they write in. */
static void learn_tongue(struct desk *d, Pb__Contact *contact, const struct classified *u)
{
	contact->last_seen = d->now.ms;
	if (!contact->language_chosen && shows_tongue(contact, u)) {
		contact->language = u->guess.language;
		/* Only Serbian has two scripts that we answer in. */
		contact->script = u->guess.language == LANG_SR ? u->guess.script : SCRIPT_LATN;
	}
}

static int note_understood(struct desk *d, Pb__Message *rec, const struct classified *u)
{
	rec->language = u->guess.language;
	rec->script = u->guess.script;
	rec->place = record_str(d->arena, u->place);
	rec->settlement = record_str(d->arena, u->settlement);
	rec->categories = arena_array(d->arena, CLASSIFY_CATEGORIES_MAX, sizeof(char *));
	rec->rules = arena_array(d->arena, CLASSIFY_REASONS_MAX, sizeof(char *));
	rec->n_categories = 0; /* it may be read a second time */
	rec->n_rules = 0;
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

int hearing_note(struct txn *t, struct desk *d, Pb__Message *rec, Pb__Contact *contact,
		 const struct classified *u)
{
	int err = note_understood(d, rec, u);

	if (err != ERR_OK)
		return err;
	learn_tongue(d, contact, u);
	contact_put(t, contact);
	return txn_err(t);
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

/* "14", a thumb up: nothing by itself, but the answer while a question of ours waits. */
static int decide_empty(struct txn *t, struct desk *d, struct matter *m)
{
	Pb__Case *asked;
	int err = ERR_NOENT;

	if (d->mail != NULL)
		err = mail_home_answered(t, d, m->contact, &asked);
	else if (bytes_trim(bytes_of(m->message->text)).len != 0)
		err = home_asked(t, d, m->contact->id, &asked);
	if (err == ERR_OK)
		return matter_apply(t, d, m);
	return err == ERR_NOENT ? citizen_empty(t, d, m) : err;
}

static int decide(struct txn *t, struct desk *d, struct matter *m, uint64_t *quarantine_out)
{
	int err = solved_answered(t, d, m);

	if (err != ERR_NOENT)
		return err;
	switch (m->understood->outcome) {
	case CLASS_COMMAND: return citizen_command(t, d, m);
	case CLASS_EMPTY: return decide_empty(t, d, m);
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

/* A new one isn't written yet. */
static int meet(struct txn *t, struct desk *d, struct bytes from, Pb__Contact **contact_out,
		bool *is_new_out)
{
	struct strbuf name = strbuf_in(d->arena, SENDER_MAX + sizeof("sms:"));

	if (!bytes_starts(from, "sms:") && !bytes_starts(from, "mail:")) {
		strbuf_addf(&name, "sms:%.*s", PRI_BYTES(utf8_cut(from, SENDER_MAX)));
		from = strbuf_bytes(&name);
	}
	return contact_meet(t, from, d->now, d->arena, contact_out, is_new_out);
}

static void keep_contact(struct txn *t, const Pb__Contact *contact, bool is_new)
{
	if (is_new)
		contact_put_new(t, contact);
	else
		contact_put(t, contact);
}

int hearing_contact(struct txn *t, struct desk *d, struct bytes from, Pb__Contact **contact_out)
{
	bool is_new;
	int err = meet(t, d, from, contact_out, &is_new);

	if (err == ERR_OK && is_new)
		contact_put_new(t, *contact_out);
	return err != ERR_OK ? err : txn_err(t);
}

static int contact_of(struct txn *t, struct desk *d, Pb__Message *rec, struct bytes address,
		      Pb__Contact **contact_out, bool *is_new_out)
{
	int err = meet(t, d, address.len != 0 ? address : bytes_of(rec->from), contact_out,
		       is_new_out);

	if (err != ERR_OK)
		return err;
	rec->contact = (*contact_out)->id;
	rec->from = record_strc(d->arena, ""); /* an address stands only with its contact */
	return ERR_OK;
}

static void report(const Pb__Message *rec, struct intake_found *found_out)
{
	found_out->message = rec->id;
	found_out->outcome = (enum msg_outcome)rec->outcome;
	snprintf(found_out->case_number, sizeof(found_out->case_number), "%s", rec->case_number);
}

static int decide_and_keep(struct txn *t, struct desk *d, struct matter *m, bool is_new,
			   struct intake_found *found_out)
{
	int err = note_understood(d, m->message, m->understood);

	if (err != ERR_OK)
		return err;
	learn_tongue(d, m->contact, m->understood);
	keep_contact(t, m->contact, is_new);
	err = decide(t, d, m, &found_out->quarantine);
	if (err != ERR_OK)
		return err;
	message_add(t, m->message);
	report(m->message, found_out);
	return txn_err(t);
}

int hearing_decide(struct txn *t, struct desk *d, Pb__Message *rec, struct bytes address,
		   const struct classified *understood, bool emergency_told,
		   struct intake_found *found_out)
{
	struct classified own;
	struct matter m = { .message = rec, .emergency_told = emergency_told };
	bool is_new;
	int err = contact_of(t, d, rec, address, &m.contact, &is_new);

	if (err != ERR_OK)
		return err;
	/* The loop knew nothing of the contact: where the text itself says little, its last tongue decides. */
	if (understood == NULL ||
	    (understood->guess.evidence == 0 && m.contact->language != LANG_NONE)) {
		err = hearing_understand(d, bytes_of(rec->text), m.contact, &own);
		if (err != ERR_OK)
			return err;
		understood = &own;
	}
	m.understood = understood;
	return decide_and_keep(t, d, &m, is_new, found_out);
}

int hearing_decide_for(struct txn *t, struct desk *d, Pb__Message *rec, Pb__Contact *contact,
		       const struct classified *understood, struct intake_found *found_out)
{
	struct matter m = { .message = rec, .contact = contact, .understood = understood };

	return decide_and_keep(t, d, &m, false, found_out);
}

/* What was never read has its sender as the network gave it; none when that is no number. */
static struct bytes number_of(const struct desk *d, const Pb__Message *rec)
{
	const struct conf_channel *c = conf_channel(d->conf, rec->channel);
	struct contact_country country = { .code = c != NULL ? c->country : "", .trunk = "0" };
	struct bytes address;

	(void)contact_of_number(bytes_of(rec->from), &country, d->arena, &address);
	return address;
}

int hearing_again(struct txn *t, struct desk *d, Pb__Message *rec, struct intake_found *found_out)
{
	struct classified u;
	struct matter m = { .message = rec, .understood = &u };
	bool is_new = false;
	int err = rec->contact != 0 ? contact_get(t, rec->contact, d->arena, &m.contact)
				    : contact_of(t, d, rec, number_of(d, rec), &m.contact, &is_new);

	if (err == ERR_OK && is_new)
		contact_put_new(t, m.contact);
	if (err == ERR_OK)
		err = hearing_understand(d, bytes_of(rec->text), m.contact, &u);
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
	report(rec, found_out);
	return txn_err(t);
}
