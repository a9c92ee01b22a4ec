# SPDX-License-Identifier: GPL-3.0-or-later
"""mail_dovecot - a real Dovecot in a folder of its own: IMAP with TLS from the first byte and with STARTTLS, LMTP,
quota, and the logins of Postfix. Root or not; and what a story may do to it."""
import base64
import contextlib
import glob
import grp
import hashlib
import hmac
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time

from process import Failure, Process, running, signal_pid, until

PASSWORD = "secret"
HOSTNAME = "imap.test.example"     # as it signs its Received fields
CONF = """base_dir = {folder}/base
state_dir = {folder}/base
hostname = {hostname}
log_path = /dev/stderr
listen = 127.0.0.1
protocols = imap lmtp
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {login_user}
ssl = {ssl}
ssl_cert = <{cert}
ssl_key = <{key}
disable_plaintext_auth = no
auth_mechanisms = plain login{tokens}
auth_failure_delay = 0
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:~/Maildir
mail_fsync = {fsync}
mail_max_userip_connections = 100
recipient_delimiter = +
lmtp_save_to_detail_mailbox = no
mail_plugins = quota
plugin {{
  quota = maildir:User quota
}}
protocol imap {{
  mail_plugins = quota imap_quota
{capability}
}}
protocol lmtp {{
  mail_plugins = quota
}}
namespace inbox {{
  inbox = yes
}}
{token_passdb}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {folder}/users
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {sasl}
  }}
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  service_count = 0
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
"""
# It validates tokens (JWT) by itself, as signed by whoever has the key: nobody is asked.
TOKEN_PASSDB = """passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}"""
TOKEN_CONF = """introspection_mode = local
local_validation_key_dict = fs:posix:prefix={folder}/keys/
username_attribute = sub
"""
TOKEN_KEY = b"the key of who gives tokens"
# What Dovecot 2.3 offers after login, less MOVE and IDLE: an older server.
OLD_CAPABILITY = "  imap_capability = IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE UIDPLUS LITERAL+ UNSELECT CHILDREN NAMESPACE"


