/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/control_socket.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "conf/log.h"
#include "gateway/flow/control.h"
#include "parsers/err.h"

#define BACKLOG   64
#define NAME_SIZE 64
/* getpwuid_r's; a user with a longer entry is called by his number. */
#define PASSWD_SIZE 4096

static const char socket_group[] = "odziv";

struct control_client {
	uv_pipe_t pipe;
	struct control_socket *s;
	struct control_client *next, **at;
	uv_work_t who_work;
	uid_t uid;
	char who[NAME_SIZE];
	bool has_name;
	bool is_running; /* a request is being answered */
	bool is_in_run;  /* by run_next(), which goes on by itself */
	bool is_closed;  /* the pipe is gone; what is still to be told isn't */
	bool is_looking; /* who_work is on the pool */
	uint8_t *line;   /* CONTROL_LINE_MAX */
	size_t len;
};

struct control_socket {
	uv_loop_t *loop;
	struct core *core;
	uv_pipe_t pipe;
	bool is_open, is_quiet;
	char path[SOCKET_PATH_MAX + 1];
	struct control_client *clients;
	size_t n_clients;
	size_t n_out; /* octets that clients haven't read */
	unsigned n_open;
};

struct line_write {
	uv_write_t write; /* first */
	size_t len;
	char data[];
};

/* --- a client's end --- */

static void client_end_if_over(struct control_client *c)
{
	if (!c->is_closed || c->is_running || c->is_looking)
		return;
	*c->at = c->next;
	if (c->next != NULL)
		c->next->at = c->at;
	c->s->n_clients--;
	free(c->line);
	free(c);
}

static void on_client_closed(uv_handle_t *handle)
{
	struct control_client *c = handle->data;

	c->is_closed = true;
	/* Its last line ends the client. */
	if (!control_gone(c->s->core, c))
		client_end_if_over(c);
}

static void client_close(struct control_client *c)
{
	if (!uv_is_closing((uv_handle_t *)&c->pipe))
		uv_close((uv_handle_t *)&c->pipe, on_client_closed);
}

/* --- answers --- */

static void run_next(struct control_client *c);
static void client_read(struct control_client *c);

static void on_written(uv_write_t *write, int status)
{
	struct control_client *c = write->handle->data;

	c->s->n_out -= ((struct line_write *)write)->len;
	free(write);
	if (status < 0)
		client_close(c);
}

/* All together may keep us waiting for so much; who holds no more than his share isn't to blame. */
static bool is_too_slow(struct control_client *c)
{
	return c->s->n_out > CONTROL_OUT_MAX &&
	       uv_stream_get_write_queue_size((uv_stream_t *)&c->pipe) >
		       CONTROL_OUT_MAX / CONTROL_CLIENTS_MAX;
}

static void write_line(struct control_client *c, struct bytes line)
{
	struct line_write *w;
	uv_buf_t buf;

	if (uv_is_closing((uv_handle_t *)&c->pipe))
		return;
	if (is_too_slow(c)) {
		log_warning("control", "who=%s event=closed cause=\"doesn't read its answer\"",
			    c->who);
		client_close(c);
		return;
	}
	w = malloc(sizeof(*w) + line.len + 1);
	if (w == NULL) {
		client_close(c);
		return;
	}
	w->len = line.len + 1;
	if (line.len > 0)
		memcpy(w->data, line.ptr, line.len);
	w->data[line.len] = '\n';
	buf = uv_buf_init(w->data, (unsigned)w->len);
	c->s->n_out += w->len;
	if (uv_write(&w->write, (uv_stream_t *)&c->pipe, &buf, 1, on_written) != 0) {
		c->s->n_out -= w->len;
		free(w);
		client_close(c);
	}
}

static void on_answer(struct bytes line, bool last, void *ctx)
{
	struct control_client *c = ctx;

	write_line(c, line);
	if (!last)
		return;
	c->is_running = false;
	if (c->is_closed)
		client_end_if_over(c);
	else if (!c->is_in_run)
		run_next(c);
}

static void refuse(struct control_client *c, const char *words)
{
	static const char before[] = "{\"exit\": 1, \"error\": \"";
	char line[256];
	int len = snprintf(line, sizeof(line), "%s%s\"}", before, words);

	write_line(c, bytes_at(line, (size_t)len));
}

