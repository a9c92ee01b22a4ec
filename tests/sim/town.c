/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sim/town.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/calendar.h"
#include "conf/limits.h"
#include "gateway/flow/reload.h"
#include "parsers/err.h"
#include "parsers/sms_text.h"
#include "parsers/strbuf.h"
#include "tests/sim/smsc.h"

/* Businesses write less than phones do. */
#define TEXTS_A_MAIL 4
/* And only now and then somebody wants to be joined. */
#define TEXTS_A_JOIN 10
/* The longest thing that a citizen writes. */
#define WORDS_MAX 2000

/* An exponential wait: events that come at random, so many a day. */
static int64_t wait_for(struct chance *c, double per_day)
{
	double u = ((double)(chance_next(c) >> 11) + 1.0) / 9007199254740993.0;

	return (int64_t)(-log(u) * (double)DAY_MS / per_day);
}

void town_tag(unsigned n, char *buf, size_t size)
{
	size_t len = 2;

	(void)snprintf(buf, size, "zq");
	do {
		buf[len++] = (char)('a' + n % 26);
		n /= 26;
	} while (n > 0 && len + 1 < size);
	buf[len] = '\0';
}

/* --- what a citizen writes --- */

static const struct text_kind *choose_kind(struct chance *c)
{
	unsigned sum = 0, roll;

	for (size_t i = 0; i < n_text_kinds; i++)
		sum += text_kinds[i].weight;
	roll = (unsigned)chance_below(c, sum);
	for (size_t i = 0; i < n_text_kinds; i++) {
		if (roll < text_kinds[i].weight)
			return &text_kinds[i];
		roll -= text_kinds[i].weight;
	}
	return &text_kinds[0];
}

static char *make_words(struct town *t, const struct text_kind *k, const struct citizen *c)
{
	char buf[WORDS_MAX], tag[24];

	/* As many tags as texts that aren't twins, each noted by whoever asks for it. */
	town_tag((unsigned)t->world->n_tagged, tag, sizeof(tag));
	switch (k->use) {
	case USE_WORDS:
	case USE_LONG:
	case USE_DAMAGED: (void)snprintf(buf, sizeof(buf), "%s %s", k->words, tag); break;
	case USE_CASE:
		/* The format is one of two in texts.c, with one %s. */
		(void)snprintf(buf, sizeof(buf), "%.*s%s%s",
			       (int)(strstr(k->words, "%s") - k->words), k->words, c->last_case,
			       strstr(k->words, "%s") + 2);
		break;
	case USE_EXACT:
	case USE_OCTETS:
	case USE_FAULT:
	case USE_STOP:
	case USE_START: (void)snprintf(buf, sizeof(buf), "%s", k->words); break;
	}
	return strdup(buf);
}

static void fill_piece(struct piece *p, size_t written, struct bytes octets)
{
	p->written = written;
	p->octets = malloc(octets.len + 1);
	if (p->octets == NULL)
		abort();
	if (octets.len > 0)
		memcpy(p->octets, octets.ptr, octets.len);
	p->n_octets = octets.len;
	p->index = 1;
	p->total = 1;
}

static void add_segment(struct town *t, size_t written, const struct sms_segment *s,
			enum sms_encoding encoding)
{
	struct piece *p = world_add_piece(t->world);

	fill_piece(p, written, s->octets);
	p->coding = encoding == SMS_GSM7 ? CODING_GSM7 : CODING_UCS2;
	p->charset = encoding == SMS_GSM7 ? "GSM-7" : "UTF-16BE";
	p->udh_len = s->udh.len;
	if (s->udh.len > 0)
		memcpy(p->udh, s->udh.ptr, s->udh.len);
}

