/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/join_codes.h"

#include <stdio.h>
#include <string.h>

#include "conf/limits.h"
#include "gateway/desk/hearing.h"
#include "gateway/desk/home.h"
#include "gateway/desk/matter.h"
#include "gateway/desk/post.h"
#include "gateway/desk/reply.h"
#include "gateway/desk/tell.h"
#include "gateway/desk/tokens.h"
#include "parsers/caseref.h"
#include "parsers/contact.h"
#include "parsers/plant.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"
#include "store/cases.h"
#include "store/contacts.h"
#include "store/counts.h"
#include "store/outbox.h"
#include "templates/compose_letter.h"

/* A subject and the beginning of the words. */
#define SAID_MAX 3000
/* A greeting, a name, a please: who says more than this says something else as well. */
#define ASKING_WORDS_MAX 14
#define CODE_WORDS_MAX   8
/* Whoever is joined with more than this is no person. */
#define SAME_MAX 20
/* Cases that the mail lists which says that it is done. */
#define DONE_CASES_MAX 30

static uint32_t today(const struct desk *d)
{
	return (uint32_t)(d->now.ms / DAY_MS);
}

/* --- what the mail says --- */

static bool hit_a_rule(const struct classified *u)
{
	for (size_t i = 0; i < u->n_why; i++)
		if (u->why[i].category.len != 0)
			return true;
	return false;
}

static bool says_more(const struct classified *u, const Pb__Message *rec)
{
	return u->is_emergency || u->place.len != 0 || rec->n_files != 0 || hit_a_rule(u);
}

static int find_number(struct desk *d, const struct mail *m, struct bytes *number_out)
{
	struct bytes prefix = d->conf->profile->case_prefix;
	int err = caseref_find(m->own_text, prefix, d->arena, number_out);

	if (err == ERR_NOENT)
		err = caseref_find(m->subject, prefix, d->arena, number_out);
	if (err == ERR_NOENT && m->n_tags > 0)
		*number_out = m->tags[0];
	return err == ERR_NOMEM ? err : ERR_OK;
}

static int read_mail(struct desk *d, const Pb__Message *rec, const struct classified *u,
		     struct join_mail *join_out)
{
	const struct mail *m = d->mail;
	struct strbuf both = strbuf_in(d->arena, SAID_MAX);
	struct join_mail j = { 0 };
	int err;

	strbuf_addf(&both, "%.*s\n%.*s",
		    PRI_BYTES(utf8_cut(letter_subject_bare(m->subject), SAID_MAX / 3)),
		    PRI_BYTES(utf8_cut(m->own_text, SAID_MAX / 2)));
	err = join_words_read(d->arena, strbuf_bytes(&both), d->conf->profile->case_prefix,
			      &j.said);
	if (err == ERR_OK)
		err = find_number(d, m, &j.number);
	if (err != ERR_OK)
		return err;
	/* What may be a quote asks for nothing. */
	j.asks = j.said.asks && j.number.len != 0 && d->silence == NULL && !m->own_is_unsure;
	j.is_all = !says_more(u, rec) &&
		   j.said.n_others <= (j.asks ? ASKING_WORDS_MAX : CODE_WORDS_MAX);
	*join_out = j;
	return ERR_OK;
}

/* --- the code --- */

static void make_code(const struct desk *d, const Pb__Contact *contact, uint64_t message,
		      char code_out[JOIN_CODE_SIZE])
{
	char moment[64];
	struct digest made;
	struct rd r;

	(void)snprintf(moment, sizeof(moment), "%llu %lld", (unsigned long long)message,
		       (long long)d->now.ms);
	const struct bytes parts[] = { BYTES("join code"), bytes_of(contact->address),
				       bytes_of(moment) };

	keyed_digest(d->key, parts, ARRAY_LEN(parts), &made);
	r = rd_of(digest_bytes(&made));
	(void)snprintf(code_out, JOIN_CODE_SIZE, "%06u", (unsigned)(rd_u64(&r) % 1000000));
	keyed_wipe(&made, sizeof(made));
}

/* What is kept of it. */
static void digest_code(const struct desk *d, const Pb__Contact *contact, const char *number,
			const char *code, struct digest *digest_out)
{
	const struct bytes parts[] = { BYTES("join code kept"), bytes_of(contact->address),
				       bytes_of(number), bytes_of(code) };

	keyed_digest(d->key, parts, ARRAY_LEN(parts), digest_out);
}

