/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mime_charset.h"

#include <stdio.h>
#include <string.h>

#include "parsers/err.h"
#include "parsers/mime_charset_names.h"
#include "tests/tap.h"

/* Texts, and what they are in the sets that people's programs write. */
#define SR_1250 "Po\x9Atovani, mol\x69m vas da popravite ra\xE8un, ku\xE6\x61 je \x9Euta, \xF0\x61k"
#define SR_8859_2                                                                                  \
	"Po\xB9tovani, mol\x69m vas da popravite ra\xE8un, ku\xE6\x61 je \xBEuta, \xF0\x61k"
#define SR            "Poštovani, molim vas da popravite račun, kuća je žuta, đak"
#define CYR_1251      "\xCF\xEE\xF8\xF2\xEE\xE2\xE0\xED\xE8, \xEC\xEE\xEB\xE8\xEC \xE2\xE0\xF1"
#define CYR_CAPS_1251 "\xCF\xCE\xD8\xD2\xCE\xC2\xC0\xCD\xC8 \xC3\xD0\xC0\x80\xC0\xCD\xC8"
#define CYR           "Поштовани, молим вас"
#define CYR_5         "\xBF\xDE\xE8\xE2\xDE\xD2\xD0\xDD\xD8, \xDC\xDE\xDB\xD8\xDC \xD2\xD0\xE1"
#define RU_KOI8       "\xEE\xC5\xD4 \xD7\xCF\xC4\xD9 \xD7 \xC4\xCF\xCD\xC5"
#define RU            "Нет воды в доме"
#define SK_1250                                                                                    \
	"Dobr\xFD de\xF2, \x9Eiadam o v\xFDpis, \xEF"                                              \
	"akujem pekne, \x9Akoda"
#define SK      "Dobrý deň, žiadam o výpis, ďakujem pekne, škoda"
#define HU_1250 "Tisztelt H\xF6lgyem, a v\xEDz nem folyik, k\xE9rem seg\xEDtsen, h\xFBs\xE9g"
#define HU      "Tisztelt Hölgyem, a víz nem folyik, kérem segítsen, hűség"

