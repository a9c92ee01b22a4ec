/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loading half of conf/profile.h: reads the folder, then checks that all of it fits together. */
#include "conf/profile.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "conf/load.h"
#include "conf/longest.h"
#include "conf/profile_staff.h"
#include "conf/profile_tables.h"
#include "conf/profile_texts.h"
#include "parsers/err.h"
#include "parsers/fold.h"
#include "parsers/rule_file.h"
#include "templates/words.h"

/* Everything of a profile: tables, names, what the checks need. */
#define PROFILE_ARENA_BYTES (64u << 20)
#define RULE_FILES_MAX      200
#define PATH_MAX_BYTES      4096
/* Any moment will do to ask whether a time zone is known. */
#define SOME_MOMENT_MS INT64_C(1795698000000)

struct reader {
	struct profile *p;
	const char *dir;
	struct faults *faults;
};

static struct bytes file_of(const char *name)
{
	return bytes_of(name);
}

static int read_file(struct reader *in, const char *name, bool is_needed, struct bytes *text_out)
{
	return profile_read_file(in->p, in->dir, name, is_needed, in->faults, text_out);
}

/* ---- profile.ini ---- */

/* clang-format off */
static const char *const ini_keys[] = {
	"town_sr_cyrl", "town_sr_latn", "town_hr", "town_sk", "town_hu", "town_rom", "town_en",
	"prefix", "time_zone", "tongue", "tongues", "emergency_numbers",
	"coordinator_category", "emergency_category",
};
/* clang-format on */

#define INI         "profile.ini"
#define SECTION     "profile"
#define STAFF_WORDS "staff_words.txt"

static struct fault at_key(const struct load_ini *ini, const char *key)
{
	const struct load_entry *e = load_find(ini, bytes_of(SECTION), key);

	return (struct fault){ .file = bytes_of(INI),
			       .line = e != NULL ? e->line : 0,
			       .section = bytes_of(SECTION),
			       .key = bytes_of(key) };
}

static bool is_known(struct bytes key)
{
	for (size_t i = 0; i < ARRAY_LEN(ini_keys); i++) {
		if (bytes_is(key, ini_keys[i]))
			return true;
	}
	return false;
}

static void check_entries(const struct load_ini *ini, struct faults *faults)
{
	for (size_t i = 0; i < ini->n; i++) {
		const struct load_entry *e = &ini->entries[i];
		struct fault at = {
			.file = bytes_of(INI), .line = e->line, .section = e->section, .key = e->key
		};
		const char *near = faults_nearest(e->key, ini_keys, ARRAY_LEN(ini_keys));

		if (!bytes_is(e->section, SECTION))
			faults_add(faults, at, "the only section is [" SECTION "]");
		else if (e->key.len != 0 && !is_known(e->key) && near != NULL)
			faults_add(faults, at, "is no known key; did you mean %s?", near);
		else if (e->key.len != 0 && !is_known(e->key))
			faults_add(faults, at, "is no known key");
	}
}

static struct bytes value_of(const struct load_ini *ini, const char *key)
{
	const struct load_entry *e = load_find(ini, bytes_of(SECTION), key);

	return e != NULL ? bytes_trim(bytes_of(e->value)) : BYTES_NONE;
}

static struct bytes needed_value(const struct load_ini *ini, const char *key, struct faults *faults)
{
	struct bytes value = value_of(ini, key);

	if (value.len == 0)
		faults_add(faults, at_key(ini, key), "is missing");
	return value;
}

static void read_prefix(struct reader *in, const struct load_ini *ini)
{
	struct bytes prefix = needed_value(ini, "prefix", in->faults);

	for (size_t i = 0; i < prefix.len; i++) {
		if (prefix.len <= 8 && prefix.ptr[i] >= 'A' && prefix.ptr[i] <= 'Z')
			continue;
		faults_add(in->faults, at_key(ini, "prefix"),
			   "'%.*s' is no prefix; write 1 to 8 capital letters A-Z",
			   PRI_BYTES(prefix));
		break;
	}
	in->p->case_prefix = prefix;
}