static int remember(struct txn *t, struct desk *d, Pb__Contact *contact, const char *number,
		    const char *own_number, const char *code)
{
	struct digest kept;
	uint8_t *octets = arena_alloc(d->arena, sizeof(kept));

	if (octets == NULL)
		return ERR_NOMEM;
	digest_code(d, contact, number, code, &kept);
	memcpy(octets, kept.octets, sizeof(kept.octets));
	contact->join_case = record_strc(d->arena, number);
	contact->join_own_case = record_strc(d->arena, own_number);
	contact->join_code.data = octets;
	contact->join_code.len = sizeof(kept.octets);
	contact->join_until = d->now.ms + JOIN_CODE_MS;
	contact->join_tries = 0;
	contact_put(t, contact);
	return txn_err(t);
}

static void forget(struct desk *d, Pb__Contact *contact)
{
	contact->join_case = record_strc(d->arena, "");
	contact->join_own_case = record_strc(d->arena, "");
	contact->join_code = (ProtobufCBinaryData){ 0 };
	contact->join_until = 0;
	contact->join_tries = 0;
}

static bool is_waiting(const struct desk *d, const Pb__Contact *contact)
{
	return contact->join_code.len != 0 && contact->join_until > d->now.ms;
}

/* Several codes in one mail are several guesses. */
static bool is_right(const struct desk *d, const Pb__Contact *contact,
		     const struct join_words *said)
{
	struct digest want;

	if (contact->join_case[0] == '\0' || said->n_codes != 1 ||
	    contact->join_tries >= JOIN_TRIES_MAX || PLANT(PLANT_JOIN_LOST))
		return false;
	if (PLANT(PLANT_JOIN_ANYBODY))
		return true;
	digest_code(d, contact, contact->join_case, said->code, &want);
	return keyed_same(digest_bytes(&want),
			  bytes_at(contact->join_code.data, contact->join_code.len));
}

/* --- letters --- */

/* A refusal is the message's own 'why', as of any other answer to a command. */
static int post_letter(struct txn *t, struct desk *d, const Pb__Contact *contact,
		       enum letter_name letter, const char *number,
		       const struct letter_values *values)
{
	char token[MAIL_TOKEN_SIZE] = "";
	struct post p = {
		.kind = KIND_CONFIRM,
		.letter = letter,
		.tongue = reply_tongue(d, contact),
		.values = *values,
		.channel = d->heard->channel,
		.to = bytes_of(contact->address),
		.contact = contact,
		.case_number = number,
		.message = d->heard->id,
		.answers = d->heard,
		.author = POST_AUTO_REPLIED,
		.token = token,
	};

	if (contact->stopped) {
		d->refusal = reply_refusal(d, ERR_CANCELLED);
		return ERR_ACCESS;
	}
	p.values.common.town = names_in(&d->conf->profile->town, p.tongue);
	if (number[0] != '\0')
		token_citizen(d, number, contact->id, token);
	return post_add(t, d, &p, NULL);
}

struct done_list {
	struct desk *d;
	struct tongue tongue;
	struct letter_item items[DONE_CASES_MAX];
	size_t n;
};

static int add_case(const Pb__Case *rec, void *ctx)
{
	struct done_list *l = ctx;

	return tell_item(l->d, rec, l->tongue, &l->items[l->n++]);
}

static int tell_done(struct txn *t, struct desk *d, const Pb__Contact *contact, struct bytes number,
		     uint64_t phone)
{
	struct done_list *l = arena_alloc(d->arena, sizeof(*l));
	struct letter_values values = { 0 };
	char *name = record_str(d->arena, number);
	int err;

	if (l == NULL || name == NULL)
		return ERR_NOMEM;
	*l = (struct done_list){ .d = d, .tongue = reply_tongue(d, contact) };
	err = case_of_contact(t, phone, true, DONE_CASES_MAX, add_case, l);
	values.cases = (struct letter_list){ .items = l->items, .n = l->n };
	values.common.n = (int64_t)l->n;
	return err == ERR_OK ? post_letter(t, d, contact, LETTER_JOIN_DONE, name, &values) : err;
}

/* --- who asks --- */

