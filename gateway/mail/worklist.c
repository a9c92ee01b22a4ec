/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/mail/worklist.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/err.h"

void worklist_free(struct worklist *w)
{
	free(w->items);
	*w = (struct worklist){ 0 };
}

static int make_room(struct worklist *w, size_t n)
{
	struct work *items;

	if (n <= w->room)
		return ERR_OK;
	items = reallocarray(w->items, n, sizeof(*items));
	if (items == NULL)
		return ERR_NOMEM;
	w->items = items;
	w->room = n;
	return ERR_OK;
}

static int by_uid(const void *a, const void *b)
{
	uint32_t x = ((const struct work *)a)->uid, y = ((const struct work *)b)->uid;

	return x < y ? -1 : x > y;
}

struct work *worklist_find(struct worklist *w, uint32_t uid)
{
	struct work key = { .uid = uid };

	return w->n == 0 ? NULL : bsearch(&key, w->items, w->n, sizeof(key), by_uid);
}

/* Those that are gone from the folder, and from the core's hands. */
static void sweep(struct worklist *w, uint32_t first)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->n; i++) {
		struct work *item = &w->items[i];

		if (item->uid >= first && !item->is_listed && item->state != WORK_IN_HAND) {
			w->count[item->state]--;
			continue;
		}
		w->items[kept++] = *item;
	}
	w->n = kept;
}

int worklist_merge(struct worklist *w, uint32_t first, const uint32_t *uids, size_t n,
		   struct mono now)
{
	size_t old = w->n, found = 0;
	int err = make_room(w, w->n + n);

	if (err != ERR_OK)
		return err;
	for (size_t i = 0; i < old; i++)
		w->items[i].is_listed = false;
	for (size_t i = 0; i < n; i++) {
		struct work key = { .uid = uids[i] };
		struct work *item =
			old == 0 ? NULL : bsearch(&key, w->items, old, sizeof(key), by_uid);

		if (item != NULL) {
			item->is_listed = true;
			continue;
		}
		w->items[old + found++] =
			(struct work){ .uid = uids[i], .is_listed = true, .found_at = now };
	}
	w->n = old + found;
	w->count[WORK_FOUND] += found;
	sweep(w, first);
	if (w->n > 0)
		qsort(w->items, w->n, sizeof(*w->items), by_uid);
	return ERR_OK;
}

void worklist_set(struct worklist *w, struct work *item, enum work_state state)
{
	w->count[item->state]--;
	w->count[state]++;
	item->state = state;
	item->again_at = (struct mono){ 0 };
	item->wait_ms = 0;
}

void worklist_put_off(struct work *item, struct mono now, int64_t first_ms, int64_t most_ms)
{
	item->wait_ms = item->wait_ms == 0 ? first_ms : 2 * item->wait_ms;
	if (item->wait_ms > most_ms)
		item->wait_ms = most_ms;
	item->again_at.ms = now.ms + item->wait_ms;
}

size_t worklist_take(const struct worklist *w, enum work_state state, struct mono now,
		     uint32_t *uids_out, size_t max)
{
	size_t n = 0;

	if (w->count[state] == 0)
		return 0;
	for (size_t i = 0; i < w->n && n < max; i++) {
		if (w->items[i].state == state && w->items[i].again_at.ms <= now.ms)
			uids_out[n++] = w->items[i].uid;
	}
	return n;
}

void worklist_drop(struct worklist *w, uint32_t uid)
{
	struct work *item = worklist_find(w, uid);
	size_t at;

	if (item == NULL)
		return;
	at = (size_t)(item - w->items);
	w->count[item->state]--;
	w->n--;
	memmove(item, item + 1, (w->n - at) * sizeof(*item));
}

struct mono worklist_next(const struct worklist *w, struct mono latest)
{
	size_t waiting = w->count[WORK_FOUND] + w->count[WORK_NEW] + w->count[WORK_KEPT] +
			 w->count[WORK_REFUSED];

	for (size_t i = 0; i < w->n && waiting > 0; i++) {
		const struct work *item = &w->items[i];

		if (item->state == WORK_IN_HAND || item->state == WORK_PASSED)
			continue;
		waiting--;
		if (item->again_at.ms < latest.ms)
			latest = item->again_at;
	}
	return latest;
}
