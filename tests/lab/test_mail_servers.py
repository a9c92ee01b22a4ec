# SPDX-License-Identifier: GPL-3.0-or-later
"""The mail servers of the laboratory themselves: what other stories take for granted of Dovecot and Postfix."""
import imaplib
import smtplib
import ssl

from mail_certs import HOST
from mail_cutter import TO_CLIENT, TO_SERVER
from mail_dovecot import PASSWORD
from mail_people import compose
from mail_postfix import AUTHSERV
from mail_servers import BOUNCING, CONTACT, REFUSED
from process import Failure
from stories import in_lab

MAIL_ONLY = {"mail": True, "link": "simulator", "serve": ("mail",)}
ANA = "ana@citizen.example"


def contact(lab):
    return lab.person(CONTACT).mailbox


def next_mail(lab, number=1, within=10):
    """The contact address's mail number so many, by the order of arrival."""
    return lab.until(f"mail {number} of {CONTACT}", lambda: contact(lab).mails()[number - 1:number], within)[0]


def results(mail):
    return [field for field in mail.all("Authentication-Results") if field.startswith(AUTHSERV)]


def refusal(connect):
    """The words of a certificate that isn't accepted; None if it is."""
    try:
        connect().close()
        return None
    except ssl.SSLCertVerificationError as error:
        return error.verify_message


@in_lab(**MAIL_ONLY)
def test_bad_certificates_are_refused(lab):
    """IMAP and SMTP by TLS from the first byte are good with our authority, and every bad certificate is refused by its name"""
    def imaps(context):
        return imaplib.IMAP4_SSL(HOST, lab.ports["imaps"], ssl_context=context).socket()

    def smtps(context):
        return smtplib.SMTP_SSL(HOST, lab.ports["smtps"], context=context).sock
    ours = ssl.create_default_context(cafile=lab.mail.certificates.ca)
    assert refusal(lambda: imaps(ours)) is None and refusal(lambda: smtps(ours)) is None
    assert "unable to get local issuer" in refusal(lambda: imaps(ssl.create_default_context()))
    for kind, words in (("wrong_host", "Hostname mismatch"), ("expired", "expired"), ("self_signed", "self-signed"), ("wrong_ca", "local issuer")):
        lab.mail.dovecot.restart(kind=kind)
        lab.mail.postfix.restart(kind=kind)
        for connect in (imaps, smtps):
            found = refusal(lambda connect=connect: connect(ours))
            assert found and words in found, (kind, connect.__name__, found)


@in_lab(**MAIL_ONLY)
def test_starttls_and_logins(lab):
    """STARTTLS on both, a wrong password is refused, nobody logs in or submits without TLS; and STARTTLS can be missing"""
    ours = ssl.create_default_context(cafile=lab.mail.certificates.ca)
    with imaplib.IMAP4(HOST, lab.ports["imap"]) as imap:
        imap.starttls(ours)
        assert imap.login(CONTACT, PASSWORD)[0] == "OK" and "IDLE" in imap.capability()[1][0].decode()
    with smtplib.SMTP(HOST, lab.ports["submission"]) as smtp:
        smtp.ehlo()
        assert not smtp.has_extn("auth") and smtp.mail(CONTACT)[0] == 530
        smtp.starttls(context=ours)
        smtp.ehlo()
        assert smtp.mail(CONTACT)[0] == 250 and smtp.rcpt(ANA)[0] == 554, "without a login nothing is taken"
        smtp.rset()
        try:
            smtp.login(CONTACT, "wrong")
            raise Failure("a wrong password was taken")
        except smtplib.SMTPAuthenticationError as error:
            assert error.smtp_code == 535
        smtp.login(CONTACT, PASSWORD)
    lab.mail.dovecot.restart(ssl="no")
    lab.mail.postfix.restart(tls=False)
    with imaplib.IMAP4(HOST, lab.ports["imap"]) as imap:
        assert "STARTTLS" not in imap.capabilities
    with smtplib.SMTP(HOST, lab.ports["submission"]) as smtp:
        smtp.ehlo()
        assert not smtp.has_extn("starttls") and smtp.login(CONTACT, PASSWORD)[0] == 235


@in_lab(**MAIL_ONLY)
def test_a_mail_is_delivered_with_its_sub_address(lab):
    """A citizen's mail comes through Postfix and LMTP; kontakt+TOKEN@ lands in kontakt's mailbox and keeps the token"""
    ana = lab.person(ANA, "Ana Anić")
    sent = ana.write("Рупа на путу", "У Светосавској 14 је рупа.", files=[("slika ć.jpg", "image/jpeg", b"\xff\xd8\x00\n")])
    mail = next_mail(lab)
    assert (mail.id, mail.subject, mail.text) == (sent.id, "Рупа на путу", "У Светосавској 14 је рупа.\n"), mail.octets
    assert mail.files == {"slika ć.jpg": b"\xff\xd8\x00\n"} and mail["Return-Path"] == f"<{ANA}>"
    ana.write("x", "y", to="kontakt+sA234567ABCDEFGH@test.example")
    assert next_mail(lab, 2)["Delivered-To"] == "kontakt+sA234567ABCDEFGH@test.example"


@in_lab(**MAIL_ONLY)
def test_an_unknown_address_bounces(lab):
    """What Postfix knows to be unknown is refused at once; what Dovecot doesn't know comes back as a DSN to the return path"""
    sender = lab.person(CONTACT)
    lab.mail.dovecot.forget(BOUNCING)
    try:
        sender.write("x", "y", to=REFUSED)
        raise Failure(f"{REFUSED} was taken")
    except smtplib.SMTPRecipientsRefused as error:
        assert error.recipients[REFUSED][0] == 550
    octets = compose(CONTACT, BOUNCING, "Vaša prijava", "Rešeno.\n")
    sent = sender.send(octets, [BOUNCING], mail_from="kontakt+bAXYZ@test.example")
    dsn = next_mail(lab)
    assert dsn["Return-Path"] == "<>" and dsn["Delivered-To"] == "kontakt+bAXYZ@test.example"
    assert dsn.message.get_content_type() == "multipart/report" and b"Status: 5.1.1" in dsn.octets and sent.id.encode() in dsn.octets


