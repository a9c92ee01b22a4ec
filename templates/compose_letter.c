/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "templates/compose_letter.h"

#include <string.h>
#include <strings.h>

#include "parsers/caseref.h"
#include "parsers/err.h"
#include "parsers/mail_reply.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"
#include "templates/words.h"

/* Stands where words were cut. */
#define CUT_MARK " […]"
/* A name, a place, a subject: what is longer is no longer one. */
#define VALUE_MAX 1000
/* A rendered body is at most four templates long (template.c); marker and line ends come on top. */
#define TEXT_MAX       (5 * TEMPLATE_BYTES_MAX)
#define SIZE_MAX_BYTES 32
#define KB             1024u

struct draft {
	struct letter_text text;
	struct template_value values[LETTER_VALUE_COUNT];
	struct arena *arena;
	bool was_cut;
	int err; /* sticky */
};

/* --- values --- */

/* At most max octets of it, with a mark where the rest was. */
static struct bytes cut(struct draft *d, struct bytes text, size_t max)
{
	struct strbuf s = strbuf_in(d->arena, max + sizeof(CUT_MARK));
	struct bytes out = BYTES_NONE;
	int err;

	if (text.len <= max)
		return text;
	d->was_cut = true;
	strbuf_add(&s, bytes_trim(utf8_cut(text, max)));
	strbuf_adds(&s, CUT_MARK);
	err = strbuf_finish(&s, &out);
	if (d->err == ERR_OK)
		d->err = err;
	return out;
}

/* Places are known by their Latin names; whoever reads Cyrillic reads them so. */
static struct bytes spelled(struct draft *d, struct bytes place)
{
	struct bytes out = place;

	if (d->text.tongue.script == SCRIPT_CYRL && d->err == ERR_OK)
		d->err = words_cyrillic(d->arena, place, &out);
	return out;
}

static void fill_item(struct draft *d, struct template_value *to, const struct letter_item *from)
{
	to[TEXT_VALUE_CASE].text = from->case_no;
	to[TEXT_VALUE_CATEGORY].text = from->category;
	to[TEXT_VALUE_DEPARTMENT].text = from->department;
	to[TEXT_VALUE_PLACE].text = spelled(d, cut(d, from->place, VALUE_MAX));
	to[TEXT_VALUE_STATE].text = from->state;
	to[TEXT_VALUE_WORDS].text = cut(d, from->words, VALUE_MAX);
	to[TEXT_VALUE_DUE].time = from->due;
	to[LETTER_VALUE_MEMBER].text = from->member;
	to[LETTER_VALUE_OPENED].time = from->opened;
	to[LETTER_VALUE_FILE].text = cut(d, from->file, VALUE_MAX);
	to[LETTER_VALUE_SIZE].text = from->size;
	to[LETTER_VALUE_COMMAND].text = from->command;
}

static void fill_list(struct draft *d, size_t name, const struct letter_list *list)
{
	size_t n = list->n < LETTER_ITEMS_MAX ? list->n : LETTER_ITEMS_MAX;
	struct template_value *items;

	if (n == 0 || d->err != ERR_OK)
		return;
	items = arena_array(d->arena, n * LETTER_VALUE_COUNT, sizeof(*items));
	if (items == NULL) {
		d->err = arena_err(d->arena);
		return;
	}
	for (size_t i = 0; i < n; i++)
		fill_item(d, &items[i * LETTER_VALUE_COUNT], &list->items[i]);
	d->was_cut = d->was_cut || n < list->n;
	d->values[name].items = items;
	d->values[name].n_items = n;
}

static void fill_values(struct draft *d, const struct letter_values *from)
{
	struct template_value *to = d->values;

	text_values_fill(to, &from->common);
	to[TEXT_VALUE_CASES].text = BYTES_NONE;
	to[TEXT_VALUE_PLACE].text = spelled(d, cut(d, from->common.place, VALUE_MAX));
	to[TEXT_VALUE_WORDS].text = cut(d, from->common.words, LETTER_WORDS_MAX);
	to[TEXT_VALUE_REASON].text = cut(d, from->common.reason, LETTER_WORDS_MAX);
	to[LETTER_VALUE_TAG].text = from->tag;
	to[LETTER_VALUE_SUBJECT].text = cut(d, from->subject, VALUE_MAX);
	to[LETTER_VALUE_FROM].text = cut(d, from->from, VALUE_MAX);
	to[LETTER_VALUE_MEMBER].text = from->member;
	to[LETTER_VALUE_SUGGESTION].text = cut(d, from->suggestion, LETTER_WORDS_MAX);
	to[LETTER_VALUE_CHANNEL].text = from->channel;
	to[LETTER_VALUE_RECEIVED].time = from->received;
	to[LETTER_VALUE_CUT].number = from->was_cut;
	fill_list(d, TEXT_VALUE_CASES, &from->cases);
	fill_list(d, LETTER_VALUE_NEAR, &from->near);
	fill_list(d, LETTER_VALUE_EARLIER, &from->earlier);
	fill_list(d, LETTER_VALUE_FILES, &from->files);
	fill_list(d, LETTER_VALUE_WITHHELD, &from->withheld);
	fill_list(d, LETTER_VALUE_LINES, &from->lines);
	fill_list(d, LETTER_VALUE_COMMANDS, &from->commands);
	fill_list(d, LETTER_VALUE_HELD, &from->held);
	fill_list(d, LETTER_VALUE_UNREADABLE, &from->unreadable);
	fill_list(d, LETTER_VALUE_FAILED, &from->failed);
}

