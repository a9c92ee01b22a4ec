/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/intake_apply.h"

#include <string.h>

#include "conf/calendar.h"
#include "gateway/desk/clocks.h"
#include "gateway/desk/hearing.h"
#include "gateway/desk/in_parts.h"
#include "gateway/desk/mail_in.h"
#include "gateway/desk/notice.h"
#include "gateway/desk/seen_before.h"
#include "parsers/contact.h"
#include "parsers/plant.h"
#include "store/contacts.h"
#include "store/counts.h"
#include "store/messages.h"
#include "store/outbox.h"
#include "store/parts.h"

static int keep_quarantined(struct txn *t, struct desk *d, const struct message *msg,
			    struct intake_found *found_out)
{
	Pb__Message *rec = hearing_record(t, d, msg);
	int err;

	if (rec == NULL)
		return ERR_NOMEM;
	err = hearing_quarantine(t, d, rec, msg->fault, msg->raw, &found_out->quarantine);
	if (err != ERR_OK)
		return err;
	message_add(t, rec);
	found_out->message = rec->id;
	found_out->outcome = OUTCOME_QUARANTINE;
	return txn_err(t);
}

static int keep_whole(struct txn *t, struct desk *d, const struct intake_given *given,
		      struct intake_found *found_out)
{
	Pb__Message *rec = hearing_record(t, d, given->msg);

	if (rec == NULL)
		return ERR_NOMEM;
	return hearing_decide(t, d, rec, given->msg->from, given->understood, false, found_out);
}

int intake_apply(struct txn *t, struct desk *d, const struct intake_given *given,
		 struct intake_found *found_out)
{
	const struct message *msg = given->msg;
	struct seen_keys keys;
	int err;

	*found_out = (struct intake_found){ 0 };
	seen_keys_of(d->key, msg, &keys);
	found_out->seen = keys.words;
	err = seen_check(t, d, msg, &keys, given->link_since, &found_out->is_repeat);
	if (err != ERR_OK || found_out->is_repeat)
		return err;
	if (msg->fault.len != 0)
		err = keep_quarantined(t, d, msg, found_out);
	else if (msg->kind != MESSAGE_WORDS)
		err = notice_keep(t, d, msg, found_out);
	else if (msg->mail != NULL)
		err = mail_in_apply(t, d, msg, given->understood, found_out);
	else if (msg->part_total > 1)
		err = in_parts_keep(t, d, msg, found_out);
	else
		err = keep_whole(t, d, given, found_out);
	if (err != ERR_OK)
		return err;
	if (!found_out->is_repeat && !PLANT(PLANT_SEEN_FORGOTTEN))
		found_out->turn = seen_note(t, d, &keys, found_out->message);
	return txn_err(t);
}

int receipt_apply(struct txn *t, struct desk *d, struct bytes channel, const struct receipt *r)
{
	Pb__Outbox *row = NULL;
	int err = PLANT(PLANT_RECEIPT_DROPPED)
			  ? ERR_NOENT
			  : outbox_receipt(t, channel, r, d->now, d->arena, &row);

	/* Early ones are kept by the outbox; what nobody knows is counted and answered, or it comes back for days. */
	if (err == ERR_LIMIT) {
		desk_note(d, "receipts-unknown",
			  "channel %.*s: more than %d receipts today for texts that nobody sent; "
			  "the rest of them are only counted: ask the operator of the link",
			  PRI_BYTES(channel), EARLY_A_DAY);
		err = ERR_NOENT;
	}
	if (err != ERR_OK && err != ERR_NOENT)
		return err;
	count_add(t, COUNT_RECEIPTS, channel, d->now, 1);
	return err == ERR_OK && row != NULL ? clocks_row_changed(t, d, row) : txn_err(t);
}
