/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mime_charset.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/err.h"
#include "parsers/mime_guess.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"

enum kind {
	ONE,     /* an octet a character, ASCII below 0x80 */
	DOUBTED, /* the same, and often the wrong name */
	SEVERAL, /* several octets a character, ASCII below 0x80 */
	UTF8,
	ODD, /* ASCII octets needn't be ASCII: by iconv whatever stands there */
};

enum when { AT_ONCE, ON_DEMAND };

/* clang-format off */
/*
 * Names as plain(): small letters and digits only, without a leading "x" or "cs".
 * iso-8859-1 is read as windows-1252, as every browser does: it has letters where the other has controls.
 */
static const struct row {
	const char *iconv;
	enum kind kind;
	enum when when;
	const char *names; /* parted by blanks */
} rows[] = {
	{ "UTF-8",          UTF8,    AT_ONCE,   "utf8 unicode11utf8 unicode20utf8 utf8mb4 iso10646utf8 cp65001 65001 unicodeutf8 utf8nobom" },
	{ "WINDOWS-1250",   DOUBTED, AT_ONCE,   "windows1250 cp1250 win1250 1250 msee ansi1250 windowseasteurope" },
	{ "ISO-8859-2",     DOUBTED, AT_ONCE,   "iso88592 88592 latin2 l2 isolatin2 isoir101 ibm912 cp912 iso2" },
	{ "WINDOWS-1251",   DOUBTED, AT_ONCE,   "windows1251 cp1251 win1251 1251 mscyrl ansi1251 windowscyrillic" },
	{ "KOI8-R",         DOUBTED, AT_ONCE,   "koi8r koi8 koi cp20866 20866" },
	{ "ISO-8859-5",     DOUBTED, AT_ONCE,   "iso88595 88595 cyrillic isolatincyrillic isoir144 ibm915 cp915" },
	{ "WINDOWS-1252",   DOUBTED, AT_ONCE,   "windows1252 cp1252 win1252 1252 msansi iso88591 88591 latin1 l1 isolatin1 isoir100 ibm819 "
	                                        "cp819 ansi iso1 8bit unknown8bit cp5348 iso885911987" },
	{ "CP852",          DOUBTED, AT_ONCE,   "cp852 852 ibm852 pcp852 dos852" },
	{ "ISO-8859-15",    DOUBTED, AT_ONCE,   "iso885915 885915 latin9 l9 latin0 iso15 isoir203 cp923" },
	{ "ISO-8859-16",    DOUBTED, AT_ONCE,   "iso885916 885916 latin10 l10 isoir226" },
	{ "KOI8-U",         DOUBTED, AT_ONCE,   "koi8u cp21866" },
	{ "CP855",          DOUBTED, AT_ONCE,   "cp855 855 ibm855" },
	{ "CP866",          DOUBTED, AT_ONCE,   "cp866 866 ibm866" },
	{ "MACINTOSH",      ONE,     AT_ONCE,   "macintosh mac macroman cp10000" },
	{ "MAC-CYRILLIC",   ONE,     AT_ONCE,   "maccyrillic cp10007 10007 msmaccyrillic" },
	{ "MAC-CENTRALEUROPE", ONE,  AT_ONCE,   "maccentraleurope macce maccentraleuropean maccroatian cp10029" },
	{ "UTF-16",         ODD,     AT_ONCE,   "utf16 unicode ucs2 iso10646ucs2" },
	{ "UTF-16LE",       ODD,     AT_ONCE,   "utf16le ucs2le unicodelittle cp1200" },
	{ "UTF-16BE",       ODD,     AT_ONCE,   "utf16be ucs2be unicodebig cp1201 unicodefffe" },
	{ "UTF-7",          ODD,     AT_ONCE,   "utf7 unicode11utf7 unicode20utf7 cp65000" },
	{ "WINDOWS-1253",   ONE,     AT_ONCE,   "windows1253 cp1253 win1253 1253" },
	{ "WINDOWS-1254",   ONE,     AT_ONCE,   "windows1254 cp1254 win1254 1254 iso88599 88599 latin5 l5 isolatin5 isoir148 turkish" },
	{ "ISO-8859-7",     ONE,     AT_ONCE,   "iso88597 88597 greek greek8 isolatingreek isoir126" },
	{ "GB18030",        SEVERAL, AT_ONCE,   "gb18030 gb2312 gbk gb cngb cp936 936 windows936 euccn gb231280 chinese iso58gb231280 ms936" },
	{ "BIG5",           SEVERAL, AT_ONCE,   "big5 cnbig5 cp950 bigfive" },
	{ "CP932",          SEVERAL, AT_ONCE,   "shiftjis sjis mskanji cp932 windows31j ms932 sjiswin" },
	{ "EUC-JP",         SEVERAL, AT_ONCE,   "eucjp ujis eucpkdfmtjapanese" },
	{ "ISO-2022-JP",    ODD,     AT_ONCE,   "iso2022jp iso2022jpms jis cp50220 cp50221" },
	{ "UHC",            SEVERAL, AT_ONCE,   "uhc cp949 949 windows949 euckr ksc5601 ksc56011987 ksc56011989 korean iso149 mscp949 ks" },
	/* What hardly ever comes: opened only when a mail names it. */
	{ "ISO-8859-3",     ONE,     ON_DEMAND, "iso88593 latin3 l3 isolatin3" },
	{ "ISO-8859-4",     ONE,     ON_DEMAND, "iso88594 latin4 l4 isolatin4" },
	{ "ISO-8859-6",     ONE,     ON_DEMAND, "iso88596 arabic isolatinarabic asmo708 ecma114 iso88596e iso88596i" },
	{ "WINDOWS-1255",   ONE,     ON_DEMAND, "windows1255 cp1255 win1255 iso88598 iso88598e iso88598i hebrew isolatinhebrew logical visual" },
	{ "ISO-8859-10",    ONE,     ON_DEMAND, "iso885910 latin6 l6 isolatin6" },
	{ "WINDOWS-874",    ONE,     ON_DEMAND, "windows874 cp874 tis620 iso885911 dos874" },
	{ "ISO-8859-13",    ONE,     ON_DEMAND, "iso885913 latin7 l7" },
	{ "ISO-8859-14",    ONE,     ON_DEMAND, "iso885914 latin8 l8" },
	{ "WINDOWS-1256",   ONE,     ON_DEMAND, "windows1256 cp1256 win1256" },
	{ "WINDOWS-1257",   ONE,     ON_DEMAND, "windows1257 cp1257 win1257 winbaltrim" },
	{ "WINDOWS-1258",   ONE,     ON_DEMAND, "windows1258 cp1258 win1258" },
	{ "CP437",          ONE,     ON_DEMAND, "cp437 437 ibm437 pc8codepage437 dos437" },
	{ "CP737",          ONE,     ON_DEMAND, "cp737" },
	{ "CP775",          ONE,     ON_DEMAND, "cp775 ibm775" },
	{ "CP850",          ONE,     ON_DEMAND, "cp850 850 ibm850 pc850multilingual dos850" },
	{ "CP857",          ONE,     ON_DEMAND, "cp857 ibm857" },
	{ "CP858",          ONE,     ON_DEMAND, "cp858 ibm858 cp00858" },
	{ "CP860",          ONE,     ON_DEMAND, "cp860 ibm860" },
	{ "CP861",          ONE,     ON_DEMAND, "cp861 ibm861" },
	{ "CP862",          ONE,     ON_DEMAND, "cp862 ibm862" },
	{ "CP863",          ONE,     ON_DEMAND, "cp863 ibm863" },
	{ "CP864",          ONE,     ON_DEMAND, "cp864 ibm864" },
	{ "CP865",          ONE,     ON_DEMAND, "cp865 ibm865" },
	{ "CP869",          ONE,     ON_DEMAND, "cp869 ibm869" },
	{ "CP1125",         ONE,     ON_DEMAND, "cp1125 ruscii" },
	{ "MIK",            ONE,     ON_DEMAND, "mik" },
	{ "KOI8-T",         ONE,     ON_DEMAND, "koi8t" },
	{ "KOI8-RU",        ONE,     ON_DEMAND, "koi8ru" },
	{ "ECMA-CYRILLIC",  ONE,     ON_DEMAND, "ecmacyrillic isoir111 koi8e" },
	{ "CWI-2",          ONE,     ON_DEMAND, "cwi2 cwi cphu" },
	{ "MAC-UK",         ONE,     ON_DEMAND, "macuk macukrainian" },
	{ "PT154",          ONE,     ON_DEMAND, "pt154 ptcp154 cyrillicasian" },
	{ "RK1048",         ONE,     ON_DEMAND, "rk1048 kz1048" },
	{ "ARMSCII-8",      ONE,     ON_DEMAND, "armscii8" },
	{ "GEORGIAN-PS",    ONE,     ON_DEMAND, "georgianps" },
	{ "GEORGIAN-ACADEMY", ONE,   ON_DEMAND, "georgianacademy" },
	{ "VISCII",         ODD,     ON_DEMAND, "viscii" },
	{ "TCVN5712-1",     ODD,     ON_DEMAND, "tcvn tcvn5712 tcvn57121" },
	{ "HP-ROMAN8",      ONE,     ON_DEMAND, "hproman8 roman8 r8" },
	{ "DEC-MCS",        ONE,     ON_DEMAND, "decmcs dec" },
	{ "JUS_I.B1.002",   ODD,     ON_DEMAND, "jusib1002 iso646yu yu js isoir141 iso141jusib1002" },
	{ "ISO646-HU",      ODD,     ON_DEMAND, "iso646hu hu msz77953 isoir86" },
	{ "ISO646-DE",      ODD,     ON_DEMAND, "iso646de din66003 isoir21" },
	{ "BIG5-HKSCS",     SEVERAL, ON_DEMAND, "big5hkscs" },
	{ "EUC-TW",         SEVERAL, ON_DEMAND, "euctw" },
	{ "JOHAB",          SEVERAL, ON_DEMAND, "johab cp1361" },
	{ "EUC-JISX0213",   SEVERAL, ON_DEMAND, "eucjisx0213" },
	{ "SHIFT_JISX0213", SEVERAL, ON_DEMAND, "shiftjisx0213" },
	{ "ISO-2022-JP-2",  ODD,     ON_DEMAND, "iso2022jp2" },
	{ "ISO-2022-JP-3",  ODD,     ON_DEMAND, "iso2022jp3" },
	{ "ISO-2022-KR",    ODD,     ON_DEMAND, "iso2022kr" },
	{ "ISO-2022-CN",    ODD,     ON_DEMAND, "iso2022cn" },
	{ "UTF-32",         ODD,     ON_DEMAND, "utf32 ucs4 iso10646ucs4" },
	{ "UTF-32LE",       ODD,     ON_DEMAND, "utf32le ucs4le" },
	{ "UTF-32BE",       ODD,     ON_DEMAND, "utf32be ucs4be" },
	{ "UTF-7-IMAP",     ODD,     ON_DEMAND, "utf7imap" },
	{ "TSCII",          ODD,     ON_DEMAND, "tscii" },
	{ "ISO_6937",       ODD,     ON_DEMAND, "iso6937" },
	{ "T.61-8BIT",      ODD,     ON_DEMAND, "t61 t618bit isoir103" },
	{ "IBM037",         ODD,     ON_DEMAND, "ibm037 cp037 ebcdiccpus" },
	{ "IBM500",         ODD,     ON_DEMAND, "ibm500 cp500" },
	{ "IBM870",         ODD,     ON_DEMAND, "ibm870 cp870 ebcdiccpyu ebcdiccproece" },
	{ "IBM880",         ODD,     ON_DEMAND, "ibm880 cp880 ebcdiccyrillic" },
	{ "IBM1047",        ODD,     ON_DEMAND, "ibm1047 cp1047" },
};
/* clang-format on */

