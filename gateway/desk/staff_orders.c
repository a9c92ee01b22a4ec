/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/staff_orders.h"

#include <string.h>

#include "conf/calendar.h"
#include "gateway/desk/staff_acts.h"
#include "gateway/desk/staff_kit.h"
#include "gateway/desk/staff_post.h"
#include "gateway/desk/staff_show.h"
#include "parsers/staff_words.h"
#include "parsers/strbuf.h"
#include "store/contacts.h"

#define SAID_MAX 400

/* One mail's worth of work. */
struct task {
	struct txn *t;
	struct desk *d;
	Pb__Case *rec; /* as it was when the mail came */
	const struct member *member;
	const Pb__Message *mail;
	struct staff_orders orders;
	struct letter_item lines[STAFF_ORDERS_MAX + STAFF_MISREAD_MAX + 1]; /* what can't be done */
	size_t n_lines;
	uint64_t row;    /* of the words to the citizen */
	bool is_refused; /* as a whole, before anything was done */
	bool is_article; /* its writer hears that there are no articles yet */
};

static struct staff_act act_of(const struct task *k, struct bytes words)
{
	return (struct staff_act){ .number = bytes_of(k->rec->number),
				   .words = words,
				   .who = (const char *)k->member->id.ptr,
				   .by_mail = true };
}

/* --- what can't be done --- */

static void cannot(struct task *k, struct bytes line, const char *key, struct bytes more)
{
	struct bytes why = catalog_word(k->d->conf->profile->catalog, k->member->tongue, key);
	struct strbuf s = strbuf_in(k->d->arena, SAID_MAX);

	if (k->n_lines == ARRAY_LEN(k->lines))
		return;
	strbuf_addf(&s, "%.*s%s%.*s", PRI_BYTES(bytes_cut(line, 0, 200)),
		    line.len != 0 ? " – " : "", PRI_BYTES(why));
	if (more.len != 0)
		strbuf_addf(&s, " %.*s", PRI_BYTES(bytes_cut(more, 0, 60)));
	k->lines[k->n_lines++].words = strbuf_bytes(&s);
}

/* The words of staff_words.h for what it couldn't read. */
static const char *misread_key(enum staff_misreading why)
{
	switch (why) {
	case STAFF_UNKNOWN: return "refused.unknown";
	case STAFF_NO_CODE: return "refused.no_code";
	case STAFF_NO_DAY: return "refused.no_day";
	case STAFF_BAD_DAY: return "refused.bad_day";
	case STAFF_NO_CASE: return "refused.no_case";
	case STAFF_NO_LANGUAGE: return "refused.no_language";
	case STAFF_TOO_MANY: return "refused.too_many";
	}
	return "refused.unknown";
}

static bool has_words(const struct task *k)
{
	return k->orders.words.len != 0;
}

static bool has_order(const struct task *k, enum staff_order_kind kind)
{
	for (size_t i = 0; i < k->orders.n; i++)
		if (k->orders.list[i].kind == kind)
			return true;
	return false;
}

/* Of these a mail can mean one. */
static bool decides_state(enum staff_order_kind kind)
{
	switch (kind) {
	case STAFF_SOLVE:
	case STAFF_CLOSE:
	case STAFF_FORWARD:
	case STAFF_ASK:
	case STAFF_WAIT:
	case STAFF_MERGE: return true;
	case STAFF_TAKE:
	case STAFF_NOTE:
	case STAFF_SPLIT:
	case STAFF_LINK:
	case STAFF_LANGUAGE:
	case STAFF_ARTICLE:
	case STAFF_PREVIEW:
	case STAFF_HELP: break;
	}
	return false;
}

static const char *other_case_fault(struct task *k, const struct staff_order *o)
{
	Pb__Case *other;
	int err = case_get(k->t, o->case_no, k->d->arena, &other);

	if (err != ERR_OK || strcmp(other->number, k->rec->number) == 0)
		return "refused.other_case";
	if (o->kind == STAFF_MERGE && case_is_open(k->rec) && !case_is_open(other))
		return "refused.not_open";
	return other->merged_into[0] != '\0' ? "refused.merged" : NULL;
}

