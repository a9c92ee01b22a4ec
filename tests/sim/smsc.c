/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sim/smsc_own.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "gateway/smpp/smpp.h"
#include "parsers/err.h"

/* An SMSC that is well has a link of ours by then, and the better one of two has it. */
#define BINDS_WITHIN_MS   (30 * MINUTE_MS)
#define RETURNS_WITHIN_MS (90 * MINUTE_MS)

int64_t smsc_now(const struct smsc *m)
{
	return host_sim_wall(m->net->sim).ms;
}

static struct diary *diary_of(const struct smsc *m)
{
	return m->net->sim->diary;
}

struct session *smsc_session_of(const struct smpp_stream *s)
{
	return stream_sim_own(s);
}

struct session *smsc_session(struct smsc *m, uint64_t n)
{
	for (size_t i = 0; i < SESSIONS_MAX; i++)
		if (m->sessions[i].stream != NULL && m->sessions[i].n == n)
			return &m->sessions[i];
	return NULL;
}

static bool may_give(const struct session *s)
{
	return s->stream != NULL && s->may_rx && !s->is_leaving && !s->is_mute && !s->is_spoiled;
}

struct session *smsc_receiver(struct smsc *m, const struct session *but)
{
	struct session *found[SESSIONS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < SESSIONS_MAX; i++)
		if (may_give(&m->sessions[i]) && &m->sessions[i] != but)
			found[n++] = &m->sessions[i];
	if (n > 0)
		return found[chance_below(&m->chance, n)];
	return but != NULL && may_give(but) ? (struct session *)(uintptr_t)but : NULL;
}

/* --- what the model sees of the link --- */

static bool may_send_by(const struct session *s)
{
	return s->stream != NULL && s->may_tx && !s->is_leaving && !s->is_mute && !s->is_spoiled &&
	       s->smsc->places[s->place].mood == MOOD_FINE;
}

void smsc_look_at_link(struct smsc *m)
{
	bool is_up = false;

	for (size_t i = 0; i < SESSIONS_MAX; i++)
		is_up |= may_send_by(&m->sessions[i]);
	if (is_up && !m->link->is_up)
		m->link->up_ms = smsc_now(m);
	m->link->is_up = is_up;
}

/* --- what the SMSC asks --- */

uint64_t smsc_say(struct session *s, struct bytes frame)
{
	return stream_sim_say(s->stream, frame);
}

void smsc_say_simple(struct session *s, uint32_t id, uint32_t status, uint32_t sequence)
{
	uint8_t buf[PDU_HEADER];
	struct wr w = wr_of(buf, sizeof(buf));

	pdu_begin(&w, id, status, sequence);
	smsc_say(s, pdu_end(&w));
}

static uint64_t ask_arg(const struct session *s, uint32_t sequence)
{
	return s->n << 32 | sequence;
}

static struct asked *find_asked(struct session *s, uint32_t sequence)
{
	for (size_t i = 0; i < ASKED_MAX; i++)
		if (s->asked[i].kind != ASKED_NOTHING && s->asked[i].sequence == sequence)
			return &s->asked[i];
	return NULL;
}

static void ask_again_in(struct smsc *m, const struct asked *a, int64_t in_ms)
{
	if (a->kind == ASKED_PIECE)
		smsc_in_again(m, a->arg, in_ms);
	if (a->kind == ASKED_RECEIPT)
		smsc_receipt_again(m, a->arg, in_ms);
}

void smsc_ask_again(struct smsc *m, const struct asked *a)
{
	struct chance *c = &m->chance;

	/* Some turn to another link at once. */
	ask_again_in(m, a,
		     chance_of_1000(c, 400) ? chance_between(c, 0, 500)
					    : chance_wait(c, 200, MINUTE_MS));
}

/* Whatever else is the matter, the daemon says that it lives, unless it can't hear us. */
static void check_sign_of_life(struct session *s, const struct asked *a)
{
	if (a->kind == ASKED_ENQUIRE && !stream_sim_is_stuck(s->stream) && !s->is_spoiled &&
	    a->at_ms > s->held_until_ms)
		diary_violated(diary_of(s->smsc), "enquiries-are-answered",
			       "session %" PRIu64 ": no answer to enquire_link %" PRIu32, s->n,
			       a->sequence);
}

