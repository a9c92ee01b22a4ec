/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the daemon gives the SMSC to send: seen when it leaves dispatch, when it is
 * written, when it comes, when its answer is heard (smsc_own.h).
 */
#include "tests/sim/smsc_own.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "parsers/err.h"

/* After its deadline an answer isn't sure to be waited for; until then it is sure. */
#define DEADLINE_SLACK_MS (10 * SECOND_MS)

/* Who was told that he sends too fast waits at least so long. */
#define PAUSE_LEAST_MS 45

static struct diary *diary_of(const struct smsc *m)
{
	return m->net->sim->diary;
}

static struct shot *shot_of(const struct smsc *m, const struct submit *u)
{
	return &m->net->world->shots[u->shot];
}

static struct submit *find_submit(struct smsc *m, const struct smpp_stream *s, uint32_t sequence)
{
	for (struct submit *u = m->submits; u != NULL; u = u->next)
		if (u->stream == s && u->sequence == sequence)
			return u;
	return NULL;
}

static struct submit *submit_of(struct smsc *m, uint64_t n)
{
	for (struct submit *u = m->submits; u != NULL; u = u->next)
		if (u->n == n)
			return u;
	return NULL;
}

static void drop(struct smsc *m, struct submit *u)
{
	struct submit **at = &m->submits;

	while (*at != u)
		at = &(*at)->next;
	*at = u->next;
	free(u->octets);
	free(u);
}

void smsc_out_free(struct smsc *m)
{
	while (m->submits != NULL)
		drop(m, m->submits);
}

/* --- it leaves --- */

/* This flight of the segment is over, as far as the daemon can know. */
static bool land(struct smsc *m, const struct submit *u)
{
	struct shot *s = shot_of(m, u);

	if (!s->is_flying || (s->flight & 0xffff) != u->flight)
		return false;
	s->is_flying = false;
	return true;
}

static void fate_unknown(struct smsc *m, struct submit *u)
{
	if (u->is_unknown)
		return;
	u->is_unknown = true;
	shot_of(m, u)->unknown++;
	diary_note(diary_of(m), "%s: the fate of row %" PRIu64 ".%u is unknown", m->link->name,
		   shot_of(m, u)->row, shot_of(m, u)->segment);
}

static void on_deadline(void *ctx, uint64_t n)
{
	struct smsc *m = ctx;
	struct submit *u = submit_of(m, n);

	if (u == NULL || u->is_heard || u->is_lost)
		return;
	(void)land(m, u);
	fate_unknown(m, u);
}

static void add_submit(struct smsc *m, struct smpp_stream *stream, const struct pdu *pdu,
		       uint64_t end)
{
	const struct outgoing *out = m->sending;
	struct submit *u = calloc(1, sizeof(*u));

	if (u == NULL)
		abort();
	*u = (struct submit){ .next = m->submits,
			      .stream = stream,
			      .n = ++m->n_submits,
			      .sequence = pdu->sequence,
			      .written = end,
			      .shot = m->sending_shot,
			      .flight = m->net->world->shots[m->sending_shot].flight & 0xffff,
			      .at_ms = smsc_now(m),
			      .wait_ms = m->link->channel->conf->smpp.response_ms,
			      .encoding = out->encoding,
			      .n_udh = out->udh.len,
			      .n_octets = out->udh.len + out->octets.len };
	u->octets = malloc(u->n_octets + 1);
	if (u->octets == NULL)
		abort();
	if (out->udh.len > 0)
		memcpy(u->octets, out->udh.ptr, out->udh.len);
	if (out->octets.len > 0)
		memcpy(u->octets + out->udh.len, out->octets.ptr, out->octets.len);
	m->submits = u;
	host_sim_at(m->net->sim, u->wait_ms + DEADLINE_SLACK_MS, on_deadline, m, u->n);
}

static void check_pause(struct smsc *m, const struct session *s)
{
	if (s != NULL && s->throttled_ms != 0 && smsc_now(m) - s->throttled_ms < PAUSE_LEAST_MS)
		diary_violated(diary_of(m), "throttling-slows",
			       "the next text leaves %d ms after the SMSC throttled",
			       (int)(smsc_now(m) - s->throttled_ms));
}

