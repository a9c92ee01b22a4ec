/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * faults - all that is wrong with what the operator wrote, found in one go.
 */
#ifndef PARSERS_FAULTS_H
#define PARSERS_FAULTS_H

#include "parsers/arena.h"

struct fault {
	struct bytes file;    /* path, or none */
	unsigned line;        /* 0: no line */
	struct bytes section; /* or none */
	struct bytes key;     /* or none */
	struct bytes words;   /* what is wrong and what would be right */
	bool is_warning;      /* doesn't keep it from loading */
};

struct faults {
	struct arena *arena; /* of the caller */
	struct fault *list;
	size_t n;
	size_t n_errors;
	size_t cap;
};

struct faults faults_in(struct arena *a);
void faults_add(struct faults *f, struct fault fault, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* "odziv.ini:12: [kannel] port: '27x75' is not a whole number; write a number from 1 to 65535" */
int fault_line(const struct fault *f, struct arena *a, struct bytes *line_out);
/* The nearest of the names within two edits, or NULL. */
const char *faults_nearest(struct bytes word, const char *const *names, size_t n);

#endif
