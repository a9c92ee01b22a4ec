/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "templates/compose_sms.h"

#include "parsers/err.h"
#include "parsers/gsm7.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"
#include "templates/words.h"

/* Stands where words were cut; "…" would turn a GSM-7 text into UCS-2. */
#define CUT_MARK " ..."
/* No character that SMS carries takes more octets than this for one unit. */
#define UNIT_BYTES_MAX 4
#define GSM7_UNITS     160
/* One text of the longest size, written a few times. */
#define CHECK_BYTES_MAX (8 * 1024 * 1024)

/* How many segments a text may take, and which of its values may be cut when it takes more. */
/* clang-format off */
static const struct {
	unsigned gsm7;        /* Latin, folded */
	unsigned ucs2;        /* Cyrillic, or Latin with its marks */
	enum text_value cuts; /* TEXT_VALUE_COUNT: nothing may be cut */
} budgets[TEXT_COUNT] = {
	[TEXT_ACK]         = { 1, 2, TEXT_VALUE_COUNT },
	[TEXT_ACK_TWO]     = { 1, 2, TEXT_VALUE_COUNT },
	[TEXT_JOINED]      = { 1, 1, TEXT_VALUE_COUNT },
	[TEXT_EMERGENCY]   = { 1, 2, TEXT_VALUE_COUNT },
	[TEXT_STATUS]      = { 1, 2, TEXT_VALUE_COUNT },
	[TEXT_STATUS_LIST] = { 2, 4, TEXT_VALUE_CASES },
	[TEXT_STATUS_NONE] = { 1, 2, TEXT_VALUE_COUNT },
	[TEXT_HELP]        = { 1, 3, TEXT_VALUE_COUNT },
	[TEXT_STOP]        = { 1, 2, TEXT_VALUE_COUNT },
	[TEXT_START]       = { 1, 2, TEXT_VALUE_COUNT },
	[TEXT_LANGUAGE]    = { 1, 1, TEXT_VALUE_COUNT },
	[TEXT_ASK]         = { 1, 2, TEXT_VALUE_COUNT },
	[TEXT_ANSWER]      = { 6, 6, TEXT_VALUE_WORDS },
	[TEXT_QUESTION]    = { 6, 6, TEXT_VALUE_WORDS },
	[TEXT_CLOSED]      = { 6, 6, TEXT_VALUE_REASON },
	[TEXT_LATE]        = { 3, 4, TEXT_VALUE_CASES },
	[TEXT_DUTY]        = { 3, 4, TEXT_VALUE_WORDS },
	[TEXT_ATTACHMENTS] = { 1, 2, TEXT_VALUE_COUNT },
	[TEXT_SOLVED_ASK]  = { 1, 2, TEXT_VALUE_COUNT },
	[TEXT_REOPENED]    = { 1, 2, TEXT_VALUE_COUNT },
	[TEXT_JOIN_CODE]   = { 1, 2, TEXT_VALUE_COUNT },
	[TEXT_TEXTS_ONLY]  = { 1, 2, TEXT_VALUE_COUNT },
};
/* clang-format on */

unsigned compose_budget(enum text_name n, struct tongue t, bool plain)
{
	return plain && t.script != SCRIPT_CYRL ? budgets[n].gsm7 : budgets[n].ucs2;
}

struct draft {
	const struct template *template;
	struct template_value values[TEXT_VALUE_COUNT];
	const char *time_zone;
	struct words_clock *clock;
	bool folds;
	unsigned budget; /* segments that it should take */
	unsigned limit;  /* and what it may, when nothing can be left out of it */
	struct arena *arena;
	struct composed composed; /* as it stands */
};

