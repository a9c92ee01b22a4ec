/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whom the mail process talks to, and whom it doesn't: gateway/mail/mail_tls. */
#include "gateway/mail/mail_tls.h"

#include <libetpan/libetpan.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "parsers/err.h"
#include "tests/gateway/tls_server.h"
#include "tests/tap.h"

static char ca[4096];

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static const struct {
	enum tls_cert cert;
	enum tls_manner manner;
	enum conf_tls tls;
	const char *host;
	int err;
	const char *words; /* in why */
	const char *promise;
} rows[] = {
	/* clang-format off */
	{ CERT_RIGHT,       TLS_AT_ONCE,        TLS_FIRST,    "localhost", ERR_OK,     "", "the right certificate is taken" },
	{ CERT_RIGHT,       TLS_AFTER_STARTTLS, TLS_STARTTLS, "localhost", ERR_OK,     "", "so it is after STARTTLS" },
	{ CERT_RIGHT,       TLS_AT_ONCE,        TLS_FIRST,    "127.0.0.1", ERR_OK,     "", "and by address" },
	{ CERT_WRONG_HOST,  TLS_AT_ONCE,        TLS_FIRST,    "localhost", ERR_ACCESS, "it is of another host", "another host's isn't" },
	{ CERT_WRONG_HOST,  TLS_AFTER_STARTTLS, TLS_STARTTLS, "localhost", ERR_ACCESS, "it is of another host", "nor after STARTTLS" },
	{ CERT_EXPIRED,     TLS_AT_ONCE,        TLS_FIRST,    "localhost", ERR_ACCESS, "it has expired", "nor one that has expired" },
	{ CERT_EXPIRED,     TLS_AFTER_STARTTLS, TLS_STARTTLS, "localhost", ERR_ACCESS, "it has expired", "nor after STARTTLS" },
	{ CERT_NOT_YET,     TLS_AT_ONCE,        TLS_FIRST,    "localhost", ERR_ACCESS, "it isn't valid yet", "nor one of tomorrow" },
	{ CERT_SELF_SIGNED, TLS_AT_ONCE,        TLS_FIRST,    "localhost", ERR_ACCESS, "no authority that we trust", "nor one that signed itself" },
	{ CERT_OTHER_CA,    TLS_AT_ONCE,        TLS_FIRST,    "localhost", ERR_ACCESS, "no authority that we trust", "nor one by a stranger" },
	{ CERT_OTHER_CA,    TLS_AFTER_STARTTLS, TLS_STARTTLS, "localhost", ERR_ACCESS, "no authority that we trust", "nor after STARTTLS" },
	{ CERT_RIGHT,       TLS_NOT_OFFERED,    TLS_STARTTLS, "localhost", ERR_ACCESS, "offers no STARTTLS", "without STARTTLS nothing is said" },
	{ CERT_RIGHT,       TLS_PLAIN,          TLS_FIRST,    "localhost", ERR_IO,     "can't connect", "nor where TLS should be and isn't" },
	{ CERT_RIGHT,       TLS_INJECTED,       TLS_STARTTLS, "localhost", ERR_IO,     "can't connect", "words put behind STARTTLS end it" },
	{ CERT_RIGHT,       TLS_SILENT,         TLS_FIRST,    "localhost", ERR_IO,     "can't connect", "a server that says nothing isn't waited for" },
	{ CERT_RIGHT,       TLS_SILENT,         TLS_STARTTLS, "localhost", ERR_IO,     "can't connect", "nor is its greeting" },
	{ CERT_RIGHT,       TLS_PLAIN,          TLS_NONE,     "127.0.0.1", ERR_OK,     "", "on this machine it may be in the clear" },
	/* clang-format on */
};

