/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_send: what becomes of a mail, for everything that a server can do to it. The
 * server is on the same loop; what the flow would do is written down here.
 */
#include "gateway/wire/mail_send.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/log.h"
#include "gateway/flow/alarms.h"
#include "gateway/wire/host_uv.h"
#include "gateway/wire/wire.h"
#include "parsers/err.h"
#include "store/blobs.h"
#include "tests/gateway/smtp_server.h"
#include "tests/tap.h"
#include "tests/templates/mail_reader.h"

#define PATIENCE_MS 20000
/* A server that never answers is given up after this. */
#define SHORT_MS 400

static uv_loop_t loop;
static struct host_uv *host;
static struct wire wire;
static struct core core;
static struct smtp_server server;
static struct mail_sender *sender;
static struct wire_channel own = { .wire = &wire };
static struct profile profile = {
	.time_zone = BYTES("Europe/Belgrade"),
	.town = { .sr_latn = BYTES("Stara Pazova") },
	.tongue = { LANG_SR, SCRIPT_LATN },
};
static struct conf whole = { .instance = "pazova", .profile = &profile };
static struct conf_channel conf = {
	.name = "mail",
	.type = CHANNEL_MAIL,
	.from = "kontakt@pazova.example",
	.window = 3,
	.mail = {
		.name = "Opština Stara Pazova",
		.ca_file = "",
		.smtp_host = "127.0.0.1",
		.smtp_tls = TLS_NONE,
		.smtp_user = "",
		.smtp_password = "",
		.helo = "",
	},
};
static struct channel channel = { .core = &core, .conf = &conf, .own = &own };

/* --- what the flow does, written down --- */

static struct {
	unsigned n;
	uint64_t row;
	enum send_outcome outcome;
	int64_t pause_ms;
	char error[256];
	char alarm[512]; /* the words of the one that stands */
} saw;

void dispatch_result(struct dispatch *d, struct channel *c, uint64_t row, unsigned segment,
		     enum send_outcome outcome, struct bytes remote_id, struct bytes error,
		     int64_t pause_ms)
{
	(void)d;
	(void)c;
	(void)segment;
	(void)remote_id;
	saw.n++;
	saw.row = row;
	saw.outcome = outcome;
	saw.pause_ms = pause_ms;
	snprintf(saw.error, sizeof(saw.error), "%.*s", PRI_BYTES(error));
}

void alarm_raise(struct alarms *a, const char *name, const char *format, ...)
{
	va_list ap;

	(void)a;
	va_start(ap, format);
	if (strcmp(name, "mail-out:mail") == 0)
		vsnprintf(saw.alarm, sizeof(saw.alarm), format, ap);
	va_end(ap);
}

void alarm_clear(struct alarms *a, const char *name)
{
	(void)a;
	if (strcmp(name, "mail-out:mail") == 0)
		saw.alarm[0] = '\0';
}

void alarm_note(struct alarms *a, const char *name, const char *format, ...)
{
	(void)a;
	(void)name;
	(void)format;
}

void intake_message_take(struct intake *in, struct channel *c, struct message **msg,
			 intake_answer_fn *answer, void *ctx)
{
	(void)in;
	(void)c;
	(void)answer;
	(void)ctx;
	message_free(msg);
}

void intake_receipt(struct intake *in, struct channel *c, const struct receipt *r,
		    intake_answer_fn *answer, void *ctx)
{
	(void)in;
	(void)c;
	(void)r;
	(void)answer;
	(void)ctx;
}

void dispatch_wake(struct dispatch *d, struct channel *c)
{
	(void)d;
	(void)c;
}

void channel_set_state(struct channel *c, enum channel_state state, const char *why)
{
	(void)why;
	c->state = state;
}

void channel_set_faults(struct channel *c, const char *const *faults, size_t n)
{
	(void)c;
	(void)faults;
	(void)n;
}

static void no_log(enum log_level level, const char *line, void *ctx)
{
	(void)level;
	(void)line;
	(void)ctx;
}

/* --- a mail --- */