/* The phone that opened the case; ERR_NOENT: no such case, or nobody who could be texted. */
static int find_phone(struct txn *t, struct desk *d, struct bytes number, Pb__Case **rec_out,
		      Pb__Contact **phone_out)
{
	int err = case_get(t, number, d->arena, rec_out);

	if (err == ERR_OK)
		err = (*rec_out)->contact != 0
			      ? contact_get(t, (*rec_out)->contact, d->arena, phone_out)
			      : ERR_NOENT;
	if (err == ERR_OK && !contact_is_phone(bytes_of((*phone_out)->address)))
		err = ERR_NOENT;
	/* A case that was merged stands for the one it went into, as far as that is this phone's. */
	if (err == ERR_OK)
		err = home_named(t, d, (*phone_out)->id, number, rec_out);
	return err_class(err) == ERR_IS_REJECT ? ERR_NOENT : err;
}

/* Counts it; false: this phone, or all of them, got as many today as they may. */
static bool phone_may_be_texted(struct txn *t, struct desk *d, const Pb__Contact *phone)
{
	struct bytes who = bytes_of(phone->address);
	bool may = attempt_get(t, ATTEMPT_CODE_PHONE, who, today(d)) < JOIN_CODES_DAY;

	if (attempt_get(t, ATTEMPT_CODE_PHONE, BYTES_NONE, today(d)) >= JOIN_CODES_ALL_DAY) {
		desk_note(d, "join-codes",
			  "as many codes were texted today as may be: somebody may be trying case "
			  "numbers by mail");
		may = false;
	}
	if (may) {
		attempt_add(t, ATTEMPT_CODE_PHONE, who, today(d), 1, d->now);
		attempt_add(t, ATTEMPT_CODE_PHONE, BYTES_NONE, today(d), 1, d->now);
	}
	return may;
}

static const char *phone_channel(const struct desk *d, const Pb__Case *rec)
{
	const struct conf_channel *c = conf_channel(d->conf, rec->channel);

	if (c == NULL || c->type == CHANNEL_MAIL)
		c = desk_sms_channel(d->conf);
	return c != NULL ? c->name : NULL;
}

/* The case isn't named in the row: what stands in a case's trail is shown to staff. */
static int text_code(struct txn *t, struct desk *d, const Pb__Case *rec, const Pb__Contact *phone,
		     const char *code)
{
	struct reply r = {
		.kind = KIND_CONFIRM,
		.text = TEXT_JOIN_CODE,
		.tongue = reply_tongue(d, phone),
		.channel = phone_channel(d, rec),
		.from = rec->to,
		.to = bytes_of(phone->address),
		.contact = phone,
		.case_number = "",
	};
	Pb__Outbox *row;
	int err;

	d->refusal = "no channel for texts is configured";
	if (r.channel == NULL)
		return ERR_ACCESS;
	r.values.code = bytes_of(code);
	r.values.town = names_in(&d->conf->profile->town, r.tongue);
	err = reply_add(t, d, &r, &row);
	if (err != ERR_OK)
		return err;
	/* Later than this it only confuses. */
	row->valid_until = d->now.ms + JOIN_CODE_MS;
	outbox_put(t, row);
	return txn_err(t);
}

static int text_and_log(struct txn *t, struct desk *d, Pb__Case *rec, const Pb__Contact *phone,
			const char *code)
{
	struct case_step step = { .who = "odzivd",
				  .what = "join code texted",
				  .why = bytes_of("a mail asked to be joined with this case") };
	int err = text_code(t, d, rec, phone, code);

	if (err != ERR_OK && err_class(err) != ERR_IS_REJECT && err != ERR_CANCELLED)
		return err;
	if (err != ERR_OK) {
		step.what = "join code not texted";
		step.why = bytes_of(reply_refusal(d, err));
	}
	case_log(t, rec, &step, d->now, d->arena);
	case_put(t, rec);
	return txn_err(t);
}

