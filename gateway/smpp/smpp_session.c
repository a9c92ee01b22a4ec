/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/smpp/smpp_session.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "gateway/smpp/smpp_session_own.h"
#include "parsers/err.h"
#include "parsers/plant.h"

/* The network gives up sooner by itself. */
#define CONNECT_MOST_MS (15 * SECOND_MS)
/* A link that was bound for so long was a good one: the next wait is short again. */
#define GOOD_AFTER_MS (10 * SECOND_MS)
/* How long open answers are awaited before our unbind, and before we answer theirs; and its answer. */
#define LEAVE_MOST_MS  (5 * SECOND_MS)
#define THEIRS_MOST_MS (3 * SECOND_MS)
#define UNBIND_MOST_MS (5 * SECOND_MS)
/* One PDU of ours, with the longest message_payload. */
#define WRITE_ARENA (4 * SMPP_FRAME_MAX)
/* By the session's own back-off. */
#define BY_BACKOFF (-1)

const char *smpp_session_state_text(enum smpp_session_state state)
{
	switch (state) {
	case SESSION_IDLE: return "idle";
	case SESSION_WAITING: return "waiting";
	case SESSION_CONNECTING: return "connecting";
	case SESSION_CALLED: return "called";
	case SESSION_BINDING: return "binding";
	case SESSION_BOUND: return "bound";
	case SESSION_LEAVING: return "leaving";
	case SESSION_UNBINDING: return "unbinding";
	case SESSION_UNBOUND: return "unbound";
	}
	return "?";
}

uint32_t smpp_session_next_sequence(uint32_t sequence)
{
	return sequence >= SMPP_SEQUENCE_MAX ? 1 : sequence + 1;
}

/* --- time --- */

struct mono session_now(const struct smpp_session *s)
{
	return s->what.host->mono(s->what.host);
}

void session_look_at(struct smpp_session *s, struct mono when)
{
	if (s->timer_at.ms != 0 && s->timer_at.ms <= when.ms)
		return;
	s->timer_at = when;
	s->what.host->timer(s->what.host, &s->timer, when);
}

static void look_in(struct smpp_session *s, int64_t in_ms)
{
	session_look_at(s, (struct mono){ session_now(s).ms + in_ms });
}

void session_set_state(struct smpp_session *s, enum smpp_session_state state, int64_t until_in_ms)
{
	s->state = state;
	s->since = s->what.host->wall(s->what.host);
	s->until.ms = until_in_ms > 0 ? session_now(s).ms + until_in_ms : 0;
	if (s->until.ms > 0)
		session_look_at(s, s->until);
}

/* --- octets out --- */

static void is_going_to_break(struct smpp_session *s, const char *why)
{
	if (s->broken != NULL || s->stream == NULL)
		return;
	s->broken = why;
	look_in(s, 0);
}

static int write_frame(struct smpp_session *s, struct bytes frame, uint64_t *seq_out)
{
	uint64_t seq;
	int err =
		s->stream == NULL ? ERR_BAD_STATE : s->what.network->write(s->stream, frame, &seq);

	if (err != ERR_OK)
		is_going_to_break(s, "the SMSC doesn't read what we send");
	else if (seq_out != NULL)
		*seq_out = seq;
	return err;
}

void session_write_simple(struct smpp_session *s, uint32_t id, uint32_t status, uint32_t sequence)
{
	uint8_t buf[SMPP_SIMPLE_MAX];

	/* Who doesn't get it asks again, or finds the link broken. */
	(void)write_frame(s, smpp_write_simple(id, status, sequence, buf), NULL);
}

uint32_t session_ask(struct smpp_session *s, uint32_t id)
{
	s->sequence = smpp_session_next_sequence(s->sequence);
	session_write_simple(s, id, SMPP_ROK, s->sequence);
	return s->sequence;
}

/* --- the end of a connection --- */

static bool is_after_bind(enum smpp_session_state state)
{
	return state >= SESSION_BOUND;
}

/* The owner is told when the state is the next one already: nobody may think that there is room. */
static void settle_all(struct smpp_session *s, const struct smpp_stream *stream)
{
	struct smpp_submit submit;

	while (smpp_window_break(s->window, &submit)) {
		bool has_left = s->what.network->has_left(stream, submit.written);

		if (PLANT(PLANT_SMPP_BREAK))
			continue;
		s->events->on_settled(s, s->ctx, &submit,
				      has_left ? SETTLED_UNSURE : SETTLED_UNSENT, SMPP_ROK,
				      BYTES_NONE);
	}
}