void smsc_out_written(struct smsc *m, struct smpp_stream *s, struct bytes octets, uint64_t end)
{
	struct pdu pdu;
	size_t n;

	while ((n = pdu_read(octets, &pdu)) != 0 && n != SIZE_MAX) {
		octets = bytes_cut(octets, n, octets.len);
		if (pdu.id != PDU_SUBMIT)
			continue;
		if (m->sending == NULL || m->has_written) {
			diary_violated(diary_of(m), "nothing-is-made-up",
				       "a submit_sm that dispatch knows nothing of");
			continue;
		}
		m->has_written = true;
		check_pause(m, smsc_session_of(s));
		add_submit(m, s, &pdu, end);
	}
	if (octets.len > 0)
		diary_violated(diary_of(m), "frames-are-whole",
			       "%zu octets of no frame were written", octets.len);
}

void smsc_out_send(struct channel *c, const struct outgoing *out)
{
	struct network *n = c->core->make_ctx;
	struct smsc *m = n->smsc;
	struct shot *s;

	if (n->sim->is_dead)
		return;
	s = network_note_leaving(n, m->link, out);
	m->sending = out;
	m->sending_shot = (size_t)(s - n->world->shots);
	m->has_written = false;
	m->real->send(c, out);
	m->sending = NULL;
	/* It was refused on the spot: it waits for a better time. */
	if (!m->has_written)
		s->is_flying = false;
}

/* --- it comes --- */

static bool same_octets(const struct submit *u, const struct pdu_text *t)
{
	/* Numbered by sar_*, or by 16 bits, it has another UDH than dispatch's, or none. */
	struct bytes whole = bytes_at(u->octets, u->n_octets);
	struct bytes text = bytes_cut(whole, u->n_udh, whole.len);
	struct bytes theirs = t->octets;

	if (t->esm_class & 0x40 && theirs.len > 0)
		theirs = bytes_cut(theirs, 1u + theirs.ptr[0], theirs.len);
	return bytes_eq(text, theirs);
}

static bool is_for(const struct shot *s, const struct pdu_text *t)
{
	const char *to = s->to[0] == '+' ? s->to + 1 : s->to;

	return bytes_is(t->to.digits, to) && bytes_is(t->from.digits, s->from);
}

static void check_content(struct smsc *m, const struct submit *u, const struct pdu *pdu,
			  struct pdu_text *t)
{
	const struct shot *s = shot_of(m, u);

	if (!pdu_read_submit(pdu->body, t) || !is_for(s, t) || !same_octets(u, t) ||
	    (t->coding == 0x08) != (u->encoding == SMS_UCS2))
		diary_violated(diary_of(m), "phones-and-rows-agree",
			       "row %" PRIu64 ".%u isn't what came as submit_sm to %.*s", s->row,
			       s->segment, PRI_BYTES(t->to.digits));
}

static void check_window(struct smsc *m, const struct submit *last)
{
	unsigned n = 0;

	for (struct submit *u = m->submits; u != NULL; u = u->next)
		n += u->stream == last->stream && u->is_seen && u->answered == 0 && !u->is_lost &&
		     smsc_now(m) - u->at_ms < u->wait_ms;
	if (m->link->channel != NULL && n > m->link->channel->conf->window)
		diary_violated(diary_of(m), "the-window-is-kept", "%u texts without their answers",
			       n);
}

/* --- it is answered --- */

