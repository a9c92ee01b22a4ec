# SPDX-License-Identifier: GPL-3.0-or-later
"""mail_postfix - a real Postfix in a folder of its own: takes mails for the laboratory's domains, and from those who
log in (by Dovecot); delivers to Dovecot by LMTP; bounces, retries and keeps a queue as it does anywhere.

What it does to Authentication-Results is what odzivd(8) tells administrators: foreign fields with our own
authserv-id are removed, `auth=pass` is put before what came from a person who logged in, and a milter (mail_milter)
says dkim and dmarc of the others. Postfix's master needs root: without it, sudo is tried.
"""
import os
import shutil
import socket
import subprocess
import time

from mail_milter import Milter
from process import Failure, Process, children_of, until

PROGRAMS = "/usr/lib/postfix/sbin"
AUTHSERV = "mx.test.example"
MAIN = """compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = /dev/stdout
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = {authserv}
mydestination =
mynetworks =
virtual_mailbox_domains = {domains}
virtual_mailbox_maps = regexp:{folder}/etc/mailboxes
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
default_transport = error:5.7.1 the laboratory has no other domain
alias_maps =
alias_database =
recipient_delimiter = +
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{sasl}
smtpd_tls_cert_file = {cert}
smtpd_tls_key_file = {key}
smtpd_tls_auth_only = yes
smtpd_tls_security_level = {security}
smtputf8_enable = yes
header_checks = regexp:{folder}/etc/header_checks
smtpd_milters = {milters}
milter_default_action = tempfail
message_size_limit = 41943040
mailbox_size_limit = 0
virtual_mailbox_limit = 0
notify_classes =
in_flow_delay = 0s
transport_retry_time = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
smtpd_client_connection_count_limit = 0
smtpd_hard_error_limit = 1000
smtpd_error_sleep_time = 0s
"""
# A field that a stranger wrote in our name. What PREPEND wrote comes under another name, and gets its own here.
HEADER_CHECKS = r"""/^Authentication-Results:\s*(\([^)]*\)\s*)*"?{authserv}\b/ IGNORE
/^X-{secret}: (.*)$/ REPLACE Authentication-Results: $1
"""
# Postfix knows who doesn't exist at once, and refuses; of the others Dovecot says so later, and they bounce.
MAILBOXES = "!/^unknown/ ok\n"
LOGGED_IN = "/^(.+)$/ PREPEND X-{secret}: {authserv}; auth=pass smtp.auth=$1\n"
MASTER = """127.0.0.1:{mx} inet n - n - - smtpd
127.0.0.1:{submission} inet n - n - - smtpd
  -o smtpd_tls_security_level={security_submission}
{submission_options}
127.0.0.1:{smtps} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
{submission_options}
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
SUBMISSION = """  -o smtpd_sasl_auth_enable=yes
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
  -o smtpd_sender_restrictions=check_sasl_access,regexp:{folder}/etc/logged_in
  -o smtpd_milters="""
# As `postfix check` would make them; {folder} is an argument.
MAKE_SPOOL = """set -e
mkdir -p "$1/spool/pid" "$1/data"
chown postfix "$1/data"
cd "$1/spool"
for d in active bounce corrupt defer deferred flush hold incoming saved trace private; do install -d -o postfix -m 700 $d; done
install -d -o postfix -g postdrop -m 2710 public
install -d -o postfix -g postdrop -m 1730 maildrop
"""


def as_root(*words):
    """The words of a command that needs root; a Failure when there is no way to be root."""
    if os.geteuid() == 0:
        return list(words)
    if not shutil.which("sudo") or subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode != 0:
        raise Failure("Postfix needs root, and sudo doesn't work without a password here: run this as root, or after `sudo -v`")
    return ["sudo", "-n", *words]


class Master(Process):
    """Postfix's master: it may run as another user than we, below sudo."""

    def start(self, **env):
        self.argv = as_root(os.path.join(PROGRAMS, "master"), "-s", "-c", os.path.join(self.folder, "etc"))
        return super().start(**env)

    def signal(self, number):
        if os.geteuid() == 0 or not self.is_running():
            return super().signal(number)
        return subprocess.run(as_root("kill", f"-{int(number)}", *map(str, children_of(self.pid))), check=False)


