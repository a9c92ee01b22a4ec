/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mail_auth.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/mail_fields.h"
#include "tests/tap.h"

static const struct bytes hosts[] = { BYTES("mx.sp.rs"), BYTES("imap.sp.rs") };

#define FROM "From: Dejan <dejan@vodovod.rs>\n"
#define AR   "Authentication-Results: mx.sp.rs; "
#define LMTP                                                                                       \
	"Received: from mx.sp.rs by imap.sp.rs (Dovecot) with LMTP id a; Mon, 2 Mar 2026 "         \
	"10:00:00 +0100\n"
#define IN                                                                                         \
	"Received: from mail.vodovod.rs (mail.vodovod.rs [203.0.113.9])\n\tby mx.sp.rs (Postfix) " \
	"with ESMTPS id b; Mon, 2 Mar 2026 10:00:00 +0100\n"
#define OTHER                                                                                      \
	"Received: from pc by mail.vodovod.rs with ESMTPSA id c; Mon, 2 Mar 2026 09:59:00 +0100\n"

enum { N = PROOF_NONE, P = PROOF_PASS, F = PROOF_FAIL };

/* clang-format off */
static const struct {
	const char *head;
	int dmarc, dkim, auth;
	const char *promise;
} rows[] = {
	{ FROM, N, N, N, "no field proves nothing" },
	{ LMTP AR "dmarc=pass header.from=vodovod.rs\n" IN OTHER FROM, P, N, N, "dmarc=pass, between our servers' lines" },
	{ LMTP IN AR "dmarc=pass header.from=vodovod.rs\n" OTHER FROM, P, N, N, "below our border's Received, as milters write it" },
	{ AR "dmarc=pass header.from=vodovod.rs\n" LMTP IN FROM, P, N, N, "above all" },
	{ LMTP IN OTHER AR "dmarc=pass header.from=vodovod.rs\n" FROM, N, N, N, "below another server's Received nothing counts" },
	{ "Received: (qmail 1 invoked by uid 0); x\n" AR "dmarc=pass\n" FROM, N, N, N, "a Received without a host isn't ours" },
	{ "Received: from by (x) by mx.sp.rs; x\n" AR "dmarc=pass\n" FROM, P, N, N, "a sender who calls himself 'by'" },
	{ "Received: from by mx.sp.rs by evil.rs; x\n" AR "dmarc=pass\n" FROM, N, N, N, "a sender who calls himself 'by' and names us" },
	{ "Received: from x (by mx.sp.rs) by evil.rs; x\n" AR "dmarc=pass\n" FROM, N, N, N, "our name in a comment" },
	{ "Received: from x (by mx.sp.rs\n" AR "dmarc=pass\n" FROM, N, N, N, "our name in a comment that never ends" },
	{ "Received: by MX.SP.RS.; x\n" AR "dmarc=pass\n" FROM, P, N, N, "our name in capitals, with a dot" },
	{ "Authentication-Results: mx.evil.rs; dmarc=pass header.from=vodovod.rs\n" FROM, N, N, N, "somebody else's results" },
	{ "Authentication-Results: mx.sp.rs.evil.rs; dmarc=pass\n" FROM, N, N, N, "a name that begins like ours" },
	{ "Authentication-Results: dmarc=pass\n" FROM, N, N, N, "no name at all" },
	{ "Authentication-Results: (mx.sp.rs) evil; dmarc=pass\n" FROM, N, N, N, "our name as a comment" },
	{ "Authentication-Results: \"mx.sp.rs\"; dmarc=pass\n" FROM, N, N, N, "our name in quotes" },
	{ "Authentication-Results: (a(b)) mx.sp.rs; dmarc=pass\n" FROM, N, N, N, "our name behind a comment" },
	{ "Authentication-Results : mx.sp.rs; dmarc=pass\n" FROM, N, N, N, "a blank before the colon" },
	{ "Authentication-Results: mx.s\rp.rs; dmarc=pass\n" FROM, N, N, N, "a lone CR in our name" },
	{ "Authentication-Results:\r\n\tmx.sp.rs;\r\n\tdmarc=pass\r\n" FROM, P, N, N, "our name on the next line" },
	{ "authentication-results: MX.sp.rs 1; DMARC=Pass\n" FROM, P, N, N, "any case, with the version" },
	{ "Authentication-Results: mx.sp.rs 2; dmarc=pass\n" FROM, N, N, N, "a version that we don't know" },
	{ "ARC-Authentication-Results: i=1; mx.sp.rs; dmarc=pass\n" FROM, N, N, N, "another field" },
	{ AR "none\n" FROM, N, N, N, "none" },
	{ "Authentication-Results: mx.sp.rs\n" FROM, N, N, N, "only the name" },
	{ AR "\n" FROM, N, N, N, "nothing behind it" },
	/* dmarc */
	{ AR "dmarc=fail header.from=vodovod.rs\n" FROM, F, N, N, "dmarc=fail" },
	{ AR "dmarc=none header.from=vodovod.rs\n" FROM, N, N, N, "no policy" },
	{ AR "dmarc=temperror header.from=vodovod.rs\n" FROM, N, N, N, "no answer from the name server" },
	{ AR "dmarc=bestguesspass header.from=vodovod.rs\n" FROM, N, N, N, "a guess" },
	{ AR "dmarc=pass\n" FROM, P, N, N, "without a property" },
	{ AR "dmarc=pass header.from=evil.rs\n" FROM, F, N, N, "for another domain" },
	{ AR "dmarc=pass (policy=none) header.from=vodovod.rs\nFrom: a@mail.vodovod.rs\n", P, N, N, "the domain above, whose policy it is, as Rspamd writes it" },
	{ AR "dmarc=fail header.from=sp.rs (policy=none)\nFrom: a@mail.sp.rs\n", F, N, N, "that one's fail" },
	{ AR "dmarc=pass header.from=mail.vodovod.rs\n" FROM, F, N, N, "a domain below is another one" },
	{ AR "dmarc=pass header.from=odovod.rs\n" FROM, F, N, N, "so is one whose name ends alike" },
	{ AR "dmarc=pass header.from=\n" FROM, F, N, N, "and none at all" },
	{ AR "dmarc=pass (p=none dis=none) header.from=VODOVOD.RS\n" FROM, P, N, N, "comments; the domain in capitals" },
	{ AR "dmarc=pass header.from=vodovod.rs; dmarc=fail header.from=vodovod.rs\n" FROM, F, N, N, "a contradiction is a fail" },
	{ AR "dmarc=fail header.from=vodovod.rs\n" AR "dmarc=pass header.from=vodovod.rs\n" FROM, F, N, N, "in two fields as well" },
	{ AR "spf=pass smtp.mailfrom=vodovod.rs\n" AR "dmarc=pass header.from=vodovod.rs\n" FROM, P, N, N, "two fields that agree" },
	{ AR "dmarc=pass (a (b; dmarc=fail) \\) c) header.from=vodovod.rs\n" FROM, P, N, N, "nested comments" },
	{ AR "dmarc=pass (a\n" FROM, F, F, F, "a comment that never ends" },
	{ AR "dmarc=pass reason=\"a; dmarc=fail\" header.from=vodovod.rs\n" FROM, P, N, N, "a reason in quotes" },
	{ AR "dmarc=pass reason=\"a header.from=vodovod.rs\n" FROM, F, F, F, "a quote that never ends" },
	{ AR "dmarc/1=pass\n" FROM, P, N, N, "the method's version" },
	{ AR "dmarc/2=pass\n" FROM, N, N, N, "a version of it that we don't know" },
	{ AR "dmarc = pass header.from = vodovod.rs\n" FROM, P, N, N, "blanks around the signs" },
	{ AR "dmarc=pass header.from=vodovod.rs header.from=evil.rs\n" FROM, F, F, F, "a property said twice" },
	{ AR "dmarc pass\n" AR "dmarc=pass\n" FROM, F, F, F, "a field that can't be read spoils the rest" },
	{ AR "dmarc=pass;\n" FROM, P, N, N, "a semicolon at the end" },
	{ AR "spf=none smtp.mailfrom=; dmarc=pass\n" FROM, P, N, N, "an empty value" },
	{ AR "spf=none smtp.mailfrom= header.from=evil.rs; dmarc=pass\n" FROM, F, F, F, "an empty value before another property" },
	{ AR "spf=pass smtp.mailfrom=x; dmarc=pass header.from=vodovod.rs@evil.rs; dmarc=fail header.from=vodovod.rs\n" FROM, F, N, N, "a return path with results in it" },
	{ AR "spf=pass smtp.mailfrom=\"x; dmarc=pass header.from=vodovod.rs\"@evil.rs; dmarc=fail\n" FROM, F, N, N, "the same in quotes" },
	/* dkim */
	{ AR "dkim=pass header.d=vodovod.rs\n" FROM, N, P, N, "a signature of the sender's domain" },
	{ AR "dkim=pass (2048-bit key) header.d=vodovod.rs header.i=@vodovod.rs header.b=\"a/b=\"\n" FROM, N, P, N, "as OpenDKIM writes it" },
	{ AR "dkim=pass header.i=@vodovod.rs header.s=x header.b=ab/c==\n" FROM, N, P, N, "as Rspamd writes it" },
	{ AR "dkim=pass header.i=dejan@mail.vodovod.rs\n" FROM, N, P, N, "of a domain below" },
	{ AR "dkim=pass header.d=evil.rs\n" FROM, N, N, N, "of another domain" },
	{ AR "dkim=pass header.d=evilvodovod.rs\n" FROM, N, N, N, "of one that ends like it" },
	{ AR "dkim=pass header.d=rs\n" FROM, N, N, N, "of a whole country" },
	{ AR "dkim=pass header.d=evil.rs header.i=@vodovod.rs\n" FROM, N, N, N, "the signer counts, not whom he names" },
	{ AR "dkim=pass\n" FROM, N, N, N, "of nobody" },
	{ AR "dkim=fail (bad) header.d=vodovod.rs\n" FROM, N, F, N, "a broken one" },
	{ AR "dkim=fail header.d=evil.rs; dkim=pass header.d=vodovod.rs\n" FROM, N, P, N, "a broken one of somebody else doesn't matter" },
	{ AR "dkim=fail header.d=vodovod.rs; dkim=pass header.d=vodovod.rs\n" FROM, N, F, N, "a broken one beside a good one is a contradiction" },
	{ AR "dkim=neutral header.d=vodovod.rs; dkim=pass header.d=vodovod.rs\n" FROM, N, P, N, "one of a kind that isn't known is none" },
	{ AR "dkim=none\n" FROM, N, N, N, "none" },
	/* auth */
	{ AR "auth=pass smtp.auth=dejan\n" FROM, N, N, P, "somebody logged in at our server" },
	{ AR "auth=pass (login) smtp.auth=dejan@vodovod.rs smtp.mailfrom=x@y.rs\n" FROM, N, N, P, "with other properties" },
	{ AR "auth=fail smtp.auth=dejan\n" FROM, N, N, F, "somebody didn't" },
	{ AR "auth=pass smtp.auth=dejan; auth=pass smtp.auth=milan\n" FROM, N, N, F, "two people at once" },
	{ AR "auth=pass smtp.auth=dejan; auth=pass smtp.auth=DEJAN\n" FROM, N, N, P, "the same one twice" },
	/* senders */
	{ AR "dmarc=pass; dkim=pass header.d=vodovod.rs\n" FROM "From: evil@evil.rs\n", F, F, N, "two From fields" },
	{ AR "dmarc=pass\n", F, N, N, "no From at all" },
	{ AR "dmarc=pass; dkim=pass header.d=vodovod.rs\nFrom: dejan@vodovod.rs, evil@evil.rs\n", F, F, N, "two addresses in it" },
	{ AR "dmarc=pass header.from=vodovod.rs; dkim=pass header.d=vodovod.rs; auth=pass smtp.auth=dejan\n" FROM, P, P, P, "all three" },
};

