/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_status - what of a mailbox waits for people stands in odziv status.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/cases.h"
#include "store/held.h"
#include "store/messages.h"
#include "tests/gateway/flow_fixture.h"
#include "tests/tap.h"

#define TWO_BOXES                                                                                  \
	"[post]\ntype = mail\nfrom = kontakt@pazova.example\nimap_host = 127.0.0.1\n"              \
	"imap_tls = none\nimap_password_file = mail.password\nsmtp_host = 127.0.0.1\n"             \
	"smtp_tls = none\n"                                                                        \
	"[other]\ntype = mail\nfrom = drugi@pazova.example\nimap_host = 127.0.0.1\n"               \
	"imap_tls = none\nimap_password_file = mail.password\nsmtp_host = 127.0.0.1\n"             \
	"smtp_tls = none\n"

static int open_case(struct txn *t, struct desk *d, const char *channel, const char *kind,
		     Pb__Case **rec_out)
{
	const struct case_step step = { .who = "odzivd", .what = "opened" };
	Pb__Case *rec = arena_alloc(d->arena, sizeof(*rec));

	pb__case__init(rec);
	rec->category = record_strc(d->arena, "OPS");
	rec->department = record_strc(d->arena, "CENTAR");
	rec->channel = record_strc(d->arena, channel);
	rec->kind = record_strc(d->arena, kind);
	rec->opened = d->now.ms;
	*rec_out = rec;
	return case_open(t, rec, bytes_of("SP"), 2026, &step, d->now, d->arena);
}

static int fill(struct txn *t, struct desk *d, void *ctx)
{
	Pb__Message msg = PB__MESSAGE__INIT;
	Pb__Held held = PB__HELD__INIT;
	Pb__Case *rec = NULL, *answered = NULL;
	int err = open_case(t, d, "post", CASE_KIND_UNREADABLE, &rec);

	(void)ctx;
	if (err == ERR_OK)
		err = open_case(t, d, "post", "", &rec);
	if (err == ERR_OK)
		err = open_case(t, d, "phones", "", &answered);
	if (err == ERR_OK)
		err = open_case(t, d, "post", "", &answered);
	if (err != ERR_OK)
		return err;
	answered->answered = d->now.ms;
	case_put(t, answered);
	msg.id = txn_id(t, d->now);
	msg.channel = record_strc(d->arena, "post");
	msg.received = d->now.ms;
	msg.outcome = OUTCOME_COMMAND;
	message_add(t, &msg);
	held.case_number = rec->number;
	held.message = msg.id;
	held.expires = d->now.ms + DAY_MS;
	return held_add(t, &held, d->now);
}

static bool two_links(const struct channel *c, size_t i, struct channel_link *link_out)
{
	(void)c;
	*link_out = (struct channel_link){
		.name = "smsc.example:2775/1",
		.role = i == 0 ? "transmitter" : "receiver",
		.state = i == 0 ? "bound" : "waiting",
		.is_up = i == 0,
		.window = 10,
		.window_used = 3,
		.rate_per_s = 20,
		.is_throttled = true,
		.throttled_to = 12500,
		.n_throttled = 4,
		.last_pdu = i == 0 ? "submit_sm_resp" : NULL,
		.why = "the SMSC refuses the password",
	};
	return i < 2;
}

static void test_links(void)
{
	struct flow *f = calloc(1, sizeof(*f));
	static struct flow_reply reply;
	struct channel_ops ops;

	flow_open(f, NULL);
	flow_settle(f);
	ops = *flow_channel(f)->ops;
	ops.link = two_links;
	flow_channel(f)->ops = &ops;
	flow_control(f, "{\"command\": \"status\"}", &reply);
	ok(flow_says(&reply,
		     "\"links\":[{\"name\":\"smsc.example:2775/1\",\"role\":\"transmitter\","
		     "\"state\":\"bound\""),
	   "each link of a channel stands in its status");
	ok(flow_says(&reply, "\"window\":10,\"window_used\":3,\"rate\":20,\"throttled\":true,"
			     "\"throttled_to\":12.5,\"throttles\":4,"
			     "\"last_pdu\":\"submit_sm_resp\""),
	   "with its window, its pace and what it heard last");
	ok(flow_says(&reply, "\"last_pdu\":null,\"last_pdu_at\":null,"
			     "\"why\":\"the SMSC refuses the password\""),
	   "or why it isn't there");
	flow_close(f);
	free(f);
}

int main(void)
{
	struct flow *f = calloc(1, sizeof(*f));
	static struct flow_reply reply;

	plan(0);
	flow_open(f, TWO_BOXES);
	flow_settle(f);
	is_int(hall_work(&f->hall, fill, NULL), ERR_OK, "a mailbox with what waits for people");
	flow_control(f, "{\"command\": \"status\"}", &reply);
	ok(flow_says(&reply, "\"held\":1,\"unreadable\":1,\"unanswered\":2"),
	   "held words, unreadable mails and cases without an answer stand in its status");
	ok(flow_says(&reply, "\"held\":0,\"unreadable\":0,\"unanswered\":0"),
	   "of the other mailbox nothing does");
	ok(strstr(reply.lines, "\"links\"") == NULL, "a channel of one connection shows no links");
	flow_close(f);
	free(f);
	test_links();
	return done_testing();
}
