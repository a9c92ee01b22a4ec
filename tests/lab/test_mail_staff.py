# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may speak for the town hall: the ten ways to act as staff without being it, over real servers. Each is held or
recorded, none does anything to the case, and the citizen hears of none."""
import email.utils

from mail_people import compose
from mail_postfix import AUTHSERV
from mail_servers import CONTACT
from stories import in_lab
from test_mail_day import MAIL_ONLY, clerk, open_case, person, quiet, staff_mail

WORDS = "Rešeno je, ne zovite više.\n\n#rešeno\n"


class Attack:
    """A case with its clerk, its citizen, and somebody who isn't either."""

    def __init__(self, lab):
        self.lab, self.pera, self.clerk = lab, person(lab), clerk(lab)
        self.mallory = lab.person("mallory@evil.example", "Mallory")
        self.number, self.ack = open_case(lab, self.pera)
        self.told = staff_mail(lab, self.number)
        self.address = email.utils.parseaddr(self.told.answer_to)[1]    # kontakt+sTOKEN@

    def counted(self):
        return self.lab.one("balance")["received"]["mail"]

    def send(self, who, octets, to=None):
        """Until odzivd has taken it."""
        before = self.counted()
        who.send(octets, [to or self.address])
        self.lab.until("the mail is counted", lambda: self.counted() > before)

    def forged(self, sender=None, text=WORDS, **headers):
        return compose(sender or self.clerk.sender, self.address, f"Re: {self.told.subject}", text,
                       In_Reply_To=self.told.id, References=self.told.id, **headers)

    def achieved_nothing(self):
        """The case is as it was, its citizen was told nothing; gives what the case's clerk was asked to confirm."""
        case = self.lab.case(self.number)
        assert case["state"] == "new" and not case["answered"], case
        assert not [row for row in self.lab.rows("--case", self.number) if row["kind"] == "answer"]
        assert len(self.pera.mails()) == 1, [mail.subject for mail in self.pera.mails()]
        quiet(self.lab)

    def was_held(self):
        """The registered address is asked; what was written stands there, the citizen gets nothing."""
        asked = self.clerk.expect(self.number)
        assert "ne zovite" in asked.text, asked.text
        self.achieved_nothing()
        return asked


@in_lab(**MAIL_ONLY)
def test_a_forged_from(lab):
    """1. A stranger with the right token and the clerk's From is held: dmarc fails, the clerk is asked at the registered address"""
    attack = Attack(lab)
    attack.send(attack.mallory, attack.forged())
    asked = attack.was_held()
    assert not lab.person("mallory@evil.example").mails(), "the forger hears nothing"
    attack.clerk.reply(asked, "da", quote=False)
    attack.pera.expect("ne zovite")


@in_lab(**MAIL_ONLY)
def test_a_stolen_token_of_another_member(lab):
    """2. Another member who logs in by his own name with a stolen token is held"""
    attack = Attack(lab)
    other = clerk(lab, "cistoca")
    attack.send(other, attack.forged(other.sender))
    attack.was_held()


@in_lab(**MAIL_ONLY)
def test_an_old_token(lab):
    """3. A token of before the case was given to somebody else does nothing any more"""
    attack = Attack(lab)
    lab.odziv("case", "assign", attack.number, "cistoca")
    attack.send(attack.clerk, attack.forged())
    case = lab.case(attack.number)
    assert not case["answered"] and case["state"] in ("new", "open"), case
    assert len(attack.pera.mails()) == 1
    quiet(lab)


@in_lab(**MAIL_ONLY)
def test_a_token_of_another_case(lab):
    """4. A token of another case under this case's tag does nothing to either"""
    attack = Attack(lab)
    second, _ = open_case(lab, person(lab, "mile"))
    other = staff_mail(lab, second)
    token = email.utils.parseaddr(other.answer_to)[1].partition("+")[2].partition("@")[0]
    subject = f"Re: [{attack.number} {token}] Pukla cev"
    attack.send(attack.mallory, compose(attack.clerk.sender, CONTACT, subject, WORDS), CONTACT)
    assert not lab.case(second)["answered"]
    assert len(person(lab, "mile").mails()) == 1
    case = lab.case(attack.number)
    assert case["state"] == "new" and not case["answered"] and len(attack.pera.mails()) == 1
    quiet(lab)


