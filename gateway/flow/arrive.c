/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/flow/arrive.h"

#include "conf/limits.h"
#include "conf/log.h"
#include "parsers/contact.h"
#include "parsers/err.h"
#include "parsers/receipt.h"

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
	c->counts.receipts++;
	intake_receipt(c->core->intake, c, &r, answer, ctx);
	message_free(msg);
	return true;
}

void arrive_take(struct channel *c, struct message **message, intake_answer_fn *answer, void *ctx)
{
	struct message *msg = *message;
	struct host *h = c->core->host;
	int err;

	*message = NULL;
	msg->channel = arena_dup(msg->arena, bytes_of(c->conf->name));
	if (host_is_deadly(h, msg)) {
		log_error("intake",
			  "chan=%s event=not_read cause=\"it ended the program more than once\"",
			  c->conf->name);
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
	c->counts.received++;
	intake_message_take(c->core->intake, c, &msg, answer, ctx);
}
