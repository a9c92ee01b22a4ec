/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mail_reply_words.h"

/* clang-format off */
/* Sources are in the facts of mail: Gmail, Thunderbird, Roundcube, Zimbra, KMail, Outlook; gender in every form. */
static const char *const wrote[] = {
	"wrote", "writes", "schrieb",
	"je napisao", "je napisala", "napisao je", "napisala je", "napisao(la)", "napisao/la", "napisao-la",
	"je pisao", "je pisala", "pise:", "napisa:",
	"napisal", "napsal", "ezt irta", " irta",
	"a scris", "a ecrit", "ha scritto", NULL,
};
static const char *const intro[] = {
	"on ", "am ", "dana ", "dna ", "dne ", "----- ", "in data ", NULL,
};
static const char *const weekday[] = {
	"mon", "tue", "wed", "thu", "fri", "sat", "sun",
	"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
	"pon", "uto", "sre", "sri", "cet", "pet", "sub", "ned",
	"ponedeljak", "ponedjeljak", "utorak", "sreda", "srijeda", "cetvrtak", "petak", "subota", "nedelja", "nedjelja",
	"po", "ut", "st", "pi", "so", "ne", "pondelok", "utorok", "streda", "stvrtok", "piatok", "sobota", "nedela",
	"h", "k", "sze", "cs", "p", "szo", "v",
	"hetfo", "kedd", "szerda", "csutortok", "pentek", "szombat", "vasarnap",
	"mo", "di", "mi", "do", "fr", "sa", "so",
	"montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag", NULL,
};
static const char *const from[] = {
	"from", "von", "od", "felado", "salje", "posiljalac", "posiljatelj", "odosielatel", "kuldo", "de", "ot", NULL,
};
static const char *const sent[] = {
	"sent", "date", "gesendet", "datum", "poslato", "poslano", "datum slanja", "odoslane", "elkuldve",
	"kuldve", "datum i vreme", "date sent", "vreme", "kuldes datuma", "idopont", "otpravleno", "data", NULL,
};
static const char *const to[] = {
	"to", "an", "za", "komu", "cimzett", "prima", "primalac", "primatelj", "kome", "cimzettek", NULL,
};
static const char *const subject[] = {
	"subject", "betreff", "predmet", "tema", "naslov", "targy", "re", NULL,
};
static const char *const other[] = {
	"cc", "bcc", "kopija", "kopia", "masolat", "masolatot kap", "importance", "vaznost", "attachments",
	"prilozi", "privitci", "reply-to", "organization", "prilohy", "mellekletek", "anlagen", "kp", NULL,
};
static const char *const original[] = {
	"original message", "original-nachricht", "originalnachricht", "ursprungliche nachricht",
	"urspruengliche nachricht", "povodna sprava", "puvodni zprava", "puvodna sprava", "eredeti uzenet",
	"izvorna poruka", "izvorna poruka e-poste", "originalna poruka", "izvorni tekst poruke",
	"original email", "originalna e-poruka", "original appointment", "message d'origine",
	"reply message", "originalni mejl", NULL,
};
static const char *const forwarded[] = {
	"forwarded message", "forwarded mail", "prosledjena poruka", "prosledena poruka", "proslijedjena poruka",
	"proslijedena poruka", "weitergeleitete nachricht", "weitergeleitete message", "preposlana sprava",
	"preposlana zprava", "tovabbitott uzenet", "tovabbitott level", "forwarded by", "message transfere", NULL,
};
static const char *const forward_begins[] = {
	"begin forwarded message:", "pocetak proslijedjene poruke:", "pocetak prosledjene poruke:",
	"zaciatok preposlanej spravy:", "tovabbitott uzenet kezdete:", "anfang der weitergeleiteten nachricht:",
	NULL,
};
static const char *const subject_reply[] = {
	"re:", "re[", "re :", "aw:", "odg:", "odgovor:", "sv:", "va:", "vs:", "antw:", "antwort:", "res:", "ref:",
	NULL,
};
static const char *const subject_forward[] = {
	"fw:", "fwd:", "fwd :", "wg:", "pd:", "prosl:", "prosledjeno:", "prosledeno:", "proslijedjeno:",
	"proslijedeno:", "tov:", "tovabbitas:", "preposlane:", "preposlana:", "fwd[", NULL,
};
static const char *const sent_with[] = {
	"sent ", "gesendet", "poslato ", "poslano ", "poslana ", "odoslan", "odeslan", "kuldve", "kuldtem", "get ",
	"preuzmi", "nabavi", "ziskat ", "ziskajte", "holen ", "beziehen", "laden ", "skini", "beszerzese",
	"letoltese", "dobi", NULL,
};
static const char *const device[] = {
	"iphon", "ipad", "android", "samsung", "galaxy", "huawei", "xiaomi", "redmi", "outlook", "yahoo mail",
	"yahoo posta", "mobil", "telefon", "smartphone", "handy", "tablet", "blackberry", "gmail", "proton", "windows",
	"tutanota", "uredjaj", "uredaj", "zariaden", "gmx", "web.de", "phone", "honor", "mail for", "mail za",
	"mail app", "nokia", "motorola", "oneplus", "aplikacij", NULL,
};
static const char *const noise[] = {
	"[quoted text hidden]", "[citirani tekst je skriven]", "[navedeni tekst je skriven]", "[citovany text bol skryty]",
	"bez virusa.", "neobsahuje virusy.", "virusmentes.", "virenfrei.", "virus-free",
	"this email has been checked for viruses", "ovaj e-mail je proveren", "ovu e-poruku je", "ova e-posta je provjerena",
	"tato sprava bola skontrolovana", "ezt az e-mailt", "diese e-mail wurde von avast",
	"please consider the environment", "please think of the environment", "molimo vas da razmislite o okolini",
	"razmislite o okolini", "razmislite o prirodi", "mislite na prirodu", "sacuvajmo prirodu", "cuvajmo prirodu",
	"prije ispisa", "pre nego sto odstampate", "pre stampanja", "prije nego isprintate", "prije nego sto ispisete",
	"myslite na zivotne prostredie", "pred vytlacenim", "setrime nase zivotne prostredie", "kerjuk, gondoljon a kornyezetre",
	"gondoljon a kornyezetre", "mielott kinyomtat", "denken sie an die umwelt", "bitte denken sie an die umwelt",
	"bitte prufen sie, ob", "caution: this email originated from outside",
	"paznja: ova poruka je poslata izvan", "paznja: ova poruka dolazi izvan", "external email:", NULL,
};
static const char *const answers_within[] = {
	"odgovori su u tekstu", "odgovor je u tekstu", "odgovori u tekstu", "odgovorio sam u tekstu", "odgovorila sam u tekstu",
	"odgovori su ispod", "odgovor ispod", "odgovori ispod", "u nastavku vaseg", "ispod vasih pitanja", "u vasem tekstu",
	"crvenom bojom", "plavom bojom", "crvenim slovima", "u tekstu ispod", "u tekstu dole", "odgovori su crven",
	"see below", "see my answers", "see my comments", "answers below", "answers inline", "comments inline", "in-line",
	"inline below", "reply below", "replies below", "in red", "in blue",
	"odpovede su v texte", "odpovede v texte", "odpoved v texte", "odpovede nizsie", "cervenou", "modrou farbou",
	"valaszaim lent", "valaszaim a szovegben", "valasz a szovegben", "pirossal", "kekkel", "lasd lent", "a szovegben valaszoltam",
	"siehe unten", "antworten im text", "antwort im text", "meine antworten unten", "in rot", "in blau", NULL,
};
static const char *const salutation[] = {
	"postovani", "postovana", "dobar dan", "dobro jutro", "dobro vece", "dobra vecer", "zdravo", "pozdrav", "cao", "bok",
	"dobry den", "vazeny", "vazena", "vazeni", "ahoj", "tisztelt", "kedves", "jo napot", "udvozlom", "dear ", "hello", "hi",
	"good morning", "good afternoon", "sehr geehrte", "guten tag", "hallo", "stimata", "buna ziua", NULL,
};
static const char *const legal_thing[] = {
	"ova poruka", "ovaj e-mail", "ovaj email", "ovaj mejl", "ova elektronska", "elektronska posta", "elektronske poste",
	"sadrzaj ove", "ove poruke", "ovoj poruci", "ova e-po", "ove e-po", "ova komunikacija", "ovog e-mail", "ovog email", "ovoj e-po",
	"this e-mail", "this email", "this message", "this communication", "this transmission", "the information contained",
	"e-mail message",
	"tato sprava", "tato e-mailova", "tento e-mail", "tento email", "tejto spravy", "obsah tejto", "tato elektronicka",
	"ez az e-mail", "ez az uzenet", "ezen uzenet", "jelen uzenet", "jelen e-mail", "az uzenet", "ez a level", "jelen level",
	"diese e-mail", "diese nachricht", "dieser e-mail", "diese email", NULL,
};
static const char *const legal_secret[] = {
	"poverljiv", "povjerljiv", "privilegovan", "tajn", "confidential", "privileged", "doverny", "doverne", "doverna",
	"dovern", "bizalmas", "titoktartas", "vertraulich", "zasticen", "zakonom", NULL,
};
static const char *const legal_whom[] = {
	"namenjen", "namijenjen", "primalac", "primaoc", "primatelj", "adresat", "naslovljen", "intended", "recipient", "addressee",
	"urcena", "urceny", "urcene", "prijemc", "adresata", "cimzett", "empfanger", "adressat", "bestimmt", NULL,
};
static const char *const legal_mistake[] = {
	"greskom", "pogresk", "obavestite posilj", "obavijestite posilj", "obavestite nas", "obrisite", "izbrisite", "unistite",
	"in error", "by mistake", "notify the sender", "notify us", "delete ", "destroy",
	"omylom", "upovedomte", "informujte odosielatel", "vymazte", "odstrante",
	"teveszt", "tevedes", "veletlen", "ertesitse", "torolje", "semmisitse",
	"irrtum", "versehentlich", "loschen", "vernichten", NULL,
};
static const char *const legal_duty[] = {
	"strogo zabranjen", "zabranjen", "nije dozvoljen", "neovlasc", "neovlast", "odgovorn", "virus", "distribuc", "distribuir", "otkrivanj",
	"prohibited", "unauthorized", "unauthorised", "disclosure", "liab", "responsib", "disseminat", "copying",
	"zakazan", "neopravnen", "zodpovedn", "sirenie", "tilos", "jogosulatlan", "felelos", "untersagt", "nicht gestattet", "unbefugt", "haft",
	NULL,
};

