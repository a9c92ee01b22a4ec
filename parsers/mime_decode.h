/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mime_decode - base64 and quoted-printable, as they really arrive.
 *
 * Own decoders, because a library's swallow the two characters behind a lone '='
 * and decode a list's footer into rubbish. What isn't encoded stays as it is: no
 * octet that a person typed is lost. Linear in the input; no state.
 */
#ifndef PARSERS_MIME_DECODE_H
#define PARSERS_MIME_DECODE_H

#include "parsers/arena.h"

enum mime_encoding { MIME_PLAIN, MIME_QUOTED, MIME_BASE64 };

/* Of a Content-Transfer-Encoding; what we don't know (also x-uuencode) is shown as it is. */
enum mime_encoding mime_encoding_of(struct bytes token);

struct mime_decoded {
	struct bytes octets;
	struct bytes rest;     /* what stood behind the end of the base64, raw */
	bool is_not_encoded;   /* base64 was said and there was none: octets are the input */
	unsigned n_left_alone; /* '=' of quoted-printable that encode nothing */
};

/*
 * Plain octets are borrowed, others made in the arena. Base64 ends behind its
 * padding or before the first line that holds a character outside the alphabet.
 * ERR_NOMEM, ERR_LIMIT of the arena.
 */
int mime_decode(struct arena *a, enum mime_encoding how, struct bytes octets,
		struct mime_decoded *decoded_out);

/*
 * For encoded words: both write at most in.len octets to out and return how many.
 * Q has '_' for a blank; B passes over what is no base64.
 */
size_t mime_decode_q(struct bytes in, uint8_t *out);
size_t mime_decode_b(struct bytes in, uint8_t *out);
/* The value of a hex digit, -1 for any other character. */
int mime_hex(uint8_t c);

#endif
