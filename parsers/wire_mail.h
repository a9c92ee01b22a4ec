/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * wire_mail - a struct mail and the message that carries it (parsers/mail_wire.proto).
 *
 * Promises: what was read is within the bounds of parsers/mail.h, its texts clean.
 */
#ifndef PARSERS_WIRE_MAIL_H
#define PARSERS_WIRE_MAIL_H

#include "parsers/arena.h"
#include "parsers/mail.h"
#include "parsers/mail_wire.pb-c.h"

/* ERR_INVALID, ERR_LIMIT, ERR_NOMEM. */
int wire_read_mail(Mw__Mail *m, struct arena *a, struct mail *mail_out);
/* Initialises m; its parts live in the arena, its texts are borrowed. ERR_LIMIT, ERR_NOMEM. */
int wire_write_mail(const struct mail *mail, struct arena *a, Mw__Mail *m);

#endif