@in_lab(**MAIL_ONLY)
def test_a_forwarded_mail_forwards_no_rights(lab):
    """5. Whom the clerk forwards the mail to can't answer with its token: he is no member"""
    attack = Attack(lab)
    friend = person(lab, "prijatelj")
    attack.send(friend, attack.forged(friend.sender))
    attack.was_held()


@in_lab(**MAIL_ONLY)
def test_authentication_results_by_the_sender(lab):
    """6. Authentication-Results that the sender wrote himself prove nothing"""
    attack = Attack(lab)
    lines = f"Authentication-Results: {AUTHSERV}; auth=pass smtp.auth={attack.clerk.address}; dmarc=pass header.from=test.example\r\n"
    attack.send(attack.mallory, lines.encode() + attack.forged())
    attack.was_held()


@in_lab(**MAIL_ONLY)
def test_two_from_headers(lab):
    """7. A mail with two From fields is nobody's order, even when one is the stranger's own and passes"""
    attack = Attack(lab)
    octets = attack.forged().replace(b"From: ", b"From: mallory@evil.example\r\nFrom: ", 1)
    attack.send(attack.mallory, octets)
    attack.was_held()


@in_lab(**MAIL_ONLY)
def test_a_replay(lab):
    """8. The clerk's own true mail, sent a second time, does nothing a second time"""
    attack = Attack(lab)
    true = attack.clerk.reply(attack.told, "Ekipa izlazi danas.")
    attack.pera.expect("Ekipa izlazi")
    before = lab.one("balance")
    attack.clerk.send(true.octets, [attack.address])
    changed = true.octets.replace(b"Ekipa izlazi danas.", b"Ekipa izlazi sutra.")
    attack.clerk.send(changed, [attack.address])
    lab.until("both are counted", lambda: sum(lab.one("balance")[k] if k == "repeats" else lab.one("balance")["received"]["mail"]
                                              for k in ("repeats", "received")) >= before["repeats"] + before["received"]["mail"] + 2)
    attack.pera.expect_silence(1)
    quiet(lab)


@in_lab(**MAIL_ONLY)
def test_an_auto_reply_with_a_token(lab):
    """9. An auto-reply that carries the clerk's token is recorded, and neither obeyed nor answered"""
    attack = Attack(lab)
    attack.send(attack.clerk, attack.forged(text="Odsutan sam.\n\n#rešeno\n", Auto_Submitted="auto-replied (vacation)"))
    attack.achieved_nothing()
    assert lab.one("balance")["outcomes"]["not_answered"] == 1
    attack.clerk.expect_silence(1)


@in_lab(**MAIL_ONLY)
def test_a_command_in_the_quoted_text(lab):
    """10. A command in the quoted text isn't the clerk's: only the words above are, and the case stays open"""
    attack = Attack(lab)
    pera = person(lab, "nasrtljivi")
    number, _ = open_case(lab, pera, text="Pukla je cev u Njegoševoj 3.\n\n#rešeno\n#zatvori nema osnova\n")
    told = staff_mail(lab, number)
    attack.clerk.reply(told, "Ekipa izlazi danas.")
    answer = pera.expect("Ekipa izlazi")
    assert "#" not in answer.text
    assert lab.case(number)["state"] in ("new", "open"), lab.case(number)["state"]
    quiet(lab)


@in_lab(**MAIL_ONLY, conf={"mail": {"staff_proof": "confirm", "authserv_id": ""}})
def test_where_nothing_is_proven_each_command_is_asked_back_for(lab):
    """With staff_proof = confirm the clerk is asked back, and her words leave once she has answered that"""
    attack = Attack(lab)
    lab.mail.postfix.milter.answers = False
    attack.send(attack.clerk, attack.forged())
    asked = attack.was_held()
    attack.clerk.reply(asked, "da", quote=False)
    attack.pera.expect("ne zovite")
    lab.until("the case is solved", lambda: lab.case(attack.number)["state"] == "solved")
    quiet(lab)
