/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conf/sanity.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/limits.h"
#include "conf/smpp_words.h"
#include "parsers/err.h"
#include "parsers/strbuf.h"

#define WORDS_MAX 512
/* "+38": fewer digits are a part of the world, with its premium numbers. */
#define PREFIX_SAFE 3
/* A secret that is called over a network can be tried; this many letters can't. */
#define SECRET_SAFE 16
/* LMDB needs free pages to write at all: replies and closing go on behind intake's stop. */
#define STOP_SAFE_PERCENT 90
/* A day of a small town; below it the map is full within a week. */
#define MAP_SAFE (16 * MIB)

struct sanity {
	const struct conf *conf;
	const struct load_ini *ini;
	struct faults *faults;
};

enum how_bad { FAULT, WARNING };

/* A value that is a fault by itself has none of the meanings that are judged here. */
static bool is_fault_already(const struct sanity *s, struct bytes section, struct bytes key)
{
	for (size_t i = 0; i < s->faults->n; i++) {
		const struct fault *f = &s->faults->list[i];

		if (key.len > 0 && bytes_eq(f->section, section) && bytes_eq(f->key, key))
			return true;
	}
	return false;
}

static void say(const struct sanity *s, enum how_bad how, const char *section, const char *key,
		const char *format, ...) __attribute__((format(printf, 5, 6)));

/* At the key's line, else at its section's, else at the file: the key may have its default. */
static void say(const struct sanity *s, enum how_bad how, const char *section, const char *key,
		const char *format, ...)
{
	struct strbuf words = strbuf_in(s->faults->arena, WORDS_MAX);
	const struct load_entry *e = load_find(s->ini, bytes_of(section), key);
	struct fault where = { .file = s->ini->file,
			       .section = bytes_of(section),
			       .key = bytes_of(key),
			       .is_warning = how == WARNING };
	va_list ap;

	if (is_fault_already(s, where.section, where.key))
		return;
	if (e == NULL)
		e = load_find(s->ini, bytes_of(section), NULL);
	if (e != NULL)
		where.line = e->line;
	va_start(ap, format);
	strbuf_addv(&words, format, ap);
	va_end(ap);
	faults_add(s->faults, where, "%s", strbuf_text(&words));
}

