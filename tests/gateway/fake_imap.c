/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/gateway/fake_imap.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "parsers/bytes.h"

struct line {
	struct fake_imap *f;
	FILE *io;
	char tag[32], text[512];
	char *rest;      /* behind the command */
	unsigned n_told; /* mails that this client knows of */
};

/* A client that is gone ends the process by SIGPIPE, which is forked a connection. */
static void say(struct line *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct line *l, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vfprintf(l->io, format, ap);
	va_end(ap);
}

/* A server tells of new mails with whatever it answers, once. */
static void tell_news(struct line *l)
{
	if (l->n_told == l->f->n_mails)
		return;
	l->n_told = l->f->n_mails;
	say(l, "* %u EXISTS\r\n", fake_imap_count(l->f, FAKE_INBOX));
}

static void done(struct line *l, const char *how)
{
	if (how[0] == 'O')
		tell_news(l);
	say(l, "%s %s\r\n", l->tag, how);
	fflush(l->io);
}

static void repeat(struct line *l, char c, unsigned long n)
{
	char block[4096];

	memset(block, c, sizeof(block));
	while (n > 0) {
		size_t now = n < sizeof(block) ? n : sizeof(block);

		fwrite(block, 1, now, l->io);
		n -= now;
	}
}

static void wait_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

/* --- its mails --- */

/* "1:3,7,9:*" */
static bool is_in(const char *set, uint32_t uid)
{
	while (*set != '\0' && *set != ' ') {
		char *end;
		unsigned long from = strtoul(set, &end, 10), to = from;

		if (*end == ':' && end[1] == '*') {
			to = UINT32_MAX;
			end += 2;
		} else if (*end == ':') {
			to = strtoul(end + 1, &end, 10);
		}
		if (uid >= from && uid <= to)
			return true;
		set = *end == ',' ? end + 1 : end;
	}
	return false;
}

static struct fake_mail *nth(struct fake_imap *f, unsigned i)
{
	return f->mails[i].place == FAKE_INBOX ? &f->mails[i] : NULL;
}

unsigned fake_imap_count(const struct fake_imap *f, enum fake_place place)
{
	unsigned n = 0;

	for (unsigned i = 0; i < f->n_mails; i++)
		n += f->mails[i].place == place;
	return n;
}

struct fake_mail *fake_imap_add(struct fake_imap *f, const char *text)
{
	struct fake_mail *m = &f->mails[f->n_mails];

	memset(m, 0, sizeof(*m));
	m->uid = f->uid_next++;
	snprintf(m->date, sizeof(m->date), "24-Nov-2026 10:00:00 +0100");
	snprintf(m->text, sizeof(m->text), "%s", text);
	f->n_mails++;
	return m;
}

/* --- commands --- */

static void do_capability(struct line *l)
{
	say(l, "* CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR%s%s%s\r\n",
	    l->f->has_move ? " MOVE" : "", l->f->has_idle ? " IDLE" : "",
	    l->f->has_uidplus ? " UIDPLUS" : "");
	done(l, "OK done");
}

static void do_login(struct line *l)
{
	bool is_right = strstr(l->rest, "secret") != NULL;

	done(l, is_right ? "OK in" : "NO [AUTHENTICATIONFAILED] Authentication failed.");
}

static void do_authenticate(struct line *l)
{
	char answer[512];

	if (l->f->fault != FAULT_BAD_TOKEN) {
		done(l, "OK in");
		return;
	}
	say(l, "+ eyJzdGF0dXMiOiI0MDAifQ==\r\n");
	fflush(l->io);
	if (fgets(answer, sizeof(answer), l->io) != NULL)
		done(l, "NO [AUTHENTICATIONFAILED] Invalid token");
}