static void on_asked_old(void *ctx, uint64_t arg)
{
	struct smsc *m = ctx;
	struct session *s = smsc_session(m, arg >> 32);
	struct asked *a = s == NULL ? NULL : find_asked(s, (uint32_t)arg);

	if (a == NULL || a->is_given_up)
		return;
	a->is_given_up = true;
	m->acts[ACT_DELIVER_UNANSWERED] += a->kind == ASKED_PIECE || a->kind == ASKED_RECEIPT;
	ask_again_in(m, a, 0);
	check_sign_of_life(s, a);
	/* Some think that a link without answers is none. */
	if (a->kind == ASKED_UNBIND ||
	    (a->kind != ASKED_ENQUIRE && !m->net->is_calm && chance_of_1000(&m->chance, 300)))
		smsc_end(s, false);
}

uint32_t smsc_ask(struct session *s, enum asked_kind kind, uint64_t arg)
{
	struct smsc *m = s->smsc;
	struct asked *a = &s->asked[s->next_asked++ % ASKED_MAX];
	int64_t timer = kind == ASKED_ENQUIRE ? MINUTE_MS
			: kind == ASKED_UNBIND
				? 10 * SECOND_MS
				: chance_between(&m->chance, 12 * SECOND_MS, 45 * SECOND_MS);

	if (a->kind != ASKED_NOTHING && !a->is_given_up)
		ask_again_in(m, a, MINUTE_MS); /* more is open than it remembers */
	s->sequence = s->sequence >= 0x7fffffffu ? 1 : s->sequence + 1;
	*a = (struct asked){
		.kind = kind, .sequence = s->sequence, .arg = arg, .at_ms = smsc_now(m)
	};
	host_sim_at(m->net->sim, timer, on_asked_old, m, ask_arg(s, s->sequence));
	return s->sequence;
}

bool smsc_answered(struct session *s, const struct pdu *pdu, struct asked *asked_out)
{
	struct asked *a = find_asked(s, pdu->sequence);

	if (a == NULL) {
		diary_violated(diary_of(s->smsc), "only-what-was-asked-is-answered",
			       "session %" PRIu64 ": %08" PRIx32 " to %" PRIu32
			       ", which it never asked",
			       s->n, pdu->id, pdu->sequence);
		return false;
	}
	*asked_out = *a;
	a->kind = ASKED_NOTHING;
	return true;
}

/* --- ends --- */

void smsc_end(struct session *s, bool is_broken)
{
	struct smsc *m = s->smsc;
	struct smpp_stream *stream = s->stream;

	diary_note(diary_of(m), "smsc %u: session %" PRIu64 " is %s", s->place, s->n,
		   is_broken ? "broken" : "over");
	s->stream = NULL;
	m->unrest_ms = smsc_now(m);
	if (s->bound_ms != 0)
		m->parted_ms = smsc_now(m);
	smsc_look_at_link(m);
	for (size_t i = 0; i < ASKED_MAX; i++) {
		struct asked *a = &s->asked[i];

		if (a->kind == ASKED_NOTHING || a->is_given_up)
			continue;
		m->acts[ACT_ANSWER_LOST] += a->kind == ASKED_PIECE;
		smsc_ask_again(m, a);
	}
	stream_sim_set_own(stream, NULL);
	if (is_broken)
		stream_sim_break(stream);
	else
		stream_sim_hang_up(stream);
}

static void on_gone(void *ctx, struct smpp_stream *stream)
{
	struct smsc *m = ctx;

	if (smsc_session_of(stream) != NULL) {
		smsc_session_of(stream)->is_mute = true; /* there is nobody to talk to */
		smsc_end(smsc_session_of(stream), false);
	}
	smsc_out_gone(m, stream);
}

/* --- what the daemon says --- */

