/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_compose_mail - what leaves is a correct mail, whatever the values are. */
#include "templates/compose_mail.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/err.h"
#include "tests/tap.h"
#include "tests/templates/mail_reader.h"

#define DATE INT64_C(1795698000000) /* Thursday 2026-11-26 14:00 in Belgrade */

static const struct mail_letter ordinary = {
	.instance = "stara-pazova",
	.time_zone = "Europe/Belgrade",
	.date = { DATE },
	.tongue = { LANG_SR, SCRIPT_LATN },
	.from = { BYTES("Opština Stara Pazova"), BYTES("kontakt@pazova.example") },
	.to = { BYTES("Pera, D.O.O."), BYTES("pera@firma.example") },
	.subject = BYTES("[SP-2026-000123] Primili smo vašu prijavu"),
	.text = BYTES("Poštovani,\n\nprimili smo.\n.\nFrom nas\nkraj \n"),
	.message_id = BYTES("r17.stara-pazova@pazova.example"),
	.submitted = MAIL_AUTO_REPLIED,
};

/* Composed and read back; a fault is said and NULL given. */
static struct read_mail *compose(struct arena *a, const struct mail_letter *in)
{
	struct read_mail *m = arena_alloc(a, sizeof(*m));
	struct bytes octets;
	int err = compose_mail(in, a, &octets);
	const char *fault = err == ERR_OK ? mail_read(a, octets, m) : err_text(err);

	if (fault != NULL)
		diag("%s", fault);
	return fault == NULL ? m : NULL;
}

static void test_ordinary(struct arena *a)
{
	struct read_mail *m = compose(a, &ordinary);

	if (!ok(m != NULL, "an acknowledgement is a mail"))
		return;
	is_text(mail_field(m, "Date"), "Thu, 26 Nov 2026 14:00:00 +0100", "its date is local");
	is_text(mail_words(a, mail_field(m, "From")),
		"Opština Stara Pazova <kontakt@pazova.example>", "From");
	is_text(mail_field(m, "To"), "\"Pera, D.O.O.\" <pera@firma.example>",
		"a name with a comma stands in quotes");
	is_text(mail_words(a, mail_field(m, "Subject")),
		"[SP-2026-000123] Primili smo vašu prijavu", "the subject reads as it was meant");
	ok(bytes_starts(mail_field(m, "Subject"), "[SP-2026-000123] "),
	   "and its tag can be read by programs that don't decode");
	is_text(mail_field(m, "Message-ID"), "<r17.stara-pazova@pazova.example>", "Message-ID");
	is_text(mail_field(m, "Auto-Submitted"), "auto-replied", "Auto-Submitted");
	is_text(mail_field(m, "X-Auto-Response-Suppress"), "All", "for Exchange too");
	is_text(mail_field(m, "X-Odziv"), "stara-pazova", "the mark of our own");
	is_text(mail_field(m, "Content-Language"), "sr-Latn", "the language");
	is_text(mail_field(m, "Content-Type"), "text/plain; charset=utf-8", "plain text");
	is_text(mail_content(a, m), "Poštovani,\n\nprimili smo.\n.\nFrom nas\nkraj \n",
		"the text reads as it was");
	is_int((long long)m->n_fields, 12, "and no field more");
}

static void test_by_hand(struct arena *a)
{
	static const struct bytes references[] = { BYTES("a@x.example"), BYTES("b@x.example"),
						   BYTES("in valid@x"), BYTES("c@x.example") };
	struct mail_letter in = ordinary;
	struct read_mail *m;

	in.submitted = MAIL_BY_HAND;
	in.in_reply_to = bytes_of("c@x.example");
	in.references = references;
	in.n_references = ARRAY_LEN(references);
	in.reply_to.address = bytes_of("kontakt+caaaa@pazova.example");
	in.list_unsubscribe = bytes_of("mailto:kontakt@pazova.example?subject=STOP");
	m = compose(a, &in);
	if (!ok(m != NULL, "a clerk's answer is a mail"))
		return;
	is_int((long long)mail_field_count(m, "Auto-Submitted"), 0, "no mark of a machine");
	is_text(mail_field(m, "In-Reply-To"), "<c@x.example>", "it answers a mail");
	is_text(mail_field(m, "References"), "<a@x.example> <b@x.example> <c@x.example>",
		"in its thread, without what is no id, the answered one last");
	is_text(mail_field(m, "Reply-To"), "<kontakt+caaaa@pazova.example>", "Reply-To");
	is_text(mail_field(m, "List-Unsubscribe"), "<mailto:kontakt@pazova.example?subject=STOP>",
		"List-Unsubscribe");
}

