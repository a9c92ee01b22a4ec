# SPDX-License-Identifier: GPL-3.0-or-later
"""What befalls mail servers and mailboxes: nothing is lost, nothing is taken twice, and what can't be done is said."""
import signal

from mail_cutter import TO_CLIENT, TO_SERVER
from mail_servers import CONTACT
from process import Failure, signal_pid
from stories import in_lab
from test_day import NUMBER
from test_mail_day import HOLE, MAIL_ONLY, PHOTO, clerk, open_case, person, quiet

FAST = {"desk": {"unsure_wait": "1s"}, "mail": {"poll_every": "1s", "acks_day": 0}}
WIRED = {"link": "simulator", "mail": {"with_wires": True}, "conf": FAST}
BIG = ("film.bin", "application/octet-stream", bytes(range(256)) * 8000)


def answered(lab, one):
    """What a server put aside while the other one was away is tried again by its clock; we don't wait for that."""
    for _ in range(7):
        try:
            return one.expect(NUMBER, 5)
        except Failure:
            lab.mail.postfix.flush()
    return one.expect(NUMBER, 10)


def once_each(lab, *people):
    """Each of them has one case and one acknowledgement (or copies of it)."""
    for one in people:
        answered(lab, one)
    quiet(lab)
    contacts = [case["contact"] for case in lab.cases()]
    assert sorted(contacts) == sorted("mail:" + one.address for one in people), contacts
    assert all(case["messages"] == 1 for case in lab.cases())
    for one in people:
        assert len({mail.id for mail in one.mails()}) == 1, [mail.subject for mail in one.mails()]


def people(lab, *names):
    return [person(lab, name) for name in names]


@in_lab(**WIRED)
def test_dovecot_and_postfix_come_back(lab):
    """Dovecot stopped, killed and hanging, Postfix stopped: mails of before, between and after have one case and one acknowledgement each"""
    ana, boris, vera, mile, zuza = those = people(lab, "ana", "boris", "vera", "mile", "zuza")
    ana.write("Pukla cev", HOLE)
    lab.mail.dovecot.stop()
    boris.write("Pukla cev", HOLE)
    lab.mail.dovecot.start()
    lab.mail.dovecot.kill()
    vera.write("Pukla cev", HOLE)
    lab.mail.dovecot.start()
    lab.mail.dovecot.hang()
    mile.write("Pukla cev", HOLE)
    lab.mail.dovecot.resume()
    lab.mail.postfix.stop_master()
    lab.mail.postfix.start_master()
    zuza.write("Pukla cev", HOLE)
    once_each(lab, *those)


@in_lab(**WIRED)
def test_connections_are_cut(lab):
    """The connection to Dovecot cut in the middle of a FETCH, the one to Postfix in the middle of DATA: all arrives once"""
    ana, boris = people(lab, "ana", "boris")
    lab.mail.imap_wire.hold()
    ana.write("Pukla cev", HOLE, files=[BIG])
    lab.mail.imap_wire.cut(TO_CLIENT, 400000)
    lab.mail.imap_wire.let_go()
    lab.until("the FETCH was cut", lambda: lab.mail.imap_wire.cuts == 1)
    lab.mail.smtp_wire.cut(TO_SERVER, 2500)
    boris.write("Pukla cev", HOLE)
    lab.until("the mail was cut", lambda: lab.mail.smtp_wire.cuts == 1)
    once_each(lab, ana, boris)


@in_lab(**WIRED)
def test_uids_are_forgotten_and_mails_taken_away(lab):
    """A new UIDVALIDITY takes nothing twice; what another client expunged first is no mail of ours, and no fault"""
    ana, boris, vera = people(lab, "ana", "boris", "vera")
    open_case(lab, ana)
    box = lab.person(CONTACT).mailbox
    lab.mail.imap_wire.hold()
    boris.write("Pukla cev", HOLE)
    vera.write("Pukla cev", HOLE)
    uids = lab.until("both lie in the folder", lambda: len(uids := box.uids()) == 2 and uids)
    box.expunge(uids[0])
    lab.mail.dovecot.forget_uids(CONTACT)
    lab.mail.imap_wire.let_go()
    vera.expect(NUMBER, 30)
    quiet(lab)
    assert sorted(c["contact"] for c in lab.cases()) == ["mail:ana@citizen.example", "mail:vera@citizen.example"]


