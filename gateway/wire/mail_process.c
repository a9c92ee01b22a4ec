/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/mail_process.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "gateway/mail/mail_main.h"
#include "parsers/err.h"

/* A process that ran for so long was a good one: the next wait is short again. */
#define GOOD_AFTER_MS (10 * SECOND_MS)
/* A frame with a mail is some KiB; its buffer grows for a longer one, and shrinks again. */
#define IN_BYTES  (64 * KIB)
#define OUT_ARENA (MIB)
#define WHY_SIZE  256

enum process_state { MP_WAITING, MP_UP, MP_ENDING };

struct mail_process {
	struct wire *wire;
	const char *program;
	const struct mail_process_events *events; /* NULL: freed, nobody listens */
	void *ctx;
	enum process_state state;
	unsigned n_pending; /* callbacks of libuv that will come */
	unsigned n_open;    /* of process and pipe */
	uv_process_t process;
	uv_pipe_t pipe;
	uv_timer_t turn; /* reads on, in a turn of its own */
	bool is_freed, is_paused;
	struct timer retry;
	int64_t wait_ms;
	struct mono up_at;
	char why[WHY_SIZE];
	uint8_t *in;
	size_t n_in, room;
};

/* A frame on its way out; its octets behind it. */
struct out_frame {
	uv_write_t write;
	struct mail_process *process;
	uint8_t octets[];
};

static void end_if_over(struct mail_process *p)
{
	if (!p->is_freed || p->n_pending > 0)
		return;
	free(p->in);
	free(p);
}

/* --- its end --- */

static void on_retry(struct timer *t);

static void wait_and_retry(struct mail_process *p)
{
	struct host *h = p->wire->host;

	p->state = MP_WAITING;
	if (p->is_freed) /* the host may have gone as well */
		return;
	if (h->mono(h).ms - p->up_at.ms > GOOD_AFTER_MS)
		p->wait_ms = 0;
	p->events->on_down(p->why, p->ctx);
	host_timer_in(h, &p->retry,
		      host_backoff(h, &p->wait_ms, RECONNECT_FIRST_MS, RECONNECT_MOST_MS));
}

/* Process and pipe are closed, each when libuv says so; the last one decides. */
static void on_closed(uv_handle_t *handle)
{
	struct mail_process *p = handle->data;

	p->n_pending--;
	if (--p->n_open == 0)
		wait_and_retry(p);
	end_if_over(p);
}

static void close_pipe(struct mail_process *p)
{
	if (!uv_is_closing((uv_handle_t *)&p->pipe))
		uv_close((uv_handle_t *)&p->pipe, on_closed);
}

void mail_process_drop(struct mail_process *p, const char *why)
{
	if (p->state != MP_UP)
		return;
	p->state = MP_ENDING;
	snprintf(p->why, sizeof(p->why), "%s", why);
	uv_timer_stop(&p->turn);
	/* Nothing of it is lost, and one that was stopped or hangs must go too. It may have gone by itself. */
	(void)uv_process_kill(&p->process, SIGKILL);
	close_pipe(p);
}

static void on_ended(uv_process_t *process, int64_t status, int sig)
{
	struct mail_process *p = process->data;

	if (p->state == MP_UP) {
		p->state = MP_ENDING;
		if (sig != 0)
			snprintf(p->why, sizeof(p->why), "the mail process ended by signal %d",
				 sig);
		else
			snprintf(p->why, sizeof(p->why),
				 "the mail process ended with status %lld; its log says why",
				 (long long)status);
		uv_timer_stop(&p->turn);
	}
	close_pipe(p);
	uv_close((uv_handle_t *)&p->process, on_closed);
}

/* --- frames in --- */

static void read_frames(struct mail_process *p)
{
	size_t done = 0;

	while (p->state == MP_UP && !p->is_paused) {
		enum mail_frame_kind kind;
		struct bytes body;
		size_t octets;
		int err = mail_wire_cut(bytes_at(p->in + done, p->n_in - done), 0, &kind, &body,
					&octets);

		if (err == ERR_TRUNCATED)
			break;
		if (err != ERR_OK) {
			mail_process_drop(p, "the mail process says what can't be read");
			return;
		}
		done += octets;
		p->events->on_frame(kind, body, p->ctx);
	}
	memmove(p->in, p->in + done, p->n_in - done);
	p->n_in -= done;
}

/* Room for the frame that has begun, and no more than that for long. */
static bool make_room(struct mail_process *p)
{
	size_t wanted = IN_BYTES;
	uint8_t *in;

	while (wanted < p->n_in + IN_BYTES / 2)
		wanted *= 2;
	if (wanted == p->room)
		return true;
	in = realloc(p->in, wanted);
	if (in == NULL)
		return p->room > p->n_in;
	p->in = in;
	p->room = wanted;
	return true;
}

static void on_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *buf)
{
	struct mail_process *p = handle->data;

	(void)wanted;
	*buf = make_room(p) ? uv_buf_init((char *)p->in + p->n_in, (unsigned)(p->room - p->n_in))
			    : uv_buf_init(NULL, 0);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct mail_process *p = stream->data;

	(void)buf;
	if (n < 0) {
		/* It closed its end: it is ending, and its status says more. */
		uv_read_stop(stream);
		if (n != UV_EOF)
			mail_process_drop(p, uv_strerror((int)n));
		return;
	}
	p->n_in += (size_t)n;
	read_frames(p);
}

