/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * html_text - the words of an HTML mail, and where its program says that quote and signature begin.
 *
 * Paragraphs and lines end where a reader sees them end, cells are parted by a tab,
 * items begin with "- ", what stands in a quoting blockquote begins with "> " a line,
 * a link is followed by its <address> when the words don't say it. What isn't seen
 * (head, styles, scripts, display:none) is left out.
 *
 * libxml2's push parser feeds events, no tree is made: the tree loses all text below
 * depth 256, the events don't. What it can't take is blanked before (html_tame); the input
 * is cut, and the cell's CPU limit ends what else may be too slow for it.
 */
#ifndef PARSERS_HTML_TEXT_H
#define PARSERS_HTML_TEXT_H

#include "parsers/arena.h"

#define HTML_BYTES_MAX ((size_t)512 * 1024)
#define HTML_CIDS_MAX  64

/* Offsets into text; SIZE_MAX: there is none, or no end before the text's. */
struct html_text {
	struct bytes text;        /* clean UTF-8, no blanks at line ends, at most one empty line */
	size_t quote_at;          /* the line with which the first quote begins */
	size_t quote_end;         /* behind it; SIZE_MAX: all that follows may be the quote */
	size_t signature_at;      /* the first that stands in no quote */
	size_t signature_end;     /* behind it */
	const struct bytes *cids; /* Content-IDs of images that are shown, each once */
	size_t n_cids;
	bool is_cut; /* HTML_BYTES_MAX or max_text ended it */
};

/* The input is UTF-8, whatever its meta says; what isn't is mended. ERR_NOMEM, ERR_LIMIT of the arena. */
int html_text(struct bytes html_utf8, size_t max_text, struct arena *a, struct html_text *out);

#endif
