/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smpp: the channel as the flow sees it, over links to SMSCs that the test plays; what the flow
 * would do is written down here, and answered by the test.
 */
#include "gateway/smpp/smpp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "gateway/flow/alarms.h"
#include "gateway/flow/dispatch.h"
#include "gateway/flow/intake.h"
#include "parsers/err.h"
#include "tests/gateway/fake_smsc.h"
#include "tests/tap.h"

static const struct conf_channel ordinary = {
	.name = "smsc1",
	.type = CHANNEL_SMPP,
	.from = "1955",
	.country = "381",
	.window = 4,
	.dlr = true,
	.password = "s3cret!!",
	.smpp = { .smscs = { "first.example:2775", "second.example:2776" },
		  .n_smscs = 1,
		  .links = 1,
		  .system_id = "opstina",
		  .system_type = "",
		  .address_range = "",
		  .source_ton = "auto",
		  .source_npi = "auto",
		  .dest_ton = "auto",
		  .dest_npi = "auto",
		  .service_type = "",
		  .enquire_ms = 30 * SECOND_MS,
		  .response_ms = 20 * SECOND_MS,
		  .outbind_listen = "" },
};

static struct conf_channel conf;
static struct fake_smsc fake;
static struct core core;
static struct channel *channel;

/* --- what the flow does, written down --- */

#define ANSWERS_MAX (SMPP_TAKEN_MAX + 100)

static struct {
	unsigned n_messages, n_receipts, n_results, n_late, n_wakes;
	struct message *msg;
	struct receipt receipt;
	char remote_id[80], error[200];
	uint64_t row;
	enum send_outcome outcome;
	int64_t pause_ms;
	size_t n_faults;
	char fault[CHANNEL_FAULT_LEN], why[200];
	intake_answer_fn *answer[ANSWERS_MAX];
	void *ctx[ANSWERS_MAX];
	size_t n_answers;
} saw;

static void note_answer(intake_answer_fn *answer, void *ctx)
{
	if (saw.n_answers == ANSWERS_MAX)
		abort();
	saw.answer[saw.n_answers] = answer;
	saw.ctx[saw.n_answers++] = ctx;
}

/* Tells the sender of the n-th that wasn't told. */
static void answer(size_t n, int err)
{
	intake_answer_fn *fn = saw.answer[n];
	void *ctx = saw.ctx[n];

	saw.n_answers--;
	saw.answer[n] = saw.answer[saw.n_answers];
	saw.ctx[n] = saw.ctx[saw.n_answers];
	fn(ctx, err);
}

void intake_message_take(struct intake *in, struct channel *c, struct message **msg,
			 intake_answer_fn *answer_fn, void *ctx)
{
	(void)in;
	(void)c;
	message_free(&saw.msg);
	saw.msg = *msg;
	*msg = NULL;
	saw.n_messages++;
	note_answer(answer_fn, ctx);
}

void intake_receipt(struct intake *in, struct channel *c, const struct receipt *r,
		    intake_answer_fn *answer_fn, void *ctx)
{
	(void)in;
	(void)c;
	saw.receipt = *r;
	snprintf(saw.remote_id, sizeof(saw.remote_id), "%.*s", PRI_BYTES(r->remote_id));
	saw.n_receipts++;
	note_answer(answer_fn, ctx);
}

static void note_result(uint64_t row, enum send_outcome outcome, struct bytes remote_id,
			struct bytes error)
{
	saw.row = row;
	saw.outcome = outcome;
	snprintf(saw.remote_id, sizeof(saw.remote_id), "%.*s", PRI_BYTES(remote_id));
	snprintf(saw.error, sizeof(saw.error), "%.*s", PRI_BYTES(error));
}

void dispatch_result(struct dispatch *d, struct channel *c, uint64_t row, unsigned segment,
		     enum send_outcome outcome, struct bytes remote_id, struct bytes error,
		     int64_t pause_ms)
{
	(void)d;
	(void)c;
	(void)segment;
	saw.n_results++;
	saw.pause_ms = pause_ms;
	note_result(row, outcome, remote_id, error);
}

void dispatch_late(struct dispatch *d, struct channel *c, uint64_t row, unsigned segment,
		   enum send_outcome outcome, struct bytes remote_id, struct bytes error)
{
	(void)d;
	(void)c;
	(void)segment;
	saw.n_late++;
	note_result(row, outcome, remote_id, error);
}

void dispatch_wake(struct dispatch *d, struct channel *c)
{
	(void)d;
	(void)c;
	saw.n_wakes++;
}

