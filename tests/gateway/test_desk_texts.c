/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts as people write them, through the desk: what becomes of each, how it is answered, and that every answer fits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/calendar.h"
#include "gateway/desk/tell.h"
#include "parsers/language.h"
#include "store/cases.h"
#include "templates/compose_sms.h"
#include "tests/gateway/desk_fixture.h"
#include "tests/tap.h"

/* No row is made. */
#define NOTHING (-1)

/* clang-format off */
static const struct {
	const char *text;
	enum msg_outcome outcome;
	const char *what;   /* categories, the command, or none */
	int kind;           /* of the reply */
	const char *tongue; /* of the reply; "": whatever the town speaks */
} examples[] = {
	{ "Pukla je cev u Svetosavskoj 14, voda tece po trotoaru vec 2 sata", OUTCOME_CASE, "VOD", KIND_ACK, "sr-Latn" },
	{ "Нема воде у Белегишу од јутрос, школа и амбуланта без капи", OUTCOME_CASE, "VOD", KIND_ACK, "sr-Cyrl" },
	{ "Нема vode u Novoj Pazovi ul. Николе Тесле", OUTCOME_CASE, "VOD", KIND_ACK, "" },
	{ "Zapušena kanalizacija, fekalije u podrumu zgrade Kralja Petra 11", OUTCOME_CASE, "KAN", KIND_ACK, "sr-Latn" },
	{ "Kontejneri prepuni u Ulici Ćirila i Metodija, smrdi užasno", OUTCOME_CASE, "OTP", KIND_ACK, "sr-Latn" },
	{ "kada se odnosi kabasti otpad u krnjesevcima", OUTCOME_CASE, "OTP", KIND_ACK, "sr-Latn" },
	{ "Divlja deponija iza groblja u Surduku, neko nocu istovara sut", OUTCOME_CASE, "DEP", KIND_ACK, "sr-Latn" },
	{ "rupetina na putu Golubinci-Vojka, probusio sam gumu, ko ce to da plati", OUTCOME_CASE, "PUT", KIND_ACK, "sr-Latn" },
	{ "Ne radi ulična rasveta u Njegoševoj od broja 20 do 40, mrak je tri dana", OUTCOME_CASE, "RAS", KIND_ACK, "sr-Latn" },
	{ "Ne radi ulična rasvjeta u Golubincima kod crkve", OUTCOME_CASE, "RAS", KIND_ACK, "hr" },
	{ "Nesvieti pouličné osvetlenie na ulici Janka Čmelíka, už týždeň je tma", OUTCOME_CASE, "RAS", KIND_ACK, "sk" },
	{ "Nem ég az utcai lámpa a Fő utcában", OUTCOME_CASE, "RAS", KIND_ACK, "hu" },
	{ "Street light broken in front of Njegoseva 12, Stara Pazova", OUTCOME_CASE, "RAS", KIND_ACK, "en" },
	{ "Čopor pasa lutalica kod OŠ u Novoj Pazovi, ujeli dete!!", OUTCOME_CASE, "PSI", KIND_ACK, "sr-Latn" },
	{ "Túlavé psy pri slovenskej škole, bojíme sa o deti", OUTCOME_CASE, "PSI", KIND_ACK, "sk" },
	{ "Parkirao na trotoaru Kralja Petra 33, ne mogu da prodjem kolicima, ST 045 XX", OUTCOME_CASE, "PAR", KIND_ACK, "sr-Latn" },
	{ "Komsija lozi gume i pali smece u dvoristu, ne moze da se dise", OUTCOME_CASE, "KOM", KIND_ACK, "sr-Latn" },
	{ "Koliko iznosi porez na imovinu i do kad se placa druga rata", OUTCOME_CASE, "LPA", KIND_ACK, "sr-Latn" },
	{ "Nisam dobio resenje za porez, pogresno mi je ime na uplatnici, molim proverite", OUTCOME_CASE, "LPA", KIND_ACK, "sr-Latn" },
	{ "Tražim po Zakonu o slobodnom pristupu informacijama od javnog značaja troškove asfaltiranja u 2025", OUTCOME_CASE, "INF", KIND_ACK, "sr-Latn" },
	{ "Osecam gas na stepenistu zgrade Kralja Petra 5", OUTCOME_CASE, "EMG", KIND_EMERGENCY, "sr-Latn" },
	{ "Ne radi rasveta u Dositejevoj a ima i rupa ispred broja 8 da se polomis", OUTCOME_CASE, "RAS+PUT", KIND_ACK, "sr-Latn" },
	{ "STATUS SP-2026-000123", OUTCOME_COMMAND, "STATUS", KIND_STATUS, "" },
	{ "", OUTCOME_INFORMATION, "", KIND_HELP, "" },
	{ "Cestitamo! Osvojili ste 5000e, kliknite http://bit.ly/xz12", OUTCOME_QUARANTINE, "", NOTHING, "sr-Latn" },
	{ "Nema struje u celoj ulici od 18h", OUTCOME_CASE, "EXT", KIND_ACK, "sr-Latn" },
	{ "STOP", OUTCOME_COMMAND, "STOP", KIND_HELP, "" },
	{ "POMOC", OUTCOME_COMMAND, "HELP", KIND_HELP, "" },
	{ "Помоћ", OUTCOME_COMMAND, "HELP", KIND_HELP, "sr-Cyrl" },
	{ "sta je sa mojom prijavom od prosle nedelje?", OUTCOME_COMMAND, "STATUS", KIND_STATUS, "sr-Latn" },
	{ "Aký je stav mojej žiadosti SP-2026-000217?", OUTCOME_COMMAND, "STATUS", KIND_STATUS, "sk" },
	{ "Sneg nije ociscen u Krnjesevcima, skolski autobus ne moze da prodje", OUTCOME_CASE, "SNE", KIND_ACK, "sr-Latn" },
	{ "Снег и лед на тротоару код дома здравља", OUTCOME_CASE, "SNE", KIND_ACK, "sr-Cyrl" },
	{ "Trava do kolena u parku kod zeleznicke stanice", OUTCOME_CASE, "ZEL", KIND_ACK, "sr-Latn" },
	{ "Suvo drvo pred padom iznad trotoara, Vuka Karadžića 2", OUTCOME_CASE, "ZEL", KIND_ACK, "sr-Latn" },
	{ "Semafor kod škole ne radi, deca prelaze na svoju ruku", OUTCOME_CASE, "SAO", KIND_ACK, "sr-Latn" },
	{ "Kad je konkurs za vrtic i koji papiri trebaju", OUTCOME_CASE, "OBR", KIND_ACK, "sr-Latn" },
	{ "Zelim da otvorim frizerski salon, koja je procedura i ima li subvencija", OUTCOME_CASE, "LER", KIND_ACK, "sr-Latn" },
	{ "Nemam za ogrev, kako da dobijem jednokratnu pomoc", OUTCOME_CASE, "SOC", KIND_ACK, "sr-Latn" },
	{ "Комшија гради без дозволе на парцели поред мене", OUTCOME_CASE, "URB", KIND_ACK, "sr-Cyrl" },
	{ "Kedy odvážajú smeti v Starej Pazove?", OUTCOME_CASE, "OTP", KIND_ACK, "sk" },
	{ "Kako da izvadim izvod iz maticne knjige rodjenih i koliko kosta", OUTCOME_CASE, "MAT", KIND_ACK, "sr-Latn" },
	{ "Where can I pay property tax?", OUTCOME_CASE, "LPA", KIND_ACK, "en" },
	{ "Nije popravljeno!!! SP-2026-000123 opet curi", OUTCOME_CASE, "VOD", KIND_ACK, "sr-Latn" },
	{ "👍", OUTCOME_INFORMATION, "", KIND_HELP, "" },
	{ "Nane amen pani ande mahala", OUTCOME_CASE, "OPS", KIND_ACK, "" },
	{ "?", OUTCOME_INFORMATION, "", KIND_HELP, "" },
	{ "Pukla cev pukla cev pukla cev Svetosavska 14", OUTCOME_CASE, "VOD", KIND_ACK, "sr-Latn" },
	{ "Opstina vam je super sve pohvale za nov park", OUTCOME_CASE, "OPS", KIND_ACK, "sr-Latn" },
	{ "Zovite me na 0601234567 zbog vode JMBG 0101990800000", OUTCOME_CASE, "VOD", KIND_ACK, "sr-Latn" },
};
/* clang-format on */

