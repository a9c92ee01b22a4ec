/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a mail's headers become, and mails that somebody made to hurt. */
#include "parsers/mail_read.h"

#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "parsers/err.h"
#include "parsers/keyed.h"
#include "parsers/mail_parts.h"
#include "parsers/mime.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"
#include "tests/tap.h"

#define DATE "Date: Mon, 02 Mar 2026 10:01:00 +0100\r\n"
#define FROM "From: p@x.rs\r\n" DATE

static const struct bytes own[] = { BYTES("kontakt@sp.rs") };
static const struct mail_rules rules = {
	.case_prefix = BYTES("SP"),
	.instance = BYTES("stara-pazova"),
	.own = own,
	.n_own = ARRAY_LEN(own),
	.authserv_id = BYTES("mx.sp.rs"),
};

/* A failed reading leaves a mail without anything. */
static struct mail read_as(struct mime_charsets *cs, struct arena *a, const struct mail_rules *r,
			   const char *raw)
{
	struct mail m = { 0 };
	int err = mail_read(bytes_of(raw), false, r, cs, a, &m);

	if (err != ERR_OK)
		ok(false, "reading: %s", err_text(err));
	return m;
}

static bool has_fault(const struct mail *m, const char *words)
{
	for (size_t i = 0; i < m->n_faults; i++)
		if (memmem(m->faults[i].ptr, m->faults[i].len, words, strlen(words)) != NULL)
			return true;
	return false;
}

static struct bytes joined(struct arena *a, const struct bytes *list, size_t n)
{
	struct strbuf s = strbuf_in(a, 65536);

	for (size_t i = 0; i < n; i++)
		strbuf_addf(&s, "%s%.*s", i == 0 ? "" : " ", PRI_BYTES(list[i]));
	return strbuf_bytes(&s);
}

/* clang-format off */
static const struct {
	const char *raw;
	const char *name, *address;
	unsigned n;
	const char *fault;
	const char *promise;
} senders[] = {
	{ "From: =?utf-8?q?=C5=BDika?= <z@X.RS>\r\n" DATE,     "Žika", "z@x.rs", 1, NULL, "a name of RFC 2047, the domain in small letters" },
	{ "From: \"=?utf-8?q?=C5=BDika?=\" <z@x.rs>\r\n" DATE, "Žika", "z@x.rs", 1, NULL, "in quotes" },
	{ "From: \xAEika <z@x.rs>\r\n" DATE,                   "Žika", "z@x.rs", 1, NULL, "a raw octet of iso-8859-2" },
	{ "From: J.K. Dr. Peric, dipl. ing. <p@x.rs>\r\n" DATE, NULL, "p@x.rs", 1, NULL, "a comma in an unquoted name" },
	{ "From: root\r\n" DATE,                               "root", "", 0, "no sender", "a name without an address" },
	{ "From:\r\n" DATE,                                    "", "", 0, "no sender", "an empty From" },
	{ DATE,                                                "", "", 0, "no sender", "none at all" },
	{ "From: a@x.rs\r\nFrom: b@x.rs\r\n" DATE,             "", "a@x.rs", 2, "several From", "two From fields: the first counts" },
	{ "From: a@x.rs, b@x.rs\r\n" DATE,                     "", "a@x.rs", 2, NULL, "two people in one" },
	{ "From: root\r\nFrom: b@x.rs\r\n" DATE,               "", "b@x.rs", 1, "several From", "the first that has an address" },
};
/* clang-format on */

static void test_senders(struct mime_charsets *cs, struct arena *a)
{
	for (size_t i = 0; i < ARRAY_LEN(senders); i++) {
		struct mail m = read_as(cs, a, &rules, senders[i].raw);

		is_text(m.from.address, senders[i].address, "sender: %s", senders[i].promise);
		if (senders[i].name != NULL)
			is_text(m.from.name, senders[i].name, "… and the name");
		is_int(m.n_from, senders[i].n, "… and how many");
		ok(senders[i].fault == NULL ? m.n_faults == 0 : has_fault(&m, senders[i].fault),
		   "… and what is said of it");
	}
}