static void read_tongue(struct reader *in, const struct load_ini *ini, const char *key,
			struct bytes name, struct tongue *tongue_out)
{
	if (tongue_parse(name, tongue_out) != ERR_OK)
		faults_add(in->faults, at_key(ini, key),
			   "'%.*s' is none of sr-Cyrl sr-Latn hr sk hu rom en", PRI_BYTES(name));
}

static void read_tongues(struct reader *in, const struct load_ini *ini)
{
	struct profile *p = in->p;
	struct bytes list = needed_value(ini, "tongues", in->faults), name;

	read_tongue(in, ini, "tongue", needed_value(ini, "tongue", in->faults), &p->tongue);
	while (bytes_split(&list, ',', &name)) {
		if (p->n_tongues == ARRAY_LEN(p->tongues)) {
			faults_add(in->faults, at_key(ini, "tongues"), "more than %zu tongues",
				   ARRAY_LEN(p->tongues));
			break;
		}
		read_tongue(in, ini, "tongues", bytes_trim(name), &p->tongues[p->n_tongues++]);
	}
	if (p->n_tongues != 0 && !profile_answers_in(p, p->tongue))
		faults_add(in->faults, at_key(ini, "tongue"),
			   "isn't one of the tongues that we answer in");
}

static int read_zone(struct reader *in, const struct load_ini *ini)
{
	struct bytes zone = needed_value(ini, "time_zone", in->faults), words;
	char *name = arena_str(in->p->arena, zone);
	struct tongue en = { LANG_EN, SCRIPT_LATN };
	int err;

	if (name == NULL)
		return ERR_NOMEM;
	in->p->time_zone = bytes_of(name);
	err = words_time(in->p->arena, NULL, en, name, (struct wall){ SOME_MOMENT_MS }, WORDS_SHORT,
			 &words);
	if (err == ERR_INVALID && zone.len != 0)
		faults_add(in->faults, at_key(ini, "time_zone"),
			   "'%s' is no time zone; write one such as Europe/Belgrade", name);
	return err == ERR_NOMEM ? err : ERR_OK;
}

static int read_town(struct reader *in, const struct load_ini *ini)
{
	struct names *town = &in->p->town;

	town->sr_cyrl = needed_value(ini, "town_sr_cyrl", in->faults);
	town->sr_latn = value_of(ini, "town_sr_latn");
	town->hr = value_of(ini, "town_hr");
	town->sk = value_of(ini, "town_sk");
	town->hu = value_of(ini, "town_hu");
	town->rom = value_of(ini, "town_rom");
	town->en = value_of(ini, "town_en");
	if (town->sr_latn.len != 0)
		return ERR_OK;
	return fold_latin(in->p->arena, town->sr_cyrl, &town->sr_latn);
}

static int read_ini(struct reader *in, struct load_ini *ini_out)
{
	struct bytes text;
	int err = read_file(in, INI, true, &text);

	if (err == ERR_OK)
		err = load_text(text, INI, in->p->arena, in->faults, ini_out);
	if (err != ERR_OK || text.len == 0)
		return err == ERR_NOMEM ? err : ERR_OK;
	check_entries(ini_out, in->faults);
	read_prefix(in, ini_out);
	read_tongues(in, ini_out);
	in->p->emergency_numbers = needed_value(ini_out, "emergency_numbers", in->faults);
	err = read_zone(in, ini_out);
	return err == ERR_OK ? read_town(in, ini_out) : err;
}

/* ---- tables ---- */

static int read_tables(struct reader *in)
{
	static const struct {
		const char *file;
		int (*read)(struct profile *p, struct bytes text, struct faults *faults);
	} tables[] = {
		{ "departments.tsv", profile_read_departments },
		{ "categories.tsv", profile_read_categories },
		{ "staff.tsv", profile_read_staff },
	};
	int err = ERR_OK;

	for (size_t i = 0; i < ARRAY_LEN(tables) && err == ERR_OK; i++) {
		struct bytes text;

		err = read_file(in, tables[i].file, true, &text);
		if (err == ERR_OK && text.ptr != NULL)
			err = tables[i].read(in->p, text, in->faults);
	}
	return err;
}

