# SPDX-License-Identifier: GPL-3.0-or-later
"""gateway - odzivd and odziv as the stories run them."""
import json
import os
import re
import shutil
import socket
import subprocess

from process import Failure, Process, children_of, until

# A crash that a sanitizer found, and what it wrote before it ended.
SANITIZER = re.compile(r"(ERROR: (Address|Leak|Thread)Sanitizer|WARNING: ThreadSanitizer|runtime error:).*")


def ini_text(sections):
    """{"section": {"key": value}} as an odziv.ini; a value of None leaves the key out."""
    lines = []
    for section, keys in sections.items():
        lines.append(f"[{section}]")
        lines += [f"{key} = {value}" for key, value in keys.items() if value is not None]
        lines.append("")
    return "\n".join(lines)


def give_away(path):
    """odzivd never works as root: what it must read or write belongs to somebody without rights."""
    if os.geteuid() == 0:
        shutil.chown(path, "nobody", "nogroup")


class Gateway:
    def __init__(self, folder, build, sections):
        self.folder, self.build, self.sections = folder, build, sections
        self.conf = os.path.join(folder, "conf")
        os.makedirs(self.conf)
        self.write_conf()
        # A sanitizer must end the process with a status of its own, and a leak is a fault.
        env = {"ASAN_OPTIONS": "exitcode=99:detect_leaks=1:abort_on_error=0:disable_coredump=1", "UBSAN_OPTIONS": "print_stacktrace=1:exitcode=99",
               "TSAN_OPTIONS": "exitcode=99"}
        self.process = Process("odzivd", [os.path.join(build, "gateway", "odzivd"), "-c", self.conf], folder, env)

    @property
    def state(self):
        return self.sections["odziv"]["state_dir"]

    def write_conf(self, **changes):
        """changes: section={"key": value}; what stands in the file from the next start or reload on."""
        for section, keys in changes.items():
            self.sections.setdefault(section, {}).update(keys)
        with open(os.path.join(self.conf, "odziv.ini"), "w", encoding="utf-8") as f:
            f.write(ini_text(self.sections))

    def secret(self, name, words):
        path = os.path.join(self.conf, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as f:
            f.write(words + "\n")
        give_away(path)

    def make_state(self):
        """The store's folder, as the package makes it: its owner is whom odzivd becomes."""
        os.chmod(self.folder, 0o755)
        os.makedirs(self.state, 0o750)
        give_away(self.state)

    def start(self, within=20, ready=True, **env):
        self.process.start(**env)
        if ready:
            self.wait_ready(within)
        return self

    def wait_ready(self, within=20):
        def is_ready():
            if not self.process.is_running():
                raise Failure(f"odzivd ended with {self.process.popen.returncode} before it was ready")
            return re.search(r"\bready\b", self.process.log())
        until("odzivd is ready", is_ready, within)

    def hold_socket(self, port):
        """Socket activation: the listening socket outlives the process, as systemd keeps it."""
        self.process.listener = socket.create_server(("127.0.0.1", port), backlog=512)

    def die_at(self, point, count=1):
        """Starts a test build that ends itself (SIGKILL) when it comes to the named place for the count-th time:
        for some places that is before it is ready."""
        return self.start(ready=False, ODZIV_DIE_AT=f"{point}:{count}")

    def wait_dead(self, within=20):
        until("odzivd died", lambda: not self.process.is_running(), within)
        self.check_sanitizers()

    def kill(self):
        self.process.kill()

    def mail_processes(self):
        """The pids of its children that read mailboxes."""
        return children_of(self.process.pid)

    def cells(self):
        """The pids of those that take a mail apart at this moment."""
        return [cell for reader in self.mail_processes() for cell in children_of(reader)]

    def restart(self, **env):
        if self.process.is_running():
            self.process.kill()
        return self.start(**env)

    def stop(self):
        """A polite stop must end with status 0 and without a word of a sanitizer."""
        if self.process.listener is not None:
            self.process.listener.close()
            self.process.listener = None
        if not self.process.is_running():
            return
        status = self.process.stop()
        self.check_sanitizers()
        if status != 0:
            raise Failure(f"odzivd ended with status {status} after SIGTERM")

    def check_sanitizers(self):
        found = SANITIZER.search(self.process.log(whole=True))
        if found:
            raise Failure(f"odzivd: {found.group(0)}")

    def run(self, *words, text=None, within=30):
        """odziv WORDS, as a finished process."""
        return subprocess.run([os.path.join(self.build, "gateway", "odziv"), "-c", self.conf, *map(str, words)], cwd=self.folder, input=text,
                              capture_output=True, text=True, timeout=within, check=False, env={**os.environ, **self.process.env})

    def odziv(self, *words, text=None, status=0):
        """odziv WORDS --json: its objects, one a line; another exit status than the expected one is a Failure."""
        done = self.run(*words, "--json", text=text)
        if done.returncode != status:
            raise Failure(f"odziv {' '.join(map(str, words))}: status {done.returncode}, {done.stderr.strip() or done.stdout.strip()}")
        return [json.loads(line) for line in done.stdout.splitlines() if line.strip()]
