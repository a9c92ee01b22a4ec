/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conf/profile_tables.h"

#include <stddef.h>
#include <string.h>

#include "parsers/clock.h"
#include "parsers/contact.h"
#include "parsers/date_words.h"
#include "parsers/err.h"
#include "parsers/fold.h"
#include "parsers/mail_fields.h"
#include "parsers/number.h"
#include "parsers/tsv.h"
#include "parsers/utf8.h"

/* A year: a longer clock is a typing error. */
#define CLOCK_MAX_MS (366 * DAY_MS)
#define PRIORITY_MAX 4
/* Any day in another year than 1970. */
#define SOME_LATER_DAY 20000

/* Which column holds which name. */
#define NAMES_OF(prefix)                                                                           \
	{                                                                                          \
		{ prefix "_sr_cyrl", offsetof(struct names, sr_cyrl) },                            \
			{ prefix "_sr_latn", offsetof(struct names, sr_latn) },                    \
			{ prefix "_hr", offsetof(struct names, hr) },                              \
			{ prefix "_sk", offsetof(struct names, sk) },                              \
			{ prefix "_hu", offsetof(struct names, hu) },                              \
			{ prefix "_rom", offsetof(struct names, rom) },                            \
		{                                                                                  \
			prefix "_en", offsetof(struct names, en)                                   \
		}                                                                                  \
	}

struct name_column {
	const char *column;
	size_t at;
};

static const struct name_column long_names[] = NAMES_OF("name");
static const struct name_column short_names[] = NAMES_OF("short");

/* clang-format off */
static const char *const department_columns[] = {
	"code", "name_sr_cyrl", "short_sr_cyrl",
	"name_sr_latn", "name_hr", "name_sk", "name_hu", "name_rom", "name_en",
	"short_sr_latn", "short_hr", "short_sk", "short_hu", "short_rom", "short_en", "mail", "note",
};
static const char *const category_columns[] = {
	"code", "department", "first_answer", "solution", "priority", "public", "name_sr_cyrl", "short_sr_cyrl",
	"name_sr_latn", "name_hr", "name_sk", "name_hu", "name_rom", "name_en",
	"short_sr_latn", "short_hr", "short_sk", "short_hu", "short_rom", "short_en", "clock_basis", "note",
};
static const char *const staff_columns[] = {
	"id", "name", "department", "phone", "coordinator", "duty",
	"mail", "languages", "absent_from", "absent_to", "substitute", "note",
};
/* clang-format on */
#define N_DEPARTMENT_NEEDED 3
#define N_CATEGORY_NEEDED   8
#define N_STAFF_NEEDED      6

/* One table while it is read. */
struct table {
	struct profile *profile;
	struct faults *faults;
	struct tsv tsv;
	struct bytes file;
	struct department *departments; /* those of these that the table fills */
	struct category *categories;
	struct member *members;
	int err; /* ERR_NOMEM only */
};

static struct fault at_row(const struct table *t, const char *column)
{
	return (struct fault){ .file = t->file, .line = t->tsv.line, .key = bytes_of(column) };
}

static struct bytes keep(struct table *t, struct bytes field)
{
	struct bytes kept = arena_dup(t->profile->arena, field);

	if (field.len != 0 && kept.ptr == NULL)
		t->err = ERR_NOMEM;
	return kept;
}

static struct bytes get(struct table *t, const char *column)
{
	return keep(t, tsv_get(&t->tsv, column));
}

/* Serbian Latin comes from Cyrillic unless the table has its own. */
static void read_names(struct table *t, const struct name_column *columns, size_t max_chars,
		       struct names *names_out)
{
	const char *needed = columns[0].column;

