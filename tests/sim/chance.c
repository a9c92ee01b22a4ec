/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sim/chance.h"

/* splitmix64: small, good enough, and the whole state is one number. */
uint64_t chance_next(struct chance *c)
{
	uint64_t z = (c->state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

struct chance chance_of(uint64_t seed, const char *who)
{
	struct chance c = { .state = seed * UINT64_C(0xD1342543DE82EF95) };

	for (; *who != '\0'; who++)
		c.state = (c.state ^ (uint8_t)*who) * UINT64_C(0x100000001B3);
	(void)chance_next(&c);
	return c;
}

uint64_t chance_below(struct chance *c, uint64_t n)
{
	return n == 0 ? 0 : chance_next(c) % n;
}

int64_t chance_between(struct chance *c, int64_t low, int64_t high)
{
	return low + (int64_t)chance_below(c, (uint64_t)(high - low) + 1);
}

int64_t chance_wait(struct chance *c, int64_t low, int64_t high)
{
	uint64_t span = (uint64_t)(high - low) + 1;
	uint64_t a = chance_below(c, span), b = chance_below(c, span), d = chance_below(c, span);
	uint64_t least = a < b ? a : b;

	return low + (int64_t)(least < d ? least : d);
}

bool chance_of_1000(struct chance *c, unsigned n)
{
	return chance_below(c, 1000) < n;
}
