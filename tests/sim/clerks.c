/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sim/clerks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/calendar.h"
#include "conf/limits.h"
#include "gateway/flow/control.h"
#include "parsers/err.h"
#include "parsers/json.h"
#include "parsers/number.h"
#include "tests/sim/town.h"

/* Rows that one look at a list deals with. */
#define ROUND_CASES 12

enum purpose {
	FOR_ITSELF,     /* what comes back is only looked at */
	FOR_CASES,      /* a list whose cases are dealt with */
	FOR_LATE_CASES, /* the coordinator's morning */
	FOR_ROWS,       /* unsure and failed rows */
	FOR_QUARANTINE,
	FOR_DEED, /* it must be done once it was told */
};

struct request {
	struct clerks *clerks;
	const char *command;
	enum purpose purpose;
	size_t deed;
	uint64_t life; /* of the daemon that was asked */
};

static void deal_with_case(void *ctx, uint64_t number);
static void close_late_case(void *ctx, uint64_t number);
static void deal_with_row(void *ctx, uint64_t id);
static void deal_with_quarantined(void *ctx, uint64_t id);

/* --- a case number as the argument of an event --- */

static uint64_t number_read(struct bytes text)
{
	struct bytes rest = text, part[3];
	uint32_t year, n;

	for (size_t i = 0; i < 3; i++)
		if (!bytes_split(&rest, '-', &part[i]))
			return 0;
	if (number_parse_u32(part[1], 1, 9999, &year) != ERR_OK ||
	    number_parse_u32(part[2], 0, UINT32_MAX, &n) != ERR_OK)
		return 0;
	return (uint64_t)year << 32 | n;
}

static void number_write(uint64_t number, char *buf, size_t size)
{
	(void)snprintf(buf, size, "SP-%04u-%06u", (unsigned)(number >> 32),
		       (unsigned)(number & 0xffffffff));
}

/* --- asking --- */

static void on_row(struct request *r, const struct json *row)
{
	struct clerks *c = r->clerks;
	struct host_sim *h = &c->machine->sim;
	uint64_t number = number_read(json_get_text(row, "number"));
	uint64_t id = 0;
	int64_t wait = chance_between(&c->chance, MINUTE_MS, 40 * MINUTE_MS);

	(void)number_parse_u64(json_get_text(row, "id"), 0, UINT64_MAX, &id); /* cases have none */
	switch (r->purpose) {
	case FOR_ITSELF: return;
	case FOR_CASES: host_sim_at(h, wait, deal_with_case, c, number); return;
	case FOR_LATE_CASES: host_sim_at(h, wait, close_late_case, c, number); return;
	case FOR_ROWS: host_sim_at(h, wait, deal_with_row, c, id); return;
	case FOR_QUARANTINE: host_sim_at(h, wait, deal_with_quarantined, c, id); return;
	case FOR_DEED:
		(void)snprintf(c->world->deeds[r->deed].number,
			       sizeof(c->world->deeds[r->deed].number), "%.*s",
			       PRI_BYTES(json_get_text(row, "number")));
		return;
	}
}

static void on_end(struct request *r, const struct json *end)
{
	struct clerks *c = r->clerks;
	bool done = json_get_int(end, "exit", 1) == 0;

	if (done)
		c->n_done++;
	else
		c->n_failed++;
	if (strcmp(r->command, "verify") == 0 && !done &&
	    !bytes_ends(json_get_text(end, "error"), "try again then"))
		diary_violated(c->machine->diary, "verify-finds-nothing", "asked by a clerk: %.*s",
			       PRI_BYTES(json_get_text(end, "error")));
	if (r->purpose != FOR_DEED)
		return;
	c->world->deeds[r->deed].is_over = true;
	c->world->deeds[r->deed].is_told = done;
}