@in_lab(**WIRED)
def test_the_done_folder_is_deleted(lab):
    """The folder of what is done is made again when somebody deletes it, and again under our hands"""
    ana, boris = people(lab, "ana", "boris")
    open_case(lab, ana)
    box = lab.person(CONTACT).mailbox
    lab.until("the mail is moved", lambda: box.uids("odziv-done"))
    box.delete_folder("odziv-done")
    open_case(lab, boris)
    lab.until("the mail is moved to a new one", lambda: len(box.uids("odziv-done")) == 1)
    quiet(lab)


@in_lab(**{**WIRED, "serve": ("mail",)})
def test_an_old_server_without_move_and_idle(lab):
    """A server without MOVE and IDLE: mails are copied, deleted and expunged, and found by looking"""
    lab.mail.dovecot.restart(old=True)
    lab.odzivd.start()
    ana, boris = people(lab, "ana", "boris")
    open_case(lab, ana)
    open_case(lab, boris)
    quiet(lab)
    assert len(lab.person(CONTACT).mailbox.uids("odziv-done")) == 2


@in_lab(**{**WIRED, "serve": ("mail",)})
def test_a_full_mailbox(lab):
    """A mailbox over its quota, on a server that can't MOVE: the mail is a case once, and it is moved when there is room"""
    lab.mail.dovecot.add(CONTACT, quota="180k")
    lab.mail.dovecot.restart(old=True)
    ana, box = person(lab, "ana"), lab.person(CONTACT).mailbox
    ana.write("Pukla cev", HOLE, files=[PHOTO])
    lab.until("the mail lies there", box.uids)
    box.append(b"Subject: old\r\n\r\n" + b"x" * 70 * 1300, "arhiva")
    lab.odzivd.start()
    ana.expect(NUMBER, 20)
    lab.until("status says so", lambda: [a for a in lab.one("status")["alarms"] if "Quota exceeded" in a["text"]], 20)
    box.expunge(*box.uids("arhiva"), folder="arhiva")
    quiet(lab, 60)
    assert len(lab.cases()) == 1 and len(ana.mails()) == 1


@in_lab(**WIRED)
def test_odzivd_and_the_mail_process_die_with_mails_in_hand(lab):
    """kill -9 of odzivd, of the mail process and of a cell while ten mails come: one case and one acknowledgement each"""
    those = people(lab, *(f"s{n}" for n in range(10)))
    for n, one in enumerate(those):
        one.write("Pukla cev", HOLE, files=[PHOTO])
        if n in (2, 5):
            lab.odzivd.kill()
            lab.odzivd.start()
        if n in (3, 8):
            for pid in lab.until("there is a mail process", lab.odzivd.mail_processes):
                signal_pid(pid, signal.SIGKILL)
    once_each(lab, *those)


@in_lab(**{**MAIL_ONLY, "serve": ("mail",)}, conf={"mail": {"adopt": "new"}})
def test_a_mailbox_is_taken_from_now_on(lab):
    """With adopt = new what lay in the mailbox before we came stays there unread, and what comes now is read"""
    ana, boris = people(lab, "ana", "boris")
    ana.write("Pukla cev", HOLE)
    lab.until("the mail lies there", lambda: lab.person(CONTACT).mailbox.uids())
    lab.odzivd.start()
    lab.until("the mailbox is adopted", lambda: [c for c in lab.one("status")["channels"] if c["name"] == "mail" and c["state"] == "up"])
    boris.write("Pukla cev", HOLE)
    boris.expect(NUMBER, 20)
    assert [c["contact"] for c in lab.cases()] == ["mail:boris@citizen.example"]
    assert len(lab.person(CONTACT).mailbox.uids()) == 1
    lab.assert_sound()


@in_lab(**MAIL_ONLY)
def test_an_answer_that_is_refused_is_said(lab):
    """A mail that the MTA refuses for good is FAILED, the case stays open, and a clerk hears of it"""
    pera = person(lab)
    number, _ = open_case(lab, pera)
    told = clerk(lab).expect(number)
    lab.mail.postfix.restart(smtpd_recipient_restrictions="check_recipient_access inline:{{pera@citizen.example=REJECT 5.7.1 blocked}}")
    clerk(lab).reply(told, "Ekipa izlazi danas.")
    lab.until("the answer has failed", lambda: [r for r in lab.rows("--case", number) if r["kind"] == "answer" and r["state"] == "failed"], 20)
    assert "blocked" in clerk(lab).expect(number, 20).text
    assert lab.case(number)["state"] != "solved"
    quiet(lab)
