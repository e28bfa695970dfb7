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


def check_completeness(daemon, ends):
    """The daemon says itself what the ground truth says of it."""
    part = daemon.one('stats')['attribution_last_minute']
    local, attributed = h.number(part.get('local')), h.number(part.get('attributed'))
    p50, p99 = h.number(part.get('p50_us')), h.number(part.get('p99_us'))
    print(f'published: {attributed} of {local}, p50 {p50 / 1000:.0f} ms, p99 {p99 / 1000:.0f} ms')
    assert local >= ends and attributed >= 0.999 * local, part
    assert 0 < p50 <= p99 <= 1_000_000, part
    assert sum(h.number(c.get('flows')) for c in part['counts']) == local + sum(
        h.number(part.get(k)) for k in ('not_local', 'kernel', 'pending')), part
    for command in ('stats', 'status'):
        text = h.client(daemon.socket, command).stdout
        assert 'last minute' in text and 'ends with a socket here have an owner' in text, text


def test_short_lived_processes():
    h.need_root()
    if not os.path.exists(GENERATOR):
        raise h.Skip('load_generator was not built')
    with h.Daemon('-i', 'lo') as daemon:
        status = daemon.one('status')
        rung = [b for b in status['backends'] if b['name'].startswith('attribution/')]
        if not any(b['name'] in ('attribution/L0', 'attribution/L1') and b['state'] == 'STATE_ACTIVE' for b in rung):
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
        check_completeness(daemon, len(truth))


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


def cgroup2():
    """Where cgroup2 is mounted and may be written."""
    h.need_root()
    with open('/proc/self/mounts', encoding='utf-8') as mounts:
        for _, where, kind, options, *_ in map(str.split, mounts):
            if kind == 'cgroup2' and 'rw' in options.split(','):
                return where
    raise h.Skip('no cgroup2')


def test_a_container_is_named_by_its_cgroup():
    name = 'c0ffee' + format(os.getpid(), '06x') + '0' * 52  # its first 12 are its own
    outer = os.path.join(cgroup2(), f'rustnet{os.getpid()}.slice')
    inner = os.path.join(outer, f'docker-{name}.scope')
    try:
        os.makedirs(inner)
    except OSError as error:
        raise h.Skip(f'cgroups cannot be made: {error}') from error
    code = ('import socket,time\n'
            's=socket.create_server(("127.0.0.1",0)); c=socket.create_connection(s.getsockname())\n'
            'c.sendall(b"x"); time.sleep(60)\n')
    process = None
    try:
        with h.Daemon('-i', 'lo') as daemon:
            process = h.start('sh', '-c', f'echo $$ > {inner}/cgroup.procs && exec python3 -c \'{code}\'')
            row = h.wait_for('a row of the container', lambda: daemon.rows('--filter', f'container:{name[:12]}'), 10)[0]
            assert row['process']['pid'] == process.pid, row
            assert daemon.rows('--filter', f'unit:docker-{name[:12]}'), 'by unit'
            shown = daemon.one('show', row['id'])['connection']['process']
            assert shown['container'] == {'id': name, 'runtime': 'docker'}, shown
            assert shown['unit'] == f'docker-{name}.scope', shown
            assert f'{name} (docker)' in h.client(daemon.socket, 'show', row['id']).stdout
    finally:
        if process is not None:
            process.kill()
            process.wait()
        for folder in (inner, outer):
            h.wait_for(f'{folder} is gone', lambda f=folder: removed(f), 5)


def removed(folder):
    try:
        os.rmdir(folder)
    except OSError:
        return False
    return True


if __name__ == '__main__':
    h.main()
