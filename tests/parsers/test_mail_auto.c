/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mail_auto.h"

#include <string.h>

#include "parsers/err.h"
#include "parsers/mail_bounce.h"
#include "parsers/mail_fields.h"
#include "tests/tap.h"

static const struct bytes own[] = { BYTES("kontakt@sp.example"), BYTES("opstina@sp.example") };

struct judged {
	struct mail_headers headers;
	struct mail mail;
};

/* A mail as text: head, empty line, words. */
static struct judged judge(struct arena *a, const char *raw, const char *report,
			   const char *original)
{
	struct mail_auto_in in = { .report = bytes_of(report),
				   .original = bytes_of(original),
				   .own = own,
				   .n_own = ARRAY_LEN(own),
				   .instance = BYTES("stara-pazova") };
	struct mail_person from = { 0 };
	struct judged j = { 0 };
	struct bytes all = bytes_of(raw);
	size_t n;
	int err;

	mail_headers_read(all, a, &j.headers);
	mail_address_list(mail_header(&j.headers, "From", 0), a, &from, 1, &n);
	in.headers = &j.headers;
	in.from = from.address;
	in.subject = mail_header(&j.headers, "Subject", 0);
	in.text = bytes_cut(all, j.headers.body_at, all.len);
	err = mail_auto_judge(&in, a, &j.mail);
	if (err != ERR_OK)
		diag("it was not judged: %s", err_text(err));
	return j;
}

