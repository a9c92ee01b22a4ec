/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/err.h"

#include <stddef.h>

static const struct {
	int number;
	enum err_class class;
	const char *words;
} errors[] = {
#define X(name, number, class, words) { number, class, words },
	ERR_LIST(X)
#undef X
};

const char *err_text(int err)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].number == err)
			return errors[i].words;
	return "unknown error";
}

enum err_class err_class(int err)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].number == err)
			return errors[i].class;
	return ERR_IS_RETRY;
}
