/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_citizen_words - commands as citizens type them, and texts that only look like commands. */
#include "parsers/citizen_words.h"

#include "parsers/err.h"
#include "tests/tap.h"

static const char words[] = "# the words of a town\n"
			    "STATUS: status, stanje, stav, dokle je stiglo\n"
			    "STATUS hu: állapot\n"
			    "HELP: pomoć, help, súgó, segítség\n"
			    "STOP: stop, odjava, odjavi sve\n"
			    "START: start\n"
			    "LANGUAGE: jezik, language, nyelv\n"
			    "filler: molim, vas, prijave, hvala\n"
			    "sr: sr, srpski\n"
			    "sr-Cyrl: ćirilica\n"
			    "sr-Latn: latinica\n"
			    "sk: sk, slovački, slovensky\n"
			    "hu: hu\nen: en, english\n";

/* clang-format off */
static const struct {
	const char *text;
	enum citizen_command command; /* CMD_NONE: no command */
	const char *detail;           /* case number or tongue, or "" */
	const char *promise;
} rows[] = {
	{ "STATUS",                   CMD_STATUS,   "",               "the word alone" },
	{ "status",                   CMD_STATUS,   "",               "small letters" },
	{ "Статус",                   CMD_STATUS,   "",               "Cyrillic" },
	{ "Állapot!",                 CMD_STATUS,   "",               "Hungarian, with a sign" },
	{ "STATUS SP-2026-000123",    CMD_STATUS,   "SP-2026-000123", "with a full number" },
	{ "status sp 2026 123",       CMD_STATUS,   "SP-2026-000123", "with a number typed loosely" },
	{ "STATUS 123",               CMD_STATUS,   "SP-2026-000123", "with a bare number: of this year" },
	{ "Stanje prijave 123, molim", CMD_STATUS,  "SP-2026-000123", "polite words change nothing" },
	{ "SP-2026-000123 status",    CMD_STATUS,   "SP-2026-000123", "the number first" },
	{ "Dokle je stiglo?",         CMD_STATUS,   "",               "a command of several words" },
	{ "STATSU",                   CMD_STATUS,   "",               "letters that changed places" },
	{ "STAUS 123",                CMD_STATUS,   "SP-2026-000123", "a letter lost, and a number" },
	{ "sttaus",                   CMD_STATUS,   "",               "the same at another place" },
	{ "статсу",                   CMD_STATUS,   "",               "in Cyrillic" },
	{ "STTAUSS",                  CMD_NONE,     "",               "two errors are too many" },
	{ "stva",                     CMD_NONE,     "",               "a short word isn't guessed" },
	{ "stanje puta je loše",      CMD_NONE,     "",               "a text that begins with a command" },
	{ "stanu puta je loše",       CMD_NONE,     "",               "an error within a text" },
	{ "STOP",                     CMD_STOP,     "",               "stop" },
	{ "Stop.",                    CMD_STOP,     "",               "stop with a full stop" },
	{ "Одјави све",               CMD_STOP,     "",               "two words in Cyrillic" },
	{ "stop bacanju smeća",       CMD_NONE,     "",               "stop as a word of a text" },
	{ "STPO",                     CMD_NONE,     "",               "stop is never guessed" },
	{ "odjva",                    CMD_NONE,     "",               "nor its longer words" },
	{ "START",                    CMD_START,    "",               "start" },
	{ "strat",                    CMD_NONE,     "",               "start is never guessed" },
	{ "Помоћ",                    CMD_HELP,     "",               "help in Cyrillic" },
	{ "POMOC",                    CMD_HELP,     "",               "help without diacritics" },
	{ "sugo",                     CMD_HELP,     "",               "help in Hungarian" },
	{ "pomoc u kuci",             CMD_NONE,     "",               "help as a word of a text" },
	{ "JEZIK SK",                 CMD_LANGUAGE, "sk",             "a language by its code" },
	{ "LANGUAGE English",         CMD_LANGUAGE, "en",             "a language by its name" },
	{ "jezik srpski",             CMD_LANGUAGE, "sr-Latn",        "Serbian typed in Latin" },
	{ "језик српски",             CMD_LANGUAGE, "sr-Cyrl",        "Serbian typed in Cyrillic" },
	{ "језик латиница",           CMD_LANGUAGE, "sr-Latn",        "a script by its name" },
	{ "JEZIK",                    CMD_LANGUAGE, "",               "a language without saying which" },
	{ "JEZIK XX",                 CMD_LANGUAGE, "",               "a language that isn't known" },
	{ "jezik na tabli pogresan",  CMD_NONE,     "",               "language as a word of a text" },
	{ "hvala molim",              CMD_NONE,     "",               "polite words alone" },
	{ "",                         CMD_NONE,     "",               "nothing" },
	{ "?",                        CMD_NONE,     "",               "a sign" },
	{ "status a b c d e f g h i j", CMD_NONE,   "",               "many words" },
};

