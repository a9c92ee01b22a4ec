/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * intake_apply - one message, or one part of it, becomes its one outcome, with
 * everything it causes: case, clock, log, counts, rendered words, rows QUEUED.
 *
 * Committer thread; repeatable. All of it in the caller's transaction.
 */
#ifndef GATEWAY_DESK_INTAKE_APPLY_H
#define GATEWAY_DESK_INTAKE_APPLY_H

#include "gateway/desk/desk.h"
#include "parsers/classify.h"
#include "parsers/message.h"
#include "parsers/receipt.h"

struct intake_given {
	const struct message *msg;
	const struct classified *
		understood; /* of msg->text, made on the loop with the profile's tongue; NULL for parts and faults */
	struct wall
		link_since; /* when the link or we started, within the last 10 minutes; 0: longer ago, words decide nothing */
};

struct intake_found {
	bool is_repeat;      /* ERR_DUPLICATE for the sender */
	uint64_t message;    /* 0: a part that waits, or a repeat */
	uint64_t quarantine; /* or 0 */
	enum msg_outcome outcome;
	char case_number[32]; /* "" or the first case */
	struct digest seen; /* key of 'seen before?' by words, and the turn: for store/answers.h */
	uint64_t turn;      /* 0: a repeat */
};

/*
 * ERR_OK also for repeats (is_repeat). Other errors are of the store (retry) only:
 * what can't be understood or taken apart goes to the quarantine and is ERR_OK.
 */
int intake_apply(struct txn *t, struct desk *d, const struct intake_given *given,
		 struct intake_found *found_out);

/* A receipt finds its segment; counts; staff hear of FAILED. ERR_OK also when it is early or unknown. */
int receipt_apply(struct txn *t, struct desk *d, struct bytes channel, const struct receipt *r);

/* A set of parts whose wait is over becomes a message with a gap. key: of the due entry. */
int parts_give_up(struct txn *t, struct desk *d, struct bytes part_key);

#endif
