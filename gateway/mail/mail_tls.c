/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/mail/mail_tls.h"

#include <curl/curl.h>
#include <errno.h>
#include <libetpan/libetpan.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "parsers/tls_words.h"
#include "parsers/clock.h"
#include "parsers/err.h"

/* Of libetpan's read buffer: a mail of some 100 KB comes in a few reads. */
#define STREAM_BUFFER (32 * 1024)
/* Before the first budget: a greeting. */
#define GREETING_BYTES ((size_t)64 * 1024)

struct tls {
	CURL *easy;
	curl_socket_t fd;
	struct mono deadline;
	size_t room; /* octets that the command may still bring */
	enum mail_tls_end end;
};

static struct mono mono_now(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (struct mono){ t.tv_sec * SECOND_MS + t.tv_nsec / 1000000 };
}

/* --- the driver --- */

static bool wait_fd(struct tls *t, short events)
{
	struct pollfd p = { .fd = t->fd, .events = events };
	int64_t left = t->deadline.ms - mono_now().ms;
	int n = left > 0 ? poll(&p, 1, (int)left) : 0;

	if (n == 0)
		t->end = MAIL_TLS_TOO_LATE;
	else if (n < 0 && errno != EINTR)
		t->end = MAIL_TLS_CLOSED;
	return t->end == MAIL_TLS_OPEN;
}

/* 0 is the end of the stream for curl; libetpan would take it for an empty line, for ever. */
static ssize_t moved(struct tls *t, size_t n)
{
	if (n == 0)
		t->end = MAIL_TLS_CLOSED;
	return n > 0 ? (ssize_t)n : -1;
}

static ssize_t tls_read(mailstream_low *low, void *buf, size_t n)
{
	struct tls *t = low->data;
	size_t done = 0;
	CURLcode r;

	t->end = MAIL_TLS_OPEN;
	if (n > t->room)
		n = t->room;
	if (n == 0) {
		t->end = MAIL_TLS_TOO_MUCH;
		return -1;
	}
	/* Always first: octets may wait inside the TLS layer, where poll() doesn't see them. */
	while ((r = curl_easy_recv(t->easy, buf, n, &done)) == CURLE_AGAIN) {
		if (!wait_fd(t, POLLIN))
			return -1;
	}
	if (r != CURLE_OK)
		done = 0;
	t->room -= done;
	return moved(t, done);
}

static ssize_t tls_write(mailstream_low *low, const void *buf, size_t n)
{
	struct tls *t = low->data;
	size_t done = 0;
	CURLcode r;

	t->end = MAIL_TLS_OPEN;
	while ((r = curl_easy_send(t->easy, buf, n, &done)) == CURLE_AGAIN) {
		if (!wait_fd(t, POLLOUT))
			return -1;
	}
	return moved(t, r == CURLE_OK ? done : 0);
}

static int tls_fd(mailstream_low *low)
{
	return ((struct tls *)low->data)->fd;
}

static int tls_close(mailstream_low *low)
{
	struct tls *t = low->data;

	curl_easy_cleanup(t->easy);
	t->easy = NULL;
	return 0;
}

/* libetpan leaves both to the driver. */
static void tls_free(mailstream_low *low)
{
	free(low->data);
	free(low);
}

static void tls_cancel(mailstream_low *low)
{
	(void)low;
}

static mailstream_low_driver driver = {
	.mailstream_read = tls_read,
	.mailstream_write = tls_write,
	.mailstream_close = tls_close,
	.mailstream_get_fd = tls_fd,
	.mailstream_free = tls_free,
	.mailstream_cancel = tls_cancel,
};

static struct tls *tls_of(mailstream *s)
{
	return mailstream_get_low(s)->data;
}

/* --- connecting --- */

static void set_up(CURL *easy, const struct mail_tls_conf *c, char *words)
{
	/* http, https: only the connection, the greeting is libetpan's. imap: curl reads greeting, CAPABILITY, STARTTLS. */
	static const char *const schemes[] = {
		[TLS_FIRST] = "https", [TLS_STARTTLS] = "imap", [TLS_NONE] = "http"
	};
	const char *brackets = strchr(c->host, ':') != NULL ? "[]" : "";
	char url[300];

	snprintf(url, sizeof(url), "%s://%.1s%s%s:%u/", schemes[c->tls], brackets, c->host,
		 brackets[0] != '\0' ? brackets + 1 : "", c->port);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
	/* None offered: fail, and say nothing of ours. */
	curl_easy_setopt(easy, CURLOPT_USE_SSL,
			 (long)(c->tls == TLS_NONE ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	curl_easy_setopt(easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	/* Else https_proxy of the environment is used. */
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)c->connect_ms);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, words);
	if (c->ca_file[0] != '\0')
		curl_easy_setopt(easy, CURLOPT_CAINFO, c->ca_file);
}

static const char *cert_fault(CURL *easy, const char *words)
{
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &status);
	/* curl names the certificate's subject here, which isn't what counts. */
	return tls_words(status,
			 strstr(words, "does not match") != NULL ? "it is of another host" : words);
}

