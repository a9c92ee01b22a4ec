/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sim/letters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *grow(void *list, size_t n, size_t *cap, size_t size)
{
	void *larger = list;

	if (n == *cap) {
		*cap = *cap == 0 ? 256 : 2 * *cap;
		larger = reallocarray(list, *cap, size);
	}
	if (larger == NULL)
		abort();
	memset((char *)larger + n * size, 0, size);
	return larger;
}

void letters_fini(struct letters *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->list[i].subject);
		free(l->list[i].words);
	}
	free(l->residents);
	free(l->joinings);
	free(l->list);
	free(l->posts);
	*l = (struct letters){ 0 };
}

struct letter *letters_add(struct letters *l)
{
	l->list = grow(l->list, l->n, &l->cap, sizeof(*l->list));
	return &l->list[l->n++];
}

struct post *letters_add_post(struct letters *l)
{
	l->posts = grow(l->posts, l->n_posts, &l->posts_cap, sizeof(*l->posts));
	return &l->posts[l->n_posts++];
}

struct post *letters_post(struct letters *l, uint64_t row)
{
	/* What is asked for left not long ago. */
	for (size_t i = l->n_posts; i-- > 0;)
		if (l->posts[i].row == row)
			return &l->posts[i];
	return NULL;
}

size_t letters_resident(const struct letters *l, struct bytes address)
{
	for (size_t i = 0; i < l->n_residents; i++)
		if (bytes_is(address, l->residents[i].address))
			return i;
	return SIZE_MAX;
}

size_t letters_of_blob(const struct letters *l, struct bytes blob)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->list[i].tries > 0 &&
		    bytes_eq(blob, bytes_at(l->list[i].blob, sizeof(l->list[i].blob))))
			return i;
	return SIZE_MAX;
}
