/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * html_tame - what libxml2's HTML parser can't take becomes blanks before it sees it.
 *
 * It stops at </html> and </body>, but servers and list programs write behind them.
 * It compares each attribute of a tag with all before it: 100,000 in one tag cost it
 * 18 s, in half a megabyte still 5 s. No state.
 */
#ifndef PARSERS_HTML_TAME_H
#define PARSERS_HTML_TAME_H

#include "parsers/arena.h"

/* Of one tag; what stands behind them in it goes. Word's longest tag has some 20. */
#define HTML_ATTRIBUTES_MAX 200

/* A copy in the arena, as long as the original. ERR_NOMEM, ERR_LIMIT of the arena. */
int html_tame(struct arena *a, struct bytes html, struct bytes *tame_out);

#endif
