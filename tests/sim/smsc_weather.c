/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What SMSCs do without being asked: by the hour they are well, slow, busy, sulky
 * or gone; and at any time one of them does something odd (smsc_own.h).
 */
#include "tests/sim/smsc_own.h"

#include <inttypes.h>
#include <stdlib.h>

/* The daemon notices a link of no use within this of when it is due. */
#define SLACK_MS MINUTE_MS
/* Something odd happens at a place so many times a day. */
#define ACTS_A_DAY 6

/* --- signs of life --- */

void smsc_weather_enquire(void *ctx, uint64_t n)
{
	struct smsc *m = ctx;
	struct session *s = smsc_session(m, n);

	if (s == NULL)
		return;
	host_sim_at(m->net->sim, chance_between(&m->chance, 2 * MINUTE_MS, 40 * MINUTE_MS),
		    smsc_weather_enquire, m, n);
	if (!s->is_mute && !s->is_spoiled && !s->is_leaving)
		smsc_say_simple(s, PDU_ENQUIRE, 0, smsc_ask(s, ASKED_ENQUIRE, 0));
}

/* Nothing came from the daemon's point of view: it asks, waits, and leaves. */
static void on_was_mute(void *ctx, uint64_t n)
{
	struct smsc *m = ctx;

	if (smsc_session(m, n) != NULL)
		diary_violated(m->net->sim->diary, "silence-is-noticed",
			       "session %" PRIu64 " is silent, and the daemon still there", n);
}

void smsc_weather_is_left(struct session *s)
{
	struct smsc *m = s->smsc;
	const struct channel *c = m->link->channel;

	if (c == NULL)
		return; /* it is dead: its connection goes, too */
	host_sim_at(m->net->sim, c->conf->smpp.enquire_ms + c->conf->smpp.response_ms + SLACK_MS,
		    on_was_mute, m, s->n);
}

static void act_mute(struct session *s)
{
	s->smsc->acts[ACT_MUTE]++;
	s->is_mute = true;
	smsc_look_at_link(s->smsc);
	smsc_weather_is_left(s);
}

static void act_close(struct session *s)
{
	s->smsc->acts[ACT_CLOSED]++;
	smsc_end(s, false);
}

static void act_break(struct session *s)
{
	s->smsc->acts[ACT_BROKE]++;
	smsc_end(s, true);
}

static void act_unbind(struct session *s)
{
	s->smsc->acts[ACT_UNBINDS]++;
	smsc_say_simple(s, PDU_UNBIND, 0, smsc_ask(s, ASKED_UNBIND, 0));
	s->is_leaving = true;
	smsc_look_at_link(s->smsc);
}

/* No frame begins like that, so the daemon must leave. */
static void spoil(struct session *s, struct bytes octets)
{
	smsc_say(s, octets);
	s->is_spoiled = true;
	smsc_look_at_link(s->smsc);
	smsc_weather_is_left(s);
}

static void act_garbage(struct session *s)
{
	s->smsc->acts[ACT_GARBAGE]++;
	spoil(s, bytes_of(chance_of_1000(&s->smsc->chance, 500)
				  ? "HTTP/1.1 400 Bad Request\r\n\r\n"
				  : "\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"));
}

static void act_frame_of(struct session *s, enum smsc_act act, uint32_t id, uint32_t len,
			 uint32_t sequence)
{
	uint8_t *buf = calloc(1, len);
	struct wr w = wr_of(buf, len);

	if (buf == NULL)
		abort();
	s->smsc->acts[act]++;
	pdu_begin(&w, id, 0, sequence);
	w.len = len; /* zeros */
	(void)pdu_end(&w);
	if (len > PDU_MOST)
		spoil(s, bytes_at(buf, len));
	else
		smsc_say(s, bytes_at(buf, len));
	free(buf);
}

static void act_long_frame(struct session *s)
{
	act_frame_of(s, ACT_LONG_FRAME, PDU_NOBODYS, PDU_MOST, smsc_ask(s, ASKED_STRANGE, 0));
}

static void act_too_long_frame(struct session *s)
{
	act_frame_of(s, ACT_TOO_LONG_FRAME, PDU_DELIVER, PDU_MOST + 1, 0);
}

static void act_unknown(struct session *s)
{
	act_frame_of(s, ACT_UNKNOWN_PDU, PDU_NOBODYS, PDU_HEADER + 3,
		     smsc_ask(s, ASKED_STRANGE, 0));
}

static void act_half(struct session *s)
{
	int64_t for_ms = chance_between(&s->smsc->chance, 50 * SECOND_MS, 70 * SECOND_MS);

	s->smsc->acts[ACT_HALF]++;
	smsc_say_simple(s, PDU_ENQUIRE, 0, smsc_ask(s, ASKED_ENQUIRE, 0));
	stream_sim_hold(s->stream, PDU_HEADER / 2, for_ms);
	s->held_until_ms = smsc_now(s->smsc) + for_ms + SLACK_MS;
}

