/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz_ini - what the scan passes on is clean: a second scan finds nothing but
 * repeated sections, and iniparser reads of each line what stands there.
 */
#include "conf/load.h"
#include "parsers/err.h"
#include "parsers/ini_scan.h"
#include "parsers/utf8.h"
#include "tests/fuzz/fuzz.h"

#define ARENA_MAX (1 << 24)

/* A value as a person reads it. */
static struct bytes value_of(struct bytes line)
{
	size_t eq = bytes_find(line, '=');
	struct bytes value = bytes_trim(bytes_cut(line, eq + 1, line.len));
	size_t end;

	if (bytes_starts(value, "\"") || bytes_starts(value, "'")) {
		uint8_t mark = value.ptr[0];

		value = bytes_cut(value, 1, value.len);
		return bytes_cut(value, 0, bytes_find(value, mark));
	}
	end = bytes_find(value, ';');
	if (bytes_find(value, '#') < end)
		end = bytes_find(value, '#');
	return bytes_trim(bytes_cut(value, 0, end));
}

static struct bytes line_of(struct bytes text, unsigned n)
{
	struct bytes line = BYTES_NONE;

	while (n-- > 0 && bytes_split(&text, '\n', &line))
		;
	return line;
}

static void check_lines(struct bytes clean)
{
	struct bytes line;

	fuzz_require(utf8_is_valid(clean));
	while (bytes_split(&clean, '\n', &line)) {
		fuzz_require(line.len <= INI_LINE_MAX);
		fuzz_require(line.len == 0 || line.ptr[line.len - 1] != '\\');
	}
}

static void check_again(const struct ini_scan *scan, struct arena *a)
{
	struct faults faults = faults_in(a);
	struct ini_scan again;

	fuzz_require(ini_scan(scan->clean, bytes_of("f"), a, &faults, &again) == ERR_OK);
	fuzz_require(again.n <= scan->n);
	for (size_t i = 0; i < faults.n; i++)
		fuzz_require(faults.list[i].key.len == 0 && faults.list[i].section.len != 0);
	for (size_t i = 0; i < scan->n; i++)
		fuzz_require(ini_scan_line(scan, scan->entries[i].section, scan->entries[i].key) ==
			     scan->entries[i].line);
}

static void check_values(struct bytes text, const struct ini_scan *scan, struct arena *a)
{
	struct faults faults = faults_in(a);
	struct load_ini ini;

	fuzz_require(load_text(text, "f", a, &faults, &ini) == ERR_OK);
	fuzz_require(ini.n == scan->n);
	for (size_t i = 0; i < ini.n; i++) {
		struct bytes line = line_of(scan->clean, ini.entries[i].line);

		if (ini.entries[i].key.len == 0)
			continue;
		fuzz_require((ini.entries[i].value == NULL) == (line.len == 0));
		if (line.len > 0)
			fuzz_require(bytes_eq(bytes_of(ini.entries[i].value), value_of(line)));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(ARENA_MAX);
	struct faults faults = faults_in(a);
	struct ini_scan scan;

	if (ini_scan(bytes_at(data, size), bytes_of("f"), a, &faults, &scan) == ERR_OK) {
		check_lines(scan.clean);
		check_again(&scan, a);
		check_values(bytes_at(data, size), &scan, a);
	}
	arena_free(&a);
	return 0;
}
