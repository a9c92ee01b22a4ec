/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conf/longest.h"

#include "parsers/err.h"
#include "parsers/gsm7.h"
#include "parsers/sms_text.h"
#include "parsers/strbuf.h"

/* 26 November 2026, 14:00 in Belgrade: two digits wherever a date can have them. */
#define DUE_MS INT64_C(1795698000000)
/* As many cases as nobody has; "other" in every language. */
#define MANY_CASES 99
#define CASE_BYTES 32

static const char *const states[] = {
	"state.new", "state.open", "state.waiting", "state.solved", "state.closed",
};

/* What people bring themselves; the texts cut a place, and compose_sms() the rest. */
static const char place_latin[] = "Bulevar vojvode Stepe Stepanovića 114a";
static const char place_cyrillic[] = "Булевар војводе Степе Степановића 114а";
static const char words_sample[] = "Dvorište je pod vodom, treba pomoć odmah.";
static const char price_sample[] = "3,60 din + PDV";
static const char address_sample[] = "kontakt@starapazova.example";

struct measure {
	struct arena *arena;
	bool is_cyrillic;
	struct bytes longest;
	size_t units;
	int err;
};

/* What a value costs in the text that it will stand in: Latin is folded, and đ becomes dj. */
static size_t units_of(struct measure *m, struct bytes text)
{
	struct bytes folded = text;

	if (!m->is_cyrillic)
		m->err = gsm7_plain(m->arena, text, &folded);
	return m->err == ERR_OK && folded.len != 0 ? sms_plan_of(folded).units : 0;
}

static void weigh(struct measure *m, struct bytes text)
{
	size_t units;

	if (m->err != ERR_OK)
		return;
	units = units_of(m, text);
	if (units <= m->units)
		return;
	m->units = units;
	m->longest = text;
}

static struct measure measure_in(struct arena *a, struct tongue t)
{
	return (struct measure){ .arena = a, .is_cyrillic = t.script == SCRIPT_CYRL };
}

static int longest_category(const struct profile *p, struct tongue t, struct arena *a,
			    struct bytes *name_out)
{
	struct measure m = measure_in(a, t);

	for (size_t i = 0; i < p->n_categories; i++)
		weigh(&m, names_in(&p->categories[i].short_name, t));
	*name_out = m.longest;
	return m.err;
}

static int longest_department(const struct profile *p, struct tongue t, struct arena *a,
			      struct bytes *name_out)
{
	struct measure m = measure_in(a, t);

	for (size_t i = 0; i < p->n_departments; i++)
		weigh(&m, names_in(&p->departments[i].short_name, t));
	*name_out = m.longest;
	return m.err;
}

static int longest_state(const struct profile *p, struct tongue t, struct arena *a,
			 struct bytes *word_out)
{
	struct measure m = measure_in(a, t);

	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		weigh(&m, catalog_word(p->catalog, t, states[i]));
	*word_out = m.longest;
	return m.err;
}

static int longest_case(const struct profile *p, struct arena *a, struct bytes *case_out)
{
	struct strbuf s = strbuf_in(a, CASE_BYTES);

	strbuf_addf(&s, "%.*s-2026-999999", PRI_BYTES(p->case_prefix));
	return strbuf_finish(&s, case_out);
}

int profile_longest_in(const struct profile *p, struct tongue t, struct arena *a,
		       struct text_values *values_out)
{
	struct text_values v = {
		.place = bytes_of(t.script == SCRIPT_CYRL ? place_cyrillic : place_latin),
		.words = bytes_of(words_sample),
		.reason = bytes_of(words_sample),
		.price = bytes_of(price_sample),
		.address = bytes_of(address_sample),
		.code = bytes_of("123456"),
		.numbers = p->emergency_numbers,
		.town = names_in(&p->town, t),
		.due = { DUE_MS },
		.n = MANY_CASES,
	};
	int err = longest_case(p, a, &v.case_no);

	if (err == ERR_OK)
		err = longest_category(p, t, a, &v.category);
	if (err == ERR_OK)
		err = longest_department(p, t, a, &v.department);
	if (err == ERR_OK)
		err = longest_state(p, t, a, &v.state);
	if (err != ERR_OK)
		return err;
	v.case_no2 = v.case_no;
	v.category2 = v.category;
	v.cases = v.case_no;
	*values_out = v;
	return ERR_OK;
}

/* --- mails --- */

#define SAMPLE_ITEMS 2

static const char subject_sample[] = "Voda u dvorištu";
static const char from_sample[] = "petar.petrovic@primer.example";
static const char member_sample[] = "Jelena Jovanović";
static const char file_sample[] = "slika iz dvorišta.jpg";
static const char command_sample[] = "#reseno";

/* Of a list of any kind: two of the same. */
static struct letter_list sample_list(const struct text_values *v, struct bytes size,
				      struct arena *a)
{
	struct letter_item *items = arena_array(a, SAMPLE_ITEMS, sizeof(*items));

	if (items == NULL)
		return (struct letter_list){ 0 };
	for (size_t i = 0; i < SAMPLE_ITEMS; i++)
		items[i] = (struct letter_item){
			.case_no = v->case_no,
			.category = v->category,
			.department = v->department,
			.place = v->place,
			.state = v->state,
			.words = v->words,
			.member = bytes_of(member_sample),
			.file = bytes_of(file_sample),
			.size = size,
			.command = bytes_of(command_sample),
			.due = v->due,
			.opened = v->due,
		};
	return (struct letter_list){ items, SAMPLE_ITEMS };
}

static int sample_tag(const struct text_values *v, struct arena *a, struct bytes *tag_out)
{
	struct strbuf s = strbuf_in(a, 2 * CASE_BYTES);

	strbuf_addf(&s, "[%.*s saabcdefghijklmnop]", PRI_BYTES(v->case_no));
	return strbuf_finish(&s, tag_out);
}

int profile_longest_letter(const struct profile *p, struct tongue t, struct arena *a,
			   struct letter_values *values_out)
{
	struct letter_values v = {
		.subject = bytes_of(subject_sample),
		.from = bytes_of(from_sample),
		.member = bytes_of(member_sample),
		.received = { DUE_MS },
		.was_cut = true,
	};
	struct letter_list list;
	int err = profile_longest_in(p, t, a, &v.common);

	if (err == ERR_OK)
		err = sample_tag(&v.common, a, &v.tag);
	if (err != ERR_OK)
		return err;
	v.suggestion = v.common.words;
	v.channel = catalog_word(p->catalog, t, "channel.sms");
	list = sample_list(&v.common, letter_size(a, t, 120 * 1024), a);
	if (list.n == 0)
		return arena_err(a);
	v.cases = v.near = v.earlier = v.files = v.withheld = v.lines = v.commands = list;
	v.held = v.unreadable = v.failed = list;
	*values_out = v;
	return ERR_OK;
}

int profile_longest(const struct profile *p, struct arena *a, struct longest *longest_out)
{
	struct text_values *values = arena_array(a, p->n_tongues, sizeof(*values));
	const char *time_zone = arena_str(a, p->time_zone);
	int err = ERR_OK;

	if (values == NULL || time_zone == NULL)
		return arena_err(a);
	for (size_t i = 0; i < p->n_tongues && err == ERR_OK; i++)
		err = profile_longest_in(p, p->tongues[i], a, &values[i]);
	*longest_out = (struct longest){
		.values = values,
		.tongues = p->tongues,
		.n_tongues = p->n_tongues,
		.time_zone = time_zone,
	};
	return err;
}
