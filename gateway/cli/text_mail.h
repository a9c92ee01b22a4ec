/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * text_mail - what the mail parser makes of a file: `odziv mail show`.
 *
 * Needs neither daemon nor store. Without a configuration no case prefix and no
 * server is known: then a case number of any prefix counts, and nothing is proven.
 */
#ifndef GATEWAY_CLI_TEXT_MAIL_H
#define GATEWAY_CLI_TEXT_MAIL_H

struct args;

int text_mail_show(const struct args *args);

#endif