/* clang-format off */
static const struct {
	const char *raw;
	const char *automatic; /* NULL: a person */
	const char *why;
	const char *promise;
} rows[] = {
	{ "From: a@x.rs\nSubject: Rupa na putu\n\nZdravo", NULL, "", "a person" },
	{ "From: a@x.rs\nAuto-Submitted: no\n\nZdravo", NULL, "", "Auto-Submitted: no is a person" },
	{ "From: a@x.rs\nAuto-Submitted: NO (by hand)\n\nZdravo", NULL, "", "with a comment too" },
	{ "From: a@x.rs\nAuto-Submitted:\n\nZdravo", NULL, "", "an empty one says nothing" },
	{ "From: a@x.rs\nAuto-Submitted: auto-replied\n\n", "auto-reply", "Auto-Submitted: auto-replied", "an answering program" },
	{ "From: a@x.rs\nAUTO-SUBMITTED: (x) Auto-Replied; owner-email=\"b@x.rs\"\n\n", "auto-reply", "Auto-Submitted: (x) Auto-Replied; owner-email=\"b@x.rs\"", "any case, comments, parameters" },
	{ "From: a@x.rs\nAuto-Submitted: auto-generated\n\n", "auto-reply", "Auto-Submitted: auto-generated", "a program that writes by itself" },
	{ "From: a@x.rs\nAuto-Submitted: auto-notified\n\n", "auto-reply", "Auto-Submitted: auto-notified", "any value but no" },
	{ "From: a@x.rs\nAuto-Submitted: no\nAuto-Submitted: auto-replied\n\n", "auto-reply", "Auto-Submitted: auto-replied", "a second field counts too" },
	{ "From: a@x.rs\nPrecedence: bulk\n\n", "bulk", "Precedence: bulk", "bulk" },
	{ "From: a@x.rs\nPrecedence: Junk\n\n", "bulk", "Precedence: Junk", "junk" },
	{ "From: a@x.rs\nPrecedence: list\n\n", "list", "Precedence: list", "a list by Precedence" },
	{ "From: a@x.rs\nPrecedence: first-class\n\n", NULL, "", "first class is a person" },
	{ "From: a@x.rs\nPrecedence: auto_reply\n\n", "auto-reply", "Precedence: auto_reply", "auto_reply" },
	{ "From: a@x.rs\nPrecedence: bulk\nAuto-Submitted: auto-replied\n\n", "auto-reply", "Auto-Submitted: auto-replied", "an auto-reply that calls itself bulk" },
	{ "From: a@x.rs\nPrecedence: bulk\nSubject: Automatski odgovor: Voda\n\n", "auto-reply", "Subject: Automatski odgovor: Voda", "the same by its subject" },
	{ "From: a@x.rs\nList-Id: Gradjani <g.x.rs>\nPrecedence: bulk\n\n", "list", "List-Id: Gradjani <g.x.rs>", "a list that calls itself bulk" },
	{ "From: a@x.rs\nList-Id: <g.x.rs>\nAuto-Submitted: auto-generated\n\n", "list", "List-Id: <g.x.rs>", "a program's mail through a list" },
	{ "From: a@x.rs\nList-Unsubscribe: <mailto:u@x.rs>\n\n", "list", "List-Unsubscribe: <mailto:u@x.rs>", "a newsletter" },
	{ "From: a@x.rs\nList-Unsubscribe: <mailto:u@x.rs>\nPrecedence: bulk\n\n", "bulk", "Precedence: bulk", "a newsletter that says bulk" },
	{ "From: a@x.rs\nX-Auto-Response-Suppress: DR, OOF, AutoReply\n\n", "auto-reply", "X-Auto-Response-Suppress: DR, OOF, AutoReply", "Exchange's mark" },
	{ "From: a@x.rs\nX-Auto-Response-Suppress: RN\n\n", NULL, "", "that asks for no read receipts only" },
	{ "From: a@x.rs\nX-Autoreply: yes\n\n", "auto-reply", "X-Autoreply: yes", "X-Autoreply" },
	{ "From: a@x.rs\nX-Autoreply: no\n\n", NULL, "", "X-Autoreply: no" },
	{ "From: a@x.rs\nX-POST-MessageClass: 9; Autoresponder\n\n", "auto-reply", "X-POST-MessageClass: 9; Autoresponder", "an autoresponder's class" },
	{ "From: a@x.rs\nX-FC-MachineGenerated: true\n\n", "auto-reply", "X-FC-MachineGenerated: true", "made by a machine" },
	{ "From: a@x.rs\nX-Loop: yes\n\n", "auto-reply", "X-Loop: yes", "X-Loop" },
	{ "Return-Path: <>\nFrom: a@x.rs\nSubject: Zdravo\n\nZdravo", "auto-reply", "Return-Path: <>", "a null return path, nothing else" },
	{ "Return-Path: <a@x.rs>\nFrom: a@x.rs\n\n", NULL, "", "a return path" },
	{ "Return-Path: <a@x.rs>\nReturn-Path: <>\nFrom: a@x.rs\n\n", NULL, "", "only the first return path counts" },
	{ "From: MAILER-DAEMON@mx.rs\nSubject: Zdravo\n\nZdravo", "auto-reply", "From: MAILER-DAEMON@mx.rs", "a server that says nothing we know" },
	{ "From: Post <postmaster@mx.rs>\nSubject: Report Domain: x.rs\n\n", "auto-reply", "From: postmaster@mx.rs", "a postmaster's report" },
	{ "From: kontakt@sp.example\nMessage-ID: <q1@sp.example>\n\n", "auto-reply", "our own Message-ID: q1@sp.example", "our own mail" },
	{ "From: kontakt@sp.example\nMessage-ID: <q1@y.rs>\n\n", NULL, "", "our address on another's mail" },
	{ "From: a@x.rs\nX-Odziv: stara-pazova\n\n", "auto-reply", "X-Odziv: stara-pazova", "our mark, whoever sends it back" },
	{ "From: a@x.rs\nX-Odziv: pecinci\n\n", NULL, "", "another town's mark" },
	{ "From:\nSubject: x\n\n", NULL, "", "no sender: a person looks at it" },
	/* absence without any mark */
	{ "From: a@x.rs\nSubject: Automatic reply: Re: Voda\n\n", "auto-reply", "Subject: Automatic reply: Re: Voda", "en, Outlook" },
	{ "From: a@x.rs\nSubject: Out of Office: Voda\n\n", "auto-reply", "Subject: Out of Office: Voda", "en" },
	{ "From: a@x.rs\nSubject: Out of office\n\nI am away from my desk until Monday.", "auto-reply", "Subject: Out of office", "en, nothing but that" },
	{ "From: a@x.rs\nSubject: AUTO: Pera is out of the office\n\n", "auto-reply", "Subject: AUTO: Pera is out of the office", "en, Notes" },
	{ "From: a@x.rs\nSubject: Abwesenheitsnotiz: Wasser\n\n", "auto-reply", "Subject: Abwesenheitsnotiz: Wasser", "de" },
	{ "From: a@x.rs\nSubject: Automatische Antwort: Wasser\n\n", "auto-reply", "Subject: Automatische Antwort: Wasser", "de, Outlook" },
	{ "From: a@x.rs\nSubject: Automatski odgovor: [SP-2026-000140] Primili smo\n\n", "auto-reply", "Subject: Automatski odgovor: [SP-2026-000140] Primili smo", "sr Latin" },
	{ "From: a@x.rs\nSubject: Аутоматски одговор: Вода\n\n", "auto-reply", "Subject: Аутоматски одговор: Вода", "sr Cyrillic" },
	{ "From: a@x.rs\nSubject: Одсутан\n\nНисам у канцеларији до петка.", "auto-reply", "Subject: Одсутан", "sr Cyrillic, by subject and words" },
	{ "From: a@x.rs\nSubject: Godišnji odmor\n\nPoštovani, na godišnjem odmoru sam do 15. avgusta.", "auto-reply", "Subject: Godišnji odmor", "sr, on leave" },
	{ "From: a@x.rs\nSubject: Godišnji odmor\n\nDa li vrtić radi u avgustu?", NULL, "", "a parent who asks about holidays" },
	{ "From: a@x.rs\nSubject: Godišnji odmor vrtića: kada počinje?\n\n", NULL, "", "with more words in the subject" },
	{ "From: a@x.rs\nSubject: Van ureda: Voda\n\n", "auto-reply", "Subject: Van ureda: Voda", "hr" },
	{ "From: a@x.rs\nSubject: Automatická odpoveď: Voda\n\n", "auto-reply", "Subject: Automatická odpoveď: Voda", "sk" },
	{ "From: a@x.rs\nSubject: Mimo kancelárie\n\nSom mimo kancelárie do pondelka.", "auto-reply", "Subject: Mimo kancelárie", "sk, by subject and words" },
	{ "From: a@x.rs\nSubject: Automatikus válasz: Víz\n\n", "auto-reply", "Subject: Automatikus válasz: Víz", "hu" },
	{ "From: a@x.rs\nSubject: Házon kívül\n\n", "auto-reply", "Subject: Házon kívül", "hu, out of the house" },
	{ "From: a@x.rs\nSubject: Szabadság\n\nSzabadságon vagyok hétfőig.", "auto-reply", "Subject: Szabadság", "hu, on leave" },
	{ "From: a@x.rs\nSubject: Szabadság tér: kátyú\n\nNagy kátyú van.", NULL, "", "hu, a square that is called so" },
	{ "From: a@x.rs\nSubject: Re: Out of office\n\nHvala, javite se.", NULL, "", "a person who answers to an absence" },
	{ "From: a@x.rs\nSubject: Auto: parkiran na trotoaru\n\nStoji tu već tri dana.", NULL, "", "an auto is a car" },
	{ "From: a@x.rs\nSubject: Auto: Odsutan do ponedeljka\n\nHvala.", "auto-reply", "Subject: Auto: Odsutan do ponedeljka", "or it is one" },
	{ "From: a@x.rs\nSubject: Odsutan komšija\n\nKomšija je odsutan, a pas laje.", NULL, "", "a neighbour who is away" },
	{ "From: a@x.rs\nSubject: Out of office hours noise\n\nNoise when I am away from home.", NULL, "", "noise out of office hours" },
	{ "From: a@x.rs\nSubject: Nije isporučena kanta\n\nKanta za smeće nije isporučena.\nPera, pera@firma.rs", NULL, "", "a dustbin that wasn't delivered" },
	{ "From: a@x.rs\nSubject: Delivery problem\n\nThe delivery failed again, the street does not exist on maps.", NULL, "", "a delivery of something else" },
	{ "From: a@x.rs\nSubject: Automatika na semaforu\n\n", NULL, "", "a word that only begins alike" },
	{ "From: a@x.rs\nSubject: Automobil na trotoaru\n\n", NULL, "", "a car" },
	/* receipts */
	{ "From: a@x.rs\nSubject: Read: Voda\n\nYour message\n\n  To: kontakt\n\nwas read on Monday.", "receipt", "Subject: Read: Voda", "a read receipt in words" },
	{ "From: a@x.rs\nSubject: Read: the sign is wrong\n\nIt says 50.", NULL, "", "a person whose subject begins so" },
	{ "From: a@x.rs\nSubject: Pročitano: Voda\n\nVaša poruka je pročitana 3.3.", "receipt", "Subject: Pročitano: Voda", "a read receipt in Serbian" },
	{ "From: a@x.rs\nContent-Type: multipart/report; report-type=\"disposition-notification\"; boundary=x\n\n", "receipt", "multipart/report: disposition-notification", "RFC 8098" },
	{ "From: a@x.rs\nContent-Type: Multipart/Report; boundary=\"a;report-type=x\"; Report-Type=feedback-report\n\n", "receipt", "multipart/report: feedback-report", "a complaint by a provider" },
};

