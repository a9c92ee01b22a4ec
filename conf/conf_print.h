/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * conf_print - the table of settings as a sample odziv.ini and as a part of odziv.ini(5).
 */
#ifndef CONF_CONF_PRINT_H
#define CONF_CONF_PRINT_H

#include <stdio.h>

/* A whole odziv.ini: what must be given has an example, every other key its default behind a #. */
void conf_print_sample(FILE *out);
/* The settings as roff (man(7)), in the order of the table. */
void conf_print_manual(FILE *out);

#endif
