/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_read - the raw octets of a mail become a struct mail: who, to whom, about
 * what, in which words, with which files, and whether a person wrote it.
 *
 * Promises: every mail can be read, whatever is broken in it; what was broken and
 *           how it was read all the same stands in mail.faults. Bounded in time and
 *           memory by raw's length.
 * Threads:  any, one at a time for one struct mime_charsets; opens no file. It is
 *           run in the cell all the same: iconv and libxml2 have had their faults.
 * Leaves:   the raw octets to the blobs, the language of the words to whoever asks.
 */
#ifndef PARSERS_MAIL_READ_H
#define PARSERS_MAIL_READ_H

#include "parsers/arena.h"
#include "parsers/mail.h"
#include "parsers/mime_charset.h"

/* What the arena must be allowed for a mail of so many octets: attachments decoded, texts in several forms. */
#define MAIL_READ_ARENA(raw_len) (2 * (size_t)(raw_len) + ((size_t)64 << 20))

/* What must be known of us to understand a mail. */
struct mail_rules {
	struct bytes case_prefix; /* "SP"; none: a case number of any prefix counts */
	struct bytes instance;    /* of our own mark against loops; may be none */
	const struct bytes *own;  /* our addresses */
	size_t n_own;
	struct bytes
		authserv_id; /* of our server's Authentication-Results; none: nothing is proven */
	const struct bytes *servers; /* hosts of ours that write Received */
	size_t n_servers;
};

/*
 * Fills all of *mail_out; the octets of its files are set. Texts are borrowed from
 * the arena, octets from the arena or raw. is_cut: raw is only the beginning.
 * keyed_init() before. ERR_NOMEM, ERR_LIMIT (of the arena).
 */
int mail_read(struct bytes raw, bool is_cut, const struct mail_rules *rules,
	      struct mime_charsets *cs, struct arena *a, struct mail *mail_out);

#endif
