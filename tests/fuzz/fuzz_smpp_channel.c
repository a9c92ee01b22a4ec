/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz_smpp_channel - an SMSC out of its mind, and a store that takes its time: steps of an octet
 * for what, one for how much, and as many octets. Whatever it does, each segment ends once, and
 * nothing is answered that wasn't kept.
 */
#include <string.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "gateway/flow/dispatch.h"
#include "gateway/flow/intake.h"
#include "gateway/smpp/smpp.h"
#include "parsers/err.h"
#include "tests/fuzz/fuzz.h"
#include "tests/gateway/fake_smsc.h"

#define ROWS_MAX    512
#define ANSWERS_MAX 4096

static const struct conf_channel conf = {
	.name = "smsc1",
	.type = CHANNEL_SMPP,
	.from = "1955",
	.country = "381",
	.window = 4,
	.dlr = true,
	.password = "s3cret!!",
	.smpp = { .smscs = { "first.example:2775", "second.example:2776" },
		  .n_smscs = 2,
		  .links = 2,
		  .system_id = "opstina",
		  .system_type = "",
		  .address_range = "",
		  .source_ton = "auto",
		  .source_npi = "auto",
		  .dest_ton = "auto",
		  .dest_npi = "auto",
		  .service_type = "",
		  .enquire_ms = 30 * SECOND_MS,
		  .response_ms = 20 * SECOND_MS,
		  .outbind_listen = "127.0.0.1:2777",
		  .outbind_peers = { "10.0.0.1" },
		  .n_outbind_peers = 1 },
};

static struct fake_smsc fake;
static struct core core;
static unsigned n_results[ROWS_MAX], n_kept, n_receipts;
static uint64_t n_rows;
static struct {
	intake_answer_fn *fn;
	void *ctx;
} waiting[ANSWERS_MAX];
static size_t n_waiting;

static void wait_for(intake_answer_fn *fn, void *ctx)
{
	fuzz_require(n_waiting < ANSWERS_MAX);
	waiting[n_waiting].fn = fn;
	waiting[n_waiting++].ctx = ctx;
}

static void answer_one(size_t n, int err)
{
	intake_answer_fn *fn = waiting[n].fn;
	void *ctx = waiting[n].ctx;

	waiting[n] = waiting[--n_waiting];
	n_kept += err_class(err) != ERR_IS_RETRY;
	fn(ctx, err);
}

void intake_message_take(struct intake *in, struct channel *c, struct message **msg,
			 intake_answer_fn *answer, void *ctx)
{
	(void)in;
	(void)c;
	message_free(msg);
	wait_for(answer, ctx);
}

void intake_receipt(struct intake *in, struct channel *c, const struct receipt *r,
		    intake_answer_fn *answer, void *ctx)
{
	(void)in;
	(void)c;
	(void)r;
	n_receipts++;
	wait_for(answer, ctx);
}

void dispatch_result(struct dispatch *d, struct channel *c, uint64_t row, unsigned segment,
		     enum send_outcome outcome, struct bytes remote_id, struct bytes error,
		     int64_t pause_ms)
{
	(void)d;
	(void)c;
	(void)segment;
	(void)outcome;
	(void)remote_id;
	(void)error;
	(void)pause_ms;
	fuzz_require(row < n_rows);
	fuzz_require(++n_results[row] == 1);
}

void dispatch_late(struct dispatch *d, struct channel *c, uint64_t row, unsigned segment,
		   enum send_outcome outcome, struct bytes remote_id, struct bytes error)
{
	(void)d;
	(void)c;
	(void)segment;
	(void)outcome;
	(void)remote_id;
	(void)error;
	/* It was unsure, and settles once. */
	fuzz_require(row < n_rows && ++n_results[row] == 2);
}

void dispatch_wake(struct dispatch *d, struct channel *c)
{
	(void)d;
	(void)c->ops->room(c);
}

void channel_set_state(struct channel *c, enum channel_state state, const char *why)
{
	c->state = state;
	fuzz_require(why != NULL);
}

void channel_set_faults(struct channel *c, const char *const *faults, size_t n)
{
	(void)c;
	for (size_t i = 0; i < n; i++)
		fuzz_require(faults[i][0] != '\0');
}

/* --- steps --- */

static struct fake_line *line_of(size_t n)
{
	return fake.n_lines == 0 ? NULL : fake.lines[fake.n_lines - 1 - n % fake.n_lines];
}

