# SPDX-License-Identifier: GPL-3.0-or-later
"""corpus_programs - what servers and programs send: bounces, absences, lists, receipts, invitations."""
from corpus_clients import ANNA, FIRM, HANS, IVAN, JAN, JOHN, MILICA, PETAR
from corpus_kit import OUR_ID, Mail, Person, html, multipart, part, plain

# Where neither issue nor design says what is right: whether a program's text is own words, which kind a calendar's mail is.
ANY = "any"
NULL = ("Return-Path", "<>")
DAEMON = "MAILER-DAEMON"


def raw(kind, text, more=""):
    return ("Content-Type: %s\r\n%s\r\n" % (kind, more)).encode() + text.replace("\n", "\r\n").encode()


ORIGINAL = ("Return-Path: <kontakt+bq@starapazova.example>\nFrom: Kontakt centar <kontakt@starapazova.example>\nTo: nema.ga@example.rs\nSubject: [SP-2026-000123] Voda\n"
            "Message-ID: <%s>\nDate: Mon, 2 Mar 2026 09:12:00 +0100\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nPopravljeno je.\n" % OUR_ID)
HEADERS = ORIGINAL.split("\n\n")[0] + "\n"


def bounce(recipient, status, action="failed", original=OUR_ID):
    return {"recipient": recipient, "status": status, "action": action, "original_message_id": original}


def report(name, sender, subject, words, status, returned, b, boundary="report", automatic="bounce", head=(), text_params="", **more):
    body = multipart("report", boundary, plain(words, params=text_params, cte="8bit"), raw("message/delivery-status", status), *([returned] if returned else []),
                     params="; report-type=delivery-status")
    return Mail(name, sender, subject, body, first=(NULL,), head=head, automatic=automatic, bounce=b, own=words.strip(), **more)


