/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/keyed.h"

#include <assert.h>
#include <sodium.h>

#include "parsers/err.h"

int keyed_init(void)
{
	return sodium_init() < 0 ? ERR_IO : ERR_OK;
}

void keyed_digest(const struct keyed_key *key, const struct bytes *parts, size_t n_parts,
		  struct digest *digest_out)
{
	crypto_generichash_state state;
	int rc = crypto_generichash_init(&state, key == NULL ? NULL : key->octets,
					 key == NULL ? 0 : KEYED_KEY_BYTES, KEYED_DIGEST_BYTES);

	for (size_t i = 0; i < n_parts; i++) {
		uint8_t len_octets[8];
		struct wr w = wr_of(len_octets, sizeof(len_octets));

		wr_u64(&w, parts[i].len);
		rc |= crypto_generichash_update(&state, len_octets, sizeof(len_octets));
		if (parts[i].len != 0)
			rc |= crypto_generichash_update(&state, parts[i].ptr, parts[i].len);
	}
	rc |= crypto_generichash_final(&state, digest_out->octets, KEYED_DIGEST_BYTES);
	/* It fails only for sizes out of range, and ours are constants. */
	assert(rc == 0);
	sodium_memzero(&state, sizeof(state));
}

void keyed_sha256(struct bytes octets, uint8_t sha256_out[KEYED_SHA256_BYTES])
{
	static const uint8_t none;

	crypto_hash_sha256(sha256_out, octets.len == 0 ? &none : octets.ptr, octets.len);
}

struct bytes digest_bytes(const struct digest *d)
{
	return bytes_at(d->octets, sizeof(d->octets));
}

bool keyed_same(struct bytes a, struct bytes b)
{
	return a.len == b.len && (a.len == 0 || sodium_memcmp(a.ptr, b.ptr, a.len) == 0);
}

void keyed_hex(struct bytes octets, char *out, size_t out_size)
{
	static const uint8_t none;

	assert(out_size > 2 * octets.len);
	sodium_bin2hex(out, out_size, octets.len == 0 ? &none : octets.ptr, octets.len);
}

void keyed_new_key(struct keyed_key *key_out)
{
	randombytes_buf(key_out->octets, sizeof(key_out->octets));
}

void keyed_wipe(void *secret, size_t len)
{
	sodium_memzero(secret, len);
}

_Static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(struct keyed_sha256_state),
	       "struct keyed_sha256_state is too small");

static crypto_hash_sha256_state *sha256_of(struct keyed_sha256_state *s)
{
	return (crypto_hash_sha256_state *)(void *)s->octets;
}

void keyed_sha256_begin(struct keyed_sha256_state *s)
{
	crypto_hash_sha256_init(sha256_of(s));
}

void keyed_sha256_add(struct keyed_sha256_state *s, struct bytes octets)
{
	if (octets.len != 0)
		crypto_hash_sha256_update(sha256_of(s), octets.ptr, octets.len);
}

void keyed_sha256_end(struct keyed_sha256_state *s, uint8_t sha256_out[KEYED_SHA256_BYTES])
{
	crypto_hash_sha256_final(sha256_of(s), sha256_out);
}
