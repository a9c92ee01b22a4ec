/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * show - records as the JSON of COMMANDS.md: cases with and without their log, rows,
 * contacts, quarantine, balance.
 */
#ifndef GATEWAY_DESK_SHOW_H
#define GATEWAY_DESK_SHOW_H

#include "parsers/json.h"
#include "store/counts.h"
#include "store/db.h"
#include "store/record.h"

struct json *show_case(struct txn *t, const Pb__Case *rec, struct arena *a, bool with_log);
struct json *show_row(const Pb__Outbox *row);
struct json *show_contact(struct txn *t, const Pb__Contact *rec,
			  struct arena *a); /* with its cases and rows */
struct json *show_export(struct txn *t, const Pb__Contact *rec,
			 struct arena *a); /* all that we hold */
struct json *show_quarantine(const Pb__Quarantine *rec, bool with_raw);
struct json *show_balance(const struct balance *b);

#endif
