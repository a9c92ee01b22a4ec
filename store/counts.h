/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * counts - what must add up, and what people may use only so often.
 *
 * Owns: the "count", "attempt", "meta" and "access" tables.
 */
#ifndef STORE_COUNTS_H
#define STORE_COUNTS_H

#include "parsers/clock.h"
#include "store/db.h"
#include "store/key.h"
#include "store/record.h"

/* Stored by number: add at the end. */
enum count {
	COUNT_RECEIVED = 1,
	COUNT_REPEATS,
	COUNT_OUT_CASE,
	COUNT_OUT_JOINED,
	COUNT_OUT_INFORMATION,
	COUNT_OUT_COMMAND,
	COUNT_OUT_QUARANTINE,
	COUNT_OUT_NOT_ANSWERED,
	COUNT_PARTS,
	COUNT_PARTS_JOINED,
	COUNT_PARTS_GIVEN_UP,
	COUNT_RECEIPTS,
	COUNT_SEGMENTS_SENT,
	COUNT_NO_RECEIPT,
	COUNT_MAILS, /* of those received */
};
#define COUNT_LAST COUNT_MAILS

enum count count_of_outcome(enum msg_outcome o);
void count_add(struct txn *t, enum count what, struct bytes channel, struct wall at, int64_t by);
/*
 * Some counters can't be recounted from records (repeats …). Of these, meta keeps a check: the sum
 * of count_mix(key) × number.
 */
bool count_has_check(enum count what);
uint64_t count_mix(struct bytes key);
struct key count_check_key(enum count what);
/* The parts of a key of "count". ERR_CORRUPT. */
int count_parse(struct bytes key, uint32_t *day_out, struct bytes *channel_out,
		enum count *what_out);
/* Over days [from, to) UTC, 0 = open ended; channel none: all. */
int count_sum(struct txn *t, enum count what, struct bytes channel, struct wall from,
	      struct wall to, int64_t *sum_out);

/* Budgets and guesses: a number per kind, subject and period. */
enum attempt {
	ATTEMPT_AUTO_REPLY = 1,  /* a contact, an hour */
	ATTEMPT_SEGMENTS,        /* a contact, a day */
	ATTEMPT_PREFIX_SEGMENTS, /* a prefix, an hour */
	ATTEMPT_ALL_SEGMENTS,    /* "", an hour */
	ATTEMPT_ALL_DAY,         /* "", a day */
	ATTEMPT_MONEY,           /* "", a month: hundredths */
	ATTEMPT_STATUS_MISS,     /* a contact, an hour */
	ATTEMPT_ASKED,           /* a contact, an hour */
	ATTEMPT_DUTY,            /* a contact, an hour: texts to the duty officers that it caused */
	ATTEMPT_EARLY,      /* a channel, a day: receipts kept whose id nobody has named since */
	ATTEMPT_MAIL_ACK,   /* an address, a day: automatic mails to it */
	ATTEMPT_MAIL_ACKS,  /* "", an hour: automatic mails to all */
	ATTEMPT_STAFF_MISS, /* a member, a day: mails in this name that weren't proven */
	ATTEMPT_CONFIRM,    /* a member, an hour: asked to confirm */
	ATTEMPT_CODE, /* an address, a day: codes that it asked for, whether there was a phone or not */
	ATTEMPT_CODE_PHONE, /* a phone, a day: codes texted to it; "": to all */
	ATTEMPT_CODE_MISS,  /* an address, a day: wrong codes; "": of all */
	ATTEMPT_PICTURES,   /* a contact, a day: told that only texts are read */
	ATTEMPT_CASE_MAIL,  /* a case, an hour: mails to staff about further messages */
};
#define ATTEMPT_LAST ATTEMPT_CASE_MAIL
/* period: hours, days or months since 1970 as the kind says, by the caller. */
int64_t attempt_get(struct txn *t, enum attempt kind, struct bytes subject, uint32_t period);
void attempt_add(struct txn *t, enum attempt kind, struct bytes subject, uint32_t period,
		 int64_t by, struct wall now);
/* Drops at most n numbers whose period ended 40 days ago or earlier. */
int attempt_sweep(struct txn *t, struct wall now, size_t n, size_t *n_done_out);

int meta_get_u64(struct txn *t, const char *name, uint64_t *value_out); /* ERR_NOENT */
void meta_put_u64(struct txn *t, const char *name, uint64_t value);
int meta_get(struct txn *t, const char *name, struct arena *a, struct bytes *value_out);
void meta_put(struct txn *t, const char *name, struct bytes value);

void access_add(struct txn *t, struct bytes who, struct bytes what, struct wall now);

/* The balance of COMMANDS.md, counted from "count". */
struct balance {
	int64_t received_sms, received_mail, repeats;
	int64_t outcomes[OUTCOME_NOT_ANSWERED + 1];
	int64_t parts, parts_joined, parts_waiting, parts_given_up;
	bool balanced;
};
int balance_get(struct txn *t, struct wall from, struct wall to, struct balance *balance_out);

#endif
