/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/transfer.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/log.h"
#include "parsers/tls_words.h"
#include "parsers/err.h"
#include "parsers/number.h"

/* A server's reply has at most 512 octets (RFC 5321 4.5.3.1.5); its beginning says enough. */
#define LINE_SIZE 200
#define URL_SIZE  600

/* A multi handle on the loop. */
struct engine {
	struct transfer *t;
	CURLM *multi;
	uv_timer_t timer;
	unsigned n_open; /* handles of libuv's that aren't closed */
	void (*gone)(struct engine *e);
};

/* Greeting, EHLO's answers and the login's: servers say some hundred octets. */
#define HELLO_MAX ((size_t)64 * 1024)

/* One socket of curl's that libuv watches. Freed in its close callback only. */
struct watch {
	uv_poll_t poll;
	struct engine *engine;
	curl_socket_t fd;
	int events; /* asked for, to be started again after POLLERR */
};

/* Begins what an easy handle is for. */
struct errand {
	void (*over)(struct errand *e, CURLcode code);
};

struct transfer_call {
	struct errand errand;
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
	struct engine engine; /* of HTTP */
	unsigned n_engines;
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
	curl_multi_remove_handle(c->t->engine.multi, c->easy);
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

static void finish(struct errand *e, CURLcode code)
{
	struct transfer_call *c = (struct transfer_call *)e;
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

static void collect(struct engine *e)
{
	struct CURLMsg *msg;
	int left;

	/* Several stand in the engine of HTTP only: the one of a link may end its engine. */
	do {
		struct errand *errand = NULL;
		CURLcode code;

		msg = curl_multi_info_read(e->multi, &left);
		if (msg == NULL || msg->msg != CURLMSG_DONE)
			continue;
		/* Removing the handle ends the message: everything is read from it before. */
		code = msg->data.result;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, (char **)&errand);
		errand->over(errand, code);
	} while (msg != NULL && left > 0);
}

/* --- curl's sockets and time-outs on the loop --- */

static void on_ready(uv_poll_t *poll, int status, int events)
{
	struct watch *w = (struct watch *)poll;
	struct engine *e = w->engine;
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
	curl_multi_socket_action(e->multi, w->fd, flags, &running);
	collect(e);
}

static void engine_let_go(struct engine *e)
{
	if (--e->n_open == 0 && e->gone != NULL)
		e->gone(e);
}

static void on_watch_closed(uv_handle_t *handle)
{
	struct watch *w = (struct watch *)handle;

	engine_let_go(w->engine);
	free(w);
}

static struct watch *watch_new(struct engine *e, curl_socket_t fd)
{
	struct watch *w = calloc(1, sizeof(*w));

