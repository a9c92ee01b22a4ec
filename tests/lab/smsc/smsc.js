// SPDX-License-Identifier: GPL-3.0-or-later
//
// smsc - the phone network of the laboratory: a real SMSC by the foreign npm package smpp.
//
// Owns:     the phones' texts on their way to the gateway (each stays until it is acknowledged)
//           and what reached the phones.
// Promises: texts and receipts leave with at most `window` unanswered; what was not answered with
//           status 0 is sent again, after `retry_ms` or when the gateway binds again (repeat = true).
// Leaves:   what it means to the stories in Python, which speak JSON lines with it.
//
//   node smsc.js PORT ESME
//
// One port speaks both languages: a connection that begins with `{` is a control connection,
// any other is SMPP. Who binds as ESME is the gateway. Who binds by another name is a phone network
// of its own: its submit_sm are texts of phones, and the gateway's texts are passed on to it too.
'use strict';
const net = require('net');
const smpp = require('smpp');

const [port, esme] = [Number(process.argv[2]), process.argv[3] || 'odziv'];
const DATA_CODING = { gsm: 0, binary: 4, ucs2: 8 };
const RECEIPT_STATES = { ENROUTE: 1, DELIVRD: 2, EXPIRED: 3, DELETED: 4, UNDELIV: 5, ACCEPTD: 6, UNKNOWN: 7, REJECTD: 8 };

// What a story may set (op `set`).
const behaviour = {
	window: 10,            // texts and receipts on their way to the gateway, unanswered
	pace: 0,               // texts and receipts a second, a tenth of them each 100 ms; 0: as the window allows
	repeat: true,          // send again by ourselves what was not acknowledged
	retry_ms: 500,         // after a status other than 0
	answer_submit: true,   // false: a submit_sm is taken, and never answered
	submit_ms: 0,          // the answer to a submit_sm takes this long
	submit_status: 0,      // of every submit_sm, until set again
	statuses: [],          // of the next ones, one each
	rate: 0,               // more than this many a second are throttled (0x58); 0: no limit
	receipt: 'DELIVRD',    // null: none
	receipt_ms: 20,
	receipt_first: false,  // the receipt overtakes the submit_sm_resp
	receipt_twice: false,
};

let gateway = null;            // the session that is bound as ESME
const others = new Set();      // sessions that are bound by another name
const controls = new Set();    // control connections that asked for events
const history = [];            // every event, in order
const waiting = [];            // items that are to be sent to the gateway
const onTheWay = new Map();    // id -> item that was sent on this link and isn't answered
const left = [];               // items that were refused, or whose link broke before the answer
const items = new Map();       // id -> every item that was ever sent, for `again`
const partial = new Map();     // parts of a text that reached a phone
const counts = { sent: 0, acknowledged: 0, refused: 0, submitted: 0, throttled: 0, receipts: 0 };
let nextId = 1, nextRemote = 1, nextRef = 1, rateSecond = 0, rateUsed = 0, allowance = 0;

function tell(event, fields) {
	const line = { event, seq: history.length, at: Date.now(), ...fields };
	history.push(line);
	for (const socket of controls)
		socket.write(JSON.stringify(line) + '\n');
}

// ---- to the gateway -------------------------------------------------------

function enqueue(kind, pdu, about) {
	const item = { id: nextId++, kind, pdu, about, tries: 0 };
	items.set(item.id, item);
	waiting.push(item);
	pump();
	return item.id;
}

function pump() {
	while (gateway && waiting.length > 0 && onTheWay.size < behaviour.window && (behaviour.pace === 0 || allowance-- > 0))
		sendItem(waiting.shift());
}

setInterval(() => {
	allowance = Math.ceil(behaviour.pace / 10);
	pump();
}, 100);

function sendItem(item) {
	const session = gateway;
	onTheWay.set(item.id, item);
	item.tries++;
	item.sentAt = Date.now();
	counts.sent++;
	session.deliver_sm({ ...item.pdu }, (resp) => onDeliverResp(session, item, resp));
}

