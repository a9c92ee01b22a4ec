/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kannel_form - what Kannel's HTTP link sends: the query string of get-url (a
 * text) and of dlr-url (a receipt).
 *
 * Never fails as a whole: what could be read is there, and each parameter says
 * what is wrong with it, since a request that we can't take ends in the
 * quarantine and never in an endless retry. Values keep every octet. No state.
 *
 *   get-url = ".../mo?key=SECRET&id=%I&from=%p&to=%P&ts=%T&smsc=%i&coding=%c&charset=%C&dcs=%O&udh=%u&text=%b&acct=%o&meta=%D"
 *   dlr-url   ".../dlr?key=SECRET&row=7.0&id=%I&d=%d&f=%F&a=%A&ts=%T&smsc=%i"
 */
#ifndef PARSERS_KANNEL_FORM_H
#define PARSERS_KANNEL_FORM_H

#include "parsers/clock.h"
#include "parsers/strbuf.h"

enum form_fault {
	FORM_MISSING = 1,  /* and must be there */
	FORM_DOUBLED = 2,  /* the first one counts */
	FORM_TOO_LONG = 4, /* cut to its limit */
	FORM_BAD_CODE = 8, /* a % without two hex digits; kept as it stands */
	FORM_BAD_NUMBER = 16,
};

struct form_value {
	struct bytes value; /* decoded; none when absent, and when empty */
	unsigned faults;    /* of enum form_fault */
};

enum mo_field {
	MO_KEY,
	MO_ID,
	MO_FROM,
	MO_TO,
	MO_TS,
	MO_SMSC,
	MO_CODING,
	MO_CHARSET,
	MO_DCS,
	MO_UDH,
	MO_TEXT,
	MO_ACCT,
	MO_META,
	MO_FIELDS
};
enum dlr_field {
	DLR_KEY,
	DLR_ROW,
	DLR_ID,
	DLR_STATUS,
	DLR_FOREIGN,
	DLR_TEXT,
	DLR_TS,
	DLR_SMSC,
	DLR_FIELDS
};

/* A text. */
struct mo_form {
	struct form_value fields[MO_FIELDS];
	struct wall at; /* of ts; 0 when absent or bad */
	int coding;     /* 0 GSM-7 as UTF-8, 1 octets, 2 UTF-16BE; -1 when absent or bad */
	int dcs;        /* 0..255; -1 when absent or bad */
	/* Of the fields without which it can't be read or told from a repeat: key id from coding charset udh text. */
	unsigned faults;
	unsigned unknown; /* parameters that no field takes */
};

/* A receipt. */
struct dlr_form {
	struct form_value fields[DLR_FIELDS];
	struct wall at;
	int status;      /* Kannel's bits; -1 when absent or bad */
	unsigned faults; /* of key, row and d */
	unsigned unknown;
};

/* query: what stands behind "?". ERR_NOMEM or ERR_LIMIT of the arena, nothing else. */
int mo_form_decode(struct bytes query, struct arena *a, struct mo_form *form_out);
int dlr_form_decode(struct bytes query, struct arena *a, struct dlr_form *form_out);
/* "from is missing, ts is not a number"; of all fields; none when nothing is wrong. */
int mo_form_words(const struct mo_form *form, struct arena *a, struct bytes *words_out);
int dlr_form_words(const struct dlr_form *form, struct arena *a, struct bytes *words_out);

#endif
