/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * contact - the address of who is on the other side: "sms:+381641234567",
 * "mail:ann@example.org"; made from what networks and people write. No state.
 */
#ifndef PARSERS_CONTACT_H
#define PARSERS_CONTACT_H

#include "parsers/arena.h"

/* RFC 5321 4.5.3.1.3, less the angle brackets. */
#define CONTACT_ADDRESS_MAX 254

enum contact_kind {
	CONTACT_PHONE, /* can be answered */
	CONTACT_ALPHA, /* a name: "TELENOR" */
	CONTACT_SHORT, /* a short code: "1955" */
	CONTACT_BAD,   /* nothing that we know */
};

/* How numbers are written in a country. */
struct contact_country {
	const char *code;  /* "381"; "": not known, then national numbers are CONTACT_BAD */
	const char *trunk; /* "0": what stands before a national number */
};

/*
 * A sender or recipient as it was given: +, 00, the trunk prefix, or digits that
 * begin with the country code; blanks, dashes, dots, strokes and brackets don't
 * count; "sms:" may stand before it. A bare number of 7 to 10 digits is national,
 * a longer one international. contact_out: for CONTACT_PHONE "sms:+…" in the
 * arena, else none, as when memory is out (then CONTACT_PHONE with none).
 */
enum contact_kind contact_of_number(struct bytes raw, const struct contact_country *country,
				    struct arena *a, struct bytes *contact_out);

bool contact_is_phone(struct bytes contact); /* "sms:+" and 7 to 15 digits */
/* The digits for sending, without the plus: "381641234567"; none when it is no phone. A span of contact. */
struct bytes contact_digits(struct bytes contact);

/*
 * "mail:local@domain" of an address, in lower case as a whole: no mail server of today
 * makes two people of Ann@ and ann@. None: it can't be written to (no local part or
 * domain, two @, blanks, controls, brackets, commas, quotes; longer than 254 octets), or
 * memory is out (arena_err).
 */
struct bytes contact_of_address(struct bytes address, struct arena *a);
bool contact_is_mail(struct bytes contact); /* as contact_of_address() makes it */
struct bytes
contact_address(struct bytes contact); /* behind "mail:"; none when it is no mail. A span. */

#define CONTACT_SHORTENED_SIZE 96
/* For logs: "+3816…123", "a…@example.org", "…" for what is neither. Returns buf. */
const char *contact_shortened(struct bytes contact, char buf[CONTACT_SHORTENED_SIZE]);

#endif
