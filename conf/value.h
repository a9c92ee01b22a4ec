/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * value - the text of a setting becomes its value, strictly, by the kind of its key.
 */
#ifndef CONF_VALUE_H
#define CONF_VALUE_H

#include "conf/schema.h"

struct value_into {
	void *base;           /* struct conf, or of a channel struct conf_channel */
	const char *dir;      /* paths are relative to it */
	struct arena *arena;  /* texts live here */
	bool without_secrets; /* files with secrets are named and not opened */
};

/*
 * Writes the value to its place. ERR_INVALID: `why` says what is wrong and what
 * would be right, and the place holds nothing of use. ERR_NOMEM.
 */
int value_put(const struct conf_key *key, struct bytes text, const struct value_into *into,
	      struct strbuf *why);

#endif
