/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/kannel_status.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/err.h"
#include "parsers/strbuf.h"
#include "tests/tap.h"

static struct arena *a;
static struct kannel_status s;

static int parse(const char *xml)
{
	arena_reset(a);
	memset(&s, 0, sizeof(s));
	return kannel_status_parse(bytes_of(xml), a, &s);
}

static void test_recorded(void)
{
	size_t len;
	char *xml = read_source_file("tests/fuzz/corpus/kannel_status/one_box", &len);

	is_int(parse(xml), ERR_OK, "the status of a Kannel 1.4.5 is read");
	ok(s.is_running && !s.is_denied, "it runs");
	is_text(s.version, "Kannel bearerbox version `1.4.5'.", "the version is its first line");
	ok(s.storesize == 0 && s.sms_received == 0 && s.sms_sent_queued == 0 && s.dlr_queued == 0,
	   "numbers are numbers");
	is_text(s.dlr_storage, "spool", "receipts are kept on disk");
	ok(s.n_boxes == 1 && bytes_is(s.boxes[0].type, "smsbox") && s.boxes[0].id.ptr == NULL &&
		   s.boxes[0].queue == 0 && bytes_is(s.boxes[0].ip, "127.0.0.1") &&
		   bytes_starts(s.boxes[0].status, "on-line"),
	   "one box without a name");
	ok(s.n_smscs == 1 && bytes_is(s.smscs[0].id, "FAKE") &&
		   bytes_is(s.smscs[0].status, "connecting") && !s.smscs[0].is_online &&
		   s.smscs[0].failed == 0 && s.smscs[0].queued == 0,
	   "one SMSC, not there yet");
	free(xml);
}

static void test_others(void)
{
	ok(parse("<gateway>\nDenied</gateway>") == ERR_OK && s.is_denied && !s.is_running,
	   "a wrong password is denied");
	ok(parse("<gateway><status>isolated, uptime 1d</status></gateway>") == ERR_OK &&
		   !s.is_running && s.storesize == -1 && s.n_boxes == 0,
	   "isolated isn't running; what isn't said is -1");
	ok(parse("<gateway><status>running</status><smscs><smsc><id>A</id><status>online "
		 "16s</status></smsc>"
		 "<smsc><id>B</id><status>re-connecting</status><failed>x</failed></smsc></smscs></"
		 "gateway>") == ERR_OK &&
		   s.n_smscs == 2 && s.smscs[0].is_online && !s.smscs[1].is_online &&
		   s.smscs[1].failed == -1 && s.smscs[1].queued == -1,
	   "each SMSC has its own state");
	ok(parse("<gateway><boxes><box><status>on-line</status></box></boxes></gateway>") ==
		   ERR_INVALID,
	   "a box's status is not Kannel's");
	is_int(parse("<html><body>404</body></html>"), ERR_INVALID, "another page is no status");
	is_int(parse("<gateway><status>running</status>"), ERR_INVALID,
	       "a status that is cut is none");
	is_int(parse(""), ERR_INVALID, "nothing is none");
	is_int(parse("{\"gateway\":1}"), ERR_INVALID, "JSON is none");
}

static void test_hostile(void)
{
	struct arena *big = arena_new(4 << 20);
	struct strbuf x = strbuf_in(big, 2 << 20);

	is_int(parse("<!DOCTYPE gateway [<!ENTITY a "
		     "\"running\">]><gateway><status>&a;</status></gateway>"),
	       ERR_INVALID, "a document type is refused, and entities with it");
	is_int(parse("<gateway><a><a><a><a><a><a><a><a></a></a></a></a></a></a></a></"
		     "a><status>running</status></gateway>"),
	       ERR_LIMIT, "nor is anything nested deeper than Kannel nests");
	strbuf_adds(&x, "<gateway><status>running</status><smscs>");
	for (int i = 0; i < 100; i++)
		strbuf_addf(&x, "<smsc><id>S%d</id></smsc>", i);
	strbuf_adds(&x, "</smscs></gateway>");
	ok(parse(strbuf_text(&x)) == ERR_OK && s.n_smscs == KANNEL_SMSCS_MAX,
	   "more SMSCs than we have room for are left out");
	strbuf_adds(&x, "                ");
	while (x.len <= KANNEL_STATUS_MAX)
		strbuf_adds(&x, "                                                                ");
	is_int(parse(strbuf_text(&x)), ERR_LIMIT, "more than a mebibyte isn't read");
	arena_free(&big);
}

int main(void)
{
	plan(0);
	a = arena_new(1 << 20);
	test_recorded();
	test_others();
	test_hostile();
	arena_free(&a);
	return done_testing();
}
