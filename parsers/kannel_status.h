/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kannel_status - Kannel's status.xml as a struct; the user of libxml2.
 *
 * The parser reads no entity, no document type and no network, and takes at most
 * KANNEL_STATUS_MAX octets. No state.
 */
#ifndef PARSERS_KANNEL_STATUS_H
#define PARSERS_KANNEL_STATUS_H

#include "parsers/arena.h"

/* Some hundred boxes and SMSC connections make 100 KiB. */
#define KANNEL_STATUS_MAX ((size_t)1024 * 1024)
#define KANNEL_BOXES_MAX  64
#define KANNEL_SMSCS_MAX  64

struct kannel_box_status {
	struct bytes type; /* "smsbox" */
	struct bytes id;   /* none without a name */
	struct bytes ip;
	struct bytes status; /* "on-line 0d 0h 0m 16s" */
	int64_t queue;       /* messages that it was handed and hasn't acknowledged; -1: not said */
};

struct kannel_smsc_status {
	struct bytes id;
	struct bytes name;   /* "SMPP:127.0.0.1:2775/0:user:" */
	struct bytes status; /* "online 16s" "re-connecting" "connecting" "dead" */
	bool is_online;
	int64_t failed, queued; /* -1: not said */
};

struct kannel_status {
	bool is_denied;       /* the password is wrong: nothing else is known */
	bool is_running;      /* status begins with "running" */
	struct bytes status;  /* "running, uptime 0d 0h 0m 16s" */
	struct bytes version; /* first line of it */
	int64_t storesize;    /* messages in the spool; -1: not said or no store */
	int64_t sms_received, sms_received_queued, sms_sent, sms_sent_queued;
	int64_t dlr_queued;
	struct bytes dlr_storage; /* "internal" forgets receipts */
	struct kannel_box_status boxes[KANNEL_BOXES_MAX];
	size_t n_boxes;
	struct kannel_smsc_status smscs[KANNEL_SMSCS_MAX];
	size_t n_smscs;
};

/* ERR_INVALID: no status of Kannel; ERR_LIMIT: too long, too deep, or the arena's cap; ERR_NOMEM. */
int kannel_status_parse(struct bytes xml, struct arena *a, struct kannel_status *status_out);

#endif