static Pb__Outbox row_to(const char *to)
{
	Pb__Outbox row = PB__OUTBOX__INIT;

	row.id = 17;
	row.to = (char *)to;
	row.kind = KIND_ANSWER;
	row.created = INT64_C(1795698000000);
	row.text = (char *)"=-=-= iznad =-=-=\n\nDošli smo.\n.\nKraj.\n";
	row.subject = (char *)"[SP-2026-000123] Re: Voda";
	row.message_id = (char *)"r17@pazova.example";
	row.return_path = (char *)"kontakt+b17@pazova.example";
	row.language = LANG_SR;
	row.script = SCRIPT_LATN;
	return row;
}

static bool wait_for(unsigned n)
{
	int64_t until = wire.host->mono(wire.host).ms + PATIENCE_MS;

	while (saw.n < n && wire.host->mono(wire.host).ms < until)
		uv_run(&loop, UV_RUN_ONCE);
	return saw.n == n;
}

static void begin(const Pb__Outbox *row)
{
	struct outgoing out = {
		.row = row->id,
		.n_segments = 1,
		.to = bytes_of(row->to),
		.mail = row,
	};

	mail_sender_send(sender, &out);
}

/* Sends it and waits for its one result. */
static bool send_row(const Pb__Outbox *row)
{
	saw.n = 0;
	begin(row);
	return wait_for(1) && saw.row == row->id;
}

static bool send_to(const char *to, const char *from)
{
	Pb__Outbox row = row_to(to);

	if (from != NULL)
		row.return_path = (char *)from;
	return send_row(&row);
}

static void open_sender(int64_t deadline_ms)
{
	struct mail_sender_times times = { 5000, deadline_ms };

	if (mail_sender_new(&channel, &times, &sender) != ERR_OK) {
		printf("Bail out! no sender\n");
		exit(1);
	}
}

/* A channel whose settings changed is stopped and started. */
static void reopen_sender(void)
{
	mail_sender_free(&sender);
	open_sender(PATIENCE_MS);
}

/* --- the table --- */

static const struct {
	const char *to, *from;
	enum send_outcome outcome;
	const char *says; /* in its error */
	const char *promise;
} rows[] = {
	/* clang-format off */
	{ "mail:ok@x.example", NULL, SEND_OK, "", "accepted: sent" },
	{ "mail:slow@x.example", NULL, SEND_OK, "", "accepted after a while: sent" },
	{ "mail:x@x.example", "f450@x.example", SEND_LATER, "450 4.1.1 refused at f", "MAIL refused for now: later" },
	{ "mail:x@x.example", "f550@x.example", SEND_FAILED, "550 5.1.1 refused at f", "MAIL refused: failed" },
	{ "mail:ok@x.example", NULL, SEND_OK, "", "a mail behind a refused one is sent" },
	{ "mail:r450@x.example", NULL, SEND_LATER, "450 4.1.1 refused at r", "RCPT refused for now: later" },
	{ "mail:r550@x.example", NULL, SEND_FAILED, "550 5.1.1 refused at r", "RCPT refused: failed" },
	{ "mail:d451@x.example", NULL, SEND_LATER, "451", "DATA refused for now: later" },
	{ "mail:d554@x.example", NULL, SEND_FAILED, "554", "DATA refused: failed" },
	{ "mail:b451@x.example", NULL, SEND_LATER, "451", "body refused for now: later" },
	{ "mail:b552@x.example", NULL, SEND_FAILED, "552", "too large: failed" },
	{ "mail:b554@x.example", NULL, SEND_FAILED, "554", "body refused: failed" },
	{ "mail:b421@x.example", NULL, SEND_LATER, "421", "421 after the body: later" },
	{ "mail:rstrcpt@x.example", NULL, SEND_LATER, "", "reset at RCPT: nothing left, later" },
	{ "mail:dropdata@x.example", NULL, SEND_LATER, "", "closed at DATA: nothing left, later" },
	{ "mail:dropbody@x.example", NULL, SEND_UNSURE, "", "closed in the middle of the body: unsure" },
	{ "mail:dropend@x.example", NULL, SEND_UNSURE, "", "closed after the body, not delivered: unsure" },
	{ "mail:delivend@x.example", NULL, SEND_UNSURE, "", "closed after the body, delivered: unsure, too" },
	{ "mail:dropidle@x.example", NULL, SEND_OK, "", "closed behind its 250: sent" },
	{ "mail:flood@x.example", NULL, SEND_LATER, "no end", "an answer that doesn't end: later" },
	{ "mail:unasked@x.example", NULL, SEND_LATER, "nobody asked", "more answers than questions: later" },
	{ "mail:ok@x.example", NULL, SEND_OK, "", "and the next one is sent all the same" },
	/* clang-format on */
};

