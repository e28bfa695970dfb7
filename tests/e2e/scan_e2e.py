#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Without BPF: processes by the confined scan broker, and what is left when that is gone."""
import glob
import os
import signal
import subprocess

import harness as h

APPLICATION = r'''
import socket, sys
if sys.argv[1] == 'server':
    listener = socket.create_server(('127.0.0.1', 0))
    print(listener.getsockname()[1], flush=True)
    s, _ = listener.accept()
else:
    s = socket.create_connection(('127.0.0.1', int(sys.argv[2])))
    print(s.getsockname()[1], flush=True)
s.sendall(b'x' * 100)
sys.stdin.read()
'''
USERS = 60001, 60002


def without_bpf(*args):
    h.need_root()
    h.need('setpriv')
    daemon = h.Daemon(*args)
    # Without it BPF programs cannot be attached, and all else can be had.
    daemon.prefix = ['setpriv', '--bounding-set=-net_admin']
    return daemon


def application(user, *args):
    process = h.start('python3', '-c', APPLICATION, *args, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                      **h.as_user(user))
    return process, int(process.stdout.readline())


def backends(daemon):
    return {b['name']: b for b in daemon.one('status')['backends']}


def status_of(pid, tid, key):
    with open(f'/proc/{pid}/task/{tid}/status', encoding='utf-8') as status:
        return next(line.split(':')[1].strip() for line in status if line.startswith(key + ':'))


def row_of(daemon, port, quality):
    def found():
        rows = [r for r in daemon.rows() if port in (r['local'].get('port'), r['remote'].get('port'))]
        return rows and rows[0].get('process', {}).get('quality') == quality and rows[0]
    return h.wait_for(f'a row of port {port} with {quality}', found, 40)


def test_a_connection_that_lasts_has_its_processes():
    before, _ = application(USERS[0], 'server')
    with without_bpf('-i', 'lo') as daemon:
        server, port = application(USERS[0], 'server')
        client, client_port = application(USERS[1], 'client', str(port))
        row = daemon.one('show', row_of(daemon, client_port, 'QUALITY_SCANNED')['id'])
        row = row.get('connection', row)
        ends = {e['pid']: e for e in (row['process'], row['peer_process'])}
        assert set(ends) == {server.pid, client.pid}, row
        for process, user in ((server, USERS[0]), (client, USERS[1])):
            end = ends[process.pid]
            assert end['uid'] == user and end['name'].startswith('python3'), end
            assert end['executable'] == os.readlink(f'/proc/{process.pid}/exe'), end
            assert end['cwd'] == os.getcwd(), end
            assert any(p['pid'] == os.getpid() for p in end['parents']), end
        states = backends(daemon)
        assert states['attribution/L1']['state'] == 'STATE_FAILED', states
        assert states['attribution/SCAN']['state'] == 'STATE_ACTIVE', states
        # The capabilities are the broker's alone.
        daemon_pid = daemon.process.pid
        for task in glob.glob(f'/proc/{daemon_pid}/task/*'):
            tid = os.path.basename(task)
            for caps in ('CapEff', 'CapPrm', 'CapBnd'):
                assert int(status_of(daemon_pid, tid, caps), 16) == 0, (tid, caps)
            assert status_of(daemon_pid, tid, 'Seccomp') == '2'
        for process in (before, server, client):
            h.stop(process, signal.SIGKILL)


def ended(pid):
    try:
        with open(f'/proc/{pid}/stat', encoding='utf-8') as stat:
            return stat.read().rsplit(')', 1)[1].split()[0] == 'Z'
    except FileNotFoundError:
        return True


def broker_of(daemon):
    return int(h.run('pgrep', '-P', str(daemon.process.pid)).stdout)


def test_the_broker_does_not_outlive_a_killed_daemon():
    with without_bpf('-i', 'lo') as daemon:
        broker = broker_of(daemon)
        assert not ended(broker)
        h.stop(daemon.process, signal.SIGKILL)
        h.wait_for('the broker has ended', lambda: ended(broker), 5)


def test_without_its_broker_the_user_is_left():
    with without_bpf('-i', 'lo') as daemon:
        os.kill(broker_of(daemon), signal.SIGKILL)
        _, port = application(USERS[0], 'server')
        _, client_port = application(USERS[1], 'client', str(port))
        row = row_of(daemon, client_port, 'QUALITY_UID_ONLY')
        assert {row['process']['uid'], row['peer_process']['uid']} == set(USERS), row
        h.wait_for('the state is told', lambda: backends(daemon)['attribution/SCAN']['state'] == 'STATE_FAILED')
        assert backends(daemon)['attribution/UID']['state'] == 'STATE_ACTIVE'


if __name__ == '__main__':
    h.main()