static void say_answer(struct smsc *m, struct submit *u, struct session *s)
{
	uint8_t buf[128];
	struct wr w = wr_of(buf, sizeof(buf));
	char name[40];

	smsc_name(u->shot, u->flight, name, sizeof(name));
	if (u->status == STATUS_OK) {
		pdu_begin(&w, PDU_SUBMIT | PDU_ANSWER, STATUS_OK, u->sequence);
		pdu_string(&w, bytes_of(name));
	} else if (u->status != STATUS_COMMAND) {
		pdu_begin(&w, PDU_SUBMIT | PDU_ANSWER, u->status, u->sequence);
		if (chance_of_1000(&m->chance, 500))
			pdu_string(&w, BYTES_NONE);
	} else {
		m->acts[ACT_NACKED]++;
		pdu_begin(&w, PDU_NACK, STATUS_LENGTH, u->sequence);
	}
	u->answered = smsc_say(s, pdu_end(&w));
	diary_note(diary_of(m), "smsc %u answers row %" PRIu64 ".%u: %08" PRIx32, s->place,
		   shot_of(m, u)->row, shot_of(m, u)->segment, u->status);
}

static bool overtakes(const struct smsc *m, const struct submit *u)
{
	for (const struct submit *v = m->submits; v != NULL; v = v->next)
		if (v->stream == u->stream && v->n < u->n && v->is_seen && v->answered == 0)
			return true;
	return false;
}

static void on_answer_due(void *ctx, uint64_t n)
{
	struct smsc *m = ctx;
	struct submit *u = submit_of(m, n);
	struct session *s = u == NULL || u->is_lost ? NULL : smsc_session_of(u->stream);

	if (s == NULL || s->is_mute || s->is_spoiled)
		return;
	m->acts[ACT_OUT_OF_ORDER] += overtakes(m, u);
	m->acts[ACT_LATE] += u->is_unknown;
	say_answer(m, u, s);
}

static void accept_text(struct smsc *m, struct submit *u, int64_t answer_in_ms, bool wants_receipts)
{
	struct shot *s = shot_of(m, u);

	network_phone_gets(m->net, u->shot, chance_wait(&m->chance, 10, 5000));
	if (wants_receipts)
		smsc_receipts_plan(m, (size_t)(s - m->net->world->shots), u->flight, answer_in_ms);
}

/* What an SMSC says instead of ok, by its mood: of 1000. */
static const struct {
	uint32_t status;
	unsigned fine, busy;
	enum smsc_act act;
} troubles[] = {
	{ STATUS_THROTTLED, 20, 0, ACT_THROTTLED },  { STATUS_FULL, 15, 80, ACT_QUEUE_FULL },
	{ STATUS_SYSTEM, 15, 30, ACT_SYSTEM_ERROR }, { STATUS_ADDRESSEE, 12, 8, ACT_REFUSED },
	{ STATUS_COMMAND, 6, 4, ACT_REFUSED }, /* by generic_nack */
};

static uint32_t choose_status(struct smsc *m, const struct session *s)
{
	enum smsc_mood mood = m->places[s->place].mood;
	unsigned roll = (unsigned)chance_below(&m->chance, m->net->is_calm ? 100000 : 1000);

	m->places[s->place].n_submits++;
	if (mood == MOOD_BUSY && m->places[s->place].n_submits % 10 == 0) {
		m->acts[ACT_THROTTLED]++;
		return STATUS_THROTTLED;
	}
	for (size_t i = 0; i < ARRAY_LEN(troubles); i++) {
		unsigned of_1000 = mood == MOOD_BUSY ? troubles[i].busy : troubles[i].fine;

		if (roll < of_1000) {
			m->acts[troubles[i].act]++;
			return troubles[i].status;
		}
		roll -= of_1000;
	}
	return STATUS_OK;
}

static int64_t answer_takes_ms(struct smsc *m, const struct session *s)
{
	struct chance *c = &m->chance;
	int64_t deadline = m->link->channel == NULL ? 0 : m->link->channel->conf->smpp.response_ms;

	if (m->net->is_calm || deadline == 0)
		return chance_wait(c, 5, 500);
	/* Late, but never in the moments in which nobody could say whether it was. */
	if (chance_of_1000(c, 10))
		return chance_between(c, deadline + 2 * DEADLINE_SLACK_MS, 10 * MINUTE_MS);
	if (m->places[s->place].mood == MOOD_SLOW)
		return chance_between(c, 500, deadline / 2);
	return chance_wait(c, 5, 2000);
}

