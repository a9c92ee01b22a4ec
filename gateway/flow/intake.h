/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * intake - the way in: a message or receipt becomes a job, and its sender is
 * told only after the commit.
 *
 * Promises: the queue is bounded (ERR_BUSY beyond); a full store or little disk
 *           closes intake (ERR_STOPPED: try again) and opens it again by itself.
 */
#ifndef GATEWAY_FLOW_INTAKE_H
#define GATEWAY_FLOW_INTAKE_H

#include "gateway/flow/channel.h"
#include "gateway/flow/core.h"
#include "parsers/receipt.h"

/* err: ERR_OK kept, ERR_QUARANTINED a mail that is kept there, ERR_DUPLICATE kept before, a retry class: keep it and try again. Never a reject class: what we refuse is quarantined and ERR_OK. */
typedef void intake_answer_fn(void *ctx, int err);

int intake_new(struct core *core, struct intake **in_out);
void intake_free(struct intake **in);
/*
 * The message belongs to intake from here on, whatever happens. answer is called
 * once, on the loop thread, perhaps before this returns. A message with a fault
 * (msg->fault) goes raw to the quarantine.
 */
void intake_message_take(struct intake *in, struct channel *c, struct message **msg,
			 intake_answer_fn *answer, void *ctx);
/* The receipt is copied. Same answers. */
void intake_receipt(struct intake *in, struct channel *c, const struct receipt *r,
		    intake_answer_fn *answer, void *ctx);
/* Look at the space now: the map has grown, or a new configuration is in force. */
void intake_look(struct intake *in);
bool intake_is_open(const struct intake *in, const char **why_out);
/* How long texts and receipts have come in without a break. */
int64_t intake_open_ms(const struct intake *in);
size_t intake_waiting(const struct intake *in); /* jobs posted and not done */

#endif
