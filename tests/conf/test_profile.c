/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_profile - the profiles that we ship fit together and read people right; broken ones say where. */
#include "conf/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "conf/profile_staff.h"
#include "conf/profile_tables.h"
#include "parsers/date_words.h"
#include "parsers/err.h"
#include "parsers/tsv.h"
#include "parsers/utf8.h"
#include "tests/tap.h"

#define PATH_SIZE 4096
/* The columns of a roster with mail. */
#define STAFF                                                                                      \
	"id\tname\tdepartment\tphone\tcoordinator\tduty\tmail\tlanguages\tabsent_from\tabsent_"    \
	"to\t"                                                                                     \
	"substitute\n"

static void complain(const struct faults *f)
{
	struct bytes line;

	for (size_t i = 0; i < f->n; i++) {
		if (!f->list[i].is_warning && fault_line(&f->list[i], f->arena, &line) == ERR_OK)
			diag("%.*s", PRI_BYTES(line));
	}
}

static struct profile *load(const char *name, struct arena *a)
{
	const char *top = getenv("TOP_SRCDIR");
	struct faults f = faults_in(a);
	struct profile *p = NULL;
	char dir[PATH_SIZE];

	snprintf(dir, sizeof(dir), "%s/conf/profiles/%s", top != NULL ? top : ".", name);
	ok(profile_load(dir, &f, &p) == ERR_OK && f.n_errors == 0, "the profile %s loads", name);
	complain(&f);
	return p;
}

/* ---- what we ship ---- */

static struct bytes joined(struct arena *a, const struct classified *c)
{
	char *out = arena_alloc(a, 64);
	size_t len = 0;

	for (size_t i = 0; i < c->n_categories; i++)
		len += (size_t)snprintf(out + len, 64 - len, "%s%.*s", i != 0 ? "+" : "",
					PRI_BYTES(c->categories[i]));
	return bytes_at(out, len);
}

static void want(struct bytes got, struct bytes expected, const char *what, unsigned line)
{
	if (!ok(bytes_eq(got, expected), "line %u: %s", line, what))
		diag("got '%.*s', want '%.*s'", PRI_BYTES(got), PRI_BYTES(expected));
}

/* Texts with what an experienced clerk expects: outcome and categories are binding. */
static void check_examples(const struct profile *p, const char *file)
{
	size_t len;
	char *table = read_source_file(file, &len);
	struct arena *a = arena_new(16u << 20);
	struct tsv t;

	ok(tsv_begin(&t, TSV_RAW, bytes_at(table, len)) == ERR_OK, "%s is a table", file);
	while (tsv_next(&t)) {
		struct classified c = { 0 };
		struct bytes text, language = tsv_get(&t, "language"),
				   script = tsv_get(&t, "script");

		arena_reset(a);
		(void)tsv_unescape(a, tsv_get(&t, "text"), &text);
		(void)classify(&p->classifier, a, text, (struct tongue){ 0 }, &c);
		want(bytes_of(class_outcome_text(c.outcome)), tsv_get(&t, "outcome"), "outcome",
		     t.line);
		want(joined(a, &c), tsv_get(&t, "categories"), "categories", t.line);
		want(bytes_of(citizen_command_text(c.command)), tsv_get(&t, "command"), "command",
		     t.line);
		if (language.len != 0)
			want(bytes_of(language_code(c.guess.language)), language, "language",
			     t.line);
		if (script.len != 0)
			want(bytes_of(script_code(c.guess.script)), script, "script", t.line);
	}
	arena_free(&a);
	free(table);
}

/* To miss one is the worst mistake, a false alarm the second: in whatever language, in every profile. */
static void check_emergencies(const struct profile *p, const char *file)
{
	size_t len;
	char *table = read_source_file(file, &len);
	struct arena *a = arena_new(16u << 20);
	struct tsv t;

	ok(tsv_begin(&t, TSV_RAW, bytes_at(table, len)) == ERR_OK, "%s is a table", file);
	while (tsv_next(&t)) {
		struct bytes text = tsv_get(&t, "text");
		bool is_emergency = bytes_is(tsv_get(&t, "emergency"), "yes");
		struct classified c = { 0 };

		arena_reset(a);
		(void)classify(&p->classifier, a, text, (struct tongue){ 0 }, &c);
		if (!ok(c.is_emergency == is_emergency, "line %u: %s", t.line,
			is_emergency ? "is an emergency" : "is none"))
			diag("%.*s", PRI_BYTES(text));
	}
	arena_free(&a);
	free(table);
}

