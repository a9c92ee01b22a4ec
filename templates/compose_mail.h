/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * compose_mail - values become the octets of a correct mail (RFC 5322, 2045, 2047, 2231).
 *
 * Pure; any thread; borrows everything.
 *
 * Promises: CRLF only; no line longer than 998 octets, none of ours longer than 76
 *           but for an address or an id that can't be folded; text is UTF-8,
 *           quoted-printable; an encoded word never ends within a letter. Whatever
 *           the values hold, no header but ours stands in it: controls in words
 *           become blanks, an address or id that isn't one is refused (ours, the
 *           recipient's) or left out (ids that the other side made). No Bcc, ever.
 */
#ifndef TEMPLATES_COMPOSE_MAIL_H
#define TEMPLATES_COMPOSE_MAIL_H

#include "parsers/arena.h"
#include "parsers/language.h"
#include "parsers/mail.h"

/* RFC 3834; kept in records by number. */
enum mail_submitted { MAIL_BY_HAND, MAIL_AUTO_REPLIED, MAIL_AUTO_GENERATED };

struct mail_attachment {
	struct bytes name; /* "" when it has none */
	struct bytes type; /* what is no type becomes application/octet-stream */
	struct bytes octets;
};

struct mail_letter {
	const char *instance;  /* X-Odziv: that it is ours, whatever comes back */
	const char *time_zone; /* of Date: "Europe/Belgrade" */
	struct wall date;
	struct tongue tongue;        /* Content-Language */
	struct mail_person from, to; /* names may be none */
	struct mail_person reply_to; /* address none: no Reply-To */
	struct bytes subject;
	struct bytes text;              /* UTF-8, LF */
	struct bytes message_id;        /* ours, without <> */
	struct bytes in_reply_to;       /* or none */
	const struct bytes *references; /* the oldest first */
	size_t n_references;
	enum mail_submitted submitted;
	struct bytes list_unsubscribe; /* a mailto: or https: address, or none */
	const struct mail_attachment *files;
	size_t n_files;
	bool has_html; /* a plain HTML alternative of the text */
};

/*
 * The octets, in the arena, which must hold about twice what they are. ERR_INVALID: From, To,
 * Reply-To, Message-ID or List-Unsubscribe is none that can be written, or no such time zone;
 * ERR_LIMIT: of the arena, or the instance's name is longer than a header line bears; ERR_NOMEM.
 */
int compose_mail(const struct mail_letter *in, struct arena *a, struct bytes *octets_out);

/* Whether it can stand in a header and in an SMTP command: mail_address_is_fit(). */
bool compose_mail_can_address(struct bytes address);

#endif
