/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kannel_box - Kannel as a box: we are to bearerbox what smsbox is, but
 * acknowledge a text only after its commit.
 *
 * Promises: a message or receipt is acknowledged when intake says that it is on
 *           disk; what intake can't take now is kept and posted again with back-off,
 *           and not acknowledging is the back-pressure (nack 2 would bring it back
 *           at once, for ever); one frame a segment, split and numbered by us, with
 *           row and segment as its dlr_url, and one outcome each; what was given to
 *           a connection that broke is UNSURE, what wasn't leaves later.
 * Threads:  the loop thread.
 */
#ifndef GATEWAY_WIRE_KANNEL_BOX_H
#define GATEWAY_WIRE_KANNEL_BOX_H

#include "gateway/wire/wire.h"

struct channel *kannel_box_make(struct wire *w);

#endif