static void on_line(struct bytes line, bool last, void *ctx)
{
	struct request *r = ctx;
	struct clerks *c = r->clerks;
	struct json *j = NULL;

	if (!c->machine->sim.is_dead) {
		if (json_parse(line, &j, NULL, 0) != ERR_OK)
			diary_violated(c->machine->diary, "answers-are-json", "%s: %.*s",
				       r->command, PRI_BYTES(bytes_cut(line, 0, 80)));
		if (json_get(j, "row") != NULL)
			on_row(r, json_get(j, "row"));
		/* What it finds, line by line: the violation itself only counts it. */
		if (strcmp(r->command, "verify") == 0 && !last && json_get(j, "progress") == NULL)
			diary_note(c->machine->diary, "verify: %.*s",
				   PRI_BYTES(bytes_cut(line, 0, 300)));
		if (last)
			on_end(r, j);
		json_free(&j);
	}
	if (!last)
		return;
	c->under_way--;
	free(r);
}

static struct json *request_json(const char *command, const char *const words[3],
				 const char *const option[2])
{
	struct json *j = json_object(), *list = json_array(), *args = json_object();

	json_put_str(j, "command", command);
	for (size_t i = 0; i < 3 && words[i] != NULL; i++) {
		struct json *word = json_text(bytes_of(words[i]));

		json_append_take(list, &word);
	}
	if (option[0] != NULL && option[1] != NULL)
		json_put_str(args, option[0], option[1]);
	else if (option[0] != NULL)
		json_put_bool(args, option[0], true);
	json_put_take(j, "words", &list);
	json_put_take(j, "args", &args);
	return j;
}

static void ask(struct clerks *c, enum purpose purpose, size_t deed, const char *command,
		const char *const words[3], const char *const option[2])
{
	struct arena *a = arena_new(CONTROL_LINE_MAX);
	struct request *r = malloc(sizeof(*r));
	struct json *j = request_json(command, words, option);
	struct bytes line;

	if (a == NULL || r == NULL || json_line(j, a, &line) != ERR_OK)
		abort();
	json_free(&j);
	if (c->machine->core == NULL || c->machine->sim.is_dead) {
		free(r);
	} else {
		*r = (struct request){
			.clerks = c, .command = command, .purpose = purpose, .deed = deed
		};
		c->under_way++;
		diary_note(c->machine->diary, "clerk: %s %s %.40s", command,
			   words[0] != NULL ? words[0] : "", words[1] != NULL ? words[1] : "");
		control_run(c->machine->core, line, "jelena", on_line, r);
	}
	arena_free(&a);
}

#define WORDS(...)  ((const char *const[3]){ __VA_ARGS__ })
#define OPTION(...) ((const char *const[2]){ __VA_ARGS__ })

void clerks_ask(struct clerks *c, const char *command, const char *word, const char *other)
{
	ask(c, FOR_ITSELF, 0, command, WORDS(word, other), OPTION(NULL));
}

/* --- what is done with a case --- */

static size_t new_deed(struct clerks *c, enum deed_kind kind, uint64_t number, const char *words)
{
	struct deed *d = world_add_deed(c->world);

	d->kind = kind;
	d->words = strdup(words);
	if (d->words == NULL)
		abort();
	number_write(number, d->number, sizeof(d->number));
	return c->world->n_deeds - 1;
}

/* "Kvar je otklonjen zqabc": words that only this answer has. */
static void make_words(struct clerks *c, const char *begin, char *buf, size_t size)
{
	char tag[24];

	town_tag(1000000 + c->n_words++, tag, sizeof(tag));
	(void)snprintf(buf, size, "%s %s", begin, tag);
}

static void do_answer(struct clerks *c, uint64_t number, const char *begin, bool is_question)
{
	char no[32], words[200];

	if (c->machine->core == NULL)
		return;
	number_write(number, no, sizeof(no));
	make_words(c, begin, words, sizeof(words));
	ask(c, FOR_DEED, new_deed(c, DEED_ANSWER, number, words), "case answer", WORDS(no, words),
	    OPTION(is_question ? "question" : NULL));
}

