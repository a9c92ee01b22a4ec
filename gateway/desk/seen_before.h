/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * seen_before - is this a repeat by the network, or a person who writes the same twice?
 *
 * Kannel's id decides always. The words decide only where repeats are to be
 * expected: when the twin was answered late or not at all; and within ten minutes
 * after the link or we started, when the twin came before that start, or came just
 * now and is the last that this person wrote (who wrote START, STOP and START again
 * means each of them).
 * A mail is known by where it lies (channel, UIDVALIDITY, UID); by its octets, since a
 * mailbox that is restored gives it another UID; and by its Message-ID together with
 * what was written, to whom, and how its sender was proven, since a server whose
 * "kept" was lost delivers it once more, with other Received fields. The same Message-ID
 * with other words, or with less proof, or by a member of the staff, is a mail of its own.
 * Owns: the use of "seen". Threads: committer; repeatable.
 */
#ifndef GATEWAY_DESK_SEEN_BEFORE_H
#define GATEWAY_DESK_SEEN_BEFORE_H

#include "gateway/desk/desk.h"
#include "parsers/message.h"

struct seen_keys {
	bool has_id;
	bool is_mail;
	bool has_content;
	struct digest id;      /* of the channel's name and Kannel's id, or where a mail lies */
	struct digest words;   /* of sender, recipient, octets, part; of a raw mail */
	struct digest content; /* of a mail with a Message-ID: what was written, and its proof */
	bool has_twin;         /* found by seen_check(): something stands under words */
};

void seen_keys_of(const struct keyed_key *key, const struct message *msg,
		  struct seen_keys *keys_out);
/* Whether it is a repeat; then it is counted. Its twin counts as answered once a sender was told in time. */
int seen_check(struct txn *t, struct desk *d, const struct message *msg, struct seen_keys *keys,
	       struct wall link_since, bool *is_repeat_out);
/* message: 0 for a part that waits. Returns its turn (store/answers.h). */
uint64_t seen_note(struct txn *t, struct desk *d, const struct seen_keys *keys, uint64_t message);
/*
 * Whether the mail that lies there is kept; then it is remembered for longer, since it
 * wasn't moved away. For the daily look at a mailbox.
 */
int seen_mail_lies(struct txn *t, struct desk *d, struct bytes channel, uint32_t uid_validity,
		   uint32_t uid, bool *is_kept_out);

#endif
