/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * app - the parts of odzivd, for the table in main.c: each start() undoes nothing,
 * each stop() undoes exactly its start().
 */
#ifndef GATEWAY_WIRE_APP_H
#define GATEWAY_WIRE_APP_H

#include "gateway/wire/control_socket.h"
#include "gateway/wire/pages.h"
#include "gateway/wire/wire.h"

#define APP_WHY_SIZE 1024

struct app {
	const char *conf_path; /* of the command line */
	struct conf *conf;     /* the daemon's hold, until core has its own */
	struct store store;
	uv_loop_t loop;
	struct host_uv *host;
	struct wire wire;
	struct pages pages;
	struct core core;
	struct control_socket *control;
	uv_signal_t signals[3];
	uv_timer_t watchdog, stop_timer;
	unsigned n_open; /* handles of ours */
	uint64_t stop_until_ms;
	bool is_reloading;
	int listen_fd;          /* handed over, or -1 */
	char why[APP_WHY_SIZE]; /* words of a failed start */
};

int app_conf_start(struct app *app);
void app_conf_stop(struct app *app);
int app_process_start(struct app *app);
void app_process_stop(struct app *app);
int app_store_start(struct app *app);
void app_store_stop(struct app *app);
int app_in_hand_start(struct app *app);
void app_in_hand_stop(struct app *app);
int app_host_start(struct app *app);
void app_host_stop(struct app *app);
int app_transfer_start(struct app *app);
void app_transfer_stop(struct app *app);
int app_core_start(struct app *app);
void app_core_stop(struct app *app);
int app_http_start(struct app *app);
void app_http_stop(struct app *app);
int app_control_start(struct app *app);
void app_control_stop(struct app *app);
int app_signals_start(struct app *app);
void app_signals_stop(struct app *app);

#endif
