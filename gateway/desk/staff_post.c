/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/staff_post.h"

#include <stdio.h>

#include "conf/calendar.h"
#include "gateway/desk/mail_record.h"
#include "gateway/desk/post.h"
#include "gateway/desk/staff_about.h"
#include "gateway/desk/tell.h"
#include "gateway/desk/tokens.h"
#include "parsers/staff_words.h"
#include "parsers/strbuf.h"
#include "store/cases.h"
#include "store/messages.h"

/* More people than this in one department share a mailbox. */
#define READERS_MAX 20

/* --- who gets it --- */

struct readers {
	const struct member *list[READERS_MAX];
	size_t n;
};

static void add_reader(struct readers *r, const struct member *m)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->list[i] == m)
			return;
	if (m != NULL && m->mail.len != 0 && r->n < READERS_MAX)
		r->list[r->n++] = m;
}

static const struct member *there_today(const struct desk *d, const struct member *m)
{
	return m != NULL ? member_present(m, calendar_day(d->now)) : NULL;
}

static void add_department(const struct desk *d, const Pb__Case *rec, struct readers *r)
{
	const struct profile *p = d->conf->profile;

	for (size_t i = 0; i < p->n_members; i++)
		if (bytes_is(p->members[i].department->code, rec->department))
			add_reader(r, there_today(d, &p->members[i]));
}

/* The clerk, else the department, else the coordinator; who is away has somebody who stands in. */
static void find_readers(const struct desk *d, const Pb__Case *rec, struct readers *r)
{
	const struct profile *p = d->conf->profile;
	const struct member *coordinator = profile_coordinator(p);

	*r = (struct readers){ 0 };
	if (rec->clerk[0] != '\0')
		add_reader(r, there_today(d, profile_member(p, bytes_of(rec->clerk))));
	if (r->n == 0)
		add_department(d, rec, r);
	if (r->n == 0)
		add_reader(r, there_today(d, coordinator));
	/* All of them are away: whoever comes back first finds it there. */
	if (r->n == 0)
		add_reader(r, coordinator);
}

/* --- one letter to one member --- */

static enum out_kind kind_of(const struct staff_letter *l)
{
	switch (l->daily) {
	case STAFF_AT_ONCE: break;
	case STAFF_DIGEST: return KIND_LATE;
	case STAFF_REMINDER: return KIND_REMINDER;
	}
	return l->held != 0 ? KIND_CONFIRM : KIND_STAFF;
}

int staff_post_letter(struct txn *t, struct desk *d, const struct staff_letter *l,
		      Pb__Outbox **row_out)
{
	const struct conf_channel *c = desk_mail_channel(d->conf);
	struct strbuf to = strbuf_in(d->arena, MAIL_ADDRESS_MAX + sizeof("mail:"));
	char token[MAIL_TOKEN_SIZE] = "";
	struct post p = {
		.kind = kind_of(l),
		.letter = l->name,
		.tongue = l->member->tongue,
		.values = l->values,
		.case_number = l->rec != NULL ? l->rec->number : "",
		.author = POST_AUTO_GENERATED,
		.token = l->token != NULL ? l->token : token,
		.token_in_tag = true,
		.member = l->member->id,
		.held = l->held,
		.files = l->files,
		.n_files = l->n_files,
	};

	d->refusal = "no channel for mails is configured";
	if (c == NULL)
		return ERR_ACCESS;
	d->refusal = "the member has no mail address in staff.tsv";
	if (l->member->mail.len == 0)
		return ERR_ACCESS;
	if (l->token == NULL && l->rec != NULL)
		token_staff(d, l->rec, l->member->id, token);
	strbuf_addf(&to, "mail:%.*s", PRI_BYTES(l->member->mail));
	p.to = strbuf_bytes(&to);
	p.channel = c->name;
	p.values.member = l->member->name;
	return post_add(t, d, &p, row_out);
}