void text_values_fill(struct template_value *to, const struct text_values *from)
{
	to[TEXT_VALUE_CASE].text = from->case_no;
	to[TEXT_VALUE_CASE2].text = from->case_no2;
	to[TEXT_VALUE_CATEGORY].text = from->category;
	to[TEXT_VALUE_CATEGORY2].text = from->category2;
	to[TEXT_VALUE_DEPARTMENT].text = from->department;
	to[TEXT_VALUE_PLACE].text = from->place;
	to[TEXT_VALUE_STATE].text = from->state;
	to[TEXT_VALUE_WORDS].text = from->words;
	to[TEXT_VALUE_REASON].text = from->reason;
	to[TEXT_VALUE_NUMBERS].text = from->numbers;
	to[TEXT_VALUE_TOWN].text = from->town;
	to[TEXT_VALUE_CASES].text = from->cases;
	to[TEXT_VALUE_PRICE].text = from->price;
	to[TEXT_VALUE_ADDRESS].text = from->address;
	to[TEXT_VALUE_CODE].text = from->code;
	to[TEXT_VALUE_DUE].time = from->due;
	to[TEXT_VALUE_N].number = from->n;
}

static struct draft draft_of(const struct catalog *c, enum text_name n, struct tongue t,
			     const struct text_values *values, const struct compose_rules *rules,
			     struct arena *a)
{
	struct draft d = {
		.template = catalog_text(c, n, t),
		.time_zone = rules->time_zone,
		.clock = catalog_clock(c),
		.arena = a,
	};

	d.composed.tongue = template_tongue(d.template);
	d.folds = rules->plain && d.composed.tongue.script != SCRIPT_CYRL;
	d.budget = compose_budget(n, d.composed.tongue, rules->plain);
	d.limit = rules->max_segments != 0 ? rules->max_segments : d.budget;
	if (d.budget > d.limit)
		d.budget = d.limit;
	text_values_fill(d.values, values);
	return d;
}

/* Places are known by their Latin names; whoever reads Cyrillic reads them so. */
static int spell_place(struct draft *d)
{
	struct bytes *place = &d->values[TEXT_VALUE_PLACE].text;

	if (d->composed.tongue.script != SCRIPT_CYRL)
		return ERR_OK;
	return words_cyrillic(d->arena, *place, place);
}

/* The words with only those {~n…} whose n is below keep, and what they cost. */
static int draft_write(struct draft *d, unsigned keep)
{
	struct template_call call = { d->values, d->time_zone, keep, d->clock };
	struct composed *c = &d->composed;
	int err = template_render(d->template, &call, d->arena, &c->text);

	if (err == ERR_OK && d->folds)
		err = gsm7_plain(d->arena, c->text, &c->text);
	if (err == ERR_OK)
		c->plan = sms_plan_of(c->text);
	return err;
}

static bool draft_fits(const struct draft *d)
{
	return d->composed.plan.segments <= d->budget;
}

/* Leaves out one level after the other until it fits or nothing is left to leave out. */
static int draft_shorten(struct draft *d)
{
	int err = spell_place(d);

	if (err == ERR_OK)
		err = draft_write(d, TEMPLATE_KEEP_ALL);
	for (unsigned level = TEMPLATE_KEEP_ALL; level-- > 1 && err == ERR_OK && !draft_fits(d);) {
		if (template_levels(d->template) & (1u << level))
			err = draft_write(d, level);
	}
	return err;
}

/* The text with the first len octets of one value only. */
static int write_cut(struct draft *d, enum text_value name, struct bytes kept)
{
	struct strbuf words = strbuf_in(d->arena, kept.len + sizeof(CUT_MARK));
	int err;

	strbuf_add(&words, bytes_trim(kept));
	strbuf_adds(&words, CUT_MARK);
	err = strbuf_finish(&words, &d->values[name].text);
	return err == ERR_OK ? draft_write(d, 1) : err;
}

/*
 * Where to end within the first octets of a text: behind the last sentence,
 * else before the last word, if that keeps at least half; else right there.
 */
static struct bytes good_end(struct bytes whole, struct bytes kept)
{
	size_t sentence = 0, word = 0;

	for (size_t i = 0; i < kept.len; i++) {
		uint8_t c = kept.ptr[i];
		bool is_last =
			i + 1 == whole.len || whole.ptr[i + 1] == ' ' || whole.ptr[i + 1] == '\n';

		if (is_last)
			word = i + 1;
		if (is_last && (c == '.' || c == '!' || c == '?' || c == ';'))
			sentence = i + 1;
	}
	if (sentence >= kept.len / 2)
		return bytes_cut(kept, 0, sentence);
	return word >= kept.len / 2 ? bytes_cut(kept, 0, word) : kept;
}

