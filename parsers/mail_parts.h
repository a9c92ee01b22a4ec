/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_parts - what the parts of a mail are to a reader: one text, attachments, and
 * what stands there for programs.
 *
 * Text is all that can be read, in the order of the mail: of alternatives the plain
 * one, unless it says nothing; HTML as text; a mail that is forwarded as an attachment
 * with a line that names whose it is; the content of a signature. No attachments are
 * signatures, the pieces of a report, and images that belong to a text: small, and
 * shown in it.
 */
#ifndef PARSERS_MAIL_PARTS_H
#define PARSERS_MAIL_PARTS_H

#include "parsers/mail.h"
#include "parsers/mime.h"

/* All of a mail's text: a book. Twice this, with the own words, fits in one frame of mail_wire. What is longer is cut, and said to be. */
#define MAIL_TEXT_MAX ((size_t)512 * 1024)
/* An image that the text shows and that is smaller is a logo; what is larger may be a photo of the matter. */
#define MAIL_LOGO_MAX ((size_t)64 * 1024)
/* The same for an image that stands beside a text, and that nothing shows. */
#define MAIL_SMALL_IMAGE_MAX ((size_t)16 * 1024)

struct mail_parts {
	struct bytes text;
	/* Of the first HTML in it (parsers/html_text.h), as offsets into text; SIZE_MAX: none. */
	size_t quote_at, quote_end, signature_at, signature_end;
	const struct mail_file *files;
	size_t n_files;
	struct bytes report;   /* decoded: message/delivery-status or its like */
	struct bytes original; /* decoded: the mail that a report is about, or its headers */
	bool has_calendar;
	bool is_encrypted;
	bool is_cut;
};

/* ERR_NOMEM, ERR_LIMIT of the arena. */
int mail_parts_read(struct mime_part *root, struct mime_charsets *cs, struct arena *a,
		    struct mime_notes *notes, struct mail_parts *out);

#endif
