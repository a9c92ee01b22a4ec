/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/seen_before.h"

#include "store/counts.h"
#include "store/parts.h"

/* In the minutes after a start a twin of the last hour is a repeat; an older one is a person's habit. */
#define TWIN_AGE_MAX_MS HOUR_MS

void seen_keys_of(const struct keyed_key *key, const struct message *msg,
		  struct seen_keys *keys_out)
{
	uint8_t part[4] = { (uint8_t)(msg->part_ref >> 8), (uint8_t)msg->part_ref, msg->part_total,
			    msg->part_index };
	const struct bytes id[] = { bytes_of("id"), msg->channel, msg->remote_id };
	const struct bytes words[] = { bytes_of("words"), msg->from_raw, msg->to, msg->raw,
				       bytes_at(part, sizeof(part)) };

	*keys_out = (struct seen_keys){ .has_id = msg->remote_id.len != 0 };
	if (keys_out->has_id)
		keyed_digest(key, id, ARRAY_LEN(id), &keys_out->id);
	keyed_digest(key, words, ARRAY_LEN(words), &keys_out->words);
}

static bool twin_means_repeat(const Pb__Seen *twin, struct wall now, bool words_decide)
{
	/* Late, or not at all: its sender may have given up waiting. */
	if (twin->answered == 0)
		return true;
	return words_decide && now.ms - twin->at <= TWIN_AGE_MAX_MS;
}

int seen_check(struct txn *t, struct desk *d, const struct message *msg,
	       const struct seen_keys *keys, bool words_decide, bool *is_repeat_out)
{
	Pb__Seen *twin;
	int err = keys->has_id ? seen_get(t, &keys->id, d->arena, &twin) : ERR_NOENT;

	*is_repeat_out = err == ERR_OK;
	if (err == ERR_NOENT) {
		err = seen_get(t, &keys->words, d->arena, &twin);
		*is_repeat_out = err == ERR_OK && twin_means_repeat(twin, d->now, words_decide);
	}
	if (err != ERR_OK && err != ERR_NOENT)
		return err;
	if (*is_repeat_out)
		count_add(t, COUNT_REPEATS, msg->channel, d->now, 1);
	return txn_err(t);
}

void seen_note(struct txn *t, struct desk *d, const struct seen_keys *keys, uint64_t message)
{
	Pb__Seen rec = PB__SEEN__INIT;

	rec.at = d->now.ms;
	rec.message = message;
	seen_put(t, &keys->words, &rec);
	rec.by_id = true;
	if (keys->has_id)
		seen_put(t, &keys->id, &rec);
}
