#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A user outside group rustnet sees own connections only, and nothing of what others do shows in what that user is given."""
import json
import subprocess
import time

import harness as h

MINE, OTHER = 64001, 64002
TALK = ('import socket,time,sys\n'
        's=socket.create_server(("127.0.0.1",int(sys.argv[1]))); c=socket.create_connection(("127.0.0.1",int(sys.argv[1])))\n'
        'a,_=s.accept()\n'
        'print(1,flush=True)\n'
        'sys.stdin.readline()\n'
        'for i in range(int(sys.argv[2])):\n'
        '  c.sendall(b"x"*100); a.recv(100)\n'
        'print(2,flush=True); sys.stdin.readline()\n')


def talker(uid, port, rounds):
    process = h.start('python3', '-c', TALK, str(port), str(rounds), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                      **h.as_user(uid))
    assert process.stdout.readline() == '1\n'
    return process


def say(process):
    process.stdin.write('\n')
    process.stdin.flush()
    assert process.stdout.readline() == '2\n'


def test_own_rows_only_and_no_control():
    h.need_root()
    with h.Daemon('-i', 'lo') as daemon:
        mine, other = talker(MINE, 17001, 10), talker(OTHER, 17002, 10)
        say(mine)
        say(other)
        everything = lambda: len(daemon.rows('--filter', 'port:17001 or port:17002')) >= 2 and all(
            r['process'].get('uid') for r in daemon.rows('--filter', 'port:17001 or port:17002'))
        h.wait_for('root sees both', everything)
        rows = h.wait_for('the user sees one', lambda: daemon.rows(uid=MINE))
        assert {r['process']['uid'] for r in rows} == {MINE}, rows
        assert all(17001 in (r['local']['port'], r['remote']['port']) for r in rows)
        foreign = daemon.rows('--filter', 'port:17002')[0]['id']
        done = h.client(daemon.socket, 'show', foreign, check=False, uid=MINE)
        assert done.returncode != 0 and '17002' not in done.stdout + done.stderr, done
        status = h.jsonl(daemon.socket, 'status', uid=MINE)[0]
        assert status['scope'] == 'SCOPE_OWN' and status['peer_uid'] == MINE and not status.get('may_control'), status
        reset = h.run(h.grpcurl(), '-plaintext', '-unix', daemon.socket, 'rustnet.v1.ControlService/ResetStatistics', check=False,
                      **h.as_user(MINE))
        assert reset.returncode != 0 and 'PermissionDenied' in reset.stderr and 'rustnet-admin' in reset.stderr, reset
        assert h.run(h.grpcurl(), '-plaintext', '-unix', daemon.socket, 'rustnet.v1.ControlService/ResetStatistics').returncode == 0


def given(daemon, rounds):
    """What MINE is told while OTHER exchanges `rounds` messages: lists, processes and a stream, without ids and times."""
    mine = talker(MINE, 17001, 10)
    say(mine)
    h.wait_for('own row', lambda: daemon.rows(uid=MINE))
    watch = h.start(h.CLIENT, '--socket', daemon.socket, 'watch', '--for', '3s', '--format', 'jsonl', stdout=subprocess.PIPE,
                    text=True, **h.as_user(MINE))
    others = [talker(OTHER, 17100 + i, rounds) for i in range(3 if rounds else 0)]
    for other in others:
        say(other)
    lines = watch.communicate(timeout=20)[0].splitlines()
    for other in others:
        h.stop(other)
    listed = h.client(daemon.socket, 'list', '--format', 'jsonl', uid=MINE).stdout.splitlines()
    summary = h.client(daemon.socket, 'stats', '--format', 'jsonl', uid=MINE).stdout.splitlines()
    h.stop(mine)

    def plain(value, key=''):
        if isinstance(value, dict):
            return {k: plain(v, k) for k, v in value.items()
                    if k not in ('id', 'view', 'epoch', 'time', 'first_seen', 'last_seen', 'pid', 'start_time_ns', 'exec_id', 'port',
                                 'self', 'first', 'last', 'rtt_us', 'handshake_rtt_us', 'smoothed_rtt_us', 'state', 'revision')}
        return [plain(v) for v in value] if isinstance(value, list) else value
    return [plain(json.loads(line)) for line in listed], [plain(json.loads(line)) for line in summary], len(lines)


def test_another_uids_traffic_does_not_show():
    h.need_root()
    results = []
    for rounds in (0, 300):
        with h.Daemon('-i', 'lo') as daemon:
            results.append(given(daemon, rounds))
            time.sleep(0.2)
    assert results[0][0] == results[1][0], results
    assert results[0][1] == results[1][1], results


if __name__ == '__main__':
    h.main()
