/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/err.h"

/* Most messages fit the first block; later ones are larger so that there are few. */
#define FIRST_BLOCK_BYTES 4096
#define LATER_BLOCK_BYTES 32768

struct block {
	struct block *older;
	size_t size;
	size_t used;
	alignas(max_align_t) uint8_t octets[];
};

struct arena {
	size_t cap_bytes;
	size_t used_bytes;
	int err;
	struct block *newest; /* NULL until the first use */
};

struct arena *arena_new(size_t cap_bytes)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (a != NULL)
		a->cap_bytes = cap_bytes;
	return a;
}

static void drop_newer_than_first(struct arena *a)
{
	while (a->newest != NULL && a->newest->older != NULL) {
		struct block *older = a->newest->older;

		free(a->newest);
		a->newest = older;
	}
}

void arena_free(struct arena **a)
{
	if (*a == NULL)
		return;
	drop_newer_than_first(*a);
	free((*a)->newest);
	free(*a);
	*a = NULL;
}

void arena_reset(struct arena *a)
{
	drop_newer_than_first(a);
	a->used_bytes = 0;
	a->err = ERR_OK;
	if (a->newest != NULL)
		a->newest->used = 0;
}

size_t arena_used(const struct arena *a)
{
	return a->used_bytes;
}

int arena_err(const struct arena *a)
{
	return a->err;
}

static void *refuse(struct arena *a, int err)
{
	a->err = err;
	return NULL;
}

static struct block *block_add(struct arena *a, size_t need)
{
	size_t size = a->newest == NULL ? FIRST_BLOCK_BYTES : LATER_BLOCK_BYTES;
	struct block *b;

	if (size < need)
		size = need;
	b = malloc(sizeof(*b) + size);
	if (b == NULL)
		return NULL;
	*b = (struct block){ .older = a->newest, .size = size };
	a->newest = b;
	return b;
}

void *arena_alloc(struct arena *a, size_t len)
{
	struct block *b = a->newest;
	size_t need;
	void *ptr;

	if (len > a->cap_bytes - a->used_bytes || len > SIZE_MAX / 2)
		return refuse(a, ERR_LIMIT);
	need = (len + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (b == NULL || need > b->size - b->used)
		b = block_add(a, need);
	if (b == NULL)
		return refuse(a, ERR_NOMEM);
	ptr = b->octets + b->used;
	memset(ptr, 0, len);
	b->used += need;
	a->used_bytes += len;
	return ptr;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	if (size != 0 && n > SIZE_MAX / size)
		return refuse(a, ERR_LIMIT);
	return arena_alloc(a, n * size);
}

struct bytes arena_dup(struct arena *a, struct bytes b)
{
	char *copy = b.len == 0 ? NULL : arena_str(a, b);

	return copy == NULL ? BYTES_NONE : bytes_at(copy, b.len);
}

char *arena_str(struct arena *a, struct bytes b)
{
	char *copy = b.len == SIZE_MAX ? NULL : arena_alloc(a, b.len + 1);

	if (copy != NULL && b.len != 0)
		memcpy(copy, b.ptr, b.len);
	return copy;
}
