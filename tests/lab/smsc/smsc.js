// SPDX-License-Identifier: GPL-3.0-or-later
//
// smsc - the phone network of the laboratory: a real SMSC by the foreign npm package smpp.
//
// Owns:     the phones' texts on their way to the gateway (each stays until it is acknowledged)
//           and what reached the phones.
// Promises: texts and receipts leave with at most `window` unanswered a link; what was not answered with
//           status 0, or refused for good (0x66), is sent again, after `retry_ms` or when the gateway binds again (repeat = true).
// Leaves:   what it means to the stories in Python, which speak JSON lines with it.
//
//   node smsc.js PORT ESME
//
// One port speaks both languages: a connection that begins with `{` is a control connection,
// any other is SMPP. Who binds as ESME is the gateway, by as many links as it likes. Who binds by another
// name is a phone network of its own: its submit_sm are texts of phones, and the gateway's texts are
// passed on to it too.
'use strict';
const net = require('net');
const smpp = require('smpp');
const { shortMessages, textOf, read } = require('./texts');
const { receipt } = require('./receipts');

const [port, esme] = [Number(process.argv[2]), process.argv[3] || 'odziv'];
const PASSWORD = 'lab';
const firstRemote = 0xa00000000 + port * 0x10000;       // two SMSCs give no id twice
const WANTS_RECEIPT = 3, WANTS_INTERMEDIATE = 16;      // registered_delivery
const TICKS = 10;                                        // a second
const NOISE = new Set(['segment', 'text', 'resp']);    // one or more a text

// What a story may set (op `set`).
const behaviour = {
	// to the gateway
	window: 10,            // texts and receipts on their way to the gateway on one link, unanswered
	pace: 0,               // texts and receipts a second, a tenth of them each 100 ms; 0: as the window allows
	repeat: true,          // send again by ourselves what was not acknowledged
	retry_ms: 500,         // after a status other than 0
	resend_ms: 0,          // what isn't answered within this is sent again, by another sequence number; 0: never
	use_data_sm: false,    // instead of deliver_sm
	alphabet: 'gsm',       // what data_coding 0 means, from and to phones: gsm, latin1
	// from the gateway
	answer_submit: true,   // false: a submit_sm is taken, and never answered
	submit_ms: 0,          // the answer to a submit_sm takes this long
	submit_jitter_ms: 0,   // and up to this longer: answers come out of order
	submit_status: 0,      // of every submit_sm, until set again
	statuses: [],          // of the next ones, one each
	status_every: {},      // {10: 0x58}: of each tenth
	nack_every: 0,         // each n-th is answered by a generic_nack with RSYSERR
	rate: 0,               // more than this many a second are throttled (0x58); 0: no limit
	// receipts
	receipt: 'DELIVRD',    // null: none
	receipt_ms: 20,
	receipt_first: false,  // the receipt overtakes the submit_sm_resp
	receipt_twice: false,
	intermediate: false,   // a notification before the receipt, to who asks for it
	receipt_forms: [''],   // in turn; see receipts.js
	receipt_link: 'any',   // other: never by the link that the text came by, if there is another
	// links
	bind_status: 0,        // of every bind, until set again
	bind_statuses: [],     // of the next ones
	max_links: 0,          // more are refused by RALYBND; 0: no limit
	answer_enquire: true,  // false: the SMSC is silent
	enquire_ms: 0,         // it asks whether we live; 0: never
	quiet: false,          // no event a text: for measurements
};

const links = [];              // bound as ESME, in the order of their binds
const others = new Set();      // sessions that are bound by another name
const controls = new Set();    // control connections that asked for events
const history = [];            // every event, in order
const waiting = [];            // items that are to be sent to the gateway
const left = [];               // items that were refused, or whose link broke before the answer
const items = new Map();       // id -> every item that was ever sent, for `again`
const partial = new Map();     // parts of a text that reached a phone
const counts = { sent: 0, acknowledged: 0, refused: 0, submitted: 0, accepted: 0, throttled: 0, receipts: 0, binds: 0, most_open: 0 };
let nextId = 1, nextLink = 1, nextRemote = 1, nextForm = 0, turn = 0, rateSecond = 0, rateUsed = 0, allowance = 0, ticks = 0;
let load = null, expected = null;    // what is being measured

