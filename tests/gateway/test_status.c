/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_status - what of a mailbox waits for people stands in odziv status.
 */
#include <stdio.h>
#include <stdlib.h>

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
	flow_close(f);
	free(f);
	return done_testing();
}