void channel_set_state(struct channel *c, enum channel_state state, const char *why)
{
	if (c->state == CHANNEL_DOWN && state != CHANNEL_DOWN)
		c->up_since = fake.mono;
	c->state = state;
	snprintf(saw.why, sizeof(saw.why), "%s", why);
}

void channel_set_faults(struct channel *c, const char *const *faults, size_t n)
{
	(void)c;
	saw.n_faults = n;
	snprintf(saw.fault, sizeof(saw.fault), "%s", n > 0 ? faults[0] : "");
}

/* --- a channel --- */

static void open_channel(void)
{
	fake_smsc_init(&fake);
	memset(&saw, 0, sizeof(saw));
	core = (struct core){ .host = &fake.host };
	channel = smpp_make(&fake.network);
	if (channel == NULL)
		return;
	channel->core = &core;
	channel->conf = &conf;
	ok(channel->ops->start(channel) == ERR_OK, "it starts");
}

static void close_channel(void)
{
	channel->ops->stop(channel);
	while (saw.n_answers > 0)
		answer(0, ERR_OK); /* they may come after the end */
	message_free(&saw.msg);
	free(channel);
	ok(fake.n_timers == 0 && fake_smsc_n_open(&fake) == 0 && !fake.is_listening,
	   "nothing is left of it");
	fake_smsc_fini(&fake);
}

/* The n-th line of those to that host that are open. */
static struct fake_line *line_to(const char *host, size_t n)
{
	for (size_t i = 0; i < fake.n_lines; i++) {
		if (!fake.lines[i]->is_closed && strcmp(fake.lines[i]->host, host) == 0 && n-- == 0)
			return fake.lines[i];
	}
	return NULL;
}

/* It connects, and its bind is answered with that; the id of the bind. */
static uint32_t bind_line(struct fake_line *l, uint32_t status)
{
	struct smpp_pdu pdu;

	if (l == NULL)
		return 0;
	fake_line_up(l);
	if (!fake_line_next(l, &pdu))
		return 0;
	fake_line_bind_resp(l, &pdu, status);
	fake_smsc_pass(&fake, 2);
	return pdu.id;
}

static struct fake_line *open_bound(void)
{
	struct fake_line *l;

	open_channel();
	l = line_to("first.example", 0);
	(void)bind_line(l, SMPP_ROK);
	return l;
}

static struct outgoing segment(uint64_t row)
{
	return (struct outgoing){
		.row = row,
		.n_segments = 1,
		.to = BYTES("sms:+381641234567"),
		.from = BYTES("1955"),
		.encoding = SMS_GSM7,
		.text = BYTES("Vasa prijava"),
		.octets = BYTES("Vasa prijava"),
		.validity_ms = 49 * HOUR_MS,
	};
}

static void send_row(uint64_t row)
{
	struct outgoing out = segment(row);

	channel->ops->send(channel, &out);
}

/* --- in --- */

static void test_message(void)
{
	struct fake_line *l = open_bound();
	struct smpp_pdu pdu;

	ok(channel->state == CHANNEL_UP && channel->counts.connects == 1, "a bound link: it is up");
	fake_line_deliver(l, 500, 0, "Pukla cev");
	is_int(saw.n_messages, 1, "a text is handed to intake");
	is_text(saw.msg->from, "sms:+381641234567", "with its sender");
	is_text(saw.msg->to, "1955", "its recipient");
	is_text(saw.msg->text, "Pukla cev", "its text");
	is_text(saw.msg->smsc, "first.example:2775", "and the SMSC that it came by");
	fake_smsc_pass(&fake, MINUTE_MS / 4);
	ok(!fake_line_next(l, &pdu), "nothing is answered before it is on disk");
	answer(0, ERR_OK);
	ok(fake_line_next(l, &pdu) && pdu.id == (uint32_t)SMPP_DELIVER_SM_RESP &&
		   pdu.sequence == 500 && pdu.status == SMPP_ROK && channel->counts.kept == 1,
	   "then it is");
	fake_line_deliver(l, 501, 0, "a repeat");
	answer(0, ERR_DUPLICATE);
	ok(fake_line_next(l, &pdu) && pdu.sequence == 501 && pdu.status == SMPP_ROK,
	   "so is one that was kept before");
	close_channel();
}

