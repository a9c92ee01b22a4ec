/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/smpp/smpp_window.h"

#include <stdlib.h>

#include "parsers/err.h"
#include "parsers/plant.h"

struct place {
	struct place *next;
	struct smpp_submit submit;
};

/* Oldest first: answers come mostly in order, and so do deadlines. */
struct queue {
	struct place *first, **end;
	unsigned n;
};

struct smpp_window {
	unsigned size;
	struct queue open, late, spare;
	struct place places[];
};

static void queue_init(struct queue *q)
{
	*q = (struct queue){ .end = &q->first };
}

static void put(struct queue *q, struct place *p)
{
	p->next = NULL;
	*q->end = p;
	q->end = &p->next;
	q->n++;
}

/* at: the link in the queue that leads to the place. */
static struct place *take_at(struct queue *q, struct place **at)
{
	struct place *p = *at;

	*at = p->next;
	if (p->next == NULL)
		q->end = at;
	q->n--;
	return p;
}

int smpp_window_new(unsigned size, struct smpp_window **w_out)
{
	size_t n = (size_t)size + SMPP_LATE_MAX;
	struct smpp_window *w = calloc(1, sizeof(*w) + n * sizeof(w->places[0]));

	if (w == NULL)
		return ERR_NOMEM;
	w->size = PLANT(PLANT_SMPP_WINDOW) ? size + SMPP_LATE_MAX : size;
	queue_init(&w->open);
	queue_init(&w->late);
	queue_init(&w->spare);
	for (size_t i = 0; i < n; i++)
		put(&w->spare, &w->places[i]);
	*w_out = w;
	return ERR_OK;
}

void smpp_window_free(struct smpp_window **w)
{
	free(*w);
	*w = NULL;
}

unsigned smpp_window_size(const struct smpp_window *w)
{
	return w->size;
}

unsigned smpp_window_used(const struct smpp_window *w)
{
	return w->open.n;
}

int smpp_window_add(struct smpp_window *w, const struct smpp_submit *submit)
{
	struct place *p;

	if (w->open.n >= w->size)
		return ERR_BUSY;
	p = take_at(&w->spare, &w->spare.first);
	p->submit = *submit;
	p->submit.is_late = false;
	put(&w->open, p);
	return ERR_OK;
}

static bool take_from(struct smpp_window *w, struct queue *q, uint32_t sequence,
		      struct smpp_submit *submit_out)
{
	for (struct place **at = &q->first; *at != NULL; at = &(*at)->next) {
		if ((*at)->submit.sequence != sequence && !PLANT(PLANT_SMPP_ANY_ANSWER))
			continue;
		*submit_out = (*at)->submit;
		put(&w->spare, take_at(q, at));
		return true;
	}
	return false;
}

bool smpp_window_take(struct smpp_window *w, uint32_t sequence, struct smpp_submit *submit_out)
{
	return take_from(w, &w->open, sequence, submit_out) ||
	       take_from(w, &w->late, sequence, submit_out);
}

bool smpp_window_expire(struct smpp_window *w, struct mono now, struct smpp_submit *submit_out)
{
	struct place *p = w->open.first;

	if (p == NULL || p->submit.until.ms > now.ms)
		return false;
	if (w->late.n == SMPP_LATE_MAX)
		put(&w->spare, take_at(&w->late, &w->late.first));
	p = take_at(&w->open, &w->open.first);
	p->submit.is_late = true;
	*submit_out = p->submit;
	put(&w->late, p);
	return true;
}

bool smpp_window_break(struct smpp_window *w, struct smpp_submit *submit_out)
{
	if (w->open.first != NULL) {
		*submit_out = w->open.first->submit;
		put(&w->spare, take_at(&w->open, &w->open.first));
		return true;
	}
	while (w->late.first != NULL)
		put(&w->spare, take_at(&w->late, &w->late.first));
	return false;
}

struct mono smpp_window_until(const struct smpp_window *w)
{
	return w->open.first != NULL ? w->open.first->submit.until : (struct mono){ 0 };
}
