/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/answers.h"

#include <string.h>

#include "parsers/err.h"
#include "store/counts.h"
#include "store/parts.h"

#define ANSWERED "answered"
#define UNTOLD   "untold"
/* Starts of the last day or so; with more of them the two oldest gaps become one. */
#define GAPS_MAX 64
/* A record of this table is a few octets. */
#define SCRATCH_MAX 4096

/* Turns from < turn < to were kept and not told of. */
struct gap {
	uint64_t from, to;
};

struct gaps {
	struct gap list[GAPS_MAX + 1];
	size_t n;
};

static int read_gaps(struct txn *t, struct gaps *gaps_out)
{
	struct bytes octets = BYTES_NONE;
	struct rd r;
	int err = txn_get(t, TABLE_META, bytes_of(UNTOLD), &octets);

	gaps_out->n = 0;
	if (err != ERR_OK)
		return err == ERR_NOENT ? ERR_OK : err;
	r = rd_of(octets);
	while (rd_left(&r) > 0 && gaps_out->n < GAPS_MAX) {
		struct gap *g = &gaps_out->list[gaps_out->n++];

		g->from = rd_u64(&r);
		g->to = rd_u64(&r);
	}
	return rd_err(&r) == ERR_OK && rd_left(&r) == 0 ? ERR_OK : ERR_CORRUPT;
}

static void write_gaps(struct txn *t, const struct gaps *gaps)
{
	uint8_t octets[GAPS_MAX * sizeof(struct gap)];
	struct wr w = wr_of(octets, sizeof(octets));

	for (size_t i = 0; i < gaps->n; i++) {
		wr_u64(&w, gaps->list[i].from);
		wr_u64(&w, gaps->list[i].to);
	}
	meta_put(t, UNTOLD, wr_bytes(&w));
}

static int add_gap(struct txn *t, uint64_t from, uint64_t to)
{
	struct gaps gaps;
	int err = read_gaps(t, &gaps);

	if (err != ERR_OK)
		return err;
	gaps.list[gaps.n++] = (struct gap){ from, to };
	if (gaps.n > GAPS_MAX) {
		/* Better a text of a month ago taken for untold than one of today forgotten. */
		gaps.list[1].from = gaps.list[0].from;
		memmove(&gaps.list[0], &gaps.list[1], --gaps.n * sizeof(gaps.list[0]));
	}
	write_gaps(t, &gaps);
	return txn_err(t);
}

static int answered(struct txn *t, uint64_t *turn_out)
{
	int err = meta_get_u64(t, ANSWERED, turn_out);

	if (err == ERR_NOENT)
		*turn_out = 0;
	return err == ERR_NOENT ? ERR_OK : err;
}

int answers_told(struct txn *t, const Pb__Seen *seen, bool *is_told_out)
{
	struct gaps gaps;
	uint64_t up_to;
	int err;

	*is_told_out = seen->answered != 0;
	/* Those of an older version have no turn. */
	if (*is_told_out || seen->turn == 0 || seen->late)
		return ERR_OK;
	err = answered(t, &up_to);
	if (err == ERR_OK)
		err = read_gaps(t, &gaps);
	if (err != ERR_OK)
		return err;
	*is_told_out = seen->turn <= up_to;
	for (size_t i = 0; i < gaps.n; i++)
		if (seen->turn > gaps.list[i].from && seen->turn < gaps.list[i].to)
			*is_told_out = false;
	return ERR_OK;
}

int answers_up_to(struct txn *t, uint64_t since, uint64_t turn)
{
	uint64_t up_to;
	int err = since != 0 ? answered(t, &up_to) : ERR_OK;

	if (err == ERR_OK && since != 0)
		err = add_gap(t, up_to, since);
	if (err != ERR_OK)
		return err;
	meta_put_u64(t, ANSWERED, turn);
	return txn_err(t);
}

enum told { LATE, IN_TIME };

static int mark(struct txn *t, const struct digest *words, uint64_t turn, enum told told)
{
	struct arena *a = arena_new(SCRATCH_MAX);
	Pb__Seen *rec;
	int err = a == NULL ? ERR_NOMEM : seen_get(t, words, a, &rec);

	if (err == ERR_OK && told == LATE && rec->turn == turn) {
		rec->late = true;
		seen_put(t, words, rec);
	} else if (err == ERR_OK && told == IN_TIME && rec->answered == 0) {
		/* This note of it may have waited for company. */
		rec->answered = rec->at;
		seen_put(t, words, rec);
	}
	arena_free(&a);
	return err == ERR_NOENT ? ERR_OK : err == ERR_OK ? txn_err(t) : err;
}

int answers_late(struct txn *t, const struct digest *words, uint64_t turn)
{
	return mark(t, words, turn, LATE);
}

int answers_in_time(struct txn *t, const struct digest *words)
{
	return mark(t, words, 0, IN_TIME);
}
