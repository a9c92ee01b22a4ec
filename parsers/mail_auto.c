/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mail_auto.h"

#include <string.h>
#include <strings.h>

#include "parsers/err.h"
#include "parsers/fold.h"
#include "parsers/mail_bounce.h"
#include "parsers/mail_fields.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"

/* A reason is read by people. */
#define WHY_MAX_BYTES 120
/* An absence is announced at the head. */
#define HEAD_MAX_BYTES 400

const char *mail_automatic_text(enum mail_automatic a)
{
	switch (a) {
	case MAIL_BY_PERSON: return NULL;
	case MAIL_AUTO_REPLY: return "auto-reply";
	case MAIL_BOUNCE: return "bounce";
	case MAIL_LIST: return "list";
	case MAIL_BULK: return "bulk";
	case MAIL_RECEIPT: return "receipt";
	}
	return NULL;
}

/* What was read of a mail, once, for all that judge it. */
struct look {
	const struct mail_auto_in *in;
	struct arena *arena;
	struct mail *mail;
	struct bytes subject, head; /* folded */
	struct bytes report_type;   /* "delivery-status" of multipart/report, raw */
	bool is_report;             /* the whole mail is multipart/report */
	bool has_null_path;
};

/* "Name: value" as a reason, clean and cut. */
static int say(struct look *l, enum mail_automatic automatic, const char *name, struct bytes value)
{
	struct strbuf s = strbuf_in(l->arena, WHY_MAX_BYTES + 80);
	struct bytes clean = BYTES_NONE;
	int err =
		utf8_clean(l->arena, bytes_trim(bytes_cut(value, 0, WHY_MAX_BYTES)), &clean, NULL);

	if (err != ERR_OK)
		return err;
	strbuf_addf(&s, "%s%s%.*s", name, clean.len != 0 ? ": " : "",
		    PRI_BYTES(utf8_cut(clean, WHY_MAX_BYTES)));
	l->mail->automatic = automatic;
	return strbuf_finish(&s, &l->mail->automatic_why);
}

/* The first word of a field: what stands behind it are parameters and comments. */
static struct bytes first_word(struct bytes value)
{
	struct mail_field_token t;

	while (mail_field_next(&value, ";,=", &t))
		if (t.kind != FIELD_COMMENT)
			return t.text;
	return BYTES_NONE;
}

/* A parameter of Content-Type, quotes off. */
static struct bytes parameter(struct bytes value, const char *name)
{
	struct mail_field_token t;
	bool is_named = false, is_valued = false;

	while (mail_field_next(&value, ";=", &t)) {
		if (t.kind == FIELD_COMMENT)
			continue;
		if (is_valued)
			return t.text;
		is_valued = is_named && t.kind == FIELD_SPECIAL && t.text.ptr[0] == '=';
		is_named = bytes_is_any_case(t.text, name);
	}
	return BYTES_NONE;
}

/* ---- reports ---- */

static int say_bounce(struct look *l, const struct mail_bounce *b, const char *name,
		      struct bytes value)
{
	bool is_receipt = bytes_is(b->action, "delivered") || bytes_is(b->action, "relayed") ||
			  bytes_is(b->action, "expanded");

	l->mail->has_bounce = true;
	l->mail->bounce = *b;
	return say(l, is_receipt ? MAIL_RECEIPT : MAIL_BOUNCE, name, value);
}

static bool is_marked(const struct look *l)
{
	struct bytes submitted = first_word(mail_header(l->in->headers, "Auto-Submitted", 0));

	return l->has_null_path || mail_bounce_is_server(l->in->from) ||
	       (submitted.len != 0 && !bytes_is_any_case(submitted, "no"));
}

/* A report that a person attached to a mail of her own is hers. */
static int judge_report(struct look *l)
{
	struct mail_bounce b = { 0 };
	int err;

	if (!l->is_report && !(l->in->report.len != 0 && is_marked(l)))
		return ERR_NOENT;
	if (bytes_is_any_case(l->report_type, "disposition-notification") ||
	    bytes_is_any_case(l->report_type, "feedback-report"))
		return say(l, MAIL_RECEIPT, "multipart/report", l->report_type);
	err = mail_bounce_of_report(l->in, l->arena, &b);
	if (err == ERR_OK)
		return say_bounce(l, &b, "multipart/report", l->report_type);
	return err;
}

