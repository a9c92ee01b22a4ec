/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rule_file - rules in files that a clerk can read and change.
 *
 *   [VOD]                                 the category that the rules below speak for
 *   4: nem(a,amo,aju) ... vod(e,u)        weight (1 to 100), then words
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
 * nezeljeno, uvreda, istorija (question, problem, followup, thanks, status, spam,
 * abuse, history). A question outweighs a problem when its weights are larger.
 * Lines that begin with # are comments.
 *
 * Promises: a rule that loaded recognises all its examples.
 */
#ifndef PARSERS_RULE_FILE_H
#define PARSERS_RULE_FILE_H

#include "parsers/rules.h"

/* Adds a file's rules. All faults are reported, each with its line. ERR_INVALID when there was one, ERR_NOMEM. */
int rule_file_add(struct rules *r, struct bytes file, struct bytes text, struct faults *faults);

#endif
