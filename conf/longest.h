/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * longest - the longest values that a profile can put into a text, for the
 * proof that every text fits its budget (compose_check) and for `template check`.
 *
 * Names, states, numbers and the town are the profile's own; what only a
 * citizen or clerk brings (place, words, lists) is a sample of realistic length.
 */
#ifndef CONF_LONGEST_H
#define CONF_LONGEST_H

#include "conf/profile.h"
#include "templates/compose_letter.h"

/*
 * One set for each of the profile's tongues, in the arena. Needs categories,
 * departments, tongues, town, time_zone and a finished catalog. ERR_NOMEM, ERR_LIMIT.
 */
int profile_longest(const struct profile *p, struct arena *a, struct longest *longest_out);
/* The set of one tongue, also of one that the profile doesn't answer in. */
int profile_longest_in(const struct profile *p, struct tongue t, struct arena *a,
		       struct text_values *values_out);
/* The same for a mail: every value that any may name, lists of two. */
int profile_longest_letter(const struct profile *p, struct tongue t, struct arena *a,
			   struct letter_values *values_out);

#endif
