/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * chance - numbers that a seed decides, the same on every machine.
 */
#ifndef TESTS_SIM_CHANCE_H
#define TESTS_SIM_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

struct chance {
	uint64_t state;
};

/* who: several sequences of one seed that don't disturb each other. */
struct chance chance_of(uint64_t seed, const char *who);
uint64_t chance_next(struct chance *c);
uint64_t chance_below(struct chance *c, uint64_t n); /* 0 … n-1; 0 for n = 0 */
/* From low to high, both included; short ones are more frequent than long ones: waits are like that. */
int64_t chance_wait(struct chance *c, int64_t low, int64_t high);
int64_t chance_between(struct chance *c, int64_t low, int64_t high);
bool chance_of_1000(struct chance *c, unsigned n);

#endif
