/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/mail_send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "gateway/flow/alarms.h"
#include "gateway/wire/smtp.h"
#include "gateway/wire/wire.h"
#include "parsers/err.h"
#include "parsers/mail_idn.h"
#include "parsers/strbuf.h"
#include "store/blobs.h"
#include "templates/compose_mail.h"

#define WORDS_SIZE      240
#define SMTPS_PORT      465
#define SUBMISSION_PORT 587
#define SMTP_PORT       25

/* One mail, from send() to its result. */
struct mail_out {
	struct mail_sender *sender; /* NULL: it was stopped, nobody waits for the result */
	struct mail_out *next, **at;
	uint64_t row;
	unsigned segment;
	struct query query; /* of a mail with files */
	bool is_reading;
	struct arena *arena;
	struct mail_letter letter;
	struct mail_attachment *files;
	Pb__Outbox *record; /* a copy */
	char blobs[FILES_PATH_SIZE];
	const char *to, *from; /* as commands name them */
	struct bytes return_path;
	struct bytes octets;
};

struct mail_sender {
	struct channel *channel;
	struct wire *wire;
	struct smtp *smtp;
	struct mail_sender_times times;
	struct mail_out *mails;
	size_t n_mails;
	int64_t wait_ms; /* while the server keeps all mails from leaving */
	struct mono wait_until;
	char fault[WORDS_SIZE];
	char alarm[sizeof(((struct alarm *)0)->name)];
};

static void out_free(struct mail_out *m)
{
	arena_free(&m->arena);
	free(m);
}

static void out_leave(struct mail_out *m)
{
	*m->at = m->next;
	if (m->next != NULL)
		m->next->at = m->at;
	m->sender->n_mails--;
	m->sender = NULL;
}

/* The mail is over; nothing of it may be used afterwards. */
static void settle(struct mail_out *m, enum send_outcome outcome, const char *words,
		   int64_t pause_ms)
{
	struct mail_sender *s = m->sender;
	uint64_t row = m->row;
	unsigned segment = m->segment;

	out_leave(m);
	out_free(m);
	wire_result(s->channel, row, segment, outcome, words, pause_ms);
}

/* --- the server's faults --- */

static const char *const fault_words[] = {
	[TRANSFER_FINE] = "doesn't take mails",
	[TRANSFER_UNREACHABLE] = "can't be reached",
	[TRANSFER_NO_TLS] = "can't be spoken to safely (smtp_tls, ca_file)",
	[TRANSFER_NO_LOGIN] = "refuses our login (smtp_user, smtp_password_file)",
};

static void say_fault(struct mail_sender *s, enum transfer_fault fault, const char *words)
{
	snprintf(s->fault, sizeof(s->fault), "the SMTP server %s %s: %s",
		 s->channel->conf->mail.smtp_host, fault_words[fault], words);
	alarm_raise(s->channel->core->alarms, s->alarm, "%s: no mail leaves: %s",
		    s->channel->conf->name, s->fault);
}

static void clear(struct mail_sender *s)
{
	s->wait_ms = 0;
	s->wait_until.ms = 0;
	if (s->fault[0] == '\0')
		return;
	s->fault[0] = '\0';
	alarm_clear(s->channel->core->alarms, s->alarm);
}

const char *mail_sender_fault(const struct mail_sender *s)
{
	return s->fault[0] == '\0' ? NULL : s->fault;
}

/* --- what an answer means --- */

/* Of MAIL, RCPT and DATA: not the mail is refused, we are (RFC 4954 6). */
static bool is_about_login(unsigned code)
{
	return code == 530 || code == 534 || code == 535 || code == 538;
}

static enum send_outcome outcome_of(const struct smtp_answer *a)
{
	switch (a->code / 100) {
	case 2: return a->step == SMTP_BODY ? SEND_OK : SEND_LATER;
	case 4: return SEND_LATER;
	case 5: return SEND_FAILED;
	default: break;
	}
	/* No answer that we understand: only behind 354 can the server have the mail. */
	return a->step == SMTP_BODY ? SEND_UNSURE : SEND_LATER;
}

/* Nothing was said of the mail, or we were told that we may not: that is no word about it. */
static bool is_server_fault(const struct smtp_answer *a)
{
	return a->step == SMTP_HELLO || (a->step != SMTP_BODY && is_about_login(a->code));
}