static void add_pieces(struct town *t, size_t index)
{
	struct written *w = &t->world->written[index];
	struct arena *a = arena_new(MIB);
	struct bytes words = bytes_of(w->words);
	struct sms_segment *segments;
	size_t n = 1;

	w->first_piece = t->world->n_pieces;
	if (w->kind->use == USE_DAMAGED || w->kind->use == USE_OCTETS ||
	    w->kind->use == USE_FAULT) {
		struct piece *p = world_add_piece(t->world);

		fill_piece(p, index, words);
		p->coding = w->kind->use == USE_DAMAGED ? CODING_GSM7 : CODING_OCTETS;
		p->charset = w->kind->use == USE_DAMAGED ? "UTF-8" : "";
		p->has_fault = w->kind->use == USE_FAULT;
	} else {
		const struct citizen *c = &t->world->citizens[w->citizen];
		/* Phones of the third network don't count: their references come again at once. */
		uint8_t ref = (uint8_t)(c->link == SMPP_LINK ? w->citizen : c->n_texts);

		if (a == NULL || sms_split(a, words, ref, &segments, &n) != ERR_OK)
			abort();
		for (size_t i = 0; i < n; i++)
			add_segment(t, index, &segments[i], sms_plan_of(words).encoding);
	}
	w->n_pieces = n;
	for (size_t i = 0; i < n; i++) {
		struct piece *p = &t->world->pieces[w->first_piece + i];

		p->index = (uint8_t)(i + 1);
		p->total = (uint8_t)n;
		p->wants_number = n > 1 || w->is_twin || w->kind->use != USE_WORDS;
	}
	arena_free(&a);
}

static void submit_pieces(struct town *t, const struct written *w)
{
	struct chance *c = &t->chance;

	for (size_t i = 0; i < w->n_pieces; i++) {
		int64_t wait = chance_wait(c, 0, 20 * SECOND_MS);

		/* A part that comes hours later, or never. */
		if (w->n_pieces > 1 && chance_of_1000(c, 40))
			wait = chance_wait(c, MINUTE_MS, 5 * HOUR_MS);
		if (w->n_pieces > 1 && chance_of_1000(c, 25))
			continue;
		network_submit(t->net, w->first_piece + i, wait);
	}
}

static void on_twin(void *ctx, uint64_t index)
{
	struct town *t = ctx;
	struct written *w = world_add_written(t->world);
	const struct written *first = &t->world->written[index];

	*w = (struct written){ .citizen = first->citizen,
			       .kind = first->kind,
			       .words = strdup(first->words),
			       .at_ms = host_sim_wall(&t->machine->sim).ms,
			       .is_twin = true };
	t->world->citizens[w->citizen].n_texts++;
	add_pieces(t, t->world->n_written - 1);
	submit_pieces(t, w);
}

static void on_afterthought(void *ctx, uint64_t citizen);

static void write_text(struct town *t, unsigned citizen, const struct text_kind *kind)
{
	struct citizen *c = &t->world->citizens[citizen];
	struct written *w;

	if (kind->use == USE_CASE && c->last_case[0] == '\0')
		kind = &text_kinds[0];
	w = world_add_written(t->world);
	*w = (struct written){ .citizen = citizen,
			       .kind = kind,
			       .words = make_words(t, kind, c),
			       .at_ms = host_sim_wall(&t->machine->sim).ms };
	c->n_texts++;
	world_add_tagged(t->world, t->world->n_written - 1);
	add_pieces(t, t->world->n_written - 1);
	submit_pieces(t, w);
	if (chance_of_1000(&t->chance, 20))
		host_sim_at(&t->machine->sim, chance_wait(&t->chance, 30 * SECOND_MS, 2 * HOUR_MS),
			    on_twin, t, t->world->n_written - 1);
	if (kind->use == USE_LONG && c->link == SMPP_LINK && chance_of_1000(&t->chance, 400))
		host_sim_at(&t->machine->sim, chance_wait(&t->chance, MINUTE_MS, HOUR_MS),
			    on_afterthought, t, citizen);
}

/* What was forgotten in the last one. */
static void on_afterthought(void *ctx, uint64_t citizen)
{
	struct town *t = ctx;
	const struct text_kind *kind = choose_kind(&t->chance);

	while (kind->use != USE_LONG)
		kind = choose_kind(&t->chance);
	if (!t->is_over)
		write_text(t, (unsigned)citizen, kind);
}

/* Somebody whose phone lies in a pocket, or who is angry. */
static void on_flood(void *ctx, uint64_t arg)
{
	struct town *t = ctx;
	unsigned citizen = (unsigned)(arg >> 8), left = (unsigned)(arg & 0xff);

	if (t->is_over)
		return;
	write_text(t, citizen, choose_kind(&t->chance));
	if (left > 0)
		host_sim_at(&t->machine->sim, chance_between(&t->chance, SECOND_MS, MINUTE_MS),
			    on_flood, t, (uint64_t)citizen << 8 | (left - 1));
}

