/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/date_words.h"

#include <string.h>

#include "parsers/err.h"

/* The longest date: "do petka, 15-og decembra 2026. godine". */
#define TOKENS_MAX   10
#define YEAR_FIRST   1970
#define YEAR_LAST    2199
#define AMOUNT_MAX   1000
#define DAYS_A_WEEK  7
#define DAYS_A_MONTH 30

/* ---- counting ---- */

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && is_leap(year));
}

int date_day(int year, int month, int day, uint32_t *day_out)
{
	uint32_t n = 0;

	if (year < YEAR_FIRST || year > YEAR_LAST || month < 1 || month > 12 || day < 1 ||
	    day > days_in(year, month))
		return ERR_INVALID;
	for (int y = YEAR_FIRST; y < year; y++)
		n += 365 + is_leap(y);
	for (int m = 1; m < month; m++)
		n += (uint32_t)days_in(year, m);
	*day_out = n + (uint32_t)day - 1;
	return ERR_OK;
}

int date_year(uint32_t day)
{
	int year = YEAR_FIRST;

	while (year < YEAR_LAST && day >= 365u + is_leap(year)) {
		day -= 365u + is_leap(year);
		year++;
	}
	return year;
}

/* ---- words, folded ---- */

/* clang-format off */
static const char *const months[] = {
	" jan januar januara januaru january januarja januarius sijecanj sijecnja sijecnju ",
	" feb februar februara februaru february veljaca veljace veljaci ",
	" mar mart marta martu marec marca marci march marc marcius ozujak ozujka ozujku ",
	" apr april aprila aprilu aprilis travanj travnja travnju ",
	" maj maja maju majus may svibanj svibnja svibnju ",
	" jun juna junu jun june junius lipanj lipnja lipnju ",
	" jul jula julu jul july julius srpanj srpnja srpnju ",
	" avg avgust avgusta avgustu aug august augusta auguste augusztus kolovoz kolovoza kolovozu ",
	" sep sept septembar septembra septembru september septembri szept szeptember rujan rujna rujnu ",
	" okt oktobar oktobra oktobru oktober oktobri oct october listopad listopada listopadu ",
	" nov novembar novembra novembru november novembri studeni studenog studenoga studenom ",
	" dec decembar decembra decembru december decembri prosinac prosinca prosincu ",
};

/* From Monday on; 1 January 1970 was a Thursday. */
static const char *const weekdays[] = {
	" ponedeljak ponedeljka ponedjeljak ponedjeljka pondelok pondelka hetfo hetfoig hetfon monday mon ",
	" utorak utorka utorok kedd keddig kedden tuesday tue ",
	" sreda srede sredu srijeda srijede srijedu streda stredy stredu szerda szerdaig szerdan wednesday wed ",
	" cetvrtak cetvrtka stvrtok stvrtka csutortok csutortokig csutortokon thursday thu ",
	" petak petka piatok piatka piatku pentek pentekig penteken friday fri ",
	" subota subote subotu sobota soboty sobotu szombat szombatig szombaton saturday sat ",
	" nedelja nedelje nedelju nedjelja nedjelje nedjelju nedela nedele nedelu vasarnap vasarnapig sunday sun ",
};

static const struct {
	const char *words;
	uint32_t days;
} relative[] = {
	{ " danas dnes ma maig today ", 0 },
	{ " sutra sjutra sutrasnji zajtra zajtrajska holnap holnapig tomorrow ", 1 },
	{ " prekosutra preksutra pozajtra holnaputan ", 2 },
};

static const struct {
	const char *words;
	uint32_t days;
} units[] = {
	{ " dan dana den dni dnom nap napot napig napon day days ", 1 },
	{ " nedelja nedelje nedelju nedelja nedjelju nedjelje tjedan tjedna tjedana sedmica sedmicu sedmice tyzden tyzdne tyzdnov het hetet hetig week weeks ", DAYS_A_WEEK },
	{ " mesec meseca meseci mjesec mjeseca mjeseci mesiac mesiace mesiacov honap honapot honapig month months ", DAYS_A_MONTH },
};

static const char *const amounts[] = {
	" jedan jednu jedna jeden egy a an one ", " dva dve dvije dvoje ket ketto two ", " tri harom three ", " cetiri styri negy four ",
	" pet ot five ", " sest hat six ", " sedam sedem seven ", " osam osem nyolc eight ", " devet nine ", " deset desat tiz ten ",
};

/* May stand before a day, cling to its number, stand between its pieces, behind it, and say nothing. */
static const char before_words[] = " do dana dna dne dnu najkasnije until till by on the u v vo for ";
static const char after_words[] = " og tog oga ega th st nd rd en an jen ig ei i ";
static const char between_words[] = " of ";
static const char year_words[] = " god godine godina g r roku rok ";
static const char in_words[] = " za kroz o in within po ";
static const char later_words[] = " mulva belul ";
/* clang-format on */

