/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/tell.h"

#include <stdio.h>

#include "gateway/desk/reply.h"
#include "parsers/plant.h"
#include "store/cases.h"
#include "store/counts.h"

/* One phone may cry for help so often an hour; then the duty officers have heard, and the alarm goes on. */
#define DUTY_TEXTS_MAX 5

void tell_values(const struct desk *d, const Pb__Case *rec, struct tongue tongue,
		 struct text_values *values_out)
{
	const struct profile *p = d->conf->profile;
	const struct category *c = profile_category(p, bytes_of(rec->category));
	const struct department *dep = profile_department(p, bytes_of(rec->department));
	char key[32];

	*values_out = (struct text_values){
		.case_no = bytes_of(rec->number),
		.place = bytes_of(rec->place[0] != '\0' ? rec->place : rec->settlement),
		.numbers = p->emergency_numbers,
		.town = names_in(&p->town, tongue),
		.price = bytes_of(d->conf->sms_price),
	};
	snprintf(key, sizeof(key), "state.%s", case_state_text((enum case_state)rec->state));
	values_out->state = catalog_word(p->catalog, tongue, key);
	if (c != NULL)
		values_out->category = names_in(&c->short_name, tongue);
	if (dep != NULL)
		values_out->department = names_in(&dep->short_name, tongue);
	values_out->due.ms =
		rec->answered == 0 && rec->answer_due != 0 ? rec->answer_due : rec->solve_due;
	/* "At once" is no date that anybody could be told. */
	if (values_out->due.ms <= rec->opened)
		values_out->due.ms = 0;
}

int tell_item(const struct desk *d, const Pb__Case *rec, struct tongue tongue,
	      struct letter_item *item_out)
{
	const struct member *clerk = profile_member(d->conf->profile, bytes_of(rec->clerk));
	struct text_values values;

	tell_values(d, rec, tongue, &values);
	*item_out = (struct letter_item){
		.case_no = arena_dup(d->arena, values.case_no),
		.category = values.category,
		.department = values.department,
		.place = arena_dup(d->arena, values.place),
		.state = values.state,
		.member = clerk != NULL ? clerk->name : BYTES_NONE,
		.due = case_is_open(rec) ? values.due : (struct wall){ 0 },
		.opened = { rec->opened },
	};
	return item_out->case_no.len == values.case_no.len ? ERR_OK : ERR_NOMEM;
}

/* A reply that was refused is a step of the case: somebody must see that the citizen heard nothing. */
int tell_reply(struct txn *t, struct desk *d, const struct reply *r, Pb__Case *rec,
	       const char *what)
{
	Pb__Outbox *row = NULL;
	int err = reply_add(t, d, r, &row);
	struct case_step step = { .who = "odzivd", .what = what, .channel = r->channel };

	if (err == ERR_OK) {
		step.row = row->id;
		step.words = bytes_of(row->text);
	} else if (err_class(err) == ERR_IS_REJECT || err == ERR_CANCELLED) {
		step.what = "not answered";
		step.why = bytes_of(reply_refusal(d, err));
	} else {
		return err;
	}
	if (rec != NULL) {
		case_log(t, rec, &step, d->now, d->arena);
		case_put(t, rec);
	}
	return txn_err(t);
}

int tell_acknowledged(struct txn *t, struct desk *d, const Pb__Contact *contact, Pb__Case *rec,
		      Pb__Case *second, uint64_t message)
{
	struct reply r = {
		.kind = KIND_ACK,
		.text = second != NULL ? TEXT_ACK_TWO : TEXT_ACK,
		.tongue = desk_tongue(rec->language, rec->script, d->conf->profile),
		.channel = rec->channel,
		.from = rec->to,
		.to = bytes_of(contact->address),
		.contact = contact,
		.case_number = rec->number,
		.message = message,
	};

	if (PLANT(PLANT_NO_ANSWER))
		return ERR_OK;
	tell_values(d, rec, r.tongue, &r.values);
	if (second != NULL) {
		struct text_values other;

		tell_values(d, second, r.tongue, &other);
		r.values.case_no2 = other.case_no;
		r.values.category2 = other.category;
	}
	return tell_reply(t, d, &r, rec, "acknowledged");
}

