/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail - a channel of type mail: a mailbox that its mail process reads, and the SMTP
 * server that our mails leave by.
 *
 * Promises: the mail process hears that a mail is kept or refused only after the
 *           commit; what intake can't take now stays at the server and is offered again;
 *           where a mailbox begins is on disk before a mail of it is read; what lies
 *           there for longer than an hour and isn't kept is an alarm ("mail-reconcile").
 * Threads:  the loop thread.
 */
#ifndef GATEWAY_WIRE_MAIL_H
#define GATEWAY_WIRE_MAIL_H

#include "gateway/wire/wire.h"

struct channel *mail_make(struct wire *w);

#endif
