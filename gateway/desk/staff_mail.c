/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/staff_mail.h"

#include <string.h>

#include "gateway/desk/mail_home.h"
#include "gateway/desk/staff_auth.h"
#include "gateway/desk/staff_orders.h"
#include "gateway/desk/staff_post.h"
#include "gateway/desk/tokens.h"
#include "parsers/strbuf.h"
#include "store/cases.h"
#include "store/counts.h"
#include "store/held.h"
#include "store/messages.h"

/* Who says nothing for a week won't. */
#define HELD_MS (7 * DAY_MS)
/* Mails in a member's name without proof, a day, from which on a person must look. */
#define MISSES_DAY 3
/* Whoever forges mails must not fill the member's mailbox with our questions. */
#define CONFIRMS_HOUR 5

static int log_on(struct txn *t, struct desk *d, Pb__Case *rec, struct case_step step)
{
	case_log(t, rec, &step, d->now, d->arena);
	case_put(t, rec);
	return txn_err(t);
}

/* --- what is not proven --- */

static void count_miss(struct txn *t, struct desk *d, const struct staff_claim *c)
{
	struct bytes who = c->member != NULL ? c->member->id : bytes_of("?");
	uint32_t day = (uint32_t)(d->now.ms / DAY_MS);

	if (c->lack == STAFF_ASKED_FOR)
		return;
	attempt_add(t, ATTEMPT_STAFF_MISS, who, day, 1, d->now);
	if (attempt_get(t, ATTEMPT_STAFF_MISS, who, day) >= MISSES_DAY)
		desk_note(d, "staff-forged",
			  "mails in the name of %.*s aren't proven, the last one for case %s: %s",
			  PRI_BYTES(who), c->rec->number, staff_lack_text(c->lack));
}

static bool may_ask(struct txn *t, struct desk *d, const struct member *m)
{
	uint32_t hour = (uint32_t)(d->now.ms / HOUR_MS);

	if (m == NULL || m->mail.len == 0 ||
	    attempt_get(t, ATTEMPT_CONFIRM, m->id, hour) >= CONFIRMS_HOUR)
		return false;
	attempt_add(t, ATTEMPT_CONFIRM, m->id, hour, 1, d->now);
	return true;
}

/* At the registered address, never at the one that the mail came from. */
static int ask(struct txn *t, struct desk *d, const struct staff_claim *c, const Pb__Message *msg,
	       Pb__Held *held)
{
	const struct catalog *catalog = d->conf->profile->catalog;
	char token[MAIL_TOKEN_SIZE];
	struct staff_letter l = { .name = LETTER_STAFF_CONFIRM,
				  .member = c->member,
				  .rec = c->rec,
				  .token = token,
				  .held = held->id };
	Pb__Outbox *row;
	int err;

	if (!may_ask(t, d, c->member))
		return txn_err(t);
	token_held(d, held->id, c->member->id, token);
	l.values.common.case_no = bytes_of(c->rec->number);
	l.values.common.words = bytes_of(msg->text);
	l.values.common.reason = catalog_word(catalog, c->member->tongue, staff_lack_key(c->lack));
	err = staff_post_letter(t, d, &l, &row);
	if (err != ERR_OK)
		return err_class(err) == ERR_IS_REJECT ? txn_err(t) : err;
	held->row = row->id;
	held_put(t, held);
	return txn_err(t);
}

static int hold(struct txn *t, struct desk *d, const struct staff_claim *c, Pb__Message *msg)
{
	Pb__Held held = PB__HELD__INIT;
	struct case_step step = { .who = "odzivd",
				  .what = "staff mail held",
				  .message = msg->id,
				  .words = bytes_of(msg->text),
				  .channel = msg->channel,
				  .why = bytes_of(staff_lack_text(c->lack)) };
	int err;

	held.case_number = c->rec->number;
	held.member = record_str(d->arena, c->member != NULL ? c->member->id : BYTES_NONE);
	held.message = msg->id;
	held.why = record_strc(d->arena, staff_lack_text(c->lack));
	held.expires = d->now.ms + HELD_MS;
	err = held_add(t, &held, d->now);
	if (err != ERR_OK)
		return err;
	msg->why = held.why;
	count_miss(t, d, c);
	err = log_on(t, d, c->rec, step);
	return err == ERR_OK ? ask(t, d, c, msg, &held) : err;
}

/* --- the member's word on what was held --- */

static int confirm(struct txn *t, struct desk *d, const struct staff_claim *c, Pb__Message *msg)
{
	struct case_step step = { .who = (const char *)c->member->id.ptr,
				  .what = "held words confirmed",
				  .message = c->held->message,
				  .channel = msg->channel };
	Pb__Message *words;
	int err = message_get(t, c->held->message, d->arena, &words);

	if (err == ERR_OK)
		err = held_settle(t, c->held, HELD_CONFIRMED, d->now);
	if (err != ERR_OK) {
		msg->why = record_strc(d->arena, "what it confirms was settled before");
		return err_class(err) == ERR_IS_REJECT ? ERR_OK : err;
	}
	err = log_on(t, d, c->rec, step);
	return err == ERR_OK ? staff_orders_do(t, d, c->rec, c->member, words) : err;
}

