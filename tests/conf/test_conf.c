/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conf/conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "conf/limits.h"
#include "parsers/err.h"
#include "tests/tap.h"

#define ARENA_MAX (4 * 1024 * 1024)
#define TEXT_MAX  16384

/*
 * The profile has tests of its own: here it is a folder that loads. That it is
 * asked for once, with the right folder, and freed as often, is counted.
 */
static unsigned n_loaded, n_freed;
static char loaded_dir[TEXT_MAX];

int profile_load(const char *dir, struct faults *faults, struct profile **profile_out)
{
	(void)faults;
	snprintf(loaded_dir, sizeof(loaded_dir), "%s", dir);
	*profile_out = calloc(1, sizeof(**profile_out));
	n_loaded++;
	return *profile_out == NULL ? ERR_NOMEM : ERR_OK;
}

void profile_free(struct profile **p)
{
	n_freed += *p != NULL;
	free(*p);
	*p = NULL;
}

static const char *path_of(const char *name)
{
	static char paths[4][4096];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", temp_dir(), name);
	return path;
}

static const char *write_file(const char *name, const char *text, unsigned mode)
{
	const char *path = path_of(name);
	FILE *f = fopen(path, "w");

	fputs(text, f);
	fclose(f);
	chmod(path, mode);
	return path;
}

/* All fault lines, one a line, without the name of the temporary folder. */
static const char *lines_of(const struct faults *f)
{
	static char text[TEXT_MAX];
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < f->n; i++) {
		struct bytes line = BYTES_NONE;
		char *at;

		fault_line(&f->list[i], f->arena, &line);
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%.*s\n", PRI_BYTES(line));
		while ((at = strstr(text, temp_dir())) != NULL) {
			size_t skip = strlen(temp_dir()) + (at[strlen(temp_dir())] == '/');

			memmove(at, at + skip, strlen(at + skip) + 1);
			len -= skip;
		}
	}
	return text;
}

#define HEAD "[odziv]\nprofile = town\nstate_dir = state\n"
#define HTTP "[http]\nhttp_listen = 127.0.0.1:8080\n"
#define SHARED                                                                                     \
	"[k]\ntype = kannel\nlink = http\nfrom = 1955\nusername = gw\npassword_file = password\n"  \
	"secret_file = secret\nsendsms_url = http://127.0.0.1:13013/cgi-bin/sendsms\n"
#define SMPP "[s]\ntype = smpp\nfrom = 1955\nsystem_id = opstina\npassword_file = short\n"
#define SHARED_WARNING                                                                             \
	"odziv.ini:8: warning: [k] link: http: what waits in smsbox is lost when smsbox ends; "    \
	"odzivd(8), LIMITS. link = box loses nothing\n"

