/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz - what a fuzz target offers and uses.
 *
 * A target must end in order for every input: no crash, no leak, no endless
 * loop. What must also hold afterwards is said with fuzz_require().
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdio.h>
#include <stdlib.h>

#include "parsers/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the run with the words of what did not hold; also in builds without asserts. */
#define fuzz_require(condition)                                                                    \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);    \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

#endif
