/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mime_charset_names.h"

/* Short for the table's columns. */
#define ONE       CHARSET_ONE
#define DOUBTED   CHARSET_DOUBTED
#define SEVERAL   CHARSET_SEVERAL
#define UTF8      CHARSET_UTF8
#define ODD       CHARSET_ODD
#define AT_ONCE   CHARSET_AT_ONCE
#define ON_DEMAND CHARSET_ON_DEMAND

/* clang-format off */
/*
 * Names as plain(): small letters and digits only, without a leading "x" or "cs".
 * iso-8859-1 is read as windows-1252, as every browser does: it has letters where the other has controls.
 */
const struct charset_row charset_rows[CHARSET_ROWS] = {
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

/* A name longer than any of the table is none. */
#define NAME_MAX_OCTETS 40

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

static bool has_name(const struct charset_row *row, struct bytes name)
{
	struct bytes rest = bytes_of(row->names), one;

	while (bytes_split(&rest, ' ', &one))
		if (bytes_eq(one, name))
			return true;
	return false;
}

static const struct charset_row *row_named(struct bytes name)
{
	for (size_t i = 0; name.len != 0 && i < CHARSET_ROWS; i++)
		if (has_name(&charset_rows[i], name))
			return &charset_rows[i];
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

const struct charset_row *charset_named(struct bytes name, bool *is_unknown_out)
{
	struct plain_name p = plain(name);
	struct bytes text = bytes_at(p.text, p.len);
	const struct charset_row *row = row_named(text);

	if (row == NULL && bytes_starts(text, "x"))
		row = row_named(bytes_cut(text, 1, text.len));
	if (row == NULL && bytes_starts(text, "cs"))
		row = row_named(bytes_cut(text, 2, text.len));
	*is_unknown_out = row == NULL && bytes_trim(name).len != 0 && !is_ascii_name(text);
	return row;
}
