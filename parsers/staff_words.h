/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * staff_words - what a clerk tells us to do, in a mail: lines that begin with # and a
 * word of the profile (staff_words.txt), in every language, both scripts, forgiving about
 * case, diacritics and blanks: `#reseno`, `# РЕШЕНО`, `#Zatvori: nema osnova`.
 *
 *   solve: rešeno, reši                     the words of an order
 *   solve hu: megoldva                      words that are shown to those who read Hungarian
 *   sk: sk, slovački, slovenský             what staff call a tongue
 *
 * Lines that begin with # and a blank are comments of the file. All other lines of the
 * mail are words to the citizen, but for those behind a `#interno` that stands alone: these
 * are the note, to the end of the mail, since an internal word that gets out can't be taken
 * back. A line with # that isn't understood is given back and goes to nobody: then nothing of
 * the mail is to be done, as `#intrno` may have stood before words that are nobody's business.
 * A long line that a mail program broke goes on in the next one.
 *
 * Owns:    the words; read-only after the last add.
 * Threads: staff_words_read() by any number of threads at once.
 */
#ifndef PARSERS_STAFF_WORDS_H
#define PARSERS_STAFF_WORDS_H

#include "parsers/arena.h"
#include "parsers/faults.h"
#include "parsers/language.h"

#define STAFF_ORDERS_MAX  16
#define STAFF_MISREAD_MAX 16

enum staff_order_kind {
	STAFF_SOLVE,   /* what stands behind it is words to the citizen, and has become such */
	STAFF_CLOSE,   /* text: the reason, or none */
	STAFF_FORWARD, /* code: of a department or category, in capitals; text: what stands behind */
	STAFF_TAKE,    /* text: what stands behind; so with preview and help */
	STAFF_ASK,     /* text: the question; none: the words of the mail are */
	STAFF_NOTE,    /* text: the note */
	STAFF_WAIT,    /* day; text: why */
	STAFF_MERGE,   /* case_no; text: what stands behind */
	STAFF_SPLIT,   /* text */
	STAFF_LINK,    /* case_no; text */
	STAFF_LANGUAGE, /* tongue */
	STAFF_ARTICLE,  /* text */
	STAFF_PREVIEW,
	STAFF_HELP,
};
#define STAFF_ORDER_KINDS (STAFF_HELP + 1)

const char *staff_order_text(enum staff_order_kind kind); /* "solve" … as in the file */

struct staff_order {
	enum staff_order_kind kind;
	struct bytes text;
	struct bytes code;
	struct bytes case_no;
	uint32_t day; /* days since 1970 began (conf/calendar.h) */
	struct tongue tongue;
	struct bytes line; /* as written */
};

enum staff_misreading {
	STAFF_UNKNOWN,     /* no word that we know; near: one that looks like it */
	STAFF_NO_CODE,     /* forward whereto? */
	STAFF_NO_DAY,      /* wait until when? */
	STAFF_BAD_DAY,     /* a day that doesn't exist, is over, or is more than 400 days away */
	STAFF_NO_CASE,     /* merge or link with which? */
	STAFF_NO_LANGUAGE, /* none that we know */
	STAFF_TOO_MANY,    /* more than STAFF_ORDERS_MAX */
};

struct staff_misread {
	enum staff_misreading why;
	struct bytes line; /* as written, cut */
	struct bytes near; /* "rešeno", or none */
};

struct staff_orders {
	struct staff_order list[STAFF_ORDERS_MAX];
	size_t n;
	struct staff_misread misread[STAFF_MISREAD_MAX];
	size_t n_misread;   /* of the list */
	struct bytes words; /* to the citizen; empty lines at both ends off */
};

/* What the words are read against. */
struct staff_context {
	uint32_t today;      /* local day since 1970 began */
	struct bytes prefix; /* of case numbers; a bare number is of today's year */
};

struct staff_words;

struct staff_words *staff_words_new(void); /* NULL: out of memory */
void staff_words_free(struct staff_words **w);
/* ERR_INVALID when a fault was added, ERR_NOMEM. */
int staff_words_add_file(struct staff_words *w, struct bytes file, struct bytes text,
			 struct faults *faults);
/* The first word of an order, as the file has it, for help: of the tongue's language, else of all. None when there is none. */
struct bytes staff_words_show(const struct staff_words *w, enum staff_order_kind kind,
			      struct tongue tongue);
/* own_text is clean and without quotes. What comes out is borrowed from it and the arena. ERR_NOMEM, ERR_LIMIT of the arena. */
int staff_words_read(const struct staff_words *w, struct bytes own_text,
		     const struct staff_context *context, struct arena *a,
		     struct staff_orders *orders_out);

#endif
