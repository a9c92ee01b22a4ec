/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way out: what is on disk before it leaves, and what becomes of it. */
#include "gateway/flow/dispatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "conf/limits.h"
#include "parsers/err.h"
#include "store/key.h"
#include "store/outbox.h"
#include "tests/gateway/flow_fixture.h"
#include "tests/tap.h"

#define ANN "+381641234567"
#define BOB "+381647654321"

/* A second channel, of mails: the same network, which tells what it was handed. */
static const char *mail_section(void)
{
	static char section[512];
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/mail.password", temp_dir());
	f = fopen(path, "w");
	if (f != NULL) {
		fputs("secret\n", f);
		fclose(f);
	}
	(void)chmod(path, 0600);
	snprintf(section, sizeof(section),
		 "[post]\ntype = mail\nfrom = kontakt@pazova.example\nimap_host = 127.0.0.1\n"
		 "imap_password_file = %s\nsmtp_host = 127.0.0.1\n",
		 path);
	return section;
}

static int add_mail(struct txn *t, struct desk *d, void *ctx)
{
	static char text[5000];
	Pb__Outbox row = PB__OUTBOX__INIT;

	(void)ctx;
	memset(text, 'a', sizeof(text) - 1);
	row.channel = (char *)"post";
	row.to = (char *)"mail:ann@x.example";
	row.subject = (char *)"Re: Voda";
	row.text = text;
	row.not_before = d->now.ms;
	row.valid_until = d->now.ms + HOUR_MS;
	return outbox_add(t, &row, 1, d->now, d->arena);
}

static struct flow *open_flow(const char *more)
{
	struct flow *f = calloc(1, sizeof(*f));

	flow_open(f, more);
	return f;
}

static void close_flow(struct flow *f)
{
	ok(hall_is_sound(&f->hall), "verify finds nothing");
	flow_close(f);
	free(f);
}

static enum out_state state_of(struct flow *f, const char *to)
{
	const Pb__Outbox *row = hall_last_row(&f->hall, to);

	return row == NULL ? OUT_CANCELLED : (enum out_state)row->state;
}

static void test_ordinary(void)
{
	struct flow *f = open_flow(NULL);
	struct flow_answer a;
	const Pb__Outbox *row;

	f->manner = NETWORK_SILENT;
	flow_text(f, ANN, "Pukla cev u Svetosavskoj 14, Nova Pazova", &a);
	flow_settle(f);
	is_int((long long)f->n_sent, 1,
	       "the acknowledgement leaves after its commit, without waiting for a timer");
	ok(f->sent[0].was_sending, "it was SENDING on disk when it left");
	is_text(bytes_of(f->sent[0].to), "sms:" ANN, "to the one who wrote");
	ok(strstr(f->sent[0].text, "SP-2026-000001") != NULL, "with the number of the case");
	is_int(flow_passed(f, "after-claim"), 1, "the point after the claim is passed");
	is_int(flow_passed(f, "after-send"), 1, "and the one after sending");
	dispatch_result(f->core.dispatch, flow_channel(f), f->sent[0].row, 0, SEND_OK,
			bytes_of("abc"), BYTES_NONE, 0);
	is_int(flow_passed(f, "result-known"), 1, "and the one where the result is known");
	is_int(state_of(f, ANN), OUT_SENDING, "a result isn't on disk before its commit");
	flow_settle(f);
	row = hall_last_row(&f->hall, ANN);
	is_int(row->state, OUT_SENT, "after it the row is SENT");
	is_text(bytes_of(row->segments[0]->remote_id), "abc", "with the network's id");
	dispatch_result(f->core.dispatch, flow_channel(f), f->sent[0].row, 0, SEND_FAILED,
			BYTES_NONE, bytes_of("late"), 0);
	flow_settle(f);
	is_int(state_of(f, ANN), OUT_SENT, "a second result for the same segment changes nothing");
	close_flow(f);
}

