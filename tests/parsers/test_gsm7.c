/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/gsm7.h"

#include "parsers/err.h"
#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *text;
	size_t septets; /* 0: can't be written */
	const char *promise;
} counts[] = {
	{ "hello",       5, "letters are one septet each" },
	{ "€[]{}\\^~|", 18, "extension characters are two" },
	{ "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà", 42, "the whole alphabet besides ASCII" },
	{ "a\nb",        3, "a line end is a septet" },
	{ "č",           0, "č isn't there" },
	{ "ç",           0, "only the capital Ç is" },
	{ "á",           0, "neither is á" },
	{ "`",           0, "nor the grave accent, though it is ASCII" },
	{ "a\tb",        0, "nor TAB" },
	{ "Ж",           0, "nor Cyrillic" },
	{ "😀",          0, "nor an emoji" },
};

static const struct {
	const char *text, *plain;
	const char *promise;
} folds[] = {
	{ "Čačak, žuti Šešir, đak, ćup", "Cacak, zuti Sesir, djak, cup", "Serbian Latin loses its marks" },
	{ "Рупа на путу у Његошевој", "Rupa na putu u Njegosevoj", "Serbian Cyrillic becomes Latin" },
	{ "љубав ЉУБАВ Љубав Џеп ЂАК Ђорђе ЏАК", "ljubav LJUBAV Ljubav Dzep DJAK Djordje DZAK", "two letters for one are capitals where the word is" },
	{ "Đ ĐAK aĐ AĐ", "Dj DJAK aDj ADJ", "also at the end of a word" },
	{ "äöüßéèàùìòñÄÖÜÑÉæøå", "äöüßéèàùìòñÄÖÜÑÉæøå", "what GSM-7 has stays" },
	{ "árvíztűrő tükörfúrógép", "arviztürö tükörfurogép", "Hungarian" },
	{ "ľúbim ťa, ďakujem, ô ĺ ŕ ň", "lubim ta, dakujem, o l r n", "Slovak" },
	{ "„Текст“ – ’а’ … «б»", "\"Tekst\" - 'a' ... \"b\"", "typographic signs become plain" },
	{ "rupa 😀👍🏽 ovde", "rupa  ovde", "emoji are left out" },
	{ "a\u200Bb\uFEFFc\u00ADd", "abcd", "so is what nobody sees" },
	{ "10\u00A0000\u202Fdin\t!", "10 000 din !", "every blank is a blank" },
	{ "c\u030Cz\u030C", "cz", "loose marks go" },
	{ "中文", "", "a script that can't be mapped is left out" },
	{ "€5 [a] {b}", "€5 [a] {b}", "extension characters stay" },
	{ "ǆ ǅ Ǆ ĳ Œ ½ №", "dz Dz DZ ij OE 1/2 No", "characters that are several letters" },
	{ "шта је са мојом пријавом", "sta je sa mojom prijavom", "a question in Cyrillic" },
	{ "объявление ещё", "objavlenie escjo", "Russian can be read" },
};
/* clang-format on */

static void test_counts(void)
{
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		size_t septets = 0;
		bool can = gsm7_can(bytes_of(counts[i].text), &septets);

		ok(can == (counts[i].septets != 0) && septets == counts[i].septets, "\"%s\": %s",
		   counts[i].text, counts[i].promise);
	}
}

static void test_folds(struct arena *a)
{
	for (size_t i = 0; i < ARRAY_LEN(folds); i++) {
		struct bytes plain = BYTES_NONE, again = BYTES_NONE;

		gsm7_plain(a, bytes_of(folds[i].text), &plain);
		if (!is_text(plain, folds[i].plain, "%s", folds[i].promise))
			continue;
		ok(gsm7_can(plain, NULL) && gsm7_plain(a, plain, &again) == ERR_OK &&
			   bytes_eq(plain, again),
		   "… and can be written as it is");
	}
}

static void test_octets(struct arena *a)
{
	struct bytes octets = BYTES_NONE, text = BYTES_NONE;
	struct utf8_faults faults = { 0 };
	struct arena *small = arena_new(4);

	ok(gsm7_encode(a, bytes_of("@£$¥€_"), &octets) == ERR_OK &&
		   bytes_eq(octets, bytes_at("\x00\x01\x02\x03\x1B\x65\x11", 7)),
	   "octets as Kannel reads and writes them");
	is_int(gsm7_encode(a, bytes_of("ač"), &octets), ERR_INVALID, "what can't be written isn't");
	is_int(gsm7_encode(small, bytes_of("abcdef"), &octets), ERR_LIMIT,
	       "the arena's cap is a limit");
	gsm7_decode(a, bytes_at("\x00\x01\x02\x03\x1B\x65\x11", 7), &text, &faults);
	ok(bytes_is(text, "@£$¥€_") && faults.replaced == 0, "and back");
	gsm7_decode(a, bytes_at("a\x1B\x41\x1B\x1B", 5), &text, &faults);
	ok(bytes_is(text, "aA ") && faults.replaced == 0,
	   "an unknown extension is its plain character");
	gsm7_decode(a, bytes_at("a\x80\x1B", 3), &text, &faults);
	ok(bytes_is(text, "a\uFFFD\uFFFD") && faults.replaced == 2,
	   "what is no septet is replaced and counted");
	gsm7_decode(a, bytes_of("a\r\nb\rc"), &text, &faults);
	is_text(text, "a\nb\nc", "line ends are clean");
	arena_free(&small);
}

/* Every septet that means a character comes back as itself. */
static void test_all(struct arena *a)
{
	bool fine = true;

	for (unsigned i = 0; i < 128; i++) {
		uint8_t septet = (uint8_t)i;
		struct bytes text = BYTES_NONE, back = BYTES_NONE;

		if (i == GSM7_ESCAPE || i == '\r')
			continue;
		gsm7_decode(a, bytes_at(&septet, 1), &text, NULL);
		fine = fine && gsm7_encode(a, text, &back) == ERR_OK &&
		       bytes_eq(back, bytes_at(&septet, 1));
	}
	ok(fine, "the alphabet reads as it is written");
}

int main(void)
{
	struct arena *a = arena_new(1 << 20);

	plan(0);
	test_counts();
	test_folds(a);
	test_octets(a);
	test_all(a);
	arena_free(&a);
	return done_testing();
}
