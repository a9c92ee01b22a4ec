/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The core's side of a mailbox: gateway/wire/mail, mail_process and mail_jobs, with the real
 * store and flow. The channel starts this very program again with --role=mail; there it is a
 * mail process that says what its script says, and writes down what it hears.
 */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/flow/alarms.h"
#include "gateway/mail/core_link.h"
#include "gateway/mail/mail_main.h"
#include "gateway/wire/host_uv.h"
#include "gateway/wire/transfer.h"
#include "gateway/wire/wire.h"
#include "parsers/err.h"
#include "tests/gateway/desk_fixture.h"
#include "tests/tap.h"

#define LOG_ENV "ODZIV_TEST_MAIL_LOG"
#define SOON_MS 20000

/* --- the mail process --- */

static struct core_link *core_line;
static struct mail_frame heard;

static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void note(const char *format, ...)
{
	FILE *f = fopen(getenv(LOG_ENV), "a");
	va_list ap;

	if (f == NULL)
		_exit(9);
	va_start(ap, format);
	vfprintf(f, format, ap);
	va_end(ap);
	fputc('\n', f);
	fclose(f);
}

static void hear(enum mail_frame_kind kind)
{
	if (core_link_next(core_line, SOON_MS, &heard) != ERR_OK || heard.kind != kind) {
		note("not heard: %d", kind);
		_exit(8);
	}
}

static void say(const struct mail_frame *f)
{
	if (core_link_send(core_line, f) != ERR_OK)
		_exit(7);
}

static void say_folder(uint32_t validity, uint32_t next, uint32_t exists)
{
	say(&(struct mail_frame){ .kind = FRAME_FOLDER, .folder = { validity, next, exists } });
	hear(FRAME_BEGIN);
	note("begin %u from %u%s", heard.begin.uid_validity, heard.begin.first_uid,
	     heard.begin.since.ms != 0 ? " since" : "");
}

static void say_state(uint32_t state, const char *words)
{
	say(&(struct mail_frame){ .kind = FRAME_STATE, .state = { state, bytes_of(words) } });
}

static void say_mail(uint32_t uid, uint8_t blob)
{
	static const char *const how[] = { "kept", "refused", "later" };
	struct mail_frame f = { .kind = FRAME_ARRIVED };

	f.arrived.arrival = (struct mail_arrival){ .uid_validity = 7,
						   .uid = uid,
						   .blob = { blob },
						   .received = { NOON_MS },
						   .size = 100 };
	f.arrived.mail.from.address = bytes_of("Mara@citizen.example");
	f.arrived.mail.n_from = 1;
	f.arrived.mail.subject = bytes_of("Pukla cev");
	f.arrived.mail.text = bytes_of("Pukla je cev u Svetosavskoj 14, voda tece");
	f.arrived.mail.own_text = f.arrived.mail.text;
	f.arrived.mail.message_id = bytes_of("1@citizen.example");
	say(&f);
	hear(FRAME_SETTLED);
	note("uid %u %s", heard.uids.uids[0], how[heard.uids.how]);
}

static void say_uids(const uint32_t *uids, size_t n)
{
	struct mail_frame f = { .kind = FRAME_UIDS };

	f.uids = (struct mail_uids){ .uid_validity = 7, .uids = uids, .n = n, .is_last = true };
	say(&f);
}

static void first_life(void)
{
	static const uint32_t uids[] = { 5, 99 };

	hear(FRAME_HELLO);
	note("hello %.*s %.*s %.*s", PRI_BYTES(heard.hello.channel), PRI_BYTES(heard.hello.address),
	     PRI_BYTES(heard.hello.password));
	say_folder(7, 5, 4);
	say_state(1, "");
	say_mail(5, 1);
	say_mail(5, 1);
	say_mail(6, 1);
	say_uids(uids, 2);
	say_state(2, "mails that are kept can't be moved");
	hear(FRAME_ASK_UIDS); /* for ever: the test ends it */
}

static void second_life(void)
{
	hear(FRAME_HELLO);
	say_folder(7, 9, 0);
	say_folder(8, 1, 3);
	say_state(1, "");
	say(&(struct mail_frame){ .kind = FRAME_ASK_UIDS }); /* that's for the core to say */
	hear(FRAME_ASK_UIDS);
}

static void third_life(void)
{
	hear(FRAME_HELLO);
	note("third");
	say_uids(NULL, 0);
	hear(FRAME_ASK_UIDS);
}

/* Which life it is stands in the log: one line each. */
static int live(void)
{
	char line[200];
	unsigned life = 1;
	FILE *f = fopen(getenv(LOG_ENV), "r");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		life += strncmp(line, "life", 4) == 0;
	if (f != NULL)
		fclose(f);
	note("life %u %ld", life, (long)getpid());
	if (core_link_new(MAIL_CORE_FD, &core_line) != ERR_OK)
		return 6;
	if (life == 1)
		first_life();
	else if (life == 2)
		second_life();
	else
		third_life();
	return 0;
}

/* --- the daemon --- */

static uv_loop_t loop;
static struct hall hall;
static struct host_uv *host;
static struct wire wire;
static struct core core;
static char log_path[4096];

static bool log_has(const char *line)
{
	char text[200];
	FILE *f = fopen(log_path, "r");
	bool has = false;

	while (f != NULL && !has && fgets(text, sizeof(text), f) != NULL) {
		text[strcspn(text, "\n")] = '\0';
		has = strcmp(text, line) == 0;
	}
	if (f != NULL)
		fclose(f);
	return has;
}