	for (size_t i = 0; i < ARRAY_LEN(long_names); i++) {
		struct bytes name = get(t, columns[i].column);

		if (max_chars != 0 && utf8_count(name) > max_chars)
			faults_add(t->faults, at_row(t, columns[i].column),
				   "'%.*s' has %zu characters and may have %zu, or no SMS has room "
				   "for it",
				   PRI_BYTES(name), utf8_count(name), max_chars);
		memcpy((char *)names_out + columns[i].at, &name, sizeof(name));
	}
	if (names_out->sr_cyrl.len == 0)
		faults_add(t->faults, at_row(t, needed),
			   "is empty; every row needs the Serbian name");
	if (names_out->sr_latn.len == 0 &&
	    fold_latin(t->profile->arena, names_out->sr_cyrl, &names_out->sr_latn) != ERR_OK)
		t->err = ERR_NOMEM;
	if (max_chars != 0 && utf8_count(names_out->sr_latn) > max_chars)
		faults_add(t->faults, at_row(t, needed),
			   "'%.*s' is too long in Latin: %zu of %zu characters",
			   PRI_BYTES(names_out->sr_latn), utf8_count(names_out->sr_latn),
			   max_chars);
}

static bool is_code(struct bytes code)
{
	for (size_t i = 0; i < code.len; i++) {
		uint8_t c = code.ptr[i];

		if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9'))
			return false;
	}
	return code.len >= 2 && code.len <= 12;
}

static void check_code(struct table *t, struct bytes code, bool is_there)
{
	if (!is_code(code))
		faults_add(t->faults, at_row(t, "code"),
			   "'%.*s' is no code; write 2 to 12 capital letters A-Z or digits",
			   PRI_BYTES(code));
	else if (is_there)
		faults_add(t->faults, at_row(t, "code"), "'%.*s' stands in the table already",
			   PRI_BYTES(code));
}

static bool read_flag(struct table *t, const char *column)
{
	bool value = false;

	if (number_parse_bool(tsv_get(&t->tsv, column), &value) != ERR_OK)
		faults_add(t->faults, at_row(t, column), "'%.*s' is neither yes nor no",
			   PRI_BYTES(tsv_get(&t->tsv, column)));
	return value;
}

/* "4h", "15d", "immediate" (0), "-" (none). */
static int64_t read_clock(struct table *t, const char *column)
{
	struct bytes field = tsv_get(&t->tsv, column);
	int64_t ms = CLOCK_NONE;

	if (bytes_is(field, "-"))
		return CLOCK_NONE;
	if (bytes_is(field, "immediate"))
		return 0;
	if (number_parse_duration(field, 1, CLOCK_MAX_MS, &ms) != ERR_OK)
		faults_add(t->faults, at_row(t, column),
			   "'%.*s' is no clock; write 4h, 48h or 15d, 'immediate', or '-' for none",
			   PRI_BYTES(field));
	return ms;
}

/* The nearest of the codes, as an array of names. */
typedef struct bytes code_at_fn(const struct profile *p, size_t i);

static struct bytes category_code(const struct profile *p, size_t i)
{
	return p->categories[i].code;
}

static struct bytes department_code(const struct profile *p, size_t i)
{
	return p->departments[i].code;
}

static struct bytes member_id(const struct profile *p, size_t i)
{
	return p->members[i].id;
}

static void say_unknown(const struct profile *p, const char *what, struct bytes code, size_t n,
			code_at_fn *code_at, struct fault at, struct faults *faults)
{
	const char **names = arena_array(p->arena, n + 1, sizeof(*names));
	const char *near;
	size_t n_names = 0;

	for (size_t i = 0; names != NULL && i < n; i++) {
		names[n_names] = arena_str(p->arena, code_at(p, i));
		n_names += names[n_names] != NULL;
	}
	near = faults_nearest(code, names, n_names);
	if (near != NULL)
		faults_add(faults, at, "nobody knows the %s '%.*s'; did you mean '%s'?", what,
			   PRI_BYTES(code), near);
	else
		faults_add(faults, at, "nobody knows the %s '%.*s'", what, PRI_BYTES(code));
}

