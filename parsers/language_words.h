/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * language_words - function words, and which languages use them.
 *
 * Folded (parsers/fold.h). Small words that stand in every text, and a few that
 * citizens need; words that several languages share count for each. No state.
 */
#ifndef PARSERS_LANGUAGE_WORDS_H
#define PARSERS_LANGUAGE_WORDS_H

#include "parsers/bytes.h"
#include "parsers/language.h"

#define LANG_BIT(language) (1u << (language))

/* The languages that use a word, as bits; 0: none that we know. */
unsigned language_words_who(struct bytes word);
/* For the test that each word is found. */
size_t language_words_count(void);
const char *language_words_at(size_t i);

#endif
