/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * text_mail - what the mail parser makes of a file: `odziv mail show`.
 *
 * Needs neither daemon nor store. Without a configuration no case prefix and no
 * server is known: then a case number of any prefix counts, and nothing is proven.
 */
#ifndef GATEWAY_CLI_TEXT_MAIL_H
#define GATEWAY_CLI_TEXT_MAIL_H

#include "parsers/arena.h"
#include "parsers/language.h"
#include "parsers/mail.h"

struct args;

int text_mail_show(const struct args *args);
/* The object of COMMANDS, with keys of our own behind it. otherwise: the tongue when the words don't say. ERR_NOMEM. */
int text_mail_json(const struct mail *mail, struct tongue otherwise, struct arena *a,
		   struct bytes *line_out);

#endif
