/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sim/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/err.h"
#include "parsers/number.h"
#include "parsers/sms_text.h"

static void *grow(void *list, size_t n, size_t *cap, size_t size)
{
	void *larger = list;

	if (n == *cap) {
		*cap = *cap == 0 ? 256 : 2 * *cap;
		larger = reallocarray(list, *cap, size);
	}
	if (larger == NULL) {
		fprintf(stderr, "odziv-sim: out of memory\n");
		abort();
	}
	memset((char *)larger + n * size, 0, size);
	return larger;
}

/* clang-format off */
#define GROWN(w, list, count, cap) \
	((w)->list = grow((w)->list, (w)->count, &(w)->cap, sizeof(*(w)->list)), &(w)->list[(w)->count++])
/* clang-format on */

struct written *world_add_written(struct world *w)
{
	return GROWN(w, written, n_written, written_cap);
}

struct piece *world_add_piece(struct world *w)
{
	return GROWN(w, pieces, n_pieces, pieces_cap);
}

void world_add_tagged(struct world *w, size_t written)
{
	*GROWN(w, tagged, n_tagged, tagged_cap) = written;
}

struct stop *world_add_stop(struct world *w)
{
	return GROWN(w, stops, n_stops, stops_cap);
}

struct deed *world_add_deed(struct world *w)
{
	return GROWN(w, deeds, n_deeds, deeds_cap);
}

void world_add_death(struct world *w, int64_t at_ms)
{
	*GROWN(w, deaths, n_deaths, deaths_cap) = at_ms;
}

void world_init(struct world *w)
{
	*w = (struct world){ 0 };
}

void world_fini(struct world *w)
{
	for (size_t i = 0; i < w->n_written; i++)
		free(w->written[i].words);
	for (size_t i = 0; i < w->n_pieces; i++)
		free(w->pieces[i].octets);
	for (size_t i = 0; i < w->n_shots; i++)
		free(w->shots[i].text);
	for (size_t i = 0; i < w->n_deeds; i++)
		free(w->deeds[i].words);
	letters_fini(&w->letters);
	free(w->citizens);
	free(w->written);
	free(w->tagged);
	free(w->pieces);
	free(w->shots);
	free(w->shot_table);
	free(w->stops);
	free(w->deeds);
	free(w->deaths);
	world_init(w);
}

static size_t slot_of(const struct world *w, uint64_t row, unsigned segment)
{
	size_t i = (size_t)((row * 16 + segment) * UINT64_C(0x9E3779B97F4A7C15) >> 20);

	for (;; i++) {
		const struct shot *s;

		i &= w->shot_table_cap - 1;
		if (w->shot_table[i] == 0)
			return i;
		s = &w->shots[w->shot_table[i] - 1];
		if (s->row == row && s->segment == segment)
			return i;
	}
}

static void grow_table(struct world *w)
{
	if (w->n_shots * 2 < w->shot_table_cap)
		return;
	free(w->shot_table);
	w->shot_table_cap = w->shot_table_cap == 0 ? 1024 : 2 * w->shot_table_cap;
	w->shot_table = calloc(w->shot_table_cap, sizeof(*w->shot_table));
	if (w->shot_table == NULL)
		abort();
	for (size_t i = 0; i < w->n_shots; i++)
		w->shot_table[slot_of(w, w->shots[i].row, w->shots[i].segment)] = i + 1;
}

const struct shot *world_find_shot(const struct world *w, uint64_t row, unsigned segment)
{
	size_t slot = w->shot_table_cap == 0 ? 0 : slot_of(w, row, segment);

	return w->shot_table_cap == 0 || w->shot_table[slot] == 0
		       ? NULL
		       : &w->shots[w->shot_table[slot] - 1];
}

struct shot *world_shot(struct world *w, uint64_t row, unsigned segment, bool *is_new_out)
{
	struct shot *s;
	size_t slot;

