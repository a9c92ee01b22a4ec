/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mime_opaque.h"

#include "parsers/err.h"
#include "parsers/strbuf.h"

#define TAG_OCTETS       0x04
#define TAG_OCTETS_PARTS 0x24 /* in pieces */
#define TAG_OID          0x06
#define TAG_SEQUENCE     0x30
#define TAG_EXPLICIT_0   0xA0
#define TAG_END          0x00
#define LENGTH_OPEN      0x80 /* up to two zero octets */

struct element {
	uint8_t tag;
	bool is_open;
	struct bytes content; /* of an open one all that follows: its end mark is among it */
};

/* Cuts the head of an element off *rest, and its content too unless its length is open. */
static bool take(struct bytes *rest, struct element *e)
{
	struct rd r = rd_of(*rest);
	uint8_t len_octet;
	size_t len;

	e->tag = rd_u8(&r);
	len_octet = rd_u8(&r);
	e->is_open = len_octet == LENGTH_OPEN;
	len = len_octet & 0x7Fu;
	if (!e->is_open && len_octet > LENGTH_OPEN) {
		if (len > 4)
			return false;
		for (size_t n = len, i = len = 0; i < n; i++)
			len = len << 8 | rd_u8(&r);
	}
	if (rd_err(&r) != ERR_OK)
		return false;
	if (e->is_open)
		len = rd_left(&r);
	else if (len > rd_left(&r))
		len = rd_left(&r); /* cut: what is there is there */
	e->content = rd_take(&r, len);
	*rest = bytes_at(r.ptr, rd_left(&r));
	return true;
}

/* Cuts a whole element off *rest, an open one up to behind its end. */
static bool skip(struct bytes *rest)
{
	unsigned n_open = 0;

	do {
		struct element e;

		if (!take(rest, &e))
			return false;
		if (e.is_open) {
			n_open++;
			*rest = e.content;
		} else if (e.tag == TAG_END && n_open != 0) {
			n_open--;
		}
	} while (n_open != 0);
	return true;
}

/* The element is entered: *rest becomes what is in it. */
static bool enter(struct bytes *rest, uint8_t tag)
{
	struct element e;

	if (!take(rest, &e) || e.tag != tag)
		return false;
	*rest = e.content;
	return true;
}

/* An OCTET STRING, in one piece or in pieces. */
static int octets(struct bytes rest, struct arena *a, struct bytes *content_out)
{
	struct strbuf out = strbuf_in(a, rest.len);
	struct element e;

	if (!take(&rest, &e))
		return ERR_OK;
	if (e.tag == TAG_OCTETS) {
		*content_out = e.content;
		return ERR_OK;
	}
	if (e.tag != TAG_OCTETS_PARTS)
		return ERR_OK;
	rest = e.content;
	for (const uint8_t *end = rest.ptr + rest.len; take(&rest, &e);) {
		if (e.tag == TAG_OCTETS)
			strbuf_add(&out, e.content);
		else if (e.tag == TAG_OCTETS_PARTS) /* pieces of pieces: only the head is passed */
			rest = bytes_at(e.content.ptr, (size_t)(end - e.content.ptr));
	}
	return strbuf_finish(&out, content_out);
}

/* The last octets of the object identifiers 1.2.840.113549.1.7.n and 1.9.16.1.n. */
static enum mime_opaque kind_of(struct bytes oid)
{
	if (bytes_is(oid, "\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02"))
		return OPAQUE_SIGNED;
	if (bytes_is(oid, "\x2A\x86\x48\x86\xF7\x0D\x01\x07\x03") ||
	    bytes_is(oid, "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x17"))
		return OPAQUE_ENCRYPTED;
	return OPAQUE_UNKNOWN;
}

int mime_opaque(struct bytes ber, struct arena *a, enum mime_opaque *kind_out,
		struct bytes *content_out)
{
	struct bytes rest = ber;
	struct element oid;

	*kind_out = OPAQUE_UNKNOWN;
	*content_out = BYTES_NONE;
	if (!enter(&rest, TAG_SEQUENCE) || !take(&rest, &oid) || oid.tag != TAG_OID)
		return ERR_OK;
	*kind_out = kind_of(oid.content);
	if (*kind_out != OPAQUE_SIGNED)
		return ERR_OK;
	/* [0] SignedData: version, digestAlgorithms, encapContentInfo: type, [0] content */
	if (!enter(&rest, TAG_EXPLICIT_0) || !enter(&rest, TAG_SEQUENCE) || !skip(&rest) ||
	    !skip(&rest) || !enter(&rest, TAG_SEQUENCE) || !skip(&rest) ||
	    !enter(&rest, TAG_EXPLICIT_0)) {
		*kind_out = OPAQUE_UNKNOWN;
		return ERR_OK;
	}
	return octets(rest, a, content_out);
}