static void test_row(size_t i)
{
	struct tls_server s = tls_server_start(rows[i].cert, rows[i].manner);
	struct mail_tls_conf c = { .host = rows[i].host,
				   .ca_file = ca,
				   .port = s.port,
				   .tls = rows[i].tls,
				   .connect_ms = rows[i].manner == TLS_SILENT ? 500 : 10000 };
	mailstream *stream = NULL;
	char why[256] = "";
	int64_t from = now_ms();
	int err = mail_tls_open(&c, &stream, why, sizeof(why));

	if (err == ERR_OK)
		mailstream_close(stream);
	ok(err == rows[i].err && (err == ERR_OK || strstr(why, rows[i].words) != NULL),
	   "%s (%d%s%s)", rows[i].promise, err, err != ERR_OK ? ", " : "",
	   err != ERR_OK ? why : "");
	if (rows[i].manner == TLS_SILENT && now_ms() - from > 3000)
		ok(false, "which took %lld ms", (long long)(now_ms() - from));
	/* CAPABILITY and STARTTLS: no name, no password. */
	if (rows[i].tls == TLS_STARTTLS && *s.n_words > 2)
		ok(false, "a client that isn't sure says nothing (%u lines)", *s.n_words);
	tls_server_stop(&s);
}

/* What the environment says of proxies is nobody's business here. */
static void test_stream(void)
{
	struct tls_server s = tls_server_start(CERT_RIGHT, TLS_AT_ONCE);
	struct mail_tls_conf c = { .host = "localhost",
				   .ca_file = ca,
				   .port = s.port,
				   .tls = TLS_FIRST,
				   .connect_ms = 1000 };
	mailstream *stream = NULL;
	char why[256] = "", buf[64];
	int64_t from;

	setenv("https_proxy", "http://127.0.0.1:1/", 1);
	is_int(mail_tls_open(&c, &stream, why, sizeof(why)), ERR_OK, "no proxy is asked");
	mail_tls_budget(stream, 1000, 1000);
	ok(mail_tls_wait(stream, -1, 1000) == MAIL_WAIT_DATA, "it says when there is something");
	ok(mail_tls_wait(stream, -1, 1000) == MAIL_WAIT_DATA,
	   "also of what was read already, and isn't on the wire any more");
	is_int(mailstream_read(stream, buf, sizeof(buf)), 17, "which then is there");
	from = now_ms();
	ok(mail_tls_wait(stream, -1, 100) == MAIL_WAIT_TIMEOUT && now_ms() - from >= 100,
	   "when there is nothing it waits, and no longer");
	mail_tls_budget(stream, 50, 1000);
	ok(mailstream_read(stream, buf, sizeof(buf)) < 0 &&
		   mail_tls_end(stream) == MAIL_TLS_TOO_LATE,
	   "a read has its time");
	mail_tls_budget(stream, 1000, 0);
	ok(mailstream_read(stream, buf, sizeof(buf)) < 0 &&
		   mail_tls_end(stream) == MAIL_TLS_TOO_MUCH,
	   "and its octets");
	tls_server_stop(&s);
	mail_tls_budget(stream, 1000, 1000);
	ok(mail_tls_wait(stream, -1, 1000) == MAIL_WAIT_GONE, "a server that goes is gone");
	ok(mailstream_read(stream, buf, sizeof(buf)) == -1 &&
		   mail_tls_end(stream) == MAIL_TLS_CLOSED,
	   "the end of the stream is no empty line");
	mailstream_close(stream);
}

static void test_nobody(void)
{
	struct mail_tls_conf c = { .host = "localhost",
				   .ca_file = "/nowhere.pem",
				   .port = 1,
				   .tls = TLS_FIRST,
				   .connect_ms = 1000 };
	mailstream *stream = NULL;
	char why[256] = "";

	is_int(mail_tls_open(&c, &stream, why, sizeof(why)), ERR_IO,
	       "nobody listens: that may change (%s)", why);
}

int main(void)
{
	plan(0);
	snprintf(ca, sizeof(ca), "%s/ca.pem", temp_dir());
	tls_authority(ca);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		test_row(i);
	test_stream();
	test_nobody();
	return done_testing();
}
