/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mime_guess.h"

#include "parsers/fold.h"
#include "parsers/utf8.h"

/* clang-format off */
/* Each list in small letters; capitals count as their small ones, less one. */
static const struct {
	const char *letters;
	int weight;
} lists[] = {
	{ "аеиоу",                        6 },
	{ "нстрвкмлдпј",                  4 },
	{ "бгђжзљњћфхцчџш",               2 },
	{ "йыьяюэщъё",                    0 }, /* Russian */
	{ "čćđšž",                        5 },
	{ "áéíóúýäöüôďľňťőűß",            5 }, /* Slovak, Hungarian, German */
	{ "ĺŕâăîșțşţ",                    1 }, /* rare Slovak; Romanian */
	{ "àèêëçñïûùœ",                   2 }, /* French and others of the west */
	{ "„“”‘’‚–—…•€°§«»\u00A0№›‹™×",   2 }, /* signs that people's programs write */
	{ "©®±½²³µ·¼¾¿¡£÷†‰",             0 },
};
/* clang-format on */

#define WEIGHT_OTHER  (-5) /* a letter or sign that nobody here writes */
#define WEIGHT_BROKEN (-9)

static uint32_t small(uint32_t cp)
{
	if (cp >= 0x410 && cp <= 0x42F)
		return cp + 0x20;
	if (cp >= 0x400 && cp <= 0x40F)
		return cp + 0x50;
	if (cp >= 0xC0 && cp <= 0xDE && cp != 0xD7)
		return cp + 0x20;
	/* Latin Extended-A: pairs, the small one odd below ĸ, even from Ĺ to ň, odd again; Ź to ž even. */
	if ((cp >= 0x139 && cp <= 0x148) || (cp >= 0x179 && cp <= 0x17E))
		return (cp & 1) != 0 ? cp + 1 : cp;
	if ((cp >= 0x100 && cp <= 0x177) || (cp >= 0x218 && cp <= 0x21B))
		return cp | 1;
	return cp;
}

static int weight_of(uint32_t cp)
{
	if (cp == UTF8_REPLACEMENT || (cp >= 0x80 && cp < 0xA0))
		return WEIGHT_BROKEN;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		struct rd r = rd_of(bytes_of(lists[i].letters));
		uint32_t letter;

		while (utf8_next(&r, &letter))
			if (letter == cp)
				return lists[i].weight;
	}
	return WEIGHT_OTHER;
}

static bool is_ascii_letter(uint32_t cp)
{
	return (cp | 0x20) >= 'a' && (cp | 0x20) <= 'z' && cp < 0x80;
}

static bool is_letter(uint32_t cp)
{
	return cp < 0x80 ? is_ascii_letter(cp) : fold_is_letter(cp);
}

/* What two neighbours within a word say against the reading. */
static int weight_of_pair(uint32_t before, uint32_t cp, unsigned n_high)
{
	int weight = 0;

	if (!is_letter(before) || !is_letter(cp))
		return 0;
	if (fold_is_cyrillic(before) != fold_is_cyrillic(cp))
		weight -= 8;
	if (!fold_is_upper(before) && fold_is_upper(cp))
		weight -= 6;
	/* No word of ours has three accented letters in a row. */
	if (cp >= 0x80 && !fold_is_cyrillic(cp) && n_high >= 2)
		weight -= n_high == 2 ? 2 : 6;
	return weight;
}

int mime_guess_weight(struct bytes text)
{
	struct rd r = rd_of(text);
	uint32_t before = ' ', earlier = ' ', cp;
	unsigned n_high = 0; /* Latin letters beyond ASCII in a row */
	int weight = 0;

	while (utf8_next(&r, &cp)) {
		n_high = cp >= 0x80 && is_letter(cp) && !fold_is_cyrillic(cp) ? n_high + 1 : 0;
		if (cp >= 0x80)
			weight += weight_of(small(cp)) - (small(cp) != cp);
		if (cp >= 0x80 || before >= 0x80)
			weight += weight_of_pair(before, cp, n_high);
		/* A sign in the midst of a word: "Po¹tovani". */
		if (before >= 0x80 && !is_letter(before) && before != 0x2019 && before != 0x2018 &&
		    is_letter(earlier) && is_letter(cp))
			weight -= 6;
		earlier = before;
		before = cp;
	}
	return weight;
}
