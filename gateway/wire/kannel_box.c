/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/kannel_box.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "gateway/wire/kannel_health.h"
#include "gateway/wire/kannel_link.h"
#include "parsers/contact.h"
#include "parsers/err.h"
#include "parsers/kannel_frame.h"
#include "parsers/number.h"
#include "parsers/receipt.h"

/* Kannel's text form of a UUID. */
#define UUID_LEN 36
/* Where our window's slot stands in the UUIDs that we make: the first four digits of the last group. */
#define UUID_SLOT_AT 24
/* Success, failure, buffered, accepted, refused: all that the network can say (8 and 16 are the SMSC's). */
#define DLR_MASK_ALL 31
/* A frame that intake couldn't take is posted again after this, doubled up to the most. */
#define REPOST_FIRST_MS SECOND_MS
#define REPOST_MOST_MS  (30 * SECOND_MS)
#define REPOST_LOOK_MS  (SECOND_MS / 2)
/* How often segments without an answer are looked for. */
#define DEADLINE_LOOK_MS SECOND_MS
/* A bearerbox that shuts down waits for its boxes to go: how often we look whether all is answered, and how long at most. */
#define LEAVE_LOOK_MS (SECOND_MS / 10)
#define LEAVE_MOST_MS (5 * SECOND_MS)
/* Kannel says that it has no way for our texts: somebody must change its configuration first. */
#define NOT_ROUTABLE_PAUSE_MS MINUTE_MS

/* One segment that bearerbox has and hasn't answered. */
struct mt {
	char id[UUID_LEN + 1]; /* "": the slot is free */
	uint64_t row;
	unsigned segment;
	uint64_t seq; /* of its frame on the link */
	struct mono deadline;
};

/* One frame of bearerbox that isn't acknowledged; outlives the channel while intake has it. */
struct taken {
	struct kannel_box *box; /* NULL: nobody is left to acknowledge it */
	struct taken *next, **at;
	uint64_t connection; /* the one that it came by */
	bool is_posted;
	int64_t wait_ms;
	struct mono again_at;
	struct bytes id; /* of body */
	size_t len;
	uint8_t body[];
};

struct kannel_box {
	struct wire_channel base; /* first */
	struct channel *channel;
	struct kannel_link *link;
	struct kannel_health *health;
	struct timer heartbeat, repost, deadlines, leave;
	struct mt *window;
	unsigned window_size, n_window;
	struct taken *taken; /* newest first */
	size_t n_taken, n_waiting;
	uint64_t connection;
	bool is_leaving; /* bearerbox says that it shuts down */
	struct mono leave_until;
};

static struct kannel_box *box_of(const struct channel *c)
{
	return c->own;
}

static void arm(struct kannel_box *b, struct timer *t, int64_t in_ms)
{
	struct host *h = b->base.wire->host;

	h->timer(h, t, (struct mono){ h->mono(h).ms + in_ms });
}

/* --- in: frames that are kept until they are acknowledged --- */

static void bound_taken(struct kannel_box *b)
{
	bool is_full = b->n_taken >= BOX_FRAMES_MAX;

	kannel_link_pause(b->link, is_full);
	if (is_full)
		kannel_health_set(b->health, FAULT_TOO_MANY,
				  "bearerbox hands out more texts at once than are held (2000): "
				  "set smsbox-max-pending = 1000 in its group core");
}

static void taken_free(struct taken *t)
{
	if (t->box != NULL) {
		*t->at = t->next;
		if (t->next != NULL)
			t->next->at = t->at;
		t->box->n_taken--;
		t->box->n_waiting -= !t->is_posted;
		bound_taken(t->box);
	}
	free(t);
}

static struct taken *taken_new(struct kannel_box *b, struct bytes body, struct bytes id)
{
	struct taken *t = malloc(sizeof(*t) + body.len);

	if (t == NULL)
		return NULL;
	*t = (struct taken){ .box = b, .next = b->taken, .at = &b->taken, .len = body.len };
	memcpy(t->body, body.ptr, body.len);
	t->connection = b->connection;
	if (id.ptr != NULL)
		t->id = bytes_at(t->body + (id.ptr - body.ptr), id.len);
	if (b->taken != NULL)
		b->taken->at = &t->next;
	b->taken = t;
	b->n_taken++;
	b->n_waiting++;
	return t;
}

