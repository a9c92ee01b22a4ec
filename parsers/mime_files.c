/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parsers/mime_files.h"

#include <string.h>
#include <strings.h>

#include "parsers/err.h"
#include "parsers/strbuf.h"
#include "parsers/utf8.h"

/* clang-format off */
/* What a double click runs, on Windows first of all. */
static const char *const endings[] = {
	"apk", "app", "appimage", "appx", "application", "bat", "chm", "cmd", "com", "cpl", "deb", "dll", "dmg", "docm",
	"dotm", "exe", "gadget", "hlp", "hta", "img", "inf", "iso", "jar", "jnlp", "js", "jse", "lnk", "msc", "msi", "msp",
	"mst", "msix", "ocx", "pif", "potm", "ppam", "ppsm", "pptm", "ps1", "ps2", "psm1", "py", "reg", "rpm", "scf", "scr",
	"sct", "settingcontent-ms", "sh", "sldm", "sys", "udl", "url", "vb", "vbe", "vbs", "vhd", "vhdx", "wsc", "wsf", "wsh",
	"xla", "xlam", "xll", "xlm", "xlsb", "xlsm", "xltm",
};

/* Pieces of types; each names a kind that runs. */
static const char *const types[] = {
	"msdownload", "msdos-program", "dosexec", "x-exe", "portable-executable", "x-executable", "x-sharedlib", "x-elf",
	"x-mach-binary", "x-msi", "ms-installer", "java-archive", "javascript", "ecmascript", "vbscript", "x-bat", "x-sh",
	"shellscript", "application/hta", "iso9660", "x-cd-image", "macroenabled", "x-ms-shortcut", "x-apple-diskimage",
	"vnd.debian.binary-package", "android.package-archive", "x-powershell", "x-python", "x-perl",
};
/* clang-format on */

/* --- names --- */

/* Marks that turn the direction of reading, and others that can't be seen: "fdp.exe" read as "exe.pdf". */
static bool is_hidden(uint32_t cp)
{
	return cp == 0xAD || cp == 0x61C || (cp >= 0x200B && cp <= 0x200F) ||
	       (cp >= 0x2028 && cp <= 0x202F) || (cp >= 0x2060 && cp <= 0x206F) || cp == 0xFEFF ||
	       (cp >= 0xFFF9 && cp <= 0xFFFD);
}

static struct bytes last_piece(struct bytes name)
{
	for (size_t i = name.len; i-- > 0;)
		if (name.ptr[i] == '/' || name.ptr[i] == '\\')
			return bytes_cut(name, i + 1, name.len);
	return name;
}

/* Windows opens "x.exe. ." as x.exe. */
static struct bytes without_dots(struct bytes name)
{
	while (name.len != 0 && strchr(". \t\n", name.ptr[name.len - 1]) != NULL)
		name.len--;
	while (name.len != 0 && strchr(". \t\n", name.ptr[0]) != NULL)
		name = bytes_cut(name, 1, name.len);
	return name;
}

struct bytes mime_file_ending(struct bytes name)
{
	name = without_dots(name);
	for (size_t i = name.len; i-- > 0;)
		if (name.ptr[i] == '.')
			return bytes_trim(bytes_cut(name, i + 1, name.len));
	return BYTES_NONE;
}

static int shorten(struct arena *a, struct bytes name, struct bytes *name_out)
{
	struct bytes ending = mime_file_ending(name);
	struct strbuf out = strbuf_in(a, MIME_NAME_MAX);

	if (ending.len >= MIME_NAME_MAX / 4)
		ending = BYTES_NONE;
	strbuf_add(&out, utf8_cut(name, MIME_NAME_MAX - 1 - ending.len));
	if (ending.len != 0) {
		strbuf_addc(&out, '.');
		strbuf_add(&out, ending);
	}
	return strbuf_finish(&out, name_out);
}

int mime_file_name(struct arena *a, struct bytes name, struct bytes *name_out)
{
	struct bytes piece = without_dots(last_piece(without_dots(name)));
	struct strbuf out = strbuf_in(a, piece.len);
	struct rd r = rd_of(piece);
	struct bytes safe;
	uint32_t cp;
	int err;

	while (utf8_next(&r, &cp)) {
		uint8_t buf[4];

		if (is_hidden(cp) || cp < ' ' || cp == 0x7F || (cp >= 0x80 && cp < 0xA0))
			continue;
		strbuf_add(&out, bytes_at(buf, utf8_put(cp, buf)));
	}
	err = strbuf_finish(&out, &safe);
	if (err != ERR_OK)
		return err;
	safe = without_dots(safe);
	if (safe.len > MIME_NAME_MAX)
		return shorten(a, safe, name_out);
	*name_out = safe;
	return ERR_OK;
}

/* --- kinds --- */

static bool is_named(struct bytes name)
{
	struct bytes ending = mime_file_ending(name);

	for (size_t i = 0; i < ARRAY_LEN(endings); i++)
		if (ending.len == strlen(endings[i]) &&
		    strncasecmp((const char *)ending.ptr, endings[i], ending.len) == 0)
			return true;
	return false;
}

static bool is_typed(struct bytes type)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (type.len != 0 && memmem(type.ptr, type.len, types[i], strlen(types[i])) != NULL)
			return true;
	return false;
}

/* "MZ" begins programs of Windows, and texts of a mesna zajednica: a program has other octets soon. */
static bool is_mz(struct bytes octets)
{
	if (!bytes_starts(octets, "MZ"))
		return false;
	for (size_t i = 2; i < octets.len && i < 64; i++)
		if (octets.ptr[i] < '\t')
			return true;
	return octets.len == 2;
}

static bool begins_at(struct bytes octets, size_t at, const char *mark, size_t len)
{
	return octets.len >= at + len && memcmp(octets.ptr + at, mark, len) == 0;
}

/* clang-format off */
static const struct {
	size_t at;
	const char *mark;
	size_t len;
} marks[] = {
	{ 0,      "\x7F" "ELF",                             4 },
	{ 0,      "#!",                                     2 },
	{ 0,      "\xEF\xBB\xBF#!",                         5 },
	{ 0,      "\xCF\xFA\xED\xFE",                       4 }, /* Mach-O */
	{ 0,      "\xCA\xFE\xBA\xBE",                       4 }, /* Mach-O of several kinds, and Java's classes */
	{ 0,      "\x4C\x00\x00\x00\x01\x14\x02\x00",       8 }, /* a shortcut of Windows */
	{ 0x8001, "CD001",                                  5 }, /* an image of a disc */
};
/* clang-format on */

static bool is_marked(struct bytes octets)
{
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (begins_at(octets, marks[i].at, marks[i].mark, marks[i].len))
			return true;
	return is_mz(octets);
}

bool mime_file_is_executable(struct bytes name, struct bytes type, struct bytes octets)
{
	return is_named(name) || is_typed(type) || is_marked(octets);
}
