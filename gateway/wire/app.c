/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/app.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "conf/calendar.h"
#include "conf/limits.h"
#include "conf/log.h"
#include "gateway/flow/reload.h"
#include "gateway/wire/check.h"
#include "gateway/wire/kannel_http.h"
#include "gateway/wire/privileges.h"
#include "gateway/wire/service.h"
#include "parsers/err.h"
#include "parsers/keyed.h"

/* How often a polite stop looks whether all is done. */
#define STOP_LOOK_MS 20
/* A message that a thread works on for so long hangs: the watchdog may bite, and remembers it. */
#define STUCK_MS         (20 * SECOND_MS)
#define FAULTS_ARENA_MAX (4 * MIB)

/* --- configuration --- */

static int load(struct app *app, bool is_quiet)
{
	struct arena *a = arena_new(FAULTS_ARENA_MAX);
	struct faults faults = faults_in(a);
	int err = a != NULL ? conf_load(app->conf_path, &faults, &app->conf) : ERR_NOMEM;

	if (err != ERR_OK || !is_quiet)
		check_print_faults(&faults, stderr);
	if (err != ERR_OK)
		snprintf(app->why, sizeof(app->why), "%s can't be used: %s", app->conf_path,
			 faults.n_errors > 0 ? "its faults stand above" : err_text(err));
	arena_free(&a);
	return err;
}

int app_conf_start(struct app *app)
{
	enum log_level level;
	int err = load(app, true);

	if (err == ERR_OK && app->conf->file[0] == '\0') {
		snprintf(app->why, sizeof(app->why),
			 "%s is a bare profile; odzivd needs an odziv.ini that names it and a "
			 "state_dir",
			 app->conf_path);
		err = ERR_INVALID;
	}
	if (err == ERR_OK)
		err = privileges_drop(app->conf->state_dir, app->why, sizeof(app->why));
	if (err != ERR_OK) {
		conf_drop(&app->conf);
		return err;
	}
	/* Again as the user that we are now: a secret that only root can read would fail at the first reload. */
	conf_drop(&app->conf);
	err = load(app, false);
	if (err == ERR_OK && log_level_parse(app->conf->log_level, &level) == ERR_OK)
		log_set_level(level);
	return err;
}

void app_conf_stop(struct app *app)
{
	conf_drop(&app->conf);
}

int app_process_start(struct app *app)
{
	privileges_harden();
	if (calendar_set_zone((const char *)app->conf->profile->time_zone.ptr) != ERR_OK) {
		snprintf(app->why, sizeof(app->why), "the profile's time zone isn't known here");
		return ERR_INVALID;
	}
	if (keyed_init() != ERR_OK) {
		snprintf(app->why, sizeof(app->why), "libsodium doesn't start");
		return ERR_IO;
	}
	if (service_listen_fd(&app->listen_fd) != ERR_OK) {
		snprintf(app->why, sizeof(app->why),
			 "LISTEN_FDS: one listening TCP socket is taken, for HTTP");
		return ERR_INVALID;
	}
	return ERR_OK;
}

void app_process_stop(struct app *app)
{
	(void)app;
}

/* --- store --- */

int app_store_start(struct app *app)
{
	const char *dir = app->conf->state_dir;
	int err;

	/* Its folder above must be there: a mistyped path shouldn't become a new, empty store. */
	if (mkdir(dir, 0750) != 0 && errno != EEXIST) {
		snprintf(app->why, sizeof(app->why), "state_dir %s can't be made: %s", dir,
			 strerror(errno));
		return ERR_IO;
	}
	err = store_open(dir, app->conf->map_bytes, true, &app->store, app->why, sizeof(app->why));
	if (err != ERR_OK && app->why[0] == '\0')
		snprintf(app->why, sizeof(app->why), "%s: %s", dir, err_text(err));
	return err;
}

void app_store_stop(struct app *app)
{
	store_close(&app->store);
}

int app_in_hand_start(struct app *app)
{
	int err = in_hand_open(app->conf->state_dir, &app->store.key, &app->wire.in_hand);

	if (err == ERR_OK)
		in_hand_catch(app->wire.in_hand);
	else
		snprintf(app->why, sizeof(app->why), "%s/in_hand: %s", app->conf->state_dir,
			 err_text(err));
	return err;
}