static void acknowledge(struct kannel_box *b, struct bytes id, enum kannel_nack nack)
{
	struct kannel_frame f = kannel_frame_blank(KANNEL_ACK);

	f.ack.nack = nack;
	f.ack.id = id;
	/* Without it bearerbox hands the text out again, and it is known then. */
	(void)kannel_link_send(b->link, &f, NULL);
}

static void keep_for_later(struct taken *t)
{
	struct kannel_box *b = t->box;
	struct host *h = b->base.wire->host;

	t->is_posted = false;
	b->n_waiting++;
	b->channel->counts.retried++;
	t->again_at.ms =
		h->mono(h).ms + host_backoff(h, &t->wait_ms, REPOST_FIRST_MS, REPOST_MOST_MS);
	if (b->n_waiting == 1)
		arm(b, &b->repost, REPOST_LOOK_MS);
}

/* intake_answer_fn: what bearerbox is told, by class of error. */
static void on_answer(void *ctx, int err)
{
	struct taken *t = ctx;
	struct kannel_box *b = t->box;

	/* A frame of an earlier connection comes again by itself, and is a repeat then. */
	if (b == NULL || t->connection != b->connection || !kannel_link_is_up(b->link)) {
		taken_free(t);
		return;
	}
	switch (err_class(err)) {
	case ERR_IS_OK:
	case ERR_IS_REJECT: /* in the quarantine; a refused text would come back for ever */
		b->channel->counts.kept++;
		acknowledge(b, t->id, KANNEL_ACK_OK);
		taken_free(t);
		break;
	case ERR_IS_RETRY: keep_for_later(t); break;
	case ERR_IS_FATAL: taken_free(t); break; /* the process is already leaving */
	}
}

static enum message_coding coding_of(int32_t coding)
{
	return coding == CODING_OCTETS || coding == CODING_UCS2 ? (enum message_coding)coding
								: CODING_GSM7;
}

static int message_of(const struct kannel_sms *sms, struct message **msg_out)
{
	struct message *msg = message_new(ARENA_MESSAGE_MAX);

	if (msg == NULL)
		return ERR_NOMEM;
	msg->from_raw = arena_dup(msg->arena, sms->sender);
	msg->to = arena_dup(msg->arena, sms->receiver);
	msg->raw = arena_dup(msg->arena, sms->msgdata);
	msg->coding = coding_of(sms->coding);
	msg->charset = arena_dup(msg->arena, sms->charset);
	msg->udh = arena_dup(msg->arena, sms->udhdata);
	msg->smsc = arena_dup(msg->arena, sms->smsc_id);
	msg->remote_id = arena_dup(msg->arena, sms->id);
	msg->smsc_time.ms = sms->time > 0 ? sms->time * SECOND_MS : 0;
	if (arena_err(msg->arena) != ERR_OK) {
		message_free(&msg);
		return ERR_NOMEM;
	}
	*msg_out = msg;
	return ERR_OK;
}

static void post_message(struct taken *t, const struct kannel_sms *sms)
{
	struct message *msg;

	if (message_of(sms, &msg) != ERR_OK)
		on_answer(t, ERR_NOMEM);
	else
		arrive_take(t->box->channel, &msg, on_answer, t);
}

static bool is_unanswered(const struct kannel_box *b, const struct receipt *r)
{
	for (unsigned i = 0; i < b->window_size; i++) {
		if (b->window[i].id[0] != '\0' && b->window[i].row == r->row &&
		    b->window[i].segment == r->segment)
			return true;
	}
	return false;
}

