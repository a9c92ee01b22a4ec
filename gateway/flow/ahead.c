/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/flow/ahead.h"

#include <inttypes.h>
#include <stdlib.h>

#include "conf/log.h"
#include "gateway/flow/lane.h"
#include "parsers/err.h"

void ahead_init(struct ahead *a)
{
	*a = (struct ahead){ .end = &a->first };
	flights_init(&a->flights);
}

static void batch_drop(struct ahead *a)
{
	struct batch *b = a->first;

	a->first = b->next;
	if (a->first == NULL)
		a->end = &a->first;
	arena_free(&b->arena);
	free(b);
}

void ahead_free(struct ahead *a)
{
	while (a->first != NULL)
		batch_drop(a);
	flights_free(&a->flights);
}

void ahead_add_take(struct ahead *a, struct batch **batch, struct flights *spare)
{
	struct batch *b = *batch;

	*batch = NULL;
	for (size_t i = 0; i < b->n; i++) {
		const struct claimed *c = &b->claimed[i];
		struct flight *f = flights_take(spare);

		f->row = c->row->id;
		f->segment = c->segment;
		f->attempts = c->row->segments[c->segment]->attempts;
		flights_add(&a->flights, f);
	}
	b->next = NULL;
	*a->end = b;
	a->end = &b->next;
}

/* --- one segment --- */

static int split_row(struct split *s, const Pb__Outbox *row, struct arena *a)
{
	if (s->row == row->id)
		return ERR_OK;
	*s = (struct split){ 0 };
	if (row->long_form > SMPP_LONG_PAYLOAD ||
	    sms_split_as(a, bytes_of(row->text), (enum smpp_long)row->long_form,
			 (uint16_t)row->reference, &s->segments, &s->n) != ERR_OK ||
	    s->n != row->n_segments)
		return ERR_INVALID;
	s->row = row->id;
	return ERR_OK;
}

/* What an SMS needs besides its row. False: it can't be taken apart. */
static bool fill_sms(struct outgoing *out, const struct claimed *c, struct batch *b)
{
	struct split *s = &b->split;

	if (split_row(s, c->row, b->arena) != ERR_OK || c->segment >= s->n)
		return false;
	out->encoding = (enum sms_encoding)c->row->encoding;
	out->text = s->segments[c->segment].text;
	out->octets = s->segments[c->segment].octets;
	out->udh = s->segments[c->segment].udh;
	out->how = (enum smpp_long)c->row->long_form;
	out->reference = (uint16_t)c->row->reference;
	return true;
}

static void send_one(struct lane *lane, const struct claimed *c, struct batch *b)
{
	struct host *h = lane->dispatch->core->host;
	struct wall now = h->wall(h);
	const Pb__Outbox *row = c->row;
	struct outgoing out = {
		.row = row->id,
		.segment = c->segment,
		.n_segments = (unsigned)row->n_segments,
		.to = bytes_of(row->to),
		.from = bytes_of(row->from),
		.validity_ms = row->valid_until - now.ms,
	};

	if (lane->channel->conf->type == CHANNEL_MAIL) {
		out.mail = row;
		out.text = bytes_of(row->text);
	} else if (!fill_sms(&out, c, b)) {
		dispatch_result(lane->dispatch, lane->channel, row->id, c->segment, SEND_FAILED,
				BYTES_NONE, bytes_of("its text can't be taken apart"), 0);
		return;
	}
	lane->channel->last_out = now;
	log_info("dispatch", "chan=%s out=%" PRIu64 ".%u case=%s event=sending", lane->name,
		 row->id, c->segment, row->case_number);
	lane->channel->ops->send(lane->channel, &out);
	host_point(h, "after-send");
}

/* --- all of them --- */

/* A send that fails at once has a result already, which may throttle the lane. */
static bool may_leave(const struct lane *lane)
{
	struct host *h = lane->dispatch->core->host;

	return lane->channel != NULL && lane->paused_until.ms <= h->mono(h).ms &&
	       lane->channel->ops->room(lane->channel) > 0;
}

void ahead_hand_over(struct lane *lane)
{
	struct ahead *a = &lane->ahead;

	if (a->is_handing)
		return;
	a->is_handing = true;
	while (a->first != NULL && may_leave(lane)) {
		struct batch *b = a->first;
		const struct claimed *c = &b->claimed[b->n_handed++];
		struct flight *f = flights_take(&a->flights);

		if (f->is_skipped) {
			free(f);
		} else {
			flights_add(&lane->under_way, f);
			send_one(lane, c, b);
		}
		if (b->n_handed == b->n)
			batch_drop(a);
	}
	a->is_handing = false;
}

void ahead_give_back(struct lane *lane)
{
	struct ahead *a = &lane->ahead;
	struct flight *f;

	if (a->is_handing)
		return;
	while ((f = flights_take(&a->flights)) != NULL) {
		flight_settle(f, SEND_NOT, BYTES_NONE, BYTES_NONE);
		flights_add(&lane->results, f);
	}
	while (a->first != NULL)
		batch_drop(a);
}
