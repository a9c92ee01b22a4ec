/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * keyed - digests, plain and with a key; the only user of libsodium.
 *
 * Call keyed_init() once before anything else (main, and each test).
 */
#ifndef PARSERS_KEYED_H
#define PARSERS_KEYED_H

#include "parsers/bytes.h"

#define KEYED_KEY_BYTES    32
#define KEYED_DIGEST_BYTES 16
#define KEYED_SHA256_BYTES 32

struct keyed_key {
	uint8_t octets[KEYED_KEY_BYTES];
};

struct digest {
	uint8_t octets[KEYED_DIGEST_BYTES];
};

int keyed_init(void); /* ERR_IO when the library can't start */
/* BLAKE2b of the parts, each with its length before it, so that parts can't run into each other. key NULL: no key. */
void keyed_digest(const struct keyed_key *key, const struct bytes *parts, size_t n_parts,
		  struct digest *digest_out);
/* SHA-256, as the world knows it: names blobs and attachments. */
void keyed_sha256(struct bytes octets, uint8_t sha256_out[KEYED_SHA256_BYTES]);
struct bytes digest_bytes(const struct digest *d);
/* Constant time. */
bool keyed_same(struct bytes a, struct bytes b);
/* `len` octets as 2 × len lower-case hex letters and a NUL; out has room for 2 × len + 1. */
void keyed_hex(struct bytes octets, char *out, size_t out_size);
/* A new random key (real randomness; not for the simulation's decisions). */
void keyed_new_key(struct keyed_key *key_out);
void keyed_wipe(void *secret, size_t len);

/* keyed_sha256() of what comes in pieces: begin, add each, end. */
struct keyed_sha256_state {
	uint64_t octets[16];
};
void keyed_sha256_begin(struct keyed_sha256_state *s);
void keyed_sha256_add(struct keyed_sha256_state *s, struct bytes octets);
void keyed_sha256_end(struct keyed_sha256_state *s, uint8_t sha256_out[KEYED_SHA256_BYTES]);

#endif
