# SPDX-License-Identifier: GPL-3.0-or-later
"""The laboratory itself: what the SMSC sends arrives through real Kannel octet by octet, and back.
A box of a few lines stands where odzivd will be."""
import os
import subprocess

from box import Box, DLR, MO
from process import until
from stories import in_lab

ANA = "+381641234567"
KANNEL_ONLY = ("smsc", "kannel")
LONG_EMOJI = "Комунално: на углу Светосавске и Његошеве већ данима не раде светиљке, деца се враћају из школе по мраку 🌙 и " \
    "бојимо се да ће неко страдати. Молимо да хитно пошаљете екипу! 🙏🙏"

# A foreign ESME: writes one text as a phone, prints what is sent to phones.
PEER = """
const smpp = require('smpp');
const session = smpp.connect({ host: '127.0.0.1', port: process.argv[1] }, () => session.bind_transceiver({ system_id: 'phones' }, () =>
	session.submit_sm({ source_addr_ton: 1, source_addr: '381641234567', destination_addr: '1955', short_message: 'Рупа' })));
session.on('deliver_sm', (pdu) => {
	session.send(pdu.response());
	console.log(`${pdu.destination_addr} ${pdu.short_message.message}`);
});
"""


def next_mo(box):
    while True:
        message = box.receive()
        if message["kind"] == "sms" and message["sms_type"] == MO:
            return message


@in_lab(serve=KANNEL_ONLY)
def test_texts_reach_a_box_octet_by_octet(lab):
    """GSM with extensions, Cyrillic and binary texts reach a box as they were sent"""
    box = Box(lab.ports["box"], b"odziv")
    rows = [({"text": "Rupa na putu {50} [m] €"}, 0, "Rupa na putu {50} [m] €".encode()), ({"text": "Рупа"}, 2, "Рупа".encode("utf-16-be")),
            ({"hex": "00ff10"}, 1, b"\x00\xff\x10")]
    for sent, coding, octets in rows:
        ids = lab.smsc.send(ANA, **sent)
        message = next_mo(box)
        assert (message["sender"], message["coding"], message["msgdata"]) == (ANA.encode(), coding, octets), message
        box.acknowledge(message)
        lab.smsc.wait_acknowledged(ids)
    box.close()


@in_lab(serve=KANNEL_ONLY)
def test_a_long_text_comes_in_parts(lab):
    """A Cyrillic text with emoji comes in three parts with their UDH, and again when it is sent again"""
    box = Box(lab.ports["box"], b"odziv")
    ids = lab.smsc.send(ANA, LONG_EMOJI)
    lab.smsc.ask("again", of=ids[0])
    parts = [next_mo(box) for _ in range(4)]
    assert len(ids) == 3 and [p["udhdata"][4:6] for p in parts] == [b"\x03\x01", b"\x03\x02", b"\x03\x03", b"\x03\x01"]
    assert b"".join(p["msgdata"] for p in parts[:3]).decode("utf-16-be") == LONG_EMOJI
    assert parts[0]["msgdata"] == parts[3]["msgdata"] and parts[0]["id"] != parts[3]["id"]
    for part in parts:
        box.acknowledge(part)
    box.close()


@in_lab(serve=KANNEL_ONLY)
def test_a_phone_shows_what_was_sent_to_it(lab):
    """A phone shows GSM and joined Cyrillic texts, and their receipts come back with our own words"""
    box, phone = Box(lab.ports["box"], b"odziv"), lab.phone(ANA, "Ana")
    box.send(ANA.encode(), "Vaša [prijava] €".encode().replace("š".encode(), b"s"), dlr_mask=31, dlr_url=b"7.0")
    phone.expect(r"^Vasa \[prijava\] €$")
    octets = LONG_EMOJI.encode("utf-16-be")
    for i in range(3):
        udh = bytes([5, 0, 3, 9, 3, i + 1])
        box.send(ANA.encode(), octets[i * 134:(i + 1) * 134], coding=2, charset=b"UTF-16BE", udh=udh)
    assert phone.expect(".*").group(0) == LONG_EMOJI
    assert sorted(receipts_of(box, 2)) == [(b"7.0", 1), (b"7.0", 8)]
    box.close()


