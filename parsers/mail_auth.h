/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_auth - what our own mail server found out about the sender (RFC 8601).
 *
 * Only Authentication-Results fields count that name our authserv-id and stand above
 * the first Received that none of our servers wrote (its `by` host is in the list).
 * Without a list our servers are the one that is called as the authserv-id: so a border
 * does that delivers by itself. Where another server of ours delivers, its Received
 * stands above the results, nothing is proven, and the list is needed.
 * Below our border's Received everything is the sender's, also a field with our id: the
 * border must remove those, as OpenDKIM and Rspamd do. If it fails to, forged fields
 * contradict the true ones at best; the manual says so.
 *
 * A field that names us in any other way than our server does (a comment before it, quotes, a
 * NUL in it, a blank before the colon) doesn't count: so the border's pattern may be a simple one.
 *
 * All fields that count are read together. A contradiction is a fail; so is one that
 * can't be read, since a sender's words may have got into it; so is any proof for
 * a mail with several senders, as nobody knows which one it is for, or with so many
 * headers that not all were read. No state.
 */
#ifndef PARSERS_MAIL_AUTH_H
#define PARSERS_MAIL_AUTH_H

#include "parsers/arena.h"
#include "parsers/mail.h"
#include "parsers/mail_headers.h"

struct mail_auth_servers {
	struct bytes authserv_id; /* none: nothing is proven */
	const struct bytes
		*hosts; /* of ours, as they call themselves in Received; none: authserv_id */
	size_t n_hosts;
};

/* from: the address of From; n_from: how many there are in all. ERR_NOMEM, ERR_LIMIT of the arena. */
int mail_auth_read(const struct mail_headers *h, const struct mail_auth_servers *servers,
		   struct bytes from, unsigned n_from, struct arena *a, struct mail_auth *auth_out);

/*
 * Whether a signature of one domain speaks for the other: they are equal, or one lies
 * below the other. Without the list of public suffixes the upper one must have two
 * labels and not look like a country's second level (co.rs, org.rs, com.hr, gov.uk): of two
 * letters' country, at most three letters or a well-known word before it. Too strict for
 * a town that is called so; never too lax.
 */
bool mail_auth_is_aligned(struct bytes domain, struct bytes from_domain);

#endif