static const char *const *const lists[WORDS_COUNT] = {
	[WORDS_WROTE] = wrote,
	[WORDS_INTRO] = intro,
	[WORDS_WEEKDAY] = weekday,
	[WORDS_FROM] = from,
	[WORDS_SENT] = sent,
	[WORDS_TO] = to,
	[WORDS_SUBJECT] = subject,
	[WORDS_OTHER] = other,
	[WORDS_ORIGINAL] = original,
	[WORDS_FORWARDED] = forwarded,
	[WORDS_FORWARD_BEGINS] = forward_begins,
	[WORDS_SUBJECT_REPLY] = subject_reply,
	[WORDS_SUBJECT_FORWARD] = subject_forward,
	[WORDS_SENT_WITH] = sent_with,
	[WORDS_DEVICE] = device,
	[WORDS_NOISE] = noise,
	[WORDS_ANSWERS_WITHIN] = answers_within,
	[WORDS_SALUTATION] = salutation,
	[WORDS_LEGAL_THING] = legal_thing,
	[WORDS_LEGAL_SECRET] = legal_secret,
	[WORDS_LEGAL_WHOM] = legal_whom,
	[WORDS_LEGAL_MISTAKE] = legal_mistake,
	[WORDS_LEGAL_DUTY] = legal_duty,
};
/* clang-format on */

bool reply_words_has(enum reply_words which, struct bytes folded)
{
	for (const char *const *w = lists[which]; *w != NULL; w++)
		if (bytes_holds(folded, *w))
			return true;
	return false;
}

bool reply_words_begins(enum reply_words which, struct bytes folded)
{
	for (const char *const *w = lists[which]; *w != NULL; w++)
		if (bytes_starts(folded, *w))
			return true;
	return false;
}

bool reply_words_is(enum reply_words which, struct bytes folded)
{
	for (const char *const *w = lists[which]; *w != NULL; w++)
		if (bytes_is(folded, *w))
			return true;
	return false;
}

const char *reply_words_at(enum reply_words which, size_t i)
{
	return lists[which][i];
}
