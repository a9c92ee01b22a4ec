/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/flow/channel.h"

#include <stdio.h>
#include <stdlib.h>

#include "conf/log.h"
#include "gateway/flow/alarms.h"
#include "gateway/flow/core.h"
#include "gateway/flow/dispatch.h"
#include "parsers/err.h"

const char *channel_state_text(enum channel_state state)
{
	switch (state) {
	case CHANNEL_DOWN: return "down";
	case CHANNEL_UP: return "up";
	case CHANNEL_DEGRADED: return "degraded";
	}
	return "?";
}

void channel_set_state(struct channel *c, enum channel_state state, const char *why)
{
	struct host *h = c->core->host;
	char name[sizeof(((struct alarm *)0)->name)];

	(void)snprintf(name, sizeof(name), "channel-down:%s", c->conf->name);
	if (state == CHANNEL_DOWN)
		alarm_raise(c->core->alarms, name, "channel %s is down: %s", c->conf->name, why);
	if (state == c->state)
		return;
	if (c->state == CHANNEL_DOWN)
		c->up_since = h->mono(h);
	if (state != CHANNEL_DOWN)
		alarm_clear(c->core->alarms, name);
	c->state = state;
	c->since = h->wall(h);
	log_info("channel", "chan=%s event=%s why=\"%s\"", c->conf->name, channel_state_text(state),
		 why == NULL ? "" : why);
	if (state != CHANNEL_DOWN)
		dispatch_wake(c->core->dispatch, c);
}

static void fault_alarm_name(const struct channel *c, size_t i, char *name, size_t size)
{
	(void)snprintf(name, size, "channel-fault:%s:%zu", c->conf->name, i + 1);
}

void channel_set_faults(struct channel *c, const char *const *faults, size_t n)
{
	char name[sizeof(((struct alarm *)0)->name)];

	if (n > CHANNEL_FAULTS_MAX)
		n = CHANNEL_FAULTS_MAX;
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(c->faults[i], CHANNEL_FAULT_LEN, "%s", faults[i]);
		fault_alarm_name(c, i, name, sizeof(name));
		alarm_raise(c->core->alarms, name, "%s", c->faults[i]);
	}
	for (size_t i = n; i < c->n_faults; i++) {
		fault_alarm_name(c, i, name, sizeof(name));
		alarm_clear(c->core->alarms, name);
	}
	c->n_faults = n;
}

static void leave(struct core *core, struct channel *c)
{
	size_t kept = 0;

	for (size_t i = 0; i < core->n_channels; i++) {
		if (core->channels[i] != c)
			core->channels[kept++] = core->channels[i];
	}
	core->n_channels = kept;
}

int channel_open(struct core *core, const struct conf_channel *conf)
{
	struct channel *c;
	int err;

	if (core->n_channels == CONF_CHANNELS_MAX)
		return ERR_LIMIT;
	c = core->make(conf, core->make_ctx);
	if (c == NULL)
		return ERR_NOMEM;
	c->core = core;
	c->conf = conf;
	c->state = CHANNEL_DOWN;
	c->since = core->host->wall(core->host);
	err = dispatch_attach(core->dispatch, c);
	if (err != ERR_OK) {
		free(c);
		return err;
	}
	core->channels[core->n_channels++] = c;
	err = c->ops->start(c);
	if (err != ERR_OK) {
		log_error("channel", "chan=%s event=not_started error=\"%s\"", conf->name,
			  err_text(err));
		channel_close(core, c);
	}
	return err;
}

void channel_close(struct core *core, struct channel *c)
{
	char name[sizeof(((struct alarm *)0)->name)];

	leave(core, c);
	c->ops->stop(c);
	dispatch_detach(core->dispatch, c);
	channel_set_faults(c, NULL, 0);
	(void)snprintf(name, sizeof(name), "channel-down:%s", c->conf->name);
	alarm_clear(core->alarms, name);
	log_info("channel", "chan=%s event=stopped", c->conf->name);
	free(c);
}
