/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mail_token.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "parsers/err.h"

#define SECRET_FROM   2 /* behind kind and key id */
#define SECRET_OCTETS 10
/* RFC 4648, small: no 0, 1, 8, 9 that people take for letters. */
static const char base32[] = "abcdefghijklmnopqrstuvwxyz234567";

static uint8_t small(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static void put_base32(const uint8_t octets[SECRET_OCTETS], char *out)
{
	unsigned bits = 0, held = 0;

	for (size_t i = 0; i < SECRET_OCTETS; i++) {
		held = held << 8 | octets[i];
		for (bits += 8; bits >= 5; bits -= 5)
			*out++ = base32[held >> (bits - 5) & 31];
	}
}

static void make_with(const struct mail_token_key *key, const struct mail_token_of *of,
		      char token_out[MAIL_TOKEN_SIZE])
{
	char kind = (char)of->kind, epoch[16];
	struct bytes parts[] = { bytes_of("mail token"),
				 bytes_at(&kind, 1),
				 of->instance,
				 of->what,
				 of->who,
				 BYTES_NONE };
	struct digest d;

	snprintf(epoch, sizeof(epoch), "%" PRIu32, of->epoch);
	parts[ARRAY_LEN(parts) - 1] = bytes_of(epoch);
	keyed_digest(&key->key, parts, ARRAY_LEN(parts), &d);
	token_out[0] = kind;
	token_out[1] = key->id;
	put_base32(d.octets, token_out + SECRET_FROM);
	token_out[MAIL_TOKEN_LEN] = '\0';
	keyed_wipe(&d, sizeof(d));
}

void mail_token_make(const struct mail_token_key *keys, size_t n_keys,
		     const struct mail_token_of *of, char token_out[MAIL_TOKEN_SIZE])
{
	assert(n_keys != 0);
	make_with(&keys[0], of, token_out);
}

int mail_token_check(const struct mail_token_key *keys, size_t n_keys,
		     const struct mail_token_of *of, struct bytes token)
{
	char want[MAIL_TOKEN_SIZE], got[MAIL_TOKEN_LEN];
	bool is_right = false;

	if (token.len != MAIL_TOKEN_LEN)
		return ERR_ACCESS;
	for (size_t i = 0; i < MAIL_TOKEN_LEN; i++)
		got[i] = (char)small(token.ptr[i]);
	/* Every key is tried, so that time tells nothing but their number. */
	for (size_t i = 0; i < n_keys; i++) {
		make_with(&keys[i], of, want);
		is_right |= keyed_same(bytes_at(want, MAIL_TOKEN_LEN), bytes_at(got, sizeof(got)));
	}
	keyed_wipe(want, sizeof(want));
	return is_right ? ERR_OK : ERR_ACCESS;
}

/* ---- finding ---- */

static bool is_word(uint8_t c)
{
	return (small(c) >= 'a' && small(c) <= 'z') || (c >= '0' && c <= '9') || c >= 0x80 ||
	       c == '_';
}

static bool is_secret(struct bytes word)
{
	for (size_t i = 0; i < word.len; i++)
		if (strchr(base32, small(word.ptr[i])) == NULL || word.ptr[i] == '\0')
			return false;
	return true;
}

int mail_token_kind(struct bytes token)
{
	uint8_t kind, id;

	if (token.len != MAIL_TOKEN_LEN)
		return 0;
	kind = small(token.ptr[0]);
	id = small(token.ptr[1]);
	if ((kind != TOKEN_STAFF && kind != TOKEN_CITIZEN && kind != TOKEN_BOUNCE) || id < 'a' ||
	    id > 'z' || !is_secret(bytes_cut(token, SECRET_FROM, token.len)))
		return 0;
	return kind;
}

bool mail_token_next(struct bytes *rest, struct bytes *token_out)
{
	size_t i = 0;

	while (i < rest->len) {
		size_t from = i;
		struct bytes word;

		while (i < rest->len && is_word(rest->ptr[i]))
			i++;
		word = bytes_cut(*rest, from, i - from);
		i += i == from;
		if (mail_token_kind(word) == 0)
			continue;
		*token_out = word;
		*rest = bytes_cut(*rest, i, rest->len);
		return true;
	}
	*rest = BYTES_NONE;
	return false;
}

static int add(struct mail_tokens *t, struct arena *a, struct bytes token)
{
	uint8_t word[MAIL_TOKEN_LEN];
	struct bytes kept;

	for (size_t i = 0; i < MAIL_TOKEN_LEN; i++)
		word[i] = small(token.ptr[i]);
	for (size_t i = 0; i < t->n; i++)
		if (bytes_eq(t->list[i], bytes_at(word, sizeof(word))))
			return ERR_OK;
	if (t->n == MAIL_TOKENS_MAX)
		return ERR_OK;
	kept = arena_dup(a, bytes_at(word, sizeof(word)));
	if (kept.ptr == NULL)
		return arena_err(a);
	t->list[t->n++] = kept;
	return ERR_OK;
}

int mail_tokens_of_text(struct mail_tokens *t, struct arena *a, struct bytes text)
{
	struct bytes token;
	int err = ERR_OK;

	while (err == ERR_OK && mail_token_next(&text, &token))
		err = add(t, a, token);
	return err;
}

int mail_tokens_of_address(struct mail_tokens *t, struct arena *a, struct bytes address)
{
	struct bytes local = bytes_cut(address, 0, bytes_find(address, '@'));
	size_t from = 0;

	/* The name before the first mark is the mailbox itself. */
	while (from < local.len && strchr("+-=", local.ptr[from]) == NULL)
		from++;
	return mail_tokens_of_text(t, a, bytes_cut(local, from, local.len));
}

/* "[a [b]": the innermost brackets are a tag. */
int mail_tokens_of_subject(struct mail_tokens *t, struct arena *a, struct bytes subject)
{
	size_t open = subject.len;
	int err = ERR_OK;

	for (size_t i = 0; i < subject.len && err == ERR_OK; i++) {
		if (subject.ptr[i] == '[')
			open = i;
		else if (subject.ptr[i] == ']' && open < i) {
			err = mail_tokens_of_text(t, a, bytes_cut(subject, open, i - open));
			open = subject.len;
		}
	}
	return err;
}