void app_in_hand_stop(struct app *app)
{
	in_hand_close(&app->wire.in_hand);
}

/* --- the loop and what hangs on it --- */

int app_host_start(struct app *app)
{
	int err;

	if (uv_loop_init(&app->loop) != 0)
		return ERR_NOMEM;
	err = host_uv_new(&app->loop, app->store.db, app->wire.in_hand, &app->host);
	if (err != ERR_OK) {
		uv_loop_close(&app->loop);
		return err;
	}
	app->wire.loop = &app->loop;
	app->wire.host = host_uv_host(app->host);
	app->wire.core = &app->core;
	return ERR_OK;
}

void app_host_stop(struct app *app)
{
	host_uv_free(&app->host);
	/* What was asked to close last; a name that is being looked up can't be called back. */
	uv_run(&app->loop, UV_RUN_DEFAULT);
	uv_loop_close(&app->loop);
}

int app_transfer_start(struct app *app)
{
	return transfer_new(&app->loop, &app->wire.transfer);
}

void app_transfer_stop(struct app *app)
{
	transfer_free(&app->wire.transfer);
}

/* --- the flow --- */

static void on_open(struct core *core, void *ctx)
{
	struct app *app = ctx;

	kannel_http_open(&app->wire);
	service_tell(SERVICE_READY);
	log_info("odzivd", "event=ready instance=%s version=" PACKAGE_VERSION " channels=%zu",
		 core->conf->instance, core->n_channels);
}

int app_core_start(struct app *app)
{
	app->core.on_open = on_open;
	app->core.on_open_ctx = app;
	return core_start(&app->core, app->wire.host, &app->store, conf_hold(app->conf),
			  wire_channel_make, &app->wire, true);
}

void app_core_stop(struct app *app)
{
	core_stop(&app->core);
}

int app_http_start(struct app *app)
{
	const struct http_route routes[] = {
		{ "/mo", kannel_http_mo, &app->wire },
		{ "/dlr", kannel_http_dlr, &app->wire },
		{ "/health", pages_health, &app->pages },
		{ "/metrics", pages_metrics, &app->pages },
	};
	int err;

	app->pages = (struct pages){ .wire = &app->wire, .host = app->host };
	if (app->conf->http_listen[0] == '\0' && app->listen_fd < 0)
		return ERR_OK;
	err = http_server_start(&app->loop, app->conf->http_listen, app->listen_fd, routes,
				ARRAY_LEN(routes), &app->wire.http, app->why, sizeof(app->why));
	if (err == ERR_OK)
		log_info("http", "event=listening port=%u%s", http_server_port(app->wire.http),
			 app->listen_fd >= 0 ? " socket=handed_over" : "");
	return err;
}

void app_http_stop(struct app *app)
{
	kannel_http_close(&app->wire);
	http_server_stop(&app->wire.http);
}

int app_control_start(struct app *app)
{
	return control_socket_start(&app->loop, &app->core, app->conf->control_path, &app->control,
				    app->why, sizeof(app->why));
}

void app_control_stop(struct app *app)
{
	control_socket_stop(&app->control);
}

/* --- a polite stop --- */

static bool is_idle(struct app *app)
{
	struct host_uv_load load;

	for (size_t i = 0; i < app->core.n_channels; i++) {
		const struct channel *c = app->core.channels[i];

		if (c->ops->n_under_way != NULL && c->ops->n_under_way(c) > 0)
			return false;
	}
	host_uv_load(app->host, &load);
	return load.jobs == 0;
}

static void on_stop_timer(uv_timer_t *timer)
{
	struct app *app = timer->data;

	if (!is_idle(app) && uv_now(&app->loop) < app->stop_until_ms)
		return;
	uv_timer_stop(timer);
	uv_stop(&app->loop);
}

