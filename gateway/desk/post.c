/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/post.h"

#include <ctype.h>
#include <inttypes.h>

#include "gateway/desk/tokens.h"
#include "parsers/contact.h"
#include "parsers/plant.h"
#include "parsers/strbuf.h"
#include "store/counts.h"
#include "store/outbox.h"

/* An address of ours with a token, a tag with a number and a token, a Message-ID. */
#define ADDRESS_MAX (MAIL_ADDRESS_MAX + MAIL_TOKEN_SIZE + 2)
#define TAG_MAX     80
#define ID_MAX      (MAIL_ADDRESS_MAX + 40)
/* Of a long thread a program needs the first and the newest (RFC 5322 3.6.4); more make a header that servers refuse. */
#define REFERENCES_MAX 20

static int refuse(struct desk *d, const char *why)
{
	d->refusal = why;
	return ERR_ACCESS;
}

/* --- addresses of ours --- */

static void split(struct bytes address, struct bytes *local_out, struct bytes *domain_out)
{
	size_t at = bytes_find(address, '@');

	*local_out = bytes_cut(address, 0, at);
	*domain_out = bytes_cut(address, at + 1, address.len);
}

/* Servers tell no capitals apart, and configurations are written by people. */
static bool same_letters(struct bytes a, struct bytes b)
{
	for (size_t i = 0; i < a.len && a.len == b.len; i++)
		if (tolower(a.ptr[i]) != tolower(b.ptr[i]))
			return false;
	return a.len == b.len;
}

static bool is_same_box(struct bytes address, struct bytes ours)
{
	struct bytes local, domain, our_local, our_domain;

	split(address, &local, &domain);
	split(ours, &our_local, &our_domain);
	local = bytes_cut(local, 0, bytes_find(local, '+'));
	return same_letters(local, our_local) && same_letters(domain, our_domain);
}

bool post_is_ours(const struct conf *conf, struct bytes address)
{
	for (size_t i = 0; i < conf->n_channels; i++)
		if (conf->channels[i].type == CHANNEL_MAIL &&
		    is_same_box(address, bytes_of(conf->channels[i].from)))
			return true;
	return false;
}

/* kontakt+TOKEN@…; as it is without a token, or where the server knows no such addresses. */
static char *with_token(struct desk *d, const struct conf_channel *c, const char *token)
{
	struct strbuf s = strbuf_in(d->arena, ADDRESS_MAX);
	struct bytes local, domain;

	if (token[0] == '\0' || !c->mail.sub_addresses)
		return record_strc(d->arena, c->from);
	split(bytes_of(c->from), &local, &domain);
	strbuf_addf(&s, "%.*s+%s@%.*s", PRI_BYTES(local), token, PRI_BYTES(domain));
	return record_str(d->arena, strbuf_bytes(&s));
}

/* The same at every try, so that a copy can be known. */
static char *message_id(struct desk *d, const struct conf_channel *c, uint64_t id)
{
	struct strbuf s = strbuf_in(d->arena, ID_MAX);
	struct bytes local, domain;

	split(bytes_of(c->from), &local, &domain);
	strbuf_addf(&s, "odziv.%s.%" PRIu64 "@%.*s", d->conf->instance, id, PRI_BYTES(domain));
	return record_str(d->arena, strbuf_bytes(&s));
}

/* --- the thread --- */

int post_references(struct desk *d, const Pb__Message *answers, char ***list_out, size_t *n_out)
{
	size_t skip =
		answers->n_references > REFERENCES_MAX ? answers->n_references - REFERENCES_MAX : 0;
	char **list = arena_array(d->arena, REFERENCES_MAX + 1, sizeof(*list));
	size_t n = 0;

	if (list == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < answers->n_references; i++)
		if (i == 0 || i > skip)
			list[n++] = answers->references[i];
	if (answers->message_id[0] != '\0')
		list[n++] = answers->message_id;
	*list_out = list;
	*n_out = n;
	return ERR_OK;
}

static int take_thread(struct desk *d, const struct post *p, Pb__Outbox *row)
{
	if (p->answers == NULL || p->answers->message_id[0] == '\0')
		return ERR_OK;
	row->in_reply_to = p->answers->message_id;
	return post_references(d, p->answers, &row->references, &row->n_references);
}

/* --- how often --- */

/* Counters of one kind and period; a limit of 0 is none. */
struct bound {
	enum attempt kind;
	struct bytes subject;
	uint32_t period;
	unsigned limit;
	const char *why;
};

