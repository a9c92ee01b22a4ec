/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/mail/mime_cell.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "parsers/err.h"
#include "parsers/keyed.h"
#include "parsers/mail_wire.h"

/* Cells at the same time; more than processors gain nothing. */
#define AT_ONCE_MAX 16
/* What the core is told besides: where the mail lies. */
#define ARRIVAL_BYTES ((size_t)1024)
/* What a cell needs besides attachments and the texts of its frame. */
#define ARENA_MORE ((size_t)64 * 1024 * 1024)
/* Of a mail's octets: decoded twice, as its files and as their texts. */
#define COPIES 3
/* Of what is read from a cell: the mail, and room for unpacking it. */
#define PARENT_ARENA (3 * MAIL_WIRE_BODY_MAX)
#define FIRST_ROOM   ((size_t)16 * 1024)

/* How a cell says that it can't. */
enum cell_exit { CELL_DONE, CELL_UNSAFE = 60, CELL_NO_MEMORY, CELL_UNREAD, CELL_UNHEARD };

static struct mono mono_now(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (struct mono){ t.tv_sec * SECOND_MS + t.tv_nsec / 1000000 };
}

/* --- in the child --- */

static bool put(struct bytes octets)
{
	while (octets.len > 0) {
		ssize_t n = write(SANDBOX_FD, octets.ptr, octets.len);

		if (n <= 0)
			return false;
		octets = bytes_cut(octets, (size_t)n, octets.len);
	}
	return true;
}

/* The octets aren't copied into a frame: there may be 30 MB of them. */
static bool put_file(const struct mail_file *file)
{
	uint8_t head[MAIL_WIRE_HEAD];
	struct wr w = wr_of(head, sizeof(head));

	wr_u32(&w, (uint32_t)file->octets.len);
	wr_u8(&w, FRAME_OCTETS);
	return put(wr_bytes(&w)) && put(file->octets);
}

static enum cell_exit tell(const struct mail *mail, struct arena *a)
{
	struct mail_frame f = { .kind = FRAME_READ };
	struct bytes octets;

	f.arrived.mail = *mail;
	if (mail_wire_encode(&f, a, &octets) != ERR_OK ||
	    octets.len > MAIL_WIRE_BODY_MAX - ARRIVAL_BYTES)
		return CELL_UNREAD;
	if (!put(octets))
		return CELL_UNHEARD;
	for (size_t i = 0; i < mail->n_files; i++) {
		if (!put_file(&mail->files[i]))
			return CELL_UNHEARD;
	}
	return CELL_DONE;
}

static enum cell_exit work(const struct cell_conf *c, const struct cell_task *t, int fd,
			   pid_t parent)
{
	struct sandbox_limits limits = c->limits;
	struct mail mail = { 0 };
	struct arena *a;
	int err;

	limits.memory_bytes += COPIES * t->raw.len;
	if (sandbox_enter(fd, parent, &limits) != ERR_OK)
		return CELL_UNSAFE;
	a = arena_new(2 * t->raw.len + ARENA_MORE);
	if (a == NULL)
		return CELL_NO_MEMORY;
	err = c->read(t->raw, t->is_cut, a, &mail, c->ctx);
	if (err == ERR_NOMEM || err == ERR_LIMIT)
		return CELL_NO_MEMORY;
	return err == ERR_OK ? tell(&mail, a) : CELL_UNREAD;
}

/* --- one cell, from outside --- */

static void start(const struct cell_conf *c, struct cell_task *t)
{
	pid_t parent = getpid();
	int ends[2];

	t->started = mono_now();
	t->pid = -1;
	t->is_our_fault = true; /* until there is a cell */
	if (pipe2(ends, O_CLOEXEC) != 0) {
		snprintf(t->why, sizeof(t->why), "no pipe: %s", strerror(errno));
		return;
	}
	t->pid = fork();
	if (t->pid == 0)
		_exit(work(c, t, ends[1], parent)); /* without freeing: it may be broken */
	close(ends[1]);
	t->fd = ends[0];
	t->is_our_fault = t->pid < 0;
	if (t->pid > 0)
		return;
	snprintf(t->why, sizeof(t->why), "no process: %s", strerror(errno));
	close(ends[0]);
}

