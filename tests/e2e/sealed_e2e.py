#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every thread of the daemon is sealed while it does all that it does: ten clients, processes that come and go, walks over the
sockets of all processes (each second, as there are sockets in another namespace)."""
import os
import re
import subprocess
import time

import harness as h

CLIENTS = 10
SECONDS = 8
WANT = {'CapInh': 0, 'CapPrm': 0, 'CapEff': 0, 'CapBnd': 0, 'CapAmb': 0, 'Seccomp': 2, 'NoNewPrivs': 1}
IN_NAMESPACE = r'''
import socket, sys
listener = socket.create_server(('127.0.0.1', 0))
c = socket.create_connection(listener.getsockname()); s, _ = listener.accept()
print('ready', flush=True)
for line in sys.stdin:
    c.sendall(b'x' * 1000); s.recv(1000)
'''


def status_of_threads(pid):
    """{thread: {key: text}} of /proc/PID/task/*/status."""
    found = {}
    for tid in os.listdir(f'/proc/{pid}/task'):
        try:
            with open(f'/proc/{pid}/task/{tid}/status', encoding='utf-8') as status:
                found[tid] = dict(re.findall(r'^(\w+):\t(.*)$', status.read(), re.M))
        except (FileNotFoundError, ProcessLookupError):
            pass  # the thread has ended
    return found


def check(pid):
    threads = status_of_threads(pid)
    for tid, status in threads.items():
        for key, value in WANT.items():
            assert int(status[key], 16) == value, f'thread {status["Name"]}: {key} is {status[key]}'
        assert '0' not in status['Uid'].split(), f'thread {status["Name"]}: Uid {status["Uid"]}'
        own = os.stat(f'/proc/{pid}/task/{tid}/ns/net').st_ino
        assert own != os.stat('/proc/self/ns/net').st_ino, f'thread {status["Name"]} is in the network'
        assert os.listdir(f'/proc/{pid}/task/{tid}/root') == [], f'thread {status["Name"]} sees files'
    return {status['Name'] for status in threads.values()}


def test_every_thread_while_everything_runs():
    with h.Net() as net, h.Daemon('-i', 'lo') as daemon:
        inside = net.start(net.b, 'python3', '-c', IN_NAMESPACE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert inside.stdout.readline() == 'ready\n'
        server = h.start('python3', '-m', 'http.server', '18082', '--bind', '127.0.0.1')
        h.wait_for('the web server', lambda: ':18082' in h.run('ss', '-Hltn').stdout)
        watching = [h.start(h.CLIENT, '--socket', daemon.socket, 'watch') for _ in range(CLIENTS)]
        pid = daemon.process.pid
        walks = h.number(daemon.one('stats').get('self', {}).get('attribution_walks'))
        names = set()
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            inside.stdin.write('\n')
            inside.stdin.flush()
            h.run('curl', '-s', '-o', '/dev/null', 'http://127.0.0.1:18082/')
            h.client(daemon.socket, 'list')
            names |= check(pid)
        assert {'capture', 'table'} <= names, names
        assert all(client.poll() is None for client in watching), 'a client was sent away'
        row = h.wait_for('a row of curl after all that', lambda: (
            h.run('curl', '-s', '-o', '/dev/null', 'http://127.0.0.1:18082/'), daemon.rows('--filter', 'process:curl', '--historic'))[1], 10)
        assert row[0]['process']['quality'] == 'QUALITY_EXACT', row
        done = h.number(daemon.one('stats').get('self', {}).get('attribution_walks'))
        assert done > walks, (walks, done)
        h.stop(server)


if __name__ == '__main__':
    h.main()