function onDeliverResp(session, item, resp) {
	if (session !== gateway)
		return;
	onTheWay.delete(item.id);
	tell('resp', { kind: item.kind, id: item.id, status: resp.command_status, tries: item.tries,
		ms: Date.now() - item.sentAt, ...item.about });
	if (resp.command_status === 0) {
		counts.acknowledged++;
	} else {
		counts.refused++;
		left.push(item);
		if (behaviour.repeat)
			setTimeout(repeatLeft, behaviour.retry_ms);
	}
	pump();
}

function repeatLeft() {
	const again = left.splice(0);
	waiting.unshift(...again);
	pump();
	return again.length;
}

// ---- texts of phones ------------------------------------------------------

function septets(text) {
	return smpp.encodings.ASCII.encode(text);
}

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

// {from, to, text | hex, coding, dcs, ref, ref_octets, size, order, sar, payload, udh, esm_class, ton}
// -> the short messages that a phone makes of it
function shortMessages(m) {
	const coding = m.coding || (m.hex !== undefined ? 'binary' : smpp.encodings.ASCII.match(m.text) ? 'gsm' : 'ucs2');
	const octets = m.hex !== undefined ? Buffer.from(m.hex, 'hex') : coding === 'gsm' ? septets(m.text) : smpp.encodings.UCS2.encode(m.text);
	const ton = m.ton !== undefined ? m.ton : m.from.startsWith('+') ? 1 : /^\d+$/.test(m.from) ? 0 : 5;
	const base = { source_addr_ton: ton, source_addr_npi: ton === 5 ? 0 : 1, source_addr: m.from.replace(/^\+/, ''),
		dest_addr_ton: 0, dest_addr_npi: 1, destination_addr: m.to, esm_class: m.esm_class || 0,
		data_coding: m.dcs !== undefined ? m.dcs : DATA_CODING[coding] };
	const fits = coding === 'gsm' ? 160 : 140;
	const size = m.size || (coding === 'gsm' ? (m.ref_octets === 2 ? 152 : 153) : coding === 'ucs2' ? (m.ref_octets === 2 ? 132 : 134) : 134);

	if (m.payload)
		return [{ ...base, short_message: Buffer.alloc(0), message_payload: octets }];
	if (m.udh !== undefined)
		return [{ ...base, esm_class: base.esm_class | 0x40, short_message: Buffer.concat([Buffer.from(m.udh, 'hex'), octets]) }];
	if (octets.length <= fits && m.size === undefined)
		return [{ ...base, short_message: octets }];
	const parts = pieces(octets, coding, size), ref = m.ref !== undefined ? m.ref : nextRef++;
	const made = parts.map((part, i) => m.sar
		? { ...base, short_message: part, sar_msg_ref_num: ref, sar_total_segments: parts.length, sar_segment_seqnum: i + 1 }
		: { ...base, esm_class: base.esm_class | 0x40, short_message: Buffer.concat([concatHeader(ref, m.ref_octets || 1, parts.length, i + 1), part]) });
	return m.order ? m.order.map((n) => made[n - 1]) : made;
}

function send(m) {
	return shortMessages(m).map((pdu) => enqueue('mo', pdu, { from: m.from, tag: m.tag }));
}

// ---- from the gateway -----------------------------------------------------

// The package decodes a short message by its coding; the octets as they came are kept beside that.
const shortMessage = smpp.commands.submit_sm.params.short_message;
shortMessage.filter = { encode: shortMessage.filter.encode, decode(value) {
	this.octets = Buffer.from(value);
	return smppDecode.call(this, value);
} };
const smppDecode = smpp.filters.message.decode;

function udhConcat(udh) {
	for (let at = 1; at + 1 < udh.length; at += 2 + udh[at + 1]) {
		if (udh[at] === 0 && udh[at + 1] === 3)
			return { ref: udh[at + 2], total: udh[at + 3], index: udh[at + 4] };
		if (udh[at] === 8 && udh[at + 1] === 4)
			return { ref: udh.readUInt16BE(at + 2), total: udh[at + 4], index: udh[at + 5] };
	}
	return null;
}

function decoded(octets, dcs) {
	const coding = (dcs & 0x0c) === 8 ? 'ucs2' : (dcs & 0x0c) === 4 ? 'binary' : 'gsm';
	const text = coding === 'ucs2' ? smpp.encodings.UCS2.decode(octets)
		: coding === 'gsm' ? smpp.encodings.ASCII.decode(octets) : octets.toString('hex');
	return { coding, text };
}