static void test_heads(struct mime_charsets *cs, struct arena *a)
{
	struct mail m = read_as(
		cs, a, &rules,
		"Return-Path: <>\r\nDelivered-To: kontakt+sa@sp.rs\r\n" FROM
		"Reply-To: Other <o@x.rs>\r\nTo: kontakt@sp.rs, \"B, C\" <b@x.rs>\r\nCc: d@x.rs\r\n"
		"Subject: Re:=?utf-8?q?_=C5=BEalba?= [SP-2026-000007]\r\nSubject: zwei\r\n"
		"Message-ID: <a b@c>\r\nIn-Reply-To: Your message of Monday <SP-2026-9.q@sp.rs>\r\n"
		"References: <1@x> <SP-2025-000001.x@sp.rs> "
		"<SP-2026-000007.y@sp.rs>\r\n\r\nDa\r\n");

	is_text(m.reply_to.address, "o@x.rs", "Reply-To that differs from From");
	is_int((int)m.n_to, 2, "two in To");
	is_int((int)m.n_people, 3, "three with Cc");
	is_text(m.to[1].name, "B, C", "a comma in a quoted name");
	is_text(m.to[2].address, "d@x.rs", "Cc behind To");
	is_text(m.delivered_to, "kontakt+sa@sp.rs", "where it was delivered");
	ok(m.has_null_return_path, "a null return path");
	is_text(m.subject, "Re: žalba [SP-2026-000007]", "the subject");
	ok(has_fault(&m, "several Subject"), "two subjects are told");
	is_text(m.message_id, "ab@c", "a message id with a blank");
	is_text(m.in_reply_to, "SP-2026-9.q@sp.rs", "an id among words");
	is_int((int)m.n_references, 3, "references");
	is_text(joined(a, m.tags, m.n_tags), "SP-2026-000007 SP-2026-000009 SP-2025-000001",
		"case numbers of subject, In-Reply-To and References, each once");
	is_int(m.date.ms, INT64_C(1772442060000), "the date");
	m = read_as(cs, a, &rules, "From: p@x.rs\r\nReply-To: P <P@x.rs>\r\nDate: never\r\n\r\n");
	ok(m.reply_to.address.len == 0, "Reply-To that is the sender's says nothing");
	ok(m.date.ms == 0 && has_fault(&m, "no date"), "an impossible date is none, and told");
}

static void test_rules(struct mime_charsets *cs, struct arena *a)
{
	static const struct mail_rules nothing;
	static const char raw[] = FROM
		"Subject: [ab-2026-000123] XX-2026-1234567 ABCDEFGHI-2026-000123 A-2026-12\r\n\r\n";
	struct mail m = read_as(cs, a, &nothing, raw);

	is_text(joined(a, m.tags, m.n_tags), "AB-2026-000123 XX-2026-1234567",
		"without a known prefix any one of one to eight letters");
	m = read_as(cs, a, &rules, raw);
	is_int((int)m.n_tags, 0, "with one, only that");
	m = read_as(cs, a, &rules,
		    "To: kontakt+saabcdefghijklmnop@sp.rs\r\n" FROM
		    "Subject: [SP-2026-000001 SBABCDEFGHIJKLMNOP]\r\n\r\n");
	is_text(joined(a, m.tokens, m.n_tokens), "sbabcdefghijklmnop saabcdefghijklmnop",
		"tokens of subject and address");
	m = read_as(cs, a, &rules,
		    "Authentication-Results: mx.sp.rs; dmarc=pass header.from=x.rs\r\n" FROM
		    "\r\n");
	is_int(m.auth.dmarc, PROOF_PASS, "what our own server proved");
	m = read_as(cs, a, &rules, FROM "Auto-Submitted: auto-replied\r\n\r\nNisam tu.\r\n");
	is_int(m.automatic, MAIL_AUTO_REPLY, "an automatic answer");
	m = read_as(cs, a, &rules,
		    FROM
		    "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nSastanak\r\n"
		    "--b\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\n"
		    "--b--\r\n");
	ok(m.is_calendar && m.n_files == 0, "an invitation");
	is_text(m.text, "Sastanak", "with its words");
}