/* --- dates --- */

/* clang-format off */
static const struct {
	int64_t ms;
	const char *zone;
	const char *want;
} dates[] = {
	{ 0, "Europe/London", "Thu, 1 Jan 1970 01:00:00 +0100" },
	{ INT64_C(951782400000), "UTC", "Tue, 29 Feb 2000 00:00:00 +0000" },
	{ INT64_C(1774746000000), "Europe/Belgrade", "Sun, 29 Mar 2026 03:00:00 +0200" },
	{ INT64_C(1774745999000), "Europe/Belgrade", "Sun, 29 Mar 2026 01:59:59 +0100" },
	{ INT64_C(1798761599000), "America/St_Johns", "Thu, 31 Dec 2026 20:29:59 -0330" },
	{ INT64_C(4102444800000), "UTC", "Fri, 1 Jan 2100 00:00:00 +0000" },
};
/* clang-format on */

static void test_dates(struct arena *a)
{
	struct mail_letter in = ordinary;
	struct bytes octets;

	for (size_t i = 0; i < ARRAY_LEN(dates); i++) {
		struct read_mail *m;

		in.date.ms = dates[i].ms;
		in.time_zone = dates[i].zone;
		m = compose(a, &in);
		is_text(m == NULL ? BYTES_NONE : mail_field(m, "Date"), dates[i].want, "in %s",
			dates[i].zone);
	}
	in.time_zone = "Europe/Atlantis";
	is_int(compose_mail(&in, a, &octets), ERR_INVALID, "no such zone");
}

/* --- words --- */

/* clang-format off */
static const char *const subjects[] = {
	"",
	"plain",
	"Пријава је примљена: пукла је цев у улици Светосавска 14, вода тече низ улицу већ трећи дан, молимо хитно",
	"[SP-2026-000123 sabcdefghijklmnop] Re: Да ли је неко видео?",
	"=?utf-8?B?QkND?= looks encoded",
	"a =? b ?= c",
	"\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80",
	"one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen",
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	"a b ž c d",
	"kraj\xcc\x81",
};
/* clang-format on */

static bool lines_are_short(struct bytes octets)
{
	struct bytes rest = octets, line;

	while (bytes_split(&rest, '\n', &line)) {
		if (line.len > 77) /* with its CR */
			return false;
	}
	return true;
}

static void test_subjects(struct arena *a)
{
	for (size_t i = 0; i < ARRAY_LEN(subjects); i++) {
		struct mail_letter in = ordinary;
		struct read_mail *m;
		struct bytes octets = BYTES_NONE;

		in.subject = bytes_of(subjects[i]);
		in.from.name = in.subject;
		m = compose(a, &in);
		is_text(m == NULL ? BYTES_NONE : mail_words(a, mail_field(m, "Subject")),
			subjects[i], "the subject comes back");
		ok(m != NULL && bytes_ends(mail_field(m, "From"), "<kontakt@pazova.example>"),
		   "and as a name it leaves the address whole");
		(void)compose_mail(&in, a, &octets);
		ok(lines_are_short(octets), "no line is longer than 76");
	}
}

/* --- text --- */

/* Every octet of UTF-8 at every place of a line. */
static void test_texts(struct arena *a)
{
	static const char *const pieces[] = {
		"a", "ž", "=", " ", ".", "From ", "\xf0\x9f\x98\x80", "\t", "x=20"
	};
	unsigned good = 0, n = 0;

	for (size_t p = 0; p < ARRAY_LEN(pieces); p++) {
		for (size_t before = 0; before < 160; before++) {
			struct mail_letter in = ordinary;
			char text[512] = "";
			struct read_mail *m;
			size_t len = strlen(pieces[p]);

			memset(text, 'b', before);
			for (size_t i = 0; i < 3; i++)
				memcpy(text + before + i * len, pieces[p], len);
			text[before + 3 * len] = '\n';
			in.text = bytes_of(text);
			m = compose(a, &in);
			good += m != NULL && bytes_eq(mail_content(a, m), in.text);
			n++;
			arena_reset(a);
		}
	}
	is_int(good, n, "whatever stands where in a line, it comes back");
}

