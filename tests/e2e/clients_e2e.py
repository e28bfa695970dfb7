#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Several clients at once on one daemon: the daemon killed and back, a client stopped and continued under load."""
import json
import signal
import subprocess
import threading
import time

import harness as h

ROWS = 2000  # of which 1 000 change in each tick
COUNTED = ('bytes_sent', 'bytes_received', 'packets_sent', 'packets_received')
GROWTH_KIB = 4096
HTTP = 18080


class Watch:
    """`rustnet-client watch` and the table that its lines make."""

    def __init__(self, socket):
        self.table, self.times = {}, []
        self.process = h.start(h.CLIENT, '--socket', socket, '--refresh', '500', 'watch', '--format', 'jsonl',
                               stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self.follow, daemon=True).start()

    def follow(self):
        for line in self.process.stdout:
            if not line.endswith('\n'):  # killed at the end of the test
                return
            self.times.append(time.monotonic())
            row = json.loads(line)
            if 'removed' in row:
                self.table.pop(row['removed'], None)
            elif 'id' in row:
                self.table[row['id']] = row

    def lines_since(self, begin):
        return sum(1 for t in list(self.times) if t >= begin)


def counts(row):
    return tuple(h.number(row.get('counters', {}).get(name)) for name in COUNTED)


def fetch():
    h.run('curl', '-s', '-o', '/dev/null', f'http://127.0.0.1:{HTTP}/')


def test_four_clients_and_a_daemon_that_is_killed():
    h.need_root()
    with h.Daemon('-i', 'lo') as daemon, h.Terminal(h.CLIENT, '--socket', daemon.socket) as small, \
            h.Terminal(h.CLIENT, '--socket', daemon.socket, columns=140, rows=40) as large:
        watch, streamed = Watch(daemon.socket), []
        stream = h.start(h.grpcurl(), '-plaintext', '-unix', '-d', '{}', daemon.socket,
                         'rustnet.v1.MonitorService/WatchConnections', stdout=subprocess.PIPE, text=True)
        threading.Thread(target=lambda: streamed.extend(stream.stdout), daemon=True).start()
        h.start('python3', '-m', 'http.server', str(HTTP), '--bind', '127.0.0.1')
        h.wait_for('the web server', lambda: f':{HTTP}' in h.run('ss', '-Hltn').stdout)
        fetch()
        for terminal in (small, large):
            terminal.wait('curl', 5)
        h.wait_for('watch shows curl', lambda: any('curl' in json.dumps(row) for row in list(watch.table.values())), 5)
        h.wait_for('grpcurl shows curl', lambda: any('"curl"' in line for line in list(streamed)), 5)

        killed = time.monotonic()
        daemon.process.kill()
        daemon.process.wait()
        for terminal in (small, large):
            terminal.wait('rustnetd lost', 2)
        print(f'banner {time.monotonic() - killed:.2f} s after the kill')
        daemon.begin()
        back = time.monotonic()
        fetch()
        h.wait_for('both are live', lambda: all('rustnetd lost' not in t.screen() and str(HTTP) in t.screen() for t in (small, large)),
                   4)
        print(f'live {time.monotonic() - back:.2f} s after it answered')


def at_rest(socket):
    """The rows by id, once they have stopped changing."""
    before = None
    while True:
        rows = {row['id']: row for row in h.jsonl(socket, 'list', '--limit', '0')}
        if before is not None and {i: counts(rows[i]) for i in rows} == {i: counts(before[i]) for i in before}:
            return rows
        before = rows
        time.sleep(0.5)


def stop_and_continue(seconds):
    with h.Fake(rows=ROWS, change=50, churn=10) as fake:
        stopped, healthy = Watch(fake.socket), Watch(fake.socket)
        for watch in (stopped, healthy):
            h.wait_for('a whole table', lambda: len(watch.table) >= ROWS, 30)
        before = h.private_kib(fake.process.pid)
        begin = time.monotonic()
        stopped.process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        grown = h.private_kib(fake.process.pid) - before
        late = healthy.lines_since(begin + seconds / 2)
        stopped.process.send_signal(signal.SIGCONT)
        print(f'stopped {seconds} s: daemon {grown:+} KiB, the other client had {late} rows in the second half')
        assert grown <= GROWTH_KIB, grown
        assert late >= ROWS, late
        fake.process.send_signal(signal.SIGUSR1)
        truth = at_rest(fake.socket)

        def wrong(watch):
            table = dict(watch.table)
            differ = sum(1 for i in truth if i in table and counts(table[i]) != counts(truth[i]))
            return [len(set(truth) - set(table)), len(set(table) - set(truth)), differ]
        for name, watch in (('healthy', healthy), ('stopped', stopped)):
            try:
                h.wait_for(f'the {name} one has all rows', lambda: wrong(watch) == [0, 0, 0], 30)
            except AssertionError:
                print(f'{name}: missing, too many, different: {wrong(watch)}')
                raise
        assert stopped.process.poll() is None


def test_a_client_that_is_stopped_for_10_s_stays():
    stop_and_continue(10)


def test_a_client_that_is_stopped_for_60_s_resumes():
    stop_and_continue(60)


if __name__ == '__main__':
    h.main()
