/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/desk/staff_about.h"

#include <string.h>

#include "gateway/desk/tell.h"
#include "store/cases.h"

/* On one screen. */
#define NEAR_MAX    5
#define EARLIER_MAX 5
/* What is older than this is another hole in the same road. */
#define NEAR_MS (60 * DAY_MS)

struct gather {
	struct desk *d;
	const Pb__Case *about;
	struct tongue tongue;
	struct letter_item *items;
	size_t n, max;
};

static int gather_case(const Pb__Case *rec, void *ctx)
{
	struct gather *g = ctx;
	int err;

	if (strcmp(rec->number, g->about->number) == 0)
		return ERR_OK;
	err = tell_item(g->d, rec, g->tongue, &g->items[g->n++]);
	return err == ERR_OK && g->n == g->max ? ERR_CANCELLED : err;
}

static int begin(struct gather *g, size_t max)
{
	g->items = arena_array(g->d->arena, max, sizeof(*g->items));
	g->n = 0;
	g->max = max;
	return g->items != NULL ? ERR_OK : ERR_NOMEM;
}

static int gather_others(struct txn *t, struct gather *g, struct letter_values *values)
{
	struct wall since = { g->d->now.ms - NEAR_MS };
	int err = begin(g, NEAR_MAX);

	if (err == ERR_OK)
		err = case_near(t, g->about, since, gather_case, g);
	if (err != ERR_OK)
		return err;
	values->near = (struct letter_list){ .items = g->items, .n = g->n };
	err = begin(g, EARLIER_MAX);
	if (err == ERR_OK && g->about->contact != 0)
		err = case_of_contact(t, g->about->contact, false, EARLIER_MAX + 1, gather_case, g);
	values->earlier = (struct letter_list){ .items = g->items, .n = g->n };
	return err == ERR_CANCELLED ? ERR_OK : err;
}

int staff_about_files(struct desk *d, struct tongue tongue, Pb__File *const *files, size_t n,
		      struct letter_list *list_out)
{
	struct letter_item *items = arena_array(d->arena, n + 1, sizeof(*items));

	if (items == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++)
		items[i] = (struct letter_item){
			.file = bytes_of(files[i]->name[0] != '\0' ? files[i]->name
								   : files[i]->type),
			.size = letter_size(d->arena, tongue, files[i]->size),
		};
	*list_out = (struct letter_list){ .items = items, .n = n };
	return ERR_OK;
}

struct bytes staff_about_channel(const struct desk *d, const char *channel, struct tongue tongue)
{
	const struct conf_channel *c = conf_channel(d->conf, channel);
	bool is_mail = c != NULL && c->type == CHANNEL_MAIL;

	return catalog_word(d->conf->profile->catalog, tongue,
			    is_mail ? "channel.mail" : "channel.sms");
}

int staff_about_make(struct desk *d, const Pb__Message *msg, struct bytes words,
		     uint64_t attach_max, struct staff_about *about_out)
{
	*about_out = (struct staff_about){ .words = words, .received = d->now };
	if (msg == NULL)
		return ERR_OK;
	if (msg->text[0] != '\0')
		about_out->words = bytes_of(msg->text);
	about_out->subject = letter_subject_bare(bytes_of(msg->subject));
	about_out->received.ms = msg->received;
	return mail_files_choose(d, msg->files, msg->n_files, attach_max, &about_out->files);
}

int staff_about_values(struct txn *t, struct desk *d, const Pb__Case *rec,
		       const struct staff_about *about, struct tongue tongue,
		       struct letter_values *values_out)
{
	struct gather g = { .d = d, .about = rec, .tongue = tongue };
	const struct mail_files *files = &about->files;
	int err;

	*values_out = (struct letter_values){
		.subject = about->subject,
		.received = about->received,
		.channel = staff_about_channel(d, rec->channel, tongue),
	};
	tell_values(d, rec, tongue, &values_out->common);
	values_out->common.words = about->words;
	values_out->common.n = about->n;
	err = gather_others(t, &g, values_out);
	if (err == ERR_OK)
		err = staff_about_files(d, tongue, files->go, files->n_go, &values_out->files);
	return err == ERR_OK ? staff_about_files(d, tongue, files->withheld, files->n_withheld,
						 &values_out->withheld)
			     : err;
}
