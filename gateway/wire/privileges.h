/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * privileges - whom we run as, and what we leave behind.
 *
 * Promises: odzivd never works with root's powers: started by root it becomes the owner
 *           of state_dir, for good; where that is root too, it gives up every capability.
 *           No core with citizens' data; files of ours are no stranger's business
 *           (umask 007).
 */
#ifndef GATEWAY_WIRE_PRIVILEGES_H
#define GATEWAY_WIRE_PRIVILEGES_H

#include <stddef.h>

/* ERR_ACCESS: why_out says what to do. Not root: nothing changes. */
int privileges_drop(const char *state_dir, char *why_out, size_t why_size);
/* Limits and marks of the process. Descriptors for all connections; umask; no core. */
void privileges_harden(void);

#endif
