#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# includes.sh - who may include whom (TAP). A room includes itself and the rooms to its left; a foreign
# library is included in its home only (scripts/includes.txt). The two mains and the tests may include all.
# With a folder as argument it judges that tree instead of ours: that is how it is tested itself.
set -eu
tree=${1:-${TOP_SRCDIR:-$(dirname "$0")/..}}
homes=$(cd "$(dirname "$0")" && pwd)/includes.txt
cd "$tree"

find parsers templates conf store gateway -name '*.[ch]' ! -name '*.pb-c.[ch]' 2>/dev/null | sort | xargs awk -v homes="$homes" '
BEGIN {
	n_rooms = split("parsers templates conf store gateway/desk gateway/flow gateway/smpp gateway/mail gateway/wire gateway/cli", rooms)
	for (i = 1; i <= n_rooms; i++)
		rank[rooms[i]] = i
	mains["gateway/wire/main.c"] = mains["gateway/cli/main.c"] = 1
	while ((getline line < homes) > 0) {
		if (line ~ /^#/ || split(line, field, "\t") != 2)
			continue
		n_homes++
		header[n_homes] = field[1]
		home[n_homes] = " " field[2] " "
	}
}

function room_of(path) {
	if (match(path, /^gateway\/[a-z]+\//))
		return substr(path, 1, RLENGTH - 1)
	return substr(path, 1, index(path, "/") - 1)
}

function is_home(list, file,    folder) {
	folder = file
	sub(/[^\/]*$/, "", folder)
	return index(list, " " file " ") || index(list, " " folder " ")
}

function wrong(about, words) {
	faults[about] = faults[about] sprintf("# %s:%d: %s\n", FILENAME, FNR, words)
}

FNR == 1 { room = room_of(FILENAME); seen[room] = 1 }

/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, quoted, "\"")
	target = quoted[2]
	if (target == "config.h")
		next
	other = room_of(target)
	if (!(other in rank))
		wrong(room, "\"" target "\" is not a full path from the top")
	else if (rank[other] > rank[room] && !(FILENAME in mains))
		wrong(room, "includes " target ": " room "/ must not know " other "/")
}

/^[ \t]*#[ \t]*include[ \t]*</ {
	target = $0
	sub(/^[^<]*</, "", target)
	sub(/>.*/, "", target)
	for (i = 1; i <= n_homes; i++)
		if (target ~ header[i] && !is_home(home[i], FILENAME))
			wrong(header[i], "includes <" target ">: its home is" home[i])
}

END {
	for (i = 1; i <= n_rooms; i++)
		if (rooms[i] in seen)
			tell(rooms[i], rooms[i] "/ includes only itself and the rooms to its left")
	for (i = 1; i <= n_homes; i++)
		tell(header[i], "<" header[i] "> is included only in" home[i])
	print "1.." n_told
	exit failed + 0
}

function tell(about, words) {
	printf "%sok %d - %s\n", (about in faults) ? "not " : "", ++n_told, words
	if (about in faults) {
		printf "%s", faults[about]
		failed = 1
	}
}
'
