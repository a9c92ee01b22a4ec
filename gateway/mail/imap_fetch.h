/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * imap_fetch - what lies in the selected folder: its UIDs, what the server knows of
 * them, and the mails themselves. Nothing here changes anything at the server: \Seen
 * isn't set, and means nothing to us.
 *
 * Never asks for BODYSTRUCTURE or ENVELOPE: a mail shapes them, and libetpan's parser
 * recurses.
 */
#ifndef GATEWAY_MAIL_IMAP_FETCH_H
#define GATEWAY_MAIL_IMAP_FETCH_H

#include "gateway/mail/imap_session.h"

/* All UIDs from first on, ascending, each once; the caller frees. */
int imap_uids(struct imap *im, uint32_t first, uint32_t **uids_out, size_t *n_out);

struct imap_about {
	uint32_t uid;
	uint64_t size; /* octets */
	struct wall received;
};
/*
 * Of those UIDs that are still there, in the order that they were asked for; about_out
 * has room for n. One that somebody took away is left out, without a word.
 */
int imap_about(struct imap *im, const uint32_t *uids, size_t n, struct imap_about *about_out,
	       size_t *n_out);

struct imap_mail {
	struct imap_about about;
	struct bytes octets; /* from the beginning, as many as were asked for; of the result */
};
struct imap_mails {
	struct imap_mail *mails;
	size_t n;
	void *own; /* libetpan's list */
};
/* At most octets_max of each; n and what they hold are the caller's to bound. Left out as above. */
int imap_fetch(struct imap *im, const struct imap_about *about, size_t n, size_t octets_max,
	       struct imap_mails *mails_out);
void imap_mails_free(struct imap_mails *mails);

#endif
