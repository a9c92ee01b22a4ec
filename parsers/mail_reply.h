/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_reply - what the sender of a mail wrote himself: without the mail that he
 * answers, his program's signature and his firm's disclaimer.
 *
 * Mail programs mark a quote in as many ways as there are programs and languages, so most of
 * this is a guess, and every guess leans to one side: words that are lost are worse than a quote
 * that is kept. What is kept in doubt is said to be. A forwarded mail is kept, it is what the sender
 * wants to show. Closing words and names stay, people sign with what we need to know.
 *
 * Our own mails carry one line that ends all guessing: it begins and ends with MAIL_MARKER,
 * with words in the citizen's language between. That line and what is below was ours.
 */
#ifndef PARSERS_MAIL_REPLY_H
#define PARSERS_MAIL_REPLY_H

#include <stdint.h>

#include "parsers/arena.h"

#define MAIL_MARKER "=-=-="

struct mail_reply_in {
	struct bytes text; /* clean UTF-8, as mime or html_text made it */
	/* As html_text says; SIZE_MAX each for a plain text. */
	size_t quote_at, quote_end, signature_at, signature_end;
	struct bytes from; /* the sender's address, may be none */
	struct bytes subject;
	bool has_in_reply_to; /* or References */
};

/* A plain text of which nothing else is known. */
#define MAIL_REPLY_IN(words)                                                                       \
	((struct mail_reply_in){ .text = (words),                                                  \
				 .quote_at = SIZE_MAX,                                             \
				 .quote_end = SIZE_MAX,                                            \
				 .signature_at = SIZE_MAX,                                         \
				 .signature_end = SIZE_MAX })

struct mail_reply_out {
	struct bytes own; /* never empty when the text isn't blank */
	bool is_unsure;   /* somebody else's words may be in it: no command may be taken from it */
	bool by_marker;   /* our own line was found */
};

/* ERR_NOMEM, ERR_LIMIT of the arena. */
int mail_reply_own(const struct mail_reply_in *in, struct arena *a, struct mail_reply_out *out);

#endif