static void post_receipt(struct taken *t, const struct kannel_sms *sms)
{
	struct kannel_box *b = t->box;
	struct receipt r = { .remote_id = sms->foreign_id };

	r.at.ms = sms->time > 0 ? sms->time * SECOND_MS : 0;
	receipt_of_kannel(sms->dlr_mask, sms->msgdata, &r);
	if (receipt_row_parse(sms->dlr_url, &r) != ERR_OK) {
		log_info("kannel", "chan=%s event=foreign_receipt remote=\"%.*s\"",
			 b->channel->conf->name, PRI_BYTES(bytes_cut(sms->foreign_id, 0, 64)));
		on_answer(t, ERR_OK);
		return;
	}
	/* bearerbox's own "not routable" comes as a receipt too, perhaps before its answer: only that tells them apart. */
	if (r.state == RECEIPT_REFUSED && is_unanswered(b, &r)) {
		keep_for_later(t);
		return;
	}
	b->channel->counts.receipts++;
	intake_receipt(b->channel->core->intake, b->channel, &r, on_answer, t);
}

static void post_other(struct taken *t, const struct kannel_sms *sms)
{
	log_warning("kannel", "chan=%s event=unexpected_frame sms_type=%" PRId32,
		    t->box->channel->conf->name, sms->sms_type);
	on_answer(t, ERR_OK);
}

static void post(struct taken *t, const struct kannel_sms *sms)
{
	t->box->n_waiting -= !t->is_posted;
	t->is_posted = true;
	switch (sms->sms_type) {
	case KANNEL_MO: post_message(t, sms); break;
	case KANNEL_REPORT_MO: post_receipt(t, sms); break;
	default: post_other(t, sms); break;
	}
}

static void on_repost(struct timer *timer)
{
	struct kannel_box *b =
		(struct kannel_box *)((char *)timer - offsetof(struct kannel_box, repost));
	struct host *h = b->base.wire->host;
	struct mono now = h->mono(h);
	struct taken *next;

	for (struct taken *t = b->taken; t != NULL; t = next) {
		struct kannel_frame frame;

		next = t->next; /* t may be gone afterwards, and others come only in front */
		if (!t->is_posted && t->again_at.ms <= now.ms &&
		    kannel_frame_decode(bytes_at(t->body, t->len), &frame) == ERR_OK)
			post(t, &frame.sms);
	}
	if (b->n_waiting > 0)
		arm(b, &b->repost, REPOST_LOOK_MS);
}

static void on_sms(struct kannel_box *b, const struct kannel_sms *sms, struct bytes body)
{
	struct taken *t;

	/* What comes while one of us ends stays with bearerbox. */
	if (b->base.wire->is_stopping || b->is_leaving)
		return;
	t = taken_new(b, body, sms->id);
	if (t == NULL) {
		log_error("kannel", "chan=%s event=out_of_memory", b->channel->conf->name);
		return;
	}
	bound_taken(b);
	post(t, sms);
}

/* --- out --- */

static unsigned box_room(const struct channel *c)
{
	const struct kannel_box *b = box_of(c);

	if (!kannel_link_is_up(b->link) || b->is_leaving || b->base.wire->is_stopping)
		return 0;
	return b->window_size - b->n_window;
}

static struct mt *free_slot(struct kannel_box *b)
{
	unsigned i = 0;

	while (i < b->window_size && b->window[i].id[0] != '\0')
		i++;
	return i < b->window_size ? &b->window[i] : NULL;
}

/* A random UUID (version 4) that also says in which slot its answer belongs. */
static void make_id(struct kannel_box *b, struct mt *mt)
{
	struct host *h = b->base.wire->host;
	uint32_t r[4];

	h->random(h, r, sizeof(r));
	snprintf(mt->id, sizeof(mt->id), "%08x-%04x-4%03x-%04x-%04x%08x", r[0], r[1] & 0xffff,
		 r[1] >> 20, 0x8000 | (r[2] & 0x3fff), (unsigned)(mt - b->window) & 0xffff, r[3]);
}

static struct mt *slot_of_id(struct kannel_box *b, struct bytes id)
{
	unsigned slot = 0;

	if (id.len != UUID_LEN)
		return NULL;
	for (size_t i = UUID_SLOT_AT; i < UUID_SLOT_AT + 4; i++) {
		const char *digit = strchr("0123456789abcdef", id.ptr[i]);

		if (digit == NULL || *digit == '\0')
			return NULL;
		slot = slot * 16 + (unsigned)(digit - "0123456789abcdef");
	}
	if (slot >= b->window_size || !bytes_is(id, b->window[slot].id))
		return NULL;
	return &b->window[slot];
}

