/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/gateway/flow_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "gateway/flow/control.h"
#include "gateway/flow/dispatch.h"
#include "gateway/flow/intake.h"
#include "parsers/contact.h"
#include "parsers/err.h"
#include "store/counts.h"
#include "store/outbox.h"
#include "tests/tap.h"

static struct flow *flow_of(struct host *h)
{
	return CONTAINER_OF(h, struct flow, host);
}

static void bail(const char *what)
{
	printf("Bail out! %s\n", what);
	exit(1);
}

/* --- the host --- */

static struct wall on_wall(struct host *h)
{
	return flow_of(h)->wall;
}

static struct mono on_mono(struct host *h)
{
	return flow_of(h)->mono;
}

static void on_random(struct host *h, void *buf, size_t len)
{
	(void)h;
	memset(buf, 0x5A, len);
}

static void drop_timer(struct flow *f, size_t i)
{
	f->n_timers--;
	f->timers[i] = f->timers[f->n_timers];
	f->when[i] = f->when[f->n_timers];
}

static void on_timer(struct host *h, struct timer *t, struct mono when)
{
	struct flow *f = flow_of(h);

	for (size_t i = 0; i < f->n_timers; i++) {
		if (f->timers[i] == t) {
			drop_timer(f, i);
			break;
		}
	}
	if (when.ms == 0)
		return;
	if (f->n_timers == FLOW_TIMERS_MAX)
		bail("more timers than a test can have");
	f->timers[f->n_timers] = t;
	f->when[f->n_timers++] = when;
}

static int on_write(struct host *h, struct job *job)
{
	struct flow *f = flow_of(h);

	/* A committer takes a few more than intake may post, as the real one does for the rest. */
	if (f->n_jobs >= JOBS_MAX + 100)
		return ERR_BUSY;
	job->next = NULL;
	*f->jobs_end = job;
	f->jobs_end = &job->next;
	f->n_jobs++;
	return ERR_OK;
}

static int on_read(struct host *h, struct query *q)
{
	struct flow *f = flow_of(h);

	q->host_own = f->queries;
	f->queries = q;
	return ERR_OK;
}

static void on_point(struct host *h, const char *name)
{
	struct flow *f = flow_of(h);

	for (size_t i = 0; i < FLOW_POINTS_MAX; i++) {
		if (f->points[i] == NULL)
			f->points[i] = name;
		if (strcmp(f->points[i], name) == 0) {
			f->n_passed[i]++;
			return;
		}
	}
	bail("more points than a test can count");
}

/* --- the network --- */

struct look {
	uint64_t id;
	unsigned segment;
	struct arena *arena;
	bool is_sending;
};

static int look_at_row(struct txn *t, void *ctx)
{
	struct look *look = ctx;
	Pb__Outbox *row;
	int err = outbox_get(t, look->id, look->arena, &row);

	if (err == ERR_OK)
		look->is_sending = row->segments[look->segment]->state == OUT_SENDING;
	return err;
}

static struct flow *network_of(const struct channel *c)
{
	return CONTAINER_OF(c->core, struct flow, core);
}

static int network_start(struct channel *c)
{
	network_of(c)->n_starts++;
	channel_set_state(c, CHANNEL_UP, "the network is there");
	return ERR_OK;
}

static void network_stop(struct channel *c)
{
	network_of(c)->n_stops++;
	network_of(c)->under_way = 0;
}

static unsigned network_room(const struct channel *c)
{
	struct flow *f = network_of(c);

	return c->state == CHANNEL_DOWN || f->under_way >= f->room ? 0 : f->room - f->under_way;
}

static void answer_segment(struct flow *f, struct channel *c, const struct outgoing *out)
{
	char id[32];

	snprintf(id, sizeof(id), "r%zu", f->n_sent);
	switch (f->manner) {
	case NETWORK_TAKES:
		dispatch_result(f->core.dispatch, c, out->row, out->segment, SEND_OK, bytes_of(id),
				BYTES_NONE, 0);
		return;
	case NETWORK_BUSY:
		dispatch_result(f->core.dispatch, c, out->row, out->segment, SEND_LATER, BYTES_NONE,
				bytes_of("busy"), 0);
		return;
	case NETWORK_THROTTLES:
		dispatch_result(f->core.dispatch, c, out->row, out->segment, SEND_LATER, BYTES_NONE,
				bytes_of("slow down"), 5000);
		return;
	case NETWORK_REFUSES:
		dispatch_result(f->core.dispatch, c, out->row, out->segment, SEND_FAILED,
				BYTES_NONE, bytes_of("no such number"), 0);
		return;
	case NETWORK_SILENT: f->under_way++; return;
	}
}

