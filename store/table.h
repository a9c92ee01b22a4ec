/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * table - the names of all tables, whether each is the truth or derived from
 * it, and how their keys are written. Keys are big-endian, text ends with NUL.
 */
#ifndef STORE_TABLE_H
#define STORE_TABLE_H

#include "parsers/bytes.h"

/* clang-format off */
#define TABLE_LIST(X) \
	/* primary: the truth */ \
	X(TABLE_MESSAGE,     "message",     false) /* id */ \
	X(TABLE_CASE,        "case",        false) /* year u16, number u32 */ \
	X(TABLE_LOG,         "log",         false) /* year u16, number u32, n u32 */ \
	X(TABLE_CONTACT,     "contact",     false) /* id */ \
	X(TABLE_OUTBOX,      "outbox",      false) /* id */ \
	X(TABLE_QUARANTINE,  "quarantine",  false) /* id */ \
	X(TABLE_PART,        "part",        false) /* channel, from, to, ref u16, total u8, set u16, index u8 */ \
	X(TABLE_SEEN,        "seen",        false) /* digest */ \
	X(TABLE_EARLY,       "early",       false) /* channel, remote id */ \
	X(TABLE_COUNT,       "count",       false) /* day u32, channel, what u8 -> number */ \
	X(TABLE_META,        "meta",        false) /* name -> value */ \
	X(TABLE_ACCESS,      "access",      false) /* day u32, id */ \
	X(TABLE_ATTEMPT,     "attempt",     false) /* kind u8, period u32, subject -> number */ \
	X(TABLE_HELD,        "held",        false) /* id */ \
	/* derived: made by index, can be rebuilt */ \
	X(TABLE_ADDRESS,     "address",     true)  /* address -> contact */ \
	X(TABLE_BY_CONTACT,  "by_contact",  true)  /* contact, kind u8, id or case key */ \
	X(TABLE_QUEUE,       "queue",       true)  /* department, state u8, late from, case key: of open ones */ \
	X(TABLE_DUE,         "due",         true)  /* time, kind u8, id or case key */ \
	X(TABLE_OUTBOX_LIVE, "outbox_live", true)  /* channel, state u8 of a segment, not_before, id -> state of the row */ \
	X(TABLE_REMOTE,      "remote",      true)  /* channel, remote id, row, segment u16: ids are used again, the newest row counts */ \
	X(TABLE_NEAR,        "near",        true)  /* place, category, opened, case key */ \
	X(TABLE_THREAD,      "thread",      true)  /* digest of a Message-ID, table u8, id */ \
	X(TABLE_TOKEN,       "token",       true)  /* token of an address or subject of ours, row: the newest row counts */ \
	X(TABLE_BLOB,        "blob",        true)  /* sha256, table u8, id: who uses it; the octets are a file (blobs.h) */ \
	X(TABLE_EXPIRE,      "expire",      true)  /* time, table u8, key: in the order of time, so that new ones lie together */
/* clang-format on */

enum table {
#define X(name, text, derived) name,
	TABLE_LIST(X)
#undef X
		TABLE_COUNT_ALL
};

const char *table_name(enum table t);
int table_of_name(struct bytes name, enum table *table_out); /* ERR_NOENT */
bool table_is_derived(enum table t);

#endif
