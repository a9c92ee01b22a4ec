/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mail process between a server that misbehaves and a core that the test plays: gateway/mail/mailbox. */
#include "gateway/mail/mailbox.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "conf/conf.h"
#include "parsers/err.h"
#include "parsers/keyed.h"
#include "store/blob_file.h"
#include "tests/gateway/fake_imap.h"
#include "tests/tap.h"

#define SOON_MS 5000

static struct fake_imap *server;
static char blobs[FILES_PATH_SIZE];

/* --- the mail process --- */

/* Until somebody kills it. */
static void pause_here(void)
{
	for (volatile bool is_here = true; is_here;)
		;
}

/* In the cell: the subject, and one file; CRASH in the octets is the end. */
static int read_mail(struct bytes raw, bool is_cut, struct arena *a, struct mail *mail_out,
		     void *ctx)
{
	struct mail_file *file = arena_alloc(a, sizeof(*file));

	(void)ctx;
	for (size_t i = 0; i + 5 <= raw.len; i++) {
		if (memcmp(raw.ptr + i, "CRASH", 5) == 0)
			__builtin_trap();
		if (memcmp(raw.ptr + i, "WAITS", 5) == 0 && server->amount > 0) {
			server->amount--;
			pause_here();
		}
	}
	mail_out->subject = bytes_cut(raw, strlen("Subject: "), bytes_find(raw, '\r') - 9);
	mail_out->is_cut = is_cut;
	*file = (struct mail_file){ .name = BYTES("a.txt"), .octets = mail_out->subject };
	file->size = file->octets.len;
	keyed_sha256(file->octets, file->sha256);
	mail_out->files = file;
	mail_out->n_files = 1;
	return ERR_OK;
}

struct process {
	pid_t pid;
	struct core_link *link;
	struct mail_frame f; /* the last one heard */
};

static struct mail_hello hello_of(void)
{
	return (struct mail_hello){
		.channel = BYTES("kontakt"),
		.blobs = bytes_of(blobs),
		.host = BYTES("127.0.0.1"),
		.port = server->port,
		.tls = TLS_NONE,
		.user = BYTES("u"),
		.password = BYTES("secret"),
		.folder = BYTES("INBOX"),
		.done_folder = BYTES("done"),
		.refused_folder = BYTES("refused"),
		.stale_after_ms = 365 * DAY_MS,
		.mail_max = 1 << 20,
		.poll_every_ms = 50,
	};
}

static struct process start(void)
{
	struct mail_hello hello = hello_of();
	struct process p = { .pid = -1 };
	struct core_link *theirs;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return p;
	p.pid = fork();
	if (p.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ends[0]);
		if (core_link_new(ends[1], &theirs) != ERR_OK)
			_exit(3);
		_exit(mailbox_run(&hello, theirs, read_mail) == ERR_CANCELLED ? 0 : 1);
	}
	close(ends[1]);
	core_link_new(ends[0], &p.link);
	return p;
}

/* Its status, once the core is gone. */
static int stop(struct process *p)
{
	int status = -1;

	core_link_free(&p->link);
	waitpid(p->pid, &status, 0);
	return status;
}

/* --- the core --- */

/* The next frame of this kind; others are passed over. */
static bool hear(struct process *p, enum mail_frame_kind kind, int64_t ms)
{
	struct timespec t;
	int64_t until, now;

	clock_gettime(CLOCK_MONOTONIC, &t);
	until = t.tv_sec * 1000 + t.tv_nsec / 1000000 + ms;
	do {
		clock_gettime(CLOCK_MONOTONIC, &t);
		now = t.tv_sec * 1000 + t.tv_nsec / 1000000;
		if (core_link_next(p->link, until > now ? until - now : 0, &p->f) != ERR_OK)
			return false;
	} while (p->f.kind != kind);
	return true;
}

static void begin(struct process *p, uint32_t first_uid, int64_t since_ms)
{
	struct mail_frame f = { .kind = FRAME_BEGIN };

	f.begin = (struct mail_begin){ server->uid_validity, first_uid, { since_ms } };
	core_link_send(p->link, &f);
}

static void settle(struct process *p, uint32_t validity, uint32_t uid, enum mail_settled how)
{
	struct mail_frame f = { .kind = FRAME_SETTLED };

	f.uids = (struct mail_uids){ .uid_validity = validity, .uids = &uid, .n = 1, .how = how };
	core_link_send(p->link, &f);
}

static bool arrives(struct process *p, uint32_t uid)
{
	if (hear(p, FRAME_ARRIVED, SOON_MS) && p->f.arrived.arrival.uid == uid)
		return true;
	diag("instead: %s %u", p->f.kind == FRAME_ARRIVED ? "mail" : "nothing",
	     p->f.kind == FRAME_ARRIVED ? p->f.arrived.arrival.uid : 0);
	return false;
}

