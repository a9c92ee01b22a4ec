/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/smpp/smpp_pace.h"

#include <limits.h>

#include "parsers/plant.h"

/* One message, in the units of allowance: thousandths a second, times milliseconds. */
#define MESSAGE INT64_C(1000000)
/* A burst: what a tenth of a second allows. SMSCs count by the second, some by less. */
#define BURST_MS 100
/* Pauses of a link that is throttled: at most seconds, so that a busy hour of the SMSC is over soon. */
#define PAUSE_FIRST_MS 50
#define PAUSE_MOST_MS  (10 * SECOND_MS)
/* Refusals up to one in so many are lived with: they are sent again, and slowing down wouldn't end them. */
#define SHARE_BORNE 8
/* A clean second makes us faster by an eighth and one message; from here on no limit is felt. */
#define GROWTH     8
#define FOUND_MIN  INT64_C(1000)
#define FOUND_MOST (1000 * FOUND_MIN)

static int64_t most_of(const struct smpp_pace *p)
{
	return p->rate_per_s > 0 ? (int64_t)p->rate_per_s * 1000 : FOUND_MOST;
}

/* Thousandths a second; 0: no limit. */
static int64_t speed_of(const struct smpp_pace *p)
{
	int64_t rate = (int64_t)p->rate_per_s * 1000;

	return p->found > 0 && (rate == 0 || p->found < rate) ? p->found : rate;
}

static void end_second(struct smpp_pace *p)
{
	unsigned n = p->n_taken + p->n_throttled;

	if (p->n_throttled * SHARE_BORNE > n) {
		p->found = (int64_t)p->n_taken * 1000;
		if (p->found < FOUND_MIN)
			p->found = FOUND_MIN;
	} else if (p->n_throttled == 0 && p->found > 0) {
		p->found += p->found / GROWTH + FOUND_MIN;
		if (p->found >= most_of(p))
			p->found = 0;
	}
	p->n_taken = p->n_throttled = 0;
}

/* The seconds that have passed are judged; after the first of them nothing was counted. */
static void count_seconds(struct smpp_pace *p, struct mono now)
{
	while (now.ms - p->second_at.ms >= SECOND_MS) {
		end_second(p);
		p->second_at.ms += SECOND_MS;
		/* Once no limit is left, an idle day is one step. */
		if (p->found == 0)
			p->second_at.ms = now.ms - (now.ms - p->second_at.ms) % SECOND_MS;
	}
}

static void refill(struct smpp_pace *p, struct mono now)
{
	int64_t passed = now.ms - p->at.ms, speed, most;

	count_seconds(p, now);
	speed = speed_of(p);
	most = speed * BURST_MS > MESSAGE ? speed * BURST_MS : MESSAGE;
	p->at = now;
	/* Capping the time first keeps the product small. */
	p->allowance += (passed < SECOND_MS ? passed : SECOND_MS) * speed;
	if (p->allowance > most)
		p->allowance = most;
}

void smpp_pace_init(struct smpp_pace *p, unsigned rate_per_s, struct mono now)
{
	*p = (struct smpp_pace){
		.rate_per_s = rate_per_s, .at = now, .second_at = now, .allowance = MESSAGE
	};
}

unsigned smpp_pace_room(struct smpp_pace *p, struct mono now)
{
	refill(p, now);
	if (now.ms < p->until.ms)
		return 0;
	return speed_of(p) == 0 ? UINT_MAX : (unsigned)(p->allowance / MESSAGE);
}

int64_t smpp_pace_wait(struct smpp_pace *p, struct mono now)
{
	int64_t speed, wait = 0;

	refill(p, now);
	speed = speed_of(p);
	if (speed > 0 && p->allowance < MESSAGE)
		wait = (MESSAGE - p->allowance + speed - 1) / speed;
	return p->until.ms - now.ms > wait ? p->until.ms - now.ms : wait;
}

void smpp_pace_sent(struct smpp_pace *p, struct mono now)
{
	refill(p, now);
	if (speed_of(p) > 0)
		p->allowance -= MESSAGE;
}

void smpp_pace_taken(struct smpp_pace *p, struct mono now)
{
	count_seconds(p, now);
	p->n_taken++;
	p->pause_ms = 0;
}

void smpp_pace_throttled(struct smpp_pace *p, struct mono now)
{
	count_seconds(p, now);
	p->n_throttled++;
	p->n_throttled_all++;
	/* What was under way when the pause began comes back in it, and is no news. */
	if (now.ms < p->until.ms || PLANT(PLANT_SMPP_HURRY))
		return;
	p->pause_ms = p->pause_ms == 0 ? PAUSE_FIRST_MS : p->pause_ms * 2;
	if (p->pause_ms > PAUSE_MOST_MS)
		p->pause_ms = PAUSE_MOST_MS;
	p->until.ms = now.ms + p->pause_ms;
}

bool smpp_pace_is_throttled(const struct smpp_pace *p, struct mono now)
{
	return p->found > 0 || now.ms < p->until.ms;
}
