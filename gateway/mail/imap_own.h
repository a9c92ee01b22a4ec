/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * imap_own - what the rooms of the IMAP client share, and nobody else sees.
 */
#ifndef GATEWAY_MAIL_IMAP_OWN_H
#define GATEWAY_MAIL_IMAP_OWN_H

#include "gateway/mail/imap_session.h"

struct mailimap;
struct mailimap_set;

struct imap {
	struct mailimap *m;
	int64_t command_ms;
	bool is_over; /* something went wrong: no further word to this server */
	bool has_idle, has_move, has_uidplus;
	char words[IMAP_WHY_SIZE];
};

/* Of an answer that isn't a list: what a server says at most, with its news of other mails. */
#define IMAP_ANSWER_BYTES ((size_t)64 * 1024)
/* A 10 MB mail over a poor line; what is larger gets more. */
#define IMAP_BYTES_A_SECOND ((size_t)64 * 1024)

/* Before each command. octets beyond IMAP_ANSWER_BYTES. */
void imap_budget(struct imap *im, size_t octets);
/* libetpan's result as ours, with words. */
int imap_result(struct imap *im, int r);
/* Ours to give back with mailimap_set_free(). NULL: out of memory. uids ascend. */
struct mailimap_set *imap_set_of(const uint32_t *uids, size_t n);

#endif
