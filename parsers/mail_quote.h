/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_quote - the lines that mail programs put above a quote: "On … wrote:", a block of
 * From, Sent, To and Subject, "-----Original Message-----".
 */
#ifndef PARSERS_MAIL_QUOTE_H
#define PARSERS_MAIL_QUOTE_H

#include "parsers/mail_lines.h"

/* How surely a program wrote it. */
enum quote_sure {
	QUOTE_NOT,
	QUOTE_IF_FOLLOWED, /* only if a quote stands right below: "Ana wrote:" */
	QUOTE_LIKELY,
	QUOTE_SURE,
};

struct quote_head {
	enum quote_sure sure;
	size_t from, to; /* lines; to is behind the last */
	bool is_forward;
	bool is_block; /* with From and its like: what follows is a whole mail, without marks of its own */
};

/* The head whose decisive line is line i; it may begin some lines above. */
struct quote_head quote_head_at(const struct mail_lines *l, size_t i);
/* "Fwd: …", "Re: …" behind a [tag]; the first prefix counts. */
bool quote_subject_is_forward(struct bytes subject_folded);
bool quote_subject_is_reply(struct bytes subject_folded);

#endif