/* Words that wait aren't asked for again, or a forger and we would write to each other for ever. */
static int refuse_confirmation(struct txn *t, struct desk *d, const struct staff_claim *c,
			       Pb__Message *msg)
{
	struct case_step step = { .who = "odzivd",
				  .what = "confirmation refused",
				  .message = msg->id,
				  .words = bytes_of(msg->text),
				  .channel = msg->channel,
				  .why = bytes_of(staff_lack_text(c->lack)) };

	msg->why = record_strc(d->arena, staff_lack_text(c->lack));
	count_miss(t, d, c);
	return log_on(t, d, c->rec, step);
}

int staff_mail_hear(struct txn *t, struct desk *d, const struct mail *m, Pb__Message *msg)
{
	struct staff_claim c;
	int err = staff_auth_claim(t, d, m, &c);

	if (err != ERR_OK)
		return err;
	if (c.rec == NULL)
		return ERR_NOENT;
	msg->outcome = OUTCOME_COMMAND;
	msg->command = record_strc(d->arena, "STAFF");
	msg->case_number = c.rec->number;
	msg->member = record_str(d->arena, c.member != NULL ? c.member->id : BYTES_NONE);
	msg->from = record_str(d->arena, m->from.address);
	if (c.held != NULL && c.lack == STAFF_PROVEN)
		return confirm(t, d, &c, msg);
	if (c.held != NULL)
		return refuse_confirmation(t, d, &c, msg);
	if (c.lack == STAFF_PROVEN)
		return staff_orders_do(t, d, c.rec, c.member, msg);
	return hold(t, d, &c, msg);
}

/* --- answers to what can't be answered --- */

/* Of ours, and the mail was written by who got it, or by a colleague. */
static bool is_from_ours(const struct desk *d, const Pb__Outbox *row, const struct mail *m,
			 struct member *who_out)
{
	static const char scheme[] = "mail:";
	const struct member *colleague = profile_member_of_mail(d->conf->profile, m->from.address);
	struct bytes to = bytes_of(row->to);

	if (row->member[0] == '\0' || row->token[0] != '\0')
		return false;
	if (colleague != NULL) {
		*who_out = *colleague;
		return true;
	}
	*who_out = (struct member){ .id = bytes_of(row->member),
				    .mail = bytes_cut(to, strlen(scheme), to.len),
				    .tongue = d->conf->profile->tongue };
	return bytes_starts(to, scheme) && staff_auth_same(who_out->mail, m->from.address);
}

static int log_lost(struct txn *t, struct desk *d, const Pb__Outbox *row, const Pb__Message *msg)
{
	struct case_step step = { .who = "odzivd",
				  .what = "staff answer not passed on",
				  .message = msg->id,
				  .words = bytes_of(msg->text),
				  .channel = msg->channel,
				  .why = bytes_of(msg->why) };
	Pb__Case *rec;
	int err = row->case_number[0] != '\0'
			  ? case_get(t, bytes_of(row->case_number), d->arena, &rec)
			  : ERR_NOENT;

	if (err != ERR_OK)
		return err_class(err) == ERR_IS_REJECT ? txn_err(t) : err;
	return log_on(t, d, rec, step);
}

int staff_mail_hear_lost(struct txn *t, struct desk *d, const struct mail *m, Pb__Message *msg)
{
	struct member who;
	struct staff_letter l = { .name = LETTER_STAFF_NO_ANSWER, .member = &who };
	Pb__Outbox *row;
	int err = mail_home_row(t, d, m, &row);

	if (err != ERR_OK)
		return err_class(err) == ERR_IS_REJECT ? ERR_NOENT : err;
	if (!is_from_ours(d, row, m, &who))
		return ERR_NOENT;
	msg->outcome = OUTCOME_COMMAND;
	msg->command = record_strc(d->arena, "STAFF");
	msg->case_number = row->case_number;
	msg->member = record_str(d->arena, who.id);
	msg->from = record_str(d->arena, m->from.address);
	msg->why = record_strc(d->arena, "it answers a mail that can't be answered");
	err = log_lost(t, d, row, msg);
	/* In somebody else's name nobody is written to; and two programs mustn't thank each other for ever. */
	if (err != ERR_OK || m->auth.dmarc == PROOF_FAIL || !may_ask(t, d, &who))
		return err;
	err = staff_post_letter(t, d, &l, &row);
	return err_class(err) == ERR_IS_REJECT ? txn_err(t) : err;
}
