/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mail_auth.h"

#include "parsers/err.h"
#include "parsers/mail_fields.h"
#include "parsers/utf8.h"

static struct bytes without_dot(struct bytes host)
{
	return bytes_ends(host, ".") ? bytes_cut(host, 0, host.len - 1) : host;
}

static bool is_host(struct bytes x, struct bytes y)
{
	x = without_dot(x);
	return x.len != 0 && bytes_eq_any_case(x, without_dot(y));
}

/* ---- alignment ---- */

/* Second levels of countries that are longer than three letters. */
static const char *const second_levels[] = { "gouv", "info", "name", "school", "firm", "edunet" };

static bool looks_public(struct bytes domain)
{
	size_t dot = bytes_find(domain, '.');
	struct bytes label = bytes_cut(domain, 0, dot),
		     top = bytes_cut(domain, dot + 1, domain.len);

	if (dot == domain.len)
		return true;
	if (bytes_find(top, '.') != top.len || top.len != 2)
		return false;
	if (label.len <= 3)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(second_levels); i++)
		if (bytes_is_any_case(label, second_levels[i]))
			return true;
	return false;
}

static bool is_below(struct bytes lower, struct bytes upper)
{
	size_t from = lower.len - upper.len;

	return upper.len != 0 && lower.len > upper.len + 1 && lower.ptr[from - 1] == '.' &&
	       is_host(bytes_cut(lower, from, upper.len), upper);
}

bool mail_auth_is_aligned(struct bytes domain, struct bytes from_domain)
{
	domain = without_dot(domain);
	from_domain = without_dot(from_domain);
	return is_host(domain, from_domain) ||
	       (is_below(domain, from_domain) && !looks_public(from_domain)) ||
	       (is_below(from_domain, domain) && !looks_public(domain));
}

/* ---- where our servers' block ends ---- */

/* The host behind "by"; "from" and what stands behind it are the other side's words. */
static struct bytes by_host(struct bytes received)
{
	struct mail_field_token t;
	bool skips = false, is_next = false;

	while (mail_field_next(&received, ";", &t)) {
		if (t.is_open || t.kind == FIELD_SPECIAL)
			return BYTES_NONE;
		if (t.kind == FIELD_COMMENT)
			continue;
		if (is_next)
			return t.text;
		if (skips) {
			skips = false;
			continue;
		}
		skips = bytes_is_any_case(t.text, "from");
		is_next = bytes_is_any_case(t.text, "by");
	}
	return BYTES_NONE;
}

static bool is_by_ours(struct bytes received, const struct mail_auth_servers *servers)
{
	struct bytes host = by_host(received);

	if (servers->n_hosts == 0)
		return is_host(host, servers->authserv_id);
	for (size_t i = 0; i < servers->n_hosts; i++)
		if (is_host(host, servers->hosts[i]))
			return true;
	return false;
}

/* ---- one field ---- */

/* What all fields said of one method. */
struct tally {
	bool has_pass, has_fail;
};

struct findings {
	struct arena *arena;
	struct bytes from_domain;
	struct tally dmarc, dkim, auth;
	struct bytes identity; /* raw */
	bool is_broken;
	unsigned n_fields;
};

/* One "method=result" with the properties that matter. */
struct result {
	struct bytes method, value;
	struct bytes header_from, header_d, header_i, smtp_auth;
};

static void count(struct tally *t, struct bytes value)
{
	t->has_pass |= bytes_is_any_case(value, "pass");
	t->has_fail |= bytes_is_any_case(value, "fail") || bytes_is_any_case(value, "hardfail");
}

static struct bytes domain_of(struct bytes address)
{
	size_t at = bytes_find(address, '@');

	return at == address.len ? address : bytes_cut(address, at + 1, address.len);
}

/*
 * The policy's verdict is about a From domain: one for another domain is none for ours.
 * Rspamd names the domain that has the policy, which may lie above From's; it knows
 * the public suffixes, so we needn't.
 */
static bool is_about(struct bytes header_from, struct bytes from_domain)
{
	struct bytes domain = without_dot(domain_of(header_from));

	return is_host(domain, from_domain) || is_below(without_dot(from_domain), domain);
}