def bounces():
    words = ("This is the mail system at host mx.starapazova.example.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients. It's attached "
             "below.\n\nFor further assistance, please send mail to postmaster.\n\n                   The mail system\n\n<nema.ga@example.rs>: host mx.example.rs[203.0.113.7] said: 550 5.1.1\n"
             "    <nema.ga@example.rs>: Recipient address rejected: User unknown (in reply to\n    RCPT TO command)")
    status = ("Reporting-MTA: dns; mx.starapazova.example\nX-Postfix-Queue-ID: 4ABCDE1234\nX-Postfix-Sender: rfc822; kontakt@starapazova.example\nArrival-Date: Mon,  2 Mar 2026 09:12:01 "
              "+0100 (CET)\n\nFinal-Recipient: rfc822; nema.ga@example.rs\nOriginal-Recipient: rfc822;nema.ga@example.rs\nAction: failed\nStatus: 5.1.1\nRemote-MTA: dns; mx.example.rs\n"
              "Diagnostic-Code: smtp; 550 5.1.1 <nema.ga@example.rs>: User unknown\n")
    postfix = Person("Mail Delivery System", DAEMON + "@mx.starapazova.example", quoted=False)
    auto = (("Auto-Submitted", "auto-replied"),)
    yield report("dsn-postfix", postfix, "Undelivered Mail Returned to Sender", words, status, raw("message/rfc822", ORIGINAL), bounce("nema.ga@example.rs", "5.1.1"), head=auto,
                 boundary="4ABCDE1234.1772442060/mx.starapazova.example")
    yield report("dsn-postfix-headers", postfix, "Undelivered Mail Returned to Sender", words, status, raw("text/rfc822-headers", HEADERS), bounce("nema.ga@example.rs", "5.1.1"), head=auto)
    late = ("This is the mail system at host mx.starapazova.example.\n\n####################################################################\n# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND "
            "YOUR MESSAGE. #\n####################################################################\n\nYour message could not be delivered for more than 4 hour(s).\nIt will be retried until it is "
            "5 day(s) old.")
    yield report("dsn-postfix-delayed", postfix, "Delayed Mail (still being retried)", late, status.replace("Action: failed", "Action: delayed").replace("Status: 5.1.1", "Status: 4.4.1"),
                 raw("text/rfc822-headers", HEADERS), bounce("nema.ga@example.rs", "4.4.1", "delayed"), head=auto)
    done = "Your message was successfully delivered to the destination(s)\nlisted below."
    yield report("dsn-postfix-success", postfix, "Successful Mail Delivery Report", done, status.replace("Action: failed", "Action: relayed").replace("Status: 5.1.1", "Status: 2.0.0"),
                 raw("text/rfc822-headers", HEADERS), bounce("nema.ga@example.rs", "2.0.0", "relayed"), automatic="receipt", head=auto)

    words = ("This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The "
             "following address(es) failed:\n\n  nema.ga@example.rs\n    host mx.example.rs [203.0.113.7]\n    SMTP error from remote mail server after RCPT TO:<nema.ga@example.rs>:\n    550 5.1.1 No "
             "such user here")
    exim = Person("Mail Delivery System", "Mailer-Daemon@host.example.rs", quoted=False)
    status = "Reporting-MTA: dns; host.example.rs\n\nAction: failed\nFinal-Recipient: rfc822;nema.ga@example.rs\nStatus: 5.0.0\nRemote-MTA: dns; mx.example.rs\nDiagnostic-Code: smtp; 550 5.1.1 No such user here\n"
    head = (("X-Failed-Recipients", "nema.ga@example.rs"), ("Auto-Submitted", "auto-replied"))
    yield report("dsn-exim", exim, "Mail delivery failed: returning message to sender", words, status, raw("message/rfc822", ORIGINAL), bounce("nema.ga@example.rs", "5.0.0"), head=head)
    old = words + "\n\n------ This is a copy of the message, including all the headers. ------\n\n" + ORIGINAL
    yield Mail("exim-old-free-form", exim, "Mail delivery failed: returning message to sender", plain(old, cte="8bit"), first=(NULL,), head=head[:1], automatic="bounce",
               bounce=bounce("nema.ga@example.rs", "5.1.1"), own=old.strip(), own_text_unsure=ANY)

    page = ('<html><head></head><body><p><b><font color="#000066" size="3" face="Arial">Delivery has failed to these recipients or groups:</font></b></p><p><a href="mailto:nema.ga@example.rs">'
            'nema.ga@example.rs</a><br>The email address you entered couldn\'t be found.</p></body></html>')
    exchange = Person("Microsoft Outlook", "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@firma.example", quoted=False)
    status = ("Reporting-MTA: dns;AS8PR01.eurprd01.prod.example.com\nReceived-From-MTA: dns;mx.starapazova.example\nArrival-Date: Mon, 2 Mar 2026 08:12:03 +0000\n\nFinal-Recipient: rfc822;"
              "nema.ga@example.rs\nAction: failed\nStatus: 5.1.10\nDiagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup\n")
    alt = multipart("alternative", "alt365", plain("Delivery has failed to these recipients or groups:\n\nnema.ga@example.rs\nThe email address you entered couldn't be found."), html(page))
    body = multipart("report", "b365", alt, raw("message/delivery-status", status), raw("message/rfc822", ORIGINAL), params='; report-type=delivery-status')
    yield Mail("dsn-office365", exchange, "Undeliverable: [SP-2026-000123] Voda", body, first=(NULL,), head=(("X-MS-Exchange-Message-Is-Ndr", ""), ("Auto-Submitted", "auto-replied"),
               ("X-Auto-Response-Suppress", "All")), reply=True, automatic="bounce", bounce=bounce("nema.ga@example.rs", "5.1.10"),
               own="Delivery has failed to these recipients or groups:\n\nnema.ga@example.rs\nThe email address you entered couldn't be found.")
    sr = "Isporuka ovim primaocima ili grupama nije uspela:\n\nnema.ga@example.rs\nPoštansko sanduče primaoca je puno."
    status = "Reporting-MTA: dns;exch.firma.example\n\nFinal-recipient: RFC822;nema.ga@example.rs\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp;554 5.2.2 mailbox full\n"
    yield report("dsn-exchange-sr-full", exchange, "Neisporučivo: [SP-2026-000123] Voda", sr, status, None, bounce("nema.ga@example.rs", "5.2.2", original=OUR_ID), reply=True)

    words = ("\n** Address not found **\n\nYour message wasn't delivered to nema.ga@example.rs because the address couldn't be found, or is unable to receive mail.\n\nLearn more here: "
             "https://support.example.com/mail/?p=NoSuchUser\n\nThe response was:\n\nThe email account that you tried to reach does not exist. 550 5.1.1")
    google = Person("Mail Delivery Subsystem", "mailer-daemon@gmail.example", quoted=False)
    status = ("Reporting-MTA: dns; gmail.example\nArrival-Date: Mon, 02 Mar 2026 00:12:03 -0800 (PST)\nX-Original-Message-ID: <%s>\n\nFinal-Recipient: rfc822; nema.ga@example.rs\nAction: failed\n"
              "Status: 5.1.1\nRemote-MTA: dns; mx.example.rs. (203.0.113.7, the server for the domain example.rs.)\nDiagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.\n"
              "Last-Attempt-Date: Mon, 02 Mar 2026 00:12:04 -0800 (PST)\n" % OUR_ID)
    inner = multipart("related", "rel-g", multipart("alternative", "alt-g", plain(words), html('<html><body><table><tr><td><img src="cid:icon.png" width="64" height="48" alt="Error Icon"></td><td><h2>Address not found</h2></td></tr></table></body></html>')),
                      b'Content-Type: image/png; name="icon.png"\r\nContent-Disposition: attachment; filename="icon.png"\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <icon.png>\r\n\r\niVBORw0KGgo=')
    body = multipart("report", "rep-g", inner, raw("message/delivery-status", status), raw("message/rfc822", ORIGINAL), params='; report-type=delivery-status')
    yield Mail("dsn-gmail", google, "Delivery Status Notification (Failure)", body, first=(NULL,), head=(("Auto-Submitted", "auto-replied"), ("X-Failed-Recipients", "nema.ga@example.rs")),
               reply=True, automatic="bounce", bounce=bounce("nema.ga@example.rs", "5.1.1"), own=words.strip())

    words = ("The original message was received at Mon, 2 Mar 2026 09:12:00 +0100\nfrom mx.starapazova.example [203.0.113.5]\n\n   ----- The following addresses had permanent fatal errors -----\n"
             "<nema.ga@example.rs>\n    (reason: 550 5.7.1 Message rejected as spam)\n\n   ----- Transcript of session follows -----\n... while talking to mx.example.rs.:\n>>> DATA\n<<< 550 5.7.1 Message rejected as spam")
    status = "Reporting-MTA: dns; relay.example.rs\n\nFinal-Recipient: RFC822; nema.ga@example.rs\nAction: failed\nStatus: 5.7.1\nDiagnostic-Code: SMTP; 550 5.7.1 Message rejected as spam\n"
    sendmail = Person("Mail Delivery Subsystem", DAEMON + "@relay.example.rs", quoted=False)
    yield report("dsn-sendmail", sendmail, "Returned mail: see transcript for details", words, status, raw("message/rfc822", ORIGINAL), bounce("nema.ga@example.rs", "5.7.1"),
                 head=(("Auto-Submitted", "auto-generated (failure)"),), own_text_unsure=ANY)
    qmail = ("Hi. This is the qmail-send program at mail.example.rs.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it "
             "didn't work out.\n\n<nema.ga@example.rs>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n" + ORIGINAL)
    yield Mail("qmail-free-form", Person("", DAEMON + "@mail.example.rs"), "failure notice", plain(qmail, cte="8bit"), first=(NULL,), automatic="bounce",
               bounce=bounce("nema.ga@example.rs", "5.1.1"), own=qmail.strip(), own_text_unsure=ANY)