static void check_names(const struct profile *p)
{
	unsigned n_long = 0, n_empty = 0;

	for (size_t i = 0; i < p->n_categories; i++) {
		for (size_t t = 0; t < p->n_tongues; t++) {
			struct bytes name = names_in(&p->categories[i].short_name, p->tongues[t]);

			n_long += utf8_count(name) > CATEGORY_SHORT_MAX_CHARS;
			n_empty += name.len == 0;
		}
	}
	for (size_t i = 0; i < p->n_departments; i++) {
		for (size_t t = 0; t < p->n_tongues; t++) {
			struct bytes name = names_in(&p->departments[i].short_name, p->tongues[t]);

			n_long += utf8_count(name) > DEPARTMENT_SHORT_MAX_CHARS;
			n_empty += name.len == 0;
		}
	}
	is_int(n_long, 0, "no short name is too long in any tongue");
	is_int(n_empty, 0, "none is missing");
}

static void check_stara_pazova(const struct profile *p)
{
	const struct category *vod = profile_category(p, bytes_of("vod"));
	const struct category *emg = p->emergency_category;
	struct tongue cyrl = { LANG_SR, SCRIPT_CYRL }, hr = { LANG_HR, SCRIPT_LATN },
		      rom = { LANG_ROM, SCRIPT_LATN };

	is_int((long long)p->n_categories, 22, "22 categories");
	is_text(p->case_prefix, "SP", "its case numbers begin with SP");
	if (!ok(vod != NULL, "a code is found in any case"))
		return;
	is_text(names_in(&vod->name, cyrl), "Водовод", "a name in Cyrillic");
	is_text(names_in(&vod->name, rom), "Vodovod", "Romani falls back to Serbian Latin");
	is_int(vod->first_answer_ms, 4 * 3600000, "a clock in hours");
	is_int(emg->first_answer_ms, 0, "an emergency is answered at once");
	is_int(emg->solution_ms, CLOCK_NONE, "and has no clock of solution");
	is_text(vod->department->code, "VODOVOD", "a category knows its department");
	is_text(names_in(&profile_category(p, bytes_of("PUT"))->short_name, hr),
		"Ceste i nogostupi", "Croatian names");
	ok(profile_coordinator(p) != NULL && profile_member(p, bytes_of("dezurni"))->is_duty,
	   "the roster has a coordinator and somebody on duty");
	ok(staff_words_show(p->staff_words, STAFF_SOLVE, hr).len != 0,
	   "its staff have words for their orders");
	ok(profile_answers_in(p, cyrl) && !profile_answers_in(p, rom),
	   "which tongues it answers in");
	ok(profile_category(p, bytes_of("XYZ")) == NULL && profile_member(p, BYTES_NONE) == NULL,
	   "who isn't there isn't found");
}

/* ---- the roster ---- */

static uint32_t day_of(int year, int month, int day)
{
	uint32_t n = 0;

	date_day(year, month, day, &n);
	return n;
}

/* Rows of staff.tsv; the department CENTAR is there, and LEER, where nobody works. */
static struct profile *roster(struct arena *a, const char *rows, struct faults *faults)
{
	static const char departments[] = "code\tname_sr_cyrl\tshort_sr_"
					  "cyrl\tmail\nCENTAR\tЦ\tЦ\tCentar@X.rs\nLEER\tЛ\tЛ\t-\n";
	struct profile *p = arena_alloc(a, sizeof(*p));
	char text[2000];

	p->arena = a;
	p->tongue = (struct tongue){ LANG_SR, SCRIPT_LATN };
	snprintf(text, sizeof(text), "%s%s", STAFF, rows);
	profile_read_departments(p, bytes_of(departments), faults);
	profile_read_staff(p, bytes_of(text), faults);
	profile_check_staff(p, faults);
	return p;
}

static bool says(const struct faults *f, const char *want, bool is_warning)
{
	for (size_t i = 0; i < f->n; i++) {
		if (bytes_is(f->list[i].words, want) && f->list[i].is_warning == is_warning)
			return true;
	}
	return false;
}

