/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/kannel_http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "gateway/flow/alarms.h"
#include "gateway/wire/kannel_health.h"
#include "gateway/wire/kannel_sendsms.h"
#include "parsers/err.h"
#include "parsers/kannel_form.h"
#include "parsers/keyed.h"
#include "parsers/receipt.h"
#include "parsers/utf8.h"

/* A request that intake couldn't take is posted again after this, doubled up to the most. */
#define REPOST_FIRST_MS (SECOND_MS / 2)
#define REPOST_MOST_MS  (10 * SECOND_MS)
/* Texts that we refused for now and wait to see again. */
#define REFUSED_MAX 32
/* Kannel's http-queue-delay is 10 s unless set otherwise; after this nothing comes any more. */
#define REFUSED_WAIT_MS (15 * MINUTE_MS)
/* A message and everything that one request holds. */
#define FORM_ARENA_MAX ARENA_MESSAGE_MAX

/* One request whose message or receipt isn't on disk yet; outlives the channel while intake has it. */
struct held {
	struct kannel_http *own; /* NULL: the channel is gone */
	struct held *next, **at;
	struct http_request *request; /* NULL: answered already */
	bool is_receipt, is_posted;
	int64_t wait_ms;
	struct mono until;  /* hold_max */
	struct timer timer; /* posts again, or gives up */
	char id[64];        /* Kannel's */
};

struct refused {
	char id[64]; /* "": free */
	struct mono at;
};

struct kannel_http {
	struct wire_channel base; /* first */
	struct channel *channel;
	struct kannel_health *health;
	struct sendsms *sendsms;
	struct held *held;
	size_t n_held;
	struct refused refused[REFUSED_MAX];
	size_t next_refused;
	struct timer refused_timer;
};

static struct kannel_http *http_of(const struct channel *c)
{
	return c->own;
}

/* 0 stops it. */
static void arm(struct kannel_http *k, struct timer *t, int64_t in_ms)
{
	struct host *h = k->base.wire->host;
	struct mono when = { 0 };

	if (in_ms > 0)
		when.ms = h->mono(h).ms + in_ms;
	h->timer(h, t, when);
}

/* --- texts that were refused for now: does Kannel repeat them? --- */

static void look_at_refused(struct kannel_http *k)
{
	struct host *h = k->base.wire->host;
	bool some_wait = false;

	for (size_t i = 0; i < REFUSED_MAX; i++) {
		struct refused *r = &k->refused[i];

		if (r->id[0] == '\0')
			continue;
		if (h->mono(h).ms - r->at.ms < REFUSED_WAIT_MS) {
			some_wait = true;
			continue;
		}
		r->id[0] = '\0';
		kannel_health_set(
			k->health, FAULT_NOT_REPEATED,
			"Kannel doesn't repeat a text that was refused for now, it is lost: "
			"set http-request-retry = 1000000 in its group smsbox");
	}
	if (some_wait)
		arm(k, &k->refused_timer, MINUTE_MS);
}

static void on_refused_timer(struct timer *t)
{
	look_at_refused(
		(struct kannel_http *)((char *)t - offsetof(struct kannel_http, refused_timer)));
}

static void note_refused(struct kannel_http *k, const char *id)
{
	struct refused *r = &k->refused[k->next_refused++ % REFUSED_MAX];
	struct host *h = k->base.wire->host;

	if (id[0] == '\0')
		return;
	snprintf(r->id, sizeof(r->id), "%s", id);
	r->at = h->mono(h);
	arm(k, &k->refused_timer, MINUTE_MS);
}

static void note_seen(struct kannel_http *k, const char *id)
{
	for (size_t i = 0; i < REFUSED_MAX; i++) {
		if (k->refused[i].id[0] == '\0' || strcmp(k->refused[i].id, id) != 0)
			continue;
		k->refused[i].id[0] = '\0';
		kannel_health_set(k->health, FAULT_NOT_REPEATED, NULL);
	}
}