/* clang-format off */
static const struct {
	const char *text;
	const char *faults;
	const char *promise;
} rows[] = {
	{ HEAD, "", "a profile and a folder for the store are enough" },
	{ "", "odziv.ini: [odziv] profile: is missing; write profile = a profile's folder or the name of an installed profile, such as stara-pazova\n"
	      "odziv.ini: [odziv] state_dir: is missing; write state_dir = a path, relative to the folder of this file, such as " STATE_DIR "/stara-pazova\n",
	  "an empty file lacks both" },
	{ "[odziv]\nprofile = twon\nstate_dir = state\n",
	  "odziv.ini:2: [odziv] profile: neither twon nor " PROFILES_DIR "/twon is a folder\n",
	  "a profile that isn't there is named with the two places where it could be" },
	{ "[odziv]\nprofile = ./twon\nstate_dir = state\n",
	  "odziv.ini:2: [odziv] profile: ./twon is not a folder\n",
	  "a path to a profile is looked for only there" },
	{ HEAD "[desk]\nplian = yes\nvaldity = 2d\nzzz = 1\n",
	  "odziv.ini:5: [desk] plian: is no known key; did you mean plain?\n"
	  "odziv.ini:6: [desk] valdity: is no known key; did you mean validity?\n"
	  "odziv.ini:7: [desk] zzz: is no known key; odziv.ini(5) lists them\n",
	  "unknown keys are named with the nearest known one" },
	{ HEAD "[dsek]\nplain = yes\n[sms]\nfrom = 1955\n",
	  "odziv.ini:4: [dsek] is no known section; did you mean [desk]?\n"
	  "odziv.ini:6: [sms] is neither a known section nor a channel; a channel needs type = kannel, type = smpp, type = mail or type = simulator\n",
	  "so are unknown sections" },
	{ HEAD "[desk]\nplain = ture\nquiet_from = 22x\npart_wait = 5\n[store]\nmap_size = 64MB\n"
	  "[budget]\nsegments_day = -1\n[k]\ntype = kanel\nport = x\nprot = 1\n",
	  "odziv.ini:5: [desk] plain: 'ture' isn't yes or no\n"
	  "odziv.ini:6: [desk] quiet_from: '22x' isn't a whole number from 0 to 23\n"
	  "odziv.ini:7: [desk] part_wait: '5' isn't a duration (30s, 5m, 4h, 2d) from 1s to 1h\n"
	  "odziv.ini:9: [store] map_size: '64MB' isn't a size (64K, 8M, 1G) from 1M to 1024G\n"
	  "odziv.ini:11: [budget] segments_day: '-1' isn't a whole number from 0 to 1000000\n"
	  "odziv.ini:13: [k] type: 'kanel' isn't simulator, kannel, mail or smpp; did you mean kannel?\n"
	  "odziv.ini:15: [k] prot: is no known key; did you mean port?\n",
	  "all faults of all sections are found in one go" },
	{ HEAD "[desk]\nplain = yes\nplain = no\nsms_price = 3;60\nquiet_from = 30\n[desk]\n",
	  "odziv.ini:6: [desk] plain: the key stands in line 5 already; keep one of the two\n"
	  "odziv.ini:7: [desk] sms_price: the value would be cut before ';60'; put it into \"quotation marks\", or a blank before a comment\n"
	  "odziv.ini:8: [desk] quiet_from: '30' isn't a whole number from 0 to 23\n"
	  "odziv.ini:9: [desk] the section stands in line 4 already; put its keys together there\n",
	  "a file with broken lines is checked to its end all the same" },
	{ HEAD "[k]\ntype = kannel\n", "odziv.ini:4: [k] from: is missing; write from = a number of at most 15 digits or a "
	  "name of at most 11 letters and digits, such as 1955\n", "a channel to Kannel must know its short code" },
	{ HEAD "[k]\ntype = kannel\nfrom = 1955\nsendsms_url = http://127.0.0.1/\n",
	  "odziv.ini:7: warning: [k] sendsms_url: has no effect with link = box; it belongs to link = http\n",
	  "who keeps the keys of the other link is told that they do nothing" },
	{ HEAD "[p]\ntype = simulator\nhost = kannel\nsmsc = a\n",
	  "odziv.ini:6: [p] host: has no effect with type = simulator; it belongs to link = box\n"
	  "odziv.ini:7: [p] smsc: has no effect with type = simulator; it belongs to type = kannel\n",
	  "a key of another type is a fault" },
	{ HEAD "[k]\ntype = kannel\nlink = http\nfrom = 1955\n",
	  "odziv.ini:4: [k] sendsms_url: is missing; write sendsms_url = a URL that begins with http:// or https://, such as http://127.0.0.1:13013/cgi-bin/sendsms\n"
	  "odziv.ini:4: [k] username: is missing; write username = at most 64 octets of text, such as odziv\n"
	  "odziv.ini:4: [k] password_file: is missing; write password_file = the path of a file with one line, readable by its owner and group only, such as kannel.password\n"
	  "odziv.ini:4: [k] secret_file: is missing; write secret_file = the path of a file with one line, readable by its owner and group only, such as kannel.secret\n"
	  "odziv.ini:6: [k] link: http needs [http] http_listen, where Kannel calls us\n",
	  "the HTTP link says all that it needs" },
	{ HEAD HTTP SHARED, SHARED_WARNING, "and is whole when it has that, with a warning of what it may lose" },
	{ HEAD HTTP SHARED "[l]\ntype = kannel\nlink = http\nfrom = 1956\nusername = gw\npassword_file = open\n"
	  "secret_file = secret\nsendsms_url = http://h/\n",
	  SHARED_WARNING
	  "odziv.ini:16: warning: [l] link: http: what waits in smsbox is lost when smsbox ends; odzivd(8), LIMITS. link = box loses nothing\n"
	  "odziv.ini:19: [l] password_file: open is open to everyone on this machine; chmod 0640 or 0600, and change the secret\n"
	  "odziv.ini:20: [l] secret_file: is the secret of [k] too; each channel needs its own\n",
	  "a secret that everyone can read is a fault, and so is one that two channels share" },
	{ HEAD HTTP SHARED "[l]\ntype = kannel\nlink = http\nfrom = 1956\nusername = gw\npassword_file = password\n"
	  "secret_file = blanks\nsendsms_url = http://h/\n",
	  SHARED_WARNING
	  "odziv.ini:16: warning: [l] link: http: what waits in smsbox is lost when smsbox ends; odzivd(8), LIMITS. link = box loses nothing\n"
	  "odziv.ini:20: [l] secret_file: the secret has letters that Kannel would change in a URL; take letters, digits, - . _ ~ only\n",
	  "a callback secret that a URL would change is a fault before Kannel ever calls" },
	{ HEAD "[budget]\nbudget_month = 5000\nauto_replies_hour = 0\n",
	  "odziv.ini:5: [budget] budget_month: needs price_segment, or no money can be counted; write what a segment costs\n"
	  "odziv.ini:6: warning: [budget] auto_replies_hour: 0: two machines that answer each other would never stop\n",
	  "money without a price is a fault, no budget a warning" },
	{ HEAD "[http]\nhttp_listen = 0.0.0.0:8080\n",
	  "odziv.ini:5: warning: [http] http_listen: 0.0.0.0:8080 is no private address: /health, /metrics and the callbacks can be called from outside\n",
	  "a public port is a warning" },
	{ HEAD "[http]\nhttp_listen = [fd00::1]:8080\n", "", "private addresses of IPv6 are private" },
	{ HEAD "[desk]\nanswer_prefixes = +3816, +3\n",
	  "odziv.ini:5: warning: [desk] answer_prefixes: +3 is a whole part of the world, with its premium numbers; write the beginnings of your citizens' numbers\n",
	  "numbers of half the world are a warning" },
	{ HEAD "training = yes\n", "odziv.ini:4: warning: [odziv] training: yes: everything is decided and nothing is sent\n",
	  "training is said" },
	{ HEAD "control = /run/odziv/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
	  "odziv.ini:4: [odziv] control: the socket's path has 119 octets and may have 107; write a shorter one, such as /run/odziv/town/control.sock\n",
	  "a path that no socket can have is a fault" },
	{ HEAD "[k]\ntype = kannel\nfrom = 1955\nkannel_conf = kannel.conf\n",
	  "odziv.ini:7: warning: [k] kannel_conf: kannel.conf can't be read, so its lines aren't checked: No such file or directory\n",
	  "a file of Kannel's that can't be checked is a warning" },
	{ HEAD SMPP "smsc = 10.0.0.1:2775\nwindow = 100\nlinks = 8\n", "", "a direct link needs an SMSC, a name and a password" },
	{ HEAD SMPP "smsc = smsc.example:2775, 127.0.0.1:2775, SMSC.example:2775\nwindow = 500\nlinks = 3\n",
	  "odziv.ini:9: [s] smsc: has SMSC.example:2775 twice; write links for more connections to it\n"
	  "odziv.ini:10: [s] window: 500 on each of 3 links are 1500 segments without an answer; 1000 may be\n",
	  "an SMSC twice and more segments under way than may be are faults" },
	{ HEAD SMPP "smsc = smsc.example:2775\n",
	  "odziv.ini:9: warning: [s] smsc: SMPP has no encryption: reach smsc.example through a VPN or stunnel; odziv-smpp(7) shows how\n",
	  "a link in the clear is a warning" },
	{ HEAD SMPP "smsc = 10.0.0.1:2775\ndlr = no\nintermediate = yes\noutbind_listen = 127.0.0.1:2776\n",
	  "odziv.ini:10: warning: [s] dlr: no: nobody learns whether a text arrived, and unsure ones can't settle by themselves\n"
	  "odziv.ini:11: warning: [s] intermediate: has no effect with dlr = no\n"
	  "odziv.ini:12: [s] outbind_listen: needs outbind_peers, the addresses that may call it: whoever does gets our password\n",
	  "whoever may call for our password must be named" },
	{ HEAD "[s]\ntype = smpp\nfrom = 1955\nsystem_id = opstina\npassword_file = secret\nsmsc = smsc.example\nbox_id = a\nlater = 0x45, 0\n",
	  "odziv.ini:8: [s] password_file: has a password of 24 octets; SMPP has room for 8\n"
	  "odziv.ini:9: [s] smsc: 'smsc.example' isn't a list of at most 4 hosts with their ports such as smsc.example:2775\n"
	  "odziv.ini:10: [s] box_id: has no effect with type = smpp; it belongs to link = box\n"
	  "odziv.ini:11: [s] later: '0x45, 0' isn't a list of at most 16 statuses such as 0x45 or 0x400-0x4ff\n",
	  "a password that SMPP can't carry is a fault, an SMSC without its port, and a status that is no error" },
	{ HEAD "[k]\ntype = simulator\nfrom = 1955\ndlr = no\n",
	  "odziv.ini:7: warning: [k] dlr: no: nobody learns whether a text arrived, and unsure ones can't settle by themselves\n",
	  "a channel without receipts is a warning" },
};
/* clang-format on */