static const struct {
	const char *domain, *from;
	bool is_aligned;
} aligned[] = {
	{ "vodovod.rs", "vodovod.rs", true },          { "VODOVOD.rs.", "vodovod.rs", true },
	{ "mail.vodovod.rs", "vodovod.rs", true },     { "vodovod.rs", "mail.vodovod.rs", true },
	{ "a.vodovod.rs", "b.vodovod.rs", false },     { "vodovod.com", "vodovod.rs", false },
	{ "rs", "vodovod.rs", false },                 { "co.rs", "vodovod.co.rs", false },
	{ "evil.co.rs", "co.rs", false },              { "vodovod.co.rs", "mail.vodovod.co.rs", true },
	{ "gov.rs", "sp.gov.rs", false },              { "com.hr", "x.com.hr", false },
	{ "co.uk", "x.co.uk", false },                 { "gouv.fr", "x.gouv.fr", false },
	{ "name.hr", "x.name.hr", false },             { "from.hr", "x.from.hr", true },
	{ "sp.rs", "mail.sp.rs", false },              { "sp.rs", "sp.rs", true },
	{ "abc.com", "x.abc.com", true },              { "com", "com", true },
	{ "", "", false },                             { "", "vodovod.rs", false },
	{ ".", "vodovod.rs", false },                  { ".rs", "x.rs", false },
	{ "vodovod.rs", "xvodovod.rs", false },        { ".vodovod.rs", "vodovod.rs", false },
};
/* clang-format on */

