/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/log.h"
#include "gateway/mail/mailbox_own.h"
#include "parsers/err.h"

/* What the core, or the disk, can't take now is offered again after this, doubled up to the most. */
#define HOLD_FIRST_MS SECOND_MS
#define HOLD_MOST_MS  (30 * SECOND_MS)
/* Kept mails lie there for a moment longer, so that a burst of them is moved as a set. */
#define MOVE_WAIT_MS 200
/* While the core makes itself ready the server hears from us. */
#define BEGIN_LOOK_MS MINUTE_MS
/* What lies there for longer should have been kept. */
#define WAITING_MS HOUR_MS

enum { STATE_DOWN, STATE_UP, STATE_DEGRADED };

/* --- what the core says --- */

void mailbox_hold(struct mailbox *mb)
{
	mb->hold_ms = mb->hold_ms == 0 ? HOLD_FIRST_MS : 2 * mb->hold_ms;
	if (mb->hold_ms > HOLD_MOST_MS)
		mb->hold_ms = HOLD_MOST_MS;
	mb->hold_until.ms = mailbox_mono().ms + mb->hold_ms;
}

static void on_settled(struct mailbox *mb, const struct mail_uids *u)
{
	static const enum work_state states[] = { [SETTLED_KEPT] = WORK_KEPT,
						  [SETTLED_REFUSED] = WORK_REFUSED,
						  [SETTLED_LATER] = WORK_NEW };
	struct mono now = mailbox_mono();

	if (u->uid_validity != mb->folder.uid_validity)
		return;
	for (size_t i = 0; i < u->n; i++) {
		struct work *item = worklist_find(&mb->work, u->uids[i]);

		if (item == NULL || item->state != WORK_IN_HAND)
			continue;
		worklist_set(&mb->work, item, states[u->how]);
		if (u->how == SETTLED_LATER)
			worklist_put_off(item, now, HOLD_FIRST_MS, HOLD_MOST_MS);
		else
			item->again_at.ms = now.ms + MOVE_WAIT_MS;
	}
	if (u->how == SETTLED_LATER && now.ms >= mb->hold_until.ms)
		mailbox_hold(mb);
	else if (u->how != SETTLED_LATER)
		mb->hold_ms = 0;
}

static int on_frame(struct mailbox *mb, const struct mail_frame *f)
{
	switch (f->kind) {
	case FRAME_SETTLED: on_settled(mb, &f->uids); return ERR_OK;
	case FRAME_BEGIN: mb->begin = f->begin; return ERR_OK;
	case FRAME_ASK_UIDS: mb->is_asked = true; return ERR_OK;
	case FRAME_HELLO:
	case FRAME_STATE:
	case FRAME_FOLDER:
	case FRAME_ARRIVED:
	case FRAME_UIDS:
	case FRAME_MOVED:
	case FRAME_READ:
	case FRAME_OCTETS: break;
	}
	return ERR_CANCELLED; /* that isn't our core */
}

int mailbox_hear(struct mailbox *mb, int64_t ms)
{
	struct mail_frame f;
	int err;

	while ((err = core_link_next(mb->core, ms, &f)) == ERR_OK) {
		err = on_frame(mb, &f);
		if (err != ERR_OK)
			return err;
		ms = 0;
	}
	return err == ERR_TIMEOUT ? ERR_OK : err;
}

/* --- what the core is told --- */

static int tell_state(struct mailbox *mb, uint32_t state, const char *words)
{
	struct mail_frame f = { .kind = FRAME_STATE };

	if (state == mb->told_state && strcmp(words, mb->told) == 0)
		return ERR_OK;
	mb->told_state = state;
	snprintf(mb->told, sizeof(mb->told), "%s", words);
	f.state = (struct mail_state){ state, bytes_of(mb->told) };
	return core_link_send(mb->core, &f);
}

int mailbox_tell_down(struct mailbox *mb, const char *words)
{
	return tell_state(mb, STATE_DOWN, words);
}