static void test_unclean_text(struct arena *a)
{
	struct mail_letter in = ordinary;
	struct read_mail *m;

	in.text = (struct bytes)BYTES("a\r\nb\rc\0d\x1b[2J\xff"
				      "e\n.\r\n\r\nQUIT");
	m = compose(a, &in);
	is_text(m == NULL ? BYTES_NONE : mail_content(a, m),
		"a\nb\ncd[2J\xef\xbf\xbd"
		"e\n.\n\nQUIT\n",
		"controls are left out, lines end as they must");
}

/* --- files and HTML --- */

static const uint8_t every_octet[256];

/* clang-format off */
static const struct {
	const char *name, *type;
	const char *name_read, *type_read;
} files[] = {
	{ "slika.jpg", "image/jpeg", "slika.jpg", "image/jpeg" },
	{ "Rešenje о накнади, коначна верзија са потписима и печатима свих надлежних органа (2).pdf", "application/pdf",
	  "Rešenje о накнади, коначна верзија са потписима и печатима свих надлежних органа (2).pdf", "application/pdf" },
	{ "žaba.txt", "text/plain", "žaba.txt", "text/plain" },
	{ "", "", "attachment", "application/octet-stream" },
	{ "../../etc/passwd", "no type", ".._.._etc_passwd", "application/octet-stream" },
	{ "a\"; x=\"b\r\nBcc: evil@x.example", "text/html\r\nBcc: evil@x.example", "a_; x=_b Bcc_ evil@x.example", "application/octet-stream" },
	{ "invoice\xe2\x80\xae" "fdp.exe", "message/rfc822", "invoice fdp.exe", "application/octet-stream" },
};
/* clang-format on */

static void test_files(struct arena *a)
{
	struct mail_letter in = ordinary;
	struct mail_attachment list[ARRAY_LEN(files)];
	struct read_mail *m, part;

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		list[i] = (struct mail_attachment){
			.name = bytes_of(files[i].name),
			.type = bytes_of(files[i].type),
			.octets = bytes_at(every_octet, i * 40),
		};
	}
	in.files = list;
	in.n_files = ARRAY_LEN(files);
	in.has_html = true;
	m = compose(a, &in);
	if (!ok(m != NULL, "a mail with files"))
		return;
	ok(bytes_starts(mail_field(m, "Content-Type"), "multipart/mixed"), "is multipart/mixed");
	is_int((long long)mail_part_count(a, m), 1 + ARRAY_LEN(files), "the text and each file");
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		const char *fault = mail_part(a, m, i + 1, &part);

		ok(fault == NULL, "file %zu is a part", i);
		is_text(mail_field(&part, "Content-Type"), files[i].type_read, "of its type");
		is_text(mail_parameter(a, mail_field(&part, "Content-Disposition"), "filename"),
			files[i].name_read, "with its name");
		ok(bytes_eq(mail_content(a, &part), list[i].octets), "and its octets");
		is_int((long long)part.n_fields, 3, "and no field more");
	}
	ok(mail_part(a, m, 0, &part) == NULL &&
		   bytes_starts(mail_field(&part, "Content-Type"), "multipart/alternative"),
	   "the text has an alternative");
	is_int((long long)mail_part_count(a, &part), 2, "of two");
}

static void test_html(struct arena *a)
{
	struct mail_letter in = ordinary;
	struct read_mail *m, part;

	in.has_html = true;
	in.text = bytes_of("a <b>\n& \"c\"\n\n<script>alert(1)</script>\n");
	m = compose(a, &in);
	ok(m != NULL && mail_part(a, m, 0, &part) == NULL, "the first part");
	is_text(mail_content(a, &part), "a <b>\n& \"c\"\n\n<script>alert(1)</script>\n",
		"is the text");
	ok(m != NULL && mail_part(a, m, 1, &part) == NULL, "the second");
	is_text(mail_content(a, &part),
		"<!DOCTYPE html>\n<html lang=\"sr-Latn\">\n<head><meta charset=\"utf-8\"></head>\n"
		"<body>\n<p>a &lt;b&gt;<br>\n&amp; &quot;c&quot;</p>\n"
		"<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n</body>\n</html>\n",
		"is the same as a page, everything escaped");
}

