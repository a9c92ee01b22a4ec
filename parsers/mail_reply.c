/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mail_reply.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/fold.h"
#include "parsers/mail_lines.h"
#include "parsers/mail_quote.h"
#include "parsers/mail_reply_words.h"
#include "parsers/mail_tail.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"

/* Programs wrap our marker line as they wrap any other. */
#define MARKER_LINES_MAX 3
/* Between an attribution and its quote at most so many empty lines. */
#define GAP_MAX 2
/* In an element that quotes, what stands above its first '>' is an attribution if it is no longer. */
#define LEAD_LINES_MAX 4
/* Programs wrap between 72 and 80 octets; a quoted line that they cut is nearly that long. */
#define WRAP_MIN 60
#define WRAP_MAX 72
/* A program's signature element that holds so much holds words of a person as well. */
#define SIGNATURE_BYTES_MAX 1500

struct reply {
	const struct mail_reply_in *in;
	struct mail_lines l;
	size_t marker, marker_end; /* lines; n: none */
	size_t region, region_end; /* of HTML, lines; n: none */
	bool is_reply, is_forward;
	bool is_quoting; /* some head or mark says that the '>' are quotes */
	bool is_unsure;
};

static bool is_own(const struct mail_line *line)
{
	return line->kind == LINE_OWN && !line->is_blank;
}

/* The folded line without bars that some programs draw beside a quote. */
static struct bytes behind_bars(struct bytes b)
{
	while (b.len != 0 && (b.ptr[0] == '|' || b.ptr[0] == ' '))
		b = bytes_cut(b, 1, b.len);
	return b;
}

/* Where the marker's second half ends, if these lines are our marker line; 0: they aren't. */
static size_t marker_end_at(const struct mail_lines *l, size_t i)
{
	const size_t mark = sizeof(MAIL_MARKER) - 1;
	struct bytes f = behind_bars(l->line[i].folded);
	bool has_words = false;

	if (!bytes_starts(f, MAIL_MARKER))
		return 0;
	f = bytes_cut(f, mark, f.len);
	for (size_t k = i; k < l->n && k < i + MARKER_LINES_MAX && !l->line[k].is_blank; k++) {
		if (k > i)
			f = behind_bars(l->line[k].folded);
		for (size_t c = 0; c < f.len; c++) {
			has_words = has_words || (f.ptr[c] >= 'a' && f.ptr[c] <= 'z');
			/* Without words between it is a line that somebody drew. */
			if (has_words && bytes_starts(bytes_cut(f, c, mark), MAIL_MARKER))
				return k + 1;
		}
	}
	return 0;
}

static void find_marker(struct reply *r)
{
	for (r->marker = 0; r->marker < r->l.n; r->marker++) {
		r->marker_end = marker_end_at(&r->l, r->marker);
		if (r->marker_end != 0)
			return;
	}
}

/* The deeper quote that stands right below line `from`; false when there is none. */
static bool is_followed(const struct reply *r, size_t from, size_t to)
{
	size_t next = mail_lines_next(&r->l, to);

	return next < r->l.n && next - to <= GAP_MAX &&
	       r->l.line[next].depth > r->l.line[from].depth;
}

/* Rules and blanks right above line i belong to what stands there. */
static size_t with_rules(const struct mail_lines *l, size_t i)
{
	while (i > 0 && l->line[i - 1].kind == LINE_OWN &&
	       (l->line[i - 1].is_blank || mail_line_is_rule(&l->line[i - 1])))
		i--;
	return i;
}

static void mark_from(struct reply *r, size_t from, size_t to, enum mail_line_kind kind)
{
	mail_lines_mark(&r->l, with_rules(&r->l, from), to, LINE_OWN, kind);
}

/* "See my answers below", above a quote that no sign marks line by line: own words may stand in it. */
static bool has_answers_within(const struct reply *r, size_t to)
{
	for (size_t i = 0; i < to; i++)
		if (is_own(&r->l.line[i]) &&
		    reply_words_has(WORDS_ANSWERS_WITHIN, r->l.line[i].folded))
			return true;
	return false;
}

