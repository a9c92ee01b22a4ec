/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/gateway/bearerbox.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conf/log.h"
#include "gateway/flow/alarms.h"
#include "parsers/err.h"
#include "parsers/keyed.h"
#include "tests/tap.h"

uv_loop_t bb_loop;
static struct host_uv *host;
struct wire bb_wire;
static struct core core;
struct conf_channel bb_conf = {
	.name = "kannel",
	.type = CHANNEL_KANNEL,
	.from = "1955",
	.country = "381",
	.window = 4,
	.dlr = true,
	.host = "127.0.0.1",
	.box_id = "",
	.smsc = "",
	.heartbeat_ms = 600000,
	.status_url = "",
	.status_password = "",
	.status_every_ms = 600000,
	.kannel_conf = "",
};

/* --- what the flow does, written down --- */

struct bb_saw bb_saw;

struct bb_flood bb_flood;

void intake_message_take(struct intake *in, struct channel *c, struct message **msg,
			 intake_answer_fn *answer, void *ctx)
{
	(void)in;
	(void)c;
	if (bb_flood.is_on) {
		message_free(msg);
		bb_flood.answer[bb_flood.n] = answer;
		bb_flood.ctx[bb_flood.n++] = ctx;
		return;
	}
	message_free(&bb_saw.msg);
	bb_saw.msg = *msg;
	*msg = NULL;
	bb_saw.answer = answer;
	bb_saw.ctx = ctx;
	bb_saw.n_messages++;
}

void intake_receipt(struct intake *in, struct channel *c, const struct receipt *r,
		    intake_answer_fn *answer, void *ctx)
{
	(void)in;
	(void)c;
	bb_saw.receipt = *r;
	snprintf(bb_saw.remote_id, sizeof(bb_saw.remote_id), "%.*s", PRI_BYTES(r->remote_id));
	bb_saw.answer = answer;
	bb_saw.ctx = ctx;
	bb_saw.n_receipts++;
}

void dispatch_result(struct dispatch *d, struct channel *c, uint64_t row, unsigned segment,
		     enum send_outcome outcome, struct bytes remote_id, struct bytes error,
		     int64_t pause_ms)
{
	(void)d;
	(void)c;
	(void)remote_id;
	(void)error;
	bb_saw.n_results++;
	bb_saw.row = row;
	bb_saw.segment = segment;
	bb_saw.outcome = outcome;
	bb_saw.pause_ms = pause_ms;
}

void dispatch_wake(struct dispatch *d, struct channel *c)
{
	(void)d;
	(void)c;
}

void channel_set_state(struct channel *c, enum channel_state state, const char *why)
{
	(void)why;
	c->state = bb_saw.state = state;
}

void channel_set_faults(struct channel *c, const char *const *faults, size_t n)
{
	(void)c;
	bb_saw.n_faults = n;
	snprintf(bb_saw.fault, sizeof(bb_saw.fault), "%s", n > 0 ? faults[0] : "");
}

void alarm_note(struct alarms *a, const char *name, const char *format, ...)
{
	(void)a;
	(void)name;
	(void)format;
}

/* --- a bearerbox --- */

struct bb bb = { .fd = -1 };

void bb_turn(void)
{
	ssize_t n;

	uv_run(&bb_loop, UV_RUN_NOWAIT);
	if (bb.fd < 0)
		return;
	n = recv(bb.fd, bb.in + bb.len, IN_MAX - bb.len, MSG_DONTWAIT);
	if (n > 0)
		bb.len += (size_t)n;
	bb.is_closed |= n == 0;
}

void bb_turns(int n)
{
	while (n-- > 0) {
		bb_turn();
		usleep(200);
	}
}

static void bb_listen(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);

	bb.listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (bind(bb.listener, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    listen(bb.listener, 4) != 0 ||
	    getsockname(bb.listener, (struct sockaddr *)&at, &len) != 0) {
		printf("Bail out! no bearerbox\n");
		exit(1);
	}
	bb.port = ntohs(at.sin_port);
}

