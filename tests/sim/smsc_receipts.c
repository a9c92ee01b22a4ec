/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the SMSC says of texts that it took: in every form of the wild, once,
 * twice, before its own answer, on another link, and wrongly (smsc_own.h).
 */
#include "tests/sim/smsc_own.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "parsers/err.h"
#include "parsers/receipt.h"

/* A receipt as the argument of an event: the shot, its flight, what is said. */
#define FLIGHT_BITS 16
#define FATE_BITS   8
enum {
	FATE_STATE = 0x0f,   /* enum receipt_state */
	FATE_UNKNOWN = 0x10, /* of nothing that we sent */
	FATE_LIE = 0x20,     /* after the right one */
};

/* Numbers of no other network, and none that begins another. */
#define NAME_FIRST UINT64_C(0x61000000)

struct told {
	size_t shot;
	unsigned flight, fate;
};

static uint64_t told_arg(size_t shot, unsigned flight, unsigned fate)
{
	return (uint64_t)shot << (FLIGHT_BITS + FATE_BITS) | (uint64_t)flight << FATE_BITS | fate;
}

static struct told told_of(uint64_t arg)
{
	return (struct told){ .shot = (size_t)(arg >> (FLIGHT_BITS + FATE_BITS)),
			      .flight = (arg >> FATE_BITS) & 0xffff,
			      .fate = arg & 0xff };
}

static uint64_t number_of(size_t shot, unsigned flight)
{
	return NAME_FIRST + shot * 256 + flight % 256;
}

void smsc_name(size_t shot, unsigned flight, char *buf, size_t size)
{
	(void)snprintf(buf, size, "%" PRIx64, number_of(shot, flight));
}

/* --- how it is written --- */

/* One text is always named in the same way. */
static void name_it(struct smsc *m, const struct told *t, char *buf, size_t size)
{
	uint64_t number = number_of(t->shot, t->flight);
	enum smsc_act form = ACT_RECEIPT_SAME_ID +
			     (enum smsc_act)((number * UINT64_C(0x9E3779B97F4A7C15)) >> 62);

	if (t->fate & FATE_UNKNOWN) {
		(void)snprintf(buf, size, "nobodys-%u", t->flight);
		return;
	}
	m->acts[form]++;
	if (form == ACT_RECEIPT_PADDED_ID)
		(void)snprintf(buf, size, "%012" PRIx64, number);
	else if (form == ACT_RECEIPT_UPPER_ID)
		(void)snprintf(buf, size, "%" PRIX64, number);
	else if (form == ACT_RECEIPT_OTHER_ID)
		(void)snprintf(buf, size, "%" PRIu64, number);
	else
		smsc_name(t->shot, t->flight, buf, size);
}

static const struct {
	enum receipt_state state;
	const char *word;
	uint8_t number;
} states[] = {
	{ RECEIPT_DELIVERED, "DELIVRD", 2 }, { RECEIPT_FAILED, "UNDELIV", 5 },
	{ RECEIPT_FAILED, "EXPIRED", 3 },    { RECEIPT_FAILED, "REJECTD", 8 },
	{ RECEIPT_PENDING, "ENROUTE", 1 },   { RECEIPT_PENDING, "ACCEPTD", 6 },
};

static size_t state_row(struct smsc *m, enum receipt_state state)
{
	size_t i = (size_t)chance_below(&m->chance, ARRAY_LEN(states));

	while (states[i].state != state)
		i = (i + 1) % ARRAY_LEN(states);
	return i;
}

/* Each with what a parser must do without, the first whole. */
static void write_words(struct smsc *m, const char *id, const char *stat, char *buf, size_t size)
{
	static const char *const formats[] = {
		"id:%s sub:001 dlvrd:001 submit date:2603021005 done date:2603021006 stat:%s "
		"err:000 text:",
		"id:%s submit date:260302100512 done date:260302100612 stat:%s err:0",
		"id:%s sub:001 dlvrd:000 submit date:1772442000 done date:1772442060 stat:%s "
		"err:0042 Text:Postovani",
		"id:%s done date:2603021006 submit date:2603021005 stat:%s err:000 sub:1 dlvrd:1 "
		"text:id:7",
	};
	const char *format = formats[chance_below(&m->chance, ARRAY_LEN(formats))];
	const char *at = strstr(format, "%s"), *next = strstr(at + 2, "%s");

	(void)snprintf(buf, size, "%.*s%s%.*s%s%s", (int)(at - format), format, id,
		       (int)(next - at - 2), at + 2, stat, next + 2);
}

enum { FORM_BOTH, FORM_TEXT, FORM_TLVS, FORM_UNMARKED, FORM_DATA_SM, FORMS };

static void count_form(struct smsc *m, unsigned form, const struct told *t)
{
	static const enum smsc_act acts[FORMS] = { [FORM_TEXT] = ACT_RECEIPT_TEXT,
						   [FORM_TLVS] = ACT_RECEIPT_TLVS,
						   [FORM_UNMARKED] = ACT_RECEIPT_UNMARKED,
						   [FORM_DATA_SM] = ACT_RECEIPT_DATA_SM };

	if (form != FORM_BOTH)
		m->acts[acts[form]]++;
	m->acts[ACT_RECEIPT_ENROUTE] += (t->fate & FATE_STATE) == RECEIPT_PENDING;
	m->acts[ACT_RECEIPT_UNKNOWN] += (t->fate & FATE_UNKNOWN) != 0;
	m->acts[ACT_RECEIPT_LIE] += (t->fate & FATE_LIE) != 0;
}

