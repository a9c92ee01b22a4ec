/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mail_bounce.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/fold.h"
#include "parsers/mail_fields.h"
#include "parsers/utf8.h"

/* A server says at the head what it has to say; below stands our own mail. */
#define WORDS_MAX_BYTES 6000
/* A report that lists more people is about no mail of ours: each goes to one. */
#define REPORT_BLOCKS_MAX 50
#define REPORT_BYTES_MAX  (64u << 10)
#define ACTION_MAX        20

/* What became of it, the worst last. */
static const char *const actions[] = { "expanded", "relayed", "delivered", "delayed", "failed" };

bool mail_bounce_is_failure(const struct mail_bounce *b)
{
	if (b->action.len != 0)
		return bytes_is(b->action, "failed");
	return !bytes_starts(b->status, "2") && !bytes_starts(b->status, "4");
}

/* ---- pieces ---- */

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* Clean text of raw octets, cut. */
static int clean(struct arena *a, struct bytes raw, struct bytes *text_out)
{
	struct bytes text = BYTES_NONE;
	int err = utf8_clean(a, bytes_trim(bytes_cut(raw, 0, MAIL_ADDRESS_MAX)), &text, NULL);

	*text_out = utf8_cut(text, MAIL_ADDRESS_MAX);
	return err;
}

/* "5.1.1" at the head: class, subject and detail of one to three digits. Its length, or 0. */
static size_t status_at(struct bytes b)
{
	size_t i = 0;

	if (b.len == 0 || strchr("245", b.ptr[0]) == NULL)
		return 0;
	for (int piece = 0; piece < 3; piece++) {
		size_t from = i;

		while (i < b.len && is_digit(b.ptr[i]))
			i++;
		if (i == from || i - from > 3 || (piece == 0 && i != 1))
			return 0;
		if (piece < 2 && (i >= b.len || b.ptr[i++] != '.'))
			return 0;
	}
	/* "5.1.1.7" is the address of a machine, "5.1.12nd" is nothing. */
	if (i < b.len && ((b.ptr[i] == '.' && i + 1 < b.len && is_digit(b.ptr[i + 1])) ||
			  ((b.ptr[i] | 0x20) >= 'a' && (b.ptr[i] | 0x20) <= 'z')))
		return 0;
	return i;
}

static struct bytes find_status(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t before = i == 0 ? ' ' : text.ptr[i - 1];
		size_t len;

		if (is_digit(before) || before == '.' ||
		    ((before | 0x20) >= 'a' && (before | 0x20) <= 'z'))
			continue;
		len = status_at(bytes_cut(text, i, text.len));
		if (len != 0)
			return bytes_cut(text, i, len);
	}
	return BYTES_NONE;
}

static bool is_ours(const struct mail_auto_in *in, struct bytes address)
{
	/* Sub-addresses of ours too: kontakt+TOKEN@. */
	for (size_t i = 0; i < in->n_own; i++) {
		size_t at = bytes_find(in->own[i], '@');
		struct bytes local = bytes_cut(in->own[i], 0, at);

		if (mail_address_is_same(address, in->own[i]))
			return true;
		if (address.len > at + 1 && strchr("+-=", address.ptr[at]) != NULL &&
		    mail_address_is_same(bytes_cut(address, 0, at), local) &&
		    mail_address_is_same(bytes_cut(address, bytes_find(address, '@'), address.len),
					 bytes_cut(in->own[i], at, in->own[i].len)))
			return true;
	}
	return false;
}

/* ---- RFC 3464 ---- */

/* "rfc822; pera@x.rs": what stands behind the type. */
static int read_recipient(struct bytes value, struct arena *a, struct bytes *recipient_out)
{
	struct mail_person person;
	size_t semicolon = bytes_find(value, ';'), n = 0;
	int err;

	if (semicolon != value.len)
		value = bytes_cut(value, semicolon + 1, value.len);
	err = mail_address_list(value, a, &person, 1, &n);
	if (err != ERR_OK)
		return err;
	if (n != 0 && person.address.len != 0) {
		*recipient_out = person.address;
		return ERR_OK;
	}
	return clean(a, value, recipient_out);
}

/* The first word, small: "Failed (permanent)". One that RFC 3464 doesn't know is none. */
static int find_action(struct bytes value)
{
	struct mail_field_token t;

	if (!mail_field_next(&value, ";,", &t))
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		if (bytes_is_any_case(t.text, actions[i]))
			return (int)i;
	return -1;
}