static pid_t pid_of_life(unsigned life)
{
	char text[200];
	FILE *f = fopen(log_path, "r");
	unsigned n;
	long pid = 0, found = 0;

	while (f != NULL && fgets(text, sizeof(text), f) != NULL) {
		if (sscanf(text, "life %u %ld", &n, &pid) == 2 && n == life)
			found = pid;
	}
	if (f != NULL)
		fclose(f);
	return (pid_t)found;
}

static const struct alarm *alarm_of(const char *name)
{
	for (size_t i = 0; i < alarms_count(core.alarms); i++) {
		if (strcmp(alarms_at(core.alarms, i)->name, name) == 0)
			return alarms_at(core.alarms, i);
	}
	return NULL;
}

static struct channel *mailbox(void)
{
	return core_channel(&core, bytes_of("kontakt"));
}

typedef bool check_fn(const void *what);

static bool is_logged(const void *what)
{
	return log_has(what);
}

static bool is_raised(const void *what)
{
	return alarm_of(what) != NULL;
}

static bool is_cleared(const void *what)
{
	return alarm_of(what) == NULL;
}

static bool is_degraded(const void *what)
{
	(void)what;
	return mailbox()->state == CHANNEL_DEGRADED;
}

static bool is_down(const void *what)
{
	(void)what;
	return mailbox()->state == CHANNEL_DOWN;
}

static void on_tick(uv_timer_t *t)
{
	(void)t;
	uv_stop(&loop);
}

/* Runs the daemon until it is so. */
static bool until(check_fn *check, const void *what)
{
	uv_timer_t tick;
	uint64_t end;

	uv_timer_init(&loop, &tick);
	uv_timer_start(&tick, on_tick, 10, 10);
	uv_update_time(&loop);
	end = uv_now(&loop) + SOON_MS;
	while (!check(what) && uv_now(&loop) < end)
		uv_run(&loop, UV_RUN_DEFAULT);
	uv_close((uv_handle_t *)&tick, NULL);
	uv_run(&loop, UV_RUN_NOWAIT);
	return check(what);
}

static bool start(void)
{
	snprintf(log_path, sizeof(log_path), "%s/mail.log", temp_dir());
	setenv(LOG_ENV, log_path, 1);
	hall_open(&hall, "[kontakt]\ntype = mail\nfrom = kontakt@town.example\n"
			 "imap_host = imap.town.example\nimap_password_file = mail.password\n"
			 "smtp_host = smtp.town.example\n");
	if (uv_loop_init(&loop) != 0 || transfer_new(&loop, &wire.transfer) != ERR_OK ||
	    host_uv_new(&loop, hall.store.db, NULL, &host) != ERR_OK)
		return false;
	wire.loop = &loop;
	wire.host = host_uv_host(host);
	wire.core = &core;
	return core_start(&core, wire.host, &hall.store, conf_hold(hall.conf), wire_channel_make,
			  &wire, true) == ERR_OK;
}

static void stop(void)
{
	core_stop(&core);
	transfer_free(&wire.transfer);
	host_uv_free(&host);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
}

static void test_first_life(void)
{
	ok(until(is_logged, "hello kontakt kontakt@town.example none"),
	   "the mail process is told who it is, and its password");
	ok(until(is_logged, "begin 7 from 5"),
	   "a mailbox that is met begins behind what lies there (adopt = new)");
	ok(until(is_raised, "mail-not-adopted:kontakt"), "of which people are told");
	ok(until(is_logged, "uid 5 kept"), "a mail is kept, and said to be");
	ok(until(is_logged, "uid 6 kept"), "its copy under another number too, when it is known");
	is_int((long long)mailbox()->counts.received, 3, "each time that it came is counted");
	ok(until(is_raised, "mail-reconcile:kontakt"),
	   "what lies there and isn't kept is an alarm");
	ok(strstr(alarm_of("mail-reconcile:kontakt")->text, "1 mails lie in INBOX") != NULL &&
		   strstr(alarm_of("mail-reconcile:kontakt")->text, "UID 99") != NULL,
	   "which says which (%s)", alarm_of("mail-reconcile:kontakt")->text);
	ok(until(is_degraded, NULL) && mailbox()->n_faults > 0 &&
		   strcmp(mailbox()->faults[0], "mails that are kept can't be moved") == 0,
	   "what is wrong with the mailbox stands in status");
}

static void test_next_lives(void)
{
	ok(kill(pid_of_life(1), SIGKILL) == 0 && until(is_down, NULL),
	   "a mail process that dies is a mailbox that is down");
	ok(strstr(alarm_of("channel-down:kontakt")->text, "ended by signal 9") != NULL,
	   "with why (%s)", alarm_of("channel-down:kontakt")->text);
	ok(until(is_logged, "begin 7 from 5"), "the next one begins where the first did");
	ok(until(is_logged, "begin 8 from 1 since"),
	   "under new numbers the mailbox goes on with what came since it was met");
	ok(until(is_logged, "third"), "who says what only the core may say is replaced");
	ok(until(is_cleared, "mail-reconcile:kontakt"), "when nothing lies there all is well");
}

int main(int argc, char **argv)
{
	pid_t last;

	if (argc == 2 && strcmp(argv[1], "--role=mail") == 0)
		return live();
	plan(0);
	ok(start(), "a town hall with a mailbox");
	test_first_life();
	test_next_lives();
	last = pid_of_life(3);
	stop();
	ok(last > 0 && kill(last, 0) != 0, "at the end no process is left");
	ok(hall_is_sound(&hall), "what is kept is sound");
	hall_close(&hall);
	return done_testing();
}
