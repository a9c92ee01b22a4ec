/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * profile_staff - whether the roster of a town can do its work: somebody hears of late
 * cases and of emergencies, who is away has somebody who isn't, nobody's desk is empty.
 *
 * What keeps the town from working is an error; what the coordinator gets instead is a
 * warning, since a roster must load on the day when two people are ill.
 */
#ifndef CONF_PROFILE_STAFF_H
#define CONF_PROFILE_STAFF_H

#include "conf/profile.h"

/* The tables are read. Faults are added, ERR_OK all the same; ERR_NOMEM. */
int profile_check_staff(const struct profile *p, struct faults *faults);

#endif