int post_may_answer(struct txn *t, struct desk *d, const struct conf_channel *c, struct bytes to)
{
	const struct bound bounds[] = {
		{ ATTEMPT_MAIL_ACK, to, (uint32_t)(d->now.ms / DAY_MS), c->mail.acks_day,
		  "this address got as many automatic mails today as it may (acks_day)" },
		{ ATTEMPT_MAIL_ACKS, BYTES_NONE, (uint32_t)(d->now.ms / HOUR_MS), c->mail.acks_hour,
		  "as many automatic mails left within the hour as may (acks_hour)" },
	};

	if (d->silence != NULL)
		return refuse(d, d->silence);
	for (size_t i = 0; i < ARRAY_LEN(bounds); i++) {
		const struct bound *b = &bounds[i];

		if (b->limit == 0 || attempt_get(t, b->kind, b->subject, b->period) < b->limit)
			continue;
		desk_note(d, "mail-acks", "an automatic mail was not sent: %s", b->why);
		return refuse(d, b->why);
	}
	for (size_t i = 0; i < ARRAY_LEN(bounds); i++)
		attempt_add(t, bounds[i].kind, bounds[i].subject, bounds[i].period, 1, d->now);
	return ERR_OK;
}

/* --- the row --- */

static struct bytes tag_of(struct desk *d, const struct conf_channel *c, const struct post *p)
{
	struct strbuf s = strbuf_in(d->arena, TAG_MAX);
	bool with_token = p->token[0] != '\0' && (p->token_in_tag || !c->mail.sub_addresses);

	if (p->case_number[0] == '\0' && !with_token)
		return BYTES_NONE;
	strbuf_addf(&s, "[%s%s%s]", p->case_number,
		    with_token && p->case_number[0] != '\0' ? " " : "", with_token ? p->token : "");
	return strbuf_bytes(&s);
}

static int write_words(struct desk *d, const struct conf_channel *c, const struct post *p,
		       Pb__Outbox *row)
{
	struct letter_values values = p->values;
	struct letter letter;
	int err;

	values.tag = tag_of(d, c, p);
	err = compose_letter(d->conf->profile->catalog, p->letter, p->tongue, &values,
			     (const char *)d->conf->profile->time_zone.ptr, d->arena, &letter);
	if (err != ERR_OK)
		return err;
	row->subject = record_str(d->arena, letter.subject);
	row->text = record_str(d->arena, letter.text);
	row->language = letter.tongue.language;
	row->script = letter.tongue.script;
	return ERR_OK;
}

/* Nobody hears of a bounce to an answer that no person wrote; of all others the return path names the row. */
static void write_envelope(struct desk *d, const struct conf_channel *c, const struct post *p,
			   Pb__Outbox *row)
{
	char token[MAIL_TOKEN_SIZE];

	row->token = record_strc(d->arena, p->token);
	row->reply_to = p->token[0] != '\0' && c->mail.sub_addresses ? with_token(d, c, p->token)
								     : record_strc(d->arena, "");
	row->auto_submitted = PLANT(PLANT_RETURN_PATH) ? 0 : p->author;
	if (p->author == POST_AUTO_REPLIED)
		return;
	token_bounce(d, row->id, token);
	row->bounce_token = record_strc(d->arena, token);
	row->return_path = with_token(d, c, token);
}

static int write_row(struct txn *t, struct desk *d, const struct conf_channel *c,
		     const struct post *p, Pb__Outbox **row_out)
{
	Pb__Outbox *row = arena_alloc(d->arena, sizeof(*row));
	int err;

	if (row == NULL)
		return ERR_NOMEM;
	pb__outbox__init(row);
	row->id = txn_id(t, d->now);
	row->channel = record_strc(d->arena, c->name);
	row->to = record_str(d->arena, p->to);
	row->from = record_strc(d->arena, c->from);
	row->contact = p->contact != NULL ? p->contact->id : 0;
	row->case_number = record_strc(d->arena, p->case_number);
	row->kind = p->kind;
	row->not_before = d->now.ms;
	row->valid_until = d->now.ms + d->conf->validity_ms;
	row->message = p->message;
	row->member = record_str(d->arena, p->member);
	row->held = p->held;
	row->files = p->files;
	row->n_files = p->n_files;
	row->message_id = message_id(d, c, row->id);
	write_envelope(d, c, p, row);
	err = take_thread(d, p, row);
	if (err == ERR_OK)
		err = write_words(d, c, p, row);
	if (err == ERR_OK)
		err = outbox_add(t, row, 1, d->now, d->arena);
	if (err == ERR_OK && row_out != NULL)
		*row_out = row;
	return err;
}

int post_add(struct txn *t, struct desk *d, const struct post *p, Pb__Outbox **row_out)
{
	const struct conf_channel *c = conf_channel(d->conf, p->channel);
	struct bytes address = contact_address(p->to);
	int err;

	if (c == NULL || c->type != CHANNEL_MAIL)
		return refuse(d, "no channel for mails is configured under this name");
	if (address.len == 0)
		return refuse(d, "the sender has no address that can be written to");
	if (post_is_ours(d->conf, address))
		return refuse(d, "the address is our own");
	if (p->author == POST_AUTO_REPLIED) {
		err = post_may_answer(t, d, c, p->to);
		if (err != ERR_OK)
			return err;
	}
	err = write_row(t, d, c, p, row_out);
	if (err == ERR_OK)
		desk_wake(d, c->name);
	return err;
}
