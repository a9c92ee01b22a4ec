/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/smpp/smpp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "conf/smpp_words.h"
#include "gateway/flow/dispatch.h"
#include "gateway/smpp/smpp_inbox.h"
#include "gateway/smpp/smpp_links.h"
#include "gateway/smpp/smpp_submit.h"
#include "parsers/err.h"
#include "parsers/plant.h"

/* A segment that hasn't left leaves again as soon as there is room, by any link. */
#define AGAIN_MS 1
/* What one segment needs besides its PDU: its text in another alphabet, TLVs. */
#define SUBMIT_ARENA (4 * SMPP_FRAME_MAX)

struct smpp {
	struct smpp_network *network;
	struct channel *channel;
	struct smpp_links *links;
	struct smpp_inbox *inbox;
	struct arena *arena; /* of the segment that leaves */
	struct timer show;
	struct smpp_links_state shown;
	bool is_read_again; /* after it was full */
	bool is_leaving;
	char why[SMPP_WORDS_SIZE];  /* what a link said last */
	char ours[SMPP_WORDS_SIZE]; /* what the SMSC refuses of every segment; "": nothing */
};

static struct smpp *smpp_of(const struct channel *c)
{
	return c->own;
}

/* --- what is shown --- */

static void show_faults(struct smpp *p)
{
	const char *list[CHANNEL_FAULTS_MAX];
	size_t n = smpp_links_faults(p->links, list, CHANNEL_FAULTS_MAX - 1);

	if (p->ours[0] != '\0')
		list[n++] = p->ours;
	channel_set_faults(p->channel, list, n);
}

static void on_show(struct timer *timer)
{
	struct smpp *p = CONTAINER_OF(timer, struct smpp, show);
	struct smpp_links_state state;

	smpp_links_steer(p->links);
	smpp_links_state(p->links, &state);
	/* Who says goodbye has no faults, and needs no alarm. */
	if (p->is_leaving)
		return;
	show_faults(p);
	if (state.n_sending == 0)
		channel_set_state(p->channel, CHANNEL_DOWN, p->why);
	else if (state.is_whole && p->ours[0] == '\0')
		channel_set_state(p->channel, CHANNEL_UP, state.words);
	else
		channel_set_state(p->channel, CHANNEL_DEGRADED, state.words);
	/* Other links, or those that are read again, are room; one that is tried in vain isn't. */
	if (state.n_sending > 0 && (p->is_read_again || state.n_sending != p->shown.n_sending ||
				    strcmp(state.words, p->shown.words) != 0))
		dispatch_wake(p->channel->core->dispatch, p->channel);
	p->shown = state;
	p->is_read_again = false;
}

/* In a turn of its own: links change within their own events. */
static void show_soon(struct smpp *p)
{
	host_timer_in(p->channel->core->host, &p->show, 1);
}

/* --- links --- */

/*
 * What a link that broke didn't get answered, or whose answer went down with it, is given again by
 * any other, at once, or by itself when it is back; also by one that hears while none can send.
 */
static void expect_repeats(struct smpp *p)
{
	struct host *h = p->channel->core->host;

	if (!PLANT(PLANT_SMPP_REPEATS))
		p->channel->up_since = h->mono(h);
}

static void on_link(struct smpp_session *s, void *ctx, const char *why)
{
	struct smpp *p = ctx;

	if (smpp_session_state(s) == SESSION_BOUND) {
		p->channel->counts.connects++;
		expect_repeats(p);
		smpp_session_pause(s, smpp_inbox_is_full(p->inbox));
	} else {
		snprintf(p->why, sizeof(p->why), "%s", why);
	}
	if (smpp_session_connection(s) == 0) {
		smpp_inbox_forget(p->inbox, s);
		if (smpp_session_failures(s) == 0)
			expect_repeats(p); /* it was bound */
	}
	show_soon(p);
}