static void check_roster(struct arena *a)
{
	struct faults f = faults_in(a);
	const struct profile *p = roster(a,
					 "ann\tAnn\tCENTAR\t+381641234567\tyes\tyes\tAnn@X.rs\thu, "
					 "sr-Cyrl\t2026-12-15\t20.12.2026\tbob\n"
					 "bob\tBob\tCENTAR\t-\tno\tno\t-\t\t2026-12-20\t-\tcis\n"
					 "cis\tCis\tCENTAR\t-\tno\tno\n",
					 &f);
	const struct member *ann = profile_member(p, bytes_of("ann")),
			    *bob = profile_member(p, bytes_of("bob"));

	is_int((long long)f.n_errors, 0, "the roster is good");
	is_text(ann->mail, "Ann@x.rs", "a member's address, its domain small");
	ok(profile_member_of_mail(p, bytes_of("ann@x.rs")) == ann, "is found in any case");
	ok(profile_member_of_mail(p, BYTES_NONE) == NULL, "nobody has no address");
	is_text(profile_department(p, bytes_of("CENTAR"))->mail, "Centar@x.rs",
		"a department has a mailbox of its own");
	ok(ann->tongue.language == LANG_HU && ann->n_tongues == 2,
	   "Ann is written to in Hungarian");
	ok(bob->tongue.language == LANG_SR && bob->n_tongues == 1, "Bob in the town's tongue");
	ok(!member_is_absent(ann, day_of(2026, 12, 14)) &&
		   member_is_absent(ann, day_of(2026, 12, 15)) &&
		   member_is_absent(ann, day_of(2026, 12, 20)) &&
		   !member_is_absent(ann, day_of(2026, 12, 21)),
	   "both days of an absence belong to it");
	ok(member_is_absent(bob, day_of(2030, 1, 1)), "an absence without an end lasts");
	ok(member_present(ann, day_of(2026, 12, 1)) == ann, "who is there does the work");
	ok(member_present(ann, day_of(2026, 12, 16)) == bob, "else who stands in for her");
	ok(member_present(ann, day_of(2026, 12, 20)) == profile_member(p, bytes_of("cis")),
	   "or for him");
	ok(says(&f, "'bob', who stands in for 'ann', is away at the same time", true),
	   "two who are away on the same day are named");
	ok(says(&f, "nobody works in LEER; what goes there goes to the coordinator", true),
	   "so is a department with nobody");
}

static void check_circle(struct arena *a)
{
	struct faults f = faults_in(a);
	const struct profile *p = roster(
		a,
		"ann\tAnn\tCENTAR\t+381641234567\tyes\tyes\t-\t-\t2026-12-15\t2026-12-20\tbob\n"
		"bob\tBob\tLEER\t-\tno\tno\t-\t-\t2026-12-18\t2026-12-22\tann\n",
		&f);

	ok(member_present(profile_member(p, bytes_of("ann")), day_of(2026, 12, 19)) == NULL,
	   "two who stand in for each other and are both away: nobody");
	ok(!says(&f, "nobody works in LEER; what goes there goes to the coordinator", true),
	   "a department with somebody isn't named");
}

/* ---- broken profiles ---- */

/* clang-format off */
static const char *const good[][2] = {
	{ "profile.ini", "[profile]\ntown_sr_cyrl = Град\nprefix = G\ntime_zone = Europe/Belgrade\ntongue = en\n"
	                 "tongues = en\nemergency_numbers = 112\ncoordinator_category = OPS\nemergency_category = EMG\n" },
	{ "departments.tsv", "code\tname_sr_cyrl\tshort_sr_cyrl\nCENTAR\tЦентар\tЦентар\n" },
	{ "categories.tsv", "code\tdepartment\tfirst_answer\tsolution\tpriority\tpublic\tname_sr_cyrl\tshort_sr_cyrl\n"
	                    "OPS\tCENTAR\t4h\t-\t4\tyes\tОпште\tОпште\nEMG\tCENTAR\timmediate\t-\t0\tno\tХитно\tХитно\n" },
	{ "staff.tsv", "id\tname\tdepartment\tphone\tcoordinator\tduty\nann\tAnn\tCENTAR\t+381641234567\tyes\tyes\n" },
	{ "rules/a.rules", "[OPS]\n4: voda\n primer: voda\n" },
	{ "gazetteer.tsv", "kind\tname\tpattern\nsettlement\tGrad\tgrad*\n" },
	{ "commands.txt", "STATUS: status\nHELP: help\nSTOP: stop\nSTART: start\nLANGUAGE: language\n" },
};