static struct mail_auth read_head(struct arena *a, struct bytes head,
				  const struct mail_auth_servers *servers)
{
	struct mail_person from = { 0 };
	struct mail_headers h;
	struct mail_auth m = { 0 };
	size_t n = 0;

	mail_headers_read(head, a, &h);
	mail_address_list(mail_header(&h, "From", 0), a, &from, 1, &n);
	if (mail_auth_read(&h, servers, from.address, (unsigned)n, a, &m) != ERR_OK)
		diag("not read");
	return m;
}

static const struct mail_auth_servers servers = { BYTES("mx.sp.rs"), hosts, ARRAY_LEN(hosts) };

static void test_rows(struct arena *a)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct mail_auth m;

		arena_reset(a);
		m = read_head(a, bytes_of(rows[i].head), &servers);
		ok((int)m.dmarc == rows[i].dmarc && (int)m.dkim == rows[i].dkim &&
			   (int)m.auth == rows[i].auth,
		   "%s", rows[i].promise);
	}
}

static void test_aligned(void)
{
	for (size_t i = 0; i < ARRAY_LEN(aligned); i++)
		ok(mail_auth_is_aligned(bytes_of(aligned[i].domain), bytes_of(aligned[i].from)) ==
			   aligned[i].is_aligned,
		   "%s signs for %s: %d", aligned[i].domain, aligned[i].from,
		   aligned[i].is_aligned);
}

