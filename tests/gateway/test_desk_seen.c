/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which mail came before: gateway/desk/seen_before. What it decides of texts stands in test_desk_intake. */
#include "gateway/desk/seen_before.h"

#include <string.h>

#include "store/counts.h"
#include "tests/gateway/desk_fixture.h"
#include "tests/tap.h"

struct asked {
	struct mail_arrival arrival;
	struct mail mail;
	struct bytes channel;
	bool is_repeat, is_kept;
};

/* What intake_apply() does with a message, without the message. */
static int check(struct txn *t, struct desk *d, void *ctx)
{
	struct asked *a = ctx;
	struct message msg = { .channel = a->channel, .mail = &a->mail, .arrival = &a->arrival };
	struct seen_keys keys;
	int err;

	seen_keys_of(d->key, &msg, &keys);
	err = seen_check(t, d, &msg, &keys, (struct wall){ 0 }, &a->is_repeat);
	if (err == ERR_OK && !a->is_repeat)
		seen_note(t, d, &keys, 0);
	return err;
}

static int lies(struct txn *t, struct desk *d, void *ctx)
{
	struct asked *a = ctx;

	return seen_mail_lies(t, d, a->channel, a->arrival.uid_validity, a->arrival.uid,
			      &a->is_kept);
}

static bool is_repeat(struct hall *h, uint32_t validity, uint32_t uid, uint8_t octets,
		      const char *message_id)
{
	struct asked a = { .channel = BYTES("kontakt"),
			   .arrival = { .uid_validity = validity, .uid = uid, .blob = { octets } },
			   .mail = { .message_id = bytes_of(message_id),
				     .text = bytes_at(&a.arrival.blob, 1) } };

	h->now.ms += MINUTE_MS;
	return hall_work(h, check, &a) == ERR_OK && a.is_repeat;
}

/* Delivered once more under a UID and with trace fields that nobody saw, or changed by somebody. */
static bool comes_again(struct hall *h, struct mail mail)
{
	static uint32_t uid = 100;
	struct asked a = { .channel = BYTES("kontakt"),
			   .arrival = { .uid_validity = 9, .uid = uid, .blob = { (uint8_t)uid } },
			   .mail = mail };

	uid++;
	h->now.ms += MINUTE_MS;
	return hall_work(h, check, &a) == ERR_OK && a.is_repeat;
}

static void test_content(struct hall *h)
{
	static const struct mail_file photo = { .sha256 = { 1 } }, other = { .sha256 = { 2 } };
	static const struct bytes token = BYTES("abcd");
	const struct mail first = { .message_id = BYTES("c@x"),
				    .subject = BYTES("Rupa"),
				    .text = BYTES("Rupa na putu."),
				    .date = { .ms = 1 },
				    .auth = { .dmarc = PROOF_PASS },
				    .files = &photo,
				    .n_files = 1 };
	struct mail m = first;

	ok(!comes_again(h, first) && comes_again(h, first),
	   "the same words under the same Message-ID are a repeat, whatever the trace fields");
	m.text = bytes_of("Rupa na putu, veća.");
	ok(!comes_again(h, m), "other words are a mail of its own");
	m = first;
	m.auth.dmarc = PROOF_FAIL;
	ok(!comes_again(h, m), "so is what proves less: a forger can't be first in a name");
	m = first;
	m.files = &other;
	ok(!comes_again(h, m), "so is another attachment");
	m = first;
	m.tokens = &token;
	m.n_tokens = 1;
	ok(!comes_again(h, m), "so is what goes to another token");
	m = first;
	m.message_id = BYTES_NONE;
	ok(!comes_again(h, m) && !comes_again(h, m),
	   "without a Message-ID, the same words are two mails");
}

static bool is_kept(struct hall *h, const char *channel, uint32_t validity, uint32_t uid)
{
	struct asked a = { .channel = bytes_of(channel),
			   .arrival = { .uid_validity = validity, .uid = uid } };

	return hall_work(h, lies, &a) == ERR_OK && a.is_kept;
}

static int repeats(struct txn *t, struct desk *d, void *ctx)
{
	(void)d;
	return count_sum(t, COUNT_REPEATS, bytes_of("kontakt"), (struct wall){ 0 },
			 (struct wall){ 0 }, ctx);
}

int main(void)
{
	struct hall h;
	int64_t n = 0;

	plan(0);
	hall_open(&h, "");
	ok(!is_repeat(&h, 7, 1, 1, "a@x"), "a mail that nobody saw is new");
	ok(is_repeat(&h, 7, 1, 1, "a@x"), "the same UID is a repeat");
	ok(!is_repeat(&h, 7, 2, 2, "a@x"),
	   "the same Message-ID with other octets is a mail of its own");
	ok(!is_repeat(&h, 8, 1, 3, "b@x"), "the same UID of another UIDVALIDITY is another mail");
	ok(is_repeat(&h, 9, 50, 1, "a@x"), "the same octets under another UID are a repeat");
	ok(is_kept(&h, "kontakt", 9, 50), "and known from then on by where they lie now");
	ok(!is_kept(&h, "kontakt", 9, 51) && !is_kept(&h, "other", 9, 50),
	   "what was never seen isn't kept, whatever lies in other mailboxes");
	hall_work(&h, repeats, &n);
	is_int(n, 2, "repeats are counted, looks aren't");
	test_content(&h);
	hall_close(&h);
	return done_testing();
}
