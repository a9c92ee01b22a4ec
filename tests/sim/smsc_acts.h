/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smsc_acts - what the simulated SMSC does by chance, named, so that a test can
 * count that each of it happened.
 */
#ifndef TESTS_SIM_SMSC_ACTS_H
#define TESTS_SIM_SMSC_ACTS_H

/* clang-format off */
#define SMSC_ACT_LIST(X) \
	X(ACT_CONNECT_REFUSED,    "refused a connection") \
	X(ACT_CONNECT_UNHEARD,    "let a connection hang") \
	X(ACT_CUT,                "cut a frame in two") \
	X(ACT_JOINED,             "let several frames come as one") \
	X(ACT_UNSENT,             "broke a link before what we wrote had left") \
	X(ACT_BIND_REFUSED,       "refused a bind") \
	X(ACT_BIND_UNANSWERED,    "didn't answer a bind") \
	X(ACT_BOUND,              "took a bind") \
	X(ACT_FAILED_OVER,        "was the second choice") \
	X(ACT_RETURNED,           "was the first choice again") \
	X(ACT_CLOSED,             "closed without unbind") \
	X(ACT_BROKE,              "had its link broken") \
	X(ACT_UNBINDS,            "unbound") \
	X(ACT_UNBOUND_BY_US,      "was told unbind") \
	X(ACT_MUTE,               "fell silent") \
	X(ACT_ENQUIRED,           "asked whether we live, and heard so") \
	X(ACT_GARBAGE,            "sent garbage") \
	X(ACT_LONG_FRAME,         "sent a frame of 64 KiB") \
	X(ACT_TOO_LONG_FRAME,     "sent a frame of more") \
	X(ACT_HALF,               "sent half a PDU, and the rest a minute later") \
	X(ACT_UNKNOWN_PDU,        "sent a PDU that nobody knows") \
	X(ACT_ALERT,              "sent an alert_notification") \
	X(ACT_STRAY_ANSWER,       "answered what nobody had asked") \
	X(ACT_LATE,               "answered after the deadline") \
	X(ACT_OUT_OF_ORDER,       "answered out of order") \
	X(ACT_UNANSWERED,         "never answered a submit_sm") \
	X(ACT_THROTTLED,          "throttled") \
	X(ACT_QUEUE_FULL,         "said that its queue is full") \
	X(ACT_SYSTEM_ERROR,       "had an error of its own") \
	X(ACT_REFUSED,            "refused a text for good") \
	X(ACT_NACKED,             "answered a submit_sm by generic_nack") \
	X(ACT_DELIVER_UNANSWERED, "waited for an answer in vain") \
	X(ACT_DELIVER_REPEATED,   "repeated a deliver_sm with another sequence number") \
	X(ACT_ANSWER_LOST,        "lost the answer to a deliver_sm with its link") \
	X(ACT_DELIVER_ELSEWHERE,  "repeated a deliver_sm on another link") \
	X(ACT_UDH8,               "sent parts with references of 8 bits") \
	X(ACT_UDH16,              "sent parts with references of 16 bits") \
	X(ACT_SAR,                "sent parts numbered by sar_*") \
	X(ACT_PAYLOAD,            "sent a text as message_payload") \
	X(ACT_DATA_SM,            "sent a text as data_sm") \
	X(ACT_STRANGE_FIELDS,     "sent fields of no standard") \
	X(ACT_LONG_TEXT,          "sent a text of 60,000 octets") \
	X(ACT_UNREADABLE,         "sent a PDU that can't be read") \
	X(ACT_REFERENCE_REUSED,   "used a reference again") \
	X(ACT_RECEIPT_TWICE,      "doubled a receipt") \
	X(ACT_RECEIPT_FIRST,      "sent a receipt before its answer") \
	X(ACT_RECEIPT_ELSEWHERE,  "sent a receipt on another link") \
	X(ACT_RECEIPT_ENROUTE,    "sent an intermediate receipt") \
	X(ACT_RECEIPT_TLVS,       "sent a receipt of TLVs alone") \
	X(ACT_RECEIPT_TEXT,       "sent a receipt of text alone") \
	X(ACT_RECEIPT_UNMARKED,   "sent a receipt without its mark") \
	X(ACT_RECEIPT_DATA_SM,    "sent a receipt as data_sm") \
	X(ACT_RECEIPT_SAME_ID,    "named a text as it had before") \
	X(ACT_RECEIPT_PADDED_ID,  "named a text with zeros before its id") \
	X(ACT_RECEIPT_UPPER_ID,   "named a text in capitals") \
	X(ACT_RECEIPT_OTHER_ID,   "named a text in decimal") \
	X(ACT_RECEIPT_UNKNOWN,    "sent a receipt of nothing that we sent") \
	X(ACT_RECEIPT_LIE,        "took back that a text had arrived")
/* clang-format on */

enum smsc_act {
#define X(name, words) name,
	SMSC_ACT_LIST(X)
#undef X
		SMSC_ACTS
};

const char *smsc_act_text(enum smsc_act act);

#endif
