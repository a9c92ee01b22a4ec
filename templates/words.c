/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "templates/words.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/ucal.h>
#include <unicode/udat.h>
#include <unicode/unorm2.h>
#include <unicode/upluralrules.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "parsers/err.h"
#include "parsers/strbuf.h"

/* The longest long time is under 60 units in all our languages. */
#define LONG_TIME_UNITS 128
/* The IANA's longest zone name has 30 letters. */
#define ZONE_UNITS 64
/* "26 Nov 14:00" */
#define SHORT_TIME_BYTES 32
/* Whole numbers repeat their classes within this range in every language of ICU. */
#define PLURAL_SAMPLE 200

/* Romani has no data in ICU; its texts come from Serbian. */
static const char *locale_of(struct tongue t)
{
	switch (t.language) {
	case LANG_SR: return t.script == SCRIPT_CYRL ? "sr_Cyrl" : "sr_Latn";
	case LANG_HR: return "hr";
	case LANG_SK: return "sk";
	case LANG_HU: return "hu";
	case LANG_EN: return "en_GB";
	case LANG_ROM:
	case LANG_NONE: return "sr_Latn";
	}
	return "sr_Latn";
}

static int err_of(UErrorCode status)
{
	if (U_SUCCESS(status))
		return ERR_OK;
	return status == U_MEMORY_ALLOCATION_ERROR ? ERR_NOMEM : ERR_INVALID;
}

static const char *const plural_names[PLURAL_COUNT] = {
	[PLURAL_ZERO] = "zero", [PLURAL_ONE] = "one",   [PLURAL_TWO] = "two",
	[PLURAL_FEW] = "few",   [PLURAL_MANY] = "many", [PLURAL_OTHER] = "other",
};

const char *plural_text(enum plural p)
{
	return plural_names[p];
}

int plural_parse(struct bytes name, enum plural *p_out)
{
	for (size_t i = 0; i < PLURAL_COUNT; i++) {
		if (bytes_is(name, plural_names[i])) {
			*p_out = (enum plural)i;
			return ERR_OK;
		}
	}
	return ERR_INVALID;
}

static enum plural select_class(const UPluralRules *rules, int64_t n)
{
	UErrorCode status = U_ZERO_ERROR;
	UChar keyword[16];
	char name[16];
	enum plural p = PLURAL_OTHER;
	int32_t len = uplrules_select(rules, (double)n, keyword, ARRAY_LEN(keyword), &status);

	if (U_FAILURE(status) || len >= (int32_t)ARRAY_LEN(keyword))
		return PLURAL_OTHER;
	u_UCharsToChars(keyword, name, len);
	/* A class that we don't know is written like "other". */
	(void)plural_parse(bytes_at(name, (size_t)len), &p);
	return p;
}

static UPluralRules *rules_open(enum language l)
{
	UErrorCode status = U_ZERO_ERROR;
	UPluralRules *rules = uplrules_open(locale_of((struct tongue){ .language = l }), &status);

	return U_SUCCESS(status) ? rules : NULL;
}

enum plural words_plural(enum language l, int64_t n)
{
	UPluralRules *rules = rules_open(l);
	enum plural p;

	if (rules == NULL)
		return PLURAL_OTHER;
	p = select_class(rules, n);
	uplrules_close(rules);
	return p;
}

unsigned words_plural_set(enum language l)
{
	UPluralRules *rules = rules_open(l);
	unsigned set = 1u << PLURAL_OTHER;

	if (rules == NULL)
		return set;
	for (int64_t n = 0; n <= PLURAL_SAMPLE; n++)
		set |= 1u << select_class(rules, n);
	uplrules_close(rules);
	return set;
}

struct words_clock {
	pthread_mutex_t lock;
	UCalendar *calendar; /* of the zone; NULL: none yet */
	char zone[ZONE_UNITS];
};

struct words_clock *words_clock_new(void)
{
	struct words_clock *clock = calloc(1, sizeof(*clock));

	if (clock != NULL && pthread_mutex_init(&clock->lock, NULL) != 0) {
		free(clock);
		return NULL;
	}
	return clock;
}

void words_clock_free(struct words_clock **clock)
{
	if (*clock == NULL)
		return;
	ucal_close((*clock)->calendar);
	pthread_mutex_destroy(&(*clock)->lock);
	free(*clock);
	*clock = NULL;
}

