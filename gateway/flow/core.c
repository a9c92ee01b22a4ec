/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/flow/core.h"

#include <stdio.h>
#include <stdlib.h>

#include "conf/log.h"
#include "gateway/flow/alarms.h"
#include "gateway/flow/control.h"
#include "gateway/flow/dispatch.h"
#include "gateway/flow/intake.h"
#include "gateway/flow/reload.h"
#include "gateway/flow/starter.h"
#include "gateway/flow/wakeups.h"
#include "parsers/err.h"

struct rebuild {
	struct core *core;
	core_done_fn *done;
	void *ctx;
};

static int parts_start(struct core *core)
{
	int err = alarms_new(core, &core->alarms);

	if (err == ERR_OK)
		err = dispatch_new(core, &core->dispatch);
	if (err == ERR_OK)
		err = intake_new(core, &core->intake);
	if (err == ERR_OK)
		err = wakeups_new(core, &core->wakeups);
	return err;
}

static void parts_stop(struct core *core)
{
	wakeups_free(&core->wakeups);
	intake_free(&core->intake);
	dispatch_free(&core->dispatch);
	alarms_free(&core->alarms);
	conf_drop(&core->conf);
}

/* Those that aren't there yet: at the start all, after a rebuild what a reload brought meanwhile. */
static void channels_start(struct core *core)
{
	char name[sizeof(((struct alarm *)0)->name)];

	for (size_t i = 0; core->with_channels && i < core->conf->n_channels; i++) {
		const struct conf_channel *conf = &core->conf->channels[i];
		int err = ERR_OK;

		if (core_channel(core, bytes_of(conf->name)) == NULL)
			err = channel_open(core, conf);
		if (err == ERR_OK)
			continue;
		(void)snprintf(name, sizeof(name), "channel-down:%s", conf->name);
		alarm_raise(core->alarms, name, "channel %s can't be started: %s", conf->name,
			    err_text(err));
	}
}

/* Everything that stood still looks around. */
static void open_all(struct core *core)
{
	bool is_first = !core->has_opened;

	core->is_open = core->has_opened = true;
	core->opened_mono = core->host->mono(core->host);
	intake_look(core->intake);
	wakeups_nudge(core->wakeups);
	dispatch_wake_all(core->dispatch);
	channels_start(core);
	if (!is_first)
		return;
	log_info("core", "event=open");
	if (core->on_open != NULL)
		core->on_open(core, core->on_open_ctx);
}

static void on_ready(int err, void *ctx)
{
	struct core *core = ctx;

	core->start_err = err;
	if (err != ERR_OK) {
		log_error("core", "event=not_open error=\"%s\"", err_text(err));
		alarm_raise(core->alarms, "store-not-ready",
			    "the store can't be made ready: %s; stop and run odziv verify",
			    err_text(err));
		return;
	}
	open_all(core);
}

int core_start(struct core *core, struct host *host, struct store *store, struct conf *conf,
	       channel_make_fn *make, void *make_ctx, bool with_channels)
{
	int err;

	core->host = host;
	core->store = store;
	core->conf = conf;
	core->make = make;
	core->make_ctx = make_ctx;
	core->with_channels = with_channels;
	core->started = host->wall(host);
	core->started_mono = host->mono(host);
	err = parts_start(core);
	if (err == ERR_OK)
		err = starter_run(core, with_channels ? STARTER_START : STARTER_INLINE, on_ready,
				  core);
	if (err == ERR_OK)
		err = core->start_err; /* known already where all happens at once */
	if (err != ERR_OK)
		core_stop(core);
	return err;
}

void core_stop(struct core *core)
{
	core->is_stopping = true;
	core->is_open = false;
	starter_stop(core);
	control_stop(core);
	while (core->n_channels > 0)
		channel_close(core, core->channels[core->n_channels - 1]);
	reload_stop(core); /* it holds the configuration of channels that it hasn't come to yet */
	parts_stop(core);
}

struct channel *core_channel(struct core *core, struct bytes name)
{
	for (size_t i = 0; i < core->n_channels; i++) {
		if (bytes_is(name, core->channels[i]->conf->name))
			return core->channels[i];
	}
	return NULL;
}

static void on_rebuilt(int err, void *ctx)
{
	struct rebuild *r = ctx;

	log_info("core", "event=rebuilt result=\"%s\"", err_text(err));
	/* A rebuild that stopped half way leaves its mark: intake stays shut until one ends. */
	if (err == ERR_OK)
		open_all(r->core);
	else
		alarm_raise(
			r->core->alarms, "store-not-ready",
			"the derived tables couldn't be made anew: %s; run odziv rebuild again, "
			"or stop and run odziv verify",
			err_text(err));
	r->done(err, r->ctx);
	free(r);
}

void core_rebuild(struct core *core, core_done_fn *done, void *ctx)
{
	struct rebuild *r = core->starter == NULL ? calloc(1, sizeof(*r)) : NULL;
	int err = core->starter == NULL ? ERR_NOMEM : ERR_BUSY;
	bool was_open = core->is_open;

	if (r != NULL) {
		*r = (struct rebuild){ .core = core, .done = done, .ctx = ctx };
		core->is_open = false;
		err = starter_run(core, core->has_opened ? STARTER_REBUILD : STARTER_ANEW,
				  on_rebuilt, r);
		if (err == ERR_OK)
			return;
		core->is_open = was_open;
		free(r);
	}
	done(err, ctx);
}
