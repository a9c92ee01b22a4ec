# SPDX-License-Identifier: GPL-3.0-or-later
"""demo_mail - the mails of the demo's day: a business, two clerks, somebody who is out of office, a dead address and a
forger, by real Postfix and Dovecot."""
import email.utils
import time

from mail_people import compose
from mail_servers import BOUNCING, CONTACT
from process import Failure

OFFER = ("ponuda i slika šahta.pdf", "application/pdf", b"%PDF-1.4\n" + bytes(range(256)) * 300)
FIRMA, VODOVOD, CISTOCA, FORGER, GONE = "Firma Šimić", "Smenovođa vodovoda", "Dispečer čistoće", "Falsifikator", "Nestali"


class Mails:
    """Plays with day (demo.Day), whose lines, faults and checks it uses."""

    def __init__(self, day):
        self.day, self.lab = day, day.lab
        self.people = {name: self.lab.person(address, name) for name, address in (
            (FIRMA, "nabavka@firma.example"), (VODOVOD, "vodovod@test.example"), (CISTOCA, "cistoca@test.example"),
            (FORGER, "vodovod@evil.example"), (GONE, BOUNCING))}
        for name in self.people:
            day.lines[name] = []
        self.cases = {}

    def where(self, name):
        return self.people[name].address

    # ---- what a person does and sees

    def shown(self, name, mark, mail, more=""):
        """A mail as it stands on the screen."""
        files = "".join(f"\n[{file}, {len(octets):,} octets]" for file, octets in mail.files.items())
        head = f"from {mail['From']}" if mark == "<-" else f"to {mail['To']}"
        self.day.note(name, mark, f"{head}\n{mail.subject}\n\n{mail.text.strip()}{files}", more)

    def write(self, name, subject, text, **how):
        mail = self.people[name].write(subject, text, **how)
        self.shown(name, "->", mail)
        return mail

    def reply(self, name, to, text, **how):
        mail = self.people[name].reply(to, text, **how)
        self.shown(name, "->", mail)
        return mail

    def expect(self, step, name, pattern, begin=None):
        """A mail that must come to that mailbox, perhaps behind those of other cases; a miss is noted, and the day goes on."""
        begin = begin or time.monotonic()
        end = time.monotonic() + self.day.within
        try:
            mail = self.people[name].expect("", self.day.within)
            while not mail.has(pattern):
                mail = self.people[name].expect("", max(0, end - time.monotonic()))
        except Failure as failure:
            self.day.fail(step, failure)
            return None
        took = f"{(time.monotonic() - begin) * 1000:.0f} ms"
        self.shown(name, "<-", mail, took)
        self.day.done(step, mail.subject, took)
        return mail

    def until(self, step, check, words):
        """Something that the store must show."""
        try:
            self.lab.until(words, check, self.day.within)
            self.day.check(step, True, words)
        except Failure as failure:
            self.day.check(step, False, str(failure))

    # ---- the day

    def play(self, lamp):
        """lamp: the number of a case that came as a text in Cyrillic."""
        told = self.business()
        self.phone(lamp)
        if told:
            self.out_of_office(told)
            self.forged(told)
        self.bounce()

    def business(self):
        begin = time.monotonic()
        self.write(FIRMA, "Pukla cev ispred firme", "Poštovani,\n\nispred naše firme u Svetosavskoj 14 u Novoj Pazovi pukla je vodovodna cev. "
                   "U prilogu je slika.\n\nS poštovanjem,\nJán Šimić\n", files=[OFFER])
        ack = self.expect("a business's mail with an attachment", FIRMA, self.day.NUMBER, begin)
        if not ack:
            return None
        self.cases[FIRMA] = ack.has(self.day.NUMBER).group(0)
        told = self.expect("… reaches the department", VODOVOD, self.cases[FIRMA])
        if told:
            self.day.check("… with its attachment, octet by octet", told.files == {OFFER[0]: OFFER[2]}, OFFER[0])
        return told

    def phone(self, number):
        told = self.expect("a text from a phone reaches its department", CISTOCA, number or "SP-")
        if told:
            begin = time.monotonic()
            self.reply(CISTOCA, told, "Sijalica je zamenjena, ulica ponovo svetli.\n\n#rešeno\n\nSrdačan pozdrav")
            self.day.expect("the clerk's reply is an SMS in Cyrillic", "Борис", "Сијалица је замењена", begin)
            self.until("… and solves the case", lambda: self.lab.case(number)["state"] == "solved", "solved")

    def out_of_office(self, told):
        before = self.lab.one("balance")["outcomes"]["not_answered"]
        self.reply(VODOVOD, told, "Ekipa izlazi danas do 15 časova.")
        answer = self.expect("a clerk answers by mail", FIRMA, "Ekipa izlazi danas")
        if answer:
            self.reply(FIRMA, answer, "Nisam u kancelariji do ponedeljka.", quote=False, Auto_Submitted="auto-replied")
            self.until("an out-of-office is recorded, not answered",
                       lambda: self.lab.one("balance")["outcomes"]["not_answered"] == before + 1, "recorded")

    def forged(self, told):
        """Who knows the address with the token, and writes in the clerk's name from elsewhere."""
        number, clerk = self.cases[FIRMA], self.people[VODOVOD]
        answers = [row["id"] for row in self.lab.rows("--case", number) if row["kind"] == "answer"]
        to = email.utils.parseaddr(told.answer_to)[1]
        octets = compose(clerk.sender, to, f"Re: {told.subject}", "Vaša prijava je odbijena.\n\n#zatvori nema osnova\n")
        self.shown(FORGER, "->", self.people[FORGER].send(octets, [to]))
        self.expect("a forged staff mail is asked back for", VODOVOD, "odbijena|prijava je odbijena")
        self.until("… and achieves nothing", lambda: self.lab.case(number)["state"] in ("new", "open") and answers ==
                   [row["id"] for row in self.lab.rows("--case", number) if row["kind"] == "answer"], "case open, nothing sent")

    def bounce(self):
        self.write(GONE, "Pukla cev", "U Njegoševoj 3 je pukla cev, voda teče u podrum.\n")
        ack = self.expect("a mail whose writer will be gone", GONE, self.day.NUMBER)
        if not ack:
            return
        number = ack.has(self.day.NUMBER).group(0)
        told = self.expect("… reaches the department", VODOVOD, number)
        if told:
            self.lab.mail.dovecot.forget(BOUNCING)
            self.reply(VODOVOD, told, "Ekipa je na putu.")
            self.expect("the answer bounces, its clerk hears of it", VODOVOD, number)
            self.until("… and the answer is FAILED", lambda: [r for r in self.lab.rows("--case", number)
                                                             if r["kind"] == "answer" and r["state"] == "failed"], "failed")

    def about(self):
        """For lab.json."""
        mail = self.lab.mail
        return {"contact": CONTACT, "password": "secret", "ca_file": mail.certificates.ca, "host": "localhost",
                **{f"{name}_port": mail.ports[name] for name in ("imap", "imaps", "lmtp", "mx", "submission", "smtps")},
                "dovecot_pid": mail.dovecot.process.pid, "postfix_pid": mail.postfix.process.pid,
                "mailboxes": sorted(mail.dovecot.quotas)}
