/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * print_schema - what the build makes of the table of settings: `sample` or `manual`.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/conf_print.h"

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "sample") == 0)
		conf_print_sample(stdout);
	else if (argc == 2 && strcmp(argv[1], "manual") == 0)
		conf_print_manual(stdout);
	else {
		fprintf(stderr, "usage: print_schema sample|manual\n");
		return 2;
	}
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