int tell_joined(struct txn *t, struct desk *d, const Pb__Contact *contact,
		const Pb__Message *message, Pb__Case *rec)
{
	struct reply r = {
		.kind = KIND_ACK,
		.text = TEXT_JOINED,
		.tongue = reply_tongue(d, contact),
		.channel = message->channel,
		.from = message->to,
		.to = bytes_of(contact->address),
		.contact = contact,
		.case_number = rec->number,
		.message = message->id,
	};

	tell_values(d, rec, r.tongue, &r.values);
	return tell_reply(t, d, &r, rec, "acknowledged");
}

static bool duty_heard_enough(struct txn *t, const struct desk *d, const Pb__Contact *contact)
{
	struct bytes who = bytes_of(contact->address);
	uint32_t hour = (uint32_t)(d->now.ms / HOUR_MS);

	if (attempt_get(t, ATTEMPT_DUTY, who, hour) >= DUTY_TEXTS_MAX)
		return true;
	attempt_add(t, ATTEMPT_DUTY, who, hour, 1, d->now);
	return false;
}

/* By which channel our people's phones hear of danger: the one it came by, unless that was mail. */
static const char *phone_channel(const struct desk *d, const struct danger *danger)
{
	const struct conf_channel *c = conf_channel(d->conf, danger->channel);

	if (c == NULL || c->type == CHANNEL_MAIL)
		c = desk_sms_channel(d->conf);
	return c != NULL ? c->name : NULL;
}

static int tell_member(struct txn *t, struct desk *d, const struct danger *danger,
		       const struct member *who, const char *channel)
{
	const struct profile *p = d->conf->profile;
	Pb__Case *rec = danger->rec;
	struct reply r = {
		.kind = KIND_STAFF,
		.text = TEXT_DUTY,
		.tongue = p->tongue,
		.channel = channel,
		.from = "",
		.to = who->phone,
		.case_number = rec != NULL ? rec->number : "",
		.may_cut = true,
	};

	if (rec != NULL)
		tell_values(d, rec, p->tongue, &r.values);
	r.values.words = danger->words;
	return tell_reply(t, d, &r, rec, "duty told");
}

static int tell_duty(struct txn *t, struct desk *d, const struct danger *danger)
{
	const struct profile *p = d->conf->profile;
	const char *channel = phone_channel(d, danger);
	bool is_enough = duty_heard_enough(t, d, danger->contact);
	size_t told = 0;

	for (size_t i = 0; i < p->n_members && !is_enough && channel != NULL; i++) {
		int err;

		if (!p->members[i].is_duty || p->members[i].phone.len == 0)
			continue;
		err = tell_member(t, d, danger, &p->members[i], channel);
		if (err != ERR_OK)
			return err;
		told++;
	}
	desk_note(d, "emergency", "emergency words came in%s%s; %zu duty officers get a text%s",
		  danger->rec != NULL ? " as case " : "",
		  danger->rec != NULL ? danger->rec->number : "", told,
		  is_enough ? ": several of this number did within the hour" : "");
	return txn_err(t);
}

int tell_emergency(struct txn *t, struct desk *d, const struct danger *danger)
{
	Pb__Case *rec = danger->rec;
	struct reply r = {
		.kind = KIND_EMERGENCY,
		.text = TEXT_EMERGENCY,
		.tongue = reply_tongue(d, danger->contact),
		.channel = danger->channel,
		.from = danger->to,
		.to = bytes_of(danger->contact->address),
		.contact = danger->contact,
		.case_number = rec != NULL ? rec->number : "",
		.message = danger->message,
	};
	int err;

	if (rec != NULL)
		tell_values(d, rec, r.tongue, &r.values);
	r.values.numbers = d->conf->profile->emergency_numbers;
	err = tell_reply(t, d, &r, rec, "emergency answer");
	return err == ERR_OK ? tell_duty(t, d, danger) : err;
}
