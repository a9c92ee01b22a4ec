/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two small files of the kit that have no test of their own: err and keyed. */
#include <string.h>

#include "parsers/err.h"
#include "parsers/keyed.h"
#include "tests/tap.h"

static void test_errors(void)
{
	ok(strcmp(err_text(ERR_OK), "ok") == 0 && err_class(ERR_OK) == ERR_IS_OK, "zero is ok");
	ok(err_class(ERR_DUPLICATE) == ERR_IS_OK, "what is already kept is told as kept");
	ok(err_class(ERR_STORE_IO) == ERR_IS_FATAL && err_class(ERR_STORE_FULL) == ERR_IS_RETRY,
	   "a full store is tried again, a failed write ends us");
	ok(strcmp(err_text(-77777), "unknown error") == 0 && err_class(-77777) == ERR_IS_RETRY,
	   "an error that isn't listed is tried again");
}

static bool digest_same(const struct digest *x, const struct digest *y)
{
	return keyed_same(digest_bytes(x), digest_bytes(y));
}

static void test_digests(void)
{
	const struct bytes parts[] = { BYTES("ab"), BYTES("c") },
			   shifted[] = { BYTES("a"), BYTES("bc") };
	struct keyed_key key = { .octets = { 1 } }, other = { .octets = { 2 } };
	struct digest plain, again, with_key, with_other, moved;
	char hex[2 * KEYED_DIGEST_BYTES + 1];

	keyed_digest(NULL, parts, 2, &plain);
	keyed_digest(NULL, parts, 2, &again);
	keyed_digest(NULL, shifted, 2, &moved);
	keyed_digest(&key, parts, 2, &with_key);
	keyed_digest(&other, parts, 2, &with_other);
	ok(digest_same(&plain, &again), "the same parts have the same digest");
	ok(!digest_same(&plain, &moved), "parts can't run into each other");
	ok(!digest_same(&plain, &with_key) && !digest_same(&with_key, &with_other),
	   "a key changes it, another key too");
	ok(!keyed_same(bytes_of("a"), bytes_of("ab")) && keyed_same(BYTES_NONE, BYTES_NONE),
	   "lengths count");
	keyed_hex(digest_bytes(&plain), hex, sizeof(hex));
	ok(strlen(hex) == 32 && strspn(hex, "0123456789abcdef") == 32, "hex is lower case");
	keyed_hex(bytes_at("\x00\xFF", 2), hex, 5);
	is_text(bytes_of(hex), "00ff", "hex fits exactly");
	/* Stored keys and tokens depend on it: a change here is a change of the store. */
	keyed_hex(digest_bytes(&with_key), hex, sizeof(hex));
	is_text(bytes_of(hex), "ae5e84eafa1d13c99310d12cfe1aba05",
		"digests are the same in every version");
	keyed_new_key(&key);
	keyed_new_key(&other);
	ok(memcmp(&key, &other, sizeof(key)) != 0, "two new keys differ");
	keyed_wipe(&key, sizeof(key));
	ok(key.octets[0] == 0 && key.octets[KEYED_KEY_BYTES - 1] == 0, "a wiped key is gone");
}

int main(void)
{
	plan(0);
	is_int(keyed_init(), ERR_OK, "the library starts");
	test_errors();
	test_digests();
	return done_testing();
}
