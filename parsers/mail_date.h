/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_date - the Date of a mail (RFC 5322, with its obsolete forms), and what
 * programs write instead. No clock, no time zone of ours.
 */
#ifndef PARSERS_MAIL_DATE_H
#define PARSERS_MAIL_DATE_H

#include "parsers/bytes.h"
#include "parsers/clock.h"

/*
 * "Mon, 02 Mar 2026 10:01:00 +0100 (CET)", without weekday, seconds or zone (UTC
 * then), with a named zone, a year of two or three digits, as asctime or ISO 8601
 * has it. ERR_INVALID when no day can be made of it.
 */
int mail_date(struct bytes value, struct wall *date_out);

#endif