/* NULL when there is no such zone: ICU itself would silently take Greenwich. */
static UCalendar *calendar_open(const char *time_zone, int *err_out)
{
	UErrorCode status = U_ZERO_ERROR;
	UChar zone[ZONE_UNITS], canonical[ZONE_UNITS];
	UBool is_system = 0;
	UCalendar *cal;

	*err_out = ERR_INVALID;
	if (strlen(time_zone) >= ZONE_UNITS)
		return NULL;
	u_uastrcpy(zone, time_zone);
	(void)ucal_getCanonicalTimeZoneID(zone, -1, canonical, ZONE_UNITS, &is_system, &status);
	if (U_FAILURE(status) || !is_system)
		return NULL;
	cal = ucal_open(zone, -1, "root", UCAL_GREGORIAN, &status);
	*err_out = err_of(status);
	if (*err_out == ERR_OK)
		return cal;
	ucal_close(cal);
	return NULL;
}

struct fields {
	int month; /* 1 to 12 */
	int day;
	int hour;
	int minute;
};

static int read_fields(UCalendar *cal, struct wall when, struct fields *f_out)
{
	UErrorCode status = U_ZERO_ERROR;

	ucal_setMillis(cal, (UDate)when.ms, &status);
	f_out->month = ucal_get(cal, UCAL_MONTH, &status) + 1;
	f_out->day = ucal_get(cal, UCAL_DATE, &status);
	f_out->hour = ucal_get(cal, UCAL_HOUR_OF_DAY, &status);
	f_out->minute = ucal_get(cal, UCAL_MINUTE, &status);
	return err_of(status);
}

int words_offset(const char *time_zone, struct wall when, int *minutes_out)
{
	UErrorCode status = U_ZERO_ERROR;
	int err;
	UCalendar *cal = calendar_open(time_zone, &err);
	int32_t ms;

	if (cal == NULL)
		return err;
	ucal_setMillis(cal, (UDate)when.ms, &status);
	ms = ucal_get(cal, UCAL_ZONE_OFFSET, &status) + ucal_get(cal, UCAL_DST_OFFSET, &status);
	ucal_close(cal);
	*minutes_out = (int)(ms / MINUTE_MS);
	return err_of(status);
}

/* Under the clock's lock. */
static int turn_to_zone(struct words_clock *clock, const char *time_zone)
{
	UCalendar *cal;
	int err;

	if (clock->calendar != NULL && strcmp(clock->zone, time_zone) == 0)
		return ERR_OK;
	cal = calendar_open(time_zone, &err);
	if (cal == NULL)
		return err;
	ucal_close(clock->calendar);
	clock->calendar = cal;
	/* No longer than a zone's name, or there were no calendar. */
	memcpy(clock->zone, time_zone, strlen(time_zone) + 1);
	return ERR_OK;
}

static int fields_of(struct words_clock *clock, const char *time_zone, struct wall when,
		     struct fields *f_out)
{
	UCalendar *cal;
	int err;

	if (clock == NULL) {
		cal = calendar_open(time_zone, &err);
		if (cal == NULL)
			return err;
		err = read_fields(cal, when, f_out);
		ucal_close(cal);
		return err;
	}
	pthread_mutex_lock(&clock->lock);
	err = turn_to_zone(clock, time_zone);
	if (err == ERR_OK)
		err = read_fields(clock->calendar, when, f_out);
	pthread_mutex_unlock(&clock->lock);
	return err;
}

/* Digits and a point wherever people read them so; English days and months are easily swapped. */
static void add_short(struct strbuf *out, enum language l, const struct fields *f)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

	if (l == LANG_EN)
		strbuf_addf(out, "%d %s ", f->day, months[f->month - 1]);
	else if (l == LANG_HU)
		strbuf_addf(out, "%d.%d. ", f->month, f->day);
	else
		strbuf_addf(out, "%d.%d. ", f->day, f->month);
}

/* UTF-16 of ICU into the arena. */
static int from_units(struct arena *a, const UChar *units, int32_t n_units, struct bytes *text_out)
{
	UErrorCode status = U_ZERO_ERROR;
	int32_t cap = n_units * 3 + 1, len = 0;
	char *text = arena_alloc(a, (size_t)cap);

	if (text == NULL)
		return arena_err(a);
	u_strToUTF8(text, cap, &len, units, n_units, &status);
	*text_out = bytes_at(text, (size_t)len);
	return err_of(status);
}

static int long_time(struct arena *a, struct tongue t, const char *time_zone, struct wall when,
		     struct bytes *text_out)
{
	UErrorCode status = U_ZERO_ERROR;
	UChar zone[ZONE_UNITS], units[LONG_TIME_UNITS];
	UDateFormat *format;
	int32_t len;