static void test_own_words(struct mime_charsets *cs, struct arena *a)
{
	struct mail m =
		read_as(cs, a, &rules, FROM "Subject: Re: s\r\n\r\nMoje.\r\n\r\n-- \r\nPera\r\n");

	is_text(m.own_text, "Moje.", "own words end at the signature");
	m = read_as(cs, a, &rules,
		    FROM "Subject: Re: s\r\nContent-Type: text/html\r\n\r\n<div>Moje.</div>"
			 "<div class=\"gmail_quote\">On Monday X wrote:<blockquote>Tu\xC4\x91"
			 "e.</blockquote></div>");
	is_text(m.own_text, "Moje.", "and where HTML says that a quote begins");
	m = read_as(
		cs, a, &rules,
		FROM
		"Subject: s\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nVidi "
		"dole."
		"\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: z@x.rs\r\nSubject: Rupa\r\n"
		"\r\nRupa na putu.\r\n--b--\r\n");
	ok(memmem(m.own_text.ptr, m.own_text.len, "Rupa na putu.", 13) != NULL,
	   "a mail that is forwarded is what its sender wants to say");
}

/* In the cell no file can be opened: all that was to be opened was, before. */
static void test_without_files(struct mime_charsets *cs, struct arena *a)
{
	static const char raw[] =
		FROM "Subject: =?iso-2022-jp?b?GyRCRnxLXBsoQg==?= =?cp437?q?=81?= "
		     "=?gb2312?q?=D6=D0?=\r\n"
		     "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
		     "Content-Type: text/html; "
		     "charset=windows-1250\r\n\r\n<p>Po\x9Atovani</p>\r\n--b\r\n"
		     "Content-Type: text/plain; charset=koi8-r\r\n\r\n\xEE\xC5\xD4 "
		     "\xD7\xCF\xC4\xD9\r\n--b--\r\n";
	struct rlimit was, none;
	struct mail m;

	mime_charsets_need(cs, bytes_of(raw));
	getrlimit(RLIMIT_NOFILE, &was);
	none = was;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_NOFILE, &none);
	m = read_as(cs, a, &rules, raw);
	setrlimit(RLIMIT_NOFILE, &was);
	is_text(m.subject, "日本ü中", "sets of all kinds, without a file being opened");
	is_text(m.text, "Poštovani\n\nНет воды", "in texts too");
}

/* --- mails made to hurt --- */

static void repeat(struct strbuf *s, const char *piece, size_t n)
{
	for (size_t i = 0; i < n; i++)
		strbuf_adds(s, piece);
}

static void make_nested_mails(struct strbuf *s)
{
	repeat(s, "Content-Type: message/rfc822\r\n\r\n", 30000);
}

static void make_nested_multiparts(struct strbuf *s)
{
	for (int i = 0; i < 10000; i++)
		strbuf_addf(s, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i,
			    i);
}

static void make_comments(struct strbuf *s)
{
	strbuf_adds(s, "From: ");
	repeat(s, "(", 1000000);
}

static void make_headers(struct strbuf *s)
{
	repeat(s, "X: y\r\n", 1000000);
}

static void make_words(struct strbuf *s)
{
	strbuf_adds(s, "Subject: ");
	repeat(s, "=?utf-8?q?a", 100000);
}

static void make_parts(struct strbuf *s)
{
	strbuf_adds(s, FROM "Content-Type: multipart/mixed; boundary=b\r\n\r\n");
	repeat(s, "--b\r\n\r\na\r\n", 50000);
}

static void make_dashes(struct strbuf *s)
{
	strbuf_adds(s, FROM "Content-Type: multipart/mixed; boundary=bbbbbbbbbbbbbbb\r\n\r\n");
	repeat(s, "--bbbbbbbbbbbbbb\n", 500000);
}

static void make_params(struct strbuf *s)
{
	strbuf_adds(s, FROM "Content-Type: text/plain");
	repeat(s, "; a*0*=b", 50000);
}

static void make_line(struct strbuf *s)
{
	strbuf_adds(s, FROM "\r\n");
	repeat(s, "aaaaaaaaaaaaaaaa", 2000000);
}

