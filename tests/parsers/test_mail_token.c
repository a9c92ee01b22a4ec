/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mail_token.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/strbuf.h"
#include "tests/tap.h"

static const struct mail_token_key keys[] = {
	{ 'b', { "the new key, 32 octets of a test" } },
	{ 'a', { "the old key, 32 octets of a test" } },
};
static const struct mail_token_key strangers[] = {
	{ 'b', { "another town's key of the letter" } },
};

static const struct mail_token_of of = { TOKEN_STAFF, BYTES("stara-pazova"),
					 BYTES("SP-2026-000123"), BYTES("dejan"), 2 };

static struct bytes made(const struct mail_token_key *key, const struct mail_token_of *what,
			 char token[MAIL_TOKEN_SIZE])
{
	mail_token_make(key, 1, what, token);
	return bytes_of(token);
}

static void test_making(void)
{
	char token[MAIL_TOKEN_SIZE], again[MAIL_TOKEN_SIZE];

	mail_token_make(keys, ARRAY_LEN(keys), &of, token);
	is_int((long long)strlen(token), MAIL_TOKEN_LEN, "a token has 18 letters");
	ok(token[0] == 's' && token[1] == 'b', "its first letter is the kind, the second the key");
	ok(strspn(token, "abcdefghijklmnopqrstuvwxyz234567") == MAIL_TOKEN_LEN,
	   "small letters and digits that nobody confuses");
	mail_token_make(keys, ARRAY_LEN(keys), &of, again);
	ok(strcmp(token, again) == 0, "the same again is the same token");
	is_text(bytes_of(token), "sblzaymone6prraaec", "and always will be");
}

static void test_checking(void)
{
	char token[MAIL_TOKEN_SIZE], other[MAIL_TOKEN_SIZE];
	struct bytes t = made(&keys[0], &of, token);

	ok(mail_token_check(keys, 2, &of, t) == ERR_OK, "it is right for what it was made for");
	ok(mail_token_check(&keys[1], 1, &of, t) == ERR_ACCESS, "not by another key");
	ok(mail_token_check(strangers, 1, &of, t) == ERR_ACCESS,
	   "nor by another key of the same letter");
	ok(mail_token_check(keys, 2, &of, made(&keys[1], &of, other)) == ERR_OK,
	   "one that the key before made is still right");
	ok(mail_token_check(keys, 1, &of, bytes_of(other)) == ERR_ACCESS,
	   "until that key is given up");
	ok(mail_token_check(keys, 0, &of, t) == ERR_ACCESS, "without keys nothing is right");
	for (size_t i = 0; i < MAIL_TOKEN_LEN; i++)
		token[i] = (char)(token[i] >= 'a' ? token[i] - 0x20 : token[i]);
	ok(mail_token_check(keys, 2, &of, t) == ERR_OK, "capitals don't count");
}

static void test_others(void)
{
	/* clang-format off */
	static const struct {
		struct mail_token_of of;
		const char *promise;
	} rows[] = {
		{ { TOKEN_CITIZEN, BYTES("stara-pazova"), BYTES("SP-2026-000123"), BYTES("dejan"), 2 }, "another kind" },
		{ { TOKEN_STAFF,   BYTES("pecinci"),      BYTES("SP-2026-000123"), BYTES("dejan"), 2 }, "another town" },
		{ { TOKEN_STAFF,   BYTES("stara-pazova"), BYTES("SP-2026-000124"), BYTES("dejan"), 2 }, "another case" },
		{ { TOKEN_STAFF,   BYTES("stara-pazova"), BYTES("SP-2026-000123"), BYTES("milan"), 2 }, "another person" },
		{ { TOKEN_STAFF,   BYTES("stara-pazova"), BYTES("SP-2026-000123"), BYTES("dejan"), 3 }, "a case that changed hands since" },
		{ { TOKEN_STAFF,   BYTES("stara-pazova"), BYTES("SP-2026-00012"), BYTES("3dejan"), 2 }, "the same letters, cut elsewhere" },
	};
	/* clang-format on */
	char token[MAIL_TOKEN_SIZE], other[MAIL_TOKEN_SIZE];
	struct bytes t = made(&keys[0], &of, token);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		ok(mail_token_check(keys, 2, &rows[i].of, t) == ERR_ACCESS, "it isn't right for %s",
		   rows[i].promise);
		mail_token_make(keys, 2, &rows[i].of, other);
		ok(strcmp(token + 2, other + 2) != 0, "which has another secret altogether");
	}
}

static void test_broken(void)
{
	static const char *const rows[] = { "", "s", "sbaaaaaaaaaaaaaaaaaa", "xb", "0123456789" };
	char token[MAIL_TOKEN_SIZE];
	struct bytes t = made(&keys[0], &of, token);
	unsigned n_wrong = 0;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		ok(mail_token_check(keys, 2, &of, bytes_of(rows[i])) == ERR_ACCESS,
		   "'%s' is no token", rows[i]);
	for (size_t i = 0; i < MAIL_TOKEN_LEN; i++) {
		char kept = token[i];

		token[i] = token[i] == 'q' ? 'r' : 'q';
		n_wrong += mail_token_check(keys, 2, &of, t) == ERR_ACCESS;
		token[i] = kept;
	}
	is_int(n_wrong, MAIL_TOKEN_LEN, "one letter changed anywhere, and it is wrong");
	ok(mail_token_check(keys, 2, &of, bytes_at(token, MAIL_TOKEN_LEN - 1)) == ERR_ACCESS,
	   "one letter less is wrong");
}