@in_lab(serve=KANNEL_ONLY)
def test_nothing_acknowledged_is_lost_by_a_box_that_dies(lab):
    """What a box did not acknowledge comes again to the next one, and kill -9 of bearerbox changes nothing"""
    box = Box(lab.ports["box"], b"odziv")
    ids = lab.smsc.send_many([(f"+38164{i:07d}", f"poruka {i}") for i in range(50)])
    seen = {next_mo(box)["id"] for _ in range(50)}
    lab.smsc.wait_acknowledged([i for one in ids for i in one])
    box.close()
    lab.kannel.kill_bearerbox()
    box = Box(lab.ports["box"], b"odziv")
    assert {next_mo(box)["id"] for _ in range(50)} == seen
    box.close()


def receipts_of(box, n):
    """n receipts as (our words, status)."""
    found = []

    def has_all():
        message = box.receive()
        if message["kind"] == "sms" and message["sms_type"] == DLR:
            found.append((message["dlr_url"], message["dlr_mask"]))
            box.acknowledge(message)
        return len(found) == n
    until(f"{n} receipts", has_all)
    return found


@in_lab(serve=KANNEL_ONLY)
def test_the_network_misbehaves_as_told(lab):
    """The SMSC throttles, refuses, doubles receipts and breaks the link, when it is told to"""
    box, phone = Box(lab.ports["box"], b"odziv"), lab.phone(ANA)
    lab.smsc.behave(statuses=[0x45], receipt_twice=True, receipt="UNDELIV")
    for n in (b"1", b"2"):
        box.send(ANA.encode(), n, dlr_mask=31, dlr_url=n)
    phone.expect("2")
    assert sorted(receipts_of(box, 3)) == [(b"1", 16), (b"2", 2), (b"2", 8)]
    assert lab.smsc.find("refused", status=0x45)
    lab.smsc.ask("drop")
    lab.smsc.wait("bearerbox binds again", lambda s: len([e for e in s.events if e["event"] == "bound"]) == 2, 15)
    box.close()


@in_lab(serve=KANNEL_ONLY)
def test_kannel_drops_a_receipt_that_overtakes(lab):
    """A receipt that is here before the answer to submit_sm is dropped by Kannel: no box may wait for it"""
    box = Box(lab.ports["box"], b"odziv")
    lab.smsc.behave(receipt_first=True)
    box.send(ANA.encode(), b"1", dlr_mask=31, dlr_url=b"1")
    assert receipts_of(box, 1) == [(b"1", 8)]
    lab.smsc.wait("the receipt is acknowledged", lambda s: s.acknowledged("receipt"))
    box.close()


@in_lab(serve=KANNEL_ONLY, link="http")
def test_smsbox_is_started_again(lab):
    """On the HTTP link smsbox comes back by itself after a kill of it, and after one of bearerbox"""
    lab.kannel.kill_smsbox()
    lab.kannel.kill_bearerbox()
    lab.until("smsbox is back", lambda: lab.kannel.smsbox.is_running() and lab.kannel.status_has("boxes/box/type", "smsbox"), 20)
    assert lab.kannel.sendsms(ANA, "zdravo") == 202
    lab.phone(ANA).expect("zdravo")


@in_lab(serve=KANNEL_ONLY)
def test_a_foreign_phone_network_may_bind(lab):
    """Another ESME that binds at the SMSC is a phone network: its texts come in, our texts reach it"""
    box = Box(lab.ports["box"], b"odziv")
    client = subprocess.Popen(["node", "-e", PEER, str(lab.ports["smsc"])], env={**os.environ, "NODE_PATH": lab.modules},
                              stdout=subprocess.PIPE, text=True)
    try:
        message = next_mo(box)
        assert (message["sender"], message["msgdata"]) == (ANA.encode(), "Рупа".encode("utf-16-be"))
        box.acknowledge(message)
        box.send(ANA.encode(), b"Prijava SP-2026-000001")
        assert client.stdout.readline().strip() == "381641234567 Prijava SP-2026-000001"
    finally:
        client.kill()
        client.wait()
        box.close()
