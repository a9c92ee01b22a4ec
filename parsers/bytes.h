/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bytes - text and octets that travel with their length, and the two cursors
 * that read and write them without arithmetic.
 *
 * A struct bytes borrows; it never owns. A cursor sticks at its first error.
 */
#ifndef PARSERS_BYTES_H
#define PARSERS_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

struct bytes {
	const uint8_t *ptr;
	size_t len;
};

/* A string literal as bytes, usable in initialisers. */
/* clang-format off */
#define BYTES(literal) { .ptr = (const uint8_t *)("" literal), .len = sizeof(literal) - 1 }
/* clang-format on */
#define BYTES_NONE ((struct bytes){ 0 })
/* printf of bytes: printf("%.*s", PRI_BYTES(b)). Lengths above INT_MAX don't occur: every reader is bounded. */
#define PRI_BYTES(b) (int)(b).len, (const char *)((b).len ? (b).ptr : (const uint8_t *)"")

struct bytes bytes_of(const char *text); /* NULL gives none */
struct bytes bytes_at(const void *ptr, size_t len);
bool bytes_eq(struct bytes a, struct bytes b);
bool bytes_is(struct bytes a, const char *text);
bool bytes_is_any_case(struct bytes a, const char *text); /* ASCII letters in either case */
bool bytes_eq_any_case(struct bytes a, struct bytes b);
bool bytes_holds(struct bytes a,
		 const char *text); /* the text, not empty, stands somewhere in it */
bool bytes_starts(struct bytes a, const char *text);
bool bytes_ends(struct bytes a, const char *text);
int bytes_cmp(struct bytes a, struct bytes b); /* memcmp order, the shorter first */
struct bytes bytes_cut(struct bytes b, size_t from, size_t len); /* clamped to b */
struct bytes bytes_trim(struct bytes b);                         /* ASCII blanks off both ends */
/* Cuts the text up to the first `sep` off *rest into *head_out; false when *rest was empty. */
bool bytes_split(struct bytes *rest, uint8_t sep, struct bytes *head_out);
/* Index of the first octet, or b.len. */
size_t bytes_find(struct bytes b, uint8_t octet);

/* Reading cursor; numbers are big-endian. */
struct rd {
	const uint8_t *ptr;
	const uint8_t *end;
	int err; /* ERR_OK or ERR_TRUNCATED */
};

struct rd rd_of(struct bytes b);
uint8_t rd_u8(struct rd *r); /* 0 past the end, and the error sticks */
uint16_t rd_u16(struct rd *r);
uint32_t rd_u32(struct rd *r);
uint64_t rd_u64(struct rd *r);
struct bytes rd_take(struct rd *r, size_t len);
size_t rd_left(const struct rd *r);
int rd_err(const struct rd *r);

/* Writing cursor into a buffer of the caller's; sticks with ERR_LIMIT when full. */
struct wr {
	uint8_t *buf;
	size_t cap;
	size_t len;
	int err;
};

struct wr wr_of(void *buf, size_t cap);
void wr_u8(struct wr *w, uint8_t v);
void wr_u16(struct wr *w, uint16_t v);
void wr_u32(struct wr *w, uint32_t v);
void wr_u64(struct wr *w, uint64_t v);
void wr_put(struct wr *w, struct bytes b);
struct bytes wr_bytes(const struct wr *w); /* what was written so far */
int wr_err(const struct wr *w);

#endif
