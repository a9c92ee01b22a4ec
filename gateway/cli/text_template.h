/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * text_template - the answers of `odziv sms show`, `template show` and `template check`.
 *
 * Pure: a loaded profile in, one line of JSON out, in the arena (COMMANDS.md).
 */
#ifndef GATEWAY_CLI_TEXT_TEMPLATE_H
#define GATEWAY_CLI_TEXT_TEMPLATE_H

#include "conf/profile.h"

/* What a text costs as SMS, and its plain form. Any octets: they are made clean first. */
int text_sms_json(struct bytes text, struct arena *a, struct bytes *line_out);

/*
 * One text: as written, where, and how it reads with the longest values of the
 * profile. ERR_NOENT: no text of this name (text_template_names() has them);
 * ERR_INVALID: no such language.
 * {"name", "language", "source", "file", "template", "text", "encoding", "units", "segments", "budget"};
 * of a mail "subject" instead of the last four.
 */
int text_template_show_json(const struct profile *p, bool plain, struct bytes name,
			    struct bytes language, struct arena *a, struct bytes *line_out);
/* "ack ack_two …", for the words of a fault. */
int text_template_names(struct arena *a, struct bytes *names_out);

/*
 * The proof. found: what loading the profile had to say; p is NULL when it
 * didn't load, then "texts" is empty. is_ok_out: no error among found.
 * {"ok", "problems": […], "warnings": […], "texts": [{"name", "language", "encoding", "units", "segments", "budget"}]}
 * where a mail has its "subject" instead of the last four.
 */
int text_template_check_json(const struct profile *p, bool plain, const struct faults *found,
			     struct arena *a, struct bytes *line_out, bool *is_ok_out);

#endif
