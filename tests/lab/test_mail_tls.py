# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS to the mail servers: what is right works in both ways, and what isn't is refused in clear words, without a word of ours."""
import re
import subprocess

from mail_servers import CONTACT
from stories import in_lab
from test_mail_day import MAIL_ONLY, open_case, person, quiet

REFUSED = (     # kind of certificate, words that status shows
    ("wrong_host", r"another host|does not match"), ("expired", r"expired"), ("self_signed", r"authority"),
    ("wrong_ca", r"authority"))


def fault(lab, pattern, within=20):
    """Until `odziv status` and the log say what is wrong with the mailbox in such words; gives those of status."""
    def found():
        words = [f for c in lab.one("status")["channels"] if c["name"] == "mail" for f in c["faults"]]
        words += [a["text"] for a in lab.one("status")["alarms"] if "mail" in a["name"]]
        return next((w for w in words if re.search(pattern, w, re.I)), None)
    words = lab.until(f"status shows a fault of the mailbox like {pattern!r}", found, within, 0.1)
    logged = [line for line in lab.odzivd.process.log().splitlines() if "mail" in line and re.search(pattern, line, re.I)]
    assert logged, f"status says {words!r}, the log doesn't"
    return words


def no_fault(lab, within=30):
    def is_up():
        channel = next(c for c in lab.one("status")["channels"] if c["name"] == "mail")
        return channel["state"] == "up" and not channel["faults"]
    lab.until("the mailbox is up and has no fault", is_up, within, 0.1)


@in_lab(**MAIL_ONLY)
def test_bad_certificates_of_the_imap_server_are_refused(lab):
    """A wrong host, an expired, a self-signed and a strange certificate of the IMAP server are refused by name, and nobody logs in"""
    for kind, words in REFUSED:
        lab.odzivd.stop()
        lab.mail.dovecot.restart(kind=kind)
        before = lab.mail.dovecot.log().count("Login: user=<kontakt")
        lab.odzivd.start()
        fault(lab, words)
        assert lab.mail.dovecot.log().count("Login: user=<kontakt") == before, kind
    lab.odzivd.stop()
    lab.mail.dovecot.restart()
    lab.odzivd.start()
    open_case(lab, person(lab))
    no_fault(lab)
    quiet(lab)


@in_lab(**MAIL_ONLY)
def test_bad_certificates_of_the_smtp_server_are_refused(lab):
    """The same of the SMTP server: the mail waits, status says why, and it leaves when the certificate is right"""
    pera = person(lab)
    for n, (kind, words) in enumerate(REFUSED[:2]):
        lab.mail.postfix.restart(kind=kind)
        pera.write("Pukla cev", f"Pukla je cev u Svetosavskoj {n}.")
        fault(lab, words)
        lab.until("a mail waits", lambda: lab.rows("--state", "queued"))
    assert not pera.mails()
    lab.mail.postfix.restart()
    lab.until("both acknowledgements are there", lambda: len(pera.mails()) == 2, 150)
    quiet(lab, 60)


@in_lab(**MAIL_ONLY)
def test_a_missing_starttls_is_refused(lab):
    """A server that offers no STARTTLS is refused when it is asked for, by IMAP and by SMTP: no password crosses in clear"""
    lab.odzivd.stop()
    lab.odzivd.write_conf(mail={"imap_tls": "starttls", "imap_port": lab.ports["imap"]})
    lab.mail.dovecot.restart(ssl="no")
    lab.odzivd.start()
    fault(lab, "STARTTLS")
    assert "Login: user=<kontakt" not in lab.mail.dovecot.log()
    lab.odzivd.stop()
    lab.mail.dovecot.restart()
    lab.mail.postfix.restart(tls=False)
    lab.odzivd.start()
    person(lab).write("Pukla cev", "Pukla je cev u Svetosavskoj 14.")
    fault(lab, "STARTTLS")
    assert "sasl_username=kontakt" not in lab.mail.postfix.log()
    lab.mail.postfix.restart()
    person(lab).expect("SP-", 60)
    quiet(lab)


@in_lab(**MAIL_ONLY)
def test_the_other_ways_of_tls(lab):
    """IMAP by STARTTLS with SMTP by TLS from the first byte, and both in clear on the loopback, work as the usual way does"""
    ways = ({"imap_tls": "starttls", "imap_port": lab.ports["imap"], "smtp_tls": "tls", "smtp_port": lab.ports["smtps"]},
            {"imap_tls": "none", "imap_port": lab.ports["imap"], "smtp_tls": "none", "smtp_port": lab.ports["mx"], "smtp_user": "",
             "smtp_password_file": None})
    for n, way in enumerate(ways):
        lab.odzivd.stop()
        lab.odzivd.write_conf(mail=way)
        lab.odzivd.start()
        open_case(lab, person(lab, f"pera{n}"))
    quiet(lab)


@in_lab(**{**MAIL_ONLY, "serve": ()}, conf={"mail": {"imap_tls": "none", "imap_host": "imap.example.org"}})
def test_clear_text_beyond_the_loopback_is_refused(lab):
    """Clear text to another host is a fault of the configuration, that names the key"""
    done = subprocess.run([*lab.odzivd.process.argv, "-t"], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "imap_tls" in done.stdout and "loopback" in done.stdout, done


@in_lab(**MAIL_ONLY)
def test_a_wrong_password_is_said(lab):
    """A wrong password is said in status; with the right one after a reload the mails are read"""
    lab.odzivd.stop()
    lab.odzivd.secret("mail_password", "wrong")
    lab.odzivd.start()
    fault(lab, "password|login|log in|auth")
    lab.odzivd.secret("mail_password", "secret")
    lab.odzivd.process.signal(1)
    open_case(lab, person(lab))
    quiet(lab)


def logins(lab, method="XOAUTH2"):
    return lab.mail.dovecot.log().count(f"Login: user=<{CONTACT}>, method={method}")


@in_lab(**{**MAIL_ONLY, "serve": ("mail",)}, conf={"mail": {"imap_auth": "xoauth2", "imap_password_file": "token"}})
def test_a_token_instead_of_a_password(lab):
    """XOAUTH2 to a real Dovecot: a token that is too old, of somebody else or signed by a stranger is refused and said; a fresh one after a reload gets in"""
    dovecot = lab.mail.dovecot
    dovecot.restart(tokens=True)
    bad = (dovecot.token(CONTACT, seconds=-10), dovecot.token("operater@test.example"), dovecot.token(CONTACT, key=b"another key"), "no token")
    for token in bad:
        lab.odzivd.secret("token", token)
        lab.odzivd.start()
        words = fault(lab, "password|login|log in|auth")
        assert token not in words and token not in lab.odzivd.process.log(), "a token stands in no log"
        lab.odzivd.stop()
    assert not logins(lab)
    lab.odzivd.start()
    lab.odzivd.secret("token", dovecot.token(CONTACT))
    lab.odzivd.process.signal(1)
    open_case(lab, person(lab))
    assert logins(lab) == 1 and not logins(lab, "PLAIN")
    quiet(lab)
