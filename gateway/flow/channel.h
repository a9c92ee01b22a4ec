/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * channel - one configured way in and out, as the flow sees it.
 *
 * A channel hands what comes in to intake_message_take() and intake_receipt(),
 * and is handed what goes out by dispatch. Loop thread only.
 */
#ifndef GATEWAY_FLOW_CHANNEL_H
#define GATEWAY_FLOW_CHANNEL_H

#include "conf/conf.h"
#include "gateway/flow/host.h"
#include "parsers/message.h"
#include "parsers/smpp_text.h"
#include "store/record.h"

struct channel;
struct core;

/* One segment that leaves now; borrowed during send(), copy what must last. */
struct outgoing {
	uint64_t row;
	unsigned segment; /* 0-based */
	unsigned n_segments;
	struct bytes to;   /* "sms:+381…" or "mail:ann@…" */
	struct bytes from; /* our short code or address */
	enum sms_encoding encoding;
	struct bytes text;   /* UTF-8 of this segment */
	struct bytes octets; /* SMS_GSM7: one septet an octet; SMS_UCS2: UTF-16BE */
	struct bytes udh;    /* with its length octet, or none */
	enum smpp_long how;  /* of a row in parts; PAYLOAD: octets are all of it, however long */
	uint16_t reference;  /* of the parts, up to 16 bits */
	int64_t validity_ms; /* what is left of it */
	const Pb__Outbox
		*mail; /* NULL: an SMS. The whole row; encoding, octets and udh mean nothing then */
};

/*
 * Somebody who listens at a phone of the simulated network (`odziv phone`).
 * Embedded where it belongs; hear() is called for each text that the phone gets.
 */
struct phone_ear {
	struct bytes number; /* as a person typed it; borrowed while it listens */
	void (*hear)(struct phone_ear *ear, struct wall at, struct bytes from, struct bytes text);
	struct phone_ear *next; /* the channel's */
};

/* What only the simulator has: the other end of its network. */
struct phone_ops {
	/* A text from this number to our short code. ERR_INVALID: no number; a retry class as of intake. */
	int (*send)(struct channel *c, struct bytes number, struct bytes text);
	void (*listen)(struct channel *c, struct phone_ear *ear);
	/* One that doesn't listen is no error. */
	void (*unlisten)(struct channel *c, struct phone_ear *ear);
};

/* For /metrics; since the channel started. */
struct channel_counts {
	uint64_t received; /* messages that were handed to intake */
	uint64_t kept;     /* and acknowledged */
	uint64_t retried;  /* told to come again, or posted again */
	uint64_t receipts;
	uint64_t sent, later, failed, unsure; /* segments, by outcome */
	uint64_t connects;                    /* of a link */
};

/* One live connection of a channel that has several, for status and /metrics. */
struct channel_link {
	char name[280];    /* the other side, and which: "smsc.example:2775/1" */
	const char *role;  /* "transceiver" … */
	const char *state; /* "bound" … */
	bool is_up;
	struct wall since;
	unsigned window, window_used; /* 0 where it sends nothing */
	unsigned rate_per_s;          /* configured; 0: no limit */
	bool is_throttled;
	int64_t throttled_to; /* thousandths a second that the other side takes; 0: not known */
	uint64_t n_throttled; /* how often it refused since the channel started */
	const char *last_pdu; /* NULL: none yet */
	struct wall last_pdu_at;
	char why[160]; /* why it isn't up */
};

struct channel_ops {
	/* It may still be down afterwards. stop() is called also when it fails. */
	int (*start)(struct channel *c);
	/*
	 * Gives up links and frees own. No dispatch_result() afterwards: what was under way
	 * becomes UNSURE by dispatch itself. Answers to messages handed to intake may still
	 * come, so their ctx must outlive the channel.
	 */
	void (*stop)(struct channel *c);
	/* How many segments may leave now; 0 while down. */
	unsigned (*room)(const struct channel *c);
	/* Ends in dispatch_result(), once; before it returns only when it failed at once. */
	void (*send)(struct channel *c, const struct outgoing *out);
	/* Segments without their outcome, messages without their answer: what a polite stop waits for. NULL: none. */
	size_t (*n_under_way)(const struct channel *c);
	/* The daemon ends soon: nothing new is taken or sent, what is under way ends. NULL: as long as it has room. */
	void (*leave)(struct channel *c);
	/* The i-th of its connections; false: there is none. NULL: it shows none. */
	bool (*link)(const struct channel *c, size_t i, struct channel_link *link_out);
	bool never_repeats; /* its network hands no text out twice: equal words are two texts */
	/* NULL: not a simulator. */
	const struct phone_ops *phone;
};

enum channel_state { CHANNEL_DOWN, CHANNEL_UP, CHANNEL_DEGRADED };
const char *channel_state_text(enum channel_state state); /* "down" "up" "degraded" */
#define CHANNEL_FAULTS_MAX 8
#define CHANNEL_FAULT_LEN  200

struct channel {
	const struct channel_ops *ops;
	struct core *core;               /* set by core before start */
	const struct conf_channel *conf; /* of the conf in force */
	enum channel_state state;
	struct wall since;
	struct wall last_in, last_out;
	char faults[CHANNEL_FAULTS_MAX][CHANNEL_FAULT_LEN]; /* what status shows */
	size_t n_faults;
	struct mono
		up_since; /* it, or a link of it, came or went: 'seen before?' looks back to there */
	struct channel_counts counts;
	void *own; /* the implementation's */
};

/*
 * Makes a channel for a configured section (the daemon: by type; the simulation: its
 * own): calloc'd, with ops, perhaps own; the rest is set by core, which also free()s it
 * after stop(). NULL: out of memory.
 */
typedef struct channel *channel_make_fn(const struct conf_channel *conf, void *ctx);

/* Makes, joins and starts the channel of a section; stops, parts from and frees one, with its alarms. By core and reload. */
int channel_open(struct core *core, const struct conf_channel *conf);
void channel_close(struct core *core, struct channel *c);

/* Notes a change of state (again the same one: nothing), logs it, raises or clears the alarm "channel-down:NAME", wakes dispatch when up. */
void channel_set_state(struct channel *c, enum channel_state state, const char *why);
/* Faults that health found; each raises an alarm of the channel's, all are replaced at the next call. */
void channel_set_faults(struct channel *c, const char *const *faults, size_t n);

#endif