static void on_message(struct smpp_session *s, void *ctx, struct bytes frame)
{
	struct smpp *p = ctx;

	smpp_inbox_take(p->inbox, s, smpp_links_smsc(p->links, s), frame);
}

static void on_full(void *ctx, bool is_full)
{
	struct smpp *p = ctx;

	smpp_links_pause(p->links, is_full);
	/* Who wasn't read had no room. */
	p->is_read_again = !is_full;
	if (!is_full)
		show_soon(p);
}

static void on_room(struct smpp_session *s, void *ctx)
{
	struct smpp *p = ctx;

	(void)s;
	dispatch_wake(p->channel->core->dispatch, p->channel);
}

/* --- results --- */

/* What an SMSC calls a text stands in lists and logs: nothing but letters. */
static struct bytes clean_id(struct bytes id)
{
	for (size_t i = 0; i < id.len; i++) {
		if (id.ptr[i] <= ' ' || id.ptr[i] > '~')
			return BYTES_NONE;
	}
	return id;
}

static const struct {
	enum send_outcome outcome;
	int64_t pause_ms;
} outcomes[] = {
	[SMPP_TAKEN] = { SEND_OK, 0 },       [SMPP_THROTTLED] = { SEND_LATER, AGAIN_MS },
	[SMPP_LATER] = { SEND_LATER, 0 },    [SMPP_UNBOUND] = { SEND_LATER, AGAIN_MS },
	[SMPP_REFUSED] = { SEND_FAILED, 0 },
};

static void note_ours(struct smpp *p, const struct smpp_meaning *m)
{
	const char *words = m->is_ours ? m->words : "";

	/* One that is taken takes the fault back; a refusal for another reason says nothing of it. */
	if ((!m->is_ours && m->verdict != SMPP_TAKEN) || strcmp(p->ours, words) == 0)
		return;
	snprintf(p->ours, sizeof(p->ours), "%s", words);
	show_soon(p);
}

static void on_answered(struct smpp *p, const struct smpp_submit *submit, uint32_t status,
			struct bytes message_id)
{
	struct channel *c = p->channel;
	struct dispatch *d = c->core->dispatch;
	struct smpp_meaning m = smpp_meaning_of_submit(status, &c->conf->smpp);
	enum send_outcome outcome = outcomes[m.verdict].outcome;
	struct bytes id = m.verdict == SMPP_TAKEN ? clean_id(message_id) : BYTES_NONE;

	if (PLANT(PLANT_SMPP_THROTTLED) && m.verdict == SMPP_THROTTLED)
		outcome = SEND_FAILED;
	note_ours(p, &m);
	if (submit->is_late)
		dispatch_late(d, c, submit->row, submit->segment, outcome, id, bytes_of(m.words));
	else
		dispatch_result(d, c, submit->row, submit->segment, outcome, id, bytes_of(m.words),
				outcomes[m.verdict].pause_ms);
}

static void on_settled(struct smpp_session *s, void *ctx, const struct smpp_submit *submit,
		       enum smpp_settled how, uint32_t status, struct bytes message_id)
{
	struct smpp *p = ctx;
	struct channel *c = p->channel;
	const char *unsure = submit->is_late ? "the SMSC didn't answer in time"
					     : "the link broke before the SMSC answered";

	(void)s;
	switch (how) {
	case SETTLED_ANSWERED: on_answered(p, submit, status, message_id); return;
	case SETTLED_UNSURE:
		dispatch_result(c->core->dispatch, c, submit->row, submit->segment, SEND_UNSURE,
				BYTES_NONE, bytes_of(unsure), 0);
		return;
	case SETTLED_UNSENT:
		dispatch_result(c->core->dispatch, c, submit->row, submit->segment, SEND_LATER,
				BYTES_NONE, bytes_of("the link broke before it left"), AGAIN_MS);
		return;
	}
}

static const struct smpp_session_events link_events = {
	.on_state = on_link,
	.on_message = on_message,
	.on_settled = on_settled,
	.on_room = on_room,
};

