/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/number.h"

#include <inttypes.h>

#include "parsers/err.h"
#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *text;
	int err;
	int64_t value;
	const char *promise;
} integers[] = {
	{ "0",                    ERR_OK,      0,         "zero" },
	{ "007",                  ERR_OK,      7,         "leading zeros count for nothing" },
	{ "-42",                  ERR_OK,      -42,       "below zero" },
	{ "-9223372036854775808", ERR_OK,      INT64_MIN, "the smallest" },
	{ "9223372036854775807",  ERR_OK,      INT64_MAX, "the largest" },
	{ "9223372036854775808",  ERR_LIMIT,   0,         "one more is out of range" },
	{ "99999999999999999999", ERR_LIMIT,   0,         "beyond 64 bits is out of range" },
	{ "",                     ERR_INVALID, 0,         "nothing is no number" },
	{ "-",                    ERR_INVALID, 0,         "a sign is no number" },
	{ "+1",                   ERR_INVALID, 0,         "a plus sign isn't taken" },
	{ " 1",                   ERR_INVALID, 0,         "a blank isn't taken" },
	{ "27x75",                ERR_INVALID, 0,         "the first digits are not the number" },
	{ "99999999999999999999x",ERR_INVALID, 0,         "no number, however long it begins" },
	{ "0x10",                 ERR_INVALID, 0,         "no other bases" },
};

static const struct {
	const char *text;
	int err;
	int64_t ms;
	const char *promise;
} durations[] = {
	{ "250ms",  ERR_OK,      250,       "milliseconds" },
	{ "30s",    ERR_OK,      30000,     "seconds" },
	{ "5m",     ERR_OK,      300000,    "minutes" },
	{ "4h",     ERR_OK,      14400000,  "hours" },
	{ "2d",     ERR_OK,      172800000, "days" },
	{ "0",      ERR_OK,      0,         "zero needs no unit" },
	{ "30",     ERR_INVALID, 0,         "any other number does" },
	{ "s",      ERR_INVALID, 0,         "a unit alone is no duration" },
	{ "1w",     ERR_INVALID, 0,         "no weeks" },
	{ "-1s",    ERR_INVALID, 0,         "nothing before now" },
	{ "99999999999999999d", ERR_LIMIT, 0, "a product that overflows is out of range" },
};

static const struct {
	const char *text;
	int err;
	uint64_t octets;
	const char *promise;
} sizes[] = {
	{ "64K", ERR_OK,      65536,      "kibi" },
	{ "8M",  ERR_OK,      8388608,    "mebi" },
	{ "1G",  ERR_OK,      1073741824, "gibi" },
	{ "17",  ERR_OK,      17,         "octets" },
	{ "1k",  ERR_INVALID, 0,          "the unit is a capital" },
	{ "1KB", ERR_INVALID, 0,          "the unit is one letter" },
	{ "",    ERR_INVALID, 0,          "nothing is no size" },
	{ "99999999999999999G", ERR_LIMIT, 0, "a product that overflows is out of range" },
};
/* clang-format on */

static void test_tables(void)
{
	for (size_t i = 0; i < ARRAY_LEN(integers); i++) {
		int64_t v = 0;
		int err = number_parse_i64(bytes_of(integers[i].text), INT64_MIN, INT64_MAX, &v);

		ok(err == integers[i].err && v == integers[i].value, "integer \"%s\": %s",
		   integers[i].text, integers[i].promise);
	}
	for (size_t i = 0; i < ARRAY_LEN(durations); i++) {
		int64_t v = 0;
		int err = number_parse_duration(bytes_of(durations[i].text), 0, INT64_MAX, &v);

		ok(err == durations[i].err && v == durations[i].ms, "duration \"%s\": %s",
		   durations[i].text, durations[i].promise);
	}
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		uint64_t v = 0;
		int err = number_parse_size(bytes_of(sizes[i].text), 0, UINT64_MAX, &v);

		ok(err == sizes[i].err && v == sizes[i].octets, "size \"%s\": %s", sizes[i].text,
		   sizes[i].promise);
	}
}

static void test_ranges(void)
{
	uint32_t u32 = 7;
	uint64_t u64 = 7;
	int64_t ms = 7;
	bool flag = false;

	ok(number_parse_u32(bytes_of("4294967295"), 0, UINT32_MAX, &u32) == ERR_OK &&
		   u32 == UINT32_MAX,
	   "the largest of 32 bits");
	ok(number_parse_u32(bytes_of("4294967296"), 0, UINT32_MAX, &u32) == ERR_LIMIT &&
		   u32 == UINT32_MAX,
	   "one more is out of range, and the result is left alone");
	ok(number_parse_u64(bytes_of("18446744073709551615"), 0, UINT64_MAX, &u64) == ERR_OK &&
		   u64 == UINT64_MAX,
	   "the largest of 64 bits");
	ok(number_parse_u64(bytes_of("4"), 5, 9, &u64) == ERR_LIMIT &&
		   number_parse_u64(bytes_of("10"), 5, 9, &u64) == ERR_LIMIT &&
		   number_parse_u64(bytes_of("-1"), 0, 9, &u64) == ERR_INVALID,
	   "a range has two ends, and no sign where none may be");
	ok(number_parse_duration(bytes_of("1s"), 2000, 3000, &ms) == ERR_LIMIT && ms == 7,
	   "a duration has a range");
	ok(number_parse_bool(bytes_of("yes"), &flag) == ERR_OK && flag, "yes");
	ok(number_parse_bool(bytes_of("no"), &flag) == ERR_OK && !flag, "no");
	ok(number_parse_bool(bytes_of("ture"), &flag) == ERR_INVALID &&
		   number_parse_bool(bytes_of("YES"), &flag) == ERR_INVALID &&
		   number_parse_bool(bytes_of("1"), &flag) == ERR_INVALID,
	   "nothing else");
}

int main(void)
{
	plan(0);
	test_tables();
	test_ranges();
	return done_testing();
}
