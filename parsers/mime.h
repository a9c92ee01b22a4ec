/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mime - the parts of a mail: which there are, what they call themselves, where their octets lie.
 *
 * Our own walk, in one pass, because a library's is not enough: libetpan 1.9.4 loses
 * all text of a mail that was cut, dies of a boundary that is a quote mark and of
 * deep nesting, is quadratic in it, knows no RFC 2231, and can't be fuzzed past any
 * of these. Bounded in depth and parts; linear in the octets.
 *
 * Promises: every mail has a tree, whatever it holds. A multipart without a boundary
 *           is searched for one; where there is none it is a text. What isn't closed
 *           ends where the one around it does.
 * Leaves:   decoding (parsers/mime_decode), and what it all means (parsers/mail_read).
 */
#ifndef PARSERS_MIME_H
#define PARSERS_MIME_H

#include "parsers/mail_headers.h"
#include "parsers/mime_decode.h"
#include "parsers/mime_params.h"

/* People stop at four or five; forwarding programs at twenty. */
#define MIME_DEPTH_MAX 100
/* A gallery of a wedding has fewer. */
#define MIME_PARTS_MAX 300

enum mime_kind { MIME_LEAF, MIME_MULTIPART, MIME_MESSAGE };

struct mime_part {
	enum mime_kind kind;
	struct mail_headers
		headers;        /* of a message's child: that mail's; of others: its Content-… */
	struct mime_value type; /* main is never none: "text/plain" */
	struct mime_value disposition; /* main may be none */
	enum mime_encoding encoding;
	struct bytes id;       /* Content-ID, without <> */
	struct bytes body;     /* raw, still encoded; of a multipart all that is in it */
	struct bytes preamble; /* of a multipart: what stands before its first part */
	unsigned depth;
	struct mime_part *parent; /* NULL: the mail itself */
	struct mime_part *first;  /* its parts; a message has one */
	struct mime_part *next;   /* beside it */
};

/* What was broken, in words, each once; the words are constants. */
#define MIME_NOTES_MAX 16
struct mime_notes {
	const char *list[MIME_NOTES_MAX];
	size_t n;
};
void mime_note(struct mime_notes *notes, const char *words);

/*
 * The tree stands in the arena and borrows from raw. What was decoded on the way (a
 * mail within base64) is in the arena too. ERR_NOMEM, ERR_LIMIT of the arena.
 */
int mime_parse(struct bytes raw, struct mime_charsets *cs, struct arena *a,
	       struct mime_notes *notes, struct mime_part **root_out);

bool mime_is(const struct mime_part *part, const char *type);       /* "text/plain" */
bool mime_is_under(const struct mime_part *part, const char *type); /* "text": "text/…" */

#endif
