/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay - main of every fuzz target: reads the kept inputs of its folder.
 *
 * The folder is tests/fuzz/corpus/X below TOP_SRCDIR for a program fuzz_X. An
 * empty folder is a failure: then nothing was tried.
 */
#include <dirent.h>
#include <limits.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

/* A kept input is small; libFuzzer itself stops at 4096 unless told otherwise. */
#define INPUT_BYTES_MAX (1 << 20)

#ifdef WITH_LIBFUZZER
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*target)(const uint8_t *data, size_t size));
#endif

/* An exact-size copy, so that a read past the end is seen. */
static void replay_octets(const uint8_t *octets, size_t len)
{
	uint8_t *copy = malloc(len == 0 ? 1 : len);

	if (copy == NULL)
		abort();
	memcpy(copy, octets, len);
	LLVMFuzzerTestOneInput(copy, len);
	free(copy);
}

static bool replay_file(const char *path)
{
	static uint8_t octets[INPUT_BYTES_MAX];
	FILE *f = fopen(path, "rb");
	size_t len;

	if (f == NULL)
		return false;
	len = fread(octets, 1, sizeof(octets), f);
	fclose(f);
	replay_octets(octets, len);
	return true;
}

/* Number of inputs that were read; what crashes ends the program, with the path as the last line. */
static unsigned replay_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[PATH_MAX];
	unsigned n = 0;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name) >=
		    sizeof(path))
			continue;
		printf("reading %s\n", entry->d_name);
		fflush(stdout);
		n += replay_file(path);
	}
	if (dir != NULL)
		closedir(dir);
	return n;
}

int main(int argc, char **argv)
{
	const char *top = getenv("TOP_SRCDIR"), *name = strrchr(argv[0], '/');
	char folder[PATH_MAX];
	unsigned n;

	name = name == NULL ? argv[0] : name + 1;
	/* libtool-like prefixes don't occur: the program is called fuzz_X. */
	name = strncmp(name, "fuzz_", 5) == 0 ? name + 5 : name;
	if (argc > 1) {
#ifdef WITH_LIBFUZZER
		return LLVMFuzzerRunDriver(&argc, &argv, LLVMFuzzerTestOneInput);
#else
		for (int i = 1; i < argc; i++)
			if (!replay_file(argv[i]))
				return 1;
		return 0;
#endif
	}
	snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s", top == NULL ? "." : top, name);
	replay_octets((const uint8_t *)"", 0);
	n = replay_folder(folder);
	printf("1..1\n%sok 1 - %s: %u kept inputs are read in order\n", n == 0 ? "not " : "", name,
	       n);
	return n == 0;
}
