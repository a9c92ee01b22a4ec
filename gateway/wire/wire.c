/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/wire.h"

#include "conf/limits.h"
#include "conf/log.h"
#include "parsers/contact.h"
#include "parsers/err.h"
#include "parsers/receipt.h"

void wire_result(struct channel *c, uint64_t row, unsigned segment, enum send_outcome outcome,
		 const char *error, int64_t pause_ms)
{
	struct channel_counts *n = &wire_channel(c)->counts;

	switch (outcome) {
	case SEND_OK: n->sent++; break;
	case SEND_LATER: n->later++; break;
	case SEND_FAILED: n->failed++; break;
	case SEND_UNSURE: n->unsure++; break;
	}
	dispatch_result(c->core->dispatch, c, row, segment, outcome, BYTES_NONE, bytes_of(error),
			pause_ms);
}

/* --- a message --- */

/* Serbia and its neighbours alike: 0 stands before a national number. */
static const char trunk_prefix[] = "0";

static int read_message(struct channel *c, struct message *msg)
{
	const struct contact_country country = { .code = c->conf->country, .trunk = trunk_prefix };
	int err;

	if (contact_of_number(msg->from_raw, &country, msg->arena, &msg->from) == CONTACT_PHONE &&
	    msg->from.len == 0)
		return ERR_NOMEM;
	message_read_udh(msg, PART_TOTAL_MAX);
	if (msg->fault.len > 0)
		return ERR_OK;
	err = message_decode(msg);
	if (err_class(err) == ERR_IS_REJECT) {
		msg->fault = bytes_of("longer than any text that can be read");
		return ERR_OK;
	}
	return err;
}

/* True: it was no message but a receipt that came as an ordinary text. */
static bool was_receipt(struct channel *c, struct message **msg, intake_answer_fn *answer,
			void *ctx)
{
	struct receipt_text parsed;
	struct receipt r;

	if ((*msg)->fault.len > 0 || !receipt_text_is((*msg)->text) ||
	    receipt_text_parse((*msg)->text, &parsed) != ERR_OK || parsed.id.len == 0)
		return false;
	r = (struct receipt){
		.remote_id = parsed.id,
		.state = parsed.state,
		.error = parsed.stat,
		.at = (*msg)->smsc_time,
	};
	wire_channel(c)->counts.receipts++;
	intake_receipt(c->core->intake, c, &r, answer, ctx);
	message_free(msg);
	return true;
}

void wire_arrive_take(struct channel *c, struct message **message, intake_answer_fn *answer,
		      void *ctx)
{
	struct wire_channel *own = wire_channel(c);
	struct message *msg = *message;
	struct host *h = c->core->host;
	int err;

	*message = NULL;
	msg->channel = arena_dup(msg->arena, bytes_of(c->conf->name));
	if (own->wire->in_hand != NULL && in_hand_is_deadly(own->wire->in_hand, msg)) {
		log_error("wire", "chan=%s event=not_read cause=\"it ended the program %d times\"",
			  c->conf->name, IN_HAND_DEADLY);
		msg->fault = bytes_of("reading it ended the program");
	}
	host_in_hand(h, msg);
	err = read_message(c, msg);
	host_in_hand(h, NULL);
	if (err != ERR_OK) {
		message_free(&msg);
		answer(ctx, err);
		return;
	}
	if (was_receipt(c, &msg, answer, ctx))
		return;
	own->counts.received++;
	intake_message_take(c->core->intake, c, &msg, answer, ctx);
}

int64_t wire_backoff(struct host *h, int64_t *wait_ms, int64_t first_ms, int64_t most_ms)
{
	uint32_t chance;
	int64_t wait;

	*wait_ms = *wait_ms == 0 ? first_ms : *wait_ms * 2;
	if (*wait_ms > most_ms)
		*wait_ms = most_ms;
	h->random(h, &chance, sizeof(chance));
	wait = *wait_ms;
	return wait - wait / 4 + (int64_t)(chance % (uint32_t)(wait / 2 + 1));
}
