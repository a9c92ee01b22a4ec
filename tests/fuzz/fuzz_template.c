/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz_template - whatever an operator writes, for an SMS or a mail, is refused with words, or
 * renders with and without values.
 */
#include "parsers/err.h"
#include "parsers/utf8.h"
#include "templates/template.h"
#include "tests/fuzz/fuzz.h"

static const struct value_name names[] = {
	{ "case", VALUE_TEXT }, { "place", VALUE_TEXT }, { "due", VALUE_TIME },
	{ "n", VALUE_NUMBER },  { "cases", VALUE_LIST },
};

/* An item has a case and may have a place. */
static const struct template_item items[] = { { 4, 0x3, 0x2 } };

static struct template_terms terms_of(bool is_mail)
{
	return (struct template_terms){
		.names = names,
		.n_names = ARRAY_LEN(names),
		.known = is_mail ? 0x1f : 0xf,
		.may_lack = 1u << 1,
		.tongue = { LANG_SR, SCRIPT_LATN },
		.is_mail = is_mail,
		.items = items,
		.n_items = is_mail ? ARRAY_LEN(items) : 0,
	};
}

static const struct template_value two_items[2 * ARRAY_LEN(names)] = {
	{ .text = BYTES("SP-1") },
	{ .text = BYTES("Banovci") },
	[ARRAY_LEN(names)] = { .text = BYTES("SP-2") },
};

static const struct template_value full[ARRAY_LEN(names)] = {
	{ .text = BYTES("SP-2026-000123") },
	{ .text = BYTES("Njegoševa 4, \xf0\x9f\x98\x80 {case}") },
	{ .time = { INT64_C(1795698000000) } },
	{ .number = 21 },
	{ .items = two_items, .n_items = 2 },
};

static int part_of(void *ctx, struct bytes name, struct template_part *part_out)
{
	const struct bytes *text = ctx;

	if (name.len > 4)
		return ERR_NOENT;
	*part_out = (struct template_part){ bytes_of("words.txt"), 3, bytes_cut(*text, 0, 64) };
	return ERR_OK;
}

/* What is left out makes a text no longer; all of it is UTF-8. */
static void render(const struct template *t, const struct template_value *values, struct arena *a)
{
	struct template_call call = { values, "Europe/Belgrade", TEMPLATE_KEEP_ALL, NULL };
	struct bytes whole, least;
	int err = template_render(t, &call, a, &whole);

	call.keep = 1;
	if (err == ERR_OK)
		err = template_render(t, &call, a, &least);
	fuzz_require(err == ERR_OK || err == ERR_LIMIT);
	if (err != ERR_OK)
		return;
	fuzz_require(utf8_is_valid(whole) && utf8_is_valid(least));
	fuzz_require(least.len <= whole.len);
}

static void parse(struct bytes text, bool is_mail)
{
	static const struct template_value none[ARRAY_LEN(names)];
	struct template_terms terms = terms_of(is_mail);
	struct arena *a = arena_new(1 << 25);
	struct faults f = faults_in(a);
	struct template *t = NULL;
	int err = template_parse(a, &terms, bytes_of("ack.txt"), text, &f, &t);

	if (err == ERR_OK)
		err = template_link(t, a, &terms, part_of, &text, &f);
	fuzz_require(err == ERR_OK || err == ERR_INVALID || err == ERR_LIMIT);
	fuzz_require((err == ERR_INVALID) == (f.n_errors > 0));
	if (err == ERR_OK) {
		render(t, full, a);
		render(t, none, a);
	}
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	parse(bytes_at(data, size), false);
	parse(bytes_at(data, size), true);
	return 0;
}