static void begin_stop(struct app *app, const char *why)
{
	if (app->wire.is_stopping) {
		/* Asked twice: at once. What is under way is repeated by its senders. */
		uv_stop(&app->loop);
		return;
	}
	log_info("odzivd", "event=stopping why=%s", why);
	service_tell(SERVICE_STOPPING);
	app->wire.is_stopping = true;
	for (size_t i = 0; i < app->core.n_channels; i++) {
		struct channel *c = app->core.channels[i];

		if (c->ops->leave != NULL)
			c->ops->leave(c);
	}
	if (app->wire.http != NULL)
		http_server_quiet(app->wire.http);
	control_socket_quiet(app->control);
	app->stop_until_ms = uv_now(&app->loop) + STOP_WAIT_MS;
	uv_timer_start(&app->stop_timer, on_stop_timer, 0, STOP_LOOK_MS);
}

/* --- reload --- */

static void on_reloaded(int err, const char *words, void *ctx)
{
	struct app *app = ctx;
	enum log_level level;

	app->is_reloading = false;
	if (words != NULL && words[0] != '\0')
		fprintf(stderr, "%s%s", words, words[strlen(words) - 1] == '\n' ? "" : "\n");
	if (err != ERR_OK) {
		log_error("odzivd",
			  "event=not_reloaded error=\"%s\" words=\"the old configuration stays\"",
			  err_text(err));
	} else {
		if (log_level_parse(app->core.conf->log_level, &level) == ERR_OK)
			log_set_level(level);
		log_info("odzivd", "event=reloaded");
		if (strcmp(app->core.conf->http_listen, app->conf->http_listen) != 0 ||
		    strcmp(app->core.conf->control_path, app->conf->control_path) != 0)
			log_warning("odzivd", "event=needs_restart words=\"http_listen and control "
					      "are taken at the start\"");
	}
	service_tell(SERVICE_READY);
}

static void begin_reload(struct app *app)
{
	if (app->is_reloading || app->wire.is_stopping)
		return;
	app->is_reloading = true;
	service_tell(SERVICE_RELOADING);
	core_reload(&app->core, app->conf_path, on_reloaded, app);
}

/* --- signals and the watchdog --- */

static void on_signal(uv_signal_t *uv, int sig)
{
	struct app *app = uv->data;

	if (sig == SIGHUP)
		begin_reload(app);
	else
		begin_stop(app, sig == SIGTERM ? "SIGTERM" : "SIGINT");
}

/* The loop turns, or this isn't called; and no thread hangs over one message. A slow disk holds nothing in hand. */
static void on_watchdog(uv_timer_t *timer)
{
	struct app *app = timer->data;

	if (in_hand_is_stuck(app->wire.in_hand, (int64_t)uv_now(&app->loop), STUCK_MS))
		log_error("odzivd",
			  "event=stuck words=\"a thread works on one message for too long\"");
	else
		service_tell(SERVICE_ALIVE);
}

int app_signals_start(struct app *app)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP };
	int64_t every_ms = service_watchdog_ms() / 3;

	_Static_assert(ARRAY_LEN(numbers) == ARRAY_LEN(app->signals), "one handle a signal");
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		uv_signal_init(&app->loop, &app->signals[i]);
		app->signals[i].data = app;
		uv_signal_start(&app->signals[i], on_signal, numbers[i]);
	}
	uv_timer_init(&app->loop, &app->watchdog);
	uv_timer_init(&app->loop, &app->stop_timer);
	app->watchdog.data = app->stop_timer.data = app;
	app->n_open = ARRAY_LEN(numbers) + 2;
	if (every_ms > 0)
		uv_timer_start(&app->watchdog, on_watchdog, 0, (uint64_t)every_ms);
	return ERR_OK;
}

static void on_closed(uv_handle_t *handle)
{
	((struct app *)handle->data)->n_open--;
}

void app_signals_stop(struct app *app)
{
	for (size_t i = 0; i < ARRAY_LEN(app->signals); i++)
		uv_close((uv_handle_t *)&app->signals[i], on_closed);
	uv_close((uv_handle_t *)&app->watchdog, on_closed);
	uv_close((uv_handle_t *)&app->stop_timer, on_closed);
	while (app->n_open > 0)
		uv_run(&app->loop, UV_RUN_ONCE);
}
