# SPDX-License-Identifier: GPL-3.0-or-later
"""bench - what scripts/bench measures, and the figures that it prints.

Everything is measured side by side in the same minute, several times over, and medians are printed:
the disk and LMDB alone, an empty HTTP handler, Kannel alone, and odzivd by both links. A target is a
ratio within the same run wherever it can be, because machines and their neighbours differ.

    bench.py --build DIR [--quick] [--runs N] [--cases N] [--only NAME,...] [--folder DIR]
"""
import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(SOURCE, "tests", "lab"))

from gateway import ini_text                        # noqa: E402
from kannel import STATUS_PASSWORD                  # noqa: E402
from process import Process, free_ports, until      # noqa: E402
import xml.etree.ElementTree as ElementTree         # noqa: E402
import urllib.request                               # noqa: E402

SECRET = "laboratory-secret"
TICKS = os.sysconf("SC_CLK_TCK")
# What the issue asks for; a figure is looked up by its name in Bench.figures.
TARGETS = [
    # name of the figure, limit, at least or at most, words
    ("http_64/kannel_in", 2.0, "least", "HTTP handler with 64 in flight, in Kannel alone's rate"),
    ("http_64/lmdb_64", 0.6, "least", "HTTP handler with 64 in flight, in LMDB alone's rate with the same calls at 64 a commit"),
    ("http_64 p99/p50", 4.0, "most", "HTTP handler with 64 in flight, p99 in p50"),
    ("http_1/lmdb_1", 0.6, "least", "one in flight by HTTP, in LMDB alone's rate at 1 a commit"),
    ("bearerbox in/kannel_in", 0.85, "least", "behind bearerbox by the box link, in, in Kannel alone's rate"),
    ("bearerbox out/kannel_out", 0.85, "least", "behind bearerbox by the box link, out, in Kannel alone's rate"),
    ("bearerbox out/kannel_out with receipts", 0.85, "least", "the same, both with receipts"),
    ("cpu_ms", 0.15, "most", "user + system time of odzivd a text, ms, at 64 in flight by the box link"),
    ("rss_open", 32.0, "most", "RssAnon with 10,000 open cases, MiB"),
    ("start_largest", 1.0, "most", "start to ready with the largest store, s"),
    ("status_largest", 1.0, "most", "STATUS with the largest store, ms"),
]
KANNEL = """group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = adminpw
status-password = {status_password}
smsbox-port = {box}
smsbox-interface = 127.0.0.1
store-type = spool
store-location = {folder}/spool
dlr-storage = spool
dlr-spool = {folder}/dlr
smsbox-max-pending = 1000
sms-combine-concatenated-mo = false
log-file = {folder}/bearerbox.log
log-level = 3

group = smsc
smsc = fake
smsc-id = FAKE
our-host = 127.0.0.1
port = {smsc}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {box}
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
global-sender = 1955
log-file = {folder}/smsbox.log
log-level = 3
http-request-retry = 1000000

group = sendsms-user
username = gw
password = gwpw
concatenation = true
max-messages = 10

group = sms-service
keyword = default
catch-all = yes
max-messages = 0
omit-empty = true
get-url = "http://127.0.0.1:{http}/mo?key={secret}&id=%I&from=%p&to=%P&ts=%T&smsc=%i&coding=%c&charset=%C&dcs=%O&udh=%u&text=%b&acct=%o&meta=%D"
"""


def say(words):
    print(words, flush=True)


def progress(words):
    print(f"   {words}", file=sys.stderr, flush=True)


class Talker(Process):
    """A load program that answers lines on stdin with lines of JSON."""

    def start(self, **env):
        super().start(**env)
        return self

    def __init__(self, name, argv, folder):
        super().__init__(name, argv, folder)
        self.pipe = None

    def begin(self, first_word, within=20):
        self.pipe = subprocess.Popen(self.argv, cwd=self.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.popen = self.pipe
        if first_word:
            self.expect(first_word)
        return self

    def expect(self, word):
        line = self.pipe.stdout.readline().strip()
        if line != word:
            raise RuntimeError(f"{self.name} said '{line}', not '{word}'")

    def tell(self, *words):
        self.pipe.stdin.write(" ".join(map(str, words)) + "\n")
        self.pipe.stdin.flush()

    def line(self):
        line = self.pipe.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended with {self.pipe.wait()}")
        return json.loads(line)

    def end(self):
        if self.pipe:
            self.pipe.stdin.close()
            self.pipe.kill()
            self.pipe.wait()
            self.pipe.stdout.close()
            self.pipe = self.popen = None


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return int(fields[11]) / TICKS, int(fields[12]) / TICKS


def rss_anon_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("RssAnon:")) / 1024


