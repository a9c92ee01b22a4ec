/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conf/conf.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/fill.h"
#include "conf/limits.h"
#include "conf/load.h"
#include "conf/sanity.h"
#include "conf/schema.h"
#include "parsers/err.h"
#include "parsers/strbuf.h"

/* What makes a folder a profile, and what makes it a configuration. */
#define PROFILE_FILE "profile.ini"
#define CONF_FILE    "odziv.ini"
#define CONTROL_FILE "control.sock"

static const char *join(struct arena *a, const char *dir, const char *name)
{
	struct strbuf s = strbuf_in(a, PATH_MAX);

	strbuf_addf(&s, "%s/%s", dir, name);
	return strbuf_err(&s) == ERR_OK ? strbuf_text(&s) : NULL;
}

static bool is_there(const char *path)
{
	struct stat st;

	return path != NULL && stat(path, &st) == 0;
}

static int say_not_there(const char *path, struct faults *faults)
{
	if (errno == EACCES)
		faults_add(
			faults, (struct fault){ .file = bytes_of(path) },
			"can't be looked into by uid %u: %s; the group odziv should be allowed to "
			"(chgrp odziv, chmod 0750), and who reads it a member",
			(unsigned)geteuid(), strerror(errno));
	else
		faults_add(faults, (struct fault){ .file = bytes_of(path) }, "can't be found: %s",
			   strerror(errno));
	return ERR_NOENT;
}

/* Sets conf->file, or for a bare profile conf->profile_dir. */
static int locate(struct conf *conf, const char *path, struct faults *faults)
{
	struct stat st;
	const char *file;

	conf->file = "";
	if (stat(path, &st) != 0)
		return say_not_there(path, faults);
	if (!S_ISDIR(st.st_mode)) {
		conf->file = arena_str(conf->arena, bytes_of(path));
		return conf->file == NULL ? ERR_NOMEM : ERR_OK;
	}
	file = join(conf->arena, path, CONF_FILE);
	if (is_there(file)) {
		conf->file = file;
		return ERR_OK;
	}
	if (errno == EACCES)
		return say_not_there(path, faults);
	if (is_there(join(conf->arena, path, PROFILE_FILE))) {
		conf->profile_dir = arena_str(conf->arena, bytes_of(path));
		return conf->profile_dir == NULL ? ERR_NOMEM : ERR_OK;
	}
	faults_add(faults, (struct fault){ .file = bytes_of(path) },
		   "the folder has neither " CONF_FILE " nor " PROFILE_FILE
		   "; name a configuration or a profile");
	return ERR_NOENT;
}

/* The folder that paths in the file are relative to, absolute, so that it holds wherever we run. */
static const char *folder_of(struct conf *conf)
{
	char real[PATH_MAX];

	if (conf->file[0] == '\0')
		return ".";
	if (realpath(conf->file, real) == NULL)
		return NULL;
	return arena_str(conf->arena, bytes_of(dirname(real)));
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* Defaults that follow from other settings. */
static int derive_names(struct conf *conf)
{
	bool is_bare = conf->file[0] == '\0';

	if (conf->state_dir == NULL)
		conf->state_dir = "";
	if (conf->instance != NULL && conf->instance[0] == '\0' && conf->profile_dir != NULL) {
		char real[PATH_MAX];

		if (realpath(conf->profile_dir, real) != NULL)
			conf->instance = arena_str(conf->arena, bytes_of(base_name(real)));
	}
	if (conf->control_path != NULL && conf->control_path[0] == '\0' && !is_bare)
		conf->control_path = join(conf->arena, conf->state_dir, CONTROL_FILE);
	return conf->instance == NULL || conf->control_path == NULL ? ERR_NOMEM : ERR_OK;
}

static int derive_urls(struct conf *conf)
{
	for (size_t i = 0; i < conf->n_channels; i++) {
		struct conf_channel *c = &conf->channels[i];
		struct strbuf url = strbuf_in(conf->arena, PATH_MAX);

		if (c->dlr_url_base == NULL || c->dlr_url_base[0] != '\0' ||
		    conf->http_listen == NULL)
			continue;
		strbuf_addf(&url, "http://%s", conf->http_listen);
		if (strbuf_err(&url) != ERR_OK)
			return strbuf_err(&url);
		c->dlr_url_base = strbuf_text(&url);
	}
	return ERR_OK;
}

/* Found by the order of the schema, read by the order of the file; what is nowhere in it comes last. */
static void sort_by_line(struct faults *faults, size_t from)
{
	for (size_t i = from + 1; i < faults->n; i++) {
		struct fault moved = faults->list[i];
		size_t j = i;

		for (; j > from && faults->list[j - 1].line - 1u > moved.line - 1u; j--)
			faults->list[j] = faults->list[j - 1];
		faults->list[j] = moved;
	}
}

static int read_settings(struct conf *conf, const char *path, struct faults *faults)
{
	struct load_ini ini = { 0 };
	const char *dir;
	int err = locate(conf, path, faults);

	if (err != ERR_OK)
		return err;
	if (conf->file[0] != '\0')
		err = load_ini(conf->file, conf->arena, faults, &ini);
	if (err != ERR_OK)
		return err;
	dir = folder_of(conf);
	if (dir == NULL)
		return say_not_there(conf->file, faults);
	err = fill_conf(conf, &ini, dir, faults);
	if (err == ERR_OK)
		err = derive_names(conf);
	if (err == ERR_OK)
		err = derive_urls(conf);
	if (err == ERR_OK)
		sanity_check(conf, &ini, faults);
	return err;
}

/* A profile names its files from its own folder; a town may have a copy beside the installed one. */
static void name_in_full(const struct conf *conf, struct arena *a, struct fault *f)
{
	static const char *const folders[] = { "", "rules/", "texts/" };

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		struct strbuf s = strbuf_in(a, PATH_MAX);

		strbuf_addf(&s, "%s/%s%.*s", conf->profile_dir, folders[i], PRI_BYTES(f->file));
		if (strbuf_err(&s) == ERR_OK && is_there(strbuf_text(&s))) {
			f->file = strbuf_bytes(&s);
			return;
		}
	}
}

