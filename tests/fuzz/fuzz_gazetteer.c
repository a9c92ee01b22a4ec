/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_gazetteer - any octets as a table of names; what loaded can be looked for. */
#include "parsers/err.h"
#include "parsers/place.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(64u << 20);
	struct gazetteer *g = gazetteer_new();
	struct faults faults = faults_in(a);
	struct place p = { 0 };
	struct folded f;
	int err = gazetteer_add_file(g, bytes_of("g.tsv"), bytes_at(data, size), &faults);

	fuzz_require((err == ERR_OK) == (faults.n_errors == 0));
	fuzz_require(fold_text(a, bytes_of("Kralja Petra 33, u Novoj Pazovi ul. Nikole Tesle"),
			       &f) == ERR_OK);
	fuzz_require(place_find(g, a, &f, &p) == ERR_OK && p.from <= p.to && p.to <= f.text.len);
	fuzz_require(fold_text(a, bytes_at(data, size), &f) == ERR_OK);
	fuzz_require(place_find(g, a, &f, &p) == ERR_OK && p.from <= p.to && p.to <= f.text.len);
	gazetteer_free(&g);
	arena_free(&a);
	return 0;
}
