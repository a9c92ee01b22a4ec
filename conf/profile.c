/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conf/profile.h"

#include <strings.h>

/* In which order names are tried for a tongue; the first that is there is used. */
#define TRIES_MAX 3
/* How far the work of who is away may be handed on. */
#define SUBSTITUTES_MAX 5

static struct bytes first_of(const struct bytes tries[TRIES_MAX])
{
	for (size_t i = 0; i < TRIES_MAX; i++) {
		if (tries[i].len != 0)
			return tries[i];
	}
	return BYTES_NONE;
}

struct bytes names_in(const struct names *n, struct tongue t)
{
	switch (t.language) {
	case LANG_NONE:
	case LANG_SR:
		return t.script == SCRIPT_CYRL
			       ? first_of((struct bytes[]){ n->sr_cyrl, n->sr_latn, n->en })
			       : first_of((struct bytes[]){ n->sr_latn, n->sr_cyrl, n->en });
	case LANG_HR: return first_of((struct bytes[]){ n->hr, n->sr_latn, n->sr_cyrl });
	case LANG_SK: return first_of((struct bytes[]){ n->sk, n->en, n->sr_latn });
	case LANG_HU: return first_of((struct bytes[]){ n->hu, n->en, n->sr_latn });
	case LANG_ROM: return first_of((struct bytes[]){ n->rom, n->sr_latn, n->sr_cyrl });
	case LANG_EN: return first_of((struct bytes[]){ n->en, n->sr_latn, n->sr_cyrl });
	}
	return BYTES_NONE;
}

/* Codes and ids are ASCII; people type them in any case. */
static bool same(struct bytes a, struct bytes b)
{
	return a.len == b.len && a.len != 0 &&
	       strncasecmp((const char *)a.ptr, (const char *)b.ptr, a.len) == 0;
}

const struct category *profile_category(const struct profile *p, struct bytes code)
{
	for (size_t i = 0; i < p->n_categories; i++) {
		if (same(p->categories[i].code, code))
			return &p->categories[i];
	}
	return NULL;
}

const struct department *profile_department(const struct profile *p, struct bytes code)
{
	for (size_t i = 0; i < p->n_departments; i++) {
		if (same(p->departments[i].code, code))
			return &p->departments[i];
	}
	return NULL;
}

const struct member *profile_member(const struct profile *p, struct bytes id)
{
	for (size_t i = 0; i < p->n_members; i++) {
		if (same(p->members[i].id, id))
			return &p->members[i];
	}
	return NULL;
}

const struct member *profile_coordinator(const struct profile *p)
{
	for (size_t i = 0; i < p->n_members; i++) {
		if (p->members[i].is_coordinator)
			return &p->members[i];
	}
	return NULL;
}

const struct member *profile_member_of_mail(const struct profile *p, struct bytes address)
{
	for (size_t i = 0; i < p->n_members; i++) {
		if (same(p->members[i].mail, address))
			return &p->members[i];
	}
	return NULL;
}

bool member_is_absent(const struct member *m, uint32_t day)
{
	return m->absence.to != 0 && day >= m->absence.from && day <= m->absence.to;
}

const struct member *member_present(const struct member *m, uint32_t day)
{
	/* Two who stand in for each other may both be away. */
	for (unsigned n = 0; n < SUBSTITUTES_MAX && m != NULL; n++) {
		if (!member_is_absent(m, day))
			return m;
		m = m->substitute;
	}
	return NULL;
}

bool profile_answers_in(const struct profile *p, struct tongue t)
{
	for (size_t i = 0; i < p->n_tongues; i++) {
		const struct tongue *own = &p->tongues[i];

		if (own->language == t.language &&
		    (t.language != LANG_SR || own->script == t.script))
			return true;
	}
	return false;
}
