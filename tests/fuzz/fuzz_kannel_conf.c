/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_kannel_conf - any file is looked at, for both links, and each finding has words and a line of the file. */
#include "parsers/kannel_conf.h"
#include "tests/fuzz/fuzz.h"

static void look(struct bytes text, enum kannel_conf_link link)
{
	const struct kannel_conf_wants wants = { .link = link,
						 .box_id = BYTES("odziv"),
						 .max_segments = 10 };
	struct arena *a = arena_new(1 << 25);
	struct faults f = faults_in(a);
	struct bytes rest = text, line;
	unsigned n_lines = 0;

	while (bytes_split(&rest, '\n', &line))
		n_lines++;
	kannel_conf_check(bytes_of("kannel.conf"), text, &wants, &f);
	for (size_t i = 0; i < f.n; i++)
		fuzz_require(f.list[i].words.len != 0 && f.list[i].line <= n_lines);
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	look(bytes_at(data, size), KANNEL_CONF_BOX);
	look(bytes_at(data, size), KANNEL_CONF_HTTP);
	return 0;
}