static void test_try_again(void)
{
	struct fake_line *l = open_bound();
	struct smpp_pdu pdu;

	fake_line_deliver(l, 1, 0, "later");
	answer(0, ERR_STORE_FULL);
	ok(!fake_line_next(l, &pdu),
	   "what can't be kept now isn't answered, and not refused either");
	fake_line_say(l, SMPP_ENQUIRE_LINK, 0, 2);
	ok(fake_line_next_id(l) == (uint32_t)SMPP_ENQUIRE_LINK_RESP,
	   "meanwhile the link lives: enquire_link is answered");
	fake_smsc_pass(&fake, 3 * SECOND_MS);
	is_int(saw.n_messages, 2, "it is posted again by itself");
	is_text(saw.msg->text, "later", "whole");
	answer(0, ERR_BUSY);
	fake_smsc_pass(&fake, 5 * SECOND_MS);
	is_int(saw.n_messages, 3, "and again, more slowly");
	answer(0, ERR_OK);
	ok(fake_line_next(l, &pdu) && pdu.id == (uint32_t)SMPP_DELIVER_SM_RESP && pdu.sequence == 1,
	   "and answered when it is kept");
	close_channel();
}

static void test_old_connection(void)
{
	struct fake_line *l = open_bound();
	struct smpp_pdu pdu;
	struct mono before;

	fake_line_deliver(l, 7, 0, "with intake when the link breaks");
	fake_line_deliver(l, 8, 0, "kept for later when it breaks");
	answer(1, ERR_STORE_FULL);
	fake_line_down(l, "reset");
	fake_smsc_pass(&fake, 5 * SECOND_MS);
	before = channel->up_since;
	l = line_to("first.example", 0);
	(void)bind_line(l, SMPP_ROK);
	answer(0, ERR_OK);
	ok(!fake_line_next(l, &pdu),
	   "what came by a link that broke isn't answered on the new one");
	fake_smsc_pass(&fake, 10 * SECOND_MS);
	is_int(saw.n_messages, 2, "nor posted again: its SMSC gives it again");
	ok(channel->up_since.ms > before.ms, "and then words decide whether it is a repeat");
	close_channel();
}

static void test_unreadable(void)
{
	/* A deliver_sm whose source address never ends, and one with a number of the library's horror. */
	static const char broken[] = "\0\0\0\x17\0\0\0\5\0\0\0\0\0\0\0\x09\0\1\1"
				     "3816";
	struct fake_line *l = open_bound();
	struct smpp_pdu pdu;

	fake_line_send(l, bytes_at(broken, 0x17));
	ok(saw.n_messages == 1 && saw.msg->fault.len > 0 && saw.msg->raw.len == 7,
	   "a text that can't be read goes raw to the quarantine");
	answer(0, ERR_OK);
	ok(fake_line_next(l, &pdu) && pdu.id == (uint32_t)SMPP_DELIVER_SM_RESP &&
		   pdu.sequence == 9 && pdu.status == SMPP_ROK,
	   "and is answered: refused it would come back for days");
	close_channel();
}

static const char *const deadly_at = "deadly";

static bool is_deadly(struct host *h, const struct message *msg)
{
	(void)h;
	return bytes_holds(msg->raw, deadly_at);
}

static void test_deadly(void)
{
	struct fake_line *l = open_bound();
	struct smpp_pdu pdu;

	fake.host.is_deadly = is_deadly;
	fake_line_deliver(l, 10, 0, "deadly");
	ok(saw.msg->fault.len > 0 && saw.msg->text.len == 0,
	   "octets that ended us twice are handed over unread");
	answer(0, ERR_OK);
	ok(fake_line_next(l, &pdu) && pdu.status == SMPP_ROK, "and answered");
	close_channel();
}

static void test_full(void)
{
	struct fake_line *l = open_bound();
	struct smpp_pdu pdu;
	unsigned n = 0, n_wakes;

	for (uint32_t i = 1; i <= SMPP_TAKEN_MAX; i++)
		fake_line_deliver(l, i, 0, "flood");
	ok(saw.n_messages == SMPP_TAKEN_MAX && l->is_paused && channel->ops->room(channel) == 0,
	   "an SMSC without a window of its own is read no further than %d", SMPP_TAKEN_MAX);
	fake_line_deliver(l, SMPP_TAKEN_MAX + 1, 0, "one more");
	is_int(saw.n_messages, SMPP_TAKEN_MAX, "the rest stays with it");
	n_wakes = saw.n_wakes;
	answer(0, ERR_OK);
	ok(!l->is_paused && channel->ops->room(channel) == 4, "one answer, and it is read again");
	fake_smsc_pass(&fake, 2);
	ok(saw.n_wakes > n_wakes, "and whoever wants to send is told");
	while (fake_line_next(l, &pdu))
		n += pdu.id == (uint32_t)SMPP_DELIVER_SM_RESP;
	ok(n == 1 && saw.n_messages == SMPP_TAKEN_MAX + 1,
	   "nothing was lost and nothing answered twice");
	close_channel();
}

