/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smpp_session: what an SMSC sees of one link, and what becomes of what it was given. */
#include "gateway/smpp/smpp_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "parsers/err.h"
#include "tests/gateway/fake_smsc.h"
#include "tests/tap.h"

#define PASSWORD "s3cret!!"

static struct conf_channel conf = {
	.name = "smsc1",
	.type = CHANNEL_SMPP,
	.from = "1955",
	.country = "381",
	.window = 3,
	.password = PASSWORD,
	.smpp = { .system_id = "opstina",
		  .system_type = "VMA",
		  .address_range = "1955",
		  .enquire_ms = 30 * SECOND_MS,
		  .response_ms = 20 * SECOND_MS },
};

static struct fake_smsc fake;
static struct smpp_session *session;

/* What the owner was told last. */
static struct {
	unsigned n_states, n_messages, n_settled, n_rooms;
	char why[200];
	uint64_t row;
	enum smpp_settled how;
	bool is_late;
	uint32_t status;
	char message_id[64];
	uint32_t sequence; /* of the message */
	unsigned room;     /* that there was when a segment was settled */
} saw;

static void on_state(struct smpp_session *s, void *ctx, const char *why)
{
	(void)s;
	(void)ctx;
	saw.n_states++;
	snprintf(saw.why, sizeof(saw.why), "%s", why);
}

static void on_message(struct smpp_session *s, void *ctx, struct bytes frame)
{
	struct smpp_pdu pdu;

	(void)s;
	(void)ctx;
	(void)smpp_pdu_read(frame, &pdu);
	saw.n_messages++;
	saw.sequence = pdu.sequence;
}

static void on_settled(struct smpp_session *s, void *ctx, const struct smpp_submit *submit,
		       enum smpp_settled how, uint32_t status, struct bytes message_id)
{
	(void)ctx;
	saw.n_settled++;
	saw.row = submit->row;
	saw.is_late = submit->is_late;
	saw.how = how;
	saw.status = status;
	saw.room = smpp_session_room(s);
	snprintf(saw.message_id, sizeof(saw.message_id), "%.*s", PRI_BYTES(message_id));
}

static void on_room(struct smpp_session *s, void *ctx)
{
	(void)s;
	(void)ctx;
	saw.n_rooms++;
}

static const struct smpp_session_events events = { on_state, on_message, on_settled, on_room };

static char logged[64 * 1024];

static void keep_log(enum log_level level, const char *line, void *ctx)
{
	size_t len = strlen(logged);

	(void)level;
	(void)ctx;
	snprintf(logged + len, sizeof(logged) - len, "%s\n", line);
}

static void open_as(enum smpp_id bind)
{
	static const struct conf_channel *const in_force = &conf;
	struct smpp_session_what what = {
		.network = &fake.network,
		.host = &fake.host,
		.conf = &in_force,
		.host_name = "smsc.example",
		.port = 2775,
		.bind = bind,
		.name = "smsc.example:2775/1",
	};

	fake_smsc_init(&fake);
	memset(&saw, 0, sizeof(saw));
	if (smpp_session_new(&what, &events, NULL, &session) != ERR_OK)
		ok(false, "no session");
}

static struct fake_line *open_bound(void)
{
	open_as(SMPP_BIND_TRANSCEIVER);
	smpp_session_start(session);
	return fake_smsc_bind(&fake);
}

static void close_all(void)
{
	smpp_session_free(&session);
	ok(fake.n_timers == 0 && fake_smsc_n_open(&fake) == 0, "nothing is left of it");
	fake_smsc_fini(&fake);
}

static int submit(uint64_t row)
{
	struct smpp_message m = {
		.from = { 3, 0, BYTES("1955") },
		.to = { 1, 1, BYTES("381641234567") },
		.text = BYTES("Vasa prijava"),
	};

	return smpp_session_submit(session, &m, NULL, 0, row, 0);
}

/* --- bind --- */

