/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * phone - a phone of the simulator: one text and what came back, or a conversation.
 */
#ifndef GATEWAY_CLI_PHONE_H
#define GATEWAY_CLI_PHONE_H

struct args;

int phone_run(const struct args *args);

#endif
