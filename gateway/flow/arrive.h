/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * arrive - a text as it came off a channel becomes a message that intake can take.
 *
 * Promises: one that ended us twice is handed over raw and unread; the text of an
 *           SMSC's receipt that lost its mark is a receipt.
 * Threads:  the loop thread.
 */
#ifndef GATEWAY_FLOW_ARRIVE_H
#define GATEWAY_FLOW_ARRIVE_H

#include "gateway/flow/intake.h"

/*
 * With raw, from_raw, to, coding, charset, udh, smsc, remote_id and smsc_time set, all in
 * its arena, and perhaps a fault. answer as of intake_message_take().
 */
void arrive_take(struct channel *c, struct message **msg, intake_answer_fn *answer, void *ctx);

#endif