static void do_select(struct line *l)
{
	struct fake_imap *f = l->f;

	if (f->fault == FAULT_SELECT_NO) {
		done(l, "NO Mailbox doesn't exist: INBOX");
		return;
	}
	l->n_told = f->n_mails;
	say(l, "* FLAGS (\\Seen \\Deleted)\r\n* %u EXISTS\r\n* 0 RECENT\r\n",
	    fake_imap_count(f, FAKE_INBOX));
	if (f->fault != FAULT_NO_UIDVALIDITY)
		say(l, "* OK [UIDVALIDITY %u] ok\r\n", f->uid_validity);
	if (f->fault != FAULT_NO_UIDNEXT)
		say(l, "* OK [UIDNEXT %u] ok\r\n", f->uid_next);
	done(l, "OK [READ-WRITE] sel");
}

static void do_search(struct line *l)
{
	struct fake_imap *f = l->f;
	bool only_deleted = strncasecmp(l->rest, "DELETED", 7) == 0;

	say(l, "* SEARCH");
	if (f->fault == FAULT_SEARCH_ODD)
		say(l, " 1 7 5 5 7 2");
	for (unsigned i = 0; i < f->n_mails; i++) {
		const struct fake_mail *m = nth(f, i);

		if (m == NULL || (only_deleted && !m->is_deleted))
			continue;
		if (only_deleted || is_in(l->rest + strlen("UID "), m->uid))
			say(l, " %u", m->uid);
	}
	say(l, "\r\n");
	done(l, "OK done");
}

static void fetch_one(struct line *l, unsigned i, struct fake_mail *m, bool with_body)
{
	const char *text = m->is_expunged ? "" : m->text;

	say(l, "* %u FETCH (FLAGS (\\Seen) UID %u", i + 1, m->uid);
	if (!m->is_expunged)
		say(l, " RFC822.SIZE %zu", strlen(text));
	say(l, " INTERNALDATE \"%s\"", m->date);
	if (with_body) {
		const char *most = strstr(l->rest, "<0.");
		size_t len = strlen(text), max = most != NULL ? strtoul(most + 3, NULL, 10) : len;

		len = len < max ? len : max;
		say(l, " BODY[]<0> {%zu}\r\n%.*s", len, (int)len, text);
		l->f->n_bodies++;
	}
	say(l, ")\r\n");
}

/* What a broken or hostile server says instead; false: nothing is wrong. */
static bool fetch_wrong(struct line *l)
{
	static const char head[] = "* 1 FETCH (UID 1 BODY[]<0> ";
	unsigned long n = l->f->amount;

	switch (l->f->fault) {
	case FAULT_EOF_LITERAL:
		say(l, "%s{1000}\r\nxxxxx", head);
		fflush(l->io);
		_exit(0);
	case FAULT_HUGE_LITERAL: say(l, "%s{%lu}\r\nxxxxx", head, n); break;
	case FAULT_OVER_LITERAL: say(l, "%s{99999999999999999999}\r\nxxxxx", head); break;
	case FAULT_NEGATIVE_LITERAL:
		say(l, "%s{-5}\r\n)\r\n", head);
		done(l, "OK done");
		return true;
	case FAULT_LONG_LITERAL:
		say(l, "%s{%lu}\r\n", head, n);
		repeat(l, 'x', n);
		say(l, ")\r\n");
		done(l, "OK done");
		return true;
	case FAULT_LONG_LINE:
		say(l, "%s\"", head);
		repeat(l, 'x', n);
		say(l, "\")\r\n");
		done(l, "OK done");
		return true;
	case FAULT_NEST:
		say(l, "* 1 FETCH (UID 1 BODYSTRUCTURE ");
		repeat(l, '(', n);
		repeat(l, ')', n);
		say(l, ")\r\n");
		done(l, "OK done");
		return true;
	case FAULT_STALL: break;
	case FAULT_TRICKLE:
		for (;; wait_ms(20)) {
			say(l, "x");
			fflush(l->io);
		}
	case FAULT_ENDLESS:
		for (;;)
			say(l, "* 1 FETCH (FLAGS (\\Seen) UID 1)\r\n");
	case FAULT_END_LINE:
		for (;;)
			repeat(l, 'x', 65536);
	case FAULT_FLOOD:
		for (unsigned long i = 1; i < n; i++)
			say(l, "* %lu FETCH (FLAGS (\\Seen) UID %lu)\r\n", i, i + 1000);
		return false;
	default: return false;
	}
	fflush(l->io);
	wait_ms(20000);
	_exit(0);
}

