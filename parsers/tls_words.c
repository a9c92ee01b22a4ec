/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/tls_words.h"

#include <stddef.h>

#include "parsers/bytes.h"

static const struct {
	long bit;
	const char *words;
} faults[] = {
	/* clang-format off */
	{ 1L << 10, "it has expired" },
	{ 1L << 9,  "it isn't valid yet" },
	{ 1L << 5,  "it was revoked" },
	{ 1L << 6,  "no authority that we trust has signed it (ca_file)" },
	{ 1L << 7,  "who signed it is no authority" },
	{ 1L << 8,  "it was signed in a way that is broken" },
	{ 1L << 14, "it is of another host" },
	/* clang-format on */
};

const char *tls_words(long status, const char *otherwise)
{
	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		if (status & faults[i].bit)
			return faults[i].words;
	}
	return otherwise;
}
