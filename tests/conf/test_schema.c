/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conf/schema.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "conf/conf.h"
#include "conf/value.h"
#include "parsers/err.h"
#include "tests/tap.h"

#define ARENA_MAX (1024 * 1024)
#define WHY_MAX   1024

/* What a conf and a channel need, whichever the key belongs to. */
union home {
	struct conf conf;
	struct conf_channel channel;
};

static bool is_default_right(const struct conf_key *key, struct arena *a)
{
	union home home = { 0 };
	struct value_into into = { .base = &home, .dir = ".", .arena = a };
	struct strbuf why = strbuf_in(a, WHY_MAX);
	int err = key->standard == NULL ? ERR_OK
					: value_put(key, bytes_of(key->standard), &into, &why);

	if (err != ERR_OK)
		diag("%s: %s", key->name, strbuf_text(&why));
	return err == ERR_OK;
}

/* One name may stand twice only for sections that exclude each other. */
static bool is_once(const struct conf_section *section, const struct conf_key *key)
{
	for (size_t i = 0; i < section->n_keys; i++) {
		const struct conf_key *other = &section->keys[i];

		if (other != key && strcmp(other->name, key->name) == 0 &&
		    (key->in == 0 || (other->in & key->in) != 0))
			return false;
	}
	return true;
}

static void test_section(const struct conf_section *section, const char *name)
{
	struct arena *a = arena_new(ARENA_MAX);

	for (size_t i = 0; i < section->n_keys; i++) {
		const struct conf_key *key = &section->keys[i];
		struct strbuf expected = strbuf_in(a, WHY_MAX);

		ok(is_default_right(key, a), "[%s] %s: the default is a value that may be written",
		   name, key->name);
		ok(is_once(section, key), "[%s] %s stands once", name, key->name);
		ok(key->doc != NULL && key->doc[strlen(key->doc) - 1] == '.',
		   "[%s] %s is explained", name, key->name);
		schema_put_expected(key, &expected);
		ok(strbuf_bytes(&expected).len > 3, "[%s] %s: what is right has words: %s", name,
		   key->name, strbuf_text(&expected));
	}
	arena_free(&a);
}