static void settle(struct kannel_box *b, struct mt *mt, enum send_outcome outcome,
		   const char *error, int64_t pause_ms)
{
	mt->id[0] = '\0';
	b->n_window--;
	wire_result(b->channel, mt->row, mt->segment, outcome, error, pause_ms);
}

/* Kannel wants UTF-8 for the default alphabet, and converts it for the SMSC; UCS-2 goes as it is. */
static struct bytes data_of(const struct outgoing *out)
{
	return out->encoding == SMS_UCS2 ? out->octets : out->text;
}

static struct kannel_frame frame_of(struct kannel_box *b, const struct outgoing *out,
				    const struct mt *mt, struct bytes to, const char *name)
{
	const struct conf_channel *conf = b->channel->conf;
	struct host *h = b->base.wire->host;
	struct kannel_frame f = kannel_frame_blank(KANNEL_SMS);

	f.sms.sms_type = KANNEL_MT_PUSH;
	f.sms.sender = out->from;
	f.sms.receiver = to;
	f.sms.udhdata = out->udh;
	f.sms.msgdata = data_of(out);
	f.sms.coding = out->encoding == SMS_UCS2 ? CODING_UCS2 : CODING_GSM7;
	f.sms.id = bytes_of(mt->id);
	f.sms.time = (int32_t)(h->wall(h).ms / SECOND_MS);
	if (conf->smsc[0] != '\0')
		f.sms.smsc_id = bytes_of(conf->smsc);
	if (conf->box_id[0] != '\0')
		f.sms.boxc_id = bytes_of(conf->box_id);
	if (conf->dlr) {
		f.sms.dlr_mask = DLR_MASK_ALL;
		f.sms.dlr_url = bytes_of(name);
	}
	/* Between boxes it is a moment, not minutes as in sendsms. */
	if (out->validity_ms > 0)
		f.sms.validity = (int32_t)((h->wall(h).ms + out->validity_ms) / SECOND_MS);
	return f;
}

static void box_send(struct channel *c, const struct outgoing *out)
{
	struct kannel_box *b = box_of(c);
	struct host *h = b->base.wire->host;
	struct mt *mt = free_slot(b);
	char name[RECEIPT_ROW_SIZE];
	struct kannel_frame frame;
	int err = ERR_BUSY;

	if (mt != NULL) {
		make_id(b, mt);
		mt->row = out->row;
		mt->segment = out->segment;
		mt->deadline.ms = h->mono(h).ms + SEND_DEADLINE_MS;
		receipt_row_format(out->row, out->segment, name);
		frame = frame_of(b, out, mt, bytes_cut(out->to, strlen("sms:"), out->to.len), name);
		err = kannel_link_send(b->link, &frame, &mt->seq);
		if (err != ERR_OK)
			mt->id[0] = '\0';
	}
	if (err != ERR_OK) {
		wire_result(c, out->row, out->segment, SEND_LATER, err_text(err), 0);
		return;
	}
	c->last_out = h->wall(h);
	if (b->n_window++ == 0)
		arm(b, &b->deadlines, DEADLINE_LOOK_MS);
}

/* What bearerbox answers to a text of ours. */
static const struct {
	enum send_outcome outcome;
	int64_t pause_ms;
	const char *error;
} nacks[] = {
	[KANNEL_ACK_OK] = { SEND_OK, 0, NULL },
	[KANNEL_ACK_FAILED] = { SEND_LATER, NOT_ROUTABLE_PAUSE_MS, "Kannel has no way for it" },
	[KANNEL_ACK_LATER] = { SEND_LATER, THROTTLE_MS, "Kannel asks to try again" },
	[KANNEL_ACK_QUEUED] = { SEND_OK, 0, NULL },
};