static int explain(CURL *easy, CURLcode r, const struct mail_tls_conf *c, const char *words,
		   char *why_out, size_t why_size)
{
	if (words[0] == '\0')
		words = curl_easy_strerror(r);
	switch (r) {
	case CURLE_PEER_FAILED_VERIFICATION:
		snprintf(why_out, why_size, "the certificate of %s:%u is refused: %s", c->host,
			 c->port, cert_fault(easy, words));
		return ERR_ACCESS;
	case CURLE_USE_SSL_FAILED:
		snprintf(why_out, why_size,
			 "%s:%u offers no STARTTLS, and nothing is said in the clear", c->host,
			 c->port);
		return ERR_ACCESS;
	case CURLE_SSL_CACERT_BADFILE:
		snprintf(why_out, why_size, "ca_file %s can't be used: %s", c->ca_file, words);
		return ERR_ACCESS;
	default:
		snprintf(why_out, why_size, "can't connect to %s:%u: %s", c->host, c->port, words);
		return ERR_IO;
	}
}

static bool is_this_machine(CURL *easy)
{
	const char *address = NULL;

	curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address);
	return address != NULL && (strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0);
}

static int connect_only(struct tls *t, const struct mail_tls_conf *c, char *why_out,
			size_t why_size)
{
	char words[CURL_ERROR_SIZE] = "";
	CURLcode r;

	set_up(t->easy, c, words);
	r = curl_easy_perform(t->easy);
	if (r == CURLE_OK)
		r = curl_easy_getinfo(t->easy, CURLINFO_ACTIVESOCKET, &t->fd);
	curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, NULL);
	if (r != CURLE_OK)
		return explain(t->easy, r, c, words, why_out, why_size);
	if (c->tls == TLS_NONE && !is_this_machine(t->easy)) {
		snprintf(why_out, why_size,
			 "%s:%u isn't this machine: nothing is said in the clear", c->host,
			 c->port);
		return ERR_ACCESS;
	}
	t->deadline.ms = mono_now().ms + c->connect_ms;
	t->room = GREETING_BYTES;
	return ERR_OK;
}

static mailstream *stream_of(struct tls *t)
{
	mailstream_low *low = mailstream_low_new(t, &driver);
	mailstream *s = low != NULL ? mailstream_new(low, STREAM_BUFFER) : NULL;

	if (s == NULL)
		free(low);
	return s;
}

int mail_tls_open(const struct mail_tls_conf *c, struct _mailstream **s_out, char *why_out,
		  size_t why_size)
{
	struct tls *t = calloc(1, sizeof(*t));
	mailstream *s = NULL;
	int err = ERR_NOMEM;

	snprintf(why_out, why_size, "out of memory");
	if (t != NULL && (t->easy = curl_easy_init()) != NULL)
		err = connect_only(t, c, why_out, why_size);
	if (err == ERR_OK && (s = stream_of(t)) == NULL)
		err = ERR_NOMEM;
	if (err == ERR_OK) {
		*s_out = s;
		return ERR_OK;
	}
	if (t != NULL && t->easy != NULL)
		curl_easy_cleanup(t->easy);
	free(t);
	return err;
}

/* --- waits and budgets --- */

void mail_tls_budget(struct _mailstream *s, int64_t ms, size_t octets)
{
	struct tls *t = tls_of(s);

	t->deadline.ms = mono_now().ms + ms;
	t->room = octets;
	t->end = MAIL_TLS_OPEN;
}

enum mail_tls_end mail_tls_end(struct _mailstream *s)
{
	return tls_of(s)->end;
}

/* Without a wait: what is here already, in either buffer. */
static enum mail_wait look(mailstream *s)
{
	struct tls *t = tls_of(s);
	struct mono keep = t->deadline;
	ssize_t n;

	t->deadline.ms = 0;
	n = mailstream_feed_read_buffer(s);
	t->deadline = keep;
	if (n > 0)
		return MAIL_WAIT_DATA;
	return t->end == MAIL_TLS_TOO_LATE ? MAIL_WAIT_TIMEOUT : MAIL_WAIT_GONE;
}

enum mail_wait mail_tls_wait(struct _mailstream *s, int other_fd, int64_t ms)
{
	struct pollfd fds[] = { { .fd = tls_of(s)->fd, .events = POLLIN },
				{ .fd = other_fd, .events = POLLIN } };
	int64_t until = mono_now().ms + ms;
	enum mail_wait found;

	while ((found = look(s)) == MAIL_WAIT_TIMEOUT) {
		int64_t left = until - mono_now().ms;
		int n = left > 0 ? poll(fds, ARRAY_LEN(fds), (int)left) : 0;

		if (n == 0)
			return MAIL_WAIT_TIMEOUT;
		if (n > 0 && fds[1].revents != 0)
			return MAIL_WAIT_OTHER;
		if (n < 0 && errno != EINTR)
			return MAIL_WAIT_GONE;
	}
	return found;
}
