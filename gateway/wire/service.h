/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * service - what the service manager is told and what it hands us; the only user
 * of libsystemd. Without one all of it does nothing.
 */
#ifndef GATEWAY_WIRE_SERVICE_H
#define GATEWAY_WIRE_SERVICE_H

#include <stdint.h>

enum service_state { SERVICE_READY, SERVICE_RELOADING, SERVICE_STOPPING, SERVICE_ALIVE };

void service_tell(enum service_state state);
/* One line for `systemctl status`. */
void service_say(const char *words);
/* How often SERVICE_ALIVE is expected, 0: never. */
int64_t service_watchdog_ms(void);
/* The listening socket that was handed over (LISTEN_FDS); -1: none. ERR_INVALID: more than one, or no listening stream. */
int service_listen_fd(int *fd_out);

#endif