static const struct category *named_category(struct reader *in, const struct load_ini *ini,
					     const char *key)
{
	struct bytes code = needed_value(ini, key, in->faults);
	const struct category *c = profile_category(in->p, code);

	if (c == NULL && code.len != 0 && in->p->n_categories != 0)
		profile_unknown_category(in->p, code, at_key(ini, key), in->faults);
	return c;
}

/* ---- rules, gazetteer, commands ---- */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of the *.rules files, sorted: the order of rules must not hang on the file system. */
static int list_rules(struct reader *in, const char *names[RULE_FILES_MAX], size_t *n_out)
{
	char path[PATH_MAX_BYTES];
	struct dirent *e;
	size_t n = 0;
	DIR *d;

	snprintf(path, sizeof(path), "%s/rules", in->dir);
	d = opendir(path);
	while (d != NULL && n < RULE_FILES_MAX && (e = readdir(d)) != NULL) {
		if (e->d_name[0] != '.' && bytes_ends(bytes_of(e->d_name), ".rules"))
			names[n++] = arena_str(in->p->arena, bytes_of(e->d_name));
	}
	if (d != NULL)
		closedir(d);
	for (size_t i = 0; i < n; i++) {
		if (names[i] == NULL)
			return ERR_NOMEM;
	}
	if (n != 0)
		qsort(names, n, sizeof(*names), by_name);
	else
		faults_add(in->faults, (struct fault){ .file = file_of("rules") },
			   "holds no file whose name ends in .rules");
	*n_out = n;
	return ERR_OK;
}

static int read_rules(struct reader *in)
{
	const char *names[RULE_FILES_MAX];
	size_t n = 0;
	int err = list_rules(in, names, &n);

	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		char path[PATH_MAX_BYTES];
		struct bytes text;

		snprintf(path, sizeof(path), "rules/%s", names[i]);
		err = read_file(in, path, true, &text);
		if (err == ERR_OK && text.ptr != NULL)
			err = rule_file_add(in->p->rules, bytes_of(names[i]), text, in->faults);
		if (err == ERR_INVALID)
			err = ERR_OK; /* said; the other files are read */
	}
	return err;
}

/* A rule's name is "file:line"; its section stands in the same file. */
static void check_rules(struct reader *in)
{
	const struct rules *r = in->p->rules;
	unsigned said = 0;

	for (size_t i = 0; i < rules_count(r); i++) {
		const struct rule_info *info = rules_info(r, i);
		struct fault at = { .line = info->section_line };

		at.file = bytes_cut(info->name, 0, bytes_find(info->name, ':'));
		if (info->role != ROLE_CATEGORY || profile_category(in->p, info->category) != NULL)
			continue;
		if (said != info->section_line)
			profile_unknown_category(in->p, info->category, at, in->faults);
		said = info->section_line;
	}
}

static int read_words(struct reader *in)
{
	struct profile *p = in->p;
	struct bytes text;
	int err = read_file(in, "gazetteer.tsv", true, &text);

	if (err == ERR_OK && text.ptr != NULL)
		err = gazetteer_add_file(p->places, file_of("gazetteer.tsv"), text, in->faults);
	if (err == ERR_OK || err == ERR_INVALID)
		err = read_file(in, "commands.txt", true, &text);
	if (err == ERR_OK && text.ptr != NULL)
		err = citizen_words_add_file(p->words, file_of("commands.txt"), text, in->faults);
	if (err == ERR_OK || err == ERR_INVALID)
		err = read_file(in, STAFF_WORDS, false, &text);
	if (err == ERR_OK && text.ptr != NULL)
		err = staff_words_add_file(p->staff_words, file_of(STAFF_WORDS), text, in->faults);
	return err == ERR_INVALID ? ERR_OK : err;
}

