/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * url - parameters for the end of a URL, every octet that isn't unreserved encoded.
 * Pure; no state.
 */
#ifndef GATEWAY_WIRE_URL_H
#define GATEWAY_WIRE_URL_H

#include "parsers/strbuf.h"

/* Adds "?name=value" to a URL without parameters, "&name=value" to one with. */
void url_param(struct strbuf *url, const char *name, struct bytes value);
void url_param_number(struct strbuf *url, const char *name, int64_t value);

#endif
