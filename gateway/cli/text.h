/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * text - the commands that need a profile and neither daemon nor store.
 */
#ifndef GATEWAY_CLI_TEXT_H
#define GATEWAY_CLI_TEXT_H

struct args;

int text_classify(const struct args *args);
int text_sms(const struct args *args);
int text_smpp(const struct args *args);
int text_template(const struct args *args);
int text_template_check(const struct args *args);
int text_profile_check(const struct args *args);

#endif
