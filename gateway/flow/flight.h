/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * flight - one segment on its way out, from its claim until its result is on
 * disk, and the lists that dispatch keeps of them.
 */
#ifndef GATEWAY_FLOW_FLIGHT_H
#define GATEWAY_FLOW_FLIGHT_H

#include "store/outbox.h"

/* The longest id of a network (SMPP 3.4: 64, Kannel: a uuid) and our words of an error. */
#define REMOTE_ID_MAX 127
#define ERROR_MAX     199

struct flight {
	struct flight *next;
	uint64_t row;
	unsigned segment;
	uint32_t attempts;
	bool is_skipped; /* claimed ahead, and settled before it left */
	enum send_outcome outcome;
	struct wall not_before;
	size_t remote_len, error_len;
	uint8_t remote[REMOTE_ID_MAX];
	uint8_t error[ERROR_MAX];
};

/* First in, first out. */
struct flights {
	struct flight *first, **end;
	size_t n;
};

/* What became of it; remote_id and error are copied, cut to what there is room for. */
void flight_settle(struct flight *f, enum send_outcome outcome, struct bytes remote_id,
		   struct bytes error);

void flights_init(struct flights *list);
void flights_add(struct flights *list, struct flight *f);
struct flight *flights_take(struct flights *list); /* the oldest, or NULL */
/* Takes out the one of this segment, or NULL. */
struct flight *flights_pick(struct flights *list, uint64_t row, unsigned segment);
struct flight *flights_find(const struct flights *list, uint64_t row, unsigned segment);
/* Appends all of `from` and leaves it empty. */
void flights_move(struct flights *to, struct flights *from);
void flights_free(struct flights *list); /* and all that it holds */

#endif
