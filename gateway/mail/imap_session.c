/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gateway/mail/imap_session.h"

#include <libetpan/libetpan.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gateway/mail/imap_own.h"
#include "parsers/err.h"
#include "parsers/imap_name.h"
#include "parsers/utf8.h"

/* A goodbye is a courtesy. */
#define LOGOUT_MS (2 * SECOND_MS)

/* --- results --- */

void imap_budget(struct imap *im, size_t octets)
{
	int64_t ms = im->command_ms + (int64_t)(octets / IMAP_BYTES_A_SECOND) * SECOND_MS;

	mail_tls_budget(im->m->imap_stream, ms, IMAP_ANSWER_BYTES + octets);
}

static void set_words(char words[IMAP_WHY_SIZE], const char *what, const char *theirs)
{
	size_t n = (size_t)snprintf(words, IMAP_WHY_SIZE, "%s", what);

	if (theirs == NULL || theirs[0] == '\0')
		return;
	n += (size_t)snprintf(words + n, IMAP_WHY_SIZE - n, ": ");
	/* They may be anything. */
	for (; *theirs != '\0' && n + 1 < IMAP_WHY_SIZE; theirs++)
		words[n++] = *theirs >= ' ' && *theirs < 0x7F ? *theirs : '?';
	words[n] = '\0';
}

static const char *const ends[] = {
	[MAIL_TLS_OPEN] = "the server says what IMAP doesn't know",
	[MAIL_TLS_CLOSED] = "the connection ended",
	[MAIL_TLS_TOO_LATE] = "the server took too long",
	[MAIL_TLS_TOO_MUCH] = "the server sends more than any answer has",
};

static int over(struct imap *im)
{
	enum mail_tls_end end = mail_tls_end(im->m->imap_stream);

	im->is_over = true;
	set_words(im->words, ends[end], end == MAIL_TLS_CLOSED ? im->m->imap_response : NULL);
	return end == MAIL_TLS_TOO_LATE ? ERR_TIMEOUT : ERR_IO;
}

/* RFC 5530: no asking again helps in this session, as when somebody restored the mailbox under it; a new one may. */
static bool is_ill(const struct imap *im)
{
	static const char *const codes[] = { "SERVERBUG", "CORRUPTION", "UNAVAILABLE" };
	const struct mailimap_response_info *said = im->m->imap_response_info;

	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (said != NULL && said->rsp_atom != NULL &&
		    strcasecmp(said->rsp_atom, codes[i]) == 0)
			return true;
	return false;
}

int imap_result(struct imap *im, int r)
{
	switch (r) {
	case MAILIMAP_NO_ERROR:
	case MAILIMAP_NO_ERROR_AUTHENTICATED:
	case MAILIMAP_NO_ERROR_NON_AUTHENTICATED: return ERR_OK;
	case MAILIMAP_ERROR_BAD_STATE:
	case MAILIMAP_ERROR_STREAM:
	case MAILIMAP_ERROR_PARSE:
	case MAILIMAP_ERROR_MEMORY:
	case MAILIMAP_ERROR_FATAL:
	case MAILIMAP_ERROR_PROTOCOL:
	case MAILIMAP_ERROR_DONT_ACCEPT_CONNECTION:
	case MAILIMAP_ERROR_CONNECTION_REFUSED: return over(im);
	default:
		set_words(im->words, "the server says no", im->m->imap_response);
		im->is_over = im->is_over || is_ill(im);
		return im->is_over ? ERR_IO : ERR_ACCESS;
	}
}

const char *imap_words(const struct imap *im)
{
	return im->words;
}

struct mailimap_set *imap_set_of(const uint32_t *uids, size_t n)
{
	struct mailimap_set *set = mailimap_set_new_empty();
	size_t first = 0;

	for (size_t i = 1; set != NULL && i <= n; i++) {
		if (i < n && uids[i] == uids[i - 1] + 1)
			continue;
		if (mailimap_set_add_interval(set, uids[first], uids[i - 1]) != MAILIMAP_NO_ERROR) {
			mailimap_set_free(set);
			return NULL;
		}
		first = i;
	}
	return set;
}

/* --- the beginning --- */

static int greet(struct imap *im, mailstream *s, const struct mail_tls_conf *c)
{
	if (c->tls != TLS_STARTTLS)
		return imap_result(im, mailimap_connect(im->m, s));
	/* curl has read the greeting. Without connection info mailimap_capability() reads through NULL. */
	im->m->imap_stream = s;
	im->m->imap_state = MAILIMAP_STATE_NON_AUTHENTICATED;
	im->m->imap_connection_info = mailimap_connection_info_new();
	return im->m->imap_connection_info != NULL ? ERR_OK : ERR_NOMEM;
}

static int log_in(struct imap *im, const struct imap_conf *c)
{
	if (im->m->imap_state == MAILIMAP_STATE_AUTHENTICATED)
		return ERR_OK; /* by the greeting */
	imap_budget(im, 0);
	switch (c->login) {
	case IMAP_LOGIN: return imap_result(im, mailimap_login(im->m, c->user, c->password));
	case IMAP_XOAUTH2:
		return imap_result(im, mailimap_oauth2_authenticate(im->m, c->user, c->password));
	}
	return ERR_INVALID;
}