class Dovecot:
    """ports: imap, imaps, lmtp, sasl. ssl: yes or no. kind: which certificate. old: without MOVE and IDLE. tokens: XOAUTH2 as well."""

    def __init__(self, folder, ports, certificates, fsync="never"):
        self.folder = os.path.join(folder, "dovecot")
        self.ports, self.certificates, self.fsync = ports, certificates, fsync
        self.has_tls = True
        self.quotas = {}    # address: "100k", or None
        os.makedirs(os.path.join(self.folder, "base"))
        os.makedirs(os.path.join(self.folder, "mail"))
        self.mail_user, self.mail_group = ("nobody", "nogroup") if os.geteuid() == 0 else (self._name(), grp.getgrgid(os.getegid()).gr_name)
        shutil.chown(os.path.join(self.folder, "mail"), self.mail_user, self.mail_group)
        self.conf_path = os.path.join(self.folder, "dovecot.conf")
        self.process = Process("dovecot", ["/usr/sbin/dovecot", "-F", "-c", self.conf_path], self.folder)
        self.configure()

    @staticmethod
    def _name():
        return pwd.getpwuid(os.geteuid()).pw_name

    def configure(self, kind="right", ssl="yes", old=False, tokens=False):
        """What holds from the next start on."""
        self.has_tls = ssl == "yes"
        cert, key = self.certificates.pair(kind)
        me = self._name()
        users = ("dovecot", "dovecot", "dovenull") if os.geteuid() == 0 else (me, self.mail_group, me)
        with open(self.conf_path, "w", encoding="utf-8") as f:
            f.write(CONF.format(folder=self.folder, hostname=HOSTNAME, cert=cert, key=key, ssl=ssl, fsync=self.fsync,
                                capability=OLD_CAPABILITY if old else "", tokens=" xoauth2 oauthbearer" if tokens else "",
                                token_passdb=TOKEN_PASSDB.format(folder=self.folder) if tokens else "", **dict(zip(("user", "group", "login_user"), users)), **self.ports))

        if tokens:
            self._write_token_conf()

    def _write_token_conf(self):
        """The key lies where Dovecot looks for it: keys/AZP/ALG/KID."""
        folder = os.path.join(self.folder, "keys", "default", "HS256")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "default"), "wb") as f:
            f.write(base64.b64encode(TOKEN_KEY))
        with open(os.path.join(self.folder, "oauth2.conf"), "w", encoding="utf-8") as f:
            f.write(TOKEN_CONF.format(folder=self.folder))

    @staticmethod
    def token(address, seconds=3600, key=TOKEN_KEY):
        """As an authority gives it, and as long as large ones do: good for so many seconds."""
        def part(octets):
            return base64.urlsafe_b64encode(octets).rstrip(b"=")
        now = int(time.time())
        claims = {"sub": address, "iat": now - 60, "exp": now + seconds, "scope": "mail", "roles": "x" * 2000}
        head = b".".join(part(json.dumps(claim).encode()) for claim in ({"alg": "HS256", "typ": "JWT"}, claims))
        return (head + b"." + part(hmac.new(key, head, hashlib.sha256).digest())).decode()

    def add(self, *addresses, quota=None):
        """Mailboxes, or another quota of theirs; Dovecot knows when this returns."""
        self.quotas.update(dict.fromkeys(addresses, quota))
        self._write_users()

    def forget(self, address):
        """Nobody has this address any more: what comes for it bounces."""
        del self.quotas[address]
        self._write_users()

    def _write_users(self):
        uid, gid = pwd.getpwnam(self.mail_user).pw_uid, grp.getgrnam(self.mail_group).gr_gid
        path = os.path.join(self.folder, "users")
        with open(path + ".new", "w", encoding="utf-8") as f:
            for address, limit in self.quotas.items():
                more = f"userdb_quota_rule=*:storage={limit}" if limit else ""
                f.write(f"{address}:{{PLAIN}}{PASSWORD}:{uid}:{gid}::{self.home(address)}::{more}\n")
        os.replace(path + ".new", path)
        if self.process.is_running():
            time.sleep(1.2)     # it looks at the file once a second

    def home(self, address):
        return os.path.join(self.folder, "mail", address)

    # ---- life

    def start(self):
        self.process.start()
        for name, port in self.ports.items():
            if name != "imaps" or self.has_tls:
                until(f"Dovecot listens at its port {name}", lambda port=port: self._listens(port), 15, tend=self.process.must_run)
        return self

    @staticmethod
    def _listens(port):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True
        except OSError:
            return False

    def stop(self):
        """SIGTERM, and what is still there after a moment is killed: Dovecot likes to wait for itself."""
        if not self.process.is_running():
            return
        self.resume()
        self.process.signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(0.3)
        self._end()

    def restart(self, **configuration):
        self.stop()
        self.configure(**configuration)
        self.start()

    def kill(self):
        """kill -9 of all of it: its clients see a reset or an end."""
        self._end()

    def _end(self):
        """Nothing of it is left when this returns, so its ports and sockets are free."""
        self.process.kill()
        until("all of Dovecot is gone", lambda: not [signal_pid(pid, signal.SIGKILL) for pid in self.children()])

    # ---- what may befall it

    def children(self, name=None):
        """Its processes beside the master, or those of one service (imap, imap-login, lmtp): all are of one session."""
        master = self.process.pid
        return [p.pid for p in running(lambda p: p.session == master and p.pid != master and name in (None, p.name))]

    def cut(self):
        """Every IMAP connection ends, wherever it is; new ones are served."""
        for name in ("imap", "imap-login"):
            for pid in self.children(name):
                signal_pid(pid, signal.SIGKILL)

    def hang(self):
        """Connections stay, nothing is answered."""
        for pid in [self.process.pid] + self.children():
            signal_pid(pid, signal.SIGSTOP)

    def resume(self):
        for pid in [self.process.pid] + self.children():
            signal_pid(pid, signal.SIGCONT)

    def maildir(self, address, folder="INBOX"):
        return os.path.join(self.home(address), "Maildir", "" if folder == "INBOX" else "." + folder)

    def forget_uids(self, address, folder="INBOX"):
        """A new UIDVALIDITY, and UIDs from 1: as after a mailbox was restored from a backup."""
        names = glob.glob(os.path.join(self.maildir(address, folder), "dovecot-uidlist*")) \
            + glob.glob(os.path.join(self.maildir(address, folder), "dovecot.index*"))
        if not names:
            raise Failure(f"Dovecot knows nothing of {folder} of {address} yet")
        for name in names:
            os.unlink(name)

    def log(self):
        return self.process.log(whole=True)
