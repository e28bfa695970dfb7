#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Checks the units as systemd reads them, and that their exposure does not grow (tenths; systemd-analyze(1)).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
command -v systemd-analyze >/dev/null || { echo "skipped: systemd-analyze is not here (package systemd)"; exit 77; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
# The programs need not be installed: any file that can be run stands for them.
for program in rustnetd rustnet-client; do ln -s /bin/true "$dir/$program"; done
sed -e "s|@SBINDIR@|$dir|; s|@BINDIR@|$dir|" "$here/rustnetd.service.in" >"$dir/rustnetd.service"
cp "$here/rustnetd.socket" "$dir/"
messages=$(systemd-analyze verify --man=no --recursive-errors=no "$dir/rustnetd.service" "$dir/rustnetd.socket" 2>&1) ||
  { echo "$messages"; exit 1; }
if [ -n "$messages" ]; then echo "$messages"; exit 1; fi
systemd-analyze security --offline=true --threshold=40 "$dir/rustnetd.service" | tail -n 1
if command -v systemd-sysusers >/dev/null; then systemd-sysusers --dry-run "$here/rustnet.sysusers" >/dev/null; fi