static int log_told(struct txn *t, struct desk *d, Pb__Case *rec, const struct member *who, int err,
		    const Pb__Outbox *row)
{
	struct case_step step = { .who = "odzivd", .what = "staff told", .why = who->id };

	if (err == ERR_OK) {
		step.row = row->id;
		step.channel = row->channel;
	} else if (err_class(err) == ERR_IS_REJECT) {
		step.what = "staff not told";
		step.why = bytes_of(d->refusal != NULL ? d->refusal : err_text(err));
	} else {
		return err;
	}
	case_log(t, rec, &step, d->now, d->arena);
	return txn_err(t);
}

/* --- the same letter to all who read it --- */

static int to_reader(struct txn *t, struct desk *d, Pb__Case *rec, const struct staff_about *about,
		     enum letter_name name, const struct member *who)
{
	struct staff_letter l = { .name = name,
				  .member = who,
				  .rec = rec,
				  .files = about->files.go,
				  .n_files = about->files.n_go };
	Pb__Outbox *row = NULL;
	int err = staff_about_values(t, d, rec, about, who->tongue, &l.values);

	if (err == ERR_OK && name == LETTER_STAFF_CASE)
		err = staff_post_commands(d, who->tongue, &l.values.commands);
	if (err == ERR_OK)
		err = staff_post_letter(t, d, &l, &row);
	return log_told(t, d, rec, who, err, row);
}

/* All who work there read the department's own mailbox; what they answer is theirs, so it has no token. */
static int to_department(struct txn *t, struct desk *d, Pb__Case *rec,
			 const struct staff_about *about, enum letter_name name)
{
	const struct department *dep =
		profile_department(d->conf->profile, bytes_of(rec->department));
	struct member all = { .tongue = d->conf->profile->tongue };
	struct staff_letter l = { .name = name, .member = &all, .rec = rec, .token = "" };
	Pb__Outbox *row = NULL;
	int err;

	if (dep == NULL || dep->mail.len == 0)
		return ERR_OK;
	all.id = dep->code;
	all.mail = dep->mail;
	err = staff_about_values(t, d, rec, about, all.tongue, &l.values);
	if (err == ERR_OK)
		err = staff_post_letter(t, d, &l, &row);
	return log_told(t, d, rec, &all, err, row);
}

static int to_all(struct txn *t, struct desk *d, Pb__Case *rec, const Pb__Message *msg,
		  struct bytes words, enum letter_name name, int64_t n)
{
	const struct conf_channel *c = desk_mail_channel(d->conf);
	struct staff_about about;
	struct readers r;
	int err;

	if (c == NULL)
		return ERR_OK;
	err = staff_about_make(d, msg, words, c->mail.attach_max, &about);
	about.n = n;
	find_readers(d, rec, &r);
	if (r.n == 0)
		desk_note(d, "nobody-told",
			  "nobody with a mail address hears of case %s: see staff.tsv",
			  rec->number);
	for (size_t i = 0; i < r.n && err == ERR_OK; i++)
		err = to_reader(t, d, rec, &about, name, r.list[i]);
	if (err == ERR_OK && name == LETTER_STAFF_CASE)
		err = to_department(t, d, rec, &about, name);
	if (err == ERR_OK)
		case_put(t, rec);
	return err == ERR_OK ? txn_err(t) : err;
}

int staff_post_case(struct txn *t, struct desk *d, Pb__Case *rec, const Pb__Message *msg,
		    struct bytes words)
{
	return to_all(t, d, rec, msg, words, LETTER_STAFF_CASE, 0);
}

int staff_post_message(struct txn *t, struct desk *d, Pb__Case *rec, const Pb__Message *msg)
{
	return staff_post_messages(t, d, rec, msg, 0);
}

int staff_post_messages(struct txn *t, struct desk *d, Pb__Case *rec, const Pb__Message *msg,
			int64_t n)
{
	return to_all(t, d, rec, msg, BYTES_NONE, LETTER_STAFF_MESSAGE, n);
}

/* What the citizen wrote first; of a case that staff typed in, its note. */
static int note_opened(const Pb__LogEntry *e, void *ctx)
{
	char *words = ctx;

	(void)snprintf(words, LETTER_WORDS_MAX, "%s", e->note);
	return ERR_CANCELLED;
}