class Bench:
    def __init__(self, options):
        self.options = options
        self.folder = options.folder or tempfile.mkdtemp(prefix="bench.", dir=options.build)
        self.ports = dict(zip(("admin", "box", "sendsms", "smsc", "http", "dlr"), free_ports(6)))
        self.running = []
        self.seen = {}       # name -> list of figures, one a run
        self.next_text = 1   # no citizen writes twice in one store
        self.scale = 0.1 if options.quick else 1.0
        self.calls = []      # lines of lmdb_alone --table

    # ---- figures

    def note(self, name, value):
        self.seen.setdefault(name, []).append(value)

    def median(self, name):
        return statistics.median(self.seen[name]) if name in self.seen else None

    def count(self, n):
        return max(64, int(n * self.scale))

    def texts(self, n):
        first = self.next_text
        self.next_text += n
        return first

    # ---- programs

    def tool(self, name):
        return os.path.join(self.options.build, "tests", "bench", name)

    def run_tool(self, name, *words, lines=1):
        done = subprocess.run([self.tool(name), *map(str, words)], cwd=self.folder, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{name} {' '.join(map(str, words))}: {done.stderr.strip()[-500:]}")
        found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        return found[0] if lines == 1 else found

    def conf(self, link, training, map_size="1G", state="state", dlr="yes"):
        folder = os.path.join(self.folder, f"conf-{link}-{state}")
        os.makedirs(folder, exist_ok=True)
        for name, words in (("password", "gwpw"), ("secret", SECRET)):
            path = os.path.join(folder, name)
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as f:
                f.write(words + "\n")
        channel = {"type": "kannel", "link": link, "from": "1955", "window": 100, "dlr": dlr}
        if link == "box":
            channel.update(host="127.0.0.1", port=self.ports["box"])
        else:
            channel.update(sendsms_url=f"http://127.0.0.1:{self.ports['sendsms']}/cgi-bin/sendsms", username="gw", password_file="password",
                           secret_file="secret")
        sections = {
            "odziv": {"profile": os.path.join(SOURCE, "conf", "profiles", "stara-pazova"), "state_dir": os.path.join(self.folder, state),
                      "control": os.path.join(self.folder, "control.sock"), "training": "yes" if training else "no"},
            "store": {"map_size": map_size},
            "http": {"http_listen": f"127.0.0.1:{self.ports['http']}"},
            "kannel": channel,
        }
        with open(os.path.join(folder, "odziv.ini"), "w", encoding="utf-8") as f:
            f.write(ini_text(sections))
        return folder

    def start(self, process):
        self.running.append(process)
        return process.start()

    def talk(self, name, *words, first_word=None):
        talker = Talker(name, [self.tool(name), *map(str, words)], self.folder)
        self.running.append(talker)
        return talker.begin(first_word)

    def stop(self, *processes):
        for process in processes or list(reversed(self.running)):
            if process in self.running:
                self.running.remove(process)
            if isinstance(process, Talker):
                process.end()
            else:
                process.stop(60)

    def odzivd(self, conf):
        process = Process("odzivd", [os.path.join(self.options.build, "gateway", "odzivd"), "-c", conf], self.folder)
        begin = time.monotonic()
        self.start(process)

        def is_ready():
            process.must_run()
            return "event=ready" in process.log()
        until("odzivd is ready", is_ready, 120, 0.002)
        return process, time.monotonic() - begin

    def fresh_state(self, name="state"):
        shutil.rmtree(os.path.join(self.folder, name), ignore_errors=True)

    # ---- yardsticks

    def measure_disk(self):
        page, commit = self.run_tool("disk_sync", "--dir", self.folder, "--bytes", 1 << 30, "--pages", 20, "--count", self.count(1000), lines=2)
        self.note("disk_page", page["rate"])
        self.note("disk_commit", commit["rate"])

    def measure_lmdb(self):
        for batch, jobs in ((1, 1000), (64, 20000)):
            folder = os.path.join(self.folder, "lmdb")
            os.makedirs(folder, exist_ok=True)
            found = self.run_tool("lmdb_alone", "--conf", self.conf("box", True), "--dir", folder, "--jobs", self.count(jobs), "--batch", batch)
            self.note(f"lmdb_{batch}", found["rate"])
            shutil.rmtree(folder)

    def show_calls(self):
        """What one text asks of the store, counted at the seam: the calls that LMDB alone repeats."""
        folder = os.path.join(self.folder, "calls")
        os.makedirs(folder, exist_ok=True)
        done = subprocess.run([self.tool("lmdb_alone"), "--conf", self.conf("box", True), "--dir", folder, "--jobs", "1000", "--table", "1"],
                              cwd=self.folder, capture_output=True, text=True, check=True)
        shutil.rmtree(folder)
        self.calls = done.stdout.splitlines()

    def measure_empty_http(self):
        server = self.talk("empty_http", "--port", self.ports["http"], first_word="ready")
        found = self.run_tool("http_load", "--port", self.ports["http"], "--callers", 64, "--count", self.count(50000))
        self.note("empty_http", found["rate"])
        self.stop(server)

    # ---- odzivd alone

    def measure_http(self):
        self.fresh_state()
        process, _ = self.odzivd(self.conf("http", True))
        for callers, count in ((1, 1000), (8, 5000), (64, 20000)):
            n = self.count(count)
            before = cpu_seconds(process.pid)
            found = self.run_tool("http_load", "--port", self.ports["http"], "--callers", callers, "--count", n, "--first", self.texts(n))
            self.note_load(f"http_{callers}", found)
            self.note_cpu(f"http_{callers}", process.pid, before, n)
        self.stop(process)

    def note_load(self, name, found):
        self.note(name, found["rate"])
        self.note(f"{name} p50", found["p50_ms"])
        self.note(f"{name} p99", found["p99_ms"])

    def note_cpu(self, name, pid, before, n):
        user, system = (1000 * (b - a) / n for a, b in zip(before, cpu_seconds(pid)))
        self.note(f"{name} user", user)
        self.note(f"{name} system", system)

    def measure_box(self):
        self.fresh_state()
        load = self.talk("box_load", "--port", self.ports["box"])
        process, _ = self.odzivd(self.conf("box", True))
        load.expect("connected")
        for in_flight, count in ((1, 1000), (8, 5000), (64, 20000)):
            n = self.count(count)
            before = cpu_seconds(process.pid)
            load.tell(in_flight, n, self.texts(n), 0)
            self.note_load(f"box_{in_flight}", load.line())
            load.line()
            self.note_cpu(f"box_{in_flight}", process.pid, before, n)
        self.stop(load, process)

    def measure_box_both(self):
        """Texts in, each answered, each answer with its two receipts: what one text costs altogether."""
        self.fresh_state()
        n = self.count(10000)
        load = self.talk("box_load", "--port", self.ports["box"], "--receipts", 1)
        process, _ = self.odzivd(self.conf("box", False))
        load.expect("connected")
        before = cpu_seconds(process.pid)
        load.tell(64, n, self.texts(n), n)
        self.note_load("box_both", load.line())
        self.note("box_replies", load.line()["rate"])
        self.note_cpu("box_both", process.pid, before, n)
        self.stop(load, process)

    # ---- Kannel

    def kannel(self, with_smsbox):
        folder = os.path.join(self.folder, "kannel")
        shutil.rmtree(folder, ignore_errors=True)
        for name in ("spool", "dlr"):
            os.makedirs(os.path.join(folder, name))
        path = os.path.join(folder, "kannel.conf")
        with open(path, "w", encoding="utf-8") as f:
            f.write(KANNEL.format(folder=folder, secret=SECRET, status_password=STATUS_PASSWORD, **self.ports))
        bearerbox = self.start(Process("bearerbox", ["/usr/sbin/bearerbox", path], folder))
        until("bearerbox runs", lambda: (self.status("status") or "").startswith("running"), 15, tend=bearerbox.must_run)
        boxes = [bearerbox]
        if with_smsbox:
            boxes.append(self.start(Process("smsbox", ["/usr/sbin/smsbox", path], folder)))
            until("smsbox is there", lambda: self.status("boxes/box/type"), 15)
        phones = self.talk("phones", "--port", self.ports["smsc"], first_word="connected")
        until("the fake SMSC is connected", lambda: (self.status("smscs/smsc/status") or "").startswith("online"), 15)
        return boxes, phones

    def status(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports['admin']}/status.xml?password={STATUS_PASSWORD}", timeout=5) as answer:
                return ElementTree.fromstring(answer.read()).findtext(path)
        except (OSError, ElementTree.ParseError):
            return None

    def stop_kannel(self, boxes, phones):
        self.stop(phones)
        for box in reversed(boxes):
            self.running.remove(box)
            box.kill()

    def measure_kannel_in(self):
        n = self.count(20000)
        listener = self.talk("empty_http", "--port", self.ports["http"], first_word="ready")
        boxes, phones = self.kannel(True)
        before = [cpu_seconds(b.pid) for b in boxes]
        begin = time.monotonic()
        phones.tell(n, self.texts(n), 0)

        def has_all():
            listener.tell()
            return listener.line() >= n
        until("the listener has all texts", has_all, 600, 0.02)
        self.note("kannel_in", n / (time.monotonic() - begin))
        self.note("kannel_cpu", sum(1000 * (y - x) / n for box, b in zip(boxes, before) for x, y in zip(b, cpu_seconds(box.pid))))
        phones.line()
        self.stop_kannel(boxes, phones)
        self.stop(listener)

    def measure_kannel_out(self):
        """Without receipts, and with those that odzivd asks for."""
        n = self.count(10000)
        listener = self.talk("empty_http", "--port", self.ports["dlr"], first_word="ready")
        for name, more in (("kannel_out", ()), ("kannel_out_dlr", ("--dlr-url", f"http%3A%2F%2F127.0.0.1%3A{self.ports['dlr']}%2Fdlr%3Fd%3D%25d"))):
            boxes, phones = self.kannel(True)
            phones.tell(0, 0, n)
            self.run_tool("http_load", "--port", self.ports["sendsms"], "--target", "sendsms", "--callers", 8, "--count", n, *more)
            self.note(name, phones.line()["rate"])
            self.stop_kannel(boxes, phones)
        self.stop(listener)

    def measure_bearerbox(self):
        """The same through odzivd: in while nothing is sent (training), then all replies out; without and with receipts."""
        for name, dlr in (("bearerbox_out", "no"), ("bearerbox_out_dlr", "yes")):
            self.fresh_state()
            n = self.count(10000)
            boxes, phones = self.kannel(False)
            process, _ = self.odzivd(self.conf("box", True, dlr=dlr))
            self.bearerbox_in(n, boxes[0], phones, process)
            self.stop(process)
            phones.tell(0, 0, n)
            process, _ = self.odzivd(self.conf("box", False, dlr=dlr))
            self.note(name, phones.line()["rate"])
            until("nothing waits", lambda: self.status("sms/storesize") == "0", 120, 0.05)
            self.stop(process)
            self.stop_kannel(boxes, phones)
        self.measure_bearerbox_both()

    def bearerbox_in(self, n, bearerbox, phones, process):
        before = [cpu_seconds(p.pid) for p in (bearerbox, process)]
        begin = time.monotonic()
        phones.tell(n, self.texts(n), 0)
        until("odzivd acknowledged all texts",
              lambda: int(self.status("sms/received/total") or 0) >= n and self.status("sms/storesize") == "0", 600, 0.02)
        self.note("bearerbox_in", n / (time.monotonic() - begin))
        self.note("bearerbox_cpu", sum(1000 * (y - x) / n for p, b in zip((bearerbox, process), before) for x, y in zip(b, cpu_seconds(p.pid))))
        phones.line()

    def measure_bearerbox_both(self):
        self.fresh_state()
        n = self.count(10000)
        boxes, phones = self.kannel(False)
        process, _ = self.odzivd(self.conf("box", False))
        phones.tell(n, self.texts(n), n)
        self.note("bearerbox_both", phones.line()["rate"])
        self.stop(process)
        self.stop_kannel(boxes, phones)

    # ---- what grows

    def measure_store(self, cases, still_open, map_size):
        """Start, memory, STATUS and a list in a store of so many cases."""
        name = f"store-{cases}"
        conf = self.conf("box", True, map_size, name)
        self.fresh_state(name)
        contacts = max(1, cases // 3 + 1)
        if cases:
            progress(f"filling a store with {cases:,} cases, {still_open:,} of them open")
            subprocess.run([self.tool("fill_store"), "--conf", conf, "--cases", str(cases), "--open", str(still_open), "--contacts", str(contacts)],
                           stdout=subprocess.DEVNULL, check=True)
        for _ in range(3):
            process, took = self.odzivd(conf)
            self.note(f"start {cases}", took)
            self.note(f"rss_begin {cases}", rss_anon_mib(process.pid))
            for _ in range(20):
                begin = time.monotonic()
                self.odziv(conf, "case", "list", "--limit", "100")
                self.note(f"list {cases}", 1000 * (time.monotonic() - begin))
            load = self.talk("box_load", "--port", self.ports["box"], first_word="connected")
            load.tell(64, 1000, 5000000 + self.texts(1000), 0)
            load.line()
            self.note(f"rss {cases}", rss_anon_mib(process.pid))
            self.stop(load, process)
        found = self.run_tool("store_query", "--conf", conf, "--count", 1000, "--citizens", contacts)
        self.note(f"status {cases}", found["status_us"] / 1000)
        self.note(f"query_list {cases}", found["list_us"] / 1000)
        if not self.options.folder:
            self.fresh_state(name)

    def odziv(self, conf, *words):
        done = subprocess.run([os.path.join(self.options.build, "gateway", "odziv"), "-c", conf, *words, "--json"], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"odziv {' '.join(words)}: {done.stderr.strip()}")

    # ---- the whole

    def wants(self, name):
        return not self.options.only or name in self.options.only.split(",")

    def run(self):
        begin = time.monotonic()
        loads = [(name, getattr(self, f"measure_{name}")) for name in
                 ("disk", "lmdb", "empty_http", "http", "box", "box_both", "kannel_in", "kannel_out", "bearerbox") if self.wants(name)]
        for run in range(self.options.runs):
            for name, measure in loads:
                progress(f"run {run + 1} of {self.options.runs}: {name} ({time.monotonic() - begin:.0f} s)")
                measure()
        if self.wants("lmdb"):
            self.show_calls()
        self.stores = [s for s in ((0, 0, "1G"), (10000, 10000, "1G"), (100000, 10000, "2G"), (1000000, 10000, "4G")) if s[0] <= self.options.cases]
        if self.wants("store"):
            for store in self.stores:
                self.measure_store(*store)

    def stop_all(self):
        try:
            self.stop()
        finally:
            if not self.options.folder:
                shutil.rmtree(self.folder, ignore_errors=True)

    # ---- the report

    def show(self, words, name, unit="/s", digits=0):
        if name in self.seen:
            values = sorted(self.seen[name])
            spread = f"   ({values[0]:,.{digits}f} to {values[-1]:,.{digits}f})" if len(values) > 1 else ""
            say(f"  {words:<58} {statistics.median(values):>10,.{digits}f} {unit}{spread}")

    def show_load(self, words, name):
        if name in self.seen:
            self.show(words, name)
            say(f"  {'':<58} {'p50':>4} {self.median(name + ' p50'):.2f} ms, p99 {self.median(name + ' p99'):.2f} ms, "
                f"user {self.median(name + ' user'):.3f} + system {self.median(name + ' system'):.3f} ms a text")

    def report(self):
        say(f"\nMedians of {self.options.runs} runs (least to most), messages a second unless said otherwise")
        say("yardsticks")
        self.show("disk: fdatasync of one page", "disk_page")
        self.show("disk: one commit of 20 pages, two syncs", "disk_commit")
        self.show("LMDB alone, the same gets and puts, 1 a commit", "lmdb_1")
        self.show("LMDB alone, the same gets and puts, 64 a commit", "lmdb_64")
        if self.calls:
            say(f"    of which one text: {self.calls[-1].removeprefix('together').strip()}")
        self.show("libmicrohttpd alone, an empty handler, 64 callers", "empty_http")
        self.show("Kannel alone, in: fake SMSC, bearerbox, smsbox, listener", "kannel_in")
        self.show("Kannel alone, CPU of both boxes a text", "kannel_cpu", "ms", 3)
        self.show("Kannel alone, out: sendsms by 8 connections", "kannel_out")
        self.show("the same with receipts, as odzivd asks for them", "kannel_out_dlr")
        say("odzivd, from the call to the durable case and the queued reply")
        for n in (1, 8, 64):
            self.show_load(f"HTTP, {n} in flight", f"http_{n}")
        for n in (1, 8, 64):
            self.show_load(f"box link, {n} in flight", f"box_{n}")
        self.show_load("box link, 64 in flight, replies and receipts as well", "box_both")
        say("odzivd behind bearerbox by the box link")
        self.show("in: fake SMSC, bearerbox, odzivd (replies are queued)", "bearerbox_in")
        self.show("CPU of bearerbox and odzivd a text", "bearerbox_cpu", "ms", 3)
        self.show("out: the queued replies, segments, without receipts", "bearerbox_out")
        self.show("the same with receipts", "bearerbox_out_dlr")
        self.show("both at once: texts in, replies and receipts", "bearerbox_both")
        for cases, still_open, _ in self.stores if self.wants("store") else []:
            say(f"a store of {cases:,} cases, {still_open:,} open")
            self.show("start to ready", f"start {cases}", "s", 3)
            self.show("RssAnon after the start", f"rss_begin {cases}", "MiB", 1)
            self.show("RssAnon after lists and 1,000 texts", f"rss {cases}", "MiB", 1)
            self.show("STATUS, all but the commit, warm", f"status {cases}", "ms", 3)
            self.show("the newest 100 cases, the query", f"query_list {cases}", "ms", 3)
            self.show("odziv case list --limit 100, the command", f"list {cases}", "ms", 1)
        self.judge()

    def figures(self):
        def ratio(a, b):
            pairs = [x / y for x, y in zip(self.seen.get(a, []), self.seen.get(b, []))]
            return statistics.median(pairs) if pairs else None
        largest = self.stores[-1][0] if self.wants("store") else None
        cpu = [u + s for u, s in zip(self.seen.get("box_64 user", []), self.seen.get("box_64 system", []))]
        return {
            "http_64/kannel_in": ratio("http_64", "kannel_in"),
            "http_64/lmdb_64": ratio("http_64", "lmdb_64"),
            "http_64 p99/p50": ratio("http_64 p99", "http_64 p50"),
            "http_1/lmdb_1": ratio("http_1", "lmdb_1"),
            "bearerbox in/kannel_in": ratio("bearerbox_in", "kannel_in"),
            "bearerbox out/kannel_out": ratio("bearerbox_out", "kannel_out"),
            "bearerbox out/kannel_out with receipts": ratio("bearerbox_out_dlr", "kannel_out_dlr"),
            "cpu_ms": statistics.median(cpu) if cpu else None,
            "rss_open": self.median("rss 10000"),
            "start_largest": self.median(f"start {largest}"),
            "status_largest": self.median(f"status {largest}"),
        }

    def judge(self):
        """For information: a busy neighbour is no fault of the program."""
        figures = self.figures()
        say("targets (ratios within the same run)")
        for name, limit, way, words in TARGETS:
            value = figures[name]
            if value is None:
                verdict = "not measured"
            else:
                verdict = "met" if (value >= limit) == (way == "least") or value == limit else "missed"
            shown = "" if value is None else f"{value:.3f}"
            say(f"  {words:<88} {shown:>8}  at {way} {limit:g}: {verdict}")


def first_line(*argv):
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=10)
        return (done.stdout + done.stderr).strip().splitlines()[0]
    except (OSError, IndexError, subprocess.TimeoutExpired):
        return "none"


def cpu_model():
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        return next((line.split(":")[1].strip() for line in f if line.startswith("model name")), "unknown")


def describe(options):
    packages = ("kannel", "liblmdb0", "libmicrohttpd12", "libuv1", "libpcre2-8-0", "libprotobuf-c1", "libicu72")
    versions = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Version}, ", *packages], capture_output=True, text=True).stdout
    say(f"date      {time.strftime('%Y-%m-%d %H:%M %Z')}, load average {' '.join(f'{x:.2f}' for x in os.getloadavg())}")
    say(f"machine   {os.cpu_count()} x {cpu_model()}, {os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') >> 30} GiB, "
        f"Linux {platform.release()}, {first_line('stat', '-f', '-c', 'file system %T', options.build)}")
    say(f"versions  {first_line(os.path.join(options.build, 'gateway', 'odzivd'), '--version')}; {versions.rstrip(', ')}; {first_line('gcc', '--version')}")
    say("The load and all servers share the machine. Ratios are of one run; absolute figures are the neighbours' too.")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--quick", action="store_true", help="a tenth of the texts, one run, 100,000 cases")
    parser.add_argument("--runs", type=int)
    parser.add_argument("--cases", type=int, help="the largest store")
    parser.add_argument("--only", help="disk,lmdb,empty_http,http,box,box_both,kannel_in,kannel_out,bearerbox,store")
    parser.add_argument("--folder", help="kept; on the disk that shall be measured")
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    options.runs = options.runs or (1 if options.quick else 3)
    options.cases = options.cases if options.cases is not None else (100000 if options.quick else 1000000)
    if options.folder:
        options.folder = os.path.abspath(options.folder)
        os.makedirs(options.folder, exist_ok=True)
    describe(options)
    bench = Bench(options)
    try:
        bench.run()
        bench.report()
    finally:
        bench.stop_all()


if __name__ == "__main__":
    main()
