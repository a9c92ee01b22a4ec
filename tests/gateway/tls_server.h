/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tls_server - certificates, right and wrong ones, and a server on a free port of the
 * loopback that shows one, speaks a few words of IMAP, and closes.
 */
#ifndef TESTS_GATEWAY_TLS_SERVER_H
#define TESTS_GATEWAY_TLS_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

enum tls_cert {
	CERT_RIGHT, /* for localhost and 127.0.0.1, by our authority */
	CERT_WRONG_HOST,
	CERT_EXPIRED,
	CERT_NOT_YET,
	CERT_SELF_SIGNED,
	CERT_OTHER_CA,
};

enum tls_manner {
	TLS_AT_ONCE,
	TLS_AFTER_STARTTLS,
	TLS_NOT_OFFERED,
	TLS_INJECTED, /* octets behind the answer to STARTTLS, in the clear */
	TLS_SILENT,   /* takes the connection, and says nothing */
	TLS_PLAIN,
};

struct tls_server {
	pid_t pid;
	unsigned port;
	volatile unsigned *n_words; /* lines that a client said before TLS stood, shared */
};

/* The authority's certificate as a file. */
void tls_authority(const char *path);
/* Each connection is served in one way. */
struct tls_server tls_server_start(enum tls_cert cert, enum tls_manner manner);
void tls_server_stop(struct tls_server *s);

#endif
