/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * text_mail_json - a struct mail as the object that `odziv mail show --json` prints.
 */
#ifndef GATEWAY_CLI_TEXT_MAIL_JSON_H
#define GATEWAY_CLI_TEXT_MAIL_JSON_H

#include "parsers/arena.h"
#include "parsers/language.h"
#include "parsers/mail.h"

/* The object of COMMANDS, with keys of our own behind it. otherwise: the tongue when the words don't say. ERR_NOMEM. */
int text_mail_json(const struct mail *mail, struct tongue otherwise, struct arena *a,
		   struct bytes *line_out);

#endif