static void bind_line(struct fake_line *l)
{
	struct smpp_pdu pdu;

	if (!l->is_up && !l->is_closed && l->events != NULL)
		fake_line_up(l);
	if (fake_line_next(l, &pdu) && pdu.id <= SMPP_BIND_TRANSCEIVER)
		fake_line_bind_resp(l, &pdu, SMPP_ROK);
}

static void send_row(struct channel *c)
{
	const struct outgoing out = {
		.row = n_rows,
		.n_segments = 1,
		.to = BYTES("sms:+381641234567"),
		.from = BYTES("1955"),
		.text = BYTES("Prijava"),
		.octets = BYTES("Prijava"),
		.validity_ms = HOUR_MS,
	};

	if (n_rows == ROWS_MAX)
		return;
	n_rows++;
	c->ops->send(c, &out);
}

static void answer_some(uint8_t how)
{
	static const int errs[] = { ERR_OK, ERR_DUPLICATE, ERR_STORE_FULL, ERR_INVALID };

	if (n_waiting > 0)
		answer_one(how % n_waiting, errs[how % ARRAY_LEN(errs)]);
}

static void step(struct channel *c, uint8_t what, uint8_t how, struct bytes octets)
{
	struct fake_line *l = line_of(what >> 4);

	if (l == NULL)
		return;
	switch (what % 10) {
	case 0:
	case 1:
		fake_line_send(l, l->is_up && l->in_len < SMPP_FRAME_MAX ? octets : BYTES_NONE);
		break;
	case 2: bind_line(l); break;
	case 3: send_row(c); break;
	case 4: answer_some(how); break;
	case 5: fake_smsc_pass(&fake, (int64_t)how * 200); break;
	case 6: fake_line_down(l, "reset"); break;
	case 7: (void)fake_smsc_call(&fake, how % 2 == 0 ? "10.0.0.1" : "10.0.0.2"); break;
	case 8: l->is_stuck = how % 2 == 0; break;
	case 9: l->is_held = how % 2 == 0; break;
	}
}

static void no_log(enum log_level level, const char *line, void *ctx)
{
	(void)level;
	(void)line;
	(void)ctx;
}

static size_t n_answered(void)
{
	size_t n = 0;

	for (size_t i = 0; i < fake.n_lines; i++) {
		struct fake_line *l = fake.lines[i];
		struct bytes frame, rest = bytes_at(l->out, l->out_len);
		struct smpp_pdu pdu;

		for (; smpp_frame(rest, &frame) == ERR_OK;
		     rest = bytes_cut(rest, frame.len, rest.len)) {
			fuzz_require(smpp_pdu_read(frame, &pdu) == ERR_OK);
			n += (pdu.id == (uint32_t)SMPP_DELIVER_SM_RESP ||
			      pdu.id == (uint32_t)SMPP_DATA_SM_RESP) &&
			     pdu.status != SMPP_RINVBNDSTS;
		}
		fuzz_require(rest.len == 0);
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd r = rd_of(bytes_at(data, size));
	struct channel *c = smpp_make(&fake.network);

	log_set_sink(no_log, NULL);
	fake_smsc_init(&fake);
	memset(n_results, 0, sizeof(n_results));
	n_kept = n_receipts = 0;
	n_rows = 0;
	n_waiting = 0;
	core = (struct core){ .host = &fake.host };
	fuzz_require(c != NULL);
	c->core = &core;
	c->conf = &conf;
	fuzz_require(c->ops->start(c) == ERR_OK);
	while (rd_left(&r) >= 2 && n_waiting < ANSWERS_MAX - 100) {
		uint8_t what = rd_u8(&r), how = rd_u8(&r);
		bool has_octets = what % 10 < 2;
		size_t n = has_octets ? how : 0;

		step(c, what, how, rd_take(&r, n < rd_left(&r) ? n : rd_left(&r)));
	}
	/* An SMSC that does nothing any more: all that has left is unsure by its deadline. */
	fake_smsc_pass(&fake, MINUTE_MS);
	for (uint64_t row = 0; row < n_rows; row++)
		fuzz_require(n_results[row] >= 1);
	fuzz_require(c->ops->n_under_way(c) <= n_waiting);
	c->ops->stop(c);
	/* Receipts that name no id are answered by themselves, and nothing else is. */
	fuzz_require(n_answered() <= c->counts.kept);
	fuzz_require(c->counts.kept <= n_kept + (c->counts.receipts - n_receipts));
	while (n_waiting > 0)
		answer_one(0, ERR_OK);
	fuzz_require(fake.n_timers == 0 && fake_smsc_n_open(&fake) == 0);
	free(c);
	fake_smsc_fini(&fake);
	return 0;
}