/* A server with so many mails, and a process that has begun with them. */
static struct process begun(unsigned n)
{
	struct process p;

	server->fault = FAULT_NONE;
	server->n_mails = 0;
	server->uid_next = 1;
	server->n_bodies = server->n_moves = 0;
	server->has_idle = server->has_move = true;
	for (unsigned i = 0; i < n; i++) {
		char text[100];

		snprintf(text, sizeof(text), "Subject: mail %u\r\n\r\nwords\r\n", i + 1);
		fake_imap_add(server, text);
	}
	p = start();
	if (hear(&p, FRAME_FOLDER, SOON_MS))
		begin(&p, 1, 0);
	return p;
}

static void wait_a_moment(void)
{
	struct timespec t = { 0, 10000000 };

	nanosleep(&t, NULL);
}

/* Until the server has so many there. */
static bool lie(unsigned n, enum fake_place place)
{
	for (int i = 0; i < SOON_MS / 10 && fake_imap_count(server, place) != n; i++)
		wait_a_moment();
	return fake_imap_count(server, place) == n;
}

/* --- the tests --- */

static void test_way(void)
{
	struct process p = begun(2);
	struct arena *a = arena_new(1 << 16);
	struct bytes octets;
	const struct mail_arrival *at = &p.f.arrived.arrival;

	ok(arrives(&p, 1), "the first mail is handed over");
	is_text(p.f.arrived.mail.subject, "mail 1", "as it was read");
	ok(blob_file_read(blobs, at->blob, 4096, a, &octets) == ERR_OK &&
		   bytes_is(octets, server->mails[0].text),
	   "its raw octets were on disk before");
	ok(p.f.arrived.mail.n_files == 1 && p.f.arrived.mail.files[0].octets.len == 0 &&
		   blob_file_read(blobs, p.f.arrived.mail.files[0].sha256, 100, a, &octets) ==
			   ERR_OK &&
		   bytes_is(octets, "mail 1"),
	   "so were those of its file");
	ok(at->uid_validity == 7 && at->received.ms == 1795510800000 && !at->is_unreadable &&
		   !at->is_stale && at->size == strlen(server->mails[0].text),
	   "it is known where it lies, and since when");
	ok(arrives(&p, 2), "the second one too");
	ok(fake_imap_count(server, FAKE_INBOX) == 2, "both stay where they are");
	settle(&p, 7, 1, SETTLED_KEPT);
	settle(&p, 7, 2, SETTLED_REFUSED);
	ok(lie(1, FAKE_DONE) && lie(1, FAKE_REFUSED),
	   "until the core has them: kept ones go here, refused ones there");
	ok(hear(&p, FRAME_MOVED, SOON_MS), "of which it is told");
	fake_imap_add(server, "Subject: late\r\n\r\nx");
	ok(arrives(&p, 3), "a mail that comes later is seen at once");
	is_int(stop(&p), 0, "without a core there is nothing left to do");
	is_int(server->n_bodies, 3, "each was fetched once");
	arena_free(&a);
}

/* Mails come in bursts; what the server says of them comes later. */
static void test_burst(void)
{
	struct process p = begun(1);
	unsigned n_idles;

	ok(arrives(&p, 1), "a mail comes");
	server->fault = FAULT_MUTE_IDLE;
	settle(&p, 7, 1, SETTLED_KEPT);
	ok(lie(1, FAKE_DONE), "and is moved");
	n_idles = server->n_idles;
	while (server->n_idles == n_idles)
		wait_a_moment();
	fake_imap_add(server, "Subject: next\r\n\r\nx");
	ok(arrives(&p, 2), "the one behind it is found though the server doesn't say so");
	stop(&p);
}

static void test_later(void)
{
	struct process p = begun(1);

	ok(arrives(&p, 1), "a mail is handed over");
	settle(&p, 7, 1, SETTLED_LATER);
	ok(arrives(&p, 1), "what can't be taken now is offered again");
	ok(fake_imap_count(server, FAKE_INBOX) == 1, "and lies where it lay");
	settle(&p, 7, 1, SETTLED_KEPT);
	ok(lie(1, FAKE_DONE), "until it is taken");
	stop(&p);
}