/* As a channel does that knows its segments also behind their deadlines. */
static void test_late(void)
{
	struct flow *f = open_flow(NULL);
	struct flow_answer a;
	const Pb__Outbox *row;
	uint64_t id;

	f->manner = NETWORK_SILENT;
	flow_text(f, ANN, "Pukla cev u Svetosavskoj 14, Nova Pazova", &a);
	flow_settle(f);
	id = f->sent[0].row;
	dispatch_result(f->core.dispatch, flow_channel(f), id, 0, SEND_UNSURE, BYTES_NONE,
			bytes_of("no answer"), 0);
	flow_settle(f);
	is_int(state_of(f, ANN), OUT_UNSURE, "without an answer it is UNSURE");
	dispatch_late(f->core.dispatch, flow_channel(f), id, 0, SEND_OK, bytes_of("abc"),
		      BYTES_NONE);
	flow_settle(f);
	row = hall_last_row(&f->hall, ANN);
	ok(row->state == OUT_SENT && strcmp(row->segments[0]->remote_id, "abc") == 0,
	   "an answer that comes late settles it, with the network's id");
	flow_pass(f, HOUR_MS);
	is_int((long long)f->n_sent, 1, "and it isn't sent again");
	close_flow(f);

	f = open_flow(NULL);
	f->manner = NETWORK_SILENT;
	flow_text(f, ANN, "Pukla cev u Svetosavskoj 14, Nova Pazova", &a);
	flow_settle(f);
	id = f->sent[0].row;
	dispatch_result(f->core.dispatch, flow_channel(f), id, 0, SEND_UNSURE, BYTES_NONE,
			bytes_of("no answer"), 0);
	flow_pass(f, 10 * MINUTE_MS);
	is_int((long long)f->n_sent, 2, "after some minutes it is sent again");
	dispatch_late(f->core.dispatch, flow_channel(f), id, 0, SEND_FAILED, BYTES_NONE,
		      bytes_of("too late"));
	flow_settle(f);
	is_int(state_of(f, ANN), OUT_SENDING, "then a late answer to the first try says nothing");
	dispatch_result(f->core.dispatch, flow_channel(f), id, 0, SEND_OK, bytes_of("def"),
			BYTES_NONE, 0);
	flow_settle(f);
	row = hall_last_row(&f->hall, ANN);
	ok(row->state == OUT_SENT && strcmp(row->segments[0]->remote_id, "def") == 0,
	   "the second one's answer counts");
	close_flow(f);
}

static void test_try_later(void)
{
	struct flow *f = open_flow(NULL);
	struct flow_answer a;
	const Pb__Outbox *row;

	f->manner = NETWORK_BUSY;
	flow_text(f, ANN, "Pukla cev", &a);
	flow_settle(f);
	is_int(state_of(f, ANN), OUT_QUEUED, "what the network can't take now is QUEUED again");
	flow_pass(f, RETRY_FIRST_MS * 4 / 5 - SECOND_MS);
	is_int((long long)f->n_sent, 1, "it isn't tried before the back-off is over");
	flow_pass(f, RETRY_FIRST_MS * 2 / 5 + 2 * SECOND_MS);
	is_int((long long)f->n_sent, 2, "and is tried after it");
	flow_pass(f, HOUR_MS);
	ok(f->n_sent > 4 && f->n_sent < 12, "the back-off grows: %zu tries in an hour", f->n_sent);
	f->manner = NETWORK_TAKES;
	flow_pass(f, 2 * HOUR_MS);
	row = hall_last_row(&f->hall, ANN);
	is_int(row->state, OUT_SENT, "in the end it leaves");
	is_int(row->attempts, (long long)f->n_sent, "and has counted its tries");
	close_flow(f);
}

