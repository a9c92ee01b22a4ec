/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/smpp/smpp_inbox.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "gateway/flow/arrive.h"
#include "parsers/err.h"
#include "parsers/plant.h"
#include "parsers/smpp_receipt.h"

/* What intake couldn't take is posted again after this, doubled up to the most. */
#define REPOST_FIRST_MS SECOND_MS
#define REPOST_MOST_MS  (30 * SECOND_MS)
#define REPOST_LOOK_MS  (SECOND_MS / 2)
/* ESME_RX_R_APPN: refused, and not to be given again. */
#define REFUSED_FOR_GOOD 0x66

/* One PDU that isn't answered; it outlives the inbox while intake has it. */
struct taken {
	struct smpp_inbox *inbox; /* NULL: nobody is left to answer it */
	struct taken *next, **at;
	struct smpp_session *session;
	uint64_t connection; /* the one that it came by */
	uint32_t id, sequence;
	uint32_t status; /* what it is answered once it is kept */
	bool is_posted;
	int64_t wait_ms;
	struct mono again_at;
	char smsc[280];
	size_t len;
	uint8_t frame[];
};

struct smpp_inbox {
	struct channel *channel;
	void (*on_full)(void *ctx, bool is_full);
	void *ctx;
	struct timer repost;
	struct taken *taken; /* newest first */
	size_t n_taken, n_waiting, n_octets;
	bool is_full;
};

static struct host *host_of(const struct smpp_inbox *in)
{
	return in->channel->core->host;
}

/* --- what is held --- */

static void look_full(struct smpp_inbox *in)
{
	bool is_full = in->n_taken >= SMPP_TAKEN_MAX || in->n_octets >= SMPP_TAKEN_OCTETS;

	if (is_full == in->is_full)
		return;
	in->is_full = is_full;
	log_warning("smpp", "chan=%s event=%s held=%zu", in->channel->conf->name,
		    is_full ? "full" : "reading_again", in->n_taken);
	in->on_full(in->ctx, is_full);
}

static void taken_free(struct taken *t)
{
	struct smpp_inbox *in = t->inbox;

	if (in != NULL) {
		*t->at = t->next;
		if (t->next != NULL)
			t->next->at = t->at;
		in->n_taken--;
		in->n_octets -= t->len;
		in->n_waiting -= !t->is_posted;
	}
	free(t);
	if (in != NULL)
		look_full(in);
}

static struct taken *taken_new(struct smpp_inbox *in, struct smpp_session *s, const char *smsc,
			       struct bytes frame)
{
	struct taken *t = malloc(sizeof(*t) + frame.len);
	struct rd r = rd_of(frame);

	if (t == NULL)
		return NULL;
	*t = (struct taken){
		.inbox = in, .next = in->taken, .at = &in->taken, .session = s, .len = frame.len
	};
	memcpy(t->frame, frame.ptr, frame.len);
	t->connection = smpp_session_connection(s);
	(void)rd_u32(&r);
	t->id = rd_u32(&r);
	(void)rd_u32(&r);
	t->sequence = rd_u32(&r);
	snprintf(t->smsc, sizeof(t->smsc), "%s", smsc);
	if (in->taken != NULL)
		in->taken->at = &t->next;
	in->taken = t;
	in->n_taken++;
	in->n_octets += frame.len;
	in->n_waiting++;
	return t;
}

static void keep_for_later(struct taken *t)
{
	struct smpp_inbox *in = t->inbox;
	struct host *h = host_of(in);

	t->is_posted = false;
	in->n_waiting++;
	in->channel->counts.retried++;
	t->again_at.ms =
		h->mono(h).ms + host_backoff(h, &t->wait_ms, REPOST_FIRST_MS, REPOST_MOST_MS);
	if (in->n_waiting == 1)
		host_timer_in(h, &in->repost, REPOST_LOOK_MS);
}

/* intake_answer_fn: what the SMSC is told, by class of error. */
static void on_answer(void *ctx, int err)
{
	struct taken *t = ctx;

	/* What came by an earlier connection comes again by itself, and is a repeat then. */
	if (t->inbox == NULL || t->session == NULL ||
	    (smpp_session_connection(t->session) != t->connection &&
	     !PLANT(PLANT_SMPP_OLD_ANSWER))) {
		taken_free(t);
		return;
	}
	switch (err_class(err)) {
	case ERR_IS_OK:
	case ERR_IS_REJECT: /* in the quarantine */
		t->inbox->channel->counts.kept++;
		if (!PLANT(PLANT_SMPP_ACK_FIRST))
			smpp_session_answer(t->session, t->connection, t->id, t->sequence,
					    t->status);
		taken_free(t);
		break;
	case ERR_IS_RETRY: keep_for_later(t); break;
	case ERR_IS_FATAL: taken_free(t); break; /* the process is already leaving */
	}
}

/* --- what it says --- */

/* One PDU that has been read. */
struct read_pdu {
	struct message *msg; /* NULL: it was no message, or memory is out */
	bool is_receipt;
	bool has_id;
	struct receipt receipt; /* spans of the PDU and of arena */
	struct arena *arena;
};

/* The octets behind the header: a repeat has another number. */
static struct bytes body_of(const struct taken *t)
{
	return bytes_cut(bytes_at(t->frame, t->len), SMPP_HEADER_SIZE, t->len);
}

static int read_receipt(const struct smpp_pdu *pdu, struct read_pdu *r)
{
	int err;

	r->is_receipt = true;
	r->arena = arena_new(2 * SMPP_FRAME_MAX);
	if (r->arena == NULL)
		return ERR_NOMEM;
	err = smpp_receipt_read(pdu, r->arena, &r->receipt);
	r->has_id = err == ERR_OK;
	return err_class(err) == ERR_IS_RETRY ? err : ERR_OK;
}

