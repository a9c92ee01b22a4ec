/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/service.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "parsers/err.h"

static void tell_reloading(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
			 (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000);
}

/* A manager that doesn't listen changes nothing for us. */
void service_tell(enum service_state state)
{
	switch (state) {
	case SERVICE_READY: (void)sd_notify(0, "READY=1\nSTATUS=intake is open"); break;
	case SERVICE_RELOADING: tell_reloading(); break;
	case SERVICE_STOPPING:
		(void)sd_notify(0, "STOPPING=1\nSTATUS=finishing what is under way");
		break;
	case SERVICE_ALIVE: (void)sd_notify(0, "WATCHDOG=1"); break;
	}
}

void service_say(const char *words)
{
	(void)sd_notifyf(0, "STATUS=%s", words);
}

int64_t service_watchdog_ms(void)
{
	uint64_t us = 0;

	return sd_watchdog_enabled(0, &us) > 0 ? (int64_t)(us / 1000) : 0;
}

int service_listen_fd(int *fd_out)
{
	int n = sd_listen_fds(1);

	*fd_out = -1;
	if (n <= 0)
		return ERR_OK;
	if (n != 1 || sd_is_socket(SD_LISTEN_FDS_START, AF_UNSPEC, SOCK_STREAM, 1) <= 0)
		return ERR_INVALID;
	*fd_out = SD_LISTEN_FDS_START;
	return ERR_OK;
}
