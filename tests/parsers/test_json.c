/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/json.h"

#include <math.h>
#include <string.h>

#include "parsers/err.h"
#include "tests/tap.h"

static void test_building(struct arena *a)
{
	struct json *o = json_object(), *list = json_array(), *item = json_int(-7),
		    *text = json_text(bytes_of("x"));
	struct bytes line = BYTES_NONE;

	json_append_take(list, &item);
	json_append_take(list, &text);
	ok(item == NULL && text == NULL, "a value that was moved leaves no pointer behind");
	json_put_str(o, "z", "first");
	json_put_str(o, "none", "");
	json_put_text(o, "empty", BYTES_NONE);
	json_put_int(o, "n", INT64_MIN);
	json_put_real(o, "r", 0.93);
	json_put_real(o, "nan", NAN);
	json_put_bool(o, "b", true);
	json_put_null(o, "null");
	json_put_time(o, "at", INT64_C(1795552633120));
	json_put_time(o, "before", -1);
	json_put_time(o, "never", 0);
	json_put_time(o, "absurd", INT64_MAX);
	json_put_take(o, "list", &list);
	is_int(json_line(o, a, &line), ERR_OK, "an object is written");
	is_text(line,
		"{\"z\":\"first\",\"none\":null,\"empty\":\"\",\"n\":-9223372036854775808,\"r\":0."
		"93,"
		"\"nan\":null,\"b\":true,\"null\":null,\"at\":\"2026-11-24T20:37:13.120Z\","
		"\"before\":\"1969-12-31T23:59:59.999Z\",\"never\":null,\"absurd\":null,\"list\":[-"
		"7,\"x\"]}",
		"keys keep their order, times are UTC, what has no word is null");
	json_free(&o);
	ok(o == NULL, "a freed value leaves no pointer behind");
	json_free(&o);
}

static void test_text(struct arena *a)
{
	struct json *j = json_text(bytes_at("a\xFF\r\nb", 5));
	struct bytes line = BYTES_NONE;

	is_text(json_as_text(j), "a\uFFFD\nb", "text that isn't valid is written clean");
	json_free(&j);
	j = json_text(bytes_at("č\n\"\0", 5));
	json_line(j, a, &line);
	is_text(line, "\"č\\n\\\"\\u0000\"",
		"letters stay letters, a line end never ends the line");
	json_free(&j);
}

static void test_sticking(struct arena *a)
{
	struct json *o = json_object(), *list = json_array(), *none = NULL, *inner = json_object();
	struct bytes line = BYTES_NONE;

	json_put_int(NULL, "n", 1);
	json_append_take(NULL, &none);
	ok(json_line(NULL, a, &line) == ERR_NOMEM && line.ptr == NULL,
	   "a value that could not be made is found at the end");
	json_put_int(inner, "n", 1);
	json_put_take(inner, "lost", &none);
	json_put_int(inner, "m", 2);
	is_int(json_line(inner, a, &line), ERR_NOMEM, "an object never lacks a member silently");
	json_append_take(list, &inner);
	json_put_take(o, "list", &list);
	is_int(json_line(o, a, &line), ERR_NOMEM, "nor does anything that holds it");
	json_free(&o);
}

static bool first_only(const char *key, const struct json *value, void *ctx)
{
	(void)value;
	*(const char **)ctx = key;
	return false;
}

static void test_reading(void)
{
	const char *key = NULL;
	struct json *j = NULL, *copy;
	char why[100] = "";

	ok(json_parse(bytes_of("{\"b\":\"x\",\"a\":[1,2.5,true],\"t\":false}"), &j, why,
		      sizeof(why)) == ERR_OK &&
		   json_is_object(j) && json_count(j) == 3,
	   "an object is read");
	is_text(json_get_text(j, "b"), "x", "a text by its key");
	ok(json_get_text(j, "a").ptr == NULL && json_get_int(j, "b", 9) == 9 &&
		   json_get_int(j, "x", 9) == 9,
	   "a value of another kind is none, or what the caller says");
	ok(json_is_array(json_get(j, "a")) && json_count(json_get(j, "a")) == 3,
	   "an array has a length");
	ok(json_is_int(json_at(json_get(j, "a"), 0)) &&
		   json_as_int(json_at(json_get(j, "a"), 0), 9) == 1 &&
		   json_as_int(json_at(json_get(j, "a"), 1), 9) == 9,
	   "a fraction is no whole number");
	ok(json_is_true(json_at(json_get(j, "a"), 2)) && json_at(json_get(j, "a"), 3) == NULL,
	   "nothing behind the end");
	ok(!json_get_bool(j, "t", true) && json_get_bool(j, "x", true) &&
		   !json_get_bool(j, "b", false),
	   "false is not absent");
	ok(json_is_null(NULL) && json_is_null(json_get(j, "x")) && !json_is_text(NULL),
	   "absent reads as null");
	json_each(j, first_only, &key);
	ok(key != NULL && strcmp(key, "b") == 0, "members are walked in order, until told to stop");
	copy = json_copy(j);
	json_free(&j);
	is_text(json_get_text(copy, "b"), "x", "a copy lives on");
	json_free(&copy);
}

static void test_refusing(void)
{
	/* clang-format off */
	static const struct { const char *text; int err; const char *promise; } bad[] = {
		{ "",               ERR_INVALID, "nothing is no value" },
		{ "{\"a\":1} x",    ERR_INVALID, "nothing may follow a value" },
		{ "{\"a\":1,\"a\":2}", ERR_INVALID, "a key stands once" },
		{ "\"\xFF\"",       ERR_INVALID, "text must be UTF-8" },
		{ "99999999999999999999", ERR_INVALID, "a number must fit" },
		{ "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", ERR_LIMIT, "33 levels are too deep" },
	};
	/* clang-format on */
	struct json *j = NULL;
	char why[100];

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		why[0] = '\0';
		ok(json_parse(bytes_of(bad[i].text), &j, why, sizeof(why)) == bad[i].err &&
			   j == NULL && why[0] != '\0',
		   "%s, and words say so", bad[i].promise);
	}
	ok(json_parse(bytes_of("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"[\\\"[\"]]]]]]]]]]]]]]]]]]]]]]]]]"
			       "]]]]]]]"),
		      &j, NULL, 0) == ERR_OK,
	   "32 levels are fine, brackets in strings don't count");
	json_free(&j);
}

int main(void)
{
	struct arena *a = arena_new(1 << 16);

	plan(0);
	test_building(a);
	test_text(a);
	test_sticking(a);
	test_reading();
	test_refusing();
	arena_free(&a);
	return done_testing();
}