static void test_throttled(void)
{
	struct flow *f = open_flow(NULL);
	struct flow_answer a, b;

	f->manner = NETWORK_THROTTLES;
	flow_text(f, ANN, "Pukla cev", &a);
	flow_settle(f);
	f->manner = NETWORK_TAKES;
	flow_text(f, BOB, "Ne radi rasveta", &b);
	flow_pass(f, 4 * SECOND_MS);
	is_int((long long)f->n_sent, 1, "a throttled channel sends nothing for others either");
	flow_pass(f, 2 * SECOND_MS);
	is_int((long long)f->n_sent, 3, "when the pause is over both leave");
	close_flow(f);
}

/* A store that is full, or a claim that fails, must not keep what is known from the disk. */
static void test_results_first(void)
{
	struct flow *f = open_flow(NULL);
	struct flow_answer a, b;

	f->manner = NETWORK_SILENT;
	f->room = 1;
	flow_text(f, ANN, "Pukla cev", &a);
	flow_settle(f);
	flow_text(f, BOB, "Ne radi rasveta", &b);
	flow_settle(f);
	f->under_way = 0;
	f->fail_next = ERR_STORE_FULL;
	dispatch_result(f->core.dispatch, flow_channel(f), f->sent[0].row, 0, SEND_OK, BYTES_NONE,
			BYTES_NONE, 0);
	flow_commit(f);
	is_int(state_of(f, ANN), OUT_SENDING, "a result that can't be written waits");
	dispatch_wake_all(f->core.dispatch);
	flow_commit(f);
	is_int(state_of(f, ANN), OUT_SENT, "and is written by itself first");
	is_int(state_of(f, BOB), OUT_QUEUED, "without a claim beside it");
	flow_settle(f);
	is_int(state_of(f, BOB), OUT_SENDING, "which comes behind it");
	close_flow(f);
}

/* What the network said while the disk was busy, and then we were told to stop. */
static void test_results_at_the_end(void)
{
	struct flow *f = open_flow(NULL);
	struct flow_answer a, b;

	f->manner = NETWORK_SILENT;
	flow_text(f, ANN, "Pukla cev", &a);
	flow_settle(f);
	f->room = 8;
	flow_text(f, BOB, "Ne radi rasveta", &b);
	flow_commit(f);
	ok(f->n_jobs > 0, "a claim is on its way to the disk");
	dispatch_result(f->core.dispatch, flow_channel(f), f->sent[0].row, 0, SEND_OK, BYTES_NONE,
			BYTES_NONE, 0);
	flow_stop(f);
	flow_start(f);
	is_int(state_of(f, ANN), OUT_SENT,
	       "a result that came before a polite stop is on disk after it");
	close_flow(f);
}

static int spoil_row(struct txn *t, void *ctx)
{
	static const uint8_t rubbish[] = { 0xff, 0xff, 0xff };
	struct key k = key_of_id(*(uint64_t *)ctx);

	txn_put(t, TABLE_OUTBOX, key_bytes(&k), bytes_at(rubbish, sizeof(rubbish)));
	return ERR_OK;
}

/* verify names it; somebody must know that there is a reason to ask. */
static void test_unreadable(void)
{
	struct flow *f = open_flow(NULL);
	struct flow_answer a, b;
	uint64_t id;

	f->room = 0;
	flow_text(f, ANN, "Pukla cev", &a);
	flow_settle(f);
	id = hall_last_row(&f->hall, ANN)->id;
	db_write(f->hall.store.db, spoil_row, &id);
	flow_text(f, BOB, "Ne radi rasveta", &b);
	flow_settle(f);
	f->room = 8;
	dispatch_wake_all(f->core.dispatch);
	flow_settle(f);
	is_int((long long)f->n_sent, 1, "a reply that can't be read holds up no other");
	ok(flow_alarm(f, "reply-unreadable") != NULL, "and a person is told of it");
	flow_close(f);
	free(f);
}