/* Bounces; recipient NULL: no bounce. */
static const struct {
	const char *raw, *report, *original;
	const char *automatic, *recipient, *status, *action, *id;
	const char *promise;
} bounces[] = {
	{ "Return-Path: <>\nFrom: MAILER-DAEMON@mail.example (Mail Delivery System)\nSubject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\n"
	  "Content-Type: multipart/report; report-type=delivery-status; boundary=\"B1\"\n\nThe mail system could not deliver your message.\n",
	  "Reporting-MTA: dns; mail.example\n\nFinal-Recipient: rfc822; ne.postoji@example.rs\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n",
	  "Message-ID: <SP-2026-000150.out1@sp.example>\nSubject: x\n",
	  "bounce", "ne.postoji@example.rs", "5.1.1", "failed", "SP-2026-000150.out1@sp.example", "Postfix, by RFC 3464" },
	{ "From: postmaster@x.rs\nContent-Type: multipart/report; report-type=delivery-status\n\n",
	  "\r\nReporting-MTA: dns;x\r\n\r\n\r\nFINAL-RECIPIENT: RFC822;<Pera@X.RS>\r\nACTION: Delayed (yet)\r\nSTATUS: 4.4.1 (no answer)\r\n", "",
	  "bounce", "Pera@x.rs", "4.4.1", "delayed", "", "delayed is said so" },
	{ "From: postmaster@x.rs\nContent-Type: multipart/report; report-type=delivery-status\n\n",
	  "Reporting-MTA: dns;x\n\nFinal-Recipient: rfc822;a@x.rs\nAction: delivered\nStatus: 2.0.0\n", "",
	  "receipt", "a@x.rs", "2.0.0", "delivered", "", "delivered is a receipt" },
	{ "From: postmaster@x.rs\nContent-Type: multipart/report; report-type=delivery-status\n\n",
	  "Reporting-MTA: dns;x\n\nFinal-Recipient: rfc822;a@x.rs\nAction: relayed\nStatus: 2.0.0\n", "",
	  "receipt", "a@x.rs", "2.0.0", "relayed", "", "so is relayed" },
	{ "From: postmaster@x.rs\nContent-Type: multipart/report; report-type=delivery-status\n\n",
	  "Reporting-MTA: dns;x\n\nFinal-Recipient: rfc822;a@x.rs\nAction: delivered\nStatus: 2.0.0\n\nFinal-Recipient: rfc822;b@x.rs\nAction: failed\nStatus: 5.2.2\n\n"
	  "Final-Recipient: rfc822;c@x.rs\nAction: delayed\nStatus: 4.0.0\n", "",
	  "bounce", "b@x.rs", "5.2.2", "failed", "", "of several people the worst" },
	{ "From: postmaster@x.rs\nContent-Type: multipart/report; report-type=delivery-status\n\n",
	  "Final-Recipient: rfc822;a@x.rs\nAction: failed\nStatus: 4.4.7\n", "",
	  "bounce", "a@x.rs", "4.4.7", "failed", "", "failed with 4.4.7: it gave up" },
	{ "From: postmaster@x.rs\nContent-Type: multipart/report; report-type=delivery-status\n\n",
	  "Reporting-MTA: dns;x\nFinal-Recipient: rfc822;a@x.rs\nStatus: 5.1.1\n", "",
	  "bounce", "a@x.rs", "5.1.1", "failed", "", "no action, no empty line between" },
	{ "From: postmaster@x.rs\nContent-Type: multipart/report; report-type=delivery-status\n\n",
	  "Original-Recipient: rfc822;a@x.rs\nAction: failed\nDiagnostic-Code: smtp; 550-5.7.1 no\n", "",
	  "bounce", "a@x.rs", "5.7.1", "failed", "", "the number only in the diagnosis" },
	{ "From: postmaster@x.rs\nContent-Type: multipart/report; report-type=delivery-status\n\n",
	  "Final-Recipient: x400; /C=RS/O=x/\nAction: failed\nStatus: five\n", "",
	  "bounce", "/C=RS/O=x/", "", "failed", "", "a recipient that is no address" },
	{ "From: postmaster@x.rs\nContent-Type: multipart/report; report-type=delivery-status\n\n<b@y.rs>: 550 5.1.10 unknown\n> Message-ID: <q@sp.example>\n",
	  "", "", "bounce", "b@y.rs", "5.1.10", "failed", "q@sp.example", "a report without its report: by the words" },
	{ "From: postmaster@x.rs\nContent-Type: multipart/report; report-type=delivery-status\nIn-Reply-To: <q2@sp.example>\n\nnothing",
	  "", "\nno header at all", "bounce", "", "", "failed", "q2@sp.example", "the id in what it answers to" },
	{ "Return-Path: <>\nFrom: a@x.rs\nContent-Type: multipart/mixed; boundary=x\n\n",
	  "Final-Recipient: rfc822;a@x.rs\nAction: failed\nStatus: 5.0.0\n", "",
	  "bounce", "a@x.rs", "5.0.0", "failed", "", "a report in another wrapping, by a server" },
	{ "From: a@x.rs\nSubject: Šta znači ovo?\nContent-Type: multipart/mixed; boundary=x\n\nDobio sam ovo.",
	  "Final-Recipient: rfc822;a@x.rs\nAction: failed\nStatus: 5.0.0\n", "",
	  NULL, NULL, NULL, NULL, NULL, "a report that a person attached is hers" },
	/* without any report */
	{ "Return-Path: <>\nFrom: MAILER-DAEMON@mx.rs\nSubject: failure notice\n\nHi. This is the qmail-send program at mx.rs.\n"
	  "I'm afraid I wasn't able to deliver your message to the following addresses.\n\n<pera@x.rs>:\n10.1.2.3 does not like recipient.\nRemote host said: 550 5.1.1 unknown\n\n"
	  "--- Below this line is a copy of the message.\n\nReturn-Path: <kontakt@sp.example>\nMessage-ID: <q3@sp.example>\n",
	  "", "", "bounce", "pera@x.rs", "5.1.1", "failed", "q3@sp.example", "qmail" },
	{ "Return-Path: <>\nFrom: Mail Delivery System <Mailer-Daemon@mx.rs>\nX-Failed-Recipients: pera@x.rs\nSubject: Mail delivery failed: returning message to sender\n\n"
	  "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients.\n\n  pera@x.rs\n    Unrouteable address\n",
	  "", "", "bounce", "pera@x.rs", "", "failed", "", "Exim" },
	{ "Return-Path: <>\nFrom: Mail Delivery System <Mailer-Daemon@mx.rs>\nSubject: Warning: message 1abc delayed 24 hours\n\n"
	  "This message was created automatically by mail delivery software.\nA message that you sent has not yet been delivered to one or more of its\nrecipients after more than 24 hours.\n\n  pera@x.rs\n\nNo action is required on your part.\n",
	  "", "", "bounce", "pera@x.rs", "", "delayed", "", "Exim, delayed" },
	{ "From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@x.onmicrosoft.com>\nSubject: Undeliverable: Voda\n\n"
	  "Delivery has failed to these recipients or groups:\n\nPera (pera@x.rs)\nThe email address you entered couldn't be found.\n\nRemote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound'\n",
	  "", "", "bounce", "pera@x.rs", "5.1.10", "failed", "", "Office 365" },
	{ "From: System Administrator <admin@x.rs>\nSubject: Undeliverable: Voda\n\nYour message did not reach some or all of the intended recipients.\n\n"
	  "The following recipient(s) cannot be reached:\n\n   'pera@x.rs' on 3.3.2026\n   The e-mail account does not exist at the organization. <mx.rs #5.1.1>\n",
	  "", "", "bounce", "pera@x.rs", "5.1.1", "failed", "", "Exchange of old, from an ordinary address" },
	{ "From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\nSubject: Delivery Status Notification (Failure)\n\n"
	  "** Address not found **\n\nYour message wasn't delivered to pera@gmail.example because the address couldn't be found.\n\n550 5.1.1 The email account\n",
	  "", "", "bounce", "pera@gmail.example", "5.1.1", "failed", "", "Gmail" },
	{ "From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\nSubject: Delivery Status Notification (Delay)\n\n"
	  "Delivery to the following recipient has been delayed:\n\n     pera@x.rs\n\nMessage will be retried for 2 more day(s)\n",
	  "", "", "bounce", "pera@x.rs", "", "delayed", "", "Gmail, delayed" },
	{ "From: MAILER-DAEMON@yahoo.example\nSubject: Failure Notice\n\nSorry, we were unable to deliver your message to the following address.\n\n<pera@x.rs>:\n554: delivery error: dd This user doesn't have an account\n",
	  "", "", "bounce", "pera@x.rs", "", "failed", "", "Yahoo" },
	{ "From: Postmaster@x.rs\nSubject: DELIVERY FAILURE: User pera (pera@x.rs) not listed in Domino Directory\n\nYour message\n\n  Subject: Voda\n\nwas not delivered to:\n\n  pera@x.rs\n\nbecause:\n\n  User pera not listed in Domino Directory\n",
	  "", "", "bounce", "pera@x.rs", "", "failed", "", "Domino" },
	{ "From: MAILER-DAEMON@mx.rs\nSubject: Returned mail: User unknown\n\n   ----- The following addresses had permanent fatal errors -----\n<pera@x.rs>\n\n   ----- Transcript of session follows -----\n550 <pera@x.rs>... User unknown\n",
	  "", "", "bounce", "pera@x.rs", "", "failed", "", "sendmail" },
	{ "From: noreply@x.rs\nSubject: Poruka nije isporučena\n\nVaša poruka za pera@x.rs nije mogla biti isporučena.\n", "", "",
	  "bounce", "pera@x.rs", "", "failed", "", "in Serbian, without any mark" },
	{ "From: noreply@x.sk\nSubject: Nedoručiteľné: Voda\n\nSprávu sa nepodarilo doručiť: pera@x.sk\n", "", "",
	  "bounce", "pera@x.sk", "", "failed", "", "in Slovak" },
	{ "From: noreply@x.hu\nSubject: Kézbesíthetetlen: Víz\n\nAz üzenetet nem sikerült kézbesíteni: pera@x.hu\n", "", "",
	  "bounce", "pera@x.hu", "", "failed", "", "in Hungarian" },
	{ "From: a@x.rs\nX-Failed-Recipients: pera@x.rs, b@x.rs\nSubject: x\n\n", "", "",
	  "bounce", "pera@x.rs", "", "failed", "", "the header alone" },
	{ "Return-Path: <>\nFrom: MAILER-DAEMON@mx.rs\nSubject: Undelivered\n\nYour mail from kontakt@sp.example and kontakt+bxabcdefghijklmnop@sp.example to postmaster@x.rs, pera@x.rs\n", "", "",
	  "bounce", "pera@x.rs", "", "failed", "", "our own addresses are no recipients" },
	{ "Return-Path: <>\nFrom: MAILER-DAEMON@mx.rs\nSubject: Undelivered\n\nFrom: 5.1.1.2 to mx5.1.1 at 15.1.1, 5.1.12nd, 5.1, 6.1.1: 5.4.14\n", "", "",
	  "bounce", "", "5.4.14", "failed", "", "numbers that only look like a status" },
	{ "From: a@x.rs\nSubject: Fwd: Undelivered Mail Returned to Sender\n\nŠta znači ovo?\n\nThis is the mail system at host mx.rs.\n550 5.1.1 user unknown\n", "", "",
	  NULL, NULL, NULL, NULL, NULL, "a person who forwards a bounce" },
	{ "From: a@x.rs\nSubject: Poruka nije isporučena na vreme\n\nVaš SMS mi je stigao sa dva dana zakašnjenja.\n", "", "",
	  NULL, NULL, NULL, NULL, NULL, "a person who complains of a late message" },
	{ "From: a@x.rs\nSubject: Voda\n\nThis account does not exist, kaže vaš sajt.\n", "", "",
	  NULL, NULL, NULL, NULL, NULL, "words of a bounce in a person's mail" },
};
/* clang-format on */