/* "RAS+PUT" for two linked cases; a case of danger is EMG whatever else it names. */
static const char *categories_of(struct hall *h, const struct intake_found *f, char buf[16])
{
	const Pb__Case *rec = f->case_number[0] != '\0' ? hall_case(h, f->case_number) : NULL;
	const Pb__Case *other =
		rec != NULL && rec->n_linked > 0 ? hall_case(h, rec->linked[0]) : NULL;

	snprintf(buf, 16, "%s%s%s", rec != NULL ? rec->category : "", other != NULL ? "+" : "",
		 other != NULL ? other->category : "");
	return buf;
}

static bool fits(const Pb__Outbox *row)
{
	size_t most = row->script == SCRIPT_CYRL ? 2 : 1;

	return row->n_segments <= most;
}

static void check_reply(size_t i, const Pb__Outbox *row)
{
	struct tongue t = { 0 };

	if (examples[i].kind == NOTHING) {
		ok(row == NULL, "… and is not answered");
		return;
	}
	if (!ok(row != NULL && (int)row->kind == examples[i].kind && fits(row),
		"… is answered as it should be, in one segment, two of Cyrillic"))
		diag("%s: %s", examples[i].text, row != NULL ? row->text : "(none)");
	if (row == NULL || examples[i].tongue[0] == '\0')
		return;
	t.language = (enum language)row->language;
	t.script = (enum script)row->script;
	is_text(bytes_of(tongue_name(t)), examples[i].tongue, "… in the tongue of the question");
}

