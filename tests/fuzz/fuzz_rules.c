/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_rules - any octets as a rule file: every fault has words, and what loaded can be matched. */
#include "parsers/err.h"
#include "parsers/fold.h"
#include "parsers/rule_file.h"
#include "tests/fuzz/fuzz.h"

static void check_hits(const struct rules *r, struct arena *a, struct bytes text)
{
	struct folded f;
	struct rule_hits hits;

	fuzz_require(fold_text(a, text, &f) == ERR_OK);
	fuzz_require(rules_match(r, a, f.text, &hits) == ERR_OK);
	for (size_t i = 0; i < hits.n; i++) {
		const struct rule_hit *h = &hits.list[i];

		fuzz_require(h->rule < rules_count(r) && h->from < h->to && h->to <= f.text.len);
		fuzz_require(folded_original(&f, h->from, h->to).len != 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(64u << 20);
	struct rules *r = rules_new();
	struct faults faults = faults_in(a);
	struct bytes file = bytes_at(data, size);
	int err = rule_file_add(r, bytes_of("x.rules"), file, &faults);

	fuzz_require((err == ERR_OK) == (faults.n_errors == 0));
	for (size_t i = 0; i < faults.n; i++)
		fuzz_require(faults.list[i].words.len != 0);
	check_hits(r, a, bytes_of("Nema vode u Њ ulici. Pukla je cev\nđubre svuda!"));
	check_hits(r, a, file);
	rules_free(&r);
	arena_free(&a);
	return 0;
}