/* --- held requests --- */

static void held_free(struct held *d)
{
	if (d->own != NULL) {
		arm(d->own, &d->timer, 0);
		*d->at = d->next;
		if (d->next != NULL)
			d->next->at = d->at;
		d->own->n_held--;
	}
	free(d);
}

static void held_answer(struct held *d, unsigned status)
{
	if (d->request == NULL)
		return;
	http_answer(d->request, status, NULL, BYTES_NONE);
	d->request = NULL;
}

static void give_up(struct held *d)
{
	if (d->request == NULL)
		return;
	log_warning("kannel", "chan=%s event=refused peer=%s status=503 cause=\"not kept in time\"",
		    d->own->channel->conf->name, http_peer(d->request));
	d->own->channel->counts.retried++;
	if (!d->is_receipt)
		note_refused(d->own, d->id);
	held_answer(d, 503);
}

/* intake_answer_fn: what Kannel is told, by class of error. */
static void on_answer(void *ctx, int err)
{
	struct held *d = ctx;

	d->is_posted = false;
	if (d->own == NULL || d->request == NULL) {
		held_free(d);
		return;
	}
	switch (err_class(err)) {
	case ERR_IS_OK:
	case ERR_IS_REJECT: /* in the quarantine; Kannel would ask again for ever */
		d->own->channel->counts.kept++;
		held_answer(d, 200);
		held_free(d);
		break;
	case ERR_IS_RETRY:
		arm(d->own, &d->timer,
		    host_backoff(d->own->base.wire->host, &d->wait_ms, REPOST_FIRST_MS,
				 REPOST_MOST_MS));
		break;
	case ERR_IS_FATAL:
		held_answer(d, 503);
		held_free(d);
		break;
	}
}

/* --- a text --- */

static bool has_nul(struct bytes b)
{
	return bytes_find(b, 0) < b.len;
}

/* Words of what keeps a text from being read as it stands; none: nothing. */
static int find_fault(const struct mo_form *form, struct arena *a, struct bytes *fault_out)
{
	static const enum mo_field plain[] = { MO_ID, MO_FROM, MO_TO, MO_SMSC, MO_CHARSET };
	struct bytes text = form->fields[MO_TEXT].value;

	if (form->faults != 0)
		return mo_form_words(form, a, fault_out);
	*fault_out = BYTES_NONE;
	for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
		if (has_nul(form->fields[plain[i]].value) ||
		    !utf8_is_valid(form->fields[plain[i]].value))
			*fault_out = bytes_of("a parameter holds octets that are no text");
	}
	if (form->coding == CODING_GSM7 && (has_nul(text) || !utf8_is_valid(text)))
		*fault_out = bytes_of("text isn't valid UTF-8");
	return ERR_OK;
}

static void fill_message(struct message *msg, const struct mo_form *form)
{
	msg->from_raw = form->fields[MO_FROM].value;
	msg->to = form->fields[MO_TO].value;
	msg->raw = form->fields[MO_TEXT].value;
	msg->coding = form->coding >= 0 ? (enum message_coding)form->coding : CODING_GSM7;
	msg->charset = form->fields[MO_CHARSET].value;
	msg->udh = form->fields[MO_UDH].value;
	msg->smsc = form->fields[MO_SMSC].value;
	msg->remote_id = form->fields[MO_ID].value;
	msg->smsc_time = form->at;
}

static int read_mo(struct bytes query, struct message **msg_out, struct mo_form *form_out)
{
	struct message *msg = message_new(FORM_ARENA_MAX);
	int err;

	if (msg == NULL)
		return ERR_NOMEM;
	err = mo_form_decode(query, msg->arena, form_out);
	if (err != ERR_OK) {
		message_free(&msg);
		return err;
	}
	fill_message(msg, form_out);
	*msg_out = msg;
	return ERR_OK;
}

