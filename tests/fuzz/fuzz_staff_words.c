/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_staff_words - any octets as a file of words, and as a clerk's mail; days as people write them. */
#include "parsers/date_words.h"
#include "parsers/err.h"
#include "parsers/fold.h"
#include "parsers/staff_words.h"
#include "parsers/utf8.h"
#include "tests/fuzz/fuzz.h"

static const char words_text[] =
	"solve: reseno\nclose: zatvori\nforward: prosledi\ntake: preuzmi\nask: pitaj\n"
	"note: interno, interna beleska\nwait: cekaj\nmerge: spoji\nsplit: podeli\nlink: povezi\n"
	"language: jezik\narticle: clanak\npreview: pregled\nhelp: pomoc\nsr: sr\nsk: slovacki\n";

static const struct staff_context context = { .today = 20781, .prefix = BYTES("SP") };

static void look(const struct staff_orders *o, struct bytes text)
{
	fuzz_require(o->n <= STAFF_ORDERS_MAX && o->n_misread <= STAFF_MISREAD_MAX);
	fuzz_require(utf8_is_valid(o->words) && o->words.len <= text.len + 1);
	for (size_t i = 0; i < o->n; i++) {
		const struct staff_order *order = &o->list[i];

		fuzz_require(utf8_is_valid(order->text) && utf8_is_valid(order->line));
		fuzz_require((order->kind == STAFF_WAIT) == (order->day != 0));
		fuzz_require((order->kind == STAFF_FORWARD) == (order->code.len != 0));
		fuzz_require((order->kind == STAFF_LANGUAGE) ==
			     (order->tongue.language != LANG_NONE));
		fuzz_require((order->kind == STAFF_MERGE || order->kind == STAFF_LINK) ==
			     (order->case_no.len != 0));
	}
}

static void read_text(const char *words, struct bytes file, struct bytes raw)
{
	struct staff_words *w = staff_words_new();
	struct arena *a = arena_new(64u << 20);
	struct faults faults = faults_in(a);
	struct staff_orders o = { 0 };
	struct folded f;
	struct bytes text;
	uint32_t day;
	size_t end;
	int err = staff_words_add_file(w, bytes_of("w"), words != NULL ? bytes_of(words) : file,
				       &faults);

	fuzz_require((err == ERR_OK) == (faults.n_errors == 0) || err == ERR_LIMIT);
	fuzz_require(utf8_clean(a, raw, &text, NULL) == ERR_OK);
	if (staff_words_read(w, text, &context, a, &o) == ERR_OK)
		look(&o, text);
	if (fold_text(a, text, &f) == ERR_OK &&
	    date_words_read(&f, context.today, &day, &end) == ERR_OK)
		fuzz_require(end <= f.text.len && date_year(day) >= 1970);
	staff_words_free(&w);
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_text(words_text, BYTES_NONE, bytes_at(data, size));
	read_text(NULL, bytes_at(data, size), bytes_of("#reseno\n#cekaj sutra"));
	return 0;
}
