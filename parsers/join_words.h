/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * join_words - what a mail says about joining what came by phone and by mail: whether it
 * asks for it ("povežite moju prijavu SP-2026-000123"), and the six digits that it brings
 * back. In all our languages, both scripts. No state.
 */
#ifndef PARSERS_JOIN_WORDS_H
#define PARSERS_JOIN_WORDS_H

#include "parsers/arena.h"

#define JOIN_CODE_DIGITS 6
#define JOIN_CODE_SIZE   (JOIN_CODE_DIGITS + 1)

struct join_words {
	bool asks;
	size_t n_codes; /* different groups of six digits that stand alone and are no case number */
	char code[JOIN_CODE_SIZE]; /* the first of them, or "" */
	size_t n_others;           /* words beside those that ask and numbers: what else is said */
};

/* prefix: of case numbers. Of long texts the beginning is read. ERR_NOMEM. */
int join_words_read(struct arena *a, struct bytes text, struct bytes prefix,
		    struct join_words *words_out);
/* Whatever stands where the code stood becomes "******"; text is changed in place. */
void join_code_hide(char *text, const char *code);

#endif