/* --- requests --- */

/* The next whole line of what was read, when nobody is being answered. */
static void run_next(struct control_client *c)
{
	while (!c->is_running && c->has_name && !uv_is_closing((uv_handle_t *)&c->pipe)) {
		struct bytes all = bytes_at(c->line, c->len);
		size_t at = bytes_find(all, '\n');
		uint8_t *request;

		if (at == c->len) {
			if (c->len < CONTROL_LINE_MAX)
				break;
			refuse(c, "the request is too long; shorten it");
			client_close(c);
			return;
		}
		/* The answer may outlast the next line's coming in, so the request leaves the buffer. */
		request = malloc(at + 1);
		if (request == NULL) {
			client_close(c);
			return;
		}
		memcpy(request, c->line, at);
		memmove(c->line, c->line + at + 1, c->len - at - 1);
		c->len -= at + 1;
		c->is_running = true;
		c->is_in_run = true;
		control_run(c->s->core, bytes_at(request, at), c->who, on_answer, c);
		c->is_in_run = false;
		free(request);
	}
	client_read(c);
}

static void on_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *buf)
{
	struct control_client *c = handle->data;

	(void)wanted;
	*buf = uv_buf_init((char *)c->line + c->len, (unsigned)(CONTROL_LINE_MAX - c->len));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct control_client *c = stream->data;

	(void)buf;
	if (n < 0) {
		client_close(c);
		return;
	}
	c->len += (size_t)n;
	run_next(c);
}

/* One line ahead is read while an answer is made; a full buffer waits. */
static void client_read(struct control_client *c)
{
	if (uv_is_closing((uv_handle_t *)&c->pipe))
		return;
	if (c->len < CONTROL_LINE_MAX)
		uv_read_start((uv_stream_t *)&c->pipe, on_alloc, on_read);
	else
		uv_read_stop((uv_stream_t *)&c->pipe);
}

/* --- who it is --- */

/* libuv's pool: the name service may block. */
static void look_up(uv_work_t *work)
{
	struct control_client *c = work->data;
	char buf[PASSWD_SIZE];
	struct passwd pw, *found = NULL;

	if (getpwuid_r(c->uid, &pw, buf, sizeof(buf), &found) == 0 && found != NULL)
		snprintf(c->who, sizeof(c->who), "%s", found->pw_name);
	else
		snprintf(c->who, sizeof(c->who), "uid:%u", (unsigned)c->uid);
}

static void on_looked_up(uv_work_t *work, int status)
{
	struct control_client *c = work->data;

	c->is_looking = false;
	c->has_name = status == 0;
	if (!c->has_name)
		client_close(c);
	if (c->is_closed)
		client_end_if_over(c);
	else
		run_next(c);
}

static bool find_peer(struct control_client *c)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);
	uv_os_fd_t fd;

	if (uv_fileno((uv_handle_t *)&c->pipe, &fd) != 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0)
		return false;
	c->uid = cred.uid;
	c->who_work.data = c;
	c->is_looking = uv_queue_work(c->s->loop, &c->who_work, look_up, on_looked_up) == 0;
	return c->is_looking;
}

static struct control_client *client_new(struct control_socket *s)
{
	struct control_client *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->line = malloc(CONTROL_LINE_MAX);
	if (c->line == NULL || uv_pipe_init(s->loop, &c->pipe, 0) != 0) {
		free(c->line);
		free(c);
		return NULL;
	}
	c->s = s;
	c->pipe.data = c;
	c->next = s->clients;
	c->at = &s->clients;
	if (s->clients != NULL)
		s->clients->at = &c->next;
	s->clients = c;
	s->n_clients++;
	return c;
}

/* Who came first and asks nothing; NULL: all are being answered. */
static struct control_client *oldest_idle(struct control_socket *s)
{
	struct control_client *found = NULL;

	for (struct control_client *c = s->clients; c != NULL; c = c->next) {
		if (c->has_name && !c->is_running && !uv_is_closing((uv_handle_t *)&c->pipe))
			found = c;
	}
	return found;
}