/* Decoded attachments are shorter than the mail that held them. */
static size_t most(const struct cell_task *t)
{
	return MAIL_WIRE_HEAD + MAIL_WIRE_BODY_MAX + t->raw.len +
	       (size_t)MAIL_FILES_MAX * MAIL_WIRE_HEAD;
}

static bool make_room(struct cell_task *t)
{
	size_t room = t->got_room == 0 ? FIRST_ROOM : 2 * t->got_room;
	uint8_t *got;

	if (t->n_got < t->got_room)
		return true;
	/* One octet more tells a mail that just fits from one that doesn't end. */
	if (room > most(t) + 1)
		room = most(t) + 1;
	if (t->n_got >= room)
		return false;
	got = realloc(t->got, room);
	if (got == NULL)
		return false;
	t->got = got;
	t->got_room = room;
	return true;
}

/* False: nothing more will come. */
static bool hear(struct cell_task *t)
{
	ssize_t n;

	if (!make_room(t)) {
		snprintf(t->why, sizeof(t->why), "what was read of it is too long");
		return false;
	}
	n = read(t->fd, t->got + t->n_got, t->got_room - t->n_got);
	if (n > 0)
		t->n_got += (size_t)n;
	return n > 0 || (n < 0 && errno == EINTR);
}

static const char *exit_words(int status)
{
	switch (status) {
	case CELL_UNSAFE: return "the sandbox can't be entered";
	case CELL_NO_MEMORY: return "it needs more memory than a mail may have";
	case CELL_UNREAD: return "it couldn't be read";
	default: return "the cell ended early";
	}
}

static void judge(struct cell_task *t, int status)
{
	if (t->why[0] != '\0')
		return;
	t->was_killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	t->is_our_fault = WIFEXITED(status) && WEXITSTATUS(status) == CELL_UNSAFE;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
		snprintf(t->why, sizeof(t->why),
			 "it needs more time of the processor than a mail may have");
	else if (WIFSIGNALED(status))
		snprintf(t->why, sizeof(t->why), "signal %d after %lld ms", WTERMSIG(status),
			 (long long)t->took_ms);
	else if (!WIFEXITED(status) || WEXITSTATUS(status) != CELL_DONE)
		snprintf(t->why, sizeof(t->why), "%s",
			 exit_words(WIFEXITED(status) ? WEXITSTATUS(status) : 0));
}

/* --- what it said --- */

static int take_frame(struct cell_task *t, size_t *at, enum mail_frame_kind kind,
		      struct bytes *body_out)
{
	struct bytes rest = bytes_at(t->got + *at, t->n_got - *at);
	enum mail_frame_kind found;
	size_t octets;
	int err = mail_wire_cut(rest, t->raw.len, &found, body_out, &octets);

	if (err == ERR_OK && found != kind)
		err = ERR_INVALID;
	*at += err == ERR_OK ? octets : 0;
	return err;
}

/* A blob is named by what it holds, not by what a cell says. */
static bool is_as_said(const struct mail_file *file)
{
	uint8_t sha256[KEYED_SHA256_BYTES];

	if (file->size != file->octets.len)
		return false;
	keyed_sha256(file->octets, sha256);
	return memcmp(sha256, file->sha256, sizeof(sha256)) == 0;
}