/* clang-format off */
static const struct {
	const char *section;
	const char *key;
	const char *value;
	const char *why; /* NULL: it is right */
} values[] = {
	{ "desk",   "quiet_from",  "23",     NULL },
	{ "desk",   "quiet_from",  "24",     "'24' isn't a whole number from 0 to 23" },
	{ "desk",   "quiet_from",  "22x7",   "'22x7' isn't a whole number from 0 to 23" },
	{ "desk",   "quiet_from",  "",       "'' isn't a whole number from 0 to 23" },
	{ "desk",   "quiet_from",  "-1",     "'-1' isn't a whole number from 0 to 23" },
	{ "desk",   "plain",       "ture",   "'ture' isn't yes or no" },
	{ "desk",   "plain",       "no",     NULL },
	{ "desk",   "part_wait",   "90s",    NULL },
	{ "desk",   "part_wait",   "90",     "'90' isn't a duration (30s, 5m, 4h, 2d) from 1s to 1h" },
	{ "desk",   "part_wait",   "2h",     "'2h' isn't a duration (30s, 5m, 4h, 2d) from 1s to 1h" },
	{ "desk",   "on_unsure",   "rsend",  "'rsend' isn't resend or hold; did you mean resend?" },
	{ "desk",   "on_unsure",   "drop",   "'drop' isn't resend or hold" },
	{ "desk",   "answer_prefixes", "+3816, +38760", NULL },
	{ "desk",   "answer_prefixes", "3816", "'3816' isn't a list of at most 16 beginnings of numbers such as +3816, +38760" },
	{ "desk",   "answer_prefixes", "+3816,", "'+3816,' isn't a list of at most 16 beginnings of numbers such as +3816, +38760" },
	{ "desk",   "answer_prefixes", "+1,+2,+3,+4,+5,+6,+7,+8,+9,+10,+11,+12,+13,+14,+15,+16,+17",
	  "'+1,+2,+3,+4,+5,+6,+7,+8,+9,+10,+11,+12,+13,+14,+15,+16,+17' isn't a list of at most 16 beginnings of numbers such as +3816, +38760" },
	{ "store",  "map_size",    "64M",    NULL },
	{ "store",  "map_size",    "64MB",   "'64MB' isn't a size (64K, 8M, 1G) from 1M to 1024G" },
	{ "store",  "map_size",    "1K",     "'1K' isn't a size (64K, 8M, 1G) from 1M to 1024G" },
	{ "budget", "price_segment", "3.60", NULL },
	{ "budget", "price_segment", "12",   NULL },
	{ "budget", "price_segment", "3.6",  "'3.6' isn't an amount such as 3.60, at most 10000" },
	{ "budget", "price_segment", "3,60", "'3,60' isn't an amount such as 3.60, at most 10000" },
	{ "budget", "price_segment", "10000.01", "'10000.01' isn't an amount such as 3.60, at most 10000" },
	{ "odziv",  "log_level",   "warn",   "'warn' isn't error, warning, info or debug" },
	{ "odziv",  "log_level",   "wraning", "'wraning' isn't error, warning, info or debug; did you mean warning?" },
	{ "odziv",  "instance",    "stara pazova", "'stara pazova' isn't at most 64 letters, digits, '.', '_' and '-'" },
	{ "http",   "http_listen", "127.0.0.1:8080", NULL },
	{ "http",   "http_listen", "[::1]:8080", NULL },
	{ "http",   "http_listen", "::1:8080", "'::1:8080' isn't ADDRESS:PORT such as 127.0.0.1:8080 or [::1]:8080" },
	{ "http",   "http_listen", "8080",   "'8080' isn't ADDRESS:PORT such as 127.0.0.1:8080 or [::1]:8080" },
	{ "http",   "http_listen", "localhost:8080", "'localhost:8080' isn't ADDRESS:PORT such as 127.0.0.1:8080 or [::1]:8080" },
	{ "http",   "http_listen", "127.0.0.1:0", "'127.0.0.1:0' isn't ADDRESS:PORT such as 127.0.0.1:8080 or [::1]:8080" },
	{ NULL,     "from",        "1955",   NULL },
	{ NULL,     "from",        "Opstina", NULL },
	{ NULL,     "from",        "+38122310000", NULL },
	{ NULL,     "from",        "+",      "'+' isn't a number of at most 15 digits or a name of at most 11 letters and digits" },
	{ NULL,     "from",        "Opstina Pazova", "'Opstina Pazova' isn't a number of at most 15 digits or a name of at most 11 letters and digits" },
	{ NULL,     "country",     "+381",   "'+381' isn't at most 3 digits" },
	{ NULL,     "peers",       "127.0.0.1, ::1", NULL },
	{ NULL,     "peers",       "127.0.0.300", "'127.0.0.300' isn't a list of at most 16 addresses such as 127.0.0.1, ::1" },
	{ NULL,     "host",        "kannel.example.org", NULL },
	{ NULL,     "host",        "http://kannel", "'http://kannel' isn't a host's name or address" },
	{ NULL,     "sendsms_url", "http://127.0.0.1:13013/cgi-bin/sendsms", NULL },
	{ NULL,     "sendsms_url", "127.0.0.1:13013", "'127.0.0.1:13013' isn't a URL that begins with http:// or https://" },
	{ NULL,     "sendsms_url", "http://a b/", "'http://a b/' isn't a URL that begins with http:// or https://" },
	{ NULL,     "secret_file", "/nonexistent/secret", "/nonexistent/secret can't be read: No such file or directory" },
};
/* clang-format on */

static void test_values(void)
{
	struct arena *a = arena_new(ARENA_MAX);

	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		const struct conf_section *section =
			values[i].section == NULL ? &schema_channel
						  : schema_section(bytes_of(values[i].section));
		const struct conf_key *key = schema_key(section, bytes_of(values[i].key), IN_ALL);
		union home home = { 0 };
		struct value_into into = { .base = &home, .dir = ".", .arena = a };
		struct strbuf why = strbuf_in(a, WHY_MAX);
		int err = value_put(key, bytes_of(values[i].value), &into, &why);

		ok((err == ERR_OK) == (values[i].why == NULL), "%s = %s is %s", values[i].key,
		   values[i].value, values[i].why == NULL ? "right" : "a fault");
		if (values[i].why != NULL)
			is_text(strbuf_bytes(&why), values[i].why,
				"whose words say what would be right");
	}
	arena_free(&a);
}

