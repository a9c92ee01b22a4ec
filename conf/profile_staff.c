/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conf/profile_staff.h"

#include "parsers/err.h"
#include "parsers/strbuf.h"

/* Names of departments in one line of a fault. */
#define NAMES_MAX_BYTES 1000

static struct fault at_staff(bool is_warning)
{
	return (struct fault){ .file = bytes_of("staff.tsv"), .is_warning = is_warning };
}

static void check_duties(const struct profile *p, struct faults *faults)
{
	const struct member *coordinator = profile_coordinator(p);
	size_t n = 0, n_duty = 0;

	for (size_t i = 0; i < p->n_members; i++) {
		n += p->members[i].is_coordinator;
		n_duty += p->members[i].is_duty && p->members[i].phone.len != 0;
	}
	if (n != 1)
		faults_add(faults, at_staff(false),
			   "%zu coordinators; there must be one, whom late cases go to", n);
	else if (coordinator->phone.len == 0)
		faults_add(faults, at_staff(false),
			   "the coordinator has no phone, so nobody hears of late cases");
	if (n_duty == 0)
		faults_add(faults, at_staff(false),
			   "nobody with a phone is on duty to hear of emergencies");
}

static bool are_both_away(const struct absence *a, const struct absence *b)
{
	return a->to != 0 && b->to != 0 && a->from <= b->to && b->from <= a->to;
}

/* Then their work goes to the coordinator. */
static void check_absences(const struct profile *p, struct faults *faults)
{
	for (size_t i = 0; i < p->n_members; i++) {
		const struct member *m = &p->members[i], *other = m->substitute;
		struct fault at = at_staff(true);

		at.key = bytes_of("substitute");
		if (other != NULL && are_both_away(&m->absence, &other->absence))
			faults_add(faults, at,
				   "'%.*s', who stands in for '%.*s', is away at the same time",
				   PRI_BYTES(other->id), PRI_BYTES(m->id));
	}
}

static bool has_member(const struct profile *p, const struct department *d)
{
	for (size_t i = 0; i < p->n_members; i++) {
		if (p->members[i].department == d)
			return true;
	}
	return false;
}

static int check_departments(const struct profile *p, struct faults *faults)
{
	struct strbuf names = strbuf_in(p->arena, NAMES_MAX_BYTES);

	for (size_t i = 0; i < p->n_departments; i++) {
		const struct department *d = &p->departments[i];

		if (!has_member(p, d))
			strbuf_addf(&names, "%s%.*s", names.len == 0 ? "" : ", ",
				    PRI_BYTES(d->code));
	}
	if (strbuf_err(&names) == ERR_NOMEM)
		return ERR_NOMEM;
	if (names.len != 0)
		faults_add(faults, at_staff(true),
			   "nobody works in %s; what goes there goes to the coordinator",
			   strbuf_text(&names));
	return ERR_OK;
}

int profile_check_staff(const struct profile *p, struct faults *faults)
{
	check_duties(p, faults);
	check_absences(p, faults);
	return check_departments(p, faults);
}
