/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/flow/flight.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/utf8.h"

static size_t keep(uint8_t *to, size_t cap, struct bytes b)
{
	size_t len = b.len < cap ? b.len : cap;

	if (len > 0)
		memcpy(to, b.ptr, len);
	return len;
}

void flight_settle(struct flight *f, enum send_outcome outcome, struct bytes remote_id,
		   struct bytes error)
{
	f->outcome = outcome;
	f->remote_len = keep(f->remote, sizeof(f->remote), remote_id);
	f->error_len = keep(f->error, sizeof(f->error), utf8_cut(error, sizeof(f->error)));
}

void flights_init(struct flights *list)
{
	*list = (struct flights){ .end = &list->first };
}

void flights_add(struct flights *list, struct flight *f)
{
	f->next = NULL;
	*list->end = f;
	list->end = &f->next;
	list->n++;
}

struct flight *flights_take(struct flights *list)
{
	struct flight *f = list->first;

	if (f == NULL)
		return NULL;
	list->first = f->next;
	if (list->first == NULL)
		list->end = &list->first;
	list->n--;
	return f;
}

void flights_move(struct flights *to, struct flights *from)
{
	struct flight *f;

	while ((f = flights_take(from)) != NULL)
		flights_add(to, f);
}

void flights_free(struct flights *list)
{
	struct flight *f;

	while ((f = flights_take(list)) != NULL)
		free(f);
}

struct flight *flights_find(const struct flights *list, uint64_t row, unsigned segment)
{
	struct flight *f = list->first;

	while (f != NULL && (f->row != row || f->segment != segment))
		f = f->next;
	return f;
}

struct flight *flights_pick(struct flights *list, uint64_t row, unsigned segment)
{
	for (struct flight **p = &list->first; *p != NULL; p = &(*p)->next) {
		struct flight *f = *p;

		if (f->row != row || f->segment != segment)
			continue;
		*p = f->next;
		if (*p == NULL)
			list->end = p;
		list->n--;
		return f;
	}
	return NULL;
}
