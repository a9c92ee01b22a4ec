/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/transfer.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "conf/log.h"
#include "parsers/err.h"

/* One socket of curl's that libuv watches. Freed in its close callback only. */
struct watch {
	uv_poll_t poll;
	struct transfer *t;
	curl_socket_t fd;
	int events; /* asked for, to be started again after POLLERR */
};

struct transfer_call {
	struct transfer *t;
	struct transfer_call *next, **at;
	CURL *easy;
	transfer_done_fn *done;
	void *ctx;
	unsigned times_sent; /* libcurl was about to send it so often */
	uint8_t *body;
	size_t len, max;
	bool is_too_long;
};

struct transfer {
	uv_loop_t *loop;
	CURLM *multi;
	uv_timer_t timer;
	unsigned n_open;
	struct transfer_call *calls;
	size_t n_calls;
};

/* --- what is over --- */

static void call_free(struct transfer_call *c)
{
	*c->at = c->next;
	if (c->next != NULL)
		c->next->at = c->at;
	c->t->n_calls--;
	curl_multi_remove_handle(c->t->multi, c->easy);
	curl_easy_cleanup(c->easy);
	free(c->body);
	free(c);
}

static const struct {
	CURLcode code;
	int err;
} meanings[] = {
	{ CURLE_OK, ERR_OK },
	{ CURLE_OPERATION_TIMEDOUT, ERR_TIMEOUT },
	{ CURLE_OUT_OF_MEMORY, ERR_NOMEM },
	{ CURLE_ABORTED_BY_CALLBACK, ERR_CANCELLED },
};

static int err_of(const struct transfer_call *c, CURLcode code)
{
	if (c->is_too_long)
		return ERR_LIMIT;
	for (size_t i = 0; i < ARRAY_LEN(meanings); i++) {
		if (meanings[i].code == code)
			return meanings[i].err;
	}
	return ERR_IO;
}

static void finish(struct transfer_call *c, CURLcode code)
{
	struct transfer_answer a = {
		.err = err_of(c, code),
		.may_have_sent = c->times_sent > 0,
		.body = bytes_at(c->body, c->len),
		/* libcurl's longer words hold milliseconds: the same fault would read anew each time. */
		.words = c->is_too_long ? "the answer is too long" : curl_easy_strerror(code),
	};
	transfer_done_fn *done = c->done;
	long status = 0;

	curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
	a.status = (unsigned)status;
	if (done != NULL)
		done(&a, c->ctx);
	call_free(c);
}

static void collect(struct transfer *t)
{
	struct CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(t->multi, &left)) != NULL) {
		struct transfer_call *c = NULL;
		CURLcode code = msg->data.result;

		/* Removing the handle ends the message: everything is read from it before. */
		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, (char **)&c);
		finish(c, code);
	}
}

/* --- curl's sockets and time-outs on the loop --- */

static void on_ready(uv_poll_t *poll, int status, int events)
{
	struct watch *w = (struct watch *)poll;
	struct transfer *t = w->t;
	int flags = 0;
	int running;

	/* After any POLLERR libuv has stopped the handle for good; without the flag curl would only time out. */
	if (status == UV_EBADF) {
		uv_poll_start(poll, w->events, on_ready);
		flags = CURL_CSELECT_ERR;
	}
	if (events & UV_READABLE)
		flags |= CURL_CSELECT_IN;
	if (events & UV_WRITABLE)
		flags |= CURL_CSELECT_OUT;
	/* The watch may be gone afterwards. */
	curl_multi_socket_action(t->multi, w->fd, flags, &running);
	collect(t);
}

static void on_watch_closed(uv_handle_t *handle)
{
	struct watch *w = (struct watch *)handle;

	w->t->n_open--;
	free(w);
}

static struct watch *watch_new(struct transfer *t, curl_socket_t fd)
{
	struct watch *w = calloc(1, sizeof(*w));

	if (w == NULL || uv_poll_init_socket(t->loop, &w->poll, fd) != 0) {
		free(w);
		return NULL;
	}
	w->t = t;
	w->fd = fd;
	t->n_open++;
	curl_multi_assign(t->multi, fd, w);
	return w;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket_ctx)
{
	struct transfer *t = ctx;
	struct watch *w = socket_ctx;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (w != NULL) {
			curl_multi_assign(t->multi, fd, NULL);
			uv_poll_stop(&w->poll);
			uv_close((uv_handle_t *)&w->poll, on_watch_closed);
		}
		return 0;
	}
	if (w == NULL && (w = watch_new(t, fd)) == NULL)
		return -1;
	w->events =
		(what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
	uv_poll_start(&w->poll, w->events, on_ready);
	return 0;
}