	grow_table(w);
	slot = slot_of(w, row, segment);
	*is_new_out = w->shot_table[slot] == 0;
	if (!*is_new_out)
		return &w->shots[w->shot_table[slot] - 1];
	s = GROWN(w, shots, n_shots, shots_cap);
	s->row = row;
	s->segment = segment;
	w->shot_table[slot] = w->n_shots;
	return s;
}

struct citizen *world_citizen(struct world *w, struct bytes number)
{
	for (size_t i = 0; i < w->n_citizens; i++)
		if (bytes_is(number, w->citizens[i].number))
			return &w->citizens[i];
	return NULL;
}

bool world_piece_of_id(const struct world *w, struct bytes remote_id, size_t *piece_out)
{
	struct bytes rest = remote_id, head;
	uint32_t n;

	if (!bytes_starts(rest, "m"))
		return false;
	rest = bytes_cut(rest, 1, rest.len);
	if (!bytes_split(&rest, '.', &head) ||
	    number_parse_u32(head, 0, UINT32_MAX, &n) != ERR_OK || n >= w->n_pieces)
		return false;
	*piece_out = n;
	return true;
}

static bool piece_of_udh(const struct world *w, struct bytes udh, size_t *piece_out)
{
	struct bytes octets;
	struct rd r;

	if (!sms_udh_element(udh, WORLD_UDH_NUMBER, &octets))
		return false;
	r = rd_of(octets);
	*piece_out = rd_u32(&r);
	return rd_err(&r) == ERR_OK && *piece_out < w->n_pieces;
}

/* "zq" and the number in base 26, its lowest digit first (town_tag()). */
static bool piece_of_tag(const struct world *w, struct bytes text, size_t *piece_out)
{
	size_t at = 0, n = 0, unit = 1;

	while (at + 2 < text.len && !bytes_starts(bytes_cut(text, at, 2), "zq"))
		at++;
	if (at + 2 >= text.len)
		return false;
	for (at += 2; at < text.len && text.ptr[at] >= 'a' && text.ptr[at] <= 'z'; at++) {
		n += (size_t)(text.ptr[at] - 'a') * unit;
		unit *= 26;
	}
	if (unit == 1 || n >= w->n_tagged)
		return false;
	*piece_out = w->written[w->tagged[n]].first_piece;
	return true;
}

static bool piece_of_raw(const struct world *w, struct bytes raw, size_t *piece_out)
{
	static const uint8_t element[] = { WORLD_UDH_NUMBER, 4 };
	size_t at = 0;
	struct rd r;

	while (at + 6 <= raw.len && memcmp(raw.ptr + at, element, sizeof(element)) != 0)
		at++;
	r = rd_of(bytes_cut(raw, at + sizeof(element), 4));
	*piece_out = rd_u32(&r);
	return rd_err(&r) == ERR_OK && *piece_out < w->n_pieces && w->pieces[*piece_out].has_fault;
}

bool world_piece_of(const struct world *w, struct bytes remote_id, struct bytes udh,
		    struct bytes text, struct bytes raw, size_t *piece_out)
{
	return world_piece_of_id(w, remote_id, piece_out) || piece_of_udh(w, udh, piece_out) ||
	       piece_of_tag(w, text, piece_out) || piece_of_raw(w, raw, piece_out);
}

bool world_has_rival(const struct world *w, const struct piece *p)
{
	const struct written *wr = &w->written[p->written];

	for (size_t i = 0; i < w->n_written; i++) {
		const struct written *other = &w->written[i];
		const struct piece *q = &w->pieces[other->first_piece];

		if (i != p->written && other->citizen == wr->citizen && q->total == p->total &&
		    q->udh_len > 3 && p->udh_len > 3 && q->udh[3] == p->udh[3] &&
		    llabs(other->at_ms - wr->at_ms) < 3 * DAY_MS)
			return true;
	}
	return false;
}
