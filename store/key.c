/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/key.h"

#include <assert.h>
#include <string.h>

#include "parsers/err.h"
#include "parsers/keyed.h"
#include "parsers/number.h"

/* Enough of a long text to be recognised by a person who reads a dump. */
#define KEY_TEXT_HEAD 40

void key_put(struct key *k, struct bytes octets)
{
	assert(octets.len <= sizeof(k->octets) - k->len);
	if (octets.len != 0)
		memcpy(k->octets + k->len, octets.ptr, octets.len);
	k->len += octets.len;
}

static void put_number(struct key *k, uint64_t v, size_t len)
{
	uint8_t octets[8];
	struct wr w = wr_of(octets, sizeof(octets));

	wr_u64(&w, v);
	key_put(k, bytes_at(octets + sizeof(octets) - len, len));
}

void key_u8(struct key *k, uint8_t v)
{
	put_number(k, v, 1);
}

void key_u16(struct key *k, uint16_t v)
{
	put_number(k, v, 2);
}

void key_u32(struct key *k, uint32_t v)
{
	put_number(k, v, 4);
}

void key_u64(struct key *k, uint64_t v)
{
	put_number(k, v, 8);
}

void key_time(struct key *k, int64_t ms)
{
	put_number(k, ms > 0 ? (uint64_t)ms : 0, 8);
}

void key_text(struct key *k, struct bytes text)
{
	char hex[2 * KEYED_DIGEST_BYTES + 1];
	struct digest d;

	text = bytes_cut(text, 0, bytes_find(text, 0));
	if (text.len > KEY_TEXT_MAX) {
		keyed_digest(NULL, &text, 1, &d);
		keyed_hex(digest_bytes(&d), hex, sizeof(hex));
		key_put(k, bytes_cut(text, 0, KEY_TEXT_HEAD));
		key_put(k, bytes_of(hex));
	} else {
		key_put(k, text);
	}
	key_u8(k, 0);
}

struct bytes key_bytes(const struct key *k)
{
	return bytes_at(k->octets, k->len);
}

struct key key_of_id(uint64_t id)
{
	struct key k;

	k.len = 0;
	key_u64(&k, id);
	return k;
}

struct key key_after(const struct key *k)
{
	struct key after = *k;

	while (after.len != 0 && after.octets[after.len - 1] == 0xff)
		after.len--;
	if (after.len != 0)
		after.octets[after.len - 1]++;
	return after;
}

void key_case(struct key *k, struct case_no no)
{
	key_u16(k, no.year);
	key_u32(k, no.n);
}

struct case_no case_no_of_key(struct bytes key)
{
	struct rd r = rd_of(key);
	uint16_t year = rd_u16(&r);

	return (struct case_no){ .year = year, .n = rd_u32(&r) };
}

int case_no_parse(struct bytes number, struct case_no *no_out, struct bytes *prefix_out)
{
	struct bytes prefix, year_text, rest = number;
	uint32_t year, n;

	if (!bytes_split(&rest, '-', &prefix) || !bytes_split(&rest, '-', &year_text) ||
	    prefix.len == 0 || year_text.len != 4 || rest.len == 0 || rest.len > 9)
		return ERR_INVALID;
	if (number_parse_u32(year_text, 1000, 9999, &year) != ERR_OK ||
	    number_parse_u32(rest, 1, 999999999, &n) != ERR_OK)
		return ERR_INVALID;
	*no_out = (struct case_no){ .year = (uint16_t)year, .n = n };
	*prefix_out = prefix;
	return ERR_OK;
}

uint64_t id_of_key(struct bytes key)
{
	struct rd r;

	if (key.len < 8)
		return 0;
	r = rd_of(bytes_cut(key, key.len - 8, 8));
	return rd_u64(&r);
}

uint32_t day_of(int64_t ms)
{
	return ms > 0 ? (uint32_t)(ms / DAY_MS) : 0;
}
