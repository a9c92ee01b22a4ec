/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tap - what our tests say, in the Test Anything Protocol.
 *
 * plan(n) first, or plan(0) and the count stands at the end; done_testing()
 * returns what main() returns. Counters are process-wide: one test program,
 * one thread.
 */
#ifndef TESTS_TAP_H
#define TESTS_TAP_H

#include <stdbool.h>
#include <stddef.h>

#include "parsers/bytes.h"

void plan(unsigned n);
/* One promise: "ok 3 - words" or "not ok 3 - words". Returns what it was given. */
bool ok(bool passed, const char *words, ...) __attribute__((format(printf, 2, 3)));
/* Both say what was expected when they fail. */
bool is_int(long long got, long long want, const char *words, ...)
	__attribute__((format(printf, 3, 4)));
bool is_text(struct bytes got, const char *want, const char *words, ...)
	__attribute__((format(printf, 3, 4)));
void diag(const char *words, ...) __attribute__((format(printf, 1, 2)));
int done_testing(void);
/* A file below the source folder (TOP_SRCDIR); the caller frees. Ends the test when it can't be read. */
char *read_source_file(const char *path, size_t *len_out);
/* A new folder below the build's or system's temporary folder; removed at exit. */
const char *temp_dir(void);

#endif
