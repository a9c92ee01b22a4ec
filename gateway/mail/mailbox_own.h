/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mailbox_own - what the rooms of the mailbox share: its loop (mailbox.c), what it
 * says to the core (mailbox_core.c), and one pass over the folder (mailbox_work.c).
 *
 * A function that returns ERR_CANCELLED: the core is gone. Any other error but
 * ERR_ACCESS: the session is over.
 */
#ifndef GATEWAY_MAIL_MAILBOX_OWN_H
#define GATEWAY_MAIL_MAILBOX_OWN_H

#include "gateway/mail/imap_session.h"
#include "gateway/mail/mailbox.h"
#include "gateway/mail/reader.h"
#include "gateway/mail/worklist.h"

/* What is wrong while the mailbox works. */
enum mailbox_fault { FAULT_MOVE, FAULT_READ, FAULT_FETCH, MAILBOX_FAULTS };

struct mailbox {
	const struct mail_hello *hello;
	struct core_link *core;
	struct reader *reader;
	struct arena *arena; /* of the texts of imap */
	struct imap_conf imap;
	const char *folder_name, *done_name, *refused_name;
	struct imap *im; /* NULL: not connected */
	struct mail_folder folder;
	struct mail_begin begin; /* of the folder, when its UIDVALIDITY is the folder's */
	struct worklist work;
	struct mono looked_at;
	struct mono busy_at; /* when mails were fetched last; 0: not yet */
	uint32_t exists;     /* mails that the server knew of just before we looked */
	bool must_look;
	bool is_asked; /* for the UIDs */
	/* The core, or the disk, takes nothing before then. */
	struct mono hold_until;
	int64_t hold_ms;
	char faults[MAILBOX_FAULTS][IMAP_WHY_SIZE];
	char told[MAILBOX_FAULTS * IMAP_WHY_SIZE]; /* of the state that was told last */
	uint32_t told_state;
};

struct mono mailbox_mono(void);
struct wall mailbox_wall(void);

/* --- mailbox_core.c --- */

/* All that the core has said, waited for at most ms if there is nothing. */
int mailbox_hear(struct mailbox *mb, int64_t ms);
/* words "": none. Told when it changed: up, or degraded by its faults. */
int mailbox_tell_up(struct mailbox *mb);
int mailbox_tell_down(struct mailbox *mb, const char *words);
/* Asks where the selected folder begins, and waits for the answer. */
int mailbox_ask_begin(struct mailbox *mb);
/* Answers what was asked about UIDs. */
int mailbox_tell_uids(struct mailbox *mb);
int mailbox_tell_moved(struct mailbox *mb, const uint32_t *uids, size_t n, const char *why);
/* Nothing is fetched for a while. */
void mailbox_hold(struct mailbox *mb);
void mailbox_set_fault(struct mailbox *mb, enum mailbox_fault fault, const char *what,
		       const char *why);

/* --- mailbox_work.c --- */

/* What lies there now. */
int mailbox_look(struct mailbox *mb);
/* Fetches, reads, hands over, hears, moves, until there is nothing that can be done now. */
int mailbox_work(struct mailbox *mb);

#endif