/* What a number says when no action stands beside it. */
static int action_of_status(struct bytes status)
{
	return bytes_starts(status, "2") ? 2 : bytes_starts(status, "4") ? 3 : 4;
}

static struct bytes first_of(const struct mail_headers *h, const char *name, const char *otherwise)
{
	struct bytes value = mail_header(h, name, 0);

	return value.len != 0 ? value : mail_header(h, otherwise, 0);
}

/* One recipient; ERR_NOENT when the block speaks of none. */
static int read_block(struct bytes block, struct arena *a, struct mail_bounce *bounce_out,
		      int *action_out)
{
	struct mail_bounce b = { 0 };
	struct bytes recipient, status, action;
	struct mail_headers h;
	int err = mail_headers_read(block, a, &h);

	if (err != ERR_OK)
		return err;
	recipient = first_of(&h, "Final-Recipient", "Original-Recipient");
	action = mail_header(&h, "Action", 0);
	status = mail_header(&h, "Status", 0);
	if (recipient.len == 0 && action.len == 0 && status.len == 0)
		return ERR_NOENT;
	b.status = find_status(status);
	if (b.status.len == 0)
		b.status = find_status(mail_header(&h, "Diagnostic-Code", 0));
	*action_out = find_action(action);
	if (*action_out < 0)
		*action_out = action_of_status(b.status);
	b.action = bytes_of(actions[*action_out]);
	err = read_recipient(recipient, a, &b.recipient);
	*bounce_out = b;
	return err;
}

static bool is_blank_line(struct bytes line)
{
	return bytes_trim(line).len == 0;
}

/* The lines up to an empty one. */
static bool next_block(struct bytes *rest, struct bytes *block_out)
{
	struct bytes all = *rest, line;
	const uint8_t *from = NULL, *to = NULL;

	while (bytes_split(rest, '\n', &line)) {
		bool is_blank = is_blank_line(line);

		if (is_blank && from != NULL)
			break;
		if (is_blank)
			continue;
		if (from == NULL)
			from = line.ptr;
		to = rest->len != 0 ? rest->ptr : all.ptr + all.len;
	}
	*block_out = from == NULL ? BYTES_NONE : bytes_at(from, (size_t)(to - from));
	return from != NULL;
}

/* ---- the mail it is about ---- */

static int first_id(struct bytes value, struct arena *a, struct bytes *id_out)
{
	int err = mail_id_next(&value, a, id_out);

	return err == ERR_NOENT ? ERR_OK : err;
}

/* Below the server's words often stand the original's header lines, indented or quoted. */
static int id_in_text(struct bytes text, struct arena *a, struct bytes *id_out)
{
	static const char mark[] = "message-id:";
	struct bytes line;
	int err = ERR_OK;

	while (err == ERR_OK && id_out->len == 0 && bytes_split(&text, '\n', &line)) {
		size_t i = 0;

		while (i < line.len && strchr("> \t|*", line.ptr[i]) != NULL)
			i++;
		line = bytes_cut(line, i, line.len);
		if (bytes_is_any_case(bytes_cut(line, 0, strlen(mark)), mark))
			err = first_id(bytes_cut(line, strlen(mark), line.len), a, id_out);
	}
	return err;
}

/* From the original's headers, else from the text, else from what the bounce answers to. */
static int find_original(const struct mail_auto_in *in, struct arena *a, struct bytes *id_out)
{
	struct mail_headers original = { 0 };
	struct bytes id = BYTES_NONE, rest = in->original, block;
	int err = ERR_OK;

	if (next_block(&rest, &block))
		err = mail_headers_read(block, a, &original);
	if (err == ERR_OK)
		err = first_id(mail_header(&original, "Message-ID", 0), a, &id);
	if (err == ERR_OK && id.len == 0)
		err = id_in_text(in->text, a, &id);
	if (err == ERR_OK && id.len == 0)
		err = first_id(mail_header(in->headers, "In-Reply-To", 0), a, &id);
	if (err == ERR_OK)
		*id_out = id;
	return err;
}

/* ---- free forms ---- */

/* Local parts, small. */
static const char *const server_names[] = {
	"mailer-daemon", "mailer_daemon", "mailerdaemon",
	"mail-daemon",   "mail.daemon",   "maildaemon",
	"postmaster",    "mdaemon",       "microsoftexchange329e71ec88ae4615bbc36ab6ce41109e",
};

/* Of programs that nobody should write to. */
static const char *const noreply_names[] = {
	"noreply", "no-reply", "no_reply", "no.reply", "donotreply", "do-not-reply", "do_not_reply",
};