/* It may be answered never; and even then it may arrive. */
static void decide(struct smsc *m, struct submit *u, const struct session *s, bool wants_receipts)
{
	struct chance *c = &m->chance;
	int64_t in_ms = answer_takes_ms(m, s);
	bool is_unanswered = !m->net->is_calm && chance_of_1000(c, 15);

	u->status = choose_status(m, s);
	if (u->status == STATUS_OK && (!is_unanswered || chance_of_1000(c, 500)))
		accept_text(m, u, is_unanswered ? 0 : in_ms, wants_receipts);
	if (is_unanswered)
		m->acts[ACT_UNANSWERED]++;
	else
		host_sim_at(m->net->sim, in_ms, on_answer_due, m, u->n);
}

void smsc_out_submit(struct session *s, const struct pdu *pdu)
{
	struct smsc *m = s->smsc;
	struct submit *u = find_submit(m, s->stream, pdu->sequence);
	struct pdu_text t = { 0 };

	if (u == NULL || u->is_seen || !s->may_tx) {
		diary_violated(diary_of(m), "bound-before-anything",
			       "session %" PRIu64 ": a submit_sm that nobody may send", s->n);
		return;
	}
	u->is_seen = true;
	check_content(m, u, pdu, &t);
	check_window(m, u);
	diary_note(diary_of(m), "smsc %u: row %" PRIu64 ".%u comes on session %" PRIu64, s->place,
		   shot_of(m, u)->row, shot_of(m, u)->segment, s->n);
	decide(m, u, s, t.registered != 0);
}

/* --- its answer is heard --- */

static bool is_refusal(uint32_t status)
{
	return status == STATUS_ADDRESSEE || status == STATUS_COMMAND;
}

static bool is_throttle(uint32_t status)
{
	return status == STATUS_THROTTLED || status == STATUS_FULL;
}

static void hear(struct smsc *m, struct submit *u)
{
	struct shot *s = shot_of(m, u);

	/* Around its deadline nobody can say what the daemon made of it. */
	if (smsc_now(m) - u->at_ms >= u->wait_ms - DEADLINE_SLACK_MS / 10)
		fate_unknown(m, u);
	if (is_throttle(u->status) && smsc_session_of(u->stream) != NULL)
		smsc_session_of(u->stream)->throttled_ms = smsc_now(m);
	u->is_heard = true;
	s->result_ms = smsc_now(m);
	s->said_ok = u->status == STATUS_OK;
	s->refused += is_refusal(u->status);
	(void)land(m, u);
}

void smsc_out_taken(struct smsc *m, const struct smpp_stream *s, uint64_t position)
{
	for (struct submit *u = m->submits; u != NULL; u = u->next)
		if (u->stream == s && u->answered != 0 && u->answered <= position && !u->is_heard &&
		    !u->is_lost)
			hear(m, u);
}

/* The daemon's end is closed. What had left is unknown to it; what hadn't, leaves again. */
static void lose(struct smsc *m, struct submit *u, const struct smpp_stream *stream)
{
	struct shot *s = shot_of(m, u);
	bool was_flying = land(m, u);

	u->is_lost = true;
	if (u->is_heard)
		return;
	if (stream_sim_has_left(stream, u->written)) {
		fate_unknown(m, u);
		s->flew_at_death = was_flying && m->net->sim->is_dead;
	}
	/* It may have been heard with the last octets that came. */
	if (u->answered != 0 && stream_sim_has_come(stream, u->answered))
		s->refused += is_refusal(u->status);
}

void smsc_out_lost(struct smsc *m, const struct smpp_stream *stream)
{
	struct submit *next;

	for (struct submit *u = m->submits; u != NULL; u = next) {
		next = u->next;
		if (u->stream != stream)
			continue;
		lose(m, u, stream);
		if (!stream_sim_is_far_open(stream))
			drop(m, u);
	}
}

void smsc_out_gone(struct smsc *m, const struct smpp_stream *stream)
{
	struct submit *next;

	for (struct submit *u = m->submits; u != NULL; u = next) {
		next = u->next;
		if (u->stream == stream && u->is_lost)
			drop(m, u);
	}
}