/* It has no answer: nothing is noted. */
static void act_alert(struct session *s)
{
	uint8_t buf[64];
	struct wr w = wr_of(buf, sizeof(buf));

	s->smsc->acts[ACT_ALERT]++;
	s->sequence = s->sequence >= 0x7fffffffu ? 1 : s->sequence + 1;
	pdu_begin(&w, PDU_ALERT, 0, s->sequence);
	wr_u16(&w, 0x0101);
	pdu_string(&w, bytes_of("381640000001"));
	wr_u16(&w, 0x0101);
	pdu_string(&w, bytes_of(SHORT_CODE));
	smsc_say(s, pdu_end(&w));
}

static void act_stray(struct session *s)
{
	static const uint32_t ids[] = { PDU_ANSWER | PDU_SUBMIT, PDU_NACK,
					PDU_ANSWER | PDU_ENQUIRE };
	struct chance *c = &s->smsc->chance;

	s->smsc->acts[ACT_STRAY_ANSWER]++;
	smsc_say_simple(s, ids[chance_below(c, ARRAY_LEN(ids))],
			chance_of_1000(c, 500) ? 0 : STATUS_SYSTEM,
			0x60000000u + (uint32_t)chance_below(c, 1000));
}

static void on_act(void *ctx, uint64_t place)
{
	static void (*const acts[])(struct session *) = {
		act_close, act_break,      act_unbind,         act_mute,    act_garbage, act_alert,
		act_half,  act_long_frame, act_too_long_frame, act_unknown, act_stray,
	};
	struct smsc *m = ctx;
	struct session *s = NULL;
	size_t first = (size_t)chance_below(&m->chance, SESSIONS_MAX);

	if (m->net->is_calm)
		return;
	host_sim_at(m->net->sim, chance_wait(&m->chance, 0, 4 * DAY_MS / ACTS_A_DAY), on_act, m,
		    place);
	for (size_t i = 0; i < SESSIONS_MAX && s == NULL; i++) {
		struct session *one = &m->sessions[(first + i) % SESSIONS_MAX];

		if (one->stream != NULL && one->place == place && (one->may_rx || one->may_tx) &&
		    !one->is_mute && !one->is_spoiled && !one->is_leaving)
			s = one;
	}
	if (s != NULL && m->link->channel != NULL)
		acts[chance_below(&m->chance, ARRAY_LEN(acts))](s);
}

/* --- weather --- */

static void set_mood(struct smsc *m, unsigned place, enum smsc_mood mood)
{
	m->places[place].mood = mood;
	m->places[place].since_ms = smsc_now(m);
	for (size_t i = 0; i < SESSIONS_MAX && mood == MOOD_DOWN; i++)
		if (m->sessions[i].stream != NULL && m->sessions[i].place == place)
			smsc_end(&m->sessions[i], chance_of_1000(&m->chance, 500));
	smsc_look_at_link(m);
}

static void on_weather(void *ctx, uint64_t place)
{
	static const struct {
		enum smsc_mood mood;
		unsigned of_100;
		int64_t least_ms, most_ms;
	} weather[] = {
		{ MOOD_FINE, 60, HOUR_MS, DAY_MS },
		{ MOOD_SLOW, 10, 10 * MINUTE_MS, 6 * HOUR_MS },
		{ MOOD_BUSY, 12, 10 * MINUTE_MS, 6 * HOUR_MS },
		{ MOOD_SULKY, 8, 10 * MINUTE_MS, 2 * HOUR_MS },
		{ MOOD_DOWN, 10, MINUTE_MS, 3 * HOUR_MS },
	};
	struct smsc *m = ctx;
	unsigned roll = (unsigned)chance_below(&m->chance, 100);
	size_t i = 0;

	if (m->net->is_calm)
		return;
	for (; roll >= weather[i].of_100; i++)
		roll -= weather[i].of_100;
	set_mood(m, (unsigned)place, weather[i].mood);
	host_sim_at(m->net->sim,
		    chance_between(&m->chance, weather[i].least_ms, weather[i].most_ms), on_weather,
		    m, place);
}

static void on_cut_over(void *ctx, uint64_t arg)
{
	struct smsc *m = ctx;

	(void)arg;
	m->link->is_cut = false;
	for (unsigned i = 0; i < SMSC_PLACES; i++)
		m->places[i].since_ms = smsc_now(m);
}

void smsc_cut(struct smsc *m, int64_t for_ms)
{
	if (for_ms > 0) {
		m->link->is_cut = true;
		host_sim_at(m->net->sim, for_ms, on_cut_over, m, 0);
	}
	for (size_t i = 0; i < SESSIONS_MAX; i++)
		if (m->sessions[i].stream != NULL)
			act_break(&m->sessions[i]);
}

void smsc_begin(struct smsc *m)
{
	for (unsigned i = 0; i < SMSC_PLACES; i++) {
		host_sim_at(m->net->sim, chance_wait(&m->chance, HOUR_MS, DAY_MS), on_weather, m,
			    i);
		host_sim_at(m->net->sim, chance_wait(&m->chance, HOUR_MS, DAY_MS), on_act, m, i);
	}
}

void smsc_rest(struct smsc *m)
{
	m->streams.is_calm = true;
	for (unsigned i = 0; i < SMSC_PLACES; i++)
		set_mood(m, i, MOOD_FINE);
}
