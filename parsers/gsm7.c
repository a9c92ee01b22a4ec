/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/gsm7.h"

#include "parsers/err.h"
#include "parsers/strbuf.h"

/* clang-format off */
/* 3GPP TS 23.038, 6.2.1; the escape shows as a blank when nothing sensible follows it. */
static const uint16_t alphabet[128] = {
	0x0040, 0x00A3, 0x0024, 0x00A5, 0x00E8, 0x00E9, 0x00F9, 0x00EC,
	0x00F2, 0x00C7, 0x000A, 0x00D8, 0x00F8, 0x000D, 0x00C5, 0x00E5,
	0x0394, 0x005F, 0x03A6, 0x0393, 0x039B, 0x03A9, 0x03A0, 0x03A8,
	0x03A3, 0x0398, 0x039E, 0x0020, 0x00C6, 0x00E6, 0x00DF, 0x00C9,
	0x0020, 0x0021, 0x0022, 0x0023, 0x00A4, 0x0025, 0x0026, 0x0027,
	0x0028, 0x0029, 0x002A, 0x002B, 0x002C, 0x002D, 0x002E, 0x002F,
	0x0030, 0x0031, 0x0032, 0x0033, 0x0034, 0x0035, 0x0036, 0x0037,
	0x0038, 0x0039, 0x003A, 0x003B, 0x003C, 0x003D, 0x003E, 0x003F,
	0x00A1, 0x0041, 0x0042, 0x0043, 0x0044, 0x0045, 0x0046, 0x0047,
	0x0048, 0x0049, 0x004A, 0x004B, 0x004C, 0x004D, 0x004E, 0x004F,
	0x0050, 0x0051, 0x0052, 0x0053, 0x0054, 0x0055, 0x0056, 0x0057,
	0x0058, 0x0059, 0x005A, 0x00C4, 0x00D6, 0x00D1, 0x00DC, 0x00A7,
	0x00BF, 0x0061, 0x0062, 0x0063, 0x0064, 0x0065, 0x0066, 0x0067,
	0x0068, 0x0069, 0x006A, 0x006B, 0x006C, 0x006D, 0x006E, 0x006F,
	0x0070, 0x0071, 0x0072, 0x0073, 0x0074, 0x0075, 0x0076, 0x0077,
	0x0078, 0x0079, 0x007A, 0x00E4, 0x00F6, 0x00F1, 0x00FC, 0x00E0,
};

/* 6.2.1.1, without the page break, which no text has. */
static const struct {
	uint8_t septet;
	uint16_t cp;
} extension[] = {
	{ 0x14, '^' }, { 0x28, '{' }, { 0x29, '}' }, { 0x2F, '\\' }, { 0x3C, '[' },
	{ 0x3D, '~' }, { 0x3E, ']' }, { 0x40, '|' }, { 0x65, 0x20AC },
};

/* Serbian Cyrillic first, then what neighbours write. Capitals are found by their small letter. */
static const struct {
	uint16_t cp;
	const char *latin;
} cyrillic[] = {
	{ 0x0430, "a" },  { 0x0431, "b" },  { 0x0432, "v" },  { 0x0433, "g" },  { 0x0434, "d" },
	{ 0x0452, "dj" }, { 0x0435, "e" },  { 0x0436, "z" },  { 0x0437, "z" },  { 0x0438, "i" },
	{ 0x0458, "j" },  { 0x043A, "k" },  { 0x043B, "l" },  { 0x0459, "lj" }, { 0x043C, "m" },
	{ 0x043D, "n" },  { 0x045A, "nj" }, { 0x043E, "o" },  { 0x043F, "p" },  { 0x0440, "r" },
	{ 0x0441, "s" },  { 0x0442, "t" },  { 0x045B, "c" },  { 0x0443, "u" },  { 0x0444, "f" },
	{ 0x0445, "h" },  { 0x0446, "c" },  { 0x0447, "c" },  { 0x045F, "dz" }, { 0x0448, "s" },
	{ 0x0439, "j" },  { 0x0449, "sc" }, { 0x044A, "" },   { 0x044B, "y" },  { 0x044C, "" },
	{ 0x044D, "e" },  { 0x044E, "ju" }, { 0x044F, "ja" }, { 0x0450, "e" },  { 0x0451, "jo" },
	{ 0x0453, "g" },  { 0x0454, "je" }, { 0x0455, "dz" }, { 0x0456, "i" },  { 0x0457, "ji" },
	{ 0x045C, "k" },  { 0x045D, "i" },  { 0x045E, "u" },
};

