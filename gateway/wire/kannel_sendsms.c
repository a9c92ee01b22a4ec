/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/kannel_sendsms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "gateway/wire/url.h"
#include "parsers/err.h"
#include "parsers/receipt.h"

/* 160 letters of three octets, encoded, beside the receipt's URL encoded twice. */
#define URL_MAX (16 * KIB)
/* smsbox answers with a line of words. */
#define ANSWER_MAX   (4 * KIB)
#define WORDS_SIZE   160
#define DLR_MASK_ALL 31
/* Somebody must change a configuration first. */
#define FAULT_PAUSE_MS MINUTE_MS

/* One segment that smsbox has and hasn't answered. */
struct sms_call {
	struct sendsms *s;
	struct sms_call *next, **at;
	struct transfer_call *transfer;
	uint64_t row;
	unsigned segment;
};

struct sendsms {
	struct channel *channel;
	struct wire *wire;
	struct kannel_health *health;
	struct sms_call *calls;
	unsigned n_calls;
	int64_t wait_ms; /* while smsbox doesn't answer at all */
};

/* --- what an answer means --- */

enum sendsms_fault { NO_FAULT, IS_REFUSED, IS_NOT_ROUTABLE, IS_WRONG_PATH };

/* The first row that fits; words NULL: any. */
static const struct {
	unsigned status;
	const char *words;
	enum send_outcome outcome;
	int64_t pause_ms;
	enum sendsms_fault fault;
} answers[] = {
	/* clang-format off */
	{ 202, NULL,           SEND_OK,     0,              NO_FAULT },
	{ 400, NULL,           SEND_FAILED, 0,              NO_FAULT },
	{ 403, "Not routable", SEND_LATER,  FAULT_PAUSE_MS, IS_NOT_ROUTABLE },
	{ 403, NULL,           SEND_LATER,  FAULT_PAUSE_MS, IS_REFUSED },
	{ 404, NULL,           SEND_LATER,  FAULT_PAUSE_MS, IS_WRONG_PATH },
	{ 503, NULL,           SEND_LATER,  THROTTLE_MS,    NO_FAULT },
	/* clang-format on */
};

static const char *const refused_words[] = {
	[NO_FAULT] = NULL,
	[IS_NOT_ROUTABLE] = NULL,
	[IS_REFUSED] = "smsbox refuses username and password_file: look at its group sendsms-user",
	[IS_WRONG_PATH] = "smsbox knows no such path: sendsms_url must end in its sendsms-url "
			  "(/cgi-bin/sendsms)",
};

static void say_fault(struct sendsms *s, enum sendsms_fault fault)
{
	kannel_health_set(s->health, FAULT_REFUSED_US, refused_words[fault]);
	kannel_health_set(s->health, FAULT_NOT_ROUTABLE,
			  fault == IS_NOT_ROUTABLE ? "Kannel says 'not routable' to our texts: "
						     "none of its smsc groups may send "
						     "them (allowed-smsc-id), or smsc is wrong"
						   : NULL);
}

/* smsbox's words for logs and lists: one line of ASCII. */
static void answer_words(const struct transfer_answer *a, char *words, size_t size)
{
	struct bytes body = bytes_trim(bytes_cut(a->body, 0, size / 2));
	int len = snprintf(words, size, "smsbox says %u %.*s", a->status, PRI_BYTES(body));

	for (int i = 0; i < len && (size_t)i < size - 1; i++) {
		if (words[i] < ' ' || words[i] > '~')
			words[i] = '?';
	}
}

static void call_end(struct sms_call *call, enum send_outcome outcome, const char *words,
		     int64_t pause_ms)
{
	struct sendsms *s = call->s;
	uint64_t row = call->row;
	unsigned segment = call->segment;

	*call->at = call->next;
	if (call->next != NULL)
		call->next->at = call->at;
	s->n_calls--;
	free(call);
	wire_result(s->channel, row, segment, outcome, words, pause_ms);
}

static void on_answered(struct sms_call *call, const struct transfer_answer *a)
{
	struct sendsms *s = call->s;
	char words[WORDS_SIZE];
	size_t i = 0;

	s->wait_ms = 0;
	kannel_health_link(s->health, true, "smsbox answers");
	answer_words(a, words, sizeof(words));
	while (i < ARRAY_LEN(answers) &&
	       (answers[i].status != a->status ||
		(answers[i].words != NULL && strstr(words, answers[i].words) == NULL)))
		i++;
	/* Something between us and smsbox speaks: it may have passed our text on. */
	if (i == ARRAY_LEN(answers)) {
		call_end(call, SEND_UNSURE, words, 0);
		return;
	}
	say_fault(s, answers[i].fault);
	call_end(call, answers[i].outcome, answers[i].outcome == SEND_OK ? NULL : words,
		 answers[i].pause_ms);
}

static void on_done(const struct transfer_answer *a, void *ctx)
{
	struct sms_call *call = ctx;
	struct sendsms *s = call->s;
	char words[WORDS_SIZE];

	if (a->err == ERR_OK) {
		on_answered(call, a);
		return;
	}
	snprintf(words, sizeof(words), "no answer from smsbox: %s", a->words);
	if (a->may_have_sent) {
		call_end(call, SEND_UNSURE, words, 0);
		return;
	}
	kannel_health_link(s->health, false, words);
	call_end(call, SEND_LATER, words,
		 host_backoff(s->wire->host, &s->wait_ms, RECONNECT_FIRST_MS, RECONNECT_MOST_MS));
}