static void next_state(struct smpp_session *s, int64_t wait_ms)
{
	struct host *h = s->what.host;

	if (!s->is_wanted) {
		session_set_state(s, SESSION_IDLE, 0);
		return;
	}
	if (wait_ms == BY_BACKOFF)
		wait_ms = host_backoff(h, &s->wait_ms, RECONNECT_FIRST_MS, RECONNECT_MOST_MS);
	session_set_state(s, SESSION_WAITING, wait_ms);
}

static void end_after(struct smpp_session *s, const char *why, int64_t wait_ms)
{
	struct smpp_stream *stream = s->stream;
	bool was_bound = is_after_bind(s->state);

	if (s->state == SESSION_IDLE || s->state == SESSION_WAITING)
		return;
	log_info("smpp", "chan=%s link=%s event=ended why=\"%s\"", session_conf(s)->name,
		 s->what.name, why);
	if (was_bound && session_now(s).ms - s->bound_at.ms > GOOD_AFTER_MS)
		s->wait_ms = 0;
	s->n_failures += !was_bound;
	s->stream = NULL;
	s->broken = NULL;
	s->wants_room = false;
	next_state(s, wait_ms);
	settle_all(s, stream);
	if (stream != NULL)
		s->what.network->close(&stream);
	s->events->on_state(s, s->ctx, why);
}

void session_end(struct smpp_session *s, const char *why)
{
	end_after(s, why, BY_BACKOFF);
}

void session_refused(struct smpp_session *s, uint32_t status)
{
	struct smpp_refusal r = smpp_meaning_of_bind(status);
	struct host *h = s->what.host;

	/* The wait that another refusal has left isn't this one's. */
	if (s->refused_ms < r.first_ms)
		s->refused_ms = 0;
	snprintf(s->refusal, sizeof(s->refusal), "%s", r.words);
	log_warning("smpp", "chan=%s link=%s event=refused why=\"%s\"", session_conf(s)->name,
		    s->what.name, r.words);
	end_after(s, s->refusal, host_backoff(h, &s->refused_ms, r.first_ms, r.most_ms));
}

/* --- a try --- */

static void on_up(void *ctx)
{
	struct smpp_session *s = ctx;

	if (s->state == SESSION_CONNECTING)
		session_bind(s);
}

static size_t on_octets(void *ctx, struct bytes in)
{
	return session_octets(ctx, in);
}

static void on_down(void *ctx, const char *why)
{
	session_end(ctx, why);
}

static const struct smpp_stream_events stream_events = { on_up, on_octets, on_down };

static void begin_connection(struct smpp_session *s)
{
	s->connection++;
	s->n_asked = 0;
	s->sequence = s->bind_sequence = s->unbind_sequence = s->enquire_sequence = 0;
	s->is_paused = false;
	s->heard_at = session_now(s);
}

static void connect_now(struct smpp_session *s)
{
	int err;

	begin_connection(s);
	session_set_state(s, SESSION_CONNECTING, CONNECT_MOST_MS);
	err = s->what.network->open(s->what.network, s->what.host_name, s->what.port,
				    &stream_events, s, &s->stream);
	if (err != ERR_OK)
		session_end(s, err_text(err));
}

void session_bind(struct smpp_session *s)
{
	const struct conf_channel *conf = session_conf(s);
	struct smpp_bind bind = {
		.id = s->what.bind,
		.system_id = bytes_of(conf->smpp.system_id),
		.password = bytes_of(conf->password),
		.system_type = bytes_of(conf->smpp.system_type),
		.address_range = bytes_of(conf->smpp.address_range),
	};
	struct bytes frame;
	int err;

	session_set_state(s, SESSION_BINDING, conf->smpp.response_ms);
	s->sequence = smpp_session_next_sequence(s->sequence);
	s->bind_sequence = s->sequence;
	arena_reset(s->arena);
	err = smpp_write_bind(&bind, s->sequence, s->arena, &frame);
	if (err == ERR_OK) {
		err = write_frame(s, frame, NULL);
		explicit_bzero((void *)(uintptr_t)frame.ptr, frame.len);
	}
	if (err != ERR_OK)
		is_going_to_break(s, "our bind can't be written");
}

