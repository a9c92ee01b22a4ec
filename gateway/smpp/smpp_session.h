/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smpp_session - one link to one SMSC: connect, bind, live, unbind, and again until it is told
 * to leave.
 *
 * Owns:     its stream, window, pace and timer.
 * Promises: nothing but a bind leaves before the bind is answered; one bind at a time, and a
 *           refused one is tried again slowly; each submit ends in one on_settled, late
 *           answers in another; an SMSC that is silent is asked, and a link that doesn't
 *           answer is broken off; what came by one connection is never answered on another;
 *           the password stands in no log.
 * Threads:  the loop thread.
 * Leaves:   what texts and receipts say to smpp_inbox, which link is used to smpp.
 */
#ifndef GATEWAY_SMPP_SMPP_SESSION_H
#define GATEWAY_SMPP_SMPP_SESSION_H

#include "gateway/flow/channel.h"
#include "gateway/smpp/smpp_meaning.h"
#include "gateway/smpp/smpp_stream.h"
#include "gateway/smpp/smpp_window.h"
#include "parsers/smpp_pdu.h"

struct smpp_session;

enum smpp_session_state {
	SESSION_IDLE,       /* nobody wants it, or it has left */
	SESSION_WAITING,    /* for the next try */
	SESSION_CONNECTING, /* and looking up the name */
	SESSION_CALLED,     /* the SMSC connected to us: its outbind must come */
	SESSION_BINDING,
	SESSION_BOUND,
	SESSION_LEAVING,   /* we want to go: open answers are awaited */
	SESSION_UNBINDING, /* our unbind isn't answered yet */
	SESSION_UNBOUND,   /* the SMSC wants us to go: the same, before its unbind is answered */
};
const char *smpp_session_state_text(enum smpp_session_state state);

/* How a submit ended. */
enum smpp_settled {
	SETTLED_ANSWERED, /* status and message_id say how; is_late: after it was unsure */
	SETTLED_UNSURE,   /* the SMSC may have it */
	SETTLED_UNSENT,   /* the link broke before it left */
};

/* None of them may free the session. */
struct smpp_session_events {
	/* Bound, or no more; a try that failed is told too. why: words. */
	void (*on_state)(struct smpp_session *s, void *ctx, const char *why);
	/* A deliver_sm or data_sm; it lives until this returns. smpp_session_answer() some time, or never. */
	void (*on_message)(struct smpp_session *s, void *ctx, struct bytes frame);
	void (*on_settled)(struct smpp_session *s, void *ctx, const struct smpp_submit *submit,
			   enum smpp_settled how, uint32_t status, struct bytes message_id);
	/* There was no room by time alone, and now there is. */
	void (*on_room)(struct smpp_session *s, void *ctx);
};

struct smpp_session_what {
	struct smpp_network *network;
	struct host *host;
	const struct conf_channel *const *conf; /* the channel's: a reload moves it */
	const char *host_name;                  /* of the SMSC; borrowed as the others */
	unsigned port;
	enum smpp_id bind; /* SMPP_BIND_TRANSCEIVER, _TRANSMITTER, _RECEIVER */
	const char *name;  /* for the log: "smsc.example:2775/1" */
};

int smpp_session_new(const struct smpp_session_what *what, const struct smpp_session_events *events,
		     void *ctx, struct smpp_session **s_out);
/* Says unbind if it can, and waits for nothing. No event comes any more. */
void smpp_session_free(struct smpp_session **s);

/* From SESSION_IDLE: the first try begins. */
void smpp_session_start(struct smpp_session *s);
/* From SESSION_IDLE: an SMSC connected to us; one session, one connection. The stream is ours. */
void smpp_session_called(struct smpp_session *s, struct smpp_stream **stream);
/* Nothing new is taken or sent; what is open is awaited for some seconds, then unbind, then SESSION_IDLE. */
void smpp_session_leave(struct smpp_session *s);
/* No PDU is read until it is called with false. */
void smpp_session_pause(struct smpp_session *s, bool is_paused);

/* How many submits may leave now; when time alone is missing, on_room comes. */
unsigned smpp_session_room(struct smpp_session *s);
/* ERR_BUSY: no room. ERR_INVALID: can't be written so. Others: the link is going to break. */
int smpp_session_submit(struct smpp_session *s, const struct smpp_message *m,
			const struct smpp_tlv *tlvs, size_t n_tlvs, uint64_t row, unsigned segment);
/* Which connection a message came by; 0 while none is up. */
uint64_t smpp_session_connection(const struct smpp_session *s);
/* Answers a request of that connection; nothing if it is gone. */
void smpp_session_answer(struct smpp_session *s, uint64_t connection, uint32_t request_id,
			 uint32_t sequence, uint32_t status);
/* The SMSC says that we aren't bound as we think: the link begins anew. */
void smpp_session_drop(struct smpp_session *s, const char *why);

enum smpp_session_state smpp_session_state(const struct smpp_session *s);
bool smpp_session_is_up(const struct smpp_session *s);    /* bound, and not about to go */
bool smpp_session_sends(const struct smpp_session *s);    /* its bind is for sending */
bool smpp_session_receives(const struct smpp_session *s); /* its bind is for receiving */
/* Tries that failed since it was bound last, or since it began. */
unsigned smpp_session_failures(const struct smpp_session *s);
struct mono smpp_session_bound_at(const struct smpp_session *s); /* when it was bound last */
unsigned smpp_session_open(const struct smpp_session *s);        /* submits without an answer */
/* Why the SMSC refused the last bind; "": it didn't. */
const char *smpp_session_refusal(const struct smpp_session *s);
/* What status shows. */
void smpp_session_describe(struct smpp_session *s, struct channel_link *link_out);

/* 1 to 0x7FFFFFFF, then 1 again (SMPP 3.4, 3.2.1.4). */
uint32_t smpp_session_next_sequence(uint32_t sequence);

#endif