static void test_rows(struct arena *a)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct judged j;
		const char *automatic;

		arena_reset(a);
		j = judge(a, rows[i].raw, NULL, NULL);
		automatic = mail_automatic_text(j.mail.automatic);
		is_text(bytes_of(automatic), rows[i].automatic == NULL ? "" : rows[i].automatic,
			"%s", rows[i].promise);
		is_text(j.mail.automatic_why, rows[i].why, "and why");
		ok(!j.mail.has_bounce, "no bounce");
	}
}

static void test_bounces(struct arena *a)
{
	for (size_t i = 0; i < ARRAY_LEN(bounces); i++) {
		struct judged j;

		arena_reset(a);
		j = judge(a, bounces[i].raw, bounces[i].report, bounces[i].original);
		is_text(bytes_of(mail_automatic_text(j.mail.automatic)),
			bounces[i].automatic == NULL ? "" : bounces[i].automatic, "%s",
			bounces[i].promise);
		ok(j.mail.has_bounce == (bounces[i].recipient != NULL), "a bounce or none");
		if (bounces[i].recipient == NULL)
			continue;
		is_text(j.mail.bounce.recipient, bounces[i].recipient, "whom it didn't reach");
		is_text(j.mail.bounce.status, bounces[i].status, "its number");
		is_text(j.mail.bounce.action, bounces[i].action, "what became of it");
		is_text(j.mail.bounce.original_message_id, bounces[i].id, "which mail of ours");
		ok(mail_bounce_is_failure(&j.mail.bounce) ==
			   (strcmp(bounces[i].action, "failed") == 0),
		   "only failed is a failure");
	}
}

