/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mime_decode.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/keyed.h"
#include "parsers/mime_files.h"
#include "parsers/mime_flowed.h"
#include "tests/tap.h"

/* clang-format off */
static const struct {
	enum mime_encoding how;
	const char *in;
	const char *out;
	const char *promise;
} rows[] = {
	{ MIME_QUOTED, "ra=C4=8Dun",                       "ra\xC4\x8Dun",      "hex digits are an octet" },
	{ MIME_QUOTED, "ra=c4=8dun",                       "ra\xC4\x8Dun",      "small ones too" },
	{ MIME_QUOTED, "a = b",                            "a = b",             "a lone '=' stays, with what follows it" },
	{ MIME_QUOTED, "http://x/?a=b&c=d",                "http://x/?a=b&c=d", "a link that nobody encoded stays" },
	{ MIME_QUOTED, "a=\r\nb=\nc= \t\r\nd",             "abcd",              "a soft line break, also with blanks behind '='" },
	{ MIME_QUOTED, "konec=",                           "konec",             "a soft break at the end of all" },
	{ MIME_QUOTED, "a=4",                              "a=4",               "half an octet at the end stays" },
	{ MIME_QUOTED, "a \t\r\nb  ",                      "a\r\nb  ",          "blanks that end a line were put there on the way" },
	{ MIME_QUOTED, "a=20\r\nb",                        "a \r\nb",           "an encoded blank is the sender's" },
	{ MIME_QUOTED, "--=20\n",                          "-- \n",             "so the mark of a signature lives" },
	{ MIME_QUOTED, "\xC4\x8D=C4=8D",                   "\xC4\x8D\xC4\x8D",  "raw octets among encoded ones" },
	{ MIME_BASE64, "UGVyYQ==",                         "Pera",              "base64" },
	{ MIME_BASE64, "UGVy\r\nYQ==\r\n",                 "Pera",              "in lines" },
	{ MIME_BASE64, "  UGVy\n\n  YQ",                   "Pera",              "with blanks, an empty line, and no padding" },
	{ MIME_BASE64, "UGVyYQ==\r\n_____\r\nlista@x\r\n", "Pera",              "a footer behind the padding is no base64" },
	{ MIME_BASE64, "UGVy\r\nTo unsubscribe write to x\r\n", "Per",          "nor is one where no padding ends it" },
	{ MIME_BASE64, "UGVy\r\n----\r\nUGVy",             "Per",               "a line of dashes is a footer" },
	{ MIME_BASE64, "Ovo nije kodirano.",               "Ovo nije kodirano.", "what isn't base64 at all stays" },
	{ MIME_BASE64, "",                                 "",                  "nothing" },
	{ MIME_PLAIN,  "a=C4",                             "a=C4",              "what isn't encoded isn't decoded" },
};

static const struct {
	const char *token;
	enum mime_encoding how;
} tokens[] = {
	{ "base64", MIME_BASE64 }, { "BASE64", MIME_BASE64 }, { "\"base64\"", MIME_BASE64 }, { "base64; x=y", MIME_BASE64 },
	{ "base64 (comment)", MIME_BASE64 }, { "Quoted-Printable", MIME_QUOTED }, { " quoted-printable ", MIME_QUOTED },
	{ "7bit", MIME_PLAIN }, { "8BIT", MIME_PLAIN }, { "x-uuencode", MIME_PLAIN }, { "base6", MIME_PLAIN },
	{ "base6464", MIME_PLAIN }, { "", MIME_PLAIN }, { "\"", MIME_PLAIN },
};

static const struct {
	const char *in;
	bool is_delsp;
	const char *out;
	const char *promise;
} flows[] = {
	{ "prva \ndruga\n",              false, "prva druga\n",           "a line that ends in a blank goes on" },
	{ "prva \ndruga \ntreca\nnova\n", false, "prva druga treca\nnova\n", "until one doesn't" },
	{ "pr \nva\n",                   true,  "prva\n",                 "DelSp: the blank isn't the sender's" },
	{ "> a \n> b\n> c\nd\n",         false, "> a b\n> c\nd\n",        "quoted lines join quoted ones" },
	{ ">> a \n> b\n",                false, "> > a \n> b\n",          "but only of the same depth" },
	{ "> a \nb\n",                   false, "> a \nb\n",              "an answer isn't joined to a quote" },
	{ " From here\n  two\n",         false, "From here\n two\n",      "one blank at the head is stuffing" },
	{ "tekst \n-- \nPera\n",         false, "tekst \n-- \nPera\n",    "the mark of a signature is never joined" },
	{ "a\n\nb",                      false, "a\n\nb",                 "empty lines stay" },
	{ "",                            false, "",                       "nothing" },
};

static const struct {
	const char *name;
	const char *safe;
	const char *promise;
} names[] = {
	{ "racun.pdf",                         "racun.pdf",      "a name" },
	{ "C:\\Users\\pera\\racun.pdf",        "racun.pdf",      "a path of Windows" },
	{ "../../etc/passwd",                  "passwd",         "a path upwards" },
	{ "/",                                 "",               "a path without a name" },
	{ "..",                                "",               "dots only" },
	{ ".htaccess",                         "htaccess",       "no hidden files" },
	{ "račun za vodu.pdf",                 "račun za vodu.pdf", "letters and blanks stay" },
	{ "slika\xE2\x80\xAEgpj.exe",          "slikagpj.exe",   "marks that turn the direction are taken out" },
	{ "a\nb\x7F.pdf",                      "ab.pdf",         "controls too" },
	{ "x.exe. . ",                         "x.exe",          "blanks and dots behind, which Windows doesn't see" },
	{ "Ćosić & sin 50%.pdf",               "Ćosić & sin 50%.pdf", "signs stay" },
};

