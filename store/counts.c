/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/counts.h"

#include <assert.h>
#include <string.h>

#include "parsers/err.h"
#include "store/index.h"
#include "store/scan.h"

/* How long the numbers of a period stay after its end. */
#define KEEP_ATTEMPT_MS (40 * DAY_MS)
/* The keys of one slice of the sweep. */
#define SWEEP_ARENA_MAX ((size_t)64 * 1024 * 1024)

/* A month of the Gregorian calendar, in the mean. */
#define MONTH_MS INT64_C(2629746000)

static const enum count outcome_counts[] = {
	[OUTCOME_CASE] = COUNT_OUT_CASE,
	[OUTCOME_JOINED] = COUNT_OUT_JOINED,
	[OUTCOME_INFORMATION] = COUNT_OUT_INFORMATION,
	[OUTCOME_COMMAND] = COUNT_OUT_COMMAND,
	[OUTCOME_QUARANTINE] = COUNT_OUT_QUARANTINE,
	[OUTCOME_NOT_ANSWERED] = COUNT_OUT_NOT_ANSWERED,
};

enum count count_of_outcome(enum msg_outcome o)
{
	assert(o != OUTCOME_NONE && (size_t)o < ARRAY_LEN(outcome_counts));
	return outcome_counts[o];
}

static struct bytes number_octets(uint64_t value, uint8_t octets[8])
{
	struct wr w = wr_of(octets, 8);

	wr_u64(&w, value);
	return wr_bytes(&w);
}

static int64_t number_of(struct bytes octets)
{
	struct rd r = rd_of(octets);

	return (int64_t)rd_u64(&r);
}

/* --- what must add up --- */

uint64_t count_mix(struct bytes key)
{
	uint64_t mixed = UINT64_C(14695981039346656037); /* FNV-1a, 64 bits */

	for (size_t i = 0; i < key.len; i++)
		mixed = (mixed ^ key.ptr[i]) * UINT64_C(1099511628211);
	return mixed;
}

bool count_has_check(enum count what)
{
	switch (what) {
	case COUNT_REPEATS:
	case COUNT_RECEIPTS:
	case COUNT_SEGMENTS_SENT:
	case COUNT_NO_RECEIPT: return true;
	case COUNT_RECEIVED:
	case COUNT_OUT_CASE:
	case COUNT_OUT_JOINED:
	case COUNT_OUT_INFORMATION:
	case COUNT_OUT_COMMAND:
	case COUNT_OUT_QUARANTINE:
	case COUNT_OUT_NOT_ANSWERED:
	case COUNT_PARTS:
	case COUNT_PARTS_JOINED:
	case COUNT_PARTS_GIVEN_UP:
	case COUNT_MAILS: return false;
	}
	return false;
}

struct key count_check_key(enum count what)
{
	static const struct bytes name = BYTES("count_check/");
	struct key k;

	k.len = 0;
	key_put(&k, name);
	key_u8(&k, (uint8_t)('a' + what));
	return k;
}

void count_add(struct txn *t, enum count what, struct bytes channel, struct wall at, int64_t by)
{
	struct key check, k;

	k.len = 0;
	key_u32(&k, day_of(at.ms));
	key_text(&k, channel);
	key_u8(&k, (uint8_t)what);
	txn_add(t, TABLE_COUNT, key_bytes(&k), by);
	if (!count_has_check(what))
		return;
	check = count_check_key(what);
	txn_add(t, TABLE_META, key_bytes(&check),
		(int64_t)(count_mix(key_bytes(&k)) * (uint64_t)by));
}

int count_parse(struct bytes key, uint32_t *day_out, struct bytes *channel_out,
		enum count *what_out)
{
	size_t end = 4 + bytes_find(bytes_cut(key, 4, key.len), 0);
	struct rd r = rd_of(key);

	if (key.len < 6 || end + 2 != key.len)
		return ERR_CORRUPT;
	*day_out = rd_u32(&r);
	*channel_out = bytes_cut(key, 4, end - 4);
	*what_out = (enum count)key.ptr[end + 1];
	return ERR_OK;
}

struct sums {
	struct bytes channel;
	int64_t of[COUNT_LAST + 1];
};

