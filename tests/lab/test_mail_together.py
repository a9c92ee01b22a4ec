# SPDX-License-Identifier: GPL-3.0-or-later
"""Phone and mail together: one person joins both by a code, and files find their way to people who have a mailbox and to
those who only have a phone. Through real Kannel, Dovecot and Postfix."""
import json
import random
import re
import threading
import time

from stories import in_lab
from test_day import BORIS, LAMP, NUMBER, PIPE, report
from test_mail_day import MAIL_ONLY, PHOTO, clerk, is_answered, open_case, person, quiet, staff_mail

DECISION = ("Rešenje o priključku.pdf", "application/pdf", b"%PDF-1.4\n" + bytes(range(256)) * 40)
PROGRAM = ("racun.exe", "application/octet-stream", b"MZ" + bytes(1000))


def asks_to_join(lab, who, number):
    """The mail that asks back, and only then the code is on its way to the phone."""
    who.write("Povezivanje", f"Povežite moju prijavu {number}, hvala.")
    return who.expect("šest cifara")


def code_on(phone):
    return phone.expect(r"\b\d{6}\b").group(0)


@in_lab(mail=True)
def test_phone_and_mail_are_joined_by_a_code(lab):
    """Who writes by phone and by mail joins both with the code on the phone: his mails join the case, a stranger with the code gets nothing"""
    boris, pera, mallory = lab.phone(BORIS), person(lab), lab.person("mallory@evil.example", "Mallory")
    number = report(lab, boris, PIPE)
    staff_mail(lab, number)
    asked = asks_to_join(lab, pera, number)
    assert number not in asked.subject + asked.text and BORIS[-6:] not in asked.text, "nothing is told about the case before"
    code = code_on(boris)
    mallory.reply(asked, code, to=lab.mail.contact)
    lab.until("the stranger's mail is taken", lambda: lab.one("balance")["received"]["mail"] == 2)
    pera.reply(asked, f"Kod je {code}, hvala.")
    done = pera.expect("povezani")
    assert number in done.text and not mallory.mailbox.mails()[1:], done.text
    pera.reply(done, f"Na prijavu {number}: i dalje curi, sada jače.")
    told = staff_mail(lab, number)
    assert "sada jače" in told.text and lab.case(number)["messages"] == 2
    clerk(lab).reply(told, "Ekipa izlazi danas.")
    assert "Ekipa izlazi danas" in boris.expect(NUMBER, 15).string, "the answer goes where the case came from"
    shown = json.dumps([lab.odziv("case", "show", c["number"]) for c in lab.cases()] + lab.odziv("contact", "show", "mail:" + pera.address))
    assert code not in shown and code not in lab.odzivd.process.log(), "the code stands nowhere"
    assert sum(bool(contact["record"]["same"]) for contact in lab.odziv("dump", "contact")) == 2, "both know of each other"
    quiet(lab)


@in_lab(mail=True)
def test_a_wrong_code_joins_nothing(lab):
    """Three wrong codes end the try: the right one comes too late, and the mail is no word on the case"""
    boris, pera = lab.phone(BORIS), person(lab)
    number = report(lab, boris, PIPE)
    asked = asks_to_join(lab, pera, number)
    code = code_on(boris)
    wrong = f"{(int(code) + 1) % 1000000:06d}"
    for n, words in enumerate((wrong, wrong, wrong, code), 2):
        pera.reply(asked, words)
        lab.until("the mail is taken", lambda n=n: lab.one("balance")["received"]["mail"] == n)
    pera.expect_silence(1)
    assert lab.case(number)["messages"] == 1 and not [e for e in lab.case(number)["log"] if "joined" in e["what"]]
    quiet(lab)


@in_lab(mail=True, conf={"desk": {"quiet_from": 0, "quiet_to": 0}})
def test_files_of_clerks_and_citizens(lab):
    """A clerk's file reaches a mail citizen whole; an SMS citizen is told how to get it; a program that a citizen sends is named, not passed on"""
    boris, pera = lab.phone(BORIS), person(lab)
    number, _ = open_case(lab, pera, files=[PHOTO, PROGRAM])
    told = staff_mail(lab, number)
    assert told.files == {PHOTO[0]: PHOTO[2]} and PROGRAM[0] in told.text, (list(told.files), told.text)
    clerk(lab).reply(told, "U prilogu je rešenje.", files=[DECISION])
    answer = pera.expect("U prilogu je rešenje")
    assert answer.files == {DECISION[0]: DECISION[2]}, answer.octets[:2000]
    is_answered(lab, number)
    second = report(lab, boris, LAMP)
    clerk(lab, "cistoca").reply(staff_mail(lab, second, "cistoca"), "Poslato je rešenje.", files=[DECISION])
    texts = boris.expect(NUMBER, 15).string + "\n" + boris.expect("kontakt@test.example", 15).string
    assert "Послато је решење" in texts and "1 прилог" in texts and lab.mail.contact in texts, texts
    quiet(lab)


class Pulse(threading.Thread):
    """How long odzivd takes to answer, at worst."""

    def __init__(self, lab):
        super().__init__(daemon=True)
        self.lab, self.longest_s, self.is_over = lab, 0.0, threading.Event()

    def run(self):
        while not self.is_over.wait(0.1):
            begin = time.monotonic()
            self.lab.one("status")
            self.longest_s = max(self.longest_s, time.monotonic() - begin)

    def stop(self):
        self.is_over.set()
        self.join()
        return self.longest_s


@in_lab(**MAIL_ONLY, conf={"mail": {"attach_max": "40M"}})
def test_a_mail_of_thirty_megabytes(lab):
    """A mail of 30 MB reaches the department whole, one goes back to the citizen, and odzivd answers meanwhile"""
    film = ("film.mp4", "video/mp4", random.Random(30).randbytes(22_000_000))
    pulse = Pulse(lab)
    pulse.start()
    pera = person(lab)
    sent = pera.write("Pukla cev", "Pukla je cev u Svetosavskoj 14, snimak je u prilogu.\n", files=[film])
    assert len(sent.octets) > 29_700_000, len(sent.octets)
    number = pera.expect(NUMBER, 60).has(NUMBER).group(0)
    told = clerk(lab).expect(number, 60)
    assert told.files == {film[0]: film[2]}, f"{list(told.files)}: {told.text}"
    clerk(lab).reply(told, "Vraćamo snimak.", files=[("odgovor.mp4", "video/mp4", film[2])], quote=False)
    answer = pera.expect("Vraćamo snimak", 60)
    assert answer.files == {"odgovor.mp4": film[2]}, list(answer.files)
    assert pulse.stop() < 5, f"odzivd took {pulse.longest_s:.1f} s to answer"
    assert not re.search(r"\bcut\b", json.dumps(lab.case(number)))
    quiet(lab)