#define A "sbabcdefghijklm234"
#define C "cbabcdefghijklm235"
#define B "bbabcdefghijklm236"

enum where { IN_ADDRESS, IN_SUBJECT, IN_TEXT };
/* clang-format off */
static const struct {
	enum where where;
	const char *text, *want;
	const char *promise;
} rows[] = {
	{ IN_ADDRESS, "kontakt+" A "@x.rs",                      A "|",       "a sub-address" },
	{ IN_ADDRESS, "kontakt+SBABCDEFGHIJKLM234@x.rs",         A "|",       "in capitals" },
	{ IN_ADDRESS, "kontakt-" A "@x.rs",                      A "|",       "behind a dash, as qmail has it" },
	{ IN_ADDRESS, "kontakt+x." A "@x.rs",                    A "|",       "among other words" },
	{ IN_ADDRESS, "kontakt@x.rs",                            "",          "the plain address" },
	{ IN_ADDRESS, A "@x.rs",                                 "",          "a mailbox that is called so" },
	{ IN_ADDRESS, "kontakt@" A ".rs",                        "",          "a domain that is called so" },
	{ IN_ADDRESS, "kontakt+" A "x@x.rs",                     "",          "a letter too many" },
	{ IN_ADDRESS, "kontakt+xbabcdefghijklm234@x.rs",         "",          "another kind" },
	{ IN_ADDRESS, "kontakt+s2abcdefghijklm234@x.rs",         "",          "a key that is no letter" },
	{ IN_ADDRESS, "kontakt+sbabcdefghijklm230@x.rs",         "",          "a digit that base32 hasn't" },
	{ IN_SUBJECT, "Re: [SP-2026-000123 " A "] Voda",         A "|",       "a tag" },
	{ IN_SUBJECT, "Re: [SP-2026-000123 " A "] [SP-1 " C "]", A "|" C "|", "two tags" },
	{ IN_SUBJECT, "Re: [SP-2026-000123\t " A " ]",           A "|",       "blanks of other kinds" },
	{ IN_SUBJECT, "[EXTERN] [SP-2026-000123 " A "]",         A "|",       "behind another server's tag" },
	{ IN_SUBJECT, "[EXTERN [SP-2026-000123 " A "]",          A "|",       "behind half a tag" },
	{ IN_SUBJECT, "Re: " A " Voda",                          "",          "no brackets" },
	{ IN_SUBJECT, "Re: [SP-2026-000123 " A,                  "",          "a tag that was cut" },
	{ IN_SUBJECT, "] " A " [",                               "",          "brackets the other way round" },
	{ IN_TEXT,    "Odgovor na " A ", i " B ".",              A "|" B "|", "words of a text" },
	{ IN_TEXT,    A " " A " SBABCDEFGHIJKLM234",             A "|",       "each once" },
	{ IN_TEXT,    "\xD0\xB0" A " _" A,                       "",          "no part of a longer word" },
	{ IN_TEXT,    "kontakt+" A "@x.rs",                      A "|",       "an address in a text" },
	{ IN_TEXT,    "",                                        "",          "nothing" },
};
/* clang-format on */

static void test_finding(struct arena *a)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int (*find)(struct mail_tokens *, struct arena *, struct bytes) =
			rows[i].where == IN_ADDRESS   ? mail_tokens_of_address
			: rows[i].where == IN_SUBJECT ? mail_tokens_of_subject
						      : mail_tokens_of_text;
		struct strbuf s = strbuf_in(a, 4096);
		struct mail_tokens t = { 0 };

		find(&t, a, bytes_of(rows[i].text));
		for (size_t k = 0; k < t.n; k++)
			strbuf_addf(&s, "%.*s|", PRI_BYTES(t.list[k]));
		is_text(strbuf_bytes(&s), rows[i].want, "%s", rows[i].promise);
	}
}

static void test_many(struct arena *a)
{
	struct strbuf s = strbuf_in(a, 1u << 20);
	struct mail_tokens t = { 0 };

	for (int i = 0; i < 10000; i++)
		strbuf_addf(&s, "[sbaaaaaaaaaaa%c%c%c%c%c", 'a' + i % 26, 'a' + i / 26 % 26,
			    'a' + i / 676 % 26, 'a', 'a');
	strbuf_adds(&s, "]");
	mail_tokens_of_subject(&t, a, strbuf_bytes(&s));
	is_int((long long)t.n, 1, "ten thousand brackets are one tag");
	mail_tokens_of_text(&t, a, strbuf_bytes(&s));
	is_int((long long)t.n, MAIL_TOKENS_MAX, "of ten thousand tokens the first eight are kept");
	ok(mail_token_kind(bytes_of(A)) == TOKEN_STAFF && mail_token_kind(bytes_of("SB")) == 0,
	   "a token says its kind");
}

int main(void)
{
	struct arena *a = arena_new(4u << 20);

	plan(0);
	if (keyed_init() != ERR_OK)
		return 1;
	test_making();
	test_checking();
	test_others();
	test_broken();
	test_finding(a);
	test_many(a);
	arena_free(&a);
	return done_testing();
}
