/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dispatch - the way out: one job a channel at a time writes all results that
 * came in and claims as many segments as there is room for, and some more ahead,
 * so that none waits for a commit when there is room.
 *
 * Promises: a segment is SENDING on disk before the channel sees it; a channel's
 *           throttling slows the channel, not the row.
 */
#ifndef GATEWAY_FLOW_DISPATCH_H
#define GATEWAY_FLOW_DISPATCH_H

#include "gateway/flow/core.h"
#include "store/outbox.h"

int dispatch_new(struct core *core, struct dispatch **d_out);
void dispatch_free(struct dispatch **d);
/* A channel begins or ends; what an ending one had under way becomes UNSURE. Both by channel_open() and channel_close(). */
int dispatch_attach(struct dispatch *d, struct channel *c);
void dispatch_detach(struct dispatch *d, struct channel *c);
/* Everything may have changed: intake has opened, a new configuration is in force. */
void dispatch_wake_all(struct dispatch *d);
/* Rows may wait for this channel: look now (or when the job in flight is done). */
void dispatch_wake(struct dispatch *d, struct channel *c);
void dispatch_wake_name(struct dispatch *d, struct bytes channel);
/*
 * What became of one segment, once per send(). remote_id and error are copied.
 * outcome SEND_LATER with pause_ms > 0 slows the whole channel (throttled) for that
 * long; with 0 the row waits by its own back-off (30 s to 1 h, jitter).
 */
void dispatch_result(struct dispatch *d, struct channel *c, uint64_t row, unsigned segment,
		     enum send_outcome outcome, struct bytes remote_id, struct bytes error,
		     int64_t pause_ms);
/*
 * The answer came after all, when the segment was UNSURE already: that settles it, unless it is
 * on its way again, or was sent, or cancelled meanwhile.
 */
void dispatch_late(struct dispatch *d, struct channel *c, uint64_t row, unsigned segment,
		   enum send_outcome outcome, struct bytes remote_id, struct bytes error);

#endif