static const struct {
	const char *name;
	const char *type;
	struct bytes octets;
	bool is_executable;
} kinds[] = {
	{ "racun.pdf",      "application/pdf",  BYTES("%PDF-1.4"),        false },
	{ "racun.pdf.exe",  "application/pdf",  BYTES("x"),               true },
	{ "racun.pdf.ExE ", "application/pdf",  BYTES("x"),               true },
	{ "slika.jpg   .scr", "image/jpeg",     BYTES("x"),               true },
	{ "a.dll", "", BYTES("x"), true }, { "a.bat", "", BYTES("x"), true }, { "a.cmd", "", BYTES("x"), true },
	{ "a.com", "", BYTES("x"), true }, { "a.pif", "", BYTES("x"), true }, { "a.js", "", BYTES("x"), true },
	{ "a.jse", "", BYTES("x"), true }, { "a.vbs", "", BYTES("x"), true }, { "a.vbe", "", BYTES("x"), true },
	{ "a.wsf", "", BYTES("x"), true }, { "a.ps1", "", BYTES("x"), true }, { "a.jar", "", BYTES("x"), true },
	{ "a.msi", "", BYTES("x"), true }, { "a.lnk", "", BYTES("x"), true }, { "a.hta", "", BYTES("x"), true },
	{ "a.iso", "", BYTES("x"), true }, { "a.img", "", BYTES("x"), true }, { "a.docm", "", BYTES("x"), true },
	{ "a.xlsm", "", BYTES("x"), true }, { "a.pptm", "", BYTES("x"), true }, { "a.b.ScR", "", BYTES("x"), true },
	{ "a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", BYTES("PK\3\4"), false },
	{ "a.zip",  "application/zip", BYTES("PK\3\4"), false },
	{ "exe",    "text/plain", BYTES("ne"), false },
	{ "a",      "application/x-msdownload", BYTES("x"), true },
	{ "a",      "application/vnd.ms-excel.sheet.macroenabled.12", BYTES("x"), true },
	{ "a.txt",  "text/plain", BYTES("MZ\x90\0\3\0\0\0\4\0\0\0"), true },
	{ "a.txt",  "text/plain", BYTES("MZ Stara Pazova, zapisnik sa sednice mesne zajednice od utorka"), false },
	{ "a.png",  "image/png",  BYTES("\x7F" "ELF\2\1\1"), true },
	{ "a.txt",  "text/plain", BYTES("#!/bin/sh\nrm"), true },
	{ "a.txt",  "text/plain", BYTES("# naslov"), false },
	{ "",       "",           BYTES(""), false },
};
/* clang-format on */

static void test_decoding(struct arena *a)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct mime_decoded d = { 0 };

		mime_decode(a, rows[i].how, bytes_of(rows[i].in), &d);
		is_text(d.octets, rows[i].out, "%s", rows[i].promise);
	}
	for (size_t i = 0; i < ARRAY_LEN(tokens); i++)
		is_int(mime_encoding_of(bytes_of(tokens[i].token)), tokens[i].how, "'%s'",
		       tokens[i].token);
}

static void test_marks(struct arena *a)
{
	struct mime_decoded d;

	mime_decode(a, MIME_BASE64, bytes_of("UGVyYQ==\r\n_____\r\nlista\r\n"), &d);
	is_text(d.rest, "_____\r\nlista", "what stood behind the base64 is told");
	ok(!d.is_not_encoded, "and it was base64");
	mime_decode(a, MIME_BASE64, bytes_of("Dobar dan, ljudi"), &d);
	ok(d.is_not_encoded && d.rest.len == 0, "what was only called base64 is told");
	mime_decode(a, MIME_QUOTED, bytes_of("a = b =3D"), &d);
	is_int(d.n_left_alone, 1, "a '=' that encodes nothing is counted");
}

static void test_flowing(struct arena *a)
{
	for (size_t i = 0; i < ARRAY_LEN(flows); i++) {
		struct bytes text = BYTES_NONE;

		mime_flowed(a, bytes_of(flows[i].in), flows[i].is_delsp, &text);
		is_text(text, flows[i].out, "flowed: %s", flows[i].promise);
	}
}

static void test_files(struct arena *a)
{
	char name[600] = "";
	struct bytes safe = BYTES_NONE;
	uint8_t sha256[KEYED_SHA256_BYTES];
	char hex[2 * KEYED_SHA256_BYTES + 1];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		mime_file_name(a, bytes_of(names[i].name), &safe);
		is_text(safe, names[i].safe, "name of a file: %s", names[i].promise);
	}
	memset(name, 'a', 500);
	memcpy(name + 500, ".pdf", 5);
	mime_file_name(a, bytes_of(name), &safe);
	ok(safe.len == MIME_NAME_MAX && bytes_ends(safe, ".pdf"), "a long name keeps its ending");
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		ok(mime_file_is_executable(bytes_of(kinds[i].name), bytes_of(kinds[i].type),
					   kinds[i].octets) == kinds[i].is_executable,
		   "'%s' of type '%s' (%zu) %s", kinds[i].name, kinds[i].type, i,
		   kinds[i].is_executable ? "is withheld" : "isn't");
	keyed_sha256(bytes_of("abc"), sha256);
	keyed_hex(bytes_at(sha256, sizeof(sha256)), hex, sizeof(hex));
	is_text(bytes_of(hex), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"SHA-256 of FIPS 180-2");
}

int main(void)
{
	struct arena *a = arena_new(1 << 20);

	plan(0);
	keyed_init();
	test_decoding(a);
	test_marks(a);
	test_flowing(a);
	test_files(a);
	arena_free(&a);
	return done_testing();
}
