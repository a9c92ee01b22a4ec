/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_lines - the lines of a mail's text: how deep each is quoted with '>', and what it says
 * in folded form. The stuff that mail_reply and its rooms judge.
 */
#ifndef PARSERS_MAIL_LINES_H
#define PARSERS_MAIL_LINES_H

#include "parsers/arena.h"

/* A person writes fewer; what is beyond is one last line, so a mail of line ends costs no more. */
#define MAIL_LINES_MAX 20000
/* What is compared of a line; a disclaimer is one line in HTML. */
#define MAIL_FOLDED_MAX 2000

enum mail_line_kind {
	LINE_OWN,
	LINE_SHOWN,     /* forwarded, or pasted: somebody else's, and kept */
	LINE_QUOTE,     /* somebody else's */
	LINE_SIGNATURE, /* of the program's making */
	LINE_NOISE,     /* disclaimers, "sent from my phone" */
};

struct mail_line {
	struct bytes raw;    /* without its end and the blanks before that */
	struct bytes folded; /* without '>', '*' and blanks around; cut at MAIL_FOLDED_MAX */
	size_t at;           /* offset in the text */
	unsigned depth;      /* how many '>' */
	bool is_blank;
	bool is_delimiter; /* "-- ", the blank too */
	enum mail_line_kind kind;
};

struct mail_lines {
	struct mail_line *line;
	size_t n;
};

/* The text is borrowed. ERR_NOMEM, ERR_LIMIT. */
int mail_lines_of(struct bytes text, struct arena *a, struct mail_lines *lines_out);
/* ---- or ____ or ====: a line that is only drawn. */
bool mail_line_is_rule(const struct mail_line *l);
/* The next line from i on that isn't blank; n: none. */
size_t mail_lines_next(const struct mail_lines *l, size_t i);
/* Lines from..to become `kind` if they are `only` now. */
void mail_lines_mark(struct mail_lines *l, size_t from, size_t to, enum mail_line_kind only,
		     enum mail_line_kind kind);
/* The first line that begins at or behind this offset; n: none. */
size_t mail_lines_at(const struct mail_lines *l, size_t offset);

#endif
