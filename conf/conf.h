/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * conf - one complete, checked configuration: odziv.ini and its profile.
 *
 * Owns:     all it holds, in one arena; read-only once loaded.
 * Promises: what conf_load() returns is valid as a whole; a reload builds a new
 *           one and swaps one pointer. Jobs keep the one they began with: it is
 *           counted (conf_hold, conf_drop), from the loop thread only.
 * Leaves:   what the keys mean in detail to conf/schema.c, the one table.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include "conf/profile.h"
#include "parsers/arena.h"
#include "parsers/clock.h"
#include "parsers/faults.h"
#include "parsers/smpp_text.h"

#define CONF_CHANNELS_MAX 16
#define CONF_PREFIXES_MAX 16
#define CONF_PEERS_MAX    16
#define CONF_SMSCS_MAX    4
#define CONF_STATUSES_MAX 16

enum conf_unsure { UNSURE_RESEND, UNSURE_HOLD };
enum conf_channel_type { CHANNEL_SIMULATOR, CHANNEL_KANNEL, CHANNEL_MAIL, CHANNEL_SMPP };
enum conf_link { LINK_BOX, LINK_HTTP };
enum conf_tls { TLS_FIRST, TLS_STARTTLS, TLS_NONE };
enum conf_imap_auth { IMAP_LOGIN, IMAP_XOAUTH2 };
enum conf_adopt { ADOPT_NEW, ADOPT_ALL };
enum conf_bind { BIND_TRANSCEIVER, BIND_PAIRS };
enum conf_staff_proof { STAFF_PROOF_AUTH, STAFF_PROOF_CONFIRM };

/* A mailbox and the relay that our mails leave by; conf_channel.from is its address. */
struct conf_mail {
	const char *name;    /* beside the address in From; "" = the town's */
	bool sub_addresses;  /* the server delivers kontakt+TOKEN@ to kontakt@ */
	const char *ca_file; /* "" = the system's */
	const char *imap_host;
	unsigned imap_port; /* 0: 993, or 143 with STARTTLS */
	enum conf_tls imap_tls;
	enum conf_imap_auth imap_auth;
	const char *imap_user;     /* "" = the address */
	const char *imap_password; /* or the token of XOAUTH2; read from imap_password_file */
	const char *folder, *done_folder, *refused_folder;
	enum conf_adopt adopt;
	int64_t stale_after_ms;
	uint64_t mail_max;     /* octets of a mail that are read */
	int64_t poll_every_ms; /* without IDLE, and at the latest with it */
	const char *smtp_host;
	unsigned smtp_port; /* 0: 465, 587 with STARTTLS, 25 without TLS */
	enum conf_tls smtp_tls;
	const char *smtp_user;     /* "" = no login */
	const char *smtp_password; /* read from smtp_password_file */
	const char *helo;          /* "" = the domain of the address */
	const char *authserv_id;   /* of our own server's Authentication-Results; "" = none */
	const char *servers[CONF_PEERS_MAX]; /* hosts of ours that write Received fields */
	size_t n_servers;
	enum conf_staff_proof staff_proof;
	unsigned acks_day;        /* acknowledgements to one address; 0 = none */
	unsigned acks_hour;       /* to all together */
	unsigned case_mails_hour; /* to staff, about further messages of one case; 0 = no limit */
	uint64_t attach_max;      /* octets of attachments that go along in one mail */
	bool html;                /* a plain HTML alternative beside the text */
};

/* An operator's SMSC, met directly. conf/smpp_words.h reads its words. */
struct conf_smpp {
	const char *smscs[CONF_SMSCS_MAX]; /* HOST:PORT; the first that works is used */
	size_t n_smscs;
	unsigned links; /* to each SMSC; pairs count once */
	enum conf_bind bind;
	unsigned rate_per_s; /* of each link; 0: no limit. conf_channel.rate_per_s is 0 */
	const char *system_id, *system_type, *address_range;
	const char *source_ton, *source_npi, *dest_ton, *dest_npi; /* "auto" or a number */
	enum smpp_alphabet alphabet;                               /* what data_coding 0 means */
	enum smpp_long how;                                        /* long texts */
	const char *service_type;
	unsigned priority;
	bool intermediate; /* ask for intermediate receipts too */
	int64_t enquire_ms, response_ms;
	const char *later[CONF_STATUSES_MAX]; /* statuses that mean 'try again' here */
	size_t n_later;
	const char *outbind_listen; /* ADDRESS:PORT or "" */
	const char *outbind_peers[CONF_PEERS_MAX];
	size_t n_outbind_peers;
};

