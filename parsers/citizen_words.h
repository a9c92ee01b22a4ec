/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * citizen_words - STATUS, HELP, STOP, START and LANGUAGE as citizens type them.
 *
 * The words come from the profile (commands.txt), in every language. Forgiving
 * about case, script, diacritics and punctuation. One typing error only when
 * the command, with at most a case number, is the whole text, has five letters
 * or more and isn't a word of the gazetteer or rules; STOP, START and HELP only
 * exactly.
 */
#ifndef PARSERS_CITIZEN_WORDS_H
#define PARSERS_CITIZEN_WORDS_H

#include "parsers/arena.h"

enum citizen_command { CMD_NONE, CMD_STATUS, CMD_HELP, CMD_STOP, CMD_START, CMD_LANGUAGE };

const char *citizen_command_text(enum citizen_command c); /* "STATUS" …; NULL for CMD_NONE */

#endif
