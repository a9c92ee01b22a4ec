/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * writers - people with mailboxes: businesses that report and answer, machines
 * that answer for them, clerks who answer, forget, answer twice or with the wrong
 * tag, are absent; and who writes in their name.
 */
#ifndef TESTS_SIM_WRITERS_H
#define TESTS_SIM_WRITERS_H

#include "tests/sim/postoffice.h"

struct writers {
	struct postoffice *post;
	struct chance chance;
	double letters_per_day;
	bool is_over; /* nobody writes any more */
};

void writers_init(struct writers *w, struct postoffice *post, const struct profile *profile,
		  uint64_t seed, double letters_per_day);
void writers_begin(struct writers *w);
/* Somebody writes to the contact address; gives the letter. */
size_t writers_write(struct writers *w, size_t who, enum letter_use use, const char *subject,
		     const char *words, int64_t in_ms);
/* A mail of ours lies in somebody's mailbox. */
void writers_read(struct writers *w, struct shot *shot, size_t post);
/* A mail of ours couldn't be delivered, and its return path hears of it. */
void writers_bounce(struct writers *w, size_t post);

#endif