static void test_text_file(struct arena *a)
{
	struct mail_attachment list[] = {
		{ BYTES("a.txt"), BYTES("text/plain"), BYTES("čćž") },
		{ BYTES("b.txt"), BYTES("text/plain"), BYTES("\xe8\xe6\x9e") },
		{ BYTES("c.txt"), BYTES("text/csv"), BYTES("abc") },
	};
	static const char *const types[] = { "text/plain; charset=utf-8", "text/plain",
					     "text/csv" };
	struct mail_letter in = ordinary;
	struct read_mail *m, part;

	in.files = list;
	in.n_files = ARRAY_LEN(list);
	m = compose(a, &in);
	for (size_t i = 0; i < ARRAY_LEN(list); i++)
		is_text(m != NULL && mail_part(a, m, i + 1, &part) == NULL
				? mail_field(&part, "Content-Type")
				: BYTES_NONE,
			types[i], "a text's character set is told where it is known");
}

static void test_large_file(struct arena *a)
{
	static uint8_t octets[3000001];
	struct mail_attachment file = { BYTES("a.bin"),
					BYTES("application/zip"),
					{ octets, sizeof(octets) } };
	struct mail_letter in = ordinary;
	struct read_mail *m, part;

	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(i * 2654435761u >> 13);
	in.files = &file;
	in.n_files = 1;
	m = compose(a, &in);
	ok(m != NULL && mail_part(a, m, 1, &part) == NULL &&
		   bytes_eq(mail_content(a, &part), file.octets),
	   "three megabytes come back as they were");
}

/* --- injection --- */

/* clang-format off */
static const char *const attacks[] = {
	"x\r\nBcc: evil@x.example",
	"x\nBcc: evil@x.example",
	"x\rBcc: evil@x.example",
	"x\r\n\r\nbody of mine",
	"x\r\n .\r\nRCPT TO:<evil@x.example>",
	"x\x0b\x0c\x1c\x1d\x1e\xc2\x85\xe2\x80\250Bcc: evil@x.example",
	"a@x.example>\r\nRCPT TO:<evil@x.example",
	"a@x.example> NOTIFY=NEVER",
	"a@x.example,evil@x.example\r\n",
	"=?utf-8?Q?x=0D=0ABcc:_evil@x.example?=",
	"\"\\\"\r\nBcc: evil@x.example",
	"\xff\xfe\r\nBcc: evil@x.example",
};
/* clang-format on */

enum place {
	IN_SUBJECT,
	IN_NAME,
	IN_TO_NAME,
	IN_TEXT,
	IN_FILE,
	IN_TYPE,
	IN_FROM,
	IN_TO,
	IN_REPLY_TO,
	IN_ID,
	IN_REPLY_ID,
	IN_REFERENCE,
	IN_UNSUBSCRIBE,
	IN_INSTANCE,
	PLACES
};
static const char *const place_names[PLACES] = {
	"subject",          "From's name", "To's name",   "text",
	"file's name",      "file's type", "From",        "To",
	"Reply-To",         "Message-ID",  "In-Reply-To", "References",
	"List-Unsubscribe", "instance",
};

/* A mail with the attack at this place; the file and the reference last as long as it. */
struct attacked {
	struct mail_letter in;
	struct mail_attachment file;
	struct bytes reference;
};

static void attack(struct attacked *t, enum place place, const char *with)
{
	struct bytes words = bytes_of(with);

	*t = (struct attacked){ .in = ordinary,
				.file = { .name = BYTES("a"), .type = BYTES("text/plain") } };
	t->in.files = &t->file;
	t->in.n_files = 1;
	t->in.references = &t->reference;
	t->in.n_references = 1;
	switch (place) {
	case IN_SUBJECT: t->in.subject = words; break;
	case IN_NAME: t->in.from.name = words; break;
	case IN_TO_NAME: t->in.to.name = words; break;
	case IN_TEXT: t->in.text = words; break;
	case IN_FILE: t->file.name = words; break;
	case IN_TYPE: t->file.type = words; break;
	case IN_FROM: t->in.from.address = words; break;
	case IN_TO: t->in.to.address = words; break;
	case IN_REPLY_TO: t->in.reply_to.address = words; break;
	case IN_ID: t->in.message_id = words; break;
	case IN_REPLY_ID: t->in.in_reply_to = words; break;
	case IN_REFERENCE: t->reference = words; break;
	case IN_UNSUBSCRIBE: t->in.list_unsubscribe = words; break;
	case IN_INSTANCE: t->in.instance = with; break;
	case PLACES: break;
	}
}

