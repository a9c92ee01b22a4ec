/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/sms_charset.h"

#include <unicode/ucnv.h>

#include "parsers/err.h"

#define ESCAPE 0x1B
/* What ICU puts for half a character of some alphabets. */
#define ICU_SUBSTITUTE 0x1A
#define EUC_HIGH       0x80
#define EUC_PLANE2     0x8F
/* A cell of a Japanese table is two octets of these. */
#define CELL_FIRST 0x21
#define CELL_LAST  0x7E
/* An octet becomes at most this many units, and some that only switch become none. */
#define UNITS_AN_OCTET 2

/* clang-format off */
static const struct {
	const char *name;
	const char *icu;   /* when nothing else fits */
	bool is_jis;       /* its cells may come bare or behind escapes */
	uint8_t plane;     /* what stands before a cell in EUC, or 0 */
} charsets[] = {
	{ "ISO-8859-5",  "ISO-8859-5",                      false, 0 },
	{ "ISO-8859-8",  "ISO-8859-8",                      false, 0 },
	{ "Shift_JIS",   "Shift_JIS",                       false, 0 },
	{ "ISO-2022-JP", "ISO_2022,locale=ja,version=2",    false, 0 },
	{ "EUC-KR",      "EUC-KR",                          false, 0 },
	{ "JIS_X0208",   "Shift_JIS",                       true,  0 },
	{ "JIS_X0212",   "EUC-JP",                          true,  EUC_PLANE2 },
};
/* clang-format on */

/* Units of ICU become octets that utf8 cleans; what ICU couldn't read is counted here. */
static int clean_units(struct arena *a, const UChar *units, size_t n, struct bytes *text_out,
		       struct utf8_faults *faults_out)
{
	uint8_t *octets = arena_alloc(a, 2 * n + 1);
	struct wr w = wr_of(octets, 2 * n);
	unsigned replaced = 0;
	int err;

	if (octets == NULL)
		return arena_err(a);
	for (size_t i = 0; i < n; i++) {
		bool is_lost = units[i] == UTF8_REPLACEMENT || units[i] == ICU_SUBSTITUTE;

		wr_u16(&w, is_lost ? UTF8_REPLACEMENT : units[i]);
		replaced += is_lost;
	}
	err = utf8_from_utf16be(a, wr_bytes(&w), text_out, faults_out);
	if (err == ERR_OK && faults_out != NULL)
		faults_out->replaced += replaced;
	return err;
}

static int convert(struct arena *a, const char *icu, struct bytes raw, struct bytes *text_out,
		   struct utf8_faults *faults_out)
{
	UErrorCode status = U_ZERO_ERROR;
	size_t cap = UNITS_AN_OCTET * raw.len + 1;
	UChar *units = arena_array(a, cap, sizeof(*units));
	UConverter *converter;
	int32_t n;

	if (units == NULL)
		return arena_err(a);
	converter = ucnv_open(icu, &status);
	if (U_FAILURE(status))
		return status == U_MEMORY_ALLOCATION_ERROR ? ERR_NOMEM : ERR_NOENT;
	n = ucnv_toUChars(converter, units, (int32_t)cap, (const char *)raw.ptr, (int32_t)raw.len,
			  &status);
	ucnv_close(converter);
	if (U_FAILURE(status))
		return ERR_INVALID;
	return clean_units(a, units, (size_t)n, text_out, faults_out);
}

static bool is_cells(struct bytes raw)
{
	for (size_t i = 0; i < raw.len; i++)
		if (raw.ptr[i] < CELL_FIRST || raw.ptr[i] > CELL_LAST)
			return false;
	return raw.len % 2 == 0;
}

/* Bare cells as EUC writes them. */
static int shift_cells(struct arena *a, struct bytes raw, uint8_t plane, struct bytes *euc_out)
{
	size_t cap = raw.len / 2 * 3;
	uint8_t *octets = arena_alloc(a, cap + 1);
	struct wr w = wr_of(octets, cap);

	if (octets == NULL)
		return arena_err(a);
	for (size_t i = 0; i < raw.len; i++) {
		if (plane != 0 && i % 2 == 0)
			wr_u8(&w, plane);
		wr_u8(&w, raw.ptr[i] | EUC_HIGH);
	}
	*euc_out = wr_bytes(&w);
	return wr_err(&w);
}

static int decode_jis(struct arena *a, const char *icu, uint8_t plane, struct bytes raw,
		      struct bytes *text_out, struct utf8_faults *faults_out)
{
	struct bytes euc;
	int err;

	if (bytes_find(raw, ESCAPE) < raw.len)
		return convert(a, "ISO_2022,locale=ja,version=2", raw, text_out, faults_out);
	if (!is_cells(raw))
		return convert(a, icu, raw, text_out, faults_out);
	err = shift_cells(a, raw, plane, &euc);
	return err == ERR_OK ? convert(a, "EUC-JP", euc, text_out, faults_out) : err;
}

int sms_charset_decode(struct arena *a, struct bytes name, struct bytes raw, struct bytes *text_out,
		       struct utf8_faults *faults_out)
{
	for (size_t i = 0; i < ARRAY_LEN(charsets); i++) {
		if (!bytes_is(name, charsets[i].name))
			continue;
		if (charsets[i].is_jis)
			return decode_jis(a, charsets[i].icu, charsets[i].plane, raw, text_out,
					  faults_out);
		return convert(a, charsets[i].icu, raw, text_out, faults_out);
	}
	return ERR_NOENT;
}
