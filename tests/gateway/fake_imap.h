/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fake_imap - a small IMAP server in a child process, without TLS, on a free port of the
 * loopback: one folder that is read, one connection at a time, and a list of ways to
 * misbehave. What it holds and counts lies in memory that the test shares with it.
 */
#ifndef TESTS_GATEWAY_FAKE_IMAP_H
#define TESTS_GATEWAY_FAKE_IMAP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define FAKE_MAILS_MAX 64
#define FAKE_MAIL_SIZE 2048

enum fake_place { FAKE_INBOX, FAKE_DONE, FAKE_REFUSED, FAKE_GONE };

struct fake_mail {
	uint32_t uid;
	enum fake_place place;
	bool is_deleted;  /* marked so */
	bool is_expunged; /* by another client, while the folder is open: named, and empty */
	char date[40];    /* INTERNALDATE */
	char text[FAKE_MAIL_SIZE];
};

/* What it does wrong, once each time that it comes to it. */
enum fake_fault {
	FAULT_NONE,
	FAULT_EOF_GREETING, /* closes before it has greeted */
	FAULT_PREAUTH,
	FAULT_NO_UIDVALIDITY,
	FAULT_NO_UIDNEXT,
	FAULT_SELECT_NO,
	FAULT_SEARCH_ODD, /* unsorted, twice, too small */
	/* answers of FETCH */
	FAULT_EOF_LITERAL,
	FAULT_HUGE_LITERAL,
	FAULT_OVER_LITERAL,
	FAULT_NEGATIVE_LITERAL,
	FAULT_LONG_LITERAL,
	FAULT_LONG_LINE,
	FAULT_NEST,
	FAULT_STALL,
	FAULT_TRICKLE,
	FAULT_ENDLESS,
	FAULT_END_LINE,
	FAULT_FLOOD,
	FAULT_OTHER_ORDER,
	/* of others */
	FAULT_BYE_IN_IDLE,
	FAULT_NEWS_WITH_IDLE,
	FAULT_MUTE_IDLE, /* says nothing of a mail that comes meanwhile */
	FAULT_MOVE_NO,
	FAULT_MOVE_ILL,
	FAULT_MOVE_LIES, /* OK, and nothing moves */
	FAULT_NO_FOLDER, /* of the done one, until it is made */
	FAULT_CLOSE_AFTER_FETCH,
	FAULT_BAD_TOKEN,
};

struct fake_imap {
	pid_t pid;
	unsigned port;
	volatile enum fake_fault fault;
	volatile unsigned long amount; /* of some */
	volatile bool has_move, has_idle, has_uidplus;
	volatile uint32_t uid_validity, uid_next;
	volatile unsigned n_connections, n_fetches, n_bodies, n_moves, n_copies, n_creates, n_idles;
	volatile bool has_folder;
	char said[256]; /* the last line that the client said */
	struct fake_mail mails[FAKE_MAILS_MAX];
	volatile unsigned n_mails;
};

/* In memory that is shared; it listens when this returns. */
struct fake_imap *fake_imap_start(void);
void fake_imap_stop(struct fake_imap *f);
/* A mail in the folder, with the next UID. */
struct fake_mail *fake_imap_add(struct fake_imap *f, const char *text);
unsigned fake_imap_count(const struct fake_imap *f, enum fake_place place);

#endif
