/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tokens - the secret words of our mails (parsers/mail_token.h), for whom and what
 * the desk gives them.
 *
 * Threads: any; pure.
 */
#ifndef GATEWAY_DESK_TOKENS_H
#define GATEWAY_DESK_TOKENS_H

#include "gateway/desk/desk.h"
#include "parsers/mail_token.h"

/* The citizen's: it joins a case, from the same address. */
void token_citizen(const struct desk *d, const char *case_number, uint64_t contact,
		   char token_out[MAIL_TOKEN_SIZE]);
/* A member's, until the case is given to somebody else. */
void token_staff(const struct desk *d, const Pb__Case *rec, struct bytes member,
		 char token_out[MAIL_TOKEN_SIZE]);
/* A member's, for these held words and nothing else. */
void token_held(const struct desk *d, uint64_t held, struct bytes member,
		char token_out[MAIL_TOKEN_SIZE]);
/* Of a row's return path. */
void token_bounce(const struct desk *d, uint64_t row, char token_out[MAIL_TOKEN_SIZE]);

bool token_is_citizen(const struct desk *d, const char *case_number, uint64_t contact,
		      struct bytes token);
bool token_is_staff(const struct desk *d, const Pb__Case *rec, struct bytes member,
		    struct bytes token);
bool token_is_held(const struct desk *d, uint64_t held, struct bytes member, struct bytes token);
bool token_is_bounce(const struct desk *d, uint64_t row, struct bytes token);

/* The first token of this kind that a mail brought; none: it brought none. */
struct bytes token_of_mail(const struct mail *m, enum mail_token_kind kind);

#endif