static void check_file(const struct sanity *s)
{
	struct stat st;

	if (stat(s->conf->file, &st) == 0 && (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		say(s, WARNING, NULL, NULL,
		    "others than its owner may change this file; chmod 0644 or 0640");
}

static void check_odziv(const struct sanity *s)
{
	size_t len = strlen(s->conf->control_path);

	if (len > SOCKET_PATH_MAX)
		say(s, FAULT, "odziv", "control",
		    "the socket's path has %zu octets and may have %d; write a shorter one, such "
		    "as "
		    "%s/%s/control.sock",
		    len, SOCKET_PATH_MAX, RUN_DIR, s->conf->instance);
	if (s->conf->training)
		say(s, WARNING, "odziv", "training",
		    "yes: everything is decided and nothing is sent");
}

static void check_store(const struct sanity *s)
{
	if (s->conf->map_bytes != 0 && s->conf->map_bytes < MAP_SAFE)
		say(s, WARNING, "store", "map_size", "is small; intake will soon stop");
	if (s->conf->intake_stop_percent > STOP_SAFE_PERCENT)
		say(s, WARNING, "store", "intake_stop_percent",
		    "leaves little room for answering and closing when the store is full; %d or "
		    "less is safe",
		    STOP_SAFE_PERCENT);
	if (s->conf->min_free_bytes == 0)
		say(s, WARNING, "store", "min_free",
		    "0: the disk may run full before intake stops");
}

static void check_desk(const struct sanity *s)
{
	for (size_t i = 0; i < s->conf->n_answer_prefixes; i++) {
		if (strlen(s->conf->answer_prefixes[i]) < PREFIX_SAFE)
			say(s, WARNING, "desk", "answer_prefixes",
			    "%s is a whole part of the world, with its premium numbers; write the "
			    "beginnings "
			    "of your citizens' numbers",
			    s->conf->answer_prefixes[i]);
	}
	if (s->conf->unsure_wait_ms >= s->conf->validity_ms && s->conf->validity_ms != 0)
		say(s, WARNING, "desk", "unsure_wait",
		    "is not below validity: a reply would run out before it is settled");
}

static void check_budget(const struct sanity *s)
{
	const struct conf_budget *b = &s->conf->budget;

	if (b->money_month != 0 && b->price_segment == 0)
		say(s, FAULT, "budget", "budget_month",
		    "needs price_segment, or no money can be counted; write what a segment costs");
	if (b->auto_replies_hour == 0)
		say(s, WARNING, "budget", "auto_replies_hour",
		    "0: two machines that answer each other would never stop");
	if (b->segments_day == 0)
		say(s, WARNING, "budget", "segments_day",
		    "0: nothing bounds what one number may cost");
	if (b->segments_hour == 0 && b->segments_day_all == 0 && b->money_month == 0)
		say(s, WARNING, "budget", "segments_hour",
		    "0: nothing bounds what all texts together may cost");
}

/* Loopback and the private ranges of RFC 1918, RFC 4193 and link-local. */
static bool is_private_v4(const char *text)
{
	struct in_addr in;
	uint32_t a;

	if (inet_pton(AF_INET, text, &in) != 1)
		return false;
	a = ntohl(in.s_addr);
	return a >> 24 == 127 || a >> 24 == 10 || a >> 20 == 0xac1 || a >> 16 == 0xc0a8 ||
	       a >> 16 == 0xa9fe;
}

static bool is_private_v6(const char *text)
{
	struct in6_addr in;

	return inet_pton(AF_INET6, text, &in) == 1 &&
	       (IN6_IS_ADDR_LOOPBACK(&in) || IN6_IS_ADDR_LINKLOCAL(&in) ||
		(in.s6_addr[0] & 0xfe) == 0xfc);
}

static void check_http(const struct sanity *s)
{
	const char *listen = s->conf->http_listen == NULL ? "" : s->conf->http_listen;
	const char *port = strrchr(listen, ':');
	char host[INET6_ADDRSTRLEN + 2];
	size_t skip = listen[0] == '[';

	if (port == NULL || (size_t)(port - listen) >= sizeof(host))
		return;
	memcpy(host, listen + skip, (size_t)(port - listen) - 2 * skip);
	host[(size_t)(port - listen) - 2 * skip] = '\0';
	if (!is_private_v4(host) && !is_private_v6(host))
		say(s, WARNING, "http", "http_listen",
		    "%s is no private address: /health, /metrics and the callbacks can be called "
		    "from "
		    "outside",
		    listen);
}

/* Kannel puts it into a URL as it stands (RFC 3986, unreserved). */
static bool is_plain_in_url(const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~";

	return text[strspn(text, plain)] == '\0';
}

static void check_http_link(const struct sanity *s, const struct conf_channel *c)
{
	if (s->conf->http_listen != NULL && s->conf->http_listen[0] == '\0')
		say(s, FAULT, c->name, "link",
		    "http needs [http] http_listen, where Kannel calls us");
	if (c->secret != NULL && !is_plain_in_url(c->secret))
		say(s, FAULT, c->name, "secret_file",
		    "the secret has letters that Kannel would change in a URL; take letters, "
		    "digits, - . _ ~ only");
	else if (c->secret != NULL && c->secret[0] != '\0' && strlen(c->secret) < SECRET_SAFE)
		say(s, WARNING, c->name, "secret_file",
		    "the secret has fewer than %d letters; it could be guessed", SECRET_SAFE);
	say(s, WARNING, c->name, "link",
	    "http: what waits in smsbox is lost when smsbox ends; odzivd(8), LIMITS. link = box "
	    "loses nothing");
}

/* Host names that can only be this machine. */
static bool is_loopback(const char *host)
{
	return host != NULL && (strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
				strncmp(host, "127.", 4) == 0);
}

static void check_mail(const struct sanity *s, const struct conf_channel *c)
{
	const struct conf_mail *m = &c->mail;

	if (m->imap_tls == TLS_NONE && !is_loopback(m->imap_host))
		say(s, FAULT, c->name, "imap_tls",
		    "none is for the loopback only: the password would cross the network in the "
		    "clear; write tls or "
		    "starttls");
	if (m->smtp_tls == TLS_NONE && !is_loopback(m->smtp_host))
		say(s, FAULT, c->name, "smtp_tls",
		    "none is for the loopback only: our mails would cross the network in the "
		    "clear; write tls or starttls");
	if (m->smtp_user != NULL && m->smtp_password != NULL &&
	    (m->smtp_user[0] == '\0') != (m->smtp_password[0] == '\0') && !s->conf->without_secrets)
		say(s, FAULT, c->name, "smtp_user",
		    "needs smtp_password_file, and the other way round");
	if (m->authserv_id != NULL && m->authserv_id[0] == '\0' &&
	    m->staff_proof == STAFF_PROOF_AUTH)
		say(s, WARNING, c->name, "authserv_id",
		    "is empty: no sender of staff can be proven, so each command is asked back "
		    "for");
	if (m->folder != NULL && m->done_folder != NULL && m->refused_folder != NULL &&
	    (strcmp(m->folder, m->done_folder) == 0 || strcmp(m->folder, m->refused_folder) == 0))
		say(s, FAULT, c->name, "folder",
		    "is where handled mails go too; they would be read again for ever");
}

/* SMPP 3.4, 5.2.2. */
#define SMPP_PASSWORD_MAX 8

static void check_smscs(const struct sanity *s, const struct conf_channel *c)
{
	const char *const *smscs = c->smpp.smscs;
	struct smpp_endpoint e;

	for (size_t i = 1; i < c->smpp.n_smscs; i++) {
		for (size_t j = 0; j < i; j++) {
			if (strcasecmp(smscs[i], smscs[j]) == 0)
				say(s, FAULT, c->name, "smsc",
				    "has %s twice; write links for more connections to it",
				    smscs[i]);
		}
	}
	for (size_t i = 0; i < c->smpp.n_smscs; i++) {
		if (smpp_words_endpoint(bytes_of(smscs[i]), &e) == ERR_OK && !is_loopback(e.host) &&
		    !is_private_v4(e.host) && !is_private_v6(e.host))
			say(s, WARNING, c->name, "smsc",
			    "SMPP has no encryption: reach %s through a VPN or stunnel; "
			    "odziv-smpp(7) shows how",
			    e.host);
	}
}

static void check_smpp(const struct sanity *s, const struct conf_channel *c)
{
	const struct conf_smpp *p = &c->smpp;

	check_smscs(s, c);
	if (c->window * p->links > SMPP_OPEN_MAX)
		say(s, FAULT, c->name, "window",
		    "%u on each of %u links are %u segments without an answer; %d may be",
		    c->window, p->links, c->window * p->links, SMPP_OPEN_MAX);
	if (c->password != NULL && strlen(c->password) > SMPP_PASSWORD_MAX)
		say(s, FAULT, c->name, "password_file",
		    "has a password of %zu octets; SMPP has room for %d", strlen(c->password),
		    SMPP_PASSWORD_MAX);
	if (p->intermediate && !c->dlr)
		say(s, WARNING, c->name, "intermediate", "has no effect with dlr = no");
	if (p->outbind_listen != NULL && p->outbind_listen[0] != '\0' && p->n_outbind_peers == 0)
		say(s, FAULT, c->name, "outbind_listen",
		    "needs outbind_peers, the addresses that may call it: whoever does gets our "
		    "password");
	if (p->outbind_listen != NULL && p->outbind_listen[0] == '\0' && p->n_outbind_peers > 0)
		say(s, WARNING, c->name, "outbind_peers", "has no effect without outbind_listen");
}

static void check_channel(const struct sanity *s, const struct conf_channel *c)
{
	if (c->type == CHANNEL_MAIL) {
		check_mail(s, c);
		return;
	}
	if (!c->dlr && c->from != NULL)
		say(s, WARNING, c->name, "dlr",
		    "no: nobody learns whether a text arrived, and unsure ones can't settle by "
		    "themselves");
	if (c->type == CHANNEL_SMPP)
		check_smpp(s, c);
	if (c->type != CHANNEL_KANNEL)
		return;
	if (c->status_url != NULL && c->status_url[0] == '\0' && c->status_password != NULL &&
	    c->status_password[0] != '\0')
		say(s, WARNING, c->name, "status_password_file",
		    "has no effect without status_url");
	if (c->kannel_conf != NULL && c->kannel_conf[0] != '\0' &&
	    access(c->kannel_conf, R_OK) != 0)
		say(s, WARNING, c->name, "kannel_conf",
		    "%s can't be read, so its lines aren't checked: %s", c->kannel_conf,
		    strerror(errno));
	if (c->link == LINK_HTTP)
		check_http_link(s, c);
}

/* What a callback belongs to is told by its secret alone. */
static void check_secrets_differ(const struct sanity *s)
{
	const struct conf *conf = s->conf;

	for (size_t i = 0; i < conf->n_channels; i++) {
		for (size_t j = 0; j < i; j++) {
			const char *a = conf->channels[i].secret;
			const char *b = conf->channels[j].secret;

			if (a != NULL && b != NULL && a[0] != '\0' && strcmp(a, b) == 0)
				say(s, FAULT, conf->channels[i].name, "secret_file",
				    "is the secret of [%s] too; each channel needs its own",
				    conf->channels[j].name);
		}
	}
}

static void check_channels(const struct sanity *s)
{
	for (size_t i = 0; i < s->conf->n_channels; i++)
		check_channel(s, &s->conf->channels[i]);
	check_secrets_differ(s);
}

static void (*const checks[])(const struct sanity *s) = {
	check_file, check_odziv, check_store, check_desk, check_budget, check_http, check_channels,
};

void sanity_check(const struct conf *conf, const struct load_ini *ini, struct faults *faults)
{
	const struct sanity s = { .conf = conf, .ini = ini, .faults = faults };

	for (size_t i = 0; i < ARRAY_LEN(checks); i++)
		checks[i](&s);
}