static bool is_local_part(struct bytes address, const char *const *names, size_t n)
{
	struct bytes local = bytes_cut(address, 0, bytes_find(address, '@'));

	for (size_t i = 0; i < n; i++)
		if (bytes_is_any_case(local, names[i]))
			return true;
	return false;
}

bool mail_bounce_is_server(struct bytes address)
{
	return is_local_part(address, server_names, ARRAY_LEN(server_names));
}

/* Folded beginnings of subjects, in the languages of our people's servers. */
/* clang-format off */
static const char *const subjects[] = {
	"undeliver", "non-deliver", "nondeliver", "non deliver", "not delivered", "message not delivered", "mail not delivered",
	"message undeliver", "mail undeliver", "unable to deliver", "could not deliver", "cannot deliver",
	"mail delivery fail", "mail delivery err", "mail delivery problem", "mail delivery system", "mail delivery delay",
	"mail delivery status", "mail delivery warn", "mail system error", "mail error", "message delivery fail",
	"delivery status notification", "delivery fail", "delivery has failed", "delivery notification", "delivery err",
	"delivery report", "delivery delayed", "delivery problem", "delivery unsuccess", "failed delivery", "failed mail",
	"failure notice", "failure delivery", "failure notification", "permanent delivery", "returned mail", "returned email",
	"returned to sender", "returned message", "rejected mail", "rejected:", "bounced mail", "address not found",
	"message delayed", "delayed mail", "warning: could not send", "warning: message", "user unknown", "mailbox full",
	"nepodarilo sa doruc", "nedorucitel", "nedorucen", "neuspesne dorucenie", "neuspesna dorucenie", "oznamenie o nedoruceni",
	"kezbesithetetlen", "sikertelen kezbesites", "a kezbesites sikertelen", "kezbesitesi hiba",
	"neisporuc", "nije isporuc", "nije moguce isporuc", "poruka nije isporuc", "isporuka nije", "isporuka poruke nije",
	"neuspela isporuka", "neuspjela isporuka", "neuspesna isporuka", "neuspjesna isporuka", "obavestenje o neisporuc",
	"obavijest o neisporuc", "vraceno posiljaocu", "vracena posta",
	"unzustellbar", "nicht zustellbar", "zustellung fehlgeschlagen", "zustellungsfehler", "fehlgeschlagene zustellung",
};

/* How surely words mean a bounce: by themselves, or only beside another mark. */
enum strength { WEAK, SURE };

/* Folded words of a bounce's own text. */
static const struct {
	const char *words;
	enum strength strength;
} bodies[] = {
	{ "this is the qmail-send program", SURE },
	{ "this message was created automatically by mail delivery software", SURE },        /* Exim */
	{ "a message that you sent could not be delivered to", SURE },                       /* Exim */
	{ "a message that you sent has not yet been delivered", SURE },                      /* Exim, delayed */
	{ "this is the mail system at host", SURE },                                         /* Postfix */
	{ "this is the postfix program at host", SURE },
	{ "i'm sorry to have to inform you that your message could not", SURE },             /* Postfix */
	{ "delivery has failed to these recipients or", SURE },                              /* Exchange */
	{ "delivery to these recipients or groups is delayed", SURE },
	{ "did not reach some or all of the intended recipients", SURE },                    /* Exchange 2003 */
	{ "the following recipient(s) cannot be reached", SURE },
	{ "delivery to the following recipient failed permanently", SURE },                  /* Gmail */
	{ "delivery to the following recipient has been delayed", SURE },
	{ "your message wasn't delivered to", SURE },
	{ "was unable to deliver your message to", WEAK },
	{ "unable to deliver your message to the following", SURE },                         /* Yahoo, AOL */
	{ "domino directory", WEAK },
	{ "was not delivered to:", WEAK },                                                   /* Domino */
	{ "the following addresses had permanent fatal errors", SURE },                      /* sendmail */
	{ "the following addresses had delivery problems", SURE },
	{ "the following addresses had transient non-fatal errors", SURE },
	{ "transcript of session follows", SURE },
	{ "this is a warning message only", WEAK },
	{ "could not be delivered to one or more", SURE },
	{ "could not deliver your message", WEAK },
	{ "could not deliver message to the following", SURE },
	{ "could not deliver the message", WEAK },
	{ "unable to deliver message to the following recipient", SURE },                    /* Apple, Sun */
	{ "cannot deliver your message", WEAK },
	{ "your message could not be delivered", WEAK },
	{ "your message to the following", WEAK },
	{ "couldn't be delivered", WEAK },                                                   /* Office 365 */
	{ "could not be delivered", WEAK },
	{ "cannot be delivered", WEAK },
	{ "was undeliverable", WEAK },                                                       /* IronPort */
	{ "is undeliverable", WEAK },
	{ "delivery failed", WEAK },
	{ "delivery of the following message failed", WEAK },
	{ "returned to sender", WEAK },
	{ "user unknown", WEAK },
	{ "unknown user", WEAK },
	{ "no such user", WEAK },
	{ "no such recipient", WEAK },
	{ "recipient address rejected", WEAK },
	{ "recipient rejected", WEAK },
	{ "does not exist", WEAK },
	{ "mailbox unavailable", WEAK },
	{ "mailbox is full", WEAK },
	{ "mailbox full", WEAK },
	{ "over quota", WEAK },
	{ "quota exceeded", WEAK },
	{ "remote host said:", WEAK },
	{ "server response", WEAK },
	{ "konnte nicht zugestellt werden", WEAK },
	{ "nije isporucena", WEAK },
	{ "nije mogla biti isporucena", WEAK },
	{ "nije moguce isporuciti", WEAK },
	{ "nije bilo moguce isporuciti", WEAK },
	{ "nepodarilo sa dorucit", WEAK },
	{ "sa nepodarilo dorucit", WEAK },
	{ "nebolo mozne dorucit", WEAK },
	{ "nebola dorucena", WEAK },
	{ "nem sikerult kezbesiteni", WEAK },
	{ "nem kezbesitheto", WEAK },
	{ "nem lehetett kezbesiteni", WEAK },
};

