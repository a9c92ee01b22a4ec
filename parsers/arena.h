/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * arena - memory that is freed all at once, with a cap on what it may grow to.
 *
 * Everything decoded from one message lives in that message's arena, so one
 * free ends it all, and the cap bounds what a hostile sender can make us take.
 * Not shared between threads at the same time.
 */
#ifndef PARSERS_ARENA_H
#define PARSERS_ARENA_H

#include "parsers/bytes.h"

struct arena;

/* NULL when memory is out. cap_bytes counts what is handed out, not overhead. */
struct arena *arena_new(size_t cap_bytes);
void arena_free(struct arena **a); /* *a may be NULL; becomes NULL */
/* Everything handed out is gone; keeps the first block for the next use. */
void arena_reset(struct arena *a);
size_t arena_used(const struct arena *a);
/* Why the last call that gave nothing did so: ERR_LIMIT (the cap) or ERR_NOMEM; ERR_OK before that. */
int arena_err(const struct arena *a);

/* Zeroed, aligned for any type; NULL when the cap or memory is reached. */
void *arena_alloc(struct arena *a, size_t len);
void *arena_array(struct arena *a, size_t n, size_t size);
/* A copy with a NUL behind it; {NULL,0} when memory is out or b is empty. */
struct bytes arena_dup(struct arena *a, struct bytes b);
/* A copy as C string; NULL only when memory is out. */
char *arena_str(struct arena *a, struct bytes b);

#endif
