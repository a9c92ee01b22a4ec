/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_mail_reply - own words out of mails as programs write them, in the languages of our senders.
 *
 * The mails stand in tests/parsers/reply/: "== name" begins one, "Subject:" and "Flags:" may follow,
 * then each line of the mail with what becomes of it before it: '+' is kept, '-' is dropped.
 * "@quote", "@quote-end", "@signature", "@signature-end" are what its HTML says at this place.
 * Flags: unsure (kept in doubt), marker (our line decides), first (no In-Reply-To).
 */
#include "parsers/mail_reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/err.h"
#include "parsers/fold.h"
#include "parsers/mail_reply_words.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"
#include "tests/tap.h"

#define CASES_MIN  120
#define CASE_BYTES ((size_t)1 << 16)

static const char *const files[] = { "gmail", "outlook", "thunderbird", "apple", "phones",
				     "web",   "marker",  "tails",       "html",  "doubt" };

struct mail_case {
	struct arena *arena;
	char name[200];
	struct strbuf text, own;
	struct mail_reply_in in;
	bool is_unsure, is_marker, is_parted;
};

static void begin_case(struct mail_case *c, struct bytes name)
{
	struct arena *a = c->arena;
	size_t len = name.len < sizeof(c->name) ? name.len : sizeof(c->name) - 1;

	arena_reset(a);
	memset(c, 0, sizeof(*c));
	c->arena = a;
	memcpy(c->name, name.ptr, len);
	c->text = strbuf_in(a, CASE_BYTES);
	c->own = strbuf_in(a, CASE_BYTES);
	c->in = MAIL_REPLY_IN(BYTES_NONE);
	c->in.subject = bytes_of("Re: [SP-2026-000123] Prijava");
	c->in.from = bytes_of("gradjanin@example.org");
	c->in.has_in_reply_to = true;
}

static void take_flags(struct mail_case *c, struct bytes flags)
{
	struct bytes word;

	while (bytes_split(&flags, ' ', &word)) {
		c->is_unsure = c->is_unsure || bytes_is(word, "unsure");
		c->is_marker = c->is_marker || bytes_is(word, "marker");
		if (bytes_is(word, "first"))
			c->in.has_in_reply_to = false;
	}
}

/* A line of the mail, and of what is expected. */
static void take_line(struct mail_case *c, struct bytes line)
{
	struct bytes words = bytes_cut(line, 2, line.len);
	bool is_kept = bytes_starts(line, "+");

	strbuf_add(&c->text, words);
	strbuf_addc(&c->text, '\n');
	if (!is_kept || bytes_trim(words).len == 0) {
		c->is_parted = true;
		return;
	}
	if (c->own.len != 0)
		strbuf_adds(&c->own, c->is_parted ? "\n\n" : "\n");
	c->is_parted = false;
	strbuf_add(&c->own, words);
}

static void take_place(struct mail_case *c, struct bytes line)
{
	if (bytes_is(line, "@quote"))
		c->in.quote_at = c->text.len;
	else if (bytes_is(line, "@quote-end"))
		c->in.quote_end = c->text.len;
	else if (bytes_is(line, "@signature"))
		c->in.signature_at = c->text.len;
	else if (bytes_is(line, "@signature-end"))
		c->in.signature_end = c->text.len;
	else
		ok(false, "%s: no such place: %.*s", c->name, PRI_BYTES(line));
}

static unsigned end_case(struct mail_case *c)
{
	struct mail_reply_out out;
	bool is_good;
	int err;

	if (c->name[0] == '\0')
		return 0;
	/* The last line end is the file's, not the mail's. */
	if (c->text.len != 0)
		c->text.len--;
	c->in.text = strbuf_bytes(&c->text);
	err = mail_reply_own(&c->in, c->arena, &out);
	is_good =
		is_text(err == ERR_OK ? out.own : BYTES_NONE, strbuf_text(&c->own), "%s", c->name);
	if (is_good && (out.is_unsure != c->is_unsure || out.by_marker != c->is_marker))
		ok(false, "%s: is_unsure %d, by_marker %d", c->name, out.is_unsure, out.by_marker);
	return 1;
}