static void test_rows(void)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *path = write_file("odziv.ini", rows[i].text, 0600);
		struct arena *a = arena_new(ARENA_MAX);
		struct faults f = faults_in(a);
		struct conf *c = NULL;
		int err = conf_load(path, &f, &c);

		is_text(bytes_of(lines_of(&f)), rows[i].faults, "%s", rows[i].promise);
		is_int(err, f.n_errors == 0 ? ERR_OK : ERR_INVALID,
		       "errors keep it from loading, warnings don't");
		ok((c != NULL) == (f.n_errors == 0), "and there is a configuration only then");
		conf_drop(&c);
		arena_free(&a);
	}
}

static struct conf *load(const char *path, struct arena *a)
{
	struct faults f = faults_in(a);
	struct conf *c = NULL;

	if (conf_load(path, &f, &c) != ERR_OK)
		diag("%s", lines_of(&f));
	return c;
}

static void test_defaults(void)
{
	struct arena *a = arena_new(ARENA_MAX);
	struct conf *c = load(write_file("odziv.ini", HEAD, 0600), a);

	is_text(bytes_of(c->instance), "town", "an instance is named like its profile");
	is_text(bytes_of(c->state_dir), path_of("state"), "the store is beside the file");
	is_text(bytes_of(c->control_path), path_of("state/control.sock"), "and the socket in it");
	is_text(bytes_of(loaded_dir), path_of("town"),
		"the profile is loaded from beside the file");
	is_int((long long)c->map_bytes, 1LL << 30, "the store has 1 GiB");
	is_int(c->budget.segments_hour, 1000, "budgets are those of the design");
	ok(c->n_channels == 1 && conf_channel(c, "simulator") == &c->channels[0] &&
		   c->channels[0].type == CHANNEL_SIMULATOR &&
		   strcmp(c->channels[0].from, "1955") == 0,
	   "without a channel the simulator is there");
	ok(conf_channel(c, "kannel") == NULL, "and no other");
	conf_drop(&c);
	arena_free(&a);
}

