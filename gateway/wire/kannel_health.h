/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kannel_health - what is wrong with the Kannel behind a channel, in words that an
 * operator can act on: from its status page, its configuration, its behaviour.
 *
 * Owns:     the channel's list of faults; polls status_url every status_every.
 * Promises: every line of kannel_conf that costs texts is logged, and shown as far as
 *           there is room; a fault is shown until the next look no longer finds it; an ill Kannel
 *           makes the channel degraded, never down: only the link itself says that.
 * Threads:  the loop thread; Kannel's configuration file is read on a reader.
 */
#ifndef GATEWAY_WIRE_KANNEL_HEALTH_H
#define GATEWAY_WIRE_KANNEL_HEALTH_H

#include "gateway/wire/wire.h"

struct kannel_health;

/* One a channel; the most serious first: at most CHANNEL_FAULTS_MAX are shown. */
enum kannel_fault {
	FAULT_VERSION,      /* of the box protocol */
	FAULT_NOT_ROUTABLE, /* Kannel has no way out for our texts */
	FAULT_REFUSED_US,   /* sendsms doesn't take our password */
	FAULT_NO_BOX,       /* link = http: no smsbox is connected */
	FAULT_FOREIGN_BOX,  /* link = box: another unnamed box takes texts away */
	FAULT_SMSC_DOWN,
	FAULT_RECEIPTS, /* in memory only */
	FAULT_NOT_RUNNING,
	FAULT_PASSWORD,     /* of the status page */
	FAULT_NO_STATUS,    /* the page can't be had or read */
	FAULT_TOO_MANY,     /* more requests at once than we hold */
	FAULT_NOT_REPEATED, /* what we refused for now never came again: it is lost */
	FAULTS
};

int kannel_health_start(struct channel *c, struct kannel_health **k_out);
void kannel_health_stop(struct kannel_health **k);
/* words NULL: it is over. The same again changes nothing. */
void kannel_health_set(struct kannel_health *k, enum kannel_fault fault, const char *words);
/* The link stands or not; the channel's state follows from it and from the faults. */
void kannel_health_link(struct kannel_health *k, bool is_up, const char *why);

#endif
