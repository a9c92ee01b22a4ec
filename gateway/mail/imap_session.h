/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * imap_session - one connection to an IMAP server, logged in; what libetpan leaves
 * open is closed here: every command has its time and octets, and a session in which
 * anything went wrong is never used again.
 *
 * All commands (also those of imap_fetch and imap_move) return ERR_OK; ERR_ACCESS: the
 * server says no, and the session goes on; anything else: it is over, imap_close() it.
 * imap_words() says the reason of the last one that wasn't ERR_OK.
 * Threads: one process, one session; blocking.
 */
#ifndef GATEWAY_MAIL_IMAP_SESSION_H
#define GATEWAY_MAIL_IMAP_SESSION_H

#include "gateway/mail/mail_tls.h"
#include "parsers/mail_wire.h"

struct imap;

struct imap_conf {
	struct mail_tls_conf tls;
	enum conf_imap_auth login;
	const char *user;
	const char *password; /* or the token of XOAUTH2 */
	int64_t command_ms;   /* for one command that brings no mail */
};

#define IMAP_WHY_SIZE 256

/* Connected, logged in, its abilities asked for. ERR_ACCESS: it can't be without a person; ERR_IO: later. */
int imap_open(const struct imap_conf *c, struct imap **im_out, char why_out[IMAP_WHY_SIZE]);
/* Says goodbye if the session is whole. */
void imap_close(struct imap **im);
/* One line, clean. */
const char *imap_words(const struct imap *im);

/* The name is UTF-8. Read and write. */
int imap_select(struct imap *im, const char *folder, struct mail_folder *folder_out);
int imap_create(struct imap *im, const char *folder);
int imap_noop(struct imap *im);
bool imap_has_idle(const struct imap *im);
/* How many mails the server says that there are, with whatever it answered last: it says so once. */
uint32_t imap_exists(const struct imap *im);
/*
 * Waits until the server has news, other_fd can be read, or ms are over: with IDLE, else
 * silently. ERR_OK: *wait_out is what ended it.
 */
int imap_wait(struct imap *im, int other_fd, int64_t ms, enum mail_wait *wait_out);

#endif
