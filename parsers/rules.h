/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rules - what words mean what, in files that a clerk can read and change.
 *
 *   [VOD]                                 the category that the rules below speak for
 *   4: nem(a,amo,aju) ... vod(e,u)        weight, then words
 *      primer: Nemamo vode od jutros      a sentence that the rule must recognise (at least one)
 *      nije: Nema problema                a sentence that it must not recognise
 *
 *   voda            this word, in any case, script, with or without diacritics (đ also as dj and d)
 *   vod(a,e,u)      these endings; an empty one is allowed: cev(,i)
 *   rasvet*         any letters from here on; also *rasvet and ras*a
 *   divlja deponija words one after the other
 *   nema ... vode   with at most three words between
 *   A | B           this or that
 *   A BLIZU B       both in one sentence, at most five words apart, in any order (or NEAR)
 *   A OSIM C        not where C stands in the same sentence (or EXCEPT)
 *   /…/             for the expert: PCRE2 on folded text (parsers/fold.h), dot matches line ends
 *
 * Sections: a category in capitals, with a language behind it if one wants
 * ([VOD sk]), or a cue in small letters: pitanje, problem, opet, hvala, status,
 * nezeljeno, uvreda (question, problem, followup, thanks, status, spam, abuse).
 *
 * Owns:     the compiled patterns; read-only after the last add.
 * Promises: a rule that loaded recognises all its examples. Every match has a
 *           limit of steps and of text; a rule that reaches it counts as no
 *           hit and is named in the result.
 * Threads:  rules_match() by any number of threads at once.
 *
 * The only user of PCRE2.
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
	ROLE_PLACE, /* a name of the gazetteer (parsers/place.h) */
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
/* Adds a file. All faults are reported, each with its line. ERR_INVALID when there was one, ERR_NOMEM. */
int rules_add_file(struct rules *r, struct bytes file, struct bytes text, struct faults *faults);
/* Adds one pattern of the language above. Everything in info is copied. ERR_INVALID (a fault was added), ERR_NOMEM. */
int rules_add(struct rules *r, const struct rule_info *info, struct bytes file,
	      struct bytes pattern, struct faults *faults);
size_t rules_count(const struct rules *r);
const struct rule_info *rules_info(const struct rules *r, size_t rule);
/* The first place where each rule hits. ERR_NOMEM. */
int rules_match(const struct rules *r, struct arena *a, struct bytes folded,
		struct rule_hits *hits_out);

#endif
