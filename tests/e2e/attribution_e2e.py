#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Processes that live for a millisecond are named, through the API: 2 000 of them, one TCP connection and one datagram each."""
import json
import os

import harness as h

GENERATOR = os.path.join(os.environ.get('RUSTNET_TEST_BIN', os.path.join(h.BIN, '../tests')), 'load_generator')
PROCESSES = 2000


def key(protocol, local, local_port, remote, remote_port):
    return (protocol, local, int(local_port), remote, int(remote_port))


def seen(daemon):
    """{tuple: [process, ...]} of every row, either end first; ports are used again, so a tuple may have several."""
    out = {}
    for row in daemon.rows('--historic', '--limit', '0'):
        protocol = row['protocol'].removeprefix('PROTOCOL_').lower()
        ends = [(row[end].get('address'), row[end].get('port', 0)) for end in ('local', 'remote')]
        for (a, b), who in (((0, 1), 'process'), ((1, 0), 'peer_process')):
            if who in row:
                out.setdefault(key(protocol, *ends[a], *ends[b]), []).append(row[who])
    return out


def check(truth, rows):
    right = wrong = unknown = 0
    for want in truth:
        tuple_ = key(want['protocol'], want['local'], want['local_port'], want['remote'], want['remote_port'])
        found = [p for p in rows.get(tuple_, []) if p.get('pid')]
        if any((p['pid'], p['name'], p.get('executable')) == (want['pid'], want['name'], want['executable']) for p in found):
            right += 1
        elif found:
            wrong += 1
        else:
            unknown += 1
    return right, wrong, unknown


def test_short_lived_processes():
    h.need_root()
    if not os.path.exists(GENERATOR):
        raise h.Skip('load_generator was not built')
    with h.Daemon('-i', 'lo') as daemon:
        status = daemon.one('status')
        rung = [b for b in status['backends'] if b['name'].startswith('attribution/')]
        if not any(b['name'] == 'attribution/L1' and b['state'] == 'STATE_ACTIVE' for b in rung):
            raise h.Skip(f'no BPF here: {rung}')
        done = h.run(GENERATOR, '--processes', str(PROCESSES), timeout=120)
        truth = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(truth) >= 2 * PROCESSES, len(truth)
        names = {row['name'] for row in truth}
        assert len(names) >= 5 and any(len(name) == 22 for name in names), names

        def whole():
            result = check(truth, seen(daemon))
            return result if result[0] + result[1] >= 0.999 * len(truth) else None
        right, wrong, unknown = h.wait_for('99.9 % are attributed', whole, 10)
        print(f'{right} right, {wrong} wrong, {unknown} unknown of {len(truth)}')
        assert wrong == 0 and right >= 0.999 * len(truth)


def test_sockets_opened_before_the_daemon():
    h.need_root()
    h.need('python3')
    code = ('import socket,sys,time\n'
            's=socket.create_server(("127.0.0.1",0)); c=socket.create_connection(s.getsockname()); a,_=s.accept()\n'
            'print(c.getsockname()[1], flush=True)\n'
            'sys.stdin.readline(); c.sendall(b"x"*100); a.recv(100); time.sleep(30)\n')
    import subprocess
    peer = h.start('python3', '-c', code, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    port = peer.stdout.readline().strip()
    with h.Daemon('-i', 'lo') as daemon:
        peer.stdin.write('\n')
        peer.stdin.flush()
        row = h.wait_for('the row has its owner', lambda: [
            r for r in daemon.rows('--filter', f'port:{port}') if r.get('process', {}).get('pid') == peer.pid], 10)[0]
        assert row['process']['quality'] in ('QUALITY_SCANNED', 'QUALITY_EXACT'), row['process']
    h.stop(peer)


if __name__ == '__main__':
    h.main()
