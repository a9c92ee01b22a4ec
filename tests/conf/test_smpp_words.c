/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conf/smpp_words.h"

#include "parsers/err.h"
#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *text, *host; /* host NULL: it is no endpoint */
	unsigned port;
} endpoints[] = {
	{ "smsc.example:2775",     "smsc.example",  2775 },
	{ "10.0.0.1:1",            "10.0.0.1",      1 },
	{ "[2001:db8::1]:65535",   "2001:db8::1",   65535 },
	{ "2001:db8::1:2775",      NULL,            0 },
	{ "smsc.example",          NULL,            0 },
	{ "smsc.example:",         NULL,            0 },
	{ "smsc.example:0",        NULL,            0 },
	{ "smsc.example:65536",    NULL,            0 },
	{ "smsc.example:27x5",     NULL,            0 },
	{ ":2775",                 NULL,            0 },
	{ "[]:2775",               NULL,            0 },
	{ "smsc example:2775",     NULL,            0 },
	{ "",                      NULL,            0 },
};

static const struct {
	const char *text;
	uint32_t first, last; /* 0: they are no statuses */
} statuses[] = {
	{ "0x45",         0x45,  0x45 },
	{ "69",           69,    69 },
	{ "0X4fF",        0x4ff, 0x4ff },
	{ "0x400-0x4ff",  0x400, 0x4ff },
	{ "1024 - 1279",  0x400, 0x4ff },
	{ "0xffffffff",   UINT32_MAX, UINT32_MAX },
	{ "0",            0,     0 },
	{ "0-5",          0,     0 },
	{ "0x4ff-0x400",  0,     0 },
	{ "0x",           0,     0 },
	{ "0x1ffffffff",  0,     0 },
	{ "0x4g",         0,     0 },
	{ "5-",           0,     0 },
	{ "-5",           0,     0 },
	{ "",             0,     0 },
};
/* clang-format on */

int main(void)
{
	plan(0);
	for (size_t i = 0; i < ARRAY_LEN(endpoints); i++) {
		struct smpp_endpoint e = { .host = "" };
		int err = smpp_words_endpoint(bytes_of(endpoints[i].text), &e);

		ok(endpoints[i].host == NULL ? err == ERR_INVALID
					     : err == ERR_OK && e.port == endpoints[i].port,
		   "'%s' is %s", endpoints[i].text,
		   endpoints[i].host == NULL ? "no endpoint" : "one, with its port");
		is_text(bytes_of(e.host), endpoints[i].host == NULL ? "" : endpoints[i].host,
			"and its host");
	}
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
		struct smpp_statuses s = { 0 };
		int err = smpp_words_statuses(bytes_of(statuses[i].text), &s);

		ok((err == ERR_OK) == (statuses[i].first != 0) && s.first == statuses[i].first &&
			   s.last == statuses[i].last,
		   "'%s' is %s", statuses[i].text,
		   statuses[i].first != 0 ? "one status or several" : "no status of an error");
	}
	ok(smpp_words_type("auto", 3) == 3, "auto is what the address says");
	ok(smpp_words_type("18", 3) == 18, "a number is that number");
	return done_testing();
}
