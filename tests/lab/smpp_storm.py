#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""smpp_storm - many texts each way, with receipts, directly at an SMSC that does everything wrong, while links are cut and
odzivd is killed: every text has one outcome, nothing is acknowledged before its commit, every row is settled, and no copy
leaves beyond what was in flight at a crash or a cut.

    smpp_storm.py --build DIR --modules DIR [--texts 5000] [--seed N] [--kill 20] [--drop 10] …

What happens when comes from the seed, which is printed. test_smpp_storm.py tells a short form of the same.
"""
import argparse
import os
import random
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from lab import Lab                 # noqa: E402
from process import Failure         # noqa: E402
from storm import STREETS           # noqa: E402

LINKS, WINDOW = 2, 10
# Nothing may hold a text back; what is unsure waits longer than the latest answer, so that no copy is sent for that.
CONF = {"desk": {"unsure_wait": "5s"}, "smpp": {"window": WINDOW, "links": LINKS, "response_wait": "1s", "enquire_every": "1s"},
        "store": {"map_size": "256M"},
        "budget": {"segments_hour": 0, "segments_day_all": 0, "auto_replies_hour": 0, "segments_day": 0}}
EVENTS = {      # name: (how many by default, what the command line says of it)
    "kill": (20, "kill -9 of odzivd"), "drop": (10, "a link closed without unbind"), "unbind": (5, "all links unbound by the SMSC"),
    "garbage": (5, "octets that are no PDU"), "frame": (3, "a text in a frame of 64 KB"), "half": (2, "half a PDU, and a minute nothing"),
    "door": (3, "the SMSC gone for some seconds"), "silence": (3, "enquire_link isn't answered for some seconds"),
    "mood": (20, "another way of answering"),
}
ALWAYS = {"status_every": {"10": 0x58}, "receipt_twice": True, "submit_jitter_ms": 100, "submit_ms": 0, "receipt_first": False,
          "receipt_link": "any", "use_data_sm": False, "receipt_forms": [""], "resend_ms": 3000}
MOODS = ({"submit_ms": 2500}, {"receipt_first": True}, {"receipt_link": "other"}, {"use_data_sm": True}, {"status_every": {"10": 0x58, "7": 0x14}},
         {"receipt_forms": ["decimal", "padded unix", "tlv", "payload short", "text upper seconds", "noid", "unmarked"]}, {"submit_jitter_ms": 700})
GARBAGE = ("474554202f20485454502f312e310d0a0d0a", "00000003", "ffffffffffffffff", "000000100000ffff00000000ffffffff")
LONG_EACH = 10      # each tenth text comes in two parts
HALF_SECONDS = 60


def text(n):
    words = f"Pukla je cev u {STREETS[n % len(STREETS)]} {n + 1}, voda tece po trotoaru"
    return words + ", molimo da dodjete sto pre" * 5 if n % LONG_EACH == 0 else words


class SmppStorm:
    """events: how often what happens, by the names of EVENTS."""

    def __init__(self, lab, count, seed, half_seconds=HALF_SECONDS, **events):
        self.lab, self.count, self.rng, self.half_seconds = lab, count, random.Random(seed), half_seconds
        self.plan = sorted((self.rng.randrange(count // 20, count), kind) for kind, n in events.items() for _ in range(n))
        self.wrote = [f"+38164{n:07d}" for n in range(count)]
        self.ids, self.did, self.early, self.begin = [], [], [], time.monotonic()

    # ---- what may happen

    def kill(self):
        """What was acknowledged up to here must stand in the store now that nobody can write it any more."""
        self.lab.odzivd.kill()
        self.lab.smsc.wait("its links are lost", lambda s: len(s.find("lost")) == len(s.find("bound")))
        acknowledged, balance = len(self.lab.smsc.acknowledged()), self.lab.one("balance")
        parts = balance["parts"]
        kept = balance["received"]["sms"] - parts["joined"] // 2 + parts["received"]
        if acknowledged > kept:
            self.early.append(f"{acknowledged} acknowledged, {kept} kept")
        self.lab.odzivd.start()

    def _link(self):
        """One of the links, or none when all are down."""
        links = self.lab.smsc.state()["links"]
        return {"link": self.rng.choice(links)["number"]} if links else {}

    def drop(self):
        self.lab.smsc.ask("drop", **self._link())

    def unbind(self):
        self.lab.smsc.ask("unbind")

    def garbage(self):
        self.lab.smsc.ask("octets", hex=self.rng.choice(GARBAGE), **self._link())

    def frame(self):
        phone = f"+38165{len(self.wrote):07d}"
        self.wrote.append(phone)
        self.ids += self.lab.smsc.send(phone, f"Pukla je cev u Svetosavskoj {len(self.wrote)}. " + "voda tece " * 6500, payload=True)

    def half(self):
        self.lab.smsc.ask("half", seconds=self.half_seconds, **self._link())

    def door(self):
        self.lab.smsc.ask("door", open=False)
        time.sleep(self.rng.uniform(0.5, 3))
        self.lab.smsc.ask("door", open=True)

    def silence(self):
        self.lab.smsc.behave(answer_enquire=False)
        time.sleep(self.rng.uniform(1, 4))
        self.lab.smsc.behave(answer_enquire=True)

    def mood(self):
        self.lab.smsc.behave(**{**ALWAYS, **self.rng.choice(MOODS)})

    # ---- the run

    def blow(self):
        self.lab.smsc.behave(pace=max(60, self.count // max(1, len(self.plan))), window=50, **ALWAYS)
        self.ids = [i for one in self.lab.smsc.send_many([(phone, text(n)) for n, phone in enumerate(self.wrote)]) for i in one]
        for index, kind in self.plan:
            self.lab.smsc.wait(f"{index} short messages are acknowledged", lambda s, index=index: len(s.acknowledged()) >= index, 180)
            time.sleep(self.rng.uniform(0, 0.1))
            self.did.append(f"{kind}@{index}")
            getattr(self, kind)()
        self.lab.smsc.behave(pace=0)
        self.lab.smsc.wait_acknowledged(self.ids, 240)
        self.lab.smsc.behave(**ALWAYS)

    def on_the_way(self):
        return {state: n for state in ("queued", "sending", "unsure", "sent") if (n := len(self.lab.rows("--state", state)))}

    def settle(self, within=240):
        try:
            self.lab.until("quiet", lambda: len(self.answered()) >= len(self.wrote) and not self.on_the_way(), within, 0.5)
        except Failure:
            raise Failure(f"after {within} s {len(self.answered())} of {len(self.wrote)} texts are answered, on the way are {self.on_the_way()}; "
                          f"{len(self.lab.cases())} cases; {self.did}") from None
        self.lab.smsc.wait("all receipts are acknowledged", lambda s: not s.state()["waiting"] and not s.state()["unanswered"], 30)

    def answered(self):
        return {e["to"].lstrip("+") for e in self.lab.smsc.find("text")}

    def judge(self):
        """Gives what was seen in words and numbers."""
        contacts, rows = [c["contact"] for c in self.lab.cases(limit=10000)], self.lab.rows(limit=10000)
        wrote, balance, state = {"sms:" + phone for phone in self.wrote}, self.lab.assert_sound(), self.lab.smsc.state()
        copies = len(self.lab.smsc.find("text")) - len(self.answered())
        lost_links = len(self.lab.smsc.find("lost"))      # each with a window of texts that the SMSC may have had
        report = {"texts": len(wrote), "cases": len(contacts), "lost": len(wrote - set(contacts)), "repeats": balance["repeats"], "rows": len(rows),
                  "copies on phones": copies, "links lost": lost_links, "receipts": state["receipts"], "binds": state["binds"], "throttled": state["throttled"],
                  "seconds": round(time.monotonic() - self.begin, 1), "events": self.did}
        for wrong, words in (
                (self.early, f"acknowledged before the commit: {self.early}"),
                (wrote - set(contacts), f"lost: {sorted(wrote - set(contacts))[:5]}"),
                (set(contacts) - wrote, f"a case of nobody: {sorted(set(contacts) - wrote)[:5]}"),
                (len(contacts) != len(set(contacts)), "a text became two cases"),
                ([r for r in rows if r["state"] != "arrived"], "a row isn't settled"), (len(rows) != len(wrote), "not one row a text"),
                (balance["received"]["sms"] != len(wrote), "the balance counts otherwise"),
                (copies > lost_links * WINDOW, f"more copies than {lost_links} x {WINDOW}")):
            if wrong:
                raise Failure(f"{words}: {report}, {balance}")
        return report


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--modules", required=True)
    parser.add_argument("--texts", type=int, default=5000)
    for name, (default, words) in EVENTS.items():
        parser.add_argument(f"--{name}", type=int, default=default, help=words)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    parser.add_argument("--keep", action="store_true", help="leave the laboratory's folder")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with Lab(os.path.abspath(options.build), os.path.abspath(options.modules), link="smpp", conf=CONF, keep=options.keep) as lab:
        storm = SmppStorm(lab, options.texts, options.seed, **{name: getattr(options, name) for name in EVENTS})
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