static void do_close(struct clerks *c, uint64_t number)
{
	char no[32], words[200];

	if (c->machine->core == NULL)
		return;
	number_write(number, no, sizeof(no));
	make_words(c, "reseno na terenu", words, sizeof(words));
	ask(c, FOR_DEED, new_deed(c, DEED_CLOSE, number, words), "case close", WORDS(no, words),
	    OPTION(NULL));
}

static void close_later(void *ctx, uint64_t number)
{
	do_close(ctx, number);
}

static void do_assign(struct clerks *c, const char *no, bool to_department)
{
	const struct profile *p = c->machine->grounds->confs[0]->profile;
	char who[64];
	struct bytes id = to_department
				  ? p->departments[chance_below(&c->chance, p->n_departments)].code
				  : p->members[chance_below(&c->chance, p->n_members)].id;

	(void)snprintf(who, sizeof(who), "%.*s", PRI_BYTES(id));
	clerks_ask(c, "case assign", no, who);
}

static void do_wait(struct clerks *c, const char *no)
{
	struct local_time day = calendar_local((struct wall){
		host_sim_wall(&c->machine->sim).ms + chance_between(&c->chance, 1, 5) * DAY_MS });
	char date[40];

	(void)snprintf(date, sizeof(date), "%04d-%02d-%02d", day.year, day.month, day.day);
	ask(c, FOR_ITSELF, 0, "case status", WORDS(no, "waiting", date), OPTION(NULL));
}

static void do_merge(struct clerks *c, const char *no)
{
	char into[32];

	if (c->last == 0)
		return;
	number_write(c->last, into, sizeof(into));
	clerks_ask(c, "case merge", no, into);
}

static void deal_with_case(void *ctx, uint64_t number)
{
	struct clerks *c = ctx;
	unsigned roll = (unsigned)chance_below(&c->chance, 100);
	char no[32];

	if (number == 0)
		return;
	number_write(number, no, sizeof(no));
	if (roll < 35) {
		do_answer(c, number, "Prijava je primljena, ekipa izlazi na teren", false);
		if (roll < 25)
			host_sim_at(&c->machine->sim, chance_wait(&c->chance, HOUR_MS, DAY_MS),
				    close_later, c, number);
	} else if (roll < 65)
		do_close(c, number);
	else if (roll < 72)
		do_assign(c, no, roll < 68);
	else if (roll < 77)
		clerks_ask(c, "case note", no, "zvala komsinica, isti problem");
	else if (roll < 82)
		do_answer(c, number, "Na kom broju je tacno kvar?", true);
	else if (roll < 86)
		do_wait(c, no);
	else if (roll < 88)
		clerks_ask(c, "case show", no, NULL);
	else if (roll < 90)
		do_merge(c, no);
	else if (roll < 92)
		clerks_ask(c, "case status", no, "open");
	else if (roll < 94)
		clerks_ask(c, "case reopen", no, "nije reseno");
	else if (roll < 96)
		clerks_ask(c, "case status", no, "solved");
	/* and some are forgotten */
	c->last = number;
}

static void close_late_case(void *ctx, uint64_t number)
{
	struct clerks *c = ctx;

	if (number == 0 || chance_of_1000(&c->chance, 200))
		return;
	if (chance_of_1000(&c->chance, 300))
		do_answer(c, number, "Izvinite na cekanju, sutra izlazimo", false);
	else
		do_close(c, number);
}

static void deal_with_row(void *ctx, uint64_t id)
{
	struct clerks *c = ctx;
	char text[32];

	(void)snprintf(text, sizeof(text), "%" PRIu64, id);
	clerks_ask(c, chance_of_1000(&c->chance, 700) ? "outbox retry" : "outbox cancel", text,
		   NULL);
}

static void deal_with_quarantined(void *ctx, uint64_t id)
{
	struct clerks *c = ctx;
	char text[32];

	(void)snprintf(text, sizeof(text), "%" PRIu64, id);
	clerks_ask(c, chance_of_1000(&c->chance, 300) ? "quarantine release" : "quarantine drop",
		   text, NULL);
}