static bool has_room(struct control_socket *s)
{
	struct control_client *idle;

	if (s->n_clients <= CONTROL_CLIENTS_MAX)
		return true;
	/* Whoever connects and says nothing must not keep others out. */
	idle = oldest_idle(s);
	if (idle == NULL)
		return false;
	refuse(idle, "others want to ask; connect again");
	client_close(idle);
	return true;
}

static void on_connection(uv_stream_t *server, int status)
{
	struct control_socket *s = server->data;
	struct control_client *c = status == 0 ? client_new(s) : NULL;

	if (c == NULL || uv_accept(server, (uv_stream_t *)&c->pipe) != 0) {
		if (c != NULL)
			client_close(c);
		return;
	}
	if (s->is_quiet || !has_room(s)) {
		refuse(c, s->is_quiet ? "odzivd is stopping; try again when it runs"
				      : "too many clients; try again");
		client_close(c);
		return;
	}
	if (!find_peer(c))
		client_close(c);
	else
		client_read(c);
}

/* --- the socket --- */

/* Nobody listens on what a daemon left that died; the store's lock says that no other one lives. */
static int replace_file(const char *path)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? ERR_OK : -errno;
	if (!S_ISSOCK(st.st_mode))
		return ERR_EXIST;
	return unlink(path) == 0 ? ERR_OK : -errno;
}

/* Under the service manager the group is ours, and giving files away is forbidden. */
static bool is_of_group(const char *path, gid_t gid)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_gid == gid;
}

/* Where the group is there and we may give it to them, its members may ask; else only our own user and group. */
static void open_to_group(const char *path)
{
	const struct group *gr = getgrnam(socket_group);

	if (gr != NULL && !is_of_group(path, gr->gr_gid) && chown(path, (uid_t)-1, gr->gr_gid) != 0)
		log_warning("control", "event=no_group path=%s group=%s error=\"%s\"", path,
			    socket_group, strerror(errno));
	if (chmod(path, 0660) != 0)
		log_warning("control", "event=no_mode path=%s error=\"%s\"", path, strerror(errno));
}

static void on_closed(uv_handle_t *handle)
{
	((struct control_socket *)handle->data)->n_open--;
}

int control_socket_start(uv_loop_t *loop, struct core *core, const char *path,
			 struct control_socket **s_out, char *why_out, size_t why_size)
{
	struct control_socket *s;
	int err;

	if (strlen(path) > SOCKET_PATH_MAX) {
		snprintf(why_out, why_size, "control: '%s' is longer than %d letters", path,
			 SOCKET_PATH_MAX);
		return ERR_LIMIT;
	}
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return ERR_NOMEM;
	s->loop = loop;
	s->core = core;
	snprintf(s->path, sizeof(s->path), "%s", path);
	uv_pipe_init(loop, &s->pipe, 0);
	s->pipe.data = s;
	s->n_open = 1;
	err = replace_file(path);
	if (err == ERR_OK)
		err = uv_pipe_bind(&s->pipe, path);
	if (err == ERR_OK) {
		s->is_open = true;
		open_to_group(path);
		err = uv_listen((uv_stream_t *)&s->pipe, BACKLOG, on_connection);
	}
	if (err != ERR_OK) {
		snprintf(why_out, why_size, "control: can't listen on %s: %s", path,
			 err == ERR_EXIST ? "another file is there" : strerror(-err));
		control_socket_stop(&s);
		return ERR_IO;
	}
	*s_out = s;
	return ERR_OK;
}

void control_socket_quiet(struct control_socket *s)
{
	s->is_quiet = true;
}

void control_socket_stop(struct control_socket **sock)
{
	struct control_socket *s = *sock;

	if (s == NULL)
		return;
	if (s->is_open)
		unlink(s->path);
	uv_close((uv_handle_t *)&s->pipe, on_closed);
	control_stop(s->core);
	for (struct control_client *c = s->clients; c != NULL; c = c->next)
		client_close(c);
	/* Requests at the store are answered, to nobody, when it is done with them. */
	while (s->n_open > 0 || s->n_clients > 0)
		uv_run(s->loop, UV_RUN_ONCE);
	free(s);
	*sock = NULL;
}