/* What speaks against an order; NULL: nothing. */
static const char *fault_of(struct task *k, const struct staff_order *o)
{
	const struct profile *p = k->d->conf->profile;

	switch (o->kind) {
	case STAFF_SOLVE:
		if (!case_is_open(k->rec))
			return "refused.not_open";
		return has_words(k) || k->rec->answered != 0 ? NULL : "refused.no_answer";
	case STAFF_CLOSE:
		if (k->rec->state == CASE_CLOSED)
			return "refused.not_open";
		return has_words(k) || o->text.len != 0 || k->rec->answered != 0
			       ? NULL
			       : "refused.no_answer";
	case STAFF_FORWARD:
		if (!case_is_open(k->rec))
			return "refused.not_open";
		return profile_department(p, o->code) != NULL ||
				       profile_category(p, o->code) != NULL
			       ? NULL
			       : "refused.no_code";
	case STAFF_ASK:
		if (!case_is_open(k->rec))
			return "refused.not_open";
		return o->text.len != 0 || has_words(k) ? NULL : "refused.no_words";
	case STAFF_WAIT: return case_is_open(k->rec) ? NULL : "refused.not_open";
	case STAFF_MERGE:
	case STAFF_LINK: return other_case_fault(k, o);
	case STAFF_NOTE:
	case STAFF_SPLIT: return o->text.len != 0 ? NULL : "refused.no_words";
	case STAFF_LANGUAGE: return profile_answers_in(p, o->tongue) ? NULL : "refused.no_language";
	case STAFF_TAKE:
	case STAFF_ARTICLE:
	case STAFF_PREVIEW:
	case STAFF_HELP: break;
	}
	return NULL;
}

/* Words that can't reach the citizen must not be followed by orders that think they did. */
static int check_reach(struct task *k)
{
	Pb__Contact *contact;
	int err;

	if (!has_words(k) && !has_order(k, STAFF_ASK))
		return ERR_OK;
	err = k->rec->contact != 0 ? contact_get(k->t, k->rec->contact, k->d->arena, &contact)
				   : ERR_NOENT;
	if (err != ERR_OK && err_class(err) != ERR_IS_REJECT)
		return err;
	if (err != ERR_OK || contact->stopped)
		cannot(k, BYTES_NONE, "refused.not_sent", BYTES_NONE);
	return ERR_OK;
}

static int check(struct task *k)
{
	size_t n_states = 0;

	/* An order may be a quoted one, and words may be what we wrote to staff: neither is anybody's wish. */
	if (k->mail->words_unsure)
		cannot(k, BYTES_NONE, "refused.quote", BYTES_NONE);
	for (size_t i = 0; i < k->orders.n_misread; i++)
		cannot(k, k->orders.misread[i].line, misread_key(k->orders.misread[i].why),
		       k->orders.misread[i].near);
	if (k->rec->merged_into[0] != '\0')
		cannot(k, BYTES_NONE, "refused.merged", bytes_of(k->rec->merged_into));
	for (size_t i = 0; i < k->orders.n; i++) {
		const struct staff_order *o = &k->orders.list[i];
		const char *fault = fault_of(k, o);

		if (fault == NULL && decides_state(o->kind) && n_states++ > 0)
			fault = "refused.twice";
		if (fault != NULL)
			cannot(k, o->line, fault, BYTES_NONE);
	}
	return check_reach(k);
}

/* --- what is done --- */

