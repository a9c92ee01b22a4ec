/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/pending.h"

#include <stdlib.h>
#include <string.h>

#define VALUE_LEN 8
/* Two thirds are used at most; 64 texts need some 250. */
#define SLOTS    1024
#define HELD_MAX 680
/* A number of a contact has some 25 octets. */
#define KEY_LEN_MAX 60

struct slot {
	uint32_t epoch; /* in use when it is that of all */
	uint8_t table;
	uint8_t key_len;
	uint8_t found; /* enum pending_found; UNKNOWN: the engine must be asked */
	bool is_put;
	uint8_t key[KEY_LEN_MAX];
	uint8_t value[VALUE_LEN];
};

struct pending {
	uint32_t epoch;
	size_t n;
	struct slot slots[SLOTS];
};

struct pending *pending_new(void)
{
	struct pending *p = calloc(1, sizeof(*p));

	if (p != NULL)
		p->epoch = 1;
	return p;
}

void pending_free(struct pending **p)
{
	free(*p);
	*p = NULL;
}

void pending_reset(struct pending *p)
{
	p->n = 0;
	if (++p->epoch != 0)
		return;
	memset(p->slots, 0, sizeof(p->slots));
	p->epoch = 1;
}

static bool has_numbers(enum table table)
{
	return table == TABLE_COUNT || table == TABLE_ATTEMPT || table == TABLE_META;
}

static bool may_hold(enum table table, struct bytes key)
{
	return has_numbers(table) && key.len <= KEY_LEN_MAX;
}

static size_t home_of(enum table table, struct bytes key)
{
	uint32_t mixed = UINT32_C(2166136261) ^ (uint32_t)table; /* FNV-1a, 32 bits */

	for (size_t i = 0; i < key.len; i++)
		mixed = (mixed ^ key.ptr[i]) * UINT32_C(16777619);
	return (mixed ^ mixed >> 16) % SLOTS;
}

/* Its slot, or the free one where it would stand. */
static size_t slot_of(const struct pending *p, enum table table, struct bytes key)
{
	size_t i = home_of(table, key);

	for (;; i = (i + 1) % SLOTS) {
		const struct slot *s = &p->slots[i];

		if (s->epoch != p->epoch)
			return i;
		if (s->table == table && bytes_eq(bytes_at(s->key, s->key_len), key))
			return i;
	}
}

enum pending_found pending_look(const struct pending *p, enum table table, struct bytes key,
				struct bytes *value_out)
{
	const struct slot *s;

	if (!may_hold(table, key))
		return PENDING_UNKNOWN;
	s = &p->slots[slot_of(p, table, key)];
	if (s->epoch != p->epoch)
		return PENDING_UNKNOWN;
	if (s->found == PENDING_VALUE)
		*value_out = bytes_at(s->value, VALUE_LEN);
	return (enum pending_found)s->found;
}

/* NULL: it can't be held. */
static struct slot *hold(struct pending *p, enum table table, struct bytes key)
{
	struct slot *s;

	if (!may_hold(table, key))
		return NULL;
	s = &p->slots[slot_of(p, table, key)];
	if (s->epoch == p->epoch)
		return s;
	if (p->n == HELD_MAX)
		return NULL;
	p->n++;
	s->epoch = p->epoch;
	s->table = (uint8_t)table;
	s->key_len = (uint8_t)key.len;
	if (key.len != 0)
		memcpy(s->key, key.ptr, key.len);
	s->found = PENDING_UNKNOWN;
	s->is_put = false;
	return s;
}

void pending_note(struct pending *p, enum table table, struct bytes key, struct bytes value,
		  enum pending_found found)
{
	struct slot *s;

	if (found == PENDING_VALUE && value.len != VALUE_LEN)
		return;
	s = hold(p, table, key);
	if (s == NULL)
		return;
	s->found = (uint8_t)found;
	if (found == PENDING_VALUE)
		memcpy(s->value, value.ptr, VALUE_LEN);
}

bool pending_put(struct pending *p, enum table table, struct bytes key, struct bytes value)
{
	struct slot *s = value.len == VALUE_LEN ? hold(p, table, key) : NULL;

	if (s == NULL) {
		pending_forget(p, table, key);
		return false;
	}
	s->found = PENDING_VALUE;
	s->is_put = true;
	/* It may be the very octets that were looked up. */
	memmove(s->value, value.ptr, VALUE_LEN);
	return true;
}

void pending_forget(struct pending *p, enum table table, struct bytes key)
{
	struct slot *s;

	if (!may_hold(table, key))
		return;
	s = &p->slots[slot_of(p, table, key)];
	if (s->epoch != p->epoch)
		return;
	s->found = PENDING_UNKNOWN;
	s->is_put = false;
}

void pending_flush(struct pending *p, enum table table, pending_fn *put, void *ctx)
{
	if (p->n == 0 || (table != TABLE_COUNT_ALL && !has_numbers(table)))
		return;
	for (size_t i = 0; i < SLOTS; i++) {
		struct slot *s = &p->slots[i];

		if (s->epoch != p->epoch || !s->is_put ||
		    (table != TABLE_COUNT_ALL && s->table != table))
			continue;
		put((enum table)s->table, bytes_at(s->key, s->key_len),
		    bytes_at(s->value, VALUE_LEN), ctx);
		s->is_put = false;
	}
}