static void make_quoted(struct strbuf *s)
{
	strbuf_adds(s, FROM "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
	repeat(s, "=D0=BF= ==\r\n", 500000);
}

static void make_quote_mark(struct strbuf *s)
{
	strbuf_adds(s, FROM "Content-Type: multipart/mixed; boundary=\"'\"\r\n\r\n");
	repeat(s, "--'\r\nContent-Type: multipart/mixed; boundary=\"'\"\r\n\r\n", 1000);
}

static void make_wrapped(struct strbuf *s)
{
	for (int i = 0; i < 200; i++)
		strbuf_adds(s, "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: "
			       "quoted-printable\r\n\r\n");
	repeat(s, "text text\r\n", 100000);
}

static void make_people(struct strbuf *s)
{
	strbuf_adds(s, FROM "To: ");
	repeat(s, "a@x.rs, ", 100000);
	strbuf_adds(s, "\r\nReferences: ");
	repeat(s, "<a@x.rs> ", 100000);
}

static void make_alternatives(struct strbuf *s)
{
	for (int i = 0; i < 99; i++)
		strbuf_addf(s,
			    "Content-Type: multipart/alternative; "
			    "boundary=b%d\r\n\r\n--b%d\r\n\r\nhtml\r\n--b%d\r\n",
			    i, i, i);
	strbuf_adds(s, "Content-Type: text/html\r\n\r\n");
	repeat(s, "<p>a", 100000);
}

/* clang-format off */
static const struct {
	const char *promise;
	void (*make)(struct strbuf *s);
} floods[] = {
	{ "30,000 mails within each other",          make_nested_mails },
	{ "10,000 multiparts within each other",     make_nested_multiparts },
	{ "1,000,000 comments within each other",    make_comments },
	{ "1,000,000 header lines",                  make_headers },
	{ "100,000 words without an end",            make_words },
	{ "50,000 parts",                            make_parts },
	{ "500,000 lines like the boundary",         make_dashes },
	{ "50,000 parameters",                       make_params },
	{ "a line of 30 MB",                         make_line },
	{ "quoted-printable that is none",           make_quoted },
	{ "multiparts that share a quote mark",      make_quote_mark },
	{ "mails in quoted-printable within others", make_wrapped },
	{ "100,000 recipients and references",       make_people },
	{ "99 alternatives within each other",       make_alternatives },
};
/* clang-format on */

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The cell's CPU limit; the slowest takes a tenth of it even under a sanitizer. */
#define SECONDS_MAX 5

static void test_floods(struct mime_charsets *cs)
{
	for (size_t i = 0; i < ARRAY_LEN(floods); i++) {
		struct arena *source = arena_new((size_t)1 << 28), *a;
		struct strbuf s = strbuf_in(source, (size_t)64 << 20);
		struct mail m = { 0 };
		double before;
		int err;

		floods[i].make(&s);
		a = arena_new(MAIL_READ_ARENA(s.len));
		before = seconds();
		err = mail_read(strbuf_bytes(&s), true, &rules, cs, a, &m);
		before = seconds() - before;
		ok(err == ERR_OK && m.is_cut && before < SECONDS_MAX, "%s: read in %.2f s (%s)",
		   floods[i].promise, before, err_text(err));
		ok(m.text.len <= MAIL_TEXT_MAX && utf8_is_valid(m.text) &&
			   utf8_is_valid(m.own_text) && (m.own_text.len != 0 || m.text.len == 0),
		   "… and what came of it is within bounds");
		arena_free(&a);
		arena_free(&source);
	}
}

/* A report with photos: 20 MB of them, in base64. */
static void test_large(struct mime_charsets *cs)
{
	struct arena *source = arena_new((size_t)1 << 28), *a;
	struct strbuf s = strbuf_in(source, (size_t)64 << 20);
	struct mail m = { 0 };
	double before;

	strbuf_adds(&s, FROM
		    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSlika\r\n--b\r\n"
		    "Content-Type: image/jpeg; name=a.jpg\r\n"
		    "Content-Transfer-Encoding: base64\r\n\r\n");
	for (int i = 0; i < 370000; i++)
		strbuf_adds(&s, "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3"
				"h5ejAx\r\n");
	strbuf_adds(&s, "--b--\r\n");
	a = arena_new(MAIL_READ_ARENA(s.len));
	before = seconds();
	is_int(mail_read(strbuf_bytes(&s), false, &rules, cs, a, &m), ERR_OK, "a mail of %zu MB",
	       s.len >> 20);
	diag("%.2f s", seconds() - before);
	ok(m.n_files == 1 && m.files[0].size == 370000 * 54 && m.n_faults == 0 && !m.is_cut,
	   "with its attachment, whole");
	arena_free(&a);
	arena_free(&source);
}

int main(void)
{
	struct mime_charsets *cs = mime_charsets_open();
	struct arena *a = arena_new(1 << 26);

	plan(0);
	keyed_init();
	test_senders(cs, a);
	test_heads(cs, a);
	test_rules(cs, a);
	test_own_words(cs, a);
	test_without_files(cs, a);
	test_floods(cs);
	test_large(cs);
	arena_free(&a);
	mime_charsets_close(&cs);
	return done_testing();
}
