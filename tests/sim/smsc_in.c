/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What citizens write, as deliver_sm and data_sm (smsc_own.h).
 */
#include "tests/sim/smsc_own.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/err.h"

/* No text of a phone is so long; whoever has a link to the operator may send one. */
#define LONG_OCTETS 60000u

static struct piece *piece_at(const struct smsc *m, uint64_t i)
{
	return &m->net->world->pieces[i];
}

static const struct written *written_of(const struct smsc *m, const struct piece *p)
{
	return &m->net->world->written[p->written];
}

/* The same for all tries and all parts of a text, unlike for the next one. */
static unsigned style_of(const struct piece *p)
{
	return (unsigned)((p->written * UINT64_C(0x9E3779B97F4A7C15)) >> 40);
}

/* --- how a text is written down --- */

enum { PARTS_UDH8, PARTS_UDH16, PARTS_SAR, PARTS_STYLES };

static unsigned parts_style(const struct piece *p)
{
	return p->total == 1 ? PARTS_UDH8 : style_of(p) % PARTS_STYLES;
}

/* "05 00 03 ref total index", the number of the piece behind it. */
static void write_udh(struct wr *w, const struct piece *p, uint64_t index)
{
	uint8_t buf[32];
	struct wr u = wr_of(buf, sizeof(buf));

	if (p->total > 1 && parts_style(p) == PARTS_UDH8)
		wr_put(&u, bytes_at(p->udh + 1, p->udh_len - 1u));
	if (p->total > 1 && parts_style(p) == PARTS_UDH16) {
		wr_u16(&u, 0x0804);
		wr_u16(&u, (uint16_t)p->written);
		wr_u8(&u, p->total);
		wr_u8(&u, p->index);
	}
	if (p->wants_number) {
		wr_u16(&u, WORLD_UDH_NUMBER << 8 | 4);
		wr_u32(&u, (uint32_t)index);
	}
	if (u.len == 0)
		return;
	wr_u8(w, (uint8_t)u.len);
	wr_put(w, wr_bytes(&u));
}

/* Letters that stand at the same place in the standard's alphabet and in ASCII. */
static bool is_plain(const struct piece *p)
{
	for (size_t i = 0; i < p->n_octets; i++) {
		uint8_t c = p->octets[i];

		if (c != ' ' && !(c >= '%' && c <= '?') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= 'a' && c <= 'z'))
			return false;
	}
	return true;
}

static uint8_t coding_of(const struct piece *p)
{
	static const uint8_t gsm7[] = { 0x00, 0x00, 0xF1, 0x11 },
			     plain[] = { 0x00, 0x01, 0x03, 0xF1 },
			     ucs2[] = { 0x08, 0x08, 0x18, 0x19 }, octets[] = { 0x04, 0x02, 0xF5 };
	unsigned n = style_of(p) / 8;

	switch (p->coding) {
	case CODING_GSM7: return is_plain(p) ? plain[n % 4] : gsm7[n % 4];
	case CODING_UCS2: return ucs2[n % 4];
	case CODING_OCTETS: return octets[n % 3];
	}
	return 0;
}

/* As phones and networks give a number; it is the same person by any of them. */
static struct pdu_address sender_of(const struct smsc *m, const struct piece *p)
{
	const char *number = m->net->world->citizens[written_of(m, p)->citizen].number;

	if (number[0] != '+')
		return (struct pdu_address){ .ton = number[0] >= 'A' ? 5 : 3,
					     .digits = bytes_of(number) };
	if (style_of(p) % 7 == 0 && bytes_starts(bytes_of(number), "+381"))
		return (struct pdu_address){ .ton = 2, .npi = 1, .digits = bytes_of(number + 4) };
	if (style_of(p) % 7 == 1)
		return (struct pdu_address){ .ton = 1, .npi = 1, .digits = bytes_of(number) };
	return (struct pdu_address){ .ton = 1, .npi = 1, .digits = bytes_of(number + 1) };
}

static bool is_long(const struct piece *p)
{
	return p->coding == CODING_OCTETS && !p->has_fault && style_of(p) % 2 == 0;
}

static void strange_fields(struct smsc *m, struct pdu_text *t)
{
	m->acts[ACT_STRANGE_FIELDS]++;
	t->to.ton = 7;
	t->to.npi = 2;
	t->schedule = "000001000000000R";
	t->protocol = 0x3f;
	t->has_nobodys = true;
}