/* A deliver_sm with the longest message_payload. */
static void deliver_long(struct fake_line *l, uint32_t sequence)
{
	static uint8_t buf[SMPP_FRAME_MAX];
	struct wr w = wr_of(buf, sizeof(buf));

	wr_u32(&w, sizeof(buf));
	wr_u32(&w, SMPP_DELIVER_SM);
	wr_u32(&w, 0);
	wr_u32(&w, sequence);
	for (int i = 0; i < 17; i++)
		wr_u8(&w, 0);
	wr_u16(&w, SMPP_TAG_MESSAGE_PAYLOAD);
	wr_u16(&w, (uint16_t)(sizeof(buf) - w.len - 2));
	fake_line_send(l, bytes_at(buf, sizeof(buf)));
}

static void test_large(void)
{
	struct fake_line *l = open_bound();
	uint32_t n = 0;

	while (!l->is_paused && n < SMPP_TAKEN_MAX)
		deliver_long(l, ++n);
	ok(n == SMPP_TAKEN_OCTETS / SMPP_FRAME_MAX && saw.n_messages == n,
	   "nor further than %zu MiB of long ones", SMPP_TAKEN_OCTETS / MIB);
	answer(0, ERR_OK);
	ok(!l->is_paused, "one answer, and it is read again");
	close_channel();
}

static void test_receipt(void)
{
	static const char text[] = "id:7f3a21 sub:001 dlvrd:001 submit date:2611250300 "
				   "done date:2611250301 stat:DELIVRD err:000 text:";
	struct fake_line *l = open_bound();
	struct smpp_pdu pdu;

	fake_line_deliver(l, 20, 0x04, text);
	ok(saw.n_receipts == 1 && saw.n_messages == 0 && saw.receipt.row == 0 &&
		   saw.receipt.state == RECEIPT_DELIVERED && strcmp(saw.remote_id, "7f3a21") == 0,
	   "a receipt is handed to intake by the SMSC's id");
	ok(!fake_line_next(l, &pdu), "it isn't answered before it is on disk");
	answer(0, ERR_OK);
	ok(fake_line_next(l, &pdu) && pdu.sequence == 20, "then it is");
	fake_line_deliver(l, 21, 0x04, "stat:DELIVRD");
	ok(saw.n_receipts == 1 && fake_line_next(l, &pdu) && pdu.sequence == 21 &&
		   pdu.status == SMPP_ROK && channel->counts.receipts == 2,
	   "one that names no id is answered and counted");
	close_channel();
}

static void test_data_sm(void)
{
	/* service_type, two addresses, esm_class, registered_delivery, data_coding, message_payload */
	static const char data[] = "\0\0\0\x30\0\0\1\3\0\0\0\0\0\0\0\x21"
				   "\0\1\1"
				   "381641234567\0"
				   "\0\0"
				   "1955\0"
				   "\0\0\0"
				   "\x04\x24\0\2Hi";
	struct fake_line *l = open_bound();
	struct smpp_pdu pdu;

	fake_line_send(l, bytes_at(data, 0x30));
	is_int(saw.n_messages, 1, "a data_sm is a text too");
	if (saw.n_messages == 1)
		is_text(saw.msg->text, "Hi", "with its message_payload");
	answer(0, ERR_OK);
	ok(fake_line_next(l, &pdu) && pdu.id == (uint32_t)SMPP_DATA_SM_RESP && pdu.sequence == 0x21,
	   "and has an answer of its kind");
	close_channel();
}

/* --- out --- */

static void test_send(void)
{
	struct fake_line *l = open_bound();
	struct smpp_pdu pdu;

	is_int(channel->ops->room(channel), 4, "a bound link has room");
	send_row(7);
	ok(saw.n_results == 0 && channel->ops->room(channel) == 3,
	   "a segment that is sent takes a place of the window");
	ok(fake_line_next(l, &pdu) && pdu.id == SMPP_SUBMIT_SM, "one submit_sm a segment");
	is_text(pdu.message.from.digits, "1955", "from the short code");
	ok(pdu.message.from.ton == 3 && pdu.message.from.npi == 0, "which is one");
	is_text(pdu.message.to.digits, "381641234567", "to the number, without its plus");
	ok(pdu.message.to.ton == 1 && pdu.message.to.npi == 1, "international");
	ok(pdu.message.registered_delivery == 1, "a receipt is asked for");
	is_text(pdu.message.validity, "000002010000000R",
		"and it is valid for two days and an hour");
	is_text(pdu.message.text, "Vasa prijava", "with its text");
	ok(pdu.message.replace == 0, "nothing is ever replaced");
	fake_line_submit_resp(l, pdu.sequence, SMPP_ROK, "7f3a21");
	ok(saw.n_results == 1 && saw.row == 7 && saw.outcome == SEND_OK &&
		   strcmp(saw.remote_id, "7f3a21") == 0 && channel->ops->room(channel) == 4,
	   "its answer is its result, with the SMSC's id, and gives the place back");
	send_row(8);
	fake_line_submit_resp(l, 3, SMPP_ROK, "\x01\xff");
	ok(saw.outcome == SEND_OK && saw.remote_id[0] == '\0', "an id that is no text is none");
	close_channel();
}

