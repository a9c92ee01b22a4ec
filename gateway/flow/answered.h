/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * answered - whose sender was told in time, written behind with a later batch:
 * then a twin of the same words is a new text and not a repeat.
 *
 * Nothing waits for it. What a death loses is made good by the window after a
 * start, in which words decide anyway.
 */
#ifndef GATEWAY_FLOW_ANSWERED_H
#define GATEWAY_FLOW_ANSWERED_H

#include "gateway/flow/core.h"

struct answered;

int answered_new(struct core *core, struct answered **a_out);
void answered_free(struct answered **a);
void answered_add(struct answered *a, const struct digest *seen);
/* Posts what has gathered, for the batch that is about to be filled. */
void answered_flush(struct answered *a);

#endif
