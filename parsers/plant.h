/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plant - faults that a test may plant into the daemon, so that the simulation
 * shows that it finds them (tests/sim/test_planted.c).
 *
 * Only that test is built with PLANT_RUNTIME; in every other build PLANT() is
 * the number 0 and the compiler leaves nothing of it.
 */
#ifndef PARSERS_PLANT_H
#define PARSERS_PLANT_H

/* clang-format off */
#define PLANT_LIST(X) \
	X(PLANT_NONE,              "no fault") \
	X(PLANT_ACK_FIRST,         "a text is acknowledged before it is on disk") \
	X(PLANT_SEEN_FORGOTTEN,    "what was seen is forgotten") \
	X(PLANT_RECEIPT_DROPPED,   "a receipt is acknowledged and dropped") \
	X(PLANT_RECEIPT_BACK,      "a later receipt moves a reply back from ARRIVED") \
	X(PLANT_SENDING_UNWRITTEN, "a segment leaves that isn't SENDING on disk") \
	X(PLANT_RESTART_FORGETS,   "what was SENDING at a death stays so") \
	X(PLANT_RESULT_LOST,       "a result that came is taken for 'try again'") \
	X(PLANT_UNSURE_STAYS,      "what is UNSURE is never sent again") \
	X(PLANT_COUNT_FORGOTTEN,   "a message isn't counted") \
	X(PLANT_DUE_FORGOTTEN,     "an open case has no due entry") \
	X(PLANT_WHEEL,             "what is done comes up again every minute") \
	X(PLANT_STRANGER,          "anybody is answered, whatever the prefix") \
	X(PLANT_PART_LOST,         "giving up a long text loses a part that came") \
	X(PLANT_RELOAD_LOSES,      "a reload forgets what its channel had under way") \
	X(PLANT_LATE_SILENT,       "a late case raises no alarm") \
	X(PLANT_NOTICE_SILENT,     "the coordinator isn't told of late cases") \
	X(PLANT_STOP_IGNORED,      "STOP stops nothing") \
	X(PLANT_BUDGET_IGNORED,    "a contact's budget bounds nothing") \
	X(PLANT_NO_ANSWER,         "an acknowledgement isn't written") \
	X(PLANT_OTHER_CODE,        "a reply leaves from another short code") \
	X(PLANT_LOG_UNCHAINED,     "a step of a case isn't chained to the one before") \
	X(PLANT_STAFF_BELIEVED,    "a clerk's From is believed without a proof") \
	X(PLANT_TOKEN_STOLEN,      "one member's token serves another") \
	X(PLANT_MACHINE_HEARD,     "a mail by a program is taken for a person's") \
	X(PLANT_JOIN_ANYBODY,      "any six digits join a mailbox with a phone") \
	X(PLANT_JOIN_LOST,         "the right code joins nobody") \
	X(PLANT_DIGEST_FORGOTTEN,  "the coordinator gets no list of the day") \
	X(PLANT_RETURN_PATH,       "an acknowledgement by mail says that a person wrote it") \
	X(PLANT_SMPP_ACK_FIRST,    "a deliver_sm is answered before it is on disk") \
	X(PLANT_SMPP_OLD_ANSWER,   "what came by a link that broke is answered on the next one") \
	X(PLANT_SMPP_ANY_ANSWER,   "an answer of the SMSC settles whatever waits longest") \
	X(PLANT_SMPP_BREAK,        "what a link that breaks had under way is forgotten") \
	X(PLANT_SMPP_SEQUENCE,     "a sequence number is used again") \
	X(PLANT_SMPP_WINDOW,       "more leaves than the window allows") \
	X(PLANT_SMPP_THROTTLED,    "who sends too fast is told that it failed") \
	X(PLANT_SMPP_HURRY,        "an SMSC that throttles gets the next one at once") \
	X(PLANT_SMPP_DEAF,         "a silent link is kept") \
	X(PLANT_SMPP_REPEATS,      "nobody expects what a link that broke had given to come by another") \
	X(PLANT_SMPP_GIVES_UP,     "a link that broke isn't tried again") \
	X(PLANT_NOT_REPEATABLE,    "a job that is applied twice counts twice")
/* clang-format on */

enum plant {
#define X(name, words) name,
	PLANT_LIST(X)
#undef X
		PLANT_COUNT_ALL
};

#ifdef PLANT_RUNTIME
extern enum plant planted; /* tests/sim/test_planted.c */
#define PLANT(fault) (planted == (fault))
#else
#define PLANT(fault) 0
#endif

#endif
