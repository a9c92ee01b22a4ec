/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sanity - what settings mean together: those that can't both hold are faults,
 * those that are legal and dangerous are warnings.
 */
#ifndef CONF_SANITY_H
#define CONF_SANITY_H

#include "conf/conf.h"
#include "conf/load.h"

/* conf is filled, as far as its keys were right. */
void sanity_check(const struct conf *conf, const struct load_ini *ini, struct faults *faults);

#endif