static void people(void)
{
	struct hall h;

	hall_open(&h, NULL);
	for (size_t i = 0; i < ARRAY_LEN(examples); i++) {
		struct intake_found f;
		char from[32], buf[16];

		snprintf(from, sizeof(from), "+3816470000%02zu", i);
		f = hall_text(&h, from, examples[i].text);
		ok(f.outcome == examples[i].outcome, "%s: %s", examples[i].text,
		   msg_outcome_text(f.outcome));
		if (f.outcome == OUTCOME_CASE)
			is_text(bytes_of(categories_of(&h, &f, buf)), examples[i].what,
				"… of its category");
		check_reply(i, hall_last_row(&h, from));
	}
	ok(hall_is_sound(&h), "everything adds up");
	hall_close(&h);
}

/* ---- what fits ---- */

static const struct {
	enum text_name text;
	bool of_case; /* once for each category and state */
} texts[] = {
	{ TEXT_ACK, true },       { TEXT_ACK_TWO, true },    { TEXT_STATUS, true },
	{ TEXT_JOINED, false },   { TEXT_EMERGENCY, false }, { TEXT_STATUS_NONE, false },
	{ TEXT_HELP, false },     { TEXT_STOP, false },      { TEXT_START, false },
	{ TEXT_LANGUAGE, false }, { TEXT_ASK, false },       { TEXT_CLOSED, false },
};

static Pb__Case case_like(const struct category *c, enum case_state state, struct arena *a)
{
	Pb__Case rec = PB__CASE__INIT;

	rec.number = record_strc(a, "SP-2026-123456");
	rec.state = state;
	rec.category = record_str(a, c->code);
	rec.department = record_str(a, c->department->code);
	rec.place = record_strc(a, "Ulica Svetozara Miletića Velikog 114a");
	rec.settlement = record_strc(a, "Krnješevci");
	rec.answer_due = NOON_MS + 27 * DAY_MS; /* two digits of day and month */
	rec.solve_due = rec.answer_due;
	return rec;
}

