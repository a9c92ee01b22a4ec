/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_tls - the stream under libetpan's IMAP: libcurl connects, verifies and
 * encrypts (CURLOPT_CONNECT_ONLY); waits and octets are bounded for each command.
 *
 * libetpan verifies no certificate, bounds no answer, and waits per read: a server that
 * sends an octet a second, or one line for ever, would hold or fill us. So before each
 * command mail_tls_budget() says how long it may take and how much it may bring.
 * Promises: no octet of IMAP leaves before the certificate was found good for this host;
 *           without TLS only to this machine itself.
 * Threads:  one process, one stream at a time; blocking.
 */
#ifndef GATEWAY_MAIL_MAIL_TLS_H
#define GATEWAY_MAIL_MAIL_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"

/* libetpan's mailstream. */
struct _mailstream;

struct mail_tls_conf {
	const char *host;
	const char *ca_file; /* "": the system's */
	unsigned port;
	enum conf_tls tls;
	int64_t connect_ms; /* name, connection and handshake */
};

/*
 * With STARTTLS the greeting was read already. ERR_IO: nobody answers, for now; ERR_ACCESS:
 * it isn't the server that we trust, or it has no TLS: why_out says so in one line.
 */
int mail_tls_open(const struct mail_tls_conf *c, struct _mailstream **s_out, char *why_out,
		  size_t why_size);
/* What the next command may take. */
void mail_tls_budget(struct _mailstream *s, int64_t ms, size_t octets);

enum mail_wait { MAIL_WAIT_DATA, MAIL_WAIT_TIMEOUT, MAIL_WAIT_OTHER, MAIL_WAIT_GONE };
/* Until the server says something, or other_fd can be read (-1: none); octets that came already count. */
enum mail_wait mail_tls_wait(struct _mailstream *s, int other_fd, int64_t ms);

enum mail_tls_end { MAIL_TLS_OPEN, MAIL_TLS_CLOSED, MAIL_TLS_TOO_LATE, MAIL_TLS_TOO_MUCH };
/* Why the last read or write failed. */
enum mail_tls_end mail_tls_end(struct _mailstream *s);

#endif