// A text shows on the phone when all of its parts are there.
function showOnPhone(pdu, remote) {
	const octets = pdu.octets || Buffer.alloc(0);
	const udhLength = pdu.esm_class & 0x40 ? octets[0] + 1 : 0;
	const udh = octets.slice(0, udhLength), body = octets.slice(udhLength);
	const concat = udhLength ? udhConcat(udh) : null;
	const phone = pdu.destination_addr, { coding, text } = decoded(body, pdu.data_coding);

	tell('segment', { to: phone, from: pdu.source_addr, dcs: pdu.data_coding, esm_class: pdu.esm_class, hex: octets.toString('hex'),
		udh: udh.toString('hex'), coding, text, remote, part: concat, validity: pdu.validity_period || null, dlr: pdu.registered_delivery });
	if (!concat)
		return tell('text', { to: phone, from: pdu.source_addr, text, coding, segments: 1 });
	const key = [phone, pdu.source_addr, concat.ref, concat.total].join('/');
	const parts = partial.get(key) || new Map();
	parts.set(concat.index, body);
	partial.set(key, parts);
	if (parts.size < concat.total)
		return;
	partial.delete(key);
	const all = Buffer.concat([...parts.keys()].sort((a, b) => a - b).map((i) => parts.get(i)));
	tell('text', { to: phone, from: pdu.source_addr, ...decoded(all, pdu.data_coding), segments: concat.total });
}

function isThrottled() {
	const second = Math.floor(Date.now() / 1000);
	if (second !== rateSecond)
		[rateSecond, rateUsed] = [second, 0];
	return behaviour.rate > 0 && ++rateUsed > behaviour.rate;
}

function onSubmit(session, pdu) {
	const throttled = isThrottled();
	const status = throttled ? smpp.ESME_RTHROTTLED : behaviour.statuses.length ? behaviour.statuses.shift() : behaviour.submit_status;
	const remote = status ? '' : (0x10000000 + nextRemote++).toString(16);

	counts.submitted++;
	if (throttled)
		counts.throttled++;
	if (status)
		tell('refused', { to: pdu.destination_addr, status });
	else
		showOnPhone(pdu, remote);
	if (!status && behaviour.receipt && (pdu.registered_delivery & 3) && behaviour.receipt_first)
		sendReceipt(pdu, remote, behaviour.receipt);
	setTimeout(() => {
		if (!behaviour.answer_submit)
			return;
		session.send(pdu.response(status ? { command_status: status } : { message_id: remote }));
		if (!status && behaviour.receipt && (pdu.registered_delivery & 3) && !behaviour.receipt_first)
			setTimeout(sendReceipt, behaviour.receipt_ms, pdu, remote, behaviour.receipt);
	}, behaviour.submit_ms);
	if (!status)
		passOn(pdu);
}

function sendReceipt(pdu, remote, stat) {
	const when = new Date().toISOString().replace(/\D/g, '').slice(2, 12);
	const good = stat === 'DELIVRD';
	const text = `id:${remote} sub:001 dlvrd:00${good ? 1 : 0} submit date:${when} done date:${when} stat:${stat} err:${good ? '000' : '011'} text:`;
	for (let n = behaviour.receipt_twice ? 2 : 1; n > 0; n--) {
		counts.receipts++;
		enqueue('receipt', { source_addr_ton: 1, source_addr_npi: 1, source_addr: pdu.destination_addr, dest_addr_ton: pdu.source_addr_ton,
			dest_addr_npi: pdu.source_addr_npi, destination_addr: pdu.source_addr, esm_class: 4, data_coding: 0, short_message: septets(text),
			receipted_message_id: remote, message_state: RECEIPT_STATES[stat] || 7 }, { remote, stat, to: pdu.destination_addr });
	}
}

// ---- other ESMEs: a phone network of somebody else ------------------------

