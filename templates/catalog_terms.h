/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * catalog_terms - what the texts of the catalog are called and which values each
 * may name. Shared by catalog.c and who composes; the names themselves are
 * catalog.h's.
 *
 * Pure; any thread.
 */
#ifndef TEMPLATES_CATALOG_TERMS_H
#define TEMPLATES_CATALOG_TERMS_H

#include "templates/catalog.h"

/* Borrows static tables; the tongue is the caller's to set. */
struct template_terms catalog_text_terms(enum text_name n);
struct template_terms catalog_letter_terms(enum letter_name n);

#endif
