/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sim/texts.h"

#define LONG_LATIN                                                                                 \
	"Postovani, vec trecu nedelju zaredom kontejneri kod zgrade u Svetosavskoj ulici stoje "   \
	"prepuni, smece leti po trotoaru i parkingu, a deca tu prolaze u skolu. Zvali smo vise "   \
	"puta, svaki put kazu da ce doci sutra. Molim vas da posaljete nekoga i da javite kada"
#define LONG_CYRILLIC                                                                                                                                                  \
	"Поштовани, у Његошевој улици већ десет дана не ради ниједна светиљка, старији људи се " \
	"плаше да изађу, а јуче се комшиница повредила на тротоару. Молимо да се поправи 💡 и да"
#define LONG_EMOJI                                                                                     \
	"Rupa na putu kod skole u Novoj Pazovi je sve veca 😡😡😡 danas su dva auta ostala bez " \
	"gume 🚗🚗 i niko ne dolazi, napravite nesto pre nego sto neko pogine molim vas 🙏"

/* clang-format off */
const struct text_kind text_kinds[] = {
	{ "Pukla je cev u Svetosavskoj 14, voda tece po trotoaru vec 2 sata",      USE_WORDS, OWED_ANSWER, 30 },
	{ "Нема воде у Белегишу од јутрос, школа и амбуланта без капи",            USE_WORDS, OWED_ANSWER, 20 },
	{ "Нема vode u Novoj Pazovi ul. Николе Тесле",                             USE_WORDS, OWED_ANSWER, 10 },
	{ "Zapušena kanalizacija, fekalije u podrumu zgrade Kralja Petra 11",      USE_WORDS, OWED_ANSWER, 15 },
	{ "Kontejneri prepuni u Ulici Ćirila i Metodija, smrdi užasno",            USE_WORDS, OWED_ANSWER, 20 },
	{ "kada se odnosi kabasti otpad u krnjesevcima",                           USE_WORDS, OWED_ANSWER, 10 },
	{ "Divlja deponija iza groblja u Surduku, neko nocu istovara sut",         USE_WORDS, OWED_ANSWER, 15 },
	{ "rupetina na putu Golubinci-Vojka, probusio sam gumu, ko ce to da plati", USE_WORDS, OWED_ANSWER, 20 },
	{ "Ne radi ulična rasveta u Njegoševoj od broja 20 do 40, mrak je tri dana", USE_WORDS, OWED_ANSWER, 20 },
	{ "Nesvieti pouličné osvetlenie na ulici Janka Čmelíka, už týždeň je tma", USE_WORDS, OWED_ANSWER, 15 },
	{ "Túlavé psy pri slovenskej škole, bojíme sa o deti",                     USE_WORDS, OWED_ANSWER, 10 },
	{ "Nem ég az utcai lámpa a Fő utcában",                                    USE_WORDS, OWED_ANSWER, 10 },
	{ "Ne radi ulična rasvjeta u Golubincima kod crkve",                       USE_WORDS, OWED_ANSWER, 10 },
	{ "Street light broken in front of Njegoseva 12, Stara Pazova",            USE_WORDS, OWED_ANSWER, 5 },
	{ "Снег и лед на тротоару код дома здравља",                               USE_WORDS, OWED_ANSWER, 10 },
	{ "Nane amen pani ande mahala",                                            USE_WORDS, OWED_ANSWER, 3 },
	{ "Ne radi rasveta u Dositejevoj a ima i rupa ispred broja 8 da se polomis", USE_WORDS, OWED_ANSWER, 20 },
	{ "Osecam gas na stepenistu zgrade Kralja Petra 5",                        USE_WORDS, OWED_ANSWER, 10 },
	{ "Nisam dobio resenje za porez, pogresno mi je ime na uplatnici",         USE_WORDS, OWED_ANSWER, 15 },
	{ "dal moze neko da dodje, ne znam kome da se obratim",                    USE_WORDS, OWED_ANSWER, 10 },
	{ "Nije popravljeno!!! %s opet curi",                                      USE_CASE,  OWED_ANSWER, 15 },
	{ "jos nije popravljeno",                                                  USE_WORDS, OWED_ANSWER, 10 },
	{ LONG_LATIN,                                                              USE_LONG,  OWED_ANSWER, 20 },
	{ LONG_CYRILLIC,                                                           USE_LONG,  OWED_ANSWER, 15 },
	{ LONG_EMOJI,                                                              USE_LONG,  OWED_ANSWER, 15 },
	{ "STATUS",                                                                USE_EXACT, OWED_ANSWER, 15 },
	{ "STATUS %s",                                                             USE_CASE,  OWED_ANSWER, 15 },
	{ "Status sp-2026-999999",                                                 USE_EXACT, OWED_MAYBE,  6 },
	{ "sta je sa mojom prijavom od prosle nedelje?",                           USE_EXACT, OWED_ANSWER, 6 },
	{ "POMOC",                                                                 USE_EXACT, OWED_ANSWER, 6 },
	{ "Помоћ",                                                                 USE_EXACT, OWED_ANSWER, 4 },
	{ "HELP",                                                                  USE_EXACT, OWED_ANSWER, 4 },
	{ "STOP",                                                                  USE_STOP,  OWED_MAYBE,  12 },
	{ "START",                                                                 USE_START, OWED_ANSWER, 10 },
	{ "hvala",                                                                 USE_EXACT, OWED_MAYBE,  10 },
	{ "",                                                                      USE_EXACT, OWED_MAYBE,  5 },
	{ "?",                                                                     USE_EXACT, OWED_MAYBE,  5 },
	{ "Cestitamo! Osvojili ste 5000e, kliknite http://bit.ly/xz12",            USE_WORDS, OWED_SILENCE, 5 },
	{ "Pukla cev \xff\xfe u Novoj Pazovi",                                     USE_DAMAGED, OWED_ANSWER, 6 },
	{ "\x01\x02\x03\x04",                                                      USE_OCTETS, OWED_MAYBE, 4 },
	{ "\x02\x00\xc3",                                                          USE_FAULT, OWED_SILENCE, 4 },
};
/* clang-format on */

const size_t n_text_kinds = sizeof(text_kinds) / sizeof(text_kinds[0]);