function onPeerSubmit(session, pdu) {
	const octets = pdu.octets || Buffer.alloc(0);
	const { source_addr_ton, source_addr_npi, source_addr, dest_addr_ton, dest_addr_npi, destination_addr, esm_class, data_coding } = pdu;
	const id = enqueue('mo', { source_addr_ton, source_addr_npi, source_addr, dest_addr_ton, dest_addr_npi, destination_addr,
		esm_class: esm_class & 0x40, data_coding, short_message: octets }, { from: source_addr, tag: 'peer' });
	session.send(pdu.response({ message_id: String(id) }));
}

function passOn(pdu) {
	const { source_addr_ton, source_addr_npi, source_addr, dest_addr_ton, dest_addr_npi, destination_addr, esm_class, data_coding } = pdu;
	for (const session of others)
		session.deliver_sm({ source_addr_ton, source_addr_npi, source_addr, dest_addr_ton, dest_addr_npi, destination_addr,
			esm_class: esm_class & 0x40, data_coding, short_message: pdu.octets || Buffer.alloc(0) });
}

// ---- connections ----------------------------------------------------------

function onSession(session) {
	const bind = (pdu) => {
		session.isGateway = pdu.system_id === esme;
		session.send(pdu.response({ system_id: 'lab-smsc' }));
		if (!session.isGateway)
			return others.add(session);
		gateway = session;
		tell('bound', { command: pdu.command });
		if (behaviour.repeat)
			repeatLeft();
		pump();
	};
	const gone = () => {
		others.delete(session);
		if (session !== gateway)
			return;
		gateway = null;
		tell('lost', { unanswered: onTheWay.size });
		left.push(...onTheWay.values());
		onTheWay.clear();
	};
	session.on('bind_transceiver', bind).on('bind_receiver', bind).on('bind_transmitter', bind);
	session.on('submit_sm', (pdu) => session.isGateway ? onSubmit(session, pdu) : onPeerSubmit(session, pdu));
	session.on('enquire_link', (pdu) => session.send(pdu.response()));
	session.on('unbind', (pdu) => { session.send(pdu.response()); session.close(); });
	session.on('close', gone);
	session.on('error', () => session.destroy());
}

const operations = {
	send: (r) => ({ ids: send(r) }),
	many: (r) => ({ ids: r.texts.map(send) }),
	again: (r) => ({ id: enqueue('mo', items.get(r.of).pdu, items.get(r.of).about) }),
	resend: () => ({ count: repeatLeft() }),
	set: (r) => { Object.assign(behaviour, r.behaviour); pump(); return { behaviour }; },
	state: () => ({ bound: gateway !== null, waiting: waiting.length, unanswered: onTheWay.size + left.length, ...counts }),
	drop: () => { if (gateway) gateway.destroy(); return {}; },
	receipt: (r) => { sendReceipt({ destination_addr: r.to, source_addr: r.from, source_addr_ton: 0, source_addr_npi: 1 }, r.remote, r.stat); return {}; },
};

function onControlLine(socket, line) {
	let request = {};
	try {
		request = JSON.parse(line);
		if (request.op === 'events') {
			history.slice(request.since || 0).forEach((event) => socket.write(JSON.stringify(event) + '\n'));
			controls.add(socket);
			socket.write(JSON.stringify({ id: request.id, ok: true }) + '\n');
			return;
		}
		socket.write(JSON.stringify({ id: request.id, ok: true, ...operations[request.op](request) }) + '\n');
	} catch (error) {
		socket.write(JSON.stringify({ id: request.id, ok: false, error: String(error) }) + '\n');
	}
}

function onControl(socket) {
	let rest = '';
	socket.setEncoding('utf8');
	socket.on('data', (chunk) => {
		const lines = (rest + chunk).split('\n');
		rest = lines.pop();
		lines.filter(Boolean).forEach((line) => onControlLine(socket, line));
	});
	socket.on('close', () => controls.delete(socket));
}

net.createServer((socket) => {
	socket.setNoDelay(true);
	socket.on('error', () => socket.destroy());
	socket.once('readable', () => {
		const first = socket.read(1);
		if (first === null)
			return;
		socket.unshift(first);
		if (first[0] === 0x7b)
			return onControl(socket);
		const session = new smpp.Session({ socket });
		onSession(session);
		session._extractPDUs();
	});
}).listen(port, '127.0.0.1', function onListening() {
	console.log(`listening ${this.address().port}`);
});