/* own_number: the case that the mail opened or joined, or "". */
static int give_code(struct txn *t, struct desk *d, Pb__Contact *contact, struct bytes number,
		     const char *own_number)
{
	char code[JOIN_CODE_SIZE];
	Pb__Contact *phone = NULL;
	Pb__Case *rec = NULL;
	int err = find_phone(t, d, number, &rec, &phone);
	bool is_one = err == ERR_OK;

	if (err != ERR_OK && err != ERR_NOENT)
		return err;
	make_code(d, contact, d->heard->id, code);
	err = remember(t, d, contact, is_one ? rec->number : "", own_number, code);
	if (err == ERR_OK && is_one && phone_may_be_texted(t, d, phone))
		err = text_and_log(t, d, rec, phone, code);
	keyed_wipe(code, sizeof(code));
	return err;
}

static bool is_joined_already(struct txn *t, struct desk *d, const Pb__Contact *contact,
			      struct bytes number)
{
	Pb__Case *rec;

	return case_get(t, number, d->arena, &rec) == ERR_OK && rec->contact != contact->id &&
	       contact_is_same(contact, rec->contact);
}

/* Returns ERR_ACCESS, with d->refusal, when the mail can't be answered: then nobody is texted either. */
static int answer_asking(struct txn *t, struct desk *d, Pb__Contact *contact,
			 const struct join_mail *join, const char *own_number)
{
	struct bytes who = bytes_of(contact->address);
	struct letter_values values = { 0 };
	Pb__Case *rec;
	int err;

	if (is_joined_already(t, d, contact, join->number)) {
		err = case_get(t, join->number, d->arena, &rec);
		return err == ERR_OK ? tell_done(t, d, contact, join->number, rec->contact) : err;
	}
	err = post_letter(t, d, contact, LETTER_JOIN_CODE_SENT, own_number, &values);
	if (err != ERR_OK)
		return err;
	if (attempt_get(t, ATTEMPT_CODE, who, today(d)) >= JOIN_CODES_DAY) {
		desk_note(d, "join-guessing",
			  "a mail address asks for codes to more phones than it may a day");
		return txn_err(t);
	}
	attempt_add(t, ATTEMPT_CODE, who, today(d), 1, d->now);
	return give_code(t, d, contact, join->number, own_number);
}

/* --- who brings a code back --- */

static void count_miss(struct txn *t, struct desk *d, const Pb__Contact *contact)
{
	struct bytes who = bytes_of(contact->address);

	attempt_add(t, ATTEMPT_CODE_MISS, who, today(d), 1, d->now);
	attempt_add(t, ATTEMPT_CODE_MISS, BYTES_NONE, today(d), 1, d->now);
	if (attempt_get(t, ATTEMPT_CODE_MISS, who, today(d)) >= JOIN_MISSES_DAY ||
	    attempt_get(t, ATTEMPT_CODE_MISS, BYTES_NONE, today(d)) >= JOIN_MISSES_ALL_DAY)
		desk_note(d, "join-guessing",
			  "wrong codes come by mail, as of somebody who guesses at phones that "
			  "aren't his");
}

static int add_same(struct desk *d, Pb__Contact *to, uint64_t id)
{
	uint64_t *same;

	if (contact_is_same(to, id))
		return ERR_OK;
	if (to->n_same >= SAME_MAX)
		return ERR_LIMIT;
	same = arena_array(d->arena, to->n_same + 1, sizeof(*same));
	if (same == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < to->n_same; i++)
		same[i] = to->same[i];
	same[to->n_same++] = id;
	to->same = same;
	return ERR_OK;
}

static int log_joined(struct txn *t, struct desk *d, Pb__Case *rec, const Pb__Message *msg,
		      const char *other)
{
	struct case_step step = {
		.who = "citizen",
		.what = "joined by code",
		.message = msg->id,
		.words = bytes_of(msg->text),
		.channel = msg->channel,
		.why = bytes_of(other[0] != '\0' ? other
						 : "phone and mail address are one person's"),
	};

	case_log(t, rec, &step, d->now, d->arena);
	case_put(t, rec);
	return txn_err(t);
}

/* The mail's own case, when there is one that isn't the phone's itself. */
static int link_own(struct txn *t, struct desk *d, Pb__Case *rec, const Pb__Message *msg,
		    const char *own_number)
{
	Pb__Case *own = NULL;
	int err = own_number[0] != '\0' && strcmp(own_number, rec->number) != 0
			  ? case_get(t, bytes_of(own_number), d->arena, &own)
			  : ERR_NOENT;

	if (err != ERR_OK && err_class(err) != ERR_IS_REJECT)
		return err;
	if (err != ERR_OK)
		return log_joined(t, d, rec, msg, "");
	err = log_joined(t, d, rec, msg, own->number);
	if (err == ERR_OK)
		err = log_joined(t, d, own, msg, rec->number);
	return err == ERR_OK ? matter_link(t, d, rec, own) : err;
}