function tell(event, fields) {
	if (behaviour.quiet && NOISE.has(event))
		return;
	const line = { event, seq: history.length, at: Date.now(), ...fields };
	history.push(line);
	for (const socket of controls)
		socket.write(JSON.stringify(line) + '\n');
}

// ---- to the gateway -------------------------------------------------------

// avoid: the number of a link that it shall not leave by, if there is another.
function enqueue(kind, pdu, about, avoid) {
	const item = { id: nextId++, kind, pdu, about, avoid, tries: 0, answered: false };
	if (!behaviour.quiet)
		items.set(item.id, item);
	waiting.push(item);
	pump();
	return item.id;
}

// In turn, of those that may bear it and have room.
function linkFor(item) {
	const bearing = links.filter((l) => l.mode !== 'bind_transmitter' && !l.isHeld);
	const wanted = bearing.length > 1 ? bearing.filter((l) => l.number !== item.avoid) : bearing;
	const free = wanted.filter((l) => l.open.size < behaviour.window);
	return free[turn++ % free.length];
}

function pump() {
	while (waiting.length > 0 && (behaviour.pace === 0 || allowance > 0)) {
		const link = linkFor(waiting[0]);
		if (!link)
			return;
		allowance--;
		sendItem(link, waiting.shift());
	}
}

function resendLate(link) {
	[...link.open.values()].filter((item) => Date.now() - item.sentAt > behaviour.resend_ms).forEach((item) => sendItem(link, item));
}

setInterval(() => {
	allowance = Math.ceil(behaviour.pace / TICKS);
	pump();
	if (behaviour.resend_ms)
		links.forEach(resendLate);
	if (behaviour.enquire_ms && ++ticks % Math.ceil(behaviour.enquire_ms * TICKS / 1000) === 0)
		links.forEach(enquire);
}, 1000 / TICKS);

// What is written in one turn leaves together.
function together(socket) {
	socket.cork();
	process.nextTick(() => socket.uncork());
}

function sendItem(link, item) {
	together(link.session.socket);
	link.open.set(item.id, item);
	item.tries++;
	item.sentAt = Date.now();
	counts.sent++;
	const answered = (resp) => onAnswer(link, item, resp);
	if (behaviour.use_data_sm)
		link.session.data_sm({ ...item.pdu, message_payload: item.pdu.message_payload || item.pdu.short_message }, answered);
	else
		link.session.deliver_sm({ ...item.pdu }, answered);
}