static int add_row(struct bytes key, struct bytes value, void *ctx)
{
	struct sums *s = ctx;
	struct bytes channel;
	enum count what;
	uint32_t day;
	int err = count_parse(key, &day, &channel, &what);

	if (err != ERR_OK)
		return err;
	/* A counter of a newer program is none of ours. */
	if ((size_t)what < ARRAY_LEN(s->of) &&
	    (s->channel.len == 0 || bytes_eq(s->channel, channel)))
		s->of[what] += number_of(value);
	return ERR_OK;
}

static int sum_days(struct txn *t, struct bytes channel, struct wall from, struct wall to,
		    struct sums *sums_out)
{
	struct key first, end;

	*sums_out = (struct sums){ .channel = channel };
	first.len = end.len = 0;
	key_u32(&first, day_of(from.ms));
	key_u32(&end, day_of(to.ms));
	return txn_walk(t, TABLE_COUNT, key_bytes(&first),
			to.ms == 0 ? BYTES_NONE : key_bytes(&end), WALK_UP, 0, add_row, sums_out);
}

int count_sum(struct txn *t, enum count what, struct bytes channel, struct wall from,
	      struct wall to, int64_t *sum_out)
{
	struct sums sums;
	int err = sum_days(t, channel, from, to, &sums);

	if (err == ERR_OK)
		*sum_out = sums.of[what];
	return err;
}

/* --- balance --- */

struct waiting {
	struct wall from, to;
	int64_t n;
};

static int add_waiting(struct bytes key, const ProtobufCMessage *m, void *ctx)
{
	const Pb__Part *rec = (const Pb__Part *)m;
	struct waiting *w = ctx;
	uint32_t day = day_of(rec->received);

	(void)key;
	if (rec->state == PART_WAITING && day >= day_of(w->from.ms) &&
	    (w->to.ms == 0 || day < day_of(w->to.ms)))
		w->n++;
	return ERR_OK;
}

int balance_get(struct txn *t, struct wall from, struct wall to, struct balance *balance_out)
{
	struct waiting w = { .from = from, .to = to };
	struct balance b = { 0 };
	int64_t outcomes = 0;
	struct sums sums;
	int err = sum_days(t, BYTES_NONE, from, to, &sums);

	if (err == ERR_OK)
		err = scan_table(t, TABLE_PART, BYTES_NONE, BYTES_NONE, WALK_UP, 0, add_waiting,
				 &w);
	if (err != ERR_OK)
		return err;
	b.received_mail = sums.of[COUNT_MAILS];
	b.received_sms = sums.of[COUNT_RECEIVED] - b.received_mail;
	b.repeats = sums.of[COUNT_REPEATS];
	for (int o = OUTCOME_CASE; o <= OUTCOME_NOT_ANSWERED; o++) {
		b.outcomes[o] = sums.of[count_of_outcome((enum msg_outcome)o)];
		outcomes += b.outcomes[o];
	}
	b.parts = sums.of[COUNT_PARTS];
	b.parts_joined = sums.of[COUNT_PARTS_JOINED];
	b.parts_given_up = sums.of[COUNT_PARTS_GIVEN_UP];
	b.parts_waiting = w.n;
	b.balanced = b.received_sms + b.received_mail == outcomes &&
		     b.parts == b.parts_joined + b.parts_waiting + b.parts_given_up;
	*balance_out = b;
	return ERR_OK;
}

/* --- what people may use only so often --- */

static int64_t attempt_period_ms(enum attempt kind)
{
	switch (kind) {
	case ATTEMPT_AUTO_REPLY:
	case ATTEMPT_PREFIX_SEGMENTS:
	case ATTEMPT_ALL_SEGMENTS:
	case ATTEMPT_STATUS_MISS:
	case ATTEMPT_ASKED:
	case ATTEMPT_DUTY:
	case ATTEMPT_MAIL_ACKS:
	case ATTEMPT_CASE_MAIL:
	case ATTEMPT_CONFIRM: return HOUR_MS;
	case ATTEMPT_SEGMENTS:
	case ATTEMPT_ALL_DAY:
	case ATTEMPT_EARLY:
	case ATTEMPT_MAIL_ACK:
	case ATTEMPT_STAFF_MISS:
	case ATTEMPT_CODE:
	case ATTEMPT_CODE_PHONE:
	case ATTEMPT_CODE_MISS:
	case ATTEMPT_PICTURES: return DAY_MS;
	case ATTEMPT_MONEY: break;
	}
	return MONTH_MS;
}