/* The loop's own pulse: whoever waits for a server makes it miss. */
static struct {
	uv_timer_t timer;
	uint64_t last_ms, longest_ms;
} pulse;

static void on_pulse(uv_timer_t *timer)
{
	uint64_t now = uv_hrtime() / 1000000;

	if (now - pulse.last_ms > pulse.longest_ms)
		pulse.longest_ms = now - pulse.last_ms;
	pulse.last_ms = now;
	(void)timer;
}

static void pulse_start(void)
{
	pulse.last_ms = uv_hrtime() / 1000000;
	pulse.longest_ms = 0;
	uv_timer_init(&loop, &pulse.timer);
	uv_timer_start(&pulse.timer, on_pulse, 5, 5);
}

static void test_table(void)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bool came = send_to(rows[i].to, rows[i].from);

		ok(came && saw.outcome == rows[i].outcome &&
			   strstr(saw.error, rows[i].says) != NULL,
		   "%s", rows[i].promise);
		if (!came || saw.outcome != rows[i].outcome)
			diag("%u results, outcome %d: %s", saw.n, (int)saw.outcome, saw.error);
	}
	is_text(bytes_of(saw.alarm), "", "none of it is an alarm");
	ok(mail_sender_room(sender) == 3 && mail_sender_under_way(sender) == 0,
	   "and every place of the window is free again");
}

static void test_silence(void)
{
	mail_sender_free(&sender);
	open_sender(SHORT_MS);
	pulse_start();
	ok(send_to("mail:hangrcpt@x.example", NULL) && saw.outcome == SEND_LATER,
	   "no answer to RCPT: later");
	ok(send_to("mail:hang@x.example", NULL) && saw.outcome == SEND_UNSURE,
	   "no answer to the body: unsure");
	ok(send_to("mail:garbage@x.example", NULL) && saw.outcome == SEND_UNSURE,
	   "nonsense as an answer to the body: unsure");
	ok(pulse.longest_ms < SHORT_MS / 2, "and meanwhile the loop goes on");
	uv_close((uv_handle_t *)&pulse.timer, NULL);
	mail_sender_free(&sender);
	open_sender(PATIENCE_MS);
}

/* --- all commands at once --- */

/* What becomes of a mail is the same, however its commands are said. */
static void test_pipelining(void)
{
	server.offers_pipelining = true;
	reopen_sender();
	smtp_server_forget(&server);
	(void)send_to("mail:ok@x.example", NULL);
	(void)send_to("mail:ok@x.example", NULL);
	ok(server.n_taken == 2 && server.n_groups == 2,
	   "where PIPELINING is offered, MAIL, RCPT and DATA are said at once");
	test_table();
	test_silence();
	server.wants_body = true;
	smtp_server_forget(&server);
	ok(send_to("mail:r550@x.example", NULL) && saw.outcome == SEND_FAILED,
	   "a server that wants a body for nobody: the refusal counts");
	ok(send_to("mail:ok@x.example", NULL) && saw.outcome == SEND_OK && server.n_taken == 1,
	   "and no body was given to it");
	server.wants_body = server.offers_pipelining = false;
	reopen_sender();
	smtp_server_forget(&server);
	(void)send_to("mail:ok@x.example", NULL);
	ok(server.n_taken == 1 && server.n_groups == 0, "where it isn't, one after the other");
	reopen_sender();
}

/* --- the server's own faults --- */

static void test_greetings(void)
{
	server.greet = 421;
	ok(send_to("mail:ok@x.example", NULL) && saw.outcome == SEND_LATER && saw.pause_ms > 0,
	   "greeted with 421: later, and all wait");
	is_text(bytes_of(saw.alarm), "", "a server that is busy is no alarm");
	server.greet = 554;
	ok(send_to("mail:ok@x.example", NULL) && saw.outcome == SEND_LATER,
	   "greeted with 554: later, since no mail is at fault");
	ok(strstr(saw.alarm, "554") != NULL && mail_sender_fault(sender) != NULL,
	   "but an alarm, with the server's words");
	server.greet = 220;
	ok(send_to("mail:ok@x.example", NULL) && saw.outcome == SEND_OK, "when it is well");
	ok(saw.alarm[0] == '\0' && mail_sender_fault(sender) == NULL, "the alarm is over");
}