# --- absences ---

def away(name, sender, subject, text, head, **more):
    return Mail(name, sender, subject, plain(text), head=head, automatic="auto-reply", own=text, **more)


def absences():
    auto = (("Auto-Submitted", "auto-replied"), ("Precedence", "auto_reply"))
    exchange = (("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All"), ("X-MS-Exchange-Inbox-Rules-Loop", "office@gradinvest.example"))
    yield away("away-sr", MILICA, "Automatski odgovor: [SP-2026-000123] Primili smo vašu prijavu", "Na odmoru sam do 15.3. Za hitne stvari zovite kolege.", auto, reply=True)
    yield away("away-sr-cyrl", PETAR, "Одсутан: [SP-2026-000123] Вода", "Одсутан сам до понедељка.", auto)
    yield away("away-exchange-en", JOHN, "Automatic reply: [SP-2026-000123] Voda", "I am out of the office until Monday.\n\nJohn", exchange, reply=True)
    yield away("away-exchange-de", HANS, "Automatische Antwort: [SP-2026-000123] Voda", "Ich bin bis 15. März nicht im Büro.", exchange)
    yield away("away-sk", JAN, "Automatická odpoveď: [SP-2026-000123] Voda", "Som mimo kancelárie do 15. 3.", exchange)
    yield away("away-hu", ANNA, "Automatikus válasz: [SP-2026-000123] Voda", "Március 15-ig szabadságon vagyok.", exchange)
    yield away("away-hr", IVAN, "Automatski odgovor: [SP-2026-000123] Voda", "Nisam u uredu do 15. ožujka.", exchange)
    gmail = (("Auto-Submitted", "auto-replied"), ("X-Autoreply", "yes"), ("Precedence", "bulk"))
    yield away("away-gmail", MILICA, "Na odmoru Re: [SP-2026-000123] Voda", "Vraćam se 15. marta.", gmail, reply=True, first=(NULL,))
    yield away("away-cpanel", FIRM, "Auto: Voda", "Hvala na poruci. Javićemo se uskoro.", (("X-Autorespond", "office"), ("Auto-Submitted", "auto-replied"), ("X-Loop", "office@gradinvest.example")))
    yield away("away-subject-only", MILICA, "Out of Office: Voda", "I am currently out of office and will return on March 15.", ())
    yield away("away-postfixadmin", JAN, "Mimo kancelárie", "Momentálne nie som v kancelárii.", (("Precedence", "junk"), ("X-Auto-Response-Suppress", "OOF"), ("Auto-Submitted", "auto-replied")))
    yield away("ticket-system", Person("Podrška", "podrska@firma.example"), "[Ticket #4711] Voda", "Vaš zahtev je primljen i dodeljen mu je broj 4711.", (("Auto-Submitted", "auto-replied"),
               ("X-Auto-Response-Suppress", "All"), ("X-Mailer", "osTicket Mailer")))


