/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * host_inline - the command line without a daemon: one thread, every write and
 * read done before the call returns.
 *
 * Timers never fire. A write or read asked for from within another one's done is
 * served when that one has returned.
 */
#ifndef GATEWAY_FLOW_HOST_INLINE_H
#define GATEWAY_FLOW_HOST_INLINE_H

#include "gateway/flow/host.h"
#include "store/keep.h"

/* The store is borrowed. NULL: out of memory. */
struct host *host_inline_new(struct store *store);
void host_inline_free(struct host **h);

#endif