	if (w == NULL || uv_poll_init_socket(e->t->loop, &w->poll, fd) != 0) {
		free(w);
		return NULL;
	}
	w->engine = e;
	w->fd = fd;
	e->n_open++;
	curl_multi_assign(e->multi, fd, w);
	return w;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket_ctx)
{
	struct engine *e = ctx;
	struct watch *w = socket_ctx;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (w != NULL) {
			curl_multi_assign(e->multi, fd, NULL);
			uv_poll_stop(&w->poll);
			uv_close((uv_handle_t *)&w->poll, on_watch_closed);
		}
		return 0;
	}
	if (w == NULL && (w = watch_new(e, fd)) == NULL)
		return -1;
	w->events =
		(what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
	uv_poll_start(&w->poll, w->events, on_ready);
	return 0;
}

static void on_time(uv_timer_t *timer)
{
	struct engine *e = timer->data;
	int running;

	curl_multi_socket_action(e->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(e);
}

/* Must not call libcurl: a time-out of 0 waits for the loop's next turn too. */
static int on_timeout(CURLM *multi, long in_ms, void *ctx)
{
	struct engine *e = ctx;

	(void)multi;
	if (in_ms < 0)
		uv_timer_stop(&e->timer);
	else
		uv_timer_start(&e->timer, on_time, (uint64_t)in_ms, 0);
	return 0;
}

/* gone: called when the loop has let go of all of it after engine_stop(), or NULL. */
static int engine_start(struct engine *e, struct transfer *t, void (*gone)(struct engine *e))
{
	*e = (struct engine){ .t = t, .multi = curl_multi_init(), .gone = gone };
	if (e->multi == NULL)
		return ERR_NOMEM;
	uv_timer_init(t->loop, &e->timer);
	e->timer.data = e;
	e->n_open = 1;
	t->n_engines++;
	curl_multi_setopt(e->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(e->multi, CURLMOPT_SOCKETDATA, e);
	curl_multi_setopt(e->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	curl_multi_setopt(e->multi, CURLMOPT_TIMERDATA, e);
	return ERR_OK;
}

static void on_timer_closed(uv_handle_t *handle)
{
	engine_let_go(handle->data);
}

/* Its easy handles are removed before. */
static void engine_stop(struct engine *e)
{
	curl_multi_cleanup(e->multi);
	uv_close((uv_handle_t *)&e->timer, on_timer_closed);
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
	code |= curl_easy_setopt(e, CURLOPT_PRIVATE, &c->errand);
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
	*c = (struct transfer_call){
		.errand = { finish }, .t = t, .done = done, .ctx = ctx, .max = body_max
	};
	c->easy = curl_easy_init();
	if (c->easy == NULL || !call_set_up(c, url, deadline_ms) ||
	    curl_multi_add_handle(t->engine.multi, c->easy) != CURLM_OK) {
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

/* --- links --- */

/*
 * Each has an engine of its own: among others libcurl takes the connection for an idle one of
 * its pool, and closes it when another one is made while an answer waits in it.
 */
struct transfer_link {
	struct errand errand;
	struct engine engine;
	CURL *easy;
	uv_poll_t poll;
	bool is_polled, wants_to_write;
	bool needs_login, has_login; /* libcurl goes on without one where none is offered */
	const struct transfer_link_ops *ops;
	void *ctx;
	struct transfer_opened opened;
	char line[LINE_SIZE];      /* the server's last */
	size_t hello_len;          /* octets of its lines so far */
	char why[CURL_ERROR_SIZE]; /* libcurl's longer words: what is wrong with a certificate */
};

/* What of libcurl's codes means that the server, or how we know it, is at fault. */
static const struct {
	CURLcode code;
	enum transfer_fault fault;
} faults[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, TRANSFER_UNREACHABLE },
	{ CURLE_COULDNT_CONNECT, TRANSFER_UNREACHABLE },
	{ CURLE_OPERATION_TIMEDOUT, TRANSFER_UNREACHABLE },
	{ CURLE_PEER_FAILED_VERIFICATION, TRANSFER_NO_TLS },
	{ CURLE_USE_SSL_FAILED, TRANSFER_NO_TLS },
	{ CURLE_SSL_CONNECT_ERROR, TRANSFER_NO_TLS },
	{ CURLE_SSL_CACERT_BADFILE, TRANSFER_NO_TLS },
	{ CURLE_SSL_CERTPROBLEM, TRANSFER_NO_TLS },
	{ CURLE_SSL_CIPHER, TRANSFER_NO_TLS },
	{ CURLE_SSL_ISSUER_ERROR, TRANSFER_NO_TLS },
	{ CURLE_LOGIN_DENIED, TRANSFER_NO_LOGIN },
	{ CURLE_AUTH_ERROR, TRANSFER_NO_LOGIN },
};

static enum transfer_fault fault_of(CURLcode code)
{
	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		if (faults[i].code == code)
			return faults[i].fault;
	}
	return TRANSFER_FINE;
}

/* As printable ASCII: it stands in logs and lists. */
static void keep_line(struct transfer_link *l, struct bytes line)
{
	size_t len = line.len < LINE_SIZE - 1 ? line.len : LINE_SIZE - 1;

	for (size_t i = 0; i < len; i++)
		l->line[i] = (char)(line.ptr[i] < ' ' || line.ptr[i] > '~' ? '?' : line.ptr[i]);
	l->line[len] = '\0';
}

/* A line of the greeting, of EHLO's answer or of the login's. */
static size_t on_hello_line(char *data, size_t size, size_t n, void *ctx)
{
	struct transfer_link *l = ctx;
	struct bytes line = bytes_trim(bytes_at(data, size * n));
	struct bytes word = bytes_cut(line, 4, bytes_find(bytes_cut(line, 4, line.len), ' '));
	uint32_t code;

	/* Less than all of it: libcurl gives up. It would read on for ever. */
	l->hello_len += size * n;
	if (l->hello_len > HELLO_MAX)
		return 0;
	if (number_parse_u32(bytes_cut(line, 0, 3), 200, 599, &code) != ERR_OK)
		return size * n;
	keep_line(l, line);
	l->opened.code = code;
	/* The greeting, or STARTTLS: what was offered before means nothing any more. */
	if (code == 220)
		l->opened.has_size = l->opened.has_utf8 = l->opened.has_pipelining = false;
	l->has_login |= code == 235;
	l->opened.has_size |= code == 250 && bytes_is(word, "SIZE");
	l->opened.has_utf8 |= code == 250 && bytes_is(word, "SMTPUTF8");
	l->opened.has_pipelining |= code == 250 && bytes_is(word, "PIPELINING");
	return size * n;
}

static void on_link_ready(uv_poll_t *poll, int status, int events)
{
	struct transfer_link *l = poll->data;

	(void)events;
	/* After any POLLERR libuv has stopped the handle for good; what is wrong the next read says. */
	if (status == UV_EBADF)
		uv_poll_stop(poll);
	l->ops->ready(l->ctx);
}

/* The socket is ours from here on; libcurl doesn't watch it any more. */
static bool take_socket(struct transfer_link *l)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	if (curl_easy_getinfo(l->easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK ||
	    fd == CURL_SOCKET_BAD || uv_poll_init_socket(l->engine.t->loop, &l->poll, fd) != 0)
		return false;
	l->poll.data = l;
	l->is_polled = true;
	l->engine.n_open++;
	return uv_poll_start(&l->poll, UV_READABLE, on_link_ready) == 0;
}

static const char *link_words(const struct transfer_link *l, CURLcode code)
{
	const char *words = curl_easy_strerror(code);
	long status = 0;

	if (l->opened.code >= 400)
		return l->line;
	if (l->opened.fault == TRANSFER_NO_TLS && l->why[0] != '\0')
		words = l->why;
	if (code == CURLE_PEER_FAILED_VERIFICATION)
		curl_easy_getinfo(l->easy, CURLINFO_SSL_VERIFYRESULT, &status);
	return tls_words(status, words);
}

static void on_link_over(struct errand *e, CURLcode code)
{
	struct transfer_link *l = (struct transfer_link *)e;

	if (code == CURLE_OK && l->needs_login && !l->has_login)
		code = CURLE_LOGIN_DENIED;
	l->opened.is_open = code == CURLE_OK && take_socket(l);
	l->opened.fault = fault_of(code);
	l->opened.words = link_words(l, code);
	l->ops->opened(l->ctx, &l->opened);
}

static void on_poll_closed(uv_handle_t *handle)
{
	engine_let_go(&((struct transfer_link *)handle->data)->engine);
}

static void on_link_gone(struct engine *e)
{
	e->t->n_engines--;
	free((char *)e - offsetof(struct transfer_link, engine));
}

static int link_url(const struct transfer_server *s, char url[URL_SIZE])
{
	bool is_v6 = strchr(s->host, ':') != NULL;
	int len =
		snprintf(url, URL_SIZE, "%s://%s%s%s:%u/%s", s->tls == TLS_FIRST ? "smtps" : "smtp",
			 is_v6 ? "[" : "", s->host, is_v6 ? "]" : "", s->port, s->helo);

	return len < 0 || len >= URL_SIZE ? ERR_LIMIT : ERR_OK;
}

static bool link_set_up(struct transfer_link *l, const struct transfer_server *s, const char *url)
{
	CURL *e = l->easy;
	CURLcode code = CURLE_OK;

	/* clang-format off */
	code |= curl_easy_setopt(e, CURLOPT_URL, url);
	code |= curl_easy_setopt(e, CURLOPT_PRIVATE, &l->errand);
	code |= curl_easy_setopt(e, CURLOPT_CONNECT_ONLY, 1L);
	code |= curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	code |= curl_easy_setopt(e, CURLOPT_PROXY, "");
	code |= curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	code |= curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)s->connect_ms);
	code |= curl_easy_setopt(e, CURLOPT_USE_SSL, (long)(s->tls == TLS_STARTTLS ? CURLUSESSL_ALL : CURLUSESSL_NONE));
	code |= curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	code |= curl_easy_setopt(e, CURLOPT_SSL_ENABLE_ALPN, 0L);
	code |= curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_hello_line);
	code |= curl_easy_setopt(e, CURLOPT_HEADERDATA, l);
	code |= curl_easy_setopt(e, CURLOPT_ERRORBUFFER, l->why);
	/* clang-format on */
	if (s->ca_file[0] != '\0')
		code |= curl_easy_setopt(e, CURLOPT_CAINFO, s->ca_file);
	l->needs_login = s->user[0] != '\0';
	if (l->needs_login) {
		code |= curl_easy_setopt(e, CURLOPT_USERNAME, s->user);
		code |= curl_easy_setopt(e, CURLOPT_PASSWORD, s->password);
	}
	return code == CURLE_OK;
}

int transfer_link_open(struct transfer *t, const struct transfer_server *server,
		       const struct transfer_link_ops *ops, void *ctx,
		       struct transfer_link **link_out)
{
	struct transfer_link *l;
	char url[URL_SIZE];
	int err = link_url(server, url);