/* U+00C0 to U+017F without their marks; those that the alphabet has never get here. */
#define LATIN_FIRST 0x00C0u
#define LATIN_LAST  0x017Fu
static const char latin[] =
	"AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty"
	"AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlL"
	"lLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs"
;

/* Letters and signs that need more than their marks taken off. */
static const struct {
	uint16_t first, last;
	const char *plain;
} signs[] = {
	{ 0x0009, 0x0009, " " },    { 0x0060, 0x0060, "'" },    { 0x00A0, 0x00A0, " " },
	{ 0x00A2, 0x00A2, "c" },    { 0x00A6, 0x00A6, "|" },    { 0x00A9, 0x00A9, "(c)" },
	{ 0x00AA, 0x00AA, "a" },    { 0x00AB, 0x00AB, "\"" },   { 0x00AE, 0x00AE, "(r)" },
	{ 0x00B1, 0x00B1, "+-" },   { 0x00B2, 0x00B2, "2" },    { 0x00B3, 0x00B3, "3" },
	{ 0x00B4, 0x00B4, "'" },    { 0x00B5, 0x00B5, "u" },    { 0x00B7, 0x00B7, "." },
	{ 0x00B9, 0x00B9, "1" },    { 0x00BA, 0x00BA, "o" },    { 0x00BB, 0x00BB, "\"" },
	{ 0x00BC, 0x00BC, "1/4" },  { 0x00BD, 0x00BD, "1/2" },  { 0x00BE, 0x00BE, "3/4" },
	{ 0x00DE, 0x00DE, "Th" },   { 0x00FE, 0x00FE, "th" },   { 0x0132, 0x0132, "IJ" },
	{ 0x0133, 0x0133, "ij" },   { 0x0150, 0x0150, "Ö" },    { 0x0151, 0x0151, "ö" },
	{ 0x0152, 0x0152, "OE" },   { 0x0153, 0x0153, "oe" },   { 0x0170, 0x0170, "Ü" },
	{ 0x0171, 0x0171, "ü" },    { 0x01C4, 0x01C4, "DZ" },   { 0x01C5, 0x01C5, "Dz" },
	{ 0x01C6, 0x01C6, "dz" },   { 0x01C7, 0x01C7, "LJ" },   { 0x01C8, 0x01C8, "Lj" },
	{ 0x01C9, 0x01C9, "lj" },   { 0x01CA, 0x01CA, "NJ" },   { 0x01CB, 0x01CB, "Nj" },
	{ 0x01CC, 0x01CC, "nj" },   { 0x0218, 0x0218, "S" },    { 0x0219, 0x0219, "s" },
	{ 0x021A, 0x021A, "T" },    { 0x021B, 0x021B, "t" },    { 0x02B9, 0x02BC, "'" },
	{ 0x1E9E, 0x1E9E, "SS" },   { 0x2000, 0x200A, " " },    { 0x2010, 0x2015, "-" },
	{ 0x2018, 0x201B, "'" },    { 0x201C, 0x201F, "\"" },   { 0x2022, 0x2022, "*" },
	{ 0x2026, 0x2026, "..." },  { 0x2028, 0x2029, "\n" },   { 0x202F, 0x202F, " " },
	{ 0x2032, 0x2032, "'" },    { 0x2033, 0x2033, "\"" },   { 0x2039, 0x2039, "<" },
	{ 0x203A, 0x203A, ">" },    { 0x2044, 0x2044, "/" },    { 0x205F, 0x205F, " " },
	{ 0x2116, 0x2116, "No" },   { 0x2122, 0x2122, "TM" },   { 0x2190, 0x2190, "<-" },
	{ 0x2192, 0x2192, "->" },   { 0x2212, 0x2212, "-" },    { 0x2264, 0x2264, "<=" },
	{ 0x2265, 0x2265, ">=" },   { 0x3000, 0x3000, " " },
};
/* clang-format on */