static void test_kannel(void)
{
	struct arena *a = arena_new(ARENA_MAX);
	struct conf *c = load(write_file("odziv.ini", HEAD HTTP SHARED, 0600), a);
	const struct conf_channel *k = conf_channel(c, "k");

	is_text(bytes_of(k->password), "a password of sendsms", "a password comes from its file");
	is_text(bytes_of(k->dlr_url_base), "http://127.0.0.1:8080",
		"Kannel calls us where we listen");
	ok(k->n_peers == 1 && strcmp(k->peers[0], "127.0.0.1") == 0 && k->hold_max_ms == 240000,
	   "the HTTP link has its defaults");
	conf_drop(&c);
	arena_free(&a);
}

static void test_places(void)
{
	struct arena *a = arena_new(ARENA_MAX);
	struct faults f = faults_in(a);
	struct conf *c;

	write_file("odziv.ini", HEAD, 0600);
	c = load(temp_dir(), a);
	is_text(bytes_of(c->file), path_of("odziv.ini"), "a folder with odziv.ini is that file");
	conf_drop(&c);

	write_file("town/profile.ini", "", 0600);
	c = load(path_of("town"), a);
	is_text(bytes_of(c->file), "", "a bare profile is a configuration without a file");
	is_text(bytes_of(c->state_dir), "", "and without a store");
	is_text(bytes_of(c->instance), "town", "its folder names the instance");
	is_text(bytes_of(loaded_dir), path_of("town"), "it is loaded from where it was named");
	is_int(c->validity_ms, 48 * HOUR_MS, "the defaults hold");
	conf_drop(&c);

	is_int(conf_load(path_of("nowhere"), &f, &c), ERR_NOENT,
	       "a path that isn't there is no configuration");
	is_text(bytes_of(lines_of(&f)), "nowhere: can't be found: No such file or directory\n",
		"and is named");
	f = faults_in(a);
	is_int(conf_load(path_of("empty"), &f, &c), ERR_NOENT, "nor is a folder without either");
	is_text(bytes_of(lines_of(&f)),
		"empty: the folder has neither odziv.ini nor profile.ini; name a configuration or "
		"a profile\n",
		"which says what is missing");
	f = faults_in(a);
	write_file("odziv.ini", HEAD, 0666);
	is_int(conf_load(path_of("odziv.ini"), &f, &c), ERR_OK,
	       "a file that everyone may change still loads");
	is_text(bytes_of(lines_of(&f)),
		"odziv.ini: warning: others than its owner may change this file; chmod 0644 or "
		"0640\n",
		"with a warning");
	conf_drop(&c);
	arena_free(&a);
}

