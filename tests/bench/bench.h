/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench - what the load programs share: a clock, waiting times and their median,
 * texts as citizens write them, options, and one JSON line of results.
 *
 * A load program ends with words on stderr and status 1 when anything at all goes
 * wrong: a figure of a run that half failed is worth nothing.
 */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stddef.h>
#include <stdint.h>

/* The longest text that bench_text() makes, with its NUL: one SMS in Cyrillic takes two octets a letter. */
#define BENCH_TEXT_SIZE 256
/* "+381641234567" and a NUL. */
#define BENCH_NUMBER_SIZE 16

void bench_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
/* Of a clock that never jumps, in nanoseconds. */
uint64_t bench_now(void);
/* malloc that ends the program. */
void *bench_alloc(size_t n, size_t size);

/* The n-th text of the load: a sentence that opens one case, with a house number so that no two are equal. */
void bench_text(uint64_t n, char text_out[BENCH_TEXT_SIZE]);
/* The n-th citizen: every text comes from another number. */
void bench_number(uint64_t n, char number_out[BENCH_NUMBER_SIZE]);

/* --options with one value each; unknown ones and bad numbers end the program with words. */
struct bench_option {
	const char *name;     /* "--port" */
	uint64_t *number_out; /* one of the two */
	const char **text_out;
};
void bench_options(int argc, char **argv, const struct bench_option *options, size_t n);

/* Waiting times of single messages. */
struct bench_times {
	uint64_t *ns;
	size_t n, cap;
};
void bench_times_init(struct bench_times *times, size_t cap);
void bench_times_add(struct bench_times *times, uint64_t ns);
/* {"n":…,"seconds":…,"rate":…,"p50_ms":…,"p99_ms":…} on one line; the times only when there are any. Sorts them. */
void bench_print(uint64_t n, uint64_t took_ns, struct bench_times *times);
double bench_median_us(struct bench_times *times);

/* A stream socket to or at 127.0.0.1, not blocking, without Nagle's wait. */
int bench_connect(uint64_t port);
int bench_accept(uint64_t port);

#endif
