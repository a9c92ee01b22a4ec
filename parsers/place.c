/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/place.h"

#include "parsers/err.h"
#include "parsers/place_marks.h"
#include "parsers/place_scan.h"
#include "parsers/strbuf.h"

#define NAME_WORDS_MAX 4
/* Adjectives are long enough to be told from short words with the same ending. */
#define ADJECTIVE_MIN 6

/* A street found: tokens from..to, and where its number is looked for. */
struct street {
	size_t from, to;   /* tokens; to is behind the last */
	struct bytes name; /* as it is shown */
	struct bytes number;
};

/* clang-format off */
static const char *const street_words[] = { "ul", "ulica", "ulici", "ulice", "ulicu", "ulicom", "ulicu" };
static const char *const utca_words[] = { "utca", "utcai", "utcaban", "utcan", "utcat", "utcanal", "utcabol" };
static const char *const street_behind[] = { "street", "str" };
/* Words that stand before numbers and are no streets. */
static const char *const no_streets[] = {
	"autobus", "autobusa", "autobusi", "autobusom", "bus", "busz", "linija", "linije", "liniji", "liniju", "linijom",
	"linka", "linky", "vozilo", "tablice", "zovi", "zovite", "pozovi", "pozovite", "zvao", "zvala", "javi", "javite",
	"nazovite", "zavolajte", "volajte", "hivjanak", "hivjatok", "call", "telefon", "mob", "mobilni", "clan", "clana",
	"clanu", "paragraf", "ponedeljak", "ponedjeljak", "utorak", "sreda", "srijeda", "cetvrtak", "petak",
	"petka", "petkom", "subota", "subote", "nedelja", "nedjelja", "danas", "juce", "jucer", "sutra", "ukupno",
	"racun", "cena", "cijena", "godina", "strana", "tacka", "parcela", "grupa", "razred", "osnovna", "vrtic", "spoj", "zgrada", "zgrade", "zgradi", "lamela", "ulaz", "ulazu",
	"stan", "stanu", "sprat", "deo", "os", "mz", "kp", "kat", "st", "jmbg", "pib", "mb", "tel", "model",
	"predmet", "broj", "br", "od", "do", "u", "na", "kod", "iz", "mart", "april", "maj", "jun", "jul",
	"avgust", "januar", "februar", "septembar", "oktobar", "novembar", "decembar", "kuca", "kuci", "ima",
	"status", "stanje", "stav", "allapot", "vec", "oko", "za", "pre", "posle", "jos", "samo", "imamo",
};
static const char *const adjective_stems[] = { "sk", "ck", "zk", "ev", "ov", "in" };
static const char *const adjective_endings[] = { "oj", "om", "ej", "ou", "u", "e", "a" };
/* clang-format on */

/* ---- names ---- */

/* The length of the stem when the word is an adjective of a street (-skoj, -evoj), else 0. */
static size_t adjective_stem(struct bytes w)
{
	if (w.len < ADJECTIVE_MIN)
		return 0;
	for (size_t e = 0; e < ARRAY_LEN(adjective_endings); e++) {
		size_t len = bytes_of(adjective_endings[e]).len;

		if (!bytes_ends(w, adjective_endings[e]))
			continue;
		for (size_t i = 0; i < ARRAY_LEN(adjective_stems); i++) {
			if (bytes_ends(bytes_cut(w, 0, w.len - len), adjective_stems[i]))
				return w.len - len;
		}
		return 0;
	}
	return 0;
}

static bool is_locative(struct bytes w)
{
	return adjective_stem(w) != 0 && (bytes_ends(w, "oj") || bytes_ends(w, "ej"));
}

static bool may_be_name(const struct scan *s, size_t i)
{
	return i < s->n && !s->list[i].is_taken && !SCAN_IS_ONE_OF(scan_word(s, i), no_streets) &&
	       !scan_is_digit(scan_word(s, i).ptr[0]);
}

static bool is_name(const struct scan *s, size_t i)
{
	return may_be_name(s, i) && s->list[i].is_capital && s->has_case;
}

static bool is_and(struct bytes w)
{
	return bytes_is(w, "i") || bytes_is(w, "a");
}