void profile_unknown_category(const struct profile *p, struct bytes code, struct fault at,
			      struct faults *faults)
{
	say_unknown(p, "category", code, p->n_categories, category_code, at, faults);
}

void profile_unknown_department(const struct profile *p, struct bytes code, struct fault at,
				struct faults *faults)
{
	say_unknown(p, "department", code, p->n_departments, department_code, at, faults);
}

static const struct department *read_department(struct table *t)
{
	struct bytes code = tsv_get(&t->tsv, "department");
	const struct department *d = profile_department(t->profile, code);

	if (d == NULL)
		profile_unknown_department(t->profile, code, at_row(t, "department"), t->faults);
	return d;
}

typedef void row_fn(struct table *t);

/* Rows stand in one array; rows too many are one fault. */
static int read_rows(struct table *t, struct bytes text, const char *const *columns,
		     size_t n_columns, size_t n_needed, row_fn *row)
{
	size_t n = 0;
	int err = ERR_INVALID;

	if (!utf8_is_valid(text))
		faults_add(t->faults, (struct fault){ .file = t->file },
			   "not valid UTF-8; save the file as UTF-8");
	else
		err = tsv_begin_checked(&t->tsv, t->file, text, columns, n_columns, n_needed,
					t->faults);
	if (err != ERR_OK)
		return ERR_OK; /* said already; the other tables are read */
	while (t->err == ERR_OK && tsv_next(&t->tsv)) {
		if (t->tsv.n_fields > t->tsv.n_columns)
			faults_add(t->faults, at_row(t, NULL),
				   "%zu fields, but only %zu columns have a name", t->tsv.n_fields,
				   t->tsv.n_columns);
		if (n++ == PROFILE_ROWS_MAX) {
			faults_add(t->faults, at_row(t, NULL), "more than %d rows",
				   PROFILE_ROWS_MAX);
			break;
		}
		row(t);
	}
	if (n == 0)
		faults_add(t->faults, (struct fault){ .file = t->file }, "has no rows");
	return t->err;
}

static bool is_none(struct bytes field)
{
	return field.len == 0 || bytes_is(field, "-");
}

static struct bytes read_mail(struct table *t)
{
	struct bytes field = tsv_get(&t->tsv, "mail"), address = BYTES_NONE;
	int err = is_none(field) ? ERR_OK : mail_address(field, t->profile->arena, &address);

	if (err == ERR_INVALID)
		faults_add(t->faults, at_row(t, "mail"),
			   "'%.*s' is no mail address; write jelena@town.rs, or '-' for none",
			   PRI_BYTES(field));
	else if (err != ERR_OK)
		t->err = err;
	return address;
}

static void add_department(struct table *t)
{
	struct profile *p = t->profile;
	struct department d = { .code = get(t, "code"), .mail = read_mail(t) };

	check_code(t, d.code, profile_department(p, d.code) != NULL);
	read_names(t, long_names, 0, &d.name);
	read_names(t, short_names, DEPARTMENT_SHORT_MAX_CHARS, &d.short_name);
	t->departments[p->n_departments++] = d;
}

int profile_read_departments(struct profile *p, struct bytes text, struct faults *faults)
{
	struct table t = { .profile = p, .faults = faults, .file = bytes_of("departments.tsv") };

	t.departments = arena_array(p->arena, PROFILE_ROWS_MAX, sizeof(*t.departments));
	p->departments = t.departments;
	if (t.departments == NULL)
		return ERR_NOMEM;
	return read_rows(&t, text, department_columns, ARRAY_LEN(department_columns),
			 N_DEPARTMENT_NEEDED, add_department);
}