static void test_statuses(void)
{
	static const struct {
		uint32_t status;
		enum send_outcome outcome;
		bool again_soon, is_fault;
		const char *words;
		const char *promise;
	} rows[] = {
		{ 0x58, SEND_LATER, true, false, "faster",
		  "throttled: the link slows down, the row leaves again" },
		{ 0x14, SEND_LATER, true, false, "queue", "queue full: the same" },
		{ 0x08, SEND_LATER, false, false, "fault",
		  "system error: the row is tried again later" },
		{ 0x64, SEND_LATER, false, false, "now", "a temporary error: the same" },
		{ 0x0B, SEND_FAILED, false, false, "typed right",
		  "no such number: staff read that it may be mistyped" },
		{ 0x0A, SEND_FAILED, false, true, "send from",
		  "our own number refused: a fault of the channel too" },
		{ 0x48, SEND_FAILED, false, true, "source_ton", "a TON refused names the setting" },
		{ 0x51, SEND_FAILED, false, true, "dest_npi", "so does an NPI" },
		{ 0x61, SEND_FAILED, false, true, "validity", "times refused" },
		{ 0x45, SEND_FAILED, false, false, "refuses", "submit failed: it fails" },
		{ 0x400, SEND_FAILED, false, false, "0x400",
		  "a number of the SMSC's own: it fails" },
		{ 0x455, SEND_LATER, false, false, "now",
		  "unless the configuration says that it means later" },
	};

	conf = ordinary;
	conf.smpp.later[0] = "0x450-0x45f";
	conf.smpp.n_later = 1;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fake_line *l = open_bound();

		send_row(100 + i);
		fake_line_submit_resp(l, 2, rows[i].status, NULL);
		fake_smsc_pass(&fake, 2);
		ok(saw.n_results == 1 && saw.outcome == rows[i].outcome &&
			   (saw.pause_ms > 0) == rows[i].again_soon &&
			   strstr(saw.error, rows[i].words) != NULL,
		   "%s (%s)", rows[i].promise, saw.error);
		ok((saw.n_faults == 1) == rows[i].is_fault &&
			   (channel->state == CHANNEL_DEGRADED) == rows[i].is_fault,
		   "and it is %s of the channel", rows[i].is_fault ? "a fault" : "no fault");
		fake_smsc_pass(&fake, SECOND_MS);
		send_row(1);
		fake_line_submit_resp(l, 3, SMPP_ROK, "id");
		fake_smsc_pass(&fake, 2);
		ok(saw.n_faults == 0 && channel->state == CHANNEL_UP, "one that is taken ends it");
		close_channel();
	}
	conf = ordinary;
}

static void test_unsure(void)
{
	struct fake_line *l = open_bound();

	send_row(30);
	fake_smsc_pass(&fake, 21 * SECOND_MS);
	ok(saw.n_results == 1 && saw.outcome == SEND_UNSURE && strstr(saw.error, "in time") != NULL,
	   "without an answer in time it is unsure");
	fake_line_submit_resp(l, 2, SMPP_ROK, "late");
	ok(saw.n_results == 1 && saw.n_late == 1 && saw.row == 30 && saw.outcome == SEND_OK &&
		   strcmp(saw.remote_id, "late") == 0,
	   "an answer that comes late settles it");
	send_row(31);
	l->is_held = true;
	send_row(32);
	fake_line_down(l, "reset");
	ok(saw.n_results == 3 && saw.row == 32 && saw.outcome == SEND_LATER && saw.pause_ms > 0,
	   "what never left a link that broke leaves again");
	close_channel();
	l = open_bound();
	send_row(33);
	fake_line_down(l, "reset");
	ok(saw.outcome == SEND_UNSURE && strstr(saw.error, "broke") != NULL, "what did is unsure");
	ok(channel->ops->room(channel) == 0, "and there is no room");
	fake_smsc_pass(&fake, 2);
	ok(channel->state == CHANNEL_DOWN && strcmp(saw.why, "reset") == 0, "it is down, and why");
	send_row(34);
	ok(saw.row == 34 && saw.outcome == SEND_LATER && saw.pause_ms > 0,
	   "what was claimed meanwhile leaves later");
	close_channel();
}