static void look_at_change(struct smsc *m, unsigned place)
{
	m->acts[ACT_BOUND]++;
	m->acts[ACT_FAILED_OVER] += place > m->last_place;
	m->acts[ACT_RETURNED] += place < m->last_place;
	m->last_place = place;
	m->unrest_ms = smsc_now(m);
	smsc_look_at_link(m);
}

static void take_bind(struct session *s, const struct pdu *pdu)
{
	struct smsc *m = s->smsc;
	uint8_t buf[64];
	struct wr w = wr_of(buf, sizeof(buf));

	s->may_tx = pdu->id != PDU_BIND_RX;
	s->may_rx = pdu->id != PDU_BIND_TX;
	s->bound_ms = smsc_now(m);
	pdu_begin(&w, pdu->id | PDU_ANSWER, STATUS_OK, pdu->sequence);
	if (!chance_of_1000(&m->chance, 100))
		pdu_string(&w, bytes_of("smsc"));
	if (chance_of_1000(&m->chance, 500))
		pdu_number(&w, 0x210, 1, 0x34);
	smsc_say(s, pdu_end(&w));
	diary_note(diary_of(m), "smsc %u: session %" PRIu64 " is bound%s%s", s->place, s->n,
		   s->may_tx ? ", may send" : "", s->may_rx ? ", may hear" : "");
	look_at_change(m, s->place);
	host_sim_at(m->net->sim, chance_between(&m->chance, MINUTE_MS, 20 * MINUTE_MS),
		    smsc_weather_enquire, m, s->n);
}

static void refuse_bind(struct session *s, const struct pdu *pdu)
{
	static const uint32_t why[] = { STATUS_BIND, STATUS_BOUND, STATUS_PASSWORD, STATUS_SYSTEM };
	struct smsc *m = s->smsc;

	m->acts[ACT_BIND_REFUSED]++;
	smsc_say_simple(s, pdu->id | PDU_ANSWER, why[chance_below(&m->chance, ARRAY_LEN(why))],
			pdu->sequence);
	if (chance_of_1000(&m->chance, 500))
		smsc_end(s, false);
}

static void on_bind(struct session *s, const struct pdu *pdu)
{
	struct smsc *m = s->smsc;
	enum smsc_mood mood = m->places[s->place].mood;
	struct bytes who, password;

	if (!pdu_read_bind(pdu->body, &who, &password) || !bytes_is(who, "odziv") ||
	    !bytes_is(password, SMSC_PASSWORD) || s->may_rx || s->may_tx)
		diary_violated(diary_of(m), "bound-before-anything",
			       "session %" PRIu64 ": a bind that isn't one", s->n);
	if (!m->net->is_calm && chance_of_1000(&m->chance, mood == MOOD_SULKY ? 500 : 20)) {
		m->acts[ACT_BIND_UNANSWERED]++;
		s->is_mute = true;
		smsc_weather_is_left(s);
	} else if (!m->net->is_calm && chance_of_1000(&m->chance, mood == MOOD_SULKY ? 950 : 20))
		refuse_bind(s, pdu);
	else
		take_bind(s, pdu);
}

static void on_enquired(struct session *s, const struct pdu *pdu)
{
	smsc_say_simple(s, PDU_ENQUIRE | PDU_ANSWER, 0, pdu->sequence);
}

static void on_unbind(struct session *s, const struct pdu *pdu)
{
	s->smsc->acts[ACT_UNBOUND_BY_US]++;
	smsc_say_simple(s, PDU_UNBIND | PDU_ANSWER, 0, pdu->sequence);
	smsc_end(s, false);
}

static void on_answer(struct session *s, const struct pdu *pdu)
{
	struct smsc *m = s->smsc;
	struct asked asked;

	/* "I can't read you any more": of no request. */
	if (pdu->id == PDU_NACK && pdu->sequence == 0 && s->is_spoiled)
		return;
	if (!smsc_answered(s, pdu, &asked))
		return;
	switch (asked.kind) {
	case ASKED_ENQUIRE: m->acts[ACT_ENQUIRED]++; break;
	case ASKED_PIECE:
	case ASKED_RECEIPT: smsc_in_answered(s, pdu, &asked); break;
	case ASKED_UNBIND: smsc_end(s, false); break;
	case ASKED_STRANGE:
		if (pdu->id != PDU_NACK || pdu->status != STATUS_COMMAND)
			diary_violated(diary_of(m), "strangers-are-told",
				       "%08" PRIx32 " %08" PRIx32 " to a PDU that nobody knows",
				       pdu->id, pdu->status);
		break;
	case ASKED_NOTHING: break;
	}
}