static int judge_words(struct look *l)
{
	/* A report that can't be read is one all the same. */
	enum bounce_marks marked = bytes_is_any_case(l->report_type, "delivery-status")
					   ? BOUNCE_REPORTED
				   : is_marked(l) || l->is_report ? BOUNCE_MARKED
								  : BOUNCE_UNMARKED;
	struct mail_bounce b = { 0 };
	struct bytes why = BYTES_NONE;
	int err = mail_bounce_of_words(l->in, marked, l->arena, &b, &why);

	return err == ERR_OK ? say_bounce(l, &b, "words", why) : err;
}

/* Folded beginnings of subjects, and what the body of such a receipt says. */
/* clang-format off */
static const struct {
	const char *subject, *body;
} receipts[] = {
	{ "read:", "was read on" },                   { "not read:", "was deleted without being read" },
	{ "gelesen:", "wurde" },                      { "procitano:", "procitan" },
	{ "precitane:", "precitan" },                 { "elolvasva:", "olva" },
	{ "return receipt", "return receipt" },       { "disposition notification", "" },
	{ "potvrda o citanju", "procitan" },          { "potvrda citanja", "procitan" },
	{ "potvrdenie o precitani", "precitan" },     { "olvasasi visszaigazolas", "olva" },
};
/* clang-format on */

static int judge_receipt(struct look *l)
{
	for (size_t i = 0; i < ARRAY_LEN(receipts); i++)
		if (bytes_starts(l->subject, receipts[i].subject) &&
		    (receipts[i].body[0] == '\0' || bytes_holds(l->head, receipts[i].body)))
			return say(l, MAIL_RECEIPT, "Subject", l->in->subject);
	return ERR_NOENT;
}

/* ---- our own ---- */

static bool is_our_domain(const struct mail_auto_in *in, struct bytes id)
{
	struct bytes domain = bytes_cut(id, bytes_find(id, '@'), id.len);

	for (size_t i = 0; i < in->n_own; i++) {
		struct bytes own = in->own[i];

		if (mail_address_is_same(domain, bytes_cut(own, bytes_find(own, '@'), own.len)))
			return true;
	}
	return false;
}

static bool is_our_address(const struct mail_auto_in *in, struct bytes address)
{
	for (size_t i = 0; i < in->n_own; i++)
		if (mail_address_is_same(address, in->own[i]))
			return true;
	return false;
}

/* Our mail that came back as it was: by our mark, or by sender and Message-ID together. */
static int judge_own(struct look *l)
{
	struct bytes mark = mail_header(l->in->headers, MAIL_OWN_MARK, 0),
		     rest = mail_header(l->in->headers, "Message-ID", 0), id;
	int err;

	if (mark.len != 0 && l->in->instance.len != 0 && bytes_eq(mark, l->in->instance))
		return say(l, MAIL_AUTO_REPLY, MAIL_OWN_MARK, mark);
	if (!is_our_address(l->in, l->in->from))
		return ERR_NOENT;
	err = mail_id_next(&rest, l->arena, &id);
	if (err == ERR_OK && is_our_domain(l->in, id))
		return say(l, MAIL_AUTO_REPLY, "our own Message-ID", id);
	return err == ERR_OK ? ERR_NOENT : err;
}

/* ---- absence, by words ---- */

enum announces {
	ALWAYS,       /* whatever follows */
	BEFORE_COLON, /* "Out of office: Re: …" */
	WITH_BODY,    /* before a colon; or as the whole subject, when the mail begins so too */
	IF_ABSENT, /* when what follows, or the mail's beginning, says so: an auto is a car, too */
};