/* The last letter of the main alphabet. */
#define ALPHABET_LAST 0x03A9u

/* The septet of the main alphabet, or -1. Letters and digits stand at their ASCII places. */
static int main_septet(uint32_t cp)
{
	if (cp < 128 && alphabet[cp] == cp)
		return cp != GSM7_ESCAPE ? (int)cp : -1;
	if (cp > ALPHABET_LAST)
		return -1;
	for (int i = 0; i < 128; i++)
		if (alphabet[i] == cp && i != GSM7_ESCAPE)
			return i;
	return -1;
}

/* The septet behind an escape, or -1. */
static int extension_septet(uint32_t cp)
{
	for (size_t i = 0; i < ARRAY_LEN(extension); i++)
		if (extension[i].cp == cp)
			return extension[i].septet;
	return -1;
}

unsigned gsm7_septets(uint32_t cp)
{
	if (main_septet(cp) >= 0)
		return 1;
	return extension_septet(cp) >= 0 ? 2 : 0;
}

/* So many octets from here on are letters and signs that stand at their ASCII places: most of a text. */
static size_t same_run(const struct rd *r)
{
	size_t n = 0, left = rd_left(r);

	while (n < left && r->ptr[n] < 128 && alphabet[r->ptr[n]] == r->ptr[n] &&
	       r->ptr[n] != GSM7_ESCAPE)
		n++;
	return n;
}

bool gsm7_can(struct bytes text, size_t *septets_out)
{
	struct rd r = rd_of(text);
	size_t total = 0;
	uint32_t cp;

	while (rd_left(&r) != 0) {
		struct bytes run = rd_take(&r, same_run(&r));
		unsigned septets;

		total += run.len;
		if (!utf8_next(&r, &cp))
			break;
		septets = gsm7_septets(cp);
		if (septets == 0)
			return false;
		total += septets;
	}
	if (septets_out != NULL)
		*septets_out = total;
	return true;
}

int gsm7_encode(struct arena *a, struct bytes text, struct bytes *septets_out)
{
	struct rd r = rd_of(text);
	size_t total;
	struct wr w;
	uint32_t cp;
	uint8_t *buf;

	if (!gsm7_can(text, &total))
		return ERR_INVALID;
	buf = arena_alloc(a, total + 1);
	if (buf == NULL)
		return arena_err(a);
	w = wr_of(buf, total);
	while (utf8_next(&r, &cp)) {
		int septet = main_septet(cp);

		if (septet < 0) {
			wr_u8(&w, GSM7_ESCAPE);
			septet = extension_septet(cp);
		}
		wr_u8(&w, (uint8_t)septet);
	}
	*septets_out = wr_bytes(&w);
	return wr_err(&w);
}

static uint32_t extended(uint8_t septet)
{
	for (size_t i = 0; i < ARRAY_LEN(extension); i++)
		if (extension[i].septet == septet)
			return extension[i].cp;
	return septet < 128 ? alphabet[septet] : UTF8_REPLACEMENT;
}

int gsm7_decode(struct arena *a, struct bytes septets, struct bytes *text_out,
		struct utf8_faults *faults_out)
{
	/* No character of the alphabet takes more than three octets in UTF-8. */
	struct strbuf raw = strbuf_in(a, septets.len * 3);
	struct rd r = rd_of(septets);
	struct bytes text;
	unsigned replaced = 0;
	int err;