/* --- words --- */

/* One line: whatever breaks or blanks there are become one blank. */
static int one_line(struct arena *a, struct bytes text, struct bytes *line_out)
{
	struct strbuf s = strbuf_in(a, text.len + 1);
	bool is_blank = false;

	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.ptr[i];

		if (c <= ' ' || c == 0x7f) {
			is_blank = s.len > 0;
			continue;
		}
		if (is_blank)
			strbuf_addc(&s, ' ');
		is_blank = false;
		strbuf_addc(&s, (char)c);
	}
	if (strbuf_err(&s) != ERR_OK)
		return strbuf_err(&s);
	*line_out = strbuf_bytes(&s);
	return ERR_OK;
}

static int write_subject(struct draft *d, const struct template_call *call,
			 struct bytes *subject_out)
{
	struct bytes text;
	int err = template_render(d->text.subject, call, d->arena, &text);

	if (err == ERR_OK)
		err = one_line(d->arena, text, &text);
	if (err == ERR_OK)
		*subject_out = bytes_trim(utf8_cut(text, LETTER_SUBJECT_MAX));
	return err;
}

static int write_body(struct draft *d, const struct catalog *c, struct tongue t,
		      const struct template_call *call, struct bytes *text_out)
{
	struct strbuf s = strbuf_in(d->arena, TEXT_MAX);
	struct bytes text;
	int err = template_render(d->text.body, call, d->arena, &text);

	if (err != ERR_OK)
		return err;
	strbuf_addf(&s, "%s %.*s %s\n\n", MAIL_MARKER, PRI_BYTES(catalog_word(c, t, "mail.marker")),
		    MAIL_MARKER);
	strbuf_add(&s, text);
	strbuf_addc(&s, '\n');
	return strbuf_finish(&s, text_out);
}

int compose_letter(const struct catalog *c, enum letter_name n, struct tongue t,
		   const struct letter_values *values, const char *time_zone, struct arena *a,
		   struct letter *letter_out)
{
	struct draft d = { .text = catalog_letter(c, n, t), .arena = a };
	struct template_call call = { d.values, time_zone, TEMPLATE_KEEP_ALL, catalog_clock(c) };
	struct letter l = { .tongue = d.text.tongue };
	int err;

	fill_values(&d, values);
	err = d.err;
	if (err == ERR_OK)
		err = write_subject(&d, &call, &l.subject);
	if (err == ERR_OK)
		err = write_body(&d, c, t, &call, &l.text);
	if (err != ERR_OK)
		return err;
	l.was_cut = d.was_cut;
	*letter_out = l;
	return ERR_OK;
}

/* --- small words --- */

struct bytes letter_size(struct arena *a, struct tongue t, uint64_t octets)
{
	struct strbuf s = strbuf_in(a, SIZE_MAX_BYTES);
	bool is_mb = octets >= 1000u * KB;
	uint64_t unit = is_mb ? (uint64_t)KB * KB : KB;
	unsigned long long tenths = (unsigned long long)((octets * 10 + unit / 2) / unit);
	const char *name = is_mb ? "MB" : "KB";

	if (tenths >= 100 || tenths % 10 == 0)
		strbuf_addf(&s, "%llu %s", (tenths + 5) / 10, name);
	else
		strbuf_addf(&s, "%llu%c%llu %s", tenths / 10, t.language == LANG_EN ? '.' : ',',
			    tenths % 10, name);
	return strbuf_bytes(&s);
}

/* What programs put before a subject that is answered or passed on, in the tongues of our people. */
static const char *const prefixes[] = {
	"re", "aw",  "odg", "odgovor", "odp", "vá",  "vs",  "sv",
	"fw", "fwd", "wg",  "tov",     "pd",  "одг", "Одг", "ОДГ",
};

/* The length of "Re:" or "Re[2]:" at the beginning, 0: there is none. */
static size_t prefix_len(struct bytes text)
{
	size_t colon = bytes_find(bytes_cut(text, 0, 16), ':');
	struct bytes word = bytes_trim(bytes_cut(text, 0, colon));

	if (colon >= text.len || colon >= 16)
		return 0;
	word = bytes_trim(bytes_cut(word, 0, bytes_find(word, '[')));
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		if (word.len == strlen(prefixes[i]) &&
		    strncasecmp((const char *)word.ptr, prefixes[i], word.len) == 0)
			return colon + 1;
	}
	return 0;
}

/* "[SP-2026-000123]", "[SP-2026-000123 s…]" */
static size_t tag_len(struct bytes text)
{
	size_t end = bytes_find(text, ']');
	struct bytes inner;

	if (text.len == 0 || text.ptr[0] != '[' || end == text.len)
		return 0;
	inner = bytes_cut(text, 1, end - 1);
	return caseref_parse(bytes_cut(inner, 0, bytes_find(inner, ' ')), NULL, NULL) == ERR_OK
		       ? end + 1
		       : 0;
}

struct bytes letter_subject_bare(struct bytes subject)
{
	struct bytes rest = bytes_trim(subject);
	size_t len;

	while ((len = prefix_len(rest)) > 0 || (len = tag_len(rest)) > 0)
		rest = bytes_trim(bytes_cut(rest, len, rest.len));
	return rest;
}
