/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sim/writers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "parsers/strbuf.h"

#define BUSINESSES 60

static const char *const reports[] = {
	"Postovani, ispred naseg magacina u Svetosavskoj 14 pukla je cev i voda tece po ulici.",
	"Поштовани, улична расвета у Његошевој улици не ради већ три дана.",
	"Dobar dan, kontejneri kod prodavnice u Novoj Pazovi su prepuni nedelju dana.",
	"Tisztelt Hivatal! Nem ég az utcai lámpa a Fő utcában.",
	"Dobrý deň, túlavé psy pri slovenskej škole, bojíme sa o deti.",
	"Dear Sirs, the street light in front of Njegoseva 12 is broken.",
	"Molimo informaciju kada se odnosi kabasti otpad u Krnjesevcima.",
	"Ne znamo kome da se obratimo, molimo vas da nas pozovete.",
};

/* What a clerk writes; the digits are unlike all others. */
static const char *const answers[] = {
	"Ekipa je izasla na teren, kvar je otklonjen. Nalog %s.",
	"Postovani, prijava je u radu. Nalog %s.",
	"#pitaj Na kom broju je kvar? Nalog %s.",
	"#reseno Popravljeno je jutros. Nalog %s.",
	"#interno zvati komunalnu inspekciju, nalog %s",
	"#preuzmi\nStizemo sutra. Nalog %s.",
};

static struct letters *letters_of(const struct writers *w)
{
	return &w->post->net->world->letters;
}

static int64_t wall_now(const struct writers *w)
{
	return host_sim_wall(w->post->net->sim).ms;
}

static char *copy(const char *text)
{
	char *c = strdup(text);

	if (c == NULL)
		abort();
	return c;
}

static struct letter *new_letter(struct writers *w, size_t who, enum letter_use use,
				 const char *subject, const char *format)
{
	struct letters *all = letters_of(w);
	struct letter *l = letters_add(all);
	char words[600];

	l->who = who;
	l->use = use;
	l->dmarc = PROOF_PASS;
	l->at_ms = wall_now(w);
	(void)snprintf(l->tag, sizeof(l->tag), "77%08zu", all->n - 1);
	(void)snprintf(l->message_id, sizeof(l->message_id), "l%zu@primer.example", all->n - 1);
	if (strstr(format, "%s") != NULL)
		(void)snprintf(words, sizeof(words), "%.*s%s%s",
			       (int)(strstr(format, "%s") - format), format, l->tag,
			       strstr(format, "%s") + 2);
	else
		(void)snprintf(words, sizeof(words), "%s", format);
	l->subject = copy(subject);
	l->words = copy(words);
	return l;
}

static void deliver(struct writers *w, const struct letter *l, int64_t in_ms)
{
	postoffice_deliver(w->post, (size_t)(l - letters_of(w)->list), in_ms);
}

size_t writers_write(struct writers *w, size_t who, enum letter_use use, const char *subject,
		     const char *words, int64_t in_ms)
{
	struct letter *l = new_letter(w, who, use, subject, words);
	size_t index = (size_t)(l - letters_of(w)->list);

	l->tag[0] = '\0';
	deliver(w, l, in_ms);
	return index;
}

/* --- a business writes --- */

static void write_report(struct writers *w)
{
	static const struct {
		enum letter_use use;
		unsigned weight;
	} uses[] = { { LETTER_REPORT, 76 },
		     { LETTER_COMMAND, 8 },
		     { LETTER_LIST, 6 },
		     { LETTER_CRASH, 4 },
		     { LETTER_OLD, 6 } };
	struct chance *c = &w->chance;
	size_t who = (size_t)chance_below(c, BUSINESSES), kind = 0;
	unsigned roll = (unsigned)chance_below(c, 100);
	struct letter *l;

	while (roll >= uses[kind].weight)
		roll -= uses[kind++].weight;
	if (uses[kind].use == LETTER_COMMAND)
		l = new_letter(w, who, LETTER_COMMAND, "STATUS", "STATUS");
	else
		l = new_letter(w, who, uses[kind].use, "Prijava",
			       reports[chance_below(c, ARRAY_LEN(reports))]);
	l->tag[0] = '\0';
	if (chance_of_1000(c, 60))
		l->dmarc = PROOF_NONE;
	deliver(w, l, chance_wait(c, 0, MINUTE_MS));
}