/* They still try: no failure yet. */
static const char *const delays[] = {
	"delay", "not yet been delivered", "will continue to", "will be retried", "still being", "still trying",
	"no action is required", "you do not need to resend", "do not need to resend", "warning message only",
	"transient non-fatal", "warning: could not send", "keep trying", "probovace ponovo", "pokusat ce ponovo",
};
/* clang-format on */

static bool begins_with_any(struct bytes text, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes_starts(text, list[i]))
			return true;
	return false;
}

static bool holds_any(struct bytes text, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes_holds(text, list[i]))
			return true;
	return false;
}

/* Lines of the original's head hold addresses and ids of ours. */
static const char *const not_recipients[] = { "message-id:", "references:", "in-reply-to:", "from:",
					      "sender:",     "reply-to:",   "return-path:" };

static bool is_of_recipient(struct bytes line)
{
	for (size_t i = 0; i < ARRAY_LEN(not_recipients); i++) {
		size_t len = strlen(not_recipients[i]);

		if (bytes_is_any_case(bytes_cut(line, 0, len), not_recipients[i]))
			return false;
	}
	return true;
}

/* Cuts a word off the line: what stands between blanks and the signs that enclose addresses. */
static bool next_word(struct bytes *line, struct bytes *word_out)
{
	static const char between[] = " \t\r<>()[],;:\"'*";
	size_t from = 0, to;

	while (from < line->len && strchr(between, line->ptr[from]) != NULL)
		from++;
	for (to = from; to < line->len && strchr(between, line->ptr[to]) == NULL; to++)
		;
	*word_out = bytes_cut(*line, from, to - from);
	*line = bytes_cut(*line, to, line->len);
	return word_out->len != 0;
}

/* The first address that is neither ours nor a server's. */
static int find_recipient(const struct mail_auto_in *in, struct bytes text, struct arena *a,
			  struct bytes *recipient_out)
{
	struct bytes line, word, address;

	while (bytes_split(&text, '\n', &line)) {
		line = bytes_trim(line);
		while (is_of_recipient(line) && next_word(&line, &word)) {
			int err = bytes_find(word, '@') == word.len
					  ? ERR_INVALID
					  : mail_address(word, a, &address);

			if (err == ERR_INVALID ||
			    (err == ERR_OK &&
			     (is_ours(in, address) || mail_bounce_is_server(address))))
				continue;
			if (err == ERR_OK)
				*recipient_out = address;
			return err;
		}
	}
	return ERR_OK;
}

/* What a report leaves out, its words may say. */
static int fill_gaps(const struct mail_auto_in *in, struct arena *a, struct mail_bounce *b)
{
	struct bytes text = utf8_cut(in->text, WORDS_MAX_BYTES);
	int err = ERR_OK;

	if (b->recipient.len == 0)
		err = find_recipient(in, text, a, &b->recipient);
	if (b->status.len == 0)
		b->status = find_status(text);
	return err == ERR_OK ? find_original(in, a, &b->original_message_id) : err;
}

