/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_tags - the case numbers that a mail names where programs keep them: subject,
 * In-Reply-To, References. No state.
 */
#ifndef PARSERS_MAIL_TAGS_H
#define PARSERS_MAIL_TAGS_H

#include "parsers/arena.h"
#include "parsers/mail.h"

struct mail_tags {
	struct bytes list[MAIL_TAGS_MAX]; /* canonical, each once */
	size_t n;
};

/*
 * Adds those that stand in the text. prefix: of the profile, and numbers are read as
 * parsers/caseref.h reads them; none: any of one to eight letters, with year and at
 * least six digits. ERR_NOMEM, ERR_LIMIT of the arena.
 */
int mail_tags_of_text(struct mail_tags *t, struct arena *a, struct bytes prefix, struct bytes text);

#endif
