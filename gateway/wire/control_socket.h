/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * control_socket - the unix socket that `odziv` speaks to.
 *
 * Owns:     the socket file and its clients, CONTROL_CLIENTS_MAX at most: who asks nothing makes room.
 * Promises: who asks is known by SO_PEERCRED, never by what he says; a request is
 *           one line of at most CONTROL_LINE_MAX, the next one is read when its answer
 *           is complete; who doesn't read his answer is let go when CONTROL_OUT_MAX wait.
 * Threads:  the loop thread; names of users are looked up on libuv's pool.
 */
#ifndef GATEWAY_WIRE_CONTROL_SOCKET_H
#define GATEWAY_WIRE_CONTROL_SOCKET_H

#include <uv.h>

#include "gateway/flow/core.h"

/* A dump of a large store to a slow reader; more isn't kept for all of them together. */
#define CONTROL_OUT_MAX (64 * 1024 * 1024)

struct control_socket;

/* path: 0660, group odziv where there is one. A file of a daemon that died is replaced. why_out on every error. */
int control_socket_start(uv_loop_t *loop, struct core *core, const char *path,
			 struct control_socket **s_out, char *why_out, size_t why_size);
/* Before core_stop(): nobody new is heard. Answers under way go on until core_stop() ends them. */
void control_socket_quiet(struct control_socket *s);
/* After core_stop(). Runs the loop until its handles are closed. */
void control_socket_stop(struct control_socket **s);

#endif
