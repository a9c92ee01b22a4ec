#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# deps.sh GROUP... - installs what the scripts need, once; says nothing when it is all there.
#
#   build   what ./configure && make needs
#   python  Python alone: the demo with the simulator
#   lab     Kannel, node and Python: the real servers of the demo and of the tests
#   test    what scripts/test needs beside them
#   fuzz    clang and its libFuzzer
#   full    what scripts/test --full needs beside all that
#
# Packages are the only thing outside the source tree that changes. The services that
# they bring are not started: a policy-rc.d of the machine's own is put aside meanwhile.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

declare -A PACKAGES=(
	[build]="gcc libc6-dev make autoconf automake pkg-config protobuf-c-compiler xz-utils libuv1-dev
		libmicrohttpd-dev libcurl4-gnutls-dev libpcre2-dev libiniparser-dev liblmdb-dev libprotobuf-c-dev
		libicu-dev libsodium-dev libjansson-dev libxml2-dev libetpan-dev libsystemd-dev tzdata"
	[python]="python3"
	[lab]="python3 kannel kannel-extras curl"
	[test]="cppcheck clang-format strace procps"
	[fuzz]="clang libclang-rt-14-dev"
	[full]="valgrind"
)
POLICY=/usr/sbin/policy-rc.d
POLICY_ASIDE=$POLICY.put-aside-by-odziv

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

missing_of() {
	local group package
	for group; do
		for package in ${PACKAGES[$group]}; do
			is_installed "$package" || printf '%s ' "$package"
		done
		# A node of another origin (nodesource, nvm) brings its own npm.
		if [ "$group" = lab ]; then
			command -v node >/dev/null || printf 'nodejs '
			command -v npm >/dev/null || printf 'npm '
		fi
	done
}

# The machine's own policy comes back even after an earlier run that was killed half way.
policy_aside() {
	[ ! -e "$POLICY" ] || [ -e "$POLICY_ASIDE" ] || as_root mv "$POLICY" "$POLICY_ASIDE"
	printf '#!/bin/sh\nexit 101\n' | as_root tee "$POLICY" >/dev/null
	as_root chmod 755 "$POLICY"
}

policy_back() {
	if [ -e "$POLICY_ASIDE" ]; then as_root mv "$POLICY_ASIDE" "$POLICY"; else as_root rm -f "$POLICY"; fi
}

apt_get() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@"; }

install_missing() {
	local had_kannel=yes
	is_installed kannel || had_kannel=no
	say "installing Debian packages: $*"
	quietly "$BUILD/log/apt-update.log" apt_get update
	trap policy_back EXIT
	policy_aside
	quietly "$BUILD/log/apt-install.log" apt_get install -y --no-install-recommends "$@" ||
		die "apt-get couldn't install all of: $*"
	# Kannel as it comes listens on all addresses after the next start of the machine.
	[ $had_kannel = yes ] || ! is_installed kannel || as_root update-rc.d kannel disable >/dev/null 2>&1 || true
	policy_back
	trap - EXIT
}

# The SMSC's package, pinned by its lock file, in a folder of the build; npm's cache stays there too.
install_smsc() {
	local from=$SRC/tests/lab/smsc to=$BUILD/smsc
	cmp -s "$from/package-lock.json" "$to/package-lock.json" && [ -f "$to/node_modules/smpp/package.json" ] && return
	say "installing the npm package smpp"
	mkdir -p "$to"
	cp "$from/package.json" "$from/package-lock.json" "$to/"
	(cd "$to" && quietly "$BUILD/log/npm.log" \
		npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --cache "$BUILD/npm-cache") || {
		rm -f "$to/package-lock.json"
		die "npm couldn't install the package smpp"
	}
}

for group; do [ -n "${PACKAGES[$group]:-}" ] || die "deps.sh: no group '$group'; there are: ${!PACKAGES[*]}"; done
command -v dpkg-query >/dev/null || die "the scripts know Debian's packages only; on another system install by hand: ${PACKAGES[build]}"
missing=$(missing_of "$@")
[ -z "$missing" ] || install_missing $missing
case " $* " in *" lab "*) install_smsc ;; esac