struct token {
	bool is_number;
	bool is_glued; /* no blank before it */
	uint32_t number;
	struct bytes word;
	size_t end;
};

struct scan {
	struct token list[TOKENS_MAX];
	size_t n, at;
};

static bool is_letter(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || c == '_';
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* Numbers above four digits are none of a date. */
static struct token take_token(struct bytes text, size_t i)
{
	struct token t = { .is_number = is_digit(text.ptr[i]) };
	size_t from = i;

	while (i < text.len && (t.is_number ? is_digit(text.ptr[i]) : is_letter(text.ptr[i]))) {
		if (t.is_number && t.number < 100000)
			t.number = t.number * 10 + (text.ptr[i] - '0');
		i++;
	}
	t.word = bytes_cut(text, from, i - from);
	t.end = i;
	return t;
}

static struct scan scan_of(struct bytes text)
{
	struct scan s = { 0 };
	bool is_glued = false;
	size_t i = 0;

	while (i < text.len && s.n < TOKENS_MAX) {
		uint8_t c = text.ptr[i];

		if (is_letter(c) || is_digit(c)) {
			s.list[s.n] = take_token(text, i);
			s.list[s.n].is_glued = is_glued;
			i = s.list[s.n++].end;
			is_glued = true;
			continue;
		}
		/* Another sign ends what can be a date. */
		if (strchr(" \t.,/-:(", c) == NULL || c == '\0')
			break;
		is_glued &= c != ' ' && c != '\t';
		i++;
	}
	return s;
}

static bool is_among(struct bytes word, const char *list)
{
	size_t len = word.len == 0 ? 0 : strlen(list);

	for (size_t i = 0; i + word.len + 2 <= len; i++)
		if (list[i] == ' ' && list[i + 1 + word.len] == ' ' &&
		    memcmp(list + i + 1, word.ptr, word.len) == 0)
			return true;
	return false;
}

static const struct token *peek(const struct scan *s, size_t ahead)
{
	static const struct token none;

	return s->at + ahead < s->n ? &s->list[s->at + ahead] : &none;
}

/* Index of the list that holds the word, or n. */
static size_t which(struct bytes word, const char *const *lists, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_among(word, lists[i]))
			return i;
	return n;
}

static bool take_any(struct scan *s, const char *words)
{
	bool has = !peek(s, 0)->is_number && is_among(peek(s, 0)->word, words);

	s->at += has;
	return has;
}

/* Behind a number: "15-og", "15th"; only where it clings to it. */
static void skip_suffix(struct scan *s)
{
	if (peek(s, 0)->is_glued)
		take_any(s, after_words);
}

/* ---- forms ---- */

static int read_relative(struct scan *s, uint32_t today, uint32_t *day_out)
{
	for (size_t i = 0; i < ARRAY_LEN(relative); i++) {
		if (!take_any(s, relative[i].words))
			continue;
		*day_out = today + relative[i].days;
		return ERR_OK;
	}
	return ERR_NOENT;
}

static int read_weekday(struct scan *s, uint32_t today, uint32_t *day_out)
{
	uint32_t today_is = (today + 3) % DAYS_A_WEEK, ahead;
	size_t weekday;

	take_any(s, in_words);
	weekday = which(peek(s, 0)->word, weekdays, ARRAY_LEN(weekdays));
	if (weekday == ARRAY_LEN(weekdays))
		return ERR_NOENT;
	s->at++;
	ahead = ((uint32_t)weekday + DAYS_A_WEEK - today_is) % DAYS_A_WEEK;
	*day_out = today + (ahead == 0 ? DAYS_A_WEEK : ahead);
	return ERR_OK;
}

/* A number, or its word; 0 when it is none. */
static uint32_t take_amount(struct scan *s)
{
	size_t i;

	if (peek(s, 0)->is_number)
		return s->list[s->at++].number;
	i = which(peek(s, 0)->word, amounts, ARRAY_LEN(amounts));
	if (i == ARRAY_LEN(amounts))
		return 0;
	s->at++;
	return (uint32_t)i + 1;
}

