/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * profile_tables - the tables of a profile: departments.tsv, categories.tsv,
 * staff.tsv become arrays that point to each other.
 *
 * Read departments first: the others name them. Results live in the profile's
 * arena. Every fault is added to faults with its line, and the other rows are
 * read all the same. ERR_OK also then; ERR_NOMEM.
 */
#ifndef CONF_PROFILE_TABLES_H
#define CONF_PROFILE_TABLES_H

#include "conf/profile.h"

#define PROFILE_ROWS_MAX 500
/* What fits beside everything else into one SMS. */
#define CATEGORY_SHORT_MAX_CHARS   22
#define DEPARTMENT_SHORT_MAX_CHARS 26

int profile_read_departments(struct profile *p, struct bytes text, struct faults *faults);
int profile_read_categories(struct profile *p, struct bytes text, struct faults *faults);
int profile_read_staff(struct profile *p, struct bytes text, struct faults *faults);

/* Says that nobody knows a code, and which one is near. */
void profile_unknown_category(const struct profile *p, struct bytes code, struct fault at,
			      struct faults *faults);
void profile_unknown_department(const struct profile *p, struct bytes code, struct fault at,
				struct faults *faults);

#endif
