/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/mail_in.h"

#include <stdio.h>

#include "gateway/desk/hearing.h"
#include "gateway/desk/join_codes.h"
#include "gateway/desk/mail_bounce.h"
#include "gateway/desk/post.h"
#include "gateway/desk/staff_auth.h"
#include "gateway/desk/staff_mail.h"
#include "gateway/desk/staff_post.h"
#include "parsers/contact.h"
#include "parsers/plant.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"
#include "store/cases.h"
#include "store/contacts.h"
#include "store/messages.h"

/* Who writes more than this says in the mail what it is about; of less, the subject may be the message. */
#define SHORT_WORDS_MAX 300
/* A subject and so much of the words are read together. */
#define TOGETHER_MAX (SHORT_WORDS_MAX + 1000)
/* A mail without an address that could be written to is still somebody's. */
#define NOBODY  "mail:nobody"
#define WHY_MAX 300

static void report(const Pb__Message *rec, struct intake_found *found_out)
{
	found_out->message = rec->id;
	found_out->outcome = (enum msg_outcome)rec->outcome;
	snprintf(found_out->case_number, sizeof(found_out->case_number), "%s", rec->case_number);
}

static int keep(struct txn *t, const Pb__Message *rec, struct intake_found *found_out)
{
	message_add(t, rec);
	report(rec, found_out);
	return txn_err(t);
}

/* --- who may be answered by itself --- */

static bool is_to_us(const struct desk *d, const struct mail *m)
{
	for (size_t i = 0; i < m->n_people; i++)
		if (post_is_ours(d->conf, m->to[i].address))
			return true;
	return false;
}

static const char *silence_of(const struct desk *d, const struct message *msg)
{
	const struct mail *m = msg->mail;

	if (m->auth.dmarc == PROOF_FAIL)
		return "who sent it isn't the owner of the address (dmarc)";
	if (msg->arrival->is_stale)
		return "it came too late to be answered by itself (stale_after)";
	if (!is_to_us(d, m))
		return "our address isn't in To or Cc";
	if (post_is_ours(d->conf, m->from.address))
		return "it came from our own address";
	if (profile_member_of_mail(d->conf->profile, m->from.address) != NULL)
		return "it came from a member of staff";
	return NULL;
}

/* --- what can't be read --- */

/* The raw mail is all that there is to look at. */
static int attach_raw(struct desk *d, const struct message *msg, Pb__Message *rec)
{
	Pb__File *f = arena_alloc(d->arena, sizeof(*f));

	rec->files = arena_array(d->arena, 1, sizeof(*rec->files));
	if (f == NULL || rec->files == NULL)
		return ERR_NOMEM;
	pb__file__init(f);
	f->name = record_strc(d->arena, "mail.eml");
	f->type = record_strc(d->arena, "message/rfc822");
	f->size = msg->arrival->size;
	f->sha256 = rec->blob;
	rec->files[0] = f;
	rec->n_files = 1;
	return ERR_OK;
}

static int hear_unreadable(struct txn *t, struct desk *d, const struct message *msg,
			   Pb__Message *rec, struct intake_found *found_out)
{
	const struct profile *p = d->conf->profile;
	struct strbuf note = strbuf_in(d->arena, WHY_MAX);
	char hex[2 * MAIL_SHA256_SIZE + 1];
	struct case_opening o = {
		.category = p->coordinator_category,
		.who = "odzivd",
		.channel = rec->channel,
		.to = rec->to,
		.message = rec->id,
		.tongue = p->tongue,
		.kind = CASE_KIND_UNREADABLE,
	};
	Pb__Case *opened;
	int err;

	err = attach_raw(d, msg, rec);
	if (err != ERR_OK)
		return err;
	keyed_hex(bytes_at(msg->arrival->blob, MAIL_SHA256_SIZE), hex, sizeof(hex));
	strbuf_addf(&note, "a mail that can't be read here (%.*s); the raw mail is blob %s",
		    PRI_BYTES(bytes_cut(msg->arrival->why, 0, 100)), hex);
	o.note = strbuf_bytes(&note);
	o.why = msg->arrival->why;
	err = matter_open(t, d, &o, &opened);
	if (err != ERR_OK)
		return err;
	rec->outcome = OUTCOME_CASE;
	rec->case_number = opened->number;
	rec->why = record_str(d->arena, msg->arrival->why);
	err = staff_post_case(t, d, opened, rec, o.note);
	if (err != ERR_OK)
		return err;
	desk_note(d, "mail-unreadable", "a mail can't be read; it is case %s", opened->number);
	return keep(t, rec, found_out);
}

