/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smpp_inbox - what an SMSC gave and we haven't answered: texts and receipts, from their PDU
 * until intake says that they are on disk.
 *
 * Promises: each is answered once, after its commit, by the connection that it came by, or
 *           never; what intake can't take now isn't refused but posted again; at most
 *           SMPP_TAKEN_MAX, or SMPP_TAKEN_OCTETS, are held, then the owner is told to read no more; what can't be
 *           read goes raw to the quarantine, and is answered too: refused it would come back
 *           for days.
 * Threads:  the loop thread.
 */
#ifndef GATEWAY_SMPP_SMPP_INBOX_H
#define GATEWAY_SMPP_SMPP_INBOX_H

#include "gateway/smpp/smpp_session.h"

struct smpp_inbox;

/* on_full is told when nothing more may be read, and when it may again. */
int smpp_inbox_new(struct channel *c, void (*on_full)(void *ctx, bool is_full), void *ctx,
		   struct smpp_inbox **in_out);
/* What intake has is answered to nobody. */
void smpp_inbox_free(struct smpp_inbox **in);
/* A deliver_sm or data_sm of a session; smsc: which SMSC that is. */
void smpp_inbox_take(struct smpp_inbox *in, struct smpp_session *s, const char *smsc,
		     struct bytes frame);
/* The session's connection has ended, or it goes itself: its SMSC gives again what wasn't answered. */
void smpp_inbox_forget(struct smpp_inbox *in, const struct smpp_session *s);
size_t smpp_inbox_posted(const struct smpp_inbox *in); /* with intake */
bool smpp_inbox_is_full(const struct smpp_inbox *in);

#endif