/* A window full of mails fails together: that is one try of the server, not ten. */
static int64_t pause_of(struct mail_sender *s)
{
	struct host *h = s->wire->host;
	int64_t now = h->mono(h).ms;

	if (s->wait_until.ms <= now)
		s->wait_until.ms =
			now + host_backoff(h, &s->wait_ms, RECONNECT_FIRST_MS, RECONNECT_MOST_MS);
	return s->wait_until.ms - now;
}

static void on_server_fault(struct mail_out *m, const struct smtp_answer *a)
{
	struct mail_sender *s = m->sender;
	enum transfer_fault fault = is_about_login(a->code) ? TRANSFER_NO_LOGIN : a->fault;
	int64_t pause = pause_of(s);

	/* A server that is only busy, or a connection that broke, comes back without a person, or it doesn't. */
	if (fault != TRANSFER_FINE || a->code >= 500 || s->wait_ms >= RECONNECT_MOST_MS)
		say_fault(s, fault, a->words);
	settle(m, SEND_LATER, a->words, pause);
}

static void on_answered(const struct smtp_answer *a, void *ctx)
{
	struct mail_out *m = ctx;
	enum send_outcome outcome = outcome_of(a);

	if (is_server_fault(a)) {
		on_server_fault(m, a);
		return;
	}
	clear(m->sender);
	settle(m, outcome, outcome == SEND_OK ? NULL : a->words, a->code == 421 ? THROTTLE_MS : 0);
}

/* --- what leaves --- */

static unsigned default_port(enum conf_tls tls)
{
	switch (tls) {
	case TLS_FIRST: return SMTPS_PORT;
	case TLS_STARTTLS: return SUBMISSION_PORT;
	case TLS_NONE: return SMTP_PORT;
	}
	return SMTP_PORT;
}

/* The name that we say: the configured one, else the domain of our address. */
static const char *helo_of(const struct conf_channel *conf)
{
	const char *at = strchr(conf->from, '@');

	if (conf->mail.helo[0] != '\0')
		return conf->mail.helo;
	return at == NULL ? conf->from : at + 1;
}

static struct transfer_server server_of(const struct conf_channel *c,
					const struct mail_sender_times *times)
{
	const struct conf_mail *conf = &c->mail;

	return (struct transfer_server){
		.host = conf->smtp_host,
		.port = conf->smtp_port != 0 ? conf->smtp_port : default_port(conf->smtp_tls),
		.tls = conf->smtp_tls,
		.ca_file = conf->ca_file,
		.helo = helo_of(c),
		.user = conf->smtp_user,
		.password = conf->smtp_password,
		.connect_ms = times->connect_ms,
	};
}

static int send_out(struct mail_out *m)
{
	struct mail_sender *s = m->sender;
	struct smtp_mail mail = {
		.from = m->from,
		.to = m->to,
		.octets = m->octets,
		.deadline_ms = s->times.deadline_ms +
			       (int64_t)(m->octets.len / MAIL_OCTETS_PER_S) * SECOND_MS,
	};

	return smtp_send(s->smtp, &mail, on_answered, m);
}

static const char *words_of(int err)
{
	switch (err) {
	case ERR_INVALID: return "an address or a header of it can't be written";
	case ERR_NOENT: return "one of its files isn't there any more";
	case ERR_CORRUPT: return "one of its files isn't what it was";
	case ERR_LIMIT: return "it is too large";
	default: return err_text(err);
	}
}

/* Put together or not: it leaves, or a person or a later try must see to it. */
static void on_composed(struct mail_out *m, int err)
{
	if (m->sender == NULL) {
		out_free(m);
		return;
	}
	if (err == ERR_OK)
		err = send_out(m);
	if (err == ERR_OK)
		m->sender->channel->last_out = m->sender->wire->host->wall(m->sender->wire->host);
	else
		settle(m, err_class(err) == ERR_IS_REJECT ? SEND_FAILED : SEND_LATER, words_of(err),
		       0);
}

/* --- a row becomes a mail --- */

static int copy_record(struct mail_out *m, const Pb__Outbox *row)
{
	ProtobufCMessage *copy;
	struct bytes octets;
	int err = record_pack(&row->base, m->arena, &octets);

	if (err == ERR_OK)
		err = record_unpack(row->base.descriptor, octets, m->arena, &copy);
	if (err == ERR_OK)
		m->record = (Pb__Outbox *)copy;
	return err;
}