	u_uastrcpy(zone, time_zone);
	format = udat_open(UDAT_SHORT, UDAT_FULL, locale_of(t), zone, -1, NULL, 0, &status);
	if (U_FAILURE(status))
		return err_of(status);
	len = udat_format(format, (UDate)when.ms, units, LONG_TIME_UNITS, NULL, &status);
	udat_close(format);
	if (U_FAILURE(status))
		return err_of(status);
	return from_units(a, units, len, text_out);
}

int words_time(struct arena *a, struct words_clock *clock, struct tongue t, const char *time_zone,
	       struct wall when, enum words_form form, struct bytes *text_out)
{
	struct strbuf out = strbuf_in(a, SHORT_TIME_BYTES);
	struct fields f = { 0 };
	int err = fields_of(clock, time_zone, when, &f);

	if (err != ERR_OK)
		return err;
	if (form == WORDS_LONG)
		return long_time(a, t, time_zone, when, text_out);
	if (form == WORDS_SHORT)
		add_short(&out, t.language, &f);
	strbuf_addf(&out, "%02d:%02d", f.hour, f.minute);
	return strbuf_finish(&out, text_out);
}

/* Valid UTF-8 as UTF-16 with room for `spare` more units. */
static int to_units(struct arena *a, struct bytes text, size_t spare, UChar **units_out,
		    int32_t *n_out, int32_t *cap_out)
{
	UErrorCode status = U_ZERO_ERROR;
	UChar *units;

	if (text.len > (size_t)INT32_MAX / 8 || spare > (size_t)INT32_MAX / 8)
		return ERR_LIMIT;
	*cap_out = (int32_t)(text.len + spare + 1);
	units = arena_array(a, (size_t)*cap_out, sizeof(*units));
	if (units == NULL)
		return arena_err(a);
	u_strFromUTF8(units, *cap_out, n_out, (const char *)text.ptr, (int32_t)text.len, &status);
	*units_out = units;
	return err_of(status);
}

int words_upper(struct arena *a, struct tongue t, struct bytes text, struct bytes *upper_out)
{
	UErrorCode status = U_ZERO_ERROR;
	UChar *from, *to;
	int32_t n, cap, len;
	int err;

	if (text.len == 0) {
		*upper_out = BYTES_NONE;
		return ERR_OK;
	}
	err = to_units(a, text, 0, &from, &n, &cap);
	if (err != ERR_OK)
		return err;
	/* A letter becomes at most three capitals. */
	to = arena_array(a, (size_t)cap, 3 * sizeof(*to));
	if (to == NULL)
		return arena_err(a);
	len = u_strToUpper(to, cap * 3, from, n, locale_of(t), &status);
	if (U_FAILURE(status))
		return err_of(status);
	return from_units(a, to, len, upper_out);
}

/* ICU writes ћ as c and an accent of its own; everybody else writes one letter. */
static int compose_letters(struct arena *a, const UChar *units, int32_t n, struct bytes *text_out)
{
	UErrorCode status = U_ZERO_ERROR;
	const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
	/* A text in NFC is at most three times as long. */
	UChar *composed = arena_array(a, (size_t)n + 1, 3 * sizeof(*composed));
	int32_t len;

	if (composed == NULL)
		return arena_err(a);
	len = unorm2_normalize(nfc, units, n, composed, 3 * (n + 1), &status);
	if (U_FAILURE(status))
		return err_of(status);
	return from_units(a, composed, len, text_out);
}

int words_latin(struct arena *a, struct bytes cyrillic, struct bytes *latin_out)
{
	static const UChar id[] = u"Serbian-Latin/BGN";
	UErrorCode status = U_ZERO_ERROR;
	UParseError where;
	UTransliterator *trans;
	UChar *units;
	int32_t n, cap, limit;
	int err;

	if (cyrillic.len == 0) {
		*latin_out = BYTES_NONE;
		return ERR_OK;
	}
	/* Љ, Њ and Џ become two letters, and on the way ICU may decompose. */
	err = to_units(a, cyrillic, cyrillic.len * 2, &units, &n, &cap);
	if (err != ERR_OK)
		return err;
	trans = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, &where, &status);
	if (U_FAILURE(status))
		return err_of(status);
	limit = n;
	utrans_transUChars(trans, units, &n, cap, 0, &limit, &status);
	utrans_close(trans);
	if (U_FAILURE(status))
		return err_of(status);
	return compose_letters(a, units, n, latin_out);
}
