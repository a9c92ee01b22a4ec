// SPDX-License-Identifier: GPL-3.0-or-later
//
// receipts - a receipt in the many forms of the wild. No state.
'use strict';
const { octetsOf } = require('./texts');

const STATES = { ENROUTE: 1, DELIVRD: 2, EXPIRED: 3, DELETED: 4, UNDELIV: 5, ACCEPTD: 6, UNKNOWN: 7, REJECTD: 8 };

// A form is words, separated by blanks; what isn't said is as SMPP 3.4's appendix B has it.
const IDS = {
	decimal: (id) => String(parseInt(id, 16)),      // answered in hex, reported in decimal
	padded: (id) => id.padStart(12, '0'),
	upper: (id) => id.toUpperCase(),
	noid: () => '',                                 // in receipted_message_id only
};
const DATES = {
	seconds: (when) => when.toISOString().replace(/\D/g, '').slice(2, 14),
	unix: (when) => String(Math.floor(when.getTime() / 1000)),
};
// Where it is said: text only, TLVs only, text in message_payload, or text without the mark of a receipt.
const PLACES = ['text', 'tlv', 'payload', 'unmarked'];

function word(words, table) {
	return table[words.find((w) => w in table)];
}

function textOfReceipt(id, stat, when, words) {
	const date = (word(words, DATES) || ((d) => d.toISOString().replace(/\D/g, '').slice(2, 12)))(when);
	const good = stat === 'DELIVRD', shown = words.includes('lower') ? stat.toLowerCase() : stat;
	const counts = words.includes('short') ? '' : ` sub:001 dlvrd:00${good ? 1 : 0}`;
	const dates = words.includes('nodates') ? '' : ` submit date:${date} done date:${date}`;
	return `id:${id}${counts}${dates} stat:${shown} err:${good ? '000' : '011'}${words.includes('short') ? '' : ' text:'}`;
}

// of: the submit_sm that it is about. form: words as above.
function receipt(of, remote, stat, form) {
	const words = form.split(' '), place = PLACES.find((p) => words.includes(p)) || 'both';
	const id = (word(words, IDS) || ((i) => i))(remote);
	const text = octetsOf(textOfReceipt(id, stat, new Date(), words), 'gsm');
	const pdu = { source_addr_ton: 1, source_addr_npi: 1, source_addr: of.destination_addr, dest_addr_ton: of.source_addr_ton,
		dest_addr_npi: of.source_addr_npi, destination_addr: of.source_addr, data_coding: 0,
		esm_class: place === 'unmarked' ? 0 : words.includes('intermediate') ? 0x20 : 4,
		short_message: place === 'tlv' || place === 'payload' ? Buffer.alloc(0) : text };
	if (place === 'payload')
		pdu.message_payload = text;
	if (place === 'both' || place === 'tlv')
		Object.assign(pdu, { receipted_message_id: words.includes('noid') ? remote : id, message_state: STATES[stat] || 7 });
	return pdu;
}

module.exports = { receipt };