/* What may be refused without being told of again: reminders and surveys, not answers. */
static int unsubscribe(struct mail_out *m, struct bytes address)
{
	struct strbuf s = strbuf_in(m->arena, 2 * MAIL_ADDRESS_MAX);
	bool fits = m->record->kind == KIND_REMINDER || m->record->kind == KIND_SURVEY ||
		    m->record->kind == KIND_NOTICE;

	if (!fits || m->record->member[0] != '\0')
		return ERR_OK;
	strbuf_addf(&s, "mailto:%.*s?subject=STOP", PRI_BYTES(address));
	return strbuf_finish(&s, &m->letter.list_unsubscribe);
}

static int fill_references(struct mail_out *m)
{
	const Pb__Outbox *r = m->record;
	struct bytes *ids = arena_array(m->arena, r->n_references + 1, sizeof(*ids));

	if (ids == NULL)
		return arena_err(m->arena);
	for (size_t i = 0; i < r->n_references; i++)
		ids[i] = bytes_of(r->references[i]);
	m->letter.references = ids;
	m->letter.n_references = r->n_references;
	return ERR_OK;
}

/* Copies what belongs to a configuration that may change while a reader works. */
static int fill_ours(struct mail_out *m, const struct channel *c, struct tongue tongue)
{
	const struct conf *conf = c->core->conf;
	const struct profile *p = conf->profile;
	const char *name = c->conf->mail.name;
	const char *from = m->record->from[0] != '\0' ? m->record->from : c->conf->from;
	struct mail_letter *l = &m->letter;

	l->instance = arena_str(m->arena, bytes_of(conf->instance));
	l->time_zone = arena_str(m->arena, p->time_zone);
	l->from.address = arena_dup(m->arena, bytes_of(from));
	l->from.name =
		arena_dup(m->arena, name[0] != '\0' ? bytes_of(name) : names_in(&p->town, tongue));
	if (l->instance == NULL || l->time_zone == NULL)
		return arena_err(m->arena);
	l->has_html = c->conf->mail.html;
	return blob_folder_of(conf->state_dir, m->blobs);
}

/* With its domain as any server reads it. What is no domain is refused as an address, in words. */
static int known_everywhere(struct mail_out *m, struct bytes address, struct bytes *address_out)
{
	return mail_idn_ascii(address, m->arena, address_out);
}

static int fill_letter(struct mail_out *m, const struct channel *c, struct wall now)
{
	static const char scheme[] = "mail:";
	const Pb__Outbox *r = m->record;
	struct bytes to = bytes_of(r->to);
	struct mail_letter *l = &m->letter;
	int err;

	l->tongue = (struct tongue){ (enum language)r->language, (enum script)r->script };
	err = fill_ours(m, c, l->tongue);
	if (err != ERR_OK)
		return err;
	err = known_everywhere(m, bytes_of(r->to + (bytes_starts(to, scheme) ? strlen(scheme) : 0)),
			       &l->to.address);
	if (err == ERR_OK)
		err = known_everywhere(m, l->from.address, &l->from.address);
	if (err == ERR_OK)
		err = known_everywhere(m, bytes_of(r->reply_to), &l->reply_to.address);
	if (err == ERR_OK)
		err = known_everywhere(m, bytes_of(r->return_path), &m->return_path);
	if (err != ERR_OK)
		return err;
	m->to = arena_str(m->arena, l->to.address);
	m->from = arena_str(m->arena, m->return_path);
	if (m->to == NULL || m->from == NULL)
		return arena_err(m->arena);
	/* A copy that a later try makes is the same mail. */
	l->date.ms = r->created != 0 ? r->created : now.ms;
	l->subject = bytes_of(r->subject);
	l->text = bytes_of(r->text);
	l->message_id = bytes_of(r->message_id);
	l->in_reply_to = bytes_of(r->in_reply_to);
	l->reply_to.name = l->from.name;
	l->submitted = (enum mail_submitted)r->auto_submitted;
	err = unsubscribe(m, l->from.address);
	if (err == ERR_OK)
		err = fill_references(m);
	/* What SMTP is told is looked at as strictly as what is written. */
	if (err == ERR_OK && m->return_path.len != 0 && !compose_mail_can_address(m->return_path))
		err = ERR_INVALID;
	return err;
}

