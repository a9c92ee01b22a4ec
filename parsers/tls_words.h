/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tls_words - what is wrong with a server's certificate, in words that a person can act on.
 *
 * Threads: any; pure.
 */
#ifndef PARSERS_TLS_WORDS_H
#define PARSERS_TLS_WORDS_H

/* status: what GnuTLS found (gnutls_certificate_status_t), as libcurl hands it on. otherwise: when it found nothing. */
const char *tls_words(long status, const char *otherwise);

#endif