static void test_bind(void)
{
	struct fake_line *l;
	struct smpp_pdu pdu;

	open_as(SMPP_BIND_TRANSCEIVER);
	smpp_session_start(session);
	l = fake_smsc_last(&fake);
	ok(l != NULL && strcmp(l->host, "smsc.example") == 0 && l->port == 2775,
	   "it connects to the SMSC");
	ok(smpp_session_room(session) == 0 && submit(1) != ERR_OK, "nothing is sent before");
	fake_line_up(l);
	ok(fake_line_next(l, &pdu) && pdu.id == SMPP_BIND_TRANSCEIVER && pdu.sequence == 1,
	   "the first PDU is a bind, with number 1");
	ok(bytes_is(pdu.system_id, "opstina") && bytes_is(pdu.password, PASSWORD) &&
		   bytes_is(pdu.system_type, "VMA") && bytes_is(pdu.address_range, "1955") &&
		   pdu.interface_version == 0x34,
	   "with name, password, type and range, as SMPP 3.4");
	ok(smpp_session_room(session) == 0, "nothing is sent before it is answered");
	fake_line_deliver(l, 77, 0, "too early");
	ok(fake_line_next(l, &pdu) && pdu.id == (uint32_t)SMPP_DELIVER_SM_RESP &&
		   pdu.status == SMPP_RINVBNDSTS && pdu.sequence == 77 && saw.n_messages == 0,
	   "a text before that is refused: we aren't bound");
	fake_smsc_pass(&fake, 10 * SECOND_MS);
	ok(!fake_line_next(l, &pdu), "and no enquire_link");
	fake_line_say(l, (uint32_t)SMPP_BIND_TRANSCEIVER_RESP, SMPP_ROK, 9);
	ok(!smpp_session_is_up(session), "an answer to another bind is none");
	/* Without a body, as many send it. */
	fake_line_say(l, (uint32_t)SMPP_BIND_TRANSCEIVER_RESP, SMPP_ROK, 1);
	ok(smpp_session_is_up(session) && saw.n_states == 1 && smpp_session_room(session) == 3,
	   "then it is bound, and has room for a window");
	ok(smpp_session_sends(session) && smpp_session_receives(session), "both ways");
	close_all();
}

