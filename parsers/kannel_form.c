/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/kannel_form.h"

#include "parsers/err.h"
#include "parsers/number.h"

/* Seconds until the year 10000, which no format of ours can write. */
#define SECONDS_MAX INT64_C(253402300799)
/* More than any receipt's words; what is longer is no words. */
#define WORDS_MAX 1024

enum need { MAY_BE_ABSENT, MUST_BE_THERE, MUST_BE_FILLED };

struct spec {
	const char *name;
	size_t max; /* octets, decoded */
	enum need need;
	bool decides; /* with a fault here the rest can't be relied on */
};

/* clang-format off */
static const struct spec mo_specs[MO_FIELDS] = {
	[MO_KEY]     = { "key",     256,   MUST_BE_FILLED, true },
	[MO_ID]      = { "id",      64,    MUST_BE_FILLED, true },
	[MO_FROM]    = { "from",    64,    MUST_BE_FILLED, true },
	[MO_TO]      = { "to",      64,    MUST_BE_THERE,  false },
	[MO_TS]      = { "ts",      20,    MUST_BE_FILLED, false },
	[MO_SMSC]    = { "smsc",    64,    MAY_BE_ABSENT,  false },
	[MO_CODING]  = { "coding",  4,     MUST_BE_FILLED, true },
	[MO_CHARSET] = { "charset", 32,    MAY_BE_ABSENT,  true },
	[MO_DCS]     = { "dcs",     4,     MAY_BE_ABSENT,  false },
	/* Kannel joins parts on this link, so it is empty as a rule. */
	[MO_UDH]     = { "udh",     255,   MAY_BE_ABSENT,  true },
	/* 255 parts of 153 letters, two octets each, with room. */
	[MO_TEXT]    = { "text",    98304, MUST_BE_THERE,  true },
	[MO_ACCT]    = { "acct",    64,    MAY_BE_ABSENT,  false },
	[MO_META]    = { "meta",    4096,  MAY_BE_ABSENT,  false },
};

static const struct spec dlr_specs[DLR_FIELDS] = {
	[DLR_KEY]     = { "key",  256,  MUST_BE_FILLED, true },
	[DLR_ROW]     = { "row",  32,   MUST_BE_FILLED, true },
	[DLR_ID]      = { "id",   64,   MAY_BE_ABSENT,  false },
	[DLR_STATUS]  = { "d",    4,    MUST_BE_FILLED, true },
	[DLR_FOREIGN] = { "f",    256,  MAY_BE_ABSENT,  false },
	[DLR_TEXT]    = { "a",    4096, MAY_BE_ABSENT,  false },
	[DLR_TS]      = { "ts",   20,   MAY_BE_ABSENT,  false },
	[DLR_SMSC]    = { "smsc", 64,   MAY_BE_ABSENT,  false },
};

static const struct {
	enum form_fault fault;
	const char *words;
} fault_words[] = {
	{ FORM_MISSING,    "is missing" },
	{ FORM_DOUBLED,    "stands twice" },
	{ FORM_TOO_LONG,   "is too long" },
	{ FORM_BAD_CODE,   "has a % without two hex digits" },
	{ FORM_BAD_NUMBER, "is no number that can be" },
};
/* clang-format on */

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One octet of a value. A broken % stands for itself, so that nothing is lost. */
static uint8_t decode_octet(struct rd *r, unsigned *faults)
{
	uint8_t c = rd_u8(r);
	int high, low;

	if (c == '+')
		return ' ';
	if (c != '%')
		return c;
	high = rd_left(r) < 2 ? -1 : hex_digit(r->ptr[0]);
	low = rd_left(r) < 2 ? -1 : hex_digit(r->ptr[1]);
	if (high < 0 || low < 0) {
		*faults |= FORM_BAD_CODE;
		return '%';
	}
	rd_take(r, 2);
	return (uint8_t)(high << 4 | low);
}

static int decode_value(struct bytes raw, size_t max, struct arena *a, struct form_value *v)
{
	struct rd r = rd_of(raw);
	size_t cap = raw.len < max ? raw.len : max, len = 0;
	uint8_t *buf;

	if (raw.len == 0)
		return ERR_OK;
	buf = arena_alloc(a, cap + 1);
	if (buf == NULL)
		return arena_err(a);
	while (rd_left(&r) != 0 && len < cap)
		buf[len++] = decode_octet(&r, &v->faults);
	if (rd_left(&r) != 0)
		v->faults |= FORM_TOO_LONG;
	v->value = bytes_at(buf, len);
	return ERR_OK;
}

