#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""mail_storm - many mails through Postfix, Dovecot and odzivd while everything that can break breaks: every mail has
one outcome, none has two, and each sender has one acknowledgement (copies of it have its Message-ID).

    mail_storm.py --build DIR [--mails 500] [--seed N] [--kills 7] [--mail-process-kills 7] [--cell-kills 6] …

What happens when comes from the seed, which is printed. test_mail_storm.py tells a short form of the same.
"""
import argparse
import glob
import os
import random
import signal
import smtplib
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from lab import Lab                                 # noqa: E402
from mail_cutter import TO_CLIENT, TO_SERVER        # noqa: E402
from mail_people import Mail, compose               # noqa: E402
from mail_servers import CONTACT                    # noqa: E402
from process import Failure, signal_pid             # noqa: E402

WINDOW = 4
# Nothing may hold a mail back, and what is unsure is sent again at once.
CONF = {"desk": {"unsure_wait": "1s"}, "mail": {"window": WINDOW, "acks_day": 0, "acks_hour": 0, "poll_every": "2s"},
        "budget": {"segments_hour": 0, "segments_day_all": 0, "auto_replies_hour": 0, "segments_day": 0}}
STREETS = ("Svetosavskoj", "Njegoševoj", "Karađorđevoj", "Dositejevoj")
SPARE = 4       # shares of the mails that no event has for itself: for those that need a second try, and for the end
EVENTS = {      # name: (how many by default, what the command line says of it)
    "kill": (7, "kill -9 of odzivd"), "kill_mail_process": (7, "kill -9 of the mail process"), "kill_cell": (6, "kill -9 of a cell"),
    "restart_dovecot": (3, "Dovecot stopped and started"), "kill_dovecot": (2, "kill -9 of all of Dovecot"),
    "restart_postfix": (3, "Postfix stopped and started"), "cut_fetch": (4, "the connection to Dovecot cut in the middle of an answer"),
    "cut_data": (4, "the connection to Postfix cut in the middle of a mail"), "forget_uids": (2, "a new UIDVALIDITY"),
    "expunge": (3, "a mail taken away by another client"),
}


class Senders(threading.Thread):
    """Writes the mails, each from an address of its own, by connections that come back; no more than were allowed."""

    def __init__(self, lab, count, rng):
        super().__init__(daemon=True)
        self.lab, self.count, self.accepted, self.may = lab, count, 0, 0
        self.go = threading.Condition()
        files = [("slika.jpg", "image/jpeg", rng.randbytes(60000)), ("ponuda.pdf", "application/pdf", b"%PDF-1.4\n" + rng.randbytes(20000))]
        self.mails = [self._mail(n, files[n % 2:n % 2 + 1] if n % 3 == 0 else ()) for n in range(count)]

    @staticmethod
    def address(n):
        return f"s{n:04d}@citizen.example"

    def _mail(self, n, files):
        text = f"Pukla je cev u {STREETS[n % len(STREETS)]} {n + 1}, voda teče po trotoaru.\n"
        return compose(self.address(n), CONTACT, f"Prijava {n}", text, files)

    def allow(self, more):
        with self.go:
            self.may = min(self.count, self.may + more)
            self.go.notify_all()

    def run(self):
        smtp = None
        for n, octets in enumerate(self.mails):
            with self.go:
                self.go.wait_for(lambda n=n: n < self.may)
            while True:
                try:
                    smtp = smtp or smtplib.SMTP("localhost", self.lab.ports["mx"], local_hostname="citizen.example", timeout=10)
                    smtp.sendmail(self.address(n), [CONTACT], octets)
                    break
                except (OSError, smtplib.SMTPException):
                    smtp = None     # as any server does it: again, with the same Message-ID
                    time.sleep(0.2)
            self.accepted = n + 1


class MailStorm:
    """events: how often what happens, by the names of EVENTS."""

    def __init__(self, lab, count, seed, **events):
        self.lab, self.count, self.rng = lab, count, random.Random(seed)
        self.plan = [kind for kind, n in events.items() for _ in range(n)]
        self.rng.shuffle(self.plan)
        self.share = count // (len(self.plan) + SPARE)      # mails an event: some before it, the others while it happens
        self.box = lab.person(CONTACT).mailbox
        self.senders = Senders(lab, count, self.rng)
        lab.mail.dovecot.add(*map(Senders.address, range(count)))
        self.kills = sum(n for kind, n in events.items() if kind.startswith("kill_") and kind != "kill_dovecot" or kind == "kill")
        self.killed = self.killed_at_work = 0
        self.rest, self.did, self.taken_away, self.begin = 0, [], [], time.monotonic()

    # ---- what may happen

    def _more_mails(self):
        """The rest of this event's share; a second try has one of those that are spare."""
        self.senders.allow(self.rest or self.share)
        self.rest = 0

    def _to_work(self):
        """More mails come, so that who is killed has some in hand."""
        self._more_mails()
        time.sleep(self.rng.uniform(0, 0.4))

    def _has_died(self):
        """One of the kills that were asked for; at work: what he should have read lies in the folder still."""
        self.killed += 1
        self.killed_at_work += bool(self.box.uids())

    def kill(self):
        self._to_work()
        self.lab.odzivd.kill()
        self._has_died()
        self.lab.odzivd.start()

    def kill_mail_process(self):
        self._to_work()
        for pid in self.lab.until("there is a mail process", self.lab.odzivd.mail_processes):
            signal_pid(pid, signal.SIGKILL)
        self._has_died()

    def _first_cell(self):
        """The mails that gathered behind a held wire come at once, so there are cells to be seen. None: all are read."""
        end = time.monotonic() + 5
        while time.monotonic() < end:
            for pid in self.lab.odzivd.cells():
                signal_pid(pid, signal.SIGKILL)
                return pid
        return None

    def kill_cell(self):
        for _ in range(SPARE):
            self._with_a_full_folder(lambda _: None)
            if self._first_cell():
                self._has_died()
                return
        self.did.append("(no cell was seen)")

    def restart_dovecot(self):
        self.lab.mail.dovecot.stop()
        time.sleep(self.rng.uniform(0, 1))
        self.lab.mail.dovecot.start()

    def kill_dovecot(self):
        self.lab.mail.dovecot.kill()
        time.sleep(self.rng.uniform(0, 1))
        self.lab.mail.dovecot.start()

    def restart_postfix(self):
        self.lab.mail.postfix.stop_master()
        time.sleep(self.rng.uniform(0, 1))
        self.lab.mail.postfix.start_master()

    def cut_fetch(self):
        self.lab.mail.imap_wire.cut(TO_CLIENT, self.rng.randrange(1000, 60000))

    def cut_data(self):
        self.lab.mail.smtp_wire.cut(TO_SERVER, self.rng.randrange(1000, 6000))

    def _with_a_full_folder(self, work):
        """While odzivd's connection is held, until some mails lie in the folder."""
        self.lab.mail.imap_wire.hold()
        try:
            self._more_mails()
            work(self.lab.until("mails lie in the folder", lambda: len(uids := self.box.uids()) >= 2 and uids, 20))
        except Failure:
            self.did.append("(too late for that)")
        finally:
            self.lab.mail.imap_wire.let_go()

    def forget_uids(self):
        self._with_a_full_folder(lambda _: self.lab.mail.dovecot.forget_uids(CONTACT))

    def expunge(self):
        def work(uids):
            uid = self.rng.choice(uids)
            self.taken_away += [mail["From"].strip("<>") for mail in self.box.mails() if mail.uid == uid]
            self.box.expunge(uid)
        self._with_a_full_folder(work)

    # ---- the run

    def blow(self):
        self.senders.start()
        for kind in self.plan:
            before = self.rng.randrange(self.share // 2 + 1)
            self.rest = self.share - before
            self.senders.allow(before)
            self.lab.until("what may be sent is accepted", lambda: self.senders.accepted >= self.senders.may, 120)
            time.sleep(self.rng.uniform(0, 1.5))    # odzivd needs most of it to come back from the last one
            self.did.append(f"{kind}@{self.senders.may}")
            getattr(self, kind)()
            self.senders.allow(self.rest)
        self.senders.allow(self.count)
        self.lab.until("all mails are accepted", lambda: self.senders.accepted == self.count, 180)

    def on_the_way(self):
        """What still moves, in words and numbers; nothing when all is quiet."""
        found = {"Postfix's queue": len(self.lab.mail.postfix.queue()), "the folder": len(self.box.uids())}
        found.update((state, len(self.lab.rows("--state", state))) for state in ("queued", "sending", "unsure"))
        return {what: n for what, n in found.items() if n}

    def settle(self, within=180):
        try:
            self.lab.until("quiet", lambda: not self.on_the_way(), within, 0.5)
        except Failure:
            raise Failure(f"after {within} s still {self.on_the_way()}; {len(self.lab.cases())} cases; {self.did}") from None

    def acknowledgements(self):
        """sender: the Message-IDs of what he got, read from disk: a login for each would take minutes."""
        found = {}
        for n in range(self.count):
            address = Senders.address(n)
            paths = glob.glob(os.path.join(self.lab.mail.dovecot.maildir(address), "new", "*"))
            found[address] = []
            for path in paths:
                with open(path, "rb") as f:
                    found[address].append(Mail(f.read()).id)
        return found

    def judge(self):
        """Gives what was seen in words and numbers."""
        cases, balance = self.lab.cases(), self.lab.assert_sound()
        opened = {}
        for case in cases:
            opened.setdefault(case["contact"], []).append(case)
        wrote = {"mail:" + Senders.address(n) for n in range(self.count)}
        lost = wrote - set(opened)
        acks = self.acknowledgements()
        copies = sum(len(ids) - len(set(ids)) for ids in acks.values())
        report = {"mails": self.count, "cases": len(cases), "taken away by another client": len(lost), "repeats": balance["repeats"],
                  "copies of acknowledgements": copies, "in the folder of what is done": len(self.box.uids("odziv-done")),
                  "kills of odzivd, the mail process and cells": f"{self.killed} of {self.kills}, {self.killed_at_work} with mails in the folder",
                  "wires cut": self.lab.mail.imap_wire.cuts + self.lab.mail.smtp_wire.cuts, "seconds": round(time.monotonic() - self.begin, 1), "events": self.did}
        deaths = len([d for d in self.did if d.startswith(("kill@", "cut_data@", "restart_postfix@"))])
        for wrong, words in (
                (self.killed != self.kills, "somebody who was to be killed wasn't found"),
                (not lost <= {"mail:" + a for a in self.taken_away}, f"mails are lost: {sorted(lost)}"),
                (set(opened) - wrote, f"a case of nobody: {set(opened) - wrote}"),
                (any(len(c) > 1 or c[0]["messages"] > 1 for c in opened.values()), "a mail was taken twice"),
                (balance["received"]["mail"] != len(cases), "the balance counts otherwise"),
                ([a for a, ids in acks.items() if "mail:" + a in opened and not ids], "somebody has no acknowledgement"),
                ([a for a, ids in acks.items() if len(set(ids)) > 1], "somebody has two acknowledgements"),
                (copies > deaths * WINDOW, f"more than {deaths * WINDOW} copies")):
            if wrong:
                raise Failure(f"{words}: {report}, {balance}")
        return report


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--mails", type=int, default=500)
    for name, (default, words) in EVENTS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=default, help=words)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    parser.add_argument("--keep", action="store_true", help="leave the laboratory's folder")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with Lab(os.path.abspath(options.build), None, link="simulator", conf=CONF, mail={"with_wires": True}, keep=options.keep) as lab:
        storm = MailStorm(lab, options.mails, options.seed, **{name: getattr(options, name) for name in EVENTS})
        lab.start()
        try:
            storm.blow()
            storm.settle()
            for what, value in storm.judge().items():
                print(f"{what}: {' '.join(value) if isinstance(value, list) else value}")
        except Failure as failure:
            print(f"{lab.logs()}\nFAILED (seed {options.seed}): {failure}; {lab.folder}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