/* All from here on is somebody else's: dropped from a reply, kept of what is shown to us. */
static void mark_rest(struct reply *r, size_t from, size_t to, bool is_shown)
{
	if (is_shown || has_answers_within(r, from)) {
		mail_lines_mark(&r->l, from, to, LINE_OWN, LINE_SHOWN);
		r->is_unsure = true;
		return;
	}
	mark_from(r, from, to, LINE_QUOTE);
}

/* What our marker says: it and all below is ours, but for unmarked lines below a marked one. */
static void mark_by_marker(struct reply *r)
{
	size_t end = r->l.n;

	if (r->marker == r->l.n)
		return;
	r->is_quoting = true;
	if (r->l.line[r->marker].depth > 0)
		end = r->marker_end;
	else if (r->region < r->marker && r->marker < r->region_end)
		end = r->region_end;
	mark_from(r, r->marker, end, LINE_QUOTE);
}

/*
 * An element that ends may hold answers between its marked lines; one that never ends, or that
 * begins with a block, is all quote.
 */
static bool is_interleaved(const struct reply *r)
{
	size_t lead = 0;

	if (r->in->quote_end == SIZE_MAX || quote_head_at(&r->l, r->region).is_block)
		return false;
	for (size_t i = r->region; i < r->region_end; i++) {
		if (r->l.line[i].depth > 0)
			return lead <= LEAD_LINES_MAX;
		lead += !r->l.line[i].is_blank;
	}
	return false;
}

/* What HTML says to be a quote is one. */
static void mark_region(struct reply *r)
{
	size_t end = r->region_end;

	if (r->region == r->l.n)
		return;
	r->is_quoting = true;
	if (quote_head_at(&r->l, r->region).is_forward)
		r->is_forward = true;
	if (r->is_forward && r->marker == r->l.n) {
		mark_rest(r, r->region, end, true);
		return;
	}
	if (!is_interleaved(r)) {
		mark_rest(r, r->region, end, false);
		return;
	}
	for (end = r->region; r->l.line[end].depth == 0;)
		end++;
	mark_from(r, r->region, end, LINE_QUOTE);
}

/* Does the head end right above something that surely is a quote? */
static bool is_above_quote(const struct reply *r, size_t to)
{
	size_t i = to;

	while (i < r->l.n && r->l.line[i].kind == LINE_OWN &&
	       (r->l.line[i].is_blank || mail_line_is_rule(&r->l.line[i])))
		i++;
	return i < r->l.n && r->l.line[i].kind == LINE_QUOTE && i - to <= GAP_MAX + 1;
}

/* "Ana wrote:" above a block that is surely one belongs to it. */
static bool is_above_block(const struct reply *r, size_t to)
{
	size_t next = mail_lines_next(&r->l, to);
	struct quote_head below;

	if (next == r->l.n || next - to > GAP_MAX)
		return false;
	below = quote_head_at(&r->l, next);
	return below.is_block && below.sure == QUOTE_SURE && below.from == next;
}

/* A head that no marked quote follows: the rest of the mail hangs on how sure it is. Ends the search? */
static bool take_unmarked(struct reply *r, const struct quote_head *h)
{
	bool is_shown = r->is_forward || h->is_forward;
	bool is_sure = h->sure == QUOTE_SURE || is_above_block(r, h->to);

	if (h->sure < QUOTE_LIKELY && !is_sure)
		return false;
	if (!is_sure || r->marker < r->l.n) {
		r->is_unsure = r->is_unsure || r->is_reply;
		return false;
	}
	/* Without any sign that he answers, he may have pasted what he wants us to read. */
	if (!is_shown && !r->is_reply && r->region == r->l.n)
		is_shown = true;
	mark_rest(r, h->from, r->l.n, is_shown);
	return true;
}

