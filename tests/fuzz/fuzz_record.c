/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz_record - hostile octets as each record: read within the arena's cap or refused;
 * what was read has derived keys and a JSON form, and is read again as the same.
 * The first octet chooses the table.
 */
#include "parsers/err.h"
#include "store/index.h"
#include "store/key.h"
#include "tests/fuzz/fuzz.h"

#define CAP ((size_t)1 << 20)

static void write_and_read(const ProtobufCMessage *rec, struct arena *a)
{
	struct bytes octets, again;
	ProtobufCMessage *second;

	if (record_pack(rec, a, &octets) != ERR_OK)
		return;
	if (record_unpack(rec->descriptor, octets, a, &second) != ERR_OK)
		return;
	if (record_pack(second, a, &again) == ERR_OK)
		fuzz_require(bytes_eq(octets, again));
}

static void derive(enum table table, const ProtobufCMessage *rec, struct arena *a)
{
	struct index_list list = { .arena = a };
	struct key key = key_of_id(7);
	struct bytes owner_key;
	enum table owner;

	if (table == TABLE_CASE)
		key.len = CASE_KEY_LEN;
	if (index_of(table, key_bytes(&key), rec, &list) != ERR_OK)
		return;
	for (size_t i = 0; i < list.n; i++) {
		const struct index_entry *e = &list.entries[i];

		fuzz_require(e->key.len <= DB_KEY_MAX + 8);
		fuzz_require(index_owner(e->table, e->key, e->value, &owner, &owner_key) == ERR_OK);
		fuzz_require(owner == table && bytes_eq(owner_key, key_bytes(&key)));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes octets = bytes_at(data, size);
	struct arena *a = arena_new(CAP);
	ProtobufCMessage *rec;
	enum table table;
	struct json *j;

	if (size == 0 || a == NULL)
		goto out;
	table = (enum table)(data[0] % TABLE_COUNT_ALL);
	if (record_of_table(table) == NULL ||
	    record_unpack(record_of_table(table), bytes_cut(octets, 1, size), a, &rec) != ERR_OK)
		goto out;
	fuzz_require(arena_used(a) <= CAP);
	j = record_json(rec);
	json_free(&j);
	derive(table, rec, a);
	write_and_read(rec, a);
out:
	arena_free(&a);
	return 0;
}
