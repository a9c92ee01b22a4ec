/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a library's MIME parser was measured to get wrong, and what real programs
 * send: each a small mail, read right.
 */
#include "parsers/mail_read.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/keyed.h"
#include "parsers/strbuf.h"
#include "tests/tap.h"

#define HEAD                                                                                       \
	"From: Pera <p@x.rs>\r\nTo: kontakt@sp.rs\r\nSubject: s\r\nDate: Mon, 02 Mar 2026 "        \
	"10:01:00 +0100\r\n"
#define MIXED       HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
#define ALTERNATIVE HEAD "Content-Type: multipart/alternative; boundary=b\r\n\r\n"
#define TEXT        "Content-Type: text/plain; charset=utf-8\r\n\r\n"
#define HTML        "Content-Type: text/html; charset=utf-8\r\n\r\n"
#define NEXT        "\r\n--b\r\n"
#define END         "\r\n--b--\r\n"
#define PDF_HEAD                                                                                   \
	"Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\n"

/* clang-format off */
static const struct {
	const char *promise;
	const char *text;
	const char *files; /* "name type octets", parted by a comma and a blank; NULL: none */
	const char *fault; /* words that one of the faults holds; NULL: there is no fault */
	struct bytes raw;
} rows[] = {
	{ "a text without MIME", "Dobar dan", NULL, NULL, BYTES(HEAD "\r\nDobar dan\r\n") },

	/* --- mails that are cut or never closed --- */
	{ "a multipart whose last line opens a part keeps its text", "Dobar dan", NULL, "isn't closed",
	  BYTES(MIXED "--b\r\n" TEXT "Dobar dan" "\r\n--b") },
	{ "the same with a line end", "Dobar dan", NULL, "isn't closed", BYTES(MIXED "--b\r\n" TEXT "Dobar dan" NEXT) },
	{ "a multipart that just ends", "Dobar dan", NULL, "isn't closed", BYTES(MIXED "--b\r\n" TEXT "Dobar dan") },
	{ "two parts, the second cut in its headers", "Dobar dan", NULL, "isn't closed",
	  BYTES(MIXED "--b\r\n" TEXT "Dobar dan" NEXT "Content-Ty") },
	{ "an inner multipart that isn't closed ends where the outer goes on", "jedan\n\ndva", NULL, "isn't closed",
	  BYTES(MIXED "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n" TEXT "jedan" NEXT TEXT "dva" END) },
	{ "an attachment cut in its base64", "Dobar dan", "a.pdf application/pdf 3", "isn't closed",
	  BYTES(MIXED "--b\r\n" TEXT "Dobar dan" NEXT "Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
	  "Content-Disposition: attachment; filename=a.pdf\r\n\r\nJVBER") },

	/* --- boundaries --- */
	{ "junk behind the boundary", "Dobar dan", NULL, NULL, BYTES(MIXED "--b xyz\r\n" TEXT "Dobar dan\r\n--b--junk\r\n") },
	{ "blanks behind it", "Dobar dan", NULL, NULL, BYTES(MIXED "--b \t\r\n" TEXT "Dobar dan\r\n--b-- \r\nnothing") },
	{ "a boundary that another begins with", "jedan\n\ndva", NULL, NULL,
	  BYTES(HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/mixed; boundary=bb\r\n\r\n"
	  "--bb\r\n" TEXT "jedan\r\n--bb--\r\n--b\r\n" TEXT "dva\r\n--b--\r\n") },
	{ "a boundary that looks like a header line", "Dobar dan", NULL, NULL,
	  BYTES(HEAD "Content-Type: multipart/mixed; boundary=\"x:y\"\r\n\r\n--x:y\r\nContent-Type: text/plain\r\n--x:y\r\n" TEXT
	  "Dobar dan\r\n--x:y--\r\n") },
	{ "a boundary that is one quote mark", "Dobar dan", NULL, NULL,
	  BYTES(HEAD "Content-Type: multipart/mixed; boundary=\"'\"\r\n\r\n--'\r\n" TEXT "Dobar dan\r\n--'--\r\n") },
	{ "a boundary that is one double quote mark", "Dobar dan", NULL, "without a boundary",
	  BYTES(HEAD "Content-Type: multipart/mixed; boundary=\"\r\n\r\nDobar dan\r\n") },
	{ "no boundary given: it is found in the body", "Dobar dan", NULL, "had to be found",
	  BYTES(HEAD "Content-Type: multipart/mixed\r\n\r\n--xyz\r\n" TEXT "Dobar dan\r\n--xyz--\r\n") },
	{ "a wrong boundary given: the right one is found", "Dobar dan", NULL, "had to be found",
	  BYTES(MIXED "--xyz\r\n" TEXT "Dobar dan\r\n--xyz--\r\n") },
	{ "no boundary at all: shown as text", "Dobar dan", NULL, "without a boundary",
	  BYTES(HEAD "Content-Type: multipart/mixed\r\n\r\nDobar dan\r\n") },
	{ "the boundary doesn't stand in the body: shown as text", "Dobar dan", NULL, "without a boundary",
	  BYTES(MIXED "Dobar dan\r\n") },
	{ "empty parts between others", "jedan\n\ndva", NULL, NULL,
	  BYTES(MIXED "--b\r\n" TEXT "jedan" NEXT "--b\r\n\r\n" NEXT TEXT "dva" END) },
	{ "bare LF and mixed line ends", "jedan\ndva", NULL, NULL,
	  BYTES("From: p@x.rs\nDate: 2 Mar 2026 10:00 +0100\r\nContent-Type: multipart/mixed;\n boundary=b\n\n--b\n\njedan\r\ndva\n--b--\n") },
	{ "text before the parts and behind them isn't shown", "Dobar dan", NULL, NULL,
	  BYTES(MIXED "This is a multi-part message in MIME format.\r\n--b\r\n" TEXT "Dobar dan" END "footer") },
	{ "unless there is nothing else", "Dobar dan", NULL, NULL, BYTES(MIXED "Dobar dan\r\n--b\r\n" TEXT END) },

	/* --- encodings --- */
	{ "quoted-printable with '=' that encodes nothing", "a = b, http://x.rs/?a=b&c=d", NULL, "encodes nothing",
	  BYTES(HEAD "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\na = b, http://x.rs/?a=b&c=d\r\n") },
	{ "base64 with a list's footer", "Pera", NULL, "behind the end of base64",
	  BYTES(HEAD "Content-Transfer-Encoding: base64\r\n\r\nUGVyYQ==\r\n____\r\nlist mailing list\r\n") },
	{ "base64 that is none", "Dobar dan, ljudi", NULL, "base64 that is none",
	  BYTES(HEAD "Content-Transfer-Encoding: base64\r\n\r\nDobar dan, ljudi\r\n") },
	{ "uuencode is shown as it is", "begin 644 a\n#86)C\n`\nend", NULL, NULL,
	  BYTES(HEAD "Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\r\n#86)C\r\n`\r\nend\r\n") },
	{ "NULs in the body are dropped", "Dobar dan", NULL, NULL, BYTES(HEAD "\r\nDo\0bar\0 dan\r\n") },
	{ "a mail in base64 is opened", "---------- Forwarded message ---------\nFrom: M <m@x.rs>\nSubject: t\n\nPera", NULL, NULL,
	  BYTES(HEAD "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	  "RnJvbTogTSA8bUB4LnJzPgpTdWJqZWN0OiB0CgpQZXJh\r\n") },
	{ "a multipart that says it is base64, and isn't", "Dobar dan", NULL, NULL,
	  BYTES(HEAD "Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: base64\r\n\r\n--b\r\n" TEXT "Dobar dan" END) },
	{ "a multipart that says so, and is", "Dobar", NULL, NULL,
	  BYTES(HEAD "Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	  "LS1iCgpEb2JhcgotLWItLQo=\r\n") },

	/* --- headers --- */
	{ "'From ' as the first line", "Dobar dan", NULL, NULL, BYTES("From p@x.rs Mon Mar  2 10:01:00 2026\r\n" HEAD "\r\nDobar dan\r\n") },
	{ "'>From ' as the first line", "Dobar dan", NULL, NULL, BYTES(">From p@x.rs Mon Mar  2 10:01:00 2026\r\n" HEAD "\r\nDobar dan\r\n") },
	{ "empty lines before the headers", "Dobar dan", NULL, NULL, BYTES("\r\n\r\n" HEAD "\r\nDobar dan\r\n") },
	{ "a header line without a colon ends them", "this is no header\nX: y\n\nDobar dan", NULL, NULL,
	  BYTES(HEAD "this is no header\r\nX: y\r\n\r\nDobar dan\r\n") },
	{ "nothing but a body", "Dobar dan", NULL, "no headers", BYTES("Dobar dan\r\n") },

	/* --- character sets --- */
	{ "windows-1250 called iso-8859-2", "Poštovani", NULL, "wrong character set",
	  BYTES(HEAD "Content-Type: text/plain; charset=iso-8859-2\r\n\r\nPo\x9Atovani\r\n") },
	{ "an unknown set", "Poštovani", NULL, "unknown character set",
	  BYTES(HEAD "Content-Type: text/plain; charset=x-none\r\n\r\nPo\x9Atovani\r\n") },
	{ "a quoted one", "Poštovani", NULL, NULL,
	  BYTES(HEAD "Content-Type: text/plain; charset=\"'utf-8'\"\r\n\r\nPoštovani\r\n") },
	{ "one with a language", "Poštovani", NULL, NULL,
	  BYTES(HEAD "Content-Type: text/plain; charset=utf-8*sr\r\n\r\nPoštovani\r\n") },
	{ "no set, UTF-8", "Поштовани", NULL, NULL, BYTES(HEAD "\r\nПоштовани\r\n") },

	/* --- names of files --- */
	{ "RFC 2231 in pieces", "Dobar dan", "račun za vodu.pdf application/pdf 1", NULL,
	  BYTES(MIXED "--b\r\n" TEXT "Dobar dan" NEXT "Content-Type: application/pdf\r\nContent-Disposition: attachment;\r\n"
	  " filename*0*=utf-8''ra%C4%8Dun%20;\r\n filename*1=\"za vodu\";\r\n filename*2*=.pdf\r\n\r\nx" END) },
	{ "RFC 2231 in the type only", "Dobar dan", "š.pdf application/pdf 1", NULL,
	  BYTES(MIXED "--b\r\n" TEXT "Dobar dan" NEXT "Content-Type: application/pdf; name*=utf-8''%C5%A1.pdf\r\n\r\nx" END) },
	{ "words of RFC 2047 in a file's name", "Dobar dan", "račun.pdf application/pdf 1", NULL,
	  BYTES(MIXED "--b\r\n" TEXT "Dobar dan" NEXT "Content-Type: application/pdf; name=\"=?iso-8859-2?q?ra=E8un.pdf?=\"\r\n\r\nx" END) },
	{ "raw UTF-8 in it", "Dobar dan", "račun.pdf application/pdf 1", NULL,
	  BYTES(MIXED "--b\r\n" TEXT "Dobar dan" NEXT "Content-Type: application/pdf; name=\"račun.pdf\"\r\n\r\nx" END) },
	{ "raw windows-1250 in it", "Dobar dan", "račun š.pdf application/pdf 1", NULL,
	  BYTES(MIXED "--b\r\n" TEXT "Dobar dan" NEXT "Content-Disposition: attachment; filename=\"ra\xE8un \x9A.pdf\"\r\n"
	  "Content-Type: application/pdf\r\n\r\nx" END) },
	{ "unquoted with blanks", "Dobar dan", "my file.pdf application/pdf 1", NULL,
	  BYTES(MIXED "--b\r\n" TEXT "Dobar dan" NEXT "Content-Type: application/pdf\r\n"
	  "Content-Disposition: attachment; filename=my file.pdf\r\n\r\nx" END) },
	{ "a path", "Dobar dan", "a.pdf application/pdf 1", NULL,
	  BYTES(MIXED "--b\r\n" TEXT "Dobar dan" NEXT "Content-Type: application/pdf; name=\"C:\\x\\a.pdf\"\r\n\r\nx" END) },
	{ "the name of the disposition counts before the type's", "Dobar dan", "b.pdf application/pdf 1", NULL,
	  BYTES(MIXED "--b\r\n" TEXT "Dobar dan" NEXT "Content-Type: application/pdf; name=a.pdf\r\n"
	  "Content-Disposition: attachment; filename=b.pdf\r\n\r\nx" END) },

	/* --- which text --- */
	{ "of alternatives the plain one", "plain", NULL, NULL,
	  BYTES(ALTERNATIVE "--b\r\n" TEXT "plain" NEXT HTML "<p>html</p>" END) },
	{ "unless it is empty", "html", NULL, NULL, BYTES(ALTERNATIVE "--b\r\n" TEXT " \r\n" NEXT HTML "<p>html</p>" END) },
	{ "or a stub", "Dobar dan", NULL, NULL,
	  BYTES(ALTERNATIVE "--b\r\n" TEXT "This is an HTML message" NEXT HTML "<p>Dobar dan</p>" END) },
	{ "the HTML one first", "plain", NULL, NULL,
	  BYTES(ALTERNATIVE "--b\r\n" HTML "<p>html</p>" NEXT TEXT "plain" END) },
	{ "HTML alone", "Dobar dan", NULL, NULL, BYTES(HEAD HTML "<html><body><p>Dobar&nbsp;dan</p></body></html>") },
	{ "HTML that says it is plain", "Dobar dan", NULL, NULL, BYTES(HEAD "\r\n<html><body>Dobar dan</body></html>") },
	{ "HTML within related within alternative", "html", NULL, NULL,
	  BYTES(ALTERNATIVE "--b\r\n" TEXT NEXT "Content-Type: multipart/related; boundary=c\r\n\r\n--c\r\n" HTML "<p>html</p>\r\n--c--" END) },
	{ "an attachment within an alternative that isn't shown (Apple Mail)", "plain", "a.pdf application/pdf 1", NULL,
	  BYTES(ALTERNATIVE "--b\r\n" TEXT "plain" NEXT "Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n" HTML "<p>a</p>\r\n--c\r\n"
	  PDF_HEAD "x\r\n--c\r\n" HTML "<p>b</p>\r\n--c--" END) },
	{ "alternatives that have names are no files", "jedan\n\nplain", NULL, NULL,
	  BYTES(MIXED "--b\r\n" TEXT "jedan" NEXT "Content-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n"
	  "Content-Type: text/plain; name=a.txt\r\n\r\nplain\r\n--c\r\nContent-Type: text/html; name=a.html\r\n\r\n<p>html\r\n--c--" END) },
	{ "all texts, in their order", "jedan\n\ndva", NULL, NULL, BYTES(MIXED "--b\r\n" TEXT "jedan" NEXT TEXT "dva" END) },
	{ "flowed text", "prva druga\n> citat dalje", NULL, NULL,
	  BYTES(HEAD "Content-Type: text/plain; format=flowed\r\n\r\nprva \r\ndruga\r\n> citat \r\n> dalje\r\n") },
	{ "flowed with DelSp", "prvadruga", NULL, NULL,
	  BYTES(HEAD "Content-Type: text/plain; format=\"flowed\"; DelSp=Yes\r\n\r\nprva \r\ndruga\r\n") },
	{ "a text that is attached is a file", "Dobar dan", "a.txt text/plain 1", NULL,
	  BYTES(MIXED "--b\r\n" TEXT "Dobar dan" NEXT "Content-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment\r\n\r\nx" END) },
	{ "a first text with a name is text", "Dobar dan", NULL, NULL,
	  BYTES(HEAD "Content-Type: text/plain; name=mail.txt\r\n\r\nDobar dan\r\n") },

	/* --- forwards --- */
	{ "a mail as attachment is read into the text, and says whose it is",
	  "Vidi dole\n\n---------- Forwarded message ---------\nFrom: Žika <z@x.rs>\nSubject: Rupa\n\nRupa na putu", NULL, NULL,
	  BYTES(MIXED "--b\r\n" TEXT "Vidi dole" NEXT "Content-Type: message/rfc822\r\n\r\n"
	  "From: =?utf-8?q?=C5=BDika?= <z@x.rs>\r\nSubject: Rupa\r\n\r\nRupa na putu" END) },
	{ "with its own attachment",
	  "---------- Forwarded message ---------\nFrom: z@x.rs\n\nRupa", "a.pdf application/pdf 1", NULL,
	  BYTES(MIXED "--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: z@x.rs\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n"
	  "--c\r\n" TEXT "Rupa\r\n--c\r\n" PDF_HEAD "x\r\n--c--" END) },
	{ "a digest is mails without saying so", "---------- Forwarded message ---------\nFrom: z@x.rs\n\nRupa", NULL, NULL,
	  BYTES(HEAD "Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nFrom: z@x.rs\r\n\r\nRupa" END) },

	/* --- signatures, encryption, packing --- */
	{ "a signed mail", "Dobar dan", NULL, NULL,
	  BYTES(HEAD "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n" TEXT "Dobar dan" NEXT
	  "Content-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nx" END) },
	{ "signed by PGP", "Dobar dan", NULL, NULL,
	  BYTES(HEAD "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n" TEXT "Dobar dan" NEXT
	  "Content-Type: application/pgp-signature; name=signature.asc\r\n\r\nx" END) },
	{ "signed within its text", "Dobar dan\n-- \nPera", NULL, NULL,
	  BYTES(HEAD "\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nDobar dan\r\n- -- \r\nPera\r\n"
	  "-----BEGIN PGP SIGNATURE-----\r\n\r\nabc\r\n-----END PGP SIGNATURE-----\r\n") },
	{ "encrypted by PGP", "", NULL, "encrypted",
	  BYTES(HEAD "Content-Type: multipart/encrypted; boundary=b\r\n\r\n--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1" NEXT
	  "Content-Type: application/octet-stream; name=encrypted.asc\r\n\r\nx" END) },
	{ "encrypted within its text", "Evo:", NULL, "encrypted",
	  BYTES(HEAD "\r\nEvo:\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nabc\r\n-----END PGP MESSAGE-----\r\n") },
	{ "signed opaquely by S/MIME is read in the clear", "Pera", NULL, NULL,
	  BYTES(HEAD "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	  "MCwGCSqGSIb3DQEHAqAfMB0CAQExADAWBgkqhkiG9w0BBwGgCQQHClBlcmENCg==\r\n") },
	{ "encrypted by S/MIME", "", NULL, "encrypted",
	  BYTES(HEAD "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	  "MA8GCSqGSIb3DQEHA6ACMAA=\r\n") },
	{ "S/MIME that can't be read is named", "", "smime.p7m application/pkcs7-mime 5", "S/MIME that can't be read",
	  BYTES(HEAD "Content-Type: application/pkcs7-mime; name=smime.p7m\r\n\r\nabcde") },
	{ "TNEF is named as such", "Dobar dan", "winmail.dat application/ms-tnef 1", "TNEF",
	  BYTES(MIXED "--b\r\n" TEXT "Dobar dan" NEXT "Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\nx" END) },

	/* --- images --- */
	{ "an image that the HTML shows is a logo", "Dobar dan", NULL, NULL,
	  BYTES(HEAD "Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\n" HTML "<p>Dobar dan</p><img src=\"cid:logo@x\">" NEXT
	  "Content-Type: image/png; name=logo.png\r\nContent-ID: <logo@x>\r\n\r\nx" END) },
	{ "also when the plain text is shown", "Dobar dan", NULL, NULL,
	  BYTES(MIXED "--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n" TEXT "Dobar dan\r\n--c\r\n"
	  HTML "<p>Dobar dan</p><img src=\"cid:logo@x\">\r\n--c--" NEXT
	  "Content-Type: image/png; name=logo.png\r\nContent-Disposition: attachment; filename=logo.png\r\nContent-ID: <logo@x>\r\n\r\nx" END) },
	{ "a small inline one beside a text too", "Dobar dan", NULL, NULL,
	  BYTES(MIXED "--b\r\n" TEXT "Dobar dan" NEXT "Content-Type: image/png; name=logo.png\r\nContent-Disposition: inline\r\n\r\nx" END) },
	{ "an attached one isn't", "Dobar dan", "rupa.jpg image/jpeg 1", NULL,
	  BYTES(MIXED "--b\r\n" TEXT "Dobar dan" NEXT "Content-Type: image/jpeg\r\nContent-Disposition: attachment; filename=rupa.jpg\r\n\r\nx" END) },
	{ "nor one that stands alone", "", "rupa.jpg image/jpeg 1", NULL,
	  BYTES(HEAD "Content-Type: image/jpeg; name=rupa.jpg\r\nContent-Disposition: inline\r\n\r\nx") },

	/* --- reports --- */
	{ "the parts of a report are no attachments, and its mail no text", "Nije isporučeno", NULL, NULL,
	  BYTES(HEAD "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n" TEXT "Nije isporučeno" NEXT
	  "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@x.rs\r\nAction: failed\r\nStatus: 5.1.1\r\n" NEXT
	  "Content-Type: message/rfc822\r\n\r\nFrom: kontakt@sp.rs\r\nMessage-ID: <r1@sp.rs>\r\n\r\nPrimili smo" END) },
	{ "message/partial is shown", "deo", NULL, NULL, BYTES(HEAD "Content-Type: message/partial; id=x; number=1\r\n\r\ndeo\r\n") },
};
/* clang-format on */

static struct bytes files_of(struct arena *a, const struct mail *m)
{
	struct strbuf s = strbuf_in(a, 4096);

	for (size_t i = 0; i < m->n_files; i++)
		strbuf_addf(&s, "%s%.*s %.*s %d", i == 0 ? "" : ", ", PRI_BYTES(m->files[i].name),
			    PRI_BYTES(m->files[i].type), (int)m->files[i].size);
	return strbuf_bytes(&s);
}

static bool has_fault(const struct mail *m, const char *words)
{
	if (words == NULL)
		return m->n_faults == 0;
	for (size_t i = 0; i < m->n_faults; i++)
		if (memmem(m->faults[i].ptr, m->faults[i].len, words, strlen(words)) != NULL)
			return true;
	return false;
}

static void test_rows(struct mime_charsets *cs)
{
	static const struct mail_rules rules;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *a = arena_new(1 << 24);
		struct mail m = { 0 };
		int err = mail_read(rows[i].raw, false, &rules, cs, a, &m);

		if (err != ERR_OK)
			ok(false, "%s: %s", rows[i].promise, err_text(err));
		is_text(m.text, rows[i].text, "%s", rows[i].promise);
		is_text(files_of(a, &m), rows[i].files == NULL ? "" : rows[i].files,
			"… and its attachments");
		if (!ok(has_fault(&m, rows[i].fault), "… and what was broken in it"))
			for (size_t k = 0; k < m.n_faults; k++)
				diag("fault: %.*s", PRI_BYTES(m.faults[k]));
		arena_free(&a);
	}
}

int main(void)
{
	struct mime_charsets *cs = mime_charsets_open();

	plan(0);
	keyed_init();
	test_rows(cs);
	mime_charsets_close(&cs);
	return done_testing();
}