static void test_refused(void)
{
	struct flow *f = open_flow(NULL);
	struct flow_answer a;
	const Pb__Outbox *row;

	f->manner = NETWORK_REFUSES;
	flow_text(f, ANN, "Pukla cev", &a);
	flow_settle(f);
	row = hall_last_row(&f->hall, ANN);
	is_int(row->state, OUT_FAILED, "what the network refuses is FAILED");
	is_text(bytes_of(row->segments[0]->error), "no such number", "with its words");
	flow_pass(f, HOUR_MS);
	is_int((long long)f->n_sent, 1, "and isn't tried again");
	close_flow(f);
}

static void test_window(void)
{
	struct flow *f = open_flow(NULL);
	struct flow_answer a[3];

	f->manner = NETWORK_SILENT;
	f->room = 2;
	flow_text(f, ANN, "Pukla cev", &a[0]);
	flow_text(f, BOB, "Ne radi rasveta", &a[1]);
	flow_text(f, "+381601112223", "Rupa na putu", &a[2]);
	flow_settle(f);
	is_int((long long)f->n_sent, 2, "no more leaves than the channel has room for");
	f->under_way--;
	dispatch_result(f->core.dispatch, flow_channel(f), f->sent[0].row, f->sent[0].segment,
			SEND_OK, bytes_of("x"), BYTES_NONE, 0);
	flow_settle(f);
	is_int((long long)f->n_sent, 3, "a result makes room for the next");
	close_flow(f);
}

static void test_rate(void)
{
	struct flow *f = open_flow("rate = 1\n");
	struct flow_answer a[3];

	flow_pass(f, 10 * SECOND_MS);
	flow_text(f, ANN, "Pukla cev", &a[0]);
	flow_text(f, BOB, "Ne radi rasveta", &a[1]);
	flow_text(f, "+381601112223", "Rupa na putu", &a[2]);
	flow_settle(f);
	is_int((long long)f->n_sent, 1, "rate = 1: one leaves at once, however long nothing did");
	flow_pass(f, 1100);
	is_int((long long)f->n_sent, 2, "the next a second later");
	flow_pass(f, 1100);
	is_int((long long)f->n_sent, 3, "and the last one two");
	close_flow(f);
}

static void test_segments(void)
{
	struct flow *f = open_flow(NULL);
	struct flow_answer a;
	struct staff_act act = { .number = bytes_of("SP-2026-000001") };

	flow_text(f, ANN, "Pukla cev", &a);
	flow_settle(f);
	f->n_sent = 0;
	act.words = bytes_of(
		"Ekipa Vodovoda dolazi sutra ujutru izmedju sedam i devet sati. Molimo "
		"vas da ne parkirate vozila ispred broja 14 i da sacuvate malo vode. Hvala "
		"vam sto ste nam javili, i javite nam ako se nesto promeni u medjuvremenu.");
	is_int(hall_staff(&f->hall, staff_answer, &act), ERR_OK, "a long answer is written");
	dispatch_wake_all(f->core.dispatch);
	flow_settle(f);
	is_int((long long)f->n_sent, 2, "and leaves in two segments");
	ok(f->sent[0].segment == 0 && f->sent[1].segment == 1, "in their order");
	ok(f->sent[0].udh_len == 6 && f->sent[1].udh_len == 6, "numbered by us");
	ok(f->sent[0].row == f->sent[1].row && f->sent[0].n_segments == 2, "of one row");
	close_flow(f);
}

