/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/staff_auth.h"

#include <ctype.h>

#include "gateway/desk/tokens.h"
#include "parsers/plant.h"
#include "store/cases.h"
#include "store/held.h"
#include "store/outbox.h"
#include "store/threads.h"

/* clang-format off */
static const struct {
	const char *words;
	const char *key;
} lacks[STAFF_LACKS] = {
	[STAFF_PROVEN]        = { "proven", "" },
	[STAFF_NO_TOKEN]      = { "it brings no token of ours", "held.token" },
	[STAFF_OLD_TOKEN]     = { "its token is of before the case was given to somebody else", "held.old" },
	[STAFF_OTHER_CASE]    = { "its token is for another case than its subject names", "held.case" },
	[STAFF_OTHER_PERSON]  = { "From isn't the address of the member that its token was given to", "held.person" },
	[STAFF_SEVERAL_FROM]  = { "it has more than one From", "held.person" },
	[STAFF_GONE]          = { "the member isn't on the roster any more", "held.person" },
	[STAFF_UNPROVEN_FROM] = { "our mail server doesn't say that From is true", "held.proof" },
	[STAFF_REPLAYED]      = { "its Message-ID came before, or it has none", "held.again" },
	[STAFF_ASKED_FOR]     = { "every command is asked back for (staff_proof = confirm)", "" },
};
/* clang-format on */

const char *staff_lack_text(enum staff_lack lack)
{
	return lacks[lack].words;
}

const char *staff_lack_key(enum staff_lack lack)
{
	return lacks[lack].key;
}

bool staff_auth_is_staff(const struct desk *d, const struct mail *m)
{
	if (token_of_mail(m, TOKEN_STAFF).len != 0)
		return true;
	return m->n_tags > 0 && profile_member_of_mail(d->conf->profile, m->from.address) != NULL;
}

bool staff_auth_same(struct bytes a, struct bytes b)
{
	for (size_t i = 0; i < a.len && a.len == b.len; i++)
		if (tolower(a.ptr[i]) != tolower(b.ptr[i]))
			return false;
	return a.len == b.len && a.len != 0;
}

/*
 * A login proves who wrote only where it is the member's own: the whole address, or, of a bare name,
 * one of our own server's domain, since another domain's jelena is somebody else. A server that
 * doesn't say whose login it was proves that somebody has one.
 */
static bool is_login_of(const struct mail_auth *auth, struct bytes address, struct bytes ours)
{
	size_t at = bytes_find(address, '@');
	struct bytes domain = bytes_cut(address, at, address.len);
	struct bytes our_domain = bytes_cut(ours, bytes_find(ours, '@'), ours.len);

	if (auth->auth != PROOF_PASS)
		return false;
	if (bytes_find(auth->auth_identity, '@') < auth->auth_identity.len)
		return staff_auth_same(auth->auth_identity, address);
	return staff_auth_same(auth->auth_identity, bytes_cut(address, 0, at)) &&
	       staff_auth_same(domain, our_domain);
}

static bool is_from_proven(const struct mail *m, const struct conf_channel *channel)
{
	const struct mail_auth *auth = &m->auth;
	struct bytes ours = channel != NULL ? bytes_of(channel->from) : BYTES_NONE;

	if (PLANT(PLANT_STAFF_BELIEVED))
		return true;
	if (auth->dmarc == PROOF_FAIL)
		return false;
	return auth->dmarc == PROOF_PASS || auth->dkim == PROOF_PASS ||
	       is_login_of(auth, m->from.address, ours);
}

static bool names_other_case(const struct mail *m, const Pb__Case *rec)
{
	for (size_t i = 0; i < m->n_tags; i++)
		if (bytes_is(m->tags[i], rec->number))
			return false;
	return m->n_tags > 0;
}

static bool is_replay(struct txn *t, const struct mail *m)
{
	uint64_t id;

	return m->message_id.len == 0 || thread_message(t, m->message_id, &id) != ERR_NOENT;
}

