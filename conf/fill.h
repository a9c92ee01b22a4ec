/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fill - a struct conf gets what stands in odziv.ini, and the defaults of the schema.
 *
 * Each key is judged by itself: is it known, does it belong here, is its value
 * right, is it missing. What two settings mean together is conf/sanity.c's.
 */
#ifndef CONF_FILL_H
#define CONF_FILL_H

#include "conf/conf.h"
#include "conf/load.h"

/*
 * dir: the folder that paths are relative to. ini may have no entries (a bare
 * profile): then required keys aren't missed. Every fault is added. ERR_NOMEM.
 */
int fill_conf(struct conf *conf, const struct load_ini *ini, const char *dir,
	      struct faults *faults);
/* The IN_… of a channel; a type or link that is a fault counts as the first of its kind. */
unsigned fill_channel_in(const struct conf_channel *channel);

#endif
