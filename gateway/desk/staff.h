/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * staff - what people at the town hall do with cases and rows, by the command line
 * (later by mail). Each checks, acts and logs, or does nothing and says why.
 *
 * Committer thread; repeatable. why_out: words for the person, set on every error.
 */
#ifndef GATEWAY_DESK_STAFF_H
#define GATEWAY_DESK_STAFF_H

#include "gateway/desk/desk.h"

struct staff_act {
	struct bytes number; /* of the case */
	struct bytes words;  /* answer, note, reason */
	struct bytes other;  /* member, state, department, the other case */
	bool is_question;    /* answer --question */
	bool by_mail;        /* words are in whatever script; an SMS of them may be cut */
	Pb__File **files;    /* that go along by mail */
	size_t n_files;
	const char *who; /* the user's name */
	char why[200];   /* set on errors */
	char result[32]; /* the number of the case to show */
	uint64_t row;    /* of the words to the citizen, or 0 */
};

int staff_answer(struct txn *t, struct desk *d, struct staff_act *act);
int staff_note(struct txn *t, struct desk *d, struct staff_act *act);
int staff_assign(
	struct txn *t, struct desk *d,
	struct staff_act *act); /* other: a member's id, or a department's code: a transfer */
int staff_status(struct txn *t, struct desk *d,
		 struct staff_act *act); /* other: a state; 'waiting' may have words: a date */
int staff_close(struct txn *t, struct desk *d, struct staff_act *act); /* words: the reason */
int staff_reopen(struct txn *t, struct desk *d, struct staff_act *act);
int staff_merge(struct txn *t, struct desk *d,
		struct staff_act *act); /* other: the case it goes into */
/* case new CONTACT TEXT [--category C]: other = category code or none; number = contact, as typed. */
int staff_new(struct txn *t, struct desk *d, struct staff_act *act);

int staff_outbox_retry(struct txn *t, struct desk *d, uint64_t id, struct staff_act *act);
int staff_outbox_cancel(struct txn *t, struct desk *d, uint64_t id, struct staff_act *act);
/* release: it is read like any message; drop: a decision not to answer, with words. */
int staff_quarantine_release(struct txn *t, struct desk *d, uint64_t id, struct staff_act *act);
int staff_quarantine_drop(struct txn *t, struct desk *d, uint64_t id, struct staff_act *act);

#endif
