/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * receipt_id - the id of a segment, as its network writes it in two ways: "0000000D" and
 * "d", or in hexadecimal when it takes the text and in decimal when it speaks of it.
 */
#ifndef PARSERS_RECEIPT_ID_H
#define PARSERS_RECEIPT_ID_H

#include "parsers/bytes.h"

/* No network's id is longer; a longer one is only itself. */
#define RECEIPT_ID_MAX 255

struct receipt_id {
	char text[RECEIPT_ID_MAX + 1];
	size_t len;
};
static inline struct bytes receipt_id_bytes(const struct receipt_id *id)
{
	return bytes_at(id->text, id->len);
}

/* In small letters, without leading noughts. Ids with the same plain form are one. */
struct receipt_id receipt_id_plain(struct bytes id);
/*
 * The same number in the other base: as if the id were decimal, and as if it were hexadecimal.
 * Only where both forms are so long that numbers which follow each other aren't mistaken for
 * one another ("16" and "22" would be). How many there are, 0 to 2.
 */
size_t receipt_id_others(const struct receipt_id *plain, struct receipt_id others_out[2]);

#endif