static void write_receipt(struct smsc *m, struct wr *w, uint32_t sequence, const struct told *t)
{
	const struct shot *s = &m->net->world->shots[t->shot];
	enum receipt_state state = (enum receipt_state)(t->fate & FATE_STATE);
	unsigned form = (unsigned)chance_below(&m->chance, FORMS);
	size_t row = state_row(m, state);
	char id[40], words[200] = "";
	struct pdu_text p = { .from = { .ton = 1, .npi = 1, .digits = bytes_of(s->to) },
			      .to = { .ton = 3, .digits = bytes_of(SHORT_CODE) },
			      .schedule = "" };

	name_it(m, t, id, sizeof(id));
	if (form != FORM_TLVS && form != FORM_DATA_SM)
		write_words(m, id, states[row].word, words, sizeof(words));
	if (form != FORM_UNMARKED)
		p.esm_class = state == RECEIPT_PENDING ? 0x20 : 0x04;
	if (form != FORM_TEXT && form != FORM_UNMARKED) {
		p.receipted_id = bytes_of(id);
		p.state = states[row].number;
	}
	p.octets = bytes_of(words);
	count_form(m, form, t);
	pdu_begin(w, form == FORM_DATA_SM ? PDU_DATA : PDU_DELIVER, 0, sequence);
	pdu_text(w, form == FORM_DATA_SM ? PDU_DATA : PDU_DELIVER, &p);
}

/* --- when it is said --- */

static const struct submit *submit_of(const struct smsc *m, const struct told *t)
{
	for (const struct submit *u = m->submits; u != NULL; u = u->next)
		if (u->shot == t->shot && u->flight == t->flight)
			return u;
	return NULL;
}

static void on_receipt_due(void *ctx, uint64_t arg)
{
	struct smsc *m = ctx;
	struct session *s = smsc_receiver(m, NULL);
	struct told t = told_of(arg);
	const struct submit *u = submit_of(m, &t);
	uint8_t buf[SMSC_FRAME_MAX];
	struct wr w = wr_of(buf, sizeof(buf));

	if (s == NULL) {
		smsc_receipt_again(m, arg, chance_wait(&m->chance, SECOND_MS, MINUTE_MS));
		return;
	}
	m->acts[ACT_RECEIPT_FIRST] += u != NULL && u->answered == 0 && !u->is_unknown;
	m->acts[ACT_RECEIPT_ELSEWHERE] += u == NULL || u->stream != s->stream;
	write_receipt(m, &w, smsc_ask(s, ASKED_RECEIPT, arg), &t);
	if (wr_err(&w) != ERR_OK)
		diary_violated(m->net->sim->diary, "the-town-can-be-simulated",
			       "a receipt is long");
	diary_note(m->net->sim->diary, "smsc %u: receipt %s of row %" PRIu64 ".%u, flight %u",
		   s->place, receipt_state_text((enum receipt_state)(t.fate & FATE_STATE)),
		   m->net->world->shots[t.shot].row, m->net->world->shots[t.shot].segment,
		   t.flight);
	smsc_say(s, pdu_end(&w));
}

void smsc_receipt_again(struct smsc *m, uint64_t receipt, int64_t in_ms)
{
	host_sim_at(m->net->sim, in_ms, on_receipt_due, m, receipt);
}

static void believe(struct smsc *m, struct shot *s, const struct told *t)
{
	enum receipt_state state = (enum receipt_state)(t->fate & FATE_STATE);
	struct chance *c = &m->chance;

	s->receipt_ms = smsc_now(m);
	if (t->fate & FATE_LIE)
		s->lied_after = true;
	else if (state == RECEIPT_DELIVERED)
		s->arrived_told = true;
	else if (state == RECEIPT_FAILED)
		s->failed_told = true;
	if (state == RECEIPT_DELIVERED && !s->failed_told && !(t->fate & FATE_LIE) &&
	    chance_of_1000(c, 20))
		smsc_receipt_again(m, told_arg(t->shot, t->flight, RECEIPT_FAILED | FATE_LIE),
				   chance_wait(c, 1, DAY_MS));
}

void smsc_receipt_answered(struct smsc *m, uint64_t arg)
{
	struct told t = told_of(arg);

	m->net->world->receipts_told++;
	if (t.fate & FATE_UNKNOWN)
		return;
	believe(m, &m->net->world->shots[t.shot], &t);
	if (chance_of_1000(&m->chance, 30)) {
		m->acts[ACT_RECEIPT_TWICE]++;
		smsc_receipt_again(m, arg, chance_wait(&m->chance, 1, HOUR_MS));
	}
}

/* Some never come, some late, some before the answer that names what they speak of. */
void smsc_receipts_plan(struct smsc *m, size_t shot, unsigned flight, int64_t answer_in_ms)
{
	struct chance *c = &m->chance;
	int64_t in_ms = chance_wait(c, SECOND_MS, MINUTE_MS);
	enum receipt_state state = chance_of_1000(c, 50) ? RECEIPT_FAILED : RECEIPT_DELIVERED;

	if (chance_of_1000(c, 40))
		return;
	if (chance_of_1000(c, 60))
		in_ms = chance_wait(c, MINUTE_MS, 5 * HOUR_MS);
	if (chance_of_1000(c, 60) && answer_in_ms > 1)
		in_ms = chance_between(c, 0, answer_in_ms - 1);
	if (chance_of_1000(c, 100))
		smsc_receipt_again(m, told_arg(shot, flight, RECEIPT_PENDING),
				   chance_between(c, 0, in_ms));
	if (chance_of_1000(c, 15))
		smsc_receipt_again(m, told_arg(shot, flight, RECEIPT_DELIVERED | FATE_UNKNOWN),
				   in_ms);
	smsc_receipt_again(m, told_arg(shot, flight, state), in_ms);
}