/* Folded beginnings of subjects. */
/* clang-format off */
static const struct {
	const char *words;
	enum announces announces;
} absences[] = {
	{ "automatic reply", ALWAYS },          { "automatic response", ALWAYS },    { "automated reply", ALWAYS },
	{ "automated response", ALWAYS },       { "auto reply", ALWAYS },            { "auto-reply", ALWAYS },
	{ "autoreply", ALWAYS },                { "auto response", ALWAYS },         { "auto-response", ALWAYS },
	{ "autoresponse", ALWAYS },             { "autoresponder", ALWAYS },         { "auto-responder", ALWAYS },
	{ "out of office auto", ALWAYS },       { "out-of-office auto", ALWAYS },    { "auto:", IF_ABSENT },
	{ "out of office", WITH_BODY },         { "out of the office", WITH_BODY },  { "out-of-office", WITH_BODY },
	{ "ooo:", ALWAYS },                     { "vacation reply", ALWAYS },        { "vacation response", ALWAYS },
	{ "on vacation", WITH_BODY },           { "away from office", WITH_BODY },   { "annual leave", WITH_BODY },
	{ "on annual leave", WITH_BODY },       { "on leave", WITH_BODY },
	{ "automatische antwort", ALWAYS },     { "automatische abwesenheit", ALWAYS }, { "automatische ruckmeldung", ALWAYS },
	{ "abwesenheitsnotiz", ALWAYS },        { "abwesenheitsmeldung", ALWAYS },   { "abwesenheitsbenachrichtigung", ALWAYS },
	{ "abwesenheit", WITH_BODY },           { "nicht im buro", WITH_BODY },      { "im urlaub", WITH_BODY },
	{ "automatski odgovor", ALWAYS },       { "automatska poruka", ALWAYS },     { "automatsko obavestenje", ALWAYS },
	{ "automatska obavijest", ALWAYS },     { "automatski generisan", ALWAYS },  { "automatski generiran", ALWAYS },
	{ "auto odgovor", ALWAYS },             { "autoodgovor", ALWAYS },           { "odgovor u odsutnosti", ALWAYS },
	{ "odsutan sam", WITH_BODY },           { "odsutna sam", WITH_BODY },        { "odsutan", WITH_BODY },
	{ "odsutna", WITH_BODY },               { "odsutnost", WITH_BODY },          { "odsustvo", WITH_BODY },
	{ "van kancelarije", WITH_BODY },       { "izvan kancelarije", WITH_BODY },  { "nisam u kancelariji", WITH_BODY },
	{ "van ureda", WITH_BODY },             { "izvan ureda", WITH_BODY },        { "nisam u uredu", WITH_BODY },
	{ "na odmoru", WITH_BODY },             { "godisnji odmor", WITH_BODY },     { "na godisnjem odmoru", WITH_BODY },
	{ "godisnji", BEFORE_COLON },          { "na bolovanju", WITH_BODY },
	{ "automaticka odpoved", ALWAYS },      { "automaticka sprava", ALWAYS },    { "automaticky odpoved", ALWAYS },
	{ "odpoved v nepritomnosti", ALWAYS },  { "oznamenie o nepritomnosti", ALWAYS }, { "oznam o nepritomnosti", ALWAYS },
	{ "mimo kancelarie", WITH_BODY },       { "nepritomnost", WITH_BODY },       { "dovolenka", WITH_BODY },
	{ "na dovolenke", WITH_BODY },          { "som mimo kancelarie", WITH_BODY },
	{ "automatikus valasz", ALWAYS },       { "automatikus uzenet", ALWAYS },    { "hazon kivul", ALWAYS },
	{ "tavolleti ertesites", ALWAYS },      { "tavolleti uzenet", ALWAYS },      { "irodan kivul", WITH_BODY },
	{ "tavollet", WITH_BODY },              { "szabadsag", WITH_BODY },          { "szabadsagon", WITH_BODY },
	{ "nem vagyok az irodaban", WITH_BODY },
};

/* Folded words near the head of the mail that such a subject belongs to. */
static const char *const absent_bodies[] = {
	"out of the office", "out of office", "away from", "i am away", "i'm away", "i am on", "i'm on", "annual leave", "vacation",
	"nicht im buro", "im urlaub", "abwesend", "nicht im haus", "automatisch",
	"nisam u kancelariji", "na odmoru", "na godisnjem", "odsutan", "odsutna", "odsustv", "van kancelarije", "nisam u uredu",
	"nisam u mogucnosti", "izvan ureda", "na bolovanju", "nisam dostup", "necu biti", "automatsk",
	"mimo kancelarie", "na dovolenke", "nepritomn", "nebudem", "automatick",
	"szabadsagon", "nem vagyok", "hazon kivul", "tavol vagyok", "irodan kivul", "tavolletem", "automatikus",
};
/* clang-format on */

static bool is_letter(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || c == '_';
}

static bool says_absent(struct bytes head)
{
	for (size_t i = 0; i < ARRAY_LEN(absent_bodies); i++)
		if (bytes_holds(head, absent_bodies[i]))
			return true;
	return false;
}

