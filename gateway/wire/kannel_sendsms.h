/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kannel_sendsms - the way out through smsbox: one request a segment, split and
 * numbered by us, and what its answer means.
 *
 * Promises: every segment ends in one result; what smsbox took is SENT, what it
 *           refused for good FAILED, a request that may have left without an answer
 *           UNSURE; a fault of the configuration keeps the row and says so.
 * Threads:  the loop thread.
 */
#ifndef GATEWAY_WIRE_KANNEL_SENDSMS_H
#define GATEWAY_WIRE_KANNEL_SENDSMS_H

#include "gateway/wire/kannel_health.h"

struct sendsms;

int sendsms_new(struct channel *c, struct kannel_health *health, struct sendsms **s_out);
void sendsms_free(struct sendsms **s); /* no results any more */
unsigned sendsms_room(const struct sendsms *s);
size_t sendsms_under_way(const struct sendsms *s);
void sendsms_send(struct sendsms *s, const struct outgoing *out);

#endif