static void test_bind_refused(void)
{
	static const struct {
		uint32_t status;
		int64_t not_before_ms, by_ms;
		const char *words;
		const char *promise;
	} rows[] = {
		{ SMPP_RINVPASWD, 45 * SECOND_MS, 75 * SECOND_MS, "password",
		  "a wrong password is tried again slowly: accounts get blocked" },
		{ SMPP_RBINDFAIL, 45 * SECOND_MS, 75 * SECOND_MS, "refuses the bind",
		  "so is a refused bind" },
		{ SMPP_RINVSYSID, 45 * SECOND_MS, 75 * SECOND_MS, "system_id",
		  "and an unknown name" },
		{ SMPP_RALYBND, 10 * SECOND_MS, 20 * SECOND_MS, "still holds another link",
		  "already bound: we wait until the SMSC lets go of the old link" },
		{ SMPP_RSYSERR, 500, 2 * SECOND_MS, "fault of its own",
		  "a fault of the SMSC's is tried again soon" },
		{ SMPP_RINVCMDID, 45 * SECOND_MS, 75 * SECOND_MS, "pairs",
		  "who knows no transceivers: pairs are named" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fake_line *l;
		struct smpp_pdu pdu;

		open_as(SMPP_BIND_TRANSCEIVER);
		smpp_session_start(session);
		l = fake_smsc_last(&fake);
		fake_line_up(l);
		(void)fake_line_next(l, &pdu);
		fake_line_bind_resp(l, &pdu, rows[i].status);
		ok(l->is_closed && !smpp_session_is_up(session), "a refused link is closed");
		ok(strstr(smpp_session_refusal(session), rows[i].words) != NULL,
		   "and why is said: %s", smpp_session_refusal(session));
		fake_smsc_pass(&fake, rows[i].not_before_ms);
		is_int((long long)fake.n_lines, 1, "%s", rows[i].promise);
		fake_smsc_pass(&fake, rows[i].by_ms - rows[i].not_before_ms);
		is_int((long long)fake.n_lines, 2, "but tried again");
		fake_smsc_bind(&fake);
		ok(smpp_session_is_up(session) && smpp_session_refusal(session)[0] == '\0',
		   "once it is bound nothing is said any more");
		close_all();
	}
}

static void test_refused_again(void)
{
	struct fake_line *l;
	struct smpp_pdu pdu;
	size_t n;

	open_as(SMPP_BIND_TRANSCEIVER);
	smpp_session_start(session);
	l = fake_smsc_last(&fake);
	fake_line_up(l);
	(void)fake_line_next(l, &pdu);
	fake_line_bind_resp(l, &pdu, SMPP_RSYSERR);
	fake_smsc_pass(&fake, 2 * SECOND_MS);
	l = fake_smsc_last(&fake);
	fake_line_up(l);
	(void)fake_line_next(l, &pdu);
	fake_line_bind_resp(l, &pdu, SMPP_RINVPASWD);
	n = fake.n_lines;
	fake_smsc_pass(&fake, 44 * SECOND_MS);
	is_int((long long)fake.n_lines, (long long)n,
	       "a wrong password is tried slowly also after a fault that was tried soon");
	close_all();
}

static void test_bind_nacked(void)
{
	struct fake_line *l;

	open_as(SMPP_BIND_TRANSCEIVER);
	smpp_session_start(session);
	l = fake_smsc_last(&fake);
	fake_line_up(l);
	fake_line_say(l, (uint32_t)SMPP_GENERIC_NACK, SMPP_RINVCMDID, 1);
	ok(l->is_closed && strstr(smpp_session_refusal(session), "pairs") != NULL,
	   "a generic_nack to the bind refuses it");
	close_all();
}

/* How long until the next try, after the last one has failed. */
static int64_t next_try(void)
{
	size_t n = fake.n_lines;
	int64_t from = fake.mono.ms;

	fake_line_down(fake_smsc_last(&fake), "connection refused");
	while (fake.n_lines == n && fake.mono.ms - from < HOUR_MS)
		fake_smsc_pass(&fake, 100);
	return fake.mono.ms - from;
}

static void test_tries(void)
{
	int64_t wait, other;

	open_as(SMPP_BIND_TRANSCEIVER);
	smpp_session_start(session);
	wait = next_try();
	ok(saw.n_states == 1 && strcmp(saw.why, "connection refused") == 0 &&
		   smpp_session_failures(session) == 1,
	   "a try that failed is told");
	ok(wait < 2 * SECOND_MS, "the next follows within two seconds (%lld ms)", (long long)wait);
	for (int i = 0; i < 8; i++)
		wait = next_try();
	other = next_try();
	ok(wait > 40 * SECOND_MS && wait < 80 * SECOND_MS && other > 40 * SECOND_MS,
	   "after many it waits a minute (%lld and %lld ms)", (long long)wait, (long long)other);
	ok(wait != other, "more or less, so that not all come at once");
	fake_smsc_pass(&fake, 16 * SECOND_MS);
	ok(fake_smsc_last(&fake)->is_closed && strstr(saw.why, "no connection") != NULL,
	   "who doesn't connect within a quarter of a minute is given up");
	(void)next_try();
	fake_line_up(fake_smsc_last(&fake));
	fake_smsc_pass(&fake, 21 * SECOND_MS);
	ok(fake_smsc_last(&fake)->is_closed && strstr(saw.why, "bind") != NULL,
	   "and so is who doesn't answer the bind: %s", saw.why);
	(void)next_try();
	fake_smsc_bind(&fake);
	ok(smpp_session_is_up(session) && next_try() > 40 * SECOND_MS,
	   "a link that breaks at once doesn't make the wait short");
	fake_smsc_bind(&fake);
	fake_smsc_pass(&fake, 11 * SECOND_MS);
	ok(next_try() < 2 * SECOND_MS, "one that stood does");
	close_all();
}

/* --- out --- */

static void test_submit(void)
{
	struct fake_line *l = open_bound();
	struct smpp_pdu pdu;

	ok(submit(11) == ERR_OK && submit(12) == ERR_OK && submit(13) == ERR_OK,
	   "a window of three takes three");
	ok(submit(14) == ERR_BUSY && smpp_session_room(session) == 0, "and no fourth");
	for (uint32_t i = 2; i <= 4; i++)
		ok(fake_line_next(l, &pdu) && pdu.id == SMPP_SUBMIT_SM && pdu.sequence == i &&
			   bytes_is(pdu.message.to.digits, "381641234567"),
		   "each has the next number: %u", (unsigned)i);
	fake_line_submit_resp(l, 3, SMPP_ROK, "7f3a21");
	ok(saw.n_settled == 1 && saw.row == 12 && saw.how == SETTLED_ANSWERED &&
		   saw.status == SMPP_ROK && strcmp(saw.message_id, "7f3a21") == 0,
	   "an answer is known by its number, in any order, with the SMSC's id");
	is_int(saw.room, 1, "its place is free when it is told");
	fake_line_submit_resp(l, 3, SMPP_ROK, "7f3a21");
	is_int(saw.n_settled, 1, "a second answer is none");
	fake_line_submit_resp(l, 99, SMPP_ROK, "x");
	ok(saw.n_settled == 1 && !l->is_closed, "an answer to nothing is dropped");
	fake_line_submit_resp(l, 2, SMPP_RSYSERR, NULL);
	ok(saw.row == 11 && saw.status == SMPP_RSYSERR, "a refusal without a body is one");
	fake_line_say(l, (uint32_t)SMPP_GENERIC_NACK, SMPP_RINVCMDLEN, 4);
	ok(saw.n_settled == 3 && saw.row == 13 && saw.status == SMPP_RINVCMDLEN,
	   "a generic_nack with the number of a submit refuses it");
	ok(submit(15) == ERR_OK, "sent");
	fake_line_say(l, (uint32_t)SMPP_GENERIC_NACK, SMPP_ROK, 5);
	ok(saw.n_settled == 4 && saw.status != SMPP_ROK, "even one that says ok");
	close_all();
}

static void test_deadline(void)
{
	struct fake_line *l = open_bound();
	struct smpp_pdu pdu;

	ok(submit(11) == ERR_OK, "sent");
	fake_smsc_pass(&fake, 19 * SECOND_MS);
	is_int(saw.n_settled, 0, "nothing is unsure before the deadline");
	fake_smsc_pass(&fake, 2 * SECOND_MS);
	ok(saw.n_settled == 1 && saw.row == 11 && saw.how == SETTLED_UNSURE,
	   "without an answer by then it is unsure");
	is_int(smpp_session_room(session), 3, "and gives its place back");
	ok(!l->is_closed, "the link stays");
	fake_line_submit_resp(l, 2, SMPP_ROK, "late");
	ok(saw.n_settled == 2 && saw.is_late && saw.how == SETTLED_ANSWERED &&
		   strcmp(saw.message_id, "late") == 0,
	   "its answer is known all the same when it comes late");
	(void)fake_line_next(l, &pdu);
	close_all();
}

static void test_break(void)
{
	struct fake_line *l = open_bound();

	ok(submit(11) == ERR_OK, "one that has left");
	l->is_held = true;
	ok(submit(12) == ERR_OK, "one that hasn't");
	fake_line_down(l, "reset by the SMSC");
	ok(saw.n_settled == 2 && saw.row == 12 && saw.how == SETTLED_UNSENT,
	   "when the link breaks what never left isn't unsure");
	is_int(saw.room, 0, "and nobody may think that there is room");
	ok(!smpp_session_is_up(session), "it isn't bound any more");
	close_all();

	l = open_bound();
	ok(submit(21) == ERR_OK, "sent");
	fake_line_down(l, "reset by the SMSC");
	ok(saw.n_settled == 1 && saw.row == 21 && saw.how == SETTLED_UNSURE, "what has left is");
	fake_smsc_pass(&fake, 2 * SECOND_MS);
	l = fake_smsc_bind(&fake);
	fake_line_submit_resp(l, 2, SMPP_ROK, "old");
	is_int(saw.n_settled, 1, "on the next link its number means nothing");
	ok(submit(22) == ERR_OK, "sent");
	fake_line_submit_resp(l, 2, SMPP_ROK, "new");
	ok(saw.n_settled == 2 && saw.row == 22, "which begins to count anew");
	close_all();
}

static void test_not_read(void)
{
	struct fake_line *l = open_bound();

	l->is_stuck = true;
	ok(submit(11) != ERR_OK, "an SMSC that doesn't read takes nothing");
	ok(!l->is_closed && smpp_session_room(session) == 0, "nothing more is tried");
	fake_smsc_pass(&fake, 1);
	ok(l->is_closed, "and the link ends in a turn of its own");
	close_all();
}

static void test_pace(void)
{
	struct fake_line *l;

	conf.smpp.rate_per_s = 10;
	l = open_bound();
	ok(submit(11) == ERR_OK, "the first leaves at once");
	ok(smpp_session_room(session) == 0, "at ten a second the next doesn't");
	fake_smsc_pass(&fake, 99);
	is_int(saw.n_rooms, 0, "nor before its tenth of a second");
	fake_smsc_pass(&fake, 2);
	ok(saw.n_rooms == 1 && smpp_session_room(session) == 1, "then whoever waits is told");
	conf.smpp.rate_per_s = 0;
	fake_line_submit_resp(l, 2, SMPP_RTHROTTLED, NULL);
	ok(saw.status == SMPP_RTHROTTLED && smpp_session_room(session) == 0,
	   "an SMSC that throttles is given a pause");
	fake_smsc_pass(&fake, SECOND_MS);
	ok(saw.n_rooms == 2 && smpp_session_room(session) > 0, "a short one");
	close_all();
}

static void test_unbound_status(void)
{
	struct fake_line *l = open_bound();

	ok(submit(11) == ERR_OK, "sent");
	fake_line_submit_resp(l, 2, SMPP_RINVBNDSTS, NULL);
	ok(saw.n_settled == 1 && smpp_session_room(session) == 0,
	   "an SMSC that says we aren't bound gets nothing more");
	fake_smsc_pass(&fake, 2 * SECOND_MS);
	ok(l->is_closed && fake.n_lines == 2, "the link begins anew");
	close_all();
}

/* --- in --- */

static void test_message(void)
{
	struct fake_line *l = open_bound();
	struct smpp_pdu pdu;
	uint64_t connection = smpp_session_connection(session);

	fake_line_deliver(l, 500, 0, "Pukla cev");
	ok(saw.n_messages == 1 && saw.sequence == 500 && !fake_line_next(l, &pdu),
	   "a text is handed over, and not answered by itself");
	smpp_session_answer(session, connection, SMPP_DELIVER_SM, 500, SMPP_ROK);
	ok(fake_line_next(l, &pdu) && pdu.id == (uint32_t)SMPP_DELIVER_SM_RESP &&
		   pdu.sequence == 500 && pdu.status == SMPP_ROK,
	   "then it is, with its number");
	fake_line_deliver(l, 0, 0, "numbered 0");
	smpp_session_answer(session, connection, SMPP_DELIVER_SM, 0, SMPP_ROK);
	ok(fake_line_next(l, &pdu) && pdu.sequence == 0, "whatever that is");
	smpp_session_answer(session, connection, SMPP_DATA_SM, 501, SMPP_ROK);
	ok(fake_line_next(l, &pdu) && pdu.id == (uint32_t)SMPP_DATA_SM_RESP,
	   "a data_sm has an answer of its own");
	fake_line_deliver(l, 502, 0, "held over a break");
	fake_line_down(l, "reset");
	fake_smsc_pass(&fake, 2 * SECOND_MS);
	l = fake_smsc_bind(&fake);
	smpp_session_answer(session, connection, SMPP_DELIVER_SM, 502, SMPP_ROK);
	ok(!fake_line_next(l, &pdu), "what came by the old link is never answered on the new one");
	close_all();
}

static void test_pieces(void)
{
	struct fake_line *l = open_bound(), *other = NULL;
	uint8_t octets[512];
	size_t len;

	/* What an SMSC would send, taken from a second line that nobody listens on. */
	other = calloc(1, sizeof(*other));
	if (other == NULL)
		return;
	other->is_paused = true;
	fake_line_deliver(other, 600, 0, "in pieces");
	fake_line_deliver(other, 601, 0, "and two at once");
	len = other->in_len;
	memcpy(octets, other->in, len);
	free(other);
	for (size_t i = 0; i < len - 30; i++)
		fake_line_send(l, bytes_at(octets + i, 1));
	is_int(saw.n_messages, 1, "a PDU may come octet by octet");
	fake_line_send(l, bytes_at(octets + len - 30, 30));
	is_int(saw.n_messages, 2, "and its end with the next one's");
	fake_line_send(l, bytes_at(octets, len));
	is_int(saw.n_messages, 4, "and several at once");
	close_all();
}

static void test_lengths(void)
{
	static const struct {
		const char *octets;
		const char *promise;
	} rows[] = {
		{ "\x00\x00\x00\x0f\x00\x00\x00\x15\x00\x00\x00\x00\x00\x00\x00\x01",
		  "a length below a header's" },
		{ "\x00\x01\x00\x01\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x01",
		  "a length above any PDU's" },
		{ "\xff\xff\xff\xff\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x01",
		  "the largest length there is" },
		{ "GET / HTTP/1.1\r\n", "what isn't SMPP at all" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fake_line *l = open_bound();
		struct smpp_pdu pdu;

		fake_line_send(l, bytes_at(rows[i].octets, 16));
		ok(fake_line_next(l, &pdu) && pdu.id == (uint32_t)SMPP_GENERIC_NACK &&
			   pdu.status == SMPP_RINVCMDLEN && pdu.sequence == 0,
		   "%s is nacked without a number", rows[i].promise);
		ok(l->is_closed, "and the link is closed: the stream can't be found again");
		close_all();
	}
}

static void test_unknown(void)
{
	struct fake_line *l = open_bound();
	struct smpp_pdu pdu;

	fake_line_say(l, 0x00000112, 0, 42);
	ok(fake_line_next(l, &pdu) && pdu.id == (uint32_t)SMPP_GENERIC_NACK &&
		   pdu.status == SMPP_RINVCMDID && pdu.sequence == 42,
	   "an unknown request is nacked with its number");
	fake_line_say(l, 0x00010200, 0, 0);
	ok(fake_line_next(l, &pdu) && pdu.sequence == 0, "a vendor's too, whatever its number");
	fake_line_say(l, 0x80000112, 0, 43);
	ok(!fake_line_next(l, &pdu), "an unknown answer isn't: two sides that do would never end");
	fake_line_say(l, SMPP_SUBMIT_SM, 0, 44);
	fake_line_say(l, SMPP_BIND_TRANSCEIVER, 0, 45);
	ok(fake_line_next(l, &pdu) && pdu.status == SMPP_RINVCMDID && fake_line_next(l, &pdu) &&
		   pdu.status == SMPP_RINVCMDID,
	   "what only an ESME asks is nacked");
	fake_line_say(l, SMPP_ALERT_NOTIFICATION, 0, 46);
	ok(!fake_line_next(l, &pdu) && !l->is_closed, "alert_notification has no answer");
	fake_line_say(l, (uint32_t)SMPP_GENERIC_NACK, SMPP_RINVCMDID, 4711);
	ok(!l->is_closed, "a nack of nothing is nothing");
	fake_line_say(l, (uint32_t)SMPP_GENERIC_NACK, SMPP_RINVCMDLEN, 0);
	ok(l->is_closed, "one without a number: the stream is out of step, and ends");
	close_all();
}

/* --- life --- */

static void test_enquire(void)
{
	struct fake_line *l = open_bound();
	struct smpp_pdu pdu;

	fake_line_say(l, SMPP_ENQUIRE_LINK, 0, 9);
	ok(fake_line_next(l, &pdu) && pdu.id == (uint32_t)SMPP_ENQUIRE_LINK_RESP &&
		   pdu.sequence == 9,
	   "we say that we live");
	fake_smsc_pass(&fake, 29 * SECOND_MS);
	ok(!fake_line_next(l, &pdu), "an SMSC that spoke isn't asked");
	fake_smsc_pass(&fake, 2 * SECOND_MS);
	ok(fake_line_next(l, &pdu) && pdu.id == SMPP_ENQUIRE_LINK, "one that is silent is");
	fake_line_say(l, (uint32_t)SMPP_ENQUIRE_LINK_RESP, 0, pdu.sequence);
	fake_smsc_pass(&fake, 25 * SECOND_MS);
	ok(!l->is_closed && !fake_line_next(l, &pdu), "an answer is a sign of life");
	fake_smsc_pass(&fake, 6 * SECOND_MS);
	ok(fake_line_next(l, &pdu) && pdu.id == SMPP_ENQUIRE_LINK, "asked again");
	fake_line_deliver(l, 1, 0, "Pukla cev");
	fake_smsc_pass(&fake, 21 * SECOND_MS);
	ok(!l->is_closed, "so is anything else that it says");
	while (fake_line_next(l, &pdu))
		;
	fake_smsc_pass(&fake, 10 * SECOND_MS);
	ok(fake_line_next_id(l) == SMPP_ENQUIRE_LINK, "asked once more");
	fake_smsc_pass(&fake, 18 * SECOND_MS);
	ok(!l->is_closed, "it has its time");
	fake_smsc_pass(&fake, 2 * SECOND_MS);
	ok(l->is_closed && strstr(saw.why, "silent") != NULL, "then it is broken off: %s", saw.why);
	fake_smsc_pass(&fake, 2 * SECOND_MS);
	ok(!fake_smsc_last(&fake)->is_closed, "and tried again");
	close_all();
}

static void test_paused(void)
{
	struct fake_line *l = open_bound();
	struct smpp_pdu pdu;

	smpp_session_pause(session, true);
	ok(l->is_paused && smpp_session_room(session) == 0,
	   "who isn't read is sent nothing: its answers couldn't be heard");
	fake_line_deliver(l, 5, 0, "later");
	fake_smsc_pass(&fake, 5 * MINUTE_MS);
	ok(!l->is_closed && !fake_line_next(l, &pdu), "and isn't called silent");
	smpp_session_pause(session, false);
	(void)fake_line_next(l, &pdu);
	is_int(saw.n_messages, 1, "what waited comes then");
	fake_smsc_pass(&fake, 31 * SECOND_MS);
	ok(fake_line_next_id(l) == SMPP_ENQUIRE_LINK, "and silence counts from there");
	smpp_session_pause(session, true);
	fake_line_down(l, "reset");
	fake_smsc_pass(&fake, 2 * SECOND_MS);
	(void)fake_smsc_bind(&fake);
	ok(smpp_session_is_up(session) && smpp_session_room(session) == 3,
	   "a new link isn't paused by what was before");
	close_all();
}

/* --- the end of a link --- */

static void test_leave(void)
{
	struct fake_line *l = open_bound();
	struct smpp_pdu pdu;
	uint64_t connection = smpp_session_connection(session);

	ok(submit(11) == ERR_OK && fake_line_next_id(l) == SMPP_SUBMIT_SM, "one is under way");
	fake_line_deliver(l, 5, 0, "and one came");
	smpp_session_leave(session);
	ok(smpp_session_room(session) == 0 && !fake_line_next(l, &pdu),
	   "who leaves sends nothing more, and waits for what is open");
	fake_line_deliver(l, 6, 0, "too late");
	is_int(saw.n_messages, 1, "and takes nothing more");
	fake_line_submit_resp(l, 2, SMPP_ROK, "id");
	fake_smsc_pass(&fake, 2);
	ok(saw.n_settled == 1 && !fake_line_next(l, &pdu),
	   "one answer came; what came to us isn't on disk yet");
	smpp_session_answer(session, connection, SMPP_DELIVER_SM, 5, SMPP_ROK);
	fake_smsc_pass(&fake, 1);
	ok(fake_line_next_id(l) == (uint32_t)SMPP_DELIVER_SM_RESP && fake_line_next(l, &pdu) &&
		   pdu.id == SMPP_UNBIND,
	   "when all is answered it says unbind");
	ok(!l->is_closed, "and waits for the answer");
	fake_line_say(l, (uint32_t)SMPP_UNBIND_RESP, SMPP_ROK, pdu.sequence);
	ok(l->is_closed && smpp_session_state(session) == SESSION_IDLE, "then it hangs up");
	fake_smsc_pass(&fake, HOUR_MS);
	is_int((long long)fake.n_lines, 1, "for good");
	smpp_session_start(session);
	is_int((long long)fake.n_lines, 2, "until it is wanted again");
	close_all();

	l = open_bound();
	ok(submit(11) == ERR_OK, "with one that isn't answered");
	(void)fake_line_next(l, &pdu);
	smpp_session_leave(session);
	fake_smsc_pass(&fake, 6 * SECOND_MS);
	ok(fake_line_next_id(l) == SMPP_UNBIND, "it waits five seconds");
	fake_smsc_pass(&fake, 6 * SECOND_MS);
	ok(l->is_closed && saw.n_settled == 1 && saw.how == SETTLED_UNSURE,
	   "and five more for the answer to its unbind");
	close_all();
}

static void test_their_unbind(void)
{
	struct fake_line *l = open_bound();
	struct smpp_pdu pdu;
	uint64_t connection = smpp_session_connection(session);

	fake_line_deliver(l, 5, 0, "before it goes");
	fake_line_say(l, SMPP_UNBIND, 0, 6);
	ok(!fake_line_next(l, &pdu) && smpp_session_room(session) == 0,
	   "an SMSC that says unbind gets nothing more");
	smpp_session_answer(session, connection, SMPP_DELIVER_SM, 5, SMPP_ROK);
	fake_smsc_pass(&fake, 1);
	ok(fake_line_next_id(l) == (uint32_t)SMPP_DELIVER_SM_RESP && fake_line_next(l, &pdu) &&
		   pdu.id == (uint32_t)SMPP_UNBIND_RESP && pdu.sequence == 6,
	   "what it gave us is answered first, then its unbind");
	ok(l->is_closed, "and the link ends");
	fake_smsc_pass(&fake, 2 * SECOND_MS);
	is_int((long long)fake.n_lines, 2, "the next try follows");
	close_all();
	l = open_bound();
	fake_line_deliver(l, 5, 0, "never answered");
	fake_line_say(l, SMPP_UNBIND, 0, 6);
	fake_smsc_pass(&fake, 4 * SECOND_MS);
	ok(fake_line_next_id(l) == (uint32_t)SMPP_UNBIND_RESP && l->is_closed,
	   "it doesn't wait longer than three seconds");
	close_all();
}

/* --- outbind --- */

static void on_call(void *ctx, struct smpp_stream *s, const char *peer)
{
	(void)ctx;
	(void)peer;
	smpp_session_called(session, &s);
}

static void test_outbind(void)
{
	static const char outbind[] = "\0\0\0\x1a\0\0\0\x0b\0\0\0\0\0\0\0\1SMSC\0abcd";
	struct smpp_listener *listener;
	struct fake_line *l;
	struct smpp_pdu pdu;
	char why[64];

	open_as(SMPP_BIND_RECEIVER);
	if (fake.network.listen(&fake.network, "", on_call, NULL, &listener, why, sizeof(why)) !=
	    ERR_OK)
		return;
	l = fake_smsc_call(&fake, "10.0.0.1");
	ok(l != NULL && !fake_line_next(l, &pdu),
	   "an SMSC that connects to us hears nothing by itself");
	fake_line_send(l, bytes_at(outbind, sizeof(outbind)));
	ok(fake_line_next(l, &pdu) && pdu.id == SMPP_BIND_RECEIVER,
	   "its outbind is answered with a bind");
	fake_line_bind_resp(l, &pdu, SMPP_ROK);
	ok(smpp_session_is_up(session) && !smpp_session_sends(session), "for receiving");
	fake_line_down(l, "over");
	fake_smsc_pass(&fake, HOUR_MS);
	ok(smpp_session_state(session) == SESSION_IDLE && fake.n_lines == 1,
	   "when it ends it isn't tried again: the SMSC calls");
	l = fake_smsc_call(&fake, "10.0.0.1");
	fake_smsc_pass(&fake, 21 * SECOND_MS);
	ok(l->is_closed && !fake_line_next(l, &pdu), "who sends no outbind is hung up on");
	fake.network.unlisten(&listener);
	close_all();
	l = open_bound();
	fake_line_send(l, bytes_at(outbind, sizeof(outbind)));
	ok(!fake_line_next(l, &pdu) && !l->is_closed,
	   "on a link that is bound an outbind is nothing");
	close_all();
}

static void test_sequence(void)
{
	ok(smpp_session_next_sequence(0) == 1 && smpp_session_next_sequence(1) == 2,
	   "numbers go up by one from 1");
	ok(smpp_session_next_sequence(0x7FFFFFFE) == 0x7FFFFFFF &&
		   smpp_session_next_sequence(0x7FFFFFFF) == 1,
	   "to 0x7FFFFFFF, and begin again");
}

static void test_describe(void)
{
	struct fake_line *l = open_bound();
	struct channel_link link;

	ok(submit(11) == ERR_OK, "sent");
	fake_line_say(l, SMPP_ENQUIRE_LINK, 0, 9);
	smpp_session_describe(session, &link);
	ok(link.is_up && strcmp(link.state, "bound") == 0 &&
		   strcmp(link.role, "transceiver") == 0 &&
		   strcmp(link.name, "smsc.example:2775/1") == 0,
	   "status shows who it is and that it is bound");
	ok(link.window == 3 && link.window_used == 1 &&
		   strcmp(link.last_pdu, "enquire_link") == 0 &&
		   link.last_pdu_at.ms == fake.wall.ms,
	   "its window, and what it heard last and when");
	fake_line_submit_resp(l, 2, SMPP_RMSGQFUL, NULL);
	smpp_session_describe(session, &link);
	ok(link.is_throttled && link.n_throttled == 1, "and that the SMSC throttles");
	close_all();
}

int main(void)
{
	plan(0);
	log_set_level(LOG_LEVEL_DEBUG);
	log_set_sink(keep_log, NULL);
	test_sequence();
	test_bind();
	test_bind_refused();
	test_refused_again();
	test_bind_nacked();
	test_tries();
	test_submit();
	test_deadline();
	test_break();
	test_not_read();
	test_pace();
	test_unbound_status();
	test_message();
	test_pieces();
	test_lengths();
	test_unknown();
	test_enquire();
	test_paused();
	test_leave();
	test_their_unbind();
	test_outbind();
	test_describe();
	ok(strstr(logged, "event=bound") != NULL && strstr(logged, "opstina") == NULL &&
		   strstr(logged, PASSWORD) == NULL,
	   "links stand in the log, the password doesn't");
	log_set_sink(NULL, NULL);
	return done_testing();
}
