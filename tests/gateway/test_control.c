/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the command line asks, and what it is answered, with a daemon and without. */
#include "gateway/flow/control_request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/flow/host_inline.h"
#include "conf/limits.h"
#include "parsers/err.h"
#include "tests/gateway/flow_fixture.h"
#include "tests/tap.h"

#define ANN "+381641234567"

static struct flow_reply reply;

static bool asks(struct flow *f, const char *request, const char *words)
{
	flow_control(f, request, &reply);
	return reply.has_ended && flow_says(&reply, words);
}

static void test_requests(struct flow *f)
{
	/* clang-format off */
	static const struct {
		const char *request, *words, *promise;
	} rows[] = {
		{ "{", "\"exit\":1", "a line that is no JSON fails" },
		{ "[]", "\"exit\":2", "a request that is no object is wrong usage" },
		{ "{\"command\": \"case burn\"}", "no command 'case burn'", "an unknown command is named" },
		{ "{\"command\": \"case show\"}", "usage: odziv case show NUMBER", "a missing word is told the usage" },
		{ "{\"command\": \"case show\", \"words\": [\"1\", \"2\"]}", "\"exit\":2", "as is one too many" },
		{ "{\"command\": \"case show\", \"words\": [1]}", "\"exit\":2", "and one that is no text" },
		{ "{\"command\": \"case list\", \"args\": {\"colour\": \"red\"}}", "\"exit\":2", "and an unknown option" },
		{ "{\"command\": \"case list\", \"args\": {\"limit\": \"27x\"}}", "--limit", "a bad number is named" },
		{ "{\"command\": \"case list\", \"args\": {\"state\": \"asleep\"}}", "--state", "a state that isn't one, too" },
		{ "{\"command\": \"case list\", \"args\": {\"category\": \"XYZ\"}}", "--category", "and a category" },
		{ "{\"command\": \"case list\"}", "{\"exit\":0}", "an empty list is only its end" },
		{ "{\"command\": \"case show\", \"words\": [\"SP-2026-000009\"]}", "no case SP-2026-000009", "a missing case is named" },
		{ "{\"command\": \"case show\", \"words\": [\"nine\"]}", "no case number", "a number that is none, too" },
		{ "{\"command\": \"contact show\", \"words\": [\"+381649999999\"]}", "nobody is known", "nobody is nobody" },
		{ "{\"command\": \"contact show\", \"words\": [\"Ann\"]}", "is no contact", "a name is no contact" },
		{ "{\"command\": \"contact forget\", \"words\": [\"+381641234567\"]}", "can't erase yet", "erasure says that it comes later" },
		{ "{\"command\": \"outbox show\", \"words\": [\"x\"]}", "is no id", "an id is a number" },
		{ "{\"command\": \"quarantine show\", \"words\": [\"7\"]}", "holds no 7", "an empty quarantine holds nothing" },
		{ "{\"command\": \"restore\", \"words\": [\"/tmp/x\"]}", "stop odzivd first", "restore needs the store alone" },
		{ "{\"command\": \"compact\"}", "stop odzivd first", "and so does compact" },
		{ "{\"command\": \"backup\", \"words\": [\"here\"]}", "full path", "the daemon stands in another folder" },
		{ "{\"command\": \"dump\", \"words\": [\"nothing\"]}", "no table 'nothing'", "a missing table is named" },
		{ "{\"command\": \"balance\", \"args\": {\"from\": \"2026-02-30\"}}", "--from", "a day that isn't one is named" },
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		ok(asks(f, rows[i].request, rows[i].words), "%s", rows[i].promise);
}

static void test_cases(struct flow *f)
{
	struct flow_answer a;

	flow_text(f, ANN, "Pukla cev u Svetosavskoj 14, Nova Pazova", &a);
	flow_settle(f);
	ok(asks(f, "{\"command\": \"case list\"}", "{\"row\":{\"number\":\"SP-2026-000001\""),
	   "a case stands in the list");
	ok(asks(f,
		"{\"command\": \"case list\", \"args\": {\"category\": \"vod\", \"limit\": \"5\"}}",
		"SP-2026-000001"),
	   "and in that of its category, however that is typed");
	ok(asks(f, "{\"command\": \"case search\", \"words\": [\"Svetosavska\"]}",
		"SP-2026-000001"),
	   "a search finds it by its place");
	ok(asks(f, "{\"command\": \"case show\", \"words\": [\"SP-2026-000001\"]}", "\"log\":["),
	   "show has its trail");
	ok(asks(f,
		"{\"command\": \"case answer\", \"words\": [\"SP-2026-000001\", \"Dolazimo "
		"sutra.\"]}",
		"\"what\":\"answer\""),
	   "an answer shows the case with it");
	ok(strstr(f->sent[f->n_sent - 1].text, "Dolazimo sutra") != NULL, "and leaves at once");
	ok(asks(f,
		"{\"command\": \"case close\", \"words\": [\"SP-2026-000001\", \"popravljeno\"]}",
		"\"state\":\"closed\""),
	   "a case is closed with a reason");
	ok(asks(f, "{\"command\": \"case new\", \"words\": [\"" ANN "\",\"Ne radi rasveta\"]}",
		"SP-2026-000002"),
	   "a case by word of mouth is a case");
	ok(asks(f, "{\"command\": \"outbox list\", \"args\": {\"state\": \"sent\"}}",
		"\"kind\":\"ack\""),
	   "replies are listed by state");
	ok(asks(f, "{\"command\": \"contact show\", \"words\": [\"064 123 45 67\"]}", "sms:" ANN),
	   "a contact is found as people write its number");
	ok(asks(f, "{\"command\": \"balance\"}", "\"balanced\":true"), "the balance is balanced");
	ok(asks(f,
		"{\"command\": \"balance\", \"args\": {\"from\": \"2026-11-24\", \"to\": "
		"\"2026-11-24\"}}",
		"\"sms\":1"),
	   "also of one day, which belongs to it");
	ok(asks(f, "{\"command\": \"balance\", \"args\": {\"to\": \"2026-11-23\"}}", "\"sms\":0"),
	   "and not of the days before");
}

static void test_trail(struct flow *f)
{
	ok(asks(f, "{\"command\": \"dump\", \"words\": [\"access\"]}", "case show SP-2026-000001"),
	   "who showed a case is noted");
	ok(flow_says(&reply, "jelena"), "with the name");
	ok(flow_says(&reply, "case list") && flow_says(&reply, "case answer SP-2026-000001"),
	   "lists and answers, too");
	ok(flow_says(&reply, "dump access"), "and this look itself");
	ok(strstr(reply.lines, ANN) == NULL, "without an address");
	f->fail_next = ERR_STORE_FULL;
	ok(asks(f, "{\"command\": \"case list\"}", "can't be noted"),
	   "what can't be noted isn't shown");
	ok(strstr(reply.lines, "SP-2026") == NULL, "not in part either");
}

static void test_whole(struct flow *f)
{
	struct db_space space = db_space(f->hall.store.db);
	char map[64];

	ok(asks(f, "{\"command\": \"status\"}", "\"daemon\":true"),
	   "status knows that a daemon runs");
	ok(flow_says(&reply, "\"name\":\"phones\",\"type\":\"simulator\",\"state\":\"up\""),
	   "and its channels");
	ok(flow_says(&reply, "\"intake\":\"open\""), "and that intake is open");
	snprintf(map, sizeof(map), "\"map_bytes\":%llu", (unsigned long long)space.map_bytes);
	ok(flow_says(&reply, map), "and the map");
	ok(flow_says(&reply, "\"alarms\":["), "and the alarms");
	ok(asks(f, "{\"command\": \"verify\"}", "\"ok\":true"), "verify finds nothing");
	ok(asks(f, "{\"command\": \"rebuild\"}", "{\"exit\":0}"),
	   "the derived tables are made anew");
	ok(f->core.is_open, "and intake is open again");
	ok(flow_passed(f, "rebuild-slice") > 1, "slice by slice");
	ok(asks(f, "{\"command\": \"verify\"}", "\"ok\":true"), "verify finds nothing afterwards");
}

static void on_rebuilt(int err, void *ctx)
{
	*(int *)ctx = err;
}

static void test_rebuild_again(struct flow *f)
{
	int err = ERR_BUSY;

	f->fail_next = ERR_CORRUPT;
	ok(asks(f, "{\"command\": \"rebuild\"}", "can't be read"), "a rebuild fails for good");
	ok(!f->core.is_open && flow_alarm(f, "store-not-ready") != NULL,
	   "intake stays shut, and an alarm says so");
	core_rebuild(&f->core, on_rebuilt, &err);
	ok(asks(f, "{\"command\": \"rebuild\"}", "made ready already"),
	   "two at a time are one too many");
	is_int(err, ERR_OK, "but the first isn't disturbed");
	ok(f->core.is_open && flow_alarm(f, "store-not-ready") == NULL,
	   "the next one is begun without a restart, and opens intake");
	flow_stop(f);
	f->fail_next = ERR_CORRUPT;
	flow_start(f);
	ok(!f->core.is_open && !f->is_open, "a start fails for good");
	ok(asks(f, "{\"command\": \"rebuild\"}", "{\"exit\":0}"), "a rebuild mends that as well");
	ok(f->core.is_open && f->is_open && f->n_starts > 1, "and ends the start: all is open");
}

static void test_backup(struct flow *f)
{
	char request[700], manifest[600];
	FILE *file;

	snprintf(request, sizeof(request), "{\"command\": \"backup\", \"words\": [\"%s/backup\"]}",
		 temp_dir());
	ok(asks(f, request, "{\"exit\":0}"), "a backup is made while the daemon runs");
	snprintf(manifest, sizeof(manifest), "%s/backup/manifest.json", temp_dir());
	file = fopen(manifest, "r");
	ok(file != NULL, "with a manifest");
	if (file != NULL)
		fclose(file);
	is_int(flow_passed(f, "backup"), 2, "the point of a backup is passed before and after");
	ok(asks(f, request, "\"exit\":1"), "a second one into the same folder is refused");
}

static void test_phone(struct flow *f)
{
	flow_control(f,
		     "{\"command\": \"phone\", \"words\": [\"" ANN
		     "\", \"STATUS\"], \"args\": {\"wait\": \"3\"}}",
		     &reply);
	ok(!reply.has_ended, "a phone waits");
	ok(flow_says(&reply, "{\"row\":{\"at\":"), "and shows what comes as it comes");
	flow_pass(f, 4000);
	ok(reply.has_ended && flow_says(&reply, "{\"exit\":0}"), "until its wait is over");
	ok(asks(f, "{\"command\": \"phone\", \"words\": [\"Ann\", \"x\"]}", "no phone number"),
	   "a name is no phone");
	ok(f->ears == NULL, "then nobody listens");
	flow_control(f, "{\"command\": \"phone\", \"words\": [\"" ANN "\"]}", &reply);
	flow_stop(f);
	ok(reply.has_ended && flow_says(&reply, "stopping"), "a stop ends what waits");
}

struct inline_reply {
	size_t n_lines;
	char last[256];
};

static void on_line(struct bytes line, bool last, void *ctx)
{
	struct inline_reply *r = ctx;

	r->n_lines++;
	if (last)
		snprintf(r->last, sizeof(r->last), "%.*s", PRI_BYTES(line));
}

static void on_progress_line(struct bytes line, bool last, void *ctx)
{
	(void)last;
	on_line(line, true, ctx);
}

static void test_inline(struct flow *f)
{
	struct core core = { 0 };
	struct host *h = host_inline_new(&f->hall.store);
	struct inline_reply r = { 0 };

	is_int(core_start(&core, h, &f->hall.store, conf_hold(f->hall.conf), NULL, NULL, false),
	       ERR_OK, "without a daemon the same table starts");
	control_run(&core, bytes_of("{\"command\": \"case list\"}"), "root", on_line, &r);
	is_int((long long)r.n_lines, 3, "and has answered when it returns: two cases and the end");
	is_text(bytes_of(r.last), "{\"exit\":0}", "which is good");
	control_run(&core, bytes_of("{\"command\": \"phone\", \"words\": [\"+381641234567\"]}"),
		    "root", on_line, &r);
	ok(strstr(r.last, "needs odzivd") != NULL, "a phone needs a daemon");
	control_run(&core, bytes_of("{\"command\": \"rebuild\"}"), "root", on_line, &r);
	is_text(bytes_of(r.last), "{\"exit\":0}", "a rebuild runs to its end");
	core_stop(&core);
	host_inline_free(&h);
}

/* Long work says how far it is, but not for each row. */
static void test_progress(struct flow *f)
{
	struct core core = { .host = host_inline_new(&f->hall.store) };
	struct inline_reply r = { 0 };
	struct control c = { .core = &core, .fn = on_progress_line, .fn_ctx = &r };

	for (uint64_t row = 1000; row <= 9000; row += 1000)
		control_progress("message", row, 0, &c);
	is_int((long long)r.n_lines, 1, "who waits hears how far it is, at most once a second");
	is_text(bytes_of(r.last), "{\"progress\":\"message: 1000\"}", "in words");
	c.progress.next_ms = 0;
	control_progress("backup", 1, 4, &c);
	is_text(bytes_of(r.last), "{\"progress\":\"backup: 25 %\"}",
		"and in a share where the whole is known");
	host_inline_free(&core.host);
}

/* Half of the readers stay for lists and for the look at the space, without which intake stands. */
static void test_long_ones(struct flow *f)
{
	f->core.n_long = LONG_QUERIES_MAX;
	flow_control(f, "{\"command\":\"verify\"}", &reply);
	ok(reply.has_ended && flow_says(&reply, "under way"),
	   "a third check at the same time is refused in words");
	f->core.n_long = 0;
	flow_control(f, "{\"command\":\"verify\"}", &reply);
	ok(flow_says(&reply, "\"ok\":true"), "when there is a reader for it it is made");
	flow_control(f, "{\"command\":\"backup\",\"words\":[\"relative\"]}", &reply);
	is_int((long long)f->core.n_long, 0, "and what has ended, well or not, is counted no more");
}

int main(void)
{
	struct flow *f = calloc(1, sizeof(*f));

	plan(0);
	flow_open(f, NULL);
	test_requests(f);
	test_cases(f);
	test_trail(f);
	test_whole(f);
	test_rebuild_again(f);
	test_backup(f);
	test_long_ones(f);
	test_phone(f);
	test_inline(f);
	test_progress(f);
	ok(hall_is_sound(&f->hall), "verify finds nothing");
	hall_close(&f->hall);
	free(f);
	return done_testing();
}
