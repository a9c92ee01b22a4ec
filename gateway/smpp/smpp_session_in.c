/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smpp_session_in - what the SMSC says on a link: whole PDUs, one after the other. */
#include <inttypes.h>

#include "conf/log.h"
#include "gateway/smpp/smpp_session_own.h"
#include "parsers/err.h"

#define RESPONSE 0x80000000u

/* What one PDU is, while it is looked at. */
struct heard {
	const struct smpp_pdu *pdu;
	struct bytes frame;
	int err; /* of read_pdu() */
};

static void say(const struct smpp_session *s, const struct heard *h, const char *event)
{
	const char *name = smpp_id_text(h->pdu->id);

	log_info("smpp",
		 "chan=%s link=%s event=%s pdu=%s id=0x%08" PRIx32 " status=0x%" PRIx32
		 " sequence=%" PRIu32,
		 session_conf(s)->name, s->what.name, event, name != NULL ? name : "?", h->pdu->id,
		 h->pdu->status, h->pdu->sequence);
}

static void nack(struct smpp_session *s, const struct heard *h, uint32_t status)
{
	say(s, h, "nacked");
	session_write_simple(s, (uint32_t)SMPP_GENERIC_NACK, status, h->pdu->sequence);
}

/* --- requests --- */

static void on_message(struct smpp_session *s, const struct heard *h)
{
	switch (s->state) {
	case SESSION_BOUND:
		s->n_asked++;
		s->events->on_message(s, s->ctx, h->frame);
		return;
	case SESSION_LEAVING:
	case SESSION_UNBINDING:
	case SESSION_UNBOUND: return; /* it keeps it, for the next link */
	case SESSION_IDLE:
	case SESSION_WAITING:
	case SESSION_CONNECTING:
	case SESSION_CALLED:
	case SESSION_BINDING:
		say(s, h, "before_bind");
		session_write_simple(s, h->pdu->id | RESPONSE, SMPP_RINVBNDSTS, h->pdu->sequence);
		return;
	}
}

static void on_enquire(struct smpp_session *s, const struct heard *h)
{
	session_write_simple(s, (uint32_t)SMPP_ENQUIRE_LINK_RESP, SMPP_ROK, h->pdu->sequence);
}

static void on_unbind(struct smpp_session *s, const struct heard *h)
{
	say(s, h, "unbind");
	if (s->state >= SESSION_BOUND && s->state != SESSION_UNBOUND) {
		session_unbound(s, h->pdu->sequence);
		return;
	}
	session_write_simple(s, (uint32_t)SMPP_UNBIND_RESP, SMPP_ROK, h->pdu->sequence);
	smpp_session_drop(s, "the SMSC said unbind");
}

static void on_outbind(struct smpp_session *s, const struct heard *h)
{
	say(s, h, "outbind");
	if (h->err != ERR_OK)
		nack(s, h, SMPP_RINVMSGLEN);
	else if (s->state == SESSION_CALLED)
		session_bind(s);
	/* On a link that we opened ourselves a bind is under way, or done. */
}

static void on_alert(struct smpp_session *s, const struct heard *h)
{
	say(s, h, "alert"); /* somebody can be reached again: it has no answer */
}

/* --- answers --- */

static void on_bind_resp(struct smpp_session *s, const struct heard *h)
{
	if (s->state != SESSION_BINDING || h->pdu->sequence != s->bind_sequence) {
		say(s, h, "unexpected");
		return;
	}
	if (h->pdu->status == SMPP_ROK)
		session_bound(s, h->pdu->system_id);
	else
		session_refused(s, h->pdu->status);
}

static void answered(struct smpp_session *s, const struct smpp_submit *submit, uint32_t status,
		     struct bytes message_id)
{
	struct smpp_meaning m = smpp_meaning_of_submit(status, &session_conf(s)->smpp);
	struct mono now = session_now(s);

	if (m.verdict == SMPP_THROTTLED)
		smpp_pace_throttled(&s->pace, now);
	else
		smpp_pace_taken(&s->pace, now);
	s->events->on_settled(s, s->ctx, submit, SETTLED_ANSWERED, status, message_id);
	if (m.verdict == SMPP_UNBOUND)
		smpp_session_drop(s, "the SMSC says that we aren't bound");
	session_leave_on(s);
}

static void on_submit_resp(struct smpp_session *s, const struct heard *h)
{
	struct smpp_submit submit;

	if (smpp_window_take(s->window, h->pdu->sequence, &submit))
		answered(s, &submit, h->pdu->status, h->pdu->message_id);
	else
		say(s, h, "unexpected");
}

static void on_enquire_resp(struct smpp_session *s, const struct heard *h)
{
	(void)h;
	s->enquire_sequence = 0; /* whatever its number: the SMSC lives */
}