static void add_category(struct table *t)
{
	struct profile *p = t->profile;
	struct category c = { .code = get(t, "code"), .department = read_department(t) };
	uint32_t priority = 0;

	check_code(t, c.code, profile_category(p, c.code) != NULL);
	read_names(t, long_names, 0, &c.name);
	read_names(t, short_names, CATEGORY_SHORT_MAX_CHARS, &c.short_name);
	c.first_answer_ms = read_clock(t, "first_answer");
	c.solution_ms = read_clock(t, "solution");
	c.is_public = read_flag(t, "public");
	if (number_parse_u32(tsv_get(&t->tsv, "priority"), 0, PRIORITY_MAX, &priority) != ERR_OK)
		faults_add(t->faults, at_row(t, "priority"),
			   "'%.*s' is no whole number from 0 to %d",
			   PRI_BYTES(tsv_get(&t->tsv, "priority")), PRIORITY_MAX);
	c.priority = priority;
	t->categories[p->n_categories++] = c;
}

int profile_read_categories(struct profile *p, struct bytes text, struct faults *faults)
{
	struct table t = { .profile = p, .faults = faults, .file = bytes_of("categories.tsv") };

	t.categories = arena_array(p->arena, PROFILE_ROWS_MAX, sizeof(*t.categories));
	p->categories = t.categories;
	if (t.categories == NULL)
		return ERR_NOMEM;
	return read_rows(&t, text, category_columns, ARRAY_LEN(category_columns), N_CATEGORY_NEEDED,
			 add_category);
}

/* The profile knows no country of its own: numbers in the roster are written in full. */
static struct bytes read_phone(struct table *t)
{
	static const struct contact_country nowhere = { "", "" };
	struct bytes field = tsv_get(&t->tsv, "phone"), contact = BYTES_NONE;

	if (is_none(field))
		return BYTES_NONE;
	if (!bytes_starts(field, "+") ||
	    contact_of_number(field, &nowhere, t->profile->arena, &contact) != CONTACT_PHONE)
		faults_add(t->faults, at_row(t, "phone"),
			   "'%.*s' is no telephone number; write +381641234567, or '-' for none",
			   PRI_BYTES(field));
	return contact;
}

/* "sr-Latn, hu": those that the member reads, the one that we write first; none: the town's. */
static void read_languages(struct table *t, struct member *m)
{
	struct bytes list = tsv_get(&t->tsv, "languages"), name;

	while (!is_none(list) && bytes_split(&list, ',', &name)) {
		struct tongue tongue;

		if (tongue_parse(bytes_trim(name), &tongue) != ERR_OK)
			faults_add(t->faults, at_row(t, "languages"),
				   "'%.*s' is none of sr-Cyrl sr-Latn hr sk hu rom en",
				   PRI_BYTES(bytes_trim(name)));
		else if (m->n_tongues < MEMBER_TONGUES_MAX)
			m->tongues[m->n_tongues++] = tongue;
	}
	if (m->n_tongues == 0)
		m->tongues[m->n_tongues++] = t->profile->tongue;
	m->tongue = m->tongues[0];
}

/* "2026-12-15" or "15.12.2026", with the year: a roster is read again next year. */
static uint32_t read_date(struct table *t, const char *column, uint32_t otherwise)
{
	struct bytes field = tsv_get(&t->tsv, column);
	struct folded f;
	uint32_t day = otherwise, again = 0;
	size_t end = 0;
	int err;

	if (is_none(field))
		return otherwise;
	err = fold_text(t->profile->arena, field, &f);
	if (err == ERR_OK)
		err = date_words_read(&f, 0, &day, &end);
	/* Read on another day it would be another date: then it has no year. */
	if (err == ERR_OK)
		err = date_words_read(&f, SOME_LATER_DAY, &again, &end);
	if (err == ERR_NOMEM)
		t->err = err;
	else if (err != ERR_OK || day != again ||
		 bytes_trim(bytes_cut(f.text, end, f.text.len)).len > 1)
		faults_add(t->faults, at_row(t, column),
			   "'%.*s' is no date; write 2026-12-15, or '-' for none",
			   PRI_BYTES(field));
	return day;
}

