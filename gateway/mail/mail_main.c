/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/mail/mail_main.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/limits.h"
#include "conf/log.h"
#include "gateway/mail/mailbox.h"
#include "gateway/mail/sandbox.h"
#include "parsers/err.h"
#include "parsers/keyed.h"

/* The core says hello at once. */
#define HELLO_MS (10 * SECOND_MS)
/* libetpan's parser recurses: 8 MiB end at 30,000 brackets of a hostile server. */
#define STACK_BYTES ((rlim_t)64 * MIB)
/* Of addresses: libraries; and a mail as it comes, in a buffer that doubles, and again as its result. */
#define MEMORY_BYTES ((rlim_t)1024 * MIB)
#define MAIL_COPIES  4
#define HELLO_ARENA  (256 * KIB)

static void limit(int what, rlim_t soft)
{
	struct rlimit l;

	if (getrlimit((__rlimit_resource_t)what, &l) != 0)
		return;
	/* Only ours: a cell has its own, within the hard one. */
	l.rlim_cur = l.rlim_max != RLIM_INFINITY && l.rlim_max < soft ? l.rlim_max : soft;
	(void)setrlimit((__rlimit_resource_t)what, &l);
}

/* A core that died without a word takes us along; what is fetched lies at the server. */
static void harden(void)
{
	struct rlimit none = { 0 };

	umask(007);
	(void)signal(SIGPIPE, SIG_IGN);
	/* Of a terminal, or for a reload: the core will say. */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)setrlimit(RLIMIT_CORE, &none);
	limit(RLIMIT_STACK, STACK_BYTES);
	if (strcmp(BUILD_SANITIZERS, "no") == 0)
		(void)prctl(PR_SET_DUMPABLE, 0);
}

/* The frame lives until the next one: its texts are copied. */
static int hear_hello(struct core_link *core, struct arena *a, struct mail_hello *hello_out)
{
	struct mail_frame f;
	struct mail_hello *h = hello_out;
	int err = core_link_next(core, HELLO_MS, &f);
	struct bytes *servers;

	if (err != ERR_OK)
		return err;
	if (f.kind != FRAME_HELLO)
		return ERR_INVALID;
	*h = f.hello;
	struct bytes *const texts[] = { &h->channel,    &h->instance,    &h->case_prefix,
					&h->address,    &h->blobs,       &h->ca_file,
					&h->host,       &h->user,        &h->password,
					&h->folder,     &h->done_folder, &h->refused_folder,
					&h->authserv_id };
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		*texts[i] = arena_dup(a, *texts[i]);
	servers = arena_array(a, h->n_servers + 1, sizeof(*servers));
	for (size_t i = 0; servers != NULL && i < h->n_servers; i++)
		servers[i] = arena_dup(a, f.hello.servers[i]);
	h->servers = servers;
	return arena_err(a);
}

int mail_main(void)
{
	struct arena *a = arena_new(HELLO_ARENA);
	struct core_link *core = NULL;
	struct mail_hello hello;
	int err = a != NULL ? core_link_new(MAIL_CORE_FD, &core) : ERR_NOMEM;

	harden();
	if (err == ERR_OK)
		err = keyed_init();
	if (err == ERR_OK)
		err = hear_hello(core, a, &hello);
	if (err != ERR_OK) {
		log_error("mail",
			  "event=not_started error=\"%s\" words=\"odzivd starts this role "
			  "by itself\"",
			  err_text(err));
	} else {
		if (strcmp(BUILD_SANITIZERS, "no") == 0)
			limit(RLIMIT_AS, MEMORY_BYTES + MAIL_COPIES * (rlim_t)hello.mail_max);
		if (sandbox_gaps() != NULL)
			log_warning("mail", "chan=%.*s event=sandbox words=\"%s\"",
				    PRI_BYTES(hello.channel), sandbox_gaps());
		err = mailbox_run(&hello, core, NULL);
		keyed_wipe((void *)(uintptr_t)hello.password.ptr, hello.password.len);
	}
	core_link_free(&core);
	arena_free(&a);
	return err == ERR_CANCELLED ? EXIT_SUCCESS : EXIT_FAILURE;
}
