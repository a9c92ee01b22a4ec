#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# build.sh KIND [TARGET...] - builds a copy of the sources in BUILD/KIND; prints that folder.
#
#   release   as an operator builds it
#   asan      AddressSanitizer and UBSan, with the tests' crash points
#   tsan      ThreadSanitizer
#   clang     release, by clang
#   fuzz      libFuzzer targets, by clang
#   plain     no sanitizer, for valgrind and long simulations
#
# The copy (BUILD/src) leaves the source tree as it is, even one that was configured in place.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

declare -A CONFIGURE=(
	[release]="CFLAGS=-O2\ -g"
	[asan]="--enable-sanitizers --enable-werror CFLAGS=-O1\ -g CPPFLAGS=-DODZIV_TEST_POINTS"
	[tsan]="--enable-sanitizers=thread CFLAGS=-O1\ -g"
	[clang]="CC=clang --enable-werror CFLAGS=-O2\ -g"
	[fuzz]="CC=clang --enable-fuzzing CFLAGS=-O1\ -g"
	[plain]="--disable-hardening CFLAGS=-O2\ -g"
)

sources() {
	if git -C "$SRC" rev-parse --git-dir >/dev/null 2>&1; then
		git -C "$SRC" ls-files -z --cached --others --exclude-standard
	else
		(cd "$SRC" && find . -path './build*' -prune -o -path ./.git -prune -o -type f ! -name '*.o' ! -name config.status -printf '%P\0')
	fi
}

# What was deleted from the tree leaves the copy too; times are kept, so make rebuilds what changed.
copy_sources() {
	local list=$BUILD/src.list
	mkdir -p "$BUILD/src"
	(cd "$SRC" && sources | while IFS= read -r -d '' file; do [ ! -f "$file" ] || printf '%s\0' "$file"; done |
		sort -zu >"$list.new" && xargs -0 cp -pu --parents -t "$BUILD/src" <"$list.new")
	[ ! -f "$list" ] || (cd "$BUILD/src" && comm -z -23 "$list" "$list.new" | xargs -0 -r rm -f)
	mv "$list.new" "$list"
	[ -x "$BUILD/src/configure" ] || quietly "$BUILD/log/autoreconf.log" autoreconf -fi "$BUILD/src"
}

configure_kind() {
	local compiler=gcc
	[ ! -f config.status ] || return 0
	eval "set -- ${CONFIGURE[$1]}"
	case " $* " in *" CC="*) ;; *) ! command -v ccache >/dev/null || compiler="ccache gcc"; set -- "$@" CC="$compiler" ;; esac
	quietly "$BUILD/log/configure.log" "$BUILD/src/configure" -q "$@"
}

kind=${1:?build.sh KIND [TARGET...]}
shift
[ -n "${CONFIGURE[$kind]:-}" ] || die "build.sh: no kind '$kind'; there are: ${!CONFIGURE[*]}"
mkdir -p "$BUILD/$kind"
exec 8>"$BUILD/lock"
flock 8
copy_sources
cd "$BUILD/$kind"
configure_kind "$kind"
quietly "$BUILD/log/make-$kind.log" make -j"$JOBS" -s "$@"
printf '%s\n' "$BUILD/$kind"
