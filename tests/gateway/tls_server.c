/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/gateway/tls_server.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <signal.h>
#include <stdint.h>
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

#define DAY_S (24 * 3600)

static void must(int result)
{
	if (result >= 0)
		return;
	fprintf(stderr, "# gnutls: %s\n", gnutls_strerror(result));
	abort();
}

/* --- certificates --- */

struct pair {
	gnutls_x509_crt_t cert;
	gnutls_x509_privkey_t key;
};

static struct pair blank(const char *name, time_t from, time_t until)
{
	static unsigned char serial;
	struct pair p;

	must(gnutls_x509_privkey_init(&p.key));
	must(gnutls_x509_privkey_generate(p.key, GNUTLS_PK_ECDSA,
					  GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
	must(gnutls_x509_crt_init(&p.cert));
	must(gnutls_x509_crt_set_version(p.cert, 3));
	serial++;
	must(gnutls_x509_crt_set_serial(p.cert, &serial, 1));
	must(gnutls_x509_crt_set_key(p.cert, p.key));
	must(gnutls_x509_crt_set_dn_by_oid(p.cert, GNUTLS_OID_X520_COMMON_NAME, 0, name,
					   (unsigned)strlen(name)));
	must(gnutls_x509_crt_set_activation_time(p.cert, from));
	must(gnutls_x509_crt_set_expiration_time(p.cert, until));
	return p;
}

static struct pair authority(const char *name)
{
	time_t now = time(NULL);
	struct pair p = blank(name, now - DAY_S, now + DAY_S);

	must(gnutls_x509_crt_set_basic_constraints(p.cert, 1, -1));
	must(gnutls_x509_crt_set_key_usage(p.cert, GNUTLS_KEY_KEY_CERT_SIGN));
	must(gnutls_x509_crt_sign2(p.cert, p.cert, p.key, GNUTLS_DIG_SHA256, 0));
	return p;
}

/* The tests' own, made with the first use. */
static struct pair *ours(void)
{
	static struct pair p;

	if (p.cert == NULL)
		p = authority("our authority");
	return &p;
}

static const struct {
	const char *host;
	int from_days, until_days;
} kinds[] = {
	[CERT_RIGHT] = { "localhost", -1, 1 },       [CERT_WRONG_HOST] = { "other.example", -1, 1 },
	[CERT_EXPIRED] = { "localhost", -2, -1 },    [CERT_NOT_YET] = { "localhost", 1, 2 },
	[CERT_SELF_SIGNED] = { "localhost", -1, 1 }, [CERT_OTHER_CA] = { "localhost", -1, 1 },
};

static struct pair certificate(enum tls_cert kind)
{
	static const unsigned char loopback[] = { 127, 0, 0, 1 };
	time_t now = time(NULL);
	struct pair p = blank(kinds[kind].host, now + kinds[kind].from_days * DAY_S,
			      now + kinds[kind].until_days * DAY_S);
	struct pair other = kind == CERT_OTHER_CA ? authority("somebody") : *ours();
	struct pair *signer = kind == CERT_SELF_SIGNED ? &p : &other;

	must(gnutls_x509_crt_set_subject_alt_name(p.cert, GNUTLS_SAN_DNSNAME, kinds[kind].host,
						  (unsigned)strlen(kinds[kind].host),
						  GNUTLS_FSAN_SET));
	if (kind != CERT_WRONG_HOST)
		must(gnutls_x509_crt_set_subject_alt_name(p.cert, GNUTLS_SAN_IPADDRESS, loopback,
							  sizeof(loopback), GNUTLS_FSAN_APPEND));
	must(gnutls_x509_crt_sign2(p.cert, signer->cert, signer->key, GNUTLS_DIG_SHA256, 0));
	return p;
}

void tls_authority(const char *path)
{
	char text[4096];
	size_t len = sizeof(text);
	FILE *f = fopen(path, "w");

	must(gnutls_x509_crt_export(ours()->cert, GNUTLS_X509_FMT_PEM, text, &len));
	if (f == NULL || fwrite(text, 1, len, f) != len || fclose(f) != 0)
		abort();
}

/* --- the server --- */

static void write_fd(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		_exit(0);
}

/* Answers until STARTTLS; false: the client went. */
static bool speak_plain(int fd, bool offers, volatile unsigned *n_words)
{
	FILE *in = fdopen(dup(fd), "r");
	char line[256], answer[320], tag[64];

	write_fd(fd, "* OK hi\r\n");
	setvbuf(in, NULL, _IONBF, 0); /* what comes behind is TLS's */
	while (fgets(line, sizeof(line), in) != NULL) {
		(*n_words)++;
		snprintf(tag, sizeof(tag), "%.*s", (int)strcspn(line, " "), line);
		if (strcasestr(line, "CAPABILITY") != NULL) {
			snprintf(answer, sizeof(answer),
				 "* CAPABILITY IMAP4rev1%s\r\n%s OK done\r\n",
				 offers ? " STARTTLS" : "", tag);
			write_fd(fd, answer);
		} else if (strcasestr(line, "STARTTLS") != NULL && offers) {
			snprintf(answer, sizeof(answer), "%s OK go\r\n", tag);
			write_fd(fd, answer);
			fclose(in);
			return true;
		} else {
			snprintf(answer, sizeof(answer), "%s OK done\r\n", tag);
			write_fd(fd, answer);
		}
	}
	fclose(in);
	return false;
}

/* After STARTTLS a client asks again what there is. */
static void answer_tls(gnutls_session_t session)
{
	char line[256], answer[320];
	ssize_t n;

	while ((n = gnutls_record_recv(session, line, sizeof(line) - 1)) > 0) {
		line[n] = '\0';
		snprintf(answer, sizeof(answer), "* CAPABILITY IMAP4rev1\r\n%.*s OK done\r\n",
			 (int)strcspn(line, " "), line);
		gnutls_record_send(session, answer, strlen(answer));
	}
}

static void speak_tls(int fd, bool greets, gnutls_certificate_credentials_t credentials)
{
	gnutls_session_t session;
	int r;

	must(gnutls_init(&session, GNUTLS_SERVER));
	must(gnutls_set_default_priority(session));
	must(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials));
	gnutls_transport_set_int(session, fd);
	do
		r = gnutls_handshake(session);
	while (r < 0 && gnutls_error_is_fatal(r) == 0);
	if (r < 0)
		_exit(0);
	if (greets)
		gnutls_record_send(session, "* OK behind TLS\r\n", 17);
	answer_tls(session);
	_exit(0);
}

static void serve(int fd, enum tls_manner manner, gnutls_certificate_credentials_t credentials,
		  volatile unsigned *n_words)
{
	switch (manner) {
	case TLS_AT_ONCE: break;
	case TLS_AFTER_STARTTLS:
		if (!speak_plain(fd, true, n_words))
			_exit(0);
		break;
	case TLS_INJECTED:
		if (!speak_plain(fd, true, n_words))
			_exit(0);
		write_fd(fd, "* CAPABILITY IMAP4rev1 EVIL\r\n* 1 EXISTS\r\n");
		break;
	case TLS_NOT_OFFERED:
	case TLS_PLAIN: (void)speak_plain(fd, false, n_words); _exit(0);
	case TLS_SILENT: pause(); _exit(0);
	}
	speak_tls(fd, manner == TLS_AT_ONCE, credentials);
}

static void run(int listener, enum tls_manner manner, struct pair pair, volatile unsigned *n_words)
{
	gnutls_certificate_credentials_t credentials;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	must(gnutls_certificate_allocate_credentials(&credentials));
	must(gnutls_certificate_set_x509_key(credentials, &pair.cert, 1, pair.key));
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			serve(fd, manner, credentials, n_words);
		}
		close(fd);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}

struct tls_server tls_server_start(enum tls_cert cert, enum tls_manner manner)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(at);
	struct tls_server s = { .n_words = mmap(NULL, sizeof(unsigned), PROT_READ | PROT_WRITE,
						MAP_SHARED | MAP_ANONYMOUS, -1, 0) };

	if (s.n_words == MAP_FAILED || bind(listener, (struct sockaddr *)&at, len) != 0 ||
	    listen(listener, 8) != 0 || getsockname(listener, (struct sockaddr *)&at, &len) != 0)
		abort();
	s.port = ntohs(at.sin_port);
	s.pid = fork();
	if (s.pid == 0)
		run(listener, manner, certificate(cert), s.n_words);
	close(listener);
	return s;
}

void tls_server_stop(struct tls_server *s)
{
	if (s->pid <= 0)
		abort();
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	munmap((void *)(uintptr_t)s->n_words, sizeof(unsigned));
}
