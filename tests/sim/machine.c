/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sim/machine.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/calendar.h"
#include "conf/limits.h"
#include "conf/log.h"
#include "parsers/err.h"
#include "parsers/keyed.h"
#include "store/committer.h"
#include "tests/sim/smsc.h"

/* How long systemd waits before it starts us again. */
#define RESTART_MS (3 * SECOND_MS)
/* Of so many deaths, one is followed by opening the store anew. */
#define REOPEN_OF 8

static void give_up(const char *what, const char *why)
{
	fprintf(stderr, "odziv-sim: %s: %s\n", what, why);
	exit(1);
}

/* --- the place --- */

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void remove_tree(const char *dir)
{
	(void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS); /* what isn't there is gone */
}

static const struct {
	const char *odziv, *desk, *budget, *a, *b, *c;
} variants[MACHINE_CONFS] = {
	{ "", "", "", "", "", "enquire_every = 5m\n" },
	{ "", "", "", "window = 3\n", "", "enquire_every = 2m\nlinks = 2\nwindow = 1\n" },
	{ "", "quiet_to = 6\npart_wait = 4m\n", "", "", "rate = 5\n",
	  "enquire_every = 5m\nbind = pairs\nlong = sar\nrate = 1\n" },
	{ "", "on_unsure = hold\n", "segments_day = 40\n", "window = 20\n", "window = 2\n",
	  "enquire_every = 4m\nlinks = 2\nlong = udh16\nintermediate = yes\n" },
};

static void write_conf(const struct grounds *p, const char *profile, unsigned i)
{
	FILE *f = fopen(p->ini[i], "w");

	if (f == NULL)
		give_up(p->ini[i], "can't be written");
	fprintf(f,
		"[odziv]\nprofile = %s\nstate_dir = %s/state\ninstance = sim\n%s"
		"[store]\nmin_free = 0\nmap_size = 1M\n"
		"[desk]\n%s"
		"[budget]\nauto_replies_hour = 8\n%s"
		"[mobile-a]\ntype = simulator\nfrom = " SHORT_CODE "\n%s"
		"[mobile-b]\ntype = simulator\nfrom = " SHORT_CODE "\n%s"
		"[" SMPP_CHANNEL "]\ntype = smpp\nfrom = " SHORT_CODE "\n" SMSC_CONF "%s"
		"[" MAIL_CHANNEL "]\ntype = mail\nfrom = " MAIL_ADDRESS "\nimap_host = 127.0.0.1\n"
		"imap_tls = none\nsmtp_host = 127.0.0.1\nsmtp_tls = none\n"
		"imap_password_file = mail.password\nauthserv_id = mx.opstina.example\n",
		profile, p->dir, variants[i].odziv, variants[i].desk, variants[i].budget,
		variants[i].a, variants[i].b, variants[i].c);
	fclose(f);
}

static void write_password(const struct grounds *p, const char *name, const char *words)
{
	char path[320];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", p->dir, name);
	f = fopen(path, "w");
	if (f == NULL || chmod(path, 0600) != 0)
		give_up(path, "can't be written");
	fprintf(f, "%s\n", words);
	fclose(f);
}

static void load_conf(struct grounds *p, unsigned i)
{
	struct arena *a = arena_new(CONF_ARENA_MAX);
	struct faults faults = faults_in(a);
	struct bytes line;
	int err = conf_load(p->ini[i], &faults, &p->confs[i]);

	for (size_t n = 0; err != ERR_OK && n < faults.n; n++)
		if (fault_line(&faults.list[n], a, &line) == ERR_OK)
			fprintf(stderr, "%.*s\n", PRI_BYTES(line));
	arena_free(&a);
	if (err != ERR_OK)
		give_up(p->ini[i], err_text(err));
}

static void no_log(enum log_level level, const char *line, void *ctx)
{
	(void)level;
	(void)line;
	(void)ctx;
}

