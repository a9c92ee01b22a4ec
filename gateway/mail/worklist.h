/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * worklist - what lies in the folder, and how far each mail is. What is in the folder
 * is work; a mail leaves the list when it has left the folder.
 *
 * No I/O, no clock.
 */
#ifndef GATEWAY_MAIL_WORKLIST_H
#define GATEWAY_MAIL_WORKLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parsers/clock.h"

enum work_state {
	WORK_FOUND,   /* its size and date aren't known yet */
	WORK_NEW,     /* to be fetched, not before again_at */
	WORK_IN_HAND, /* the core has it */
	WORK_KEPT,    /* to be moved to the done folder, not before again_at */
	WORK_REFUSED, /* to the refused one */
	WORK_PASSED,  /* it was there before we came: not ours */
};
#define WORK_STATES (WORK_PASSED + 1)

struct work {
	uint32_t uid;
	enum work_state state;
	bool is_listed; /* by the list that is being merged */
	uint64_t size;
	struct wall received;
	struct mono found_at;
	struct mono again_at;
	int64_t wait_ms; /* what it was put off by last */
};

struct worklist {
	struct work *items; /* by UID, ascending */
	size_t n, room;
	size_t count[WORK_STATES];
};

void worklist_free(struct worklist *w);
/*
 * All UIDs that lie in the folder from `first` on, ascending: new ones are FOUND; those of
 * the list that aren't among them were moved or taken away, and go, unless the core has
 * them still. ERR_NOMEM: nothing changed.
 */
int worklist_merge(struct worklist *w, uint32_t first, const uint32_t *uids, size_t n,
		   struct mono now);
struct work *worklist_find(struct worklist *w, uint32_t uid);
void worklist_set(struct worklist *w, struct work *item, enum work_state state);
/* Not before now + wait, which grows from first to most with each call. */
void worklist_put_off(struct work *item, struct mono now, int64_t first_ms, int64_t most_ms);
/* UIDs in this state whose time has come, ascending, at most max. */
size_t worklist_take(const struct worklist *w, enum work_state state, struct mono now,
		     uint32_t *uids_out, size_t max);
/* It lies elsewhere now, or nowhere. */
void worklist_drop(struct worklist *w, uint32_t uid);
/* When something that was put off comes up, at the latest `latest`. */
struct mono worklist_next(const struct worklist *w, struct mono latest);

#endif