static bool is_from(const struct mail *m, const struct member *member)
{
	return PLANT(PLANT_TOKEN_STOLEN) || staff_auth_same(m->from.address, member->mail);
}

/* What is missing when the token is right. */
static enum staff_lack lack_of(struct txn *t, const struct desk *d, const struct mail *m,
			       const struct staff_claim *c)
{
	const struct conf_channel *channel = desk_mail_channel(d->conf);

	if (c->member == NULL)
		return STAFF_GONE;
	if (m->n_from != 1)
		return STAFF_SEVERAL_FROM;
	if (!is_from(m, c->member))
		return STAFF_OTHER_PERSON;
	if (is_replay(t, m))
		return STAFF_REPLAYED;
	if (channel != NULL && channel->mail.staff_proof == STAFF_PROOF_CONFIRM)
		return STAFF_ASKED_FOR;
	return is_from_proven(m, channel) ? STAFF_PROVEN : STAFF_UNPROVEN_FROM;
}

/* A token that asked for a word on held ones proves the mailbox that it was sent to, once. */
static enum staff_lack lack_of_held(struct txn *t, const struct mail *m,
				    const struct staff_claim *c)
{
	if (c->member == NULL)
		return STAFF_GONE;
	if (m->n_from != 1)
		return STAFF_SEVERAL_FROM;
	if (!is_from(m, c->member) || m->auth.dmarc == PROOF_FAIL)
		return STAFF_OTHER_PERSON;
	return is_replay(t, m) ? STAFF_REPLAYED : STAFF_PROVEN;
}

static int claim_by_row(struct txn *t, struct desk *d, const struct mail *m, struct bytes token,
			const Pb__Outbox *row, struct staff_claim *c)
{
	int err = case_get(t, bytes_of(row->case_number), d->arena, &c->rec);

	if (err != ERR_OK)
		return err_class(err) == ERR_IS_REJECT ? ERR_OK : err;
	c->member = profile_member(d->conf->profile, bytes_of(row->member));
	if (row->held != 0) {
		err = held_get(t, row->held, d->arena, &c->held);
		if (err == ERR_OK && token_is_held(d, row->held, bytes_of(row->member), token))
			c->lack = lack_of_held(t, m, c);
		return err_class(err) == ERR_IS_REJECT ? ERR_OK : err;
	}
	if (!token_is_staff(d, c->rec, bytes_of(row->member), token))
		c->lack = STAFF_OLD_TOKEN;
	else if (names_other_case(m, c->rec))
		c->lack = STAFF_OTHER_CASE;
	else
		c->lack = lack_of(t, d, m, c);
	return ERR_OK;
}

/* Without a token of ours: the case that it names, and who says to be a member. */
static int claim_by_words(struct txn *t, struct desk *d, const struct mail *m,
			  struct staff_claim *c)
{
	const struct profile *p = d->conf->profile;
	int err = m->n_tags > 0 ? case_get(t, m->tags[0], d->arena, &c->rec) : ERR_NOENT;

	if (err != ERR_OK) {
		c->rec = NULL;
		return err_class(err) == ERR_IS_REJECT ? ERR_OK : err;
	}
	c->member = profile_member_of_mail(p, m->from.address);
	if (c->member == NULL)
		c->member = profile_member(p, bytes_of(c->rec->clerk));
	return ERR_OK;
}

int staff_auth_claim(struct txn *t, struct desk *d, const struct mail *m,
		     struct staff_claim *claim_out)
{
	struct bytes token = token_of_mail(m, TOKEN_STAFF);
	Pb__Outbox *row;
	uint64_t id;
	int err = token_row(t, token, &id);

	*claim_out = (struct staff_claim){ .lack = STAFF_NO_TOKEN };
	if (err == ERR_OK)
		err = outbox_get(t, id, d->arena, &row);
	if (err == ERR_OK)
		return claim_by_row(t, d, m, token, row, claim_out);
	return err == ERR_NOENT ? claim_by_words(t, d, m, claim_out) : err;
}
