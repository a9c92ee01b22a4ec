/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/simulator.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "parsers/contact.h"
#include "parsers/err.h"
#include "parsers/receipt.h"

/* How long the network takes for a segment, and before it tries something again. */
#define TRANSIT_MS  1
#define AGAIN_MS    SECOND_MS
#define TEXT_MAX    (64 * KIB)
#define NUMBER_SIZE 32

/* A text on its way from a phone to us, until it is kept. */
struct sim_mo {
	struct simulator *sim; /* NULL: the channel is gone */
	struct sim_mo *next;
	bool is_posted, is_done;
	int err; /* of the last answer */
	char number[NUMBER_SIZE];
	char id[NUMBER_SIZE];
	size_t len;
	uint8_t text[];
};

/* A segment of ours on the network: first its result, then its receipt. */
struct sim_mt {
	struct simulator *sim; /* NULL: the channel is gone */
	struct sim_mt *next;
	bool has_arrived, is_posted, is_done;
	uint64_t row;
	unsigned segment, n_segments;
	char number[NUMBER_SIZE], from[NUMBER_SIZE];
	size_t len;
	uint8_t text[];
};

/* What a phone shows, or the segments of a text that isn't whole yet. */
struct sim_text {
	struct sim_text *next;
	struct wall at;
	char number[NUMBER_SIZE], from[NUMBER_SIZE];
	bool is_seen;
	size_t len;
	uint8_t text[];
};

struct simulator {
	struct wire_channel base; /* first */
	struct channel *channel;
	struct timer timer;   /* what is due on the network */
	struct timer hearing; /* tells a new listener what is there */
	struct sim_mo *mo;
	struct sim_mt *mt, **mt_tail, *parts;
	size_t n_mo, n_mt;
	struct sim_text *inbox, **inbox_tail;
	size_t n_inbox;
	struct phone_ear *ears;
	uint64_t n_ids;
};

static struct simulator *sim_of(const struct channel *c)
{
	return c->own;
}

static void wake(struct simulator *s, int64_t in_ms)
{
	struct host *h = s->base.wire->host;

	h->timer(h, &s->timer, (struct mono){ h->mono(h).ms + in_ms });
}

static int number_of(const struct channel *c, struct bytes typed, char number[NUMBER_SIZE])
{
	const struct contact_country country = { .code = c->conf->country, .trunk = "0" };
	struct arena *a = arena_new(4 * KIB);
	struct bytes contact = BYTES_NONE;
	bool is_phone =
		a != NULL && contact_of_number(typed, &country, a, &contact) == CONTACT_PHONE;

	snprintf(number, NUMBER_SIZE, "%.*s", PRI_BYTES(contact));
	arena_free(&a);
	return is_phone ? ERR_OK : ERR_INVALID;
}

/* --- what phones show --- */

static void tell_ears(struct simulator *s, struct sim_text *t)
{
	struct phone_ear *next;
	char number[NUMBER_SIZE];

	for (struct phone_ear *ear = s->ears; ear != NULL; ear = next) {
		next = ear->next; /* who hears may stop listening */
		if (number_of(s->channel, ear->number, number) != ERR_OK ||
		    strcmp(number, t->number) != 0)
			continue;
		t->is_seen = true;
		ear->hear(ear, t->at, bytes_of(t->from), bytes_at(t->text, t->len));
	}
}

static void on_hearing(struct timer *timer)
{
	struct simulator *s =
		(struct simulator *)((char *)timer - offsetof(struct simulator, hearing));

	for (struct sim_text *t = s->inbox; t != NULL; t = t->next) {
		if (!t->is_seen)
			tell_ears(s, t);
	}
}

static void forget_oldest(struct simulator *s)
{
	struct sim_text *oldest = s->inbox;

	s->inbox = oldest->next;
	if (s->inbox == NULL)
		s->inbox_tail = &s->inbox;
	s->n_inbox--;
	free(oldest);
}