/* A request's number: never one of before on the same link. */
static void check_sequence(struct session *s, const struct pdu *pdu)
{
	bool wraps = s->heard == 0x7fffffffu && pdu->sequence == 1;

	if (pdu->sequence == 0 || pdu->sequence > 0x7fffffffu ||
	    (pdu->sequence <= s->heard && !wraps))
		diary_violated(diary_of(s->smsc), "a-sequence-is-used-once",
			       "session %" PRIu64 ": %08" PRIx32 " with %" PRIu32 " after %" PRIu32,
			       s->n, pdu->id, pdu->sequence, s->heard);
	s->heard = pdu->sequence;
}

static void on_pdu(struct session *s, const struct pdu *pdu)
{
	static const struct {
		uint32_t id;
		bool wants_bind;
		void (*handle)(struct session *, const struct pdu *);
	} handlers[] = {
		{ PDU_BIND_RX, false, on_bind },       { PDU_BIND_TX, false, on_bind },
		{ PDU_BIND_TRX, false, on_bind },      { PDU_ENQUIRE, true, on_enquired },
		{ PDU_SUBMIT, true, smsc_out_submit }, { PDU_UNBIND, true, on_unbind },
	};

	if (pdu->id & PDU_ANSWER) {
		on_answer(s, pdu);
		return;
	}
	check_sequence(s, pdu);
	for (size_t i = 0; i < ARRAY_LEN(handlers); i++) {
		if (handlers[i].id != pdu->id)
			continue;
		if (handlers[i].wants_bind && !s->may_rx && !s->may_tx && !s->is_mute)
			diary_violated(diary_of(s->smsc), "bound-before-anything",
				       "session %" PRIu64 ": %08" PRIx32 " before a bind", s->n,
				       pdu->id);
		if (!s->is_mute && !s->is_spoiled)
			handlers[i].handle(s, pdu);
		return;
	}
	diary_violated(diary_of(s->smsc), "frames-are-whole",
		       "session %" PRIu64 ": a PDU %08" PRIx32, s->n, pdu->id);
}

static size_t on_octets(void *ctx, struct smpp_stream *stream, struct bytes in)
{
	struct smsc *m = ctx;
	struct session *s;
	size_t taken = 0, n;
	struct pdu pdu;

	while ((s = smsc_session_of(stream)) != NULL &&
	       (n = pdu_read(bytes_cut(in, taken, in.len), &pdu)) != 0) {
		if (n == SIZE_MAX) {
			diary_violated(diary_of(m), "frames-are-whole",
				       "session %" PRIu64 ": octets that are no frame", s->n);
			return in.len;
		}
		taken += n;
		on_pdu(s, &pdu);
	}
	return smsc_session_of(stream) == NULL ? in.len : taken;
}

/* --- connections --- */

static enum stream_fate on_connect(void *ctx, struct smpp_stream *stream, unsigned port)
{
	struct smsc *m = ctx;
	unsigned place = port - SMSC_PORT;
	size_t i = 0;

	if (place >= SMSC_PLACES)
		diary_violated(diary_of(m), "bound-before-anything", "nobody is at port %u", port);
	while (i < SESSIONS_MAX && m->sessions[i].stream != NULL)
		i++;
	if (place >= SMSC_PLACES || i == SESSIONS_MAX || m->link->is_cut ||
	    m->places[place].mood == MOOD_DOWN)
		return chance_of_1000(&m->chance, 200) ? STREAM_UNHEARD : STREAM_REFUSED;
	if (!m->net->is_calm && chance_of_1000(&m->chance, 20))
		return STREAM_REFUSED;
	m->sessions[i] =
		(struct session){ .smsc = m,
				  .stream = stream,
				  .place = place,
				  .n = ++m->n_sessions,
				  .sequence = (uint32_t)chance_below(&m->chance, 0x100000) };
	/* Some count from where they were. */
	if (chance_of_1000(&m->chance, 50))
		m->sessions[i].sequence = 0x7ffffffau;
	stream_sim_set_own(stream, &m->sessions[i]);
	return STREAM_TAKEN;
}

