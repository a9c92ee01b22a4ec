/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kannel_box: what bearerbox sees of us, one thing after the other. Much at once is tried in
 * test_kannel_flood.c.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parsers/err.h"
#include "parsers/keyed.h"
#include "tests/gateway/bearerbox.h"
#include "tests/tap.h"

static void test_identify(struct channel *c)
{
	struct kannel_frame f;

	ok(c->ops->room(c) == 0, "there is no room while the link is down");
	ok(bb_accept() && bb_frame(&f, PATIENCE_MS), "we connect and say something");
	ok(f.kind == KANNEL_ADMIN && f.admin.command == KANNEL_IDENTIFY, "first who we are");
	ok(f.admin.boxc_id.ptr == NULL, "without a name it is none, not an empty one");
	ok(bb_saw.state == CHANNEL_UP && c->ops->room(c) == 4,
	   "then the channel is up and has room");
}

static void test_message(void)
{
	struct kannel_frame f = bb_mo("Rupa na putu [€]", ID_1);

	f.sms.udhdata = bytes_at("\x05\x00\x03\x4d\x02\x01", 6);
	bb_send(&f);
	is_int(bb_saw.n_messages, 1, "a text is handed to intake");
	is_text(bb_saw.msg->from, "sms:+381641234567", "with its sender");
	is_text(bb_saw.msg->to, "1955", "its recipient");
	is_text(bb_saw.msg->text, "Rupa na putu [€]", "its text");
	is_text(bb_saw.msg->remote_id, ID_1, "Kannel's id");
	is_text(bb_saw.msg->smsc, "LAB", "the SMSC");
	ok(bb_saw.msg->smsc_time.ms == INT64_C(1795554093000), "the network's time");
	ok(bb_saw.msg->part_total == 2 && bb_saw.msg->part_index == 1 &&
		   bb_saw.msg->part_ref == 0x4d,
	   "and which part it is");
	ok(!bb_frame(&f, 100), "nothing is acknowledged before it is on disk");
	bb_saw.answer(bb_saw.ctx, ERR_OK);
	ok(bb_frame(&f, PATIENCE_MS) && f.kind == KANNEL_ACK && f.ack.nack == KANNEL_ACK_OK,
	   "then it is");
	is_text(f.ack.id, ID_1, "by its id");
}

static void test_try_again(void)
{
	struct kannel_frame f = bb_mo("later", ID_2);
	int64_t until;

	bb_send(&f);
	bb_saw.answer(bb_saw.ctx, ERR_STORE_FULL);
	ok(!bb_frame(&f, 100), "what can't be kept now isn't acknowledged, and not refused either");
	until = bb_wire.host->mono(bb_wire.host).ms + PATIENCE_MS;
	while (bb_saw.n_messages < 3 && bb_wire.host->mono(bb_wire.host).ms < until)
		bb_turns(1);
	is_int(bb_saw.n_messages, 3, "it is posted again by itself");
	is_text(bb_saw.msg->text, "later", "whole");
	bb_saw.answer(bb_saw.ctx, ERR_DUPLICATE);
	ok(bb_frame(&f, PATIENCE_MS) && f.ack.nack == KANNEL_ACK_OK,
	   "and acknowledged when it is kept");
}

static void test_receipt(void)
{
	struct kannel_frame f = bb_mo("ACK/", ID_1);

	f.sms.sms_type = KANNEL_REPORT_MO;
	f.sms.dlr_url = bytes_of("40177.1");
	f.sms.dlr_mask = 1;
	f.sms.foreign_id = bytes_of("7f3a21");
	bb_send(&f);
	is_int(bb_saw.n_receipts, 1, "a receipt is handed to intake");
	ok(bb_saw.receipt.row == 40177 && bb_saw.receipt.segment == 1 &&
		   bb_saw.receipt.state == RECEIPT_DELIVERED &&
		   strcmp(bb_saw.remote_id, "7f3a21") == 0,
	   "with row, segment, state and the network's id");
	ok(!bb_frame(&f, 100), "it isn't acknowledged before it is on disk");
	bb_saw.answer(bb_saw.ctx, ERR_OK);
	ok(bb_frame(&f, PATIENCE_MS) && f.kind == KANNEL_ACK, "then it is");
	f = bb_mo("ACK/", ID_1);
	f.sms.sms_type = KANNEL_REPORT_MO;
	f.sms.dlr_url = bytes_of("http://another.box/dlr");
	f.sms.dlr_mask = 1;
	bb_send(&f);
	ok(bb_frame(&f, PATIENCE_MS) && f.ack.nack == KANNEL_ACK_OK && bb_saw.n_receipts == 1,
	   "another's receipt is acknowledged and left alone");
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
	struct outgoing out = bb_segment(7, 1);
	int64_t now_s = bb_wire.host->wall(bb_wire.host).ms / 1000;
	struct kannel_frame f;

	c->ops->send(c, &out);
	ok(bb_saw.n_results == 0 && c->ops->room(c) == 3,
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
	ok(bb_saw.n_results == 1 && bb_saw.row == 7 && bb_saw.segment == 1 &&
		   bb_saw.outcome == SEND_OK && c->ops->room(c) == 4,
	   "its answer is its result and gives the place back");
	answer_sent(&f, KANNEL_ACK_OK);
	is_int(bb_saw.n_results, 1, "a second answer is none");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		out = bb_segment(8 + i, 0);
		c->ops->send(c, &out);
		ok(bb_frame(&f, PATIENCE_MS), "sent");
		answer_sent(&f, rows[i].nack);
		ok(bb_saw.outcome == rows[i].outcome && (bb_saw.pause_ms > 0) == rows[i].pauses,
		   "%s", rows[i].promise);
	}
	ok(bb_saw.state == CHANNEL_DEGRADED && bb_saw.n_faults == 1 &&
		   strstr(bb_saw.fault, "routable") != NULL,
	   "not routable is a fault of the channel");
}

