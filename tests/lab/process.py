# SPDX-License-Identifier: GPL-3.0-or-later
"""process - one server that a story started: it is stopped by its own pid, and its log is kept."""
import contextlib
import ctypes
import os
import random
import signal
import socket
import subprocess
import time

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class Failure(AssertionError):
    """What was promised didn't happen; the words say what."""


def _in_child(listener):
    """Nobody outlives the story that started it. A listening socket becomes descriptor 3, as systemd hands it over."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if listener is not None:
        os.dup2(listener.fileno(), 3)


def free_ports(n, taken=()):
    """n ports that nobody listens on, below those that the kernel gives to outgoing connections:
    a server that comes back after a kill must find its port free."""
    ports, held = [], []
    with contextlib.ExitStack() as stack:
        while len(ports) < n:
            port = 20000 + os.getpid() % 8 * 1500 + random.SystemRandom().randrange(1500)    # laboratories side by side stay apart
            if port in ports or port in taken:    # with SO_REUSEADDR the bind below takes one twice
                continue
            s = stack.enter_context(socket.socket())
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(("127.0.0.1", port))
            except OSError:
                continue
            held.append(s)
            ports.append(port)
    return ports


def until(what, check, within=10.0, every=0.02, tend=None):
    """Asks check() until its answer is true, and gives that answer; a Failure names what it waited for."""
    end = time.monotonic() + within
    while True:
        answer = check()
        if answer:
            return answer
        if time.monotonic() > end:
            raise Failure(f"after {within:g} s still not: {what}")
        if tend:
            tend()
        time.sleep(every)


class Running:
    """What /proc says of a process that hasn't ended."""

    def __init__(self, pid):
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as f:
            name, _, rest = f.read().partition(" (")[2].rpartition(") ")
        fields = rest.split()
        self.pid, self.name, self.parent, self.session = pid, name, int(fields[1]), int(fields[3])
        self.is_zombie = fields[0] == "Z"


def running(check):
    """All processes that check() likes; one that has ended and waits to be asked for its status is none."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):    # it ended meanwhile
            process = Running(int(pid))
            if not process.is_zombie and check(process):
                found.append(process)
    return found


def children_of(pid):
    """Quicker than running(): for those that live for milliseconds."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
            return [int(child) for child in f.read().split()]
    except OSError:
        return []


def signal_pid(pid, number):
    with contextlib.suppress(ProcessLookupError):    # it left by itself
        os.kill(pid, number)


class Process:
    def __init__(self, name, argv, folder, env=None):
        self.name, self.argv, self.folder = name, argv, folder
        self.env = env or {}
        self.log_path = os.path.join(folder, name + ".out")
        self.log_from = 0
        self.popen = None
        self.listener = None    # a listening socket to hand over (LISTEN_FDS)

    @property
    def pid(self):
        return self.popen.pid if self.popen else None

    def start(self, **env):
        assert not self.is_running(), f"{self.name} runs already"
        self.log_from = os.path.getsize(self.log_path) if os.path.exists(self.log_path) else 0
        argv, keep = self.argv, ()
        if self.listener is not None:
            argv, keep = ["sh", "-c", 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"', "sh", *argv], (3,)
        with open(self.log_path, "ab") as log:
            self.popen = subprocess.Popen(
                argv, cwd=self.folder, env={**os.environ, **self.env, **env}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=lambda: _in_child(self.listener), start_new_session=True, pass_fds=keep)
        return self

    def is_running(self):
        return self.popen is not None and self.popen.poll() is None

    def must_run(self):
        if not self.is_running():
            raise Failure(f"{self.name} ended with {self.popen.returncode}")

    def signal(self, number):
        if self.is_running():
            self.popen.send_signal(number)

    def kill(self):
        """kill -9, and it is gone when this returns."""
        self.signal(signal.SIGKILL)
        self.wait(10)

    def stop(self, within=20):
        """SIGTERM, and SIGKILL if that isn't enough; gives the exit status."""
        self.signal(signal.SIGTERM)
        try:
            return self.wait(within)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failure(f"{self.name} didn't stop within {within} s of SIGTERM") from None

    def wait(self, within):
        return self.popen.wait(within) if self.popen else None

    def log(self, whole=False):
        """What it wrote since its last start, or ever."""
        try:
            with open(self.log_path, encoding="utf-8", errors="replace") as f:
                f.seek(0 if whole else self.log_from)
                return f.read()
        except FileNotFoundError:
            return ""

    def tail(self, lines=25):
        return "\n".join(self.log(whole=True).splitlines()[-lines:])