static const struct {
	const char *file, *text; /* what replaces the good file; text NULL: it is missing */
	const char *line;        /* the first error; NULL: none */
	const char *promise;
} broken[] = {
	{ "none", "", NULL, "a small profile loads" },
	{ "staff.tsv", NULL, "staff.tsv: is missing from the profile's folder", "a missing file" },
	{ "staff.tsv", "", "staff.tsv: empty; its first line names the columns", "an empty table" },
	{ "texts/en/akc.txt", "{case}", "akc.txt: [en] no text has this name; did you mean ack.txt?", "a text of the profile's own that nobody would ask for" },
	{ "rules/a.rules", NULL, "rules: holds no file whose name ends in .rules", "a profile without rules" },
	{ "rules/a.rules", "[OPS]\n4: voda\n", "a.rules:2: the rule has no example", "a rule without an example" },
	{ "rules/a.rules", "\n[OSP]\n4: voda\n primer: voda\n",
	  "a.rules:2: nobody knows the category 'OSP'; did you mean 'OPS'?", "a rule of an unknown category" },
	{ "departments.tsv", "code\tname_sr_cyrl\tshort_sr_cyrl\nCENTRA\tЦентар\tЦентар\n",
	  "categories.tsv:2: department: nobody knows the department 'CENTAR'; did you mean 'CENTRA'?", "an unknown department" },
	{ "departments.tsv", "code\tname_sr_cyrl\tshort_sr_cyrl\nCENTAR\tЦентар\tЦентар за све и свакога и још некога\n",
	  "departments.tsv:2: short_sr_cyrl: 'Центар за све и свакога и још некога' has 36 characters and may have 26",
	  "a short name that isn't" },
	{ "departments.tsv", "code\tname_sr_cyrl\tshort_sr_cyrl\nCENTAR\tЦ\tЦ\nCENTAR\tЦ\tЦ\n",
	  "departments.tsv:3: code: 'CENTAR' stands in the table already", "a code twice" },
	{ "departments.tsv", "code\tname_sr_cyrl\nCENTAR\tЦ\n", "departments.tsv:1: the column 'short_sr_cyrl' is missing", "a missing column" },
	{ "categories.tsv", "code\tdepartment\tfirst_answer\tsolution\tpriority\tpublic\tname_sr_cyrl\tshort_sr_cyrl\n"
	                    "OPS\tCENTAR\t4 sata\t-\t4\tyes\tО\tО\nEMG\tCENTAR\t-\t-\t0\tno\tХ\tХ\n",
	  "categories.tsv:2: first_answer: '4 sata' is no clock", "a clock in words" },
	{ "categories.tsv", "code\tdepartment\tfirst_answer\tsolution\tpriority\tpublic\tname_sr_cyrl\tshort_sr_cyrl\n"
	                    "OPS\tCENTAR\t4h\t-\t5\tda\tО\tО\nEMG\tCENTAR\t-\t-\t0\tno\tХ\tХ\n",
	  "categories.tsv:2: public: 'da' is neither yes nor no", "a flag and a priority that are none" },
	{ "staff.tsv", "id\tname\tdepartment\tphone\tcoordinator\tduty\nann\tAnn\tCENTAR\t064\tyes\tno\n",
	  "staff.tsv:2: phone: '064' is no telephone number", "a phone that is none" },
	{ "staff.tsv", "id\tname\tdepartment\tphone\tcoordinator\tduty\nann\tAnn\tCENTAR\t+381641234567\tno\tyes\n",
	  "staff.tsv: 0 coordinators", "nobody whom late cases go to" },
	{ "staff.tsv", "id\tname\tdepartment\tphone\tcoordinator\tduty\nann\tAnn\tCENTAR\t+381641234567\tyes\tno\n",
	  "staff.tsv: nobody with a phone is on duty", "nobody who hears of emergencies" },
	{ "staff.tsv", STAFF "ann\tAnn\tCENTAR\t+381641234567\tyes\tyes\tann@x.rs\thu, sr-Cyrl\t2026-12-15\t20.12.2026\tbob\n"
	               "bob\tBob\tCENTAR\t-\tno\tno\t-\t-\t-\t-\t-\n", NULL, "a roster with mail, absence and substitutes loads" },
	{ "staff.tsv", STAFF "ann\tAnn\tCENTAR\t+381641234567\tyes\tyes\tann at x.rs\t-\t-\t-\t-\n",
	  "staff.tsv:2: mail: 'ann at x.rs' is no mail address", "an address that is none" },
	{ "staff.tsv", STAFF "ann\tAnn\tCENTAR\t+381641234567\tyes\tyes\tann@x.rs\t-\t-\t-\t-\nbob\tBob\tCENTAR\t-\tno\tno\tANN@X.rs\t-\t-\t-\t-\n",
	  "staff.tsv:3: mail: 'ANN@x.rs' is the address of 'ann' already", "two people with one address" },
	{ "staff.tsv", STAFF "ann\tAnn\tCENTAR\t+381641234567\tyes\tyes\t-\txx\t-\t-\t-\n",
	  "staff.tsv:2: languages: 'xx' is none of sr-Cyrl", "a language that is none" },
	{ "staff.tsv", STAFF "ann\tAnn\tCENTAR\t+381641234567\tyes\tyes\t-\t-\t15.12.\t-\t-\n",
	  "staff.tsv:2: absent_from: '15.12.' is no date", "an absence without a year" },
	{ "staff.tsv", STAFF "ann\tAnn\tCENTAR\t+381641234567\tyes\tyes\t-\t-\tsutra\t-\t-\n",
	  "staff.tsv:2: absent_from: 'sutra' is no date", "a date that is another one tomorrow" },
	{ "staff.tsv", STAFF "ann\tAnn\tCENTAR\t+381641234567\tyes\tyes\t-\t-\t-\t2026-02-30\t-\n",
	  "staff.tsv:2: absent_to: '2026-02-30' is no date", "a day that doesn't exist" },
	{ "staff.tsv", STAFF "ann\tAnn\tCENTAR\t+381641234567\tyes\tyes\t-\t-\t2026-12-15\t2026-12-14\t-\n",
	  "staff.tsv:2: absent_to: lies before absent_from", "an absence that ends before it begins" },
	{ "staff.tsv", STAFF "anna\tAnn\tCENTAR\t+381641234567\tyes\tyes\t-\t-\t-\t-\tamna\n",
	  "staff.tsv:2: substitute: nobody knows the member 'amna'; did you mean 'anna'?", "a substitute who isn't there" },
	{ "staff.tsv", STAFF "ann\tAnn\tCENTAR\t+381641234567\tyes\tyes\t-\t-\t-\t-\tann\n",
	  "staff.tsv:2: substitute: nobody stands in for himself", "who stands in for himself" },
	{ "departments.tsv", "code\tname_sr_cyrl\tshort_sr_cyrl\tmail\nCENTAR\tЦентар\tЦентар\tcentar@\n",
	  "departments.tsv:2: mail: 'centar@' is no mail address", "a department's address that is none" },
	{ "profile.ini", "[profile]\ntown_sr_cyrl = Г\nprefix = G\ntime_zone = Europe/Belgrad\ntongue = en\n"
	                 "tongues = en\nemergency_numbers = 112\ncoordinator_category = OPS\nemergency_category = EMG\n",
	  "profile.ini:4: [profile] time_zone: 'Europe/Belgrad' is no time zone", "a zone that isn't" },
	{ "profile.ini", "[profile]\ntown_sr_cyrl = Г\nprefix = G\ntime_zone = Europe/Belgrade\ntongue = en\n"
	                 "tongues = en\nemergency_numbers = 112\ncoordinator_category = OSP\nemergency_category = EMG\n",
	  "profile.ini:8: [profile] coordinator_category: nobody knows the category 'OSP'; did you mean 'OPS'?", "an unknown category in profile.ini" },
	{ "profile.ini", "[profile]\ntown_sr_cyrl = Г\nprefix = g1\ntime_zone = Europe/Belgrade\ntongue = en\n"
	                 "tongues = en\nemergency_numbers = 112\ncoordinator_category = OPS\nemergency_category = EMG\n",
	  "profile.ini:3: [profile] prefix: 'g1' is no prefix", "a prefix that is none" },
	{ "profile.ini", "[profile]\ntown_sr_cyrl = Г\nprefix = G\ntime_zone = Europe/Belgrade\ntongue = sk\n"
	                 "tongues = en\nemergency_numbers = 112\ncoordinator_category = OPS\nemergency_category = EMG\n",
	  "profile.ini:5: [profile] tongue: isn't one of the tongues that we answer in", "a default tongue that isn't answered in" },
	{ "profile.ini", "[profile]\ntown_sr_cyrl = Г\nperfix = G\nprefix = G\ntime_zone = Europe/Belgrade\ntongue = en\n"
	                 "tongues = en\nemergency_numbers = 112\ncoordinator_category = OPS\nemergency_category = EMG\n",
	  "profile.ini:3: [profile] perfix: is no known key; did you mean prefix?", "an unknown key" },
	{ "commands.txt", "STATUS: status\n", "commands.txt: no words for HELP", "a command without words" },
	{ "staff_words.txt", "solve: done\n", "staff_words.txt: no words for 'close'", "an order without words" },
	{ "texts/en/ack.txt", "{case} {nobody}", "en/ack.txt:1:", "a text of the profile's own with a value that isn't" },
};
/* clang-format on */

