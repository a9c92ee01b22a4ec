/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mime_guess - how much a text looks like what people of our region write.
 *
 * For choosing between character sets: the same octets, decoded by several, are
 * weighed, and the best reading wins. Evidence are the letters of our languages,
 * case that changes within words, scripts that mix, signs in the midst of words.
 * No state.
 */
#ifndef PARSERS_MIME_GUESS_H
#define PARSERS_MIME_GUESS_H

#include "parsers/bytes.h"

/* Of valid UTF-8; only what is beyond ASCII counts. Higher is likelier; below 0 it is rubbish. */
int mime_guess_weight(struct bytes text);

#endif