/* After the login they may be others than before. */
static int ask_abilities(struct imap *im)
{
	struct mailimap_capability_data *data = NULL;
	int err;

	imap_budget(im, 0);
	err = imap_result(im, mailimap_capability(im->m, &data));
	if (err != ERR_OK)
		return err;
	mailimap_capability_data_free(data);
	im->has_idle = mailimap_has_idle(im->m);
	im->has_move = mailimap_has_extension(im->m, "MOVE");
	im->has_uidplus = mailimap_has_uidplus(im->m);
	return ERR_OK;
}

static int open_session(struct imap *im, mailstream *s, const struct imap_conf *c)
{
	int err;

	im->m = mailimap_new(0, NULL);
	if (im->m == NULL) {
		mailstream_close(s);
		return ERR_NOMEM;
	}
	im->m->imap_stream = s; /* its words are asked for even when the greeting fails */
	mail_tls_budget(s, im->command_ms, IMAP_ANSWER_BYTES);
	err = greet(im, s, &c->tls);
	if (err == ERR_OK)
		err = log_in(im, c);
	return err == ERR_OK ? ask_abilities(im) : err;
}

int imap_open(const struct imap_conf *c, struct imap **im_out, char why_out[IMAP_WHY_SIZE])
{
	struct imap *im;
	mailstream *s;
	int err = mail_tls_open(&c->tls, &s, why_out, IMAP_WHY_SIZE);

	if (err != ERR_OK)
		return err;
	im = calloc(1, sizeof(*im));
	if (im == NULL) {
		mailstream_close(s);
		return ERR_NOMEM;
	}
	im->command_ms = c->command_ms;
	err = open_session(im, s, c);
	if (err != ERR_OK) {
		snprintf(why_out, IMAP_WHY_SIZE, "%s", im->words);
		imap_close(&im);
		return err;
	}
	*im_out = im;
	return ERR_OK;
}

/* A dead connection isn't asked to say goodbye: it would be waited for once more. */
static void drop(struct mailimap *m)
{
	if (m->imap_stream != NULL)
		mailstream_close(m->imap_stream);
	m->imap_stream = NULL;
	mailimap_free(m);
}

void imap_close(struct imap **session)
{
	struct imap *im = *session;

	if (im == NULL)
		return;
	*session = NULL;
	if (im->m != NULL && im->m->imap_stream != NULL && !im->is_over) {
		mail_tls_budget(im->m->imap_stream, LOGOUT_MS, IMAP_ANSWER_BYTES);
		(void)mailimap_logout(im->m); /* it frees the stream, and sets none */
	}
	if (im->m != NULL)
		drop(im->m);
	free(im);
}

/* --- folders --- */

/* As the server spells it. NULL: out of memory. */
static char *spelt(const char *folder)
{
	struct arena *a = arena_new(IMAP_NAME_MAX * 8);
	struct bytes name;
	char *copy = NULL;

	if (a != NULL && imap_name_encode(bytes_of(folder), a, &name) == ERR_OK)
		copy = strndup((const char *)name.ptr, name.len);
	arena_free(&a);
	return copy;
}

int imap_select(struct imap *im, const char *folder, struct mail_folder *folder_out)
{
	const struct mailimap_selection_info *info;
	char *name = spelt(folder);
	int err;

	if (name == NULL)
		return ERR_NOMEM;
	imap_budget(im, 0);
	err = imap_result(im, mailimap_select(im->m, name));
	free(name);
	if (err != ERR_OK)
		return err;
	info = im->m->imap_selection_info;
	/* Without it no mail has a name: a server that doesn't give one can't be read. */
	if (info == NULL || info->sel_uidvalidity == 0) {
		im->is_over = true;
		set_words(im->words, "the server gives no UIDVALIDITY", NULL);
		return ERR_IO;
	}
	*folder_out = (struct mail_folder){ .uid_validity = info->sel_uidvalidity,
					    .uid_next = info->sel_uidnext,
					    .exists = info->sel_exists };
	return ERR_OK;
}

int imap_create(struct imap *im, const char *folder)
{
	char *name = spelt(folder);
	int err;

	if (name == NULL)
		return ERR_NOMEM;
	imap_budget(im, 0);
	err = imap_result(im, mailimap_create(im->m, name));
	free(name);
	return err;
}

int imap_noop(struct imap *im)
{
	imap_budget(im, 0);
	return imap_result(im, mailimap_noop(im->m));
}

/* --- waiting --- */

bool imap_has_idle(const struct imap *im)
{
	return im->has_idle;
}

uint32_t imap_exists(const struct imap *im)
{
	const struct mailimap_selection_info *info = im->m->imap_selection_info;

	return info != NULL ? info->sel_exists : 0;
}

int imap_wait(struct imap *im, int other_fd, int64_t ms, enum mail_wait *wait_out)
{
	int err = ERR_OK;

	imap_budget(im, 0);
	if (im->has_idle)
		err = imap_result(im, mailimap_idle(im->m));
	if (err != ERR_OK)
		return err;
	*wait_out = mail_tls_wait(im->m->imap_stream, other_fd, ms);
	if (*wait_out == MAIL_WAIT_GONE)
		return over(im);
	imap_budget(im, 0);
	if (im->has_idle)
		return imap_result(im, mailimap_idle_done(im->m));
	return *wait_out != MAIL_WAIT_OTHER ? imap_noop(im) : ERR_OK;
}
