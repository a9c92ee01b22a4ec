/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * citizen_words - STATUS, HELP, STOP, START and LANGUAGE as citizens type them.
 *
 * The words come from the profile (commands.txt), in every language. Forgiving
 * about case, script, diacritics and punctuation. One typing error only when
 * the command, with at most a case number, is the whole text, has five letters
 * or more and isn't a word of the gazetteer or rules; STOP, START and HELP only
 * exactly.
 *
 *   STATUS: status, stanje, stav            the words of a command
 *   STATUS hu: allapot                      words that only one language has
 *   LANGUAGE: jezik, language, nyelv        a tongue's name stands behind it
 *   filler: prijave, molim, hvala           may stand beside a command and change nothing
 *   sk: sk, slovacki, slovensky             what people call a tongue (sr: in the script it is typed in)
 *
 * Filler words may stand at both ends. Lines that begin with # are comments.
 *
 * Owns:    the words; read-only after the last add.
 * Threads: citizen_words_read() by any number of threads at once.
 */
#ifndef PARSERS_CITIZEN_WORDS_H
#define PARSERS_CITIZEN_WORDS_H

#include "parsers/arena.h"
#include "parsers/faults.h"
#include "parsers/fold.h"
#include "parsers/language.h"

enum citizen_command { CMD_NONE, CMD_STATUS, CMD_HELP, CMD_STOP, CMD_START, CMD_LANGUAGE };

const char *citizen_command_text(enum citizen_command c); /* "STATUS" …; NULL for CMD_NONE */

struct citizen_request {
	enum citizen_command command;
	enum language language; /* that only this command's word belongs to, or LANG_NONE */
	struct tongue tongue;   /* LANGUAGE: what was asked for; LANG_NONE when not understood */
	struct bytes case_no;   /* STATUS: "SP-2026-000123" that stands behind it, or none */
	struct bytes typo; /* the folded word that was read as a command all the same, or none */
};

struct citizen_words;

struct citizen_words *citizen_words_new(void); /* NULL: out of memory */
void citizen_words_free(struct citizen_words **w);
/* ERR_INVALID when a fault was added, ERR_NOMEM. */
int citizen_words_add_file(struct citizen_words *w, struct bytes file, struct bytes text,
			   struct faults *faults);
/*
 * What the text asks for; ERR_NOENT when it is no command, ERR_NOMEM. prefix and
 * year as in parsers/caseref.h; year 0: a bare number belongs to no case. A
 * request with a typo is to be taken back when rules or gazetteer know the word.
 */
int citizen_words_read(const struct citizen_words *w, struct arena *a, const struct folded *text,
		       struct bytes prefix, int year, struct citizen_request *request_out);
/* The bare case number behind a STATUS word at the head of a text that tells more: "STATUS 123 opet curi". ERR_NOENT, ERR_NOMEM. */
int citizen_words_number(const struct citizen_words *w, struct arena *a, const struct folded *text,
			 struct bytes prefix, int year, struct bytes *case_no_out);

#endif
