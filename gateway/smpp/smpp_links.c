/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/smpp/smpp_links.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "conf/smpp_words.h"
#include "gateway/flow/core.h"
#include "parsers/err.h"

/* An earlier SMSC that has stood for so long is one that works again: the later one is left. */
#define RETURN_AFTER_MS (10 * SECOND_MS)
/* SMSCs that have connected to us. */
#define CALLED_MAX 4
#define NAME_SIZE  280

struct link {
	struct smpp_session *session; /* NULL: a free place for who connects to us */
	size_t smsc;
	char name[NAME_SIZE];
};

struct smpp_links {
	struct smpp_network *network;
	struct channel *channel;
	const struct smpp_session_events *events;
	void *ctx;
	struct smpp_endpoint smscs[CONF_SMSCS_MAX];
	size_t n_smscs;
	struct link *links; /* by SMSC; behind them CALLED_MAX places */
	size_t n_links;
	struct smpp_listener *listener;
	char no_listener[SMPP_WORDS_SIZE]; /* why; "": none is wanted, or it is there */
	struct timer return_timer;
	bool is_leaving;
};

static struct link *called(const struct smpp_links *l)
{
	return l->links + l->n_links;
}

/* --- how SMSCs are --- */

static bool of_smsc(const struct link *link, size_t smsc)
{
	return link->session != NULL && link->smsc == smsc;
}

/* It can be sent to, and heard. */
static bool works(const struct smpp_links *l, size_t smsc)
{
	bool sends = false, receives = false;

	for (size_t i = 0; i < l->n_links; i++) {
		const struct smpp_session *s = l->links[i].session;

		if (!of_smsc(&l->links[i], smsc) || !smpp_session_is_up(s))
			continue;
		sends = sends || smpp_session_sends(s);
		receives = receives || smpp_session_receives(s);
	}
	return sends && receives;
}

/* None of its links can be used, and one was tried again in vain. */
static bool is_out(const struct smpp_links *l, size_t smsc)
{
	for (size_t i = 0; i < l->n_links; i++) {
		if (of_smsc(&l->links[i], smsc) && !smpp_session_is_up(l->links[i].session) &&
		    smpp_session_failures(l->links[i].session) > 0)
			return !works(l, smsc);
	}
	return false;
}

/* The first that works or may yet. */
static size_t last_wanted(const struct smpp_links *l)
{
	size_t smsc = 0;

	while (smsc + 1 < l->n_smscs && !works(l, smsc) && is_out(l, smsc))
		smsc++;
	return smsc;
}

/* The first that works; n_smscs: none does. */
static size_t in_use(const struct smpp_links *l)
{
	size_t smsc = 0;

	while (smsc < l->n_smscs && !works(l, smsc))
		smsc++;
	return smsc;
}

/* Since when all that it needs is bound. */
static struct mono works_since(const struct smpp_links *l, size_t smsc)
{
	struct mono since = { 0 };

	for (size_t i = 0; i < l->n_links; i++) {
		struct mono at = smpp_session_bound_at(l->links[i].session);

		if (of_smsc(&l->links[i], smsc) && smpp_session_is_up(l->links[i].session) &&
		    at.ms > since.ms)
			since = at;
	}
	return since;
}

/* --- which are wanted --- */

static bool is_idle(const struct link *link)
{
	return smpp_session_state(link->session) == SESSION_IDLE;
}

static void start_wanted(struct smpp_links *l, size_t last)
{
	for (size_t i = 0; i < l->n_links; i++) {
		if (l->links[i].smsc <= last)
			smpp_session_start(l->links[i].session);
	}
}

static void leave_others(struct smpp_links *l, size_t last)
{
	struct host *h = l->channel->core->host;
	int64_t wait = works_since(l, last).ms + RETURN_AFTER_MS - h->mono(h).ms;
	bool are_there = false;

	if (!works(l, last))
		return;
	for (size_t i = 0; i < l->n_links; i++) {
		if (l->links[i].smsc <= last || is_idle(&l->links[i]))
			continue;
		are_there = true;
		if (wait <= 0)
			smpp_session_leave(l->links[i].session);
	}
	if (are_there && wait > 0)
		host_timer_in(h, &l->return_timer, wait);
}

static void drop_called(struct smpp_links *l)
{
	for (size_t i = 0; i < CALLED_MAX; i++) {
		struct link *link = &called(l)[i];

		if (link->session != NULL && is_idle(link))
			smpp_session_free(&link->session);
	}
}

void smpp_links_steer(struct smpp_links *l)
{
	size_t last = last_wanted(l);

	drop_called(l);
	if (l->is_leaving)
		return;
	start_wanted(l, last);
	leave_others(l, last);
}

static void on_return(struct timer *timer)
{
	smpp_links_steer(CONTAINER_OF(timer, struct smpp_links, return_timer));
}

