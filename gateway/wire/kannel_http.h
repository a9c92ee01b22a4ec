/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kannel_http - Kannel through an smsbox that a town shares with others: sendsms
 * out, get-url and dlr-url in.
 *
 * Promises: a request is held until its message is on disk and then answered 200
 *           with an empty body (Kannel texts any other body to the person who wrote);
 *           what can't be kept yet is posted again until hold_max, then 503; what
 *           can't be read goes to the quarantine with 200, never into an endless
 *           retry; a wrong peer or secret is 403 and an alarm. A text is sent once:
 *           no answer to a request that may have left is UNSURE.
 * Threads:  the loop thread.
 *
 * What this link can lose (odzivd(8), LIMITS): smsbox acknowledges a text when it
 * starts the request, so what it holds dies with it.
 */
#ifndef GATEWAY_WIRE_KANNEL_HTTP_H
#define GATEWAY_WIRE_KANNEL_HTTP_H

#include "gateway/wire/wire.h"

struct channel *kannel_http_make(struct wire *w);

/* Handlers of the HTTP port; ctx is the struct wire. They find the channel by peer and secret. */
void kannel_http_mo(struct http_request *r, void *wire);
void kannel_http_dlr(struct http_request *r, void *wire);
/* The channels are there: callbacks that came before are taken now. At the end, or if they never are: 503. */
void kannel_http_open(struct wire *w);
void kannel_http_close(struct wire *w);

#endif
