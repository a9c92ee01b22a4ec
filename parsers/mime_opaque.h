/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mime_opaque - what stands in an application/pkcs7-mime part (S/MIME, RFC 8551, CMS 5652).
 *
 * A mail that is signed "opaquely" lies readable within the signature's structure;
 * this finds it. Signatures aren't checked, nothing is decrypted. Bounded; no state.
 */
#ifndef PARSERS_MIME_OPAQUE_H
#define PARSERS_MIME_OPAQUE_H

#include "parsers/arena.h"

enum mime_opaque {
	OPAQUE_UNKNOWN, /* broken, compressed, or only certificates */
	OPAQUE_SIGNED,
	OPAQUE_ENCRYPTED,
};

/* The decoded octets of the part, in BER. content: of OPAQUE_SIGNED, a MIME entity. ERR_NOMEM, ERR_LIMIT of the arena. */
int mime_opaque(struct bytes ber, struct arena *a, enum mime_opaque *kind_out,
		struct bytes *content_out);

#endif
