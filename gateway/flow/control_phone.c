/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * control_phone - a phone of the simulated network: sends a text, and shows what
 * comes back while it waits.
 */
#include "gateway/flow/control_request.h"

#include <stdio.h>
#include <string.h>

#include "parsers/err.h"
#include "parsers/number.h"

#define WAIT_DEFAULT_S 5
/* The prompt asks again before this is over. */
#define WAIT_MAX_S 3600

static struct channel *find_phone(struct control *c)
{
	struct bytes name = control_option(c, "channel");
	struct core *core = c->core;

	for (size_t i = 0; i < core->n_channels; i++) {
		struct channel *channel = core->channels[i];

		if (name.len > 0 && !bytes_is(name, channel->conf->name))
			continue;
		if (channel->ops->phone != NULL)
			return channel;
	}
	return NULL;
}

static void hear(struct phone_ear *ear, struct wall at, struct bytes from, struct bytes text)
{
	struct control *c = CONTAINER_OF(ear, struct control, ear);
	struct json *row = json_object();

	json_put_time(row, "at", at.ms);
	json_put_text(row, "from", from);
	json_put_text(row, "text", text);
	/* Whoever waits wants to see it now. */
	if (control_row_take(c, &row) == ERR_OK)
		control_send_rows(c);
}

/* The channel may have been restarted meanwhile; then it is another one and knows nothing of us. */
static void stop_listening(struct control *c)
{
	struct control **p = &c->core->listeners;

	while (*p != c)
		p = &(*p)->next_listener;
	*p = c->next_listener;
	host_timer_stop(c->core->host, &c->timer);
	for (size_t i = 0; i < c->core->n_channels; i++) {
		if (c->core->channels[i] == c->phone)
			c->phone->ops->phone->unlisten(c->phone, &c->ear);
	}
}

static void on_time(struct timer *t)
{
	struct control *c = CONTAINER_OF(t, struct control, timer);

	stop_listening(c);
	control_end(c, ERR_OK);
}

void control_stop(struct core *core)
{
	while (core->listeners != NULL) {
		struct control *c = core->listeners;

		stop_listening(c);
		control_end(c, control_fail(c, ERR_CANCELLED, "odzivd is stopping"));
	}
}

bool control_gone(struct core *core, const void *ctx)
{
	struct control *c = core->listeners;

	while (c != NULL && c->fn_ctx != ctx)
		c = c->next_listener;
	if (c == NULL)
		return false;
	stop_listening(c);
	control_end(c, control_fail(c, ERR_CANCELLED, "nobody listens any more"));
	return true;
}

static int send_text(struct control *c)
{
	int err;

	if (c->n_words < 2)
		return ERR_OK;
	err = c->phone->ops->phone->send(c->phone, c->words[0], c->words[1]);
	if (err == ERR_INVALID)
		return control_fail(c, err, "'%.*s' is no phone number", PRI_BYTES(c->words[0]));
	return err;
}

void control_phone(struct control *c)
{
	struct bytes wait = control_option(c, "wait");
	uint32_t wait_s = WAIT_DEFAULT_S;
	int err;

	c->phone = find_phone(c);
	if (c->phone == NULL) {
		control_end(c,
			    control_fail(c, ERR_NOENT,
					 "there is no channel of type simulator that runs; phone "
					 "needs odzivd and one"));
		return;
	}
	if (wait.len > 0 && number_parse_u32(wait, 0, WAIT_MAX_S, &wait_s) != ERR_OK) {
		control_end(c, control_fail(c, ERR_INVALID,
					    "--wait: '%.*s' is no number of seconds up to %d",
					    PRI_BYTES(wait), WAIT_MAX_S));
		return;
	}
	c->ear = (struct phone_ear){ .number = c->words[0], .hear = hear };
	c->timer.fire = on_time;
	c->next_listener = c->core->listeners;
	c->core->listeners = c;
	c->phone->ops->phone->listen(c->phone, &c->ear);
	host_timer_in(c->core->host, &c->timer, (int64_t)wait_s * SECOND_MS);
	err = send_text(c);
	if (err == ERR_OK)
		return;
	stop_listening(c);
	control_end(c, err);
}