static void test_backoff(void)
{
	Pb__Outbox row = row_to("mail:ok@x.example");
	int64_t once = RECONNECT_FIRST_MS + RECONNECT_FIRST_MS / 4;

	reopen_sender(); /* without a connection that is kept */
	server.greet = 421;
	saw.n = 0;
	for (unsigned i = 0; i < 8; i++)
		begin(&row);
	ok(wait_for(8) && saw.outcome == SEND_LATER && saw.pause_ms <= once,
	   "a window of mails that fail together is one failure: the wait is the first one (%lld "
	   "ms)",
	   (long long)saw.pause_ms);
	server.greet = 220;
	ok(send_to("mail:ok@x.example", NULL) && saw.outcome == SEND_OK, "and it is over");
}

static void test_login(void)
{
	conf.mail.smtp_user = "user";
	conf.mail.smtp_password = "secret";
	server.offers_auth = true;
	reopen_sender();
	smtp_server_forget(&server);
	ok(send_to("mail:ok@x.example", NULL) && saw.outcome == SEND_OK &&
		   smtp_server_heard(&server, "AUTH PLAIN"),
	   "with a login");
	conf.mail.smtp_password = "wrong";
	reopen_sender();
	ok(send_to("mail:ok@x.example", NULL) && saw.outcome == SEND_LATER,
	   "a login that is refused: later");
	ok(strstr(saw.alarm, "login") != NULL && strstr(saw.alarm, "wrong password") != NULL,
	   "and an alarm");
	server.offers_auth = false;
	reopen_sender();
	ok(send_to("mail:ok@x.example", NULL) && saw.outcome == SEND_LATER &&
		   strstr(saw.alarm, "login") != NULL,
	   "a login that the server doesn't know: the same");
	conf.mail.smtp_user = "";
	reopen_sender();
	ok(send_to("mail:ok@x.example", NULL) && saw.alarm[0] == '\0', "without one");
	ok(send_to("mail:ok@x.example", "f530@x.example") && saw.outcome == SEND_LATER &&
		   strstr(saw.alarm, "login") != NULL,
	   "a server that asks for one at MAIL: later, and an alarm");
	(void)send_to("mail:ok@x.example", NULL);
}

static void test_unreachable(void)
{
	unsigned port = conf.mail.smtp_port;

	conf.mail.smtp_port = 1;
	reopen_sender();
	ok(send_to("mail:ok@x.example", NULL) && saw.outcome == SEND_LATER && saw.pause_ms > 0,
	   "nobody listens: later");
	ok(strstr(saw.alarm, "can't be reached") != NULL, "and an alarm");
	conf.mail.smtp_port = port;
	conf.mail.smtp_tls = TLS_STARTTLS;
	reopen_sender();
	smtp_server_forget(&server);
	ok(send_to("mail:ok@x.example", NULL) && saw.outcome == SEND_LATER &&
		   strstr(saw.alarm, "safely") != NULL,
	   "no STARTTLS is offered: later, and an alarm");
	conf.mail.smtp_tls = TLS_FIRST;
	reopen_sender();
	ok(send_to("mail:ok@x.example", NULL) && saw.outcome == SEND_LATER &&
		   strstr(saw.alarm, "safely") != NULL,
	   "no TLS is spoken: later, and an alarm");
	ok(!smtp_server_heard(&server, "MAIL"), "nothing of the mail was said in the clear");
	conf.mail.smtp_tls = TLS_STARTTLS;
	conf.mail.ca_file = "/nonexistent";
	reopen_sender();
	ok(send_to("mail:ok@x.example", NULL) && saw.outcome == SEND_LATER,
	   "a ca_file that isn't there: later");
	conf.mail.ca_file = "";
	conf.mail.smtp_tls = TLS_NONE;
	reopen_sender();
	ok(send_to("mail:ok@x.example", NULL) && saw.outcome == SEND_OK && saw.alarm[0] == '\0',
	   "when it is mended it leaves, and the alarm is over");
}

