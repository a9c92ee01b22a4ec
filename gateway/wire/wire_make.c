/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wire_make - which channel is made for which section; alone, so that a test links what it tests. */
#include "gateway/smpp/smpp.h"
#include "gateway/wire/kannel_box.h"
#include "gateway/wire/kannel_http.h"
#include "gateway/wire/mail.h"
#include "gateway/wire/simulator.h"
#include "gateway/wire/smpp_link.h"
#include "gateway/wire/wire.h"

struct channel *wire_channel_make(const struct conf_channel *conf, void *wire)
{
	switch (conf->type) {
	case CHANNEL_SIMULATOR: return simulator_make(wire);
	case CHANNEL_KANNEL:
		return conf->link == LINK_BOX ? kannel_box_make(wire) : kannel_http_make(wire);
	case CHANNEL_MAIL: return mail_make(wire);
	case CHANNEL_SMPP: return smpp_make(smpp_link_network(wire));
	}
	return NULL;
}
