/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "conf/log.h"
#include "gateway/mail/imap_move.h"
#include "gateway/mail/mailbox_own.h"
#include "parsers/err.h"

/* Sizes and dates that are asked for at once. */
#define ABOUT_SET 500
/* Mails of one FETCH; half of what may be in hand, so that the core works on one half while we read the other. */
#define FETCH_SET (MAILBOX_IN_HAND_MAX / 2)
/* Octets of one FETCH; a single mail may be larger. */
#define FETCH_BYTES ((uint64_t)4 * 1024 * 1024)
/* Mails of one MOVE. */
#define MOVE_SET 256
/* Kept ones that are worth a MOVE while there is more to fetch. */
#define MOVE_EARLY 64
/* What couldn't be moved; somebody must empty a folder first. */
#define MOVE_FIRST_MS SECOND_MS
#define MOVE_MOST_MS  HOUR_MS
/* What the server says it has moved: the next look shows whether it has, and that comes behind the backlog. */
#define MOVED_MS MINUTE_MS
/* What the server names and doesn't give. */
#define FETCH_FIRST_MS SECOND_MS
#define FETCH_MOST_MS  (10 * MINUTE_MS)
/* So often asked for in vain, it is said. */
#define FETCH_FAULT_MS (30 * SECOND_MS)
/* The core answers within a commit; beyond, the server may have news. */
#define SETTLE_MS (2 * SECOND_MS)

/* --- what lies there --- */

static void learn(struct mailbox *mb, const struct imap_about *about)
{
	struct work *item = worklist_find(&mb->work, about->uid);
	bool is_ours = about->received.ms >= mb->begin.since.ms;

	if (item == NULL || item->state != WORK_FOUND)
		return;
	item->size = about->size;
	item->received = about->received;
	worklist_set(&mb->work, item, is_ours ? WORK_NEW : WORK_PASSED);
}

/* Size and date of those that are new; what is gone meanwhile stays FOUND and goes with the next list. */
static int learn_about(struct mailbox *mb)
{
	uint32_t uids[ABOUT_SET];
	struct imap_about about[ABOUT_SET];
	size_t passed = mb->work.count[WORK_PASSED], n, n_about;

	while ((n = worklist_take(&mb->work, WORK_FOUND, mailbox_mono(), uids, ABOUT_SET)) > 0) {
		int err = imap_about(mb->im, uids, n, about, &n_about);

		if (err != ERR_OK)
			return err;
		for (size_t i = 0; i < n_about; i++)
			learn(mb, &about[i]);
		for (size_t i = 0; i < n; i++) {
			struct work *item = worklist_find(&mb->work, uids[i]);

			if (item != NULL && item->state == WORK_FOUND)
				worklist_put_off(item, mailbox_mono(), FETCH_FIRST_MS,
						 FETCH_MOST_MS);
		}
	}
	if (mb->work.count[WORK_PASSED] > passed)
		log_warning("mail",
			    "chan=%.*s event=passed_over n=%zu words=\"they were received "
			    "before this mailbox was ours (adopt = new)\"",
			    PRI_BYTES(mb->hello->channel), mb->work.count[WORK_PASSED]);
	return ERR_OK;
}

int mailbox_look(struct mailbox *mb)
{
	uint32_t *uids = NULL;
	size_t n = 0;
	int err;

	mb->exists = imap_exists(mb->im);
	err = imap_uids(mb->im, mb->begin.first_uid, &uids, &n);
	if (err == ERR_OK)
		err = worklist_merge(&mb->work, mb->begin.first_uid, uids, n, mailbox_mono());
	free(uids);
	if (err == ERR_OK)
		err = learn_about(mb);
	mb->looked_at = mailbox_mono();
	mb->must_look = false;
	return err;
}

/* --- moving --- */

/* They stay on the list until the next look doesn't find them: a server may say OK to anything. */
static void put_off_all(struct mailbox *mb, const uint32_t *uids, size_t n, int64_t first_ms)
{
	struct mono now = mailbox_mono();

	for (size_t i = 0; i < n; i++) {
		struct work *item = worklist_find(&mb->work, uids[i]);

		if (item != NULL)
			worklist_put_off(item, now, first_ms, MOVE_MOST_MS);
	}
}

static int move_set(struct mailbox *mb, enum work_state state, const char *folder)
{
	uint32_t uids[MOVE_SET];
	size_t n = worklist_take(&mb->work, state, mailbox_mono(), uids, MOVE_SET);
	bool is_backlog = mb->work.count[WORK_NEW] + mb->work.count[WORK_IN_HAND] > 0;
	char what[IMAP_WHY_SIZE];
	int err, told;

	if (n == 0)
		return ERR_OK;
	err = imap_move(mb->im, uids, n, folder);
	if (err != ERR_OK && err != ERR_ACCESS)
		return err;
	put_off_all(mb, uids, n, err == ERR_OK && is_backlog ? MOVED_MS : MOVE_FIRST_MS);
	mb->must_look = mb->must_look || err == ERR_OK;
	snprintf(what, sizeof(what), "mails that are kept can't be moved to %s", folder);
	mailbox_set_fault(mb, FAULT_MOVE, what, err == ERR_OK ? NULL : imap_words(mb->im));
	log_info("mail", "chan=%.*s event=%s n=%zu uid=%" PRIu32 " folder=\"%s\"",
		 PRI_BYTES(mb->hello->channel), err == ERR_OK ? "moved" : "not_moved", n, uids[0],
		 folder);
	told = mailbox_tell_moved(mb, uids, n, err == ERR_OK ? NULL : imap_words(mb->im));
	return told;
}