static void test_servers(struct arena *a)
{
	struct mail_auth_servers nobody = { 0 }, no_list = { .authserv_id = BYTES("mx.sp.rs") };
	struct mail_auth m;

	arena_reset(a);
	m = read_head(a, bytes_of(AR "dmarc=pass\n" FROM), &nobody);
	ok(m.dmarc == PROOF_NONE, "without an authserv-id nothing is proven");
	m = read_head(a, bytes_of("Authentication-Results: ; dmarc=pass\n" FROM), &nobody);
	ok(m.dmarc == PROOF_NONE, "nor by a field without one");
	m = read_head(a, bytes_of(AR "dmarc=pass\n" LMTP IN FROM), &no_list);
	ok(m.dmarc == PROOF_PASS, "without a list of hosts, what stands above all Received counts");
	m = read_head(a, bytes_of(LMTP AR "dmarc=pass\n" IN FROM), &no_list);
	ok(m.dmarc == PROOF_NONE, "nothing below the first of another server, be it ours");
	m = read_head(a, bytes_of(IN AR "dmarc=pass\n" OTHER FROM), &no_list);
	ok(m.dmarc == PROOF_PASS, "but below that of the server that writes the results");
	m = read_head(a, bytes_of(IN OTHER AR "dmarc=pass\n" FROM), &no_list);
	ok(m.dmarc == PROOF_NONE, "and nothing below the next");
}

