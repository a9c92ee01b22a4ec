# SPDX-License-Identifier: GPL-3.0-or-later
"""An ordinary day of mails, through real Dovecot and Postfix; phones through real Kannel where a story has one."""
import time

from mail_people import compose
from mail_servers import BOUNCING, CONTACT
from stories import in_lab
from test_day import BORIS, LAMP, NUMBER, report, texts_of

PHOTO = ("rupa šaht.jpg", "image/jpeg", b"\xff\xd8\xff\xe0" + bytes(range(256)) * 200)
HOLE = "Poštovani,\n\nu Svetosavskoj 14 u Novoj Pazovi pukla je vodovodna cev, voda teče po trotoaru.\n\nPera Perić\n"
MAIL_ONLY = {"link": "simulator", "mail": True}


def clerk(lab, member="vodovod"):
    return lab.person(f"{member}@test.example", member)


def person(lab, name="pera", domain="citizen.example"):
    return lab.person(f"{name}@{domain}", name.capitalize())


def open_case(lab, who, subject="Pukla cev", text=HOLE, **how):
    """A mail that opens a case and is acknowledged; gives (the case's number, the acknowledgement)."""
    who.write(subject, text, **how)
    ack = who.expect(NUMBER)
    return ack.has(NUMBER).group(0), ack


def staff_mail(lab, number, member="vodovod"):
    """The mail by which the member hears of the case."""
    return clerk(lab, member).expect(number)


def is_answered(lab, number, state="sent"):
    return lab.until(f"the answer of {number} is {state}",
                     lambda: [r for r in lab.rows("--case", number) if r["kind"] == "answer" and r["state"] == state])


def waits_for_later(row):
    """What may wait for the morning isn't on its way."""
    return row["state"] == "queued" and row["not_before"] > time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() + 300))


def quiet(lab, within=60):
    """Until nothing lies in the folder and nothing is on its way; then everything is whole. A try that failed is repeated after 30 s and more."""
    lab.until("nothing is on its way", lambda: not lab.person(CONTACT).mailbox.uids() and not [
        r for state in ("queued", "sending", "unsure") for r in lab.rows("--state", state) if not waits_for_later(r)], within)
    return lab.assert_sound()


@in_lab(**MAIL_ONLY)
def test_a_business_writes_with_an_attachment(lab):
    """A business's mail with an attachment opens a case, the department gets both, the acknowledgement is threaded and has no return path"""
    firma = person(lab, "nabavka", "firma.example")
    sent = firma.write("Pukla cev ispred firme", HOLE, files=[PHOTO])
    ack = firma.expect(NUMBER)
    number = ack.has(NUMBER).group(0)
    assert ack["In-Reply-To"] == sent.id and sent.id in ack["References"] and number in ack.subject, ack.octets
    assert ack["Return-Path"] == "<>" and ack["Auto-Submitted"].startswith("auto-replied") and ack["X-Auto-Response-Suppress"] == "All", ack.octets
    assert "voda teče" not in ack.text and "slika" not in ack.text, "an acknowledgement doesn't echo"
    case = lab.case(number)
    assert (case["contact"], case["channel"], case["category"], case["messages"]) == ("mail:" + firma.address, "mail", "VOD", 1), case
    assert any("vodovodna cev" in text for text in texts_of(lab, number))
    told = staff_mail(lab, number)
    assert "vodovodna cev" in told.text and told.files == {PHOTO[0]: PHOTO[2]}, told.octets[:3000]
    balance = quiet(lab)
    assert balance["received"]["mail"] == balance["outcomes"]["case"] == 1, balance
    assert [m.id for m in lab.person(CONTACT).mailbox.mails("odziv-done")] == [sent.id]


@in_lab(mail=True)
def test_a_clerk_answers_and_a_phone_shows_cyrillic(lab):
    """A text in Cyrillic reaches the department by mail; the clerk's reply in Latin reaches the phone in Cyrillic, the case is solved"""
    boris = lab.phone(BORIS)
    number = report(lab, boris, LAMP)
    told = staff_mail(lab, number, "cistoca")
    assert LAMP in told.text and BORIS[-6:] not in told["From"], told.text
    clerk(lab, "cistoca").reply(told, "Sijalica je zamenjena, ulica svetli.\n\n#rešeno\n\nSrdačan pozdrav\n-- \nDispečer Čistoće")
    answer = boris.expect(NUMBER, 15)
    assert "Сијалица је замењена, улица светли." in answer.string and "#" not in answer.string and "Dispečer" not in answer.string, answer.string
    lab.until("the case is solved", lambda: lab.case(number)["state"] == "solved")
    balance = quiet(lab)
    assert balance["received"] == {"sms": 1, "mail": 1} and balance["outcomes"]["command"] == 1, balance


