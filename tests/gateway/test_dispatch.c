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
#define EVE "+381601112223"

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

static void result_of(struct flow *f, size_t i, enum send_outcome outcome, int64_t pause_ms)
{
	f->under_way--;
	dispatch_result(f->core.dispatch, flow_channel(f), f->sent[i].row, f->sent[i].segment,
			outcome, BYTES_NONE, BYTES_NONE, pause_ms);
}

/* The nth phone of some; short-lived. */
static const char *phone(size_t i)
{
	static char number[16];

	snprintf(number, sizeof(number), "+38164765430%zu", i);
	return number;
}

static void some_texts(struct flow *f, size_t from, size_t to)
{
	struct flow_answer a;

	for (size_t i = from; i < to; i++) {
		flow_text(f, phone(i), "Pukla cev", &a);
		flow_settle(f);
	}
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
	some_texts(f, 0,
		   4); /* these and BOB's are claimed ahead, so that there is one more to claim */
	f->under_way = 0;
	f->fail_next = ERR_STORE_FULL;
	dispatch_result(f->core.dispatch, flow_channel(f), f->sent[0].row, 0, SEND_OK, BYTES_NONE,
			BYTES_NONE, 0);
	flow_commit(f);
	is_int(state_of(f, ANN), OUT_SENDING, "a result that can't be written waits");
	dispatch_wake_all(f->core.dispatch);
	flow_commit(f);
	is_int(state_of(f, ANN), OUT_SENT, "and is written by itself first");
	is_int(state_of(f, phone(3)), OUT_QUEUED, "without a claim beside it");
	flow_settle(f);
	is_int(state_of(f, phone(3)), OUT_SENDING, "which comes behind it");
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
	flow_text(f, EVE, "Rupa na putu", &a[2]);
	flow_settle(f);
	is_int((long long)f->n_sent, 2, "no more leaves than the channel has room for");
	f->under_way--;
	dispatch_result(f->core.dispatch, flow_channel(f), f->sent[0].row, f->sent[0].segment,
			SEND_OK, bytes_of("x"), BYTES_NONE, 0);
	flow_settle(f);
	is_int((long long)f->n_sent, 3, "a result makes room for the next");
	close_flow(f);
}

/* Whoever has room needn't wait for a commit: the next one is SENDING on disk already. */
static void test_ahead(void)
{
	struct flow *f = open_flow(NULL);

	f->manner = NETWORK_SILENT;
	f->room = 1;
	some_texts(f, 0, 7);
	is_int((long long)f->n_sent, 1, "one leaves where there is room for one");
	is_int(state_of(f, phone(1)), OUT_SENDING, "the next is claimed ahead");
	is_int(state_of(f, phone(4)), OUT_SENDING, "and some more");
	is_int(state_of(f, phone(5)), OUT_QUEUED, "four times what may be under way, and no more");
	result_of(f, 0, SEND_OK, 0);
	is_int((long long)f->n_sent, 2, "a result lets the next leave before its own commit");
	ok(f->sent[1].was_sending, "and it was SENDING on disk before it left");
	flow_settle(f);
	is_int(state_of(f, phone(0)), OUT_SENT, "with the commit of the result");
	is_int(state_of(f, phone(5)), OUT_SENDING, "the one behind is claimed");
	for (size_t i = 1; i <= 5; i++)
		result_of(f, i, SEND_OK, 0);
	is_int((long long)f->n_sent, 6, "what isn't on disk waits for its commit");
	flow_settle(f);
	is_int((long long)f->n_sent, 7, "and leaves after it");
	for (size_t i = 0; i < f->n_sent; i++)
		ok(strcmp(f->sent[i].to + strlen("sms:"), phone(i)) == 0, "in its turn");
	close_flow(f);
}

/* What never left isn't UNSURE. */
static void test_ahead_given_back(void)
{
	struct flow *f = open_flow(NULL);
	const Pb__Outbox *row;

	f->manner = NETWORK_SILENT;
	f->room = 1;
	some_texts(f, 0, 4);
	channel_close(&f->core, flow_channel(f));
	flow_settle(f);
	is_int(state_of(f, phone(0)), OUT_UNSURE,
	       "of a channel that stops: what was under way is UNSURE");
	row = hall_last_row(&f->hall, phone(1));
	is_int(row->state, OUT_QUEUED, "what was claimed ahead is QUEUED");
	ok(row->attempts == 0 && row->segments[0]->attempts == 0 && row->error[0] == '\0',
	   "as if it had never been claimed");
	is_int(channel_open(&f->core, &f->core.conf->channels[0]), ERR_OK, "it starts again");
	f->under_way = 0;
	f->manner = NETWORK_TAKES;
	dispatch_wake_all(f->core.dispatch);
	flow_settle(f);
	is_int(state_of(f, phone(1)), OUT_SENT, "and it leaves");
	is_int(hall_last_row(&f->hall, phone(1))->attempts, 1, "at its first attempt");
	close_flow(f);
}

