/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/wire/pages.h"

#include <inttypes.h>
#include <stddef.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "gateway/flow/alarms.h"
#include "parsers/err.h"
#include "parsers/json.h"
#include "parsers/strbuf.h"

#define PAGE_MAX (64 * KIB)
static const char json_type[] = "application/json";
static const char metrics_type[] = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/* --- health --- */

static struct json *channels_of(const struct core *core)
{
	struct json *list = json_array();

	for (size_t i = 0; i < core->n_channels; i++) {
		struct json *c = json_object();

		json_put_str(c, "name", core->channels[i]->conf->name);
		json_put_str(c, "state", channel_state_text(core->channels[i]->state));
		json_append_take(list, &c);
	}
	return list;
}

static struct json *alarms_of(const struct core *core)
{
	struct json *list = json_array();

	for (size_t i = 0; i < alarms_count(core->alarms); i++) {
		struct json *name = json_text(bytes_of(alarms_at(core->alarms, i)->name));

		json_append_take(list, &name);
	}
	return list;
}

static struct json *health_of(const struct pages *p, bool *is_ok_out)
{
	const struct core *core = p->wire->core;
	struct json *j = json_object();
	struct host_uv_load load;
	const char *why = NULL;
	bool is_open = intake_is_open(core->intake, &why);
	struct json *channels = channels_of(core);
	struct json *alarms = alarms_of(core);

	host_uv_load(p->host, &load);
	*is_ok_out = is_open && load.oldest_ms < STORE_SLOW_MS && !p->wire->is_stopping;
	json_put_bool(j, "ok", *is_ok_out);
	json_put_str(j, "intake", is_open ? "open" : "stopped");
	json_put_str(j, "why", is_open ? NULL : why);
	json_put_int(j, "store_wait_ms", load.oldest_ms);
	json_put_take(j, "channels", &channels);
	json_put_take(j, "alarms", &alarms);
	return j;
}

void pages_health(struct http_request *r, void *pages)
{
	struct arena *a = arena_new(PAGE_MAX);
	bool is_ok = false;
	struct json *j = health_of(pages, &is_ok);
	struct strbuf page = strbuf_in(a, PAGE_MAX);
	struct bytes line;

	if (a == NULL || json_line(j, a, &line) != ERR_OK) {
		http_answer(r, 503, NULL, BYTES_NONE);
	} else {
		strbuf_add(&page, line);
		strbuf_addc(&page, '\n');
		http_answer(r, is_ok ? 200 : 503, json_type, strbuf_bytes(&page));
	}
	json_free(&j);
	arena_free(&a);
}

/* --- metrics --- */

static void family(struct strbuf *p, const char *name, const char *type, const char *help)
{
	strbuf_addf(p, "# TYPE odziv_%s %s\n# HELP odziv_%s %s\n", name, type, name, help);
}

static void single(struct strbuf *p, const char *name, const char *type, const char *help,
		   uint64_t value)
{
	family(p, name, type, help);
	strbuf_addf(p, "odziv_%s%s %" PRIu64 "\n", name, type[0] == 'c' ? "_total" : "", value);
}

/* Counters of a channel: one family a row. */
static const struct {
	const char *name, *help;
	size_t at;
} channel_counters[] = {
	/* clang-format off */
	{ "messages_received", "Messages handed to intake.",                    offsetof(struct channel_counts, received) },
	{ "messages_kept",     "Frames and requests acknowledged after their commit.", offsetof(struct channel_counts, kept) },
	{ "messages_retried",  "Times that intake said try again.",             offsetof(struct channel_counts, retried) },
	{ "receipts",          "Delivery receipts.",                            offsetof(struct channel_counts, receipts) },
	{ "segments_sent",     "Segments that the network took.",               offsetof(struct channel_counts, sent) },
	{ "segments_later",    "Segments to be sent again later.",              offsetof(struct channel_counts, later) },
	{ "segments_failed",   "Segments refused for good.",                    offsetof(struct channel_counts, failed) },
	{ "segments_unsure",   "Segments without an answer.",                   offsetof(struct channel_counts, unsure) },
	{ "link_connects",     "Connections made.",                             offsetof(struct channel_counts, connects) },
	/* clang-format on */
};

static void add_channels(struct strbuf *p, const struct core *core)
{
	for (size_t i = 0; i < ARRAY_LEN(channel_counters); i++) {
		family(p, channel_counters[i].name, "counter", channel_counters[i].help);
		for (size_t c = 0; c < core->n_channels; c++) {
			const char *counts = (const char *)&core->channels[c]->counts;

			/* A section's name is letters, digits, - and _: nothing to escape. */
			strbuf_addf(
				p, "odziv_%s_total{channel=\"%s\"} %" PRIu64 "\n",
				channel_counters[i].name, core->channels[c]->conf->name,
				*(const uint64_t *)(const void *)(counts + channel_counters[i].at));
		}
	}
	family(p, "channel_up", "gauge", "1 up, 0.5 degraded, 0 down.");
	for (size_t c = 0; c < core->n_channels; c++)
		strbuf_addf(p, "odziv_channel_up{channel=\"%s\"} %s\n",
			    core->channels[c]->conf->name,
			    core->channels[c]->state == CHANNEL_UP     ? "1"
			    : core->channels[c]->state == CHANNEL_DOWN ? "0"
								       : "0.5");
}