#define N_ROWS ARRAY_LEN(rows)
/* Those of the table that a text without a usable name may be in, likeliest first. */
#define N_GUESSES 7
/* What its name is worth to a set, in the weights of mime_guess: about a letter. */
#define SAID_WEIGHT 4
/* A name longer than any of the table is none. */
#define NAME_MAX_OCTETS 40
/* So much of a text is weighed: a screen or two. */
#define SAMPLE_OCTETS 8192

struct mime_charsets {
	iconv_t open[N_ROWS]; /* or NOT_OPEN */
};

#define NOT_OPEN ((iconv_t)-1)

/* --- names --- */

struct plain_name {
	char text[NAME_MAX_OCTETS + 1];
	size_t len;
};

/* Letters and digits, small; without quotes, language (RFC 2231, 5) and year; len 0: none, or too long. */
static struct plain_name plain(struct bytes name)
{
	struct plain_name p = { .len = 0 };

	name = bytes_trim(name);
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.ptr[i];

		if (c == '*' || (c == ':' && p.len != 0))
			break;
		if (c >= 'A' && c <= 'Z')
			c |= 0x20;
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
			continue;
		if (p.len == NAME_MAX_OCTETS)
			return (struct plain_name){ .len = 0 };
		p.text[p.len++] = (char)c;
	}
	return p;
}

