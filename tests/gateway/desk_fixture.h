/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * desk_fixture - a town hall in a temporary folder: the Stara Pazova profile, a
 * store, and one call a text. Time is a number that the test moves.
 */
#ifndef TESTS_GATEWAY_DESK_FIXTURE_H
#define TESTS_GATEWAY_DESK_FIXTURE_H

#include "gateway/desk/intake_apply.h"
#include "gateway/desk/staff.h"
#include "store/keep.h"

/* A Tuesday noon in Stara Pazova: 2026-11-24 12:00 local. */
#define NOON_MS INT64_C(1795518000000)

struct hall {
	struct conf *conf;
	struct store store;
	struct wall now;
	struct arena *arena; /* of the application in hand */
	struct arena *keep;  /* of what the test looks at */
	struct desk desk;    /* of the last application: its notes and wakes */
	unsigned n_texts;    /* makes remote ids */
	unsigned times;      /* each application is applied so often before it commits */
};

/* more: lines put into odziv.ini behind the sections that the fixture writes. */
void hall_open(struct hall *h, const char *more);
void hall_close(struct hall *h);

/* One text with an id of its own. */
struct intake_found hall_text(struct hall *h, const char *from, const char *text);
/* The same with everything open to the test. */
int hall_message(struct hall *h, const struct message *msg, bool link_has_just_started,
		 struct intake_found *found_out);
/* Its sender was answered in time (hall_text says so by itself). */
void hall_answered(struct hall *h, const struct intake_found *found);
struct message hall_part(struct hall *h, const char *from, const char *text, uint16_t ref,
			 uint8_t total, uint8_t index);

typedef int hall_work_fn(struct txn *t, struct desk *d, void *ctx);
/* Any work of the desk, committed. */
int hall_work(struct hall *h, hall_work_fn *work, void *ctx);
int hall_staff(struct hall *h, int (*act_fn)(struct txn *, struct desk *, struct staff_act *),
	       struct staff_act *act);
/* Clocks until nothing is due; the number of late cases. */
uint64_t hall_clocks(struct hall *h);
/* One look at what is due; what it returned. */
int hall_clocks_once(struct hall *h);

/* The newest row to this number (or to anybody, with NULL), copied; NULL: none. */
const Pb__Outbox *hall_last_row(struct hall *h, const char *to);
/* The nth newest, from 0. */
const Pb__Outbox *hall_nth_row(struct hall *h, const char *to, size_t nth);
size_t hall_rows(struct hall *h, const char *to);
const Pb__Case *hall_case(struct hall *h, const char *number);
bool hall_noted(const struct hall *h, const char *name);
/* Everything that may leave now leaves, and the network takes it. */
void hall_sent(struct hall *h);
/* verify finds nothing and the balance is balanced. */
bool hall_is_sound(struct hall *h);

#endif