/* --- who connects to us --- */

static bool is_peer(const struct conf_smpp *conf, const char *peer)
{
	for (size_t i = 0; i < conf->n_outbind_peers; i++) {
		if (strcmp(conf->outbind_peers[i], peer) == 0)
			return true;
	}
	return false;
}

static int new_called(struct smpp_links *l, struct link *link, const char *peer)
{
	const struct smpp_session_what what = {
		.network = l->network,
		.host = l->channel->core->host,
		.conf = &l->channel->conf,
		.host_name = "",
		.bind = SMPP_BIND_RECEIVER,
		.name = link->name,
	};

	snprintf(link->name, sizeof(link->name), "outbind %s", peer);
	return smpp_session_new(&what, l->events, l->ctx, &link->session);
}

static void on_call(void *ctx, struct smpp_stream *stream, const char *peer)
{
	struct smpp_links *l = ctx;
	struct link *link = called(l);
	size_t i = 0;

	while (i < CALLED_MAX && link[i].session != NULL)
		i++;
	if (is_peer(&l->channel->conf->smpp, peer) && i < CALLED_MAX && !l->is_leaving &&
	    new_called(l, &link[i], peer) == ERR_OK) {
		log_info("smpp", "chan=%s link=\"%s\" event=called", l->channel->conf->name,
			 link[i].name);
		smpp_session_called(link[i].session, &stream);
		return;
	}
	log_warning("smpp", "chan=%s event=hung_up_on peer=%s words=\"%s\"", l->channel->conf->name,
		    peer, i < CALLED_MAX ? "it isn't one of outbind_peers" : "too many are there");
	l->network->close(&stream);
}

static void listen_for_outbind(struct smpp_links *l)
{
	const char *address = l->channel->conf->smpp.outbind_listen;
	char why[SMPP_WORDS_SIZE / 2] = "this network can't";
	int err = ERR_INVALID;

	if (address == NULL || address[0] == '\0')
		return;
	if (l->network->listen != NULL)
		err = l->network->listen(l->network, address, on_call, l, &l->listener, why,
					 sizeof(why));
	if (err == ERR_OK)
		return;
	snprintf(l->no_listener, sizeof(l->no_listener), "nobody can listen at outbind_listen: %s",
		 err == ERR_INVALID ? why : err_text(err));
	log_error("smpp", "chan=%s event=not_listening why=\"%s\"", l->channel->conf->name, why);
}

/* --- out --- */

unsigned smpp_links_room(struct smpp_links *l)
{
	size_t smsc = in_use(l);
	unsigned room = 0;

	for (size_t i = 0; i < l->n_links; i++) {
		if (of_smsc(&l->links[i], smsc))
			room += smpp_session_room(l->links[i].session);
	}
	return room;
}

struct smpp_session *smpp_links_pick(struct smpp_links *l)
{
	size_t smsc = in_use(l);
	struct smpp_session *best = NULL;
	unsigned most = 0;

	for (size_t i = 0; i < l->n_links; i++) {
		unsigned room =
			of_smsc(&l->links[i], smsc) ? smpp_session_room(l->links[i].session) : 0;

		if (room > most) {
			most = room;
			best = l->links[i].session;
		}
	}
	return best;
}

/* --- all of them --- */

void smpp_links_leave(struct smpp_links *l)
{
	l->is_leaving = true;
	if (l->listener != NULL)
		l->network->unlisten(&l->listener);
	for (size_t i = 0; i < l->n_links + CALLED_MAX; i++) {
		if (l->links[i].session != NULL)
			smpp_session_leave(l->links[i].session);
	}
}

void smpp_links_pause(struct smpp_links *l, bool is_paused)
{
	for (size_t i = 0; i < l->n_links + CALLED_MAX; i++) {
		if (l->links[i].session != NULL)
			smpp_session_pause(l->links[i].session, is_paused);
	}
}

size_t smpp_links_open(const struct smpp_links *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n_links; i++)
		n += smpp_session_open(l->links[i].session);
	return n;
}

size_t smpp_links_connected(const struct smpp_links *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n_links + CALLED_MAX; i++) {
		const struct smpp_session *s = l->links[i].session;

		n += s != NULL && smpp_session_connection(s) != 0;
	}
	return n;
}

const char *smpp_links_smsc(const struct smpp_links *l, const struct smpp_session *s)
{
	for (size_t i = 0; i < l->n_links + CALLED_MAX; i++) {
		if (l->links[i].session == s)
			return i < l->n_links ? l->channel->conf->smpp.smscs[l->links[i].smsc]
					      : l->links[i].name;
	}
	return "";
}

/* --- what is shown --- */