static void write_file(const char *dir, const char *name, const char *text)
{
	char path[PATH_SIZE];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (f == NULL || fputs(text, f) < 0)
		diag("%s can't be written", path);
	if (f != NULL)
		fclose(f);
}

static void make_profile(const char *dir, size_t i)
{
	static const char *const folders[] = { "", "/rules", "/texts", "/texts/en" };
	char path[PATH_SIZE];

	for (size_t j = 0; j < ARRAY_LEN(folders); j++) {
		snprintf(path, sizeof(path), "%s%s", dir, folders[j]);
		mkdir(path, 0700);
	}
	for (size_t j = 0; j < ARRAY_LEN(good); j++) {
		if (strcmp(good[j][0], broken[i].file) != 0)
			write_file(dir, good[j][0], good[j][1]);
	}
	if (broken[i].text != NULL && strcmp(broken[i].file, "none") != 0)
		write_file(dir, broken[i].file, broken[i].text);
}

static struct bytes first_error(const struct faults *f)
{
	struct bytes line = BYTES_NONE;

	for (size_t i = 0; i < f->n; i++) {
		if (!f->list[i].is_warning && fault_line(&f->list[i], f->arena, &line) == ERR_OK)
			break;
	}
	return line;
}

static void check_broken(size_t i)
{
	struct arena *a = arena_new(8u << 20);
	struct faults f = faults_in(a);
	struct profile *p = NULL;
	char dir[PATH_SIZE];
	int err;

	snprintf(dir, sizeof(dir), "%s/p%zu", temp_dir(), i);
	make_profile(dir, i);
	err = profile_load(dir, &f, &p);
	if (broken[i].line == NULL) {
		ok(err == ERR_OK && p != NULL, "%s", broken[i].promise);
		complain(&f);
	} else {
		ok(err == ERR_INVALID && p == NULL, "is refused: %s", broken[i].promise);
		if (!ok(bytes_starts(first_error(&f), broken[i].line), "and named"))
			diag("%zu faults, the first: %.*s", f.n, PRI_BYTES(first_error(&f)));
	}
	profile_free(&p);
	arena_free(&a);
}

