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
	{ "a", SR | HR | SK | HU | EN }, { "about", EN }, { "ahol", HU }, { "aj", SK },
	{ "aka", SK }, { "akaja", ROM }, { "akava", ROM }, { "ake", SK }, { "aki", HU },
	{ "ako", SK }, { "akom", SK }, { "aky", SK }, { "ale", SK }, { "alebo", SK },
	{ "ali", SR | HR }, { "am", EN }, { "amare", ROM }, { "amari", ROM }, { "amaro", ROM },
	{ "amen", ROM }, { "amenge", ROM }, { "ami", HU }, { "amit", HU }, { "an", EN },
	{ "and", EN }, { "andar", ROM }, { "ande", ROM }, { "andi", ROM }, { "ando", ROM },
	{ "anglal", ROM }, { "aram", HU }, { "are", EN }, { "at", EN }, { "avel", ROM },
	{ "aven", ROM }, { "avilem", ROM }, { "avilo", ROM }, { "az", HU }, { "azt", HU },
	{ "barem", HR }, { "be", EN }, { "been", EN }, { "bez", SR | HR }, { "bila", SR | HR },
	{ "bilo", SR | HR }, { "bio", SR | HR }, { "biti", SR | HR }, { "bojime", SK },
	{ "bol", SK }, { "bola", SK }, { "boli", SK }, { "bolo", SK }, { "broken", EN },
	{ "bude", SK }, { "budu", SK }, { "but", ROM }, { "can", EN }, { "cave", ROM },
	{ "caven", ROM }, { "cavenca", ROM }, { "cavende", ROM }, { "cesta", HR }, { "cesti", HR },
	{ "cev", SR }, { "cevi", SR }, { "chave", ROM }, { "chaven", ROM }, { "chavendje", ROM },
	{ "chcel", SK }, { "chcela", SK }, { "cheers", EN }, { "chuden", ROM }, { "chyba", SK },
	{ "co", SK }, { "could", EN }, { "csak", HU }, { "da", SR | HR }, { "dakujem", SK },
	{ "dana", SR | HR }, { "danima", SR | HR }, { "de", HU }, { "deca", SR }, { "decu", SR },
	{ "den", SK }, { "dete", SR }, { "devla", ROM }, { "did", EN }, { "dikh", ROM },
	{ "djelatnica", HR }, { "djelatnik", HR }, { "do", SR | HR | SK | EN }, { "dobivam", HR },
	{ "dobry", SK }, { "does", EN }, { "dokedy", SK }, { "dosta", ROM }, { "down", EN },
	{ "drom", ROM }, { "drome", ROM }, { "dym", SK }, { "dza", ROM }, { "egy", HU },
	{ "ejjel", HU }, { "elott", HU }, { "ertem", HU }, { "es", HU }, { "este", SK },
	{ "every", EN }, { "ez", HU }, { "ezt", HU }, { "fix", EN }, { "folyik", HU },
	{ "for", EN }, { "from", EN }, { "gde", SR }, { "gdje", HR }, { "glazba", HR },
	{ "glazbe", HR }, { "glede", HR }, { "gotovo", SR | HR }, { "great", EN },
	{ "gunoj", ROM }, { "ha", HU }, { "hany", HU }, { "harom", HU }, { "has", EN },
	{ "have", EN }, { "he", EN }, { "her", EN }, { "here", EN }, { "hi", ROM },
	{ "hiljada", SR }, { "him", EN }, { "his", EN }, { "hivatal", HU }, { "hogy", HU },
	{ "hogyan", HU }, { "hol", HU }, { "hole", EN }, { "honapja", HU }, { "hours", EN },
	{ "how", EN }, { "hozzank", HU }, { "hrvatski", HR }, { "hteli", SR }, { "hteo", SR },
	{ "hvala", SR | HR }, { "i", SR | HR | EN }, { "ich", SK }, { "if", EN },
	{ "ikljas", ROM }, { "ili", SR | HR }, { "ima", SR | HR }, { "imam", SR | HR },
	{ "in", EN }, { "is", HU | EN }, { "ispred", SR | HR }, { "it", EN }, { "itt", HU },
	{ "iz", SR | HR }, { "iza", SR | HR }, { "je", SR | HR | SK }, { "jeho", SK },
	{ "jo", HU }, { "jojjon", HU }, { "jon", HU }, { "jos", SR | HR }, { "k", SK },
	{ "kad", SR | HR }, { "kada", SR | HR }, { "kaj", ROM }, { "kako", SR | HR },
	{ "kana", ROM }, { "katar", ROM }, { "katu", HR }, { "kde", SK }, { "ked", SK },
	{ "kedy", SK }, { "kell", HU }, { "kerem", HU }, { "kerjuk", HU }, { "kertembe", HU },
	{ "ketto", HU }, { "khandel", ROM }, { "khandela", ROM }, { "kher", ROM },
	{ "khera", ROM }, { "ki", HU }, { "ko", SR }, { "kod", SR | HR }, { "koja", SR | HR },
	{ "koje", SR | HR }, { "koji", SR | HR }, { "kolko", SK }, { "kolnik", HR },
	{ "kolniku", HR }, { "kolodvor", HR }, { "komsija", SR }, { "komsije", SR },
	{ "koszonom", HU }, { "kriza", HR }, { "krizanju", HR }, { "kroz", SR | HR },
	{ "kruh", HR }, { "kto", SK }, { "ktora", SK }, { "ktore", SK }, { "ktorej", SK },
	{ "ktory", SK }, { "ku", SK }, { "kutyak", HU }, { "kvoli", SK }, { "laco", ROM },
	{ "lampa", HU }, { "len", SK }, { "lepo", SR }, { "leske", ROM }, { "lesz", HU },
	{ "li", SR | HR }, { "lijepo", HR }, { "lil", ROM }, { "lipnja", HR }, { "ljeti", HR },
	{ "ludia", SK }, { "lungo", ROM }, { "mahala", ROM }, { "mahalate", ROM }, { "mam", SK },
	{ "mame", SK }, { "manca", ROM }, { "mange", ROM }, { "mar", HU }, { "meg", HU },
	{ "mellett", HU }, { "mene", SR | HR }, { "mennyi", HU }, { "mert", HU }, { "mesta", SK },
	{ "mesto", SR | SK }, { "mi", SR | HR | HU }, { "miatt", HU }, { "mikor", HU },
	{ "minden", HU }, { "minket", HU }, { "mire", ROM }, { "miro", ROM }, { "mirre", ROM },
	{ "mit", HU }, { "mna", SK }, { "mne", SK }, { "mogu", SR | HR }, { "moj", SR | HR | SK },
	{ "moja", SR | HR | SK }, { "mojej", SK }, { "moju", SR | HR }, { "molim", SR | HR },
	{ "moze", SR | HR }, { "mozem", SK }, { "musim", SK }, { "my", EN },
	{ "na", SR | HR | SK }, { "nad", SK }, { "nagyon", HU }, { "naj", ROM }, { "nalunk", HU },
	{ "nam", SR | HR }, { "nane", ROM }, { "napot", HU }, { "nas", SR | HR | SK },
	{ "nasej", SK }, { "nastik", ROM }, { "ne", SR | HR }, { "near", EN }, { "nedelja", SR },
	{ "nedelje", SR }, { "nefunguje", SK }, { "nego", SR | HR }, { "neka", SR },
	{ "neko", SR }, { "nekunk", HU }, { "nelkul", HU }, { "nem", HU }, { "nema", SR | HR },
	{ "nemame", SK }, { "nesvieti", SK }, { "netko", HR }, { "nie", SK }, { "niekto", SK },
	{ "nije", SR | HR }, { "niko", SR }, { "nikto", SK }, { "nincs", HU },
	{ "nisam", SR | HR }, { "nisu", SR | HR }, { "nitko", HR }, { "no", EN }, { "nobody", EN },
	{ "nogostup", HR }, { "nogostupa", HR }, { "nogostupu", HR }, { "not", EN },
	{ "nyitva", HU }, { "o", SR | HR | SK }, { "od", SR | HR | SK }, { "of", EN },
	{ "oke", HU }, { "on", EN }, { "onda", SR | HR }, { "onkormanyzat", HU }, { "opcina", HR },
	{ "opcine", HR }, { "opcini", HR }, { "open", EN }, { "opet", SR | HR }, { "opstina", SR },
	{ "opstine", SR }, { "opstini", SR }, { "oraig", HU }, { "orakor", HU }, { "ota", HU },
	{ "ott", HU }, { "our", EN }, { "out", EN }, { "ova", SR | HR }, { "ovaj", SR | HR },
	{ "ovde", SR }, { "ovdje", HR }, { "ovo", SR | HR }, { "pala", ROM }, { "pani", ROM },
	{ "pase", ROM }, { "paso", ROM }, { "phabol", ROM }, { "phabon", ROM }, { "phen", ROM },
	{ "phenel", ROM }, { "phiras", ROM }, { "phral", ROM }, { "please", EN },
	 { "po", SR | HR | SK }, { "pod", SR | HR | SK },
	{ "pored", SR | HR }, { "posle", SR }, { "poslije", HR }, { "posto", SR | HR },
	{ "potom", SK }, { "pozuri", HR }, { "pre", SR | SK }, { "preco", SK },
	{ "predvcerom", SK }, { "preko", SR | HR }, { "pretoze", SK }, { "prevoz", SR },
	{ "pri", SK }, { "prije", HR }, { "procelje", HR }, { "promet", HR }, { "prometni", HR },
	{ "prosim", SK }, { "psy", SK }, { "rasveta", SR },
	{ "reggel", HU }, { "resenje", SR }, { "rjesenje", HR }, { "road", EN }, { "romale", ROM },
	{ "romendje", ROM }, { "romenge", ROM }, { "romni", ROM }, { "sa", SR | HR | SK },
	{ "sam", SR | HR }, { "samo", SR | HR }, { "san", ROM }, { "saobracaj", SR },
	{ "sar", ROM }, { "savi", ROM }, { "savore", ROM }, { "savorendje", ROM },
	{ "se", SR | HR }, { "segitseg", HU }, { "sem", ROM }, { "she", EN }, { "si", ROM },
	{ "sijecnja", HR }, { "since", EN }, { "sincs", HU }, { "skolke", SK },
	 { "sme", SK }, { "smeti", SK }, { "smije", HR }, { "smo", SR | HR },
	{ "sneg", SR }, { "so", ROM }, { "sode", ROM }, { "som", SK }, { "somebody", EN },
	{ "sretno", HR }, { "srpnja", HR }, { "sta", SR }, { "ste", SR | HR | SK },
	{ "street", EN }, { "su", SR | HR }, { "suha", HR }, { "suho", HR }, { "susjed", HR },
	{ "susjeda", HR }, { "susjedi", HR }, { "svibnja", HR }, { "svuda", SR }, { "szemet", HU },
	{ "szerda", HU }, { "szerdan", HU }, { "taj", ROM }, { "takodje", SR }, { "takodjer", HR },
	{ "tam", SK }, { "tegnap", HU }, { "teraz", SK }, { "terne", ROM }, { "thaj", ROM },
	{ "that", EN }, { "thavdel", ROM }, { "the", EN }, { "there", EN }, { "these", EN },
	{ "they", EN }, { "this", EN }, { "tisuca", HR }, { "tisuce", HR }, { "tjedan", HR },
	{ "tjedana", HR }, { "tjedna", HR }, { "tjednima", HR }, { "tko", HR },
	{ "to", SR | HR | SK | EN }, { "toliko", SR | HR }, { "travnja", HR }, { "treba", SR | HR },
	{ "trubul", ROM }, { "trubun", ROM }, { "tu", SR | HR | SK }, { "tuke", ROM },
	{ "tumen", ROM }, { "tumenge", ROM }, { "tvrtka", HR }, { "tyzden", SK }, { "u", SR | HR },
	{ "ugyanott", HU }, { "ukoliko", HR }, { "ulica", SR | HR | SK },
	{ "ulici", SR | HR | SK }, { "uopce", HR }, { "uopste", SR }, { "up", EN }, { "urad", SK },
	{ "utan", HU }, { "utca", HU }, { "utcaban", HU }, { "utcai", HU }, { "uvek", SR },
	{ "uvijek", HR }, { "uz", SK }, { "v", SK }, { "vagy", HU }, { "valaki", HU },
	{ "vam", SR | HR }, { "van", HU }, { "varom", HU }, { "vas", SR | HR | SK },
	{ "vasej", SK }, { "vec", SR | HR }, { "vi", ROM }, { "videti", SR }, { "viz", HU },
	{ "vizet", HU }, { "vlak", HR }, { "volt", HU }, { "vreme", SR }, { "vsetko", SK },
	{ "vzdy", SK }, { "was", EN }, { "water", EN }, { "we", EN }, { "what", EN },
	{ "when", EN }, { "where", EN }, { "will", EN }, { "with", EN }, { "would", EN },
	{ "you", EN }, { "your", EN }, { "z", SK }, { "za", SR | HR | SK }, { "zahtev", SR },
	{ "zarulja", HR }, { "zasto", SR | HR }, { "ziadost", SK }, { "ziadosti", SK },
	{ "zo", SK }, { "zrak", HR }, { "zupanija", HR },
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
