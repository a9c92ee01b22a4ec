/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_process - one mail process after the other: odzivd --role=mail, with a socket
 * pair on its descriptor 3; whole frames in, whole frames out, until it is freed.
 *
 * Owns:     the process, the pair, and the waits between tries (RECONNECT_…).
 * Promises: on_up and on_down alternate; on_frame only in between; nothing secret
 *           stands on its command line. A process that is told to go goes at once:
 *           what it had in hand lies at the server.
 * Threads:  the loop thread.
 * Leaves:   what frames mean to wire/mail.
 */
#ifndef GATEWAY_WIRE_MAIL_PROCESS_H
#define GATEWAY_WIRE_MAIL_PROCESS_H

#include "gateway/wire/wire.h"
#include "parsers/mail_wire.h"

struct mail_process;

struct mail_process_events {
	/* It runs: say hello. */
	void (*on_up)(void *ctx);
	/* body lives until it returns. */
	void (*on_frame)(enum mail_frame_kind kind, struct bytes body, void *ctx);
	/* It ended, or didn't start. */
	void (*on_down)(const char *why, void *ctx);
};

/* program: NULL is the one that runs now. The first one starts with the next turn of the loop. */
int mail_process_new(struct wire *w, const char *program, const struct mail_process_events *events,
		     void *ctx, struct mail_process **p_out);
/* No event comes any more; memory goes when libuv has let go. */
void mail_process_free(struct mail_process **p);
/* What it sends waits until it is called again with false. A new one isn't paused. */
void mail_process_pause(struct mail_process *p, bool is_paused);
/* ERR_BAD_STATE: it isn't there. ERR_NOMEM, ERR_LIMIT. */
int mail_process_send(struct mail_process *p, const struct mail_frame *frame);
/* It said what it mustn't: it ends, and the next one starts. */
void mail_process_drop(struct mail_process *p, const char *why);

#endif
