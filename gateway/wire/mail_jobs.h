/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_jobs - what a mail channel asks of the store besides intake: where its mailbox
 * begins, and which of the mails that lie there are kept.
 *
 * Both are told on the loop thread, once, also after the channel has gone: ctx must
 * outlive it.
 */
#ifndef GATEWAY_WIRE_MAIL_JOBS_H
#define GATEWAY_WIRE_MAIL_JOBS_H

#include "gateway/flow/core.h"
#include "parsers/mail_wire.h"

struct mail_begun {
	struct mail_begin begin;
	bool is_new;     /* noted now, and not before */
	uint32_t exists; /* what lay in the folder then */
};
typedef void mail_begun_fn(void *ctx, int err, const struct mail_begun *begun);
/*
 * A mailbox is known by its address and folder. Met for the first time under adopt = new
 * it begins behind what lies there now; under a UIDVALIDITY that is new, with what was
 * received since it was met first; under adopt = all with all. ERR_BUSY, ERR_NOMEM: not asked.
 */
int mail_ask_begin(struct core *core, const struct conf_channel *conf,
		   const struct mail_folder *folder, mail_begun_fn *told, void *ctx);

/* missing: UIDs of those that aren't kept; borrowed. */
typedef void mail_looked_fn(void *ctx, int err, uint32_t uid_validity, const uint32_t *missing,
			    size_t n_missing, bool is_last);
int mail_ask_kept(struct core *core, const struct conf_channel *conf, const struct mail_uids *uids,
		  mail_looked_fn *told, void *ctx);

#endif
