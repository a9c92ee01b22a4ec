/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * core_link - the mail process's end of the socket pair to the core: whole frames out
 * and in. When the core is gone there is nothing left to do here.
 *
 * Threads: one; core_send() blocks until the core has taken it.
 */
#ifndef GATEWAY_MAIL_CORE_LINK_H
#define GATEWAY_MAIL_CORE_LINK_H

#include "parsers/mail_wire.h"

struct core_link;

/* fd becomes the link's. */
int core_link_new(int fd, struct core_link **l_out);
void core_link_free(struct core_link **l);
int core_link_fd(const struct core_link *l);
/* ERR_CANCELLED: the core is gone. ERR_LIMIT, ERR_NOMEM: nothing was sent. */
int core_link_send(struct core_link *l, const struct mail_frame *frame);
/*
 * The next frame, waited for at most ms (0: not at all); lives until the next call.
 * ERR_TIMEOUT: none; ERR_CANCELLED: the core is gone, or what it says can't be read.
 */
int core_link_next(struct core_link *l, int64_t ms, struct mail_frame *frame_out);

#endif