static void post_mo(struct held *d)
{
	struct kannel_http *k = d->own;
	struct message *msg;
	struct mo_form form;
	int err = read_mo(http_query(d->request), &msg, &form);

	if (err == ERR_OK)
		err = find_fault(&form, msg->arena, &msg->fault);
	if (err != ERR_OK) {
		on_answer(d, ERR_NOMEM);
		return;
	}
	if (msg->fault.len > 0)
		log_warning("kannel", "chan=%s event=quarantined peer=%s cause=\"%.*s\"",
			    k->channel->conf->name, http_peer(d->request),
			    PRI_BYTES(bytes_cut(msg->fault, 0, 400)));
	d->is_posted = true;
	arrive_take(k->channel, &msg, on_answer, d);
}

/* --- a receipt --- */

static bool is_usable(const struct dlr_form *form, struct receipt *r)
{
	*r = (struct receipt){ .remote_id = form->fields[DLR_FOREIGN].value, .at = form->at };
	if (form->fields[DLR_ROW].faults != 0 || form->fields[DLR_STATUS].faults != 0 ||
	    form->status < 0)
		return false;
	receipt_of_kannel(form->status, form->fields[DLR_TEXT].value, r);
	return receipt_row_parse(form->fields[DLR_ROW].value, r) == ERR_OK;
}

/* What can't be read as a receipt is shown to a person, without the secret that it carried. */
static void quarantine_dlr(struct held *d, const struct dlr_form *form, struct message *msg)
{
	static const struct {
		enum dlr_field field;
		const char *name;
	} shown[] = {
		{ DLR_ROW, "row" },    { DLR_STATUS, " d" }, { DLR_ID, " id" },
		{ DLR_FOREIGN, " f" }, { DLR_TEXT, " a" },   { DLR_SMSC, " smsc" },
	};
	struct strbuf raw = strbuf_in(msg->arena, 16 * KIB);
	struct bytes words = BYTES_NONE;

	for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
		strbuf_addf(&raw, "%s=", shown[i].name);
		strbuf_add(&raw, bytes_cut(form->fields[shown[i].field].value, 0, KIB));
	}
	(void)dlr_form_words(form, msg->arena, &words);
	msg->raw = strbuf_bytes(&raw);
	msg->coding = CODING_OCTETS;
	msg->remote_id = form->fields[DLR_ID].value;
	msg->fault = words.len > 0 ? words : bytes_of("a receipt for no row of ours");
	log_warning("kannel", "chan=%s event=quarantined peer=%s cause=\"%.*s\"",
		    d->own->channel->conf->name, http_peer(d->request),
		    PRI_BYTES(bytes_cut(msg->fault, 0, 400)));
	arrive_take(d->own->channel, &msg, on_answer, d);
}

static void post_dlr(struct held *d)
{
	struct kannel_http *k = d->own;
	struct message *msg = message_new(FORM_ARENA_MAX);
	struct dlr_form form;
	struct receipt r;

	if (msg == NULL || dlr_form_decode(http_query(d->request), msg->arena, &form) != ERR_OK) {
		message_free(&msg);
		on_answer(d, ERR_NOMEM);
		return;
	}
	k->channel->counts.receipts++;
	d->is_posted = true;
	if (!is_usable(&form, &r)) {
		quarantine_dlr(d, &form, msg);
		return;
	}
	intake_receipt(k->channel->core->intake, k->channel, &r, on_answer, d);
	message_free(&msg);
}

/* --- a request --- */

static void post(struct held *d)
{
	struct host *h = d->own->base.wire->host;

	/* A disk that hangs: the request is given up all the same, and its repeat is recognised. */
	h->timer(h, &d->timer, d->until);
	if (d->is_receipt)
		post_dlr(d);
	else
		post_mo(d);
}