static void on_unbind_resp(struct smpp_session *s, const struct heard *h)
{
	if (s->state == SESSION_UNBINDING)
		session_end(s, "unbound");
	else
		say(s, h, "unexpected");
}

/* Which of our requests is meant, by its number (4.3). */
static void on_nack(struct smpp_session *s, const struct heard *h)
{
	uint32_t sequence = h->pdu->sequence;
	/* A nack that says 'ok' refuses all the same. */
	uint32_t status = h->pdu->status == SMPP_ROK ? SMPP_RSYSERR : h->pdu->status;
	struct smpp_submit submit;

	say(s, h, "nack");
	if (sequence == 0)
		session_end(s, "the SMSC can't follow what we send (generic_nack)");
	else if (s->state == SESSION_BINDING && sequence == s->bind_sequence)
		session_refused(s, status);
	else if (s->state == SESSION_UNBINDING && sequence == s->unbind_sequence)
		session_end(s, "unbound");
	else if (sequence == s->enquire_sequence)
		s->enquire_sequence = 0; /* it doesn't know enquire_link, but it lives */
	else if (smpp_window_take(s->window, sequence, &submit))
		answered(s, &submit, status, BYTES_NONE);
}

/* --- PDUs --- */

/* clang-format off */
static const struct {
	uint32_t id;
	void (*on)(struct smpp_session *s, const struct heard *h);
} handlers[] = {
	{ SMPP_DELIVER_SM,                       on_message },
	{ (uint32_t)SMPP_SUBMIT_SM_RESP,         on_submit_resp },
	{ SMPP_ENQUIRE_LINK,                     on_enquire },
	{ (uint32_t)SMPP_ENQUIRE_LINK_RESP,      on_enquire_resp },
	{ SMPP_DATA_SM,                          on_message },
	{ (uint32_t)SMPP_BIND_TRANSCEIVER_RESP,  on_bind_resp },
	{ (uint32_t)SMPP_BIND_TRANSMITTER_RESP,  on_bind_resp },
	{ (uint32_t)SMPP_BIND_RECEIVER_RESP,     on_bind_resp },
	{ SMPP_UNBIND,                           on_unbind },
	{ (uint32_t)SMPP_UNBIND_RESP,            on_unbind_resp },
	{ (uint32_t)SMPP_GENERIC_NACK,           on_nack },
	{ SMPP_OUTBIND,                          on_outbind },
	{ SMPP_ALERT_NOTIFICATION,               on_alert },
};
/* clang-format on */

/* Of a message the header alone: the rest is read where a death by it is remembered. */
static int read_pdu(struct bytes frame, struct smpp_pdu *pdu)
{
	struct rd r = rd_of(frame);

	(void)rd_u32(&r);
	pdu->id = rd_u32(&r);
	pdu->status = rd_u32(&r);
	pdu->sequence = rd_u32(&r);
	if (pdu->id == SMPP_DELIVER_SM || pdu->id == SMPP_DATA_SM)
		return ERR_OK;
	return smpp_pdu_read(frame, pdu);
}

static void on_pdu(struct smpp_session *s, struct bytes frame)
{
	struct smpp_pdu pdu;
	struct heard h = { .pdu = &pdu, .frame = frame, .err = read_pdu(frame, &pdu) };

	s->heard_at = session_now(s);
	s->last_at = s->what.host->wall(s->what.host);
	s->last_name = smpp_id_text(pdu.id);
	if (s->last_name == NULL)
		s->last_name = "unknown";
	for (size_t i = 0; i < ARRAY_LEN(handlers); i++) {
		if (handlers[i].id == pdu.id) {
			handlers[i].on(s, &h);
			return;
		}
	}
	/* An answer is never nacked: two sides that do would go on for ever. */
	if ((pdu.id & RESPONSE) != 0)
		say(s, &h, "unexpected");
	else
		nack(s, &h, SMPP_RINVCMDID);
}

size_t session_octets(struct smpp_session *s, struct bytes in)
{
	uint64_t connection = s->connection;
	size_t done = 0;

	while (s->stream != NULL && s->connection == connection && !s->is_paused) {
		struct bytes frame;
		int err = smpp_frame(bytes_cut(in, done, in.len), &frame);

		if (err == ERR_TRUNCATED)
			break;
		if (err != ERR_OK) {
			session_write_simple(s, (uint32_t)SMPP_GENERIC_NACK, SMPP_RINVCMDLEN, 0);
			session_end(s, "the SMSC sent a length that no PDU has");
			return in.len;
		}
		done += frame.len;
		on_pdu(s, frame);
	}
	return done;
}
