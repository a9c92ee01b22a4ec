/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_record - what of a mail is kept in its message record, and its files as
 * records name them. Threads: any; pure.
 */
#ifndef GATEWAY_DESK_MAIL_RECORD_H
#define GATEWAY_DESK_MAIL_RECORD_H

#include "gateway/desk/desk.h"
#include "parsers/message.h"

/* Adds what only a mail has. ERR_NOMEM. */
int mail_record_fill(struct desk *d, const struct message *msg, Pb__Message *rec);

/*
 * Chooses files for a mail of ours: those that are withheld (executable, or beyond
 * max octets all together) are the rest. Lists in the arena.
 */
struct mail_files {
	Pb__File **go;
	size_t n_go;
	Pb__File **withheld;
	size_t n_withheld;
};
int mail_files_choose(struct desk *d, Pb__File *const *files, size_t n, uint64_t max_octets,
		      struct mail_files *files_out);

#endif