static void on_held_timer(struct timer *t)
{
	struct held *d = (struct held *)((char *)t - offsetof(struct held, timer));
	struct host *h = d->own->base.wire->host;

	if (!d->is_posted && h->mono(h).ms < d->until.ms) {
		post(d);
		return;
	}
	give_up(d);
	if (!d->is_posted)
		held_free(d);
}

static struct held *held_new(struct kannel_http *k, struct http_request *r, bool is_receipt,
			     struct bytes id)
{
	struct held *d = calloc(1, sizeof(*d));
	struct host *h = k->base.wire->host;

	if (d == NULL)
		return NULL;
	d->own = k;
	d->request = r;
	d->is_receipt = is_receipt;
	d->timer.fire = on_held_timer;
	d->until.ms = h->mono(h).ms + k->channel->conf->hold_max_ms;
	snprintf(d->id, sizeof(d->id), "%.*s", PRI_BYTES(id));
	d->next = k->held;
	d->at = &k->held;
	if (k->held != NULL)
		k->held->at = &d->next;
	k->held = d;
	k->n_held++;
	return d;
}

/* is_held: by wire_early already. */
static void hold(struct kannel_http *k, struct http_request *r, bool is_receipt, bool is_held,
		 struct bytes id)
{
	struct held *d;

	if (!is_held && !http_hold(r)) {
		kannel_health_set(k->health, FAULT_TOO_MANY,
				  "Kannel sends more requests at once than are held (256): set "
				  "max-pending-requests = 16 in its group smsbox");
		http_answer(r, 503, NULL, BYTES_NONE);
		return;
	}
	d = held_new(k, r, is_receipt, id);
	if (d == NULL) {
		http_answer(r, 503, NULL, BYTES_NONE);
		return;
	}
	note_seen(k, d->id);
	post(d);
}

static bool is_peer(const struct conf_channel *conf, const char *peer)
{
	for (size_t i = 0; i < conf->n_peers; i++) {
		if (strcmp(conf->peers[i], peer) == 0)
			return true;
	}
	return false;
}

/* The channel whose peer and secret these are; NULL, and why. */
static struct channel *find_channel(const struct core *core, const char *peer, struct bytes key,
				    const char **alarm_out)
{
	*alarm_out = "wrong-peer";
	for (size_t i = 0; i < core->n_channels; i++) {
		struct channel *c = core->channels[i];

		if (c->conf->type != CHANNEL_KANNEL || c->conf->link != LINK_HTTP ||
		    !is_peer(c->conf, peer))
			continue;
		*alarm_out = "wrong-secret";
		if (keyed_same(key, bytes_of(c->conf->secret)))
			return c;
	}
	return NULL;
}

static void refuse(struct wire *w, struct http_request *r, const char *alarm)
{
	const char *cause = strcmp(alarm, "wrong-peer") == 0 ? "not one of peers" : "wrong secret";

	log_warning("http", "event=refused peer=%s status=403 cause=\"%s\"", http_peer(r), cause);
	/* From where stands in the line above. */
	alarm_note(w->core->alarms, alarm,
		   "requests to Kannel's callback are refused: %s; if it is Kannel that asks, its "
		   "texts "
		   "pile up there",
		   cause);
	http_answer(r, 403, NULL, BYTES_NONE);
}

/* All of a request is decoded again when it is posted: here only who asks counts. */
static void on_request(struct wire *w, struct http_request *r, bool is_receipt, bool is_held)
{
	struct arena *a = arena_new(FORM_ARENA_MAX);
	struct bytes key = BYTES_NONE;
	struct bytes id = BYTES_NONE;
	struct mo_form mo;
	struct dlr_form dlr;
	struct channel *c;
	const char *alarm;
	int err = ERR_NOMEM;

	if (a != NULL && is_receipt) {
		err = dlr_form_decode(http_query(r), a, &dlr);
		key = dlr.fields[DLR_KEY].value;
		id = dlr.fields[DLR_ID].value;
	} else if (a != NULL) {
		err = mo_form_decode(http_query(r), a, &mo);
		key = mo.fields[MO_KEY].value;
		id = mo.fields[MO_ID].value;
	}
	if (err != ERR_OK) {
		http_answer(r, 503, NULL, BYTES_NONE);
	} else {
		c = find_channel(w->core, http_peer(r), key, &alarm);
		if (c != NULL)
			hold(http_of(c), r, is_receipt, is_held, id);
		else
			refuse(w, r, alarm);
	}
	arena_free(&a);
}

