/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "templates/words.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/strbuf.h"

/* A Latin letter or pair may double in octets, not more. */
#define GROWTH_MAX 2

/* clang-format off */
/* Pairs first: they are one letter. Capitals as they stand in names and in words of capitals. */
static const struct {
	const char *latin;
	const char *cyrillic;
} letters[] = {
	{ "lj", "љ" }, { "Lj", "Љ" }, { "LJ", "Љ" }, { "nj", "њ" }, { "Nj", "Њ" }, { "NJ", "Њ" },
	{ "dž", "џ" }, { "Dž", "Џ" }, { "DŽ", "Џ" },
	{ "a", "а" }, { "b", "б" }, { "c", "ц" }, { "č", "ч" }, { "ć", "ћ" }, { "d", "д" },
	{ "đ", "ђ" }, { "e", "е" }, { "f", "ф" }, { "g", "г" }, { "h", "х" }, { "i", "и" },
	{ "j", "ј" }, { "k", "к" }, { "l", "л" }, { "m", "м" }, { "n", "н" }, { "o", "о" },
	{ "p", "п" }, { "r", "р" }, { "s", "с" }, { "š", "ш" }, { "t", "т" }, { "u", "у" },
	{ "v", "в" }, { "z", "з" }, { "ž", "ж" },
	{ "A", "А" }, { "B", "Б" }, { "C", "Ц" }, { "Č", "Ч" }, { "Ć", "Ћ" }, { "D", "Д" },
	{ "Đ", "Ђ" }, { "E", "Е" }, { "F", "Ф" }, { "G", "Г" }, { "H", "Х" }, { "I", "И" },
	{ "J", "Ј" }, { "K", "К" }, { "L", "Л" }, { "M", "М" }, { "N", "Н" }, { "O", "О" },
	{ "P", "П" }, { "R", "Р" }, { "S", "С" }, { "Š", "Ш" }, { "T", "Т" }, { "U", "У" },
	{ "V", "В" }, { "Z", "З" }, { "Ž", "Ж" },
};
/* clang-format on */

/* Anything but ASCII that isn't a letter; other writing counts as letters and stays with its word. */
static bool is_letter(uint8_t c)
{
	return c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "II", "XIV": at least two, or it is an initial. */
static bool is_roman(struct bytes word)
{
	for (size_t i = 0; i < word.len; i++) {
		if (memchr("IVX", word.ptr[i], 3) == NULL)
			return false;
	}
	return word.len > 1;
}

/* False when a letter isn't Serbian; what was written by then is to be forgotten. */
static bool spell(struct strbuf *out, struct bytes word)
{
	while (word.len != 0) {
		size_t i = 0;

		while (i < ARRAY_LEN(letters) && !bytes_starts(word, letters[i].latin))
			i++;
		if (i == ARRAY_LEN(letters))
			return false;
		strbuf_adds(out, letters[i].cyrillic);
		word = bytes_cut(word, strlen(letters[i].latin), word.len);
	}
	return true;
}

static void add_word(struct arena *a, struct strbuf *out, struct bytes word)
{
	struct strbuf spelt = strbuf_in(a, word.len * GROWTH_MAX);

	strbuf_add(out, !is_roman(word) && spell(&spelt, word) ? strbuf_bytes(&spelt) : word);
	if (out->err == ERR_OK)
		out->err = spelt.err;
}

int words_cyrillic(struct arena *a, struct bytes latin, struct bytes *cyrillic_out)
{
	struct strbuf out = strbuf_in(a, latin.len * GROWTH_MAX);
	size_t at = 0;

	while (at < latin.len) {
		size_t from = at;

		while (at < latin.len && is_letter(latin.ptr[at]))
			at++;
		if (at > from)
			add_word(a, &out, bytes_cut(latin, from, at - from));
		else
			strbuf_addc(&out, (char)latin.ptr[at++]);
	}
	return strbuf_finish(&out, cyrillic_out);
}