static void test_not_sendable(void)
{
	struct outgoing out = segment(40);

	(void)open_bound();
	out.to = bytes_of("sms:+38164123456789012345678901234567890");
	channel->ops->send(channel, &out);
	ok(saw.n_results == 1 && saw.outcome == SEND_FAILED && saw.error[0] != '\0',
	   "a number that SMPP has no room for fails, with words");
	close_channel();
}

static void test_forms(void)
{
	struct fake_line *l;
	struct smpp_pdu pdu;
	struct outgoing out = segment(41);

	conf = ordinary;
	conf.dlr = false;
	conf.smpp.source_ton = "1";
	conf.smpp.source_npi = "8";
	conf.smpp.dest_ton = "2";
	conf.smpp.service_type = "CMT";
	conf.smpp.priority = 2;
	l = open_bound();
	out.validity_ms = 0;
	channel->ops->send(channel, &out);
	ok(fake_line_next(l, &pdu) && pdu.message.from.ton == 1 && pdu.message.from.npi == 8 &&
		   pdu.message.to.ton == 2 && pdu.message.to.npi == 1,
	   "types of numbers are as configured");
	ok(bytes_is(pdu.message.service_type, "CMT") && pdu.message.priority == 2 &&
		   pdu.message.registered_delivery == 0 && pdu.message.validity.len == 0,
	   "and service type, priority, no receipt, no validity");
	close_channel();
	conf = ordinary;
	conf.smpp.intermediate = true;
	l = open_bound();
	out.from = bytes_of("Opstina SP");
	channel->ops->send(channel, &out);
	ok(fake_line_next(l, &pdu) && pdu.message.from.ton == 5 && pdu.message.from.npi == 0 &&
		   bytes_is(pdu.message.from.digits, "Opstina SP") &&
		   pdu.message.registered_delivery == 0x11,
	   "a name is one, and intermediate receipts are asked for when wanted");
	close_channel();
	conf = ordinary;
}

/* --- several links and SMSCs --- */

static void test_links(void)
{
	struct fake_line *l[3];
	struct channel_link link;
	struct mono before;
	unsigned n = 0;

	conf.smpp.links = 3;
	open_channel();
	is_int((long long)fake.n_lines, 3, "three links are three connections");
	for (size_t i = 0; i < 3; i++)
		l[i] = line_to("first.example", i);
	(void)bind_line(l[1], SMPP_ROK);
	ok(channel->state == CHANNEL_DEGRADED && channel->ops->room(channel) == 4,
	   "one is enough to send (%s)", saw.why);
	(void)bind_line(l[0], SMPP_ROK);
	(void)bind_line(l[2], SMPP_ROK);
	ok(channel->state == CHANNEL_UP && channel->ops->room(channel) == 12,
	   "with all it is whole, and has room for three windows");
	for (uint64_t i = 0; i < 12; i++)
		send_row(50 + i);
	ok(channel->ops->room(channel) == 0 && saw.n_results == 0, "which it fills");
	for (size_t i = 0; i < 3; i++) {
		while (fake_line_next_id(l[i]) == SMPP_SUBMIT_SM)
			n++;
		ok(n == 4 * (i + 1), "each link has its share");
	}
	fake_line_down(l[1], "reset");
	is_int(saw.n_results, 4, "when one breaks only what it had is unsure");
	for (size_t i = 0; channel->ops->link(channel, i, &link); i++)
		n += i == 1 ? !link.is_up : link.is_up && link.window_used == 4;
	is_int(n, 15, "status shows all three");
	before = channel->up_since;
	ok(before.ms == fake.mono.ms, "and its SMSC may give by another at once what it had given");
	fake_smsc_pass(&fake, 2 * SECOND_MS);
	(void)bind_line(line_to("first.example", 2), SMPP_ROK);
	ok(channel->state == CHANNEL_UP && channel->up_since.ms > before.ms,
	   "when it is back, words decide what is a repeat: its SMSC may have given it to another");
	close_channel();
	conf = ordinary;
}

