/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conf/profile_texts.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#include "conf/load.h"
#include "parsers/err.h"

#define FILE_MAX_BYTES (1u << 20)
#define PATH_MAX_BYTES 4096
/* Behind the texts and the mails comes one more file a tongue: words.txt. */
#define WORDS_FILE (TEXT_COUNT + LETTER_COUNT)
#define N_FILES    (WORDS_FILE + 1)

static const struct tongue all_tongues[] = {
	{ LANG_SR, SCRIPT_CYRL }, { LANG_SR, SCRIPT_LATN }, { LANG_HR, SCRIPT_LATN },
	{ LANG_SK, SCRIPT_LATN }, { LANG_HU, SCRIPT_LATN }, { LANG_ROM, SCRIPT_LATN },
	{ LANG_EN, SCRIPT_LATN },
};

struct sources {
	struct profile *p;
	struct faults *faults;
	const char *own;      /* the profile's folder */
	const char *defaults; /* the folder of texts that come with the program */
};

int profile_read_file(struct profile *p, const char *dir, const char *name, bool is_needed,
		      struct faults *faults, struct bytes *text_out)
{
	char path[PATH_MAX_BYTES];
	int n = snprintf(path, sizeof(path), "%s/%s", dir, name);
	int err;

	*text_out = BYTES_NONE;
	if (n < 0 || (size_t)n >= sizeof(path))
		return ERR_LIMIT;
	err = load_file(path, FILE_MAX_BYTES, p->arena, text_out);
	/* An empty file is there all the same. */
	if (err == ERR_OK && text_out->ptr == NULL)
		*text_out = bytes_at("", 0);
	if (err == ERR_OK || err == ERR_NOMEM || (err == ERR_NOENT && !is_needed))
		return err == ERR_NOENT ? ERR_OK : err;
	faults_add(faults, (struct fault){ .file = bytes_of(name) }, "%s",
		   err == ERR_NOENT   ? "is missing from the profile's folder"
		   : err == ERR_LIMIT ? "is larger than a megabyte"
				      : "can't be read");
	return ERR_OK;
}

static const char *stem_of(int n)
{
	if (n < TEXT_COUNT)
		return text_name_text((enum text_name)n);
	return n == WORDS_FILE ? "words" : letter_name_text((enum letter_name)(n - TEXT_COUNT));
}

/* The profile's own text, else the one that comes with the program; none when neither is there. */
static int find_text(struct sources *in, const char *name, struct bytes *text_out)
{
	char own[PATH_MAX_BYTES];
	int err;

	snprintf(own, sizeof(own), "texts/%s", name);
	err = profile_read_file(in->p, in->own, own, false, in->faults, text_out);
	if (err != ERR_OK || text_out->ptr != NULL)
		return err;
	return profile_read_file(in->p, in->defaults, name, false, in->faults, text_out);
}

static int add_text(struct sources *in, struct tongue t, int n)
{
	struct catalog *c = in->p->catalog;
	char name[64];
	struct bytes text;
	int err;

	snprintf(name, sizeof(name), "%s/%s.txt", tongue_name(t), stem_of(n));
	err = find_text(in, name, &text);
	if (err != ERR_OK || text.ptr == NULL)
		return err;
	if (n == WORDS_FILE)
		err = catalog_add_words(c, t, bytes_of(name), text, in->faults);
	else if (n < TEXT_COUNT)
		err = catalog_add(c, t, (enum text_name)n, bytes_of(name), text, in->faults);
	else
		err = catalog_add_letter(c, t, (enum letter_name)(n - TEXT_COUNT), bytes_of(name),
					 text, in->faults);
	return err == ERR_INVALID ? ERR_OK : err;
}

/* A file of the profile's own that no text is called by would never be used: say so. */
static void check_stray(struct sources *in, struct tongue t, const char *file)
{
	struct bytes name = bytes_of(file), stem = bytes_cut(name, 0, bytes_find(name, '.'));
	const char *stems[N_FILES];
	const char *near;
	struct fault at = { .file = name, .section = bytes_of(tongue_name(t)) };

	for (int n = 0; n < N_FILES; n++) {
		stems[n] = stem_of(n);
		if (bytes_ends(name, ".txt") && bytes_is(stem, stems[n]))
			return;
	}
	near = faults_nearest(stem, stems, N_FILES);
	if (near != NULL)
		faults_add(in->faults, at, "no text has this name; did you mean %s.txt?", near);
	else
		faults_add(in->faults, at, "no text has this name");
}

static int check_strays(struct sources *in, struct tongue t)
{
	char path[PATH_MAX_BYTES];
	int n = snprintf(path, sizeof(path), "%s/texts/%s", in->own, tongue_name(t));
	struct dirent *e;
	DIR *d;

	if (n < 0 || (size_t)n >= sizeof(path))
		return ERR_LIMIT;
	d = opendir(path);
	while (d != NULL && (e = readdir(d)) != NULL) {
		if (e->d_name[0] != '.')
			check_stray(in, t, e->d_name);
	}
	if (d != NULL)
		closedir(d);
	return ERR_OK;
}

static bool is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/*
 * The texts that every profile begins with: beside an installed profile
 * (profiles/town, templates/texts), in the source tree (conf/profiles/town),
 * installed, or where this program was built.
 */
static const char *find_defaults(const char *dir, char path[PATH_MAX_BYTES])
{
	static const char *const beside[] = { "../../templates/texts", "../../../templates/texts" };

	for (size_t i = 0; i < ARRAY_LEN(beside); i++) {
		int n = snprintf(path, PATH_MAX_BYTES, "%s/%s", dir, beside[i]);

		if (n > 0 && n < PATH_MAX_BYTES && is_dir(path))
			return path;
	}
	return is_dir(TEXTS_DIR) ? TEXTS_DIR : TEXTS_SOURCE_DIR;
}

int profile_read_texts(struct profile *p, const char *dir, struct faults *faults)
{
	char path[PATH_MAX_BYTES];
	struct sources in = {
		.p = p, .faults = faults, .own = dir, .defaults = find_defaults(dir, path)
	};
	int err = ERR_OK;

	for (size_t t = 0; t < ARRAY_LEN(all_tongues) && err == ERR_OK; t++) {
		err = check_strays(&in, all_tongues[t]);
		for (int n = 0; n < N_FILES && err == ERR_OK; n++)
			err = add_text(&in, all_tongues[t], n);
	}
	if (err == ERR_OK)
		err = catalog_finish(p->catalog, faults);
	return err == ERR_INVALID ? ERR_OK : err;
}
