/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smpp_session_own - what the files of smpp_session share: its struct, and the steps of its life. */
#ifndef GATEWAY_SMPP_SMPP_SESSION_OWN_H
#define GATEWAY_SMPP_SMPP_SESSION_OWN_H

#include "gateway/smpp/smpp_pace.h"
#include "gateway/smpp/smpp_session.h"

struct smpp_session {
	struct smpp_session_what what;
	const struct smpp_session_events *events;
	void *ctx;
	enum smpp_session_state state;
	struct wall since;
	struct smpp_stream *stream; /* NULL while IDLE or WAITING */
	struct smpp_window *window;
	struct smpp_pace pace;
	struct timer timer;
	struct mono timer_at; /* 0: stopped */
	struct mono until;    /* of the state: the next try, or when patience ends; 0: none */
	uint32_t sequence;    /* the last one used on this connection */
	uint32_t bind_sequence, unbind_sequence, enquire_sequence; /* 0: not asked, or answered */
	uint32_t their_unbind;
	struct mono heard_at, enquire_at, bound_at;
	uint64_t connection;
	unsigned n_asked; /* messages of this connection that aren't answered */
	unsigned n_failures;
	int64_t wait_ms, refused_ms;
	bool is_wanted;      /* when it breaks it is tried again */
	bool is_paused;      /* the owner takes nothing for now */
	bool wants_room;     /* somebody waits for time to pass */
	const char *broken;  /* why it ends, in a turn of its own; NULL: it doesn't */
	struct arena *arena; /* of the PDU that is being written */
	char refusal[SMPP_WORDS_SIZE];
	const char *last_name; /* of the last PDU */
	struct wall last_at;
};

static inline const struct conf_channel *session_conf(const struct smpp_session *s)
{
	return *s->what.conf;
}

struct mono session_now(const struct smpp_session *s);
/* The timer fires then, or before. */
void session_look_at(struct smpp_session *s, struct mono when);
void session_set_state(struct smpp_session *s, enum smpp_session_state state, int64_t until_in_ms);
/* Header only, or with an empty id. */
void session_write_simple(struct smpp_session *s, uint32_t id, uint32_t status, uint32_t sequence);
/* A request of 16 octets; its number. */
uint32_t session_ask(struct smpp_session *s, uint32_t id);
void session_bind(struct smpp_session *s);
void session_bound(struct smpp_session *s, struct bytes system_id);
/* The bind was refused: the next try is a slow one. */
void session_refused(struct smpp_session *s, uint32_t status);
/* Ends this connection. What follows is the next try, if it is wanted. */
void session_end(struct smpp_session *s, const char *why);
/* The SMSC said unbind, with this number. */
void session_unbound(struct smpp_session *s, uint32_t sequence);
/* Leaving goes on in a turn of its own when nothing is open any more. */
void session_leave_on(struct smpp_session *s);

/* smpp_session_in.c: all whole PDUs of what came in; how many octets they were. */
size_t session_octets(struct smpp_session *s, struct bytes in);

#endif