/* Latin, nominative where a rule gives it, capitals where the text has none to tell. */
static int show_name(struct scan *s, struct street *st, bool is_adjective)
{
	size_t from = s->list[st->from].from, to = s->list[st->to - 1].to;
	struct bytes last = scan_word(s, st->to - 1);
	size_t stem = is_adjective ? adjective_stem(last) : 0;
	struct strbuf out = strbuf_in(s->arena, PLACE_MAX_BYTES);
	struct bytes latin;
	int err;

	if (stem != 0)
		to = s->list[st->to - 1].from + stem;
	err = fold_latin(s->arena, folded_original(s->text, from, to), &latin);
	if (err != ERR_OK)
		return err;
	strbuf_add(&out, latin);
	if (stem != 0)
		strbuf_addc(&out, 'a');
	err = strbuf_finish(&out, &st->name);
	if (err == ERR_LIMIT) {
		st->from = st->to; /* a "name" of hundreds of octets is none */
		return ERR_OK;
	}
	return err == ERR_OK && !s->has_case ? fold_title(s->arena, st->name, &st->name) : err;
}

/* ---- the ways in which a street shows ---- */

/* "ul. Nikole Tesle", "ulici Ćirila i Metodija": names behind; without capitals only up to a number. */
static bool behind_ulica(const struct scan *s, size_t i, struct street *st_out)
{
	size_t end = i + 1;

	if (!SCAN_IS_ONE_OF(scan_word(s, i), street_words))
		return false;
	while (end < s->n && end - i <= NAME_WORDS_MAX && s->list[end].gap != GAP_HARD) {
		bool joins = is_and(scan_word(s, end)) && end > i + 1 && is_name(s, end + 1);

		if (s->has_case ? !is_name(s, end) && !joins : !may_be_name(s, end))
			break;
		end++;
	}
	if (end == i + 1 || (!s->has_case && scan_number_behind(s, end) == s->n))
		return false;
	*st_out = (struct street){ .from = i + 1, .to = end };
	return true;
}

/* "Borske ulice", "Fő utcában", "Njegoseva street": names before. */
static bool before_ulica(const struct scan *s, size_t i, struct street *st_out)
{
	struct bytes w = scan_word(s, i);
	bool is_ulica = SCAN_IS_ONE_OF(w, street_words) && !bytes_is(w, "ul");
	size_t from = i;

	if (!is_ulica && !SCAN_IS_ONE_OF(w, utca_words) && !SCAN_IS_ONE_OF(w, street_behind))
		return false;
	if (is_ulica) {
		if (i == 0 || !is_name(s, i - 1) || adjective_stem(scan_word(s, i - 1)) == 0)
			return false;
		*st_out = (struct street){ .from = i - 1, .to = i };
		return true;
	}
	while (from > 0 && i - from < NAME_WORDS_MAX && is_name(s, from - 1) &&
	       s->list[from].gap == GAP_BLANK)
		from--;
	*st_out = (struct street){ .from = from, .to = i };
	return from < i;
}

/* "Kralja Petra 33", "svetosavskoj 14": a name before a number. */
static bool before_number(const struct scan *s, size_t i, struct street *st_out)
{
	size_t end = i, from;

	if (!scan_is_house_number(s, i))
		return false;
	if (end > 0 && scan_is_number_word(scan_word(s, end - 1)))
		end--;
	from = end;
	while (from > 0 && end - from < NAME_WORDS_MAX && s->list[from].gap != GAP_HARD) {
		bool joins = is_and(scan_word(s, from - 1)) && from < end && from > 1 &&
			     is_name(s, from - 2);

		if (!is_name(s, from - 1) && !joins)
			break;
		from--;
	}
	/* The capital of a sentence's first word is no name's: "Voda Svetosavska 14". */
	if (end > from + 1 && from == 0 && adjective_stem(scan_word(s, end - 1)) != 0)
		from = end - 1;
	if (from == end && end > 0 && s->list[i].gap != GAP_HARD && may_be_name(s, end - 1) &&
	    (adjective_stem(scan_word(s, end - 1)) != 0))
		from = end - 1;
	*st_out = (struct street){ .from = from, .to = end };
	return from < end;
}

/* "u Njegoševoj": an adjective with a capital, in the case of places. */
static bool locative(const struct scan *s, size_t i, struct street *st_out)
{
	static const char *const before[] = { "u", "na", "po", "v" };

	if (i == 0 || !SCAN_IS_ONE_OF(scan_word(s, i - 1), before) || !is_name(s, i) ||
	    !is_locative(scan_word(s, i)))
		return false;
	/* "u Srpskoj akademiji": before another word of the name it is no street by itself. */
	if (i + 1 < s->n && s->list[i + 1].gap == GAP_BLANK && s->list[i + 1].is_taken)
		return false;
	*st_out = (struct street){ .from = i, .to = i + 1 };
	return true;
}