/* The way to what an SMS can't carry. */
static int tell_attachments(struct task *k)
{
	const struct conf_channel *c = conf_channel(k->d->conf, k->rec->channel);
	const struct conf_channel *mail = desk_mail_channel(k->d->conf);
	struct reply r = { .kind = KIND_NOTICE, .text = TEXT_ATTACHMENTS };
	Pb__Contact *contact;
	int err;

	if (k->mail->n_files == 0 || c == NULL || c->type == CHANNEL_MAIL || mail == NULL)
		return ERR_OK;
	err = contact_get(k->t, k->rec->contact, k->d->arena, &contact);
	if (err != ERR_OK)
		return err;
	staff_address(k->d, k->rec, contact, &r);
	r.values.n = (int64_t)k->mail->n_files;
	r.values.address = bytes_of(mail->from);
	err = reply_add(k->t, k->d, &r, NULL);
	return err_class(err) == ERR_IS_REJECT || err == ERR_CANCELLED ? ERR_OK : err;
}

/* A question takes the words of the mail with it. */
static int say_words(struct task *k)
{
	struct staff_act act = act_of(k, k->orders.words);
	struct strbuf both = strbuf_in(k->d->arena, 2 * (size_t)LETTER_WORDS_MAX);
	int err;

	for (size_t i = 0; i < k->orders.n; i++) {
		const struct staff_order *o = &k->orders.list[i];

		if (o->kind == STAFF_CLOSE && o->text.len == 0)
			return ERR_OK; /* then the words are the reason */
		if (o->kind != STAFF_ASK)
			continue;
		act.is_question = true;
		strbuf_addf(&both, "%.*s%s%.*s", PRI_BYTES(k->orders.words),
			    has_words(k) && o->text.len != 0 ? "\n" : "", PRI_BYTES(o->text));
		act.words = strbuf_bytes(&both);
	}
	if (act.words.len == 0)
		return ERR_OK;
	act.files = k->mail->files;
	act.n_files = k->mail->n_files;
	err = staff_answer(k->t, k->d, &act);
	k->row = act.row;
	return err == ERR_OK ? tell_attachments(k) : err;
}

static int close_it(struct task *k, const struct staff_order *o)
{
	struct staff_act act = act_of(k, o->text.len != 0 ? o->text : k->orders.words);

	return staff_close(k->t, k->d, &act);
}

static int note_for_article(struct task *k, const struct staff_order *o)
{
	struct strbuf s = strbuf_in(k->d->arena, 2 * (size_t)LETTER_WORDS_MAX);
	struct staff_act act;
	int err;

	strbuf_addf(&s, "[article] %.*s%s%.*s", PRI_BYTES(o->text), o->text.len != 0 ? "\n" : "",
		    PRI_BYTES(k->orders.words));
	act = act_of(k, strbuf_bytes(&s));
	err = staff_note(k->t, k->d, &act);
	k->is_article = err == ERR_OK;
	return err;
}

static int do_order(struct task *k, const struct staff_order *o)
{
	struct staff_act act = act_of(k, o->text);

	switch (o->kind) {
	case STAFF_SOLVE: act.row = k->row; return staff_solve(k->t, k->d, &act);
	case STAFF_CLOSE: return close_it(k, o);
	case STAFF_FORWARD: act.other = o->code; return staff_forward(k->t, k->d, &act);
	case STAFF_TAKE: return staff_take_it(k->t, k->d, &act);
	case STAFF_NOTE: return staff_note(k->t, k->d, &act);
	case STAFF_WAIT: return staff_wait(k->t, k->d, &act, o->day);
	case STAFF_MERGE: act.other = o->case_no; return staff_merge(k->t, k->d, &act);
	case STAFF_LINK: act.other = o->case_no; return staff_link(k->t, k->d, &act);
	case STAFF_SPLIT: return staff_split(k->t, k->d, &act);
	case STAFF_ARTICLE: return note_for_article(k, o);
	case STAFF_HELP: return staff_show_help(k->t, k->d, k->rec, k->member);
	case STAFF_LANGUAGE: /* done before the words */
	case STAFF_ASK:      /* done with them */
	case STAFF_PREVIEW: break;
	}
	return ERR_OK;
}

