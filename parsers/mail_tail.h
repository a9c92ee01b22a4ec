/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_tail - what stands below a person's words and isn't hers: a signature behind "-- ",
 * a firm's disclaimer, "sent from my phone", a virus scanner's praise of itself.
 */
#ifndef PARSERS_MAIL_TAIL_H
#define PARSERS_MAIL_TAIL_H

#include "parsers/mail_lines.h"

/*
 * Marks what it finds among lines from..to, one stretch of own words; gives whether something looked
 * like a signature and was kept all the same, being too long for one.
 */
bool mail_tail_mark(struct mail_lines *l, size_t from, size_t to);

#endif
