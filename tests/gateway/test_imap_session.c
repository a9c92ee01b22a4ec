/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What servers may do to the IMAP client, and what it costs: gateway/mail/imap_session and imap_fetch. */
#include "gateway/mail/imap_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gateway/mail/imap_fetch.h"
#include "parsers/err.h"
#include "tests/gateway/fake_imap.h"
#include "tests/tap.h"

static struct fake_imap *server;

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct imap_conf conf_of(const char *password)
{
	return (struct imap_conf){
		.tls = { .host = "127.0.0.1",
			 .ca_file = "",
			 .port = server->port,
			 .tls = TLS_NONE,
			 .connect_ms = 2000 },
		.user = "kontakt@town.example",
		.password = password,
		.command_ms = 300,
	};
}

static struct imap *connected(void)
{
	struct imap_conf c = conf_of("secret");
	char why[IMAP_WHY_SIZE] = "";
	struct imap *im = NULL;

	if (imap_open(&c, &im, why) != ERR_OK)
		diag("not connected: %s", why);
	return im;
}

static struct imap *selected(void)
{
	struct imap *im = connected();
	struct mail_folder folder;

	if (im != NULL && imap_select(im, "INBOX", &folder) != ERR_OK)
		imap_close(&im);
	return im;
}

/* --- the beginning --- */

static void test_open(void)
{
	struct imap_conf c = conf_of("wrong");
	struct mail_folder folder;
	char why[IMAP_WHY_SIZE] = "";
	struct imap *im = NULL;

	is_int(imap_open(&c, &im, why), ERR_ACCESS, "a wrong password is refused");
	is_text(bytes_of(why), "the server says no: Authentication failed.",
		"with the server's words");
	im = connected();
	ok(im != NULL, "the right one gets in");
	ok(imap_select(im, "INBOX", &folder) == ERR_OK && folder.uid_validity == 7 &&
		   folder.uid_next == server->uid_next && folder.exists == server->n_mails,
	   "a folder has numbers");
	imap_close(&im);
	ok(strstr(server->said, "LOGOUT") != NULL, "and one says goodbye");
	server->fault = FAULT_EOF_GREETING;
	ok(imap_open(&c, &im, why) == ERR_IO && strcmp(why, "the connection ended") == 0,
	   "a server that hangs up at once is tried later (%s)", why);
	server->fault = FAULT_PREAUTH;
	im = connected();
	ok(im != NULL, "one that knows us already isn't asked");
	imap_close(&im);
	server->fault = FAULT_SELECT_NO;
	im = connected();
	ok(imap_select(im, "INBOX", &folder) == ERR_ACCESS &&
		   strstr(imap_words(im), "Mailbox doesn't exist") != NULL,
	   "a folder that is gone is said to be");
	imap_close(&im);
	server->fault = FAULT_NO_UIDVALIDITY;
	im = connected();
	is_int(imap_select(im, "INBOX", &folder), ERR_IO, "without UIDVALIDITY nothing is read");
	imap_close(&im);
	server->fault = FAULT_NONE;
	c.tls.port = 1;
	is_int(imap_open(&c, &im, why), ERR_IO, "where nobody listens is tried later (%s)", why);
}

static void test_token(void)
{
	struct imap_conf c = conf_of("token");
	char why[IMAP_WHY_SIZE] = "";
	struct imap *im = NULL;

	c.login = IMAP_XOAUTH2;
	ok(imap_open(&c, &im, why) == ERR_OK, "a token gets in");
	imap_close(&im);
	server->fault = FAULT_BAD_TOKEN;
	is_int(imap_open(&c, &im, why), ERR_ACCESS, "a stale token is refused (%s)", why);
	server->fault = FAULT_NONE;
}

/* --- lists --- */

static void test_uids(void)
{
	struct imap *im = selected();
	struct imap_about about[4];
	uint32_t *uids = NULL, asked[] = { 1, 3, 99 };
	size_t n = 0;

	ok(imap_uids(im, 1, &uids, &n) == ERR_OK && n == 3 && uids[0] == 1 && uids[2] == 3,
	   "all UIDs are found");
	free(uids);
	server->fault = FAULT_SEARCH_ODD;
	ok(imap_uids(im, 5, &uids, &n) == ERR_OK && n == 2 && uids[0] == 5 && uids[1] == 7,
	   "in order, each once, none that is too small, whatever the server says");
	free(uids);
	server->fault = FAULT_OTHER_ORDER;
	ok(imap_about(im, asked, 3, about, &n) == ERR_OK && n == 2 && about[0].uid == 1 &&
		   about[1].uid == 3,
	   "one that isn't there is left out, the rest comes in our order");
	is_int(about[0].received.ms, 1795510800000, "a date is a moment");
	is_int((long long)about[0].size, (long long)strlen(server->mails[0].text), "a size too");
	server->fault = FAULT_NONE;
	imap_close(&im);
}

/* --- mails --- */

static void test_mails(void)
{
	struct imap *im = selected();
	struct imap_about about[] = { { 1, 100, { 0 } }, { 2, 100, { 0 } }, { 3, 100, { 0 } } };
	struct imap_mails mails;

	server->mails[1].is_expunged = true;
	server->fault = FAULT_FLOOD;
	server->amount = 50;
	ok(imap_fetch(im, about, 3, 10000, &mails) == ERR_OK && mails.n == 2,
	   "of three mails, one taken away meanwhile, two come, whatever is told of others");
	ok(mails.mails[0].about.uid == 1 && mails.mails[1].about.uid == 3, "in order");
	is_text(mails.mails[1].octets, server->mails[2].text, "with their octets");
	imap_mails_free(&mails);
	server->fault = FAULT_NONE;
	ok(imap_fetch(im, about, 1, 5, &mails) == ERR_OK && mails.mails[0].octets.len == 5 &&
		   mails.mails[0].about.size > 5,
	   "a mail is cut where it must be");
	imap_mails_free(&mails);
	server->mails[1].is_expunged = false;
	ok(strstr(server->said, "BODY.PEEK") != NULL, "nothing is marked as seen");
	imap_close(&im);
}