void session_bound(struct smpp_session *s, struct bytes system_id)
{
	s->bind_sequence = 0;
	s->n_failures = 0;
	s->refused_ms = 0;
	s->refusal[0] = '\0';
	s->bound_at = s->heard_at = session_now(s);
	session_set_state(s, SESSION_BOUND, 0);
	look_in(s, session_conf(s)->smpp.enquire_ms);
	log_info("smpp", "chan=%s link=%s event=bound smsc=\"%.*s\"", session_conf(s)->name,
		 s->what.name, PRI_BYTES(bytes_cut(system_id, 0, 15)));
	s->events->on_state(s, s->ctx, "bound");
}

/* --- what time brings --- */

static void expire(struct smpp_session *s, struct mono now)
{
	struct smpp_submit submit;

	while (smpp_window_expire(s->window, now, &submit))
		s->events->on_settled(s, s->ctx, &submit, SETTLED_UNSURE, SMPP_ROK, BYTES_NONE);
	session_leave_on(s);
}

/* When the SMSC is asked whether it lives, or was silent for too long; 0: it needn't be looked at. */
static struct mono alive_until(const struct smpp_session *s)
{
	const struct conf_smpp *conf = &session_conf(s)->smpp;

	/* What we don't read can't be silent. */
	if (s->state != SESSION_BOUND || s->is_paused)
		return (struct mono){ 0 };
	if (s->enquire_sequence != 0)
		return (struct mono){ s->enquire_at.ms + conf->response_ms };
	return (struct mono){ s->heard_at.ms + conf->enquire_ms };
}

static void look_alive(struct smpp_session *s, struct mono now)
{
	struct mono until = alive_until(s);

	if (until.ms == 0 || now.ms < until.ms)
		return;
	/* Whatever it said since then, it lives. */
	if (s->enquire_sequence != 0 && s->heard_at.ms > s->enquire_at.ms) {
		s->enquire_sequence = 0;
		return;
	}
	if (s->enquire_sequence != 0 && !PLANT(PLANT_SMPP_DEAF)) {
		session_end(s, "the SMSC is silent: it didn't answer enquire_link");
		return;
	}
	s->enquire_sequence = session_ask(s, SMPP_ENQUIRE_LINK);
	s->enquire_at = now;
}

static void say_unbind(struct smpp_session *s)
{
	s->unbind_sequence = session_ask(s, SMPP_UNBIND);
	session_set_state(s, SESSION_UNBINDING, UNBIND_MOST_MS);
}

static void let_go(struct smpp_session *s)
{
	session_write_simple(s, (uint32_t)SMPP_UNBIND_RESP, SMPP_ROK, s->their_unbind);
	session_end(s, "the SMSC said unbind");
}

static void look_at_state(struct smpp_session *s, struct mono now)
{
	if (s->until.ms == 0 || now.ms < s->until.ms)
		return;
	s->until.ms = 0;
	switch (s->state) {
	case SESSION_IDLE:
	case SESSION_BOUND: break;
	case SESSION_WAITING:
		if (!PLANT(PLANT_SMPP_GIVES_UP))
			connect_now(s);
		break;
	case SESSION_CONNECTING: session_end(s, "no connection in time"); break;
	case SESSION_CALLED: session_end(s, "who connected to us sent no outbind"); break;
	case SESSION_BINDING: session_end(s, "the SMSC didn't answer our bind"); break;
	case SESSION_LEAVING: say_unbind(s); break;
	case SESSION_UNBINDING: session_end(s, "the SMSC didn't answer our unbind"); break;
	case SESSION_UNBOUND: let_go(s); break;
	}
}

static void sooner(struct mono *next, struct mono when)
{
	if (when.ms != 0 && (next->ms == 0 || when.ms < next->ms))
		*next = when;
}

static void plan(struct smpp_session *s)
{
	struct mono next = s->until, now = session_now(s);

	if (s->stream != NULL) {
		sooner(&next, smpp_window_until(s->window));
		sooner(&next, alive_until(s));
	}
	if (s->wants_room)
		sooner(&next, (struct mono){ now.ms + smpp_pace_wait(&s->pace, now) });
	if (next.ms != 0)
		session_look_at(s, next);
}

static void tell_room(struct smpp_session *s, struct mono now)
{
	if (!s->wants_room || smpp_pace_wait(&s->pace, now) > 0)
		return;
	s->wants_room = false;
	s->events->on_room(s, s->ctx);
}

