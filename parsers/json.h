/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * json - JSON values, built and read; the only user of jansson.
 *
 * A struct json is owned by whoever made it until a …_take moves it into
 * another one. Builders stick: putting into NULL does nothing, so a failed
 * allocation shows up once, at json_line(). Numbers are integers or doubles.
 * Text must be valid UTF-8; invalid text is replaced by its clean form.
 */
#ifndef PARSERS_JSON_H
#define PARSERS_JSON_H

#include "parsers/arena.h"

/*
 * jansson exports functions of these three names. The linker would let ours
 * stand in for them inside the library, so ours are spelt otherwise for it.
 */
#define json_object odziv_json_object
#define json_array  odziv_json_array
#define json_copy   odziv_json_copy

struct json;

struct json *json_object(void);
struct json *json_array(void);
struct json *json_text(struct bytes text);
struct json *json_int(int64_t value);
struct json *json_octets(struct bytes octets); /* as a text of lower-case hex */
struct json *json_copy(const struct json *j);
void json_free(struct json **j);

/* Keys keep the order in which they were put. */
void json_put_text(struct json *object, const char *key, struct bytes text);
/* NULL or "" puts null. */
void json_put_str(struct json *object, const char *key, const char *text);
void json_put_int(struct json *object, const char *key, int64_t value);
void json_put_real(struct json *object, const char *key, double value);
void json_put_bool(struct json *object, const char *key, bool value);
void json_put_null(struct json *object, const char *key);
/* RFC 3339 in UTC with milliseconds, "2026-11-24T20:37:13.120Z"; null when ms is 0 or the year has no four digits. */
void json_put_time(struct json *object, const char *key, int64_t wall_ms);
void json_put_take(struct json *object, const char *key, struct json **value);
void json_append_take(struct json *array, struct json **value);

/* One line without line end, in the arena. ERR_NOMEM. */
int json_line(const struct json *j, struct arena *a, struct bytes *line_out);
/* Reads one value; why_out (may be NULL) gets words with the position. ERR_INVALID (also a key twice), ERR_LIMIT (nested deeper than 32). */
int json_parse(struct bytes text, struct json **j_out, char *why_out, size_t why_size);

bool json_is_object(const struct json *j);
bool json_is_array(const struct json *j);
bool json_is_text(const struct json *j);
bool json_is_int(const struct json *j);
bool json_is_true(const struct json *j);
bool json_is_null(const struct json *j);                                 /* also for NULL */
const struct json *json_get(const struct json *object, const char *key); /* NULL when absent */
struct bytes json_as_text(const struct json *j); /* none when it is no text */
int64_t json_as_int(const struct json *j, int64_t otherwise);
struct bytes json_get_text(const struct json *object, const char *key);
int64_t json_get_int(const struct json *object, const char *key, int64_t otherwise);
bool json_get_bool(const struct json *object, const char *key, bool otherwise);
size_t json_count(const struct json *j); /* array length or object size */
const struct json *json_at(const struct json *array, size_t i);
/* Walks the members of an object in order; stops when fn returns false. */
typedef bool json_member_fn(const char *key, const struct json *value, void *ctx);
void json_each(const struct json *object, json_member_fn *fn, void *ctx);

#endif
