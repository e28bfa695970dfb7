#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The README's two commands on a bare Debian 12: debootstrap, the committed tree, nothing installed by hand.
#
#   tests/clean-root.sh [ROOT]    ROOT is kept and used again if it was given; needs root and debootstrap
#
# `./dev run` writes to a file beside a curl and an nginx on loopback; its rows must name both.
set -euo pipefail
tree=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
[ "$(id -u)" = 0 ] || { echo "clean-root: needs root for debootstrap and chroot" >&2; exit 77; }
command -v debootstrap >/dev/null || { echo "skipped: debootstrap is not here (apt-get install debootstrap)"; exit 77; }

root=${1:-$(mktemp -d /var/tmp/rustnet-root.XXXXXX)}
mirror=$(grep -hoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d/*.sources 2>/dev/null | head -1 | tr -d ' ' || true)
suites=$(grep -lE '^Suites: bookworm' /etc/apt/sources.list.d/*.sources 2>/dev/null || true)
[ -x "$root/bin/bash" ] || debootstrap --variant=minbase bookworm "$root" "${mirror:-http://deb.debian.org/debian}"
# This machine's way to the mirror, and nothing else of it.
if [ -n "$suites" ]; then cp $suites "$root/etc/apt/sources.list.d/"; rm -f "$root/etc/apt/sources.list"; fi
cp /etc/apt/apt.conf.d/99* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
cp /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null || true

unmount() {
  for point in sys/fs/cgroup sys dev/pts dev proc ''; do umount -R "$root/$point" 2>/dev/null || umount -l "$root/$point" 2>/dev/null || true; done
  if [ $# = 0 ] && ! grep -q " $root" /proc/mounts; then :; fi
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

inside() { chroot "$root" /usr/bin/env -i HOME=/root TERM=dumb LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin ${GOPROXY:+GOPROXY=$GOPROXY} ${GOSUMDB+GOSUMDB=$GOSUMDB} ${CI:+CI=$CI} bash -c "cd /src/rustnet && $1"; }

echo "::: ./dev run"
inside './dev run' >"$root/run.log" 2>"$root/run.err" &
runner=$!
# The rows come after the build: traffic until they have ended.  nginx serves as a local process of another kind.
while kill -0 "$runner" 2>/dev/null; do
  if [ -x "$root/usr/bin/curl" ] && [ -x "$root/usr/sbin/nginx" ]; then
    pgrep -f 'nginx.*rustnet-clean' >/dev/null || inside 'mkdir -p /tmp/w && exec nginx -e /tmp/w/e -g "pid /tmp/w/pid; # rustnet-clean" -c /etc/nginx/nginx.conf' >/dev/null 2>&1 || true
    inside 'curl -s -o /dev/null http://127.0.0.1/' || true
  elif [ -x "$root/usr/bin/perl" ]; then
    inside 'exec perl -MIO::Socket::INET -e "IO::Socket::INET->new(LocalAddr=>q(127.0.0.1),LocalPort=>0,Proto=>q(udp))->send(q(x),0,sockaddr_in(9,inet_aton(q(127.0.0.1))))"' 2>/dev/null || true
  fi
  sleep 0.3
done
wait "$runner" || { echo "./dev run ended with $?"; tail -20 "$root/run.err"; exit 1; }
tail -5 "$root/run.log"
grep -qE 'curl|perl' "$root/run.log" || { echo "no row names the client that ran beside it"; exit 1; }
echo "::: ./dev test"
inside './dev test'