/* ERR_NOENT: the case or its phone isn't there any more, or one of the two has too many others. */
static int join(struct txn *t, struct desk *d, Pb__Contact *contact, Pb__Message *rec,
		const char *code)
{
	Pb__Contact *phone = NULL;
	Pb__Case *of_phone = NULL;
	int err = find_phone(t, d, bytes_of(contact->join_case), &of_phone, &phone);

	if (err == ERR_OK)
		err = add_same(d, phone, contact->id);
	if (err == ERR_OK)
		err = add_same(d, contact, phone->id);
	if (err != ERR_OK)
		return err == ERR_LIMIT ? ERR_NOENT : err;
	/* It is of no use any more; all the same it is nobody else's. */
	join_code_hide(rec->text, code);
	join_code_hide(rec->subject, code);
	join_code_hide(rec->full_text, code);
	err = link_own(t, d, of_phone, rec, contact->join_own_case);
	forget(d, contact);
	contact_put(t, phone);
	contact_put(t, contact);
	return err == ERR_OK ? tell_done(t, d, contact, bytes_of(of_phone->number), phone->id)
			     : err;
}

static int hear_code(struct txn *t, struct desk *d, Pb__Contact *contact, Pb__Message *rec,
		     const struct join_mail *j)
{
	int err =
		is_right(d, contact, &j->said) ? join(t, d, contact, rec, j->said.code) : ERR_NOENT;

	if (err != ERR_NOENT)
		return err;
	if (contact->join_tries < JOIN_TRIES_MAX)
		contact->join_tries++;
	contact_put(t, contact);
	count_miss(t, d, contact);
	if (j->is_all)
		rec->why = record_strc(d->arena, "a code that isn't the one that was texted");
	return txn_err(t);
}

/* --- both --- */

/* As a command: a refusal to answer is the message's why. */
static int settle(struct desk *d, Pb__Message *rec, int err)
{
	if (err == ERR_ACCESS) {
		rec->why = record_strc(d->arena, reply_refusal(d, err));
		err = ERR_OK;
	}
	return err;
}

static int be_command(struct desk *d, Pb__Message *rec, struct join_mail *j)
{
	rec->outcome = OUTCOME_COMMAND;
	rec->command = record_strc(d->arena, "JOIN");
	j->is_over = true;
	return rec->command != NULL ? ERR_OK : ERR_NOMEM;
}

int join_codes_hear(struct txn *t, struct desk *d, Pb__Contact *contact, Pb__Message *rec,
		    const struct classified *u, struct join_mail *join_out)
{
	struct join_mail j = { 0 };
	bool has_code;
	int err = rec->unproven || !contact_is_mail(bytes_of(contact->address))
			  ? ERR_NOENT
			  : read_mail(d, rec, u, &j);

	*join_out = j;
	if (err != ERR_OK)
		return err == ERR_NOENT ? ERR_OK : err;
	has_code = !j.asks && j.said.n_codes != 0 && is_waiting(d, contact) &&
		   u->outcome != CLASS_COMMAND;
	if (!j.is_all) {
		err = has_code ? hear_code(t, d, contact, rec, &j) : ERR_OK;
		return err == ERR_ACCESS ? ERR_OK : err;
	}
	if (!has_code && !j.asks)
		return ERR_OK;
	err = hearing_note(t, d, rec, contact, u);
	if (err == ERR_OK)
		err = be_command(d, rec, join_out);
	if (err == ERR_OK)
		err = settle(d, rec,
			     has_code ? hear_code(t, d, contact, rec, &j)
				      : answer_asking(t, d, contact, &j, ""));
	return err;
}

int join_codes_heard(struct txn *t, struct desk *d, Pb__Contact *contact, const Pb__Message *rec,
		     const struct join_mail *join)
{
	int err = join->asks ? answer_asking(t, d, contact, join, rec->case_number) : ERR_OK;

	/* Its case was acknowledged; that no code went out stands in no trail, as any mail could ask. */
	return err == ERR_ACCESS ? ERR_OK : err;
}
