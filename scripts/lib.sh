# SPDX-License-Identifier: GPL-3.0-or-later
# lib - what the scripts share: where things are, how they speak, what they run as root.
# Sourced by bash. SRC is the source tree, BUILD the folder that holds everything that we make.
SRC=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUILD=$(realpath -sm -- "${ODZIV_BUILD:-$SRC/build}")
JOBS=${ODZIV_JOBS:-$(nproc)}
PYTHON=/usr/bin/python3
# Caches stay below BUILD too, and no byte code beside the stories.
export CCACHE_DIR=${CCACHE_DIR:-$BUILD/ccache} PYTHONDONTWRITEBYTECODE=1

say() { printf '== %s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# make can't work in a folder with blanks in its path; the sources may lie in one, they are copied.
case $BUILD in
*[[:space:]]*) die "make can't build in '$BUILD', because its path has a blank; name another folder: ODZIV_BUILD=/var/tmp/odziv '$0'" ;;
esac
if ! mkdir -p "$BUILD" 2>/dev/null || [ ! -w "$BUILD" ]; then
	die "'$BUILD' can't be written by $(id -un); name another folder: ODZIV_BUILD=/var/tmp/odziv '$0'"
fi

# as_root COMMAND...: packages and mounts need root; nothing else does.
as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"
	elif command -v sudo >/dev/null; then sudo "$@"
	else die "this needs root: $* (run it as root, or install sudo)"
	fi
}

# quietly LOG COMMAND...: its output goes to LOG, and the end of it to us when it fails.
quietly() {
	local log=$1
	shift
	mkdir -p "$(dirname "$log")"
	"$@" >"$log" 2>&1 && return
	local status=$?
	printf '%s\n' "--- the last lines of $log" >&2
	tail -n "${QUIETLY_LINES:-40}" "$log" >&2
	return $status
}
