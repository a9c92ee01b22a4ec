/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smpp_link - the streams of gateway/smpp over libuv's TCP, and the port where an SMSC may
 * connect to us.
 *
 * Owns:     sockets and their buffers.
 * Promises: what is written in one turn of the loop leaves in one write, without Nagle's wait; a
 *           name is looked up on libuv's pool; what was given to the socket is known, since the
 *           SMSC may have it; an SMSC that doesn't read is found at SMPP_OUT_MAX.
 * Threads:  the loop thread.
 */
#ifndef GATEWAY_WIRE_SMPP_LINK_H
#define GATEWAY_WIRE_SMPP_LINK_H

#include "gateway/wire/wire.h"

/* What an SMSC hasn't read yet; more means that it hangs. */
#define SMPP_OUT_MAX (4 * 1024 * 1024)

/* The daemon's network: w->smpp, filled in. Lives as long as w. */
struct smpp_network *smpp_link_network(struct wire *w);

#endif