@in_lab(**MAIL_ONLY)
def test_a_conversation_is_one_thread(lab):
    """The clerk's answer reaches the citizen with a return path of its own, and the citizen's reply joins the case"""
    pera, vodovod = person(lab), clerk(lab)
    number, ack = open_case(lab, pera)
    vodovod.reply(staff_mail(lab, number), "Ekipa izlazi danas do 15 časova.")
    answer = pera.expect("Ekipa izlazi danas")
    assert number in answer.subject and answer["In-Reply-To"] and answer["Return-Path"].startswith("<kontakt+b"), answer.octets
    assert not answer["Auto-Submitted"], "a person's words are no automatic mail"
    is_answered(lab, number)
    pera.reply(answer, "Hvala, ali i dalje curi.")
    told = staff_mail(lab, number)
    assert "i dalje curi" in told.text and "> " not in told.text, told.text
    assert lab.case(number)["messages"] == 2 and len(lab.cases()) == 1
    assert quiet(lab)["outcomes"]["joined"] == 1


@in_lab(**MAIL_ONLY)
def test_out_of_office_and_bounces_are_never_answered(lab):
    """An out-of-office and a real DSN are recorded and answered by nobody; the DSN makes the answer FAILED and a clerk hears of it"""
    pera, gone = person(lab), lab.person(BOUNCING, "Neko")
    number, ack = open_case(lab, pera)
    pera.reply(ack, "Odsutan sam do ponedeljka.", Auto_Submitted="auto-replied")
    pera.write("Automatic reply: Pukla cev", "I am out of office.", X_Auto_Response_Suppress="All", Auto_Submitted="auto-generated")
    lab.until("both are recorded", lambda: lab.one("balance")["outcomes"]["not_answered"] == 2)
    second, _ = open_case(lab, gone)
    lab.mail.dovecot.forget(BOUNCING)
    clerk(lab).expect(number)
    clerk(lab).reply(clerk(lab).expect(second), "Ekipa izlazi danas.")
    is_answered(lab, second, "failed")
    failed = clerk(lab).expect(second)
    assert "5.1.1" in failed.text or "User doesn't exist" in failed.text, failed.text
    assert lab.case(number)["state"] == "new" and lab.case(second)["state"] != "solved"
    pera.expect_silence(1)
    assert quiet(lab)["outcomes"]["not_answered"] == 3


@in_lab(**MAIL_ONLY)
def test_a_list_and_an_empty_mail_get_no_case_each(lab):
    """A newsletter is recorded and not answered; a mail without words but with a photograph is a case"""
    pera = person(lab)
    pera.write("Novosti", "Nova ponuda nameštaja!", List_Id="<ponuda.firma.example>", List_Unsubscribe="<mailto:x@firma.example>")
    lab.until("the newsletter is recorded", lambda: lab.one("balance")["outcomes"]["not_answered"] == 1)
    pera.write("", "\n", files=[PHOTO])
    number = pera.expect(NUMBER).has(NUMBER).group(0)
    assert lab.case(number)["messages"] == 1
    quiet(lab)


@in_lab(**MAIL_ONLY)
def test_an_unreadable_mail_is_a_case(lab):
    """A mail that crashes libetpan and one that nests beyond measure are read or become cases, and the next mail is read normally"""
    pera, mile = person(lab), person(lab, "mile")
    quote = compose(pera.sender, CONTACT, "Pukla cev", HOLE).replace(b"Content-Type: text/plain", b"Content-Type: multipart/mixed; boundary='\r\nX-Was: text/plain", 1)
    nested = b"From: " + pera.address.encode() + b"\r\nTo: " + CONTACT.encode() + b"\r\nSubject: x\r\nMessage-ID: <nested@citizen.example>\r\n" \
        + b"Content-Type: message/rfc822\r\n\r\n" * 30000
    for octets in (quote, nested):
        pera.send(octets, [CONTACT])
        pera.expect(NUMBER, 30)
    open_case(lab, mile)
    assert len(lab.cases()) == 3
    quiet(lab)