static int read_profile(struct conf *conf, struct faults *faults)
{
	size_t first = faults->n;
	int err = profile_load(conf->profile_dir, faults, &conf->profile);

	for (size_t i = first; i < faults->n; i++) {
		struct fault *f = &faults->list[i];

		if (f->file.len > 0 && !bytes_starts(f->file, "/"))
			name_in_full(conf, faults->arena, f);
	}
	return err;
}

static int read_all(struct conf *conf, const char *path, struct faults *faults)
{
	size_t first = faults->n;
	size_t before = faults->n_errors;
	int err = read_settings(conf, path, faults);

	sort_by_line(faults, first);
	if (err == ERR_OK && conf->profile_dir != NULL)
		err = read_profile(conf, faults);
	if (err == ERR_OK && faults->n_errors > before)
		err = ERR_INVALID;
	return err;
}

static int load(const char *path, bool without_secrets, struct faults *faults,
		struct conf **conf_out)
{
	struct arena *a = arena_new(CONF_ARENA_MAX);
	struct conf *conf = a == NULL ? NULL : arena_alloc(a, sizeof(*conf));
	int err;

	if (conf == NULL) {
		arena_free(&a);
		return ERR_NOMEM;
	}
	conf->arena = a;
	conf->holders = 1;
	conf->without_secrets = without_secrets;
	err = read_all(conf, path, faults);
	if (err == ERR_OK)
		*conf_out = conf;
	else
		conf_drop(&conf);
	return err;
}

int conf_load(const char *path, struct faults *faults, struct conf **conf_out)
{
	return load(path, false, faults, conf_out);
}

int conf_load_open(const char *path, struct faults *faults, struct conf **conf_out)
{
	return load(path, true, faults, conf_out);
}

struct conf *conf_hold(struct conf *c)
{
	c->holders++;
	return c;
}

static const void *place_of(const struct conf_channel *c, size_t at)
{
	return (const uint8_t *)c + at;
}

static void wipe_secrets(struct conf *conf)
{
	for (size_t i = 0; i < conf->n_channels; i++) {
		for (size_t k = 0; k < schema_channel.n_keys; k++) {
			const struct conf_key *key = &schema_channel.keys[k];
			char *secret;

			if (key->kind != KIND_SECRET)
				continue;
			secret = *(char *const *)place_of(&conf->channels[i], key->at);
			/* "" may be a literal, which has nothing to wipe. */
			if (secret != NULL && secret[0] != '\0')
				explicit_bzero(secret, strlen(secret));
		}
	}
}

void conf_drop(struct conf **c)
{
	struct conf *conf = *c;
	struct arena *a;

	*c = NULL;
	if (conf == NULL || --conf->holders > 0)
		return;
	wipe_secrets(conf);
	profile_free(&conf->profile);
	a = conf->arena;
	arena_free(&a);
}

const struct conf_channel *conf_channel(const struct conf *c, const char *name)
{
	for (size_t i = 0; i < c->n_channels; i++) {
		if (strcmp(c->channels[i].name, name) == 0)
			return &c->channels[i];
	}
	return NULL;
}

static bool texts_differ(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a != b;
	return strcmp(a, b) != 0;
}

static bool lists_differ(const struct conf_key *key, const struct conf_channel *a,
			 const struct conf_channel *b)
{
	const char *const *list_a = place_of(a, key->at);
	const char *const *list_b = place_of(b, key->at);
	size_t n = *(const size_t *)place_of(a, key->n_at);

	if (n != *(const size_t *)place_of(b, key->n_at))
		return true;
	for (size_t i = 0; i < n; i++) {
		if (texts_differ(list_a[i], list_b[i]))
			return true;
	}
	return false;
}

static bool values_differ(const struct conf_key *key, const struct conf_channel *a,
			  const struct conf_channel *b)
{
	const void *at_a = place_of(a, key->at);
	const void *at_b = place_of(b, key->at);

	switch (key->kind) {
	case KIND_UINT:
	case KIND_CHOICE: return memcmp(at_a, at_b, sizeof(unsigned)) != 0;
	case KIND_DURATION:
	case KIND_SIZE:
	case KIND_MONEY: return memcmp(at_a, at_b, sizeof(uint64_t)) != 0;
	case KIND_BOOL: return *(const bool *)at_a != *(const bool *)at_b;
	case KIND_PREFIXES:
	case KIND_PEERS:
	case KIND_ENDPOINTS:
	case KIND_STATUSES:
	case KIND_HOSTS: return lists_differ(key, a, b);
	case KIND_TEXT:
	case KIND_NAME:
	case KIND_DIGITS:
	case KIND_SENDER:
	case KIND_WORD:
	case KIND_LISTEN:
	case KIND_HOST:
	case KIND_URL:
	case KIND_PATH:
	case KIND_PROFILE:
	case KIND_ADDRESS:
	case KIND_SECRET:
		return texts_differ(*(const char *const *)at_a, *(const char *const *)at_b);
	}
	return true;
}

bool conf_differs_channel(const struct conf_channel *a, const struct conf_channel *b)
{
	if (texts_differ(a->name, b->name))
		return true;
	for (size_t i = 0; i < schema_channel.n_keys; i++) {
		if (values_differ(&schema_channel.keys[i], a, b))
			return true;
	}
	return false;
}