/* The longest beginning of the value with which the text fits, by halving. */
static int draft_cut(struct draft *d, enum text_value name)
{
	struct bytes whole = d->values[name].text, kept;
	size_t fits = 0, too_long = (size_t)d->budget * GSM7_UNITS * UNIT_BYTES_MAX;
	int err = write_cut(d, name, BYTES_NONE);

	if (err != ERR_OK || !draft_fits(d))
		return err == ERR_OK ? ERR_LIMIT : err;
	if (too_long > whole.len)
		too_long = whole.len;
	while (too_long - fits > 1 && err == ERR_OK) {
		size_t middle = fits + (too_long - fits) / 2;

		err = write_cut(d, name, utf8_cut(whole, middle));
		if (draft_fits(d))
			fits = middle;
		else
			too_long = middle;
	}
	if (err != ERR_OK)
		return err;
	kept = utf8_cut(whole, fits);
	d->composed.was_cut = true;
	return write_cut(d, name, good_end(whole, kept));
}

int compose_sms(const struct catalog *c, enum text_name n, struct tongue t,
		const struct text_values *values, const struct compose_rules *rules,
		struct arena *a, struct composed *composed_out)
{
	struct draft d = draft_of(c, n, t, values, rules, a);
	int err = draft_shorten(&d);

	if (err == ERR_OK && !draft_fits(&d) && budgets[n].cuts != TEXT_VALUE_COUNT)
		err = draft_cut(&d, budgets[n].cuts);
	if (err == ERR_OK && d.composed.plan.segments > d.limit)
		err = ERR_LIMIT;
	if (err == ERR_OK)
		*composed_out = d.composed;
	return err;
}

static void complain_of_length(struct faults *faults, const struct catalog *c, enum text_name n,
			       struct tongue t, const struct draft *d)
{
	const struct sms_plan *plan = &d->composed.plan;

	faults_add(faults, (struct fault){ .file = catalog_file(c, n, t) },
		   "%s in %s takes %zu units of %s with the longest values, that is %u segments; "
		   "its budget is %u: shorten it, or put what may go into {~1…}",
		   text_name_text(n), tongue_name(t), plan->units,
		   sms_encoding_text(plan->encoding), plan->segments, d->budget);
}

static int check_text(const struct catalog *c, enum text_name n, struct tongue t,
		      const struct text_values *values, const struct compose_rules *rules,
		      struct arena *scratch, struct faults *faults)
{
	struct draft d = draft_of(c, n, t, values, rules, scratch);
	struct composed done;
	int err = compose_sms(c, n, t, values, rules, scratch, &done);

	/* Once more without the cut, to say how long it was. */
	if (err == ERR_LIMIT) {
		err = draft_shorten(&d);
		if (err == ERR_OK)
			complain_of_length(faults, c, n, t, &d);
	}
	arena_reset(scratch);
	return err;
}

/* Folded, and with its marks; Cyrillic is never folded. */
static int check_tongue(const struct catalog *c, const struct longest *l, size_t i,
			struct arena *scratch, struct faults *faults)
{
	struct tongue t = l->tongues[i];
	int err = ERR_OK;

	for (int n = 0; n < TEXT_COUNT && err == ERR_OK; n++) {
		struct compose_rules rules = { .plain = true, .time_zone = l->time_zone };

		err = check_text(c, (enum text_name)n, t, &l->values[i], &rules, scratch, faults);
		rules.plain = false;
		if (err == ERR_OK && t.script != SCRIPT_CYRL)
			err = check_text(c, (enum text_name)n, t, &l->values[i], &rules, scratch,
					 faults);
	}
	return err;
}

int compose_check(const struct catalog *c, const struct longest *l, struct faults *faults)
{
	struct arena *scratch = arena_new(CHECK_BYTES_MAX);
	size_t before = faults->n_errors;
	int err = scratch == NULL ? ERR_NOMEM : ERR_OK;

	for (size_t i = 0; i < l->n_tongues && err == ERR_OK; i++)
		err = check_tongue(c, l, i, scratch, faults);
	arena_free(&scratch);
	if (err != ERR_OK)
		return err;
	return faults->n_errors > before ? ERR_INVALID : ERR_OK;
}
