/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * staff_auth - who a mail may act for: whether it brings the token of this case and
 * member, from that member's address, proven by our own server, for the first time.
 *
 * Promises: STAFF_PROVEN only if all of it holds. What lacks anything names a case and
 *           a member to ask, if our own tokens, the roster or the case know one.
 * Threads:  any; reads only.
 */
#ifndef GATEWAY_DESK_STAFF_AUTH_H
#define GATEWAY_DESK_STAFF_AUTH_H

#include "gateway/desk/desk.h"

enum staff_lack {
	STAFF_PROVEN,
	STAFF_NO_TOKEN,      /* or one that we never gave away */
	STAFF_OLD_TOKEN,     /* the case was given to somebody else since */
	STAFF_OTHER_CASE,    /* the subject names another case than the token is for */
	STAFF_OTHER_PERSON,  /* From isn't the address of the member that the token was given to */
	STAFF_SEVERAL_FROM,  /* more than one From */
	STAFF_GONE,          /* the member isn't on the roster any more */
	STAFF_UNPROVEN_FROM, /* our server doesn't say that From is true */
	STAFF_REPLAYED,      /* its Message-ID came before, or it has none */
	STAFF_ASKED_FOR,     /* staff_proof = confirm */
	STAFF_LACKS
};

struct staff_claim {
	enum staff_lack lack;
	Pb__Case *rec;               /* NULL: none is named */
	const struct member *member; /* who acts, or who is asked; NULL: nobody is known */
	Pb__Held *held;              /* it confirms these, or NULL */
};

/* Whether a mail by a person is one of staff at all: it brings a token of staff, or a member names a case. */
bool staff_auth_is_staff(const struct desk *d, const struct mail *m);
int staff_auth_claim(struct txn *t, struct desk *d, const struct mail *m,
		     struct staff_claim *claim_out);
/* In words, for the trail. */
const char *staff_lack_text(enum staff_lack lack);
/* The word of the catalog that says it to the member. */
const char *staff_lack_key(enum staff_lack lack);

/* Addresses of ours are compared whatever their letters' case. */
bool staff_auth_same(struct bytes a, struct bytes b);

#endif