static void on_time(uv_timer_t *timer)
{
	struct transfer *t = timer->data;
	int running;

	curl_multi_socket_action(t->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(t);
}

/* Must not call libcurl: a time-out of 0 waits for the loop's next turn too. */
static int on_timeout(CURLM *multi, long in_ms, void *ctx)
{
	struct transfer *t = ctx;

	(void)multi;
	if (in_ms < 0)
		uv_timer_stop(&t->timer);
	else
		uv_timer_start(&t->timer, on_time, (uint64_t)in_ms, 0);
	return 0;
}

/* --- a call --- */

static size_t on_body(char *data, size_t size, size_t n, void *ctx)
{
	struct transfer_call *c = ctx;
	size_t len = size * n;
	uint8_t *grown;

	if (len > c->max - c->len) {
		c->is_too_long = true;
		return 0;
	}
	grown = realloc(c->body, c->len + len);
	if (grown == NULL)
		return 0;
	memcpy(grown + c->len, data, len);
	c->body = grown;
	c->len += len;
	return len;
}

/* A connection stands and the request would be written now. */
static int before_request(void *ctx, char *to, char *from, int to_port, int from_port)
{
	struct transfer_call *c = ctx;

	(void)to;
	(void)from;
	(void)to_port;
	(void)from_port;
	/* The second time is libcurl's own repeat after a kept connection died: the first may have arrived. */
	return c->times_sent++ == 0 ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

static bool call_set_up(struct transfer_call *c, const char *url, int64_t deadline_ms)
{
	CURL *e = c->easy;
	CURLcode code = CURLE_OK;

	/* clang-format off */
	code |= curl_easy_setopt(e, CURLOPT_URL, url);
	code |= curl_easy_setopt(e, CURLOPT_PRIVATE, c);
	code |= curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	code |= curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	code |= curl_easy_setopt(e, CURLOPT_PROXY, "");
	code |= curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	code |= curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)deadline_ms);
	code |= curl_easy_setopt(e, CURLOPT_MAXAGE_CONN, TRANSFER_IDLE_MAX_S);
	code |= curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	code |= curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	code |= curl_easy_setopt(e, CURLOPT_WRITEDATA, c);
	code |= curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, before_request);
	code |= curl_easy_setopt(e, CURLOPT_PREREQDATA, c);
	/* clang-format on */
	return code == CURLE_OK;
}

int transfer_get(struct transfer *t, const char *url, int64_t deadline_ms, size_t body_max,
		 transfer_done_fn *done, void *ctx, struct transfer_call **call_out)
{
	struct transfer_call *c;

	if (t->n_calls >= TRANSFERS_MAX)
		return ERR_BUSY;
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return ERR_NOMEM;
	*c = (struct transfer_call){ .t = t, .done = done, .ctx = ctx, .max = body_max };
	c->easy = curl_easy_init();
	if (c->easy == NULL || !call_set_up(c, url, deadline_ms) ||
	    curl_multi_add_handle(t->multi, c->easy) != CURLM_OK) {
		curl_easy_cleanup(c->easy);
		free(c);
		return ERR_NOMEM;
	}
	c->next = t->calls;
	c->at = &t->calls;
	if (t->calls != NULL)
		t->calls->at = &c->next;
	t->calls = c;
	t->n_calls++;
	if (call_out != NULL)
		*call_out = c;
	return ERR_OK;
}

void transfer_forget(struct transfer_call *call)
{
	call->done = NULL;
}

size_t transfer_count(const struct transfer *t)
{
	return t->n_calls;
}

/* --- beginning and end --- */

static void on_closed(uv_handle_t *handle)
{
	((struct transfer *)handle->data)->n_open--;
}

int transfer_new(uv_loop_t *loop, struct transfer **t_out)
{
	struct transfer *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return ERR_NOMEM;
	if (curl_global_init(CURL_GLOBAL_ALL) != CURLE_OK ||
	    (t->multi = curl_multi_init()) == NULL) {
		free(t);
		return ERR_NOMEM;
	}
	t->loop = loop;
	uv_timer_init(loop, &t->timer);
	t->timer.data = t;
	t->n_open = 1;
	curl_multi_setopt(t->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(t->multi, CURLMOPT_SOCKETDATA, t);
	curl_multi_setopt(t->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	curl_multi_setopt(t->multi, CURLMOPT_TIMERDATA, t);
	curl_multi_setopt(t->multi, CURLMOPT_MAXCONNECTS, (long)TRANSFERS_MAX);
	*t_out = t;
	return ERR_OK;
}

void transfer_free(struct transfer **transfer)
{
	struct transfer *t = *transfer;

	if (t == NULL)
		return;
	while (t->calls != NULL) {
		struct transfer_call *c = t->calls;

		finish(c, CURLE_ABORTED_BY_CALLBACK);
	}
	curl_multi_cleanup(t->multi);
	uv_close((uv_handle_t *)&t->timer, on_closed);
	while (t->n_open > 0)
		uv_run(t->loop, UV_RUN_ONCE);
	curl_global_cleanup();
	free(t);
	*transfer = NULL;
}
