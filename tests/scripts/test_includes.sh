#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The check of who may include whom can fail: each kind of wrong include is named.
check=$TOP_SRCDIR/scripts/includes.sh
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/parsers" "$tree/store" "$tree/gateway/flow" "$tree/gateway/wire"
n=0

# says FILE LINE PATTERN PROMISE: with that line in that file, the check prints what matches and fails.
says() {
	printf '%s\n' "$2" >"$tree/$1"
	n=$((n + 1))
	if out=$("$check" "$tree") || ! printf '%s' "$out" | grep -q "$3"; then
		printf 'not ok %d - %s\n' $n "$4"
	else
		printf 'ok %d - %s\n' $n "$4"
	fi
	rm -f "$tree/$1"
}

echo 1..6
says parsers/a.c '#include "store/db.h"' '^# parsers/a.c:1: .*parsers/ must not know store/' "a room to the right is refused"
says gateway/flow/a.h '#include "gateway/wire/main.h"' '^# gateway/flow/a.h:1: .*must not know gateway/wire/' "so it is between the rooms of the gateway"
says store/a.c '	#  include <jansson.h>' '^# store/a.c:1: .*its home is parsers/json.c' "a library outside its home is refused"
says parsers/a.c '#include "bytes.h"' '^# parsers/a.c:1: .*not a full path' "a short path is refused"
says gateway/flow/a.c '#include <uv.h>' '^# gateway/flow/a.c:1: .*its home is gateway/wire/' "a library whose home is a folder is refused outside it"
printf '#include "parsers/bytes.h"\n#include <string.h>\n' >"$tree/store/a.c"
printf '#include <uv.h>\n#include "gateway/cli/phone.h"\n' >"$tree/gateway/wire/main.c"
if "$check" "$tree" >/dev/null; then echo "ok 6 - what is allowed is allowed, and a main may include all"; else echo "not ok 6 - what is allowed is allowed, and a main may include all"; fi