/* --- connections --- */

static void test_kept(void)
{
	smtp_server_forget(&server);
	for (int i = 0; i < 5; i++)
		(void)send_to("mail:ok@x.example", NULL);
	ok(server.n_taken == 5 && server.n_connections <= 1, "five mails over one connection");
	server.drops_second = true;
	smtp_server_forget(&server);
	ok(send_to("mail:ok@x.example", NULL) && saw.outcome == SEND_OK && saw.pause_ms == 0 &&
		   server.n_taken == 1,
	   "a kept connection that is dead: the mail leaves by another one, at once and once");
	server.drops_second = false;
}

static void test_many(void)
{
	Pb__Outbox row = row_to("mail:ok@x.example");

	saw.n = 0;
	smtp_server_forget(&server);
	for (int i = 0; i < 3; i++)
		begin(&row);
	is_int(mail_sender_room(sender), 0, "the window is full");
	is_int((long long)mail_sender_under_way(sender), 3, "with as many as it has places");
	ok(wait_for(3) && server.n_taken == 3, "all of them arrive");
}

/* --- what arrives --- */

static void test_words(struct arena *a)
{
	struct read_mail m;
	Pb__Outbox row = row_to("mail:ok@x.example");
	char *references[] = { (char *)"a@x.example" };

	row.in_reply_to = (char *)"b@x.example";
	row.references = references;
	row.n_references = 1;
	row.reply_to = (char *)"kontakt+c17@pazova.example";
	smtp_server_forget(&server);
	ok(send_row(&row) && server.n_taken == 1, "a mail arrives");
	ok(smtp_server_heard(&server, "EHLO pazova.example") ||
		   server.n_connections == 0, /* said when the connection was made */
	   "we say who we are");
	ok(smtp_server_heard(&server, "MAIL FROM:<kontakt+b17@pazova.example>"),
	   "with the row's return path");
	ok(smtp_server_heard(&server, "RCPT TO:<ok@x.example>"), "to one recipient");
	ok(mail_read(a, bytes_at(server.body, server.body_len), &m) == NULL, "it is correct");
	is_text(mail_content(a, &m), row.text, "its words are whole, a dot alone too");
	is_text(mail_field(&m, "Message-ID"), "<r17@pazova.example>", "its id is the row's");
	is_text(mail_words(a, mail_field(&m, "From")),
		"Opština Stara Pazova <kontakt@pazova.example>", "it is from us");
	is_text(mail_field(&m, "References"), "<a@x.example> <b@x.example>", "in its thread");
	is_text(mail_words(a, mail_field(&m, "Reply-To")),
		"Opština Stara Pazova <kontakt+c17@pazova.example>", "answers find the case");
	is_text(mail_field(&m, "Date"), "Thu, 26 Nov 2026 14:00:00 +0100",
		"its date is when it was written");
	ok(mail_field_count(&m, "List-Unsubscribe") == 0, "an answer isn't unsubscribed from");
}

static void test_automatic(struct arena *a)
{
	struct read_mail m;
	Pb__Outbox row = row_to("mail:r450@x.example");

	row.return_path = (char *)"";
	row.auto_submitted = 2;
	row.kind = KIND_SURVEY;
	conf.mail.name = "";
	ok(send_row(&row) && saw.outcome == SEND_LATER, "a first try");
	row.to = (char *)"mail:ok@x.example";
	smtp_server_forget(&server);
	ok(send_row(&row) && saw.outcome == SEND_OK, "and a second");
	ok(smtp_server_heard(&server, "MAIL FROM:<>"), "with the null return path");
	(void)mail_read(a, bytes_at(server.body, server.body_len), &m);
	is_text(mail_field(&m, "Message-ID"), "<r17@pazova.example>", "under the same id");
	is_text(mail_field(&m, "Auto-Submitted"), "auto-generated", "marked as ours");
	is_text(mail_field(&m, "List-Unsubscribe"), "<mailto:kontakt@pazova.example?subject=STOP>",
		"with a way to stop such mails");
	is_text(mail_field(&m, "From"), "Stara Pazova <kontakt@pazova.example>",
		"without a name of its own it is the town's");
	conf.mail.name = "Opština Stara Pazova";
}

