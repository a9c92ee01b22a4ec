/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * staff_rows - what people do with rows of the outbox and with what lies in the
 * quarantine (gateway/desk/staff.h).
 */
#include <inttypes.h>
#include <stdio.h>

#include "gateway/desk/citizen.h"
#include "gateway/desk/hearing.h"
#include "gateway/desk/matter.h"
#include "gateway/desk/reply.h"
#include "gateway/desk/staff.h"
#include "store/cases.h"
#include "store/contacts.h"
#include "store/messages.h"
#include "store/outbox.h"

static int get_row(struct txn *t, struct desk *d, uint64_t id, struct staff_act *act,
		   Pb__Outbox **row_out)
{
	int err = outbox_get(t, id, d->arena, row_out);

	if (err != ERR_OK)
		snprintf(act->why, sizeof(act->why),
			 "row %" PRIu64 ": %s; see them with: odziv outbox list", id,
			 err_text(err));
	return err;
}

static int log_row(struct txn *t, struct desk *d, const Pb__Outbox *row,
		   const struct staff_act *act, const char *what)
{
	struct case_step step = {
		.who = act->who, .what = what, .row = row->id, .channel = row->channel
	};
	Pb__Case *rec;
	int err;

	if (row->case_number[0] == '\0')
		return txn_err(t);
	err = case_get(t, bytes_of(row->case_number), d->arena, &rec);
	if (err != ERR_OK)
		return err_class(err) == ERR_IS_REJECT ? txn_err(t) : err;
	case_log(t, rec, &step, d->now, d->arena);
	case_put(t, rec);
	return txn_err(t);
}

static int may_leave_again(struct txn *t, struct desk *d, const Pb__Outbox *row,
			   struct staff_act *act)
{
	Pb__Contact *contact;
	int err = row->contact != 0 ? contact_get(t, row->contact, d->arena, &contact) : ERR_NOENT;

	if (err != ERR_OK) /* our own people, or somebody forgotten */
		return err_class(err) == ERR_IS_REJECT ? ERR_OK : err;
	if (!contact->stopped || reply_leaves_after_stop((enum out_kind)row->kind))
		return ERR_OK;
	snprintf(act->why, sizeof(act->why), "row %" PRIu64 ": %s", row->id,
		 reply_refusal(d, ERR_CANCELLED));
	return ERR_CANCELLED;
}

int staff_outbox_retry(struct txn *t, struct desk *d, uint64_t id, struct staff_act *act)
{
	const struct conf_channel *channel;
	Pb__Outbox *row;
	int err = get_row(t, d, id, act, &row);

	if (err != ERR_OK)
		return err;
	err = may_leave_again(t, d, row, act);
	if (err != ERR_OK)
		return err;
	/* A person wants it to leave now: its life begins again. */
	row->valid_until = d->now.ms + d->conf->validity_ms;
	row->told_staff = false;
	err = outbox_requeue(t, row, true, d->now);
	if (err == ERR_BAD_STATE)
		snprintf(act->why, sizeof(act->why),
			 "row %" PRIu64 ": is %s; only unsure and failed rows are sent again", id,
			 out_state_text((enum out_state)row->state));
	if (err != ERR_OK)
		return err;
	channel = conf_channel(d->conf, row->channel);
	if (channel != NULL)
		desk_wake(d, channel->name);
	return log_row(t, d, row, act, "reply sent again");
}

int staff_outbox_cancel(struct txn *t, struct desk *d, uint64_t id, struct staff_act *act)
{
	Pb__Outbox *row;
	int err = get_row(t, d, id, act, &row);

	if (err != ERR_OK)
		return err;
	err = outbox_cancel(t, row, "cancelled by staff", d->now);
	if (err == ERR_BAD_STATE)
		snprintf(act->why, sizeof(act->why),
			 "row %" PRIu64 ": is %s; only queued and unsure rows can be cancelled", id,
			 out_state_text((enum out_state)row->state));
	return err == ERR_OK ? log_row(t, d, row, act, "reply cancelled") : err;
}

static int get_quarantined(struct txn *t, struct desk *d, uint64_t id, struct staff_act *act,
			   Pb__Quarantine **q_out, Pb__Message **msg_out)
{
	int err = quarantine_get(t, id, d->arena, q_out);

	if (err == ERR_OK && (*q_out)->settled != 0) {
		snprintf(act->why, sizeof(act->why), "%" PRIu64 ": was %s already", id,
			 (*q_out)->settled_as);
		return ERR_BAD_STATE;
	}
	if (err == ERR_OK)
		err = message_get(t, (*q_out)->message, d->arena, msg_out);
	if (err != ERR_OK)
		snprintf(act->why, sizeof(act->why),
			 "%" PRIu64 ": %s; see them with: odziv quarantine list", id,
			 err_text(err));
	return err;
}

static int settle(struct txn *t, struct desk *d, Pb__Quarantine *q, const char *as)
{
	q->settled = d->now.ms;
	q->settled_as = record_strc(d->arena, as);
	quarantine_put(t, q);
	return txn_err(t);
}

int staff_quarantine_release(struct txn *t, struct desk *d, uint64_t id, struct staff_act *act)
{
	Pb__Quarantine *q;
	Pb__Message *msg;
	struct intake_found found = { 0 };
	int err = get_quarantined(t, d, id, act, &q, &msg);

	if (err == ERR_OK)
		err = hearing_again(t, d, msg, &found);
	if (err != ERR_OK) {
		if (act->why[0] == '\0')
			snprintf(act->why, sizeof(act->why), "%" PRIu64 ": %s", id, err_text(err));
		return err;
	}
	snprintf(act->result, sizeof(act->result), "%s", found.case_number);
	return settle(t, d, q, "released");
}

int staff_quarantine_drop(struct txn *t, struct desk *d, uint64_t id, struct staff_act *act)
{
	Pb__Quarantine *q;
	Pb__Message *msg;
	int err = get_quarantined(t, d, id, act, &q, &msg);

	if (err != ERR_OK)
		return err;
	msg->outcome = OUTCOME_NOT_ANSWERED;
	msg->why = record_strc(d->arena, "dropped from the quarantine by staff");
	message_put(t, msg);
	return settle(t, d, q, "dropped");
}