static void on_timer(struct timer *timer)
{
	struct smpp_session *s = CONTAINER_OF(timer, struct smpp_session, timer);
	struct mono now = session_now(s);

	s->timer_at.ms = 0;
	if (s->broken != NULL)
		session_end(s, s->broken);
	if (s->stream != NULL)
		expire(s, now);
	look_alive(s, now);
	look_at_state(s, now);
	tell_room(s, now);
	plan(s);
}

/* --- the owner --- */

void smpp_session_start(struct smpp_session *s)
{
	s->is_wanted = true;
	if (s->state != SESSION_IDLE)
		return;
	s->n_failures = 0;
	s->wait_ms = 0;
	connect_now(s);
}

void smpp_session_called(struct smpp_session *s, struct smpp_stream **stream)
{
	begin_connection(s);
	s->stream = *stream;
	*stream = NULL;
	session_set_state(s, SESSION_CALLED, session_conf(s)->smpp.response_ms);
	s->what.network->adopt(s->stream, &stream_events, s);
}

void session_leave_on(struct smpp_session *s)
{
	if ((s->state != SESSION_LEAVING && s->state != SESSION_UNBOUND) ||
	    smpp_window_used(s->window) + s->n_asked > 0)
		return;
	s->until = session_now(s);
	session_look_at(s, s->until);
}

void smpp_session_leave(struct smpp_session *s)
{
	s->is_wanted = false;
	switch (s->state) {
	case SESSION_IDLE:
	case SESSION_LEAVING:
	case SESSION_UNBINDING:
	case SESSION_UNBOUND: return;
	case SESSION_WAITING: session_set_state(s, SESSION_IDLE, 0); return;
	case SESSION_CONNECTING:
	case SESSION_CALLED:
	case SESSION_BINDING: session_end(s, "it isn't needed any more"); return;
	case SESSION_BOUND:
		session_set_state(s, SESSION_LEAVING, LEAVE_MOST_MS);
		session_leave_on(s);
		return;
	}
}

/* The SMSC wants to go: what it gave us is answered first, and perhaps it answers what it has. */
void session_unbound(struct smpp_session *s, uint32_t sequence)
{
	s->their_unbind = sequence;
	session_set_state(s, SESSION_UNBOUND, THEIRS_MOST_MS);
	session_leave_on(s);
	s->events->on_state(s, s->ctx, "the SMSC says unbind");
}

void smpp_session_pause(struct smpp_session *s, bool is_paused)
{
	if (s->is_paused == is_paused || s->stream == NULL || !is_after_bind(s->state))
		return;
	s->is_paused = is_paused;
	s->what.network->pause(s->stream, is_paused);
	if (is_paused)
		return;
	s->heard_at = s->enquire_at = session_now(s);
	plan(s);
}

void smpp_session_drop(struct smpp_session *s, const char *why)
{
	is_going_to_break(s, why);
}

unsigned smpp_session_room(struct smpp_session *s)
{
	unsigned room = smpp_window_size(s->window) - smpp_window_used(s->window), pace;
	struct mono now;

	if (!smpp_session_is_up(s) || !smpp_session_sends(s) || s->is_paused || room == 0)
		return 0;
	now = session_now(s);
	pace = smpp_pace_room(&s->pace, now);
	if (pace == 0) {
		s->wants_room = true;
		look_in(s, smpp_pace_wait(&s->pace, now));
	}
	return room < pace ? room : pace;
}

int smpp_session_submit(struct smpp_session *s, const struct smpp_message *m,
			const struct smpp_tlv *tlvs, size_t n_tlvs, uint64_t row, unsigned segment)
{
	struct mono now = session_now(s);
	struct smpp_submit submit = { .row = row, .segment = segment };
	struct bytes frame;
	int err;

	if (!smpp_session_is_up(s) || smpp_window_used(s->window) >= smpp_window_size(s->window))
		return ERR_BUSY;
	if (!PLANT(PLANT_SMPP_SEQUENCE))
		s->sequence = smpp_session_next_sequence(s->sequence);
	submit.sequence = s->sequence;
	submit.until.ms = now.ms + session_conf(s)->smpp.response_ms;
	arena_reset(s->arena);
	err = smpp_write_submit(m, tlvs, n_tlvs, s->sequence, s->arena, &frame);
	if (err != ERR_OK)
		return err == ERR_NOMEM ? err : ERR_INVALID;
	err = write_frame(s, frame, &submit.written);
	if (err != ERR_OK)
		return ERR_IO;
	smpp_pace_sent(&s->pace, now);
	session_look_at(s, submit.until);
	return smpp_window_add(s->window, &submit);
}

