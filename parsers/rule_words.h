/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rule_words - the clerk's way of writing a rule (parsers/rules.h) becomes a
 * regular expression on folded text.
 *
 * Text in, text out; nothing is compiled here. No state.
 */
#ifndef PARSERS_RULE_WORDS_H
#define PARSERS_RULE_WORDS_H

#include "parsers/arena.h"

#define RULE_PATTERN_MAX_BYTES 1000
#define RULE_STARTS_MAX        80

/* How a word begins, folded; second and third are 0 where any may stand. */
struct rule_start {
	char first, second, third;
};

/* A text in which no word begins as one of them can't be hit; n 0: no telling. */
struct rule_starts {
	struct rule_start list[RULE_STARTS_MAX];
	size_t n;
};

struct rule_regex {
	struct bytes hit;         /* PCRE2 */
	struct bytes veto;        /* PCRE2, or none */
	struct rule_starts first; /* of what stands before BLIZU, or of all */
	struct rule_starts near;  /* of what stands behind BLIZU */
	bool begins_so;           /* every hit begins with a word of first or near */
};

/* ERR_INVALID: *why_out (in the arena) says what is wrong and what would be right. ERR_NOMEM. */
int rule_words_translate(struct arena *a, struct bytes pattern, struct rule_regex *regex_out,
			 struct bytes *why_out);

#endif