static bool is_announced(const struct look *l, enum announces announces, struct bytes rest)
{
	switch (announces) {
	case ALWAYS: return true;
	case BEFORE_COLON: return bytes_starts(rest, ":");
	case WITH_BODY: return bytes_starts(rest, ":") || (rest.len == 0 && says_absent(l->head));
	case IF_ABSENT: return says_absent(rest) || says_absent(l->head);
	}
	return false;
}

static int judge_absence(struct look *l)
{
	for (size_t i = 0; i < ARRAY_LEN(absences); i++) {
		struct bytes rest =
			bytes_cut(l->subject, strlen(absences[i].words), l->subject.len);

		if (!bytes_starts(l->subject, absences[i].words) ||
		    (rest.len != 0 && is_letter(rest.ptr[0])))
			continue;
		if (is_announced(l, absences[i].announces, bytes_trim(rest)))
			return say(l, MAIL_AUTO_REPLY, "Subject", l->in->subject);
	}
	return ERR_NOENT;
}

/* ---- marks in header lines ---- */

enum compare {
	ANY,   /* there at all, with something in it */
	FIRST, /* the first word is this */
	NOT,   /* the first word isn't this */
	HOLDS, /* this stands in it */
};

/* Two rounds: what is surer than a subject's words, and what isn't. */
enum round { SURER, LESS_SURE };

/* clang-format off */
static const struct {
	const char *name;
	enum compare compare;
	const char *value;
	enum mail_automatic automatic;
	enum round round;
} marks[] = {
	{ "Auto-Submitted",               FIRST, "auto-replied",  MAIL_AUTO_REPLY, SURER },
	{ "X-Autoreply",                  NOT,   "no",            MAIL_AUTO_REPLY, SURER },
	{ "X-Auto-Reply",                 NOT,   "no",            MAIL_AUTO_REPLY, SURER },
	{ "X-Autorespond",                ANY,   "",              MAIL_AUTO_REPLY, SURER },
	{ "X-Autoresponder",              ANY,   "",              MAIL_AUTO_REPLY, SURER },
	{ "X-AutoReply-From",             ANY,   "",              MAIL_AUTO_REPLY, SURER },
	{ "X-Mail-Autoreply",             ANY,   "",              MAIL_AUTO_REPLY, SURER },
	{ "X-Vacation",                   ANY,   "",              MAIL_AUTO_REPLY, SURER },
	{ "X-FC-MachineGenerated",        NOT,   "false",         MAIL_AUTO_REPLY, SURER },
	{ "X-POST-MessageClass",          HOLDS, "autoresponder", MAIL_AUTO_REPLY, SURER },
	{ "Delivered-To",                 FIRST, "autoresponder", MAIL_AUTO_REPLY, SURER },
	{ "Preference",                   FIRST, "auto_reply",    MAIL_AUTO_REPLY, SURER },
	{ "Precedence",                   FIRST, "auto_reply",    MAIL_AUTO_REPLY, SURER },
	{ "Precedence",                   FIRST, "auto-reply",    MAIL_AUTO_REPLY, SURER },
	{ "List-Id",                      ANY,   "",              MAIL_LIST,       SURER },
	{ "List-Post",                    ANY,   "",              MAIL_LIST,       SURER },
	{ "Mailing-List",                 ANY,   "",              MAIL_LIST,       SURER },
	{ "X-Mailing-List",               ANY,   "",              MAIL_LIST,       SURER },
	{ "Precedence",                   FIRST, "list",          MAIL_LIST,       SURER },
	{ "Precedence",                   FIRST, "bulk",          MAIL_BULK,       LESS_SURE },
	{ "Precedence",                   FIRST, "junk",          MAIL_BULK,       LESS_SURE },
	{ "Auto-Submitted",               NOT,   "no",            MAIL_AUTO_REPLY, LESS_SURE },
	{ "List-Unsubscribe",             ANY,   "",              MAIL_LIST,       LESS_SURE },
	{ "List-Help",                    ANY,   "",              MAIL_LIST,       LESS_SURE },
	{ "X-Campaign-Id",                ANY,   "",              MAIL_BULK,       LESS_SURE },
	{ "X-Auto-Response-Suppress",     HOLDS, "all",           MAIL_AUTO_REPLY, LESS_SURE },
	{ "X-Auto-Response-Suppress",     HOLDS, "oof",           MAIL_AUTO_REPLY, LESS_SURE },
	{ "X-Auto-Response-Suppress",     HOLDS, "autoreply",     MAIL_AUTO_REPLY, LESS_SURE },
	{ "X-Loop",                       FIRST, "yes",           MAIL_AUTO_REPLY, LESS_SURE },
	{ "X-Autogenerated",              ANY,   "",              MAIL_AUTO_REPLY, LESS_SURE },
	{ "X-Auto-Generated",             ANY,   "",              MAIL_AUTO_REPLY, LESS_SURE },
	{ "X-Cron-Env",                   ANY,   "",              MAIL_AUTO_REPLY, LESS_SURE },
};
/* clang-format on */