static const struct {
	const char *text, *line, *promise;
} faults_rows[] = {
	{ "HLEP: x",             "f:1: 'HLEP' is none of", "a command that isn't known" },
	{ "STATUS xx: x",        "f:1: 'STATUS xx' is none of", "a language that isn't known" },
	{ "STATUS: a\nSTOP: a",  "f:2: 'a' already means something else", "a word with two meanings" },
	{ "STATUS: 日本",          "f:1: '日本' holds no word", "a word that can't be typed" },
	{ "STATUS: a",           "f: no words for HELP", "a command without words" },
};
/* clang-format on */

static void check_row(const struct citizen_words *w, struct arena *a, size_t i)
{
	struct citizen_request r = { 0 };
	struct folded f = { 0 };
	struct bytes detail;

	(void)fold_text(a, bytes_of(rows[i].text), &f);
	(void)citizen_words_read(w, a, &f, bytes_of("SP"), 2026, &r);
	detail = r.tongue.language != LANG_NONE ? bytes_of(tongue_name(r.tongue)) : r.case_no;
	ok(r.command == rows[i].command, "%s", rows[i].promise);
	is_text(detail, rows[i].detail, "detail: %s", rows[i].promise);
}

static void check_faults(struct arena *a, size_t i)
{
	struct citizen_words *w = citizen_words_new();
	struct faults faults = faults_in(a);
	struct bytes line = BYTES_NONE;

	ok(citizen_words_add_file(w, bytes_of("f"), bytes_of(faults_rows[i].text), &faults) ==
		   ERR_INVALID,
	   "is refused: %s", faults_rows[i].promise);
	if (faults.n != 0)
		(void)fault_line(&faults.list[0], a, &line);
	ok(bytes_starts(line, faults_rows[i].line), "and named");
	citizen_words_free(&w);
}

int main(void)
{
	struct arena *a = arena_new(1 << 20);
	struct citizen_words *w = citizen_words_new();
	struct faults faults = faults_in(a);
	struct citizen_request r = { 0 };
	struct folded f = { 0 };

	plan(0);
	ok(citizen_words_add_file(w, bytes_of("commands.txt"), bytes_of(words), &faults) == ERR_OK,
	   "a file of words loads");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_row(w, a, i);
	(void)fold_text(a, bytes_of("Statsu"), &f);
	(void)citizen_words_read(w, a, &f, bytes_of("SP"), 2026, &r);
	is_text(r.typo, "statsu", "a guess names the word, so that others can object");
	(void)fold_text(a, bytes_of("Állapot"), &f);
	(void)citizen_words_read(w, a, &f, bytes_of("SP"), 2026, &r);
	ok(r.language == LANG_HU, "a word that only one language has says which");
	(void)fold_text(a, bytes_of("status 123"), &f);
	ok(citizen_words_read(w, a, &f, bytes_of("SP"), 0, &r) == ERR_OK && r.case_no.len == 0,
	   "without a year a bare number belongs to no case");
	for (size_t i = 0; i < ARRAY_LEN(faults_rows); i++)
		check_faults(a, i);
	citizen_words_free(&w);
	arena_free(&a);
	return done_testing();
}
