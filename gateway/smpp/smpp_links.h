/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smpp_links - the links of one channel to its SMSCs: which are wanted, and which one sends.
 *
 * Promises: the first SMSC of the list that works is used; when all links of it have broken
 *           and tried again in vain the next one is bound to as well, and left again once an
 *           earlier one has stood for a while; segments go to the link with the most room.
 *           Who connects to us must be one of outbind_peers, since he gets our password.
 * Threads:  the loop thread.
 */
#ifndef GATEWAY_SMPP_SMPP_LINKS_H
#define GATEWAY_SMPP_SMPP_LINKS_H

#include "gateway/smpp/smpp_session.h"

struct smpp_links;

/* Nothing is connected before smpp_links_steer(). */
int smpp_links_new(struct smpp_network *network, struct channel *c,
		   const struct smpp_session_events *events, void *ctx, struct smpp_links **l_out);
void smpp_links_free(struct smpp_links **l);
/* Starts and leaves what the state of all asks for. Not from within an event of a session. */
void smpp_links_steer(struct smpp_links *l);
/* All say goodbye, for good. */
void smpp_links_leave(struct smpp_links *l);
void smpp_links_pause(struct smpp_links *l, bool is_paused);

unsigned smpp_links_room(struct smpp_links *l);
struct smpp_session *smpp_links_pick(struct smpp_links *l); /* NULL: no room */
size_t smpp_links_open(const struct smpp_links *l);         /* submits without an answer */
size_t smpp_links_connected(const struct smpp_links *l);
const char *smpp_links_smsc(const struct smpp_links *l, const struct smpp_session *s);

struct smpp_links_state {
	unsigned n_sending; /* links that may send; 0: nothing works */
	bool is_whole;      /* all links of the first SMSC are bound */
	char words[SMPP_WORDS_SIZE];
};
void smpp_links_state(const struct smpp_links *l, struct smpp_links_state *state_out);
/* Words of what a person must mend, each once; they live until the next steer. */
size_t smpp_links_faults(const struct smpp_links *l, const char **list_out, size_t max);
bool smpp_links_describe(struct smpp_links *l, size_t i, struct channel_link *link_out);

#endif
