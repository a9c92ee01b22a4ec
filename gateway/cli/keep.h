/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * keep - restore and compact: the store is ours alone while they run.
 */
#ifndef GATEWAY_CLI_KEEP_H
#define GATEWAY_CLI_KEEP_H

struct args;

int keep_restore(const struct args *args);
int keep_compact(const struct args *args);

#endif
