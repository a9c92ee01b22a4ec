/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * template_node - the inside of a template, shared by the two files that make
 * and read it: template_parse.c and template.c. Nobody else includes it.
 */
#ifndef TEMPLATES_TEMPLATE_NODE_H
#define TEMPLATES_TEMPLATE_NODE_H

#include "templates/template.h"
#include "templates/words.h"

#define TEMPLATE_FILTERS_MAX 3

enum node_kind {
	NODE_TEXT,   /* text */
	NODE_VALUE,  /* name, filters */
	NODE_IF,     /* name, child */
	NODE_UNLESS, /* name, child */
	NODE_PLURAL, /* name, forms */
	NODE_MAY_GO, /* level, child */
	NODE_PART,   /* text is its name; child once linked */
	NODE_EACH,   /* name of a list, child once for each item */
};

enum filter_kind {
	FILTER_SHORT,
	FILTER_LONG,
	FILTER_TIME,
	FILTER_UPPER,
	FILTER_CUT,
	FILTER_PLAIN,
};

struct filter {
	enum filter_kind kind;
	uint32_t n; /* of cut */
};

struct node {
	enum node_kind kind;
	unsigned line;
	struct node *next;
	struct node *child;
	struct bytes text;
	size_t name; /* index into the names */
	struct filter filters[TEMPLATE_FILTERS_MAX];
	size_t n_filters;
	unsigned level;
	uint64_t guarded;    /* of a part: names that are present where it stands */
	struct node **forms; /* PLURAL_COUNT of them */
};

struct template
{
	struct bytes file;
	struct tongue tongue;
	enum value_kind kinds[TEMPLATE_NAMES_MAX];
	size_t n_names;
	struct node *first;
	unsigned levels;
};

#endif
