// SPDX-License-Identifier: GPL-3.0-or-later
//
// texts - what a phone makes of a text, and what it shows of the short messages that reach it. No state but numbers of references.
'use strict';
const smpp = require('smpp');

const DATA_CODING = { gsm: 0, binary: 4, ucs2: 8, latin1: 3 };
const FITS = { gsm: 160, ucs2: 140, binary: 140, latin1: 140 };
let nextRef = 1;

// The package would decode a short message by its coding: the octets stay as they came.
const asIs = { encode: (value) => value, decode: (value) => value };
for (const command of ['submit_sm', 'deliver_sm'])
	smpp.commands[command].params.short_message.filter = asIs;
smpp.tlvs.message_payload.filter = asIs;

const CODERS = {
	gsm: smpp.encodings.ASCII, ucs2: smpp.encodings.UCS2, latin1: smpp.encodings.LATIN1,
	binary: { encode: (text) => Buffer.from(text, 'hex'), decode: (octets) => octets.toString('hex') },
};

const octetsOf = (text, coding) => CODERS[coding].encode(text);
const textOf = (octets, coding) => CODERS[coding].decode(octets);

// alphabet: what data_coding 0 means at this SMSC.
function codingOf(dcs, alphabet) {
	if (dcs === 0)
		return alphabet;
	if (dcs === 1 || dcs === 3)
		return 'latin1';
	if (dcs === 2 || (dcs & 0x0c) === 4)
		return 'binary';
	return (dcs & 0x0c) === 8 ? 'ucs2' : 'gsm';
}

// ---- from a phone ---------------------------------------------------------

// Cuts octets into pieces as a phone does; a GSM escape stays with its letter. A phone
// does cut between the halves of an emoji.
function pieces(octets, coding, size) {
	const out = [];
	for (let at = 0; at < octets.length;) {
		let end = Math.min(at + size, octets.length);
		if (coding === 'gsm' && end < octets.length && octets[end - 1] === 0x1b)
			end--;
		out.push(octets.slice(at, end));
		at = end;
	}
	return out;
}

function concatHeader(ref, refOctets, total, index) {
	return refOctets === 2 ? Buffer.from([6, 8, 4, ref >> 8, ref & 255, total, index])
		: Buffer.from([5, 0, 3, ref & 255, total, index]);
}

function sizeOfPart(coding, refOctets) {
	const wide = refOctets === 2;
	return { gsm: wide ? 152 : 153, ucs2: wide ? 132 : 134, binary: 134, latin1: wide ? 133 : 134 }[coding];
}

// {from, to, text | hex, coding, dcs, ref, ref_octets, size, order, sar, payload, udh, esm_class, protocol_id, ton, service_type}
// -> the short messages that a phone makes of it
function shortMessages(m) {
	const coding = m.coding || (m.hex !== undefined ? 'binary' : CODERS.gsm.match(m.text) ? 'gsm' : 'ucs2');
	const octets = m.hex !== undefined ? Buffer.from(m.hex, 'hex') : octetsOf(m.text, coding);
	const ton = m.ton !== undefined ? m.ton : m.from.startsWith('+') ? 1 : /^\d+$/.test(m.from) ? 0 : 5;
	const base = { service_type: m.service_type || '', source_addr_ton: ton, source_addr_npi: ton === 5 ? 0 : 1,
		source_addr: m.from.replace(/^\+/, ''), dest_addr_ton: 0, dest_addr_npi: 1, destination_addr: m.to, esm_class: m.esm_class || 0,
		protocol_id: m.protocol_id || 0, data_coding: m.dcs !== undefined ? m.dcs : DATA_CODING[coding] };

	if (m.payload)
		return [{ ...base, short_message: Buffer.alloc(0), message_payload: octets }];
	if (m.udh !== undefined)
		return [{ ...base, esm_class: base.esm_class | 0x40, short_message: Buffer.concat([Buffer.from(m.udh, 'hex'), octets]) }];
	if (octets.length <= FITS[coding] && m.size === undefined)
		return [{ ...base, short_message: octets }];
	const parts = pieces(octets, coding, m.size || sizeOfPart(coding, m.ref_octets)), ref = m.ref !== undefined ? m.ref : nextRef++;
	const made = parts.map((part, i) => m.sar
		? { ...base, short_message: part, sar_msg_ref_num: ref, sar_total_segments: parts.length, sar_segment_seqnum: i + 1 }
		: { ...base, esm_class: base.esm_class | 0x40, short_message: Buffer.concat([concatHeader(ref, m.ref_octets || 1, parts.length, i + 1), part]) });
	return m.order ? m.order.map((n) => made[n - 1]) : made;
}

// ---- to a phone -----------------------------------------------------------

function udhConcat(udh) {
	for (let at = 1; at + 1 < udh.length; at += 2 + udh[at + 1]) {
		if (udh[at] === 0 && udh[at + 1] === 3)
			return { ref: udh[at + 2], total: udh[at + 3], index: udh[at + 4] };
		if (udh[at] === 8 && udh[at + 1] === 4)
			return { ref: udh.readUInt16BE(at + 2), total: udh[at + 4], index: udh[at + 5] };
	}
	return null;
}

// What a submit_sm holds: its octets, its header, which part of what it is, its words.
function read(pdu, alphabet) {
	const octets = pdu.short_message && pdu.short_message.length ? pdu.short_message : pdu.message_payload || Buffer.alloc(0);
	const udhLength = pdu.esm_class & 0x40 ? octets[0] + 1 : 0;
	const udh = octets.slice(0, udhLength), body = octets.slice(udhLength), coding = codingOf(pdu.data_coding, alphabet);
	const part = udhLength ? udhConcat(udh) : pdu.sar_total_segments > 1
		? { ref: pdu.sar_msg_ref_num, total: pdu.sar_total_segments, index: pdu.sar_segment_seqnum } : null;
	return { octets, udh, body, coding, part, text: textOf(body, coding) };
}

module.exports = { octetsOf, textOf, shortMessages, read };