static void test_pairs(void)
{
	struct fake_line *tx, *rx;
	struct smpp_pdu pdu;

	conf.smpp.bind = BIND_PAIRS;
	open_channel();
	is_int((long long)fake.n_lines, 2, "a pair is two connections");
	tx = line_to("first.example", 0);
	rx = line_to("first.example", 1);
	is_int(bind_line(tx, SMPP_ROK), SMPP_BIND_TRANSMITTER, "one sends");
	ok(channel->state == CHANNEL_DOWN && channel->ops->room(channel) == 0,
	   "who can't be heard isn't sent to: answers would get lost");
	is_int(bind_line(rx, SMPP_ROK), SMPP_BIND_RECEIVER, "the other receives");
	ok(channel->state == CHANNEL_UP && channel->ops->room(channel) == 4,
	   "together they are whole");
	send_row(60);
	ok(fake_line_next(tx, &pdu) && pdu.id == SMPP_SUBMIT_SM && !fake_line_next(rx, &pdu),
	   "what we send leaves by the transmitter");
	fake_line_deliver(rx, 3, 0, "Pukla cev");
	answer(0, ERR_OK);
	ok(fake_line_next(rx, &pdu) && pdu.id == (uint32_t)SMPP_DELIVER_SM_RESP &&
		   !fake_line_next(tx, &pdu),
	   "what comes is answered on the receiver");
	channel->up_since = (struct mono){ 0 };
	fake_line_down(tx, "reset");
	fake_smsc_pass(&fake, 2);
	ok(channel->state == CHANNEL_DOWN && channel->up_since.ms != 0,
	   "without the transmitter none can send, and what is heard may be a repeat all the same");
	close_channel();
	conf = ordinary;
}

static void test_fail_over(void)
{
	struct fake_line *first, *second;
	struct smpp_pdu pdu;

	conf.smpp.n_smscs = 2;
	first = open_bound();
	ok(channel->state == CHANNEL_UP && line_to("second.example", 0) == NULL,
	   "while the first SMSC works the second isn't bothered");
	fake_line_down(first, "reset");
	fake_smsc_pass(&fake, 2);
	ok(line_to("second.example", 0) == NULL, "one break is no reason");
	fake_smsc_pass(&fake, 2 * SECOND_MS);
	first = line_to("first.example", 0);
	fake_line_down(first, "connection refused");
	fake_smsc_pass(&fake, 2);
	second = line_to("second.example", 0);
	ok(second != NULL && second->port == 2776, "when it can't be reached either the second is");
	(void)bind_line(second, SMPP_ROK);
	ok(channel->state == CHANNEL_DEGRADED && strstr(saw.why, "second.example") != NULL &&
		   channel->ops->room(channel) == 4,
	   "and used: %s", saw.why);
	send_row(70);
	ok(fake_line_next_id(second) == SMPP_SUBMIT_SM, "for texts");
	fake_line_deliver(second, 1, 0, "Pukla cev");
	is_text(saw.msg->smsc, "second.example:2776", "both ways");
	fake_smsc_pass(&fake, 10 * SECOND_MS);
	first = line_to("first.example", 0);
	ok(first != NULL, "the first is still tried");
	(void)bind_line(first, SMPP_ROK);
	send_row(71);
	ok(fake_line_next_id(first) == SMPP_SUBMIT_SM && channel->state == CHANNEL_UP,
	   "and used again as soon as it is bound");
	ok(!fake_line_next(second, &pdu), "the second has its open answers");
	fake_line_submit_resp(second, 2, SMPP_ROK, "id");
	ok(saw.row == 70 && saw.outcome == SEND_OK, "which count");
	answer(0, ERR_OK);
	fake_smsc_pass(&fake, 11 * SECOND_MS);
	ok(fake_line_next_id(second) == (uint32_t)SMPP_DELIVER_SM_RESP &&
		   fake_line_next_id(second) == SMPP_UNBIND,
	   "and when the first has stood for a while, a goodbye");
	fake_line_say(second, (uint32_t)SMPP_UNBIND_RESP, 0, 3);
	fake_smsc_pass(&fake, 5 * SECOND_MS);
	ok(second->is_closed && line_to("second.example", 0) == NULL,
	   "then it isn't bothered any more");
	close_channel();
	conf = ordinary;
}

static void test_refused(void)
{
	struct fake_line *l;

	conf.smpp.links = 2;
	open_channel();
	l = line_to("first.example", 0);
	(void)bind_line(l, SMPP_RINVPASWD);
	ok(saw.n_faults == 1 && strstr(saw.fault, "password") != NULL &&
		   channel->state == CHANNEL_DOWN,
	   "a refused bind is a fault of the channel: %s", saw.fault);
	(void)bind_line(line_to("first.example", 0), SMPP_RINVPASWD);
	is_int((long long)saw.n_faults, 1, "the same words stand once");
	close_channel();
	conf = ordinary;
}

