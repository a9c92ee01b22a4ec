/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kannel_box: what bearerbox sees of us. A bearerbox of a few lines is in the same
 * thread; what the flow would do is written down and answered here.
 */
#include "gateway/wire/kannel_box.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conf/log.h"
#include "gateway/flow/alarms.h"
#include "gateway/wire/host_uv.h"
#include "parsers/err.h"
#include "parsers/kannel_frame.h"
#include "tests/tap.h"

#define PATIENCE_MS 20000
#define IN_MAX      ((size_t)64 * 1024)

static uv_loop_t loop;
static struct host_uv *host;
static struct wire wire;
static struct core core;
static struct conf_channel conf = {
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

static struct {
	unsigned n_messages, n_receipts, n_results;
	struct message *msg;
	struct receipt receipt;
	char remote_id[64];
	intake_answer_fn *answer;
	void *ctx;
	uint64_t row;
	unsigned segment;
	enum send_outcome outcome;
	int64_t pause_ms;
	enum channel_state state;
	size_t n_faults;
	char fault[CHANNEL_FAULT_LEN];
} saw;

/* Texts that wait for their answers. */
#define FLOOD (BOX_FRAMES_MAX + 200)
static struct {
	bool is_on;
	size_t n, n_answered;
	intake_answer_fn *answer[FLOOD];
	void *ctx[FLOOD];
} flood;

void intake_message_take(struct intake *in, struct channel *c, struct message **msg,
			 intake_answer_fn *answer, void *ctx)
{
	(void)in;
	(void)c;
	if (flood.is_on) {
		message_free(msg);
		flood.answer[flood.n] = answer;
		flood.ctx[flood.n++] = ctx;
		return;
	}
	message_free(&saw.msg);
	saw.msg = *msg;
	*msg = NULL;
	saw.answer = answer;
	saw.ctx = ctx;
	saw.n_messages++;
}

void intake_receipt(struct intake *in, struct channel *c, const struct receipt *r,
		    intake_answer_fn *answer, void *ctx)
{
	(void)in;
	(void)c;
	saw.receipt = *r;
	snprintf(saw.remote_id, sizeof(saw.remote_id), "%.*s", PRI_BYTES(r->remote_id));
	saw.answer = answer;
	saw.ctx = ctx;
	saw.n_receipts++;
}

void dispatch_result(struct dispatch *d, struct channel *c, uint64_t row, unsigned segment,
		     enum send_outcome outcome, struct bytes remote_id, struct bytes error,
		     int64_t pause_ms)
{
	(void)d;
	(void)c;
	(void)remote_id;
	(void)error;
	saw.n_results++;
	saw.row = row;
	saw.segment = segment;
	saw.outcome = outcome;
	saw.pause_ms = pause_ms;
}

void dispatch_wake(struct dispatch *d, struct channel *c)
{
	(void)d;
	(void)c;
}

void channel_set_state(struct channel *c, enum channel_state state, const char *why)
{
	(void)why;
	c->state = saw.state = state;
}

void channel_set_faults(struct channel *c, const char *const *faults, size_t n)
{
	(void)c;
	saw.n_faults = n;
	snprintf(saw.fault, sizeof(saw.fault), "%s", n > 0 ? faults[0] : "");
}

void alarm_note(struct alarms *a, const char *name, const char *format, ...)
{
	(void)a;
	(void)name;
	(void)format;
}

/* --- a bearerbox --- */

static struct {
	int listener, fd;
	unsigned port;
	uint8_t in[IN_MAX];
	size_t len, done; /* received; of it read as frames */
	bool is_closed;
} bb = { .fd = -1 };

static void turn(void)
{
	ssize_t n;

	uv_run(&loop, UV_RUN_NOWAIT);
	if (bb.fd < 0)
		return;
	n = recv(bb.fd, bb.in + bb.len, IN_MAX - bb.len, MSG_DONTWAIT);
	if (n > 0)
		bb.len += (size_t)n;
	bb.is_closed |= n == 0;
}

static void turns(int n)
{
	while (n-- > 0) {
		turn();
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

static bool bb_accept(void)
{
	int one = 1;
	int64_t until = wire.host->mono(wire.host).ms + PATIENCE_MS;

	bb.len = bb.done = 0;
	bb.is_closed = false;
	bb.fd = -1;
	while (bb.fd < 0 && wire.host->mono(wire.host).ms < until) {
		turn();
		bb.fd = accept(bb.listener, NULL, NULL);
	}
	/* What it says must be here after some turns, not when Nagle thinks so. */
	return bb.fd >= 0 && setsockopt(bb.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) == 0;
}

static void bb_close(void)
{
	close(bb.fd);
	bb.fd = -1;
	turns(20);
}

/* The next frame from us; false: none within the time. It lives until the next one. */
static bool bb_frame(struct kannel_frame *frame_out, int64_t within_ms)
{
	int64_t until = wire.host->mono(wire.host).ms + within_ms;
	struct bytes body;
	size_t octets;

	for (;;) {
		if (kannel_frame_cut(bytes_at(bb.in + bb.done, bb.len - bb.done), KANNEL_BODY_MAX,
				     &body, &octets) == ERR_OK) {
			bb.done += octets;
			return kannel_frame_decode(body, frame_out) == ERR_OK;
		}
		if (bb.is_closed || wire.host->mono(wire.host).ms > until)
			return false;
		turn();
	}
}

static void bb_send(const struct kannel_frame *frame)
{
	struct arena *a = arena_new(IN_MAX);
	struct strbuf out = strbuf_in(a, IN_MAX);

	kannel_frame_encode(frame, &out);
	ok(send(bb.fd, out.buf, out.len, MSG_NOSIGNAL) == (ssize_t)out.len,
	   "bearerbox says something");
	arena_free(&a);
	turns(20);
}

static struct kannel_frame mo(const char *text, const char *id)
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

/* --- stories --- */

#define ID_1 "11111111-2222-4333-8444-555555555555"
#define ID_2 "11111111-2222-4333-8444-666666666666"

static void test_identify(struct channel *c)
{
	struct kannel_frame f;

	ok(c->ops->room(c) == 0, "there is no room while the link is down");
	ok(bb_accept() && bb_frame(&f, PATIENCE_MS), "we connect and say something");
	ok(f.kind == KANNEL_ADMIN && f.admin.command == KANNEL_IDENTIFY, "first who we are");
	ok(f.admin.boxc_id.ptr == NULL, "without a name it is none, not an empty one");
	ok(saw.state == CHANNEL_UP && c->ops->room(c) == 4, "then the channel is up and has room");
}

static void test_message(void)
{
	struct kannel_frame f = mo("Rupa na putu [€]", ID_1);

	f.sms.udhdata = bytes_at("\x05\x00\x03\x4d\x02\x01", 6);
	bb_send(&f);
	is_int(saw.n_messages, 1, "a text is handed to intake");
	is_text(saw.msg->from, "sms:+381641234567", "with its sender");
	is_text(saw.msg->to, "1955", "its recipient");
	is_text(saw.msg->text, "Rupa na putu [€]", "its text");
	is_text(saw.msg->remote_id, ID_1, "Kannel's id");
	is_text(saw.msg->smsc, "LAB", "the SMSC");
	ok(saw.msg->smsc_time.ms == INT64_C(1795554093000), "the network's time");
	ok(saw.msg->part_total == 2 && saw.msg->part_index == 1 && saw.msg->part_ref == 0x4d,
	   "and which part it is");
	ok(!bb_frame(&f, 100), "nothing is acknowledged before it is on disk");
	saw.answer(saw.ctx, ERR_OK);
	ok(bb_frame(&f, PATIENCE_MS) && f.kind == KANNEL_ACK && f.ack.nack == KANNEL_ACK_OK,
	   "then it is");
	is_text(f.ack.id, ID_1, "by its id");
}

static void test_try_again(void)
{
	struct kannel_frame f = mo("later", ID_2);
	int64_t until;

	bb_send(&f);
	saw.answer(saw.ctx, ERR_STORE_FULL);
	ok(!bb_frame(&f, 100), "what can't be kept now isn't acknowledged, and not refused either");
	until = wire.host->mono(wire.host).ms + PATIENCE_MS;
	while (saw.n_messages < 3 && wire.host->mono(wire.host).ms < until)
		turns(1);
	is_int(saw.n_messages, 3, "it is posted again by itself");
	is_text(saw.msg->text, "later", "whole");
	saw.answer(saw.ctx, ERR_DUPLICATE);
	ok(bb_frame(&f, PATIENCE_MS) && f.ack.nack == KANNEL_ACK_OK,
	   "and acknowledged when it is kept");
}

static void test_receipt(void)
{
	struct kannel_frame f = mo("ACK/", ID_1);

	f.sms.sms_type = KANNEL_REPORT_MO;
	f.sms.dlr_url = bytes_of("40177.1");
	f.sms.dlr_mask = 1;
	f.sms.foreign_id = bytes_of("7f3a21");
	bb_send(&f);
	is_int(saw.n_receipts, 1, "a receipt is handed to intake");
	ok(saw.receipt.row == 40177 && saw.receipt.segment == 1 &&
		   saw.receipt.state == RECEIPT_DELIVERED && strcmp(saw.remote_id, "7f3a21") == 0,
	   "with row, segment, state and the network's id");
	ok(!bb_frame(&f, 100), "it isn't acknowledged before it is on disk");
	saw.answer(saw.ctx, ERR_OK);
	ok(bb_frame(&f, PATIENCE_MS) && f.kind == KANNEL_ACK, "then it is");
	f = mo("ACK/", ID_1);
	f.sms.sms_type = KANNEL_REPORT_MO;
	f.sms.dlr_url = bytes_of("http://another.box/dlr");
	f.sms.dlr_mask = 1;
	bb_send(&f);
	ok(bb_frame(&f, PATIENCE_MS) && f.ack.nack == KANNEL_ACK_OK && saw.n_receipts == 1,
	   "another's receipt is acknowledged and left alone");
}

static struct outgoing segment(uint64_t row, unsigned n)
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

static void answer_sent(const struct kannel_frame *sms, enum kannel_nack nack)
{
	struct kannel_frame f = kannel_frame_blank(KANNEL_ACK);
	char id[64];

	/* The frame's texts go with the next one that is read. */
	snprintf(id, sizeof(id), "%.*s", PRI_BYTES(sms->sms.id));
	f.ack.nack = nack;
	f.ack.id = bytes_of(id);
	bb_send(&f);
}

static void test_send(struct channel *c)
{
	static const struct {
		enum kannel_nack nack;
		enum send_outcome outcome;
		bool pauses;
		const char *promise;
	} rows[] = {
		{ KANNEL_ACK_OK, SEND_OK, false, "ack 0: it is sent" },
		{ KANNEL_ACK_QUEUED, SEND_OK, false, "queued in the spool: it is sent" },
		{ KANNEL_ACK_LATER, SEND_LATER, true,
		  "try again: later, and the channel slows down" },
		{ KANNEL_ACK_FAILED, SEND_LATER, true,
		  "not routable: the row is kept, the channel waits" },
	};
	struct outgoing out = segment(7, 1);
	int64_t now_s = wire.host->wall(wire.host).ms / 1000;
	struct kannel_frame f;

	c->ops->send(c, &out);
	ok(saw.n_results == 0 && c->ops->room(c) == 3,
	   "a segment that is sent takes a place of the window");
	ok(bb_frame(&f, PATIENCE_MS) && f.kind == KANNEL_SMS && f.sms.sms_type == KANNEL_MT_PUSH,
	   "one frame a segment");
	is_text(f.sms.receiver, "+381641234567", "to the number, international");
	is_text(f.sms.sender, "1955", "from the short code");
	ok(f.sms.coding == 2 && f.sms.msgdata.len == 2 && f.sms.udhdata.len == 6,
	   "UCS-2 as UTF-16BE, with our numbering");
	is_text(f.sms.dlr_url, "7.1", "its receipt will name row and segment");
	ok(f.sms.dlr_mask == 31 && f.sms.validity >= now_s + 3600 && f.sms.validity <= now_s + 3660,
	   "all receipts are asked for, and its validity is a moment");
	answer_sent(&f, KANNEL_ACK_OK);
	ok(saw.n_results == 1 && saw.row == 7 && saw.segment == 1 && saw.outcome == SEND_OK &&
		   c->ops->room(c) == 4,
	   "its answer is its result and gives the place back");
	answer_sent(&f, KANNEL_ACK_OK);
	is_int(saw.n_results, 1, "a second answer is none");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		out = segment(8 + i, 0);
		c->ops->send(c, &out);
		ok(bb_frame(&f, PATIENCE_MS), "sent");
		answer_sent(&f, rows[i].nack);
		ok(saw.outcome == rows[i].outcome && (saw.pause_ms > 0) == rows[i].pauses, "%s",
		   rows[i].promise);
	}
	ok(saw.state == CHANNEL_DEGRADED && saw.n_faults == 1 &&
		   strstr(saw.fault, "routable") != NULL,
	   "not routable is a fault of the channel");
}

/* "Not routable" is said twice, as an answer and as a receipt, and in either order. */
static void test_refusal_before_answer(struct channel *c)
{
	struct outgoing out = segment(30, 0);
	struct kannel_frame sent, f = mo("NACK/", ID_2);
	unsigned n = saw.n_receipts;
	int64_t until = wire.host->mono(wire.host).ms + PATIENCE_MS;

	c->ops->send(c, &out);
	ok(bb_frame(&sent, PATIENCE_MS), "sent");
	f.sms.sms_type = KANNEL_REPORT_MO;
	f.sms.dlr_url = bytes_of("30.0");
	f.sms.dlr_mask = 16;
	bb_send(&f);
	is_int(saw.n_receipts, n, "a refusal of what isn't answered yet waits for the answer");
	answer_sent(&sent, KANNEL_ACK_FAILED);
	is_int(saw.outcome, SEND_LATER, "which may keep the row");
	while (saw.n_receipts == n && wire.host->mono(wire.host).ms < until)
		turns(1);
	ok(saw.n_receipts == n + 1 && saw.receipt.state == RECEIPT_REFUSED, "then it is told");
	saw.answer(saw.ctx, ERR_OK);
	ok(bb_frame(&f, PATIENCE_MS) && f.kind == KANNEL_ACK, "and acknowledged");
}

/* Sends all of it, as fast as we take it. */
static void bb_pour(struct bytes octets)
{
	while (octets.len > 0) {
		ssize_t n = send(bb.fd, octets.ptr, octets.len, MSG_NOSIGNAL | MSG_DONTWAIT);

		octets = bytes_cut(octets, n > 0 ? (size_t)n : 0, octets.len);
		turn();
	}
	turns(50);
}

static void answer_flood(size_t n)
{
	while (flood.n_answered < n) {
		size_t i = flood.n_answered++;

		flood.answer[i](flood.ctx[i], ERR_OK);
	}
	turns(50);
}

static size_t acks_seen(void)
{
	struct kannel_frame f;
	size_t n = 0;

	while (bb_frame(&f, 200))
		n += f.kind == KANNEL_ACK;
	return n;
}

static void test_flood(void)
{
	struct arena *a = arena_new(4 * MIB);
	struct strbuf out = strbuf_in(a, MIB);

	for (unsigned i = 0; i < FLOOD; i++) {
		struct kannel_frame f = mo("one of many", ID_1);

		kannel_frame_encode(&f, &out);
	}
	bb.len = bb.done = 0;
	flood.is_on = true;
	bb_pour(strbuf_bytes(&out));
	is_int((long long)flood.n, BOX_FRAMES_MAX,
	       "a bearerbox that knows no bound keeps what is beyond ours");
	ok(strstr(saw.fault, "smsbox-max-pending") != NULL, "and the fault says what to set");
	answer_flood(100);
	is_int((long long)flood.n, BOX_FRAMES_MAX + 100, "as many come as were acknowledged");
	is_int((long long)acks_seen(), 100, "in acknowledgements that bearerbox sees");
	/* Bearerbox has room for the acknowledgements of 500. */
	for (size_t n = 600; n <= FLOOD; n += 500) {
		bb.len = bb.done = 0;
		answer_flood(n);
	}
	answer_flood(flood.n);
	ok(flood.n == FLOOD && !bb.is_closed, "in the end all have come, by the same connection");
	bb.len = bb.done = 0;
	flood.is_on = false;
	arena_free(&a);
}

/* More in one turn of the loop than waits for a bearerbox that doesn't read. */
static void test_full_link(struct channel *c)
{
	static char text[60 * KIB];
	struct outgoing out = segment(100, 0);
	unsigned n = saw.n_results, sent = 0;

	memset(text, 'a', sizeof(text));
	out.encoding = SMS_GSM7;
	out.text = bytes_at(text, sizeof(text));
	while (c->ops->room(c) > 0 && sent < 90) {
		out.row = 100 + sent++;
		c->ops->send(c, &out);
	}
	is_int(sent, 90, "there is room for all of them");
	ok(saw.n_results > n && saw.n_results < n + sent,
	   "what doesn't fit any more is for later at once");
	turns(20);
	is_int(saw.n_results - n, sent,
	       "each segment has one result when the link ends, and only one");
	ok(saw.state == CHANNEL_DOWN && c->ops->room(c) == 0, "and the channel is down");
	bb_close();
	ok(bb_accept(), "we come back");
	turns(20);
	is_int(c->ops->room(c), conf.window, "with the whole window");
}

/* A real bearerbox waits for its boxes to go before it ends or starts anew. */
static void test_restart(struct channel *c)
{
	struct kannel_frame f = mo("before the restart", ID_1);
	struct kannel_frame restart = kannel_frame_blank(KANNEL_ADMIN);
	unsigned n;

	bb_send(&f);
	n = saw.n_messages;
	restart.admin.command = KANNEL_RESTART;
	bb_send(&restart);
	is_int(c->ops->room(c), 0, "nothing is sent to a bearerbox that restarts");
	f = mo("too late", ID_2);
	bb_send(&f);
	ok(saw.n_messages == n && !bb_frame(&f, 300) && !bb.is_closed,
	   "it keeps what it hasn't handed out, and we stay for what it has");
	saw.answer(saw.ctx, ERR_OK);
	ok(bb_frame(&f, PATIENCE_MS) && f.kind == KANNEL_ACK, "that is acknowledged");
	ok(!bb_frame(&f, PATIENCE_MS) && bb.is_closed, "then we go, so that it can");
	bb_close();
	ok(bb_accept() && bb_frame(&f, PATIENCE_MS) && f.kind == KANNEL_ADMIN,
	   "and are there when it comes back");
}

static void test_break(struct channel *c)
{
	struct kannel_frame f = mo("held over a break", ID_1);
	struct outgoing out = segment(20, 0);
	unsigned n = saw.n_results;

	bb_send(&f);
	c->ops->send(c, &out);
	ok(bb_frame(&f, PATIENCE_MS), "a segment is with bearerbox");
	bb_close();
	ok(saw.n_results == n + 1 && saw.row == 20 && saw.outcome == SEND_UNSURE,
	   "when the link breaks it is unsure");
	ok(saw.state == CHANNEL_DOWN && c->ops->room(c) == 0, "and the channel is down");
	ok(bb_accept() && bb_frame(&f, PATIENCE_MS) && f.kind == KANNEL_ADMIN,
	   "we come back and say who we are");
	saw.answer(saw.ctx, ERR_OK);
	ok(!bb_frame(&f, 100), "what came by the old connection isn't acknowledged on the new one");
}

static void test_version(void)
{
	static const char other[] = "\x00\x00\x00\x08\x00\x00\x00\x02\x00\x00\x00\x01";

	ok(send(bb.fd, other, sizeof(other) - 1, MSG_NOSIGNAL) == sizeof(other) - 1,
	   "a frame of another layout");
	turns(50);
	ok(bb.is_closed && saw.state == CHANNEL_DOWN && strstr(saw.fault, "version") != NULL,
	   "ends the connection, and the fault names the version");
}

/* A life that ends while the text is being read. */
static void die_with(const char *dir, const struct keyed_key *key, const char *text)
{
	struct message msg = {
		.channel = BYTES("kannel"),
		.from_raw = BYTES("+381641234567"),
		.raw = bytes_of(text),
	};
	struct in_hand *ih;
	pid_t pid = fork();

	if (pid != 0) {
		waitpid(pid, NULL, 0);
		return;
	}
	/* A sanitizer would tell of this death, which is meant. */
	if (freopen("/dev/null", "w", stderr) == NULL || in_hand_open(dir, key, &ih) != ERR_OK)
		_exit(1);
	signal(SIGABRT, SIG_DFL);
	in_hand_catch(ih);
	in_hand_note(ih, &msg);
	abort();
}

static void test_deadly(void)
{
	static const struct keyed_key key;
	struct kannel_frame f = mo("deadly", ID_1);
	const char *dir = temp_dir();

	die_with(dir, &key, "deadly");
	die_with(dir, &key, "deadly");
	if (in_hand_open(dir, &key, &wire.in_hand) != ERR_OK) {
		ok(false, "the page can't be opened");
		return;
	}
	bb_send(&f);
	ok(saw.msg->fault.len > 0 && saw.msg->text.len == 0,
	   "a text that we died with twice is handed over unread, for the quarantine");
	is_text(saw.msg->raw, "deadly", "raw");
	saw.answer(saw.ctx, ERR_OK);
	ok(bb_frame(&f, PATIENCE_MS) && f.ack.nack == KANNEL_ACK_OK, "and acknowledged");
	in_hand_close(&wire.in_hand);
}

static void test_stop_while_posted(struct channel *c)
{
	struct kannel_frame f = mo("answered after the end", ID_2);

	bb_close();
	ok(bb_accept(), "a last connection");
	bb_send(&f);
	c->ops->stop(c);
	saw.answer(saw.ctx, ERR_OK);
	ok(c->own == NULL, "an answer that comes after the channel has stopped is no fault");
}

static void no_log(enum log_level level, const char *line, void *ctx)
{
	(void)level;
	(void)line;
	(void)ctx;
}

int main(void)
{
	struct channel *c;

	log_set_sink(no_log, NULL);
	if (keyed_init() != ERR_OK) {
		printf("Bail out! libsodium doesn't start\n");
		return 1;
	}
	bb_listen();
	conf.port = bb.port;
	uv_loop_init(&loop);
	if (host_uv_new(&loop, NULL, NULL, &host) != ERR_OK) {
		printf("Bail out! no host\n");
		return 1;
	}
	wire = (struct wire){ .loop = &loop, .host = host_uv_host(host), .core = &core };
	core.host = wire.host;
	c = kannel_box_make(&wire);
	c->core = &core;
	c->conf = &conf;
	plan(0);
	ok(c->ops->start(c) == ERR_OK, "it starts");
	test_identify(c);
	test_message();
	test_try_again();
	test_receipt();
	test_send(c);
	test_refusal_before_answer(c);
	test_deadly();
	test_restart(c);
	test_break(c);
	test_version();
	/* Another version is tried again only after a minute: a new life is quicker. */
	c->ops->stop(c);
	free(c);
	c = kannel_box_make(&wire);
	c->core = &core;
	c->conf = &conf;
	conf.window = 100;
	c->ops->start(c);
	bb_close();
	ok(bb_accept(), "a new life connects");
	test_flood();
	test_full_link(c);
	test_stop_while_posted(c);
	free(c);
	message_free(&saw.msg);
	host_uv_free(&host);
	while (uv_run(&loop, UV_RUN_NOWAIT) != 0)
		;
	ok(uv_loop_close(&loop) == 0, "no handle is left");
	return done_testing();
}
