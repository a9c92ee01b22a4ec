/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_token - the secret word that a mail of ours carries, so that the answer to it
 * proves which case, and which person, it was written to.
 *
 * TOKEN = kind ('s' staff, 'c' citizen, 'b' bounce), letter of the key, 16 letters of
 * base32: 80 bits of the keyed digest over (kind, instance, what, who, epoch). It stands in the
 * address we are answered at, `kontakt+TOKEN@…`, and in the subject's tag,
 * `[SP-2026-000123 TOKEN]`; servers and people change its case, so case doesn't count.
 * The keys rotate: the first makes, all of them check.
 *
 * keyed_init() before anything else. No state.
 */
#ifndef PARSERS_MAIL_TOKEN_H
#define PARSERS_MAIL_TOKEN_H

#include "parsers/arena.h"
#include "parsers/keyed.h"
#include "parsers/mail.h"

#define MAIL_TOKEN_LEN  18
#define MAIL_TOKEN_SIZE (MAIL_TOKEN_LEN + 1)

/* Newest first. An id is a small letter; two keys of one id are both tried. */
struct mail_token_key {
	char id;
	struct keyed_key key;
};

enum mail_token_kind { TOKEN_STAFF = 's', TOKEN_CITIZEN = 'c', TOKEN_BOUNCE = 'b' };

/* What a token stands for; the same again makes the same token. */
struct mail_token_of {
	enum mail_token_kind kind;
	struct bytes instance;
	struct bytes what; /* case number "SP-2026-000123"; of a bounce the row's id as text */
	struct bytes who;  /* id on the roster, or the contact's id as text; of a bounce none */
	uint32_t epoch;    /* how often the case has changed hands: older tokens are void */
};

/* n_keys is at least 1. The token in small letters, NUL behind it. */
void mail_token_make(const struct mail_token_key *keys, size_t n_keys,
		     const struct mail_token_of *of, char token_out[MAIL_TOKEN_SIZE]);
/* Whether the token is the one for this, by any key, in constant time. ERR_ACCESS when it isn't. */
int mail_token_check(const struct mail_token_key *keys, size_t n_keys,
		     const struct mail_token_of *of, struct bytes token);
/* What its first letter says; 0 when it is no token. */
int mail_token_kind(struct bytes token);

/* Cuts off *rest up to behind the next word that looks like a token; false when there is none. A span of the text. */
bool mail_token_next(struct bytes *rest, struct bytes *token_out);

/* Tokens as struct mail holds them: small letters, each once, at most MAIL_TOKENS_MAX. */
struct mail_tokens {
	struct bytes list[MAIL_TOKENS_MAX];
	size_t n;
};
/* Those of an address: behind a '+' (or the '-' and '=' of other servers) of its local part. ERR_NOMEM. */
int mail_tokens_of_address(struct mail_tokens *t, struct arena *a, struct bytes address);
/* Those that stand in square brackets of a subject. ERR_NOMEM. */
int mail_tokens_of_subject(struct mail_tokens *t, struct arena *a, struct bytes subject);
/* Those that stand anywhere in a text. ERR_NOMEM. */
int mail_tokens_of_text(struct mail_tokens *t, struct arena *a, struct bytes text);

#endif
