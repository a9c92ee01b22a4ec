/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/gateway/mail_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/desk/clocks.h"
#include "store/cases.h"
#include "store/messages.h"
#include "store/outbox.h"
#include "tests/tap.h"

static struct bytes kept(struct hall *h, const char *text)
{
	return text != NULL ? arena_dup(h->keep, bytes_of(text)) : BYTES_NONE;
}

static struct mail *mail_of(struct hall *h, const struct given_mail *g)
{
	struct mail *m = arena_alloc(h->keep, sizeof(*m));
	struct mail_person *to = arena_alloc(h->keep, sizeof(*to));
	struct bytes *lists = arena_array(h->keep, 2, sizeof(*lists));
	char text[4000], id[60];

	if (m == NULL || to == NULL || lists == NULL)
		return NULL;
	snprintf(text, sizeof(text), "%s%s%s", g->text != NULL ? g->text : "",
		 g->quote != NULL ? "\n\n> " : "", g->quote != NULL ? g->quote : "");
	snprintf(id, sizeof(id), "m%u@example.org", h->n_texts);
	*to = (struct mail_person){ .address = kept(h, g->to != NULL ? g->to : OUR_ADDRESS) };
	lists[0] = kept(h, g->token);
	lists[1] = kept(h, g->tag);
	*m = (struct mail){
		.from.address = kept(h, g->from),
		.n_from = g->n_from != 0 ? g->n_from : 1,
		.to = to,
		.n_to = 1,
		.n_people = 1,
		.subject = kept(h, g->subject),
		.date = h->now,
		.message_id = kept(h, g->id != NULL ? g->id : id),
		.in_reply_to = kept(h, g->in_reply_to),
		.text = kept(h, text),
		.own_text = kept(h, g->text),
		.files = g->files,
		.n_files = g->n_files,
		.automatic = g->automatic,
		.automatic_why =
			g->automatic != MAIL_BY_PERSON ? bytes_of("as the test says") : BYTES_NONE,
		.has_bounce = g->bounce != NULL,
		.auth = { .dmarc = g->dmarc, .auth = g->auth, .auth_identity = kept(h, g->login) },
		.own_is_unsure = g->is_unsure,
		.tokens = lists,
		.n_tokens = g->token != NULL,
		.tags = lists + 1,
		.n_tags = g->tag != NULL,
	};
	if (g->bounce != NULL)
		m->bounce = *g->bounce;
	return m;
}

struct intake_found hall_mail(struct hall *h, const struct given_mail *g)
{
	struct mail_arrival at = { .uid_validity = 1,
				   .uid = ++h->n_texts,
				   .received = h->now,
				   .size = 1000,
				   .is_stale = g->is_stale,
				   .is_unreadable = g->is_unreadable };
	struct mail *m = mail_of(h, g);
	struct message msg = {
		.channel = bytes_of("mail"), .to = bytes_of(OUR_ADDRESS), .mail = m, .arrival = &at
	};
	struct intake_found found = { 0 };
	char octets[60];
	int err;

	if (m == NULL)
		return found;
	if (g->is_unreadable)
		at.why = bytes_of("signal 11 after 120 ms");
	snprintf(octets, sizeof(octets), "octets of mail %u", at.uid);
	keyed_sha256(bytes_of(g->repeat_of != NULL ? g->repeat_of : octets), at.blob);
	msg.text = m->own_text;
	err = hall_message(h, &msg, false, &found);
	if (err != ERR_OK)
		diag("mail from %s: %s", g->from != NULL ? g->from : "?", err_text(err));
	return found;
}

const Pb__Outbox *hall_mail_to(struct hall *h, const char *address)
{
	char to[300];

	snprintf(to, sizeof(to), ":%s", address);
	return hall_last_row(h, to);
}

size_t hall_mails_to(struct hall *h, const char *address)
{
	char to[300];

	snprintf(to, sizeof(to), ":%s", address);
	return hall_rows(h, to);
}

struct fetching {
	struct hall *h;
	uint64_t id;
	Pb__Message *msg;
};

static int fetch(struct txn *t, void *ctx)
{
	struct fetching *f = ctx;

	return message_get(t, f->id, f->h->keep, &f->msg);
}

const Pb__Message *hall_message_of(struct hall *h, uint64_t id)
{
	struct fetching f = { .h = h, .id = id };

	return db_read(h->store.db, (struct mono){ 0 }, fetch, &f) == ERR_OK ? f.msg : NULL;
}

static int deliver(struct txn *t, struct desk *d, void *ctx)
{
	struct claimed claimed[64];
	size_t n;
	int err = outbox_claim(t, bytes_of("mail"), d->now, 64, d->arena, claimed, &n, NULL, NULL,
			       NULL);
	Pb__Outbox *row;

	(void)ctx;
	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		struct send_result r = { .row = claimed[i].row->id, .outcome = SEND_OK };

		err = outbox_result(t, &r, d->now, d->arena, &row);
		if (err == ERR_OK)
			err = clocks_row_changed(t, d, row);
	}
	return err;
}

void hall_mails_sent(struct hall *h)
{
	ok(hall_work(h, deliver, NULL) == ERR_OK, "the server takes all mails");
}

struct search {
	struct hall *h;
	const char *number, *what, *words;
	bool is_there;
};

static int look_at(const Pb__LogEntry *e, void *ctx)
{
	struct search *s = ctx;

	if (strcmp(e->what, s->what) == 0 &&
	    (s->words == NULL || strstr(e->why, s->words) != NULL ||
	     strstr(e->note, s->words) != NULL))
		s->is_there = true;
	return ERR_OK;
}

static int look(struct txn *t, void *ctx)
{
	struct search *s = ctx;

	return case_log_each(t, bytes_of(s->number), look_at, s);
}

bool hall_logged(struct hall *h, const char *number, const char *what, const char *words)
{
	struct search s = { .h = h, .number = number, .what = what, .words = words };

	return db_read(h->store.db, (struct mono){ 0 }, look, &s) == ERR_OK && s.is_there;
}

bool hall_linked(struct hall *h, const char *number, const char *to)
{
	const Pb__Case *rec = hall_case(h, number);

	for (size_t i = 0; rec != NULL && i < rec->n_linked; i++)
		if (strcmp(rec->linked[i], to) == 0)
			return true;
	return false;
}