static void on_ack(struct kannel_box *b, const struct kannel_frame *f)
{
	struct mt *mt = slot_of_id(b, f->ack.id);
	uint32_t nack = (uint32_t)f->ack.nack;

	if (mt == NULL) {
		log_info("kannel", "chan=%s event=late_answer id=\"%.*s\"", b->channel->conf->name,
			 PRI_BYTES(bytes_cut(f->ack.id, 0, UUID_LEN)));
		return;
	}
	if (nack >= ARRAY_LEN(nacks))
		nack = KANNEL_ACK_LATER;
	if (nack == KANNEL_ACK_FAILED || nack == KANNEL_ACK_OK)
		kannel_health_set(
			b->health, FAULT_NOT_ROUTABLE,
			nack == KANNEL_ACK_OK
				? NULL
				: "Kannel says 'not routable' to our texts: none of its smsc "
				  "groups may "
				  "send them (allowed-smsc-id, denied prefixes), or smsc is wrong");
	settle(b, mt, nacks[nack].outcome, nacks[nack].error, nacks[nack].pause_ms);
}

static void on_deadlines(struct timer *timer)
{
	struct kannel_box *b =
		(struct kannel_box *)((char *)timer - offsetof(struct kannel_box, deadlines));
	struct host *h = b->base.wire->host;
	struct mono now = h->mono(h);

	for (unsigned i = 0; i < b->window_size; i++) {
		if (b->window[i].id[0] != '\0' && b->window[i].deadline.ms <= now.ms)
			settle(b, &b->window[i], SEND_UNSURE, "bearerbox didn't answer in time", 0);
	}
	if (b->n_window > 0)
		arm(b, &b->deadlines, DEADLINE_LOOK_MS);
}

/* --- the link --- */

static void on_heartbeat(struct timer *timer)
{
	struct kannel_box *b =
		(struct kannel_box *)((char *)timer - offsetof(struct kannel_box, heartbeat));
	struct kannel_frame f = kannel_frame_blank(KANNEL_HEARTBEAT);

	f.heartbeat.load = (int32_t)b->n_taken;
	if (kannel_link_send(b->link, &f, NULL) == ERR_OK)
		arm(b, timer, b->channel->conf->heartbeat_ms);
}

static void on_up(void *ctx)
{
	struct kannel_box *b = ctx;
	const char *id = b->channel->conf->box_id;
	struct kannel_frame f = kannel_frame_blank(KANNEL_ADMIN);

	b->connection++;
	b->channel->counts.connects++;
	b->is_leaving = false;
	bound_taken(b);
	f.admin.command = KANNEL_IDENTIFY;
	/* None, never "": a box that calls itself "" gets nothing, silently. */
	f.admin.boxc_id = id[0] != '\0' ? bytes_of(id) : BYTES_NONE;
	if (kannel_link_send(b->link, &f, NULL) != ERR_OK)
		return;
	arm(b, &b->heartbeat, b->channel->conf->heartbeat_ms);
	kannel_health_set(b->health, FAULT_VERSION, NULL);
	kannel_health_link(b->health, true, "connected to bearerbox");
}

static size_t under_way(const struct kannel_box *b)
{
	return b->n_window + (b->n_taken - b->n_waiting);
}

static void on_leave(struct timer *timer)
{
	struct kannel_box *b =
		(struct kannel_box *)((char *)timer - offsetof(struct kannel_box, leave));
	struct host *h = b->base.wire->host;

	if (under_way(b) == 0 || h->mono(h).ms >= b->leave_until.ms)
		kannel_link_drop(b->link, "bearerbox shuts down");
	else
		arm(b, timer, LEAVE_LOOK_MS);
}

/* It ends, or starts anew, only when we are gone; what it gave and took is answered first. */
static void begin_leaving(struct kannel_box *b)
{
	struct host *h = b->base.wire->host;

	b->is_leaving = true;
	b->leave_until.ms = h->mono(h).ms + LEAVE_MOST_MS;
	arm(b, &b->leave, LEAVE_LOOK_MS);
}

static const char *const admin_words[] = {
	[KANNEL_SHUTDOWN] = "shutdown", [KANNEL_SUSPEND] = "suspend", [KANNEL_RESUME] = "resume",
	[KANNEL_IDENTIFY] = "identify", [KANNEL_RESTART] = "restart",
};