static void on_writer(void *ctx, uint64_t arg)
{
	struct writers *w = ctx;
	double u = ((double)(chance_next(&w->chance) >> 11) + 1.0) / 9007199254740993.0;

	if (w->is_over)
		return;
	host_sim_at(w->post->net->sim, (int64_t)(-log(u) * (double)DAY_MS / w->letters_per_day),
		    on_writer, w, arg);
	write_report(w);
}

static void answer_ours(struct writers *w, enum letter_use use, size_t post, const char *words,
			int64_t in_ms)
{
	const struct post *p = &letters_of(w)->posts[post];
	struct letter *l = new_letter(w, p->to, use, "Re: prijava", words);

	p = &letters_of(w)->posts[post];
	(void)snprintf(l->in_reply_to, sizeof(l->in_reply_to), "%s", p->message_id);
	(void)snprintf(l->token, sizeof(l->token), "%s", p->token);
	l->tag[0] = '\0';
	deliver(w, l, in_ms);
}

static void read_by_business(struct writers *w, size_t post)
{
	struct chance *c = &w->chance;
	unsigned roll = (unsigned)chance_below(c, 100);

	if (w->is_over)
		return;
	if (roll < 10)
		answer_ours(w, LETTER_FURTHER, post,
			    "Jos uvek nije popravljeno, molimo da pozurite.",
			    chance_wait(c, MINUTE_MS, DAY_MS));
	else if (roll < 15)
		answer_ours(w, LETTER_AUTO, post, "Van kancelarije sam do petka.",
			    chance_wait(c, SECOND_MS, MINUTE_MS));
}

/* --- a clerk reads --- */

static struct letter *clerk_letter(struct writers *w, enum letter_use use, size_t who,
				   const struct post *p)
{
	struct letter *l;
	char token[sizeof(p->token)], id[sizeof(p->message_id)];

	(void)snprintf(token, sizeof(token), "%s", p->token);
	(void)snprintf(id, sizeof(id), "%s", p->message_id);
	l = new_letter(w, who, use, "Re: predmet",
		       answers[chance_below(&w->chance, ARRAY_LEN(answers))]);
	(void)snprintf(l->token, sizeof(l->token), "%s", token);
	(void)snprintf(l->in_reply_to, sizeof(l->in_reply_to), "%s", id);
	return l;
}

static size_t another_clerk(struct writers *w, size_t who)
{
	const struct letters *all = letters_of(w);
	size_t other = BUSINESSES + (size_t)chance_below(&w->chance, all->n_residents - BUSINESSES);

	return other == who
		       ? BUSINESSES + (other - BUSINESSES + 1) % (all->n_residents - BUSINESSES)
		       : other;
}

/* The held words are shown to her; she confirms what she wrote herself. */
static void read_confirmation(struct writers *w, const struct shot *s, size_t post)
{
	const struct letters *all = letters_of(w);
	const struct letter *own = NULL;

	for (size_t i = all->n; i-- > 0 && own == NULL;)
		if (all->list[i].tag[0] != '\0' && strstr(s->text, all->list[i].tag) != NULL)
			own = &all->list[i];
	if (own == NULL || own->use != LETTER_UNPROVEN || !chance_of_1000(&w->chance, 700))
		return;
	answer_ours(w, LETTER_CONFIRM, post, "Da, to sam ja.",
		    chance_wait(&w->chance, MINUTE_MS, 4 * HOUR_MS));
}