static void take_dmarc(struct findings *f, const struct result *r)
{
	if (r->header_from.ptr != NULL && !is_about(r->header_from, f->from_domain))
		f->dmarc.has_fail |= bytes_is_any_case(r->value, "pass");
	else
		count(&f->dmarc, r->value);
}

/* A signature of somebody else says nothing, good or bad. */
static void take_dkim(struct findings *f, const struct result *r)
{
	struct bytes signer = r->header_d.ptr != NULL ? r->header_d : domain_of(r->header_i);

	if (mail_auth_is_aligned(signer, f->from_domain))
		count(&f->dkim, r->value);
}

static void take_auth(struct findings *f, const struct result *r)
{
	count(&f->auth, r->value);
	if (!bytes_is_any_case(r->value, "pass") || r->smtp_auth.ptr == NULL)
		return;
	if (f->identity.ptr != NULL && !mail_address_is_same(f->identity, r->smtp_auth))
		f->auth.has_fail = true;
	f->identity = r->smtp_auth;
}

static void take_result(struct findings *f, const struct result *r)
{
	static const struct {
		const char *method;
		void (*take)(struct findings *, const struct result *);
	} methods[] = { { "dmarc", take_dmarc }, { "dkim", take_dkim }, { "auth", take_auth } };

	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		if (bytes_is_any_case(r->method, methods[i].method))
			methods[i].take(f, r);
}

/* Tokens of a field without its comments, one ahead. */
struct scan {
	struct bytes rest;
	struct mail_field_token t;
	bool has;
	bool is_broken; /* a quote or comment that never ends */
};

static void next(struct scan *s)
{
	bool has_blank = false;

	while ((s->has = mail_field_next(&s->rest, ";=", &s->t))) {
		s->is_broken |= s->t.is_open;
		has_blank |= s->t.has_blank || s->t.kind == FIELD_COMMENT;
		if (s->t.kind != FIELD_COMMENT)
			break;
	}
	s->t.has_blank |= has_blank;
}

static bool is_sign(const struct scan *s, char sign)
{
	return s->has && s->t.kind == FIELD_SPECIAL && s->t.text.ptr[0] == sign;
}

/* The names of the properties; what isn't listed is passed over. */
static struct bytes *property_of(struct result *r, struct bytes name)
{
	if (bytes_is_any_case(name, "header.from"))
		return &r->header_from;
	if (bytes_is_any_case(name, "header.d"))
		return &r->header_d;
	if (bytes_is_any_case(name, "header.i"))
		return &r->header_i;
	if (bytes_is_any_case(name, "smtp.auth"))
		return &r->smtp_auth;
	return NULL;
}

/*
 * A value ends at a blank: "header.b=ab/c==" holds signs of its own. It may be empty
 * before ';' or the end. With a blank before it, it must be a plain one, or else an
 * empty value would swallow the property that follows.
 */
static bool take_value(struct scan *s, struct bytes *value_out)
{
	bool is_apart = s->t.has_blank;

	*value_out = bytes_of("");
	if (!s->has || is_sign(s, ';'))
		return true;
	if (s->t.kind == FIELD_SPECIAL)
		return false;
	*value_out = s->t.text;
	next(s);
	while (s->has && !s->t.has_blank && !is_sign(s, ';')) {
		if (is_apart)
			return false;
		/* The whole span in the field; a quoted piece's quotes stay in it, and match nothing. */
		*value_out = bytes_at(value_out->ptr,
				      (size_t)(s->t.text.ptr + s->t.text.len - value_out->ptr));
		next(s);
	}
	return true;
}

/* "name = value"; false when it isn't that. "reason" is one as well. */
static bool take_pair(struct scan *s, struct bytes *name_out, struct bytes *value_out)
{
	if (!s->has || s->t.kind != FIELD_WORD)
		return false;
	*name_out = s->t.text;
	next(s);
	if (!is_sign(s, '='))
		return false;
	next(s);
	return take_value(s, value_out);
}

