/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * check - odzivd -t: all that is wrong with a configuration, for a person to read.
 *
 * The same check as at the start and at a reload, but for what only a running
 * store knows.
 */
#ifndef GATEWAY_WIRE_CHECK_H
#define GATEWAY_WIRE_CHECK_H

#include <stdio.h>

#include "parsers/faults.h"

/*
 * One line a fault, then one that sums up: "PATH: ok", "PATH: ok, 1 warning",
 * "PATH: 2 faults, 1 warning". Returns the exit status: 0 when the daemon would
 * start with it, 1 when not.
 */
int check_print(const char *path, FILE *out);
/* The lines alone: also what a refused start or reload says. */
void check_print_faults(const struct faults *faults, FILE *out);

#endif
