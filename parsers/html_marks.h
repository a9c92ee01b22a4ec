/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * html_marks - what an HTML element of a mail means for the reader of its text:
 * a new line, a cell, a quote that some mail program opens here, a signature.
 *
 * Only tables and their look-up. No state; any thread.
 */
#ifndef PARSERS_HTML_MARKS_H
#define PARSERS_HTML_MARKS_H

#include "parsers/bytes.h"

enum html_mark {
	HTML_LINE = 1u << 0,        /* begins and ends a line */
	HTML_PARAGRAPH = 1u << 1,   /* a blank line before and after, unless */
	HTML_TIGHT = 1u << 14,      /* its margins are taken away */
	HTML_BREAK = 1u << 2,       /* <br> */
	HTML_CELL = 1u << 3,        /* of a table */
	HTML_ITEM = 1u << 4,        /* of a list */
	HTML_RULE = 1u << 5,        /* <hr> */
	HTML_LINK = 1u << 6,        /* <a> */
	HTML_IMAGE = 1u << 7,       /* <img> */
	HTML_HIDDEN = 1u << 8,      /* nothing in it is seen */
	HTML_PRE = 1u << 9,         /* blanks and line ends count */
	HTML_CITE = 1u << 10,       /* each line in it is somebody else's: "> " */
	HTML_QUOTE = 1u << 11,      /* a quote, as long as the element */
	HTML_QUOTE_REST = 1u << 12, /* a quote, from here to the end of the mail */
	HTML_SIGNATURE = 1u << 13,  /* as long as the element */
};

/* The marks of <name attributes…>. attributes: name and value in turn, NULL at the end, may be NULL. */
unsigned html_marks_of(const char *name, const char *const *attributes);
/* The value of an attribute; NULL when it isn't there. */
const char *html_attribute(const char *const *attributes, const char *name);

#endif