/* "Not routable" is said twice, as an answer and as a receipt, and in either order. */
static void test_refusal_before_answer(struct channel *c)
{
	struct outgoing out = bb_segment(30, 0);
	struct kannel_frame sent, f = bb_mo("NACK/", ID_2);
	unsigned n = bb_saw.n_receipts;
	int64_t until = bb_wire.host->mono(bb_wire.host).ms + PATIENCE_MS;

	c->ops->send(c, &out);
	ok(bb_frame(&sent, PATIENCE_MS), "sent");
	f.sms.sms_type = KANNEL_REPORT_MO;
	f.sms.dlr_url = bytes_of("30.0");
	f.sms.dlr_mask = 16;
	bb_send(&f);
	is_int(bb_saw.n_receipts, n, "a refusal of what isn't answered yet waits for the answer");
	answer_sent(&sent, KANNEL_ACK_FAILED);
	is_int(bb_saw.outcome, SEND_LATER, "which may keep the row");
	while (bb_saw.n_receipts == n && bb_wire.host->mono(bb_wire.host).ms < until)
		bb_turns(1);
	ok(bb_saw.n_receipts == n + 1 && bb_saw.receipt.state == RECEIPT_REFUSED,
	   "then it is told");
	bb_saw.answer(bb_saw.ctx, ERR_OK);
	ok(bb_frame(&f, PATIENCE_MS) && f.kind == KANNEL_ACK, "and acknowledged");
}

/* A real bearerbox waits for its boxes to go before it ends or starts anew. */
static void test_restart(struct channel *c)
{
	struct kannel_frame f = bb_mo("before the restart", ID_1);
	struct kannel_frame restart = kannel_frame_blank(KANNEL_ADMIN);
	unsigned n;

	bb_send(&f);
	n = bb_saw.n_messages;
	restart.admin.command = KANNEL_RESTART;
	bb_send(&restart);
	is_int(c->ops->room(c), 0, "nothing is sent to a bearerbox that restarts");
	f = bb_mo("too late", ID_2);
	bb_send(&f);
	ok(bb_saw.n_messages == n && !bb_frame(&f, 300) && !bb.is_closed,
	   "it keeps what it hasn't handed out, and we stay for what it has");
	bb_saw.answer(bb_saw.ctx, ERR_OK);
	ok(bb_frame(&f, PATIENCE_MS) && f.kind == KANNEL_ACK, "that is acknowledged");
	ok(!bb_frame(&f, PATIENCE_MS) && bb.is_closed, "then we go, so that it can");
	bb_close();
	ok(bb_accept() && bb_frame(&f, PATIENCE_MS) && f.kind == KANNEL_ADMIN,
	   "and are there when it comes back");
}

static void test_break(struct channel *c)
{
	struct kannel_frame f = bb_mo("held over a break", ID_1);
	struct outgoing out = bb_segment(20, 0);
	unsigned n = bb_saw.n_results;

	bb_send(&f);
	c->ops->send(c, &out);
	ok(bb_frame(&f, PATIENCE_MS), "a segment is with bearerbox");
	bb_close();
	ok(bb_saw.n_results == n + 1 && bb_saw.row == 20 && bb_saw.outcome == SEND_UNSURE,
	   "when the link breaks it is unsure");
	ok(bb_saw.state == CHANNEL_DOWN && c->ops->room(c) == 0, "and the channel is down");
	ok(bb_accept() && bb_frame(&f, PATIENCE_MS) && f.kind == KANNEL_ADMIN,
	   "we come back and say who we are");
	bb_saw.answer(bb_saw.ctx, ERR_OK);
	ok(!bb_frame(&f, 100), "what came by the old connection isn't acknowledged on the new one");
}

static void test_version(void)
{
	static const char other[] = "\x00\x00\x00\x08\x00\x00\x00\x02\x00\x00\x00\x01";

	ok(send(bb.fd, other, sizeof(other) - 1, MSG_NOSIGNAL) == sizeof(other) - 1,
	   "a frame of another layout");
	bb_turns(50);
	ok(bb.is_closed && bb_saw.state == CHANNEL_DOWN && strstr(bb_saw.fault, "version") != NULL,
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

static struct in_hand *page;

static bool asks_page(struct host *h, const struct message *msg)
{
	(void)h;
	return in_hand_is_deadly(page, msg);
}

static void test_deadly(void)
{
	static const struct keyed_key key;
	struct kannel_frame f = bb_mo("deadly", ID_1);
	const char *dir = temp_dir();

	die_with(dir, &key, "deadly");
	die_with(dir, &key, "deadly");
	if (in_hand_open(dir, &key, &page) != ERR_OK) {
		ok(false, "the page can't be opened");
		return;
	}
	bb_wire.host->is_deadly = asks_page;
	bb_send(&f);
	ok(bb_saw.msg->fault.len > 0 && bb_saw.msg->text.len == 0,
	   "a text that we died with twice is handed over unread, for the quarantine");
	is_text(bb_saw.msg->raw, "deadly", "raw");
	bb_saw.answer(bb_saw.ctx, ERR_OK);
	ok(bb_frame(&f, PATIENCE_MS) && f.ack.nack == KANNEL_ACK_OK, "and acknowledged");
	bb_wire.host->is_deadly = NULL;
	in_hand_close(&page);
}

int main(void)
{
	struct channel *c;

	plan(0);
	bb_open();
	c = bb_channel();
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
	c->ops->stop(c);
	free(c);
	ok(bb_end(), "no handle is left");
	return done_testing();
}
