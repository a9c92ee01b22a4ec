/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * postoffice - the mailbox and the relay behind the daemon's mail channel, and
 * what they do to a mail: offer it again after it was kept (a move that was lost,
 * a folder that was restored, a new UIDVALIDITY), reorder, delay; refuse ours for
 * now or for good, lose the answer, bring it back days later as a bounce.
 */
#ifndef TESTS_SIM_POSTOFFICE_H
#define TESTS_SIM_POSTOFFICE_H

#include "store/blobs.h"
#include "tests/sim/network.h"

struct writers;

struct postoffice {
	struct network *net; /* whose world and events it shares */
	struct chance chance;
	struct channel *channel; /* the daemon's, NULL when it isn't there */
	struct writers *writers; /* who read what arrives */
	bool is_up;
	uint64_t life;
	unsigned in_flight;
	int64_t up_ms;
	uint32_t uid_validity, uid_next;
	struct blob_folder blobs; /* where the mail process would put what it fetched */
};

/* state_dir is there. */
void postoffice_init(struct postoffice *p, struct network *net, const char *state_dir,
		     uint64_t seed);
struct channel *postoffice_make(struct postoffice *p);
/* A letter lies in the mailbox after so long. */
void postoffice_deliver(struct postoffice *p, size_t letter, int64_t in_ms);
/* The server is gone for this long. */
void postoffice_cut(struct postoffice *p, int64_t for_ms);
/* The folder was restored: all that it holds has new UIDs, and some that were handled are there again. */
void postoffice_restore(struct postoffice *p);

#endif