static void network_send(struct channel *c, const struct outgoing *out)
{
	struct flow *f = network_of(c);
	struct flow_sent *sent = &f->sent[f->n_sent++];
	struct look look = { .id = out->row, .segment = out->segment, .arena = f->hall.keep };

	if (f->n_sent == FLOW_SENT_MAX)
		bail("more segments than a test can keep");
	if (db_read(f->hall.store.db, (struct mono){ 0 }, look_at_row, &look) != ERR_OK)
		bail("a row that is sent isn't there");
	*sent = (struct flow_sent){ .row = out->row,
				    .segment = out->segment,
				    .n_segments = out->n_segments,
				    .udh_len = out->udh.len,
				    .how = out->how,
				    .reference = out->reference,
				    .at_ms = f->mono.ms,
				    .was_sending = look.is_sending,
				    .is_mail = out->mail != NULL && out->mail->id == out->row };
	snprintf(sent->to, sizeof(sent->to), "%.*s", PRI_BYTES(out->to));
	snprintf(sent->text, sizeof(sent->text), "%.*s", PRI_BYTES(out->text));
	for (struct phone_ear *ear = f->ears, *next; ear != NULL; ear = next) {
		next = ear->next;
		ear->hear(ear, f->wall, out->from, out->text);
	}
	answer_segment(f, c, out);
}

static void no_answer(void *ctx, int err)
{
	(void)ctx;
	(void)err;
}

static int phone_send(struct channel *c, struct bytes number, struct bytes text)
{
	struct message *m;

	if (!bytes_starts(number, "+"))
		return ERR_INVALID;
	m = message_new(ARENA_MESSAGE_MAX);
	m->from_raw = arena_dup(m->arena, number);
	m->from = bytes_of("sms:+381641234567");
	m->to = bytes_of("1955");
	m->text = arena_dup(m->arena, text);
	m->raw = m->text;
	intake_message_take(c->core->intake, c, &m, no_answer, NULL);
	return ERR_OK;
}

static void phone_listen(struct channel *c, struct phone_ear *ear)
{
	ear->next = network_of(c)->ears;
	network_of(c)->ears = ear;
}

static void phone_unlisten(struct channel *c, struct phone_ear *ear)
{
	struct phone_ear **p = &network_of(c)->ears;

	while (*p != NULL && *p != ear)
		p = &(*p)->next;
	if (*p != NULL)
		*p = ear->next;
}

static const struct phone_ops phone = { phone_send, phone_listen, phone_unlisten };
static const struct channel_ops network = {
	.start = network_start,
	.stop = network_stop,
	.room = network_room,
	.send = network_send,
	.phone = &phone,
};

static struct channel *make_channel(const struct conf_channel *conf, void *ctx)
{
	struct channel *c = calloc(1, sizeof(*c));

	(void)conf;
	(void)ctx;
	if (c != NULL)
		c->ops = &network;
	return c;
}

/* --- time --- */

static void come_back(struct flow *f, struct job *job, int err)
{
	f->n_jobs--;
	job->done(job, err);
}

void flow_commit(struct flow *f)
{
	struct job *jobs = f->jobs, *next;

	f->jobs = NULL;
	f->jobs_end = &f->jobs;
	if (jobs != NULL && f->fail_next != ERR_OK) {
		int err = f->fail_next;

		f->fail_next = ERR_OK;
		next = jobs->next;
		come_back(f, jobs, err);
		jobs = next;
	}
	(void)committer_run(f->hall.store.db, jobs, NULL, NULL); /* each job has its own error */
	for (; jobs != NULL; jobs = next) {
		next = jobs->next;
		come_back(f, jobs, jobs->err);
	}
}

static int run_query(struct txn *t, void *ctx)
{
	struct query *q = ctx;

	return q->run(t, q);
}

static void answer_all(struct flow *f)
{
	while (f->queries != NULL) {
		struct query *q = f->queries;

		f->queries = q->host_own;
		q->err = q->without_store
				 ? q->run(NULL, q)
				 : db_read(f->hall.store.db, (struct mono){ 0 }, run_query, q);
		q->done(q, q->err);
	}
}

void flow_settle(struct flow *f)
{
	while (f->jobs != NULL || f->queries != NULL) {
		flow_commit(f);
		answer_all(f);
	}
}

static size_t first_timer(const struct flow *f)
{
	size_t first = f->n_timers;

	for (size_t i = 0; i < f->n_timers; i++) {
		if (first == f->n_timers || f->when[i].ms < f->when[first].ms)
			first = i;
	}
	return first;
}

static void move_clock(struct flow *f, int64_t to)
{
	if (to <= f->mono.ms)
		return;
	f->wall.ms += to - f->mono.ms;
	f->mono.ms = to;
	f->hall.now = f->wall;
}

void flow_pass(struct flow *f, int64_t ms)
{
	int64_t until = f->mono.ms + ms;

	flow_settle(f);
	for (;;) {
		size_t i = first_timer(f);
		struct timer *t;

		if (i == f->n_timers || f->when[i].ms > until)
			break;
		t = f->timers[i];
		move_clock(f, f->when[i].ms);
		drop_timer(f, i);
		t->fire(t);
		flow_settle(f);
	}
	move_clock(f, until);
}

/* --- the flow --- */

