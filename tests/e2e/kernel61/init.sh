#!/bin/busybox sh
# SPDX-License-Identifier: Apache-2.0
# Process 1 of the guest.  What is to be kept goes to the second serial port as a base64 archive.
export PATH=/bin
if [ "$1" != moved ]; then
  # The daemon leaves its root directory, which cannot be done from the first one of all.
  mount -t tmpfs -o mode=755 tmpfs /new
  cp -a /bin /etc /lib /lib64 /usr /init /modules /new/ 2>/dev/null
  mkdir -p /new/dev /new/proc /new/sys /new/run /new/tmp
  exec switch_root /new /init moved
fi
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tmpfs tmpfs /tmp
chmod 1777 /tmp
ifconfig lo up
for module in /modules/*.ko; do insmod "$module"; done
mkdir /run/out
cd /run/out || exit 1

rustnetd --interface lo --socket /run/s.sock >daemon.log 2>&1 &
daemon=$!
until rustnet-client --socket /run/s.sock status --format jsonl >status 2>/dev/null; do
  kill -0 $daemon || break
  usleep 100000
done
echo "guest: ready after $(cut -d ' ' -f 1 /proc/uptime) s"
load_generator --processes 240 --queries 1 >truth 2>load
echo "guest: load made"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  rustnet-client --socket /run/s.sock list --historic --limit 0 --format jsonl >rows 2>client.log
  [ "$(grep -c '"peer_process":.*"pid":' rows)" -ge 720 ] && break
  usleep 500000
done
rustnet-client --socket /run/s.sock stats --format jsonl >stats 2>>client.log
rustnet-client --socket /run/s.sock status --format jsonl >status 2>>client.log
attribution_handover_test >handover 2>&1
echo "guest: done"
tar -cz ./* | base64 >/dev/ttyS1
sync
poweroff -f
