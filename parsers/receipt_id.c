/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/receipt_id.h"

#include <inttypes.h>
#include <stdio.h>

/*
 * From six hexadecimal digits on the decimal form has more of them, so an id in the one is far
 * from that in the other, and no neighbour of it is on its way at the same time.
 */
#define HEX_DIGITS_MIN 6

static char small(uint8_t c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c);
}

struct receipt_id receipt_id_plain(struct bytes id)
{
	struct receipt_id plain = { .len = 0 };

	while (id.len > 1 && id.len <= RECEIPT_ID_MAX && id.ptr[0] == '0')
		id = bytes_cut(id, 1, id.len);
	for (; plain.len < id.len && plain.len < RECEIPT_ID_MAX; plain.len++)
		plain.text[plain.len] = small(id.ptr[plain.len]);
	return plain;
}

/* The whole id as a number; false: it is none of this base, or too large. */
static bool read_number(const struct receipt_id *id, unsigned base, uint64_t *n_out)
{
	uint64_t n = 0;

	for (size_t i = 0; i < id->len; i++) {
		char c = id->text[i];
		unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
				 : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
							: base;

		if (digit >= base || n > (UINT64_MAX - digit) / base)
			return false;
		n = n * base + digit;
	}
	*n_out = n;
	return id->len > 0;
}

size_t receipt_id_others(const struct receipt_id *plain, struct receipt_id others_out[2])
{
	size_t n = 0;
	uint64_t number;

	if (read_number(plain, 10, &number)) {
		struct receipt_id *hex = &others_out[n];

		hex->len = (size_t)snprintf(hex->text, sizeof(hex->text), "%" PRIx64, number);
		n += hex->len >= HEX_DIGITS_MIN;
	}
	if (plain->len >= HEX_DIGITS_MIN && read_number(plain, 16, &number)) {
		struct receipt_id *decimal = &others_out[n++];

		decimal->len =
			(size_t)snprintf(decimal->text, sizeof(decimal->text), "%" PRIu64, number);
	}
	return n;
}