static void mark_heads(struct reply *r)
{
	for (size_t i = 0; i < r->l.n; i++) {
		struct quote_head h;

		if (!is_own(&r->l.line[i]) || r->l.line[i].depth > 0)
			continue;
		h = quote_head_at(&r->l, i);
		if (h.sure == QUOTE_NOT)
			continue;
		if ((h.is_forward || r->is_forward) && h.sure == QUOTE_SURE &&
		    r->marker == r->l.n) {
			mark_rest(r, h.from, r->l.n, true);
			return;
		}
		if (is_followed(r, h.from, h.to) || is_above_quote(r, h.to)) {
			r->is_quoting = true;
			mark_from(r, h.from, h.to, LINE_QUOTE);
			i = h.to - 1;
		} else if (take_unmarked(r, &h)) {
			return;
		}
	}
}

static bool begins_small(struct bytes raw)
{
	struct rd rd = rd_of(raw);
	uint32_t cp;

	return utf8_next(&rd, &cp) && fold_is_letter(cp) && !fold_is_upper(cp);
}

/*
 * What a program that wraps lines has cut off a quoted line: it stands between two quoted lines,
 * begins with a small letter, and its first word had no room above, where no sentence ended.
 */
static bool is_cut_off(const struct mail_lines *l, size_t i)
{
	const struct mail_line *above = i == 0 ? NULL : &l->line[i - 1], *line = &l->line[i];
	size_t word = bytes_find(line->raw, ' ');

	if (above == NULL || i + 1 == l->n || above->depth == 0 || l->line[i + 1].depth == 0 ||
	    line->is_blank || above->folded.len == 0)
		return false;
	if (above->raw.len < WRAP_MIN || above->raw.len + 1 + word < WRAP_MAX ||
	    !begins_small(line->raw))
		return false;
	return strchr(".?!:", above->folded.ptr[above->folded.len - 1]) == NULL;
}

/* Lines with '>' are quotes, unless nothing says that this is an answer. */
static void mark_depths(struct reply *r)
{
	bool is_quote = r->is_reply || r->is_quoting;

	for (size_t i = 0; i < r->l.n; i++) {
		struct mail_line *line = &r->l.line[i];

		if (line->kind != LINE_OWN || (line->depth == 0 && !is_cut_off(&r->l, i)))
			continue;
		line->kind = is_quote ? LINE_QUOTE : LINE_SHOWN;
		r->is_unsure = r->is_unsure || !is_quote;
	}
}

/*
 * What looks like an order of staff, in the paragraph of a long quoted line: a program that wraps
 * may have cut it off there, and then it is the citizen who gives it.
 */
static void doubt_cut_orders(struct reply *r)
{
	bool is_below = false; /* a long quoted line, in its paragraph */

	for (size_t i = 0; i < r->l.n; i++) {
		const struct mail_line *line = &r->l.line[i];

		if (line->is_blank)
			is_below = false;
		else if (line->depth > 0)
			is_below = line->raw.len >= WRAP_MIN;
		else if (is_below && is_own(line) && bytes_starts(line->folded, "#"))
			r->is_unsure = true;
	}
}

static void mark_html_signature(struct reply *r)
{
	const struct mail_reply_in *in = r->in;
	size_t end = in->signature_end < in->text.len ? in->signature_end : in->text.len;

	if (in->signature_at >= in->text.len)
		return;
	if (end - in->signature_at > SIGNATURE_BYTES_MAX) {
		r->is_unsure = true;
		return;
	}
	mail_lines_mark(&r->l, mail_lines_at(&r->l, in->signature_at), mail_lines_at(&r->l, end),
			LINE_OWN, LINE_SIGNATURE);
}

/* Each stretch of own words has a tail. */
static void mark_tails(struct reply *r)
{
	size_t from = 0;

	for (size_t i = 0; i <= r->l.n; i++) {
		if (i < r->l.n && r->l.line[i].kind == LINE_OWN)
			continue;
		if (i > from && mail_tail_mark(&r->l, from, i))
			r->is_unsure = true;
		from = i + 1;
	}
}