static void on_written(void *ctx, struct smpp_stream *s, struct bytes octets, uint64_t end)
{
	smsc_out_written(ctx, s, octets, end);
}

static void on_taken(void *ctx, struct smpp_stream *s, uint64_t position)
{
	smsc_out_taken(ctx, s, position);
}

static void on_lost(void *ctx, struct smpp_stream *s)
{
	smsc_out_lost(ctx, s);
}

static const struct stream_far far_end = {
	.on_connect = on_connect,
	.on_octets = on_octets,
	.on_gone = on_gone,
	.on_written = on_written,
	.on_taken = on_taken,
	.on_lost = on_lost,
};

/* --- the whole --- */

struct channel *smsc_make(struct smsc *m)
{
	struct channel *c = smpp_make(&m->streams.network);

	if (c == NULL)
		return NULL;
	m->real = c->ops;
	m->ops = *c->ops;
	m->ops.send = smsc_out_send;
	c->ops = &m->ops;
	m->link->channel = c;
	m->unrest_ms = smsc_now(m);
	return c;
}

void smsc_daemon_died(struct smsc *m)
{
	m->link->channel = NULL;
	m->unrest_ms = smsc_now(m);
	if (stream_sim_held(&m->streams) > 0)
		diary_violated(diary_of(m), "streams-are-closed",
			       "%zu streams were left open by what was stopped",
			       stream_sim_held(&m->streams));
}

static int64_t lesser(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void smsc_patrol(struct smsc *m, int64_t up_for_ms)
{
	int64_t now = smsc_now(m), second_ms = 0, well_ms[SMSC_PLACES];
	bool is_bound = false, is_first = false;

	for (unsigned i = 0; i < SESSIONS_MAX; i++) {
		const struct session *s = &m->sessions[i];

		if (s->stream == NULL || s->bound_ms == 0)
			continue;
		is_bound = true;
		is_first |= s->place == 0;
		if (s->place != 0 && now - s->bound_ms > second_ms)
			second_ms = now - s->bound_ms;
	}
	for (unsigned i = 0; i < SMSC_PLACES; i++)
		well_ms[i] = m->places[i].mood < MOOD_SULKY && !m->link->is_cut
				     ? lesser(now - m->places[i].since_ms, up_for_ms)
				     : 0;
	if (!is_bound && now - m->parted_ms > BINDS_WITHIN_MS &&
	    (well_ms[0] > BINDS_WITHIN_MS || well_ms[1] > BINDS_WITHIN_MS))
		diary_violated(diary_of(m), "links-come-back", "no link, though the SMSC is well");
	if (!is_first && lesser(well_ms[0], second_ms) > RETURNS_WITHIN_MS)
		diary_violated(diary_of(m), "the-first-choice-is-used",
			       "the second SMSC is used, though the first is well");
}

const uint64_t *smsc_acts(const struct smsc *m)
{
	return m->acts;
}

const char *smsc_act_text(enum smsc_act act)
{
	static const char *const texts[] = {
#define X(name, words) [name] = words,
		SMSC_ACT_LIST(X)
#undef X
	};

	return texts[act];
}

struct smsc *smsc_new(struct network *n, uint64_t seed)
{
	struct smsc *m = calloc(1, sizeof(*m));

	if (m == NULL)
		abort();
	m->net = n;
	m->link = &n->links[SMPP_LINK];
	m->chance = chance_of(seed, "smsc");
	stream_sim_init(&m->streams, n->sim, &far_end, m, m->acts, seed);
	return m;
}

void smsc_free(struct smsc **smsc)
{
	struct smsc *m = *smsc;

	*smsc = NULL;
	smsc_out_free(m);
	stream_sim_fini(&m->streams);
	free(m);
}