static void read_by_clerk(struct writers *w, size_t post)
{
	struct chance *c = &w->chance;
	const struct post *p = &letters_of(w)->posts[post];
	struct resident *r = &letters_of(w)->residents[p->to];
	unsigned roll = (unsigned)chance_below(c, 1000);
	const struct post *used = p;
	struct letter *l;

	if (p->token[0] == '\0')
		return; /* the day's list: there is nothing to answer by */
	r->post_before = r->last_post;
	r->last_post = post;
	if (roll >= 260)
		return; /* forgotten, or done otherwise */
	if (roll < 20) {
		answer_ours(w, LETTER_AUTO, post, "Na godisnjem sam odmoru.", SECOND_MS);
		return;
	}
	if (roll < 40 && r->post_before != NO_POST)
		used = &letters_of(w)->posts[r->post_before]; /* the wrong tag */
	if (roll < 60)
		l = clerk_letter(w, LETTER_FORGED, p->to, used);
	else if (roll < 80)
		l = clerk_letter(w, LETTER_STOLEN, another_clerk(w, p->to), used);
	else if (roll < 100)
		l = clerk_letter(w, LETTER_UNPROVEN, p->to, used);
	else
		l = clerk_letter(w, LETTER_CLERK, p->to, used);
	if (l->use == LETTER_FORGED)
		l->dmarc = PROOF_FAIL;
	if (l->use == LETTER_UNPROVEN)
		l->dmarc = PROOF_NONE;
	deliver(w, l, chance_wait(c, MINUTE_MS, 6 * HOUR_MS));
	if (roll >= 100 && roll < 115)
		deliver(w,
			clerk_letter(w, LETTER_CLERK, letters_of(w)->posts[post].to,
				     &letters_of(w)->posts[post]),
			chance_wait(c, MINUTE_MS, DAY_MS)); /* and once more */
}

void writers_read(struct writers *w, struct shot *shot, size_t post)
{
	const struct post *p = &letters_of(w)->posts[post];

	if (p->to == SIZE_MAX || w->is_over)
		return;
	if (!letters_of(w)->residents[p->to].is_clerk)
		read_by_business(w, post);
	else if (p->kind == KIND_CONFIRM)
		read_confirmation(w, shot, post);
	else
		read_by_clerk(w, post);
}

void writers_bounce(struct writers *w, size_t post)
{
	const struct post *p = &letters_of(w)->posts[post];
	struct letter *l;
	char token[sizeof(p->bounce)];

	if (p->bounce[0] == '\0' || p->to == SIZE_MAX)
		return; /* a null return path hears nothing */
	(void)snprintf(token, sizeof(token), "%s", p->bounce);
	l = new_letter(w, p->to, LETTER_BOUNCE, "Undelivered Mail Returned to Sender",
		       "I'm sorry to have to inform you that your message could not be delivered.");
	(void)snprintf(l->token, sizeof(l->token), "%s", token);
	(void)snprintf(l->in_reply_to, sizeof(l->in_reply_to), "%s",
		       letters_of(w)->posts[post].message_id);
	l->tag[0] = '\0';
	deliver(w, l, SECOND_MS);
}

/* --- the whole --- */

static void make_residents(struct writers *w, const struct profile *profile)
{
	struct letters *all = letters_of(w);

	all->residents = calloc(BUSINESSES + profile->n_members, sizeof(*all->residents));
	if (all->residents == NULL)
		abort();
	for (size_t i = 0; i < BUSINESSES; i++)
		(void)snprintf(all->residents[i].address, sizeof(all->residents[i].address),
			       "firma%zu@primer.example", i);
	all->n_residents = BUSINESSES;
	for (size_t i = 0; i < profile->n_members; i++) {
		struct resident *r = &all->residents[all->n_residents];

		if (profile->members[i].mail.len == 0)
			continue;
		(void)snprintf(r->address, sizeof(r->address), "%.*s",
			       PRI_BYTES(profile->members[i].mail));
		r->is_clerk = true;
		all->n_residents++;
	}
	for (size_t i = 0; i < all->n_residents; i++)
		all->residents[i].last_post = all->residents[i].post_before = NO_POST;
}

void writers_init(struct writers *w, struct postoffice *post, const struct profile *profile,
		  uint64_t seed, double letters_per_day)
{
	*w = (struct writers){ .post = post,
			       .chance = chance_of(seed, "writers"),
			       .letters_per_day = letters_per_day };
	make_residents(w, profile);
}

void writers_begin(struct writers *w)
{
	host_sim_at(w->post->net->sim, MINUTE_MS, on_writer, w, 0);
}
