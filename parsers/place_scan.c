/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/place_scan.h"

#include "parsers/err.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"

/* A place stands early in a text; what comes behind so many words is left alone. */
#define TOKENS_MAX       400
#define HOUSE_NUMBER_MAX 999

/* clang-format off */
static const char *const number_words[] = { "br", "broj", "broja", "broju", "cislo", "szam", "no", "number", "kod" };
/* A number before one of these counts something, and is no house. */
static const char *const units[] = {
	"h", "cas", "casa", "casova", "sat", "sata", "sati", "ujutru", "ujutro", "uvece", "uvecer", "popodne",
	"sijecnja", "veljace", "ozujka", "travnja", "svibnja", "lipnja", "srpnja", "kolovoza", "rujna", "listopada",
	"studenog", "prosinca", "januara", "februara", "marta", "aprila", "maja", "juna", "jula", "avgusta",
	"septembra", "oktobra", "novembra", "decembra", "kvadrata", "stepeni", "procenata", "orakor", "oras",
	"hodine", "hodinu", "minuty", "perc", "percet", "pm", "am", "oclock", "times", "krat", "alkalommal", "dan", "dana", "dani", "nedelja", "nedelje", "nedelju", "nedjelja", "tjedna",
	"mesec", "meseca", "meseci", "mjesec", "mjeseca", "mjeseci", "god", "godina", "godine", "min", "minut",
	"minuta", "m", "metar", "metra", "metara", "km", "kilometar", "kilometra", "kilometara", "cm", "kg",
	"litara", "din", "dinara", "rsd", "eur", "evra", "e", "puta", "put", "ljudi", "dece", "pasa", "psa",
	"sijalica", "sijalice", "bandere", "bandera", "kontejnera", "kanta", "kante", "hodin", "dni", "dnov",
	"tyzdnov", "ora", "napja", "hete", "honapja", "days", "weeks", "hours", "months",
};
/* clang-format on */

struct bytes scan_word(const struct scan *s, size_t i)
{
	return bytes_cut(s->text->text, s->list[i].from, s->list[i].to - s->list[i].from);
}

bool scan_is_one_of(struct bytes w, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (bytes_is(w, list[i]))
			return true;
	}
	return false;
}

/* ---- words ---- */

bool scan_is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_word_char(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || scan_is_digit(c) || c == '_';
}

static enum gap gap_between(struct bytes text, size_t from, size_t to)
{
	enum gap gap = GAP_BLANK;

	for (size_t i = from; i < to; i++) {
		if (text.ptr[i] == '.')
			gap = GAP_DOT;
		else if (text.ptr[i] != ' ')
			return GAP_HARD;
	}
	return gap;
}

static bool is_capital(const struct folded *text, size_t at)
{
	struct rd r = rd_of(bytes_cut(text->original, text->at[at], 4));
	uint32_t cp;

	return utf8_next(&r, &cp) && fold_is_upper(cp);
}

/* Capitals tell names only in a text that has both; "NEMA VODE U NJEGOSEVOJ 5" has none to tell. */
static void judge_case(struct scan *s)
{
	size_t n_letters = 0, n_upper = 0, n_capital = 0;
	struct rd r = rd_of(s->text->original);
	uint32_t cp;

	while (utf8_next(&r, &cp)) {
		n_letters += fold_is_letter(cp);
		n_upper += fold_is_upper(cp);
	}
	for (size_t i = 1; i < s->n; i++)
		n_capital += s->list[i].is_capital;
	s->has_case = n_capital != 0 && 2 * n_upper < n_letters;
}

int scan_words(const struct folded *text, struct arena *a, struct scan *scan_out)
{
	struct scan s = { .text = text, .arena = a };
	struct bytes t = text->text;
	size_t i = 0, end = 0, most = t.len / 2 + 1;

	if (most > TOKENS_MAX)
		most = TOKENS_MAX;
	s.list = arena_array(a, most, sizeof(*s.list));
	if (s.list == NULL)
		return ERR_NOMEM;
	while (i < t.len && s.n < most) {
		size_t from = i;

		while (i < t.len && is_word_char(t.ptr[i]))
			i++;
		if (i == from) {
			i++;
			continue;
		}
		s.list[s.n++] = (struct token){ .from = from,
						.to = i,
						.gap = gap_between(t, end, from),
						.is_capital = is_capital(text, from) };
		end = i;
	}
	judge_case(&s);
	*scan_out = s;
	return ERR_OK;
}

