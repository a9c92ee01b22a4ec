/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * join_codes - the same person by phone and by mail: who asks by mail to be joined with a
 * case that came by SMS gets six digits on that phone, and brings them back by mail.
 *
 * Promises: a number alone tells nothing: the same words go out, and the same is remembered,
 *           whether there is such a case or not, and whether a phone got a text or not.
 *           A code lives ten minutes and three tries; phones and addresses have few of them
 *           a day; it stands in no log, no trail and no case. It is made of our key, so each
 *           application makes the same one.
 * Owns:     the fields join_… and same of contacts.
 * Threads:  committer; repeatable.
 */
#ifndef GATEWAY_DESK_JOIN_CODES_H
#define GATEWAY_DESK_JOIN_CODES_H

#include "gateway/desk/desk.h"
#include "parsers/classify.h"
#include "parsers/join_words.h"

/* What a citizen's mail in hand says of it. */
struct join_mail {
	struct join_words said;
	struct bytes number; /* of the case that it names, or none */
	bool asks;           /* to be joined, and may be answered */
	bool is_all;         /* it says nothing else */
	bool is_over;        /* result of join_codes_hear(): the message has its outcome */
};

/*
 * Before the mail (d->mail) is heard: a right code joins, a wrong one is counted, and a mail that
 * says nothing else than what is dealt with here has its outcome then.
 */
int join_codes_hear(struct txn *t, struct desk *d, Pb__Contact *contact, Pb__Message *rec,
		    const struct classified *u, struct join_mail *join_out);
/* After it was heard as any other mail: it asked beside other things. */
int join_codes_heard(struct txn *t, struct desk *d, Pb__Contact *contact, const Pb__Message *rec,
		     const struct join_mail *join);

#endif
