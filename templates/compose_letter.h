/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * compose_letter - a mail's text of the catalog and values become its subject and
 * its words; compose_mail makes the octets of them.
 *
 * Pure; any thread. Never fails for the length of what somebody wrote: words are
 * cut at LETTER_WORDS_MAX, with a mark, and lists at LETTER_ITEMS_MAX.
 */
#ifndef TEMPLATES_COMPOSE_LETTER_H
#define TEMPLATES_COMPOSE_LETTER_H

#include "templates/compose_sms.h"

/* A citizen's or clerk's own words, octets: nobody reads more in a mail that has the rest attached. */
#define LETTER_WORDS_MAX (48u * 1024)
/* Of one list; {n} has the whole number. */
#define LETTER_ITEMS_MAX 200
/* Of a subject, octets: longer ones are cut between letters. */
#define LETTER_SUBJECT_MAX 240

/* One of a list: a case, a file, a line, a command. What a list's items may say: catalog_terms.c. */
struct letter_item {
	struct bytes case_no;              /* {case} */
	struct bytes category, department; /* short names in the tongue */
	struct bytes place, state, words;
	struct bytes member;  /* who has it */
	struct bytes file;    /* {file}: its name */
	struct bytes size;    /* {size}: in words, "120 KB" (letter_size) */
	struct bytes command; /* {command}: "#reseno" */
	struct wall due, opened;
};

struct letter_list {
	const struct letter_item *items;
	size_t n;
};

/* What a mail may name. Absent values are "" / 0 / none. common.cases isn't used: it is a list here. */
struct letter_values {
	struct text_values common;
	struct bytes tag;        /* {tag}: "[SP-2026-000123]", or with a token */
	struct bytes subject;    /* {subject}: what the other side called it, without "Re:" */
	struct bytes from;       /* {from}: who wrote */
	struct bytes member;     /* {member}: of ours, whom it is for */
	struct bytes suggestion; /* {suggestion}: an answer */
	struct bytes channel;    /* {channel}: how the answer leaves, a word of the catalog */
	struct wall received;    /* {received} */
	bool was_cut;            /* {cut?…} */
	struct letter_list cases, near, earlier, files, withheld, lines, commands;
	struct letter_list held, unreadable, failed; /* of a digest */
};

struct letter {
	struct bytes subject; /* one line */
	struct bytes
		text; /* UTF-8, LF; the line with MAIL_MARKER (parsers/mail_reply.h) comes first */
	struct tongue tongue; /* of the text that was used */
	bool was_cut;         /* words or a list were */
};

/* ERR_LIMIT or ERR_NOMEM of the arena, ERR_INVALID (no such time zone). */
int compose_letter(const struct catalog *c, enum letter_name n, struct tongue t,
		   const struct letter_values *values, const char *time_zone, struct arena *a,
		   struct letter *letter_out);
/* "0,4 KB" "120 KB" "3,2 MB"; in the arena. None when memory is out. */
struct bytes letter_size(struct arena *a, struct tongue t, uint64_t octets);
/* A subject without the "Re:", "Odg:", "Fwd:" … and the tags of ours that stand before it. */
struct bytes letter_subject_bare(struct bytes subject);

#endif