/* --- a request --- */

/* The escapes are Kannel's: it fills them in when it calls. */
static void add_dlr(struct strbuf *url, struct arena *a, const struct sendsms *s,
		    const struct outgoing *out)
{
	const struct conf_channel *conf = s->channel->conf;
	struct strbuf dlr = strbuf_in(a, URL_MAX);
	char name[RECEIPT_ROW_SIZE];

	if (conf->dlr_url_base[0] != '\0')
		strbuf_addf(&dlr, "%s/dlr", conf->dlr_url_base);
	else
		strbuf_addf(&dlr, "http://%s/dlr", s->channel->core->conf->http_listen);
	receipt_row_format(out->row, out->segment, name);
	url_param(&dlr, "key", bytes_of(conf->secret));
	url_param(&dlr, "row", bytes_of(name));
	strbuf_adds(&dlr, "&id=%I&d=%d&f=%F&a=%A&ts=%T&smsc=%i");
	url_param_number(url, "dlr-mask", DLR_MASK_ALL);
	url_param(url, "dlr-url", strbuf_bytes(&dlr));
}

static int make_url(const struct sendsms *s, const struct outgoing *out, struct arena *a,
		    const char **url_out)
{
	const struct conf_channel *conf = s->channel->conf;
	struct strbuf url = strbuf_in(a, URL_MAX);
	struct bytes text;

	strbuf_adds(&url, conf->sendsms_url);
	url_param(&url, "username", bytes_of(conf->username));
	url_param(&url, "password", bytes_of(conf->password));
	url_param(&url, "to", bytes_cut(out->to, strlen("sms:"), out->to.len));
	url_param(&url, "from", out->from);
	/* Without coding every letter outside GSM-7 becomes a question mark, silently. */
	url_param_number(&url, "coding", out->encoding == SMS_UCS2 ? 2 : 0);
	url_param(&url, "charset", bytes_of("UTF-8"));
	url_param(&url, "text", out->text);
	if (out->udh.len > 0)
		url_param(&url, "udh", out->udh);
	if (conf->smsc[0] != '\0')
		url_param(&url, "smsc", bytes_of(conf->smsc));
	if (out->validity_ms > 0)
		url_param_number(&url, "validity", (out->validity_ms + MINUTE_MS - 1) / MINUTE_MS);
	if (conf->dlr)
		add_dlr(&url, a, s, out);
	*url_out = strbuf_text(&url);
	return strbuf_finish(&url, &text);
}

static struct sms_call *call_new(struct sendsms *s, const struct outgoing *out)
{
	struct sms_call *call = calloc(1, sizeof(*call));

	if (call == NULL)
		return NULL;
	*call = (struct sms_call){ .s = s, .row = out->row, .segment = out->segment };
	call->next = s->calls;
	call->at = &s->calls;
	if (s->calls != NULL)
		s->calls->at = &call->next;
	s->calls = call;
	s->n_calls++;
	return call;
}

void sendsms_send(struct sendsms *s, const struct outgoing *out)
{
	struct host *h = s->wire->host;
	struct arena *a = arena_new(8 * URL_MAX);
	struct sms_call *call = call_new(s, out);
	const char *url;
	int err = ERR_NOMEM;

	if (call == NULL) {
		arena_free(&a);
		wire_result(s->channel, out->row, out->segment, SEND_LATER, err_text(err), 0);
		return;
	}
	if (a != NULL)
		err = make_url(s, out, a, &url);
	if (err == ERR_OK)
		err = transfer_get(s->wire->transfer, url, SEND_DEADLINE_MS, ANSWER_MAX, on_done,
				   call, &call->transfer);
	arena_free(&a);
	if (err != ERR_OK)
		call_end(call, SEND_LATER, err_text(err), 0);
	else
		s->channel->last_out = h->wall(h);
}

/* --- the part --- */

unsigned sendsms_room(const struct sendsms *s)
{
	unsigned window = s->channel->conf->window;
	size_t free_transfers = TRANSFERS_MAX - transfer_count(s->wire->transfer);
	unsigned room = s->n_calls < window ? window - s->n_calls : 0;

	return room < free_transfers ? room : (unsigned)free_transfers;
}

size_t sendsms_under_way(const struct sendsms *s)
{
	return s->n_calls;
}

int sendsms_new(struct channel *c, struct kannel_health *health, struct sendsms **s_out)
{
	struct sendsms *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return ERR_NOMEM;
	*s = (struct sendsms){ .channel = c, .wire = wire_channel(c)->wire, .health = health };
	*s_out = s;
	return ERR_OK;
}

void sendsms_free(struct sendsms **sendsms)
{
	struct sendsms *s = *sendsms;

	if (s == NULL)
		return;
	while (s->calls != NULL) {
		struct sms_call *call = s->calls;

		s->calls = call->next;
		transfer_forget(call->transfer);
		free(call);
	}
	free(s);
	*sendsms = NULL;
}