/* One way in and out: a section with `type = …`; its name is the section's. */
struct conf_channel {
	const char *name;
	enum conf_channel_type type;
	const char *from;    /* short code that our texts leave from */
	const char *country; /* "381": numbers without it are national */
	unsigned window;     /* segments on their way at the same time; smpp: by each link */
	unsigned rate_per_s; /* segments a second; 0: no limit */
	bool dlr;            /* ask for receipts */
	/* kannel */
	enum conf_link link;
	const char *host; /* bearerbox (box) */
	unsigned port;
	const char *box_id; /* "" = none: the unnamed box */
	const char *smsc;   /* smsc-id to send by; "" = any */
	int64_t heartbeat_ms;
	const char *status_url; /* http://127.0.0.1:13000/status.xml; "" = health isn't polled */
	const char *status_password; /* read from status_password_file */
	int64_t status_every_ms;
	const char *kannel_conf; /* path of Kannel's own file to check, or "" */
	const char *sendsms_url; /* link = http */
	const char *username;
	const char *password;     /* read from password_file; of smpp too */
	const char *secret;       /* of the callback, read from secret_file */
	const char *dlr_url_base; /* http://127.0.0.1:8080: what Kannel calls for receipts */
	const char *peers[CONF_PEERS_MAX]; /* addresses that may call us */
	size_t n_peers;
	int64_t hold_max_ms; /* 240 s */
	/* mail */
	struct conf_mail mail;
	struct conf_smpp smpp;
};

struct conf_budget {
	unsigned auto_replies_hour;    /* a contact; 0 = none */
	unsigned segments_day;         /* a contact */
	unsigned prefix_segments_hour; /* all numbers of one allowed prefix */
	unsigned segments_hour;        /* the instance */
	unsigned segments_day_all;     /* the instance */
	uint64_t money_month;          /* the instance, in hundredths; 0 = none */
	uint64_t price_segment;        /* in hundredths; 0 = not given */
	bool hard;                     /* budget_hard: over the instance's budget rows wait too */
};

struct conf {
	struct arena *arena;
	unsigned holders;     /* conf_hold() */
	bool without_secrets; /* of conf_load_open(): passwords and keys are "" */
	const char *file;     /* "" when only a bare profile was given: no store */
	const char *instance;
	const char *profile_dir;
	const char *state_dir;
	const char *control_path; /* unix socket */
	bool training;            /* decides everything and sends nothing */
	const char *log_level;
	/* store */
	uint64_t map_bytes;
	uint64_t min_free_bytes;
	unsigned intake_stop_percent; /* 85 */
	/* desk */
	int64_t part_wait_ms;
	int64_t question_wait_ms; /* 72 h: how long a question of ours is 'recent' */
	int64_t validity_ms;      /* 48 h */
	int64_t unsure_wait_ms;
	enum conf_unsure on_unsure;
	unsigned quiet_from_h, quiet_to_h;
	unsigned late_notice_h; /* local hour of the coordinator's daily SMS */
	bool plain;             /* Latin texts folded to GSM-7 */
	const char *sms_price;  /* words for HELP, "" when nobody gave it */
	const char *answer_prefixes[CONF_PREFIXES_MAX]; /* "+3816" …: answers go nowhere else */
	size_t n_answer_prefixes;
	struct conf_budget budget;
	/* http */
	const char *http_listen; /* "127.0.0.1:8080" or "" */
	struct conf_channel channels[CONF_CHANNELS_MAX];
	size_t n_channels;
	struct profile *profile; /* owned */
};

/*
 * path: a file, a folder with odziv.ini, or a bare profile folder (then the
 * schema's defaults hold and file is ""). Finds every fault in one go;
 * *conf_out only when there was no error among them. ERR_INVALID, ERR_NOENT, ERR_NOMEM.
 */
int conf_load(const char *path, struct faults *faults, struct conf **conf_out);
/* The same without opening any file with a secret: for `odziv`, whose callers needn't be able to read them. */
int conf_load_open(const char *path, struct faults *faults, struct conf **conf_out);
struct conf *conf_hold(struct conf *c);
void conf_drop(struct conf **c); /* frees with the last holder, secrets wiped */
const struct conf_channel *conf_channel(const struct conf *c, const char *name);
/* Whether a reload must restart the channel: any of its settings differs, a secret too. */
bool conf_differs_channel(const struct conf_channel *a, const struct conf_channel *b);

#endif