static void test_no_move(void)
{
	struct process p = begun(1);

	server->fault = FAULT_MOVE_NO;
	ok(arrives(&p, 1), "a mail is handed over");
	settle(&p, 7, 1, SETTLED_KEPT);
	ok(hear(&p, FRAME_MOVED, SOON_MS) && p.f.uids.how == 1 && p.f.uids.uids[0] == 1,
	   "that it can't be moved is told");
	ok(hear(&p, FRAME_STATE, SOON_MS) && p.f.state.state == 2, "the mailbox is degraded");
	is_text(p.f.state.words,
		"mails that are kept can't be moved to done: the server says no: Quota exceeded",
		"with the server's words");
	fake_imap_add(server, "Subject: next\r\n\r\nx");
	ok(arrives(&p, 2), "others are read all the same");
	settle(&p, 7, 2, SETTLED_KEPT);
	server->fault = FAULT_NONE;
	ok(lie(2, FAKE_DONE), "when there is room again, all are moved");
	ok(hear(&p, FRAME_STATE, SOON_MS) && p.f.state.state == 1, "and all is well");
	is_int(server->n_bodies, 2, "none was fetched twice");
	stop(&p);
}

static void test_ill_server(void)
{
	struct process p = begun(1);

	server->fault = FAULT_MOVE_ILL;
	ok(arrives(&p, 1), "a mail is handed over");
	settle(&p, 7, 1, SETTLED_KEPT);
	ok(hear(&p, FRAME_STATE, SOON_MS) && p.f.state.state == 0,
	   "a server with a fault of its own is left");
	server->fault = FAULT_NONE;
	ok(lie(1, FAKE_DONE), "and the mail is moved in a session of its own");
	stop(&p);
}

static void test_lying_move(void)
{
	struct process p = begun(1);

	server->fault = FAULT_MOVE_LIES;
	ok(arrives(&p, 1), "a mail is handed over");
	settle(&p, 7, 1, SETTLED_KEPT);
	ok(hear(&p, FRAME_MOVED, SOON_MS) && hear(&p, FRAME_MOVED, SOON_MS),
	   "a server that says OK and moves nothing is asked again");
	server->fault = FAULT_NONE;
	ok(lie(1, FAKE_DONE) && server->n_bodies == 1, "but nothing is fetched again");
	stop(&p);
}

static void test_cut(void)
{
	struct process p = begun(2);

	ok(arrives(&p, 1) && arrives(&p, 2), "two mails are handed over");
	settle(&p, 7, 1, SETTLED_KEPT);
	ok(lie(1, FAKE_DONE), "one is moved");
	server->fault = FAULT_CLOSE_AFTER_FETCH;
	fake_imap_add(server, "Subject: cut\r\n\r\nx");
	ok(hear(&p, FRAME_STATE, SOON_MS) && p.f.state.state == 0, "a cut in a mail is said");
	ok(arrives(&p, 3), "after it the mail comes, once, and none of the others again");
	settle(&p, 7, 2, SETTLED_KEPT);
	settle(&p, 7, 3, SETTLED_KEPT);
	ok(lie(3, FAKE_DONE), "what the core had before the cut is moved after it");
	stop(&p);
}

static void test_new_validity(void)
{
	struct process p = begun(1);

	ok(arrives(&p, 1), "a mail is handed over");
	server->uid_validity = 8;
	server->fault = FAULT_BYE_IN_IDLE;
	ok(hear(&p, FRAME_FOLDER, 2 * SOON_MS) && p.f.folder.uid_validity == 8,
	   "under new numbers it is asked where to begin");
	server->fault = FAULT_NONE;
	settle(&p, 7, 1, SETTLED_KEPT); /* of the old ones: means nothing now */
	begin(&p, 1, 0);
	ok(arrives(&p, 1) && p.f.arrived.arrival.uid_validity == 8,
	   "the same mail comes again under its new number");
	ok(fake_imap_count(server, FAKE_DONE) == 0,
	   "what was kept under the old one moves nothing");
	settle(&p, 8, 1, SETTLED_KEPT);
	ok(lie(1, FAKE_DONE), "and goes when it is known");
	stop(&p);
	server->uid_validity = 7;
}

static void test_taken_away(void)
{
	struct process p = begun(0);

	fake_imap_add(server, "Subject: gone\r\n\r\nx")->is_expunged = true;
	fake_imap_add(server, "Subject: here\r\n\r\nx");
	ok(arrives(&p, 2), "a mail that another client took away isn't registered as an empty one");
	server->mails[0].place = FAKE_GONE;
	server->mails[1].place = FAKE_GONE; /* while the core has it */
	settle(&p, 7, 2, SETTLED_KEPT);
	fake_imap_add(server, "Subject: next\r\n\r\nx");
	ok(arrives(&p, 3), "one that goes while it is in hand disturbs nobody");
	stop(&p);
}

