/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_reply_words - what mail programs and firms write around a person's words, in the languages
 * of our senders. Folded (parsers/fold.h), so one row serves both scripts of Serbian.
 *
 * Only tables and their look-up. No state; any thread.
 */
#ifndef PARSERS_MAIL_REPLY_WORDS_H
#define PARSERS_MAIL_REPLY_WORDS_H

#include "parsers/bytes.h"

enum reply_words {
	WORDS_WROTE,   /* within an attribution: "wrote" */
	WORDS_INTRO,   /* an attribution begins with it: "on " */
	WORDS_WEEKDAY, /* or with one of these */
	WORDS_FROM,    /* before the colon of a header line */
	WORDS_SENT,
	WORDS_TO,
	WORDS_SUBJECT,
	WORDS_OTHER,
	WORDS_ORIGINAL,       /* between dashes */
	WORDS_FORWARDED,      /* between dashes */
	WORDS_FORWARD_BEGINS, /* a line of its own */
	WORDS_SUBJECT_REPLY,  /* a subject begins with it */
	WORDS_SUBJECT_FORWARD,
	WORDS_SENT_WITH, /* "sent", "get": with a device, a line that a program adds */
	WORDS_DEVICE,
	WORDS_NOISE,          /* lines that programs and virus scanners add */
	WORDS_ANSWERS_WITHIN, /* "see my answers below": the quote holds own words */
	WORDS_SALUTATION,     /* the first line of a letter */
	WORDS_LEGAL_THING,    /* what a disclaimer speaks of */
	WORDS_LEGAL_SECRET,
	WORDS_LEGAL_WHOM,
	WORDS_LEGAL_MISTAKE,
	WORDS_LEGAL_DUTY,
	WORDS_COUNT
};

/* Does the folded text hold one of them, begin with one, or consist of one? */
bool reply_words_has(enum reply_words which, struct bytes folded);
bool reply_words_begins(enum reply_words which, struct bytes folded);
bool reply_words_is(enum reply_words which, struct bytes folded);
/* For the test that each is folded: row i, NULL behind the last. */
const char *reply_words_at(enum reply_words which, size_t i);

#endif