/* --- out --- */

static unsigned smpp_room(const struct channel *c)
{
	const struct smpp *p = smpp_of(c);

	return p->is_leaving ? 0 : smpp_links_room(p->links);
}

static int send_by(struct smpp *p, struct smpp_session *s, const struct outgoing *out)
{
	struct smpp_submit_text text;
	int err;

	if (s == NULL)
		return ERR_BUSY;
	arena_reset(p->arena);
	err = smpp_submit_fill(p->channel->conf, out, p->arena, &text);
	if (err != ERR_OK)
		return err;
	return smpp_session_submit(s, &text.message, text.tlvs, text.n_tlvs, out->row,
				   out->segment);
}

static void smpp_send(struct channel *c, const struct outgoing *out)
{
	struct smpp *p = smpp_of(c);
	struct host *h = c->core->host;
	int err = send_by(p, smpp_links_pick(p->links), out);

	if (err == ERR_OK) {
		c->last_out = h->wall(h);
		return;
	}
	if (err == ERR_INVALID || err == ERR_LIMIT)
		dispatch_result(
			c->core->dispatch, c, out->row, out->segment, SEND_FAILED, BYTES_NONE,
			bytes_of("it can't be written as SMPP: look at its number and text"), 0);
	else
		dispatch_result(c->core->dispatch, c, out->row, out->segment, SEND_LATER,
				BYTES_NONE, bytes_of(err_text(err)),
				err == ERR_NOMEM ? 0 : AGAIN_MS);
}

/* --- the channel --- */

static size_t smpp_under_way(const struct channel *c)
{
	const struct smpp *p = smpp_of(c);
	size_t n = smpp_inbox_posted(p->inbox) + smpp_links_open(p->links);

	/* A link that says goodbye is awaited too. */
	return p->is_leaving ? n + smpp_links_connected(p->links) : n;
}

static void smpp_leave(struct channel *c)
{
	struct smpp *p = smpp_of(c);

	p->is_leaving = true;
	smpp_links_leave(p->links);
}

static bool smpp_link(const struct channel *c, size_t i, struct channel_link *link_out)
{
	return smpp_links_describe(smpp_of(c)->links, i, link_out);
}

static int smpp_start(struct channel *c)
{
	struct smpp *p = smpp_of(c);
	int err;

	p->channel = c;
	p->show.fire = on_show;
	p->arena = arena_new(SUBMIT_ARENA);
	if (p->arena == NULL)
		return ERR_NOMEM;
	err = smpp_inbox_new(c, on_full, p, &p->inbox);
	if (err == ERR_OK)
		err = smpp_links_new(p->network, c, &link_events, p, &p->links);
	if (err != ERR_OK)
		return err;
	snprintf(p->why, sizeof(p->why), "not connected yet");
	channel_set_state(c, CHANNEL_DOWN, p->why);
	smpp_links_steer(p->links);
	return ERR_OK;
}

static void smpp_stop(struct channel *c)
{
	struct smpp *p = smpp_of(c);

	if (p->channel != NULL)
		host_timer_stop(c->core->host, &p->show);
	smpp_links_free(&p->links);
	smpp_inbox_free(&p->inbox);
	arena_free(&p->arena);
	free(p);
	c->own = NULL;
}

static const struct channel_ops smpp_ops = {
	.start = smpp_start,
	.stop = smpp_stop,
	.room = smpp_room,
	.send = smpp_send,
	.n_under_way = smpp_under_way,
	.leave = smpp_leave,
	.link = smpp_link,
};

struct channel *smpp_make(struct smpp_network *network)
{
	struct channel *c = calloc(1, sizeof(*c));
	struct smpp *p = calloc(1, sizeof(*p));

	if (c == NULL || p == NULL) {
		free(c);
		free(p);
		return NULL;
	}
	p->network = network;
	c->ops = &smpp_ops;
	c->own = p;
	return c;
}