static void on_admin(struct kannel_box *b, int32_t command)
{
	bool is_known = command >= 0 && (size_t)command < ARRAY_LEN(admin_words);

	log_info("kannel", "chan=%s event=bearerbox_says command=%s", b->channel->conf->name,
		 is_known ? admin_words[command] : "?");
	if ((command == KANNEL_SHUTDOWN || command == KANNEL_RESTART) && !b->is_leaving)
		begin_leaving(b);
}

static void on_frame(const struct kannel_frame *frame, struct bytes body, void *ctx)
{
	struct kannel_box *b = ctx;

	switch (frame->kind) {
	case KANNEL_HEARTBEAT: break;
	case KANNEL_ADMIN: on_admin(b, frame->admin.command); break;
	case KANNEL_SMS: on_sms(b, &frame->sms, body); break;
	case KANNEL_ACK: on_ack(b, frame); break;
	}
}

/* bearerbox gives again what we hadn't acknowledged; what it had of ours may or may not have gone out. */
static void forget_connection(struct kannel_box *b)
{
	struct taken *next;

	for (struct taken *t = b->taken; t != NULL; t = next) {
		next = t->next;
		if (!t->is_posted)
			taken_free(t);
	}
	for (unsigned i = 0; i < b->window_size; i++) {
		struct mt *mt = &b->window[i];

		if (mt->id[0] == '\0')
			continue;
		if (kannel_link_has_left(b->link, mt->seq))
			settle(b, mt, SEND_UNSURE, "the link broke before bearerbox answered", 0);
		else
			settle(b, mt, SEND_LATER, "the link broke before it left", 0);
	}
}

static void on_down(int err, const char *why, void *ctx)
{
	struct kannel_box *b = ctx;
	struct host *h = b->base.wire->host;

	h->timer(h, &b->heartbeat, (struct mono){ 0 });
	h->timer(h, &b->leave, (struct mono){ 0 });
	if (err == ERR_VERSION)
		kannel_health_set(b->health, FAULT_VERSION, why);
	kannel_health_link(b->health, false, why);
	forget_connection(b);
}

static const struct kannel_link_events link_events = { on_up, on_frame, on_down };

/* --- the channel --- */

static size_t box_under_way(const struct channel *c)
{
	return under_way(box_of(c));
}

static int box_start(struct channel *c)
{
	struct kannel_box *b = box_of(c);
	int err;

	b->channel = c;
	b->window_size = c->conf->window;
	b->window = calloc(b->window_size, sizeof(*b->window));
	if (b->window == NULL)
		return ERR_NOMEM;
	b->heartbeat.fire = on_heartbeat;
	b->repost.fire = on_repost;
	b->deadlines.fire = on_deadlines;
	b->leave.fire = on_leave;
	err = kannel_health_start(c, &b->health);
	if (err != ERR_OK)
		return err;
	kannel_health_link(b->health, false, "not connected yet");
	return kannel_link_new(b->base.wire, c->conf->host, c->conf->port, &link_events, b,
			       &b->link);
}

static void box_stop(struct channel *c)
{
	struct kannel_box *b = box_of(c);
	struct host *h = b->base.wire->host;

	kannel_link_free(&b->link);
	kannel_health_stop(&b->health);
	h->timer(h, &b->heartbeat, (struct mono){ 0 });
	h->timer(h, &b->repost, (struct mono){ 0 });
	h->timer(h, &b->deadlines, (struct mono){ 0 });
	h->timer(h, &b->leave, (struct mono){ 0 });
	while (b->taken != NULL) {
		struct taken *t = b->taken;

		b->taken = t->next;
		t->box = NULL;
		if (!t->is_posted)
			free(t); /* the others are freed by their answer */
	}
	free(b->window);
	free(b);
	c->own = NULL;
}

static const struct channel_ops box_ops = {
	.start = box_start,
	.stop = box_stop,
	.room = box_room,
	.send = box_send,
	.n_under_way = box_under_way,
};

struct channel *kannel_box_make(struct wire *w)
{
	struct channel *c = calloc(1, sizeof(*c));
	struct kannel_box *b = calloc(1, sizeof(*b));

	if (c == NULL || b == NULL) {
		free(c);
		free(b);
		return NULL;
	}
	b->base.wire = w;
	c->ops = &box_ops;
	c->own = b;
	return c;
}
