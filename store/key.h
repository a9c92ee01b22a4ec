/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * key - how the keys of all tables are written and taken apart (store/table.h).
 *
 * Numbers are big-endian, so that keys sort as numbers do. Text ends with NUL;
 * a long one (nobody but an attacker sends it) is its first letters and a
 * digest, so that no key passes DB_KEY_MAX.
 */
#ifndef STORE_KEY_H
#define STORE_KEY_H

#include "parsers/clock.h"
#include "parsers/keyed.h"
#include "store/db.h"

/* Longer texts are cut in keys. Three of them and their numbers fit into DB_KEY_MAX. */
#define KEY_TEXT_MAX 120

struct key {
	uint8_t octets[DB_KEY_MAX +
		       8]; /* the table "expire" puts five octets before another table's key */
	size_t len;
};

void key_u8(struct key *k, uint8_t v);
void key_u16(struct key *k, uint16_t v);
void key_u32(struct key *k, uint32_t v);
void key_u64(struct key *k, uint64_t v);
void key_time(struct key *k, int64_t ms); /* below 0 counts as 0 */
void key_text(struct key *k, struct bytes text);
void key_put(struct key *k, struct bytes octets); /* part of another key, as it is */
struct bytes key_bytes(const struct key *k);
struct key key_of_id(uint64_t id);
/*
 * The first key that doesn't begin with this one: the end of a walk. Length 0: the end of the
 * table.
 */
struct key key_after(const struct key *k);

/* The year and number of a case: its key. */
struct case_no {
	uint16_t year;
	uint32_t n;
};
#define CASE_KEY_LEN 6
/* A blob is named by its SHA-256. */
#define BLOB_HASH_SIZE KEYED_SHA256_BYTES
void key_case(struct key *k, struct case_no no);
struct case_no case_no_of_key(struct bytes key); /* at least CASE_KEY_LEN octets */
/* "SP-2026-000123", any prefix, up to nine digits. ERR_INVALID. */
int case_no_parse(struct bytes number, struct case_no *no_out, struct bytes *prefix_out);
uint64_t id_of_key(struct bytes key); /* its last eight octets; 0 when there are fewer */

/* A key as a person reads it, in buf, which it returns. */
const char *key_words(enum table table, struct bytes key, char *buf, size_t size);

uint32_t day_of(int64_t ms); /* days since 1970, UTC */

#endif