static bool has_name(const struct row *row, struct bytes name)
{
	struct bytes rest = bytes_of(row->names), one;

	while (bytes_split(&rest, ' ', &one))
		if (bytes_eq(one, name))
			return true;
	return false;
}

static const struct row *row_named(struct bytes name)
{
	for (size_t i = 0; name.len != 0 && i < N_ROWS; i++)
		if (has_name(&rows[i], name))
			return &rows[i];
	return NULL;
}

static bool is_ascii_name(struct bytes name)
{
	static const char *const names[] = { "ascii",   "usascii", "ansix341968", "iso646us",
					     "ansix34", "us",      "7bit",        "iso646irv" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (bytes_is(name, names[i]))
			return true;
	return false;
}

/* NULL for none, unknown and ASCII; the last two are told apart by *is_unknown_out. */
static const struct row *row_of(struct bytes name, bool *is_unknown_out)
{
	struct plain_name p = plain(name);
	struct bytes text = bytes_at(p.text, p.len);
	const struct row *row = row_named(text);

	if (row == NULL && bytes_starts(text, "x"))
		row = row_named(bytes_cut(text, 1, text.len));
	if (row == NULL && bytes_starts(text, "cs"))
		row = row_named(bytes_cut(text, 2, text.len));
	*is_unknown_out = row == NULL && bytes_trim(name).len != 0 && !is_ascii_name(text);
	return row;
}

bool mime_charset_is_known(struct bytes name)
{
	bool is_unknown;

	return row_of(name, &is_unknown) != NULL || (name.len != 0 && !is_unknown);
}

/* --- descriptors --- */

/* A first letter loads all that the conversion needs. */
static void open_row(struct mime_charsets *cs, const struct row *row)
{
	char in[] = { 'a', 0, 0, 0 }, out[16];
	char *from = in, *to = out;
	size_t n_from = row->kind == ODD ? sizeof(in) : 1, n_to = sizeof(out);
	iconv_t cd = iconv_open("UTF-8", row->iconv);

	cs->open[row - rows] = cd;
	if (cd == NOT_OPEN)
		return;
	(void)iconv(cd, &from, &n_from, &to, &n_to); /* what becomes of the letter is no matter */
}

struct mime_charsets *mime_charsets_open(void)
{
	struct mime_charsets *cs = calloc(1, sizeof(*cs));

	for (size_t i = 0; cs != NULL && i < N_ROWS; i++) {
		cs->open[i] = NOT_OPEN;
		if (rows[i].when == AT_ONCE)
			open_row(cs, &rows[i]);
	}
	return cs;
}

void mime_charsets_close(struct mime_charsets **cs)
{
	for (size_t i = 0; *cs != NULL && i < N_ROWS; i++)
		if ((*cs)->open[i] != NOT_OPEN)
			iconv_close((*cs)->open[i]);
	free(*cs);
	*cs = NULL;
}

/* The name that begins here, quoted or not, up to what can't be in one. */
static struct bytes name_at(struct bytes raw, size_t at)
{
	size_t from = at, to;

	while (from < raw.len && strchr(" \t\"'", raw.ptr[from]) != NULL && raw.ptr[from] != '\0')
		from++;
	for (to = from; to < raw.len && to - from <= NAME_MAX_OCTETS; to++)
		if (raw.ptr[to] <= ' ' || strchr("\"';?*", raw.ptr[to]) != NULL)
			break;
	return bytes_cut(raw, from, to - from);
}

static bool is_behind(struct bytes raw, size_t at, const char *word)
{
	size_t len = strlen(word);

	while (at != 0 && (raw.ptr[at - 1] == ' ' || raw.ptr[at - 1] == '*'))
		at--;
	return at >= len && strncasecmp((const char *)raw.ptr + at - len, word, len) == 0;
}

void mime_charsets_need(struct mime_charsets *cs, struct bytes raw)
{
	for (size_t i = 0; (i += bytes_find(bytes_cut(raw, i, raw.len), '=')) < raw.len; i++) {
		struct bytes name = BYTES_NONE;
		const struct row *row;
		bool is_unknown;

		if (i + 1 < raw.len && raw.ptr[i + 1] == '?')
			name = name_at(raw, i + 2);
		else if (is_behind(raw, i, "charset"))
			name = name_at(raw, i + 1);
		row = name.len == 0 ? NULL : row_of(name, &is_unknown);
		if (row != NULL && row->when == ON_DEMAND && cs->open[row - rows] == NOT_OPEN)
			open_row(cs, row);
	}
}

/* --- conversion --- */

/* One step of iconv into out; false when all is read. What can't be decoded is one U+FFFD an octet. */
static bool convert_some(iconv_t cd, char **from, size_t *n_from, struct strbuf *out,
			 unsigned *n_bad)
{
	char chunk[4096], *to = chunk;
	size_t n_to = sizeof(chunk), result;
	int why;

	errno = 0;
	result = *n_from == 0 ? iconv(cd, NULL, NULL, &to, &n_to)
			      : iconv(cd, from, n_from, &to, &n_to);
	why = result == (size_t)-1 ? errno : 0;
	strbuf_add(out, bytes_at(chunk, sizeof(chunk) - n_to));
	if (why == EILSEQ || (why == EINVAL && *n_from != 0)) {
		strbuf_adds(out, "\xEF\xBF\xBD");
		(*n_bad)++;
		(*from)++;
		(*n_from)--;
	}
	return *n_from != 0;
}

static int convert(iconv_t cd, struct arena *a, struct bytes octets, struct bytes *text_out,
		   unsigned *n_bad_out)
{
	/* At most four octets of UTF-8 for one; iconv knows none that makes more, but for composed letters. */
	struct strbuf out = strbuf_in(a, 8 * octets.len + 16);
	char *from = (char *)(uintptr_t)octets.ptr; /* iconv's prototype lacks const */
	size_t n_from = octets.len;
	unsigned n_bad = 0;

	iconv(cd, NULL, NULL, NULL, NULL);
	while (convert_some(cd, &from, &n_from, &out, &n_bad) && strbuf_err(&out) == ERR_OK)
		;
	convert_some(cd, &from, &n_from, &out, &n_bad); /* a state that wants to be ended */
	*n_bad_out = n_bad;
	return strbuf_finish(&out, text_out);
}

static bool is_ascii(struct bytes octets)
{
	for (size_t i = 0; i < octets.len; i++)
		if (octets.ptr[i] >= 0x80)
			return false;
	return true;
}

/* --- which one --- */

/* From a word before the first octet beyond ASCII. */
static struct bytes sample_of(struct bytes octets)
{
	size_t at = 0, before;

	while (at < octets.len && octets.ptr[at] < 0x80)
		at++;
	before = at < 64 ? at : 64;
	return bytes_cut(octets, at - before, SAMPLE_OCTETS);
}

/* Well-formed pieces beyond ASCII, and octets that belong to none. A piece cut off at the end is neither. */
struct utf8_form {
	size_t n_good;
	size_t n_bad;
};

static struct utf8_form form_of(struct bytes octets)
{
	struct utf8_form f = { 0 };
	struct rd r = rd_of(octets);
	uint32_t cp;

	for (;;) {
		const uint8_t *at = r.ptr;

		if (!utf8_next(&r, &cp))
			return f;
		if (cp < 0x80)
			continue;
		if (r.ptr - at > 1)
			f.n_good++;
		else if (r.end - at > 3 || *at < 0xC0)
			f.n_bad++;
	}
}

/*
 * Letters with a caron are in windows-1252 too, and nobody in the west of Europe
 * writes them: where they stand, it is windows-1250 that was meant.
 */
static int weight_against_west(struct bytes sample)
{
	int weight = 0;

	for (size_t i = 0; i < sample.len; i++)
		weight += sample.ptr[i] == 0x8A || sample.ptr[i] == 0x8E || sample.ptr[i] == 0x9A ||
			  sample.ptr[i] == 0x9E;
	return 6 * weight;
}

/* What the sample is worth in one set; much below nothing when that isn't open. */
static int weigh(struct mime_charsets *cs, struct arena *a, const struct row *row,
		 struct bytes sample, int *weight_out)
{
	struct bytes text;
	unsigned n_bad;
	int err;

	*weight_out = -(1 << 30);
	if (cs->open[row - rows] == NOT_OPEN)
		return ERR_OK;
	err = convert(cs->open[row - rows], a, sample, &text, &n_bad);
	if (err == ERR_OK)
		*weight_out =
			mime_guess_weight(text) -
			(strcmp(row->iconv, "WINDOWS-1252") == 0 ? weight_against_west(sample) : 0);
	return err;
}

static size_t count_high(struct bytes sample)
{
	size_t n = 0;

	for (size_t i = 0; i < sample.len; i++)
		n += sample.ptr[i] >= 0x80;
	return n;
}

/* The likeliest set of a text that isn't UTF-8; the one it was called by needs less to win. */
static int guess(struct mime_charsets *cs, struct arena *a, const struct row *said,
		 struct bytes octets, const struct row **row_out)
{
	struct bytes sample = sample_of(octets);
	const struct row *best = said;
	int most = 0, err = ERR_OK;

	if (said != NULL) {
		err = weigh(cs, a, said, sample, &most);
		most += SAID_WEIGHT + (int)(count_high(sample) / 4);
	}
	/* rows[0] is UTF-8, which it isn't. */
	for (size_t i = 1; i < N_GUESSES && err == ERR_OK; i++) {
		int weight;

		err = weigh(cs, a, &rows[i], sample, &weight);
		if (err == ERR_OK && (best == NULL || weight > most)) {
			best = &rows[i];
			most = weight;
		}
	}
	*row_out = best;
	return err;
}

static int choose(struct mime_charsets *cs, struct arena *a, const struct row *said,
		  struct bytes octets, const struct row **row_out)
{
	struct utf8_form form;

	*row_out = said;
	if (said != NULL && said->kind == ODD)
		return ERR_OK;
	if (said != NULL && said->kind == SEVERAL) {
		unsigned n_bad;
		struct bytes text;
		int err = convert(cs->open[said - rows], a, sample_of(octets), &text, &n_bad);

		form = form_of(octets);
		/* A few characters may look like UTF-8 by chance, more don't. */
		if (form.n_bad == 0 && (form.n_good > 2 || (n_bad != 0 && form.n_good != 0)))
			*row_out = &rows[0];
		return err;
	}
	form = form_of(octets);
	if (form.n_good != 0 && form.n_bad == 0) {
		*row_out = &rows[0];
		return ERR_OK;
	}
	if (said != NULL && said->kind == UTF8 && form.n_good >= form.n_bad)
		return ERR_OK;
	if (said != NULL && said->kind == ONE)
		return ERR_OK;
	return guess(cs, a, said != NULL && said->kind == UTF8 ? NULL : said, octets, row_out);
}

static struct bytes without_mark(struct bytes octets)
{
	return bytes_starts(octets, "\xEF\xBB\xBF") ? bytes_cut(octets, 3, octets.len) : octets;
}

/* A byte order mark beats what the name says: UTF-16 is never meant to look like that by chance. */
static const struct row *marked(struct bytes octets)
{
	bool is_unknown;

	if (octets.len < 4 || octets.len % 2 != 0)
		return NULL;
	if ((octets.ptr[0] == 0xFF && octets.ptr[1] == 0xFE) ||
	    (octets.ptr[0] == 0xFE && octets.ptr[1] == 0xFF))
		return row_of(bytes_of("utf-16"), &is_unknown);
	return NULL;
}

int mime_charset_text(struct mime_charsets *cs, struct arena *a, struct bytes name,
		      struct bytes octets, struct mime_text *text_out)
{
	struct mime_text t = { .charset = "US-ASCII" };
	struct utf8_faults faults = { 0 };
	const struct row *said = row_of(name, &t.is_unknown), *row = said;
	unsigned n_bad = 0;
	int err = ERR_OK;

	if (said != NULL && cs->open[said - rows] == NOT_OPEN) {
		t.is_unknown = true;
		said = row = NULL;
	}
	if (marked(octets) != NULL)
		row = marked(octets);
	else if (!is_ascii(octets))
		err = choose(cs, a, said, octets, &row);
	if (err == ERR_OK && row != NULL && row->kind != UTF8 &&
	    (row->kind == ODD || !is_ascii(octets)))
		err = convert(cs->open[row - rows], a, octets, &octets, &n_bad);
	if (err == ERR_OK)
		err = utf8_clean(a, without_mark(octets), &t.text, &faults);
	if (err != ERR_OK)
		return err;
	if (row != NULL)
		t.charset = row->iconv;
	t.is_mislabelled = said != NULL && row != said;
	t.n_replaced = n_bad + faults.replaced;
	*text_out = t;
	return ERR_OK;
}
