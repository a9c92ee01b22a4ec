/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reload_check - may this configuration follow that one? By what can't change
 * while the daemon runs, and by what open cases and waiting rows need.
 */
#ifndef GATEWAY_FLOW_RELOAD_CHECK_H
#define GATEWAY_FLOW_RELOAD_CHECK_H

#include "conf/conf.h"
#include "store/db.h"

/* Settings that the running process has built upon. */
void reload_check_settings(const struct conf *old, const struct conf *next, struct faults *faults);
/* A reader: no open case may lose its category, department or language. What else it finds are warnings. */
int reload_check_store(struct txn *t, const struct conf *old, const struct conf *next,
		       struct faults *faults);

#endif
