/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_citizen_words - any octets as a file of commands, and as a text that may be one. */
#include "parsers/citizen_words.h"
#include "parsers/err.h"
#include "tests/fuzz/fuzz.h"

static const char words_text[] =
	"STATUS: status, stanje, dokle je stiglo\nHELP: pomoc\nSTOP: stop\nSTART: start\n"
	"LANGUAGE: jezik\nfiller: molim, vas\nsk: sk, slovacki\nsr: sr\nsr-Cyrl: cirilica\n";

static void read_text(const char *words, struct bytes file, struct bytes text)
{
	struct citizen_words *w = citizen_words_new();
	struct arena *a = arena_new(64u << 20);
	struct faults faults = faults_in(a);
	struct citizen_request r = { 0 };
	struct folded f;
	int err;

	err = citizen_words_add_file(w, bytes_of("c"), words != NULL ? bytes_of(words) : file,
				     &faults);
	fuzz_require((err == ERR_OK) == (faults.n_errors == 0));
	fuzz_require(fold_text(a, text, &f) == ERR_OK);
	err = citizen_words_read(w, a, &f, bytes_of("SP"), 2026, &r);
	fuzz_require((err == ERR_OK) == (r.command != CMD_NONE));
	fuzz_require(r.case_no.len == 0 || r.command == CMD_STATUS);
	fuzz_require(r.tongue.language == LANG_NONE || r.command == CMD_LANGUAGE);
	citizen_words_free(&w);
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_text(words_text, BYTES_NONE, bytes_at(data, size));
	read_text(NULL, bytes_at(data, size), bytes_of("status 123"));
	return 0;
}