/* ---- all of it ---- */

/* Only a profile without faults has values to measure. */
static int check_texts(struct reader *in)
{
	struct longest longest;
	int err;

	err = profile_longest(in->p, in->p->arena, &longest);
	if (err == ERR_OK)
		err = compose_check(in->p->catalog, &longest, in->faults);
	return err;
}

static bool is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static struct bytes folder_name(const char *dir)
{
	struct bytes path = bytes_of(dir);
	const char *slash;

	while (bytes_ends(path, "/"))
		path = bytes_cut(path, 0, path.len - 1);
	slash = memrchr(path.ptr, '/', path.len);
	if (slash != NULL)
		path = bytes_cut(path, (size_t)(slash + 1 - (const char *)path.ptr), path.len);
	return path;
}

static struct profile *profile_new(const char *dir)
{
	struct arena *a = arena_new(PROFILE_ARENA_BYTES);
	struct profile *p = a != NULL ? arena_alloc(a, sizeof(*p)) : NULL;

	if (p == NULL) {
		arena_free(&a);
		return NULL;
	}
	p->arena = a;
	p->name = arena_dup(a, folder_name(dir));
	p->rules = rules_new();
	p->places = gazetteer_new();
	p->words = citizen_words_new();
	p->staff_words = staff_words_new();
	p->catalog = catalog_new();
	if (p->rules == NULL || p->places == NULL || p->words == NULL || p->staff_words == NULL ||
	    p->catalog == NULL)
		profile_free(&p);
	return p;
}

static void fill_classifier(struct profile *p)
{
	p->classifier = (struct classifier){
		.rules = p->rules,
		.places = p->places,
		.words = p->words,
		.case_prefix = p->case_prefix,
		.emergency_category = p->emergency_category->code,
		.fallback_category = p->coordinator_category->code,
		.otherwise = p->tongue,
	};
}

static int read_all(struct reader *in)
{
	size_t n_before = in->faults->n_errors;
	struct load_ini ini = { 0 };
	int err = read_ini(in, &ini);

	if (err == ERR_OK)
		err = read_tables(in);
	if (err == ERR_OK)
		err = read_rules(in);
	if (err == ERR_OK)
		err = read_words(in);
	if (err == ERR_OK)
		err = profile_read_texts(in->p, in->dir, in->faults);
	if (err != ERR_OK)
		return err;
	if (ini.n != 0) {
		in->p->coordinator_category = named_category(in, &ini, "coordinator_category");
		in->p->emergency_category = named_category(in, &ini, "emergency_category");
	}
	err = profile_check_staff(in->p, in->faults);
	if (err != ERR_OK)
		return err;
	if (in->p->n_categories != 0)
		check_rules(in);
	if (in->faults->n_errors != n_before)
		return ERR_INVALID;
	fill_classifier(in->p);
	return check_texts(in);
}

int profile_load(const char *dir, struct faults *faults, struct profile **profile_out)
{
	struct reader in = { .dir = dir, .faults = faults };
	int err;

	if (!is_dir(dir)) {
		faults_add(faults, (struct fault){ .file = bytes_of(dir) },
			   "is no folder of a profile");
		return ERR_INVALID;
	}
	in.p = profile_new(dir);
	if (in.p == NULL)
		return ERR_NOMEM;
	err = read_all(&in);
	if (err == ERR_OK)
		*profile_out = in.p;
	else
		profile_free(&in.p);
	return err;
}

void profile_free(struct profile **p)
{
	struct arena *a;

	if (*p == NULL)
		return;
	rules_free(&(*p)->rules);
	gazetteer_free(&(*p)->places);
	citizen_words_free(&(*p)->words);
	staff_words_free(&(*p)->staff_words);
	catalog_free(&(*p)->catalog);
	a = (*p)->arena;
	arena_free(&a);
	*p = NULL;
}