void smpp_links_state(const struct smpp_links *l, struct smpp_links_state *state_out)
{
	size_t smsc = in_use(l);
	unsigned n = 0, n_up = 0;

	*state_out = (struct smpp_links_state){ 0 };
	if (smsc == l->n_smscs)
		return;
	for (size_t i = 0; i < l->n_links; i++) {
		const struct smpp_session *s = l->links[i].session;
		bool is_up = of_smsc(&l->links[i], smsc) && smpp_session_is_up(s);

		n += of_smsc(&l->links[i], smsc);
		n_up += is_up;
		state_out->n_sending += is_up && smpp_session_sends(s);
	}
	state_out->is_whole = smsc == 0 && n_up == n;
	if (smsc > 0)
		snprintf(state_out->words, sizeof(state_out->words),
			 "the first SMSC doesn't work; %.100s does",
			 l->channel->conf->smpp.smscs[smsc]);
	else
		snprintf(state_out->words, sizeof(state_out->words), "%u of %u links are bound",
			 n_up, n);
}

static size_t add_fault(const char **list, size_t n, size_t max, const char *words)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(list[i], words) == 0)
			return n;
	}
	if (words[0] != '\0' && n < max)
		list[n++] = words;
	return n;
}

size_t smpp_links_faults(const struct smpp_links *l, const char **list_out, size_t max)
{
	size_t n = add_fault(list_out, 0, max, l->no_listener);

	for (size_t i = 0; i < l->n_links; i++)
		n = add_fault(list_out, n, max, smpp_session_refusal(l->links[i].session));
	return n;
}

bool smpp_links_describe(struct smpp_links *l, size_t i, struct channel_link *link_out)
{
	for (size_t at = 0; at < l->n_links + CALLED_MAX; at++) {
		if (l->links[at].session == NULL || i-- > 0)
			continue;
		smpp_session_describe(l->links[at].session, link_out);
		return true;
	}
	return false;
}

/* --- the part --- */

static int add_link(struct smpp_links *l, size_t smsc, unsigned n, enum smpp_id bind)
{
	struct link *link = &l->links[l->n_links];
	const struct smpp_session_what what = {
		.network = l->network,
		.host = l->channel->core->host,
		.conf = &l->channel->conf,
		.host_name = l->smscs[smsc].host,
		.port = l->smscs[smsc].port,
		.bind = bind,
		.name = link->name,
	};
	int err;

	link->smsc = smsc;
	snprintf(link->name, sizeof(link->name), "%s/%u", l->channel->conf->smpp.smscs[smsc], n);
	err = smpp_session_new(&what, l->events, l->ctx, &link->session);
	l->n_links += err == ERR_OK;
	return err;
}

static int add_links(struct smpp_links *l)
{
	const struct conf_smpp *conf = &l->channel->conf->smpp;
	bool are_pairs = conf->bind == BIND_PAIRS;
	int err = ERR_OK;

	for (size_t smsc = 0; smsc < conf->n_smscs && err == ERR_OK; smsc++) {
		err = smpp_words_endpoint(bytes_of(conf->smscs[smsc]), &l->smscs[smsc]);
		l->n_smscs += err == ERR_OK;
		for (unsigned n = 1; n <= conf->links && err == ERR_OK; n++) {
			err = add_link(l, smsc, n,
				       are_pairs ? SMPP_BIND_TRANSMITTER : SMPP_BIND_TRANSCEIVER);
			if (err == ERR_OK && are_pairs)
				err = add_link(l, smsc, n, SMPP_BIND_RECEIVER);
		}
	}
	return err;
}

int smpp_links_new(struct smpp_network *network, struct channel *c,
		   const struct smpp_session_events *events, void *ctx, struct smpp_links **l_out)
{
	struct smpp_links *l = calloc(1, sizeof(*l));
	size_t most = c->conf->smpp.n_smscs * c->conf->smpp.links * 2 + CALLED_MAX;
	int err;

	if (l == NULL)
		return ERR_NOMEM;
	l->network = network;
	l->channel = c;
	l->events = events;
	l->ctx = ctx;
	l->return_timer.fire = on_return;
	l->links = calloc(most, sizeof(*l->links));
	err = l->links == NULL ? ERR_NOMEM : add_links(l);
	if (err != ERR_OK) {
		smpp_links_free(&l);
		return err;
	}
	listen_for_outbind(l);
	*l_out = l;
	return ERR_OK;
}

void smpp_links_free(struct smpp_links **links)
{
	struct smpp_links *l = *links;

	if (l == NULL)
		return;
	*links = NULL;
	host_timer_stop(l->channel->core->host, &l->return_timer);
	if (l->listener != NULL)
		l->network->unlisten(&l->listener);
	for (size_t i = 0; l->links != NULL && i < l->n_links + CALLED_MAX; i++)
		smpp_session_free(&l->links[i].session);
	free(l->links);
	free(l);
}
