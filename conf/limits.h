/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * limits - every bound of the program that is not a setting: a name, a unit, a reason.
 *
 * What the operator decides stands in conf/schema.c. A limit of a parser that
 * knows no configuration stands in its own header and is given to it.
 */
#ifndef CONF_LIMITS_H
#define CONF_LIMITS_H

#include <stddef.h>

#include "parsers/clock.h"

#define KIB ((size_t)1024)
#define MIB (1024 * KIB)

/* --- what comes in --- */

/* Everything decoded from one message: bounds what a hostile sender can make us take. */
#define ARENA_MESSAGE_MAX (4 * MIB)
/* One HTTP request's body: 255 parts of 153 letters, two octets each, percent-encoded, are 229 KiB. */
#define HTTP_BODY_MAX (256 * KIB)
/*
 * libmicrohttpd answers 414 by itself above this, and Kannel asks again for ever: the same text must fit
 * in a URL, with its headers. It zeroes all of it after every request, so no more than that.
 */
#define HTTP_CONNECTION_MEMORY (288 * KIB)
/* People stop at four or five parts; a total above this is a mistake, and each part a message of its own. */
#define PART_TOTAL_MAX 20
/* One frame of bearerbox: 255 joined parts of 140 octets and their fields, with room. */
#define KANNEL_FRAME_MAX (64 * KIB)
/* One JSON line of the control socket: an answer of a clerk, not a document. */
#define CONTROL_LINE_MAX (64 * KIB)

/* --- what waits --- */

/* Jobs that may wait for the committer. Beyond: SMPP isn't read, HTTP is held, mail waits. */
#define JOBS_MAX 1000
/* Jobs of one transaction: at 512 one commit already carries ten times the raw sync rate. */
#define BATCH_JOBS_MAX 512
/* HTTP requests that wait for their commit; Kannel should send at most 32 at once. */
#define HELD_MAX 256
/* Frames of one bearerbox that aren't acknowledged; it should hand out half as many (smsbox-max-pending). */
#define BOX_FRAMES_MAX 2000
/* PDUs of a channel's SMSCs that aren't answered; their own windows are far smaller. Beyond: not read. */
#define SMPP_TAKEN_MAX    2000
#define SMPP_TAKEN_OCTETS (16 * MIB)
/* Connections of the HTTP port; the next one isn't accepted. */
#define CONNECTIONS_MAX 512
/* Above this a connection ends with its answer: smsbox opens one for each request of a burst and keeps them all. */
#define CONNECTIONS_KEPT_MAX 128
/* People and scripts at the control socket at the same time. */
#define CONTROL_CLIENTS_MAX 64
/* A client of HTTP that hasn't sent its headers by then is slow on purpose. */
#define HEADER_WAIT_MS (10 * SECOND_MS)
/* smsbox keeps idle connections and loses a message when we close one just as it writes: outlast its 300 s. */
#define HTTP_IDLE_MS (310 * SECOND_MS)
/* An SMSC that got its answer later than this may have given up and will repeat, although the link seems whole. */
#define ANSWER_LATE_MS (2 * SECOND_MS)
/* After a link, bearerbox or we came back, an equal text is taken for a repeat, not for a second text. */
#define SEEN_DIGEST_WINDOW_MS (10 * MINUTE_MS)
/* An id is known for so long: a spool may be days old after a weekend's fault, a mailbox is restored later still. */
#define SEEN_ID_KEEP_MS (30 * DAY_MS)
/* Words alone decide for so long. */
#define SEEN_WORDS_KEEP_MS DAY_MS
/* A receipt that came before the answer that names its remote id. */
#define EARLY_KEEP_MS DAY_MS

/* --- what goes out --- */