static void check_all_at_once(void)
{
	struct arena *a = arena_new(8u << 20);
	struct faults f = faults_in(a);
	struct profile *p = NULL;
	char dir[PATH_SIZE];

	snprintf(dir, sizeof(dir), "%s/empty", temp_dir());
	mkdir(dir, 0700);
	ok(profile_load(dir, &f, &p) == ERR_INVALID, "an empty folder is no profile");
	ok(f.n_errors >= 7, "and all that is missing is said in one go");
	ok(profile_load("/nowhere", &f, &p) == ERR_INVALID, "nor is a folder that isn't there");
	arena_free(&a);
}

int main(void)
{
	struct arena *a = arena_new(32u << 20);
	struct profile *sp, *pe;

	plan(0);
	sp = load("stara-pazova", a);
	pe = load("pecinci", a);
	if (sp != NULL && pe != NULL) {
		check_stara_pazova(sp);
		check_names(sp);
		check_names(pe);
		check_examples(sp, "tests/parsers/data/sms_examples.tsv");
		check_examples(sp, "tests/parsers/data/mail_examples.tsv");
		check_examples(sp, "tests/parsers/data/own_examples.tsv");
		check_emergencies(sp, "tests/parsers/data/emergency.tsv");
		check_emergencies(pe, "tests/parsers/data/emergency.tsv");
	}
	profile_free(&sp);
	profile_free(&pe);
	for (size_t i = 0; i < ARRAY_LEN(broken); i++)
		check_broken(i);
	check_all_at_once();
	check_roster(a);
	check_circle(a);
	arena_free(&a);
	return done_testing();
}