/* What a value becomes at its place. */
static void test_places(void)
{
	struct arena *a = arena_new(ARENA_MAX);
	struct conf conf = { 0 };
	struct value_into into = { .base = &conf, .dir = "/etc/odziv", .arena = a };
	const struct conf_section *desk = schema_section(bytes_of("desk"));
	const struct conf_section *budget = schema_section(bytes_of("budget"));
	const struct conf_section *odziv = schema_section(bytes_of("odziv"));
	struct strbuf why = strbuf_in(a, WHY_MAX);

	value_put(schema_key(desk, bytes_of("part_wait"), 0), bytes_of("90s"), &into, &why);
	is_int(conf.part_wait_ms, 90000, "a duration becomes milliseconds");
	value_put(schema_key(desk, bytes_of("on_unsure"), 0), bytes_of("hold"), &into, &why);
	is_int(conf.on_unsure, UNSURE_HOLD, "a choice becomes its enum");
	value_put(schema_key(budget, bytes_of("price_segment"), 0), bytes_of("3.60"), &into, &why);
	is_int((long long)conf.budget.price_segment, 360, "money becomes hundredths");
	value_put(schema_key(desk, bytes_of("answer_prefixes"), 0), bytes_of("+3816 ,+38760"),
		  &into, &why);
	ok(conf.n_answer_prefixes == 2 && strcmp(conf.answer_prefixes[1], "+38760") == 0,
	   "a list becomes its items without blanks");
	value_put(schema_key(odziv, bytes_of("state_dir"), 0), bytes_of("state"), &into, &why);
	is_text(bytes_of(conf.state_dir), "/etc/odziv/state",
		"a path is relative to the file's folder");
	value_put(schema_key(odziv, bytes_of("state_dir"), 0), bytes_of("/var/x"), &into, &why);
	is_text(bytes_of(conf.state_dir), "/var/x", "unless it is absolute");
	arena_free(&a);
}

static const struct {
	const char *octets;
	unsigned mode;
	const char *why; /* behind the path; NULL: it is right */
} secrets[] = {
	{ "s3cret\n", 0600, NULL },
	{ "s3cret", 0640, NULL },
	{ "s3cret\n", 0644,
	  "is open to everyone on this machine; chmod 0640 or 0600, and change the secret" },
	{ "s3cret\n", 0660, "can be changed by its group; chmod 0640 or 0600" },
	{ "", 0600, "is empty; write the secret into it, on one line" },
	{ "\n", 0600, "is empty; write the secret into it, on one line" },
	{ "two\nlines\n", 0600, "is not one line of text; write the secret into it, on one line" },
	{ "bad\x01", 0600, "is not one line of text; write the secret into it, on one line" },
};

static void test_secrets(void)
{
	const struct conf_key *key = schema_key(&schema_channel, bytes_of("secret_file"), IN_HTTP);
	struct arena *a = arena_new(ARENA_MAX);

	for (size_t i = 0; i < ARRAY_LEN(secrets); i++) {
		struct conf_channel channel = { 0 };
		struct value_into into = { .base = &channel, .dir = temp_dir(), .arena = a };
		struct strbuf why = strbuf_in(a, WHY_MAX);
		char want[WHY_MAX];
		char path[WHY_MAX];
		FILE *f;

		snprintf(path, sizeof(path), "%s/secret%zu", temp_dir(), i);
		f = fopen(path, "w");
		fputs(secrets[i].octets, f);
		fclose(f);
		chmod(path, secrets[i].mode);
		if (secrets[i].why == NULL) {
			ok(value_put(key, bytes_of(strrchr(path, '/') + 1), &into, &why) ==
					   ERR_OK &&
				   strcmp(channel.secret, "s3cret") == 0,
			   "a secret file of mode %04o is read", secrets[i].mode);
			continue;
		}
		snprintf(want, sizeof(want), "%.500s %.200s", path, secrets[i].why);
		ok(value_put(key, bytes_of(path), &into, &why) == ERR_INVALID, "a secret file %s",
		   secrets[i].why);
		is_text(strbuf_bytes(&why), want, "says so");
	}
	arena_free(&a);
}

int main(void)
{
	plan(0);
	for (size_t i = 0; i < SCHEMA_SECTIONS; i++)
		test_section(&schema_sections[i], schema_sections[i].name);
	test_section(&schema_channel, "channel");
	test_values();
	test_places();
	test_secrets();
	return done_testing();
}
