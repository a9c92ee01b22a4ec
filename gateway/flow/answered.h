/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * answered - up to which text senders were told, and who of them late, written
 * behind with a later batch (store/answers.h): a twin of the words of one who was
 * told in time is a new text and not a repeat.
 *
 * Nothing waits for it. What a death loses counts as untold.
 */
#ifndef GATEWAY_FLOW_ANSWERED_H
#define GATEWAY_FLOW_ANSWERED_H

#include "gateway/desk/intake_apply.h"
#include "gateway/flow/core.h"

struct answered;

int answered_new(struct core *core, struct answered **a_out);
void answered_free(struct answered **a);
/* The sender of what was found was told; of all texts in the order in which they were kept. */
void answered_add(struct answered *a, const struct intake_found *found, bool is_in_time);
/* Posts what has gathered, for the batch that is about to be filled. */
void answered_flush(struct answered *a);

#endif
