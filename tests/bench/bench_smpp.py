# SPDX-License-Identifier: GPL-3.0-or-later
"""bench_smpp - what `scripts/bench smpp` measures: odzivd directly at the laboratory's SMSC, beside Kannel between them.

In the same minute, several times over, medians, at windows of 1, 10 and 100: texts from the SMSC to durable cases (what the
SMSC has unanswered is the window), and the queued acknowledgements from odzivd to the SMSC, without receipts. The same
through bearerbox and its box link, to the same SMSC. The SMSC alone, with an ESME that costs nothing, says where the SMSC
is the limit; odzivd with an SMSC that costs nothing, where odzivd is. The SMSC has one core, all else the other one.

    bench_smpp.py --build DIR --modules DIR [--quick] [--runs N] [--texts N] [--windows 1,10,100]
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lab"))

from bench import Talker, cpu_seconds, describe, first_line, progress, say     # noqa: E402
from lab import Lab                                                 # noqa: E402
from process import until                                           # noqa: E402
from smsc import SHORT_CODE                                         # noqa: E402

OURS, SMSCS = (["taskset", "-c", core] for core in "01")
CONF = {"odziv": {"training": "yes"}, "store": {"map_size": "512M"},
        "budget": {"segments_hour": 0, "segments_day_all": 0, "auto_replies_hour": 0, "segments_day": 0}}
WORDS = ["Pukla je cev u Svetosavskoj #, voda tece po trotoaru", "Ne radi ulicna rasveta u Njegosevoj #, mrak je", "Rupa na putu kod broja # u Karadjordjevoj",
         "Nije odneto smece iz Dositejeve # vec nedelju dana"]
TARGETS = (("in", 3.0, "durable receive, in Kannel's rate"), ("out", 1.0, "submit, in Kannel's rate"))


class BenchSmpp:
    def __init__(self, options):
        self.options, self.seen, self.first = options, {}, 1
        self.folder = tempfile.mkdtemp(prefix="odziv-bench.", dir="/var/tmp")      # on a disk
        os.chmod(self.folder, 0o755)

    def note(self, way, what, window, value):
        self.seen.setdefault((way, what, window), []).append(value)

    def texts(self, n):
        first, self.first = self.first, self.first + n
        return first

    # ---- what is measured

    def lab(self, link, window, **more):
        name = "smpp" if link == "smpp" else "kannel"
        conf = {**CONF, name: {"window": window if link == "smpp" else 100, "dlr": "no"}}
        lab = Lab(self.options.build, self.options.modules, link=link, conf=conf, kannel={"max_submits": window},
                  folder=tempfile.mkdtemp(dir=self.folder), **more)
        for process, pin in [(lab.odzivd.process, OURS), (lab.smsc.process, SMSCS)] + ([(lab.kannel.bearerbox, OURS)] if lab.kannel else []):
            process.argv = [*pin, *process.argv]
        return lab

    def load(self, lab, n, window):
        """All texts at once into the network; gives the seconds until the SMSC had all acknowledged."""
        lab.smsc.behave(window=window, quiet=True, receipt=None)
        lab.smsc.ask("load", n=n, first=self.texts(n), to=SHORT_CODE, words=WORDS)
        return lab.smsc.wait("all are acknowledged", lambda s: s.find("loaded"), 600)[-1]["ms"] / 1000

    @staticmethod
    def all_through_kannel(lab, n):
        """bearerbox acknowledges before odzivd has a text: durable is what left its store."""
        tree = lab.kannel.status()
        return tree is not None and int(tree.findtext("sms/received/total")) >= n and tree.findtext("sms/storesize") == "0"

    def measure(self, link, window):
        """In, while nothing leaves (training), then all acknowledgements out."""
        n = self.count(window)
        with self.lab(link, window) as lab:
            lab.start()
            lab.smsc.wait("somebody is bound", lambda s: s.find("bound"), 20)
            before, begin = sum(cpu_seconds(lab.odzivd.process.pid)), time.monotonic()
            took = self.load(lab, n, window)
            if lab.kannel:
                until("odzivd has all texts", lambda: self.all_through_kannel(lab, n), 600, 0.02)
                took = time.monotonic() - begin
            self.note(link, "in", window, n / took)
            self.note(link, "cpu in", window, 1000 * (sum(cpu_seconds(lab.odzivd.process.pid)) - before) / n)
            lab.odzivd.stop()
            lab.odzivd.write_conf(odziv={"training": "no"})
            lab.smsc.ask("expect", n=n)
            lab.odzivd.start()
            before = sum(cpu_seconds(lab.odzivd.process.pid))
            took = lab.smsc.wait("all have left", lambda s: s.find("submitted"), 600)[-1]["ms"] / 1000
            self.note(link, "out", window, n / took)
            self.note(link, "cpu out", window, 1000 * (sum(cpu_seconds(lab.odzivd.process.pid)) - before) / n)

    def talker(self, lab, role, pin):
        tool = os.path.join(self.options.build, "tests", "bench", "smpp_load")
        return Talker("smpp_load", [*pin, tool, "--port", str(lab.smsc.port), "--role", role], lab.folder)

    def measure_smsc(self, window):
        """The laboratory's SMSC with an ESME that costs nothing."""
        n = self.count(window)
        with self.lab("smpp", window, serve=("smsc",)) as lab:
            lab.start()
            esme = self.talker(lab, "esme", OURS).begin("bound")
            try:
                self.note("smsc", "in", window, n / self.load(lab, n, window))
                esme.tell(window, n, 1, 0)
                self.note("smsc", "out", window, esme.line()["rate"])
            finally:
                esme.end()

    def measure_odzivd(self, window):
        """odzivd with an SMSC that costs nothing."""
        n = self.count(window)
        with self.lab("smpp", window, serve=()) as lab:
            for what in ("in", "out"):
                smsc = self.talker(lab, "smsc", SMSCS).begin(None)
                try:
                    lab.odzivd.start()
                    smsc.expect("bound")
                    smsc.tell(window, n if what == "in" else 0, self.texts(n), 0 if what == "in" else n)
                    texts, replies = smsc.line(), smsc.line()
                    self.note("odzivd", what, window, (texts if what == "in" else replies)["rate"])
                    lab.odzivd.stop()
                    lab.odzivd.write_conf(odziv={"training": "no"})
                finally:
                    smsc.end()

    def measure_disk(self):
        """What each answer waits for at window 1: a commit of 20 pages with its two syncs."""
        tool = os.path.join(self.options.build, "tests", "bench", "disk_sync")
        done = subprocess.run([*OURS, tool, "--dir", self.folder, "--bytes", str(1 << 28), "--pages", "20", "--count", "300"],
                              capture_output=True, text=True, check=True)
        self.note("disk", "commit", 0, json.loads(done.stdout.splitlines()[-1])["rate"])

    def count(self, window):
        return self.options.texts // 5 if window == 1 else self.options.texts

    # ---- the whole

    def run(self):
        begin = time.monotonic()
        for run in range(self.options.runs):
            for window in self.options.windows:
                progress(f"run {run + 1} of {self.options.runs}: window {window} ({time.monotonic() - begin:.0f} s)")
                self.measure_disk()
                self.measure_smsc(window)
                self.measure("smpp", window)
                self.measure("box", window)
                self.measure_odzivd(window)

    def median(self, *key):
        return statistics.median(self.seen[key])

    def ratio(self, what, window, way="smpp", base="box"):
        return statistics.median(x / y for x, y in zip(self.seen[way, what, window], self.seen[base, what, window]))

    def show(self, words, key, unit="/s", digits=0):
        values = sorted(self.seen[key])
        spread = f"   ({values[0]:,.{digits}f} to {values[-1]:,.{digits}f})" if len(values) > 1 else ""
        say(f"  {words:<66} {statistics.median(values):>9,.{digits}f} {unit}{spread}")

    def report(self):
        say(f"\nMedians of {self.options.runs} runs (least to most), {self.options.texts:,} texts each way, a fifth of them at window 1; "
            "the SMSC on one core, all else on the other")
        self.show("the disk alone: commits of 20 pages, two syncs each", ("disk", "commit", 0))
        for what, title in (("in", "deliver_sm to the durable case"), ("out", "submit_sm of the queued acknowledgements, without receipts")):
            for window in self.options.windows:
                say(f"{title}, window {window}")
                self.show("odzivd directly at the SMSC", ("smpp", what, window))
                self.show("  user + system of odzivd a text", ("smpp", f"cpu {what}", window), "ms", 3)
                self.show("bearerbox at the SMSC, odzivd its box", ("box", what, window))
                self.show("the SMSC alone, with an ESME that costs nothing", ("smsc", what, window))
                self.show("odzivd with an SMSC that costs nothing", ("odzivd", what, window))
        self.judge()

    def judge(self):
        say("targets (ratios within the same run)")
        for what, limit, words in TARGETS:
            for window in self.options.windows:
                value, of_smsc = self.ratio(what, window), self.ratio(what, window, base="smsc")
                say(f"  {f'{words}, window {window}':<56} {value:>7.2f}  at least {limit:g}: {'met' if value >= limit else 'missed'}"
                    f"   ({of_smsc:.2f} of the SMSC alone{', which is the limit' if of_smsc > 0.85 else ''})")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--modules", required=True)
    parser.add_argument("--quick", action="store_true", help="a fifth of the texts, one run")
    parser.add_argument("--runs", type=int)
    parser.add_argument("--texts", type=int)
    parser.add_argument("--windows", default="1,10,100")
    options = parser.parse_args()
    options.build, options.modules = os.path.abspath(options.build), os.path.abspath(options.modules)
    options.runs = options.runs or (1 if options.quick else 3)
    options.texts = options.texts or (1000 if options.quick else 5000)
    options.windows = [int(window) for window in options.windows.split(",")]
    describe(options)
    say(f"SMSC      npm smpp 0.5.1 on node {first_line('node', '--version')}")
    bench = BenchSmpp(options)
    try:
        bench.run()
        bench.report()
    finally:
        shutil.rmtree(bench.folder, ignore_errors=True)


if __name__ == "__main__":
    main()
