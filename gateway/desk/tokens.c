/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/tokens.h"

#include <inttypes.h>
#include <stdio.h>

/* What a token's "what" and "who" are made of; long enough for any number. */
#define ID_SIZE 32

/* The letter of the key in force. Another one comes with the first change of keys. */
#define KEY_LETTER 'a'

static struct mail_token_key key_of(const struct desk *d)
{
	struct mail_token_key k = { .id = KEY_LETTER };

	if (d->key != NULL)
		k.key = *d->key;
	return k;
}

static void make(const struct desk *d, const struct mail_token_of *of,
		 char token_out[MAIL_TOKEN_SIZE])
{
	struct mail_token_key k = key_of(d);

	mail_token_make(&k, 1, of, token_out);
	keyed_wipe(&k, sizeof(k));
}

static bool is_right(const struct desk *d, const struct mail_token_of *of, struct bytes token)
{
	struct mail_token_key k = key_of(d);
	int err = mail_token_check(&k, 1, of, token);

	keyed_wipe(&k, sizeof(k));
	return err == ERR_OK;
}

static struct bytes id_words(const char *prefix, uint64_t id, char buf[ID_SIZE])
{
	(void)snprintf(buf, ID_SIZE, "%s%" PRIu64, prefix, id);
	return bytes_of(buf);
}

static struct mail_token_of of_citizen(const struct desk *d, const char *case_number,
				       uint64_t contact, char buf[ID_SIZE])
{
	return (struct mail_token_of){ .kind = TOKEN_CITIZEN,
				       .instance = bytes_of(d->conf->instance),
				       .what = bytes_of(case_number),
				       .who = id_words("", contact, buf) };
}

static struct mail_token_of of_staff(const struct desk *d, const Pb__Case *rec, struct bytes member)
{
	return (struct mail_token_of){ .kind = TOKEN_STAFF,
				       .instance = bytes_of(d->conf->instance),
				       .what = bytes_of(rec->number),
				       .who = member,
				       .epoch = rec->epoch };
}

static struct mail_token_of of_held(const struct desk *d, uint64_t held, struct bytes member,
				    char buf[ID_SIZE])
{
	return (struct mail_token_of){ .kind = TOKEN_STAFF,
				       .instance = bytes_of(d->conf->instance),
				       .what = id_words("held/", held, buf),
				       .who = member };
}

static struct mail_token_of of_bounce(const struct desk *d, uint64_t row, char buf[ID_SIZE])
{
	return (struct mail_token_of){ .kind = TOKEN_BOUNCE,
				       .instance = bytes_of(d->conf->instance),
				       .what = id_words("", row, buf) };
}

void token_citizen(const struct desk *d, const char *case_number, uint64_t contact,
		   char token_out[MAIL_TOKEN_SIZE])
{
	char buf[ID_SIZE];
	struct mail_token_of of = of_citizen(d, case_number, contact, buf);

	make(d, &of, token_out);
}

void token_staff(const struct desk *d, const Pb__Case *rec, struct bytes member,
		 char token_out[MAIL_TOKEN_SIZE])
{
	struct mail_token_of of = of_staff(d, rec, member);

	make(d, &of, token_out);
}

void token_held(const struct desk *d, uint64_t held, struct bytes member,
		char token_out[MAIL_TOKEN_SIZE])
{
	char buf[ID_SIZE];
	struct mail_token_of of = of_held(d, held, member, buf);

	make(d, &of, token_out);
}

void token_bounce(const struct desk *d, uint64_t row, char token_out[MAIL_TOKEN_SIZE])
{
	char buf[ID_SIZE];
	struct mail_token_of of = of_bounce(d, row, buf);

	make(d, &of, token_out);
}

bool token_is_citizen(const struct desk *d, const char *case_number, uint64_t contact,
		      struct bytes token)
{
	char buf[ID_SIZE];
	struct mail_token_of of = of_citizen(d, case_number, contact, buf);

	return is_right(d, &of, token);
}

bool token_is_staff(const struct desk *d, const Pb__Case *rec, struct bytes member,
		    struct bytes token)
{
	struct mail_token_of of = of_staff(d, rec, member);

	return is_right(d, &of, token);
}

bool token_is_held(const struct desk *d, uint64_t held, struct bytes member, struct bytes token)
{
	char buf[ID_SIZE];
	struct mail_token_of of = of_held(d, held, member, buf);

	return is_right(d, &of, token);
}

bool token_is_bounce(const struct desk *d, uint64_t row, struct bytes token)
{
	char buf[ID_SIZE];
	struct mail_token_of of = of_bounce(d, row, buf);

	return is_right(d, &of, token);
}

struct bytes token_of_mail(const struct mail *m, enum mail_token_kind kind)
{
	for (size_t i = 0; i < m->n_tokens; i++)
		if (mail_token_kind(m->tokens[i]) == (int)kind)
			return m->tokens[i];
	return BYTES_NONE;
}