static void test_outbind(void)
{
	static const char outbind[] = "\0\0\0\x1a\0\0\0\x0b\0\0\0\0\0\0\0\1SMSC\0abcd";
	struct fake_line *l;
	struct smpp_pdu pdu;

	conf.smpp.outbind_listen = "127.0.0.1:2776";
	conf.smpp.outbind_peers[0] = "10.0.0.1";
	conf.smpp.n_outbind_peers = 1;
	open_channel();
	ok(fake_smsc_call(&fake, "10.0.0.2") == NULL,
	   "who isn't named is hung up on: he would get our password");
	l = fake_smsc_call(&fake, "10.0.0.1");
	ok(l != NULL, "who is named isn't");
	if (l == NULL)
		return;
	fake_line_send(l, bytes_at(outbind, sizeof(outbind)));
	ok(fake_line_next(l, &pdu) && pdu.id == SMPP_BIND_RECEIVER, "his outbind gets a bind");
	fake_line_bind_resp(l, &pdu, SMPP_ROK);
	fake_line_deliver(l, 5, 0, "Pukla cev");
	answer(0, ERR_OK);
	ok(fake_line_next(l, &pdu) && pdu.id == (uint32_t)SMPP_DELIVER_SM_RESP && pdu.sequence == 5,
	   "and what he gives is kept and answered");
	fake_line_deliver(l, 6, 0, "with intake when he goes");
	fake_line_down(l, "over");
	fake_smsc_pass(&fake, SECOND_MS);
	answer(0, ERR_OK);
	for (int i = 0; i < 4; i++)
		ok(fake_smsc_call(&fake, "10.0.0.1") != NULL, "so may he again");
	ok(fake_smsc_call(&fake, "10.0.0.1") == NULL, "four at once are enough");
	close_channel();
	conf = ordinary;
}

/* --- the end --- */

static void test_leave(void)
{
	struct fake_line *l = open_bound();
	struct smpp_pdu pdu;

	send_row(80);
	fake_line_deliver(l, 1, 0, "Pukla cev");
	(void)fake_line_next(l, &pdu);
	channel->ops->leave(channel);
	ok(channel->ops->room(channel) == 0 && channel->ops->n_under_way(channel) >= 2,
	   "a polite stop sends nothing more, and knows what is open");
	fake_line_submit_resp(l, 2, SMPP_ROK, "id");
	answer(0, ERR_OK);
	fake_smsc_pass(&fake, 2);
	ok(fake_line_next_id(l) == (uint32_t)SMPP_DELIVER_SM_RESP && fake_line_next(l, &pdu) &&
		   pdu.id == SMPP_UNBIND && channel->ops->n_under_way(channel) == 1,
	   "all is answered, and unbind said");
	fake_line_say(l, (uint32_t)SMPP_UNBIND_RESP, 0, pdu.sequence);
	ok(channel->ops->n_under_way(channel) == 0, "then nothing is under way");
	fake_smsc_pass(&fake, MINUTE_MS);
	ok(fake_smsc_n_open(&fake) == 0 && channel->state == CHANNEL_UP,
	   "nothing is tried again, and no alarm raised");
	close_channel();
	l = open_bound();
	fake_line_deliver(l, 1, 0, "Pukla cev");
	channel->ops->stop(channel);
	ok(fake_line_next_id(l) == SMPP_UNBIND && l->is_closed,
	   "an impolite one says unbind and doesn't wait");
	answer(0, ERR_OK);
	ok(!fake_line_next(l, &pdu), "what intake answers afterwards is told to nobody");
	message_free(&saw.msg);
	free(channel);
	fake_smsc_fini(&fake);
}

static void no_log(enum log_level level, const char *line, void *ctx)
{
	(void)level;
	(void)line;
	(void)ctx;
}

int main(void)
{
	plan(0);
	log_set_sink(no_log, NULL);
	conf = ordinary;
	test_message();
	test_try_again();
	test_old_connection();
	test_unreadable();
	test_deadly();
	test_full();
	test_large();
	test_receipt();
	test_data_sm();
	test_send();
	test_statuses();
	test_unsure();
	test_not_sendable();
	test_forms();
	test_links();
	test_pairs();
	test_fail_over();
	test_refused();
	test_outbind();
	test_leave();
	return done_testing();
}
