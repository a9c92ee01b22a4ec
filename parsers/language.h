/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * language - which language and script a text is written in.
 *
 * By evidence: script, then letters that only one language has, then function
 * words. Works on folded text with the original beside it. No state.
 */
#ifndef PARSERS_LANGUAGE_H
#define PARSERS_LANGUAGE_H

#include "parsers/bytes.h"

/* Stored in records by number: add at the end, never renumber. */
enum language { LANG_NONE, LANG_SR, LANG_HR, LANG_SK, LANG_HU, LANG_ROM, LANG_EN };
enum script { SCRIPT_NONE, SCRIPT_LATN, SCRIPT_CYRL };
#define LANG_COUNT 7

/* A way of writing to a person: Serbian in Cyrillic and in Latin are two of them. */
struct tongue {
	enum language language;
	enum script script;
};

const char *language_code(enum language l);        /* "sr" "hr" "sk" "hu" "rom" "en"; "" for none */
const char *script_code(enum script s);            /* "Latn" "Cyrl"; "" for none */
enum language language_of_code(struct bytes code); /* LANG_NONE when unknown */
/* "sr-Cyrl" "sr-Latn" "hr" "sk" "hu" "rom" "en"; plain "sr" reads as sr-Latn. ERR_INVALID. */
int tongue_parse(struct bytes name, struct tongue *tongue_out);
const char *tongue_name(struct tongue t);

struct language_guess {
	enum language language; /* LANG_NONE only when there are no letters */
	enum script script;
	unsigned evidence; /* 0: script or default only; higher: surer */
};

/*
 * otherwise: what it is when the evidence decides nothing (the contact's last,
 * else the profile's). Bosnian and Montenegrin count as sr when Cyrillic or
 * ekavian, else hr.
 */
struct language_guess language_guess(struct bytes text, struct tongue otherwise);

#endif