/* clang-format off */
static const struct {
	const char *name;
	struct bytes octets;
	const char *text;
	const char *promise;
} rows[] = {
	{ "utf-8",          BYTES(SR),        SR,  "UTF-8" },
	{ "",               BYTES(SR),        SR,  "UTF-8 without a name" },
	{ "us-ascii",       BYTES(SR),        SR,  "UTF-8 called ASCII" },
	{ "iso-8859-1",     BYTES(SR),        SR,  "UTF-8 called Latin 1" },
	{ "windows-1250",   BYTES(CYR),       CYR, "UTF-8 called windows-1250" },
	{ "koi8-r",         BYTES(CYR),       CYR, "UTF-8 called koi8-r" },
	{ "iso-8859-7",     BYTES(CYR),       CYR, "UTF-8 called Greek" },
	{ "gb2312",         BYTES(CYR),       CYR, "UTF-8 called Chinese" },
	{ "x-none",         BYTES(SR),        SR,  "UTF-8 with an unknown name" },
	{ "utf-8*sr",       BYTES(SR),        SR,  "a name with a language (RFC 2231)" },
	{ "'utf-8'",        BYTES(SR),        SR,  "a quoted name" },
	{ "\"UTF8\"",       BYTES(SR),        SR,  "quoted, spelt freely" },
	{ "windows-1250",   BYTES(SR_1250),   SR,  "windows-1250" },
	{ "x-cp1250",       BYTES(SR_1250),   SR,  "x-cp1250" },
	{ "cp-1250",        BYTES(SR_1250),   SR,  "cp-1250" },
	{ "Windows 1250",   BYTES(SR_1250),   SR,  "Windows 1250" },
	{ "iso-8859-2",     BYTES(SR_1250),   SR,  "windows-1250 called iso-8859-2" },
	{ "iso-8859-1",     BYTES(SR_1250),   SR,  "windows-1250 called iso-8859-1" },
	{ "us-ascii",       BYTES(SR_1250),   SR,  "windows-1250 called ASCII" },
	{ "iso-8859-1",     BYTES("Ra\xE8un je pogre\x9A" "an"), "Račun je pogrešan", "windows-1250 called iso-8859-1, two letters" },
	{ "utf-8",          BYTES(SR_1250),   SR,  "windows-1250 called UTF-8" },
	{ "",               BYTES(SR_1250),   SR,  "windows-1250 without a name" },
	{ "x-none",         BYTES(SR_1250),   SR,  "windows-1250 with an unknown name" },
	{ "windows-1251",   BYTES(SR_1250),   SR,  "windows-1250 called windows-1251" },
	{ "iso-8859-2",     BYTES(SR_8859_2), SR,  "iso-8859-2" },
	{ "ISO_8859-2:1987", BYTES(SR_8859_2), SR, "iso-8859-2 with its year" },
	{ "latin2",         BYTES(SR_8859_2), SR,  "iso-8859-2 as latin2" },
	{ "windows-1250",   BYTES(SR_8859_2), SR,  "iso-8859-2 called windows-1250" },
	{ "iso-8859-1",     BYTES(SR_8859_2), SR,  "iso-8859-2 called iso-8859-1" },
	{ "windows-1251",   BYTES(CYR_1251),  CYR, "windows-1251" },
	{ "windows-1250",   BYTES(CYR_1251),  CYR, "windows-1251 called windows-1250" },
	{ "iso-8859-1",     BYTES(CYR_1251),  CYR, "windows-1251 called iso-8859-1" },
	{ "iso-8859-2",     BYTES(CYR_1251),  CYR, "windows-1251 called iso-8859-2" },
	{ "koi8-r",         BYTES(CYR_1251),  CYR, "windows-1251 called koi8-r" },
	{ "utf-8",          BYTES(CYR_1251),  CYR, "windows-1251 called UTF-8" },
	{ "",               BYTES(CYR_1251),  CYR, "windows-1251 without a name" },
	{ "",               BYTES(CYR_CAPS_1251), "ПОШТОВАНИ ГРАЂАНИ", "windows-1251 in capitals, without a name" },
	{ "koi8-r",         BYTES(CYR_CAPS_1251), "ПОШТОВАНИ ГРАЂАНИ", "windows-1251 in capitals called koi8-r" },
	{ "iso-8859-5",     BYTES(CYR_5),     CYR, "iso-8859-5" },
	{ "windows-1251",   BYTES(CYR_5),     CYR, "iso-8859-5 called windows-1251" },
	{ "koi8-r",         BYTES(RU_KOI8),   RU,  "koi8-r" },
	{ "windows-1251",   BYTES(RU_KOI8),   RU,  "koi8-r called windows-1251" },
	{ "iso-8859-1",     BYTES(RU_KOI8),   RU,  "koi8-r called iso-8859-1" },
	{ "",               BYTES(RU_KOI8),   RU,  "koi8-r without a name" },
	{ "windows-1250",   BYTES(SK_1250),   SK,  "Slovak" },
	{ "iso-8859-1",     BYTES(SK_1250),   SK,  "Slovak in windows-1250 called iso-8859-1" },
	{ "",               BYTES(HU_1250),   HU,  "Hungarian in windows-1250 without a name" },
	{ "iso-8859-1",     BYTES("Gr\xFC\xDF" "e aus M\xFCnchen"), "Grüße aus München", "German" },
	{ "iso-8859-1",     BYTES("tr\xE8s bien, \xE0 bient\xF4t"), "très bien, à bientôt", "French stays French" },
	{ "windows-1252",   BYTES("\x93quoted\x94 \x96 \x80 5"), "“quoted” – € 5", "signs of windows-1252" },
	{ "iso-8859-1",     BYTES("\x93quoted\x94"), "“quoted”", "which iso-8859-1 is read as" },
	{ "iso-8859-15",    BYTES("5 \xA4"),  "5 €",  "the euro of iso-8859-15" },
	{ "cp-852",         BYTES("ra\x9Fun, ku\x86" "a"), "račun, kuća", "code page 852" },
	{ "iso-8859-7",     BYTES("\xEA\xE1\xEB"), "καλ", "Greek" },
	{ "ks_c_5601-1987", BYTES("\xC7\xD1"), "한",  "Korean as it is called" },
	{ "shift_jis",      BYTES("\x93\xFA\x96{"), "日本", "Japanese" },
	{ "iso-2022-jp",    BYTES("\x1B$BF|K\\\x1B(B"), "日本", "Japanese in seven bits" },
	{ "big5",           BYTES("\xA4\xA4"), "中",  "Chinese" },
	{ "utf-16le",       BYTES("\x0D\x01" "a\0"), "ča", "UTF-16 without a mark" },
	{ "utf-16",         BYTES("\xFF\xFE\x0D\x01"), "č", "UTF-16 with its mark" },
	{ "utf-8",          BYTES("\xFF\xFE\x0D\x01"), "č", "UTF-16 with its mark called UTF-8" },
	{ "utf-7",          BYTES("ra+AQ0-un"), "račun", "UTF-7" },
	{ "utf-8",          BYTES("\xEF\xBB\xBF" "a"), "a", "a mark before UTF-8 is no text" },
	{ "utf-8",          BYTES("ra\xC4\x8Dun \xC4\x8D\xC4\x8D\xC4"), "račun čč\uFFFD", "UTF-8 cut in a character stays UTF-8" },
	{ "utf-8",          BYTES("a\0b\r\nc\rd"), "ab\nc\nd", "NULs are dropped, line ends made one" },
	{ "",               BYTES(""),        "",  "nothing" },
};
/* clang-format on */

