/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * diary - the last events of a simulated year, and the first thing in it that
 * must not be.
 */
#ifndef TESTS_SIM_DIARY_H
#define TESTS_SIM_DIARY_H

#include <stdbool.h>
#include <stddef.h>

#include "parsers/clock.h"

#define DIARY_LINES 50
#define DIARY_WIDTH 240

struct diary {
	struct wall now; /* kept up by host_sim */
	char lines[DIARY_LINES][DIARY_WIDTH];
	size_t n; /* lines ever written */
	bool is_verbose;
	const char *violated; /* the name of the invariant, or NULL */
	char words[512];
};

void diary_note(struct diary *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Only the first counts: what follows may be its consequence. */
void diary_violated(struct diary *d, const char *invariant, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The last events, the violation and its seed, on stderr. */
void diary_tell(const struct diary *d, unsigned long long seed);

#endif
