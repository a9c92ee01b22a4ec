/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_wire - the frames between the core and the mail process of a mailbox, and
 * from a cell to the mail process that forked it.
 *
 * A frame is a length of four octets, an octet that says its kind, and a body:
 * a protobuf message (parsers/mail_wire.proto), or of FRAME_OCTETS the octets.
 * Promises: what was decoded is within the bounds of parsers/mail.h and its texts
 *           are clean UTF-8, whoever wrote the frame: a cell may be in the hands of
 *           the mail that it reads.
 * No state. Everything decoded lives in the arena.
 */
#ifndef PARSERS_MAIL_WIRE_H
#define PARSERS_MAIL_WIRE_H

#include "parsers/mail.h"
#include "parsers/message.h"
#include "parsers/strbuf.h"

/* Length and kind. */
#define MAIL_WIRE_HEAD 5
/* Behind the kind; the texts of a mail are bounded by what reads it. Octets of one attachment may be longer. */
#define MAIL_WIRE_BODY_MAX ((size_t)2 * 1024 * 1024)
/* In one frame; the list goes on in the next one. */
#define MAIL_WIRE_UIDS_MAX 4096

enum mail_frame_kind {
	/* core to mail process */
	FRAME_HELLO = 1, /* once, first */
	FRAME_BEGIN,     /* the answer to FRAME_FOLDER */
	FRAME_SETTLED,   /* what became of mails that arrived */
	FRAME_ASK_UIDS,  /* answered by FRAME_UIDS; no body */
	/* mail process to core */
	FRAME_STATE,
	FRAME_FOLDER,
	FRAME_ARRIVED, /* a mail; its blobs are on disk */
	FRAME_UIDS,    /* what waits in the folder for longer than an hour */
	FRAME_MOVED,
	/* cell to mail process */
	FRAME_READ,   /* the mail; then the octets of each of its files, in order */
	FRAME_OCTETS, /* octets of one file */
};

/* All that a mail process is told of the world. */
struct mail_hello {
	struct bytes channel;     /* for its log */
	struct bytes instance;    /* of our own mark against loops */
	struct bytes case_prefix; /* "SP" */
	struct bytes address;     /* ours */
	struct bytes blobs;       /* folder */
	struct bytes ca_file;     /* none: the system's */
	struct bytes host;
	uint32_t port;
	uint32_t tls;   /* enum conf_tls */
	uint32_t login; /* enum conf_imap_auth */
	struct bytes user, password;
	struct bytes folder, done_folder, refused_folder;
	int64_t stale_after_ms;
	uint64_t mail_max;
	int64_t poll_every_ms;
	struct bytes authserv_id;
	const struct bytes *servers;
	size_t n_servers;
};
#define MAIL_HELLO_SERVERS_MAX 16

/* Where a mailbox is taken from: UIDs from first_uid on, of mails that were received since. */
struct mail_begin {
	uint32_t uid_validity, first_uid;
	struct wall since;
};

enum mail_settled {
	SETTLED_KEPT,    /* on disk, now or before: to the done folder */
	SETTLED_REFUSED, /* in the quarantine: to the refused folder */
	SETTLED_LATER,   /* nothing is kept: it stays where it is and is offered again */
};

/* FRAME_SETTLED: how is an enum mail_settled. FRAME_MOVED: how is 0 moved, 1 not (why). FRAME_UIDS: how is 0. */
struct mail_uids {
	uint32_t uid_validity;
	const uint32_t *uids;
	size_t n;
	uint32_t how;
	struct bytes why;
	bool is_last; /* FRAME_UIDS: nothing follows */
};

struct mail_state {
	uint32_t state; /* 0 down, 1 up, 2 degraded: enum channel_state */
	struct bytes words;
};

struct mail_folder {
	uint32_t uid_validity, uid_next, exists;
};

struct mail_frame {
	enum mail_frame_kind kind;
	union {
		struct mail_hello hello;
		struct mail_begin begin;
		struct mail_uids uids; /* FRAME_SETTLED, FRAME_UIDS, FRAME_MOVED */
		struct mail_state state;
		struct mail_folder folder;
		struct {
			struct mail_arrival arrival;
			struct mail mail; /* FRAME_READ: only this. No octets of files */
		} arrived;
		struct bytes octets;
	};
};

/*
 * Looks for one whole frame at the beginning of what was received.
 * ERR_OK: *kind_out, *body_out, and *octets_out what it took from `received`.
 * ERR_TRUNCATED: *octets_out octets are needed from the frame's beginning.
 * ERR_LIMIT: longer than octets_max (FRAME_OCTETS) or MAIL_WIRE_BODY_MAX; ERR_INVALID: no such kind.
 */
int mail_wire_cut(struct bytes received, size_t octets_max, enum mail_frame_kind *kind_out,
		  struct bytes *body_out, size_t *octets_out);
/* ERR_INVALID: not such a message, or a number out of its range. ERR_LIMIT: more of something than is allowed. ERR_NOMEM. */
int mail_wire_decode(enum mail_frame_kind kind, struct bytes body, struct arena *a,
		     struct mail_frame *frame_out);
/* The whole frame, made in the arena. ERR_LIMIT, ERR_NOMEM. */
int mail_wire_encode(const struct mail_frame *frame, struct arena *a, struct bytes *octets_out);

#endif