/* --- what it says --- */

/* Of a new mail; an answer's subject is ours. */
static bool has_own_subject(const struct mail *m)
{
	return m->n_tags == 0 && m->in_reply_to.len == 0 && m->subject.len != 0;
}

static int understand(struct desk *d, const struct mail *m, const Pb__Contact *contact,
		      const struct classified *of_words, struct classified *u)
{
	struct strbuf both = strbuf_in(d->arena, TOGETHER_MAX);
	bool is_empty = bytes_trim(m->own_text).len == 0;
	int err = ERR_OK;

	if (of_words != NULL && (of_words->guess.evidence > 0 || contact->language == LANG_NONE))
		*u = *of_words;
	else
		err = hearing_understand(d, m->own_text, contact, u);
	if (err != ERR_OK || !has_own_subject(m) || m->own_text.len > SHORT_WORDS_MAX ||
	    u->outcome == CLASS_COMMAND)
		return err;
	strbuf_addf(&both, "%.*s%s%.*s", PRI_BYTES(utf8_cut(m->subject, 900)), is_empty ? "" : "\n",
		    PRI_BYTES(m->own_text));
	return hearing_understand(d, strbuf_bytes(&both), contact, u);
}

static int contact_of(struct txn *t, struct desk *d, const struct message *msg, Pb__Message *rec,
		      Pb__Contact **contact_out)
{
	struct bytes address = contact_of_address(msg->mail->from.address, d->arena);
	int err = hearing_contact(t, d, address.len != 0 ? address : bytes_of(NOBODY), contact_out);

	if (err == ERR_OK)
		rec->contact = (*contact_out)->id;
	rec->from = record_strc(d->arena, ""); /* an address stands only with its contact */
	return err;
}

static int hear_citizen(struct txn *t, struct desk *d, const struct message *msg, Pb__Message *rec,
			const struct classified *of_words, struct intake_found *found_out)
{
	struct classified u;
	struct join_mail join;
	Pb__Contact *contact;
	int err = contact_of(t, d, msg, rec, &contact);

	if (err == ERR_OK)
		err = understand(d, msg->mail, contact, of_words, &u);
	if (err == ERR_OK)
		err = join_codes_hear(t, d, contact, rec, &u, &join);
	if (err != ERR_OK)
		return err;
	if (join.is_over)
		return keep(t, rec, found_out);
	/* In somebody else's name nothing is stopped, started or asked. */
	if (u.outcome == CLASS_COMMAND && rec->unproven) {
		rec->outcome = OUTCOME_NOT_ANSWERED;
		rec->why = record_strc(d->arena, d->silence);
		return keep(t, rec, found_out);
	}
	/* A picture without a word is still something to look at. */
	if (u.outcome == CLASS_EMPTY && rec->n_files > 0)
		u.outcome = CLASS_CASE;
	err = hearing_decide_for(t, d, rec, contact, &u, found_out);
	return err == ERR_OK ? join_codes_heard(t, d, contact, rec, &join) : err;
}

int mail_in_apply(struct txn *t, struct desk *d, const struct message *msg,
		  const struct classified *understood, struct intake_found *found_out)
{
	Pb__Message *rec = hearing_record(t, d, msg);
	int err;

	if (rec == NULL)
		return ERR_NOMEM;
	d->heard = rec;
	d->mail = msg->mail;
	d->silence = silence_of(d, msg);
	if (msg->arrival->is_unreadable)
		return hear_unreadable(t, d, msg, rec, found_out);
	if (msg->mail->automatic != MAIL_BY_PERSON && !PLANT(PLANT_MACHINE_HEARD)) {
		err = mail_bounce_hear(t, d, msg->mail, rec);
		return err == ERR_OK ? keep(t, rec, found_out) : err;
	}
	if (staff_auth_is_staff(d, msg->mail)) {
		err = staff_mail_hear(t, d, msg->mail, rec);
		if (err != ERR_NOENT)
			return err == ERR_OK ? keep(t, rec, found_out) : err;
	}
	err = staff_mail_hear_lost(t, d, msg->mail, rec);
	if (err != ERR_NOENT)
		return err == ERR_OK ? keep(t, rec, found_out) : err;
	return hear_citizen(t, d, msg, rec, understood, found_out);
}
