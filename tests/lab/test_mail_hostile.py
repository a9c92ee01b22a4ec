# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail servers that lie, shout and hang up: nothing is lost or taken twice, the fault is said, and the phones and the
command line work on. Real ones can't be made so: these are mail_hostile.py's; the other side is real each time."""
import re
import time

from mail_hostile import HostileImap, HostileSmtp, STRANGE_UID
from mail_people import compose
from mail_servers import CONTACT
from process import Failure
from stories import in_lab
from test_mail_tls import fault

FAST = {"desk": {"unsure_wait": "1s"}, "mail": {"poll_every": "1s", "acks_day": 0, "acks_hour": 0}}
LAB = {"link": "simulator", "mail": True, "serve": ("mail",), "conf": FAST}
MEMORY_MAX_KB = 200 * 1024      # of the mail process, whatever a server sends
CITIZEN, PHONE = "h{}@citizen.example", "+38164{:07}"


def is_alive(lab, number):
    """odzivd answers at once, and a phone gets its acknowledgement."""
    begin = time.monotonic()
    lab.one("status")
    took = time.monotonic() - begin
    if took > 5:
        raise Failure(f"status took {took:.1f} s")
    phone = PHONE.format(number)
    lab.odziv("phone", phone, "ne radi sijalica u Njegoševoj 3", "--wait", 1)
    lab.until(f"{phone} is answered", lambda: [r for r in lab.rows() if r["to"] == "sms:" + phone and r["state"] in ("sent", "arrived")], 20)


def is_small(lab):
    """AddressSanitizer keeps what was freed, so there is nothing to be seen under it."""
    for pid in lab.odzivd.mail_processes():
        with open(f"/proc/{pid}/maps", encoding="utf-8") as f:
            if "libasan" in f.read():
                return
        with open(f"/proc/{pid}/status", encoding="ascii") as f:
            peak = int(re.search(r"VmHWM:\s+(\d+) kB", f.read()).group(1))
        assert peak < MEMORY_MAX_KB, f"the mail process took {peak // 1024} MiB"


def has_case(lab, citizen):
    return [case for case in lab.cases() if case["contact"] == "mail:" + citizen]


def endure(lab, imap, way, number):
    """One way to misbehave, with a mail of its own; then the server is honest again, and the mail is a case."""
    citizen, words = CITIZEN.format(number), HostileImap.WAYS[way][1]
    imap.way, before = way, imap.hits
    imap.add(compose(citizen, CONTACT, f"Pukla cev {number}", f"Pukla je cev u Svetosavskoj {number}, voda teče.\n"))
    lab.odzivd.start()
    lab.until(f"{way} was met", lambda: imap.hits > before, 20)
    if words:
        fault(lab, words, 40)
    else:
        lab.until(f"{way}: the mail is a case", lambda: has_case(lab, citizen), 40)
    is_alive(lab, number)
    is_small(lab)
    lab.odzivd.stop()
    imap.way = None
    lab.odzivd.start()
    lab.until(f"after {way} the mail is a case", lambda: has_case(lab, citizen), 30)
    lab.until(f"after {way} the mail is moved", lambda: not imap.mails, 30)
    lab.odzivd.stop()


def endure_all(lab, ways):
    imap = HostileImap(lab.ports["imap_wire"], lab.mail.certificates).start()
    citizens = [CITIZEN.format(n) for n in range(len(ways))]
    lab.mail.dovecot.add(*citizens)
    lab.odzivd.write_conf(mail={"imap_port": imap.port})
    try:
        for number, way in enumerate(ways):
            endure(lab, imap, way, number)
        lab.odzivd.start()
        lab.until("all are answered", lambda: not [r for s in ("queued", "sending", "unsure") for r in lab.rows("--state", s) if r["kind"] == "ack"], 40)
        for citizen in citizens:
            cases = has_case(lab, citizen)
            assert len(cases) == 1 and cases[0]["messages"] == 1, (citizen, cases)
            assert len({mail.id for mail in lab.person(citizen).mails()}) == 1, citizen
        assert sorted(imap.folders) == ["odziv-done"] and len(imap.folders["odziv-done"]) == len(ways), imap.folders.keys()
        received = lab.assert_sound()["received"]
        assert received["mail"] == len(ways), f"{received}, with a mail of UID {STRANGE_UID}?"
    finally:
        imap.stop()


def ways_at(*commands):
    return [way for way, (command, _) in HostileImap.WAYS.items() if command in commands]


@in_lab(**LAB)
def test_an_imap_server_that_misbehaves_before_its_mails(lab):
    """An IMAP server with endless greetings, logins and lists, storms of BYE and numbers that are none: each is said, none costs a mail"""
    endure_all(lab, ways_at("greeting", "LOGIN", "SELECT", "SEARCH"))


@in_lab(**LAB)
def test_an_imap_server_that_lies_about_its_mails(lab):
    """Endless lines, literals that are huge, longer or shorter than announced, wrong numbers, strange mails: each mail is a case, once"""
    endure_all(lab, ways_at("FETCH", "BODY"))


@in_lab(**LAB)
def test_an_imap_server_that_hangs_up_at_the_end(lab):
    """A server that moves mails and hangs up, and one that shouts while we wait: each mail is a case, once"""
    endure_all(lab, ways_at("MOVE", "IDLE"))


def acks(lab, citizens):
    """citizen: the state of his acknowledgement."""
    found = {row["to"].removeprefix("mail:"): row["state"] for row in lab.rows() if row["kind"] == "ack"}
    return {citizen: found.get(citizen) for citizen in citizens}


def copies(smtp, citizen):
    """The Message-IDs of what the server took for him."""
    return [re.search(rb"Message-ID: (\S+)", octets).group(1) for octets in smtp.taken if citizen.encode() in octets.partition(b"\r\n\r\n")[0]]


@in_lab(**LAB)
def test_an_smtp_server_that_misbehaves(lab):
    """An SMTP server with endless answers, slow ones, 421 in the middle, and the end after DATA: every mail leaves, copies have one Message-ID"""
    smtp = HostileSmtp(lab.ports["smtp_wire"], lab.mail.certificates).start()
    citizens = [f"{way}@citizen.example" for way in HostileSmtp.WAYS]
    lab.mail.dovecot.add(*citizens)
    lab.odzivd.write_conf(mail={"smtp_port": smtp.port, "smtp_tls": "tls", "window": 2})
    lab.odzivd.start()
    try:
        for number, citizen in enumerate(citizens):
            lab.person(citizen).write(f"Pukla cev {number}", f"Pukla je cev u Svetosavskoj {number}, voda teče.\n")
        for number in range(3):
            is_alive(lab, number)
        try:
            lab.until("all have left", lambda: set(acks(lab, citizens).values()) == {"sent"}, 150)
        except Failure as failure:
            raise Failure(f"{failure}: {acks(lab, citizens)}, met {smtp.met}") from None
        assert set(smtp.met) == {*HostileSmtp.FIRST, *HostileSmtp.WAYS}, smtp.met
        for citizen, (way, may_have_it) in zip(citizens, HostileSmtp.WAYS.items()):
            ids = copies(smtp, citizen)
            assert len(set(ids)) == 1 and len(ids) <= 1 + may_have_it, (way, ids)
        lab.assert_sound()
    finally:
        smtp.stop()