static bool ends_segment(const struct scan *s, size_t i)
{
	return i == s->n || s->list[i].gap != GAP_BLANK || s->list[i].is_taken;
}

/* "…, Sremska, Novi Banovci", "Surduk Dunavska": a street's adjective between a comma or settlement and another, or the end. */
static bool alone(const struct scan *s, size_t i, struct street *st_out)
{
	static const char *const endings[] = { "ska", "cka", "eva", "ova", "ina" };
	bool has_ending = false;

	if (i == 0 || !may_be_name(s, i) || s->list[i].to - s->list[i].from < ADJECTIVE_MIN)
		return false;
	if (!is_name(s, i) && (s->has_case || i + 1 != s->n))
		return false;
	if ((s->list[i].gap == GAP_BLANK && !s->list[i - 1].is_taken) || !ends_segment(s, i + 1))
		return false;
	for (size_t e = 0; e < ARRAY_LEN(endings); e++)
		has_ending |= bytes_ends(scan_word(s, i), endings[e]);
	*st_out = (struct street){ .from = i, .to = i + 1 };
	return has_ending;
}

/* "…, Slavka Rodića, Stara Pazova": a name of two words in the genitive, at the end or before a settlement. */
static bool genitive(const struct scan *s, size_t i, struct street *st_out)
{
	struct bytes first = scan_word(s, i), second;

	if (i == 0 || i + 1 >= s->n || s->list[i].gap == GAP_BLANK ||
	    s->list[i + 1].gap != GAP_BLANK || !is_name(s, i) || !is_name(s, i + 1))
		return false;
	second = scan_word(s, i + 1);
	if (i + 2 < s->n && !s->list[i + 2].is_taken)
		return false;
	if (!bytes_ends(first, "e") && !(bytes_ends(first, "a") && bytes_ends(second, "a")))
		return false;
	*st_out = (struct street){ .from = i, .to = i + 2 };
	return true;
}

/* "u Đure Jakšića", "u Jana Kolara". */
static bool within_genitive(const struct scan *s, size_t i, struct street *st_out)
{
	if (i == 0 || i + 1 >= s->n || !bytes_is(scan_word(s, i - 1), "u") || !is_name(s, i) ||
	    !is_name(s, i + 1) || s->list[i + 1].gap != GAP_BLANK ||
	    !bytes_ends(scan_word(s, i + 1), "a") ||
	    !(bytes_ends(scan_word(s, i), "a") || bytes_ends(scan_word(s, i), "e")))
		return false;
	*st_out = (struct street){ .from = i, .to = i + 2 };
	return true;
}

/* "Ulica 7. jula". */
static bool date_street(const struct scan *s, size_t i, struct street *st_out)
{
	static const char *const months[] = { "januara",  "marta",    "maja",      "jula",
					      "jun",      "juna",     "avgusta",   "oktobra",
					      "novembra", "decembra", "septembra", "aprila" };

	if (i == 0 || i + 1 >= s->n || !SCAN_IS_ONE_OF(scan_word(s, i - 1), street_words) ||
	    !scan_is_digit(scan_word(s, i).ptr[0]) || !SCAN_IS_ONE_OF(scan_word(s, i + 1), months))
		return false;
	*st_out = (struct street){ .from = i, .to = i + 2 };
	return true;
}

static bool is_crossing_word(struct bytes w)
{
	static const char *const heads[] = { "raskrsn", "krizanj", "cosk",     "cosak", "ugao",
					     "uglu",    "sarok",   "crossing", "corner" };

	for (size_t h = 0; h < ARRAY_LEN(heads); h++) {
		if (bytes_starts(w, heads[h]))
			return true;
	}
	return false;
}

static bool is_crossing(const struct scan *s)
{
	for (size_t i = 0; i < s->n; i++) {
		if (is_crossing_word(scan_word(s, i)))
			return true;
	}
	return false;
}

/* "na raskrsnici Pinkijeve i Sremske": the first of them; join_crossing() adds the other. */
static bool at_crossing(const struct scan *s, size_t i, struct street *st_out)
{
	if (i == 0 || i + 2 >= s->n || !is_crossing_word(scan_word(s, i - 1)) || !is_name(s, i) ||
	    !is_and(scan_word(s, i + 1)) || !is_name(s, i + 2))
		return false;
	*st_out = (struct street){ .from = i, .to = i + 1 };
	return true;
}

typedef bool way_fn(const struct scan *s, size_t i, struct street *st_out);

static way_fn *const ways[] = { date_street,  at_crossing,     before_number,
				behind_ulica, before_ulica,    locative,
				alone,        within_genitive, genitive };

