/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rules - patterns that say what words mean what, and where they hit in a text.
 *
 * How a rule is written: parsers/rule_file.h.
 *
 * Owns:     the compiled patterns; read-only after the last add.
 * Promises: every match has a limit of steps and of text; a rule that reaches
 *           it counts as no hit and is named in the result.
 * Threads:  rules_match() by any number of threads at once.
 *
 * The only user of PCRE2. Under JIT its depth limit is ignored and the JIT
 * stack (32 KiB) has an error of its own: both count like the match limit.
 */
#ifndef PARSERS_RULES_H
#define PARSERS_RULES_H

#include "parsers/arena.h"
#include "parsers/faults.h"
#include "parsers/language.h"

/* What is matched of a text; what stands behind it isn't read. */
#define RULES_TEXT_MAX_BYTES 16384
/* More hits than this say nothing new. */
#define RULES_HITS_MAX 128

enum rule_role {
	ROLE_CATEGORY,
	ROLE_QUESTION, /* asks something */
	ROLE_PROBLEM,  /* complains or asks for something to be done */
	ROLE_FOLLOWUP, /* speaks of something told before */
	ROLE_THANKS,
	ROLE_STATUS, /* asks what became of a case */
	ROLE_SPAM,
	ROLE_ABUSE,
	ROLE_HISTORY, /* tells what was before, or what one pays: no matter of its own */
	ROLE_PLACE,   /* a name of the gazetteer (parsers/place.h) */
};

struct rule_info {
	struct bytes name;     /* "vod.rules:12" */
	struct bytes category; /* "VOD"; none for a cue */
	enum rule_role role;
	enum language language; /* LANG_NONE: of no one language */
	int weight;
	unsigned line;         /* of the rule */
	unsigned section_line; /* of its section */
};

/* A place in the folded text where a rule hit. */
struct rule_hit {
	uint32_t rule;
	uint32_t from, to;
};

struct rule_hits {
	struct rule_hit *list; /* in the order of the rules */
	size_t n;
	unsigned n_limited;   /* rules that reached their limit and count as no hit */
	struct bytes limited; /* the name of the first of them */
};

struct rules;

struct rules *rules_new(void); /* NULL: out of memory */
void rules_free(struct rules **r);
/* Adds one pattern of the language above. Everything in info is copied. ERR_INVALID (a fault was added), ERR_NOMEM. */
int rules_add(struct rules *r, const struct rule_info *info, struct bytes file,
	      struct bytes pattern, struct faults *faults);
size_t rules_count(const struct rules *r);
const struct rule_info *rules_info(const struct rules *r, size_t rule);
/* Whether one rule hits: ERR_OK, ERR_NOENT, ERR_LIMIT (it reached its limit), ERR_NOMEM. */
int rules_try(const struct rules *r, size_t rule, struct bytes folded);
/* The first place where each rule hits. ERR_NOMEM. */
int rules_match(const struct rules *r, struct arena *a, struct bytes folded,
		struct rule_hits *hits_out);

#endif