static size_t spec_of(const struct spec *specs, size_t n, struct bytes name)
{
	size_t i = 0;

	while (i < n && !bytes_is(name, specs[i].name))
		i++;
	return i;
}

static int decode_fields(struct bytes query, const struct spec *specs, size_t n, struct arena *a,
			 struct form_value *fields, unsigned *unknown)
{
	bool seen[MO_FIELDS] = { false };
	struct bytes pair, name;

	while (bytes_split(&query, '&', &pair)) {
		size_t i;
		int err;

		if (!bytes_split(&pair, '=', &name))
			continue;
		i = spec_of(specs, n, name);
		if (i == n) {
			++*unknown;
			continue;
		}
		if (seen[i]) {
			fields[i].faults |= FORM_DOUBLED;
			continue;
		}
		seen[i] = true;
		err = decode_value(pair, specs[i].max, a, &fields[i]);
		if (err != ERR_OK)
			return err;
	}
	for (size_t i = 0; i < n; i++)
		if ((specs[i].need != MAY_BE_ABSENT && !seen[i]) ||
		    (specs[i].need == MUST_BE_FILLED && fields[i].value.len == 0))
			fields[i].faults |= FORM_MISSING;
	return ERR_OK;
}

/* A number that may be absent; -1 then, and when it is bad. */
static int read_number(struct form_value *v, uint32_t max)
{
	uint32_t number;

	if (v->value.len == 0)
		return -1;
	if (number_parse_u32(v->value, 0, max, &number) != ERR_OK) {
		v->faults |= FORM_BAD_NUMBER;
		return -1;
	}
	return (int)number;
}

static struct wall read_time(struct form_value *v)
{
	int64_t seconds = 0;

	if (v->value.len != 0 && number_parse_i64(v->value, 0, SECONDS_MAX, &seconds) != ERR_OK)
		v->faults |= FORM_BAD_NUMBER;
	return (struct wall){ .ms = seconds * SECOND_MS };
}

static unsigned deciding_faults(const struct spec *specs, const struct form_value *fields, size_t n)
{
	unsigned faults = 0;

	for (size_t i = 0; i < n; i++)
		if (specs[i].decides)
			faults |= fields[i].faults;
	return faults;
}

int mo_form_decode(struct bytes query, struct arena *a, struct mo_form *form_out)
{
	struct mo_form form = { 0 };
	int err = decode_fields(query, mo_specs, MO_FIELDS, a, form.fields, &form.unknown);

	if (err != ERR_OK)
		return err;
	form.at = read_time(&form.fields[MO_TS]);
	form.coding = read_number(&form.fields[MO_CODING], 2);
	form.dcs = read_number(&form.fields[MO_DCS], 255);
	form.faults = deciding_faults(mo_specs, form.fields, MO_FIELDS);
	*form_out = form;
	return ERR_OK;
}

int dlr_form_decode(struct bytes query, struct arena *a, struct dlr_form *form_out)
{
	struct dlr_form form = { 0 };
	int err = decode_fields(query, dlr_specs, DLR_FIELDS, a, form.fields, &form.unknown);

	if (err != ERR_OK)
		return err;
	form.at = read_time(&form.fields[DLR_TS]);
	form.status = read_number(&form.fields[DLR_STATUS], 255);
	form.faults = deciding_faults(dlr_specs, form.fields, DLR_FIELDS);
	*form_out = form;
	return ERR_OK;
}

static int words_of(const struct spec *specs, const struct form_value *fields, size_t n,
		    struct arena *a, struct bytes *words_out)
{
	struct strbuf s = strbuf_in(a, WORDS_MAX);

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < ARRAY_LEN(fault_words); k++)
			if (fields[i].faults & (unsigned)fault_words[k].fault)
				strbuf_addf(&s, "%s%s %s", s.len == 0 ? "" : ", ", specs[i].name,
					    fault_words[k].words);
	return strbuf_finish(&s, words_out);
}

int mo_form_words(const struct mo_form *form, struct arena *a, struct bytes *words_out)
{
	return words_of(mo_specs, form->fields, MO_FIELDS, a, words_out);
}

int dlr_form_words(const struct dlr_form *form, struct arena *a, struct bytes *words_out)
{
	return words_of(dlr_specs, form->fields, DLR_FIELDS, a, words_out);
}
