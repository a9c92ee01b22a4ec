/* SPDX-License-Identifier: GPL-3.0-or-later */
/* texts - the texts that we bring, loaded as a profile would load them. */
#ifndef TESTS_TEMPLATES_TEXTS_H
#define TESTS_TEMPLATES_TEXTS_H

#include "templates/catalog.h"

/* Every text and words.txt of templates/texts/, finished. Ends the test when a file is missing. */
struct catalog *texts_load(struct faults *faults);
int letters_add(struct catalog *c, const char *tongue, enum letter_name n, const char *text,
		struct faults *faults);
/* Adds one text or, with TEXT_COUNT, the words. */
int texts_add(struct catalog *c, const char *tongue, enum text_name n, const char *text,
	      struct faults *faults);

extern const char *const text_folders[5]; /* those that have texts of their own */

#endif