/* Refused, or a correct mail with the fields that it has without the attack. */
static bool withstands(struct arena *a, const struct mail_letter *in, enum place place)
{
	struct read_mail m, part;
	struct bytes octets;
	int err = compose_mail(in, a, &octets);

	if (err == ERR_INVALID)
		return place >= IN_FROM && place != IN_INSTANCE;
	return err == ERR_OK && mail_read(a, octets, &m) == NULL &&
	       mail_field_count(&m, "Bcc") == 0 && mail_field_count(&m, "To") == 1 &&
	       mail_field_count(&m, "From") == 1 && mail_field_count(&m, "Subject") == 1 &&
	       m.n_fields <= 15 && mail_part_count(a, &m) == 2 &&
	       mail_part(a, &m, 1, &part) == NULL && part.n_fields == 3 &&
	       mail_part(a, &m, 0, &part) == NULL && part.n_fields == 2;
}

static void test_injection(struct arena *a)
{
	for (int place = 0; place < PLACES; place++) {
		unsigned good = 0;

		for (size_t i = 0; i < ARRAY_LEN(attacks); i++) {
			struct attacked t;

			attack(&t, (enum place)place, attacks[i]);
			if (withstands(a, &t.in, (enum place)place))
				good++;
			else
				diag("%s", attacks[i]);
			arena_reset(a);
		}
		is_int(good, ARRAY_LEN(attacks), "nothing gets out of the %s", place_names[place]);
	}
}

/* clang-format off */
static const struct {
	const char *address;
	bool fits;
} addresses[] = {
	{ "a@x.example", true },
	{ "kontakt+sabc@pazova.example", true },
	{ "пера@пример.срб", true },
	{ "", false }, { "a", false }, { "@x", false }, { "a@", false },
	{ "a,b@x", false }, { "a@x,y", false }, { "\"a\"@x", false }, { "a@b@x", false }, { "a@x\xe2\x80\x8b", false },
	{ "a b@x", false }, { "a@x\r\n", false }, { "<a@x>", false }, { "a@x>", false }, { "a\t@x", false },
	{ "a\xc2\x85@x", false }, { "a\xe2\x80\xa8@x", false }, { "a\xc2\xa0@x", false }, { "\xff@x", false }, { "a\x7f@x", false },
};
/* clang-format on */

static void test_addresses(void)
{
	char long_one[MAIL_ADDRESS_MAX + 2];

	for (size_t i = 0; i < ARRAY_LEN(addresses); i++)
		ok(compose_mail_can_address(bytes_of(addresses[i].address)) == addresses[i].fits,
		   "address %zu %s", i, addresses[i].fits ? "can be written to" : "is refused");
	memset(long_one, 'a', sizeof(long_one));
	long_one[MAIL_ADDRESS_MAX - 2] = '@';
	ok(compose_mail_can_address(bytes_at(long_one, MAIL_ADDRESS_MAX)), "254 octets fit");
	ok(!compose_mail_can_address(bytes_at(long_one, MAIL_ADDRESS_MAX + 1)), "255 don't");
	ok(!compose_mail_can_address((struct bytes)BYTES("a\0b@x")), "a NUL doesn't");
}

static void test_little_memory(void)
{
	unsigned whole = 0, odd = 0;

	for (size_t cap = 64; cap < 16384; cap += 256) {
		struct arena *a = arena_new(cap);
		struct bytes octets;
		int err = compose_mail(&ordinary, a, &octets);

		whole += err == ERR_OK;
		odd += err != ERR_OK && err != ERR_LIMIT;
		arena_free(&a);
	}
	ok(whole > 0 && odd == 0, "with little memory it is the whole mail or ERR_LIMIT");
}

int main(void)
{
	struct arena *a = arena_new(64u << 20);

	plan(0);
	test_ordinary(a);
	test_by_hand(a);
	test_dates(a);
	test_subjects(a);
	test_texts(a);
	test_unclean_text(a);
	test_files(a);
	test_html(a);
	test_text_file(a);
	test_large_file(a);
	test_injection(a);
	test_addresses();
	test_little_memory();
	arena_free(&a);
	return done_testing();
}