static void on_citizen(void *ctx, uint64_t arg)
{
	struct town *t = ctx;
	unsigned citizen = (unsigned)chance_below(&t->chance, t->world->n_citizens);

	if (t->is_over)
		return;
	host_sim_at(&t->machine->sim, wait_for(&t->chance, t->texts_per_day), on_citizen, t, arg);
	/* At night few are awake. */
	if (calendar_in_hours(host_sim_wall(&t->machine->sim), 23, 6) &&
	    chance_of_1000(&t->chance, 800))
		return;
	write_text(t, citizen, choose_kind(&t->chance));
	if (chance_of_1000(&t->chance, 4))
		on_flood(t, (uint64_t)citizen << 8 | 25);
}

/* --- the operator --- */

static void on_reloaded(int err, const char *words, void *ctx)
{
	struct town *t = ctx;

	t->is_reloading = false;
	diary_note(t->machine->diary, "reload: %s", err_text(err));
	if (!t->machine->sim.is_dead && err != ERR_OK && err != ERR_BUSY)
		diary_violated(t->machine->diary, "a-good-file-is-taken", "%s: %.200s",
			       err_text(err), words);
}

static void do_reload(void *ctx, uint64_t arg)
{
	struct town *t = ctx;
	struct machine *m = t->machine;

	(void)arg;
	if (m->core == NULL || m->sim.is_dead || !m->core->is_open)
		return;
	m->conf = (unsigned)chance_below(&t->chance, MACHINE_CONFS);
	diary_note(m->diary, "reload of %u.ini", m->conf);
	core_reload(m->core, m->grounds->ini[m->conf], on_reloaded, t);
}

static void on_busy(void *ctx)
{
	struct town *t = ctx;

	t->net->on_send = NULL;
	host_sim_at(&t->machine->sim, 1, do_reload, t, 0);
}

/* It comes at the worst time: while something is under way. */
static void on_reload(void *ctx, uint64_t arg)
{
	struct town *t = ctx;

	if (t->is_over)
		return;
	host_sim_at(&t->machine->sim, wait_for(&t->chance, 1.0 / 4), on_reload, t, arg);
	t->net->on_send = on_busy;
	t->net->on_send_ctx = t;
}

static void on_rebuild(void *ctx, uint64_t arg)
{
	struct town *t = ctx;

	if (t->is_over)
		return;
	host_sim_at(&t->machine->sim, wait_for(&t->chance, 1.0 / 8), on_rebuild, t, arg);
	clerks_ask(&t->clerks, "rebuild", NULL, NULL);
}

static void on_verify(void *ctx, uint64_t arg)
{
	struct town *t = ctx;

	host_sim_at(&t->machine->sim, wait_for(&t->chance, 1.0 / 15), on_verify, t, arg);
	clerks_ask(&t->clerks, "verify", NULL, NULL);
}

static void on_backup(void *ctx, uint64_t arg)
{
	struct town *t = ctx;
	char dir[400];

	if (t->is_over)
		return;
	host_sim_at(&t->machine->sim, wait_for(&t->chance, 1.0 / 10), on_backup, t, arg + 1);
	(void)snprintf(dir, sizeof(dir), "%s/state/backup-%llu", t->machine->grounds->dir,
		       (unsigned long long)arg);
	clerks_ask(&t->clerks, "backup", dir, NULL);
}

/* --- what breaks --- */

static void on_cut(void *ctx, uint64_t arg)
{
	struct town *t = ctx;
	int64_t for_ms = chance_wait(&t->fate, MINUTE_MS, 3 * HOUR_MS);

	if (t->is_over)
		return;
	host_sim_at(&t->machine->sim, wait_for(&t->fate, 1.0 / 4), on_cut, t, arg);
	if (chance_of_1000(&t->fate, 60))
		for_ms = chance_between(&t->fate, 45 * HOUR_MS, 60 * HOUR_MS);
	network_cut(t->net, (unsigned)chance_below(&t->fate, WORLD_LINKS), for_ms);
}

static void on_mail_trouble(void *ctx, uint64_t arg)
{
	struct town *t = ctx;

	if (t->is_over)
		return;
	host_sim_at(&t->machine->sim, wait_for(&t->fate, 1.0 / 4), on_mail_trouble, t, arg);
	if (chance_of_1000(&t->fate, 250))
		postoffice_restore(t->net->post);
	postoffice_cut(t->net->post, chance_wait(&t->fate, SECOND_MS, 6 * HOUR_MS));
}

