/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stddef.h>

#include "conf/conf.h"
#include "conf/limits.h"
#include "conf/schema.h"

static const char *const type_names[] = { [CHANNEL_SIMULATOR] = "simulator",
					  [CHANNEL_KANNEL] = "kannel",
					  [CHANNEL_MAIL] = "mail",
					  NULL };
static const char *const link_names[] = { [LINK_BOX] = "box", [LINK_HTTP] = "http", NULL };
static const char *const tls_names[] = {
	[TLS_FIRST] = "tls", [TLS_STARTTLS] = "starttls", [TLS_NONE] = "none", NULL
};
static const char *const imap_auth_names[] = {
	[IMAP_LOGIN] = "login", [IMAP_XOAUTH2] = "xoauth2", NULL
};
static const char *const adopt_names[] = { [ADOPT_NEW] = "new", [ADOPT_ALL] = "all", NULL };
static const char *const staff_proof_names[] = {
	[STAFF_PROOF_AUTH] = "auth", [STAFF_PROOF_CONFIRM] = "confirm", NULL
};

#define CH(field, set) .at = offsetof(struct conf_channel, field), .in = (set)

/* clang-format off */
static const struct conf_key channel_keys[] = {
	{ "type",     KIND_CHOICE,   NULL,   0, 0,    CH(type, IN_ALL), .choices = type_names,
	  .doc = "What is on the other side: Kannel, a mailbox, or a phone network inside the daemon for trying things out." },
	{ "link",     KIND_CHOICE,   "box",  0, 0,    CH(link, IN_KANNEL), .choices = link_names,
	  .doc = "box: connect to bearerbox as smsbox does; nothing acknowledged is ever lost. http: share an smsbox; what waits "
		 "in it is lost when it ends." },
	{ "from",     KIND_SENDER,   "1955", 1, 15,   CH(from, IN_SIMULATOR),
	  .doc = "The short code that our texts leave from." },
	{ "from",     KIND_SENDER,   NULL,   1, 15,   CH(from, IN_KANNEL),
	  .doc = "The short code that our texts leave from.",
	  .example = "1955" },
	{ "country",  KIND_DIGITS,   "381",  1, 3,    CH(country, IN_PHONE),
	  .doc = "The country code of numbers that come without one." },
	{ "window",   KIND_UINT,     "10",   1, 1000, CH(window, IN_ALL),
	  .doc = "Segments, or mails, that may be on their way at the same time." },
	{ "rate",     KIND_UINT,     "0",    0, 1000, CH(rate_per_s, IN_ALL),
	  .doc = "Segments, or mails, that may leave in a second. 0: no limit." },
	{ "dlr",      KIND_BOOL,     "yes",  0, 0,    CH(dlr, IN_PHONE),
	  .doc = "Ask for delivery receipts." },
	{ "smsc",     KIND_NAME,     "",     0, 64,   CH(smsc, IN_KANNEL),
	  .doc = "The smsc-id to send by. Kannel obeys it only if its smsc groups have allowed-smsc-id. Empty: any." },
	{ "host",     KIND_HOST,     "127.0.0.1", 1, 253, CH(host, IN_BOX),
	  .doc = "Where bearerbox is." },
	{ "port",     KIND_UINT,     "13001", 1, 65535, CH(port, IN_BOX),
	  .doc = "Its smsbox-port." },
	{ "box_id",   KIND_NAME,     "",     0, 64,   CH(box_id, IN_BOX),
	  .doc = "Our smsbox-id, which then needs a group smsbox-route in Kannel's configuration. Empty: none." },
	{ "heartbeat", KIND_DURATION, "30s", 1000, 5 * MINUTE_MS, CH(heartbeat_ms, IN_BOX),
	  .doc = "How often we tell bearerbox that we live." },
	{ "sendsms_url", KIND_URL,   NULL,   1, 500,  CH(sendsms_url, IN_HTTP),
	  .doc = "Where smsbox takes texts, under /cgi-bin/sendsms.",
	  .example = "http://127.0.0.1:13013/cgi-bin/sendsms" },
	{ "username", KIND_TEXT,     NULL,   1, 64,   CH(username, IN_HTTP),
	  .doc = "Of Kannel's group sendsms-user.",
	  .example = "odziv" },
	{ "password_file", KIND_SECRET, NULL, 1, 4095, CH(password, IN_HTTP),
	  .doc = "A file with its password.",
	  .example = "kannel.password" },
	{ "secret_file", KIND_SECRET, NULL,  1, 4095, CH(secret, IN_HTTP),
	  .doc = "A file with the secret that Kannel's get-url and receipts carry as key.",
	  .example = "kannel.secret" },
	{ "dlr_url_base", KIND_URL,  "",     0, 500,  CH(dlr_url_base, IN_HTTP),
	  .doc = "What Kannel calls for receipts. Empty: http:// and http_listen." },
	{ "peers",    KIND_PEERS,    "127.0.0.1", 1, CONF_PEERS_MAX, CH(peers, IN_HTTP),
	  .n_at = offsetof(struct conf_channel, n_peers),
	  .doc = "The addresses that may call us, separated by commas." },
	{ "hold_max", KIND_DURATION, "240s", 1000, 290 * SECOND_MS, CH(hold_max_ms, IN_HTTP),
	  .doc = "How long a request is held when its message can't be kept yet, before 503. Below Kannel's http-timeout." },
	{ "status_url", KIND_URL,    "",     0, 500,  CH(status_url, IN_KANNEL),
	  .doc = "Kannel's status page. Empty: Kannel's health isn't watched.",
	  .example = "http://127.0.0.1:13000/status.xml" },
	{ "status_password_file", KIND_SECRET, "", 0, 4095, CH(status_password, IN_KANNEL),
	  .doc = "A file with Kannel's status-password (never its admin-password, which can stop it).",
	  .example = "kannel.status" },
	{ "status_every", KIND_DURATION, "30s", 1000, HOUR_MS, CH(status_every_ms, IN_KANNEL),
	  .doc = "How often the status page is read." },
	{ "kannel_conf", KIND_PATH,  "",     0, 4095, CH(kannel_conf, IN_KANNEL),
	  .doc = "Kannel's own configuration, to be told which of its lines are dangerous. Empty: it isn't looked at.",
	  .example = "/etc/kannel/kannel.conf" },
	{ "from",     KIND_ADDRESS,  NULL,   3, 254,  CH(from, IN_MAIL),
	  .doc = "The contact address: mails to it are read, and ours come from it.",
	  .example = "kontakt@starapazova.example" },
	{ "name",     KIND_TEXT,     "",     0, 100,  CH(mail.name, IN_MAIL),
	  .doc = "What stands beside the address in From. Empty: the town's name." },
	{ "sub_addresses", KIND_BOOL, "yes", 0, 0,    CH(mail.sub_addresses, IN_MAIL),
	  .doc = "Whether the mail server delivers kontakt+ANYTHING@ to kontakt@. With no the token stands in the subject only." },
	{ "ca_file",  KIND_PATH,     "",     0, 4095, CH(mail.ca_file, IN_MAIL),
	  .doc = "The certificate authority that signed both servers' certificates. Empty: the system's." },
	{ "imap_host", KIND_HOST,    NULL,   1, 253,  CH(mail.imap_host, IN_MAIL),
	  .doc = "The IMAP server, by the name that its certificate has.",
	  .example = "imap.starapazova.example" },
	{ "imap_port", KIND_UINT,    "0",    0, 65535, CH(mail.imap_port, IN_MAIL),
	  .doc = "0: 993 with TLS from the first byte, else 143." },
	{ "imap_tls", KIND_CHOICE,   "tls",  0, 0,    CH(mail.imap_tls, IN_MAIL), .choices = tls_names,
	  .doc = "TLS from the first byte, STARTTLS, or none, which is allowed on the loopback only." },
	{ "imap_auth", KIND_CHOICE,  "login", 0, 0,   CH(mail.imap_auth, IN_MAIL), .choices = imap_auth_names,
	  .doc = "By password, or by an OAuth 2 access token that another program keeps fresh in imap_password_file (reload us then)." },
	{ "imap_user", KIND_TEXT,    "",     0, 254,  CH(mail.imap_user, IN_MAIL),
	  .doc = "Empty: the address." },
	{ "imap_password_file", KIND_SECRET, NULL, 1, 4095, CH(mail.imap_password, IN_MAIL),
	  .doc = "A file with the mailbox's password, or the token.",
	  .example = "mail.password" },
	{ "folder",   KIND_TEXT,     "INBOX", 1, 200, CH(mail.folder, IN_MAIL),
	  .doc = "The folder that is read. What is in it is work to do." },
	{ "done_folder", KIND_TEXT,  "odziv-done", 1, 200, CH(mail.done_folder, IN_MAIL),
	  .doc = "Where a mail goes once it is kept; made when it isn't there." },
	{ "refused_folder", KIND_TEXT, "odziv-refused", 1, 200, CH(mail.refused_folder, IN_MAIL),
	  .doc = "Where a mail goes that is in the quarantine." },
	{ "adopt",    KIND_CHOICE,   "new",  0, 0,    CH(mail.adopt, IN_MAIL), .choices = adopt_names,
	  .doc = "What is taken of a mailbox met for the first time, or under a new UIDVALIDITY: what comes from now on, or all." },
	{ "stale_after", KIND_DURATION, "3d", HOUR_MS, 365 * DAY_MS, CH(mail.stale_after_ms, IN_MAIL),
	  .doc = "An older mail becomes a case without an automatic answer." },
	{ "mail_max", KIND_SIZE,     "30M",  64 * KIB, 100 * MIB, CH(mail.mail_max, IN_MAIL),
	  .doc = "What is longer is read up to here, and marked." },
	{ "poll_every", KIND_DURATION, "60s", SECOND_MS, HOUR_MS, CH(mail.poll_every_ms, IN_MAIL),
	  .doc = "How often the folder is looked at when the server can't tell by itself (IDLE)." },
	{ "smtp_host", KIND_HOST,    NULL,   1, 253,  CH(mail.smtp_host, IN_MAIL),
	  .doc = "The server that our mails leave by, by the name that its certificate has.",
	  .example = "smtp.starapazova.example" },
	{ "smtp_port", KIND_UINT,    "0",    0, 65535, CH(mail.smtp_port, IN_MAIL),
	  .doc = "0: 465 with TLS from the first byte, 587 with STARTTLS, 25 without TLS." },
	{ "smtp_tls", KIND_CHOICE,   "starttls", 0, 0, CH(mail.smtp_tls, IN_MAIL), .choices = tls_names,
	  .doc = "As imap_tls." },
	{ "smtp_user", KIND_TEXT,    "",     0, 254,  CH(mail.smtp_user, IN_MAIL),
	  .doc = "Empty: no login." },
	{ "smtp_password_file", KIND_SECRET, "", 0, 4095, CH(mail.smtp_password, IN_MAIL),
	  .doc = "A file with its password.",
	  .example = "smtp.password" },
	{ "helo",     KIND_HOST,     "",     0, 253,  CH(mail.helo, IN_MAIL),
	  .doc = "The name that we say to the SMTP server. Empty: the domain of the address." },
	{ "authserv_id", KIND_HOST,  "",     0, 253,  CH(mail.authserv_id, IN_MAIL),
	  .doc = "The name under which our own mail server writes Authentication-Results. It must remove foreign fields of that "
		 "name; odziv-mail(7) shows how. Empty: no sender is ever proven, and staff commands are asked back for." },
	{ "servers",  KIND_HOSTS,    "",     0, CONF_PEERS_MAX, CH(mail.servers, IN_MAIL),
	  .n_at = offsetof(struct conf_channel, mail.n_servers),
	  .doc = "The names by which our own mail servers sign their Received fields, separated by commas. Empty: authserv_id." },
	{ "staff_proof", KIND_CHOICE, "auth", 0, 0,   CH(mail.staff_proof, IN_MAIL), .choices = staff_proof_names,
	  .doc = "Whether a proven sender is enough for a command of staff, or each is asked back for at the registered address." },
	{ "acks_day", KIND_UINT,     "5",    0, 1000, CH(mail.acks_day, IN_MAIL),
	  .doc = "Acknowledgements to one address in a day. 0: no limit, as in the next one." },
	{ "acks_hour", KIND_UINT,    "200",  0, 100000, CH(mail.acks_hour, IN_MAIL),
	  .doc = "Acknowledgements to all addresses in an hour." },
	{ "attach_max", KIND_SIZE,   "10M",  0, 100 * MIB, CH(mail.attach_max, IN_MAIL),
	  .doc = "Attachments that go along in one mail, all together; what is larger is named in it." },
	{ "html",     KIND_BOOL,     "no",   0, 0,    CH(mail.html, IN_MAIL),
	  .doc = "A plain HTML alternative beside the text." },
};

const struct conf_section schema_channel = {
	.keys = channel_keys, .n_keys = ARRAY_LEN(channel_keys),
	.doc = "Every other section is a channel, a way in and out, under a name of your choice. Without any there is a simulator.",
};
/* clang-format on */

_Static_assert(ARRAY_LEN(channel_keys) <= SCHEMA_CHANNEL_KEYS_MAX,
	       "SCHEMA_CHANNEL_KEYS_MAX is too small");
