/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jansson before our header, which gives names of jansson another meaning. */
#include <jansson.h>

static json_t *(*const lib_object)(void) = json_object;
static json_t *(*const lib_array)(void) = json_array;
static json_t *(*const lib_deep_copy)(const json_t *) = json_deep_copy;
#undef json_is_object
#undef json_is_array
#undef json_is_true
#undef json_is_null

#include "parsers/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "parsers/err.h"
#include "parsers/utf8.h"

/* Deeper than anything we write; the library's own limit is 2048, and it recurses. */
#define JSON_DEPTH_MAX 32
/* 15 digits give back every decimal that a person would write: 0.93 stays 0.93. */
#define JSON_DIGITS 15

/* struct json is never defined: it is jansson's value by another name. */
static json_t *lib(const struct json *j)
{
	return (json_t *)(uintptr_t)j;
}

static struct json *ours(const json_t *j)
{
	return (struct json *)(uintptr_t)j;
}

static bool json_is(const json_t *j, json_type type)
{
	return j != NULL && json_typeof(j) == type;
}

struct json *json_object(void)
{
	return ours(lib_object());
}

struct json *json_array(void)
{
	return ours(lib_array());
}

struct json *json_text(struct bytes text)
{
	struct arena *a;
	struct bytes clean = BYTES_NONE;
	json_t *j = NULL;

	if (utf8_is_valid(text))
		return ours(json_stringn_nocheck(text.len == 0 ? "" : (const char *)text.ptr,
						 text.len));
	a = arena_new(SIZE_MAX);
	if (a != NULL && utf8_clean(a, text, &clean, NULL) == ERR_OK)
		j = json_stringn_nocheck((const char *)clean.ptr, clean.len);
	arena_free(&a);
	return ours(j);
}

struct json *json_octets(struct bytes octets)
{
	static const char digits[] = "0123456789abcdef";
	char *text = malloc(octets.len * 2 + 1);
	json_t *j;

	if (text == NULL)
		return NULL;
	for (size_t i = 0; i < octets.len; i++) {
		text[2 * i] = digits[octets.ptr[i] >> 4];
		text[2 * i + 1] = digits[octets.ptr[i] & 0x0F];
	}
	j = json_stringn(text, octets.len * 2);
	free(text);
	return ours(j);
}

struct json *json_int(int64_t value)
{
	return ours(json_integer(value));
}

struct json *json_copy(const struct json *j)
{
	return ours(lib_deep_copy(lib(j)));
}

void json_free(struct json **j)
{
	json_decref(lib(*j));
	*j = NULL;
}

/*
 * A member that could not be made must not be missing silently. Its container is
 * emptied and holds only this value, which json_line() finds by its address.
 * jansson leaves a value with the largest count alone, so it can be constant.
 */
static const json_t broken = { .type = JSON_NULL, .refcount = (size_t)-1 };

static bool is_broken(const json_t *j)
{
	if (json_is(j, JSON_OBJECT))
		return json_object_get(j, "") == &broken;
	if (json_is(j, JSON_ARRAY))
		return json_array_get(j, 0) == &broken;
	return j == NULL || j == &broken;
}

static void break_container(json_t *j)
{
	if (json_is(j, JSON_OBJECT)) {
		json_object_clear(j);
		json_object_set_new_nocheck(j, "", lib(ours(&broken)));
	} else if (json_is(j, JSON_ARRAY)) {
		json_array_clear(j);
		json_array_append_new(j, lib(ours(&broken)));
	}
}

/* Takes the value, whatever happens. */
static void put(struct json *object, const char *key, json_t *value)
{
	json_t *o = lib(object);

	if (!json_is(o, JSON_OBJECT) || is_broken(o)) {
		json_decref(value);
		return;
	}
	if (is_broken(value)) {
		json_decref(value);
		value = NULL;
	}
	if (json_object_set_new_nocheck(o, key, value) != 0)
		break_container(o);
}

void json_put_text(struct json *object, const char *key, struct bytes text)
{
	put(object, key, lib(json_text(text)));
}

void json_put_str(struct json *object, const char *key, const char *text)
{
	if (text == NULL || text[0] == '\0')
		json_put_null(object, key);
	else
		json_put_text(object, key, bytes_of(text));
}

void json_put_int(struct json *object, const char *key, int64_t value)
{
	put(object, key, json_integer(value));
}

void json_put_real(struct json *object, const char *key, double value)
{
	/* JSON has no word for what isn't a number. */
	put(object, key, isfinite(value) ? json_real(value) : json_null());
}

void json_put_bool(struct json *object, const char *key, bool value)
{
	put(object, key, json_boolean(value));
}

void json_put_null(struct json *object, const char *key)
{
	put(object, key, json_null());
}