static bool makes(struct hall *h, enum text_name text, struct tongue t, const Pb__Case *rec,
		  bool plain)
{
	const struct profile *p = h->conf->profile;
	struct compose_rules rules = { .plain = plain, .time_zone = "Europe/Belgrade" };
	struct text_values v;
	struct composed c;

	tell_values(&h->desk, rec, t, &v);
	v.case_no2 = v.case_no;
	v.category2 = v.category;
	v.reason = v.words = bytes_of("Cev je zamenjena, voda je puštena.");
	v.price = bytes_of("3,60 din + PDV");
	v.numbers = p->emergency_numbers;
	if (compose_sms(p->catalog, text, t, &v, &rules, h->keep, &c) == ERR_OK &&
	    c.plan.segments <= compose_budget(text, t, plain) && c.text.len != 0)
		return true;
	diag("%s in %s: %s, plain=%d", text_name_text(text), tongue_name(t), rec->category, plain);
	return false;
}

static bool all_of_category(struct hall *h, const struct category *c, enum text_name text,
			    struct tongue t)
{
	bool fine = true;

	for (int s = CASE_NEW; s <= CASE_CLOSED; s++) {
		Pb__Case rec = case_like(c, (enum case_state)s, h->keep);

		fine &= makes(h, text, t, &rec, true);
		fine &= makes(h, text, t, &rec, false);
	}
	return fine;
}

static int nothing(struct txn *t, struct desk *d, void *ctx)
{
	(void)d;
	(void)ctx;
	return txn_err(t);
}

static void everything_fits(void)
{
	const struct profile *p;
	struct hall h;

	hall_open(&h, NULL);
	hall_work(&h, nothing, NULL); /* gives us a desk */
	p = h.conf->profile;
	for (size_t l = 0; l < p->n_tongues; l++) {
		for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
			size_t n = texts[i].of_case ? p->n_categories : 1;
			bool fine = true;

			for (size_t c = 0; c < n; c++)
				fine &= all_of_category(&h, &p->categories[c], texts[i].text,
							p->tongues[l]);
			ok(fine, "%s in %s fits, whatever the case", text_name_text(texts[i].text),
			   tongue_name(p->tongues[l]));
		}
	}
	hall_close(&h);
}

/* The budget of a text in the long run: lists, the coordinator's notice, the duty officer's. */
static void long_ones(void)
{
	static char words[1500];
	struct hall h;
	struct intake_found f;
	struct staff_act act;
	const char *who = "+381648000001", *duty = "+381600000002";

	hall_open(&h, "[budget]\nauto_replies_hour = 1000\nsegments_day = 1000\n");
	hall_text(&h, who, "JEZIK cirilica");
	for (int i = 0; i < 30; i++) {
		snprintf(words, sizeof(words), "Рупа на путу у Његошевој %d", i + 1);
		hall_text(&h, who, words);
	}
	hall_text(&h, who, "STATUS");
	ok(hall_last_row(&h, who)->n_segments <= 3, "a list of thirty cases fits three segments");
	memset(words, 'a', sizeof(words) - 1);
	memcpy(words, "Osecam gas, ", strlen("Osecam gas, "));
	hall_text(&h, who, words);
	ok(hall_last_row(&h, duty)->n_segments <= 3, "the duty officer's text is cut to three");
	f = hall_text(&h, who, "Nema vode u Surduku");
	words[200] = '\0';
	act = (struct staff_act){ .number = bytes_of(f.case_number), .words = bytes_of(words) };
	ok(hall_staff(&h, staff_close, &act) == ERR_OK,
	   "a reason of two hundred characters can be sent");
	memset(words, 'a', sizeof(words) - 1);
	f = hall_text(&h, who, "Nema vode u Vojki");
	act = (struct staff_act){ .number = bytes_of(f.case_number), .words = bytes_of(words) };
	ok(hall_staff(&h, staff_answer, &act) == ERR_LIMIT && act.why[0] != '\0',
	   "an answer is never cut: the clerk hears that it is too long");
	hall_close(&h);
}

int main(void)
{
	plan(0);
	people();
	everything_fits();
	long_ones();
	return done_testing();
}