int mail_bounce_of_report(const struct mail_auto_in *in, struct arena *a,
			  struct mail_bounce *bounce_out)
{
	struct bytes rest = bytes_cut(in->report, 0, REPORT_BYTES_MAX), block;
	struct mail_bounce worst = { 0 };
	int worst_action = -1, err;

	for (unsigned n = 0; n < REPORT_BLOCKS_MAX && next_block(&rest, &block); n++) {
		struct mail_bounce b;
		int action;

		err = read_block(block, a, &b, &action);
		if (err == ERR_NOENT)
			continue;
		if (err != ERR_OK)
			return err;
		if (action > worst_action) {
			worst_action = action;
			worst = b;
		}
	}
	if (worst_action < 0)
		return ERR_NOENT;
	err = fill_gaps(in, a, &worst);
	if (err == ERR_OK)
		*bounce_out = worst;
	return err;
}

/* What is known of it by words. */
static int describe(const struct mail_auto_in *in, struct bytes folded_subject,
		    struct bytes folded_text, struct arena *a, struct mail_bounce *bounce_out)
{
	struct mail_bounce b = { 0 };
	bool is_delay = holds_any(folded_subject, delays, ARRAY_LEN(delays)) ||
			holds_any(folded_text, delays, ARRAY_LEN(delays));
	int err =
		read_recipient(mail_header(in->headers, "X-Failed-Recipients", 0), a, &b.recipient);

	if (err == ERR_OK)
		err = fill_gaps(in, a, &b);
	b.action = bytes_of(is_delay && !bytes_starts(b.status, "5") ? "delayed" : "failed");
	if (err == ERR_OK)
		*bounce_out = b;
	return err;
}

/* The marks of one mail, and which words said so. */
struct marks {
	bool is_server, is_noreply, has_failed_header, has_subject;
	bool has_body, has_sure_body;
	bool has_number; /* "5.1.1" of a server */
	const char *words;
};

static void read_body(struct bytes text, struct marks *m)
{
	for (size_t i = 0; i < ARRAY_LEN(bodies) && !m->has_sure_body; i++) {
		if (!bytes_holds(text, bodies[i].words))
			continue;
		m->has_sure_body = bodies[i].strength == SURE;
		if (!m->has_body || m->has_sure_body)
			m->words = bodies[i].words;
		m->has_body = true;
	}
}

/*
 * A person may forward a bounce to us and ask what it means: then neither is the sender
 * a server, nor does the subject begin with a bounce's words ("Fwd: Undelivered …").
 */
static bool is_bounce(const struct marks *m, enum bounce_marks marked)
{
	if (m->has_failed_header || marked == BOUNCE_REPORTED)
		return true;
	if (m->is_server)
		return m->has_subject || m->has_body;
	if (marked == BOUNCE_MARKED)
		return m->has_sure_body || (m->has_subject && m->has_body);
	/* Citizens complain of deliveries: a program's name, words or number must be there. */
	return m->has_subject && m->has_body &&
	       (m->has_sure_body || m->has_number || m->is_noreply);
}

int mail_bounce_of_words(const struct mail_auto_in *in, enum bounce_marks marked, struct arena *a,
			 struct mail_bounce *bounce_out, struct bytes *why_out)
{
	struct marks m = {
		.is_server = mail_bounce_is_server(in->from),
		.is_noreply = is_local_part(in->from, noreply_names, ARRAY_LEN(noreply_names)),
	};
	struct folded subject, text;
	int err = fold_text(a, utf8_cut(in->subject, MAIL_ADDRESS_MAX), &subject);

	if (err == ERR_OK)
		err = fold_text(a, utf8_cut(in->text, WORDS_MAX_BYTES), &text);
	if (err != ERR_OK)
		return err;
	m.has_failed_header = mail_header(in->headers, "X-Failed-Recipients", 0).len != 0;
	m.has_subject = begins_with_any(bytes_trim(subject.text), subjects, ARRAY_LEN(subjects));
	read_body(text.text, &m);
	m.has_number = find_status(text.text).len != 0;
	if (!is_bounce(&m, marked))
		return ERR_NOENT;
	err = describe(in, subject.text, text.text, a, bounce_out);
	if (err != ERR_OK)
		return err;
	*why_out = m.has_failed_header ? bytes_of("X-Failed-Recipients")
		   : m.has_subject     ? in->subject
				       : bytes_of(m.words);
	return ERR_OK;
}
