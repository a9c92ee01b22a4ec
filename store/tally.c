/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/tally.h"

#include "store/counts.h"

#define FIRST_CAP 256

static struct tally_row *place_of(struct tally_row *rows, size_t cap, struct bytes key)
{
	size_t i = (size_t)count_mix(key) & (cap - 1);

	while (rows[i].key.len != 0 && !bytes_eq(rows[i].key, key))
		i = (i + 1) & (cap - 1);
	return &rows[i];
}

/* The old rows stay in the arena: doubling wastes as much as it uses. */
static bool grow(struct tally *t)
{
	size_t cap = t->cap == 0 ? FIRST_CAP : 2 * t->cap;
	struct tally_row *rows = arena_array(t->arena, cap, sizeof(*rows));

	if (rows == NULL)
		return false;
	for (size_t i = 0; i < t->cap; i++)
		if (t->rows[i].key.len != 0)
			*place_of(rows, cap, t->rows[i].key) = t->rows[i];
	t->rows = rows;
	t->cap = cap;
	return true;
}

struct tally_row *tally_at(struct tally *t, struct bytes key)
{
	struct tally_row *row;

	if (2 * t->n >= t->cap && !grow(t))
		return NULL;
	row = place_of(t->rows, t->cap, key);
	if (row->key.len != 0)
		return row;
	row->key = arena_dup(t->arena, key);
	if (row->key.len == 0)
		return NULL;
	t->n++;
	return row;
}