static int move(struct mailbox *mb)
{
	int err = move_set(mb, WORK_KEPT, mb->done_name);

	return err == ERR_OK ? move_set(mb, WORK_REFUSED, mb->refused_name) : err;
}

/* --- fetching --- */

/* The oldest that fit into one FETCH. */
static size_t choose(struct mailbox *mb, struct imap_about *about, size_t max)
{
	uint32_t uids[FETCH_SET];
	size_t n = worklist_take(&mb->work, WORK_NEW, mailbox_mono(), uids,
				 max < FETCH_SET ? max : FETCH_SET);
	uint64_t octets = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		const struct work *item = worklist_find(&mb->work, uids[i]);
		uint64_t size = item->size < mb->hello->mail_max ? item->size : mb->hello->mail_max;

		if (i > 0 && octets + size > FETCH_BYTES)
			break;
		octets += size;
		about[i] = (struct imap_about){ item->uid, item->size, item->received };
	}
	return i;
}

static int on_arrived(const struct mail_frame *f, void *ctx)
{
	struct mailbox *mb = ctx;
	struct work *item = worklist_find(&mb->work, f->arrived.arrival.uid);
	int err = core_link_send(mb->core, f);

	if (err == ERR_OK && item != NULL)
		worklist_set(&mb->work, item, WORK_IN_HAND);
	return err;
}

/* Named, and not given: taken away by another client, nearly always. */
static void note_missing(struct mailbox *mb, const struct imap_about *about, size_t n,
			 const struct imap_mails *mails)
{
	bool is_odd = false;
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		struct work *item = worklist_find(&mb->work, about[i].uid);

		if (at < mails->n && mails->mails[at].about.uid == about[i].uid) {
			at++;
			continue;
		}
		mb->must_look = true;
		if (item == NULL)
			continue;
		worklist_put_off(item, mailbox_mono(), FETCH_FIRST_MS, FETCH_MOST_MS);
		is_odd = is_odd || item->wait_ms >= FETCH_FAULT_MS;
	}
	mailbox_set_fault(mb, FAULT_FETCH, "the server names mails that it doesn't give",
			  is_odd ? "look at the folder with another program" : NULL);
}

static int read_set(struct mailbox *mb, const struct imap_mails *mails)
{
	int err = reader_set(mb->reader, mails->mails, mails->n, mb->folder.uid_validity,
			     mailbox_wall(), on_arrived, mb);

	if (err == ERR_CANCELLED)
		return err;
	if (err != ERR_OK)
		mailbox_hold(mb);
	mailbox_set_fault(mb, FAULT_READ, "mails can't be read now",
			  err != ERR_OK ? reader_why(mb->reader) : NULL);
	return ERR_OK;
}

/* *n_out: how many were tried. */
static int fetch(struct mailbox *mb, size_t *n_out)
{
	struct imap_about about[FETCH_SET];
	struct imap_mails mails = { 0 };
	size_t in_hand = mb->work.count[WORK_IN_HAND], n = 0;
	int err;

	*n_out = 0;
	if (mailbox_mono().ms >= mb->hold_until.ms && in_hand <= MAILBOX_IN_HAND_MAX - FETCH_SET)
		n = choose(mb, about, FETCH_SET);
	if (n == 0)
		return ERR_OK;
	err = imap_fetch(mb->im, about, n, (size_t)mb->hello->mail_max, &mails);
	if (err != ERR_OK)
		return err;
	mb->busy_at = mailbox_mono();
	note_missing(mb, about, n, &mails);
	err = read_set(mb, &mails);
	imap_mails_free(&mails);
	*n_out = n;
	return err;
}

/* --- one pass --- */

int mailbox_work(struct mailbox *mb)
{
	size_t n, before;
	int err;

	do {
		err = fetch(mb, &n);
		if (err == ERR_OK)
			err = mailbox_hear(mb, 0);
		before = mb->work.count[WORK_IN_HAND];
		/* Nothing could be fetched: the core has our mails, and will say so in a moment. */
		if (err == ERR_OK && n == 0 && before > 0)
			err = mailbox_hear(mb, SETTLE_MS);
		if (err == ERR_OK && (n == 0 || mb->work.count[WORK_KEPT] >= MOVE_EARLY))
			err = move(mb);
	} while (err == ERR_OK && (n > 0 || mb->work.count[WORK_IN_HAND] < before));
	return err;
}
