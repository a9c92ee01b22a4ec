/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/language_words.h"

#include <stdlib.h>
#include <string.h>

#define SR  LANG_BIT(LANG_SR)
#define HR  LANG_BIT(LANG_HR)
#define SK  LANG_BIT(LANG_SK)
#define HU  LANG_BIT(LANG_HU)
#define ROM LANG_BIT(LANG_ROM)
#define EN  LANG_BIT(LANG_EN)

struct entry {
	const char *word;
	unsigned who;
};

/* clang-format off */
/* Sorted by octets, because it is searched in halves; the test says when it isn't. */
static const struct entry entries[] = {
	{ "a", SR | HR | SK | HU | EN }, { "about", EN }, { "aj", SK }, { "aka", SK },
	{ "akaja", ROM }, { "akava", ROM }, { "ake", SK }, { "ako", SK }, { "aky", SK },
	{ "ale", SK }, { "alebo", SK }, { "ali", SR | HR }, { "am", EN }, { "amare", ROM },
	{ "amari", ROM }, { "amaro", ROM }, { "amen", ROM }, { "an", EN }, { "and", EN },
	{ "andar", ROM }, { "ande", ROM }, { "andi", ROM }, { "anglal", ROM }, { "aram", HU },
	{ "are", EN }, { "at", EN }, { "avel", ROM }, { "aven", ROM }, { "az", HU }, { "azt", HU },
	{ "barem", HR }, { "be", EN }, { "been", EN }, { "bez", SR | HR }, { "bila", SR | HR },
	{ "bilo", SR | HR }, { "bio", SR | HR }, { "biti", SR | HR }, { "bojime", SK }, { "bol", SK },
	{ "bola", SK }, { "boli", SK }, { "bolo", SK }, { "broken", EN }, { "bude", SK },
	{ "budu", SK }, { "but", ROM }, { "can", EN }, { "cesta", HR }, { "cesti", HR },
	{ "cev", SR }, { "cevi", SR }, { "chcel", SK }, { "chcela", SK }, { "co", SK },
	{ "could", EN }, { "csak", HU }, { "da", SR | HR }, { "dakujem", SK }, { "dana", SR | HR },
	{ "danima", SR | HR }, { "de", HU }, { "deca", SR }, { "decu", SR }, { "den", SK },
	{ "dete", SR }, { "devla", ROM }, { "did", EN }, { "do", SR | HR | SK | EN }, { "dobry", SK },
	{ "does", EN }, { "dosta", ROM }, { "dza", ROM }, { "egy", HU }, { "es", HU }, { "este", SK },
	{ "ez", HU }, { "ezt", HU }, { "for", EN }, { "from", EN }, { "gde", SR }, { "gdje", HR },
	{ "glede", HR }, { "gotovo", SR | HR }, { "ha", HU }, { "has", EN }, { "have", EN },
	{ "here", EN }, { "hi", ROM }, { "hiljada", SR }, { "hogy", HU }, { "hogyan", HU },
	{ "hol", HU }, { "how", EN }, { "hteli", SR }, { "hteo", SR }, { "hvala", SR | HR },
	{ "i", SR | HR | EN }, { "ich", SK }, { "ili", SR | HR }, { "ima", SR | HR },
	{ "imam", SR | HR }, { "in", EN }, { "is", HU | EN }, { "ispred", SR | HR }, { "it", EN },
	{ "itt", HU }, { "iz", SR | HR }, { "iza", SR | HR }, { "je", SR | HR | SK }, { "jeho", SK },
	{ "jo", HU }, { "jos", SR | HR }, { "k", SK }, { "kad", SR | HR }, { "kada", SR | HR },
	{ "kaj", ROM }, { "kako", SR | HR }, { "kana", ROM }, { "katar", ROM }, { "kde", SK },
	{ "kedy", SK }, { "kell", HU }, { "kerem", HU }, { "ki", HU }, { "ko", SR },
	{ "kod", SR | HR }, { "koja", SR | HR }, { "koje", SR | HR }, { "koji", SR | HR },
	{ "kolodvor", HR }, { "komsija", SR }, { "komsije", SR }, { "koszonom", HU },
	{ "kroz", SR | HR }, { "kruh", HR }, { "ktora", SK }, { "ktore", SK }, { "ktory", SK },
	{ "ku", SK }, { "kutyak", HU }, { "kvoli", SK }, { "laco", ROM }, { "lampa", HU },
	{ "lepo", SR }, { "leske", ROM }, { "li", SR | HR }, { "ludia", SK }, { "mahala", ROM },
	{ "mam", SK }, { "mame", SK }, { "manca", ROM }, { "mange", ROM }, { "mar", HU },
	{ "meg", HU }, { "mene", SR | HR }, { "mennyi", HU }, { "mert", HU }, { "mesta", SK },
	{ "mesto", SR | SK }, { "mi", SR | HR | HU }, { "mikor", HU }, { "minden", HU },
	{ "mit", HU }, { "mogu", SR | HR }, { "moj", SR | HR | SK }, { "moja", SR | HR | SK },
	{ "mojej", SK }, { "moju", SR | HR }, { "molim", SR | HR }, { "moze", SR | HR }, { "my", EN },
	{ "na", SR | HR | SK }, { "nad", SK }, { "nagyon", HU }, { "naj", ROM }, { "nam", SR | HR },
	{ "nane", ROM }, { "napot", HU }, { "nas", SR | HR | SK }, { "ne", SR | HR }, { "near", EN },
	{ "nedelja", SR }, { "nedelje", SR }, { "nefunguje", SK }, { "nego", SR | HR },
	{ "neka", SR }, { "neko", SR }, { "nem", HU }, { "nema", SR | HR }, { "nemame", SK },
	{ "nesvieti", SK }, { "netko", HR }, { "nie", SK }, { "nije", SR | HR }, { "niko", SR },
	{ "nincs", HU }, { "nisam", SR | HR }, { "nisu", SR | HR }, { "nitko", HR }, { "no", EN },
	{ "not", EN }, { "o", SR | HR | SK }, { "od", SR | HR | SK }, { "of", EN }, { "on", EN },
	{ "onda", SR | HR }, { "onkormanyzat", HU }, { "opcina", HR }, { "opcine", HR },
	{ "opcini", HR }, { "opet", SR | HR }, { "opstina", SR }, { "opstine", SR },
	{ "opstini", SR }, { "ota", HU }, { "ott", HU }, { "our", EN }, { "ova", SR | HR },
	{ "ovaj", SR | HR }, { "ovde", SR }, { "ovdje", HR }, { "ovo", SR | HR }, { "pala", ROM },
	{ "pani", ROM }, { "phral", ROM }, { "please", EN }, { "po", SR | HR | SK },
	{ "pod", SR | HR | SK }, { "pored", SR | HR }, { "posle", SR }, { "poslije", HR },
	{ "posto", SR | HR }, { "pre", SR | SK }, { "preco", SK }, { "preko", SR | HR },
	{ "pretoze", SK }, { "prevoz", SR }, { "pri", SK }, { "prije", HR }, { "promet", HR },
	{ "prosim", SK }, { "psy", SK }, { "rasveta", SR }, { "resenje", SR }, { "romale", ROM },
	{ "romni", ROM }, { "sa", SR | HR | SK }, { "sam", SR | HR }, { "samo", SR | HR },
	{ "san", ROM }, { "saobracaj", SR }, { "sar", ROM }, { "se", SR | HR }, { "sem", ROM },
	{ "si", ROM }, { "since", EN }, { "sincs", HU }, { "sme", SK }, { "smeti", SK },
	{ "smo", SR | HR }, { "sneg", SR }, { "so", ROM }, { "som", SK }, { "sta", SR },
	{ "ste", SR | HR | SK }, { "sto", HR }, { "street", EN }, { "su", SR | HR }, { "susjed", HR },
	{ "susjeda", HR }, { "susjedi", HR }, { "svuda", SR }, { "szemet", HU }, { "taj", ROM },
	{ "takodje", SR }, { "takodjer", HR }, { "tam", SK }, { "teraz", SK }, { "thaj", ROM },
	{ "that", EN }, { "the", EN }, { "there", EN }, { "these", EN }, { "they", EN },
	{ "this", EN }, { "tjedan", HR }, { "tjedna", HR }, { "tjednima", HR }, { "tko", HR },
	{ "to", SR | HR | SK | EN }, { "toliko", SR | HR }, { "treba", SR }, { "tu", SR | HR | SK },
	{ "tuke", ROM }, { "tumen", ROM }, { "tvrtka", HR }, { "tyzden", SK }, { "u", SR | HR },
	{ "ukoliko", HR }, { "ulica", SR | HR | SK }, { "ulici", SR | HR | SK }, { "uopce", HR },
	{ "uopste", SR }, { "utca", HU }, { "utcaban", HU }, { "utcai", HU }, { "uvek", SR },
	{ "uvijek", HR }, { "uz", SK }, { "v", SK }, { "vagy", HU }, { "vam", SR | HR },
	{ "van", HU }, { "vas", SR | HR | SK }, { "vec", SR | HR }, { "vi", ROM }, { "videti", SR },
	{ "viz", HU }, { "vlak", HR }, { "volt", HU }, { "vreme", SR }, { "vsetko", SK },
	{ "vzdy", SK }, { "was", EN }, { "water", EN }, { "we", EN }, { "what", EN }, { "when", EN },
	{ "where", EN }, { "will", EN }, { "with", EN }, { "would", EN }, { "you", EN },
	{ "your", EN }, { "z", SK }, { "za", SR | HR | SK }, { "zahtev", SR }, { "zarulja", HR },
	{ "zasto", SR | HR }, { "ziadost", SK }, { "ziadosti", SK }, { "zo", SK }, { "zrak", HR },
};
/* clang-format on */

/* What is looked for: a word without NUL behind it. */
static int compare(const void *key, const void *entry)
{
	const struct bytes *word = key;
	const char *known = ((const struct entry *)entry)->word;
	int order = strncmp((const char *)word->ptr, known, word->len);

	if (order != 0)
		return order;
	return known[word->len] == '\0' ? 0 : -1;
}

unsigned language_words_who(struct bytes word)
{
	if (word.len == 0)
		return 0;
	const struct entry *e =
		bsearch(&word, entries, ARRAY_LEN(entries), sizeof(entries[0]), compare);

	return e != NULL ? e->who : 0;
}

size_t language_words_count(void)
{
	return ARRAY_LEN(entries);
}

const char *language_words_at(size_t i)
{
	return entries[i].word;
}