	if (err != ERR_OK)
		return err;
	l = calloc(1, sizeof(*l));
	if (l == NULL)
		return ERR_NOMEM;
	if (engine_start(&l->engine, t, on_link_gone) != ERR_OK) {
		free(l);
		return ERR_NOMEM;
	}
	l->errand.over = on_link_over;
	l->ops = ops;
	l->ctx = ctx;
	l->easy = curl_easy_init();
	if (l->easy == NULL || !link_set_up(l, server, url) ||
	    curl_multi_add_handle(l->engine.multi, l->easy) != CURLM_OK) {
		transfer_link_close(&l);
		return ERR_NOMEM;
	}
	*link_out = l;
	return ERR_OK;
}

void transfer_link_close(struct transfer_link **link)
{
	struct transfer_link *l = *link;

	if (l == NULL)
		return;
	*link = NULL;
	if (l->is_polled) {
		uv_poll_stop(&l->poll);
		uv_close((uv_handle_t *)&l->poll, on_poll_closed);
	}
	/* Taken out of its multi handle, a connection that was only made is closed without a QUIT. */
	if (l->easy != NULL)
		curl_multi_remove_handle(l->engine.multi, l->easy);
	curl_easy_cleanup(l->easy);
	engine_stop(&l->engine);
}

int transfer_link_send(struct transfer_link *l, struct bytes octets, size_t *n_out)
{
	CURLcode code = curl_easy_send(l->easy, octets.ptr, octets.len, n_out);

	if (code == CURLE_AGAIN || (code == CURLE_OK && *n_out == 0))
		return ERR_BUSY;
	return code == CURLE_OK ? ERR_OK : ERR_IO;
}

int transfer_link_recv(struct transfer_link *l, void *buf, size_t size, size_t *n_out)
{
	CURLcode code = curl_easy_recv(l->easy, buf, size, n_out);

	if (code == CURLE_AGAIN)
		return ERR_BUSY;
	return code == CURLE_OK && *n_out > 0 ? ERR_OK : ERR_IO;
}

void transfer_link_want(struct transfer_link *l, bool wants_to_write)
{
	if (l->wants_to_write == wants_to_write)
		return;
	l->wants_to_write = wants_to_write;
	uv_poll_start(&l->poll, UV_READABLE | (wants_to_write ? UV_WRITABLE : 0), on_link_ready);
}

/* --- beginning and end --- */

int transfer_new(uv_loop_t *loop, struct transfer **t_out)
{
	struct transfer *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return ERR_NOMEM;
	t->loop = loop;
	if (curl_global_init(CURL_GLOBAL_ALL) != CURLE_OK ||
	    engine_start(&t->engine, t, NULL) != ERR_OK) {
		free(t);
		return ERR_NOMEM;
	}
	curl_multi_setopt(t->engine.multi, CURLMOPT_MAXCONNECTS, (long)TRANSFERS_MAX);
	*t_out = t;
	return ERR_OK;
}

void transfer_free(struct transfer **transfer)
{
	struct transfer *t = *transfer;

	if (t == NULL)
		return;
	while (t->calls != NULL)
		finish(&t->calls->errand, CURLE_ABORTED_BY_CALLBACK);
	engine_stop(&t->engine);
	while (t->engine.n_open > 0 || t->n_engines > 1)
		uv_run(t->loop, UV_RUN_ONCE);
	curl_global_cleanup();
	free(t);
	*transfer = NULL;
}