static void on_open(struct core *core, void *ctx)
{
	struct flow *f = ctx;

	(void)core;
	f->is_open = true;
}

void flow_start(struct flow *f)
{
	f->core = (struct core){ .on_open = on_open, .on_open_ctx = f };
	f->is_open = false;
	if (core_start(&f->core, &f->host, &f->hall.store, conf_hold(f->hall.conf), make_channel,
		       NULL, true) != ERR_OK)
		bail("the flow can't start");
	flow_settle(f);
}

void flow_open(struct flow *f, const char *more)
{
	memset(f, 0, sizeof(*f));
	hall_open(&f->hall, more);
	f->host = (struct host){ .wall = on_wall,
				 .mono = on_mono,
				 .random = on_random,
				 .timer = on_timer,
				 .write = on_write,
				 .read = on_read,
				 .point = on_point };
	f->wall = f->hall.now;
	f->mono.ms = 1000000;
	f->jobs_end = &f->jobs;
	f->room = 10;
	flow_start(f);
}

void flow_stop(struct flow *f)
{
	core_stop(&f->core);
	flow_settle(f);
	if (f->n_timers > 0)
		bail("a timer outlived the flow");
}

void flow_close(struct flow *f)
{
	flow_stop(f);
	hall_close(&f->hall);
}

struct channel *flow_channel(struct flow *f)
{
	return core_channel(&f->core, bytes_of("phones"));
}

static void on_answer(void *ctx, int err)
{
	struct flow_answer *answer = ctx;

	answer->n++;
	answer->err = err;
}

static struct message *make_message(const char *from, const char *text)
{
	struct message *m = message_new(ARENA_MESSAGE_MAX);
	char address[64];

	snprintf(address, sizeof(address), "sms:%s", from);
	m->from_raw = arena_dup(m->arena, bytes_of(from));
	m->from = arena_dup(m->arena, bytes_of(address));
	m->to = bytes_of("1955");
	m->raw = arena_dup(m->arena, bytes_of(text));
	m->text = m->raw;
	return m;
}

void flow_text(struct flow *f, const char *from, const char *text, struct flow_answer *answer)
{
	flow_part(f, from, text, 0, 0, answer);
}

void flow_part(struct flow *f, const char *from, const char *text, uint8_t total, uint8_t index,
	       struct flow_answer *answer)
{
	struct message *m = make_message(from, text);

	*answer = (struct flow_answer){ 0 };
	m->part_ref = total > 0 ? 77 : 0;
	m->part_total = total;
	m->part_index = index;
	intake_message_take(f->core.intake, flow_channel(f), &m, on_answer, answer);
}

void flow_receipt(struct flow *f, const struct receipt *r, struct flow_answer *answer)
{
	*answer = (struct flow_answer){ 0 };
	intake_receipt(f->core.intake, flow_channel(f), r, on_answer, answer);
}

unsigned flow_passed(const struct flow *f, const char *point)
{
	for (size_t i = 0; i < FLOW_POINTS_MAX && f->points[i] != NULL; i++) {
		if (strcmp(f->points[i], point) == 0)
			return f->n_passed[i];
	}
	return 0;
}

const struct alarm *flow_alarm(const struct flow *f, const char *name)
{
	for (size_t i = 0; i < alarms_count(f->core.alarms); i++) {
		if (strcmp(alarms_at(f->core.alarms, i)->name, name) == 0)
			return alarms_at(f->core.alarms, i);
	}
	return NULL;
}

struct sum {
	enum count what;
	int64_t n;
};

static int add_up(struct txn *t, void *ctx)
{
	struct sum *sum = ctx;

	return count_sum(t, sum->what, BYTES_NONE, (struct wall){ 0 }, (struct wall){ 0 }, &sum->n);
}

int64_t flow_count(struct flow *f, enum count what)
{
	struct sum sum = { .what = what };

	if (db_read(f->hall.store.db, (struct mono){ 0 }, add_up, &sum) != ERR_OK)
		bail("the counters can't be read");
	return sum.n;
}

/* --- the command line --- */

static void on_line(struct bytes line, bool last, void *ctx)
{
	struct flow_reply *reply = ctx;

	if (reply->has_ended || reply->len + line.len + 2 > sizeof(reply->lines))
		bail("a line behind the last, or more than a test reads");
	memcpy(reply->lines + reply->len, line.ptr, line.len);
	reply->len += line.len;
	reply->lines[reply->len++] = '\n';
	reply->lines[reply->len] = '\0';
	reply->has_ended = last;
}

void flow_control(struct flow *f, const char *request, struct flow_reply *reply)
{
	memset(reply, 0, sizeof(*reply));
	control_run(&f->core, bytes_of(request), "jelena", on_line, reply);
	flow_settle(f);
}

bool flow_says(const struct flow_reply *reply, const char *words)
{
	bool says = strstr(reply->lines, words) != NULL;

	if (!says)
		diag("'%s' isn't in: %s", words, reply->lines);
	return says;
}
