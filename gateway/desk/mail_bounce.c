/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/mail_bounce.h"

#include "gateway/desk/clocks.h"
#include "gateway/desk/hearing.h"
#include "gateway/desk/mail_home.h"
#include "gateway/desk/tokens.h"
#include "parsers/contact.h"
#include "parsers/mail_bounce.h"
#include "parsers/strbuf.h"
#include "store/cases.h"
#include "store/contacts.h"
#include "store/outbox.h"
#include "store/threads.h"

#define WHY_MAX 300

/* --- the row that it is about --- */

/* By the return path, which only its recipient's server knows. */
static int row_of_token(struct txn *t, struct desk *d, const struct mail *m, Pb__Outbox **row_out)
{
	struct bytes token = token_of_mail(m, TOKEN_BOUNCE);
	uint64_t id;
	int err = token_row(t, token, &id);

	if (err == ERR_OK && !token_is_bounce(d, id, token))
		err = ERR_NOENT;
	return err == ERR_OK ? outbox_get(t, id, d->arena, row_out) : err;
}

static int find_row(struct txn *t, struct desk *d, const struct mail *m, Pb__Outbox **row_out)
{
	uint64_t id;
	int err = row_of_token(t, d, m, row_out);

	if (err == ERR_NOENT && m->has_bounce) {
		err = thread_row(t, m->bounce.original_message_id, &id);
		if (err == ERR_OK)
			err = outbox_get(t, id, d->arena, row_out);
	}
	return err != ERR_NOENT ? err : mail_home_row(t, d, m, row_out);
}

/* --- what it says of it --- */

static struct bytes words_of(struct desk *d, const struct mail_bounce *b)
{
	struct strbuf s = strbuf_in(d->arena, WHY_MAX);

	strbuf_addf(&s, "came back%s%.*s", b->status.len != 0 ? ": " : "", PRI_BYTES(b->status));
	if (b->recipient.len != 0)
		strbuf_addf(&s, " (%.*s)", PRI_BYTES(bytes_cut(b->recipient, 0, 200)));
	return strbuf_bytes(&s);
}

static int log_on_case(struct txn *t, struct desk *d, const Pb__Outbox *row, const Pb__Message *rec,
		       const char *what)
{
	struct case_step step = { .who = "odzivd",
				  .what = what,
				  .message = rec->id,
				  .row = row->id,
				  .channel = rec->channel,
				  .why = bytes_of(rec->why) };
	Pb__Case *about;
	int err;

	if (row->case_number[0] == '\0')
		return txn_err(t);
	err = case_get(t, bytes_of(row->case_number), d->arena, &about);
	if (err != ERR_OK)
		return err_class(err) == ERR_IS_REJECT ? ERR_OK : err;
	case_log(t, about, &step, d->now, d->arena);
	case_put(t, about);
	return txn_err(t);
}

static int came_back(struct txn *t, struct desk *d, const struct mail_bounce *b, Pb__Outbox *row,
		     Pb__Message *rec)
{
	struct bytes words = words_of(d, b);
	int err;

	rec->why = record_str(d->arena, words);
	err = log_on_case(t, d, row, rec, "mail came back");
	if (err == ERR_OK)
		err = outbox_came_back(t, row, words, d->now, d->arena);
	/* What was given up, or came back before, is settled. */
	if (err == ERR_BAD_STATE)
		return ERR_OK;
	return err == ERR_OK ? clocks_row_changed(t, d, row) : err;
}

static int note_sender(struct txn *t, struct desk *d, const struct mail *m, Pb__Message *rec)
{
	struct bytes address = contact_of_address(m->from.address, d->arena);
	Pb__Contact *contact;
	int err;

	rec->from = record_strc(d->arena, "");
	/* Postmasters are nobody's contacts; who is one already has what his programs send among his mails. */
	err = address.len != 0 ? contact_find(t, address, d->arena, &contact) : ERR_NOENT;
	if (err == ERR_OK)
		rec->contact = contact->id;
	return err == ERR_NOENT ? ERR_OK : err;
}

int mail_bounce_hear(struct txn *t, struct desk *d, const struct mail *m, Pb__Message *rec)
{
	Pb__Outbox *row;
	int err = note_sender(t, d, m, rec);

	rec->outcome = OUTCOME_NOT_ANSWERED;
	rec->why = record_str(d->arena, m->automatic_why);
	if (err == ERR_OK)
		err = find_row(t, d, m, &row);
	if (err != ERR_OK)
		return err_class(err) == ERR_IS_REJECT ? ERR_OK : err;
	rec->case_number = record_strc(d->arena, row->case_number);
	if (m->automatic == MAIL_BOUNCE && mail_bounce_is_failure(&m->bounce))
		return came_back(t, d, &m->bounce, row, rec);
	return log_on_case(t, d, row, rec, "automatic mail");
}