@in_lab(**MAIL_ONLY)
def test_authentication_results_are_our_servers_own(lab):
    """Foreign Authentication-Results with our id are removed; what is known of the sender is prepended, above the first Received"""
    ana, mallory, clerk = lab.person(ANA), lab.person("mallory@evil.example"), lab.person("operater@test.example")
    forged = f"Authentication-Results: {AUTHSERV}; dmarc=pass header.from=test.example\r\n" \
        f"authentication-results: (really) \"{AUTHSERV}\" 1;\r\n\tauth=pass smtp.auth={clerk.address}\r\n" \
        "Authentication-Results: elsewhere.example; dmarc=pass\r\n"
    cases = (
        (ana, ana.sender, "dkim=pass header.d=citizen.example; dmarc=pass header.from=citizen.example"),
        (mallory, clerk.sender, "dkim=pass header.d=evil.example; dmarc=fail header.from=test.example"),
        (clerk, clerk.sender, f"auth=pass smtp.auth={clerk.address}"),
    )
    for number, (person, sender, words) in enumerate(cases, 1):
        person.send(forged.encode() + compose(sender, CONTACT, "x", "y\n"), [CONTACT])
        mail = next_mail(lab, number)
        assert results(mail) == [f"{AUTHSERV}; {words}"], mail.octets
        assert "elsewhere.example; dmarc=pass" in mail.all("Authentication-Results")
        by = [line for line in mail.octets.decode().splitlines() if line.lower().startswith(("received:", "authentication-results:"))]
        assert "Received: from mx.test.example" in by[0] and AUTHSERV in by[1] and by[2].startswith("Received:"), by
    lab.mail.postfix.milter.answers = False
    ana.write("x", "y")
    assert results(next_mail(lab, 4)) == []


@in_lab(**MAIL_ONLY)
def test_the_servers_can_be_broken(lab):
    """Dovecot killed, hanging, cut off and with a new UIDVALIDITY; mails expunged by another client; a full mailbox; a queue that waits"""
    ana, box = lab.person(ANA), contact(lab)
    ana.write("1", "y")
    ana.write("2", "y")
    next_mail(lab, 2)
    validity = box.validity()
    box.expunge(box.uids()[0])
    assert [m.subject for m in box.mails()] == ["2"]
    lab.mail.dovecot.forget_uids(CONTACT)
    assert box.validity() != validity
    lab.mail.dovecot.kill()
    ana.write("3", "y")
    lab.until("the mail waits in the queue", lambda: "Connection refused" in lab.mail.postfix.log() and lab.mail.postfix.queue())
    lab.mail.dovecot.start()
    lab.until("the mail that waited is there", lambda: [m.subject for m in box.mails()] == ["2", "3"])
    lab.mail.dovecot.cut()
    assert len(box.mails()) == 2
    lab.mail.dovecot.hang()
    box.close()
    lab.mail.dovecot.resume()
    assert len(box.mails()) == 2
    lab.mail.dovecot.add(CONTACT, quota="10k")
    ana.write("too much", "y" * 20000)
    assert "mailbox for user is full" in ana.expect("Undelivered").text
    lab.mail.postfix.process.kill()
    lab.mail.postfix.start_master()


@in_lab(mail={"with_wires": True}, link="simulator", serve=("mail",))
def test_the_wires_can_be_cut(lab):
    """A wire to Dovecot is cut in the middle of a FETCH, one to Postfix in the middle of DATA, and either can be held"""
    ana = lab.person(ANA)
    ana.write("long", "x" * 70 + "\n", files=[("a.bin", "application/octet-stream", bytes(1 << 20))])
    next_mail(lab)
    ours = ssl.create_default_context(cafile=lab.mail.certificates.ca)
    imap = imaplib.IMAP4_SSL(HOST, lab.ports["imap_wire"], ssl_context=ours)
    imap.login(CONTACT, PASSWORD)
    imap.select()
    lab.mail.imap_wire.cut(TO_CLIENT, 300000)
    try:
        imap.uid("FETCH", "1", "(BODY.PEEK[])")
        raise Failure("the FETCH wasn't cut")
    except (imaplib.IMAP4.abort, OSError):
        assert lab.mail.imap_wire.cuts == 1
    smtp = smtplib.SMTP(HOST, lab.ports["smtp_wire"])
    smtp.starttls(context=ours)
    smtp.login(CONTACT, PASSWORD)
    lab.mail.smtp_wire.cut(TO_SERVER, 5000)
    try:
        smtp.sendmail(CONTACT, [ANA], b"Subject: x\r\n\r\n" + b"y\r\n" * 10000)
        raise Failure("DATA wasn't cut")
    except (smtplib.SMTPServerDisconnected, OSError):
        assert lab.mail.smtp_wire.cuts == 1
    lab.mail.imap_wire.hold()
    try:
        imaplib.IMAP4_SSL(HOST, lab.ports["imap_wire"], ssl_context=ours, timeout=0.5)
        raise Failure("the wire wasn't held")
    except OSError:
        lab.mail.imap_wire.let_go()
    imaplib.IMAP4_SSL(HOST, lab.ports["imap_wire"], ssl_context=ours, timeout=5).shutdown()
