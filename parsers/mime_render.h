/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mime_render - one text part as the words that a reader sees: decoded, in UTF-8,
 * paragraphs flowed, HTML as text, PGP's armour off. No state but iconv's.
 */
#ifndef PARSERS_MIME_RENDER_H
#define PARSERS_MIME_RENDER_H

#include "parsers/html_text.h"
#include "parsers/mime.h"

struct mime_rendered {
	struct bytes text; /* no empty lines at its ends */
	bool is_html;
	struct html_text html; /* when is_html; its offsets are into html.text, which is text */
	bool is_encrypted;     /* PGP that we can't read; it isn't in the text */
	bool is_cut;           /* there was more than max */
};

/* ERR_NOMEM, ERR_LIMIT of the arena. */
int mime_render(const struct mime_part *part, struct mime_charsets *cs, size_t max, struct arena *a,
		struct mime_notes *notes, struct mime_rendered *out);

#endif