int staff_post_again(struct txn *t, struct desk *d, Pb__Case *rec)
{
	char *words = arena_alloc(d->arena, LETTER_WORDS_MAX);
	Pb__Message *msg = NULL;
	int err = words == NULL ? ERR_NOMEM : ERR_OK;

	if (err == ERR_OK && rec->first_message != 0)
		err = message_get(t, rec->first_message, d->arena, &msg);
	else if (err == ERR_OK)
		err = case_log_each(t, bytes_of(rec->number), note_opened, words);
	/* A message that can't be read is verify's to name; the case goes on. */
	if (err != ERR_OK && err_class(err) != ERR_IS_REJECT)
		return err;
	return staff_post_case(t, d, rec, msg, bytes_of(words));
}

/* --- what is lost --- */

static int words_lost(struct txn *t, struct desk *d, const Pb__Outbox *row, Pb__Case *rec)
{
	struct readers r;
	int err = ERR_OK;

	find_readers(d, rec, &r);
	for (size_t i = 0; i < r.n && err == ERR_OK; i++) {
		struct staff_letter l = { .name = LETTER_STAFF_FAILED,
					  .member = r.list[i],
					  .rec = rec };
		Pb__Outbox *told = NULL;

		tell_values(d, rec, l.member->tongue, &l.values.common);
		l.values.common.words = bytes_of(row->text);
		l.values.common.reason = bytes_of(row->error);
		l.values.channel = staff_about_channel(d, row->channel, l.member->tongue);
		err = staff_post_letter(t, d, &l, &told);
		err = log_told(t, d, rec, l.member, err, told);
	}
	return err;
}

/* Somebody must know of the case: one step up. */
static int staff_mail_lost(struct txn *t, struct desk *d, const Pb__Outbox *row, Pb__Case *rec)
{
	const struct member *up = profile_coordinator(d->conf->profile);
	const struct conf_channel *c = desk_mail_channel(d->conf);
	struct staff_about about;
	Pb__Message *msg = NULL;
	int err = ERR_OK;

	desk_note(d, "staff-mail-failed",
		  "a mail to %s about case %s came back or could not be sent: %s", row->member,
		  rec->number, row->error);
	if (c == NULL || up == NULL || bytes_is(up->id, row->member))
		return ERR_OK;
	if (rec->last_message != 0)
		err = message_get(t, rec->last_message, d->arena, &msg);
	if (err != ERR_OK && err_class(err) != ERR_IS_REJECT)
		return err;
	err = staff_about_make(d, msg, BYTES_NONE, c->mail.attach_max, &about);
	return err == ERR_OK ? to_reader(t, d, rec, &about, LETTER_STAFF_CASE, up) : err;
}

int staff_post_lost(struct txn *t, struct desk *d, const Pb__Outbox *row, Pb__Case *rec)
{
	int err = ERR_OK;

	if (desk_mail_channel(d->conf) == NULL)
		return ERR_OK;
	if (row->contact != 0)
		err = words_lost(t, d, row, rec);
	else if (row->member[0] != '\0')
		err = staff_mail_lost(t, d, row, rec);
	return err;
}

/* --- what they may order --- */

int staff_post_commands(struct desk *d, struct tongue tongue, struct letter_list *list_out)
{
	const struct profile *p = d->conf->profile;
	struct letter_item *items = arena_array(d->arena, STAFF_ORDER_KINDS, sizeof(*items));
	size_t n = 0;

	if (items == NULL)
		return ERR_NOMEM;
	for (int kind = 0; kind < STAFF_ORDER_KINDS; kind++) {
		struct bytes word =
			staff_words_show(p->staff_words, (enum staff_order_kind)kind, tongue);
		struct strbuf command = strbuf_in(d->arena, 80);
		char key[40];

		if (word.len == 0)
			continue;
		strbuf_addf(&command, "#%.*s", PRI_BYTES(word));
		(void)snprintf(key, sizeof(key), "command.%s",
			       staff_order_text((enum staff_order_kind)kind));
		items[n++] = (struct letter_item){ .command = strbuf_bytes(&command),
						   .words = catalog_word(p->catalog, tongue, key) };
	}
	*list_out = (struct letter_list){ .items = items, .n = n };
	return ERR_OK;
}