static int understand(struct cell_task *t)
{
	struct mail_frame f;
	struct mail_file *files;
	struct bytes body;
	size_t at = 0;
	int err = take_frame(t, &at, FRAME_READ, &body);

	t->arena = arena_new(PARENT_ARENA);
	if (t->arena == NULL)
		return ERR_NOMEM;
	if (err == ERR_OK)
		err = mail_wire_decode(FRAME_READ, body, t->arena, &f);
	if (err != ERR_OK)
		return err;
	files = (struct mail_file *)(uintptr_t)f.arrived.mail.files; /* of our arena */
	for (size_t i = 0; i < f.arrived.mail.n_files; i++) {
		err = take_frame(t, &at, FRAME_OCTETS, &files[i].octets);
		if (err == ERR_OK && !is_as_said(&files[i]))
			err = ERR_INVALID;
		if (err != ERR_OK)
			return err;
	}
	if (at != t->n_got)
		return ERR_INVALID;
	t->mail = f.arrived.mail;
	return ERR_OK;
}

/* Ends the child, whatever it does, and says what it found. */
static void finish(struct cell_task *t, cell_done_fn *done, void *ctx)
{
	int status = 0;

	if (t->pid > 0) {
		if (t->why[0] != '\0')
			(void)kill(t->pid, SIGKILL);
		close(t->fd);
		while (waitpid(t->pid, &status, 0) < 0 && errno == EINTR)
			;
		t->took_ms = mono_now().ms - t->started.ms;
		judge(t, status);
		if (t->why[0] == '\0' && understand(t) != ERR_OK)
			snprintf(t->why, sizeof(t->why), "what was read of it can't be trusted");
	}
	done(t, ctx);
	free(t->got);
	t->got = NULL;
	arena_free(&t->arena);
	t->mail = (struct mail){ 0 };
}

/* --- several --- */

struct running {
	struct cell_task *tasks[AT_ONCE_MAX];
	struct pollfd fds[AT_ONCE_MAX];
	size_t n;
};

static void add(struct running *r, const struct cell_conf *c, struct cell_task *t,
		cell_done_fn *done, void *ctx)
{
	start(c, t);
	if (t->pid < 0) {
		finish(t, done, ctx);
		return;
	}
	r->fds[r->n] = (struct pollfd){ .fd = t->fd, .events = POLLIN };
	r->tasks[r->n++] = t;
}

static void drop(struct running *r, size_t i)
{
	r->n--;
	r->tasks[i] = r->tasks[r->n];
	r->fds[i] = r->fds[r->n];
}

static int64_t left_ms(const struct running *r, const struct cell_conf *c)
{
	int64_t now = mono_now().ms, least = c->wall_ms;

	for (size_t i = 0; i < r->n; i++) {
		int64_t left = r->tasks[i]->started.ms + c->wall_ms - now;

		if (left < least)
			least = left;
	}
	return least > 0 ? least : 0;
}

static void look(struct running *r, const struct cell_conf *c, cell_done_fn *done, void *ctx)
{
	int n = poll(r->fds, r->n, (int)left_ms(r, c));
	int64_t now = mono_now().ms;

	for (size_t i = r->n; i-- > 0;) {
		struct cell_task *t = r->tasks[i];

		bool is_over = n > 0 && r->fds[i].revents != 0 && !hear(t);

		if (!is_over && now - t->started.ms < c->wall_ms)
			continue;
		if (!is_over)
			snprintf(t->why, sizeof(t->why), "it took longer than %lld ms",
				 (long long)c->wall_ms);
		drop(r, i);
		finish(t, done, ctx);
	}
}

void mime_cells_run(const struct cell_conf *c, struct cell_task *tasks, size_t n,
		    cell_done_fn *done, void *ctx)
{
	unsigned at_once = c->at_once < AT_ONCE_MAX ? c->at_once : AT_ONCE_MAX;
	struct running r = { .n = 0 };
	size_t next = 0;

	while (next < n || r.n > 0) {
		while (next < n && r.n < (at_once > 0 ? at_once : 1))
			add(&r, c, &tasks[next++], done, ctx);
		if (r.n > 0)
			look(&r, c, done, ctx);
	}
}
