/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/notice.h"

#include "gateway/desk/hearing.h"
#include "gateway/desk/reply.h"
#include "store/contacts.h"
#include "store/counts.h"
#include "store/key.h"
#include "store/messages.h"

static const char *why_not_answered(enum message_kind kind)
{
	switch (kind) {
	case MESSAGE_USSD: return "a USSD dialogue: codes are only recorded";
	case MESSAGE_MMS:
		return "pictures (MMS): its sender heard today already that only texts are read";
	case MESSAGE_INDICATION:
		return "a sign of the network: voicemail, type 0, or for the SIM card";
	case MESSAGE_WORDS: break;
	}
	return "no words of a person";
}

/* Several pictures, and the parts of one announcement, get one text a day. */
static int tell_texts_only(struct txn *t, struct desk *d, const Pb__Contact *contact,
			   Pb__Message *rec)
{
	struct bytes who = bytes_of(contact->address);
	uint32_t today = day_of(d->now.ms);
	struct reply r = {
		.kind = KIND_HELP,
		.text = TEXT_TEXTS_ONLY,
		.tongue = reply_tongue(d, contact),
		.channel = rec->channel,
		.from = rec->to,
		.to = who,
		.contact = contact,
		.case_number = "",
		.message = rec->id,
		.may_cut = true,
	};
	int err;

	if (attempt_get(t, ATTEMPT_PICTURES, who, today) > 0)
		return txn_err(t);
	err = reply_add(t, d, &r, NULL);
	if (err_class(err) == ERR_IS_REJECT || err == ERR_CANCELLED) {
		rec->why = record_strc(d->arena, reply_refusal(d, err));
		return txn_err(t);
	}
	if (err != ERR_OK)
		return err;
	attempt_add(t, ATTEMPT_PICTURES, who, today, 1, d->now);
	rec->outcome = OUTCOME_INFORMATION;
	rec->why = record_strc(d->arena,
			       "pictures (MMS): its sender is told that only texts are read");
	return txn_err(t);
}

int notice_keep(struct txn *t, struct desk *d, const struct message *msg,
		struct intake_found *found_out)
{
	Pb__Message *rec = hearing_record(t, d, msg);
	Pb__Contact *contact;
	int err = rec == NULL
			  ? ERR_NOMEM
			  : hearing_contact(t, d, msg->from.len != 0 ? msg->from : msg->from_raw,
					    &contact);

	if (err != ERR_OK)
		return err;
	rec->contact = contact->id;
	rec->from = record_strc(d->arena, ""); /* an address stands only with its contact */
	rec->outcome = OUTCOME_NOT_ANSWERED;
	rec->why = record_strc(d->arena, why_not_answered(msg->kind));
	contact->last_seen = d->now.ms;
	contact_put(t, contact);
	if (msg->kind == MESSAGE_MMS)
		err = tell_texts_only(t, d, contact, rec);
	if (err != ERR_OK)
		return err;
	message_add(t, rec);
	found_out->message = rec->id;
	found_out->outcome = (enum msg_outcome)rec->outcome;
	return txn_err(t);
}
