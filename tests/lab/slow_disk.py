# SPDX-License-Identifier: GPL-3.0-or-later
"""slow_disk - odzivd on a disk whose syncs take as long as a story says."""
import contextlib
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))


class SlowDisk:
    """Starts odzivd; the disk is as fast as ever until slow()."""

    def __init__(self, lab):
        library, self.knob = os.path.join(lab.folder, "slow_sync.so"), os.path.join(lab.folder, "slow")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, os.path.join(HERE, "slow_sync.c"), "-ldl"], check=True)
        asan = lab.odzivd.process.env["ASAN_OPTIONS"] + ":verify_asan_link_order=0"
        lab.odzivd.start(LD_PRELOAD=library, SLOW_SYNC=self.knob, ASAN_OPTIONS=asan)

    def slow(self, ms):
        with open(self.knob, "w", encoding="utf-8") as f:
            f.write(str(ms))

    def fast(self):
        with contextlib.suppress(FileNotFoundError):
            os.remove(self.knob)