/* ---- numbers ---- */

/* "14", "14a"; not 0123, 18h, 5000e, 2025. */
static bool looks_like_number(struct bytes w)
{
	unsigned value = 0;
	size_t i = 0;

	while (i < w.len && scan_is_digit(w.ptr[i]) && value <= HOUSE_NUMBER_MAX)
		value = 10 * value + (w.ptr[i++] - '0');
	if (i == 0 || w.ptr[0] == '0' || value > HOUSE_NUMBER_MAX)
		return false;
	return i == w.len || (i + 1 == w.len && w.ptr[i] >= 'a' && w.ptr[i] <= 'd');
}

static bool is_date_or_hour(const struct scan *s, size_t i)
{
	struct bytes between;

	if (i + 1 >= s->n || !scan_is_digit(scan_word(s, i + 1).ptr[0]))
		return false;
	between = bytes_cut(s->text->text, s->list[i].to, s->list[i + 1].from - s->list[i].to);
	return bytes_is(between, ".") || bytes_is(between, ":");
}

bool scan_is_house_number(const struct scan *s, size_t i)
{
	if (i >= s->n || !looks_like_number(scan_word(s, i)))
		return false;
	if (i + 1 < s->n && s->list[i + 1].gap == GAP_BLANK &&
	    SCAN_IS_ONE_OF(scan_word(s, i + 1), units))
		return false;
	/* 12.3.2026 and 14:30 are days and hours. */
	if (is_date_or_hour(s, i))
		return false;
	/* A longer number in pieces (060 123 45 67, 12/3/2026) is none of ours. */
	return i + 1 >= s->n || s->list[i + 1].gap != GAP_BLANK ||
	       !scan_is_digit(scan_word(s, i + 1).ptr[0]);
}

static bool is_slash(const struct scan *s, size_t i)
{
	struct bytes between =
		bytes_cut(s->text->text, s->list[i].to, s->list[i + 1].from - s->list[i].to);

	return bytes_is(between, "/");
}

/* "14", "14/2", and of "od 20 do 40" the whole range. */
int scan_read_number(struct scan *s, size_t i, struct bytes *number_out)
{
	struct strbuf out = strbuf_in(s->arena, PLACE_MAX_BYTES);

	strbuf_add(&out, folded_original(s->text, s->list[i].from, s->list[i].to));
	if (i + 1 < s->n && is_slash(s, i) && looks_like_number(scan_word(s, i + 1)))
		strbuf_addf(&out, "/%.*s", PRI_BYTES(scan_word(s, i + 1)));
	else if (i > 0 && i + 2 < s->n && bytes_is(scan_word(s, i + 1), "do") &&
		 scan_is_house_number(s, i + 2))
		strbuf_addf(&out, "-%.*s", PRI_BYTES(scan_word(s, i + 2)));
	return strbuf_finish(&out, number_out);
}

/* Behind the street: "14", "br. 14", "broj 14", "od broja 20 do 40". */
size_t scan_number_behind(const struct scan *s, size_t i)
{
	if (i < s->n && bytes_is(scan_word(s, i), "od"))
		i++;
	if (i < s->n && s->list[i].gap != GAP_HARD && SCAN_IS_ONE_OF(scan_word(s, i), number_words))
		i++;
	return i < s->n && s->list[i].gap != GAP_HARD && scan_is_house_number(s, i) ? i : s->n;
}

/* Further on only with the word: "… ispred broja 8". */
size_t scan_number_later(const struct scan *s, size_t i)
{
	for (; i + 1 < s->n; i++) {
		if (SCAN_IS_ONE_OF(scan_word(s, i), number_words) &&
		    s->list[i + 1].gap != GAP_HARD && scan_is_house_number(s, i + 1))
			return i + 1;
	}
	return s->n;
}

bool scan_is_number_word(struct bytes w)
{
	return SCAN_IS_ONE_OF(w, number_words);
}