/* --- a day's work --- */

static bool is_at_work(const struct clerks *c)
{
	return calendar_in_hours(host_sim_wall(&c->machine->sim), 7, 16);
}

static void do_new_case(struct clerks *c)
{
	struct citizen *who = &c->world->citizens[chance_below(&c->chance, c->world->n_citizens)];
	char words[200];
	size_t deed;

	if (c->machine->core == NULL || !who->is_answerable)
		return;
	make_words(c, "Na salteru prijavljeno: curi voda u podrumu", words, sizeof(words));
	deed = new_deed(c, DEED_NEW, 0, words);
	who->has_written = true; /* stood at the counter */
	ask(c, FOR_DEED, deed, "case new", WORDS(who->number, words), OPTION(NULL));
}

static void look_around(struct clerks *c)
{
	static const struct {
		const char *command, *word;
		const char *option[2];
		enum purpose purpose;
	} looks[] = {
		{ "case search", "svetosavsk", { "limit", "5" }, FOR_ITSELF },
		{ "case list", NULL, { "limit", "5" }, FOR_ITSELF },
		{ "outbox list", NULL, { "state", "unsure" }, FOR_ROWS },
		{ "outbox list", NULL, { "limit", "3" }, FOR_ITSELF },
		{ "quarantine list", NULL, { "limit", "10" }, FOR_QUARANTINE },
		{ "balance", NULL, { NULL, NULL }, FOR_ITSELF },
		{ "status", NULL, { NULL, NULL }, FOR_ITSELF },
		{ "contact show", "+381640000003", { NULL, NULL }, FOR_ITSELF },
		{ "contact export", "+381640000005", { NULL, NULL }, FOR_ITSELF },
		{ "contact forget", "+381640000007", { NULL, NULL }, FOR_ITSELF },
	};
	size_t i = (size_t)chance_below(&c->chance, ARRAY_LEN(looks) + 2);

	if (i < ARRAY_LEN(looks))
		ask(c, looks[i].purpose, 0, looks[i].command, WORDS(looks[i].word),
		    looks[i].option);
	else
		do_new_case(c);
}

static void on_round(void *ctx, uint64_t arg)
{
	struct clerks *c = ctx;
	int64_t apart = (int64_t)(9.0 * HOUR_MS * ROUND_CASES / (4.0 * c->texts_per_day));
	unsigned roll = (unsigned)chance_below(&c->chance, 100);

	host_sim_at(&c->machine->sim, chance_between(&c->chance, apart / 2, apart * 3 / 2),
		    on_round, c, arg);
	if (!is_at_work(c))
		return;
	if (roll < 55)
		ask(c, FOR_CASES, 0, "case list", WORDS(NULL), OPTION("state", "new"));
	else if (roll < 75)
		ask(c, FOR_CASES, 0, "case list", WORDS(NULL), OPTION("state", "open"));
	else if (roll < 85)
		ask(c, FOR_CASES, 0, "case list", WORDS(NULL), OPTION("state", "waiting"));
	else
		look_around(c);
}

static void on_morning(void *ctx, uint64_t arg)
{
	struct clerks *c = ctx;

	host_sim_at(&c->machine->sim, chance_between(&c->chance, 20 * HOUR_MS, 28 * HOUR_MS),
		    on_morning, c, arg);
	ask(c, FOR_LATE_CASES, 0, "case list", WORDS(NULL), OPTION("late"));
}

void clerks_init(struct clerks *c, struct machine *m, struct world *world, uint64_t seed,
		 double texts_per_day)
{
	*c = (struct clerks){ .machine = m,
			      .world = world,
			      .chance = chance_of(seed, "clerks"),
			      .texts_per_day = texts_per_day };
}

void clerks_begin(struct clerks *c)
{
	host_sim_at(&c->machine->sim, HOUR_MS, on_round, c, 0);
	host_sim_at(&c->machine->sim, 2 * DAY_MS, on_morning, c, 0);
}