static bool holds_word(struct bytes value, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len <= value.len; i++)
		if (strncasecmp((const char *)value.ptr + i, word, len) == 0)
			return true;
	return false;
}

static bool is_mark(enum compare compare, struct bytes value, const char *want)
{
	switch (compare) {
	case ANY: return value.len != 0;
	case FIRST: return bytes_is_any_case(first_word(value), want);
	case NOT: return first_word(value).len != 0 && !bytes_is_any_case(first_word(value), want);
	case HOLDS: return holds_word(value, want);
	}
	return false;
}

static int judge_marks(struct look *l, enum round round)
{
	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		size_t n = marks[i].round == round ? 0 : SIZE_MAX;
		struct bytes value;

		/* Each field of the name: a list adds its own Precedence below the sender's. */
		while (n != SIZE_MAX &&
		       (value = mail_header(l->in->headers, marks[i].name, n)).ptr != NULL) {
			if (is_mark(marks[i].compare, value, marks[i].value))
				return say(l, marks[i].automatic, marks[i].name, value);
			n++;
		}
	}
	return ERR_NOENT;
}

static int judge_sure_marks(struct look *l)
{
	return judge_marks(l, SURER);
}

static int judge_other_marks(struct look *l)
{
	return judge_marks(l, LESS_SURE);
}

/* No person writes with a null return path, or from a mail server's name. */
static int judge_sender(struct look *l)
{
	if (mail_bounce_is_server(l->in->from))
		return say(l, MAIL_AUTO_REPLY, "From", l->in->from);
	return l->has_null_path ? say(l, MAIL_AUTO_REPLY, "Return-Path: <>", BYTES_NONE)
				: ERR_NOENT;
}

/* ---- all together ---- */

/* The first that doesn't say ERR_NOENT decides. */
static int (*const judges[])(struct look *l) = {
	judge_own,        judge_report,  judge_words,       judge_receipt,
	judge_sure_marks, judge_absence, judge_other_marks, judge_sender,
};

static void read_type(struct look *l)
{
	struct bytes type = mail_header(l->in->headers, "Content-Type", 0);

	l->is_report = bytes_is_any_case(first_word(type), "multipart/report");
	if (l->is_report)
		l->report_type = parameter(type, "report-type");
	l->mail->is_calendar =
		l->in->has_calendar || bytes_is_any_case(first_word(type), "text/calendar") ||
		holds_word(mail_header(l->in->headers, "Content-Class", 0), "calendarmessage");
}

/* Return-Path is written by the server that delivers, above all else: the first counts. */
static void read_path(struct look *l)
{
	struct bytes path = mail_header(l->in->headers, "Return-Path", 0);

	l->has_null_path = path.ptr != NULL && (path.len == 0 || bytes_is(path, "<>"));
	l->mail->has_null_return_path = l->has_null_path;
}

int mail_auto_judge(const struct mail_auto_in *in, struct arena *a, struct mail *mail)
{
	struct look l = { .in = in, .arena = a, .mail = mail };
	struct folded subject, head;
	int err = fold_text(a, utf8_cut(bytes_trim(in->subject), HEAD_MAX_BYTES), &subject);

	if (err == ERR_OK)
		err = fold_text(a, utf8_cut(bytes_trim(in->text), HEAD_MAX_BYTES), &head);
	if (err != ERR_OK)
		return err;
	l.subject = bytes_trim(subject.text);
	l.head = head.text;
	mail->automatic = MAIL_BY_PERSON;
	mail->has_bounce = false;
	read_type(&l);
	read_path(&l);
	for (size_t i = 0; i < ARRAY_LEN(judges); i++) {
		err = judges[i](&l);
		if (err != ERR_NOENT)
			return err;
	}
	return ERR_OK;
}
