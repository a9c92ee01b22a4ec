#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""demo - a short day at a town hall, played against real servers; scripts/demo builds and calls this.

    demo.py --build DIR --modules DIR [--smpp | --simulator] [--keep]

Exit 0 only if every expected text arrived on its phone.
"""
import argparse
import contextlib
import json
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from demo_mail import Mails             # noqa: E402
from kannel import STATUS_PASSWORD      # noqa: E402
from lab import Lab                     # noqa: E402
from process import Failure             # noqa: E402

NUMBER = r"SP-\d{4}-\d{6}"
WITH = {"box": "with real Kannel, an SMSC, Dovecot and Postfix", "smpp": "directly at an SMSC, without Kannel, with Dovecot and Postfix",
        "simulator": "with its own simulator"}
LONG_TEXT = "Поштовани, на углу Карађорђеве и Његошеве у Новој Пазови већ три недеље не раде светиљке 🌙. Деца се из друге смене враћају " \
    "по мраку, аутомобили их не виде. Молимо да пошаљете екипу! 🙏"


class NetworkPhone:
    """A phone of the SMSC: what it shows went through Kannel, or straight to odzivd."""

    def __init__(self, lab, number, name):
        self.lab, self.number, self.name = lab, number, name
        self.phone = lab.phone(number, name)

    def text(self, text):
        return self.phone.text(text)

    def again(self, ids):
        return [self.lab.smsc.ask("again", of=i)["id"] for i in ids]

    def expect(self, pattern, within):
        return self.phone.expect(pattern, within)

    def close(self):
        pass


class SimulatedPhone:
    """A phone of the simulator inside odzivd: `odziv phone` writes for it, and listens until the next text is written."""

    def __init__(self, lab, number, name):
        self.lab, self.number, self.name = lab, number, name
        self.listener = None

    def text(self, text):
        self.close()
        words = [os.path.join(self.lab.build, "gateway", "odziv"), "-c", self.lab.odzivd.conf, "phone", self.number, text, "--wait", "60", "--json"]
        self.listener = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, bufsize=0)
        return []

    def expect(self, pattern, within):
        if not select.select([self.listener.stdout], [], [], within)[0]:
            raise Failure(f"after {within:g} s still no text on {self.name} that matches {pattern!r}")
        text = json.loads(self.listener.stdout.readline() or '{"text": ""}')["text"]
        match = re.search(pattern, text, re.S)
        if not match:
            raise Failure(f"{self.name} got {text!r}, which doesn't match {pattern!r}")
        return match

    def close(self):
        if self.listener:
            self.listener.kill()
            self.listener.wait()
            self.listener.stdout.close()
            self.listener = None


class Day:
    """Plays the day, and remembers who wrote what when."""
    NUMBER = NUMBER

    def __init__(self, lab, within):
        self.lab, self.within = lab, within
        self.simulated = lab.link == "simulator"
        make = SimulatedPhone if self.simulated else NetworkPhone
        self.phones = {name: make(lab, number, name) for name, number in
                       (("Ana", "+381641111001"), ("Борис", "+381641111002"), ("Zuzana", "+381641111003"), ("Драган", "+381641111004"))}
        self.lines = {name: [] for name in self.phones}
        self.mails = Mails(self) if lab.mail else None
        self.faults = []

    def done(self, step, what, took):
        print(f"  {step:<44} {what[:40]:<40} {took:>8}")

    def fail(self, step, failure):
        self.faults.append(f"{step}: {failure}")
        print(f"  {step:<44} FAILED: {failure}")

    def note(self, name, mark, text, more=""):
        self.lines[name].append((time.time(), mark, text, more))

    def expect(self, step, name, pattern, since=None):
        """What must be the next text on that phone; a miss is noted, and the day goes on."""
        begin = since or time.monotonic()
        try:
            match = self.phones[name].expect(pattern, self.within)
        except Failure as failure:
            self.fail(step, failure)
            return None
        took = f"{(time.monotonic() - begin) * 1000:.0f} ms"
        number = re.search(NUMBER, match.string)
        self.note(name, "<-", match.string, took)
        self.done(step, number.group(0) if number else "-", took)
        return number.group(0) if number else None

    def say(self, step, name, text, pattern):
        self.note(name, "->", text)
        begin = time.monotonic()
        ids = self.phones[name].text(text)
        return self.expect(step, name, pattern, begin), ids

    def check(self, step, holds, words):
        print(f"  {step:<44} {words if holds else 'FAILED: ' + words}")
        if not holds:
            self.faults.append(f"{step}: {words}")

    def play(self):
        ana, first = self.say("a report without diacritics", "Ana", "Pukla je cev u Svetosavskoj 14, voda tece po trotoaru vec 2 sata",
                              rf"^Prijava {NUMBER}[ -~\n]*Vodovod")
        lamp, _ = self.say("a report in Cyrillic", "Борис", "Не ради улична расвета у Његошевој 20, мрак је три дана", rf"^Пријава {NUMBER}")
        self.say("a report in Slovak", "Zuzana", "Nesvieti pouličné osvetlenie na ulici Janka Čmelíka, už týždeň je tma", rf"^Hl[aá]senie {NUMBER}")
        long_case, parts = self.say("a long text in three parts, with an emoji", "Драган", LONG_TEXT, rf"^Пријава {NUMBER}")
        if not self.simulated:
            self.check("… left the phone in", len(parts) == 3, f"{len(parts)} parts")
            self.duplicate(first)
        self.whole(long_case)
        self.say("STATUS", "Ana", "STATUS", re.escape(ana or "SP-"))
        self.answer(ana)
        if self.mails:
            self.mails.play(lamp)
        self.say("STOP", "Борис", "STOP", r"START")

    def duplicate(self, ids):
        """The SMSC delivers the first text once more: it is acknowledged, and nothing else happens."""
        before = len(self.lab.cases())
        self.lab.smsc.wait_acknowledged(self.phones["Ana"].again(ids))
        self.note("Ana", "->", "(the network delivers the first text once more)")
        time.sleep(1)
        balance = self.lab.one("balance")
        self.check("a duplicate delivery", balance["repeats"] == 1 and len(self.lab.cases()) == before, f"{balance['repeats']} repeat, no new case")

    def whole(self, number):
        """The long text stands in its case as it was written."""
        if number:
            log = self.lab.case(number)["log"]
            self.check("… stands in its case as it was written", any(LONG_TEXT in (entry["text"] or "") for entry in log), number)

    def answer(self, number):
        if not number:
            return
        begin = time.monotonic()
        self.lab.odziv("case", "answer", number, "Cev je zamenjena, voda je puštena u 14 časova.")
        self.expect("an answer by staff", "Ana", rf"^{number}: Cev je zamenjena", begin)
        arrived = self.lab.until("the answer is ARRIVED", lambda: [r for r in self.lab.rows("--case", number) if r["kind"] == "answer" and r["state"] == "arrived"])
        self.check("… its receipt", len(arrived) == 1, "arrived")

    def transcript(self):
        for name, lines in self.lines.items():
            print(f"\n{name}, {self.phones[name].number if name in self.phones else self.mails.where(name)}")
            for at, mark, text, more in lines:
                clock = time.strftime("%H:%M:%S", time.localtime(at))
                first, *others = text.split("\n")
                print(f"  {clock} {mark} {first}{'   [' + more + ']' if more else ''}")
                for line in others:
                    print(f"              {line}".rstrip())

    def close(self):
        for phone in self.phones.values():
            phone.close()


def write_lab_json(lab, day):
    about = {"conf": lab.odzivd.conf, "odzivd_pid": lab.odzivd.process.pid, "smsc_port": None if lab.link == "simulator" else lab.ports["smsc"],
             "kannel": {"bearerbox_pid": lab.kannel.bearerbox.pid, "admin_port": lab.ports["admin"], "status_password": STATUS_PASSWORD}
             if lab.kannel else None,
             "http_port": lab.ports["http"], "mail": day.mails.about() if day.mails else None}
    path = os.path.join(lab.folder, "lab.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(about, f)
        f.write("\n")
    print(f"READY {path}", flush=True)


class Prompt:
    """`NUMBER TEXT` on stdin is a text of that phone; what reaches any phone is printed as it comes."""

    def __init__(self, lab):
        self.lab, self.shown = lab, len(lab.smsc.events)

    def show_new(self):
        events = self.lab.smsc.events[self.shown:]
        self.shown += len(events)
        for event in events:
            if event["event"] == "text":
                print(f"\n+{event['to'].lstrip('+')} <- {event['text']}", flush=True)

    def on_line(self, line):
        words = line.strip().split(None, 1)
        if len(words) == 2 and re.fullmatch(r"\+?\d{3,15}", words[0]):
            self.lab.smsc.send(words[0], words[1])
        elif words:
            print("write: NUMBER TEXT, such as: +381641111001 STATUS    (Ctrl-D ends)")

    def run(self):
        print("phone prompt; write: NUMBER TEXT", flush=True)
        while True:
            if select.select([sys.stdin], [], [], 0.2)[0]:
                line = sys.stdin.readline()
                if not line:
                    return
                self.on_line(line)
            self.show_new()


def keep_running(lab, day):
    write_lab_json(lab, day)
    if not sys.stdin or sys.stdin.closed or not sys.stdin.isatty():
        while True:
            signal.pause()
    if lab.link == "simulator":
        subprocess.run([os.path.join(lab.build, "gateway", "odziv"), "-c", lab.odzivd.conf, "phone", "+381641111001"], check=False)
    else:
        Prompt(lab).run()


def leave(*_):
    raise KeyboardInterrupt


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--modules", required=True)
    parser.add_argument("--simulator", dest="link", action="store_const", const="simulator", default="box")
    parser.add_argument("--smpp", dest="link", action="store_const", const="smpp")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)

    folder = tempfile.mkdtemp(prefix="odziv-demo.")
    print(f"== the gateway runs in {folder}, {WITH[options.link]}")
    with Lab(options.build, options.modules, link=options.link, mail=options.link != "simulator", folder=folder, profile="stara-pazova") as lab:
        try:
            lab.start()
            day = Day(lab, within=10)
            day.play()
            balance = lab.assert_sound()
            day.close()
        except Failure as failure:
            lab.keep = True
            print(f"{lab.logs()}\ndemo: FAILED: {failure}; everything is in {folder}", flush=True)
            return 1
        day.transcript()
        print(f"\nbalance: {json.dumps(balance)}")
        if day.faults:
            lab.keep = True
            print(f"{lab.logs()}\n" + "\n".join(f"missing: {fault}" for fault in day.faults) + f"\ndemo: FAILED; everything is in {folder}", flush=True)
            return 1
        if options.keep:
            with contextlib.suppress(KeyboardInterrupt):
                keep_running(lab, day)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        lab.keep = options.keep
    print("demo: OK", flush=True)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
