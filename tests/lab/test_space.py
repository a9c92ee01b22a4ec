# SPDX-License-Identifier: GPL-3.0-or-later
"""A full map, a full disk, a slow disk."""
import contextlib
import json
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request

from slow_disk import SlowDisk
from stories import in_lab
from storm import CONF, texts
from test_day import NUMBER, report

MIB = 1 << 20


def intake(lab):
    return lab.one("status")["store"]["intake"]


def health(lab, within=2.0):
    """GET /health: status, object, and how long it took."""
    begin = time.monotonic()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{lab.ports['http']}/health", timeout=within) as answer:
            status, body = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, body = error.code, error.read()
    return status, json.loads(body), time.monotonic() - begin


@in_lab(conf={**CONF, "store": {"map_size": "8M", "min_free": "0"}})
def test_a_full_map_says_try_again(lab):
    """At 85 % of the map intake stops; answers and closing go on; with a larger map everything comes in by itself"""
    phone = lab.phone("+381641234567")
    number = report(lab, phone)
    ids, first = [], 0
    while intake(lab) == "open":
        ids += [i for one in lab.smsc.send_many(texts(200, first)) for i in one]
        first += 200
        lab.smsc.wait_acknowledged(ids, 60)
        assert first < 40000, "the map doesn't fill"
        time.sleep(0.3)
    assert health(lab)[0] == 503 and lab.one("status")["alarms"]
    lab.odziv("case", "answer", number, "Cev je zamenjena.")
    phone.expect("Cev je zamenjena")
    assert lab.one("case", "close", number, "popravljeno")["state"] == "closed"
    assert len(lab.cases()) <= first, "something was taken twice"
    lab.odzivd.write_conf(store={"map_size": "64M"})
    lab.odzivd.process.signal(signal.SIGHUP)
    lab.until("intake is open again", lambda: intake(lab) == "open", 20)
    lab.until(f"all {first} texts are cases", lambda: len(lab.cases()) == first + 1, 120, 0.5)
    assert health(lab)[0] == 200
    lab.assert_sound()


@contextlib.contextmanager
def small_disk(path, size):
    """A file system of that size, for as long as the story needs it."""
    os.makedirs(path, exist_ok=True)
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    mounted = subprocess.run([*as_root, "mount", "-t", "tmpfs", "-o", f"size={size},uid={os.geteuid()}", "tmpfs", path],
                             capture_output=True, text=True, check=False)
    assert mounted.returncode == 0, f"a file system of {size} can't be mounted; this story needs root or sudo: {mounted.stderr}"
    try:
        yield
    finally:
        subprocess.run([*as_root, "umount", "-l", path], check=False)


@in_lab(serve=())
def test_a_full_disk(lab):
    """On a disk of 64 MB: a larger store is refused in words; a full disk stops neither texts nor answers; backup fails loudly"""
    disk = os.path.join(lab.folder, "disk")
    with small_disk(disk, "64m"):
        lab.odzivd.write_conf(odziv={"state_dir": os.path.join(disk, "state")}, store={"map_size": "128M", "min_free": "0"})
        lab.odzivd.make_state()
        lab.smsc.start()
        lab.kannel.start()
        lab.odzivd.start(ready=False)
        lab.until("odzivd refuses", lambda: not lab.odzivd.process.is_running(), 20)
        assert lab.odzivd.process.popen.returncode == 1 and re.search(r"space|full", lab.odzivd.process.log()), lab.odzivd.process.log()
        lab.odzivd.write_conf(store={"map_size": "32M"})
        lab.odzivd.start()
        phone = lab.phone("+381641234567")
        number = report(lab, phone)
        with open(os.path.join(disk, "ballast"), "wb", buffering=0) as f, contextlib.suppress(OSError):
            while f.write(b"\0" * 4096):
                pass
        assert os.statvfs(disk).f_bavail == 0
        second = report(lab, phone, "Ne radi ulicna rasveta u Njegosevoj 20, mrak je tri dana")
        lab.odziv("case", "answer", number, "Cev je zamenjena.")
        phone.expect("Cev je zamenjena")
        failed = lab.odzivd.run("backup", os.path.join(disk, "backup"))
        assert failed.returncode == 1 and failed.stderr.startswith("error:"), failed
        assert number != second
        lab.assert_sound()
        lab.odzivd.stop()


@in_lab(conf={"store": {"min_free": "4M"}}, serve=())
def test_below_min_free_intake_stops(lab):
    """Below min_free of free disk intake stops, and opens again by itself when there is room"""
    disk = os.path.join(lab.folder, "disk")
    with small_disk(disk, "64m"):
        lab.odzivd.write_conf(odziv={"state_dir": os.path.join(disk, "state")}, store={"map_size": "32M"})
        lab.odzivd.make_state()
        lab.serve = ("smsc", "kannel", "odzivd")
        lab.start()
        ballast = os.path.join(disk, "ballast")
        with open(ballast, "wb") as f:
            f.write(b"\0" * (os.statvfs(disk).f_bavail * os.statvfs(disk).f_bsize - 2 * MIB))
        rest = iter(texts(1000))

        def has_stopped():
            lab.smsc.send(*next(rest))
            return intake(lab) == "stopped"
        lab.until("intake stops when something came in", has_stopped, 30, 0.3)
        phone = lab.phone("+381651234567")
        phone.text("Pukla je cev u Svetosavskoj 14")
        phone.expect_silence(1)
        os.remove(ballast)
        phone.expect(NUMBER, 30)
        lab.assert_sound()
        lab.odzivd.stop()


@in_lab(serve=("smsc", "kannel"))
def test_a_slow_disk_silences_nobody(lab):
    """While the disk takes three seconds a sync, the health page, odziv and Kannel's view of us stay alive; nothing is lost"""
    disk = SlowDisk(lab)
    phones = [lab.phone(f"+38164000{n:04d}") for n in range(20)]
    disk.slow(3000)
    for n, phone in enumerate(phones):
        phone.text(f"Pukla je cev u Svetosavskoj {n + 1}")
    worst = 0
    for _ in range(20):
        worst = max(worst, health(lab)[2])
        assert lab.one("status")["daemon"] is True and lab.kannel.status_has("boxes/box/status", "on-line")
        time.sleep(0.2)
    assert worst < 0.5, f"the health page took {worst:.2f} s"
    disk.fast()
    for phone in phones:
        phone.expect(NUMBER, 30)
    assert lab.assert_sound()["received"]["sms"] == 20