void grounds_open(struct grounds *p, const char *profile)
{
	const char *top = getenv("TOP_SRCDIR");
	char full[4096], of_source[4096];

	(void)snprintf(of_source, sizeof(of_source), "%s/conf/profiles/stara-pazova",
		       top != NULL ? top : SIM_SOURCE_DIR);
	if (profile == NULL)
		profile = of_source;
	if (realpath(profile, full) == NULL)
		give_up(profile, "there is no such profile");
	if (keyed_init() != ERR_OK || calendar_set_zone("Europe/Belgrade") != ERR_OK)
		give_up("libsodium, Europe/Belgrade", "not on this machine");
	log_set_sink(no_log, NULL);
	/* Memory, where there is some: then fsync costs nothing, and that is what a simulation wants. */
	(void)snprintf(p->dir, sizeof(p->dir), "%s/odziv-sim.XXXXXX",
		       access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (mkdtemp(p->dir) == NULL)
		give_up(p->dir, "can't be made");
	write_password(p, "mail.password", "nobody asks for it");
	write_password(p, "smpp.password", SMSC_PASSWORD);
	for (unsigned i = 0; i < MACHINE_CONFS; i++) {
		(void)snprintf(p->ini[i], sizeof(p->ini[i]), "%s/%u.ini", p->dir, i);
		write_conf(p, full, i);
		load_conf(p, i);
	}
}

void grounds_close(struct grounds *p)
{
	for (unsigned i = 0; i < MACHINE_CONFS; i++)
		conf_drop(&p->confs[i]);
	remove_tree(p->dir);
	log_set_sink(NULL, NULL);
}

/* --- the store --- */

static void state_path(const struct machine *m, const char *name, char *path, size_t size)
{
	(void)snprintf(path, size, "%s/state%s%s", m->grounds->dir, *name == '\0' ? "" : "/", name);
}

/* The key of the digests is of the seed too, so that the same seed gives the same octets. */
static void write_key(struct machine *m)
{
	char path[400];
	FILE *f;

	state_path(m, "key", path, sizeof(path));
	f = fopen(path, "w");
	if (f == NULL || chmod(path, 0600) != 0)
		give_up(path, "can't be written");
	for (int i = 0; i < KEYED_KEY_BYTES; i++)
		fputc((int)(chance_next(&m->chance) & 0xff), f);
	fclose(f);
}

static void open_store(struct machine *m, uint64_t map_bytes)
{
	char path[400], why[256] = "";

	state_path(m, "", path, sizeof(path));
	if (store_open(path, map_bytes, true, &m->store, why, sizeof(why)) != ERR_OK)
		give_up(path, why);
	committer_set_repeat(m->store.db, m->repeat);
	m->sim.db = m->store.db;
}

void machine_init(struct machine *m, struct grounds *grounds, struct network *net,
		  struct diary *diary, uint64_t seed, struct wall began, uint64_t map_bytes,
		  unsigned repeat)
{
	char path[400];

	*m = (struct machine){ .grounds = grounds,
			       .net = net,
			       .diary = diary,
			       .repeat = repeat,
			       .chance = chance_of(seed, "machine"),
			       .is_down = true };
	host_sim_init(&m->sim, seed, began, diary);
	state_path(m, "", path, sizeof(path));
	remove_tree(path);
	if (mkdir(path, 0700) != 0)
		give_up(path, "can't be made");
	write_key(m);
	open_store(m, map_bytes);
}

int machine_look(struct machine *m, db_work_fn *work, void *ctx)
{
	return db_read(m->store.db, (struct mono){ 0 }, work, ctx);
}

/* --- life and death --- */

static void on_open(struct core *core, void *ctx)
{
	struct machine *m = ctx;

	(void)core;
	if (!m->sim.is_dead)
		m->open_ms = host_sim_wall(&m->sim).ms;
}

static void lay_to_rest(struct machine *m)
{
	m->sim.is_dead = true;
	network_daemon_died(m->net);
	core_stop(m->core);
	host_sim_bury(&m->sim);
	free(m->core);
	m->core = NULL;
	m->is_down = true;
	m->open_ms = 0;
	network_daemon_buried(m->net);
}

static void start_again(void *ctx, uint64_t arg)
{
	(void)arg;
	machine_start(ctx);
}

static void go_down(struct machine *m)
{
	lay_to_rest(m);
	world_add_death(m->net->world, host_sim_wall(&m->sim).ms);
	if (chance_below(&m->chance, REOPEN_OF) == 0) {
		uint64_t map = db_space(m->store.db).map_bytes;

		store_close(&m->store);
		open_store(m, map);
	}
	host_sim_at(&m->sim, RESTART_MS, start_again, m, 0);
}

void machine_start(struct machine *m)
{
	int err;

	if (m->before_start != NULL)
		m->before_start(m->ctx);
	m->core = calloc(1, sizeof(*m->core));
	if (m->core == NULL)
		give_up("a core", "out of memory");
	m->core->on_open = on_open;
	m->core->on_open_ctx = m;
	m->is_down = false;
	m->starts++;
	m->up_ms = host_sim_wall(&m->sim).ms;
	diary_note(m->diary, "the daemon starts");
	err = core_start(m->core, &m->sim.host, &m->store, conf_hold(m->grounds->confs[m->conf]),
			 network_make_channel, m->net, true);
	if (err == ERR_OK)
		return;
	diary_violated(m->diary, "it-starts", "core_start: %s", err_text(err));
	free(m->core);
	m->core = NULL;
}

void machine_run(struct machine *m, int64_t until_ms)
{
	while (m->diary->violated == NULL && host_sim_step(&m->sim, until_ms))
		if (m->sim.is_dead)
			go_down(m);
}

void machine_fini(struct machine *m)
{
	if (m->core != NULL)
		lay_to_rest(m);
	host_sim_fini(&m->sim);
	store_close(&m->store);
}
