/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How mails leave a folder, by what the server can: gateway/mail/imap_move. */
#include "gateway/mail/imap_move.h"

#include <string.h>

#include "parsers/err.h"
#include "tests/gateway/fake_imap.h"
#include "tests/tap.h"

static struct fake_imap *server;

static struct imap *selected(void)
{
	struct imap_conf c = { .tls = { .host = "127.0.0.1",
					.ca_file = "",
					.port = server->port,
					.tls = TLS_NONE,
					.connect_ms = 2000 },
			       .user = "u",
			       .password = "secret",
			       .command_ms = 1000 };
	char why[IMAP_WHY_SIZE] = "";
	struct mail_folder folder;
	struct imap *im = NULL;

	if (imap_open(&c, &im, why) != ERR_OK || imap_select(im, "INBOX", &folder) != ERR_OK)
		diag("not connected: %s", why);
	return im;
}

/* Four mails, of which the first and the last two are to go. */
static const uint32_t uids[] = { 1, 3, 4 };

static void fresh(bool has_move, bool has_uidplus)
{
	server->n_mails = 0;
	server->uid_next = 1;
	server->has_move = has_move;
	server->has_uidplus = has_uidplus;
	server->has_folder = false;
	server->n_moves = server->n_copies = server->n_creates = 0;
	for (int i = 0; i < 4; i++)
		fake_imap_add(server, "Subject: x\r\n\r\nx\r\n");
}

static bool only_the_second_stays(void)
{
	return server->mails[0].place == FAKE_DONE && server->mails[1].place == FAKE_INBOX &&
	       server->mails[2].place == FAKE_DONE && server->mails[3].place == FAKE_DONE;
}

int main(void)
{
	struct imap *im;

	plan(0);
	server = fake_imap_start();

	fresh(true, true);
	im = selected();
	ok(imap_move(im, uids, 3, "odziv-done") == ERR_OK && only_the_second_stays() &&
		   server->n_moves == 1,
	   "a set is moved by one MOVE");
	ok(strstr(server->said, "1,3:4") != NULL, "with neighbours as a range (%s)", server->said);
	server->fault = FAULT_MOVE_NO;
	ok(imap_move(im, uids, 3, "odziv-done") == ERR_ACCESS &&
		   strstr(imap_words(im), "Quota exceeded") != NULL,
	   "a full folder says so (%s)", imap_words(im));
	server->fault = FAULT_NONE;
	is_int(imap_noop(im), ERR_OK, "and the session goes on");
	fresh(true, true);
	server->fault = FAULT_NO_FOLDER;
	ok(imap_move(im, uids, 3, "Обрађено") == ERR_OK && server->n_creates == 1 &&
		   only_the_second_stays(),
	   "a folder that isn't there is made");
	ok(strstr(server->said, "&BB4EMQRABDAEUgQ1BD0EPg-") != NULL, "in IMAP's spelling (%s)",
	   server->said);
	server->fault = FAULT_NONE;
	imap_close(&im);

	fresh(true, true);
	im = selected();
	server->fault = FAULT_MOVE_ILL;
	ok(imap_move(im, uids, 3, "odziv-done") == ERR_IO &&
		   strstr(imap_words(im), "Internal error") != NULL,
	   "a server that has a fault of its own ends the session: asking again in it helps "
	   "nobody");
	server->fault = FAULT_NONE;
	imap_close(&im);

	fresh(false, true);
	im = selected();
	server->mails[1].is_deleted = true;
	ok(imap_move(im, uids, 3, "odziv-done") == ERR_OK && only_the_second_stays() &&
		   server->n_copies == 1,
	   "without MOVE they are copied, and just these are expunged");
	imap_close(&im);

	fresh(false, false);
	im = selected();
	server->mails[1].is_deleted = true;
	ok(imap_move(im, uids, 3, "odziv-done") == ERR_ACCESS && server->n_copies == 0 &&
		   fake_imap_count(server, FAKE_INBOX) == 4,
	   "without UIDPLUS a mail that another program marked isn't expunged with ours (%s)",
	   imap_words(im));
	server->mails[1].is_deleted = false;
	ok(imap_move(im, uids, 3, "odziv-done") == ERR_OK && only_the_second_stays(),
	   "and when there is none, ours go");
	imap_close(&im);

	fake_imap_stop(server);
	return done_testing();
}