class Postfix:
    """ports: mx (strangers), submission (STARTTLS and login), smtps (TLS from the first byte and login), milter."""

    def __init__(self, folder, ports, lmtp, sasl, certificates, domains, own_domain, with_milter=True):
        self.folder = os.path.join(folder, "postfix")
        self.ports, self.lmtp, self.sasl, self.certificates, self.domains = ports, lmtp, sasl, certificates, domains
        self.secret = "Laboratory-" + os.urandom(8).hex()
        self.milter = Milter(ports["milter"], AUTHSERV, own_domain) if with_milter else None
        os.makedirs(os.path.join(self.folder, "etc"))
        self.process = Master("postfix", [], self.folder)
        self.configure()

    def _write(self, name, text):
        """As if it had stood there for a while: Postfix waits until what it reads is more than a second old."""
        path = os.path.join(self.folder, "etc", name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.utime(path, (time.time() - 10, time.time() - 10))

    def configure(self, kind="right", tls=True, **settings):
        """What holds from the next start on. settings: of main.cf, on top of ours."""
        cert, key = self.certificates.pair(kind)
        values = {"folder": self.folder, "authserv": AUTHSERV, "domains": ", ".join(self.domains), "lmtp": self.lmtp, "sasl": self.sasl, "cert": cert,
                  "key": key, "security": "may" if tls else "none", "security_submission": "encrypt" if tls else "none",
                  "secret": self.secret,
                  "milters": f"inet:127.0.0.1:{self.ports['milter']}" if self.milter else "", **self.ports}
        submission = SUBMISSION.format(**values) + ("" if tls else "\n  -o smtpd_tls_auth_only=no")
        self._write("main.cf", MAIN.format(**values) + "".join(f"{name} = {value}\n" for name, value in settings.items()))
        self._write("master.cf", MASTER.format(submission_options=submission, **values))
        self._write("header_checks", HEADER_CHECKS.format(**values))
        self._write("logged_in", LOGGED_IN.format(**values))
        self._write("mailboxes", MAILBOXES)

    # ---- life

    def start(self):
        subprocess.run(as_root("sh", "-c", MAKE_SPOOL, "sh", self.folder), check=True)
        if self.milter:
            self.milter.start()
        self.start_master()
        return self

    def start_master(self):
        self.process.start()
        for name in ("mx", "submission", "smtps"):
            until(f"Postfix listens at its port {name}", lambda name=name: self._listens(self.ports[name]), 15, tend=self.process.must_run)

    @staticmethod
    def _listens(port):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True
        except OSError:
            return False

    def stop_master(self):
        if self.process.is_running():
            self.process.stop()

    def restart(self, **configuration):
        self.stop_master()
        self.configure(**configuration)
        self.start_master()

    def stop(self):
        """Its folders belong to Postfix: they go with it when the laboratory's owner couldn't remove them."""
        self.stop_master()
        if self.milter:
            self.milter.stop()
        if os.geteuid() != 0 and os.path.isdir(os.path.join(self.folder, "spool")):
            subprocess.run(as_root("rm", "-rf", os.path.join(self.folder, "spool"), os.path.join(self.folder, "data")), check=False)

    # ---- what stories ask

    def queue(self):
        """The ids of the mails that it still has."""
        found = subprocess.run(as_root("postqueue", "-c", os.path.join(self.folder, "etc"), "-j"), capture_output=True, text=True, check=False)
        return found.stdout.splitlines()

    def flush(self):
        """Has everything in the queue tried at once, also what a hard restart left behind with a time in the future."""
        subprocess.run(as_root("postqueue", "-c", os.path.join(self.folder, "etc"), "-f"), check=True)

    def log(self):
        return self.process.log(whole=True)
