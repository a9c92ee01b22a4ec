/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/templates/texts.h"

#include <stdio.h>
#include <stdlib.h>

#include "parsers/err.h"
#include "tests/tap.h"

const char *const text_folders[5] = { "sr-Cyrl", "hr", "sk", "hu", "en" };

int texts_add(struct catalog *c, const char *tongue, enum text_name n, const char *text,
	      struct faults *faults)
{
	struct tongue t = { 0 };
	char name[64];

	(void)tongue_parse(bytes_of(tongue), &t);
	(void)snprintf(name, sizeof(name), "%s/%s.txt", tongue,
		       n == TEXT_COUNT ? "words" : text_name_text(n));
	if (n == TEXT_COUNT)
		return catalog_add_words(c, t, bytes_of(name), bytes_of(text), faults);
	return catalog_add(c, t, n, bytes_of(name), bytes_of(text), faults);
}

int letters_add(struct catalog *c, const char *tongue, enum letter_name n, const char *text,
		struct faults *faults)
{
	struct tongue t = { 0 };
	char name[64];

	(void)tongue_parse(bytes_of(tongue), &t);
	(void)snprintf(name, sizeof(name), "%s/%s.txt", tongue, letter_name_text(n));
	return catalog_add_letter(c, t, n, bytes_of(name), bytes_of(text), faults);
}

static void load_letters(struct catalog *c, const char *folder, struct faults *faults)
{
	for (int n = 0; n < LETTER_COUNT; n++) {
		char path[96];
		size_t len;
		char *text;

		(void)snprintf(path, sizeof(path), "templates/texts/%s/%s.txt", folder,
			       letter_name_text((enum letter_name)n));
		text = read_source_file(path, &len);
		if (letters_add(c, folder, (enum letter_name)n, text, faults) != ERR_OK)
			diag("%s has faults", path);
		free(text);
	}
}

static void load_folder(struct catalog *c, const char *folder, struct faults *faults)
{
	for (int n = 0; n <= TEXT_COUNT; n++) {
		char path[96];
		size_t len;
		char *text;

		(void)snprintf(path, sizeof(path), "templates/texts/%s/%s.txt", folder,
			       n == TEXT_COUNT ? "words" : text_name_text((enum text_name)n));
		text = read_source_file(path, &len);
		if (texts_add(c, folder, (enum text_name)n, text, faults) != ERR_OK)
			diag("%s has faults", path);
		free(text);
	}
}

struct catalog *texts_load(struct faults *faults)
{
	struct catalog *c = catalog_new();

	for (size_t i = 0; i < ARRAY_LEN(text_folders); i++)
		load_folder(c, text_folders[i], faults);
	for (size_t i = 0; i < ARRAY_LEN(text_folders); i++)
		load_letters(c, text_folders[i], faults);
	if (catalog_finish(c, faults) != ERR_OK)
		diag("the texts that we bring don't finish");
	return c;
}