static void test_names(struct mime_charsets *cs, struct arena *a)
{
	struct mime_text t;

	mime_charset_text(cs, a, bytes_of("x-none"), bytes_of("a"), &t);
	ok(t.is_unknown, "a name that nobody knows is told");
	mime_charset_text(cs, a, bytes_of(""), bytes_of("a"), &t);
	ok(!t.is_unknown, "no name isn't");
	mime_charset_text(cs, a, bytes_of("iso-8859-2"), bytes_of(SR_1250), &t);
	ok(t.is_mislabelled && strcmp(t.charset, "WINDOWS-1250") == 0, "a wrong name is told");
	mime_charset_text(cs, a, bytes_of("iso-8859-2"), bytes_of(SR_8859_2), &t);
	ok(!t.is_mislabelled, "a right one isn't");
	ok(mime_charset_is_known(bytes_of("iso-8859-8-i")) &&
		   mime_charset_is_known(bytes_of("ASCII")) &&
		   !mime_charset_is_known(bytes_of("x-none")) && !mime_charset_is_known(BYTES_NONE),
	   "which names are known");
}

static void test_need(struct mime_charsets *cs, struct arena *a)
{
	struct mime_text t;

	mime_charset_text(cs, a, bytes_of("cp437"), bytes_of("\x81"), &t);
	ok(t.is_unknown, "a rare set is unknown until a mail needs it");
	mime_charsets_need(cs, bytes_of("Subject: =?cp437?q?=81?=\nContent-Type: text/plain;\n "
					"charset = \"x-cp850\"\n\n=81"));
	mime_charset_text(cs, a, bytes_of("cp437"), bytes_of("\x81"), &t);
	is_text(t.text, "ü", "then it is read");
	mime_charset_text(cs, a, bytes_of("x-cp850"), bytes_of("\x81"), &t);
	is_text(t.text, "ü", "also when a parameter names it");
	mime_charsets_need(cs, bytes_of("charset=../../x//TRANSLIT charset= =?"));
	ok(true, "what is no name is handed to nobody");
}

/* Each name of the table leads to its own row, and iconv has what the row names. */
static void test_table(struct arena *a)
{
	struct mime_charsets *cs = mime_charsets_open();

	for (size_t i = 0; i < CHARSET_ROWS; i++) {
		const struct charset_row *row = &charset_rows[i];
		struct bytes rest = bytes_of(row->names), name = BYTES_NONE;
		struct mime_text t = { 0 };
		char raw[128];
		bool is_unknown, is_own = true;

		while (bytes_split(&rest, ' ', &name))
			is_own &= charset_named(name, &is_unknown) == row;
		snprintf(raw, sizeof(raw), "charset=%.*s", PRI_BYTES(name));
		mime_charsets_need(cs, bytes_of(raw));
		mime_charset_text(cs, a, name, bytes_at("\xE1\xE1\xE1\xE1", 4), &t);
		ok(is_own && !t.is_unknown, "%s is there by all its names", row->iconv);
	}
	mime_charsets_close(&cs);
}

int main(void)
{
	struct arena *a = arena_new(1 << 22);
	struct mime_charsets *cs = mime_charsets_open();

	plan(0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct mime_text t = { 0 };
		int err = mime_charset_text(cs, a, bytes_of(rows[i].name), rows[i].octets, &t);

		is_text(t.text, rows[i].text, "%s", rows[i].promise);
		if (err != ERR_OK)
			ok(false, "… with the error %s", err_text(err));
	}
	test_names(cs, a);
	test_need(cs, a);
	test_table(a);
	mime_charsets_close(&cs);
	arena_free(&a);
	return done_testing();
}
