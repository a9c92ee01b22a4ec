/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mailbox - the work of the mail process: what lies in the folder is fetched, read,
 * handed to the core, and moved away once it is kept. For ever.
 *
 * Promises: a mail leaves the folder only after the core said that it is kept or
 *           refused; what can't be taken or moved now is tried again with back-off,
 *           and said; the order of events, dropped connections, other clients and a
 *           server that lies cost time, never a mail.
 * Threads:  one process; blocking.
 */
#ifndef GATEWAY_MAIL_MAILBOX_H
#define GATEWAY_MAIL_MAILBOX_H

#include "gateway/mail/core_link.h"
#include "gateway/mail/mime_cell.h"

/* Mails that the core has and hasn't settled. */
#define MAILBOX_IN_HAND_MAX 32

/*
 * Returns when the core is gone (ERR_CANCELLED), or when it can't even begin. hello lives
 * as long. read: NULL is mail_read().
 */
int mailbox_run(const struct mail_hello *hello, struct core_link *core, cell_read_fn *read);

#endif