static void on_death(void *ctx, uint64_t arg)
{
	struct town *t = ctx;
	struct host_sim *h = &t->machine->sim;
	enum sim_point p = (enum sim_point)chance_below(&t->fate, SIM_DEATHS);

	if (t->is_over)
		return;
	host_sim_at(h, wait_for(&t->fate, t->kills_per_day), on_death, t, arg);
	if (t->machine->core == NULL)
		return;
	if (p == SIM_POINTS)
		host_sim_kill(h, p);
	else if (p == POINT_BEFORE_COMMIT && chance_of_1000(&t->fate, 500))
		t->net->dies_on_try = true; /* the worst time: somebody's text is being kept */
	else if (h->armed[p] == 0)
		h->armed[p] = 1 + (unsigned)chance_below(&t->fate, 3);
}

/* --- the whole --- */

static void make_citizens(struct town *t)
{
	struct world *w = t->world;

	w->citizens = calloc(TOWN_CITIZENS, sizeof(*w->citizens));
	if (w->citizens == NULL)
		abort();
	w->n_citizens = TOWN_CITIZENS;
	for (unsigned i = 0; i < TOWN_CITIZENS; i++) {
		struct citizen *c = &w->citizens[i];
		unsigned roll = i % 50;

		c->link = i % WORLD_LINKS;
		c->is_answerable = roll >= 4;
		if (roll < 2)
			(void)snprintf(c->number, sizeof(c->number), "+43664%07u", i);
		else if (roll < 3)
			(void)snprintf(c->number, sizeof(c->number), "TETKA%u", i);
		else if (roll < 4)
			(void)snprintf(c->number, sizeof(c->number), "%u", 20000 + i);
		else
			(void)snprintf(c->number, sizeof(c->number), "+38164%07u", i);
	}
}

void town_init(struct town *t, struct machine *m, struct network *net, uint64_t seed,
	       double texts_per_day, double kills_per_day)
{
	*t = (struct town){ .machine = m,
			    .net = net,
			    .world = net->world,
			    .chance = chance_of(seed, "town"),
			    .fate = chance_of(seed, "fate"),
			    .texts_per_day = texts_per_day,
			    .kills_per_day = kills_per_day };
	make_citizens(t);
	clerks_init(&t->clerks, m, t->world, seed, texts_per_day);
	writers_init(&t->writers, net->post, m->grounds->confs[0]->profile, seed,
		     texts_per_day / TEXTS_A_MAIL);
	joiners_init(&t->joiners, &t->writers, seed, texts_per_day / TEXTS_A_JOIN);
}

void town_begin(struct town *t)
{
	struct host_sim *h = &t->machine->sim;

	host_sim_at(h, MINUTE_MS, on_citizen, t, 0);
	host_sim_at(h, wait_for(&t->chance, 1.0 / 3), on_reload, t, 0);
	host_sim_at(h, wait_for(&t->chance, 1.0 / 5), on_rebuild, t, 0);
	host_sim_at(h, wait_for(&t->chance, 1.0 / 5), on_verify, t, 0);
	host_sim_at(h, wait_for(&t->chance, 1.0 / 5), on_backup, t, 0);
	host_sim_at(h, wait_for(&t->fate, 1.0), on_cut, t, 0);
	host_sim_at(h, wait_for(&t->fate, 1.0), on_mail_trouble, t, 0);
	if (t->kills_per_day > 0)
		host_sim_at(h, wait_for(&t->fate, t->kills_per_day), on_death, t, 0);
	smsc_begin(t->net->smsc);
	clerks_begin(&t->clerks);
	writers_begin(&t->writers);
	joiners_begin(&t->joiners);
}

void town_rest(struct town *t)
{
	struct host_sim *h = &t->machine->sim;

	t->is_over = true;
	t->writers.is_over = true;
	t->net->is_calm = true;
	t->net->on_send = NULL;
	t->net->dies_on_try = false;
	for (int i = 0; i < SIM_DEATHS; i++)
		h->armed[i] = 0;
	h->stall_of_1000 = 0;
	for (unsigned i = 0; i < WORLD_LINKS; i++)
		t->net->links[i].is_cut = false;
	smsc_rest(t->net->smsc);
}
