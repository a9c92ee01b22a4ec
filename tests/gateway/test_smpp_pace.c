/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How fast a link sends: an SMSC of this test counts by the second and throttles, the clock is a number. */
#include "gateway/smpp/smpp_pace.h"

#include <limits.h>

#include "parsers/bytes.h"
#include "tests/tap.h"

/* An SMSC that takes so many a second, and refuses every n-th whatever its speed. */
struct smsc {
	unsigned per_s, every_nth;
	unsigned n, n_second;
	int64_t second;
	unsigned n_taken, n_throttled;
};

static bool takes(struct smsc *m, int64_t now_ms)
{
	if (m->second != now_ms / SECOND_MS) {
		m->second = now_ms / SECOND_MS;
		m->n_second = 0;
	}
	m->n++;
	if (m->every_nth != 0 && m->n % m->every_nth == 0)
		return false;
	return m->per_s == 0 || m->n_second++ < m->per_s;
}

/* As much as the pace allows (ten a millisecond at most), for so long; answers come at once. */
static void run(struct smpp_pace *p, struct smsc *m, int64_t *now_ms, int64_t for_ms)
{
	m->n_taken = m->n_throttled = 0;
	for (int64_t end = *now_ms + for_ms; *now_ms < end; ++*now_ms) {
		struct mono now = { *now_ms };

		for (int i = 0; i < 10 && smpp_pace_room(p, now) > 0; i++) {
			smpp_pace_sent(p, now);
			if (takes(m, *now_ms)) {
				m->n_taken++;
				smpp_pace_taken(p, now);
			} else {
				m->n_throttled++;
				smpp_pace_throttled(p, now);
			}
		}
	}
}

static void test_rate(void)
{
	struct smpp_pace p;
	struct smsc m = { 0 };
	int64_t now = 5000;

	smpp_pace_init(&p, 0, (struct mono){ now });
	ok(smpp_pace_room(&p, (struct mono){ now }) == UINT_MAX,
	   "without a rate there is no limit");
	smpp_pace_init(&p, 20, (struct mono){ now });
	run(&p, &m, &now, SECOND_MS);
	ok(m.n_taken >= 19 && m.n_taken <= 22, "20 a second are 20 a second (%u)", m.n_taken);
	run(&p, &m, &now, 10 * SECOND_MS);
	ok(m.n_taken >= 199 && m.n_taken <= 201, "also over ten (%u)", m.n_taken);
	while (smpp_pace_room(&p, (struct mono){ now }) > 0)
		smpp_pace_sent(&p, (struct mono){ now });
	ok(smpp_pace_wait(&p, (struct mono){ now }) > 0 &&
		   smpp_pace_wait(&p, (struct mono){ now }) <= 50,
	   "and when the next may leave is known");
	now += HOUR_MS;
	is_int(smpp_pace_room(&p, (struct mono){ now }), 2,
	       "an idle hour saves up a tenth of a second's worth, not more");
	smpp_pace_init(&p, 1, (struct mono){ now });
	run(&p, &m, &now, 60 * SECOND_MS);
	ok(m.n_taken >= 60 && m.n_taken <= 61, "one a second is a minute's sixty (%u)", m.n_taken);
}

static void test_throttled(void)
{
	struct smpp_pace p;
	struct smsc m = { .per_s = 30 };
	int64_t now = 5000;

	smpp_pace_init(&p, 0, (struct mono){ now });
	run(&p, &m, &now, 5 * SECOND_MS);
	ok(m.n_taken >= 120, "an SMSC that takes 30 a second gets them (%u in 5 s)", m.n_taken);
	run(&p, &m, &now, 60 * SECOND_MS);
	ok(m.n_taken >= 1400, "for as long as there are texts (%u in a minute)", m.n_taken);
	ok(m.n_throttled * 5 < m.n_taken, "and few beyond that (%u)", m.n_throttled);
	ok(smpp_pace_is_throttled(&p, (struct mono){ now }) && p.found >= 25000 &&
		   p.found <= 45000 && p.n_throttled_all > 0,
	   "what it takes has been found (%lld)", (long long)p.found);
	m.per_s = 300;
	run(&p, &m, &now, 60 * SECOND_MS);
	run(&p, &m, &now, 10 * SECOND_MS);
	ok(m.n_taken >= 2500, "when it takes more again, so do we (%u in 10 s)", m.n_taken);
}

static void test_recovery(void)
{
	struct smpp_pace p;
	struct smsc m = { .per_s = 5 };
	int64_t now = 5000;

	smpp_pace_init(&p, 50, (struct mono){ now });
	run(&p, &m, &now, 10 * SECOND_MS);
	ok(p.found > 0 && p.found < 15000, "a link of 50 a second is slowed down to what is taken");
	m.per_s = 0;
	run(&p, &m, &now, 3 * SECOND_MS);
	ok(m.n_taken < 100, "it doesn't jump back (%u in 3 s)", m.n_taken);
	run(&p, &m, &now, 30 * SECOND_MS);
	ok(p.found == 0 && !smpp_pace_is_throttled(&p, (struct mono){ now }),
	   "it is back at what was configured within half a minute");
	run(&p, &m, &now, SECOND_MS);
	ok(m.n_taken >= 49 && m.n_taken <= 56, "and not beyond (%u)", m.n_taken);
}

static void test_pause(void)
{
	struct smpp_pace p;
	struct smsc m = { .every_nth = 1 };
	int64_t now = 5000;

	smpp_pace_init(&p, 0, (struct mono){ now });
	run(&p, &m, &now, 60 * SECOND_MS);
	ok(m.n_throttled < 20, "an SMSC that takes nothing is left in peace (%u tries a minute)",
	   m.n_throttled);
	ok(m.n_throttled > 5, "but asked");
	smpp_pace_init(&p, 0, (struct mono){ now });
	smpp_pace_throttled(&p, (struct mono){ now });
	for (int i = 0; i < 9; i++)
		smpp_pace_throttled(&p, (struct mono){ now + 1 });
	is_int(p.pause_ms, 50, "what was under way and comes back refused is one refusal");
	smpp_pace_taken(&p, (struct mono){ now + 60 });
	smpp_pace_throttled(&p, (struct mono){ now + 70 });
	is_int(p.pause_ms, 50, "one that is taken makes the next pause short again");
}

/* Of some SMSCs each so-manyth comes back throttled: slowing down would never end it. */
static void test_every_tenth(void)
{
	struct smpp_pace p;
	struct smsc m = { .every_nth = 10 };
	int64_t now = 5000;

	smpp_pace_init(&p, 0, (struct mono){ now });
	run(&p, &m, &now, 60 * SECOND_MS);
	ok(m.n_taken > 60 * 100,
	   "an SMSC that throttles every tenth gets more than 100 a second (%u)", m.n_taken / 60);
}

int main(void)
{
	plan(0);
	test_rate();
	test_throttled();
	test_recovery();
	test_pause();
	test_every_tenth();
	return done_testing();
}