void json_put_time(struct json *object, const char *key, int64_t wall_ms)
{
	int64_t ms = wall_ms % 1000 < 0 ? wall_ms % 1000 + 1000 : wall_ms % 1000;
	time_t seconds = (time_t)((wall_ms - ms) / 1000);
	char text[64], whole[40];
	struct tm tm;

	/* RFC 3339 has four digits for a year. */
	if (wall_ms == 0 || gmtime_r(&seconds, &tm) == NULL || tm.tm_year > 9999 - 1900 ||
	    strftime(whole, sizeof(whole), "%Y-%m-%dT%H:%M:%S", &tm) == 0) {
		json_put_null(object, key);
		return;
	}
	snprintf(text, sizeof(text), "%s.%03dZ", whole, (int)ms);
	json_put_text(object, key, bytes_of(text));
}

void json_put_take(struct json *object, const char *key, struct json **value)
{
	put(object, key, lib(*value));
	*value = NULL;
}

void json_append_take(struct json *array, struct json **value)
{
	json_t *a = lib(array), *v = lib(*value);

	*value = NULL;
	if (!json_is(a, JSON_ARRAY) || is_broken(a)) {
		json_decref(v);
		return;
	}
	if (is_broken(v)) {
		json_decref(v);
		v = NULL;
	}
	if (json_array_append_new(a, v) != 0)
		break_container(a);
}

int json_line(const struct json *j, struct arena *a, struct bytes *line_out)
{
	const size_t flags = JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(JSON_DIGITS);
	size_t len = is_broken(lib(j)) ? 0 : json_dumpb(lib(j), NULL, 0, flags);
	char *buf = len == 0 ? NULL : arena_alloc(a, len + 1);

	if (buf == NULL || json_dumpb(lib(j), buf, len, flags) != len)
		return ERR_NOMEM;
	*line_out = bytes_at(buf, len);
	return ERR_OK;
}

/* How deep brackets are nested, strings left aside; of a text that may be broken. */
static unsigned depth_of(struct bytes text)
{
	unsigned depth = 0, deepest = 0;
	bool in_string = false;

	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.ptr[i];

		if (in_string && c == '\\')
			i++;
		else if (c == '"')
			in_string = !in_string;
		else if (!in_string && (c == '{' || c == '['))
			depth++;
		else if (!in_string && depth > 0 && (c == '}' || c == ']'))
			depth--;
		if (depth > deepest)
			deepest = depth;
	}
	return deepest;
}

int json_parse(struct bytes text, struct json **j_out, char *why_out, size_t why_size)
{
	const size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES;
	json_error_t error;
	json_t *j;

	if (depth_of(text) > JSON_DEPTH_MAX) {
		if (why_out != NULL)
			snprintf(why_out, why_size, "nested deeper than %d", JSON_DEPTH_MAX);
		return ERR_LIMIT;
	}
	j = json_loadb(text.len == 0 ? "" : (const char *)text.ptr, text.len, flags, &error);
	if (j == NULL) {
		if (why_out != NULL)
			snprintf(why_out, why_size, "line %d, column %d: %s", error.line,
				 error.column, error.text);
		return json_error_code(&error) == json_error_out_of_memory ? ERR_NOMEM
									   : ERR_INVALID;
	}
	*j_out = ours(j);
	return ERR_OK;
}

bool json_is_object(const struct json *j)
{
	return json_is(lib(j), JSON_OBJECT);
}

bool json_is_array(const struct json *j)
{
	return json_is(lib(j), JSON_ARRAY);
}

bool json_is_text(const struct json *j)
{
	return json_is(lib(j), JSON_STRING);
}

bool json_is_int(const struct json *j)
{
	return json_is(lib(j), JSON_INTEGER);
}

bool json_is_true(const struct json *j)
{
	return json_is(lib(j), JSON_TRUE);
}

bool json_is_null(const struct json *j)
{
	return j == NULL || json_is(lib(j), JSON_NULL);
}

const struct json *json_get(const struct json *object, const char *key)
{
	return ours(json_object_get(lib(object), key));
}

struct bytes json_as_text(const struct json *j)
{
	if (!json_is_text(j))
		return BYTES_NONE;
	return bytes_at(json_string_value(lib(j)), json_string_length(lib(j)));
}

int64_t json_as_int(const struct json *j, int64_t otherwise)
{
	return json_is_int(j) ? json_integer_value(lib(j)) : otherwise;
}

struct bytes json_get_text(const struct json *object, const char *key)
{
	return json_as_text(json_get(object, key));
}

int64_t json_get_int(const struct json *object, const char *key, int64_t otherwise)
{
	return json_as_int(json_get(object, key), otherwise);
}

bool json_get_bool(const struct json *object, const char *key, bool otherwise)
{
	const struct json *j = json_get(object, key);

	return json_is_true(j) || (otherwise && !json_is(lib(j), JSON_FALSE));
}

size_t json_count(const struct json *j)
{
	return json_is_array(j) ? json_array_size(lib(j)) : json_object_size(lib(j));
}

const struct json *json_at(const struct json *array, size_t i)
{
	return ours(json_array_get(lib(array), i));
}

void json_each(const struct json *object, json_member_fn *fn, void *ctx)
{
	json_t *o = lib(object);

	for (void *at = json_object_iter(o); at != NULL; at = json_object_iter_next(o, at))
		if (!fn(json_object_iter_key(at), ours(json_object_iter_value(at)), ctx))
			return;
}