static void on_turn(uv_timer_t *timer)
{
	struct mail_process *p = timer->data;

	if (p->state != MP_UP || p->is_paused)
		return;
	read_frames(p); /* whole ones may be here already */
	if (p->state == MP_UP && !p->is_paused)
		uv_read_start((uv_stream_t *)&p->pipe, on_alloc, on_read);
}

void mail_process_pause(struct mail_process *p, bool is_paused)
{
	if (p->is_paused == is_paused || p->state != MP_UP)
		return;
	p->is_paused = is_paused;
	if (is_paused)
		uv_read_stop((uv_stream_t *)&p->pipe);
	else
		uv_timer_start(&p->turn, on_turn, 0, 0);
}

/* --- frames out --- */

static void on_written(uv_write_t *write, int status)
{
	struct out_frame *out = (struct out_frame *)write; /* its first member */
	struct mail_process *p = out->process;

	free(out);
	p->n_pending--;
	if (status < 0 && status != UV_ECANCELED)
		mail_process_drop(p, "the mail process doesn't read");
	end_if_over(p);
}

static struct out_frame *out_frame_of(struct mail_process *p, struct bytes octets)
{
	struct out_frame *out = malloc(sizeof(*out) + octets.len);

	if (out == NULL)
		return NULL;
	out->process = p;
	memcpy(out->octets, octets.ptr, octets.len);
	return out;
}

int mail_process_send(struct mail_process *p, const struct mail_frame *frame)
{
	struct arena *a;
	struct out_frame *out = NULL;
	struct bytes octets;
	uv_buf_t buf;
	int err;

	if (p->state != MP_UP)
		return ERR_BAD_STATE;
	a = arena_new(OUT_ARENA);
	err = a != NULL ? mail_wire_encode(frame, a, &octets) : ERR_NOMEM;
	if (err == ERR_OK && (out = out_frame_of(p, octets)) == NULL)
		err = ERR_NOMEM;
	arena_free(&a);
	if (err != ERR_OK)
		return err;
	buf = uv_buf_init((char *)out->octets, (unsigned)octets.len);
	if (uv_write(&out->write, (uv_stream_t *)&p->pipe, &buf, 1, on_written) != 0) {
		free(out);
		return ERR_IO;
	}
	p->n_pending++;
	return ERR_OK;
}

/* --- its beginning --- */

static int spawn(struct mail_process *p)
{
	static char name[] = "odzivd", role[] = "--role=mail";
	char *args[] = { name, role, NULL };
	uv_stdio_container_t stdio[MAIL_CORE_FD + 1] = {
		{ .flags = UV_IGNORE },
		{ .flags = UV_IGNORE },
		{ .flags = UV_INHERIT_FD, .data.fd = 2 },
		{ .flags = UV_CREATE_PIPE | UV_READABLE_PIPE | UV_WRITABLE_PIPE,
		  .data.stream = (uv_stream_t *)&p->pipe },
	};
	const uv_process_options_t options = { .exit_cb = on_ended,
					       .file = p->program,
					       .args = args,
					       .stdio = stdio,
					       .stdio_count = MAIL_CORE_FD + 1 };

	uv_pipe_init(p->wire->loop, &p->pipe, 0);
	p->pipe.data = p;
	p->process.data = p;
	p->n_open = 2; /* both are closed, whatever happens */
	p->n_pending += 2;
	p->n_in = 0;
	p->is_paused = false;
	p->up_at = p->wire->host->mono(p->wire->host);
	return uv_spawn(p->wire->loop, &p->process, &options);
}

static void start_try(struct mail_process *p)
{
	int status = spawn(p);

	if (status != 0) {
		p->state = MP_ENDING;
		snprintf(p->why, sizeof(p->why), "the mail process can't be started: %s",
			 uv_strerror(status));
		close_pipe(p);
		uv_close((uv_handle_t *)&p->process, on_closed);
		return;
	}
	p->state = MP_UP;
	uv_read_start((uv_stream_t *)&p->pipe, on_alloc, on_read);
	p->events->on_up(p->ctx);
}

static void on_retry(struct timer *t)
{
	struct mail_process *p = CONTAINER_OF(t, struct mail_process, retry);

	/* A stop of the whole service may have told it to go before us. */
	if (!p->wire->is_stopping)
		start_try(p);
}

int mail_process_new(struct wire *w, const char *program, const struct mail_process_events *events,
		     void *ctx, struct mail_process **p_out)
{
	struct mail_process *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return ERR_NOMEM;
	p->wire = w;
	p->program = program != NULL ? program : "/proc/self/exe";
	p->events = events;
	p->ctx = ctx;
	p->retry.fire = on_retry;
	uv_timer_init(w->loop, &p->turn);
	p->turn.data = p;
	p->n_pending = 1; /* the timer, until it is closed */
	host_timer_in(w->host, &p->retry, 1);
	*p_out = p;
	return ERR_OK;
}

static void on_turn_closed(uv_handle_t *handle)
{
	struct mail_process *p = handle->data;

	p->n_pending--;
	end_if_over(p);
}

void mail_process_free(struct mail_process **process)
{
	struct mail_process *p = *process;

	if (p == NULL)
		return;
	*process = NULL;
	p->events = NULL;
	host_timer_stop(p->wire->host, &p->retry);
	mail_process_drop(p, "stopped");
	p->is_freed = true;
	uv_close((uv_handle_t *)&p->turn, on_turn_closed);
}
