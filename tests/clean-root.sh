#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The README's two commands on a bare Debian 12: debootstrap, the committed tree, nothing installed by hand.
#
#   tests/clean-root.sh [ROOT]    ROOT is kept and used again if it was given; needs root and debootstrap
#
# `./dev run` writes to a file while a curl and an nginx run beside it; its rows must name both.
set -euo pipefail
tree=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
[ "$(id -u)" = 0 ] || { echo "clean-root: needs root for debootstrap and chroot" >&2; exit 77; }
command -v debootstrap >/dev/null || { echo "skipped: debootstrap is not here (apt-get install debootstrap)"; exit 77; }

root=${1:-$(mktemp -d /var/tmp/rustnet-root.XXXXXX)}
mirror=$(grep -hoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d/*.sources 2>/dev/null | head -1 | tr -d ' ' || true)
suites=$(grep -lE '^Suites: bookworm' /etc/apt/sources.list.d/*.sources 2>/dev/null || true)
[ -x "$root/bin/bash" ] || debootstrap --variant=minbase bookworm "$root" "${mirror:-http://deb.debian.org/debian}"
chmod 755 "$root"  # others than root run tests in it, and mktemp is for its owner alone
# This machine's way to the mirror, and nothing else of it.
if [ -n "$suites" ]; then cp $suites "$root/etc/apt/sources.list.d/"; rm -f "$root/etc/apt/sources.list"; fi
cp /etc/apt/apt.conf.d/99* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
cp "${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}" "$root/authorities.crt" 2>/dev/null || true
cp /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null || true

unmount() {
  for point in sys/fs/cgroup sys dev/pts dev proc ''; do umount -R "$root/$point" 2>/dev/null || umount -l "$root/$point" 2>/dev/null || true; done
}
trap unmount EXIT
mount --rbind "$root" "$root"
mount --make-rprivate "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sys "$root/sys"
mount --bind /dev "$root/dev"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts" 2>/dev/null || mount --bind /dev/pts "$root/dev/pts"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup" 2>/dev/null || true
mkdir -p "$root/src/rustnet"
git -C "$tree" archive HEAD | tar -x -C "$root/src/rustnet"

inside() { chroot "$root" /usr/bin/env -i HOME=/root TERM=dumb LC_ALL=C.UTF-8 SSL_CERT_FILE=/authorities.crt PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin ${GOPROXY:+GOPROXY=$GOPROXY} ${GOSUMDB+GOSUMDB=$GOSUMDB} ${CI:+CI=$CI} bash -c "cd /src/rustnet && $1"; }

echo "::: ./dev run"
inside './dev run' >"$root/run.log" 2>"$root/run.err" &
runner=$!
# The rows come after the build: a curl and an nginx of this machine, whose network the root shares, until they have ended.
site=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$site"; unmount' EXIT
echo beside >"$site/index.html"
printf 'daemon off; pid %s/pid; error_log %s/error; events {}\nhttp { access_log off; server { listen 127.0.0.1:18090; root %s; } }\n' \
  "$site" "$site" "$site" >"$site/conf"
chmod 755 "$site"
nginx -e "$site/error" -c "$site/conf" &
server=$!
while kill -0 "$runner" 2>/dev/null; do
  curl -s -o /dev/null http://127.0.0.1:18090/ || true
  sleep 0.3
done
wait "$runner" || { echo "./dev run ended with $?"; tail -20 "$root/run.err"; exit 1; }
grep -m5 -E 'PROCESS|:18090' "$root/run.log"
for name in curl nginx; do
  grep -q " $name (" "$root/run.log" || { echo "no row names the $name that ran beside it"; cat "$site/error"; exit 1; }
done
echo "::: ./dev test"
inside './dev test'
