# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk that fails: what can't be known to be on disk is never acknowledged."""
import os
import re
import subprocess
import time

from stories import in_lab
from storm import CONF, texts
from test_day import NUMBER

HERE = os.path.dirname(os.path.abspath(__file__))


class Disk:
    """The knob of broken_disk.c, for the store of one laboratory."""

    def __init__(self, lab):
        self.shim, self.knob = os.path.join(lab.folder, "broken_disk.so"), os.path.join(lab.folder, "broken")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", self.shim, os.path.join(HERE, "broken_disk.c"), "-ldl"], check=True)
        self.env = {"LD_PRELOAD": self.shim, "BROKEN_KNOB": self.knob, "BROKEN_FILE": os.path.join(lab.odzivd.state, "store", "data.mdb"),
                    "ASAN_OPTIONS": lab.odzivd.process.env["ASAN_OPTIONS"] + ":verify_asan_link_order=0"}

    def fails(self, how):
        with open(self.knob + ".new", "w", encoding="utf-8") as f:
            f.write(how)
        os.rename(self.knob + ".new", self.knob)

    def works(self):
        os.remove(self.knob)


def breaks_under_load(lab, disk, how, first):
    """Texts come in, the disk breaks among them; odzivd ends by itself with one clear line, and nothing that was
    acknowledged is missing when the disk works again."""
    written = len(lab.odzivd.process.log(whole=True))
    lab.odzivd.start(**disk.env)
    ids = [i for one in lab.smsc.send_many(texts(60, first)) for i in one]
    lab.smsc.wait_acknowledged(ids[:20], 30, lab.tend)
    disk.fails(how)
    ids += [i for one in lab.smsc.send_many(texts(60, first + 60)) for i in one]
    lab.odzivd.wait_dead()
    assert lab.odzivd.process.popen.returncode == 1, lab.odzivd.process.popen.returncode
    said = [line for line in lab.odzivd.process.log(whole=True)[written:].splitlines() if "event=commit_failed" in line]
    assert len(said) == 1 and re.search(r"store.*failed to write", said[0]), said
    disk.works()
    lab.odzivd.start()
    lab.smsc.wait_acknowledged(ids, 60, lab.tend)
    wrote = {"sms:" + sender for sender, _ in texts(120, first)}
    lab.until("every acknowledged text is a case", lambda: wrote <= {c["contact"] for c in lab.cases()}, 60, 0.5)
    lab.assert_sound()
    lab.odzivd.stop()


@in_lab(conf=CONF, serve=("smsc", "kannel"))
def test_what_fails_to_be_written_ends_us(lab):
    """When the disk refuses a page, or its sync, odzivd ends with a clear line; after a restart nothing acknowledged is missing and no case is double"""
    disk = Disk(lab)
    breaks_under_load(lab, disk, "write", 0)
    breaks_under_load(lab, disk, "sync", 1000)
    lab.odzivd.start()
    contacts = [c["contact"] for c in lab.cases()]
    assert len(contacts) == len(set(contacts)) == 240, len(contacts)
    assert lab.assert_sound()["received"]["sms"] == 240


@in_lab(serve=("smsc", "kannel"))
def test_a_disk_that_is_broken_at_the_start(lab):
    """On a disk that refuses to be written odzivd doesn't get ready, says so, and takes no text; it comes in when the disk works again"""
    disk = Disk(lab)
    lab.odzivd.start(**disk.env)
    lab.odzivd.stop()
    disk.fails("sync")
    lab.odzivd.start(ready=False, **disk.env)
    phone = lab.phone("+381641234567")
    ids = phone.text("Pukla je cev u Svetosavskoj 14")
    end = time.monotonic() + 20
    while lab.odzivd.process.is_running() and time.monotonic() < end:
        time.sleep(0.1)
    assert not lab.odzivd.process.is_running() and lab.odzivd.process.popen.returncode == 1
    assert re.search(r"failed to write|Input/output", lab.odzivd.process.log()), lab.odzivd.process.log()
    disk.works()
    lab.odzivd.start()
    lab.smsc.wait_acknowledged(ids, 30, lab.tend)
    phone.expect(NUMBER, 30)
    lab.assert_sound()