#define KINDS(a) (1u << (a))

static struct strbuf join_kinds(const struct reply *r, struct arena *a, unsigned kinds)
{
	struct strbuf s = strbuf_in(a, r->in->text.len + 1);
	bool is_parted = false;

	for (size_t i = 0; i < r->l.n; i++) {
		const struct mail_line *line = &r->l.line[i];

		if (line->is_blank || !(kinds & KINDS(line->kind))) {
			is_parted = true;
			continue;
		}
		if (s.len != 0)
			strbuf_adds(&s, is_parted ? "\n\n" : "\n");
		is_parted = false;
		strbuf_add(&s, line->raw);
	}
	return s;
}

/* Nothing, or "Dobar dan," alone above what a program took for a signature. */
static bool is_empty(const struct reply *r, bool *has_signature_out)
{
	size_t n = 0;

	*has_signature_out = false;
	for (size_t i = 0; i < r->l.n; i++) {
		const struct mail_line *line = &r->l.line[i];

		if (line->is_blank)
			continue;
		*has_signature_out = *has_signature_out || line->kind == LINE_SIGNATURE;
		if (line->kind == LINE_SHOWN)
			n++;
		if (line->kind == LINE_OWN &&
		    !(reply_words_begins(WORDS_SALUTATION, line->folded) &&
		      (bytes_ends(line->folded, ",") || bytes_ends(line->folded, "!"))))
			n++;
	}
	return n == 0;
}

static int compose(struct reply *r, struct arena *a, struct mail_reply_out *out)
{
	unsigned kinds = KINDS(LINE_OWN) | KINDS(LINE_SHOWN);
	bool has_signature;
	struct strbuf s;

	if (is_empty(r, &has_signature) && has_signature) {
		kinds |= KINDS(LINE_SIGNATURE);
		r->is_unsure = true;
	}
	s = join_kinds(r, a, kinds);
	if (strbuf_err(&s) == ERR_OK && s.len == 0) {
		s = join_kinds(r, a, ~0u);
		r->is_unsure = r->is_unsure || bytes_trim(r->in->text).len != 0;
	}
	if (strbuf_err(&s) != ERR_OK)
		return strbuf_err(&s);
	/* Not even a whole line: quote marks and nothing else. */
	out->own = s.len != 0 ? strbuf_bytes(&s) : bytes_trim(r->in->text);
	out->is_unsure = r->is_unsure;
	out->by_marker = r->marker < r->l.n;
	return ERR_OK;
}

static int prepare(struct reply *r, struct arena *a)
{
	const struct mail_reply_in *in = r->in;
	struct folded subject;
	int err = mail_lines_of(in->text, a, &r->l);

	if (err == ERR_OK)
		err = fold_text(a, in->subject, &subject);
	if (err != ERR_OK)
		return err;
	r->is_forward = quote_subject_is_forward(subject.text);
	r->is_reply =
		!r->is_forward && (in->has_in_reply_to || quote_subject_is_reply(subject.text));
	r->region = r->region_end = r->l.n;
	if (in->quote_at < in->text.len) {
		r->region = mail_lines_at(&r->l, in->quote_at);
		r->region_end =
			in->quote_end < in->text.len ? mail_lines_at(&r->l, in->quote_end) : r->l.n;
	}
	r->is_unsure = r->l.n == MAIL_LINES_MAX;
	find_marker(r);
	return ERR_OK;
}

int mail_reply_own(const struct mail_reply_in *in, struct arena *a, struct mail_reply_out *out)
{
	struct reply r = { .in = in };
	int err = prepare(&r, a);

	if (err != ERR_OK)
		return err;
	mark_by_marker(&r);
	mark_region(&r);
	mark_heads(&r);
	mark_depths(&r);
	doubt_cut_orders(&r);
	mark_html_signature(&r);
	mark_tails(&r);
	return compose(&r, a, out);
}