/* all: the segments of one text in order. */
static void show_text(struct simulator *s, struct sim_mt *const *all, size_t n)
{
	struct host *h = s->base.wire->host;
	struct sim_text *t;
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		len += all[i]->len;
	t = calloc(1, sizeof(*t) + len);
	if (t == NULL)
		return;
	for (size_t i = 0; i < n; i++) {
		memcpy(t->text + t->len, all[i]->text, all[i]->len);
		t->len += all[i]->len;
	}
	t->at = h->wall(h);
	snprintf(t->number, sizeof(t->number), "%s", all[0]->number);
	snprintf(t->from, sizeof(t->from), "%s", all[0]->from);
	*s->inbox_tail = t;
	s->inbox_tail = &t->next;
	if (++s->n_inbox > SIM_INBOX_MAX)
		forget_oldest(s);
	tell_ears(s, t);
}

/* --- our texts --- */

static void mt_free_list(struct sim_mt **list)
{
	while (*list != NULL) {
		struct sim_mt *m = *list;

		*list = m->next;
		free(m);
	}
}

static struct sim_mt *mt_copy(const struct sim_mt *m)
{
	struct sim_mt *copy = malloc(sizeof(*copy) + m->len);

	if (copy != NULL)
		memcpy(copy, m, sizeof(*copy) + m->len);
	return copy;
}

/* A phone joins what came in segments; a segment that comes twice counts once. */
static void phone_gets(struct simulator *s, const struct sim_mt *m)
{
	struct sim_mt *all[SEGMENTS_MAX] = { NULL };
	struct sim_mt *part = mt_copy(m);
	size_t n = 0;

	if (part == NULL || m->n_segments > SEGMENTS_MAX) {
		free(part);
		return;
	}
	part->next = s->parts;
	s->parts = part;
	for (struct sim_mt *p = s->parts; p != NULL; p = p->next) {
		if (p->row == m->row && p->segment < m->n_segments && all[p->segment] == NULL) {
			all[p->segment] = p;
			n++;
		}
	}
	if (n < m->n_segments)
		return;
	show_text(s, all, n);
	for (struct sim_mt **at = &s->parts; *at != NULL;) {
		struct sim_mt *p = *at;

		if (p->row != m->row) {
			at = &p->next;
			continue;
		}
		*at = p->next;
		free(p);
	}
}

static void on_receipt_answer(void *ctx, int err)
{
	struct sim_mt *m = ctx;

	m->is_posted = false;
	if (m->sim == NULL) {
		free(m);
		return;
	}
	m->is_done = err_class(err) != ERR_IS_RETRY;
	wake(m->sim, m->is_done ? TRANSIT_MS : AGAIN_MS);
}

static void mt_step(struct simulator *s, struct sim_mt *m)
{
	struct host *h = s->base.wire->host;
	struct receipt r = { .row = m->row, .segment = m->segment, .state = RECEIPT_DELIVERED };

	if (!m->has_arrived) {
		m->has_arrived = true;
		phone_gets(s, m);
		wire_result(s->channel, m->row, m->segment, SEND_OK, NULL, 0);
	}
	if (!s->channel->conf->dlr || s->base.wire->is_stopping) {
		m->is_done = true;
		return;
	}
	r.at = h->wall(h);
	m->is_posted = true;
	s->channel->counts.receipts++;
	intake_receipt(s->channel->core->intake, s->channel, &r, on_receipt_answer, m);
}

static void sim_send(struct channel *c, const struct outgoing *out)
{
	struct simulator *s = sim_of(c);
	struct host *h = s->base.wire->host;
	struct sim_mt *m = calloc(1, sizeof(*m) + out->text.len);

	if (m == NULL) {
		wire_result(c, out->row, out->segment, SEND_LATER, err_text(ERR_NOMEM), 0);
		return;
	}
	m->sim = s;
	m->row = out->row;
	m->segment = out->segment;
	m->n_segments = out->n_segments;
	snprintf(m->number, sizeof(m->number), "%.*s", PRI_BYTES(out->to));
	snprintf(m->from, sizeof(m->from), "%.*s", PRI_BYTES(out->from));
	m->len = out->text.len;
	if (m->len > 0)
		memcpy(m->text, out->text.ptr, m->len);
	*s->mt_tail = m;
	s->mt_tail = &m->next;
	s->n_mt++;
	c->last_out = h->wall(h);
	wake(s, TRANSIT_MS);
}

