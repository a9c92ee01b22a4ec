/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * contacts - who is on the other side.
 *
 * Owns: the "contact" table; with "address" the only place that holds an address.
 */
#ifndef STORE_CONTACTS_H
#define STORE_CONTACTS_H

#include "parsers/clock.h"
#include "store/db.h"
#include "store/record.h"

int contact_get(struct txn *t, uint64_t id, struct arena *a, Pb__Contact **rec_out);
/* ERR_NOENT */
int contact_find(struct txn *t, struct bytes address, struct arena *a, Pb__Contact **rec_out);
/*
 * Finds it or makes a new one (written at once). ERR_BUSY while derived tables are being made
 * anew.
 */
int contact_need(struct txn *t, struct bytes address, struct wall now, struct arena *a,
		 Pb__Contact **rec_out);
/* The same, but a new one isn't written yet: that is for the caller to do, with contact_put_new(). */
int contact_meet(struct txn *t, struct bytes address, struct wall now, struct arena *a,
		 Pb__Contact **rec_out, bool *is_new_out);
void contact_put_new(struct txn *t, const Pb__Contact *rec);
void contact_put(struct txn *t, const Pb__Contact *rec);
/* The contact itself, or one that is proven to be the same person's. 0 is nobody. */
bool contact_is_same(const Pb__Contact *rec, uint64_t id);

#endif