static int read_text(struct taken *t, const struct smpp_pdu *pdu, struct message *msg)
{
	int err = smpp_text_in(pdu, t->inbox->channel->conf->smpp.alphabet, msg);

	if (msg->kind == MESSAGE_USSD)
		t->status = REFUSED_FOR_GOOD;
	if (err_class(err) != ERR_IS_REJECT)
		return err;
	msg->fault = bytes_of("a text of the SMSC that can't be read");
	return ERR_OK;
}

static int read_pdu(struct taken *t, struct read_pdu *r)
{
	struct smpp_pdu pdu;

	if (smpp_pdu_read(bytes_at(t->frame, t->len), &pdu) != ERR_OK) {
		r->msg->fault = bytes_of("a PDU of the SMSC that can't be read");
		return ERR_OK;
	}
	if (smpp_kind_of(&pdu) == SMPP_IS_RECEIPT)
		return read_receipt(&pdu, r);
	return read_text(t, &pdu, r->msg);
}

/* Until its text is known a message is its octets: also a death while they are read is remembered. */
static int read_taken(struct taken *t, struct read_pdu *r)
{
	struct smpp_inbox *in = t->inbox;
	struct host *h = host_of(in);
	int err;

	*r = (struct read_pdu){ .msg = message_new(ARENA_MESSAGE_MAX) };
	if (r->msg == NULL)
		return ERR_NOMEM;
	r->msg->channel = bytes_of(in->channel->conf->name);
	r->msg->raw = arena_dup(r->msg->arena, body_of(t));
	r->msg->smsc = arena_dup(r->msg->arena, bytes_of(t->smsc));
	if (arena_err(r->msg->arena) != ERR_OK)
		return ERR_NOMEM;
	t->status = SMPP_ROK;
	if (host_is_deadly(h, r->msg)) {
		r->msg->fault = bytes_of("reading it ended the program");
		return ERR_OK;
	}
	host_in_hand(h, r->msg);
	err = read_pdu(t, r);
	host_in_hand(h, NULL);
	return err;
}

static void post_receipt(struct taken *t, const struct receipt *receipt, bool has_id)
{
	struct channel *c = t->inbox->channel;

	c->counts.receipts++;
	if (has_id) {
		intake_receipt(c->core->intake, c, receipt, on_answer, t);
		return;
	}
	log_info("smpp", "chan=%s event=nameless_receipt sequence=%" PRIu32, c->conf->name,
		 t->sequence);
	on_answer(t, ERR_OK);
}

static void post(struct taken *t)
{
	struct channel *c = t->inbox->channel;
	struct read_pdu r;
	int err;

	t->inbox->n_waiting -= !t->is_posted;
	t->is_posted = true;
	err = read_taken(t, &r);
	if (err == ERR_OK && r.is_receipt) {
		post_receipt(t, &r.receipt, r.has_id);
	} else if (err == ERR_OK) {
		arrive_take(c, &r.msg, on_answer, t);
	} else {
		on_answer(t, err);
	}
	message_free(&r.msg);
	arena_free(&r.arena);
}

static void on_repost(struct timer *timer)
{
	struct smpp_inbox *in = CONTAINER_OF(timer, struct smpp_inbox, repost);
	struct host *h = host_of(in);
	struct mono now = h->mono(h);
	struct taken *next;

	for (struct taken *t = in->taken; t != NULL; t = next) {
		next = t->next; /* t may be gone afterwards, and others come only in front */
		if (!t->is_posted && t->again_at.ms <= now.ms)
			post(t);
	}
	if (in->n_waiting > 0)
		host_timer_in(h, &in->repost, REPOST_LOOK_MS);
}

/* --- the part --- */

void smpp_inbox_take(struct smpp_inbox *in, struct smpp_session *s, const char *smsc,
		     struct bytes frame)
{
	struct taken *t = taken_new(in, s, smsc, frame);

	if (t == NULL) {
		log_error("smpp", "chan=%s event=out_of_memory", in->channel->conf->name);
		return;
	}
	look_full(in);
	if (PLANT(PLANT_SMPP_ACK_FIRST))
		smpp_session_answer(s, t->connection, t->id, t->sequence, SMPP_ROK);
	post(t);
}

void smpp_inbox_forget(struct smpp_inbox *in, const struct smpp_session *s)
{
	struct taken *next;

	for (struct taken *t = in->taken; t != NULL; t = next) {
		next = t->next;
		if (t->session != s || PLANT(PLANT_SMPP_OLD_ANSWER))
			continue;
		t->session = NULL;
		if (!t->is_posted)
			taken_free(t);
	}
}

size_t smpp_inbox_posted(const struct smpp_inbox *in)
{
	return in->n_taken - in->n_waiting;
}

bool smpp_inbox_is_full(const struct smpp_inbox *in)
{
	return in->is_full;
}

int smpp_inbox_new(struct channel *c, void (*on_full)(void *ctx, bool is_full), void *ctx,
		   struct smpp_inbox **in_out)
{
	struct smpp_inbox *in = calloc(1, sizeof(*in));

	if (in == NULL)
		return ERR_NOMEM;
	in->channel = c;
	in->on_full = on_full;
	in->ctx = ctx;
	in->repost.fire = on_repost;
	*in_out = in;
	return ERR_OK;
}

void smpp_inbox_free(struct smpp_inbox **inbox)
{
	struct smpp_inbox *in = *inbox;

	if (in == NULL)
		return;
	*inbox = NULL;
	host_timer_stop(host_of(in), &in->repost);
	while (in->taken != NULL) {
		struct taken *t = in->taken;

		in->taken = t->next;
		t->inbox = NULL;
		if (!t->is_posted)
			free(t); /* the others are freed by their answer */
	}
	free(in);
}