static unsigned sim_room(const struct channel *c)
{
	const struct simulator *s = sim_of(c);
	unsigned window = c->conf->window;

	return s->base.wire->is_stopping || s->n_mt >= window ? 0 : window - (unsigned)s->n_mt;
}

/* --- texts of phones --- */

static void on_text_answer(void *ctx, int err)
{
	struct sim_mo *m = ctx;

	m->is_posted = false;
	m->err = err;
	if (m->sim == NULL) {
		free(m);
		return;
	}
	m->is_done = err_class(err) != ERR_IS_RETRY;
	m->sim->channel->counts.kept += m->is_done;
	wake(m->sim, m->is_done ? TRANSIT_MS : AGAIN_MS);
}

static void mo_step(struct simulator *s, struct sim_mo *m)
{
	struct host *h = s->base.wire->host;
	struct message *msg = message_new(ARENA_MESSAGE_MAX);

	if (msg == NULL) {
		on_text_answer(m, ERR_NOMEM);
		return;
	}
	msg->from_raw = arena_dup(msg->arena, bytes_of(m->number + strlen("sms:")));
	msg->to = arena_dup(msg->arena, bytes_of(s->channel->conf->from));
	msg->raw = arena_dup(msg->arena, bytes_at(m->text, m->len));
	msg->coding = CODING_GSM7;
	msg->charset = bytes_of("UTF-8");
	msg->remote_id = arena_dup(msg->arena, bytes_of(m->id));
	msg->smsc = bytes_of("simulator");
	msg->smsc_time = h->wall(h);
	m->is_posted = true;
	arrive_take(s->channel, &msg, on_text_answer, m);
}

static void take_out_mo(struct simulator *s, struct sim_mo *m)
{
	struct sim_mo **at = &s->mo;

	while (*at != m)
		at = &(*at)->next;
	*at = m->next;
	s->n_mo--;
	free(m);
}

static int sim_phone_send(struct channel *c, struct bytes number, struct bytes text)
{
	struct simulator *s = sim_of(c);
	struct host *h = s->base.wire->host;
	char contact[NUMBER_SIZE];
	struct sim_mo *m;
	int err = number_of(c, number, contact);

	if (err != ERR_OK)
		return err;
	if (s->n_mo >= SIM_PENDING_MAX || text.len > TEXT_MAX)
		return s->n_mo >= SIM_PENDING_MAX ? ERR_BUSY : ERR_LIMIT;
	/* Who writes has seen what was on the screen. */
	for (struct sim_text *t = s->inbox; t != NULL; t = t->next)
		t->is_seen |= strcmp(t->number, contact) == 0;
	m = calloc(1, sizeof(*m) + text.len);
	if (m == NULL)
		return ERR_NOMEM;
	m->sim = s;
	snprintf(m->number, sizeof(m->number), "%s", contact);
	snprintf(m->id, sizeof(m->id), "%" PRIx64 "-%" PRIu64, (uint64_t)h->wall(h).ms, s->n_ids++);
	m->len = text.len;
	if (m->len > 0)
		memcpy(m->text, text.ptr, m->len);
	m->next = s->mo;
	s->mo = m;
	s->n_mo++;
	mo_step(s, m);
	if (m->is_posted || err_class(m->err) != ERR_IS_RETRY)
		return ERR_OK;
	/* Refused at once: whoever holds the phone is told, and nothing is on its way. */
	err = m->err;
	take_out_mo(s, m);
	return err;
}

