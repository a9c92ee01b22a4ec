#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# deps.sh GROUP... - installs what the scripts need, once; says nothing when it is all there.
#
#   build   what ./configure && make needs
#   python  Python alone: the demo with the simulator
#   lab     Kannel, Dovecot, Postfix, stunnel, node and Python: the real servers of the demo and of the tests
#   test    what scripts/test needs beside them
#   fuzz    clang and its libFuzzer
#   full    what scripts/test --full needs beside all that
#
# Packages are the only thing outside the source tree that changes. The services that
# they bring are not started: a policy-rc.d of the machine's own is put aside meanwhile.
# A mail server of another kind isn't replaced by Postfix: that is for a person to do.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

declare -A PACKAGES=(
	[build]="gcc libc6-dev make autoconf automake pkg-config protobuf-c-compiler xz-utils libuv1-dev
		libmicrohttpd-dev libcurl4-gnutls-dev libpcre2-dev libiniparser-dev liblmdb-dev libprotobuf-c-dev
		libicu-dev libsodium-dev libjansson-dev libxml2-dev libetpan-dev libsmpp34-dev libsystemd-dev tzdata"
	[python]="python3"
	[lab]="python3 kannel kannel-extras curl dovecot-imapd dovecot-lmtpd postfix openssl stunnel4"
	[test]="cppcheck clang-format strace procps"
	[fuzz]="clang libclang-rt-14-dev"
	[full]="valgrind"
)
# What a package brings must not come up with the next start of the machine: Kannel as it comes listens on all addresses.
SERVICES="kannel dovecot postfix stunnel4"
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

has_service() { [ -e "/etc/init.d/$1" ]; }

# Postfix asks what kind of server it shall be: none, the laboratory brings its own configuration.
prepare_postfix() {
	local other
	other=$(dpkg-query -W -f '${db:Status-Status} ${Package} ${Provides}\n' | awk '$1 == "installed" && /mail-transport-agent/ { print $2; exit }')
	[ -z "$other" ] || die "the laboratory needs Postfix, which can't be installed beside $other; remove that by hand, or work in a container"
	echo "postfix postfix/main_mailer_type select No configuration" | as_root debconf-set-selections
}

apt_get() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@"; }

install_missing() {
	local service new_services=
	for service in $SERVICES; do has_service "$service" || new_services="$new_services $service"; done
	say "installing Debian packages: $*"
	quietly "$BUILD/log/apt-update.log" apt_get update
	trap policy_back EXIT
	policy_aside
	case " $* " in *" postfix "*) prepare_postfix ;; esac
	quietly "$BUILD/log/apt-install.log" apt_get install -y --no-install-recommends "$@" ||
		die "apt-get couldn't install all of: $*"
	for service in $new_services; do
		! has_service "$service" || as_root update-rc.d "$service" disable >/dev/null 2>&1 || true
	done
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