static int add_utca(struct scan *s, struct street *st)
{
	struct strbuf out = strbuf_in(s->arena, PLACE_MAX_BYTES);

	strbuf_addf(&out, "%.*s utca", PRI_BYTES(st->name));
	return strbuf_finish(&out, &st->name) == ERR_NOMEM ? ERR_NOMEM : ERR_OK;
}

static int find_by_looks(struct scan *s, struct street *st)
{
	for (size_t w = 0; w < ARRAY_LEN(ways); w++) {
		for (size_t i = 0; i < s->n; i++) {
			int err;

			if (!ways[w](s, i, st))
				continue;
			err = show_name(s, st, st->to - st->from == 1);
			if (err == ERR_OK && st->to < s->n &&
			    SCAN_IS_ONE_OF(scan_word(s, st->to), utca_words))
				err = add_utca(s, st);
			return err;
		}
	}
	return ERR_OK;
}

/* ---- all of it ---- */

static size_t token_at(const struct scan *s, size_t folded)
{
	size_t i = 0;

	while (i < s->n && s->list[i].to <= folded)
		i++;
	return i;
}

static bool is_better(const struct rule_hit *a, const struct rule_hit *b)
{
	if (b == NULL || a->from != b->from)
		return b == NULL || a->from < b->from;
	return a->to > b->to;
}

/* The first name of a kind in the text, of two at one place the longer. */
static const struct rule_hit *first_of(const struct gazetteer *g, const struct rule_hits *hits,
				       enum gazetteer_kind kind)
{
	const struct rule_hit *best = NULL;

	for (size_t i = 0; i < hits->n; i++) {
		const struct rule_hit *h = &hits->list[i];

		if (gazetteer_name(g, h->rule)->kind == kind && is_better(h, best))
			best = h;
	}
	return best;
}

static void take_settlements(const struct gazetteer *g, const struct rule_hits *hits,
			     struct scan *s)
{
	for (size_t i = 0; i < hits->n; i++) {
		const struct rule_hit *h = &hits->list[i];

		if (gazetteer_name(g, h->rule)->kind != GAZ_SETTLEMENT)
			continue;
		for (size_t t = token_at(s, h->from); t < s->n && s->list[t].from < h->to; t++)
			s->list[t].is_taken = true;
	}
}

static bool is_street_word(struct bytes w)
{
	return SCAN_IS_ONE_OF(w, street_words) || SCAN_IS_ONE_OF(w, utca_words) ||
	       SCAN_IS_ONE_OF(w, street_behind);
}

static int find_number(struct scan *s, struct street *st)
{
	size_t after = st->to, at;

	/* "Fő utca 12", "Borske ulice 5": the word for street stands between. */
	if (after < s->n && is_street_word(scan_word(s, after)))
		after++;
	at = scan_number_behind(s, after);
	if (at == s->n)
		at = scan_number_later(s, after);
	/* "ispred broja 15 …, Vuka Karadžića": the number may stand first. */
	if (at == s->n)
		at = scan_number_later(s, 0);
	return at < s->n ? scan_read_number(s, at, &st->number) : ERR_OK;
}

/* "raskrsnica Radničke i Cara Dušana": the other street, from..to of its tokens; equal: there is none. */
static struct street other_street(const struct scan *s, const struct street *st)
{
	struct street other = { 0 };
	size_t i = st->to;

	if (i + 1 < s->n && is_and(scan_word(s, i)) && is_name(s, i + 1)) {
		other = (struct street){ .from = i + 1, .to = i + 2 };
		while (other.to < s->n && other.to - other.from < NAME_WORDS_MAX &&
		       s->list[other.to].gap == GAP_BLANK && is_name(s, other.to))
			other.to++;
	} else if (st->from > 1 && is_and(scan_word(s, st->from - 1)) && is_name(s, st->from - 2)) {
		other = (struct street){ .from = st->from - 2, .to = st->from - 1 };
	}
	return other;
}

/* Both streets in the order of the text: "Radnička i Cara Dušana". */
static int join_crossing(struct scan *s, struct street *st)
{
	struct street other = other_street(s, st);
	struct strbuf out = strbuf_in(s->arena, 2 * PLACE_MAX_BYTES);
	bool is_before = other.from < st->from;
	int err;

	if (other.from == other.to || !is_crossing(s))
		return ERR_OK;
	err = show_name(s, &other, other.to - other.from == 1);
	if (err != ERR_OK || other.from == other.to)
		return err;
	strbuf_addf(&out, "%.*s i %.*s", PRI_BYTES(is_before ? other.name : st->name),
		    PRI_BYTES(is_before ? st->name : other.name));
	st->from = is_before ? other.from : st->from;
	st->to = is_before ? st->to : other.to;
	return strbuf_finish(&out, &st->name) == ERR_NOMEM ? ERR_NOMEM : ERR_OK;
}

