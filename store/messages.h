/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * messages - each thing a person sent us, with its one outcome; and what is
 * kept raw in the quarantine.
 *
 * Owns:     the "message" and "quarantine" tables.
 * Promises: message_add() counts the message and its outcome in the same
 *           transaction, so that received = sum of outcomes at any time.
 */
#ifndef STORE_MESSAGES_H
#define STORE_MESSAGES_H

#include "parsers/clock.h"
#include "store/db.h"
#include "store/record.h"

bool message_is_mail(const Pb__Message *rec);
/*
 * rec->id and rec->outcome are set by the caller (txn_id). Counts COUNT_RECEIVED and the outcome,
 * by rec->received and channel.
 */
void message_add(struct txn *t, const Pb__Message *rec);
int message_get(struct txn *t, uint64_t id, struct arena *a, Pb__Message **rec_out);
/*
 * Rewrites it; when the outcome changed (a released quarantine, a late part) the counts move with
 * it.
 */
void message_put(struct txn *t, const Pb__Message *rec);
typedef int message_fn(const Pb__Message *rec, void *ctx);
/* newest first */
int message_of_contact(struct txn *t, uint64_t contact, size_t limit, message_fn *fn, void *ctx);
/* by id: in time order */
int message_each(struct txn *t, struct wall from, struct wall to, message_fn *fn, void *ctx);

void quarantine_put(struct txn *t, const Pb__Quarantine *rec);
int quarantine_get(struct txn *t, uint64_t id, struct arena *a, Pb__Quarantine **rec_out);
typedef int quarantine_fn(const Pb__Quarantine *rec, void *ctx);
/* newest first */
int quarantine_list(struct txn *t, bool unsettled_only, size_t limit, quarantine_fn *fn, void *ctx);

#endif
