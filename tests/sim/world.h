/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * world - what a simulated town saw: who wrote what, what was acknowledged, what
 * phones received, what the network said became of it, what clerks were told.
 *
 * Plain data. The town and its network write it, the model compares it with the
 * store. Nothing here is asked of the daemon.
 */
#ifndef TESTS_SIM_WORLD_H
#define TESTS_SIM_WORLD_H

#include "parsers/clock.h"
#include "parsers/message.h"
#include "parsers/receipt.h"
#include "tests/sim/letters.h"
#include "tests/sim/texts.h"

#define WORLD_LINKS 3
/* The one that speaks SMPP, which has no id for what a citizen wrote. */
#define SMPP_LINK    2u
#define SMPP_CHANNEL "mobile-c"
/* So pieces are told from each other there, whose words aren't: by a number in an element of their UDH that is nobody's. */
#define WORLD_UDH_NUMBER 0xA5u

struct citizen {
	char number[24];    /* as the network gives it: "+381640000001", "TELENOR" */
	unsigned link;      /* whose phone network it is */
	bool is_answerable; /* inside answer_prefixes */
	bool has_written;   /* or was entered by a clerk */
	unsigned n_texts;   /* texts written */
	unsigned n_got;     /* segments received */
	char last_case[32]; /* read off a text that it got */
};

/* When a number wanted no texts: from the acknowledged STOP until START was sent. */
struct stop {
	unsigned citizen;
	int64_t from_ms, to_ms; /* wall; to 0: still */
	size_t piece;           /* the STOP itself, which is confirmed */
	bool is_sure; /* it was heard as a new text; else it may count as a repeat of an older one */
};

/* One thing that a citizen wrote; it travels as one piece or as several. */
struct written {
	unsigned citizen;
	const struct text_kind *kind;
	char *words;
	size_t first_piece, n_pieces;
	int64_t at_ms; /* wall */
	bool is_twin;  /* the same words were written shortly before, on purpose */
};

/* What the network carries, repeats, and has acknowledged. */
struct piece {
	size_t written;
	enum message_coding coding;
	const char *charset;
	uint8_t *octets;
	size_t n_octets;
	uint8_t udh[8];
	size_t udh_len;
	uint8_t index, total;
	bool has_fault;
	bool wants_number;         /* of WORLD_UDH_NUMBER */
	uint64_t session;          /* of the SMSC's, that had it last */
	unsigned tries;            /* handed to the daemon */
	unsigned n_ok, n_repeated; /* answers heard */
	bool is_acked;
	int64_t first_ms, acked_ms; /* wall; first handed, last acknowledged */
	unsigned under_way;         /* handed over and not answered */
	uint64_t message;           /* the record that it became a part of, once the model met it */
	int64_t calm_ms; /* since the link and we came up, when it was handed over; the least */
	bool is_stored;  /* the model met its record */
	uint64_t look;   /* the model's last look that met it as a part */
};

/* One segment of a reply, as the network knows it. */
struct shot {
	uint64_t row;
	unsigned segment;
	unsigned link;
	char to[96];
	char from[64];
	char *text;
	unsigned sends, copies; /* handed to us; given to the phone */
	unsigned unknown;       /* times that the daemon couldn't know what became of it */
	unsigned refused;       /* for good */
	bool is_flying;         /* no result yet */
	bool flew_at_death;     /* until the model has looked */
	uint64_t flight;
	int64_t first_ms, left_ms, result_ms, receipt_ms; /* wall; first and last handed to us, … */
	bool said_ok;                                     /* the last result */
	bool arrived_told, failed_told;                   /* receipts that were acknowledged */
	bool lied_after; /* a wrong state was told after the right one */
	bool by_id_lost; /* a receipt by an id that the daemon never learned */
};

/* Something that a clerk asked for. */
enum deed_kind { DEED_ANSWER, DEED_NEW, DEED_CLOSE, DEED_KINDS };
struct deed {
	enum deed_kind kind;
	char number[32];
	char *words;  /* unlike all others */
	bool is_told; /* the daemon said that it is done */
	bool is_over; /* it said something */
};

struct world {
	struct citizen *citizens;
	size_t n_citizens;
	struct written *written;
	size_t n_written, written_cap;
	size_t *tagged; /* by tag: who wrote it */
	size_t n_tagged, tagged_cap;
	struct piece *pieces;
	size_t n_pieces, pieces_cap;
	struct shot *shots;
	size_t n_shots, shots_cap;
	size_t *shot_table, shot_table_cap; /* by row and segment; 0: none, else index + 1 */
	struct stop *stops;
	size_t n_stops, stops_cap;
	struct deed *deeds;
	size_t n_deeds, deeds_cap;
	struct letters letters;
	int64_t *deaths; /* wall, in order */
	size_t n_deaths, deaths_cap;
	uint64_t answers_told; /* acknowledgements heard */
	uint64_t repeats_told; /* of these: 'kept before' */
	uint64_t receipts_told;
	uint64_t n_tries, n_sends; /* texts handed to the daemon, segments handed to us */
};

void world_init(struct world *w);
void world_fini(struct world *w);
struct written *world_add_written(struct world *w);
struct piece *world_add_piece(struct world *w);
/* The next tag (town.h) stands in this. */
void world_add_tagged(struct world *w, size_t written);
struct stop *world_add_stop(struct world *w);
struct deed *world_add_deed(struct world *w);
void world_add_death(struct world *w, int64_t at_ms);
/* The segment's, made when it wasn't known; *is_new_out tells. */
struct shot *world_shot(struct world *w, uint64_t row, unsigned segment, bool *is_new_out);
const struct shot *world_find_shot(const struct world *w, uint64_t row, unsigned segment);
/* By what the network calls it, or NULL. */
struct citizen *world_citizen(struct world *w, struct bytes number);
/* "m12.3" names a piece and a try. False: not ours. */
bool world_piece_of_id(const struct world *w, struct bytes remote_id, size_t *piece_out);
/*
 * The same of a record, where the network has no ids: by the number in its UDH, by its tag,
 * or, where all that is known is a whole PDU, by the number somewhere in it.
 */
bool world_piece_of(const struct world *w, struct bytes remote_id, struct bytes udh,
		    struct bytes text, struct bytes raw, size_t *piece_out);
/* Another text of the same phone whose parts can't be told from those of this one. */
bool world_has_rival(const struct world *w, const struct piece *p);

#endif