/* A domain has a form that every server knows; a name before the @ hasn't. */
static void test_other_letters(void)
{
	static const char ascii[] = "<ok@xn--e1afmkfd.xn--90a3ac>";
	Pb__Outbox row = row_to("mail:ok@пример.срб");

	row.return_path = (char *)"kontakt+b17@општина.срб";
	reopen_sender();
	smtp_server_forget(&server);
	ok(send_row(&row) && saw.outcome == SEND_OK &&
		   smtp_server_heard(&server, "RCPT TO:<ok@xn--e1afmkfd.xn--90a3ac>") &&
		   !smtp_server_heard(&server, "SMTPUTF8"),
	   "a domain of other letters is written as any server knows it");
	ok(smtp_server_heard(&server, "MAIL FROM:<kontakt+b17@xn--"),
	   "that of the return path too");
	ok(memmem(server.body, server.body_len, ascii, strlen(ascii)) != NULL,
	   "and in the mail itself");
	smtp_server_forget(&server);
	ok(send_to("mail:жарко@x.example", NULL) && saw.outcome == SEND_FAILED &&
		   strstr(saw.error, "SMTPUTF8") != NULL && server.n_taken == 0,
	   "a name of other letters is refused, in words, where the server doesn't take it");
	ok(send_to("mail:ok@x.example", NULL) && saw.outcome == SEND_OK,
	   "and the next mail leaves by the same connection");
	ok(send_to("mail:ok@-ж-.срб", NULL) && saw.outcome == SEND_FAILED &&
		   strstr(saw.error, "address") != NULL,
	   "what is no domain is refused by us");
	server.offers_utf8 = true;
	reopen_sender();
	smtp_server_forget(&server);
	ok(send_to("mail:жарко@x.example", NULL) && saw.outcome == SEND_OK &&
		   smtp_server_heard(&server, " SMTPUTF8") &&
		   smtp_server_heard(&server, "RCPT TO:<жарко@x.example>"),
	   "where it takes it, it goes as it is");
	server.offers_utf8 = false;
	reopen_sender();
}

static void test_injection(void)
{
	static const char *const attacks[] = {
		"mail:ok@x.example>\r\nRCPT TO:<evil@x.example",
		"mail:ok@x.example\r\nDATA",
		"mail:ok@x.example> NOTIFY=NEVER",
		"mail:<ok@x.example>",
		"mail:",
		"mail:no address",
	};

	smtp_server_forget(&server);
	for (size_t i = 0; i < ARRAY_LEN(attacks); i++) {
		ok(send_to(attacks[i], NULL) && saw.outcome == SEND_FAILED &&
			   strstr(saw.error, "address") != NULL,
		   "recipient %zu is refused by us", i);
		if (i < 4)
			ok(send_to("mail:ok@x.example", attacks[i] + 5) &&
				   saw.outcome == SEND_FAILED,
			   "and as a return path");
	}
	ok(server.n_taken == 0 && !smtp_server_heard(&server, "evil"), "the server hears nothing");
}

/* --- files --- */

static struct blob_folder blobs;

static Pb__File file_of(const char *name, struct bytes octets, uint8_t sha256[KEYED_SHA256_BYTES])
{
	Pb__File f = PB__FILE__INIT;

	if (blob_file_put(&blobs, octets, sha256) != ERR_OK || blob_folder_sync(&blobs) != ERR_OK) {
		printf("Bail out! no blob\n");
		exit(1);
	}
	f.name = (char *)name;
	f.type = (char *)"application/pdf";
	f.size = octets.len;
	f.sha256 = (ProtobufCBinaryData){ KEYED_SHA256_BYTES, sha256 };
	return f;
}