/* A try that failed for now is repeated after this, doubled up to the most, with jitter. */
#define RETRY_FIRST_MS (30 * SECOND_MS)
#define RETRY_MOST_MS  HOUR_MS
/* A link that broke is tried again after this, doubled up to the most, with jitter. */
#define RECONNECT_FIRST_MS SECOND_MS
#define RECONNECT_MOST_MS  MINUTE_MS
/* A channel that was told to slow down waits this long before its next segment. */
#define THROTTLE_MS (5 * SECOND_MS)
/* Nothing came back for a segment by then: it is UNSURE. */
#define SEND_DEADLINE_MS (30 * SECOND_MS)
/* Segments without an answer on all links of one SMSC: a break makes every one of them UNSURE. */
#define SMPP_OPEN_MAX 1000
/*
 * A mail from the first octet to the server's answer: RFC 5321 4.5.3.2 gives a server ten minutes for that
 * answer alone, but a server that takes so long isn't ours any more.
 */
#define MAIL_DEADLINE_MS (5 * MINUTE_MS)
/* And a second for so many octets of it. */
#define MAIL_OCTETS_PER_S (32 * KIB)
/* Until the connection to the mail server stands, with TLS. */
#define MAIL_CONNECT_MS (30 * SECOND_MS)
/* What one mail takes in memory beside its files: a text of 48 KiB of words is six times that, twice. */
#define MAIL_ARENA_MAX (32 * MIB)
/* Files of one mail, all together: attach_max allows less. */
#define MAIL_FILES_BYTES_MAX (128 * MIB)
/* Segments of one reply; the templates ask for fewer, a clerk may write more. */
#define SEGMENTS_MAX 10
/* Jokers get silence after this many unknown case numbers in an hour. */
#define STATUS_MISSES_HOUR 5
/*
 * To join a mail address with a phone: nobody can make us text a phone more often than this, nor guess:
 * three phones' codes a day and address, three tries each, are nine of a million.
 */
#define JOIN_CODE_MS       (10 * MINUTE_MS)
#define JOIN_TRIES_MAX     3
#define JOIN_CODES_DAY     3 /* to one phone, and for one address */
#define JOIN_CODES_ALL_DAY 100
/* Wrong codes a day: of one address, and of all together, before somebody is told. */
#define JOIN_MISSES_DAY     3
#define JOIN_MISSES_ALL_DAY 10

/* --- the store --- */

/* Threads that read the store. Name look-ups share the pool of eight, so four stay free for them. */
#define READERS      4
#define POOL_THREADS 8
/* A list or report that takes longer holds pages that the committer needs. */
#define QUERY_DEADLINE_MS (30 * SECOND_MS)
/* A backup's own deadline: some GiB on a slow disk, while its snapshot lets the file grow. */
#define BACKUP_DEADLINE_MS (30 * MINUTE_MS)
/* Checks, dumps and backups at the same time: the other readers stay for lists and for the look at the space. */
#define LONG_QUERIES_MAX 2
/* Due entries that one job acts on, so that a deadline's crowd doesn't hold up a citizen's text. */
#define DUE_BATCH 200
/* Rows, keys or pages that one slice of rebuilding, upgrading and sweeping touches. */
#define SLICE_ROWS 500
/* Rows of a list that nobody limited. */
#define LIST_DEFAULT 100
#define LIST_MAX     10000
/* Records that a list reads when few of them fit: nine years of a town, within a second. */
#define LIST_LOOK_MAX 200000
/* Cases that a search reads, each with its messages: five years of a town. */
#define SEARCH_LOOK_MAX 100000

/* --- the configuration --- */

/* odziv.ini has some hundred lines; anything larger is another file. */
#define CONF_FILE_MAX (256 * KIB)
/* All that one configuration holds besides its profile. */
#define CONF_ARENA_MAX (4 * MIB)
/* A password, a key, or an OAuth 2 token, one line: Microsoft's tokens have some 2 KiB, servers take lines of 8. */
#define SECRET_MAX (8 * KIB)
/* sun_path of a unix socket, without its NUL (unix(7)). */
#define SOCKET_PATH_MAX 107

/* --- the end --- */

/* What is held is answered within this when we are told to stop. */
#define STOP_WAIT_MS (10 * SECOND_MS)
/* The clock jumped further than this: clocks of cases stand still until a person looks. */
#define CLOCK_JUMP_MS MINUTE_MS

#endif