static struct key attempt_key(enum attempt kind, struct bytes subject, uint32_t period)
{
	struct key k;

	k.len = 0;
	key_u8(&k, (uint8_t)kind);
	key_u32(&k, period);
	key_text(&k, subject);
	return k;
}

int64_t attempt_get(struct txn *t, enum attempt kind, struct bytes subject, uint32_t period)
{
	struct key k = attempt_key(kind, subject, period);
	struct bytes octets;

	return txn_get(t, TABLE_ATTEMPT, key_bytes(&k), &octets) == ERR_OK ? number_of(octets) : 0;
}

void attempt_add(struct txn *t, enum attempt kind, struct bytes subject, uint32_t period,
		 int64_t by, struct wall now)
{
	struct key k = attempt_key(kind, subject, period);

	(void)now; /* its period says when it goes */
	txn_add(t, TABLE_ATTEMPT, key_bytes(&k), by);
}

/* A kind's numbers lie in the order of their periods: what is old stands at its beginning. */
static int old_attempts(struct txn *t, enum attempt kind, struct wall now, size_t n,
			struct key_list *list)
{
	int64_t ended = (now.ms - KEEP_ATTEMPT_MS) / attempt_period_ms(kind);
	struct key first, end;

	if (ended <= 0)
		return ERR_OK;
	first.len = end.len = 0;
	key_u8(&first, (uint8_t)kind);
	key_u8(&end, (uint8_t)kind);
	key_u32(&end, (uint32_t)ended);
	return txn_walk(t, TABLE_ATTEMPT, key_bytes(&first), key_bytes(&end), WALK_UP, n,
			key_list_row, list);
}

int attempt_sweep(struct txn *t, struct wall now, size_t n, size_t *n_done_out)
{
	struct key_list list = { .arena = arena_new(SWEEP_ARENA_MAX) };
	int err = list.arena == NULL ? ERR_NOMEM : ERR_OK;

	for (int kind = ATTEMPT_AUTO_REPLY; kind <= ATTEMPT_LAST && err == ERR_OK; kind++)
		if (list.n < n)
			err = old_attempts(t, (enum attempt)kind, now, n - list.n, &list);
	for (size_t i = 0; i < list.n && err == ERR_OK; i++)
		txn_drop(t, TABLE_ATTEMPT, list.keys[i]);
	if (err == ERR_OK)
		*n_done_out = list.n;
	arena_free(&list.arena);
	return err != ERR_OK ? err : txn_err(t);
}

/* --- names and values --- */

int meta_get_u64(struct txn *t, const char *name, uint64_t *value_out)
{
	struct bytes octets;
	int err = txn_get(t, TABLE_META, bytes_of(name), &octets);

	if (err != ERR_OK)
		return err;
	if (octets.len != 8)
		return ERR_CORRUPT;
	*value_out = (uint64_t)number_of(octets);
	return ERR_OK;
}

void meta_put_u64(struct txn *t, const char *name, uint64_t value)
{
	uint8_t octets[8];

	txn_put(t, TABLE_META, bytes_of(name), number_octets(value, octets));
}

int meta_get(struct txn *t, const char *name, struct arena *a, struct bytes *value_out)
{
	struct bytes octets;
	int err = txn_get(t, TABLE_META, bytes_of(name), &octets);

	if (err != ERR_OK)
		return err;
	*value_out = arena_dup(a, octets);
	return value_out->len == octets.len ? ERR_OK : arena_err(a);
}

void meta_put(struct txn *t, const char *name, struct bytes value)
{
	txn_put(t, TABLE_META, bytes_of(name), value);
}

/* --- who looked --- */

void access_add(struct txn *t, struct bytes who, struct bytes what, struct wall now)
{
	struct arena *a = arena_new((size_t)64 * 1024);
	Pb__Access rec = PB__ACCESS__INIT;
	struct key k;

	if (a == NULL) {
		txn_fail(t, ERR_NOMEM);
		return;
	}
	rec.id = txn_id(t, now);
	rec.at = now.ms;
	rec.who = record_str(a, who);
	rec.what = record_str(a, what);
	k.len = 0;
	key_u32(&k, day_of(now.ms));
	key_u64(&k, rec.id);
	index_put_new(t, TABLE_ACCESS, key_bytes(&k), &rec.base);
	arena_free(&a);
}