static void sim_listen(struct channel *c, struct phone_ear *ear)
{
	struct simulator *s = sim_of(c);
	struct host *h = s->base.wire->host;

	ear->next = s->ears;
	s->ears = ear;
	h->timer(h, &s->hearing, (struct mono){ h->mono(h).ms + 1 });
}

static void sim_unlisten(struct channel *c, struct phone_ear *ear)
{
	struct phone_ear **at = &sim_of(c)->ears;

	while (*at != NULL && *at != ear)
		at = &(*at)->next;
	if (*at == ear)
		*at = ear->next;
}

/* --- the network --- */

static void sweep_done(struct simulator *s)
{
	for (struct sim_mo **at = &s->mo; *at != NULL;) {
		struct sim_mo *m = *at;

		if (!m->is_done) {
			at = &m->next;
			continue;
		}
		*at = m->next;
		s->n_mo--;
		free(m);
	}
	s->mt_tail = &s->mt;
	while (*s->mt_tail != NULL) {
		struct sim_mt *m = *s->mt_tail;

		if (!m->is_done) {
			s->mt_tail = &m->next;
			continue;
		}
		*s->mt_tail = m->next;
		s->n_mt--;
		free(m);
	}
}

static void on_network(struct timer *timer)
{
	struct simulator *s =
		(struct simulator *)((char *)timer - offsetof(struct simulator, timer));

	for (struct sim_mo *m = s->mo; m != NULL; m = m->next) {
		if (!m->is_posted && !m->is_done)
			mo_step(s, m);
	}
	/* What is sent meanwhile comes at the end of the list. */
	for (struct sim_mt *m = s->mt; m != NULL; m = m->next) {
		if (!m->is_posted && !m->is_done)
			mt_step(s, m);
	}
	sweep_done(s);
	dispatch_wake(s->channel->core->dispatch, s->channel);
}

/* --- the channel --- */

static size_t sim_under_way(const struct channel *c)
{
	const struct simulator *s = sim_of(c);
	size_t n = 0;

	for (const struct sim_mt *m = s->mt; m != NULL; m = m->next)
		n += !m->is_done;
	return n;
}

static int sim_start(struct channel *c)
{
	struct simulator *s = sim_of(c);

	s->channel = c;
	s->timer.fire = on_network;
	s->hearing.fire = on_hearing;
	channel_set_state(c, CHANNEL_UP, "simulated");
	return ERR_OK;
}

static void sim_stop(struct channel *c)
{
	struct simulator *s = sim_of(c);
	struct host *h = s->base.wire->host;

	h->timer(h, &s->timer, (struct mono){ 0 });
	h->timer(h, &s->hearing, (struct mono){ 0 });
	while (s->mo != NULL) {
		struct sim_mo *m = s->mo;

		s->mo = m->next;
		m->sim = NULL;
		if (!m->is_posted)
			free(m); /* the others are freed by their answer */
	}
	while (s->mt != NULL) {
		struct sim_mt *m = s->mt;

		s->mt = m->next;
		m->sim = NULL;
		if (!m->is_posted)
			free(m);
	}
	mt_free_list(&s->parts);
	while (s->inbox != NULL)
		forget_oldest(s);
	free(s);
	c->own = NULL;
}

static const struct phone_ops phones = { sim_phone_send, sim_listen, sim_unlisten };
static const struct channel_ops sim_ops = {
	.start = sim_start,
	.stop = sim_stop,
	.room = sim_room,
	.send = sim_send,
	.n_under_way = sim_under_way,
	.never_repeats = true,
	.phone = &phones,
};

struct channel *simulator_make(struct wire *w)
{
	struct channel *c = calloc(1, sizeof(*c));
	struct simulator *s = calloc(1, sizeof(*s));

	if (c == NULL || s == NULL) {
		free(c);
		free(s);
		return NULL;
	}
	s->base.wire = w;
	s->mt_tail = &s->mt;
	s->inbox_tail = &s->inbox;
	c->ops = &sim_ops;
	c->own = s;
	return c;
}