static int write_place(const struct scan *s, const struct street *st, struct place *p)
{
	struct strbuf out = strbuf_in(s->arena, PLACE_MAX_BYTES);
	int err;

	strbuf_add(&out, st->name);
	if (st->number.len != 0)
		strbuf_addf(&out, " %.*s", PRI_BYTES(st->number));
	err = strbuf_finish(&out, &p->place);
	p->from = s->list[st->from].from;
	p->to = s->list[st->to - 1].to;
	return err == ERR_LIMIT ? ERR_OK : err;
}

/* The settlement that stands next behind an octet of the text, or NULL. */
static const struct rule_hit *settlement_behind(const struct gazetteer *g,
						const struct rule_hits *hits, size_t at)
{
	const struct rule_hit *best = NULL;

	for (size_t i = 0; i < hits->n; i++) {
		const struct rule_hit *h = &hits->list[i];

		if (h->from >= at && gazetteer_name(g, h->rule)->kind == GAZ_SETTLEMENT &&
		    is_better(h, best))
			best = h;
	}
	return best;
}

/* "put Surduk–Belegiš": two settlements close together, behind a word for road, from or between. */
static int find_road(const struct gazetteer *g, const struct rule_hits *hits, struct scan *s,
		     struct place *p)
{
	static const char *const heads[] = { "put",   "putu",    "puta",  "cesta",   "ceste",
					     "cesti", "drum",    "drumu", "izmedju", "road",
					     "from",  "between", "od",    "ceste",   "cestou" };
	const struct rule_hit *first = settlement_behind(g, hits, 0), *second;
	struct strbuf out = strbuf_in(s->arena, PLACE_MAX_BYTES);
	bool has_head = false;
	size_t at;

	second = first != NULL ? settlement_behind(g, hits, first->to) : NULL;
	if (second == NULL || token_at(s, second->from) > token_at(s, first->to) + 2)
		return ERR_OK;
	at = token_at(s, first->from);
	for (size_t i = at > 2 ? at - 2 : 0; i < at && i < s->n; i++)
		has_head |= SCAN_IS_ONE_OF(scan_word(s, i), heads);
	if (!has_head)
		return ERR_OK;
	strbuf_addf(&out, "put %.*s\xe2\x80\x93%.*s",
		    PRI_BYTES(gazetteer_name(g, first->rule)->latin),
		    PRI_BYTES(gazetteer_name(g, second->rule)->latin));
	return strbuf_finish(&out, &p->place) == ERR_NOMEM ? ERR_NOMEM : ERR_OK;
}

int place_find(const struct gazetteer *g, struct arena *a, const struct folded *text,
	       struct place *place_out)
{
	struct place p = { 0 };
	struct street st = { 0 };
	struct rule_hits hits;
	const struct rule_hit *settlement, *street;
	struct scan s;
	int err = gazetteer_match(g, a, text->text, &hits);

	if (err == ERR_OK)
		err = scan_words(text, a, &s);
	if (err != ERR_OK)
		return err;
	settlement = first_of(g, &hits, GAZ_SETTLEMENT);
	street = first_of(g, &hits, GAZ_STREET);
	if (settlement != NULL)
		p.settlement = gazetteer_name(g, settlement->rule)->latin;
	take_settlements(g, &hits, &s);
	if (street != NULL && token_at(&s, street->to - 1) < s.n)
		st = (struct street){ .from = token_at(&s, street->from),
				      .to = token_at(&s, street->to - 1) + 1,
				      .name = gazetteer_name(g, street->rule)->latin };
	else
		err = find_by_looks(&s, &st);
	if (err == ERR_OK && st.from < st.to)
		err = join_crossing(&s, &st);
	if (err == ERR_OK && st.from < st.to)
		err = find_number(&s, &st);
	if (err == ERR_OK && st.from < st.to)
		err = write_place(&s, &st, &p);
	if (err == ERR_OK && p.place.len == 0)
		err = place_mark(a, text->text, &p.place);
	if (err == ERR_OK && p.place.len == 0)
		err = find_road(g, &hits, &s, &p);
	if (err == ERR_OK)
		*place_out = p;
	return err;
}
