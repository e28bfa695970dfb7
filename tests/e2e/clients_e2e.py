#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Several clients at once on one daemon, the daemon killed and back, a client stopped and continued, under load."""
import json
import os
import signal
import subprocess
import threading
import time

import harness as h

FAKE = os.path.join(os.environ.get('RUSTNET_TEST_BIN', os.path.join(h.BIN, '../tests')), 'fake_daemon')


def lines_of(process, into):
    for line in process.stdout:
        into.append((time.monotonic(), line))


def grpc_stream(socket):
    return h.start(h.grpcurl(), '-plaintext', '-unix', '-max-time', '120', '-d', '{"include_historic":true}', socket,
                   'rustnet.v1.MonitorService/WatchConnections', stdout=subprocess.PIPE, text=True)


def test_four_clients_and_a_killed_daemon():
    h.need_root()
    with h.Daemon('-i', 'lo') as daemon:
        with h.Terminal(h.CLIENT, '--socket', daemon.socket) as small, \
                h.Terminal(h.CLIENT, '--socket', daemon.socket, columns=140, rows=40) as large:
            watch = h.start(h.CLIENT, '--socket', daemon.socket, 'watch', '--format', 'jsonl', stdout=subprocess.PIPE, text=True)
            seen, streamed = [], []
            threading.Thread(target=lines_of, args=(watch, seen), daemon=True).start()
            grpc = grpc_stream(daemon.socket)
            threading.Thread(target=lines_of, args=(grpc, streamed), daemon=True).start()
            server = h.start('python3', '-m', 'http.server', '48080', '--bind', '127.0.0.1')
            h.wait_for('the web server', lambda: ':48080' in h.run('ss', '-Hltn').stdout)
            h.run('curl', '-s', '-o', '/dev/null', 'http://127.0.0.1:48080/')
            small.wait('curl', 5)
            large.wait('curl', 5)
            h.wait_for('watch shows curl', lambda: any('"curl"' in line for _, line in seen), 5)
            h.wait_for('grpcurl shows curl', lambda: any('"curl"' in line for _, line in streamed), 5)

            daemon.process.kill()
            daemon.process.wait()
            killed = time.monotonic()
            small.wait('lost', 1.5)
            large.wait('lost', 1.5)
            print(f'banner after {time.monotonic() - killed:.2f} s')
            daemon.begin()
            back = time.monotonic()
            h.run('curl', '-s', '-o', '/dev/null', 'http://127.0.0.1:48080/')
            h.wait_for('both are live', lambda: all('lost' not in t.screen() and '48080' in t.screen() for t in (small, large)), 4)
            print(f'live {time.monotonic() - back:.2f} s after it answered')
            h.stop(server)
            for terminal in (small, large):
                terminal.keys('q')
                terminal.keys('q')


def anonymous_kib(pid):
    with open(f'/proc/{pid}/status', encoding='utf-8') as status:
        return next(int(line.split()[1]) for line in status if line.startswith('RssAnon'))


def rows_of(socket):
    return {r['id']: r for r in h.jsonl(socket, 'list', '--limit', '0')}


def stopped_watch(socket, seconds, pid):
    """A `watch` stopped for `seconds`; its table after it goes on, and by how much the daemon grew."""
    watch = h.start(h.CLIENT, '--socket', socket, 'watch', '--format', 'jsonl', stdout=subprocess.PIPE, text=True)
    table, done = {}, threading.Event()

    def follow():
        for line in watch.stdout:
            row = json.loads(line)
            if 'removed' in row:
                table.pop(row['removed'], None)
            elif 'id' in row:
                table[row['id']] = row
        done.set()
    threading.Thread(target=follow, daemon=True).start()
    h.wait_for('the watch has rows', lambda: len(table) > 100, 10)
    before = anonymous_kib(pid)
    watch.send_signal(signal.SIGSTOP)
    healthy = h.start(h.CLIENT, '--socket', socket, 'watch', '--format', 'jsonl', stdout=subprocess.PIPE, text=True)
    gaps, last = [], time.monotonic()
    end = last + seconds
    for _ in healthy.stdout:
        now = time.monotonic()
        gaps.append(now - last)
        last = now
        if now > end:
            break
    h.stop(healthy)
    grown = anonymous_kib(pid) - before
    watch.send_signal(signal.SIGCONT)
    return watch, table, grown, max(gaps)


def stop_and_continue(seconds):
    if not os.path.exists(FAKE):
        raise h.Skip('fake_daemon was not built')
    folder = h.tempfile.mkdtemp()
    path = os.path.join(folder, 's.sock')
    fake = h.start(FAKE, '--socket', path, '--rows', '10000', '--changes', '1000')
    h.wait_for('the fake daemon answers', lambda: h.client(path, 'status', check=False).returncode == 0, 10)
    watch, table, grown, gap = stopped_watch(path, seconds, fake.pid)
    print(f'stopped {seconds} s: daemon +{grown} KiB, the other client waited {gap:.2f} s at most')
    assert grown <= 4096, f'the daemon grew by {grown} KiB'
    assert gap < 2, gap
    fake.send_signal(signal.SIGUSR1)  # no more changes: both must come to rest on the same rows

    def same():
        want = rows_of(path)
        return set(want) == set(table) and all(
            table[i].get('counters', {}).get('bytes_sent') == want[i].get('counters', {}).get('bytes_sent') for i in want)
    h.wait_for('its rows are right again', same, 20)
    h.stop(watch)
    h.stop(fake)


def test_a_client_stopped_for_10_s_stays():
    stop_and_continue(10)


def test_a_client_stopped_for_60_s_resumes():
    stop_and_continue(60)


if __name__ == '__main__':
    h.main()