static void test_calendar(struct arena *a)
{
	arena_reset(a);
	ok(judge(a, "From: a@x.rs\nContent-Type: text/calendar; method=REPLY\n\n", NULL, NULL)
		   .mail.is_calendar,
	   "an answer to an invitation is a calendar's");
	ok(!judge(a, "From: a@x.rs\nContent-Type: text/plain\n\n", NULL, NULL).mail.is_calendar,
	   "a plain mail isn't");
	ok(judge(a, "Return-Path:\nFrom: a@x.rs\n\n", NULL, NULL).mail.has_null_return_path,
	   "an empty return path is a null one");
	ok(!judge(a, "From: a@x.rs\n\n", NULL, NULL).mail.has_null_return_path,
	   "none at all says nothing");
	ok(mail_automatic_text(MAIL_BY_PERSON) == NULL, "a person has no word");
}

/* As many whole pieces as fit, NUL behind them. */
static struct bytes repeated(struct arena *a, const char *head, const char *piece, size_t bytes)
{
	struct wr w = wr_of(arena_alloc(a, bytes + 1), bytes);

	wr_put(&w, bytes_of(head));
	while (w.len + strlen(piece) <= bytes)
		wr_put(&w, bytes_of(piece));
	return wr_bytes(&w);
}

static void test_hostile(struct arena *a)
{
	static const char *const pieces[] = { "Auto-Submitted: no\n",
					      "Precedence: x\n",
					      "Action: x\n\n",
					      "Final-Recipient: rfc822;a@b\nAction: failed\n\n",
					      "5.1.",
					      "a@b ",
					      "Message-ID:\n",
					      "<",
					      "\n",
					      "\xFF" };

	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		struct judged j;
		struct bytes big;

		arena_reset(a);
		big = repeated(a,
			       "Return-Path: <>\nFrom: MAILER-DAEMON@x\nContent-Type: "
			       "multipart/report; report-type=delivery-status\n",
			       pieces[i], 200u << 10);
		j = judge(a, (const char *)big.ptr, (const char *)big.ptr, (const char *)big.ptr);
		ok(j.mail.automatic == MAIL_BOUNCE, "200 KiB of '%.20s' are a bounce", pieces[i]);
	}
}

int main(void)
{
	struct arena *a = arena_new(16u << 20);

	plan(0);
	test_rows(a);
	test_bounces(a);
	test_calendar(a);
	test_hostile(a);
	arena_free(&a);
	return done_testing();
}