/* Whoever may call odziv needn't be able to read the passwords of the channels. */
static void test_without_secrets(void)
{
	struct arena *a = arena_new(ARENA_MAX);
	struct faults f = faults_in(a);
	const char *path =
		write_file("odziv.ini",
			   HEAD HTTP "[k]\ntype = kannel\nlink = http\nfrom = 1955\nusername = gw\n"
				     "password_file = not-there\nsecret_file = open\n"
				     "sendsms_url = http://h/\n",
			   0600);
	struct conf *c = NULL;

	is_int(conf_load(path, &f, &c), ERR_INVALID,
	       "the daemon doesn't start without its secrets");
	is_int((long long)f.n_errors, 2, "and each of them is named");
	f = faults_in(a);
	is_int(conf_load_open(path, &f, &c), ERR_OK, "odziv works without them");
	is_text(bytes_of(c->channels[0].password), "", "and holds none");
	is_text(bytes_of(c->channels[0].secret), "", "of no kind");
	conf_drop(&c);
	arena_free(&a);
}

static void test_holders(void)
{
	struct arena *a = arena_new(ARENA_MAX);
	struct conf *c = load(write_file("odziv.ini", HEAD, 0600), a);
	struct conf *job = conf_hold(c);
	unsigned freed = n_freed;

	conf_drop(&c);
	ok(c == NULL && n_freed == freed, "who holds a configuration keeps it");
	is_text(bytes_of(job->instance), "town", "whole");
	conf_drop(&job);
	is_int(n_freed, freed + 1, "and the last one frees it");
	conf_drop(&job);
	ok(job == NULL, "nothing can be dropped twice");
	arena_free(&a);
}

/* clang-format off */
static const struct {
	const char *from;
	const char *to;
	bool differs;
	const char *promise;
} changes[] = {
	{ "window = 10",  "window = 10  # as before", false, "a comment restarts no channel" },
	{ "window = 10",  "window = 11",  true, "a number does" },
	{ "from = 1955",  "from = 1956",  true, "a text does" },
	{ "peers = ::1",  "peers = ::2",  true, "an item of a list does" },
	{ "peers = ::1",  "peers = ::1, ::2", true, "a longer list does" },
	{ "hold_max = 240s", "hold_max = 4m", false, "the same duration in other words doesn't" },
	{ "hold_max = 240s", "hold_max = 241s", true, "another duration does" },
	{ "secret_file = secret", "secret_file = same", false, "the same secret in another file doesn't" },
	{ "secret_file = secret", "secret_file = other", true, "another secret does" },
	{ "dlr = yes",    "dlr = no",     true, "a yes that becomes a no does" },
};
/* clang-format on */

#define CHANGING HEAD HTTP SHARED "window = 10\npeers = ::1\nhold_max = 240s\ndlr = yes\n"

static void test_differs(void)
{
	struct arena *a = arena_new(ARENA_MAX);
	struct conf *before = load(write_file("odziv.ini", CHANGING, 0600), a);

	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		char text[TEXT_MAX];
		const char *at = strstr(CHANGING, changes[i].from);
		struct conf *after;

		snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - CHANGING), CHANGING,
			 changes[i].to, at + strlen(changes[i].from));
		after = load(write_file("odziv.ini", text, 0600), a);
		ok(conf_differs_channel(conf_channel(before, "k"), conf_channel(after, "k")) ==
			   changes[i].differs,
		   "%s", changes[i].promise);
		conf_drop(&after);
	}
	conf_drop(&before);
	arena_free(&a);
}

static void make_folder(void)
{
	mkdir(path_of("town"), 0700);
	mkdir(path_of("empty"), 0700);
	write_file("password", "a password of sendsms\n", 0600);
	write_file("short", "8letters\n", 0600);
	write_file("secret", "a.secret-of_many~letters\n", 0600);
	write_file("same", "a.secret-of_many~letters", 0640);
	write_file("other", "another-secret-of-many-letters\n", 0600);
	write_file("blanks", "a secret&of=many+letters%\n", 0600);
	write_file("open", "no secret any more\n", 0644);
}

int main(void)
{
	plan(0);
	make_folder();
	test_rows();
	test_defaults();
	test_kannel();
	test_places();
	test_without_secrets();
	test_holders();
	test_differs();
	is_int(n_freed, n_loaded, "every profile that was loaded was freed");
	return done_testing();
}