static void do_fetch(struct line *l)
{
	struct fake_imap *f = l->f;
	bool with_body = strstr(l->rest, "BODY") != NULL;

	f->n_fetches++;
	if (with_body && fetch_wrong(l))
		return;
	for (unsigned k = 0; k < f->n_mails; k++) {
		unsigned i = f->fault == FAULT_OTHER_ORDER ? f->n_mails - 1 - k : k;
		struct fake_mail *m = nth(f, i);

		if (m != NULL && is_in(l->rest, m->uid))
			fetch_one(l, i, m, with_body);
	}
	if (with_body && f->fault == FAULT_CLOSE_AFTER_FETCH) {
		fflush(l->io);
		f->fault = FAULT_NONE;
		_exit(0);
	}
	done(l, "OK done");
}

static enum fake_place place_of(const char *rest)
{
	return strstr(rest, "refused") != NULL ? FAKE_REFUSED : FAKE_DONE;
}

/* False: it was answered. */
static bool may_move(struct line *l)
{
	if (l->f->fault == FAULT_MOVE_NO) {
		done(l, "NO [OVERQUOTA] Quota exceeded");
		return false;
	}
	if (l->f->fault == FAULT_MOVE_ILL) {
		done(l, "NO [SERVERBUG] Internal error occurred");
		return false;
	}
	if (l->f->fault == FAULT_NO_FOLDER && !l->f->has_folder) {
		done(l, "NO [TRYCREATE] Mailbox doesn't exist");
		return false;
	}
	return true;
}

static void do_move(struct line *l)
{
	struct fake_imap *f = l->f;

	f->n_moves++;
	if (!may_move(l))
		return;
	for (unsigned i = 0; i < f->n_mails && f->fault != FAULT_MOVE_LIES; i++) {
		struct fake_mail *m = nth(f, i);

		if (m != NULL && is_in(l->rest, m->uid))
			m->place = place_of(l->rest);
	}
	done(l, "OK moved");
}

static void do_copy(struct line *l)
{
	l->f->n_copies++;
	if (may_move(l))
		done(l, "OK copied");
}

static void do_store(struct line *l)
{
	for (unsigned i = 0; i < l->f->n_mails; i++) {
		struct fake_mail *m = nth(l->f, i);

		if (m != NULL && is_in(l->rest, m->uid))
			m->is_deleted = true;
	}
	done(l, "OK stored");
}

/* With UIDs only these; without them all that are marked. */
static void do_expunge(struct line *l)
{
	for (unsigned i = 0; i < l->f->n_mails; i++) {
		struct fake_mail *m = nth(l->f, i);

		if (m != NULL && m->is_deleted && (l->rest[0] == '\0' || is_in(l->rest, m->uid)))
			m->place = FAKE_DONE;
	}
	done(l, "OK expunged");
}

static void do_create(struct line *l)
{
	bool is_there = l->f->has_folder;

	l->f->n_creates++;
	l->f->has_folder = true;
	done(l, is_there ? "NO [ALREADYEXISTS] Mailbox already exists" : "OK created");
}

static void do_noop(struct line *l)
{
	done(l, "OK done");
}

