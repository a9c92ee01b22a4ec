/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/kannel_conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tap.h"

/* A configuration of the box link with nothing wrong. */
static const char box[] =
	"group = core\nstore-type = spool\ndlr-storage = spool\nsmsbox-max-pending = 1000\n"
	"sms-combine-concatenated-mo = no\nstatus-password = x\n\ngroup = smsbox-route\n"
	"smsbox-id = odziv\nsmsc-id = A\n";
static const struct kannel_conf_wants for_box = { .link = KANNEL_CONF_BOX,
						  .box_id = BYTES("odziv"),
						  .max_segments = 10 };
static const struct kannel_conf_wants for_http = { .link = KANNEL_CONF_HTTP, .max_segments = 10 };

/* Does a fault stand at this key (and line, unless 0)? */
static bool names(const struct faults *f, const char *key, unsigned line)
{
	for (size_t i = 0; i < f->n; i++)
		if (bytes_is(f->list[i].key, key) && (line == 0 || f->list[i].line == line))
			return true;
	return false;
}

static struct faults check(struct arena *a, const char *text, const struct kannel_conf_wants *wants)
{
	struct faults f = faults_in(a);

	kannel_conf_check(bytes_of("kannel.conf"), bytes_of(text), wants, &f);
	return f;
}

static void test_good(struct arena *a)
{
	size_t len;
	char *text = read_source_file("tests/fuzz/corpus/kannel_conf/http", &len);
	struct faults f = check(a, box, &for_box);

	is_int((long long)f.n, 0, "a good configuration of the box link has no findings");
	f = check(a, text, &for_http);
	ok(f.n_errors == 0 && f.n == 1 && names(&f, "sms-combine-concatenated-mo-timeout", 1),
	   "a good one of the HTTP link has one warning, about the wait for a missing part");
	f = check(a, text, &for_box);
	ok(names(&f, "smsbox-max-pending", 1) && names(&f, "sms-combine-concatenated-mo", 1),
	   "the same is not good enough for the box link: absent keys count with Kannel's "
	   "defaults");
	free(text);
}

/* clang-format off */
static const struct {
	const char *group, *line;
	const char *key;
	bool is_error;
} bad[] = {
	{ "smsbox",       "http-request-retry = 2",            "http-request-retry",      true },
	{ "smsbox",       "max-pending-requests = 33",         "max-pending-requests",    true },
	{ "smsbox",       "http-timeout = 299",                "http-timeout",            true },
	{ "smsbox",       "mo-recode = true",                  "mo-recode",               false },
	{ "smsbox",       "immediate-sendsms-reply = yes",     "immediate-sendsms-reply", true },
	{ "smsbox",       "smsbox-id = \"x\"",                 "smsbox-id",               true },
	{ "sms-service",  "max-messages = 1",                  "max-messages",            true },
	{ "sms-service",  "omit-empty = false",                "omit-empty",              false },
	{ "sms-service",  "get-url = \"http://x/?t=%a&id=%I\"","get-url",                 true },
	{ "sms-service",  "post-url = \"http://x/\"",          "post-url",                false },
	{ "sendsms-user", "max-messages = 9",                  "max-messages",            true },
	{ "sendsms-user", "concatenation = 0",                 "concatenation",           true },
	{ "core",         "store-type = file",                 "store-type",              true },
	{ "core",         "dlr-storage = internal",            "dlr-storage",             true },
	{ "core",         "sms-resend-retry = 3",              "sms-resend-retry",        false },
	{ "core",         "sms-combine-concatenated-mo = 0",   "sms-combine-concatenated-mo", true },
};
/* clang-format on */

static void test_bad(struct arena *a)
{
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		char text[256];
		struct faults f;
		bool found = false;

		snprintf(text, sizeof(text), "# of the town\n\ngroup = %s\n%s\n", bad[i].group,
			 bad[i].line);
		f = check(a, text, &for_http);
		for (size_t k = 0; k < f.n; k++)
			if (bytes_is(f.list[k].key, bad[i].key) && f.list[k].line == 4 &&
			    bytes_is(f.list[k].section, bad[i].group) &&
			    f.list[k].is_warning != bad[i].is_error)
				found = true;
		ok(found, "[%s] %s is %s, by line, group and key", bad[i].group, bad[i].line,
		   bad[i].is_error ? "an error" : "a warning");
	}
}

static void test_layout(struct arena *a)
{
	struct faults f =
		check(a, "group = core\nstore-type = spool\n\ndlr-storage = spool\n", &for_box);

	ok(names(&f, "dlr-storage", 4), "a line behind a blank line stands in no group");
	ok(names(&f, "dlr-storage", 1), "so its group lacks it");
	f = check(a, "store-type = spool\ndlr-storage = redis\r\ngroup = core\n", &for_box);
	ok(!names(&f, "store-type", 0) && !names(&f, "dlr-storage", 0),
	   "the name of a group may stand on any of its lines");
	f = check(a, "include = \"more.conf\"\n", &for_http);
	ok(f.n_errors == 0 && f.n == 5,
	   "an included file is noted, and groups that may stand there are warnings");
	f = check(a, "", &for_http);
	is_int((long long)f.n_errors, 4, "without one the missing groups are errors");
	f = check(a, box,
		  &(struct kannel_conf_wants){ .link = KANNEL_CONF_BOX, .box_id = BYTES("other") });
	is_int((long long)f.n_errors, 1, "a name of ours without a route is an error");
	f = check(a, "group = smsbox\n", &(struct kannel_conf_wants){ .link = KANNEL_CONF_BOX });
	ok(!names(&f, "", 1),
	   "the group smsbox that bearerbox demands is no fault on the box link");
}

static void test_url(struct arena *a)
{
	struct faults f =
		check(a,
		      "group = sms-service\nmax-messages = 0\nomit-empty = 1\n"
		      "get-url = \"http://x/?id=%I&f=%p&t=%P&ts=%T&c=%c&u=%u&x=%A&q=%%a&s=%i\"\n",
		      &for_http);

	ok(!names(&f, "get-url", 0), "%%A is as good as %%b, and %%%%a is a percent sign and an a");
}

int main(void)
{
	struct arena *a = arena_new(1 << 20);

	plan(0);
	test_good(a);
	test_bad(a);
	test_layout(a);
	test_url(a);
	arena_free(&a);
	return done_testing();
}
