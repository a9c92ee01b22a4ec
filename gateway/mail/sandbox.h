/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sandbox - what a process gives up before it reads a stranger's octets: all files
 * but one, the network, other processes, and all time and memory beyond its limits.
 *
 * Promises: after sandbox_enter() the process can compute, write to descriptor 3,
 *           and end; any other call of the kernel ends it (seccomp). It can't be
 *           undone. It ends with its parent.
 * A build with sanitizers needs more than that: see sandbox_gaps().
 */
#ifndef GATEWAY_MAIL_SANDBOX_H
#define GATEWAY_MAIL_SANDBOX_H

#include <stddef.h>
#include <sys/types.h>

#define SANDBOX_FD 3

struct sandbox_limits {
	unsigned cpu_s;
	size_t memory_bytes; /* of addresses: beyond what the process has mapped already */
	size_t stack_bytes;
};

/* fd becomes SANDBOX_FD, everything else is closed. ERR_ACCESS: it isn't safe; leave. */
int sandbox_enter(int fd, pid_t parent, const struct sandbox_limits *limits);
/* What this build or machine can't do, in words; NULL: nothing is missing. */
const char *sandbox_gaps(void);

#endif