static uint64_t link_is_up(const struct channel_link *link)
{
	return link->is_up;
}

static uint64_t link_window(const struct channel_link *link)
{
	return link->window;
}

static uint64_t link_window_used(const struct channel_link *link)
{
	return link->window_used;
}

static uint64_t link_is_throttled(const struct channel_link *link)
{
	return link->is_throttled;
}

static uint64_t link_throttles(const struct channel_link *link)
{
	return link->n_throttled;
}

/* What a link shows: one family a row. */
static const struct {
	const char *name, *type, *help;
	uint64_t (*value)(const struct channel_link *link);
} link_families[] = {
	/* clang-format off */
	{ "link_up",          "gauge",   "1 when the link is bound.",              link_is_up },
	{ "link_window",      "gauge",   "Segments that it may have unanswered.",  link_window },
	{ "link_window_used", "gauge",   "Segments that are unanswered.",          link_window_used },
	{ "link_throttled",   "gauge",   "1 while its other side is too slow for us.", link_is_throttled },
	{ "link_throttles",   "counter", "Segments that its other side was too slow for.", link_throttles },
	/* clang-format on */
};

static void add_links(struct strbuf *p, const struct channel *c, size_t family_at)
{
	bool is_counter = link_families[family_at].type[0] == 'c';
	struct channel_link link;

	/* A link's name is a host, a port and a number: nothing to escape. */
	for (size_t i = 0; c->ops->link != NULL && c->ops->link(c, i, &link); i++)
		strbuf_addf(p, "odziv_%s%s{channel=\"%s\",link=\"%s\",role=\"%s\"} %" PRIu64 "\n",
			    link_families[family_at].name, is_counter ? "_total" : "",
			    c->conf->name, link.name, link.role,
			    link_families[family_at].value(&link));
}

static void add_all_links(struct strbuf *p, const struct core *core)
{
	for (size_t i = 0; i < ARRAY_LEN(link_families); i++) {
		family(p, link_families[i].name, link_families[i].type, link_families[i].help);
		for (size_t c = 0; c < core->n_channels; c++)
			add_links(p, core->channels[c], i);
	}
}

static void add_http(struct strbuf *p, const struct http_server *server)
{
	struct http_load load;

	http_server_load(server, &load);
	single(p, "http_connections", "gauge", "Open connections.", load.connections);
	single(p, "http_requests", "gauge", "Requests that have begun and aren't over.",
	       load.requests);
	single(p, "http_held", "gauge", "Requests that wait for their commit.", load.held);
	single(p, "http_held_most", "gauge", "Most of them at once since the start.",
	       load.held_most);
	single(p, "http_slow", "counter", "Connections ended because a request took too long.",
	       load.slow);
	family(p, "http_answers", "counter", "Answers by status.");
	for (size_t i = 0; i < load.n_answers; i++)
		strbuf_addf(p, "odziv_http_answers_total{status=\"%u\"} %" PRIu64 "\n",
			    load.answers[i].status, load.answers[i].n);
}

static void add_all(struct strbuf *p, const struct pages *pages)
{
	const struct core *core = pages->wire->core;
	struct host_uv_load load;

	host_uv_load(pages->host, &load);
	family(p, "build", "info", "What runs.");
	strbuf_adds(p, "odziv_build_info{version=\"" PACKAGE_VERSION "\"} 1\n");
	single(p, "intake_open", "gauge", "Whether messages are taken.",
	       intake_is_open(core->intake, NULL));
	single(p, "alarms", "gauge", "What a person must know of.", alarms_count(core->alarms));
	single(p, "jobs_waiting", "gauge", "Writes that wait for their commit.", load.jobs);
	single(p, "batches_done", "counter", "Times that writes came back from the store.",
	       load.batches_done);
	single(p, "store_wait_milliseconds", "gauge", "How long the store hasn't answered.",
	       (uint64_t)load.oldest_ms);
	single(p, "queries_waiting", "gauge", "Reads that wait or run.", load.queries);
	single(p, "queries_done", "counter", "Reads that came back.", load.queries_done);
	add_channels(p, core);
	add_all_links(p, core);
	add_http(p, pages->wire->http);
	single(p, "log_lines_lost", "counter", "Log lines that couldn't be written.", log_lost());
	strbuf_adds(p, "# EOF\n");
}

void pages_metrics(struct http_request *r, void *pages)
{
	struct arena *a = arena_new(4 * PAGE_MAX);
	struct strbuf page = strbuf_in(a, PAGE_MAX);

	if (a != NULL)
		add_all(&page, pages);
	if (a == NULL || strbuf_err(&page) != ERR_OK)
		http_answer(r, 503, NULL, BYTES_NONE);
	else
		http_answer(r, 200, metrics_type, strbuf_bytes(&page));
	arena_free(&a);
}