static int read_files(struct mail_out *m)
{
	const Pb__Outbox *r = m->record;
	int err = ERR_OK;

	m->files = arena_array(m->arena, r->n_files + 1, sizeof(*m->files));
	if (m->files == NULL)
		return arena_err(m->arena);
	for (size_t i = 0; i < r->n_files && err == ERR_OK; i++) {
		const Pb__File *f = r->files[i];

		m->files[i].name = bytes_of(f->name);
		m->files[i].type = bytes_of(f->type);
		if (f->sha256.len != KEYED_SHA256_BYTES)
			return ERR_CORRUPT;
		err = blob_file_read(m->blobs, f->sha256.data, f->size, m->arena,
				     &m->files[i].octets);
	}
	m->letter.files = m->files;
	m->letter.n_files = r->n_files;
	return err;
}

static int on_read(struct txn *t, struct query *q)
{
	struct mail_out *m = CONTAINER_OF(q, struct mail_out, query);
	int err = read_files(m);

	(void)t;
	return err == ERR_OK ? compose_mail(&m->letter, m->arena, &m->octets) : err;
}

static void on_read_done(struct query *q, int err)
{
	struct mail_out *m = CONTAINER_OF(q, struct mail_out, query);

	m->is_reading = false;
	on_composed(m, err);
}

/* The files, once as they are and once in base64, which takes a third more and its line ends. */
static size_t arena_size(const Pb__Outbox *row)
{
	uint64_t files = 0;

	for (size_t i = 0; i < row->n_files; i++)
		files += row->files[i]->size;
	return MAIL_ARENA_MAX + (files < MAIL_FILES_BYTES_MAX ? (size_t)files * 3 : 0);
}

static struct mail_out *out_new(struct mail_sender *s, const struct outgoing *out)
{
	struct mail_out *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->arena = arena_new(arena_size(out->mail));
	if (m->arena == NULL) {
		free(m);
		return NULL;
	}
	m->sender = s;
	m->row = out->row;
	m->segment = out->segment;
	m->next = s->mails;
	m->at = &s->mails;
	if (s->mails != NULL)
		s->mails->at = &m->next;
	s->mails = m;
	s->n_mails++;
	return m;
}

void mail_sender_send(struct mail_sender *s, const struct outgoing *out)
{
	struct host *h = s->wire->host;
	struct mail_out *m = out_new(s, out);
	int err;

	if (m == NULL) {
		wire_result(s->channel, out->row, out->segment, SEND_LATER, err_text(ERR_NOMEM), 0);
		return;
	}
	err = copy_record(m, out->mail);
	if (err == ERR_OK)
		err = fill_letter(m, s->channel, h->wall(h));
	if (err == ERR_OK && m->record->n_files > 0) {
		m->query = (struct query){ .run = on_read,
					   .done = on_read_done,
					   .without_store = true };
		err = h->read(h, &m->query);
		m->is_reading = err == ERR_OK;
		if (m->is_reading)
			return;
	} else if (err == ERR_OK) {
		err = compose_mail(&m->letter, m->arena, &m->octets);
	}
	on_composed(m, err);
}

/* --- the part --- */

unsigned mail_sender_room(const struct mail_sender *s)
{
	size_t window = s->channel->conf->window;

	return (unsigned)(s->n_mails < window ? window - s->n_mails : 0);
}

size_t mail_sender_under_way(const struct mail_sender *s)
{
	return s->n_mails;
}

int mail_sender_new(struct channel *c, const struct mail_sender_times *times,
		    struct mail_sender **s_out)
{
	static const struct mail_sender_times ordinary = { MAIL_CONNECT_MS, MAIL_DEADLINE_MS };
	struct mail_sender *s = calloc(1, sizeof(*s));
	struct transfer_server server;
	int err;

	if (s == NULL)
		return ERR_NOMEM;
	*s = (struct mail_sender){
		.channel = c,
		.wire = wire_channel(c)->wire,
		.times = times != NULL ? *times : ordinary,
	};
	snprintf(s->alarm, sizeof(s->alarm), "mail-out:%s", c->conf->name);
	server = server_of(c->conf, &s->times);
	err = smtp_new(s->wire->transfer, s->wire->host, &server, &s->smtp);
	if (err != ERR_OK) {
		free(s);
		return err;
	}
	*s_out = s;
	return ERR_OK;
}

void mail_sender_free(struct mail_sender **sender)
{
	struct mail_sender *s = *sender;

	if (s == NULL)
		return;
	smtp_free(&s->smtp);
	/* What a reader has in hand is freed when it comes back. */
	for (struct mail_out *m = s->mails, *next; m != NULL; m = next) {
		next = m->next;
		out_leave(m);
		if (!m->is_reading)
			out_free(m);
	}
	clear(s);
	free(s);
	*sender = NULL;
}