static uint32_t write_text(struct smsc *m, struct wr *w, uint32_t sequence, uint64_t index)
{
	const struct piece *p = piece_at(m, index);
	struct chance *c = &m->chance;
	struct wr body = wr_of(m->text, sizeof(m->text));
	struct pdu_text t = { .from = sender_of(m, p),
			      .to = { .ton = 3, .digits = bytes_of(SHORT_CODE) },
			      .coding = coding_of(p),
			      .schedule = "" };
	uint32_t id = style_of(p) % 16 == 3 ? PDU_DATA : PDU_DELIVER;

	/* Longer than any address may be: the fixed part of this one can't be read. */
	if (p->has_fault)
		t.from.digits = bytes_of("381640000000381640000000381640");
	write_udh(&body, p, index);
	t.esm_class = body.len > 0 ? 0x40 : 0;
	wr_put(&body, bytes_at(p->octets, p->n_octets));
	if (is_long(p)) {
		m->acts[ACT_LONG_TEXT]++;
		while (body.len < LONG_OCTETS)
			wr_u8(&body, (uint8_t)body.len);
	}
	t.octets = wr_bytes(&body);
	t.wants_payload = style_of(p) % 16 == 4;
	if (p->total > 1 && parts_style(p) == PARTS_SAR) {
		t.sar_ref = (uint16_t)p->written;
		t.sar_total = p->total;
		t.sar_index = p->index;
	}
	if (chance_of_1000(c, 30) && !p->has_fault)
		strange_fields(m, &t);
	m->acts[ACT_UNREADABLE] += p->has_fault;
	m->acts[ACT_DATA_SM] += id == PDU_DATA;
	m->acts[ACT_PAYLOAD] += t.wants_payload && id == PDU_DELIVER;
	if (p->total > 1)
		m->acts[ACT_UDH8 + parts_style(p)]++;
	if (wr_err(&body) != ERR_OK)
		abort();
	pdu_begin(w, id, 0, sequence);
	pdu_text(w, id, &t);
	return id;
}

/* --- giving it --- */

static size_t n_asked(const struct session *s)
{
	size_t n = 0;

	for (size_t i = 0; i < ASKED_MAX; i++)
		n += !s->asked[i].is_given_up &&
		     (s->asked[i].kind == ASKED_PIECE || s->asked[i].kind == ASKED_RECEIPT);
	return n;
}

static void note_repeat(struct smsc *m, struct session *s, const struct piece *p)
{
	if (p->tries <= 1)
		return;
	m->acts[ACT_DELIVER_REPEATED]++;
	m->acts[ACT_DELIVER_ELSEWHERE] += p->session != s->n;
}

static void give(struct smsc *m, struct session *s, uint64_t index)
{
	struct wr w = wr_of(m->frame, sizeof(m->frame));
	struct piece *p = piece_at(m, index);
	uint32_t sequence = smsc_ask(s, ASKED_PIECE, index);

	network_note_try(m->net, m->link, (size_t)index, smsc_now(m) - m->unrest_ms);
	note_repeat(m, s, p);
	p->session = s->n;
	if (p->tries == 1 && p->index == 1 && p->total > 1 && parts_style(p) == PARTS_UDH8)
		m->acts[ACT_REFERENCE_REUSED] += world_has_rival(m->net->world, p);
	(void)write_text(m, &w, sequence, index);
	if (wr_err(&w) != ERR_OK)
		abort();
	smsc_say(s, pdu_end(&w));
}

static bool is_asked(const struct smsc *m, uint64_t index)
{
	for (size_t i = 0; i < SESSIONS_MAX; i++)
		for (size_t k = 0; m->sessions[i].stream != NULL && k < ASKED_MAX; k++)
			if (m->sessions[i].asked[k].kind == ASKED_PIECE &&
			    m->sessions[i].asked[k].arg == index &&
			    !m->sessions[i].asked[k].is_given_up)
				return true;
	return false;
}

static void on_piece_due(void *ctx, uint64_t index)
{
	struct smsc *m = ctx;
	struct session *s = smsc_receiver(m, NULL);

	if (piece_at(m, index)->is_acked || is_asked(m, index))
		return;
	/* Of a link that broke the daemon hears before its texts come by another. */
	if (stream_sim_has_news(&m->streams))
		smsc_in_again(m, index, 50);
	else if (s != NULL && n_asked(s) < SMSC_WINDOW)
		give(m, s, index);
	else
		smsc_in_again(m, index, chance_wait(&m->chance, SECOND_MS, 45 * SECOND_MS));
}

void smsc_in_again(struct smsc *m, uint64_t piece, int64_t in_ms)
{
	host_sim_at(m->net->sim, in_ms, on_piece_due, m, piece);
}

void smsc_give(struct smsc *m, size_t piece, int64_t in_ms)
{
	smsc_in_again(m, piece, in_ms);
}

/* --- what is said to it --- */

static void on_given(struct smsc *m, const struct asked *a)
{
	if (a->kind == ASKED_RECEIPT)
		smsc_receipt_answered(m, a->arg);
	else
		network_note_heard(m->net, (size_t)a->arg);
}

void smsc_in_answered(struct session *s, const struct pdu *pdu, const struct asked *asked)
{
	struct smsc *m = s->smsc;

	if (pdu->status != STATUS_OK)
		diary_violated(m->net->sim->diary, "nothing-is-refused",
			       "a text was refused with %08" PRIx32, pdu->status);
	if (!m->net->is_calm && chance_of_1000(&m->chance, 8)) {
		m->acts[ACT_ANSWER_LOST]++;
		smsc_end(s, true);
		if (!asked->is_given_up)
			smsc_ask_again(m, asked);
		return;
	}
	/* An SMSC that gave up may not want to hear it. */
	if (!asked->is_given_up || m->net->is_calm || chance_of_1000(&m->chance, 500))
		on_given(m, asked);
}
