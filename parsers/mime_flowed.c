/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mime_flowed.h"

#include "parsers/strbuf.h"

struct line {
	struct bytes text; /* without quote marks and stuffing */
	size_t depth;
	bool is_flowed;
};

static struct line line_of(struct bytes raw, bool is_delsp)
{
	struct line l = { 0 };
	bool is_signature;

	while (l.depth < raw.len && raw.ptr[l.depth] == '>')
		l.depth++;
	l.text = bytes_cut(raw, l.depth, raw.len);
	if (bytes_starts(l.text, " "))
		l.text = bytes_cut(l.text, 1, l.text.len);
	is_signature = bytes_is(l.text, "-- ");
	l.is_flowed = bytes_ends(l.text, " ") && !is_signature;
	if (l.is_flowed && is_delsp)
		l.text = bytes_cut(l.text, 0, l.text.len - 1);
	return l;
}

static void begin_line(struct strbuf *out, size_t depth)
{
	for (size_t i = 0; i < depth; i++)
		strbuf_adds(out, "> ");
}

int mime_flowed(struct arena *a, struct bytes text, bool is_delsp, struct bytes *text_out)
{
	/* A line of '>' only is the one that grows: one octet becomes two. */
	struct strbuf out = strbuf_in(a, 2 * text.len + 2);
	struct bytes rest = text, raw;
	struct line before = { 0 };

	for (bool is_first = true; bytes_split(&rest, '\n', &raw); is_first = false) {
		struct line l = line_of(raw, is_delsp);
		bool is_joined =
			before.is_flowed && before.depth == l.depth && !bytes_is(l.text, "-- ");

		if (!is_joined) {
			if (!is_first)
				strbuf_addc(&out, '\n');
			begin_line(&out, l.depth);
		}
		strbuf_add(&out, l.text);
		before = l;
	}
	if (bytes_ends(text, "\n"))
		strbuf_addc(&out, '\n');
	return strbuf_finish(&out, text_out);
}