/* Before the store is ready there are no channels: who asks can't be told yet, and a refusal might cost a text. */
static void on_arrival(struct wire *w, struct http_request *r, bool is_receipt)
{
	if (w->core->is_open || w->core->n_channels > 0)
		on_request(w, r, is_receipt, false);
	else if (w->n_early < ARRAY_LEN(w->early) && http_hold(r))
		w->early[w->n_early++] = (struct wire_early){ r, is_receipt };
	else
		http_answer(r, 503, NULL, BYTES_NONE);
}

void kannel_http_mo(struct http_request *r, void *wire)
{
	on_arrival(wire, r, false);
}

void kannel_http_dlr(struct http_request *r, void *wire)
{
	on_arrival(wire, r, true);
}

void kannel_http_open(struct wire *w)
{
	for (size_t i = 0; i < w->n_early; i++)
		on_request(w, w->early[i].request, w->early[i].is_receipt, true);
	w->n_early = 0;
}

void kannel_http_close(struct wire *w)
{
	for (size_t i = 0; i < w->n_early; i++)
		http_answer(w->early[i].request, 503, NULL, BYTES_NONE);
	w->n_early = 0;
}

/* --- the channel --- */

static unsigned http_room(const struct channel *c)
{
	const struct kannel_http *k = http_of(c);

	return k->base.wire->is_stopping ? 0 : sendsms_room(k->sendsms);
}

static void http_send(struct channel *c, const struct outgoing *out)
{
	sendsms_send(http_of(c)->sendsms, out);
}

static size_t http_under_way(const struct channel *c)
{
	const struct kannel_http *k = http_of(c);

	return sendsms_under_way(k->sendsms) + k->n_held;
}

static int http_start(struct channel *c)
{
	struct kannel_http *k = http_of(c);
	int err;

	k->channel = c;
	k->refused_timer.fire = on_refused_timer;
	err = kannel_health_start(c, &k->health);
	if (err == ERR_OK)
		err = sendsms_new(c, k->health, &k->sendsms);
	if (err != ERR_OK)
		return err;
	/* Whether smsbox is there is seen with the first text, or on its status page. */
	kannel_health_link(k->health, true, "ready");
	return ERR_OK;
}

static void http_stop(struct channel *c)
{
	struct kannel_http *k = http_of(c);

	sendsms_free(&k->sendsms);
	while (k->held != NULL) {
		struct held *d = k->held;
		bool is_posted = d->is_posted;

		held_answer(d, 503);
		arm(k, &d->timer, 0);
		k->held = d->next;
		d->own = NULL;
		if (!is_posted)
			free(d); /* the others are freed by their answer */
	}
	arm(k, &k->refused_timer, 0);
	kannel_health_stop(&k->health);
	free(k);
	c->own = NULL;
}

static const struct channel_ops http_ops = {
	.start = http_start,
	.stop = http_stop,
	.room = http_room,
	.send = http_send,
	.n_under_way = http_under_way,
};

struct channel *kannel_http_make(struct wire *w)
{
	struct channel *c = calloc(1, sizeof(*c));
	struct kannel_http *k = calloc(1, sizeof(*k));

	if (c == NULL || k == NULL) {
		free(c);
		free(k);
		return NULL;
	}
	k->base.wire = w;
	c->ops = &http_ops;
	c->own = k;
	return c;
}