/* "za 3 dana", "za nedelju dana", "3 nap mulva", "in a week", "5 dana". */
static int read_span(struct scan *s, uint32_t today, uint32_t *day_out)
{
	bool has_in = take_any(s, in_words);
	uint32_t amount = take_amount(s);
	size_t i;

	for (i = 0; i < ARRAY_LEN(units); i++)
		if (take_any(s, units[i].words))
			break;
	if (i == ARRAY_LEN(units) || amount > AMOUNT_MAX || (amount == 0 && !has_in))
		return ERR_NOENT;
	/* "za nedelju" is Sunday, "za nedelju dana" is a week: only with a number is a unit sure. */
	if (units[i].days != 1 && take_any(s, units[0].words))
		amount = amount == 0 ? 1 : amount;
	else if (amount == 0 && which(s->list[s->at - 1].word, weekdays, ARRAY_LEN(weekdays)) !=
					ARRAY_LEN(weekdays))
		return ERR_NOENT;
	take_any(s, later_words);
	*day_out = today + units[i].days * (amount == 0 ? 1 : amount);
	return ERR_OK;
}

/* The next such day, today included. 29 February waits for its year. */
static int without_year(int month, int day, uint32_t today, uint32_t *day_out)
{
	int err = ERR_INVALID;

	for (int year = date_year(today), tries = 0; tries < 9; tries++) {
		uint32_t found;

		if (date_day(year + tries, month, day, &found) != ERR_OK || found < today)
			continue;
		*day_out = found;
		err = ERR_OK;
		break;
	}
	return err;
}

/* A year behind day and month: four digits, or two that cling to them. */
static int take_year(struct scan *s)
{
	const struct token *t = peek(s, 0);

	if (!t->is_number ||
	    !((t->word.len == 4 && t->number >= 1900) || (t->word.len == 2 && t->is_glued)))
		return 0;
	s->at++;
	return (int)(t->word.len == 2 ? 2000 + t->number : t->number);
}

static int give(int year, int month, int day, uint32_t today, uint32_t *day_out)
{
	/* "12. 15." is Hungarian: the month first. */
	if (month > 12 && day <= 12) {
		int kept = month;

		month = day;
		day = kept;
	}
	return year != 0 ? date_day(year, month, day, day_out)
			 : without_year(month, day, today, day_out);
}

static bool is_small(const struct token *t)
{
	return t->is_number && t->word.len <= 2;
}

/* The month's name, 1 … 12; 0: none. */
static int take_month(struct scan *s)
{
	size_t i = peek(s, 0)->is_number ? ARRAY_LEN(months)
					 : which(peek(s, 0)->word, months, ARRAY_LEN(months));

	if (i == ARRAY_LEN(months))
		return 0;
	s->at++;
	return (int)i + 1;
}

static int take_small(struct scan *s)
{
	int n = is_small(peek(s, 0)) ? (int)peek(s, 0)->number : 0;

	if (n == 0)
		return 0;
	s->at++;
	skip_suffix(s);
	return n;
}

/* "2026-12-15", "2026. december 15." */
static int read_year_first(struct scan *s, uint32_t today, uint32_t *day_out)
{
	int year, month, day;

	if (!peek(s, 0)->is_number || peek(s, 0)->word.len != 4)
		return ERR_NOENT;
	year = (int)s->list[s->at++].number;
	month = take_month(s);
	if (month == 0)
		month = take_small(s);
	day = take_small(s);
	return month == 0 || day == 0 ? ERR_NOENT : give(year, month, day, today, day_out);
}

/* "15. 12. 2026", "15. decembra", "15 of December 2026" */
static int read_day_first(struct scan *s, uint32_t today, uint32_t *day_out)
{
	int day = take_small(s), month;

	if (day == 0)
		return ERR_NOENT;
	take_any(s, between_words);
	month = take_month(s);
	if (month == 0)
		month = take_small(s);
	return month == 0 ? ERR_NOENT : give(take_year(s), month, day, today, day_out);
}

/* "December 15, 2026", "dec. 15-ig" */
static int read_month_first(struct scan *s, uint32_t today, uint32_t *day_out)
{
	int month = take_month(s), day = month == 0 ? 0 : take_small(s);

	return day == 0 ? ERR_NOENT : give(take_year(s), month, day, today, day_out);
}

int date_words_read(const struct folded *text, uint32_t today, uint32_t *day_out, size_t *end_out)
{
	static int (*const forms[])(struct scan *, uint32_t, uint32_t *) = {
		read_span,       read_relative,  read_weekday,
		read_year_first, read_day_first, read_month_first,
	};
	struct scan s = scan_of(text->text);
	size_t begin;
	int err = ERR_NOENT;

	while (take_any(&s, before_words))
		;
	begin = s.at;
	for (size_t i = 0; i < ARRAY_LEN(forms) && err == ERR_NOENT; i++) {
		s.at = begin;
		err = forms[i](&s, today, day_out);
	}
	if (err != ERR_OK)
		return err;
	take_any(&s, year_words);
	*end_out = s.list[s.at - 1].end;
	return ERR_OK;
}
