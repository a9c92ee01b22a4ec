/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/smpp/smpp_meaning.h"

#include <inttypes.h>
#include <stdio.h>

#include "conf/limits.h"
#include "conf/smpp_words.h"
#include "parsers/err.h"
#include "parsers/smpp_pdu.h"

#define NAME_SIZE 48

/* A wrong password again and again may close the account. */
#define REFUSED_FIRST_MS MINUTE_MS
#define REFUSED_MOST_MS  (15 * MINUTE_MS)
/* Until the SMSC finds that our last link is gone. */
#define ALREADY_FIRST_MS (15 * SECOND_MS)
#define ALREADY_MOST_MS  MINUTE_MS

void smpp_meaning_name(uint32_t status, char *buf, size_t size)
{
	const char *name = smpp_status_text(status);

	snprintf(buf, size, "%s%s0x%02" PRIx32, name != NULL ? name : "", name != NULL ? " " : "",
		 status);
}

/* --- segments --- */

/* clang-format off */
/* SMPP 3.4, 5.1.3, and what SMSCs mean by it. What isn't here is a refusal. */
static const struct {
	uint32_t first, last;
	enum smpp_verdict verdict;
	bool is_ours;
	const char *words;
} submits[] = {
	{ 0x00,  0x00,  SMPP_TAKEN,     false, "" },
	{ 0x01,  0x03,  SMPP_REFUSED,   true,  "the SMSC can't read what we send" },
	{ 0x04,  0x04,  SMPP_UNBOUND,   false, "the SMSC says that the link isn't bound for sending" },
	{ 0x06,  0x07,  SMPP_REFUSED,   true,  "the SMSC allows no such priority or receipt" },
	{ 0x08,  0x08,  SMPP_LATER,     false, "the SMSC has a fault of its own" },
	{ 0x0A,  0x0A,  SMPP_REFUSED,   true,  "the SMSC doesn't let us send from this number or name" },
	{ 0x0B,  0x0B,  SMPP_REFUSED,   false, "the SMSC knows no such number: was it typed right?" },
	{ 0x14,  0x14,  SMPP_THROTTLED, false, "the SMSC's queue for us is full" },
	{ 0x15,  0x15,  SMPP_REFUSED,   true,  "the SMSC doesn't know our service_type" },
	{ 0x43,  0x43,  SMPP_REFUSED,   true,  "the SMSC doesn't take texts in this form: try another setting of long" },
	{ 0x45,  0x45,  SMPP_REFUSED,   false, "the SMSC refuses the text" },
	{ 0x48,  0x49,  SMPP_REFUSED,   true,  "the SMSC doesn't take this source_ton or source_npi" },
	{ 0x50,  0x51,  SMPP_REFUSED,   true,  "the SMSC doesn't take this dest_ton or dest_npi" },
	{ 0x53,  0x53,  SMPP_REFUSED,   true,  "the SMSC doesn't know our system_type" },
	{ 0x58,  0x58,  SMPP_THROTTLED, false, "we send faster than the SMSC allows" },
	{ 0x61,  0x62,  SMPP_REFUSED,   true,  "the SMSC doesn't take this validity" },
	{ 0x64,  0x64,  SMPP_LATER,     false, "the SMSC can't take it now" },
	{ 0xC0,  0xC4,  SMPP_REFUSED,   true,  "the SMSC doesn't take our parameters: try another setting of long" },
	{ 0xFF,  0xFF,  SMPP_LATER,     false, "the SMSC has a fault that it can't name" },
};
/* clang-format on */

static bool is_later_here(uint32_t status, const struct conf_smpp *conf)
{
	for (size_t i = 0; i < conf->n_later; i++) {
		struct smpp_statuses s;

		if (smpp_words_statuses(bytes_of(conf->later[i]), &s) == ERR_OK &&
		    status >= s.first && status <= s.last)
			return true;
	}
	return false;
}

static void say(char words[SMPP_WORDS_SIZE], const char *what, uint32_t status)
{
	char name[NAME_SIZE];

	smpp_meaning_name(status, name, sizeof(name));
	snprintf(words, SMPP_WORDS_SIZE, "%s (%s)", what, name);
}

struct smpp_meaning smpp_meaning_of_submit(uint32_t status, const struct conf_smpp *conf)
{
	struct smpp_meaning m = { .verdict = SMPP_REFUSED };
	const char *words = "the SMSC refuses the text";

	for (size_t i = 0; i < ARRAY_LEN(submits); i++) {
		if (status < submits[i].first || status > submits[i].last)
			continue;
		m.verdict = submits[i].verdict;
		m.is_ours = submits[i].is_ours;
		words = submits[i].words;
	}
	if (m.verdict == SMPP_TAKEN)
		return m;
	if (is_later_here(status, conf)) {
		m.verdict = SMPP_LATER;
		m.is_ours = false;
		words = "the SMSC can't take it now";
	}
	say(m.words, words, status);
	return m;
}

/* --- binds --- */

/* clang-format off */
static const struct {
	uint32_t status;
	int64_t first_ms, most_ms;
	const char *words;
} binds[] = {
	{ SMPP_RALYBND,    ALREADY_FIRST_MS,   ALREADY_MOST_MS,   "the SMSC still holds another link of this system_id; does somebody else use it, or are links too many?" },
	{ SMPP_RBINDFAIL,  REFUSED_FIRST_MS,   REFUSED_MOST_MS,   "the SMSC refuses the bind: ask its operator about system_id, our address and bind" },
	{ SMPP_RINVPASWD,  REFUSED_FIRST_MS,   REFUSED_MOST_MS,   "the SMSC refuses the password of password_file" },
	{ SMPP_RINVSYSID,  REFUSED_FIRST_MS,   REFUSED_MOST_MS,   "the SMSC knows no such system_id" },
	{ 0x53,            REFUSED_FIRST_MS,   REFUSED_MOST_MS,   "the SMSC doesn't know this system_type" },
	{ SMPP_RINVCMDID,  REFUSED_FIRST_MS,   REFUSED_MOST_MS,   "the SMSC knows no such bind: try bind = pairs" },
	{ SMPP_RSYSERR,    RECONNECT_FIRST_MS, RECONNECT_MOST_MS, "the SMSC has a fault of its own" },
	{ SMPP_RMSGQFUL,   RECONNECT_FIRST_MS, RECONNECT_MOST_MS, "the SMSC has too much to do" },
	{ SMPP_RTHROTTLED, RECONNECT_FIRST_MS, RECONNECT_MOST_MS, "the SMSC has too much to do" },
};
/* clang-format on */

struct smpp_refusal smpp_meaning_of_bind(uint32_t status)
{
	struct smpp_refusal r = { .first_ms = REFUSED_FIRST_MS, .most_ms = REFUSED_MOST_MS };
	const char *words = "the SMSC refuses the bind";

	for (size_t i = 0; i < ARRAY_LEN(binds); i++) {
		if (binds[i].status != status)
			continue;
		r.first_ms = binds[i].first_ms;
		r.most_ms = binds[i].most_ms;
		words = binds[i].words;
	}
	say(r.words, words, status);
	return r;
}
