/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_fields - what stands in structured header fields (RFC 5322, 2045, 8601):
 * words, quoted texts, comments; addresses; message ids.
 *
 * Reads what people's programs really write: commas in unquoted names, missing
 * brackets, unclosed quotes. Nothing recurses, each octet is looked at a bounded
 * number of times. Texts are raw octets: RFC 2047 words in names stay as they are
 * (parsers/mime_words decodes them afterwards). No state.
 */
#ifndef PARSERS_MAIL_FIELDS_H
#define PARSERS_MAIL_FIELDS_H

#include "parsers/arena.h"
#include "parsers/mail.h"

enum mail_field_kind {
	FIELD_WORD,    /* anything that isn't below; an encoded word is one, whatever it holds */
	FIELD_QUOTED,  /* text: between the quotes, escapes still in it */
	FIELD_COMMENT, /* text: between the outer brackets */
	FIELD_LITERAL, /* "[127.0.0.1]": between the brackets */
	FIELD_SPECIAL, /* one of ( ) < > @ , ; : = / " [ ] that stands alone */
};

struct mail_field_token {
	enum mail_field_kind kind;
	struct bytes text;
	bool is_open;   /* quote, comment or literal that never ends */
	bool has_blank; /* blanks stood before it */
};

/*
 * Cuts the next token off *rest; false at the end. `alone`: the characters that
 * are tokens of their own beside quotes, comments and blanks, "<>@,;:" in addresses
 * or ";=/" in Authentication-Results. '[' begins a literal only when it is among them.
 */
bool mail_field_next(struct bytes *rest, const char *alone, struct mail_field_token *token_out);
/* A quoted text without its escapes, in the arena; itself when it has none. ERR_NOMEM, ERR_LIMIT of the arena. */
int mail_field_unquote(struct arena *a, struct bytes quoted, struct bytes *text_out);

/*
 * One address: local@domain, the domain in lower case, at most MAIL_ADDRESS_MAX
 * octets, no blanks and controls (Unicode's too), nothing that SMTP would have to
 * quote, no domain literal. It need not exist. ERR_INVALID; ERR_NOMEM.
 */
int mail_address(struct bytes raw, struct arena *a, struct bytes *address_out);
/* Whether it is one already: it can stand in a header and in an SMTP command as it is. */
bool mail_address_is_fit(struct bytes address);
/* The same mailbox: without case in both halves, as every server of our time has it. */
bool mail_address_is_same(struct bytes x, struct bytes y);

/*
 * The people of From, To, Cc, Reply-To: `Name <a@x>`, `a@x (Name)`, groups, commas
 * within unquoted names. list has room for n_max; *n_out counts all that were found,
 * also those beyond. A word without an address is a person with a name only, and
 * only when the field has no address at all ("From: root"). ERR_NOMEM, ERR_LIMIT.
 */
int mail_address_list(struct bytes value, struct arena *a, struct mail_person *list, size_t n_max,
		      size_t *n_out);

/*
 * Cuts the next message id off *rest, without <> and the blanks within; ERR_NOENT
 * when there is none. Words around ids are passed over; without any bracket in the
 * field, words with an @ are ids. Clean UTF-8, at most MAIL_ID_MAX octets. ERR_NOMEM.
 */
#define MAIL_ID_MAX 998
int mail_id_next(struct bytes *rest, struct arena *a, struct bytes *id_out);
/* The newest (last) n_max ids of References, in their order. ERR_NOMEM. */
int mail_id_list(struct bytes value, struct arena *a, struct bytes *list, size_t n_max,
		 size_t *n_out);

#endif