function onAnswer(link, item, resp) {
	if (!links.includes(link) || item.answered)
		return;
	link.open.delete(item.id);
	tell('resp', { kind: item.kind, id: item.id, status: resp.command_status, tries: item.tries, link: link.number,
		ms: Date.now() - item.sentAt, ...item.about });
	if (resp.command_status === 0) {
		item.answered = true;
		counts.acknowledged++;
		if (load && counts.acknowledged >= load.until) {
			tell('loaded', { ms: Date.now() - load.begin });
			load = null;
		}
	} else if (resp.command_status === smpp.ESME_RX_R_APPN) {
		item.answered = true;    // for good: it isn't given again
		counts.refused++;
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

const send = (m) => shortMessages(m).map((pdu) => enqueue('mo', pdu, { from: m.from, tag: m.tag }));

// n texts of n phones at once, `#` in their words is a number; `loaded` says how long it took until all were acknowledged.
function sendLoad(r) {
	load = { begin: Date.now(), until: counts.acknowledged + r.n };
	for (let i = r.first; i < r.first + r.n; i++)
		send({ from: `+38164${String(i * 7654321 % 10000000).padStart(7, '0')}`, to: r.to, text: r.words[i % r.words.length].replace('#', i % 9999 + 1) });
	return {};
}

// ---- from the gateway -----------------------------------------------------

// A text shows on the phone when all of its parts are there.
function showOnPhone(link, pdu, remote) {
	if (behaviour.quiet)
		return;
	const { octets, udh, body, coding, part, text } = read(pdu, behaviour.alphabet), phone = pdu.destination_addr;

	tell('segment', { to: phone, from: pdu.source_addr, link: link.number, dcs: pdu.data_coding, esm_class: pdu.esm_class, hex: octets.toString('hex'),
		udh: udh.toString('hex'), coding, text, remote, part, is_payload: pdu.message_payload !== undefined, validity: pdu.validity_period || null,
		dlr: pdu.registered_delivery, priority: pdu.priority_flag, service_type: pdu.service_type,
		ton: [pdu.source_addr_ton, pdu.source_addr_npi, pdu.dest_addr_ton, pdu.dest_addr_npi] });
	if (!part)
		return tell('text', { to: phone, from: pdu.source_addr, text, coding, segments: 1 });
	const key = [phone, pdu.source_addr, part.ref, part.total].join('/'), parts = partial.get(key) || new Map();
	partial.set(key, parts.set(part.index, body));
	if (parts.size < part.total)
		return;
	partial.delete(key);
	const all = Buffer.concat([...parts.keys()].sort((a, b) => a - b).map((i) => parts.get(i)));
	tell('text', { to: phone, from: pdu.source_addr, text: textOf(all, coding), coding, segments: part.total });
}

function isThrottled() {
	const second = Math.floor(Date.now() / 1000);
	if (second !== rateSecond)
		[rateSecond, rateUsed] = [second, 0];
	return behaviour.rate > 0 && ++rateUsed > behaviour.rate;
}

function statusOfSubmit() {
	if (isThrottled())
		return smpp.ESME_RTHROTTLED;
	if (behaviour.statuses.length)
		return behaviour.statuses.shift();
	const each = Object.keys(behaviour.status_every).find((n) => counts.submitted % n === 0);
	return each ? behaviour.status_every[each] : behaviour.submit_status;
}

function onSubmit(link, pdu) {
	link.submits++;
	counts.submitted++;
	counts.most_open = Math.max(counts.most_open, ++link.unanswered);
	const isNacked = behaviour.nack_every > 0 && counts.submitted % behaviour.nack_every === 0;
	const status = isNacked ? smpp.ESME_RSYSERR : statusOfSubmit();
	const remote = status ? '' : (firstRemote + nextRemote++).toString(16);
	const wantsReceipt = !status && behaviour.receipt && (pdu.registered_delivery & WANTS_RECEIPT), isFirst = behaviour.receipt_first;

	if (status === smpp.ESME_RTHROTTLED)
		counts.throttled++;
	if (status)
		tell('refused', { to: pdu.destination_addr, status });
	else
		accept(link, pdu, remote);
	if (wantsReceipt && isFirst)
		sendReceipt(pdu, remote, behaviour.receipt, link);
	const answer = () => answerSubmit(link, pdu, status, remote, isNacked, wantsReceipt && !isFirst);
	const after = behaviour.submit_ms + Math.floor(Math.random() * behaviour.submit_jitter_ms);
	if (after)
		setTimeout(answer, after);
	else
		answer();
}

function accept(link, pdu, remote) {
	counts.accepted++;
	showOnPhone(link, pdu, remote);
	passOn(pdu);
	if (!expected)
		return;
	expected.begin = expected.begin || Date.now();
	if (++expected.seen >= expected.n) {
		tell('submitted', { ms: Date.now() - expected.begin });
		expected = null;
	}
}

function answerSubmit(link, pdu, status, remote, isNacked, wantsReceipt) {
	if (behaviour.answer_submit) {
		link.unanswered--;
		together(link.session.socket);
		link.session.send(isNacked ? new smpp.PDU('generic_nack', { command_status: status, sequence_number: pdu.sequence_number })
			: pdu.response(status ? { command_status: status } : { message_id: remote }));
	}
	if (behaviour.intermediate && (pdu.registered_delivery & WANTS_INTERMEDIATE))
		enqueue('intermediate', receipt(pdu, remote, 'ENROUTE', 'intermediate'), { remote, stat: 'ENROUTE' });
	if (wantsReceipt)
		setTimeout(sendReceipt, behaviour.receipt_ms, pdu, remote, behaviour.receipt, link);
}

function sendReceipt(of, remote, stat, link) {
	const form = behaviour.receipt_forms[nextForm++ % behaviour.receipt_forms.length];
	const avoid = behaviour.receipt_link === 'other' && link ? link.number : undefined;
	for (let n = behaviour.receipt_twice ? 2 : 1; n > 0; n--) {
		counts.receipts++;
		enqueue('receipt', receipt(of, remote, stat, form), { remote, stat, form, to: of.destination_addr }, avoid);
	}
}

// ---- other ESMEs: a phone network of somebody else ------------------------

function passed(pdu) {
	const { source_addr_ton, source_addr_npi, source_addr, dest_addr_ton, dest_addr_npi, destination_addr, esm_class, data_coding } = pdu;
	return { source_addr_ton, source_addr_npi, source_addr, dest_addr_ton, dest_addr_npi, destination_addr, esm_class: esm_class & 0x40,
		data_coding, short_message: pdu.short_message || Buffer.alloc(0) };
}

function onPeerSubmit(session, pdu) {
	const id = enqueue('mo', passed(pdu), { from: pdu.source_addr, tag: 'peer' });
	session.send(pdu.response({ message_id: String(id) }));
}

function passOn(pdu) {
	others.forEach((session) => session.deliver_sm(passed(pdu)));
}

// ---- links ----------------------------------------------------------------

function statusOfBind(pdu) {
	if (behaviour.bind_statuses.length)
		return behaviour.bind_statuses.shift();
	if (behaviour.bind_status)
		return behaviour.bind_status;
	if (pdu.system_id === esme && pdu.password !== PASSWORD)
		return smpp.ESME_RINVPASWD;
	return behaviour.max_links && links.length >= behaviour.max_links ? smpp.ESME_RALYBND : 0;
}

function onBind(session, pdu) {
	const status = statusOfBind(pdu);
	counts.binds++;
	tell('bind', { command: pdu.command, status, system_id: pdu.system_id, system_type: pdu.system_type, version: pdu.interface_version,
		address_range: pdu.address_range });
	session.send(pdu.response(status ? { command_status: status } : { system_id: 'lab-smsc' }));
	if (status)
		return null;
	if (pdu.system_id !== esme) {
		others.add(session);
		return null;
	}
	const link = { session, number: nextLink++, mode: pdu.command, open: new Map(), submits: 0, unanswered: 0, isHeld: false };
	links.push(link);
	tell('bound', { command: pdu.command, link: link.number });
	if (behaviour.repeat)
		repeatLeft();
	pump();
	return link;
}

function onGone(link) {
	links.splice(links.indexOf(link), 1);
	tell('lost', { unanswered: link.open.size, link: link.number });
	left.push(...[...link.open.values()].filter((item) => !item.answered));
	if (behaviour.repeat && links.length > 0)
		repeatLeft();
}

function onEnquire(session, pdu) {
	tell('asked', {});
	if (behaviour.answer_enquire)
		session.send(pdu.response());
}

function enquire(link) {
	const begin = Date.now();
	link.session.enquire_link({}, () => tell('alive', { link: link.number, ms: Date.now() - begin }));
}

function onSession(session) {
	let link = null;
	const bind = (pdu) => { link = onBind(session, pdu); };
	session.on('bind_transceiver', bind).on('bind_receiver', bind).on('bind_transmitter', bind);
	session.on('submit_sm', (pdu) => link ? onSubmit(link, pdu) : others.has(session) ? onPeerSubmit(session, pdu)
		: session.send(pdu.response({ command_status: smpp.ESME_RINVBNDSTS })));
	session.on('enquire_link', (pdu) => onEnquire(session, pdu));
	session.on('generic_nack', (pdu) => tell('nacked', { status: pdu.command_status, sequence: pdu.sequence_number }));
	session.on('unbind', (pdu) => {
		tell('unbind', { link: link && link.number });
		session.send(pdu.response());
		session.close();
	});
	session.on('close', () => { others.delete(session); if (link) onGone(link); });
	session.on('error', () => session.destroy());
	return session;
}

// ---- what a story asks for ------------------------------------------------

const chosen = (r) => r.link === undefined ? [...links] : links.filter((l) => l.number === r.link);

function unbind(link) {
	link.isHeld = true;
	link.session.unbind({}, () => { tell('unbound', { link: link.number }); link.session.close(); });
}

// Of the next frame on this link the first half, and the rest when `seconds` are over: nothing else can be said meanwhile.
function halve(link, seconds) {
	const { socket } = link.session;
	socket.write = (frame, done) => {
		delete socket.write;
		socket.write(frame.slice(0, frame.length >> 1));
		socket.cork();
		setTimeout(() => socket.uncork(), 1000 * seconds);
		return socket.write(frame.slice(frame.length >> 1), done);
	};
}

// Closed, nobody can connect, and who was connected is cut off; control connections stay.
function door(isOpen) {
	if (isOpen)
		return server.listen(port, '127.0.0.1');
	server.close();
	return links.slice().forEach((link) => link.session.destroy());
}

// We call the gateway, and it binds on our connection.
function outbind(to) {
	const socket = net.connect(to, '127.0.0.1'), session = onSession(new smpp.Session({ socket }));
	socket.on('connect', () => session.outbind({ system_id: 'lab-smsc', password: PASSWORD }));
}

const operations = {
	send: (r) => ({ ids: send(r) }),
	many: (r) => ({ ids: r.texts.map(send) }),
	again: (r) => ({ id: enqueue('mo', items.get(r.of).pdu, items.get(r.of).about) }),
	resend: () => ({ count: repeatLeft() }),
	set: (r) => { Object.assign(behaviour, r.behaviour); pump(); return { behaviour }; },
	state: () => ({ bound: links.length > 0, waiting: waiting.length, unanswered: left.length + links.reduce((n, l) => n + l.open.size, 0),
		links: links.map((l) => ({ number: l.number, mode: l.mode, open: l.open.size, submits: l.submits })), ...counts }),
	receipt: (r) => { sendReceipt({ destination_addr: r.to, source_addr: r.from, source_addr_ton: 0, source_addr_npi: 1 }, r.remote, r.stat); return {}; },
	drop: (r) => { chosen(r).forEach((l) => l.session.destroy()); return {}; },
	unbind: (r) => { chosen(r).forEach(unbind); return {}; },
	enquire: (r) => { chosen(r).forEach(enquire); return {}; },
	octets: (r) => { chosen(r).forEach((l) => l.session.socket.write(Buffer.from(r.hex, 'hex'))); return {}; },
	half: (r) => { chosen(r).forEach((l) => halve(l, r.seconds)); return {}; },
	outbind: (r) => { outbind(r.port); return {}; },
	door: (r) => { door(r.open); return {}; },
	load: sendLoad,
	expect: (r) => { expected = { n: r.n, seen: 0, begin: 0 }; return {}; },
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

const server = net.createServer((socket) => {
	socket.setNoDelay(true);
	socket.on('error', () => socket.destroy());
	socket.once('readable', () => {
		const first = socket.read(1);
		if (first === null)
			return;
		socket.unshift(first);
		if (first[0] === 0x7b)
			return onControl(socket);
		onSession(new smpp.Session({ socket }))._extractPDUs();
	});
});
server.listen(port, '127.0.0.1', () => console.log(`listening ${port}`));