int mailbox_tell_up(struct mailbox *mb)
{
	char words[sizeof(mb->told)] = "";
	size_t len = 0;

	for (size_t i = 0; i < MAILBOX_FAULTS; i++) {
		if (mb->faults[i][0] != '\0' && len < sizeof(words))
			len += (size_t)snprintf(words + len, sizeof(words) - len, "%s%s",
						len > 0 ? "; " : "", mb->faults[i]);
	}
	return tell_state(mb, len > 0 ? STATE_DEGRADED : STATE_UP, words);
}

void mailbox_set_fault(struct mailbox *mb, enum mailbox_fault fault, const char *what,
		       const char *why)
{
	if (why == NULL) {
		mb->faults[fault][0] = '\0';
		return;
	}
	snprintf(mb->faults[fault], sizeof(mb->faults[fault]), "%s: %s", what, why);
	log_warning("mail", "chan=%.*s event=fault words=\"%s\"", PRI_BYTES(mb->hello->channel),
		    mb->faults[fault]);
}

/* UIDNEXT is only advised. */
static int find_uid_next(struct mailbox *mb)
{
	uint32_t *uids = NULL;
	size_t n = 0;
	int err;

	if (mb->folder.uid_next != 0)
		return ERR_OK;
	err = imap_uids(mb->im, 1, &uids, &n);
	if (err == ERR_OK)
		mb->folder.uid_next = n > 0 ? uids[n - 1] + 1 : 1;
	free(uids);
	return err;
}

int mailbox_ask_begin(struct mailbox *mb)
{
	struct mail_frame f = { .kind = FRAME_FOLDER };
	int err;

	if (mb->begin.uid_validity == mb->folder.uid_validity)
		return ERR_OK;
	err = find_uid_next(mb);
	f.folder = mb->folder;
	if (err == ERR_OK)
		err = core_link_send(mb->core, &f);
	while (err == ERR_OK && mb->begin.uid_validity != mb->folder.uid_validity) {
		int64_t from = mailbox_mono().ms;

		err = mailbox_hear(mb, BEGIN_LOOK_MS);
		if (err == ERR_OK && mailbox_mono().ms - from >= BEGIN_LOOK_MS)
			err = imap_noop(mb->im);
	}
	return err;
}

int mailbox_tell_moved(struct mailbox *mb, const uint32_t *uids, size_t n, const char *why)
{
	struct mail_frame f = { .kind = FRAME_MOVED };

	f.uids = (struct mail_uids){ .uid_validity = mb->folder.uid_validity,
				     .uids = uids,
				     .n = n,
				     .how = why != NULL,
				     .why = bytes_of(why) };
	return core_link_send(mb->core, &f);
}

static bool waits_long(const struct work *item, struct mono now, struct wall wall)
{
	return item->state != WORK_PASSED && now.ms - item->found_at.ms > WAITING_MS &&
	       wall.ms - item->received.ms > WAITING_MS;
}

int mailbox_tell_uids(struct mailbox *mb)
{
	uint32_t uids[MAIL_WIRE_UIDS_MAX];
	struct mail_frame f = { .kind = FRAME_UIDS };
	struct mono now = mailbox_mono();
	struct wall wall = mailbox_wall();
	size_t at = 0;
	int err = ERR_OK;

	mb->is_asked = false;
	do {
		size_t n = 0;

		for (; at < mb->work.n && n < MAIL_WIRE_UIDS_MAX; at++) {
			if (waits_long(&mb->work.items[at], now, wall))
				uids[n++] = mb->work.items[at].uid;
		}
		f.uids = (struct mail_uids){ .uid_validity = mb->folder.uid_validity,
					     .uids = uids,
					     .n = n,
					     .is_last = at == mb->work.n };
		err = core_link_send(mb->core, &f);
	} while (err == ERR_OK && at < mb->work.n);
	return err;
}