static const struct {
	enum fake_fault fault;
	unsigned long amount;
	int err;
	const char *words;
	const char *promise;
} bad[] = {
	/* clang-format off */
	{ FAULT_EOF_LITERAL,      0,        ERR_IO,      "the connection ended", "hanging up within a mail" },
	{ FAULT_HUGE_LITERAL,     50000000, ERR_TIMEOUT, "took too long",        "a huge literal that doesn't come" },
	{ FAULT_OVER_LITERAL,     0,        ERR_TIMEOUT, "took too long",        "a literal beyond all numbers" },
	{ FAULT_LONG_LITERAL,     4000000,  ERR_IO,      "more than any answer", "a literal longer than was asked for" },
	{ FAULT_LONG_LINE,        4000000,  ERR_IO,      "more than any answer", "a line longer than was asked for" },
	{ FAULT_STALL,            0,        ERR_TIMEOUT, "took too long",        "saying nothing" },
	{ FAULT_TRICKLE,          0,        ERR_TIMEOUT, "took too long",        "an octet now and then" },
	{ FAULT_ENDLESS,          0,        ERR_IO,      "more than any answer", "answers without an end" },
	{ FAULT_END_LINE,         0,        ERR_IO,      "more than any answer", "a line without an end" },
	/* clang-format on */
};

static void test_bad(void)
{
	struct imap_about about = { 1, 100, { 0 } };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct imap *im = selected();
		struct imap_mails mails;
		int64_t from = now_ms();
		int err;

		server->fault = bad[i].fault;
		server->amount = bad[i].amount;
		err = imap_fetch(im, &about, 1, 1000, &mails);
		ok(err == bad[i].err && strstr(imap_words(im), bad[i].words) != NULL,
		   "%s ends the session (%d, %s)", bad[i].promise, err, imap_words(im));
		imap_close(&im);
		ok(now_ms() - from < 2500, "and costs no more than its time (%lld ms)",
		   (long long)(now_ms() - from));
		server->fault = FAULT_NONE;
	}
}

/* In a child, with the stack of the mail process: 8 MiB of it end at 30,000. */
static void test_nest(void)
{
	struct imap_about about = { 1, 100, { 0 } };
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		struct rlimit stack = { 64 << 20, RLIM_INFINITY };
		struct imap *im = selected();
		struct imap_mails mails;

		if (setrlimit(RLIMIT_STACK, &stack) != 0)
			_exit(3);
		server->fault = FAULT_NEST;
		server->amount = 30000;
		_exit(imap_fetch(im, &about, 1, 100000, &mails) != ERR_ACCESS ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	server->fault = FAULT_NONE;
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 0,
	   "brackets as deep as a command's octets allow don't end us (%d)", status);
}

static void test_negative(void)
{
	struct imap *im = selected();
	struct imap_about about = { 1, 100, { 0 } };
	struct imap_mails mails;

	server->fault = FAULT_NEGATIVE_LITERAL;
	ok(imap_fetch(im, &about, 1, 1000, &mails) == ERR_OK && mails.n == 0,
	   "a mail of less than nothing is none");
	imap_mails_free(&mails);
	server->fault = FAULT_NONE;
	imap_close(&im);
}

/* --- waiting --- */

static void test_wait(void)
{
	struct imap *im = selected();
	enum mail_wait found;
	int64_t from = now_ms();
	int ends[2];

	ok(imap_wait(im, -1, 100, &found) == ERR_OK && found == MAIL_WAIT_TIMEOUT &&
		   now_ms() - from >= 100,
	   "nothing happens for a while");
	server->fault = FAULT_NEWS_WITH_IDLE;
	from = now_ms();
	ok(imap_wait(im, -1, 2000, &found) == ERR_OK && found == MAIL_WAIT_DATA &&
		   now_ms() - from < 1000,
	   "news that come with the answer to IDLE aren't overlooked");
	server->fault = FAULT_NONE;
	ok(pipe(ends) == 0 && write(ends[1], "x", 1) == 1 &&
		   imap_wait(im, ends[0], 2000, &found) == ERR_OK && found == MAIL_WAIT_OTHER,
	   "others can call");
	server->has_idle = false;
	imap_close(&im);
	im = selected();
	ok(!imap_has_idle(im) && imap_wait(im, -1, 20, &found) == ERR_OK &&
		   found == MAIL_WAIT_TIMEOUT && strstr(server->said, "NOOP") != NULL,
	   "a server without IDLE is asked");
	server->has_idle = true;
	imap_close(&im);
	im = selected();
	server->fault = FAULT_BYE_IN_IDLE;
	is_int(imap_wait(im, -1, 2000, &found), ERR_IO, "a goodbye ends the session (%s)",
	       imap_words(im));
	server->fault = FAULT_NONE;
	imap_close(&im);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	plan(0);
	server = fake_imap_start();
	fake_imap_add(server, "Subject: one\r\n\r\nfirst\r\n");
	fake_imap_add(server, "Subject: two\r\n\r\nsecond\r\n");
	fake_imap_add(server, "Subject: three\r\n\r\nthird\r\n");
	test_open();
	test_token();
	test_uids();
	test_mails();
	test_bad();
	test_nest();
	test_negative();
	test_wait();
	fake_imap_stop(server);
	return done_testing();
}
