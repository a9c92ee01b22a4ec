# SPDX-License-Identifier: GPL-3.0-or-later
"""bench_mail - what `scripts/bench mail` measures: mails through a real Dovecot and a real Postfix, and odzivd between them.

In the same minute, several times over, medians: a backlog from the mailbox to durable cases; Postfix to Dovecot by LMTP,
and the same mails live into cases; acknowledgements from the outbox until Postfix has them, and the same number by
Postfix's own smtp-source; what the cell costs a mail; the memory of the mail process at rest. A target is a ratio within
the same run wherever it can be.

    bench_mail.py --build DIR [--quick] [--runs N] [--mails N]
"""
import argparse
import json
import os
import shutil
import smtplib
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lab"))

from bench import describe, progress, say       # noqa: E402
from lab import Lab                             # noqa: E402
from mail_people import compose                 # noqa: E402
from mail_servers import CONTACT                # noqa: E402
from process import until                       # noqa: E402

CONNECTIONS = 4
CONF = {"mail": {"smtp_tls": "none", "smtp_user": "", "smtp_password_file": None, "window": CONNECTIONS, "acks_day": 0, "acks_hour": 0},
        "store": {"map_size": "256M"},
        "budget": {"segments_hour": 0, "segments_day_all": 0, "auto_replies_hour": 0, "segments_day": 0}}
SINK = "sink@citizen.example"
TARGETS = [
    # name of the figure, limit, at least or at most, words
    ("backlog", 200.0, "least", "a backlog of small mails in one mailbox, mails a second"),
    ("live/lmtp", 0.95, "least", "live mails to durable cases, in the rate of Postfix to Dovecot with the same mails"),
    ("out/smtp-source", 0.9, "least", "out to the MTA, in the rate of smtp-source with as many connections"),
    ("cell", 3.0, "most", "the cell above the parse, ms a mail of 1 KiB"),
    ("rss", 25.0, "most", "resident memory of the mail process at rest, MiB"),
]


def rss_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmRSS:")) / 1024


class Watch:
    """Lines of a log with a mark, from now on. Only what is new is read: whoever is watched mustn't be slowed by it."""

    def __init__(self, process, mark):
        self.path, self.mark, self.n, self.rest = process.log_path, mark.encode(), 0, b""
        self.at = os.path.getsize(self.path) if os.path.exists(self.path) else 0

    def count(self):
        if os.path.exists(self.path):
            with open(self.path, "rb") as f:
                f.seek(self.at)
                new = f.read()
            self.at += len(new)
            lines, _, self.rest = (self.rest + new).rpartition(b"\n")
            self.n += lines.count(self.mark)
        return self.n