/* By the channel's own way of long texts: kept with the row, whatever the channel does later. */
static void test_long_forms(void)
{
	/* clang-format off */
	static const struct {
		enum smpp_long how;
		unsigned n_sent;
		size_t udh_len;
		const char *promise;
	} rows[] = {
		{ SMPP_LONG_UDH8,    2, 6, "with 8 bits" },
		{ SMPP_LONG_UDH16,   2, 7, "with 16 bits" },
		{ SMPP_LONG_SAR,     2, 6, "in TLVs" },
		{ SMPP_LONG_PAYLOAD, 1, 0, "whole" },
	};
	/* clang-format on */
	static const char words[] =
		"Ekipa Vodovoda dolazi sutra ujutru izmedju sedam i devet sati. Molimo "
		"vas da ne parkirate vozila ispred broja 14 i da sacuvate malo vode. Hvala "
		"vam sto ste nam javili kvar na vreme.";

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct flow *f = open_flow(NULL);
		struct flow_answer a;
		struct staff_act act = { .number = bytes_of("SP-2026-000001"),
					 .words = bytes_of(words) };

		flow_text(f, ANN, "Pukla cev", &a);
		flow_settle(f);
		f->n_sent = 0;
		f->core.conf->channels[0].type = CHANNEL_SMPP;
		f->core.conf->channels[0].smpp.how = rows[i].how;
		is_int(hall_staff(&f->hall, staff_answer, &act), ERR_OK,
		       "a long answer by a channel of SMPP");
		f->core.conf->channels[0].smpp.how = SMPP_LONG_UDH8;
		dispatch_wake_all(f->core.dispatch);
		flow_settle(f);
		is_int((long long)f->n_sent, rows[i].n_sent, "… leaves %s", rows[i].promise);
		ok(f->sent[0].how == rows[i].how && f->sent[0].udh_len == rows[i].udh_len &&
			   f->sent[0].n_segments == rows[i].n_sent &&
			   (rows[i].n_sent == 1) == (f->sent[0].reference == 0),
		   "… in its numbering");
		close_flow(f);
	}
}

static void test_training(void)
{
	struct flow *f = open_flow(NULL);
	struct flow_answer a;

	f->core.conf->training = true; /* as [odziv] training = yes reads */
	flow_text(f, ANN, "Pukla cev", &a);
	flow_pass(f, HOUR_MS);
	is_int(a.err, ERR_OK, "in training a text is decided");
	is_int(state_of(f, ANN), OUT_QUEUED, "its acknowledgement waits");
	is_int((long long)f->n_sent, 0, "and nothing leaves");
	close_flow(f);
}

static void test_channel_stops(void)
{
	struct flow *f = open_flow(NULL);
	struct flow_answer a, b;

	f->manner = NETWORK_SILENT;
	flow_text(f, ANN, "Pukla cev", &a);
	flow_settle(f);
	channel_close(&f->core, flow_channel(f));
	flow_settle(f);
	is_int(state_of(f, ANN), OUT_UNSURE, "what a stopped channel had under way is UNSURE");
	is_int(channel_open(&f->core, &f->core.conf->channels[0]), ERR_OK,
	       "the channel starts again");
	flow_text(f, BOB, "Ne radi rasveta", &b);
	flow_commit(f); /* the text; the claim of its acknowledgement is posted then */
	ok(f->n_jobs > 0 && f->n_sent == 1, "a claim waits for its commit");
	channel_close(&f->core, flow_channel(f));
	flow_settle(f);
	is_int(state_of(f, BOB), OUT_QUEUED, "what was claimed and hadn't left is QUEUED");
	close_flow(f);
}

static void test_store_fails(void)
{
	struct flow *f = open_flow(NULL);
	struct flow_answer a;

	f->manner = NETWORK_SILENT;
	flow_text(f, ANN, "Pukla cev", &a);
	flow_settle(f);
	f->fail_next = ERR_STORE_FULL;
	dispatch_result(f->core.dispatch, flow_channel(f), f->sent[0].row, 0, SEND_OK,
			bytes_of("abc"), BYTES_NONE, 0);
	flow_settle(f);
	is_int(state_of(f, ANN), OUT_SENDING, "a result that can't be written yet isn't");
	flow_pass(f, 3 * SECOND_MS);
	is_int(state_of(f, ANN), OUT_SENT, "and is written when it can be");
	close_flow(f);
}