static void test_files(struct arena *a)
{
	static uint8_t large[300000];
	uint8_t sha256[2][KEYED_SHA256_BYTES];
	struct bytes octets = { large, sizeof(large) };
	Pb__File one = file_of("Rešenje.pdf", octets, sha256[0]);
	Pb__File two = file_of("", bytes_of("small"), sha256[1]);
	Pb__File *files[] = { &one, &two };
	Pb__Outbox row = row_to("mail:ok@x.example");
	struct read_mail m, part;

	row.files = files;
	row.n_files = ARRAY_LEN(files);
	smtp_server_forget(&server);
	ok(send_row(&row) && saw.outcome == SEND_OK, "a mail with files");
	ok(mail_read(a, bytes_at(server.body, server.body_len), &m) == NULL &&
		   mail_part(a, &m, 1, &part) == NULL && bytes_eq(mail_content(a, &part), octets),
	   "arrives with all of the first");
	is_text(mail_parameter(a, mail_field(&part, "Content-Disposition"), "filename"),
		"Rešenje.pdf", "under its name");
	ok(mail_part(a, &m, 2, &part) == NULL && bytes_is(mail_content(a, &part), "small"),
	   "and with the second");
	sha256[1][0] ^= 1;
	ok(send_row(&row) && saw.outcome == SEND_FAILED && strstr(saw.error, "files") != NULL,
	   "a file that isn't there: failed, with words");
}

static void test_early(void)
{
	static uint8_t large[4000000];
	uint8_t sha256[KEYED_SHA256_BYTES];
	struct bytes octets = { large, sizeof(large) };
	Pb__File file = file_of("a", octets, sha256);
	Pb__File *files[] = { &file };
	Pb__Outbox row = row_to("mail:early@x.example");

	row.files = files;
	row.n_files = 1;
	ok(send_row(&row) && saw.outcome == SEND_FAILED && strstr(saw.error, "552") != NULL,
	   "a mail that is refused before its end: failed");
	smtp_server_forget(&server);
	ok(send_to("mail:ok@x.example", NULL) && saw.outcome == SEND_OK && server.n_taken == 1,
	   "and the next one isn't taken for the rest of it");
}

/* --- stops --- */

static void test_stop(void)
{
	uint8_t sha256[KEYED_SHA256_BYTES];
	Pb__File file = file_of("a", bytes_of("x"), sha256);
	Pb__File *files[] = { &file };
	Pb__Outbox row = row_to("mail:slow@x.example");

	saw.n = 0;
	smtp_server_forget(&server);
	begin(&row);
	row.files = files;
	row.n_files = 1;
	begin(&row);
	mail_sender_free(&sender);
	while (server.n_open > 0)
		uv_run(&loop, UV_RUN_ONCE);
	ok(saw.n == 0 && server.n_taken == 0,
	   "a stop cuts off what is under way, and nobody is told");
	open_sender(PATIENCE_MS);
	mail_sender_free(&sender);
}

int main(void)
{
	struct arena *a = arena_new(64u << 20);
	char path[FILES_PATH_SIZE];

	signal(SIGPIPE, SIG_IGN);
	log_set_sink(no_log, NULL);
	whole.state_dir = temp_dir();
	if (keyed_init() != ERR_OK || blob_folder_of(whole.state_dir, path) != ERR_OK ||
	    blob_folder_open(path, &blobs) != ERR_OK) {
		printf("Bail out! no folder\n");
		return 1;
	}
	uv_loop_init(&loop);
	if (host_uv_new(&loop, NULL, NULL, &host) != ERR_OK ||
	    transfer_new(&loop, &wire.transfer) != ERR_OK) {
		printf("Bail out! no host\n");
		return 1;
	}
	wire.loop = &loop;
	wire.host = core.host = host_uv_host(host);
	wire.core = &core;
	core.conf = &whole;
	smtp_server_start(&server, &loop);
	conf.mail.smtp_port = server.port;
	open_sender(PATIENCE_MS);
	plan(0);
	test_table();
	test_silence();
	test_pipelining();
	test_greetings();
	test_backoff();
	test_login();
	test_unreachable();
	test_kept();
	test_many();
	test_words(a);
	test_automatic(a);
	test_other_letters();
	test_injection();
	test_files(a);
	test_early();
	test_stop();
	smtp_server_stop(&server);
	transfer_free(&wire.transfer);
	host_uv_free(&host);
	while (uv_run(&loop, UV_RUN_NOWAIT) != 0)
		;
	ok(uv_loop_close(&loop) == 0, "no handle is left");
	arena_free(&a);
	return done_testing();
}