/* "dkim/1": the only version there is; a newer one isn't understood. */
static bool cut_version(struct bytes *method)
{
	size_t slash = bytes_find(*method, '/');
	struct bytes version = bytes_cut(*method, slash + 1, method->len);

	*method = bytes_cut(*method, 0, slash);
	return version.len == 0 || bytes_is(version, "1");
}

/* From behind ';' to the next one. False: it can't be read. */
static bool read_result(struct scan *s, struct findings *f)
{
	struct result r = { 0 };
	bool is_known;

	if (!s->has || is_sign(s, ';'))
		return true;
	if (s->t.kind == FIELD_WORD && bytes_is_any_case(s->t.text, "none")) {
		next(s);
		return !s->has || is_sign(s, ';');
	}
	if (!take_pair(s, &r.method, &r.value))
		return false;
	is_known = cut_version(&r.method);
	while (s->has && !is_sign(s, ';')) {
		struct bytes name, value, *property;

		if (!take_pair(s, &name, &value))
			return false;
		property = property_of(&r, name);
		/* Said twice: somebody's words got in. */
		if (property != NULL && property->ptr != NULL)
			return false;
		if (property != NULL)
			*property = value;
	}
	if (is_known)
		take_result(f, &r);
	return true;
}

static bool read_results(struct scan *s, struct findings *f)
{
	while (s->has) {
		if (!is_sign(s, ';'))
			return false;
		next(s);
		if (!read_result(s, f))
			return false;
	}
	return !s->is_broken;
}

/*
 * "id [version] ; …". Our server writes its name plainly. RFC 8601 allows a comment before it, and
 * quotes: but with those, with a NUL or a blank before the colon a sender gets his field past the
 * border's patterns that remove what names us.
 */
static void read_field(const struct mail_header_line *field, struct bytes authserv_id,
		       struct findings *f)
{
	struct scan s = { .rest = field->value };

	if (field->is_odd || bytes_starts(field->value, "("))
		return;
	next(&s);
	if (!s.has || s.t.kind != FIELD_WORD || !is_host(s.t.text, authserv_id))
		return;
	f->n_fields++;
	next(&s);
	if (s.has && s.t.kind == FIELD_WORD) {
		if (!bytes_is(s.t.text, "1"))
			return; /* a later version: RFC 8601 has it ignored */
		next(&s);
	}
	if (f->n_fields > MAIL_SERVERS_MAX || !read_results(&s, f))
		f->is_broken = true;
}

/* ---- all together ---- */

static enum mail_proof proof_of(const struct tally *t, bool is_broken, bool is_ambiguous)
{
	if (t->has_fail || is_broken || (t->has_pass && is_ambiguous))
		return PROOF_FAIL;
	return t->has_pass ? PROOF_PASS : PROOF_NONE;
}

static int give(const struct findings *f, bool is_ambiguous, struct mail_auth *auth_out)
{
	struct mail_auth m = { 0 };
	int err = ERR_OK;

	m.dmarc = proof_of(&f->dmarc, f->is_broken, is_ambiguous);
	m.dkim = proof_of(&f->dkim, f->is_broken, is_ambiguous);
	m.auth = proof_of(&f->auth, f->is_broken, false);
	if (m.auth == PROOF_PASS && f->identity.len <= MAIL_ADDRESS_MAX)
		err = utf8_clean(f->arena, f->identity, &m.auth_identity, NULL);
	if (err == ERR_OK)
		*auth_out = m;
	return err;
}

int mail_auth_read(const struct mail_headers *h, const struct mail_auth_servers *servers,
		   struct bytes from, unsigned n_from, struct arena *a, struct mail_auth *auth_out)
{
	struct findings f = { .arena = a, .from_domain = domain_of(from) };
	/* Behind the headers that we read may stand another From. */
	bool is_ambiguous = n_from != 1 || mail_header_count(h, "From") != 1 || h->is_cut;

	for (size_t i = 0; i < h->n && servers->authserv_id.len != 0; i++) {
		if (bytes_is_any_case(h->list[i].name, "Received") &&
		    !is_by_ours(h->list[i].value, servers))
			break;
		if (bytes_is_any_case(h->list[i].name, "Authentication-Results"))
			read_field(&h->list[i], servers->authserv_id, &f);
	}
	return give(&f, is_ambiguous, auth_out);
}