static int claim_all(struct txn *t, struct desk *d, void *ctx)
{
	struct claimed claimed[8];
	size_t n;

	(void)ctx;
	return outbox_claim(t, bytes_of("phones"), d->now, 8, d->arena, claimed, &n, NULL, NULL,
			    NULL);
}

/* A claim was committed, and before anything left the daemon was killed. */
static void test_killed(void)
{
	struct flow *f = open_flow(NULL);
	struct flow_answer a;

	f->room = 0;
	flow_text(f, ANN, "Pukla cev", &a);
	flow_settle(f);
	flow_stop(f);
	is_int(hall_work(&f->hall, claim_all, NULL), ERR_OK, "a row is claimed");
	is_int(state_of(f, ANN), OUT_SENDING, "and is SENDING on disk");
	flow_start(f);
	is_int(state_of(f, ANN), OUT_UNSURE, "after a start it is UNSURE");
	close_flow(f);
}

static void test_restart(void)
{
	struct flow *f = open_flow(NULL);
	struct flow_answer a;

	f->manner = NETWORK_SILENT;
	flow_text(f, ANN, "Pukla cev", &a);
	flow_settle(f);
	flow_stop(f);
	is_int(state_of(f, ANN), OUT_UNSURE, "a stop says of what was under way that nobody knows");
	flow_start(f);
	f->manner = NETWORK_TAKES;
	flow_pass(f, f->core.conf->unsure_wait_ms + 2 * MINUTE_MS);
	is_int(state_of(f, ANN), OUT_SENT, "after unsure_wait it is sent again");
	is_int((long long)f->n_sent, 2, "once");
	close_flow(f);
}

struct mail_look {
	uint64_t row;
	unsigned state;
};

static int look_at_mail(struct txn *t, struct desk *d, void *ctx)
{
	struct mail_look *look = ctx;
	Pb__Outbox *row;
	int err = outbox_get(t, look->row, d->arena, &row);

	if (err == ERR_OK)
		look->state = row->state;
	return err;
}

static void test_mail(void)
{
	struct flow *f = open_flow(mail_section());
	struct mail_look look = { 0 };

	(void)hall_work(&f->hall, add_mail, NULL);
	f->manner = NETWORK_SILENT;
	f->core.conf->training = true;
	dispatch_wake_name(f->core.dispatch, bytes_of("post"));
	flow_pass(f, MINUTE_MS);
	is_int((long long)f->n_sent, 0, "in training no mail leaves either");
	f->core.conf->training = false;
	dispatch_wake_name(f->core.dispatch, bytes_of("post"));
	flow_settle(f);
	ok(f->n_sent == 1 && f->sent[0].is_mail, "a mail is handed over with its row");
	is_int(f->sent[0].n_segments, 1, "in one piece, however long it is");
	is_int((long long)f->sent[0].udh_len, 0, "and not as an SMS");
	is_text(bytes_of(f->sent[0].to), "mail:ann@x.example", "to the address");
	ok(f->sent[0].was_sending, "it was SENDING on disk before");
	dispatch_result(f->core.dispatch, core_channel(&f->core, bytes_of("post")), f->sent[0].row,
			0, SEND_UNSURE, BYTES_NONE, bytes_of("cut off"), 0);
	flow_settle(f);
	look.row = f->sent[0].row;
	(void)hall_work(&f->hall, look_at_mail, &look);
	is_int(look.state, OUT_UNSURE, "its result is written as that of a text");
	close_flow(f);
}

int main(void)
{
	plan(0);
	test_ordinary();
	test_late();
	test_try_later();
	test_throttled();
	test_unreadable();
	test_results_first();
	test_results_at_the_end();
	test_refused();
	test_window();
	test_rate();
	test_segments();
	test_long_forms();
	test_training();
	test_channel_stops();
	test_store_fails();
	test_killed();
	test_restart();
	test_mail();
	return done_testing();
}