static void read_absence(struct table *t, struct absence *absence_out)
{
	bool is_absent = !is_none(tsv_get(&t->tsv, "absent_from")) ||
			 !is_none(tsv_get(&t->tsv, "absent_to"));

	if (!is_absent)
		return;
	absence_out->from = read_date(t, "absent_from", 0);
	absence_out->to = read_date(t, "absent_to", UINT32_MAX);
	if (absence_out->from > absence_out->to)
		faults_add(t->faults, at_row(t, "absent_to"), "lies before absent_from");
}

/* Two people with one address could give orders for each other. */
static void check_mail(struct table *t, struct bytes mail)
{
	const struct member *other = profile_member_of_mail(t->profile, mail);

	if (other != NULL)
		faults_add(t->faults, at_row(t, "mail"), "'%.*s' is the address of '%.*s' already",
			   PRI_BYTES(mail), PRI_BYTES(other->id));
}

/* A person who isn't one yet (note: PLACEHOLDER) is said at every start, until somebody writes the name. */
static void add_member(struct table *t)
{
	struct profile *p = t->profile;
	struct member m = {
		.id = get(t, "id"),
		.name = get(t, "name"),
		.department = read_department(t),
		.phone = read_phone(t),
		.mail = read_mail(t),
		.is_coordinator = read_flag(t, "coordinator"),
		.is_duty = read_flag(t, "duty"),
	};
	struct fault warning = at_row(t, "id");

	read_languages(t, &m);
	read_absence(t, &m.absence);
	check_mail(t, m.mail);
	if (m.id.len == 0 || bytes_find(m.id, ' ') != m.id.len)
		faults_add(t->faults, at_row(t, "id"), "'%.*s' is no id; write one word",
			   PRI_BYTES(m.id));
	else if (profile_member(p, m.id) != NULL)
		faults_add(t->faults, at_row(t, "id"), "'%.*s' stands in the table already",
			   PRI_BYTES(m.id));
	if (m.name.len == 0)
		faults_add(t->faults, at_row(t, "name"), "is empty");
	warning.is_warning = true;
	if (bytes_starts(tsv_get(&t->tsv, "note"), "PLACEHOLDER"))
		faults_add(t->faults, warning,
			   "%.*s is a placeholder; write who it is, and their number",
			   PRI_BYTES(m.id));
	t->members[p->n_members++] = m;
}

/* A second time down the rows: a substitute may stand below whom he stands in for. */
static int find_substitutes(struct table *t, struct bytes text)
{
	struct faults said = faults_in(t->profile->arena);
	size_t i = 0;

	if (tsv_begin_checked(&t->tsv, t->file, text, staff_columns, ARRAY_LEN(staff_columns),
			      N_STAFF_NEEDED, &said) != ERR_OK)
		return ERR_OK; /* said the first time */
	for (; i < t->profile->n_members && tsv_next(&t->tsv); i++) {
		struct bytes id = tsv_get(&t->tsv, "substitute");
		struct member *m = &t->members[i];

		if (is_none(id))
			continue;
		m->substitute = profile_member(t->profile, id);
		if (m->substitute == NULL)
			say_unknown(t->profile, "member", id, t->profile->n_members, member_id,
				    at_row(t, "substitute"), t->faults);
		else if (m->substitute == m)
			faults_add(t->faults, at_row(t, "substitute"),
				   "nobody stands in for himself");
	}
	return ERR_OK;
}

int profile_read_staff(struct profile *p, struct bytes text, struct faults *faults)
{
	struct table t = { .profile = p, .faults = faults, .file = bytes_of("staff.tsv") };

	t.members = arena_array(p->arena, PROFILE_ROWS_MAX, sizeof(*t.members));
	p->members = t.members;
	if (t.members == NULL)
		return ERR_NOMEM;
	if (read_rows(&t, text, staff_columns, ARRAY_LEN(staff_columns), N_STAFF_NEEDED,
		      add_member) != ERR_OK)
		return t.err;
	return find_substitutes(&t, text);
}
