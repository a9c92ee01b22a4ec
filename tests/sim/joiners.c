/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sim/joiners.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"

/* Of the residents: with a phone; who asks for phones of others; who uses codes that he saw. */
#define JOINERS        20
#define STRANGERS      20
#define THIEVES        10
#define FIRST_STRANGER JOINERS
#define FIRST_THIEF    (JOINERS + STRANGERS)
/* Of the citizens: some can't be answered, none of these is a joiner. */
#define FIRST_CITIZEN 4

static int64_t wall_now(const struct joiners *j)
{
	return host_sim_wall(j->sim).ms;
}

static void ask(struct joiners *j, size_t who, const char *number)
{
	char words[100];

	(void)snprintf(words, sizeof(words), "Povežite moju prijavu %s, hvala.", number);
	(void)writers_write(j->writers, who, LETTER_JOIN, "Povezivanje", words, SECOND_MS);
}

static size_t bring(struct joiners *j, size_t who, const char *code, int64_t in_ms)
{
	char words[100];

	(void)snprintf(words, sizeof(words), "Kod je %s, hvala.", code);
	return writers_write(j->writers, who, LETTER_CODE, "Re: Potvrda", words, in_ms);
}

/* --- who asks --- */

static void ask_for_own(struct joiners *j)
{
	struct joining *own = &j->world->letters.joinings[chance_below(&j->chance, JOINERS)];
	const struct citizen *c = &j->world->citizens[own->citizen];

	if (c->last_case[0] == '\0')
		return;
	/* One thing after the other is what can be foretold. */
	own->is_sure = !own->is_spied && wall_now(j) - own->asked_ms > DAY_MS;
	own->asked_ms = wall_now(j);
	own->is_waiting = true;
	own->asking = j->world->letters.n;
	own->bringing = NO_LETTER;
	ask(j, own->resident, c->last_case);
}

static void on_guess(void *ctx, uint64_t who)
{
	struct joiners *j = ctx;
	char code[8];

	(void)snprintf(code, sizeof(code), "%06u", (unsigned)chance_below(&j->chance, 1000000));
	(void)bring(j, (size_t)who, code, SECOND_MS);
}

static void ask_for_others(struct joiners *j)
{
	size_t who = FIRST_STRANGER + (size_t)chance_below(&j->chance, STRANGERS);
	size_t citizen = (size_t)chance_below(&j->chance, j->world->n_citizens);
	struct letters *all = &j->world->letters;

	/* Often somebody who joins himself, so that the codes meet. */
	if (chance_of_1000(&j->chance, 500))
		citizen = all->joinings[chance_below(&j->chance, JOINERS)].citizen;
	if (j->world->citizens[citizen].last_case[0] == '\0')
		return;
	for (size_t i = 0; i < all->n_joinings; i++) {
		if (all->joinings[i].citizen == citizen) {
			all->joinings[i].is_spied = true;
			all->joinings[i].is_sure = false;
		}
	}
	ask(j, who, j->world->citizens[citizen].last_case);
	host_sim_at(j->sim, chance_wait(&j->chance, 2 * MINUTE_MS, 9 * MINUTE_MS), on_guess, j,
		    who);
}

static void on_asking(void *ctx, uint64_t arg)
{
	struct joiners *j = ctx;
	double u = ((double)(chance_next(&j->chance) >> 11) + 1.0) / 9007199254740993.0;

	if (j->writers->is_over)
		return;
	host_sim_at(j->sim, (int64_t)(-log(u) * (double)DAY_MS / j->per_day), on_asking, j, arg);
	if (chance_of_1000(&j->chance, 700))
		ask_for_own(j);
	else if (chance_of_1000(&j->chance, 900))
		ask_for_others(j);
	else
		ask(j, (size_t)chance_below(&j->chance, JOINERS), "SP-2026-099999");
}

/* --- who gets a code --- */

/* Six digits that stand alone: a case number has its own behind a dash. */
static bool read_code(const char *text, char code_out[8])
{
	for (size_t i = 0, n = 0; text[i] != '\0'; i++) {
		n = isdigit((unsigned char)text[i]) ? n + 1 : 0;
		if (n == 6 && !isdigit((unsigned char)text[i + 1]) &&
		    (i < 6 || (text[i - 6] != '-' && !isdigit((unsigned char)text[i - 6])))) {
			(void)snprintf(code_out, 8, "%.6s", text + i - 5);
			return true;
		}
	}
	return false;
}

static void bring_own(struct joiners *j, struct joining *own, const char *code)
{
	unsigned roll = (unsigned)chance_below(&j->chance, 100);
	int64_t in_ms = chance_wait(&j->chance, 10 * SECOND_MS, 5 * MINUTE_MS);
	char wrong[8];

	own->is_waiting = false;
	(void)snprintf(wrong, sizeof(wrong), "%.5s%c", code, code[5] == '9' ? '0' : code[5] + 1);
	if (roll < 10)
		return; /* never mind */
	own->has_brought = true;
	if (roll < 20) {
		own->is_sure = false;
		in_ms = chance_wait(&j->chance, 9 * MINUTE_MS, HOUR_MS);
	} else if (roll < 30) {
		own->is_sure = false;
		(void)bring(j, own->resident, wrong, SECOND_MS);
	}
	own->bringing = bring(j, own->resident, code, in_ms);
}

static void on_text(void *ctx, size_t citizen, const char *text)
{
	struct joiners *j = ctx;
	struct letters *all = &j->world->letters;
	char code[8];

	if (j->writers->is_over || !read_code(text, code))
		return;
	for (size_t i = 0; i < all->n_joinings; i++)
		if (all->joinings[i].citizen == citizen && all->joinings[i].is_waiting)
			bring_own(j, &all->joinings[i], code);
	if (chance_of_1000(&j->chance, 200))
		(void)bring(j, FIRST_THIEF + (size_t)chance_below(&j->chance, THIEVES), code,
			    chance_wait(&j->chance, SECOND_MS, 5 * MINUTE_MS));
}

/* --- the whole --- */

void joiners_init(struct joiners *j, struct writers *w, uint64_t seed, double per_day)
{
	struct network *net = w->post->net;
	struct letters *all = &net->world->letters;

	*j = (struct joiners){ .writers = w,
			       .world = net->world,
			       .sim = net->sim,
			       .chance = chance_of(seed, "joiners"),
			       .per_day = per_day };
	all->joinings = calloc(JOINERS, sizeof(*all->joinings));
	if (all->joinings == NULL)
		abort();
	all->n_joinings = JOINERS;
	for (size_t i = 0; i < JOINERS; i++)
		all->joinings[i] = (struct joining){ .resident = i,
						     .citizen = FIRST_CITIZEN + i,
						     .asking = NO_LETTER,
						     .bringing = NO_LETTER };
	net->on_text = on_text;
	net->on_text_ctx = j;
}

void joiners_begin(struct joiners *j)
{
	host_sim_at(j->sim, HOUR_MS, on_asking, j, 0);
}