static void do_idle(struct line *l)
{
	char answer[64];

	l->f->n_idles++;
	say(l, "+ idling\r\n%s", l->f->fault == FAULT_NEWS_WITH_IDLE ? "* 9 EXISTS\r\n" : "");
	fflush(l->io);
	if (l->f->fault == FAULT_BYE_IN_IDLE) {
		wait_ms(50);
		say(l, "* BYE shutting down\r\n");
		fflush(l->io);
		_exit(0);
	}
	/* Tells of a mail that comes meanwhile, or hears DONE. */
	for (;;) {
		fd_set fds;
		struct timeval soon = { .tv_usec = 5000 };

		FD_ZERO(&fds);
		FD_SET(fileno(l->io), &fds);
		if (select(fileno(l->io) + 1, &fds, NULL, NULL, &soon) > 0)
			break;
		if (l->f->fault != FAULT_MUTE_IDLE)
			tell_news(l);
		fflush(l->io);
	}
	if (fgets(answer, sizeof(answer), l->io) == NULL)
		_exit(0);
	done(l, "OK idle done");
}

static void do_logout(struct line *l)
{
	say(l, "* BYE\r\n");
	done(l, "OK bye");
	_exit(0);
}

static const struct {
	const char *command;
	void (*answer)(struct line *l);
} commands[] = {
	{ "CAPABILITY", do_capability },
	{ "LOGIN ", do_login },
	{ "AUTHENTICATE ", do_authenticate },
	{ "SELECT ", do_select },
	{ "UID SEARCH ", do_search },
	{ "UID FETCH ", do_fetch },
	{ "UID MOVE ", do_move },
	{ "UID COPY ", do_copy },
	{ "UID STORE ", do_store },
	{ "UID EXPUNGE ", do_expunge },
	{ "EXPUNGE", do_expunge },
	{ "CREATE ", do_create },
	{ "NOOP", do_noop },
	{ "IDLE", do_idle },
	{ "LOGOUT", do_logout },
};

static void answer(struct line *l)
{
	char *command = strchr(l->text, ' ');

	if (command == NULL)
		return;
	snprintf(l->tag, sizeof(l->tag), "%.*s", (int)(command - l->text), l->text);
	command++;
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		size_t len = strlen(commands[i].command);

		if (strncasecmp(command, commands[i].command, len) != 0)
			continue;
		l->rest = command + len;
		commands[i].answer(l);
		return;
	}
	done(l, "BAD what");
}

static void serve(struct fake_imap *f, int fd)
{
	struct line l = { .f = f, .io = fdopen(fd, "r+") };

	f->n_connections++;
	if (l.io == NULL || f->fault == FAULT_EOF_GREETING) {
		say(&l, "* OK he");
		fflush(l.io);
		_exit(0);
	}
	say(&l, f->fault == FAULT_PREAUTH ? "* PREAUTH hi\r\n" : "* OK hi\r\n");
	fflush(l.io);
	while (fgets(l.text, sizeof(l.text), l.io) != NULL) {
		l.text[strcspn(l.text, "\r\n")] = '\0';
		snprintf(f->said, sizeof(f->said), "%.250s", l.text);
		answer(&l);
	}
	_exit(0);
}

/* A process a connection, one at a time: what one may do wrong ends with it. */
static void run(struct fake_imap *f, int listener)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		pid_t pid = fd >= 0 ? fork() : -1;

		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			serve(f, fd);
		}
		close(fd);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}

struct fake_imap *fake_imap_start(void)
{
	struct fake_imap *f =
		mmap(NULL, sizeof(*f), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	if (f == MAP_FAILED || bind(listener, (struct sockaddr *)&at, len) != 0 ||
	    listen(listener, 8) != 0 || getsockname(listener, (struct sockaddr *)&at, &len) != 0)
		abort();
	f->port = ntohs(at.sin_port);
	f->has_move = f->has_idle = f->has_uidplus = true;
	f->uid_validity = 7;
	f->uid_next = 1;
	pid = fork();
	if (pid == 0)
		run(f, listener);
	f->pid = pid; /* never by the child: the memory is shared */
	close(listener);
	return f;
}

void fake_imap_stop(struct fake_imap *f)
{
	if (f->pid <= 0)
		abort();
	kill(f->pid, SIGKILL);
	waitpid(f->pid, NULL, 0);
	munmap(f, sizeof(*f));
}