# --- lists, bulk, receipts, calendar ---

def others():
    text = "Sednica saveta je u četvrtak.\n"
    yield Mail("list-mailman", MILICA, "[savet] Sednica", plain(text + "_______________________________________________\nSavet mailing list\nsavet@lists.example.org\n"
               "https://lists.example.org/mailman/listinfo/savet\n"), to=(Person("", "savet@lists.example.org"),), head=(("Precedence", "list"), ("List-Id", "Savet <savet.lists.example.org>"),
               ("List-Post", "<mailto:savet@lists.example.org>"), ("List-Unsubscribe", "<https://lists.example.org/options/savet>")), automatic="list",
               own=text + "_______________________________________________\nSavet mailing list\nsavet@lists.example.org\nhttps://lists.example.org/mailman/listinfo/savet")
    yield Mail("list-google-groups", JOHN, "Meeting", plain("See you on Friday.\n"), to=(Person("", "grupa@groups.example.com"),), automatic="list", own="See you on Friday.",
               head=(("List-ID", "<grupa.groups.example.com>"), ("X-Google-Group-Id", "1234567890"), ("List-Unsubscribe", "<mailto:googlegroups-manage+1@groups.example.com>"), ("Precedence", "list")))
    page = ('<html><head><style>.x{color:red}</style></head><body><div style="display:none;font-size:1px;max-height:0px">Samo danas 20% popusta! &zwnj;&nbsp;&zwnj;&nbsp;</div><table width="100%"><tr><td>'
            '<h1>Popust 20%</h1></td></tr><tr><td>Kupite <a href="https://t.prodavnica.example/c/abc">odmah</a>.</td></tr><tr><td><img src="https://t.prodavnica.example/o.gif" width="1" height="1" alt="">'
            '<a href="https://t.prodavnica.example/u">Odjava</a></td></tr></table></body></html>')
    yield Mail("newsletter", Person("Prodavnica", "news@prodavnica.example"), "Popust 20%", html(page), automatic="list",
               own="Popust 20%\n\nKupite odmah <https://t.prodavnica.example/c/abc>.\nOdjava <https://t.prodavnica.example/u>",
               head=(("List-Unsubscribe", "<https://t.prodavnica.example/u>, <mailto:unsub@prodavnica.example>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"), ("Feedback-ID", "1:2:3:mailer")))
    yield Mail("bulk", Person("Portal", "noreply@portal.example"), "Obaveštenje", plain("Vaš nalog je otvoren.\n"), head=(("Precedence", "bulk"),), automatic="bulk", own="Vaš nalog je otvoren.")
    yield Mail("auto-generated", Person("Cron Daemon", "root@server.example"), "Cron <root@server> backup", plain("backup ok\n", charset="us-ascii", cte="7bit"),
               head=(("Auto-Submitted", "auto-generated"), ("X-Cron-Env", "<SHELL=/bin/sh>")), automatic="auto-reply", own="backup ok")

    mdn = "Reporting-UA: firma.example; Microsoft Outlook 16.0\nFinal-Recipient: rfc822;milica.p@example.rs\nOriginal-Message-ID: <%s>\nDisposition: manual-action/MDN-sent-manually; displayed\n" % OUR_ID
    words = "Ovo je potvrda da je vaša poruka prikazana primaocu.\n"
    body = multipart("report", "mdn1", plain(words), raw("message/disposition-notification", mdn), params=";\r\n\treport-type=disposition-notification")
    yield Mail("mdn-outlook", MILICA, "Read: [SP-2026-000123] Voda", body, reply=True, automatic="receipt", own=words.strip())
    body = multipart("report", "mdn2", plain("Dies ist eine Empfangsbestätigung.\n"), raw("message/disposition-notification", mdn), raw("text/rfc822-headers", HEADERS), params="; report-type=disposition-notification")
    yield Mail("mdn-thunderbird", HANS, "Return Receipt (displayed) - [SP-2026-000123] Voda", body, reply=True, automatic="receipt", own="Dies ist eine Empfangsbestätigung.")

    ics = ("BEGIN:VCALENDAR\nPRODID:-//Example//EN\nVERSION:2.0\nMETHOD:%s\nBEGIN:VEVENT\nUID:1@gradinvest.example\nDTSTART:20260305T090000Z\nDTEND:20260305T100000Z\nSUMMARY:Sastanak\nORGANIZER:mailto:"
           "office@gradinvest.example\nATTENDEE;RSVP=TRUE:mailto:kontakt@starapazova.example\nEND:VEVENT\nEND:VCALENDAR\n")
    body = multipart("alternative", "cal1", plain("Sastanak o dozvoli u četvrtak u 10.\n"), html("<p>Sastanak o dozvoli u četvrtak u 10.</p>"),
                     part("text/calendar", ics % "REQUEST", params='; method=REQUEST'))
    yield Mail("calendar-request", FIRM, "Sastanak", body, calendar=True, own="Sastanak o dozvoli u četvrtak u 10.", automatic=ANY)
    body = multipart("alternative", "cal2", plain("Nenad je prihvatio poziv.\n"), part("text/calendar", ics % "REPLY", params='; method=REPLY'))
    yield Mail("calendar-reply", FIRM, "Prihvaćeno: Sastanak", body, calendar=True, own="Nenad je prihvatio poziv.", automatic=ANY)


def mails():
    for group in (bounces, absences, others):
        yield from group()
