/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/table.h"

#include "parsers/err.h"

static const struct {
	const char *name;
	bool is_derived;
} tables[] = {
#define X(name, text, derived) [name] = { text, derived },
	TABLE_LIST(X)
#undef X
};

const char *table_name(enum table t)
{
	return (size_t)t < ARRAY_LEN(tables) ? tables[t].name : "?";
}

int table_of_name(struct bytes name, enum table *table_out)
{
	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		if (!bytes_is(name, tables[i].name))
			continue;
		*table_out = (enum table)i;
		return ERR_OK;
	}
	return ERR_NOENT;
}

bool table_is_derived(enum table t)
{
	return (size_t)t < ARRAY_LEN(tables) && tables[t].is_derived;
}
