/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smpp - an operator's SMSC, met directly: the channel of `type = smpp`.
 *
 * Promises: a text or receipt is answered (deliver_sm_resp) when intake says that it is on
 *           disk, by the connection that it came by or not at all; what intake can't take now
 *           is kept and posted again, and what is full isn't read; one submit_sm a segment
 *           and one outcome each; what a broken link had and hadn't answered is UNSURE, what
 *           never left it leaves later; the first SMSC of the list that works is used, and an
 *           earlier one again when it works again.
 * Threads:  the loop thread.
 */
#ifndef GATEWAY_SMPP_SMPP_H
#define GATEWAY_SMPP_SMPP_H

#include "gateway/flow/channel.h"
#include "gateway/smpp/smpp_stream.h"

/* The network is borrowed and must outlive the channel; time and chance are the core's host's. */
struct channel *smpp_make(struct smpp_network *network);

#endif
