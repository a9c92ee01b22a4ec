/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kannel_conf - what an operator's own Kannel configuration would cost us: lost
 * texts, lost receipts, texts that we never wrote.
 *
 * Reads the text of kannel.conf and reports; never changes it. Each finding has
 * line, group, key, what is dangerous, and what to write instead. No state.
 */
#ifndef PARSERS_KANNEL_CONF_H
#define PARSERS_KANNEL_CONF_H

#include "parsers/faults.h"

enum kannel_conf_link { KANNEL_CONF_BOX, KANNEL_CONF_HTTP };

struct kannel_conf_wants {
	enum kannel_conf_link link;
	struct bytes box_id;   /* box: what we call ourselves, or none */
	unsigned max_segments; /* of a reply: what sendsms-user must allow */
};

/*
 * Adds findings to faults: an error where messages are lost or doubled, a warning
 * where it may be meant. file: its name in the findings.
 */
void kannel_conf_check(struct bytes file, struct bytes text, const struct kannel_conf_wants *wants,
		       struct faults *faults);

#endif