uint64_t smpp_session_connection(const struct smpp_session *s)
{
	return s->stream != NULL ? s->connection : 0;
}

void smpp_session_answer(struct smpp_session *s, uint64_t connection, uint32_t request_id,
			 uint32_t sequence, uint32_t status)
{
	if (s->stream == NULL || (connection != s->connection && !PLANT(PLANT_SMPP_OLD_ANSWER)))
		return;
	session_write_simple(s, request_id | (uint32_t)SMPP_GENERIC_NACK, status, sequence);
	s->n_asked -= s->n_asked > 0;
	session_leave_on(s);
}

/* --- what others ask --- */

enum smpp_session_state smpp_session_state(const struct smpp_session *s)
{
	return s->state;
}

bool smpp_session_is_up(const struct smpp_session *s)
{
	return s->state == SESSION_BOUND && s->broken == NULL;
}

bool smpp_session_sends(const struct smpp_session *s)
{
	return s->what.bind != SMPP_BIND_RECEIVER;
}

bool smpp_session_receives(const struct smpp_session *s)
{
	return s->what.bind != SMPP_BIND_TRANSMITTER;
}

unsigned smpp_session_failures(const struct smpp_session *s)
{
	return s->n_failures;
}

struct mono smpp_session_bound_at(const struct smpp_session *s)
{
	return s->bound_at;
}

unsigned smpp_session_open(const struct smpp_session *s)
{
	return smpp_window_used(s->window);
}

const char *smpp_session_refusal(const struct smpp_session *s)
{
	return s->refusal;
}

static const char *role_of(enum smpp_id bind)
{
	return bind == SMPP_BIND_RECEIVER      ? "receiver"
	       : bind == SMPP_BIND_TRANSMITTER ? "transmitter"
					       : "transceiver";
}

void smpp_session_describe(struct smpp_session *s, struct channel_link *link_out)
{
	struct mono now = session_now(s);

	*link_out = (struct channel_link){
		.role = role_of(s->what.bind),
		.state = smpp_session_state_text(s->state),
		.is_up = smpp_session_is_up(s),
		.since = s->since,
		.last_pdu = s->last_name,
		.last_pdu_at = s->last_at,
	};
	snprintf(link_out->name, sizeof(link_out->name), "%s", s->what.name);
	snprintf(link_out->why, sizeof(link_out->why), "%s", s->refusal);
	if (!smpp_session_sends(s))
		return;
	link_out->window = smpp_window_size(s->window);
	link_out->window_used = smpp_window_used(s->window);
	link_out->rate_per_s = s->pace.rate_per_s;
	(void)smpp_pace_room(&s->pace, now); /* what time has healed is healed */
	link_out->is_throttled = smpp_pace_is_throttled(&s->pace, now);
	link_out->throttled_to = s->pace.found;
	link_out->n_throttled = s->pace.n_throttled_all;
}

/* --- the part --- */

int smpp_session_new(const struct smpp_session_what *what, const struct smpp_session_events *events,
		     void *ctx, struct smpp_session **s_out)
{
	struct smpp_session *s = calloc(1, sizeof(*s));
	int err = ERR_NOMEM;

	if (s == NULL)
		return ERR_NOMEM;
	s->what = *what;
	s->events = events;
	s->ctx = ctx;
	s->timer.fire = on_timer;
	s->since = what->host->wall(what->host);
	s->arena = arena_new(WRITE_ARENA);
	if (s->arena != NULL)
		err = smpp_window_new((*what->conf)->window, &s->window);
	if (err != ERR_OK) {
		arena_free(&s->arena);
		free(s);
		return err;
	}
	smpp_pace_init(&s->pace, (*what->conf)->smpp.rate_per_s, session_now(s));
	*s_out = s;
	return ERR_OK;
}

void smpp_session_free(struct smpp_session **session)
{
	struct smpp_session *s = *session;

	if (s == NULL)
		return;
	*session = NULL;
	if (s->stream != NULL && (s->state == SESSION_BOUND || s->state == SESSION_LEAVING))
		(void)session_ask(s, SMPP_UNBIND);
	if (s->stream != NULL)
		s->what.network->close(&s->stream);
	host_timer_stop(s->what.host, &s->timer);
	smpp_window_free(&s->window);
	arena_free(&s->arena);
	free(s);
}
