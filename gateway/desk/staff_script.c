/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * staff_script - a clerk's words as the citizen reads them (staff_kit.h): in his
 * script, within what his channel carries.
 */
#include <string.h>

#include "gateway/desk/mail_record.h"
#include "gateway/desk/staff_about.h"
#include "gateway/desk/staff_kit.h"
#include "parsers/contact.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"
#include "templates/words.h"

/* A mail's worth of words, and what transliteration may add. */
#define WORDS_MAX (4 * (size_t)LETTER_WORDS_MAX)
/* How often words are shortened until an SMS of them fits: each time by a tenth. */
#define TRIES_MAX 60
/* Nobody reads less than this of an answer. */
#define LEAST_OCTETS 40

/* --- script --- */

/* Addresses and links work in one script only. */
static bool is_address(struct bytes word)
{
	return bytes_find(word, '@') < word.len || bytes_starts(word, "http") ||
	       bytes_starts(word, "www.") || bytes_find(word, '/') < word.len;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\n' || c == '\t';
}

static int add_word(struct desk *d, struct strbuf *s, struct bytes word, enum script script)
{
	struct bytes other = word;
	int err = ERR_OK;

	if (!is_address(word))
		err = script == SCRIPT_CYRL ? words_cyrillic(d->arena, word, &other)
					    : words_latin(d->arena, word, &other);
	if (err == ERR_OK)
		strbuf_add(s, other);
	return err;
}

/* Runs of words without an address among them go through at once: each call of ICU is dear. */
static int write_in(struct desk *d, struct bytes words, enum script script, struct bytes *out)
{
	struct strbuf s = strbuf_in(d->arena, WORDS_MAX);
	size_t from = 0, at = 0;
	int err = ERR_OK;

	while (at < words.len && err == ERR_OK) {
		size_t begin = at;

		while (at < words.len && !is_blank(words.ptr[at]))
			at++;
		if (is_address(bytes_cut(words, begin, at - begin))) {
			err = add_word(d, &s, bytes_cut(words, from, begin - from), script);
			if (err == ERR_OK)
				strbuf_add(&s, bytes_cut(words, begin, at - begin));
			from = at;
		}
		while (at < words.len && is_blank(words.ptr[at]))
			at++;
	}
	if (err == ERR_OK)
		err = add_word(d, &s, bytes_cut(words, from, words.len - from), script);
	*out = strbuf_bytes(&s);
	return err == ERR_OK ? strbuf_err(&s) : err;
}

static int in_script(struct desk *d, struct bytes words, struct tongue tongue, struct bytes *out)
{
	struct language_guess guess;

	*out = words;
	if (tongue.language != LANG_SR || words.len == 0)
		return ERR_OK;
	/* A clerk who writes Hungarian to somebody who reads Serbian knows why. */
	guess = language_guess(words, tongue);
	if (guess.script == tongue.script ||
	    (guess.language != LANG_SR && guess.language != LANG_HR && guess.language != LANG_NONE))
		return ERR_OK;
	return write_in(d, words, tongue.script, out);
}

/* --- length --- */

/* At the end of a sentence, or of a word. */
static size_t cut_before(struct bytes words, size_t len)
{
	size_t word = 0;

	words = utf8_cut(words, len);
	for (size_t i = words.len; i-- > words.len / 2;) {
		if (is_blank(words.ptr[i]) && word == 0)
			word = i;
		if ((words.ptr[i] == '.' || words.ptr[i] == '!' || words.ptr[i] == '?') &&
		    (i + 1 == words.len || is_blank(words.ptr[i + 1])))
			return i + 1;
	}
	return word != 0 ? word : words.len;
}

/* "… Ceo odgovor: kontakt@…" */
static struct bytes with_rest(struct desk *d, const struct reply *r, struct bytes words)
{
	const struct conf_channel *mail = desk_mail_channel(d->conf);
	struct strbuf s = strbuf_in(d->arena, WORDS_MAX);
	struct bytes way = catalog_word(d->conf->profile->catalog, r->tongue, "answer.rest");

	strbuf_add(&s, bytes_trim(words));
	if (mail != NULL && way.len != 0)
		strbuf_addf(&s, " %.*s %s", PRI_BYTES(way), mail->from);
	return strbuf_bytes(&s);
}

static int fit_sms(struct desk *d, struct reply *r, struct bytes words)
{
	struct composed composed;
	size_t len = words.len;
	int err = reply_words(d, r, &composed);

	for (int i = 0; i < TRIES_MAX && err == ERR_OK && composed.was_cut && len > LEAST_OCTETS;
	     i++) {
		len = cut_before(words, len - len / 10 - 1);
		r->values.words = r->values.reason = with_rest(d, r, bytes_cut(words, 0, len));
		err = reply_words(d, r, &composed);
	}
	return err == ERR_LIMIT ? ERR_OK : err; /* then it is cut where it is sent */
}

/* --- both --- */

static int add_files(struct desk *d, const struct staff_act *act, struct reply *r)
{
	const struct conf_channel *c = conf_channel(d->conf, r->channel);
	struct mail_files files;
	int err;

	if (act->n_files == 0 || c == NULL || c->type != CHANNEL_MAIL)
		return ERR_OK;
	err = mail_files_choose(d, act->files, act->n_files, c->mail.attach_max, &files);
	if (err == ERR_OK)
		err = staff_about_files(d, r->tongue, files.go, files.n_go, &r->letter.files);
	if (err == ERR_OK)
		err = staff_about_files(d, r->tongue, files.withheld, files.n_withheld,
					&r->letter.withheld);
	if (err != ERR_OK)
		return err;
	r->files = files.go;
	r->n_files = files.n_go;
	return ERR_OK;
}

int staff_words_for(struct desk *d, const struct staff_act *act, struct reply *r)
{
	struct bytes words = act->words;
	int err = act->by_mail ? in_script(d, words, r->tongue, &words) : ERR_OK;

	if (err != ERR_OK)
		return err;
	r->values.words = words;
	r->values.reason = words;
	r->may_cut = act->by_mail;
	if (bytes_starts(r->to, "mail:"))
		return add_files(d, act, r);
	return act->by_mail ? fit_sms(d, r, words) : ERR_OK;
}