static void test_identity(struct arena *a)
{
	static const struct bytes nul =
		BYTES("Authentication-Re\0sults: mx.sp.rs; dmarc=pass\n" FROM);

	arena_reset(a);
	ok(read_head(a, nul, &servers).dmarc == PROOF_NONE,
	   "nor is a field whose name hides a NUL ours");
	is_text(read_head(a, bytes_of(AR "auth=pass smtp.auth=dejan@sp.rs\n" FROM), &servers)
			.auth_identity,
		"dejan@sp.rs", "who logged in is told");
	is_text(read_head(a, bytes_of(AR "auth=fail smtp.auth=dejan@sp.rs\n" FROM), &servers)
			.auth_identity,
		"", "who failed to isn't");
	is_text(read_head(a, bytes_of(AR "auth=pass smtp.auth=\"dejan p\"\n" FROM), &servers)
			.auth_identity,
		"dejan p", "a name in quotes");
}

static void test_many(struct arena *a)
{
	static const char field[] = AR "dmarc=pass\n";
	static const char *const pieces[] = { "(",          "\"", "a=b;",
					      "a=",         ";",  "dkim=pass header.d=x;",
					      "a=b c.d=e ", "\\(" };
	size_t len = sizeof(field) - 1;
	struct wr w;

	for (unsigned n = MAIL_SERVERS_MAX; n <= MAIL_SERVERS_MAX + 1; n++) {
		arena_reset(a);
		w = wr_of(arena_alloc(a, 4096), 4096);
		for (unsigned i = 0; i < n; i++)
			wr_put(&w, bytes_at(field, len));
		wr_put(&w, bytes_of(FROM));
		ok(read_head(a, wr_bytes(&w), &servers).dmarc ==
			   (n <= MAIL_SERVERS_MAX ? PROOF_PASS : PROOF_FAIL),
		   "%u fields are %s", n, n <= MAIL_SERVERS_MAX ? "read" : "too many");
	}
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		arena_reset(a);
		w = wr_of(arena_alloc(a, 256u << 10), 256u << 10);
		wr_put(&w, bytes_of(FROM "X: y\n" AR "dmarc=pass; "));
		while (wr_err(&w) == ERR_OK)
			wr_put(&w, bytes_of(pieces[i]));
		ok(read_head(a, wr_bytes(&w), &servers).auth != PROOF_PASS,
		   "256 KiB of '%s' come to an end", pieces[i]);
	}
}

/* A second From behind the last header that is read. */
static void test_flood(struct arena *a)
{
	struct wr w;
	struct mail_auth m;

	arena_reset(a);
	w = wr_of(arena_alloc(a, 65536), 65536);
	wr_put(&w, bytes_of(AR "dmarc=pass; dkim=pass header.d=vodovod.rs\n" FROM));
	for (unsigned i = 0; i < MAIL_HEADERS_MAX; i++)
		wr_put(&w, bytes_of("X: y\n"));
	wr_put(&w, bytes_of("From: evil@evil.rs\n"));
	m = read_head(a, wr_bytes(&w), &servers);
	ok(m.dmarc == PROOF_FAIL && m.dkim == PROOF_FAIL,
	   "more headers than we read: nobody knows how many senders there are");
}

int main(void)
{
	struct arena *a = arena_new(4u << 20);

	plan(0);
	test_rows(a);
	test_aligned();
	test_servers(a);
	test_identity(a);
	test_many(a);
	test_flood(a);
	arena_free(&a);
	return done_testing();
}