	while (rd_left(&r) != 0) {
		uint8_t septet = rd_u8(&r), octets[4];
		uint32_t cp = septet < 128 ? alphabet[septet] : UTF8_REPLACEMENT;

		if (septet == GSM7_ESCAPE)
			cp = rd_left(&r) == 0 ? UTF8_REPLACEMENT : extended(rd_u8(&r));
		replaced += cp == UTF8_REPLACEMENT;
		strbuf_add(&raw, bytes_at(octets, utf8_put(cp, octets)));
	}
	err = strbuf_finish(&raw, &text);
	if (err == ERR_OK)
		err = utf8_clean(a, text, text_out, faults_out);
	if (err == ERR_OK && faults_out != NULL)
		faults_out->replaced += replaced;
	return err;
}

/* Small letter of a Cyrillic capital; any other character as it is. */
static uint32_t cyrillic_small(uint32_t cp)
{
	if (cp >= 0x0400 && cp <= 0x040F)
		return cp + 0x50;
	return cp >= 0x0410 && cp <= 0x042F ? cp + 0x20 : cp;
}

static const char *cyrillic_latin(uint32_t small)
{
	for (size_t i = 0; i < ARRAY_LEN(cyrillic); i++)
		if (cyrillic[i].cp == small)
			return cyrillic[i].latin;
	return NULL;
}

static bool is_ascii_capital(uint32_t c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_latin_mark(uint32_t cp)
{
	return cp >= LATIN_FIRST && cp <= LATIN_LAST;
}

static bool is_capital(uint32_t cp)
{
	if (is_latin_mark(cp))
		return is_ascii_capital((uint8_t)latin[cp - LATIN_FIRST]);
	return is_ascii_capital(cp) || cyrillic_small(cp) != cp;
}

static bool is_letter(uint32_t cp)
{
	return is_ascii_capital(cp & ~0x20u) || is_latin_mark(cp) || (cp >= 0x0400 && cp <= 0x045F);
}

/* A capital that becomes two letters: "LJ" in a word of capitals, else "Lj". */
static void add_capital(struct strbuf *s, const char *small, uint32_t before, uint32_t after)
{
	bool all = is_letter(after) ? is_capital(after) : is_capital(before);

	for (size_t i = 0; small[i] != '\0'; i++)
		strbuf_addc(s, i == 0 || all ? (char)(small[i] & ~0x20) : small[i]);
}

static const char *sign_plain(uint32_t cp)
{
	for (size_t i = 0; i < ARRAY_LEN(signs); i++)
		if (cp >= signs[i].first && cp <= signs[i].last)
			return signs[i].plain;
	return NULL;
}

static void add_plain(struct strbuf *s, uint32_t cp, uint32_t before, uint32_t after)
{
	uint32_t small = cp == 0x0110 ? 0x0111 : cyrillic_small(cp);
	const char *letters;
	uint8_t octets[4];

	if (gsm7_septets(cp) != 0) {
		strbuf_add(s, bytes_at(octets, utf8_put(cp, octets)));
		return;
	}
	letters = small == 0x0111 ? "dj" : cyrillic_latin(small);
	if (letters != NULL && small != cp)
		add_capital(s, letters, before, after);
	else if (letters != NULL)
		strbuf_adds(s, letters);
	else if (sign_plain(cp) != NULL)
		strbuf_adds(s, sign_plain(cp));
	else if (is_latin_mark(cp))
		strbuf_addc(s, latin[cp - LATIN_FIRST]);
}

int gsm7_plain(struct arena *a, struct bytes text, struct bytes *plain_out)
{
	/* No character becomes more than three octets for each of its own. */
	struct strbuf s = strbuf_in(a, text.len > SIZE_MAX / 4 ? SIZE_MAX / 4 : text.len * 3);
	struct rd r = rd_of(text);
	uint32_t before = 0, cp;

	while (rd_left(&r) != 0) {
		struct bytes run = rd_take(&r, same_run(&r));
		uint32_t after = 0;
		struct rd ahead;

		strbuf_add(&s, run);
		if (run.len != 0)
			before = run.ptr[run.len - 1];
		if (!utf8_next(&r, &cp))
			break;
		ahead = r;
		(void)utf8_next(&ahead, &after); /* the end is no letter */
		add_plain(&s, cp, before, after);
		before = cp;
	}
	return strbuf_finish(&s, plain_out);
}