static void test_crash(void)
{
	struct process p = begun(0);

	fake_imap_add(server, "Subject: bad\r\n\r\nCRASH");
	fake_imap_add(server, "Subject: good\r\n\r\nx");
	for (int i = 0; i < 2; i++) {
		ok(hear(&p, FRAME_ARRIVED, SOON_MS), "a mail is handed over");
		if (p.f.arrived.arrival.uid == 1) {
			ok(p.f.arrived.arrival.is_unreadable &&
				   bytes_starts(p.f.arrived.arrival.why, "signal 4 after"),
			   "one that ends its cell is unreadable, and why is said (%.*s)",
			   PRI_BYTES(p.f.arrived.arrival.why));
			is_text(p.f.arrived.mail.subject, "bad",
				"its header is known all the same");
		} else {
			ok(p.f.arrived.arrival.uid == 2 && !p.f.arrived.arrival.is_unreadable,
			   "the one beside it is read as ever");
		}
	}
	stop(&p);
}

/* Cells of a process: its children. */
static pid_t cell_of(pid_t process)
{
	char path[64], text[32] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children", (long)process, (long)process);
	f = fopen(path, "r");
	if (f != NULL && fgets(text, sizeof(text), f) == NULL)
		text[0] = '\0';
	if (f != NULL)
		fclose(f);
	return (pid_t)strtol(text, NULL, 10);
}

static void test_killed_cell(void)
{
	struct process p = begun(0);
	pid_t cell = 0;

	server->amount = 1;
	fake_imap_add(server, "Subject: slow\r\n\r\nWAITS");
	for (int i = 0; i < 400 && (server->amount != 0 || cell == 0); i++) {
		struct timespec t = { 0, 10000000 };

		nanosleep(&t, NULL);
		cell = cell_of(p.pid);
	}
	ok(cell > 0 && kill(cell, SIGKILL) == 0, "a cell is killed from outside");
	ok(arrives(&p, 1) && !p.f.arrived.arrival.is_unreadable &&
		   bytes_is(p.f.arrived.mail.subject, "slow"),
	   "which isn't the mail's fault: it is read again");
	stop(&p);
}

static void test_begin(void)
{
	struct process p;

	server->n_mails = server->n_bodies = 0;
	server->uid_next = 1;
	fake_imap_add(server, "Subject: before\r\n\r\nx");
	fake_imap_add(server, "Subject: old\r\n\r\nx");
	snprintf(server->mails[1].date, sizeof(server->mails[1].date),
		 "24-Nov-2025 10:00:00 +0100");
	fake_imap_add(server, "Subject: new\r\n\r\nx");
	server->fault = FAULT_NO_UIDNEXT;
	p = start();
	ok(hear(&p, FRAME_FOLDER, SOON_MS) && p.f.folder.uid_next == 4 && p.f.folder.exists == 3,
	   "without UIDNEXT it is counted");
	ok(!hear(&p, FRAME_ARRIVED, 300),
	   "nothing is read before the core has said where to begin");
	begin(&p, 2, 1795510800000 - DAY_MS);
	ok(arrives(&p, 3), "neither what lay before, nor what was received before, is taken");
	ok(server->n_bodies == 1, "or even fetched");
	core_link_send(p.link, &(struct mail_frame){ .kind = FRAME_ASK_UIDS });
	if (ok(hear(&p, FRAME_UIDS, SOON_MS), "it says which mails wait for longer than an hour"))
		ok(p.f.uids.is_last && p.f.uids.n == 0, "none does (%zu)", p.f.uids.n);
	stop(&p);
	server->fault = FAULT_NONE;
}

static void test_refused(void)
{
	struct process p;

	server->fault = FAULT_SELECT_NO;
	p = start();
	ok(hear(&p, FRAME_STATE, SOON_MS) && p.f.state.state == 0, "a folder that is gone is said");
	is_text(p.f.state.words,
		"the folder INBOX can't be opened: the server says no: Mailbox doesn't exist: "
		"INBOX",
		"with the server's words");
	is_int(stop(&p), 0, "and ends when it is told");
	server->fault = FAULT_NONE;
	snprintf(blobs, sizeof(blobs), "/proc/nowhere/blobs");
	p = start();
	ok(hear(&p, FRAME_STATE, SOON_MS) && p.f.state.state == 0,
	   "without a place for blobs it doesn't begin");
	is_text(p.f.state.words, "the folder of blobs /proc/nowhere/blobs: no such record",
		"and says so");
	ok(stop(&p) != 0, "and its end says so");
}

int main(void)
{
	plan(0);
	keyed_init();
	files_path(blobs, temp_dir(), "blobs");
	server = fake_imap_start();
	test_way();
	test_burst();
	test_later();
	test_no_move();
	test_ill_server();
	test_lying_move();
	test_cut();
	test_new_validity();
	test_taken_away();
	test_crash();
	test_killed_cell();
	test_begin();
	test_refused();
	fake_imap_stop(server);
	return done_testing();
}
