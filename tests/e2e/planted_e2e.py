#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A dissector that an attacker has taken over: what it tries in the running daemon is refused or ends it, and nothing else breaks.

rustnetd_planted (tests/sandbox/planted.cc) is the daemon with such a dissector alone.
"""
import os
import signal
import socket

import harness as h

PLANTED = os.path.join(os.path.dirname(h.FAKE), 'rustnetd_planted')
PORT = 48999
EPERM, ENOENT, ENOSYS = 'errno 1', 'errno 2', 'errno 38'
REFUSED = {
    'open': ENOENT, 'openat': ENOENT, 'openat2': ENOENT, 'stat': ENOENT, 'readlink': ENOENT, 'mkdir': EPERM, 'rename': EPERM,
    'chmod': EPERM, 'clone in namespace': EPERM, 'clone3': ENOSYS, 'dumpable': EPERM, 'keepcaps': EPERM, 'raise a limit': EPERM,
    'socket inet': EPERM, 'socket inet6': EPERM, 'socket packet': EPERM, 'socket unix': EPERM, 'socketpair': EPERM,
    'listen': EPERM, 'ioctl TIOCSTI': EPERM,
}
DEADLY = ('execve', 'fork', 'connect', 'ptrace', 'setuid', 'kill parent', 'mmap exec', 'bpf program', 'bpf map', 'unshare', 'setns',
          'mount', 'process_vm_readv', 'io_uring', 'memfd_create', 'perf_event_open')


def daemon():
    h.need_root()
    if not os.path.exists(PLANTED):
        raise h.Skip('rustnetd_planted was not built')
    return h.Daemon('-i', 'lo', program=PLANTED)


def say(act):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(act.encode(), ('127.0.0.1', PORT))


def answers(running):
    ids = [row['id'] for row in running.rows('--filter', f'port:{PORT}', '--historic')]
    fields = [field for i in ids for field in running.one('show', i)['connection'].get('application', {}).get('fields', [])]
    return {value for field in fields if field['name'] == 'answer' for value in field['values']}


def test_what_is_refused_changes_nothing():
    with daemon() as running:
        for act in REFUSED:
            say(act)
        want = {f'{act}: {answer}' for act, answer in REFUSED.items()}
        try:
            h.wait_for('all answers', lambda: want <= answers(running), 15)
        finally:
            print('missing:', want - answers(running), 'besides:', answers(running) - want)
        assert answers(running) == want
        # And the daemon is as it was: it serves new clients, sees new sockets and names their processes.
        server = h.start('python3', '-m', 'http.server', '18081', '--bind', '127.0.0.1')
        h.wait_for('the web server', lambda: ':18081' in h.run('ss', '-Hltn').stdout)
        h.run('curl', '-s', '-o', '/dev/null', 'http://127.0.0.1:18081/')
        row = h.wait_for('a row of curl', lambda: running.rows('--filter', 'port:18081', '--historic'), 5)[0]
        assert row['process']['name'] == 'curl', row
        h.stop(server)


def test_what_no_library_does_is_the_end():
    for act in DEADLY:
        with daemon() as running:
            say(act)
            code = h.wait_for(f'{act} ends the daemon', lambda: running.process.poll(), 10)
            assert code == -signal.SIGSYS, f'{act}: {code}'


if __name__ == '__main__':
    h.main()