static void test_ahead_throttled(void)
{
	struct flow *f = open_flow(NULL);

	f->manner = NETWORK_SILENT;
	f->room = 1;
	some_texts(f, 0, 4);
	result_of(f, 0, SEND_LATER, 5 * SECOND_MS);
	is_int((long long)f->n_sent, 1, "nothing claimed ahead leaves by a throttled channel");
	flow_settle(f);
	is_int(state_of(f, phone(1)), OUT_QUEUED, "it is QUEUED again");
	f->manner = NETWORK_TAKES;
	flow_pass(f, 6 * SECOND_MS);
	ok(state_of(f, phone(1)) == OUT_SENT && state_of(f, phone(3)) == OUT_SENT,
	   "and all leaves when the pause is over");
	is_int((long long)f->n_sent, 5, "each once, but the first");
	close_flow(f);
}

/* What was unsure is claimed again, and its late answer comes before it leaves: nobody gets it twice. */
static void test_ahead_late(void)
{
	struct flow *f = open_flow(NULL);
	uint64_t id;

	f->manner = NETWORK_SILENT;
	f->room = 1;
	some_texts(f, 0, 1);
	id = f->sent[0].row;
	result_of(f, 0, SEND_UNSURE, 0);
	some_texts(f, 1, 2);
	flow_pass(f, 10 * MINUTE_MS);
	ok(state_of(f, phone(0)) == OUT_SENDING && f->n_sent == 2,
	   "what was unsure is claimed again, behind another one");
	dispatch_late(f->core.dispatch, flow_channel(f), id, 0, SEND_OK, bytes_of("x"), BYTES_NONE);
	flow_settle(f);
	is_int(state_of(f, phone(0)), OUT_SENT, "its late answer settles it");
	some_texts(f, 2, 3);
	result_of(f, 1, SEND_OK, 0);
	flow_settle(f);
	ok(f->n_sent == 3 && strcmp(f->sent[2].to + strlen("sms:"), phone(2)) == 0,
	   "and it doesn't leave again, the next one does");
	close_flow(f);
}

static void test_ahead_stopped(void)
{
	struct flow *f = open_flow(NULL);

	f->manner = NETWORK_SILENT;
	f->room = 1;
	some_texts(f, 0, 4);
	flow_stop(f);
	is_int(state_of(f, phone(1)), OUT_QUEUED,
	       "a polite stop gives back what was claimed ahead");
	flow_start(f);
	close_flow(f);
}

/* A person looks at everything that a crash leaves UNSURE: it shall be little. */
static void test_not_ahead(void)
{
	struct flow *f = open_flow(NULL);

	f->core.conf->on_unsure = UNSURE_HOLD; /* as [desk] on_unsure = hold reads */
	f->manner = NETWORK_SILENT;
	f->room = 1;
	some_texts(f, 0, 2);
	is_int(state_of(f, phone(0)), OUT_SENDING, "on_unsure = hold: what there is room for");
	is_int(state_of(f, phone(1)), OUT_QUEUED, "and nothing ahead");
	close_flow(f);
}

static void test_rate(void)
{
	struct flow *f = open_flow("rate = 1\n");
	struct flow_answer a[3];

	flow_pass(f, 10 * SECOND_MS);
	flow_text(f, ANN, "Pukla cev", &a[0]);
	flow_text(f, BOB, "Ne radi rasveta", &a[1]);
	flow_text(f, EVE, "Rupa na putu", &a[2]);
	flow_settle(f);
	is_int((long long)f->n_sent, 1, "rate = 1: one leaves at once, however long nothing did");
	is_int(state_of(f, BOB), OUT_QUEUED, "and none is claimed ahead");
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
	test_ahead();
	test_ahead_given_back();
	test_ahead_throttled();
	test_ahead_late();
	test_ahead_stopped();
	test_not_ahead();
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
