/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mail_idn - the domain of an address as every mail server knows it: општина.срб is
 * xn--80appcfs5b.xn--90a3ac (IDNA 2008 by UTS 46). Names before the @ have no such form;
 * they need a server that offers SMTPUTF8.
 *
 * Threads: any; pure.
 */
#ifndef PARSERS_MAIL_IDN_H
#define PARSERS_MAIL_IDN_H

#include "parsers/arena.h"

/* The same address when its domain is ASCII already. ERR_INVALID: no domain that there could be; ERR_NOMEM. */
int mail_idn_ascii(struct bytes address, struct arena *a, struct bytes *address_out);

#endif
