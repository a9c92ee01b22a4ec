/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conf/value.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "conf/limits.h"
#include "conf/secret.h"
#include "conf/smpp_words.h"
#include "parsers/err.h"
#include "parsers/faults.h"
#include "parsers/number.h"
#include "parsers/utf8.h"

/* A value in a fault is shown up to here. */
#define SHOWN_MAX 60
/* "1999.95" and not more: money has two decimals. */
#define DECIMALS 2
/* Names of installed profiles that a wrong one is compared with. */
#define PROFILES_MAX 64

/* One value on its way to its place. */
struct put {
	const struct conf_key *key;
	struct bytes text;
	const struct value_into *into;
	struct strbuf *why;
};

static void *place(const struct put *p)
{
	return (uint8_t *)p->into->base + p->key->at;
}

static int put_str(const struct put *p, struct bytes text)
{
	const char *copy = arena_str(p->into->arena, text);

	if (copy == NULL)
		return ERR_NOMEM;
	*(const char **)place(p) = copy;
	return ERR_OK;
}

static bool is_letter(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* Every octet is a letter or digit, or stands in `also`. */
static bool has_only(struct bytes b, const char *also)
{
	for (size_t i = 0; i < b.len; i++) {
		uint8_t c = b.ptr[i];

		if (!is_letter(c) && !is_digit(c) && bytes_find(bytes_of(also), c) == strlen(also))
			return false;
	}
	return true;
}

static bool are_digits(struct bytes b)
{
	for (size_t i = 0; i < b.len; i++) {
		if (!is_digit(b.ptr[i]))
			return false;
	}
	return true;
}

static bool is_long_enough(const struct put *p)
{
	return p->text.len >= p->key->min && p->text.len <= p->key->max;
}

static int put_text(const struct put *p)
{
	return is_long_enough(p) ? put_str(p, p->text) : ERR_INVALID;
}

static int put_name(const struct put *p)
{
	return is_long_enough(p) && has_only(p->text, "._-") ? put_str(p, p->text) : ERR_INVALID;
}

static int put_digits(const struct put *p)
{
	return is_long_enough(p) && are_digits(p->text) ? put_str(p, p->text) : ERR_INVALID;
}

/* GSM 03.40: 11 characters are what an alphanumeric originator may have. */
static int put_sender(const struct put *p)
{
	struct bytes digits = bytes_starts(p->text, "+") ? bytes_cut(p->text, 1, 15) : p->text;

	if (!is_long_enough(p) || digits.len == 0)
		return ERR_INVALID;
	if (!are_digits(digits) && (p->text.len > 11 || !has_only(p->text, " .-")))
		return ERR_INVALID;
	return put_str(p, p->text);
}

static int put_uint(const struct put *p)
{
	uint32_t value;
	int err = number_parse_u32(p->text, (uint32_t)p->key->min, (uint32_t)p->key->max, &value);

	if (err == ERR_OK)
		*(unsigned *)place(p) = value;
	return err;
}

static int put_duration(const struct put *p)
{
	return number_parse_duration(p->text, (int64_t)p->key->min, (int64_t)p->key->max, place(p));
}

static int put_size(const struct put *p)
{
	return number_parse_size(p->text, p->key->min, p->key->max, place(p));
}

static int put_money(const struct put *p)
{
	struct bytes rest = p->text;
	struct bytes whole = BYTES_NONE;
	uint64_t units;
	uint64_t cents = 0;
	int err;

	bytes_split(&rest, '.', &whole);
	err = number_parse_u64(whole, 0, p->key->max / 100, &units);
	if (err == ERR_OK && whole.len != p->text.len)
		err = rest.len == DECIMALS ? number_parse_u64(rest, 0, 99, &cents) : ERR_INVALID;
	if (err != ERR_OK || units * 100 + cents > p->key->max || units * 100 + cents < p->key->min)
		return ERR_INVALID;
	*(uint64_t *)place(p) = units * 100 + cents;
	return ERR_OK;
}

static int put_bool(const struct put *p)
{
	return number_parse_bool(p->text, place(p));
}

/* The place of the text among the choices, or -1. */
static int choice_of(const struct put *p)
{
	for (int i = 0; p->key->choices[i] != NULL; i++) {
		if (bytes_is(p->text, p->key->choices[i]))
			return i;
	}
	return -1;
}

static int put_choice(const struct put *p)
{
	int choice = choice_of(p);
	unsigned value = (unsigned)
		choice; /* our compilers keep an enum without negative values as unsigned */

	if (choice < 0)
		return ERR_INVALID;
	memcpy(place(p), &value, sizeof(value));
	return ERR_OK;
}

static int put_word(const struct put *p)
{
	return choice_of(p) < 0 ? ERR_INVALID : put_str(p, p->text);
}

static int read_prefix(struct bytes item, struct arena *a, const char **item_out)
{
	struct bytes digits = bytes_cut(item, 1, item.len);

	if (!bytes_starts(item, "+") || digits.len < 1 || digits.len > 15 || !are_digits(digits))
		return ERR_INVALID;
	*item_out = arena_str(a, item);
	return *item_out == NULL ? ERR_NOMEM : ERR_OK;
}

/* As inet_ntop writes it, so that two writings of one address are one text. */
static int read_peer(struct bytes item, struct arena *a, const char **item_out)
{
	const char *text = arena_str(a, item);
	char canonical[INET6_ADDRSTRLEN];
	uint8_t address[sizeof(struct in6_addr)];
	int family = bytes_find(item, ':') < item.len ? AF_INET6 : AF_INET;

	if (text == NULL)
		return ERR_NOMEM;
	if (inet_pton(family, text, address) != 1)
		return ERR_INVALID;
	inet_ntop(family, address, canonical, sizeof(canonical));
	*item_out = arena_str(a, bytes_of(canonical));
	return *item_out == NULL ? ERR_NOMEM : ERR_OK;
}

static int put_list(const struct put *p,
		    int (*read)(struct bytes item, struct arena *a, const char **item_out))
{
	const char **list = place(p);
	struct bytes rest = p->text;
	struct bytes item;
	size_t n = 0;

	while (bytes_split(&rest, ',', &item)) {
		int err = n == p->key->max ? ERR_INVALID
					   : read(bytes_trim(item), p->into->arena, &list[n]);

		if (err != ERR_OK)
			return err;
		n++;
	}
	if (n == 0 || bytes_ends(p->text, ","))
		return ERR_INVALID;
	*(size_t *)((uint8_t *)p->into->base + p->key->n_at) = n;
	return ERR_OK;
}

static int put_prefixes(const struct put *p)
{
	return put_list(p, read_prefix);
}

/* RFC 1123 2.1; an underscore is seen in the wild. */
static int read_host(struct bytes item, struct arena *a, const char **item_out)
{
	if (item.len == 0 || item.len > 253 || !has_only(item, "._-"))
		return ERR_INVALID;
	*item_out = arena_str(a, item);
	return *item_out == NULL ? ERR_NOMEM : ERR_OK;
}

/* None at all is a list too. */
static int put_list_or_none(const struct put *p,
			    int (*read)(struct bytes item, struct arena *a, const char **item_out))
{
	if (p->text.len > 0)
		return put_list(p, read);
	*(size_t *)((uint8_t *)p->into->base + p->key->n_at) = 0;
	return ERR_OK;
}

static int put_hosts(const struct put *p)
{
	return put_list_or_none(p, read_host);
}

static int read_endpoint(struct bytes item, struct arena *a, const char **item_out)
{
	struct smpp_endpoint endpoint;

	if (smpp_words_endpoint(item, &endpoint) != ERR_OK)
		return ERR_INVALID;
	*item_out = arena_str(a, item);
	return *item_out == NULL ? ERR_NOMEM : ERR_OK;
}

static int put_peers(const struct put *p)
{
	return p->key->min == 0 ? put_list_or_none(p, read_peer) : put_list(p, read_peer);
}

static int put_endpoints(const struct put *p)
{
	return put_list(p, read_endpoint);
}

static int read_statuses(struct bytes item, struct arena *a, const char **item_out)
{
	struct smpp_statuses statuses;

	if (smpp_words_statuses(item, &statuses) != ERR_OK)
		return ERR_INVALID;
	*item_out = arena_str(a, item);
	return *item_out == NULL ? ERR_NOMEM : ERR_OK;
}

static int put_statuses(const struct put *p)
{
	return put_list_or_none(p, read_statuses);
}

/* RFC 5322 3.4.1 without quoted strings: our own address is one that everybody can write. */
static int put_address(const struct put *p)
{
	size_t at = bytes_find(p->text, '@');
	struct bytes local = bytes_cut(p->text, 0, at);
	struct bytes domain = bytes_cut(p->text, at + 1, p->text.len);

	if (!is_long_enough(p) || local.len == 0 || local.len > 64 || domain.len == 0 ||
	    !has_only(local, "._-") || !has_only(domain, ".-") || bytes_starts(domain, ".") ||
	    bytes_ends(domain, "."))
		return ERR_INVALID;
	return put_str(p, p->text);
}

static int put_listen(const struct put *p)
{
	struct bytes host = p->text;
	const char *canonical;
	uint32_t port;

	if (p->text.len == 0)
		return put_str(p, p->text);
	while (host.len > 0 && host.ptr[host.len - 1] != ':')
		host.len--;
	if (host.len < 2 ||
	    number_parse_u32(bytes_cut(p->text, host.len, p->text.len), 1, 65535, &port) != ERR_OK)
		return ERR_INVALID;
	host.len--;
	if (bytes_starts(host, "[") && bytes_ends(host, "]"))
		host = bytes_cut(host, 1, host.len - 2);
	else if (bytes_find(host, ':') < host.len)
		return ERR_INVALID; /* ::1:8080 could be either */
	return read_peer(host, p->into->arena, &canonical) == ERR_OK ? put_str(p, p->text)
								     : ERR_INVALID;
}

static int put_host(const struct put *p)
{
	return is_long_enough(p) && has_only(p->text, ".-:") ? put_str(p, p->text) : ERR_INVALID;
}

static int put_url(const struct put *p)
{
	if (p->text.len == 0 && p->key->min == 0)
		return put_str(p, p->text);
	if (!is_long_enough(p) ||
	    (!bytes_starts(p->text, "http://") && !bytes_starts(p->text, "https://")))
		return ERR_INVALID;
	for (size_t i = 0; i < p->text.len; i++) {
		if (p->text.ptr[i] <= ' ' || p->text.ptr[i] > '~')
			return ERR_INVALID;
	}
	return put_str(p, p->text);
}

static int join_path(const struct put *p, const char *dir, const char **path_out)
{
	struct strbuf path = strbuf_in(p->into->arena, 4096);

	if (!bytes_starts(p->text, "/"))
		strbuf_addf(&path, "%s/", dir);
	strbuf_add(&path, p->text);
	if (strbuf_err(&path) == ERR_OK)
		*path_out = strbuf_text(&path);
	return strbuf_err(&path) == ERR_LIMIT ? ERR_INVALID : strbuf_err(&path);
}

/* Empty stays empty: then the setting isn't used. */
static int put_path(const struct put *p)
{
	const char *path = "";
	int err = is_long_enough(p) ? ERR_OK : ERR_INVALID;

	if (err == ERR_OK && p->text.len > 0)
		err = join_path(p, p->into->dir, &path);
	if (err == ERR_OK)
		*(const char **)place(p) = path;
	return err;
}

static int put_secret(const struct put *p)
{
	const char *path = "";
	const char *secret = "";
	int err = is_long_enough(p) ? ERR_OK : ERR_INVALID;

	if (err == ERR_OK && p->text.len > 0)
		err = join_path(p, p->into->dir, &path);
	if (err != ERR_OK)
		return err;
	if (p->text.len > 0 && !p->into->without_secrets) {
		strbuf_addf(p->why, "%s ", path);
		err = secret_read(path, p->into->arena, p->why, &secret);
	}
	if (err == ERR_OK)
		*(const char **)place(p) = secret;
	return err;
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The name of an installed profile that was perhaps meant; NULL: none. */
static const char *nearest_profile(const struct put *p)
{
	const char *names[PROFILES_MAX];
	const struct dirent *entry;
	DIR *dir = opendir(PROFILES_DIR);
	size_t n = 0;

	while (dir != NULL && n < PROFILES_MAX && (entry = readdir(dir)) != NULL) {
		names[n] = entry->d_name[0] == '.'
				   ? NULL
				   : arena_str(p->into->arena, bytes_of(entry->d_name));
		n += names[n] != NULL;
	}
	if (dir != NULL)
		closedir(dir);
	return faults_nearest(p->text, names, n);
}

static void say_no_profile(const struct put *p, const char *beside, const char *installed)
{
	const char *near = nearest_profile(p);

	if (installed == NULL)
		strbuf_addf(p->why, "%s is not a folder", beside);
	else
		strbuf_addf(p->why, "neither %s nor %s is a folder", beside, installed);
	if (near != NULL)
		strbuf_addf(p->why, "; did you mean %s?", near);
}

static int put_profile(const struct put *p)
{
	bool is_name = bytes_find(p->text, '/') == p->text.len;
	const char *beside = NULL;
	const char *installed = NULL;
	int err = is_long_enough(p) ? join_path(p, p->into->dir, &beside) : ERR_INVALID;

	if (err == ERR_OK && is_name)
		err = join_path(p, PROFILES_DIR, &installed);
	if (err != ERR_OK)
		return err;
	if (is_folder(beside))
		*(const char **)place(p) = beside;
	else if (installed != NULL && is_folder(installed))
		*(const char **)place(p) = installed;
	else {
		say_no_profile(p, beside, installed);
		err = ERR_INVALID;
	}
	return err;
}

/* clang-format off */
static int (*const putters[])(const struct put *p) = {
	[KIND_TEXT]     = put_text,
	[KIND_NAME]     = put_name,
	[KIND_DIGITS]   = put_digits,
	[KIND_SENDER]   = put_sender,
	[KIND_UINT]     = put_uint,
	[KIND_DURATION] = put_duration,
	[KIND_SIZE]     = put_size,
	[KIND_MONEY]    = put_money,
	[KIND_BOOL]     = put_bool,
	[KIND_CHOICE]   = put_choice,
	[KIND_WORD]     = put_word,
	[KIND_PREFIXES] = put_prefixes,
	[KIND_PEERS]    = put_peers,
	[KIND_LISTEN]   = put_listen,
	[KIND_HOST]     = put_host,
	[KIND_URL]      = put_url,
	[KIND_PATH]     = put_path,
	[KIND_PROFILE]  = put_profile,
	[KIND_ADDRESS]  = put_address,
	[KIND_HOSTS]    = put_hosts,
	[KIND_ENDPOINTS] = put_endpoints,
	[KIND_STATUSES] = put_statuses,
	[KIND_SECRET]   = put_secret,
};
/* clang-format on */

static void say_expected(const struct put *p)
{
	const char *near = NULL;
	size_t n = 0;

	strbuf_addf(p->why, "'%.*s' isn't ", PRI_BYTES(utf8_cut(p->text, SHOWN_MAX)));
	schema_put_expected(p->key, p->why);
	if (p->key->choices == NULL)
		return;
	while (p->key->choices[n] != NULL)
		n++;
	near = faults_nearest(p->text, p->key->choices, n);
	if (near != NULL)
		strbuf_addf(p->why, "; did you mean %s?", near);
}

int value_put(const struct conf_key *key, struct bytes text, const struct value_into *into,
	      struct strbuf *why)
{
	const struct put p = { .key = key, .text = text, .into = into, .why = why };
	int err = putters[key->kind](&p);

	if (err == ERR_OK || err == ERR_NOMEM)
		return err;
	if (strbuf_bytes(why).len == 0)
		say_expected(&p);
	return ERR_INVALID;
}