static unsigned check_file(struct mail_case *c, const char *name)
{
	char path[200], *octets;
	struct bytes rest, line;
	unsigned n = 0;
	size_t len;

	snprintf(path, sizeof(path), "tests/parsers/reply/%s.txt", name);
	octets = read_source_file(path, &len);
	rest = bytes_at(octets, len);
	c->name[0] = '\0';
	while (bytes_split(&rest, '\n', &line)) {
		if (bytes_starts(line, "== ")) {
			n += end_case(c);
			begin_case(c, bytes_cut(line, 3, line.len));
		} else if (bytes_starts(line, "Subject: ")) {
			c->in.subject = arena_dup(c->arena, bytes_cut(line, 9, line.len));
		} else if (bytes_starts(line, "Flags: ")) {
			take_flags(c, bytes_cut(line, 7, line.len));
		} else if (bytes_starts(line, "+") || bytes_starts(line, "-")) {
			take_line(c, line);
		} else if (bytes_starts(line, "@")) {
			take_place(c, line);
		} else if (line.len != 0 && !bytes_starts(line, "#")) {
			ok(false, "%s: neither kept nor dropped: %.*s", c->name, PRI_BYTES(line));
		}
	}
	n += end_case(c);
	free(octets);
	return n;
}

/* A row that isn't folded would never be found. */
static void check_words(struct arena *a)
{
	for (enum reply_words w = 0; w < WORDS_COUNT; w++) {
		for (size_t i = 0; reply_words_at(w, i) != NULL; i++) {
			struct bytes word = bytes_of(reply_words_at(w, i));
			struct folded f;

			if (fold_text(a, word, &f) != ERR_OK || !bytes_eq(f.text, word))
				ok(false, "the words '%.*s' are folded", PRI_BYTES(word));
			arena_reset(a);
		}
	}
	ok(true, "all words are folded");
}

static void check_bounds(struct arena *a)
{
	/* clang-format off */
	static const struct {
		const char *piece, *promise;
	} floods[] = {
		{ "\n",                  "a mail of line ends" },
		{ ">",                   "a mail of quote marks" },
		{ "> a\nb\n",            "answers without end" },
		{ "On 2 Mar 2026 a@b wrote:\n", "attributions without end" },
		{ "From: a\nSent: 2026\n", "header blocks without end" },
		{ "ova poruka je ",      "a disclaimer without end" },
		{ "ova poruka je\n",     "a disclaimer of short lines" },
		{ "=-=-= a\n",           "markers that never end" },
		{ "--\na\n",             "signatures without end" },
	};
	/* clang-format on */
	static char text[(size_t)512 * 1024];

	for (size_t i = 0; i < ARRAY_LEN(floods); i++) {
		struct mail_reply_in in;
		struct mail_reply_out out = { .own = BYTES_NONE };
		size_t len = strlen(floods[i].piece), n = 0;

		while (n + len <= sizeof(text)) {
			memcpy(text + n, floods[i].piece, len);
			n += len;
		}
		in = MAIL_REPLY_IN(bytes_at(text, n));
		is_int(mail_reply_own(&in, a, &out), ERR_OK, "%s is read", floods[i].promise);
		ok(out.own.len <= n && (out.own.len != 0 || floods[i].piece[0] == '\n'),
		   "%s has words", floods[i].promise);
		arena_reset(a);
	}
}

int main(void)
{
	struct mail_case c = { .arena = arena_new((size_t)64 << 20) };
	unsigned n = 0;

	plan(0);
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		n += check_file(&c, files[i]);
	ok(n >= CASES_MIN, "%u mails were tried", n);
	check_words(c.arena);
	check_bounds(c.arena);
	arena_free(&c.arena);
	return done_testing();
}
