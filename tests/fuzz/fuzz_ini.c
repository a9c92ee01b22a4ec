/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_ini - what the scan passes on is clean: a second scan finds nothing but repeated sections. */
#include "parsers/err.h"
#include "parsers/ini_scan.h"
#include "parsers/utf8.h"
#include "tests/fuzz/fuzz.h"

static void check_lines(struct bytes clean)
{
	struct bytes line;

	fuzz_require(utf8_is_valid(clean));
	while (bytes_split(&clean, '\n', &line)) {
		fuzz_require(line.len <= INI_LINE_MAX);
		fuzz_require(line.len == 0 || line.ptr[line.len - 1] != '\\');
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(1 << 23);
	struct faults first = faults_in(a), second = faults_in(a);
	struct ini_scan scan, again;

	if (ini_scan(bytes_at(data, size), bytes_of("f"), a, &first, &scan) == ERR_OK) {
		check_lines(scan.clean);
		fuzz_require(ini_scan(scan.clean, bytes_of("f"), a, &second, &again) == ERR_OK);
		fuzz_require(again.n <= scan.n);
		for (size_t i = 0; i < second.n; i++)
			fuzz_require(second.list[i].key.len == 0 &&
				     second.list[i].section.len != 0);
		for (size_t i = 0; i < scan.n; i++)
			fuzz_require(ini_scan_line(&scan, scan.entries[i].section,
						   scan.entries[i].key) == scan.entries[i].line);
	}
	arena_free(&a);
	return 0;
}