bool bb_accept(void)
{
	int one = 1;
	int64_t until = bb_wire.host->mono(bb_wire.host).ms + PATIENCE_MS;

	bb.len = bb.done = 0;
	bb.is_closed = false;
	bb.fd = -1;
	while (bb.fd < 0 && bb_wire.host->mono(bb_wire.host).ms < until) {
		bb_turn();
		bb.fd = accept(bb.listener, NULL, NULL);
	}
	/* What it says must be here after some turns, not when Nagle thinks so. */
	return bb.fd >= 0 && setsockopt(bb.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) == 0;
}

void bb_close(void)
{
	close(bb.fd);
	bb.fd = -1;
	bb_turns(20);
}

bool bb_frame(struct kannel_frame *frame_out, int64_t within_ms)
{
	int64_t until = bb_wire.host->mono(bb_wire.host).ms + within_ms;
	struct bytes body;
	size_t octets;

	for (;;) {
		if (kannel_frame_cut(bytes_at(bb.in + bb.done, bb.len - bb.done), KANNEL_BODY_MAX,
				     &body, &octets) == ERR_OK) {
			bb.done += octets;
			return kannel_frame_decode(body, frame_out) == ERR_OK;
		}
		if (bb.is_closed || bb_wire.host->mono(bb_wire.host).ms > until)
			return false;
		bb_turn();
	}
}

void bb_send(const struct kannel_frame *frame)
{
	struct arena *a = arena_new(IN_MAX);
	struct strbuf out = strbuf_in(a, IN_MAX);

	kannel_frame_encode(frame, &out);
	ok(send(bb.fd, out.buf, out.len, MSG_NOSIGNAL) == (ssize_t)out.len,
	   "bearerbox says something");
	arena_free(&a);
	bb_turns(20);
}

struct kannel_frame bb_mo(const char *text, const char *id)
{
	struct kannel_frame f = kannel_frame_blank(KANNEL_SMS);

	f.sms.sms_type = KANNEL_MO;
	f.sms.sender = bytes_of("+381641234567");
	f.sms.receiver = bytes_of("1955");
	f.sms.msgdata = bytes_of(text);
	f.sms.coding = 0;
	f.sms.time = 1795554093;
	f.sms.smsc_id = bytes_of("LAB");
	f.sms.id = bytes_of(id);
	return f;
}
struct outgoing bb_segment(uint64_t row, unsigned n)
{
	return (struct outgoing){
		.row = row,
		.segment = n,
		.n_segments = 2,
		.to = BYTES("sms:+381641234567"),
		.from = BYTES("1955"),
		.encoding = SMS_UCS2,
		.text = BYTES("Ж"),
		.octets = { (const uint8_t *)"\x04\x16", 2 },
		.udh = { (const uint8_t *)"\x05\x00\x03\x01\x02\x01", 6 },
		.validity_ms = HOUR_MS,
	};
}

static void no_log(enum log_level level, const char *line, void *ctx)
{
	(void)level;
	(void)line;
	(void)ctx;
}

void bb_open(void)
{
	log_set_sink(no_log, NULL);
	if (keyed_init() != ERR_OK) {
		printf("Bail out! libsodium doesn't start\n");
		exit(1);
	}
	bb_listen();
	bb_conf.port = bb.port;
	uv_loop_init(&bb_loop);
	if (host_uv_new(&bb_loop, NULL, NULL, &host) != ERR_OK) {
		printf("Bail out! no host\n");
		exit(1);
	}
	bb_wire = (struct wire){ .loop = &bb_loop, .host = host_uv_host(host), .core = &core };
	core.host = bb_wire.host;
}

struct channel *bb_channel(void)
{
	struct channel *c = kannel_box_make(&bb_wire);

	c->core = &core;
	c->conf = &bb_conf;
	return c;
}

bool bb_end(void)
{
	message_free(&bb_saw.msg);
	host_uv_free(&host);
	while (uv_run(&bb_loop, UV_RUN_NOWAIT) != 0)
		;
	return uv_loop_close(&bb_loop) == 0;
}