/* What was checked and still can't be done: the rest of the mail isn't either, and its writer hears of it. */
static int told_instead(struct task *k, int err, struct bytes line, const char *key)
{
	if (err_class(err) != ERR_IS_REJECT && err != ERR_CANCELLED)
		return err;
	cannot(k, line, key, BYTES_NONE);
	return txn_err(k->t);
}

/* What ends a case stands behind what works on it, however the mail had it. */
static int do_orders(struct task *k, bool ends)
{
	int err = ERR_OK;

	for (size_t i = 0; i < k->orders.n && err == ERR_OK; i++)
		if (decides_state(k->orders.list[i].kind) == ends)
			err = told_instead(k, do_order(k, &k->orders.list[i]),
					   k->orders.list[i].line, "refused.not_possible");
	return err;
}

static int speak_first(struct task *k)
{
	int err = ERR_OK;

	for (size_t i = 0; i < k->orders.n && err == ERR_OK; i++) {
		struct staff_act act = act_of(k, BYTES_NONE);

		if (k->orders.list[i].kind == STAFF_LANGUAGE)
			err = staff_speak(k->t, k->d, &act, k->orders.list[i].tongue);
	}
	return err;
}

static int note_mail(struct task *k)
{
	struct case_step step = { .what = "staff mail",
				  .message = k->mail->id,
				  .words = bytes_of(k->mail->text),
				  .channel = k->mail->channel };
	struct staff_act act = act_of(k, BYTES_NONE);

	return staff_done(k->t, k->d, k->rec, &act, step);
}

static int do_all(struct task *k)
{
	int err = note_mail(k);

	if (err == ERR_OK)
		err = speak_first(k);
	if (err == ERR_OK)
		err = told_instead(k, say_words(k), BYTES_NONE, "refused.not_sent");
	if (err == ERR_OK && k->n_lines == 0)
		err = do_orders(k, false);
	return err == ERR_OK && k->n_lines == 0 ? do_orders(k, true) : err;
}

static int tell_back(struct task *k)
{
	const struct catalog *c = k->d->conf->profile->catalog;
	struct bytes done =
		k->is_refused ? catalog_word(c, k->member->tongue, "told.nothing") : BYTES_NONE;

	return staff_show_lines(k->t, k->d, k->rec, k->member, k->lines, k->n_lines, done);
}

/* A mail without words and orders: a clerk who pressed the wrong button. */
static bool says_nothing(const struct task *k)
{
	return k->orders.n == 0 && k->orders.n_misread == 0 && !has_words(k);
}

int staff_orders_do(struct txn *t, struct desk *d, Pb__Case *rec, const struct member *member,
		    const Pb__Message *words)
{
	struct staff_context context = { .today = calendar_day(d->now),
					 .prefix = d->conf->profile->case_prefix };
	struct task *k = arena_alloc(d->arena, sizeof(*k));
	int err;

	if (k == NULL)
		return ERR_NOMEM;
	/* What leaves now answers the citizen, not the mail in hand. */
	d->mail = NULL;
	d->heard = NULL;
	d->silence = NULL;
	*k = (struct task){ .t = t, .d = d, .rec = rec, .member = member, .mail = words };
	err = staff_words_read(d->conf->profile->staff_words, bytes_of(words->text), &context,
			       d->arena, &k->orders);
	if (err == ERR_OK)
		err = check(k);
	if (err != ERR_OK)
		return err;
	if (says_nothing(k))
		cannot(k, BYTES_NONE, "refused.no_words", BYTES_NONE);
	k->is_refused = k->n_lines > 0;
	if (k->is_refused)
		err = note_mail(k);
	else if (has_order(k, STAFF_PREVIEW))
		err = staff_show_preview(t, d, rec, member, k->orders.words,
					 has_order(k, STAFF_ASK));
	else
		err = do_all(k);
	if (err == ERR_OK && k->is_article)
		cannot(k, BYTES_NONE, "told.article", BYTES_NONE);
	return err == ERR_OK && k->n_lines > 0 ? tell_back(k) : err;
}