class BenchMail:
    def __init__(self, options):
        self.options, self.seen = options, {}
        self.next_mail = 1      # no citizen writes twice
        # On a disk, and where Postfix, Dovecot and odzivd may go as whoever they become.
        self.folder = tempfile.mkdtemp(prefix="odziv-bench.", dir="/var/tmp")
        os.chmod(self.folder, 0o755)

    def note(self, name, value):
        self.seen.setdefault(name, []).append(value)

    def lab(self):
        """Dovecot syncs what it delivers, as it does anywhere; no milter stands in the way."""
        folder = tempfile.mkdtemp(dir=self.folder)
        lab = Lab(self.options.build, None, link="simulator", mail={"fsync": "optimized", "with_milter": False}, folder=folder, serve=("mail",),
                  conf={**CONF, "mail": {**CONF["mail"]}})
        lab.odzivd.write_conf(mail={"smtp_port": lab.ports["mx"]})
        lab.mail.dovecot.add(SINK)
        return lab

    def mails(self, n, to):
        first, self.next_mail = self.next_mail, self.next_mail + n
        return [(f"s{i:06d}@citizen.example",
                 compose(f"s{i:06d}@citizen.example", to, f"Prijava {i}", f"Pukla je cev u Svetosavskoj {i}, voda teče po trotoaru.\n"))
                for i in range(first, first + n)]

    # ---- in

    @staticmethod
    def lay(lab, address, mails):
        """As if they had come while we were down."""
        folder = lab.mail.dovecot.maildir(address)
        for name in ("", "tmp", "new", "cur"):
            os.makedirs(os.path.join(folder, name), exist_ok=True)
        for n, (_, octets) in enumerate(mails):
            with open(os.path.join(folder, "new", f"{time.time_ns()}.{n}.bench"), "wb") as f:
                f.write(octets)
        if os.geteuid() == 0:
            for path, _, names in os.walk(lab.mail.dovecot.home(address)):
                for name in [path] + [os.path.join(path, one) for one in names]:
                    shutil.chown(name, lab.mail.dovecot.mail_user, lab.mail.dovecot.mail_group)

    @staticmethod
    def kept(lab):
        """Mails whose case is on disk; the daemon says each in its log, after the commit."""
        return Watch(lab.odzivd.process, " outcome=case ")

    @staticmethod
    def check_kept(lab, n):
        found = lab.one("balance")["received"]["mail"]
        assert found == n, f"{found} mails are kept, {n} were counted"

    def measure_backlog(self):
        """Acknowledgements are queued meanwhile (training), so that the way in is measured alone."""
        n = self.options.mails
        with self.lab() as lab:
            self.lay(lab, CONTACT, self.mails(n, CONTACT))
            lab.odzivd.write_conf(odziv={"training": "yes"})
            lab.start()
            kept = self.kept(lab)
            begin = time.monotonic()
            lab.odzivd.start()
            until("all mails are kept", lambda: kept.count() >= n, 300, 0.02)
            self.note("backlog", n / (time.monotonic() - begin))
            self.check_kept(lab, n)
            until("all mails are moved", lambda: not lab.person(CONTACT).mailbox.uids(), 60, 0.1)
            self.note("backlog moved", n / (time.monotonic() - begin))
            time.sleep(2)
            self.note("rss", max(map(rss_mib, lab.odzivd.mail_processes())))
            self.measure_out(lab, n)

    def measure_live(self):
        n = self.options.mails // 2
        with self.lab() as lab:
            lab.start()
            begin = time.monotonic()
            self.send(lab, self.mails(n, SINK), SINK)
            new = os.path.join(lab.mail.dovecot.maildir(SINK), "new")
            until("all mails are delivered", lambda: len(os.listdir(new)) >= n, 300, 0.02)
            self.note("lmtp", n / (time.monotonic() - begin))
            lab.odzivd.write_conf(odziv={"training": "yes"})
            lab.odzivd.start()
            until("it listens", lambda: lab.odzivd.mail_processes() and lab.mail.dovecot.children("imap"), 20)
            kept = self.kept(lab)
            begin = time.monotonic()
            self.send(lab, self.mails(n, CONTACT), CONTACT)
            until("all mails are kept", lambda: kept.count() >= n, 300, 0.02)
            self.note("live", n / (time.monotonic() - begin))
            self.check_kept(lab, n)

    @staticmethod
    def send(lab, mails, to):
        def work(part):
            smtp = smtplib.SMTP("localhost", lab.ports["mx"], local_hostname="citizen.example")
            for sender, octets in part:
                smtp.sendmail(sender, [to], octets)
            smtp.quit()
        threads = [threading.Thread(target=work, args=(mails[i::CONNECTIONS],)) for i in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    # ---- out

    def measure_out(self, lab, n):
        """The queued acknowledgements, until Postfix has taken them; it throws them away, so that nothing else is measured."""
        lab.odzivd.stop()
        lab.mail.postfix.restart(virtual_transport="discard:")
        lab.odzivd.write_conf(odziv={"training": "no"})
        accepted = Watch(lab.mail.postfix.process, ": message-id=")
        lab.odzivd.start()
        first = until("the first one is accepted", accepted.count, 60, 0.01)
        begin = time.monotonic()
        until("all are accepted", lambda: accepted.count() >= n, 300, 0.02)
        self.note("out", (n - first) / (time.monotonic() - begin))
        lab.odzivd.stop()
        for name, keep in (("smtp-source", ["-d"]), ("smtp-source anew", [])):
            begin = time.monotonic()
            subprocess.run(["smtp-source", "-4", *keep, "-s", str(CONNECTIONS), "-m", str(n), "-l", "1000", "-f", CONTACT, "-t", SINK,
                            f"127.0.0.1:{lab.ports['mx']}"], check=True, capture_output=True)
            self.note(name, n / (time.monotonic() - begin))

    def measure_cell(self):
        for kib in (1, 50):
            done = subprocess.run([os.path.join(self.options.build, "tests", "bench", "cell_cost"), "--kib", str(kib), "--count", "300"],
                                  capture_output=True, text=True, check=True)
            found = json.loads(done.stdout)
            self.note(f"parse {kib}", found["parse_ms"])
            self.note(f"cell {kib}", found["cell_ms"])

    # ---- the whole

    def run(self):
        begin = time.monotonic()
        for run in range(self.options.runs):
            for name in ("cell", "live", "backlog"):
                progress(f"run {run + 1} of {self.options.runs}: {name} ({time.monotonic() - begin:.0f} s)")
                getattr(self, f"measure_{name}")()

    def show(self, words, name, unit="/s", digits=0):
        values = sorted(self.seen[name])
        spread = f"   ({values[0]:,.{digits}f} to {values[-1]:,.{digits}f})" if len(values) > 1 else ""
        say(f"  {words:<70} {statistics.median(values):>9,.{digits}f} {unit}{spread}")

    def ratio(self, a, b):
        return statistics.median(x / y for x, y in zip(self.seen[a], self.seen[b]))

    def report(self):
        say(f"\nMedians of {self.options.runs} runs (least to most), {self.options.mails:,} small mails, {CONNECTIONS} connections to the MTA")
        self.show("backlog: from the start of odzivd to durable cases", "backlog")
        self.show("the same until all are moved to the folder of what is done", "backlog moved")
        self.show("Postfix to Dovecot by LMTP", "lmtp")
        self.show("the same mails live, to durable cases", "live")
        self.show("out: acknowledgements until Postfix has them", "out")
        self.show("smtp-source, connections kept", "smtp-source")
        self.show("smtp-source, a connection a mail", "smtp-source anew")
        for kib in (1, 50):
            self.show(f"the parse of a mail of {kib} KiB", f"parse {kib}", "ms", 3)
            self.show("the same in its cell", f"cell {kib}", "ms", 3)
        self.show("resident memory of the mail process at rest", "rss", "MiB", 1)
        figures = {"backlog": statistics.median(self.seen["backlog"]), "live/lmtp": self.ratio("live", "lmtp"),
                   "out/smtp-source": self.ratio("out", "smtp-source"), "rss": statistics.median(self.seen["rss"]),
                   "cell": statistics.median(c - p for c, p in zip(self.seen["cell 1"], self.seen["parse 1"]))}
        say("targets (ratios within the same run)")
        for name, limit, way, words in TARGETS:
            is_met = figures[name] >= limit if way == "least" else figures[name] <= limit
            say(f"  {words:<88} {figures[name]:>8.3f}  at {way} {limit:g}: {'met' if is_met else 'missed'}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--quick", action="store_true", help="one run")
    parser.add_argument("--runs", type=int)
    parser.add_argument("--mails", type=int, default=1000)
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    options.runs = options.runs or (1 if options.quick else 3)
    describe(options)
    bench = BenchMail(options)
    try:
        bench.run()
        bench.report()
    finally:
        shutil.rmtree(bench.folder, ignore_errors=True)


if __name__ == "__main__":
    main()
